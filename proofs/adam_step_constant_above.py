"""The sharp constant of Adam's step exceeds 1 from the second step on if beta1 and beta2 differ.

Words   With 0 <= beta1, 0 < beta2, beta1 and beta2 different and r = beta1^2/beta2: C_t = sqrt([t]_r
        [t]_beta2)/[t]_beta1 > 1 at every t = n + 1 >= 2, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project. At t = 2 it reads C_2^2 = 1 + (beta1-beta2)^2/(beta2 (1+beta1)^2).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import constant, constant_above

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta2_positive")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, 1 < constant(a, b, n), [1 <= n, 0 < (a - b) ** 2], ASSUMES)


def witness() -> Witness:
    return s.witness(beta1=0)


def prove() -> Theorem:
    return constant_above(Prover(s.setting), s, n)
