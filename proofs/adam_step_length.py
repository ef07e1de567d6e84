"""One step of Adam moves an iterate by at most lr C_t, whatever the gradients.

Words   With 0 <= beta1 < 1, 0 < beta2 < 1, eps >= 0, lr >= 0 and r = beta1^2/beta2: step t = n + 1 moves any iterate y
        by at most lr C_t, C_t = sqrt([t]_r [t]_beta2)/[t]_beta1, where [t]_q = 1 + q + ... + q^(t-1).
Source  Derived for this project; from the text of `adam`. It replaces both bounds of Kingma & Ba 2015, section 2.1.
Note    C_t tends to 7.27 for the default decay rates (`adam_step_constant_limit`) and is at least 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import DECAYS, n, text
from adamtheory.proofs.lemmas_step_constant import constant, constant_nonneg
from adamtheory.proofs.lemmas_step_length import adam_bound, denominator_nonneg, length
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative")


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr") * constant(*s.betas, n), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)
    return length(p, s, adam_bound(p, s, n), (constant_nonneg(p, s, n), denominator_nonneg(p, s, n)), n)
