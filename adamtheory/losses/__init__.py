"""Loss sequences f_1, f_2, ... as rules of the language, and the registry that lists them.

What to use when: `reddi` (any period and spike; `reddi3` and `reddi101` are its paper's two) shows Adam's failure
exactly; `reddi_stochastic` with noise;
`random_signs` and `sparse_signs` cannot separate algorithms and test the laboratory; `adversary` answers the iterate;
on `doubling_blocks` regret is very negative; the target of `shifting*` jumps; `zhang_cyclic` has a threshold in beta2;
`quadratic_*` are strongly convex with noise, `absolute_*` have medians; `logistic`, `hinge` and `least_squares` run on
data files; `gradients` takes an array of your own slopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adamtheory.errors import UnknownNameError
from adamtheory.language.rule import Rule
from adamtheory.losses.absolute import absolute_error as absolute_error
from adamtheory.losses.absolute import absolute_exponential as absolute_exponential
from adamtheory.losses.cyclic import zhang_cyclic as zhang_cyclic
from adamtheory.losses.linear import adversary as adversary
from adamtheory.losses.linear import doubling_blocks as doubling_blocks
from adamtheory.losses.linear import gradients as gradients
from adamtheory.losses.linear import random_signs as random_signs
from adamtheory.losses.linear import reddi as reddi
from adamtheory.losses.linear import reddi_stochastic as reddi_stochastic
from adamtheory.losses.linear import reddi_unbounded as reddi_unbounded
from adamtheory.losses.linear import sparse_signs as sparse_signs
from adamtheory.losses.presets import reddi3 as reddi3
from adamtheory.losses.presets import reddi101 as reddi101
from adamtheory.losses.quadratic import quadratic_exponential as quadratic_exponential
from adamtheory.losses.quadratic import quadratic_gaussian as quadratic_gaussian
from adamtheory.losses.quadratic import quadratic_two_point as quadratic_two_point
from adamtheory.losses.regression import hinge as hinge
from adamtheory.losses.regression import least_squares as least_squares
from adamtheory.losses.regression import logistic as logistic
from adamtheory.losses.shifting import shifting as shifting
from adamtheory.losses.shifting import shifting_signs as shifting_signs

LOSSES: Mapping[str, Rule] = MappingProxyType({
    rule.name: rule
    for rule in (
        reddi, reddi3, reddi101, reddi_unbounded, reddi_stochastic, zhang_cyclic, random_signs, sparse_signs, adversary,
        doubling_blocks, shifting, shifting_signs, quadratic_gaussian, quadratic_exponential, quadratic_two_point,
        absolute_error, absolute_exponential, logistic, hinge, least_squares, gradients,
    )
})  # fmt: skip


def get_loss(name: str) -> Rule:
    """The loss of that name; raises `UnknownNameError`."""
    if name not in LOSSES:
        raise UnknownNameError("loss", name, LOSSES)
    return LOSSES[name]
