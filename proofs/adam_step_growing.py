"""No step of Adam is longer than its rate if beta1 >= beta2 and the sizes of the gradients never fall.

Words   With 0 <= beta1 < 1, 0 < beta2 < 1, eps >= 0, lr >= 0, beta2 <= beta1 and |g_t| <= |g_{t+1}| for every t >= 1:
        step n + 1 moves any iterate y by at most lr. The signs of the gradients do not matter.
Source  Derived for this project (both moments are weighted means, by weights that are ordered); from the text of
        `adam`.
Note    For beta1 <= beta2 it is the gradients that never grow (`adam_step_shrinking`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import DECAYS, n, t, text
from adamtheory.proofs.lemmas_step_monotone import within_rate
from adamtheory.rules.adam import adam

s = text(adam, ("m", "v", "p1", "p2"))
ASSUMES = (*s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative"), "rates", "sizes")
a, b = s.betas
s.setting.assume("rates", b <= a)
s.setting.assume("sizes", absolute(s.gradient(t)) <= absolute(s.gradient(t + 1)), [1 <= t])


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr"), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness(g=([t], 1))


def prove() -> Theorem:
    return within_rate(Prover(s.setting), s, n, grows=True)
