"""Printed Nadam with constant momentum is PyTorch's with r = 0 and lr and eps divided by sqrt(beta2).

Words   Whatever the gradients, `nadam_constant` and `nadam_torch` with mu_t = beta1, lr/sqrt(beta2) and
        eps/sqrt(beta2) are at the same place after every step, for 0 < beta2 < 1 and any lr, beta1 and eps.
Source  Derived for this project; from the texts of both rules.
Note    The power 0.96^(t psi) is read as r^t with r = 0.96^psi, and r = 0.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam_constant", "nadam_torch")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    off = walk.no_schedule()
    root = walk.root_of_factor()
    factor = walk.factor(walk.ratio(walk.second_moment(forms.second), forms.second))
    slots = walk.alike("m", "n v", "p1 P", "p2", facts=off)
    return walk.walk_alike(slots, root, walk.p.inverse(root), factor, other=off)
