"""Nadam as printed is not Nadam as PyTorch has it: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `nadam` and `nadam_torch` are at the same place after every
        step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 = 999/1000,
        eps = 0, r = (24/25)^(1/250) the iterate of the first less that of the second is -0.254647.
Source  PyTorch 2.13 NAdam, and Keras 3 Nadam alike (read in its source, *unverified* against the running library).
        Derived for this project; from the texts of both rules.
Note    The directions 1.0565, 0.7837, 0.7322 of PyTorch stay under 1 for many steps though the gradients are
        constant.
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("nadam", "nadam_torch")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
