"""Sums in which one term is left, and maps that keep all inner products."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, indicator, integers, le, lift, lt, total
from adamtheory.logic.sums import apart, exchanged, put
from adamtheory.logic.terms import key

Terms = Callable[[Any], Any]


def delta(j: Any, k: Any) -> Any:
    """1 where j = k, else 0, for integers."""
    return indicator(1 - (j - lift(k)) ** 2)


@cache
def _orders(p: Prover) -> tuple[Any, tuple[Theorem, ...]]:
    """Two integer variables x and y, and once for all

    x < y |- delta = 0;  y < x |- delta = 0;  x = y |- delta = 1;  |- indicator(y - x) + delta = indicator(y + 1 - x).
    """
    x, y = p.fresh("first"), p.fresh("second")
    before, behind, same = p.assume(x < y, y < x, eq(x, y))
    less, more = (p.indicator_off(p.certify(1 - (x - y) ** 2 <= 0, p.integers(gap))) for gap in (before, behind))
    one = p.indicator_on(p.certify(0 < 1 - (x - y) ** 2, same))
    goal = eq(indicator(y - x) + delta(x, y), indicator(y + 1 - x))
    on, off = p.indicator_on, p.indicator_off
    in_front = p.certify(goal, less, on(p.certify(0 < y - x, before)), on(p.certify(0 < y + 1 - x, before)))
    later = off(p.certify(y - x <= 0, behind)), off(p.certify(y + 1 - x <= 0, p.integers(behind)))
    equal = p.antisym(p.assume(x <= y), p.assume(y <= x))
    here = p.cut(one, equal), off(p.certify(y - x <= 0, equal)), on(p.certify(0 < y + 1 - x, equal))
    upto = p.cases(p.certify(goal, *here), in_front, y, x)
    return (x, y), (less, more, one, p.cases(upto, p.certify(goal, more, *later), x, y))


def apart_is_zero(p: Prover, j: Any, k: Any, gap: Theorem) -> Theorem:
    """delta(j, k) = 0 from j < k or k < j."""
    variables, (less, more, _, _) = _orders(p)
    return put(p, less if key(gap.claim) == key(j < lift(k)) else more, variables, (j, k), gap)


def same_is_one(p: Prover, equal: Theorem) -> Theorem:
    """delta(j, k) = 1 from j = k."""
    variables, (_, _, one, _) = _orders(p)
    return put(p, one, variables, (equal.claim.left, equal.claim.right), equal)


def picked(p: Prover, j: Any, k: Any, body: Terms) -> Theorem:
    """delta(j, k) f(k) = delta(j, k) f(j)."""
    goal = eq(delta(j, k) * body(k), delta(j, k) * body(j))
    before, behind = (p.certify(goal, apart_is_zero(p, j, k, p.assume(gap))) for gap in (lt(j, k), lt(k, j)))
    equal = p.antisym(p.assume(le(j, k)), p.assume(le(k, j)))
    here = p.rewrite(equal, lambda z: delta(j, k) * body(z))
    return p.cases(p.cases(p.restate(goal, here), before, k, j), behind, j, k)


def collapse(p: Prover, k: Any, d: Any, j: Any, body: Terms) -> Theorem:
    """1 <= j, j <= d |- sum_{k=1}^d delta(j, k) f(k) = f(j)."""
    n = p.fresh("n", d, j, k, body(j))
    f = delta(j, k) * body(k)

    def claim(n: Any) -> Any:
        return eq(total(k, 1, n, f), indicator(n + 1 - j) * body(j))

    last = p.sum_step(k, 1, n, f, p.assume(0 <= n))
    first, within = p.assume(le(1, j), le(j, d))
    base = p.certify(claim(lift(0)), p.sum_none(k, 1, f), p.indicator_off(p.certify(1 - j <= 0, first)))
    variables, (*_, longer) = _orders(p)
    switch = p.rewrite(put(p, longer, variables, (j, n + 1)), lambda z: z * body(j))
    step = p.chain(claim(n + 1), p.assume(claim(n)), last, picked(p, j, n + 1, body), switch)
    found = p.inst(p.induction(n, 0, claim(n), base, step), {n: d})
    reached = p.using(found, p.certify(0 <= lift(d), first, within))
    return p.certify(eq(total(k, 1, d, f), body(j)), reached, p.indicator_on(p.certify(0 < lift(d) + 1 - j, within)))


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


def part_of_total(p: Prover, k: Any, d: Any, j: Any, body: Terms, nonneg: Theorem) -> Theorem:
    """1 <= j, j <= d |- f(j) <= sum_{k=1}^d f(k), from 0 <= f(k)."""
    (on, value) = names = apart(p, "on value")
    less = p.certify(on * value <= value, *p.assume(on <= 1, 0 <= value))
    each = put(p, less, names, (delta(j, k), body(k)), indicator_at_most_one(p, 1 - (j - k) ** 2), nonneg)
    return p.chain(body(j) <= total(k, 1, d, body(k)), collapse(p, k, d, j, body), p.sum_of(each, k, 1, d))


def below_total(p: Prover, k: Any, d: Any, j: Any, body: Terms) -> Theorem:
    """1 <= j, j <= d |- f(j)^2 <= sum_{k=1}^d f(k)^2."""
    (z,) = apart(p, "z")
    square = put(p, p.certify(0 <= z**2, squares=[z]), [z], [body(k)])
    return part_of_total(p, k, d, j, lambda k: body(k) ** 2, square)


def indicator_at_most_one(p: Prover, a: Any) -> Theorem:
    """indicator(a) <= 1."""
    off, on = p.indicator_off(p.assume(a <= 0)), p.indicator_on(p.assume(0 < a))
    goal = indicator(a) <= 1
    return p.cases(p.certify(goal, off), p.certify(goal, on), a, 0)
