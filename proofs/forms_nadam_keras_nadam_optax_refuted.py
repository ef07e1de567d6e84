"""Nadam as Keras has it is not Nadam as optax has it: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `nadam_keras` and `nadam_optax` are at the same place after
        every step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 =
        999/1000, eps = 0 the iterate of the first less that of the second is 9428076/22945141.
Source  Derived for this project; from the texts of both rules.
Note    Nor does a schedule of step sizes take one to the other (`forms_nadam_keras_nadam_optax_rates_refuted`).
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("nadam_keras", "nadam_optax")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
