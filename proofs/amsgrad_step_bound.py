"""AMSGrad inherits the bound of a step of Adam without bias correction: |m_t| <= K_t (sqrt(V_t) + eps).

Words   With beta1 < 1, 0 < beta2 < 1, eps >= 0 and r = beta1^2/beta2: in step t = n + 1 of the text, |m| is at most K_t
        times the denominator, K_t = (1-beta1) sqrt([t]_r/(1-beta2)), [t]_r = 1 + r + ... + r^(t-1).
Source  Derived for this project; from the text of `amsgrad`, whose denominator is at least that of Adam.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n, text, value_nonneg
from adamtheory.proofs.lemmas_step_constant import raw_constant
from adamtheory.proofs.lemmas_step_length import raw_bound, raw_constant_nonneg
from adamtheory.rules.amsgrad import amsgrad

s = text(amsgrad, ("m", "v", "v_max"))
ASSUMES = s.assume("beta1_below_one", "beta2_positive", "beta2_below_one", "eps_nonnegative")
K = raw_constant(*s.betas, n)


def statement() -> Statement:
    return Statement(s.setting, absolute(s.value("moment", n)) <= K * s.value("denominator", n), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    largest, new = s.value("v_max", n), s.value("v", n)
    longer = p.sqrt_monotone(
        p.restate(new <= largest, p.max_right(s.reading.slot("v_max", n), new)), value_nonneg(p, s, n)
    )
    return p.certify(statement().claim, raw_bound(p, s, n), longer, raw_constant_nonneg(p, s, n))
