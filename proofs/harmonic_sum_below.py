"""The harmonic sum of the first n terms is at least log(n + 1): it grows without bound.

Words   log(n + 1) <= 1 + 1/2 + ... + 1/n for every n >= 0.
Source  A textbook fact; here by log((t+1)/t) <= (t+1)/t - 1 = 1/t.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, log, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import harmonic_below

n, t = integers("n t")

setting = Setting()


def statement() -> Statement:
    return Statement(setting, log(n + 1) <= total(t, 1, n, 1 / t), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return harmonic_below(Prover(setting), n)
