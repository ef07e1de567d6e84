"""Where eps is 0, Adam with eps inside the root is Adam without bias correction with a scheduled step size.

Words   Whatever the gradients, with eps = 0 `adam_uncorrected` with lr sqrt(1 - beta2^t)/(1 - beta1^t) in step t and
        `adam_eps_inside` with lr are at the same place after every step, for 0 <= beta2 < 1 and any lr and beta1.
Source  Derived for this project; from the texts of both rules.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk, root_of_quotient

forms = same("adam_uncorrected", "adam_eps_inside")


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
    powers = walk.in_powers(second)
    return walk.walk_alike(walk.alike("m", "v"), room, walk.p.inverse(room), split, *powers)
