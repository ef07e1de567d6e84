"""Adam with eps = eps_hat/sqrt(1 - beta2^t) in step t is Adam with eps-hat before the correction.

Words   Whatever the gradients, `adam` with eps = e/sqrt(1 - beta2^t) in step t and `adam_eps_hat` with eps = e are at
        the same place after every step, for 0 <= beta2 < 1 and any lr, beta1 and e.
Source  Kingma & Ba 2015, end of section 2 (there without the change of eps); from the texts of both rules.
Note    With the same number eps they part in the first step (`forms_adam_adam_eps_hat_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import inv
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk, root_of_quotient

forms = same("adam", "adam_eps_hat")


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
    powers = walk.p.rewrite(walk.in_powers(second)[1], inv)
    slots = walk.alike("m", "v", "p1", "p2")
    return walk.walk_alike(slots, walk.p.inv_positive(room), walk.p.inverse(room), powers, split)
