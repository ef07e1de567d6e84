"""The sharp bound of AdaMax's step: |m_hat| <= D_t (u + eps) for every history of gradients.

Words   With 0 <= beta1 < 1, beta2 > 0 and eps >= 0: in step t = n + 1 of the text, |m_hat| is at most D_t times the
        denominator, D_t = [t]_(beta1/beta2)/[t]_beta1, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project; from the text of `adamax`. It replaces the bound of Kingma & Ba 2015, section 7.1.
Note    It is attained (`adamax_step_attained`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import SLOTS, maximal_bound, maximal_constant
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.rules.adam import adamax

s = text(adamax, SLOTS)
ASSUMES = s.assume("beta1_nonnegative", "beta1_below_one", "beta2_positive", "eps_nonnegative")
D = maximal_constant(*s.betas, n)


def statement() -> Statement:
    return Statement(s.setting, absolute(s.value("moment", n)) <= D * s.value("denominator", n), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    return maximal_bound(Prover(s.setting), s, n)
