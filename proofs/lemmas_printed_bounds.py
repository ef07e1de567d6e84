"""From the bounds proved here to the larger ones that were printed: sqrt(1 + log T) and 1 - gamma come in."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, log, sqrt
from adamtheory.logic.printing import text
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, log_of_one, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_amsgrad import Amsgrad
from adamtheory.proofs.lemmas_amsgrad_scheduled import gradient_costs
from adamtheory.proofs.lemmas_box_game import i


def gamma(s: Amsgrad) -> Any:
    """beta1/sqrt(beta2)."""
    return s.beta1 / sqrt(s.beta2)


def assume_gamma(setting: Setting, s: Amsgrad) -> str:
    """gamma < 1; the name of the assumption."""
    setting.assume("gamma_below_one", gamma(s) < 1)
    return "gamma_below_one"


def logarithmic(s: Amsgrad, n: Any) -> Any:
    """alpha sqrt(1 + log n)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i |g_{1:n,i}|."""
    divisor = (1 - s.beta1) ** 2 * (1 - gamma(s)) * sqrt(1 - s.beta2)
    return s.alpha * sqrt(1 + log(n)) / divisor * s.norms(n)


def log_nonneg(p: Prover, n: Any) -> Theorem:
    """1 <= n |- 1 <= sqrt(1 + log n): log(1/n) <= 1/n - 1 <= 0."""
    begun = p.assume(1 <= n)
    positive, one = p.certify(0 < lift(n), begun, degree=1), p.certify(0 < lift(1))
    quotient = p.log_quotient(positive, one)  # log(1) - log(n) = log(1/n)
    share = p.inv_positive(positive)
    ratio = p.restate(0 < 1 / lift(n), share)
    least = p.certify(1 / lift(n) <= 1, begun, p.inverse(positive), weights=[[positive]], degree=1)
    low = p.chain(0 <= log(n), quotient, p.log_bound(ratio), least, log_of_one(p))
    root = p.certify(lift(1) ** 2 <= sqrt(1 + log(n)) ** 2, p.sqrt_square(p.certify(0 <= 1 + log(n), low)), low)
    return p.squares(root, p.sqrt_nonneg(1 + log(n)))


def larger_costs(p: Prover, s: Amsgrad, n: Any, low: Theorem, below: Theorem) -> Theorem:
    """1 <= n |- gradient_costs <= logarithmic, from 0 <= beta1, beta1 < 1 and gamma < 1: (1+a)(1-a)(1-gamma) <= 1."""
    a, c, r, L, alpha, N = variables = apart(p, "a c r L alpha N")
    nonneg, kept, small, positive, root, long, rate, norms = p.assume(
        0 <= a, 0 < 1 - a, c < 1, 0 <= c, 0 < r, 1 <= L, 0 < alpha, 0 <= N
    )
    divisor, larger = (1 - a) * r, (1 - a) ** 2 * (1 - c) * r
    first = p.certify(0 < divisor, kept, root)
    share = p.certify(0 < 1 - c, small)
    second = p.certify(0 < larger, p.certify(0 < (1 - a) ** 2 * r, p.certify(0 < (1 - a) ** 2, kept), root), share)
    product = p.certify((1 + a) * (1 - a) * (1 - c) <= 1, *_parts(p, a, c, nonneg, kept, positive, share))
    most = p.certify((1 + a) * (1 - a) * (1 - c) <= L, product, long, degree=1)
    crossed = p.certify(
        (1 + a) * larger <= L * divisor, p.certify(most.claim.left * divisor <= L * divisor, most, first)
    )
    inverses = p.inverse(first), p.inverse(second)
    ratio = p.certify(
        (1 + a) * inv(divisor) <= L * inv(larger), crossed, *inverses, weights=[[first, second]], degree=1
    )
    weight = p.certify(0 <= alpha * N, rate, norms)
    goal = alpha * (1 + a) / divisor * N <= alpha * L / larger * N
    lemma = p.certify(goal, p.certify(weight.claim.right * ratio.claim.left <= weight.claim.right * ratio.claim.right,
                                      ratio, weight))  # fmt: skip
    norm = p.sum_of(p.sqrt_nonneg(s.squares(n)), i, 1, s.game.d)
    facts = (
        low,
        p.certify(0 < 1 - s.beta1, below),
        p.given("gamma_below_one"),
        p.certify(0 <= gamma(s), low, p.inv_nonneg(p.sqrt_nonneg(s.beta2))),
        p.sqrt_positive(p.certify(0 < 1 - s.beta2, p.given("beta2_below_one"))),
        log_nonneg(p, n),
        p.given("step_positive"),
        p.restate(0 <= s.norms(n), norm),
    )
    values = (s.beta1, gamma(s), sqrt(1 - s.beta2), sqrt(1 + log(n)), s.alpha, s.norms(n))
    return p.restate(gradient_costs(s, s.beta1, n) <= logarithmic(s, n), put(p, lemma, variables, values, *facts))


def _parts(
    p: Prover, a: Any, c: Any, nonneg: Theorem, kept: Theorem, positive: Theorem, share: Theorem
) -> tuple[Theorem, Theorem]:
    """(1+a)(1-a) <= 1, and (1+a)(1-a) c >= 0."""
    square = p.certify((1 + a) * (1 - a) <= 1, squares=[a])
    whole = p.certify(0 <= (1 + a) * (1 - a), p.certify(0 <= 1 + a, nonneg), kept)
    return square, p.certify(0 <= whole.claim.right * c, whole, positive)


def with_gamma(rest: Witness) -> Witness:
    """The witness, for which beta1 = 1/4 and beta2 = 1/4 are given: gamma = (1/4)/sqrt(1/4) = 1/2."""
    quarter, half = Fraction(1, 4), lift(Fraction(1, 2))

    def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
        if "sqrt" not in text(goal):
            found: Theorem = rest.prove(p, goal, guards)
            return found
        square = p.restate(eq(sqrt(quarter) ** 2, half**2), p.sqrt_square(p.certify(0 <= lift(quarter))))
        root = p.squares_equal(square, p.sqrt_nonneg(quarter), p.certify(0 <= half))
        return p.certify(goal, p.rewrite(root, inv))

    return Witness(rest.families, rest.values, shown)
