"""AMSGrad and its form in PyTorch are not the same method: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `amsgrad` and `amsgrad_torch` are at the same place after
        every step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 =
        999/1000, eps = 0 the iterate of the first less that of the second is 1 - sqrt(10) = -2.16228.
Source  Derived for this project; from the texts of both rules.
Note    Under a change of the parameters they are the same (`forms_amsgrad_amsgrad_torch`). What the correction after
        the maximum does to the denominator: `gamma_amsgrad_torch_constant_refuted`.
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("amsgrad", "amsgrad_torch")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
