"""The bound of Adam's step is attained at every t by one history: g_t = c (beta2/beta1)^t.

Words   With 0 < beta1 < 1, 0 < beta2 < 1, eps = 0 and these gradients, |m_hat| = C_t sqrt(v_hat) in every step t = n +
        1, with the C_t of `adam_step_bound`. For beta1 < beta2 these gradients grow.
Source  Derived for this project (the case of equality in Cauchy-Schwarz); from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n
from adamtheory.proofs.lemmas_step_constant import constant
from adamtheory.proofs.lemmas_step_length import growing, growing_equal
from adamtheory.rules.adam import adam

s = growing(adam, ("m", "v", "p1", "p2"), eps=0)
ASSUMES = s.assume("beta1_positive", "beta1_below_one", "beta2_positive", "beta2_below_one")


def statement() -> Statement:
    claim = eq(absolute(s.value("moment", n)), constant(*s.betas, n) * s.value("denominator", n))
    return Statement(s.setting, claim, [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return p.restate(statement().claim, growing_equal(p, s, n))
