"""Without bias correction the sharp constant of Adam's step never falls.

Words   With beta1 < 1, 0 < beta2 < 1 and r = beta1^2/beta2: K_t = (1-beta1) sqrt([t]_r/(1-beta2)) is at most K_{t+1},
        for t = n + 1, where [t]_r = 1 + r + ... + r^(t-1).
Source  Derived for this project. K_t is the constant of `adam_step_bound_uncorrected`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import raw_constant, raw_constant_rises

s = betas()
ASSUMES = s.assume("beta1_below_one", "beta2_positive", "beta2_below_one")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, raw_constant(a, b, n) <= raw_constant(a, b, n + 1), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return raw_constant_rises(Prover(s.setting), s, n)
