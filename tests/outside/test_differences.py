"""Forms that are not the same method: on the same gradients their iterates come apart."""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory.rules import RULES

from .claims import CLAIMS
from .programs import OPTAX, TORCH
from .runs import OTHER, by_program, by_rule, difference, parameters_of

APART = 1e-6  # of |x_T - y_T|/max(1, |y_T|) after the last step, in some coordinate

# (rule, framework, program, why they differ), with the same parameters
DIFFERENT = [
    ("momentum", "torch", "SGD dampening", "the buffer is not damped"),
    ("momentum_average", "torch", "SGD dampening", "PyTorch starts its buffer with g_1, undamped"),
    ("momentum_average", "optax", "sgd momentum", "an average is not a sum"),
    ("momentum_velocity", "torch", "SGD momentum", "the rate is in the buffer"),
    ("nesterov", "torch", "SGD nesterov", "the rate is in the buffer"),
    ("sgd_l2", "torch", "SGD weight_decay", "the rate is in the buffer"),
    ("sgdw", "optax", "decay, then trace", "decoupled decay against the penalty"),
    ("adagrad", "optax", "adagrad", "the sum starts at 0, eps outside the root"),
    ("adagrad_optax", "torch", "Adagrad", "the sum starts at 0.1, eps inside the root"),
    ("rmsprop_optax", "torch", "RMSprop", "eps inside the root"),
    ("rmsprop", "optax", "rmsprop", "eps outside the root"),
    ("rmsprop_centered", "optax", "rmsprop centered momentum", "eps outside the root, no momentum"),
    ("rmsprop_momentum", "optax", "rmsprop momentum", "the rate is outside the buffer, eps outside the root"),
    ("rmsprop_corrected", "torch", "RMSprop", "bias correction"),
    ("adam_eps_hat", "torch", "Adam", "eps before the correction"),
    ("adam_eps_hat", "optax", "adam", "eps before the correction"),
    ("adam_eps_inside", "torch", "Adam", "eps inside the root"),
    ("adam", "optax", "adam eps_root", "eps outside the root"),
    ("adam_uncorrected", "torch", "Adam", "no bias correction"),
    ("adam_l2", "torch", "AdamW", "the penalty goes through the moments"),
    ("adamax", "torch", "Adamax", "eps outside the maximum"),
    ("nadam", "torch", "NAdam", "m runs with the scheduled momentum, the factor beta2"),
    ("nadam_keras", "torch", "NAdam", "the schedule 0.96**t"),
    ("nadam_optax", "torch", "NAdam", "no schedule"),
    ("nadam", "optax", "nadam", "schedule and the factor beta2"),
    ("nadam_constant", "optax", "nadam", "the factor beta2"),
    ("nadam_torch", "optax", "nadam", "the schedule"),
    ("nadam_dozat", "optax", "nadam", "eps inside the root"),
    ("amsgrad", "torch", "Adam amsgrad", "no bias correction"),
    ("amsgrad_optax", "torch", "Adam amsgrad", "the maximum of corrected moments"),
    ("amsgrad", "optax", "amsgrad", "no bias correction"),
    ("amsgrad_torch", "optax", "amsgrad", "the maximum of raw moments"),
    ("adamw", "torch", "AdamW", "the decay is not multiplied by the rate"),
    ("adamw", "optax", "adamw", "the decay is not multiplied by the rate"),
    ("adamw_torch", "optax", "adam, then decay", "the decay is multiplied by the rate"),
    ("yogi", "optax", "yogi", "no bias correction, moments start at 0"),
    ("radam", "torch", "RAdam", "switch at rho = 4"),
    ("radam_optax", "torch", "RAdam", "eps after the correction"),
    ("radam", "optax", "radam", "switch at rho = 4"),
    ("radam_torch", "optax", "radam", "eps before the correction"),
    ("adopt", "optax", "contrib.adopt", "not clipped"),
    ("adopt_clipped", "optax", "contrib.adopt unclipped", "clipped"),
]

PROGRAMS = [("torch", name) for name in TORCH] + [("optax", name) for name in OPTAX]


def apart(rule: str, framework: str, program: str) -> float:
    theirs = by_program(framework, program, OTHER, "inverse_sqrt")
    return float(difference(by_rule(rule, parameters_of(rule, "other", {}), "inverse_sqrt"), theirs)[-1])


@pytest.mark.parametrize(("rule", "framework", "program", "why"), DIFFERENT, ids=lambda v: v.replace(" ", "-"))
def test_forms_that_differ(rule: str, framework: str, program: str, why: str) -> None:
    assert apart(rule, framework, program) > APART, why


@pytest.mark.parametrize(("framework", "program"), PROGRAMS, ids=lambda v: v.replace(" ", "-"))
def test_no_other_rule_is_this_program(framework: str, program: str) -> None:
    """Of the whole registry only the rules that claim it for every step size and parameter follow the program."""
    same = {c.rule for c in CLAIMS if (c.framework, c.program) == (framework, program) and not (c.fixed or c.constant)}
    close = {rule for rule in RULES if not apart(rule, framework, program) > APART}
    assert close == same


def test_the_forms_that_differ_are_told_apart_by_what_they_say() -> None:
    """RAdam: only the paper's switch lets beta2 be so small that rho_t passes 4 and never 5."""
    parameters = parameters_of("radam", "default", {"beta2": 0.65})
    radam, torch_form = (by_rule(name, parameters, "constant") for name in ("radam", "radam_torch"))
    heavy_ball = by_rule("radam_torch", {**parameters, "beta2": 0.1}, "constant")
    assert np.array_equal(torch_form, heavy_ball)
    assert difference(radam, torch_form)[-1] > APART
