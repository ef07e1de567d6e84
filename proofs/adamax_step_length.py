"""One step of AdaMax moves an iterate by at most lr D_t, whatever the gradients.

Words   With 0 <= beta1 < 1, beta2 > 0, eps >= 0 and lr >= 0: step t = n + 1 moves any iterate y by at most lr D_t, D_t
        = [t]_(beta1/beta2)/[t]_beta1, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project; from the text of `adamax`. Kingma & Ba 2015, section 7.1, print lr
        (`adamax_step_refuted`).
Note    D_t tends to 1.0091 for the default decay rates (`adamax_step_constant_limit`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamax import SLOTS, maximal_bound, maximal_constant, maximal_nonneg
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.proofs.lemmas_step_length import length
from adamtheory.rules.adam import adamax

s = text(adamax, SLOTS)
ASSUMES = s.assume("beta1_nonnegative", "beta1_below_one", "beta2_positive", "eps_nonnegative", "rate_nonnegative")
D = maximal_constant(*s.betas, n)


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr") * D, [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return length(p, s, maximal_bound(p, s, n), maximal_nonneg(p, s, n), n)
