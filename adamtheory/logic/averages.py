"""Powers of a decay rate and the weights of a moving average: sums, mean ages, signs.

A sequence is given as a function of n, its recursion as a function that proves it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, power, total

# --- powers of a decay rate -------------------------------------------------------------------------------------------


def power_below_one(p: Prover, low: Theorem, high: Theorem, n: Any) -> Theorem:
    """0 <= n |- b^(n+1) < 1 from 0 <= b and b < 1."""
    b = low.claim.right
    k = p.fresh("k", b, n)
    start = p.assume(0 <= k)
    nonneg = p.power_nonneg(p.restate(0 <= b, low), k + 1)
    positive = p.using(nonneg, p.certify(0 <= k + 1, start))
    following = p.power_next(b, p.certify(0 <= k + 1, start))
    q = power(b, k + 1)
    base = p.certify(power(b, lift(0) + 1) < 1, high)
    step = p.certify(power(b, k + 2) < 1, p.assume(q < 1), following, low, high, positive)
    return p.inst(p.induction(k, 0, q < 1, base, step), {k: n})


def power_at_most_one(p: Prover, low: Theorem, high: Theorem, n: Any) -> Theorem:
    """0 <= n |- b^n <= 1 from 0 <= b and b < 1."""
    k = p.fresh("k", low.claim.right, n)
    return p.inst(p.power_claim(low.claim.right, lambda q: q <= 1, low, high, n=k), {k: n})


def power_nonneg_at(p: Prover, low: Theorem, n: Any, start: Theorem) -> Theorem:
    """0 <= b^n from 0 <= b and what gives 0 <= n."""
    return p.using(p.power_nonneg(low, n), p.certify(0 <= n, start))


def power_double(p: Prover, b: Any, n: Any) -> Theorem:
    """0 <= n |- b^(2 n) = (b^n)^2."""
    k = p.fresh("k", b, n)
    start = p.assume(0 <= k)
    claim = eq(power(b, 2 * k), power(b, k) ** 2)
    first = p.power_next(b, p.certify(0 <= 2 * k, start))
    second = p.power_next(b, p.certify(0 <= 2 * k + 1, start))
    base = p.certify(eq(power(b, 2 * lift(0)), power(b, lift(0)) ** 2))
    goal = eq(power(b, 2 * (k + 1)), power(b, k + 1) ** 2)
    step = p.certify(goal, p.assume(claim), first, second, p.power_next(b, start))
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


# --- weighted sums ----------------------------------------------------------------------------------------------------


def shifted(p: Prover, b: Any, n: Any, body: Callable[[Any], Any]) -> Theorem:
    """0 <= n |- sum_{i=1}^{n+1} b^(n+1-i) f(i) = b sum_{i=1}^n b^(n-i) f(i) + f(n+1)."""
    i = p.fresh("i", b, n)
    each = p.power_next(b, p.certify(0 <= n - i, p.assume(i <= n)))  # b^(n+1-i) = b b^(n-i)
    longer = p.restate(eq(power(b, n + 1 - i) * body(i), b * power(b, n - i) * body(i)), each)
    last = p.sum_step(i, 1, n, power(b, n + 1 - i) * body(i), p.assume(0 <= n))
    old = b * total(i, 1, n, power(b, n - i) * body(i))
    return p.certify(eq(last.claim.left, old + body(n + 1)), last, p.sum_of(longer, i, 1, n))


def unrolled(
    p: Prover, f: Callable[[Any], Any], b: Any, body: Callable[[Any], Any], n: Any, begin: Theorem, following: Theorem
) -> Theorem:
    """0 <= n |- f(n) = (1-b) sum_{i=1}^n b^(n-i) x(i).

    n is a variable; begin is f(0) = 0, following 0 <= n |- f(n+1) = b f(n) + (1-b) x(n+1).
    """
    i = p.fresh("i", b, n)
    weighted = power(b, n - i) * body(i)
    claim = eq(f(n), (1 - b) * total(i, 1, n, weighted))
    longer = eq(f(n + 1), (1 - b) * total(i, 1, n + 1, power(b, n + 1 - i) * body(i)))
    empty = p.sum_none(i, 1, power(b, -i) * body(i))
    base = p.certify(eq(f(lift(0)), (1 - b) * total(i, 1, lift(0), power(b, lift(0) - i) * body(i))), begin, empty)
    step = p.certify(longer, p.assume(claim), following, shifted(p, b, n, body))
    return p.induction(n, 0, claim, base, step)


def weights(p: Prover, b: Any, n: Any) -> Theorem:
    """0 <= n |- (1-b) sum_{i=1}^n b^(n-i) = 1 - b^n."""
    k = p.fresh("k", b, n)
    i = p.fresh("i", b, k, n)

    def claim(n: Any) -> Any:
        return eq((1 - b) * total(i, 1, n, power(b, n - i)), 1 - power(b, n))

    base = p.certify(claim(lift(0)), p.sum_none(i, 1, power(b, -i)))
    longer = shifted(p, b, k, lambda i: lift(1))
    step = p.certify(claim(k + 1), p.assume(claim(k)), longer, p.power_next(b, p.assume(0 <= k)))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


def ages(p: Prover, b: Any, n: Any) -> Theorem:
    """0 <= n |- (1-b)^2 sum_{i=1}^n b^(n-i) (n-i) = b - n b^n + (n-1) b b^n."""
    k = p.fresh("k", b, n)
    i = p.fresh("i", b, k, n)

    def old(k: Any) -> Any:
        return total(i, 1, k, power(b, k - i) * (k - i))

    def closed(k: Any) -> Any:
        return b - k * power(b, k) + (k - 1) * b * power(b, k)

    # the sum for k+1 is b times the one for k, every age one more: b (sum b^(k-i) (k-i) + sum b^(k-i))
    longer = shifted(p, b, k, lambda i: k + 1 - i)
    following = p.power_next(b, p.assume(0 <= k))
    claim = eq((1 - b) ** 2 * old(k), closed(k))
    base = p.certify(eq((1 - b) ** 2 * old(lift(0)), closed(lift(0))), p.sum_none(i, 1, power(b, -i) * (0 - i)))
    goal = eq((1 - b) ** 2 * old(k + 1), closed(k + 1))
    step = p.certify(goal, p.assume(claim), longer, weights(p, b, k), following)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def mean_age(b: Any, n: Any) -> Any:
    """b (1 - n b^(n-1) + (n-1) b^n)/(1-b), which is (1-b) sum_{i=1}^n b^(n-i) (n-i) for n >= 1."""
    return b * (1 - n * power(b, n - 1) + (n - 1) * power(b, n)) / (1 - b)


def mean_age_is(p: Prover, b: Any, n: Any, high: Theorem) -> Theorem:
    """1 <= n |- (1-b) sum_{i=1}^n b^(n-i) (n-i) = mean_age(b, n) from b < 1."""
    i = p.fresh("i", b, n)
    start = p.assume(1 <= n)
    closed = p.using(ages(p, b, n), p.certify(0 <= n, start))
    following = p.power_next(b, p.certify(0 <= n - 1, start))
    goal = eq((1 - b) * total(i, 1, n, power(b, n - i) * (n - i)), mean_age(b, n))
    return p.certify(goal, closed, following, p.inverse(p.certify(0 < 1 - b, high)))
