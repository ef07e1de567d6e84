"""False: 1/sqrt(3k+2) + 1/sqrt(3k+3) is at least 2/sqrt(2(3k+1)) for every k >= 0 (not for k = 0: 1.2845 < 1.4142).

Words   The two up-steps of a block against its down-step, with the bounds on v that serve the later blocks: in the
        first block these bounds do not suffice, the exact v_1, v_2, v_3 do.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 1 (the sum of its two steps).
Note    True for k >= 1: `reddi_later_blocks`.
"""

from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement

k = integer("k")

setting = Setting()


def statement() -> Statement:
    both = 1 / sqrt(3 * k + 2) + 1 / sqrt(3 * k + 3)
    return Statement(setting, 2 / sqrt(2 * (3 * k + 1)) <= both, hyps=[0 <= k])


def counterexample() -> Model:
    return Model({k: 0})
