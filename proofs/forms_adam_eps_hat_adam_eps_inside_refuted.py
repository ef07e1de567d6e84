"""Adam with eps-hat is not Adam with eps inside the root: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `adam_eps_hat` and `adam_eps_inside` are at the same place
        after every step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 =
        999/1000, eps = 10^-8 the iterate of the first less that of the second is 3.11228e-7.
Source  Derived for this project; from the texts of both rules.
Note    Where eps is 0 they are the same (`forms_adam_eps_hat_adam_eps_inside`).
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("adam_eps_hat", "adam_eps_inside")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1, eps=Fraction(1, 10**8))
