"""If beta1 >= beta2, the sharp constant of AdaMax's step grows at least like (1-beta1) t.

Words   With 0 <= beta1, beta2 > 0 and beta2 <= beta1: D_t = [t]_(beta1/beta2)/[t]_beta1 is at least (1-beta1) t, t = n
        + 1, where [t]_q = 1 + q + ... + q^(t-1): no bound of the step holds for all t.
Source  Derived for this project.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import maximal_constant, maximal_unbounded
from adamtheory.proofs.lemmas_step import betas, n

s = betas()
ASSUMES = s.assume("beta1_nonnegative", "beta2_positive")
a, b = s.betas


def statement() -> Statement:
    return Statement(s.setting, (1 - a) * (n + 1) <= maximal_constant(a, b, n), [0 <= n, b <= a], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return maximal_unbounded(Prover(s.setting), s, n)
