"""The sharp constant of Adam's step is never below 1: C_t >= 1 for all decay rates and every t.

Words   With 0 <= beta1, 0 < beta2 and r = beta1^2/beta2: C_t = sqrt([t]_r [t]_beta2)/[t]_beta1 >= 1 at t = n + 1, where
        [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project (Cauchy-Schwarz for the sums; the gap is a chi-square distance of the two weights).
Note    It is 1 for beta1 = beta2 (`adam_step_constant_equal`) and for no other rates (`adam_step_constant_above`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import constant, constant_is, constant_squares

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta2_positive")


def statement() -> Statement:
    return Statement(s.setting, 1 <= constant(*s.betas, n), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return constant_is(p, s, n, constant_squares(p, s, n))
