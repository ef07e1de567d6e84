"""The step sizes 1/sqrt(t) of the first n rounds add up to at most 2 sqrt(n) - 1.

Words   1 + 1/sqrt(2) + ... + 1/sqrt(n) <= 2 sqrt(n) - 1 for every n >= 1, with equality at n = 1.
Source  Zinkevich 2003, in the proof of Theorem 1, there by an integral; here by 2 (s - r) - 1/s = (s - r)^2/s where
        s = sqrt(t+1), r = sqrt(t).
"""

from adamtheory.logic import sums
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, sqrt, total
from adamtheory.logic.statement import Statement, Witness

n, t = integers("n t")

setting = Setting()


def statement() -> Statement:
    return Statement(setting, total(t, 1, n, 1 / sqrt(t)) <= 2 * sqrt(n) - 1, hyps=[1 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return sums.inverse_sqrt_sum(Prover(setting), n)
