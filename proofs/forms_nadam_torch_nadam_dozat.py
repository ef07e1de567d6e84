"""Where eps is 0, PyTorch's Nadam with r = 0 in its schedule is the program of Nadam's author.

Words   Whatever the gradients, with eps = 0 `nadam_torch` with mu_t = beta1 and `nadam_dozat` are at the same place
        after every step, for beta1 and beta2 in [0, 1) and any lr.
Source  Derived for this project; from the texts of both rules.
Note    The power 0.96^(t psi) is read as r^t with r = 0.96^psi, and r = 0.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam_torch", "nadam_dozat")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    off = walk.no_schedule()
    m, v = walk.uncorrected("m", "v", *off)
    one, roots, _ = walk.corrected(v)
    slots = [*off, *walk.alike("P p1", "p2", facts=off), m, v]
    return walk.walk_alike(slots, walk.one(), one, roots)
