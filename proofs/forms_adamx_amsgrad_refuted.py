"""AdamX with lam < 1 is not AMSGrad: they part in the second step.

Words   Claimed: with equal parameters in their ranges, `adamx` and `amsgrad` are at the same place after every step.
        False after the gradients 1, 1: the shortest sequence there is. With lr = 1, beta1 = 9/10, beta2 = 999/1000,
        eps = 0, lam = 999/1000 the iterate of the first less that of the second is -0.0181167.
Source  Derived for this project; from the texts of both rules.
Note    With lam = 1 they are the same (`forms_adamx_amsgrad`); the first step always is
        (`forms_adamx_amsgrad_first_step`).
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("adamx", "amsgrad")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1, 1)
