"""Adam with eps = eps_hat/sqrt(1 - beta2^t) in step t is Adam with eps-hat before the correction: the same iterates.

Words   Whatever the gradients, `adam` with eps_t = e/sqrt(1 - beta2^t) in step t and `adam_eps_hat` with eps = e are at
        the same place after every step, for 0 <= beta2 < 1 and any lr, beta1 and e.
Source  Kingma & Ba 2015, end of section 2 (stated there without the change of eps); from the texts of both rules.
Note    With the same number eps they part in the first step (`forms_adam_adam_eps_hat_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("adam", "adam_eps_hat")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    return Walk(forms).with_corrections()
