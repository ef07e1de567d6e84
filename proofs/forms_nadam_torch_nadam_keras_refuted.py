"""Nadam as PyTorch has it is not Nadam as Keras has it: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `nadam_torch` and `nadam_keras` are at the same place after
        every step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 =
        999/1000, eps = 0, r = (24/25)^(1/250) the iterate of the first less that of the second is 0.00633602.
Source  Keras 3 Nadam (read in its source, *unverified* against the running library); Dozat 2016 for the schedule
        (*unverified* against the report itself). Derived for this project; from the texts of both rules.
Printed Keras 3 runs mu_t = beta1 (1 - 0.96^t/2)
Wrong   Dozat's schedule is 0.96^(t/250): mu_t reaches 0.99 beta1 at t = 23958, in Keras at t = 96.
Instead Keras' form is PyTorch's with momentum_decay = 1 in place of 1/250.
Theorem forms_nadam_torch_nadam_keras
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("nadam_torch", "nadam_keras")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
