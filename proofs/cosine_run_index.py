"""The cosine restarts count their runs in whole numbers: the index is j all through run j.

Words   Let L(j) = T0 q^j and S(j) = L(0) + ... + L(j-1) with whole T0 >= 1 and q >= 1. When S(j) + m steps of
        `cosine_restarts` are done and 0 <= m < L(j), its index i is j.
Source  Loshchilov & Hutter 2017 (SGDR), section 3 (*unverified* against the paper itself); from the text of
        `cosine_restarts` with its rate left open.
Note    PyTorch's step(epoch) takes the index from a floating logarithm and is wrong at some restarts, such as epoch
        121 for T0 = 1, q = 3; floating point has no terms in the logic.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_restarts import RUNS, Restarts, j, m

schedule = Restarts()


def statement() -> Statement:
    index = schedule.reading.slot("i", schedule.S(j) + m)
    return Statement(schedule.setting, eq(index, j), [0 <= j, 0 <= m, m < schedule.L(j)], RUNS)


def witness() -> Witness:
    return schedule.witness({m: 0})


def prove() -> Theorem:
    p = Prover(schedule.setting)
    return schedule.inside(p)[2]
