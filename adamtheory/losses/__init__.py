"""Loss sequences f_1, f_2, ... as rules of the language, and the registry that lists them.

What to use when: `reddi` (any period and spike; `reddi3` and `reddi101` are its paper's two) shows Adam's failure
exactly; `reddi_stochastic` with noise;
`random_signs` cannot separate algorithms and tests the laboratory; `quadratic_*` are strongly convex with noise;
`logistic` and `least_squares` run on data files; `gradients` takes an array of your own slopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adamtheory.errors import UnknownNameError
from adamtheory.language.rule import Rule
from adamtheory.losses.linear import gradients as gradients
from adamtheory.losses.linear import random_signs as random_signs
from adamtheory.losses.linear import reddi as reddi
from adamtheory.losses.linear import reddi_stochastic as reddi_stochastic
from adamtheory.losses.linear import reddi_unbounded as reddi_unbounded
from adamtheory.losses.presets import reddi3 as reddi3
from adamtheory.losses.presets import reddi101 as reddi101
from adamtheory.losses.quadratic import quadratic_exponential as quadratic_exponential
from adamtheory.losses.quadratic import quadratic_gaussian as quadratic_gaussian
from adamtheory.losses.regression import least_squares as least_squares
from adamtheory.losses.regression import logistic as logistic

LOSSES: Mapping[str, Rule] = MappingProxyType({
    rule.name: rule
    for rule in (
        reddi, reddi3, reddi101, reddi_unbounded, reddi_stochastic, random_signs, quadratic_gaussian,
        quadratic_exponential, logistic, least_squares, gradients,
    )
})  # fmt: skip


def get_loss(name: str) -> Rule:
    """The loss of that name; raises `UnknownNameError`."""
    if name not in LOSSES:
        raise UnknownNameError("loss", name, LOSSES)
    return LOSSES[name]
