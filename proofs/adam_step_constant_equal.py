"""The sharp constant of Adam's step is 1 if beta1 = beta2.

Words   With beta1 = beta2 > 0 and r = beta1^2/beta2: C_t = sqrt([t]_r [t]_beta2)/[t]_beta1 = 1 at t = n + 1, where
        [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project.
Note    Then no step is longer than lr (`adam_step_equal_rates`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import constant, constant_one

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta2_positive")


def statement() -> Statement:
    return Statement(s.setting, eq(constant(*s.betas, n), 1), [0 <= n, eq(*s.betas)], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return constant_one(Prover(s.setting), s, n)
