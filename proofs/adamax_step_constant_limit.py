"""The sharp constant of AdaMax's step tends to (1-beta1) beta2/(beta2-beta1) if beta1 < beta2.

Words   With 0 <= beta1 < 1, beta2 > 0 and beta1 < beta2: D_t = [t]_(beta1/beta2)/[t]_beta1, t = n + 1, tends to
        (1-beta1) beta2/(beta2-beta1), which is 1.0091 for the default decay rates, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project. For beta1 >= beta2 it is unbounded (`adamax_step_constant_unbounded`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import maximal_constant, maximal_limit
from adamtheory.proofs.lemmas_step import betas, n

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta1_below_one", "beta2_positive")
a, b = s.betas
limit = (1 - a) * b / (b - a)


def statement() -> Statement:
    return Statement(s.setting, tends(absolute(maximal_constant(a, b, n) - limit), 0, n), [a < b], ASSUMES)


def witness() -> Witness:
    return s.witness(beta1=0)


def prove() -> Theorem:
    return maximal_limit(Prover(s.setting), s, n)
