"""Adam with eps-hat and Adam with eps inside the root are the same method where eps is 0.

Words   Whatever the gradients, `adam_eps_hat` and `adam_eps_inside` with eps = 0 are at the same place after every
        step, for 0 <= beta2 < 1 and any lr and beta1.
Source  Derived for this project; from the texts of both rules.
Note    For eps > 0 they part in the first step (`forms_adam_eps_hat_adam_eps_inside_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk, root_of_quotient

forms = same("adam_eps_hat", "adam_eps_inside")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    second = forms.second
    fixed = walk.correction(second)
    room = walk.p.sqrt_positive(fixed)
    split = root_of_quotient(walk.p, walk.second_moment(second), fixed)
    return walk.walk_alike(walk.alike("m", "v", "p1", "p2"), room, walk.p.inverse(room), split)
