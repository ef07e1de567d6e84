"""The harmonic sum of the first n terms is at most 1 + log(n).

Words   1 + 1/2 + ... + 1/n <= 1 + log(n) for every n >= 1, with equality at n = 1.
Source  Hazan, Agarwal & Kale 2007, in the proof of Theorem 1, there by an integral; here by log(t/(t+1)) <= -1/(t+1).
"""

from adamtheory.logic import sums
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, log, total
from adamtheory.logic.statement import Statement, Witness

n, t = integers("n t")

setting = Setting()


def statement() -> Statement:
    return Statement(setting, total(t, 1, n, 1 / t) <= 1 + log(n), hyps=[1 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return sums.harmonic(Prover(setting), n)
