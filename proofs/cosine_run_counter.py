"""Within a run of the cosine restarts the schedule counts the steps of the run.

Words   Let L(j) = T0 q^j and S(j) = L(0) + ... + L(j-1) with whole T0 >= 1 and q >= 1. When S(j) + m steps of
        `cosine_restarts` are done and 0 <= m < L(j), its counter T_cur is m.
Source  Loshchilov & Hutter 2017 (SGDR), section 3 (*unverified* against the paper itself); from the text of
        `cosine_restarts` with its rate left open.
Note    So T_cur runs through 0, ..., L(j) - 1 and the smallest rate is never reached.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_restarts import RUNS, Restarts, j, m

schedule = Restarts()


def statement() -> Statement:
    counter = schedule.reading.slot("T_cur", schedule.S(j) + m)
    return Statement(schedule.setting, eq(counter, m), [0 <= j, 0 <= m, m < schedule.L(j)], RUNS)


def witness() -> Witness:
    return schedule.witness({m: 0})


def prove() -> Theorem:
    p = Prover(schedule.setting)
    return schedule.inside(p)[0]
