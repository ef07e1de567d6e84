"""Adam is its form without bias correction with a scheduled step size and eps.

Words   Whatever the gradients, `adam` with lr and eps and `adam_uncorrected` with lr sqrt(1 - beta2^t)/(1 - beta1^t)
        and eps sqrt(1 - beta2^t) in step t are at the same place after every step, for 0 <= beta2 < 1 and any lr,
        beta1 and eps.
Source  Derived for this project; from the texts of both rules.
Note    With equal parameters they part in the first step (`forms_adam_adam_uncorrected_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk, root_of_quotient

forms = same("adam", "adam_uncorrected")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    first, second = forms.first, forms.second
    fixed = walk.correction(first)
    room = walk.p.sqrt_positive(fixed)
    split = root_of_quotient(walk.p, walk.second_moment(second), fixed)
    powers = walk.in_powers(first)
    return walk.walk_alike(walk.alike("m", "v"), walk.p.inv_positive(room), walk.p.inverse(room), split, *powers)
