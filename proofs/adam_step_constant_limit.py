"""The sharp constant of Adam's step tends to (1-beta1) sqrt(beta2/((1-beta2)(beta2-beta1^2))).

Words   With 0 <= beta1 < 1, 0 < beta2 < 1, beta1^2 < beta2 and r = beta1^2/beta2: C_t = sqrt([t]_r
        [t]_beta2)/[t]_beta1, t = n + 1, tends to (1-beta1) sqrt(beta2/((1-beta2)(beta2-beta1^2))), which is 7.27 for
        the default decay rates, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project. For beta1^2 >= beta2 it is unbounded (`adam_step_constant_unbounded`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import betas, n
from adamtheory.proofs.lemmas_step_constant import constant, constant_limit, limit_value

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta1_below_one", "beta2_positive", "beta2_below_one")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, tends(absolute(constant(a, b, n) - limit_value(a, b)), 0, n), [a**2 < b], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return constant_limit(Prover(s.setting), s, n)
