"""Printed Nadam with constant momentum is not optax's: the factor beta2 is felt in the first step.

Words   Claimed: with equal parameters in their ranges, `nadam_constant` and `nadam_optax` are at the same place after
        every step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 =
        999/1000, eps = 0 the iterate of the first less that of the second is 28/19 (1 - sqrt(1000/999)) =
        -0.000737395.
Source  Dozat 2016, Algorithm 2 (*unverified* against the report itself). Derived for this project; from the texts of
        both rules.
Printed n_hat_t = nu n_t/(1 - nu^t) with nu = beta2
Wrong   The factor nu multiplies every step by 1/sqrt(nu), 1.0005 for nu = 0.999 and 1.0541 for nu = 0.9; the mean of
        n_t/(1 - nu^t) is right without it.
Instead n_hat_t = n_t/(1 - nu^t), as all programs have it; the printed form is that with lr/sqrt(nu) and eps/sqrt(nu).
Theorem forms_nadam_constant_nadam_optax
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("nadam_constant", "nadam_optax")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
