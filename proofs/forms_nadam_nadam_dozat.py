"""Where eps is 0, printed Nadam with r = 0 in its schedule is its author's program with lr/sqrt(beta2).

Words   Whatever the gradients, with eps = 0 `nadam` with mu_t = beta1 and lr and `nadam_dozat` with lr/sqrt(beta2)
        are at the same place after every step, for 0 <= beta1 < 1, 0 < beta2 < 1 and any lr.
Source  Derived for this project; from the texts of both rules.
Note    The power 0.96^(t/250) is read as r^t, and r = 0.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam", "nadam_dozat")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    root, off = walk.root_of_factor(), walk.no_schedule()
    m, v = walk.uncorrected("m", "n", *off)
    one, roots, ratio = walk.corrected(v)
    slots = [*off, *walk.alike("P p1", "p2", facts=off), m, v]
    return walk.walk_alike(slots, root, walk.p.inverse(root), one, roots, walk.factor(ratio))
