"""The sharp bound of Adam's step: |m_hat| <= C_t (sqrt(v_hat) + eps) for every history of gradients.

Words   With 0 <= beta1 < 1, 0 < beta2 < 1, eps >= 0 and r = beta1^2/beta2: in step t = n + 1 of the text, |m_hat| is at
        most C_t times the denominator, C_t = sqrt([t]_r [t]_beta2)/[t]_beta1, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project (Cauchy-Schwarz, as an invariant of the recursions); from the text of `adam`.
Note    No case is special: r = 1 and beta1 = beta2 are included. It is attained (`adam_step_attained`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import DECAYS, n, text
from adamtheory.proofs.lemmas_step_constant import constant
from adamtheory.proofs.lemmas_step_length import adam_bound
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative")


def statement() -> Statement:
    claim = absolute(s.value("moment", n)) <= constant(*s.betas, n) * s.value("denominator", n)
    return Statement(s.setting, claim, [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return adam_bound(Prover(s.setting), s, n)
