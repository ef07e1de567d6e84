"""AMSGrad as PyTorch has it is not AMSGrad as optax has it: they part in the second step.

Words   Claimed: with equal parameters in their ranges, `amsgrad_torch` and `amsgrad_optax` are at the same place
        after every step. False after the gradients 1, 0: the shortest sequence there is. With lr = 1, beta1 = 9/10,
        beta2 = 999/1000, eps = 0 the iterate of the first less that of the second is 9/19 (1 - sqrt(1999/1000)) =
        -0.196039.
Source  Derived for this project; from the texts of both rules.
Note    The first step is the same on every history (`forms_amsgrad_torch_amsgrad_optax_first_step`). PyTorch corrects
        the maximum, optax takes the maximum of what is corrected; the older entry decides it here.
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("amsgrad_torch", "amsgrad_optax")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1, 0)
