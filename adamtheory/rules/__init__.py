"""The update rules, one file a family, and the registry that the command line, the documentation and the tests read.

    from adamtheory.rules import RULES, amsgrad, forms, get
    get("adam")(lr=0.1)         # a rule with its parameters filled in
    forms("nadam")              # the other forms of the same method

What to use when: a plain name is the form of the paper; a suffix names the program or the change (`nadam_torch`,
`adam_eps_inside`). The docstring of a rule says where the forms disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adamtheory.errors import UnknownNameError
from adamtheory.language.rule import Rule
from adamtheory.rules.adadelta import adadelta as adadelta
from adamtheory.rules.adadelta import adadelta_two_eps as adadelta_two_eps
from adamtheory.rules.adagrad import adagrad as adagrad
from adamtheory.rules.adagrad import adagrad_optax as adagrad_optax
from adamtheory.rules.adam import adam as adam
from adamtheory.rules.adam import adam_eps_hat as adam_eps_hat
from adamtheory.rules.adam import adam_eps_inside as adam_eps_inside
from adamtheory.rules.adam import adam_l2 as adam_l2
from adamtheory.rules.adam import adam_uncorrected as adam_uncorrected
from adamtheory.rules.adam import adamax as adamax
from adamtheory.rules.adam import adamax_torch as adamax_torch
from adamtheory.rules.adamw import adamw as adamw
from adamtheory.rules.adamw import adamw_torch as adamw_torch
from adamtheory.rules.amsgrad import adamnc as adamnc
from adamtheory.rules.amsgrad import adamx as adamx
from adamtheory.rules.amsgrad import amsgrad as amsgrad
from adamtheory.rules.amsgrad import amsgrad_optax as amsgrad_optax
from adamtheory.rules.amsgrad import amsgrad_torch as amsgrad_torch
from adamtheory.rules.descent import momentum as momentum
from adamtheory.rules.descent import momentum_average as momentum_average
from adamtheory.rules.descent import momentum_velocity as momentum_velocity
from adamtheory.rules.descent import nesterov as nesterov
from adamtheory.rules.descent import nesterov_torch as nesterov_torch
from adamtheory.rules.descent import sgd as sgd
from adamtheory.rules.descent import sgd_l2 as sgd_l2
from adamtheory.rules.descent import sgdw as sgdw
from adamtheory.rules.later import adabelief as adabelief
from adamtheory.rules.later import adabound as adabound
from adamtheory.rules.later import adopt as adopt
from adamtheory.rules.later import adopt_clipped as adopt_clipped
from adamtheory.rules.later import lion as lion
from adamtheory.rules.later import yogi as yogi
from adamtheory.rules.later import yogi_optax as yogi_optax
from adamtheory.rules.nadam import nadam as nadam
from adamtheory.rules.nadam import nadam_constant as nadam_constant
from adamtheory.rules.nadam import nadam_dozat as nadam_dozat
from adamtheory.rules.nadam import nadam_keras as nadam_keras
from adamtheory.rules.nadam import nadam_optax as nadam_optax
from adamtheory.rules.nadam import nadam_torch as nadam_torch
from adamtheory.rules.ndadam import ndadam as ndadam
from adamtheory.rules.radam import radam as radam
from adamtheory.rules.radam import radam_optax as radam_optax
from adamtheory.rules.radam import radam_torch as radam_torch
from adamtheory.rules.rmsprop import rmsprop as rmsprop
from adamtheory.rules.rmsprop import rmsprop_centered as rmsprop_centered
from adamtheory.rules.rmsprop import rmsprop_corrected as rmsprop_corrected
from adamtheory.rules.rmsprop import rmsprop_graves as rmsprop_graves
from adamtheory.rules.rmsprop import rmsprop_momentum as rmsprop_momentum
from adamtheory.rules.rmsprop import rmsprop_optax as rmsprop_optax
from adamtheory.rules.swats import swats as swats
from adamtheory.rules.swats import swats_repaired as swats_repaired

# The one list; its order is that of `adamtheory list optimizers`.
RULES: Mapping[str, Rule] = MappingProxyType({
    rule.name: rule
    for rule in (
        sgd, sgd_l2, sgdw, momentum, momentum_velocity, momentum_average, nesterov, nesterov_torch,
        adagrad, adagrad_optax,
        rmsprop, rmsprop_optax, rmsprop_centered, rmsprop_graves, rmsprop_corrected, rmsprop_momentum,
        adadelta, adadelta_two_eps,
        adam, adam_uncorrected, adam_eps_hat, adam_eps_inside, adam_l2, adamax, adamax_torch,
        nadam, nadam_constant, nadam_dozat, nadam_torch, nadam_keras, nadam_optax,
        amsgrad, amsgrad_torch, amsgrad_optax, adamx, adamnc,
        adamw, adamw_torch, ndadam, swats, swats_repaired,
        adabound, yogi, yogi_optax, adabelief, radam, radam_torch, radam_optax, lion, adopt, adopt_clipped,
    )
})  # fmt: skip


def get(name: str) -> Rule:
    """The rule of that name; raises `UnknownNameError`."""
    if name not in RULES:
        raise UnknownNameError("optimizer", name, RULES)
    return RULES[name]


def families() -> Mapping[str, tuple[Rule, ...]]:
    """Family -> its rules, in the order of `RULES`; the first of each is the form of the paper."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in RULES.values():
        family = str(rule.facts["family"])
        found[family] = (*found.get(family, ()), rule)
    return MappingProxyType(found)


def forms(name: str) -> tuple[Rule, ...]:
    """The other rules of the family of that rule; raises `UnknownNameError`."""
    rule = get(name)
    return tuple(other for other in families()[str(rule.facts["family"])] if other is not rule)
