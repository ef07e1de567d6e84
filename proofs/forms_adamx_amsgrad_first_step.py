"""AdamX and AMSGrad take the same first step, whatever lam is.

Words   Whatever the first gradient, `adamx` and `amsgrad` are at the same place after one step, with equal lr, beta1,
        beta2 and eps, for any of them and any lam.
Source  Tran & Phong 2019 (wording *unverified*): a_1 = beta1, and V_1 = v_1; from the texts of both rules.
Note    So the two gradients on which `forms_adamx_amsgrad_refuted` tells them apart are the fewest.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged
from adamtheory.proofs.lemmas_forms import Walk

forms = unchanged("adamx", "amsgrad", ())


def statement() -> Statement:
    return forms.first_step()


def prove() -> Theorem:
    return Walk(forms).begin_alike()
