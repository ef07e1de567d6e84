"""No step of AdaMax is longer than its rate if the sizes of the gradients never fall.

Words   With 0 <= beta1 < 1, eps >= 0, lr >= 0 and |g_t| <= |g_{t+1}| for every t >= 1: step n + 1 moves any iterate y
        by at most lr.
Source  Derived for this project; from the text of `adamax`. Kingma & Ba 2015, section 7.1, print it for all gradients
        (`adamax_step_refuted`).
Note    No assumption about beta2 is needed.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import put
from adamtheory.proofs.lemmas_adamax import SLOTS, absolute_nonneg
from adamtheory.proofs.lemmas_adamax_norm import moment_below
from adamtheory.proofs.lemmas_step import n, t, text
from adamtheory.proofs.lemmas_step_length import length_bound
from adamtheory.rules.adam import adamax

s = text(adamax, SLOTS)
g = s.gradient
ASSUMES = (*s.assume("beta1_nonnegative", "beta1_below_one", "eps_nonnegative", "rate_nonnegative"), "rising")
s.setting.assume("rising", absolute(g(t)) <= absolute(g(t + 1)), [1 <= t])


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= s.scalar("lr"), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness(g=([t], 1))


def prove() -> Theorem:
    p = Prover(s.setting)

    def size(k: Any) -> Any:
        return absolute(g(k))

    def rises(k: Any) -> tuple[Theorem, Theorem]:
        return p.restate(1 * size(k) <= size(k + 1), p.given("rising", k)), p.certify(size(k + 1) <= size(k + 1))

    d, x, lr, u = s.value("denominator", n), s.value("m_hat", n), s.scalar("lr"), s.value("u", n)
    larger = p.chain(size(n + 1) <= d, p.max_right(*u.args), p.given("eps_nonnegative"))
    bound = p.chain(absolute(x) <= 1 * d, moment_below(p, s, n, size, rises), larger)
    low = p.chain(0 <= d, absolute_nonneg(p, g(n + 1)), larger)
    lemma, variables = length_bound(p)
    one = p.certify(0 <= lift(1))
    found = put(p, lemma, variables, (x, 1, d, lr), bound, one, low, p.given("rate_nonnegative"))
    return p.restate(statement().claim, found)
