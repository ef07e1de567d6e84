"""The decay rates beta1_t = 1/t are not below 1: the first of them is 1.

Words   Claimed: the schedule beta1_t = 1/t is one of the theorem on AdamX, which asks beta1_1 < 1. False at t = 1.
Source  Tran & Phong 2019, a schedule named after the theorem on AdamX (wording *unverified*).
Note    With beta1_1 = 1 the first average m_1 is 0 and 1/(1-beta1_1), a factor of the bound, is not defined.
Printed The rates beta1_t = 1/t are proposed for a theorem that assumes beta1_1 < 1 (Tran & Phong 2019, unverified).
Wrong   At t = 1 the rate is 1, so that 1/(1-beta1_1) is 1/0.
Instead beta1/t with beta1 < 1 does not increase and stays below 1, so the bound for such rates holds
Theorem amsgrad_regret_scheduled
"""

from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement

t = integer("t")

setting = Setting()


def statement() -> Statement:
    return Statement(setting, 1 / t < 1, hyps=[1 <= t])


def counterexample() -> Model:
    return Model({t: 1})
