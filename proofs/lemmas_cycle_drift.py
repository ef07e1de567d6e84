"""Lemmas for the displacement of Adam in a block of the periodic sequence, which tends to alpha times the drift.

In block j, at phase k, m/sqrt(v) is off its limit by at most C a^j + C^3 b^j/sqrt(1-b).
"""

from functools import cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integer, lift, sqrt
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_average import vanishes
from adamtheory.proofs.lemmas_cycle import (
    Cycle,
    block_power,
    displaced,
    first_moment,
    j,
    k,
    second_moment,
    transient,
)
from adamtheory.proofs.lemmas_drift import count, inverse_roots, meant, share_bounds

n = integer("n")


@cache
def slope_bounds(p: Prover, cycle: Cycle) -> tuple[Theorem, ...]:
    """1 <= C |- -C <= g, g <= C and 1 <= g^2, in every round n + 1."""
    g, room = cycle.slope(n), 1 - cycle.phase(n)
    large = p.assume(1 <= cycle.C)
    on, off = p.indicator_on(p.assume(0 < room)), p.indicator_off(p.assume(room <= 0))
    values = [p.certify(eq(g, value), switch) for value, switch in ((-1, off), (cycle.C, on))]
    goals = (-cycle.C <= g, g <= cycle.C, 1 <= g**2)
    return tuple(p.cases(*(p.certify(goal, value, large) for value in values), room, 0) for goal in goals)


@cache
def moment_bounds(p: Prover, cycle: Cycle) -> tuple[Theorem, Theorem, Theorem]:
    """-C <= m(n) and m(n) <= C for 0 <= n, and 1 - b <= v(n) for 1 <= n; under 1 <= C and 0 <= a, b < 1."""
    C, a, b = cycle.C, *(cycle.method.scalars[name] for name in ("beta1", "beta2"))
    m, v = (lambda n, slot=slot: cycle.method.slot(slot, n) for slot in ("m", "v"))
    below, above, square = slope_bounds(p, cycle)
    large, *decays = p.assume(1 <= C, 0 <= a, a < 1, 0 <= b, b < 1)

    def always(claim: Any, slot: str, *facts: Theorem) -> Theorem:
        base = p.certify(claim(lift(0)), p.start(slot), large)
        return p.induction(n, 0, claim(n), base, p.certify(claim(n + 1), p.assume(claim(n)), p.next(slot, n), *facts))

    first = always(lambda n: -C <= m(n), "m", below, *decays[:2])
    second = always(lambda n: m(n) <= C, "m", above, *decays[:2])
    nonneg = always(lambda n: 0 <= v(n), "v", square, *decays[2:])
    later = p.certify(1 - b <= v(n + 1), nonneg, p.next("v", n), square, *decays[2:])
    before = p.certify(0 <= n - 1, p.assume(1 <= n))
    return first, second, p.restate(1 - b <= v(n), p.using(p.inst(later, {n: n - 1}), before))


def off_limit(p: Prover) -> tuple[Theorem, Theorem, Any]:
    """How far -m/sqrt(v) is from -M/sqrt(V), both ways, for m = M - x and v = V - r; with the variables.

    |m| <= C, |x| <= X, 0 <= r, r <= R, 0 < s, s <= v and 1 <= V give at most X + C R/sqrt(s).
    """
    m, v, M, V, x, r, s, C, X, R = variables = apart(p, "m v M V x r s C X R")
    moved, low, high, left, right = p.assume(eq(m, M - x), -C <= m, m <= C, -X <= x, x <= X)
    spread, small, falls = roots_off(p, V, v, r, s, R)
    W, w = falls.claim.left, falls.claim.right
    size, width = p.certify(0 <= C, low, high), p.certify(0 <= X, left, right)
    top = p.certify(C * (w - W) <= C * spread.claim.right, spread, size)
    rest = p.certify(X * W <= X, small, width)
    over = p.certify(0 <= W, p.inv_nonneg(p.sqrt_nonneg(V)))
    found = []
    for sign in (1, -1):
        cost = p.chain(
            -sign * m * (w - W) <= top.claim.right, p.certify(-sign * m * (w - W) <= C * (w - W), low, high, falls), top
        )
        shift = p.chain(sign * x * W <= X, p.certify(sign * x * W <= X * W, left, right, over), rest)
        found.append(p.certify(sign * (M * W - m * w) <= X + C * R / sqrt(s), moved, shift, cost))
    return found[0], found[1], variables


def roots_off(p: Prover, V: Any, v: Any, r: Any, s: Any, R: Any) -> tuple[Theorem, Theorem, Theorem]:
    """w - W <= R/sqrt(s), W <= 1 and W <= w for w = 1/sqrt(v), W = 1/sqrt(V).

    v = V - r, 0 <= r, r <= R, 0 < s, s <= v, 1 <= V |- each.
    """
    shrunk, some, most, positive, least, one = p.assume(eq(v, V - r), 0 <= r, r <= R, 0 < s, s <= v, 1 <= V)
    inside = [p.certify(0 < v, positive, least), p.certify(0 < V, one)]
    lower = p.certify(v <= V, shrunk, some)
    falls, rises = inverse_roots(p, lower, inside[0]), p.sqrt_monotone(lower, p.restate(0 <= v, inside[0]))
    W, w = falls.claim.left, falls.claim.right
    roots, squares = [p.sqrt_positive(f) for f in inside], [p.sqrt_square(f) for f in inside]
    inverses, over = [p.inverse(root) for root in roots], p.inv_positive(roots[0])
    unit = p.squares(p.certify(lift(1) ** 2 <= sqrt(V) ** 2, one, squares[1], degree=1), p.sqrt_nonneg(V))
    small = p.certify(W <= 1, unit, inverses[1], weights=[[roots[1]]], degree=1)
    # d = sqrt(V) - sqrt(v) = r/(sqrt(V) + sqrt(v)) <= r, and w - W = d w W
    d = sqrt(V) - sqrt(v)
    product = p.certify(eq(d * (sqrt(V) + sqrt(v)), r), shrunk, *squares)
    gap = p.certify(d <= r, product, rises, unit, roots[0])
    share = p.certify(d * W <= r, p.certify(d * W <= d, small, rises), gap)
    scaled = p.certify(w - W <= r * w, p.certify(eq(w - W, d * w * W), *inverses, degree=1, rounds=2), share, over)
    bounded = p.certify(R * w <= R / sqrt(s), inverse_roots(p, least, positive), some, most)
    return p.chain(w - W <= R / sqrt(s), scaled, p.certify(r * w <= R * w, most, over), bounded), small, falls


def dying(p: Prover, cycle: Cycle) -> tuple[tuple[Any, ...], list[Theorem]]:
    """What the moments lack of their limits in round t = N j + k + 1: x = a^t M_{N-1}, r = b^t V_{N-1}.

    1 <= C, 0 <= a, b < 1, 1 <= N, 0 <= j, 0 <= k |- -X <= x, x <= X, 0 <= r, r <= R for X = C a^j, R = C^2 b^j.
    """
    C, N = cycle.C, cycle.N
    large, last = p.assume(1 <= C), p.certify(0 <= N - 1, p.assume(1 <= N))
    averages = first_moment(cycle), second_moment(cycle)
    top, bottom = (average.limit(cycle, N - 1) for average in averages)
    (low, high), (few, most) = (
        [p.using(p.inst(f, {k: N - 1}), last) for f in share_bounds(p, c.decay, N)] for c in averages
    )
    below = p.certify(-C <= top, p.certify(0 <= (C + 1) * low.claim.right, low, large), large)
    above = p.certify(top <= C, p.certify((C + 1) * high.claim.left <= C + 1, high, large))
    gain = p.certify(0 <= C**2 - 1, large)
    unit = p.certify(0 <= bottom, p.certify(0 <= (C**2 - 1) * few.claim.right, gain, few))
    cap = p.certify(bottom <= C**2, p.certify((C**2 - 1) * most.claim.left <= C**2 - 1, gain, most))
    (a_t, a_fades), (b_t, b_fades) = (block_power(p, average.decay, N) for average in averages)
    x, r, X, R = (
        c * d
        for c, d in (
            (a_t.claim.right, top),
            (b_t.claim.right, bottom),
            (C, a_fades.claim.right),
            (C**2, b_fades.claim.right),
        )
    )
    fades = p.certify(C * a_t.claim.right <= X, a_fades, large)
    return (x, r, X, R), [
        p.certify(-X <= x, p.certify(-C * a_t.claim.right <= x, below, a_t), fades),
        p.certify(x <= X, p.certify(x <= C * a_t.claim.right, above, a_t), fades),
        p.certify(0 <= r, unit, b_t),
        p.certify(r <= R, p.certify(r <= C**2 * b_t.claim.right, cap, b_t), b_fades, squares=[C]),
    ]


@cache
def near_limit(p: Prover, cycle: Cycle) -> list[Theorem]:
    """The step -m/sqrt(v) of round N j + k + 1 and its limit differ by at most C a^j + C^3 b^j/sqrt(1-b), both ways.

    Under 1 <= C, 0 <= a, a < 1, 0 <= b, b < 1, 1 <= N, 0 <= j, 0 <= k, k < N.
    """
    C, N, t = cycle.C, cycle.N, cycle.N * j + k + 1
    averages = first_moment(cycle), second_moment(cycle)
    (x, r, X, R), bounds = dying(p, cycle)
    limits = [average.limit(cycle, k) for average in averages]
    large, one, begun, later = p.assume(1 <= C, 1 <= N, 0 <= k, 0 <= j)
    here, gain = share_bounds(p, averages[1].decay, N)[0], p.certify(0 <= C**2 - 1, large)
    whole = p.certify(1 <= limits[1], p.certify(0 <= (C**2 - 1) * here.claim.right, gain, here))
    place = p.certify(1 <= t, one, begun, later)
    known = [p.using(p.inst(f, {n: t}), place, p.certify(0 <= t, place, degree=1)) for f in moment_bounds(p, cycle)]
    s = 1 - averages[1].decay
    *lemmas, variables = off_limit(p)
    values = (*(average.at(cycle, t) for average in averages), *limits, x, r, s, C, X, R)
    exact = [transient(p, cycle, average) for average in averages]
    facts = (*exact, *known, *bounds, p.certify(0 < s, p.assume(averages[1].decay < 1)), whole)
    return [put(p, lemma, variables, values, *facts) for lemma in lemmas]


def displacement_limit(p: Prover, cycle: Cycle, gap: Any) -> Theorem:
    """|gap| -> 0 for gap = x(N (j+1)) - x(N j) - alpha drift, as it is written.

    Under 1 <= C, 1 <= N, 0 <= a, a < 1, 0 <= b, b < 1, 0 <= alpha.
    """
    C, N, alpha = cycle.C, cycle.N, cycle.alpha(1)
    a, b = decays = [cycle.method.scalars[name] for name in ("beta1", "beta2")]
    # alpha N (C a^j + C^3/sqrt(1-b) b^j) -> 0
    parts = []
    for decay, factor in zip(decays, (C, C**3 / sqrt(1 - b)), strict=True):
        fades = p.cut(p.lim_base(decay, j), *p.assume(0 <= decay, decay < 1))
        parts.append(p.lim_op("mul", p.lim_const(alpha * N * factor, j), fades))
    limit = p.lim_op("add", *parts)
    moved = p.using(displaced(p, cycle, N), p.certify(0 <= N, p.assume(1 <= N)))
    inside, counted, size = p.certify(k < N, p.assume(k <= N - 1), degree=1), count(p, N), p.assume(0 <= alpha)
    bounds = []
    for near, side in zip(near_limit(p, cycle), (gap, -gap), strict=True):
        summed = p.sum_of(p.using(near, inside), k, 0, N - 1)
        scaled = p.certify(alpha * summed.claim.left <= alpha * summed.claim.right, summed, size)
        bounds.append(meant(p, p.certify(side <= limit.claim.left, scaled, counted, moved), C, a, b, N))
    return vanishes(p, limit, *bounds)
