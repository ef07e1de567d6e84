"""Sums in which one term is left, and maps that keep all inner products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, indicator, integers, lift, total
from adamtheory.logic.sums import exchanged

Terms = Callable[[Any], Any]


def delta(j: Any, k: Any) -> Any:
    """1 where j = k, else 0, for integers."""
    return indicator(1 - (j - lift(k)) ** 2)


def apart_is_zero(p: Prover, j: Any, k: Any, gap: Theorem) -> Theorem:
    """delta(j, k) = 0 from j < k or k < j."""
    least = p.integers(gap)
    return p.indicator_off(p.certify(1 - (j - lift(k)) ** 2 <= 0, least))


def collapse(p: Prover, k: Any, d: Any, j: Any, body: Terms) -> Theorem:
    """1 <= j, j <= d |- sum_{k=1}^d delta(j, k) f(k) = f(j)."""
    n = p.fresh("n", d, j, k, body(j))
    f = delta(j, k) * body(k)

    def claim(n: Any) -> Any:
        return eq(total(k, 1, n, f), indicator(n + 1 - j) * body(j))

    begun, first = p.assume(0 <= n), p.assume(1 <= j)
    last = p.sum_step(k, 1, n, f, begun)
    off, on = p.indicator_off, p.indicator_on
    base = p.certify(claim(lift(0)), p.sum_none(k, 1, f), off(p.certify(1 - j <= 0, first)))
    old = p.assume(claim(n))
    # j before, at or behind n + 1
    before, behind = p.assume(j <= n), p.assume(n + 1 < j)
    new = apart_is_zero(p, j, n + 1, p.certify(j < n + 1, before))
    signs = on(p.certify(0 < n + 1 - j, before)), on(p.certify(0 < n + 2 - j, before))
    step_before = p.certify(claim(n + 1), old, last, new, *signs)
    new = apart_is_zero(p, j, n + 1, behind)
    signs = off(p.certify(n + 1 - j <= 0, behind)), off(p.certify(n + 2 - j <= 0, p.integers(behind)))
    step_behind = p.certify(claim(n + 1), old, last, new, *signs)
    here = p.antisym(p.assume(j <= n + 1), p.integers(p.assume(n < j)))
    one = on(p.certify(0 < 1 - (j - (n + 1)) ** 2, here))
    signs = off(p.certify(n + 1 - j <= 0, here)), on(p.certify(0 < n + 2 - j, here))
    step_here = p.certify(claim(n + 1), old, last, one, p.rewrite(here, body), *signs)
    step = p.cases(p.cases(step_before, step_here, j, n), step_behind, j, n + 1)
    found = p.inst(p.induction(n, 0, claim(n), base, step), {n: d})
    within = p.assume(j <= d)
    reached = p.using(found, p.certify(0 <= lift(d), first, within))
    return p.certify(eq(total(k, 1, d, f), body(j)), reached, on(p.certify(0 < lift(d) + 1 - j, within)))


def orthogonal_map(setting: Setting, d: Any) -> Any:
    """A matrix Q(i, j) with orthonormal columns, in a dimension d >= 0."""
    i, j, k = integers("i j k")
    Q = setting.family("Q", "ZZ")
    setting.assume("dimension", 0 <= d)
    columns = eq(total(i, 1, d, Q(i, j) * Q(i, k)), delta(j, k))
    setting.assume("orthonormal", columns, [1 <= j, j <= d, 1 <= k, k <= d])
    return Q


def image(Q: Any, i: Any, d: Any, a: Terms) -> Any:
    """Coordinate i of Q a."""
    (j,) = integers("j")
    return total(j, 1, d, Q(i, j) * a(j))


def isometry(p: Prover, Q: Any, i: Any, d: Any, a: Terms, b: Terms) -> Theorem:
    """Qa . Qb = a . b, for terms a and b in a coordinate, under the assumptions of `orthogonal_map`."""
    j, k = integers("j k")
    n = p.fresh("n", d, a(j), b(j))
    both = p.assume(1 <= j, j <= d)
    reached = p.given("dimension")

    def swapped(index: Any, body: Any) -> Theorem:
        found = p.inst(exchanged(p, index, n, i, d, body), {n: d})
        return p.using(found, reached)

    # sum_k (sum_i Q(i, j) Q(i, k)) b(k) = b(j)
    within = p.assume(1 <= k, k <= d)
    each = p.using(p.given("orthonormal", j=j, k=k), *both, *within)
    column = p.sum_of(p.rewrite(each, lambda z: z * b(k)), k, 1, d)
    inner = swapped(k, Q(i, j) * Q(i, k) * b(k))
    value = p.chain(eq(inner.claim.right, b(j)), inner, column, p.using(collapse(p, k, d, j, b), *both))
    outer = swapped(j, Q(i, j) * a(j) * image(Q, i, d, b))
    summed = p.sum_of(p.rewrite(value, lambda z: a(j) * z), j, 1, d)
    product = total(i, 1, d, image(Q, i, d, a) * image(Q, i, d, b))
    return p.chain(eq(product, total(j, 1, d, a(j) * b(j))), outer, summed)


def below_total(p: Prover, k: Any, d: Any, j: Any, body: Terms) -> Theorem:
    """1 <= j, j <= d |- f(j)^2 <= sum_{k=1}^d f(k)^2."""
    on = indicator_at_most_one(p, 1 - (j - k) ** 2)
    each = p.certify(delta(j, k) * body(k) ** 2 <= body(k) ** 2, on, squares=[body(k)])
    one = collapse(p, k, d, j, lambda k: body(k) ** 2)
    return p.chain(body(j) ** 2 <= total(k, 1, d, body(k) ** 2), one, p.sum_of(each, k, 1, d))


def indicator_at_most_one(p: Prover, a: Any) -> Theorem:
    """indicator(a) <= 1."""
    off, on = p.indicator_off(p.assume(a <= 0)), p.indicator_on(p.assume(0 < a))
    goal = indicator(a) <= 1
    return p.cases(p.certify(goal, off), p.certify(goal, on), a, 0)
