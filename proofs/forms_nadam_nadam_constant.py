"""Nadam with r = 0 in its schedule is Nadam with constant momentum.

Words   Whatever the gradients, `nadam` with 0 for the powers of its schedule, so that mu_t = beta1, and
        `nadam_constant` are at the same place after every step, for any parameters.
Source  Derived for this project; from the texts of both rules.
Note    The power 0.96^(t/250) is read as r^t, and r = 0.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam", "nadam_constant")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    off = walk.no_schedule()
    return walk.walk_alike([*off, *walk.alike("m", "n", "P p1", "p2", facts=off)], walk.one())
