"""Without the schedule, printed Nadam is PyTorch's with lr and eps divided by sqrt(beta2).

Words   Whatever the gradients, `nadam` and `nadam_torch` with lr/sqrt(beta2) and eps/sqrt(beta2), both with mu_t =
        beta1, are at the same place after every step, for 0 < beta2 < 1 and any lr, beta1 and eps.
Source  Derived for this project; from the texts of both rules.
Note    The powers of both schedules are read as r^t, and r = 0. With the schedule on they part in the first step
        (`forms_nadam_nadam_torch_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam", "nadam_torch")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    off = walk.no_schedule()
    root = walk.root_of_factor()
    factor = walk.factor(walk.ratio(walk.second_moment(forms.second), forms.second))
    slots = [*off, *walk.alike("m", "n v", "P", "p2", facts=off)]
    return walk.walk_alike(slots, root, walk.p.inverse(root), factor, other=off)
