"""Cosine restarts come when the runs are over: at T0 (1 + q + ... + q^(j-1)) steps the schedule begins anew.

Words   Let L(j) = T0 q^j and S(j) = L(0) + ... + L(j-1) with whole T0 >= 1 and q >= 1. When S(j) steps of
        `cosine_restarts` are done, its counter T_cur is 0.
Source  Loshchilov & Hutter 2017 (SGDR), section 3 (*unverified* against the paper itself); from the text of
        `cosine_restarts`.
Note    The rate of the text is left open, since cos has no term in the logic. PyTorch's step(epoch) takes the index
        of the run from a floating logarithm and misses some restarts; nothing about floating point is said here.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_restarts import RUNS, Restarts, j

schedule = Restarts()


def statement() -> Statement:
    return Statement(schedule.setting, eq(schedule.reading.slot("T_cur", schedule.S(j)), 0), [0 <= j], RUNS)


def witness() -> Witness:
    return schedule.witness()


def prove() -> Theorem:
    p = Prover(schedule.setting)
    return p.restate(statement().claim, schedule.equations(p, j, lift(0), schedule.begins(p))[0])
