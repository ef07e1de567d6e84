"""The first step of Adam is exactly as long as its rate, whatever the first gradient, unless that is 0.

Words   With eps = 0, lr > 0, beta1 < 1 and beta2 < 1: if g_1 is not 0, the first step moves any iterate y by lr.
Source  Kingma & Ba 2015, section 2.1, print "less than" in one case; from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import text
from adamtheory.proofs.lemmas_step_length import first_step
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"), eps=0)
ASSUMES = s.assume("beta1_below_one", "beta2_below_one", "rate_positive")


def statement() -> Statement:
    return Statement(s.setting, eq(absolute(s.step(0)), s.scalar("lr")), [0 < s.gradient(1) ** 2], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return p.restate(statement().claim, first_step(p, s))
