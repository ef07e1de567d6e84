"""Adam with eps after the root and with eps inside it are the same method where eps is 0.

Words   Whatever the gradients, `adam` and `adam_eps_inside` with eps = 0 are at the same place after every step, for
        any lr, beta1 and beta2.
Source  Derived for this project; from the texts of both rules.
Note    For eps > 0 they part in the first step (`forms_adam_adam_eps_inside_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("adam", "adam_eps_inside")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    return walk.walk_alike(walk.alike("m", "v", "p1", "p2"), walk.one())
