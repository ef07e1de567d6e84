"""The sharp constant of Adam's step grows with every step where beta1 and beta2 differ: C_t < C_{t+1}.

Words   With 0 <= beta1, 0 < beta2, beta1 and beta2 different and r = beta1^2/beta2: C_t = sqrt([t]_r
        [t]_beta2)/[t]_beta1 is less than C_{t+1} for every t = n + 1 >= 1, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project.
Note    For beta1 = beta2 it is always 1 (`adam_step_constant_equal`); its limit is in `adam_step_constant_limit`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import constant
from adamtheory.proofs.lemmas_step_rises import constant_rises

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta2_positive")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, constant(a, b, n) < constant(a, b, n + 1), [0 <= n, 0 < (a - b) ** 2], ASSUMES)


def witness() -> Witness:
    return s.witness(beta1=0)


def prove() -> Theorem:
    return constant_rises(Prover(s.setting), s)
