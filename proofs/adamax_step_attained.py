"""The bound of AdaMax's step is attained at every t by one history: g_t = c beta2^t.

Words   With 0 <= beta1 < 1, beta2 > 0, eps = 0 and these gradients, |m_hat| = D_t u in every step t = n + 1, with the
        D_t of `adamax_step_bound`. For beta2 < 1 these gradients fall.
Source  Derived for this project; from the text of `adamax`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import falling, falling_equal, maximal_constant
from adamtheory.proofs.lemmas_step import n

s = falling()
ASSUMES = s.assume("beta1_nonnegative", "beta1_below_one", "beta2_positive")
D = maximal_constant(*s.betas, n)


def statement() -> Statement:
    return Statement(s.setting, eq(absolute(s.value("moment", n)), D * s.value("denominator", n)), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return p.restate(statement().claim, falling_equal(p, s, n))
