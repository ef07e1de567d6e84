"""False: 1/sqrt(3k+3) is at least 1/sqrt(2(3k+1)) for every k >= 0 (it is not for k = 0: 1/sqrt(3) < 1/sqrt(2)).

Words   The step that compares an up-step with the down-step of its block, printed without a lower bound for k.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 1.
Note    Theorem 1 is true all the same: `reddi_theorem_1` has another argument for the first block.
Printed Proof of Theorem 1: an up-step, 1/sqrt(3k+3), outweighs its share of the down-step, 1/sqrt(2 (3k+1)), in every
        block.
Wrong   In the first block, k = 0, it is less: 3k+3 <= 2 (3k+1) needs k >= 1.
Instead The theorem, with another argument for the first block from the exact v_1, v_2, v_3.
Theorem reddi_theorem_1
"""

from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement

k = integer("k")

setting = Setting()


def statement() -> Statement:
    return Statement(setting, 1 / sqrt(2 * (3 * k + 1)) <= 1 / sqrt(3 * k + 3), hyps=[0 <= k])


def counterexample() -> Model:
    return Model({k: 0})
