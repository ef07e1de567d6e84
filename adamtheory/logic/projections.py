"""Projections: the clip of a box, from the text of its rule, and the nearest point of a convex set.

`project` is the reading of a feasible set as a function of terms; `indicator` marks its branches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, maximum, minimum, total
from adamtheory.logic.sums import apart
from adamtheory.logic.terms import Rel

Sequence = Callable[[Any], Any]
Result = Callable[[Any], Theorem]


def clip_cases(p: Prover, project: Sequence, y: Any, low: Any, high: Any) -> tuple[Theorem, Theorem, Theorem]:
    """y < low |- z = low;  low <= y, high < y |- z = high;  low <= y, y <= high |- z = y, for z = project(y)."""
    z = project(y)
    below, not_below, above, not_above = p.assume(y < low, low <= y, high < y, y <= high)
    to_low = p.indicator_on(p.restate(0 < low - y, below))
    no_low = p.indicator_off(p.restate(low - y <= 0, not_below))
    to_high = p.indicator_on(p.restate(0 < y - high, above))
    no_high = p.indicator_off(p.restate(y - high <= 0, not_above))
    return (
        p.certify(eq(z, low), to_low),
        p.certify(eq(z, high), no_low, to_high),
        p.certify(eq(z, y), no_low, no_high),
    )


def by_clip(p: Prover, project: Sequence, y: Any, low: Any, high: Any, goal: Rel, *facts: Theorem) -> Theorem:
    """The goal about project(y), certified from the facts where y < low, where high < y, and where neither."""
    at_low, at_high, inside = clip_cases(p, project, y, low, high)
    below, not_below, above, not_above = p.assume(y < low, low <= y, high < y, y <= high)
    first = p.certify(goal, at_low, below, *facts)
    second = p.certify(goal, at_high, above, *facts)
    third = p.certify(goal, inside, not_below, not_above, *facts)
    return p.cases(p.cases(third, second, y, high), first, low, y)


def clip_is_min_max(p: Prover, project: Sequence, y: Any, low: Any, high: Any) -> Theorem:
    """low <= high |- project(y) = min(max(y, low), high): the rule of the box is the clip of every textbook."""
    below, not_below, above, not_above = p.assume(y < low, low <= y, high < y, y <= high)
    ordered = p.assume(low <= high)
    at_low, at_high, inside = clip_cases(p, project, y, low, high)
    goal = eq(project(y), minimum(maximum(y, low), high))

    def ends(inner: Theorem, outer: Theorem, value: Theorem) -> Theorem:
        """From max(y, low) = a, max(-a, -high) = -b and project(y) = b."""
        same = p.rewrite(inner, lambda m: minimum(m, high))
        return p.certify(goal, same, outer, value, degree=1)

    raised = p.max_is(p.restate(y <= low, below))  # max(y, low) = low
    kept = p.restate(eq(maximum(y, low), y), p.max_is(not_below))
    first = ends(raised, p.max_is(p.restate(-high <= -low, ordered)), at_low)
    second = ends(kept, p.max_is(p.restate(-y <= -high, above)), at_high)
    third = ends(kept, p.max_is(p.restate(-high <= -y, not_above)), inside)
    return p.cases(p.cases(third, second, y, high), first, low, y)


def clip_range(p: Prover, project: Sequence, y: Any, low: Any, high: Any) -> tuple[Theorem, Theorem]:
    """low <= high |- low <= project(y), and project(y) <= high."""
    (v,) = apart(p, "y")
    ordered = p.assume(low <= high)
    above, below = (
        p.inst(by_clip(p, project, v, low, high, goal, ordered), {v: y})
        for goal in (low <= project(v), project(v) <= high)
    )
    return above, below


def clip_step(p: Prover, project: Sequence, y: Any, u: Any, low: Any, high: Any, *, firm: bool = False) -> Theorem:
    """low <= u, u <= high |- (z - u)^2 <= (y - u)^2 for z = project(y); firm: <= (y - u)^2 - (y - z)^2."""
    v, w = apart(p, "y u")
    z = project(v)
    between = p.assume(low <= w, w <= high)
    at_low, at_high, inside = clip_cases(p, project, v, low, high)
    below, above = p.assume(v < low, high < v)
    goal = (z - w) ** 2 <= (v - w) ** 2 - (v - z) ** 2
    first = p.certify(goal, at_low, p.certify((low - w) ** 2 <= (v - w) ** 2 - (v - low) ** 2, below, *between))
    second = p.certify(goal, at_high, p.certify((high - w) ** 2 <= (v - w) ** 2 - (v - high) ** 2, above, *between))
    third = p.certify(goal, inside, p.certify((v - w) ** 2 <= (v - w) ** 2 - (v - v) ** 2))
    found = p.cases(p.cases(third, second, v, high), first, low, v)
    if not firm:
        found = p.certify((z - w) ** 2 <= (v - w) ** 2, found, squares=[v - z], degree=1)
    return p.inst(found, {v: y, w: u})


def nearest_point(
    p: Prover, i: Any, d: Any, w: Any, y: Any, z: Any, u: Any, *, nonneg: Theorem, nearest: Result
) -> Theorem:
    """|z - u|_w^2 <= |y - u|_w^2 - |y - z|_w^2 where no point between z and u is nearer to y than z is.

    w, y, z, u   terms in the coordinate i = 1, ..., d
    nonneg       0 <= w, perhaps under 1 <= i and i <= d
    nearest(s)   0 <= s, s <= 1 |- |z - y|_w^2 <= |z + s (u - z) - y|_w^2
    """

    def over(body: Any) -> Any:
        return total(i, 1, d, w * body)

    cosine, square = over((y - z) * (u - z)), over((u - z) ** 2)
    (a,) = apart(p, "a")
    each = p.certify(0 <= w * (u - z) ** 2, nonneg, p.inst(p.certify(0 <= a**2, squares=[a]), {a: u - z}))
    far = p.restate(0 <= square, p.sum_of(each, i, 1, d))
    blunt = not_acute(p, cosine, square, far, nearest)
    goal = over((z - u) ** 2) <= over((y - u) ** 2) - over((y - z) ** 2)
    return p.chain(goal, blunt)


def not_acute(p: Prover, cosine: Any, square: Any, far: Theorem, nearest: Result) -> Theorem:
    """c <= 0 for c = <y - z, u - z>, q = |u - z|^2: if 0 < c, then s = c/(c + q) makes -2 s c + s^2 q negative."""
    c, q, s = apart(p, "c q s")
    acute, wide = p.assume(0 < c, 0 <= q)
    whole = p.certify(0 < c + q, acute, wide, degree=1)
    share = c / (c + q)
    inverse, over = p.inverse(whole), p.inv_positive(whole)
    positive, most = p.certify(0 < share, acute, over), p.certify(share <= 1, wide, over, inverse)
    steps = p.certify(eq(share * (c + q), c), inverse)
    tried = p.restate(0 <= -2 * s * cosine + s**2 * square, nearest(s))
    values = {c: cosine, q: square}
    facts = [p.using(p.inst(fact, values), far) for fact in (acute, positive, most, steps)]
    at = p.inst(p.inst(tried, {s: share}), values)
    at = p.using(at, p.restate(0 <= facts[1].claim.right, facts[1]), facts[2])
    lemma = p.absurd(c <= 0, acute, *p.assume(0 < s, eq(s * (c + q), c), 0 <= -2 * s * c + s**2 * q), degree=3)
    found = p.using(p.inst(lemma, {**values, s: p.inst(positive, values).claim.right}), *facts, at)
    return p.cases(p.assume(cosine <= 0), found, cosine, 0)
