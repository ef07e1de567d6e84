"""The sharp bound of a step of Adam without bias correction: |m_t| <= K_t (sqrt(v_t) + eps) for every history.

Words   With beta1 < 1, 0 < beta2 < 1, eps >= 0 and r = beta1^2/beta2: after step t = n + 1 of the text, |m| is at most
        K_t times the denominator, K_t = (1-beta1) sqrt([t]_r/(1-beta2)), [t]_r = 1 + r + ... + r^(t-1).
Source  Derived for this project (Cauchy-Schwarz, as an invariant of the recursions); from the text of
        `adam_uncorrected`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.proofs.lemmas_step_constant import raw_constant
from adamtheory.proofs.lemmas_step_length import raw_bound
from adamtheory.rules.adam import adam_uncorrected

s = text(adam_uncorrected, ("m", "v"))
ASSUMES = s.assume("beta1_below_one", "beta2_positive", "beta2_below_one", "eps_nonnegative")


def statement() -> Statement:
    claim = absolute(s.value("moment", n)) <= raw_constant(*s.betas, n) * s.value("denominator", n)
    return Statement(s.setting, claim, [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return raw_bound(Prover(s.setting), s, n)
