"""A step of AdaMax is at most lr times the largest gradient so far over the denominator.

Words   With 0 <= beta1 < 1, eps >= 0 and lr >= 0: step n + 1 moves any iterate y by at most lr L/(u + eps), where L is
        the largest of |g_1|, ..., |g_{n+1}|.
Source  Derived for this project; from the text of `adamax`. It is what remains of the bound lr of Kingma & Ba 2015,
        section 7.1.
Note    `largest` is the running maximum of |g|. Where u + eps is 0, so is the step.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, maximum
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import put
from adamtheory.proofs.lemmas_adamax import SLOTS, value_of_norm
from adamtheory.proofs.lemmas_adamax_norm import moment_below, quotient_below
from adamtheory.proofs.lemmas_step import n, text
from adamtheory.rules.adam import adamax

s = text(adamax, SLOTS)
ASSUMES = s.assume("beta1_nonnegative", "beta1_below_one", "eps_nonnegative", "rate_nonnegative")
(largest,) = s.setting.define({"largest": (0, lambda n, L: maximum(L, absolute(s.gradient(n + 1))))})
d, lr = s.value("denominator", n), s.scalar("lr")


def statement() -> Statement:
    return Statement(s.setting, absolute(s.step(n)) <= lr * (largest(n + 1) / d), [0 <= n], ASSUMES)


def witness() -> Witness:
    return s.witness()


def prove() -> Theorem:
    p = Prover(s.setting)

    def rises(k: Any) -> tuple[Theorem, Theorem]:
        following = p.next(largest, k)
        old, new = following.claim.right.args
        higher = p.chain(1 * largest(k) <= largest(k + 1), p.max_left(old, new), following)
        return higher, p.chain(new <= largest(k + 1), p.max_right(old, new), following)

    bound = moment_below(p, s, n, largest, rises)
    low = p.chain(0 <= d, value_of_norm(p, s, n), p.given("eps_nonnegative"))
    lemma, variables = quotient_below(p)
    values = (s.value("m_hat", n), largest(n + 1), d, lr)
    return p.restate(statement().claim, put(p, lemma, variables, values, bound, low, p.given("rate_nonnegative")))
