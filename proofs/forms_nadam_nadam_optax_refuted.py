"""Nadam as printed is not Nadam as optax has it: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `nadam` and `nadam_optax` are at the same place after every
        step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 = 999/1000,
        eps = 0, r = (24/25)^(1/250) the iterate of the first less that of the second is 0.162585.
Source  Derived for this project; from the texts of both rules.
Note    Under a change of the parameters they are the same (`forms_nadam_nadam_optax`).
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("nadam", "nadam_optax")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
