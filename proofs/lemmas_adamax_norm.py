"""The denominator of AdaMax: a maximum, the limit of p-norms; and what holds where the gradients do not fall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, integer, inv, lift, maximum, minimum, power
from adamtheory.logic.sums import apart
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_adamax import (
    Bound,
    Rises,
    absolute_nonneg,
    below_absolute,
    norm_rises,
    weighted_moment,
)
from adamtheory.proofs.lemmas_average import power_at_most_one, power_below_one
from adamtheory.proofs.lemmas_powers import (
    bernoulli,
    power_falls,
    power_monotone,
    power_product,
    power_root,
    power_shrinks,
)
from adamtheory.proofs.lemmas_step import Text, corrections, powers
from adamtheory.proofs.lemmas_step_length import by_size

e = integer("e")  # the p of a p-norm


# --- steps bounded by the gradients -----------------------------------------------------------------------------------


def moment_below(p: Prover, s: Text, n: Any, bound: Bound, rises: Rises) -> Theorem:
    """0 <= n |- |m_hat| <= B(n+1) in step n + 1, for B as in `weighted_moment` with b = 1."""
    a, start = s.scalar("beta1"), p.assume(0 <= n)
    moment = weighted_moment(p, s, n, bound, p.certify(0 < lift(1)), rises)
    whole, room = corrections(p, s, "p1", "beta1", n)
    P, m, over, inverse = whole.claim.right, s.value("m", n), p.inv_positive(room), p.inverse(room)
    moved, old = p.using(p.next("m", n), start), s.reading.slot("m", n + 1)

    def side(sign: int) -> Theorem:
        size = p.chain(sign * old <= (1 - a) * powers(a, n) * bound(n + 1), below_absolute(p, old, sign), moment)
        first = p.certify(sign * m <= P * bound(n + 1), size, moved, whole)
        scaled = p.certify(0 <= (P * bound(n + 1) - sign * m) * inv(P), first, over)
        return p.certify(sign * s.value("m_hat", n) <= bound(n + 1), scaled, inverse)

    return by_size(p, absolute(s.value("m_hat", n)) <= bound(n + 1), side)


def quotient_below(p: Prover) -> tuple[Theorem, Any]:
    """|x| <= B |- |h (x/d)| <= h (B/d) from 0 <= d and 0 <= h; and its variables."""
    x, B, d, h = variables = apart(p, "x B d h")
    bound, low, rate = p.assume(absolute(x) <= B, 0 <= d, 0 <= h)
    over = p.inv_nonneg(low)

    def side(sign: int) -> Theorem:
        size = p.chain(sign * x <= B, below_absolute(p, x, sign), bound)
        scaled = p.certify(0 <= (B - sign * x) * inv(d), size, over)
        return p.certify(
            sign * (h * (x / d)) <= h * (B / d), p.certify(0 <= h * ((B - sign * x) * inv(d)), scaled, rate)
        )

    return by_size(p, absolute(h * (x / d)) <= h * (B / d), side), variables


# --- the maximum ------------------------------------------------------------------------------------------------------


def norm_above(p: Prover, s: Text, i: Any, n: Any) -> Theorem:
    """1 <= i, i <= n |- b^(n-i) |g_i| <= u(n), from 0 <= b."""
    b, u, k, low = s.scalar("beta2"), s.reading.families["u"], p.fresh("k", n, i), p.given("beta2_nonnegative")
    begun, reached = p.assume(1 <= i), p.assume(i <= k)
    size = absolute(s.gradient(i))

    def claim(k: Any) -> Rel:
        return power(b, k - i) * size <= u(k)

    first = p.using(norm_rises(p, s, i - 1)[1], p.certify(0 <= i - 1, begun))
    base = p.certify(claim(i), first)
    rises = p.using(norm_rises(p, s, k)[0], p.certify(0 <= k, reached, begun))
    longer = p.power_next(b, p.certify(0 <= k - i, reached))
    scaled = p.certify(b * (power(b, k - i) * size) <= b * u(k), p.assume(claim(k)), low)
    step = p.certify(claim(k + 1), scaled, rises, longer)
    return p.inst(p.induction(k, i, claim(k), base, step), {k: n})


def norm_nonneg(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- 0 <= u(n)."""
    u, k = s.reading.families["u"], p.fresh("k", n)
    step = p.chain(0 <= u(k + 1), absolute_nonneg(p, s.gradient(k + 1)), norm_rises(p, s, k)[1])
    return p.inst(p.induction(k, 0, 0 <= u(k), p.certify(0 <= u(0), p.start("u")), step), {k: n})


def times_maximum(p: Prover, first: Theorem, second: Theorem) -> Theorem:
    """q max(x, z) <= c from q x <= c and q z <= c."""
    (q, x), z, c = first.claim.left.args, second.claim.left.args[1], first.claim.right
    goal = q * maximum(x, z) <= c
    upper = p.certify(goal, second, p.max_is(p.assume(x <= z)))
    return p.cases(upper, p.certify(goal, first, p.max_is(p.restate(z <= x, p.assume(z < x)))), x, z)


def norm_least(p: Prover, s: Text, N: Any, G: Any) -> Theorem:
    """1 <= N |- u(N) <= G from b^(N-i) |g_i| <= G for i = 1, ..., N (the assumption `bounded`).

    The invariant for i = min(k, N), which stays below N, is b^(N-i) u(i) <= G.
    """
    b, u, g = s.scalar("beta2"), s.reading.families["u"], s.gradient
    k, first = p.fresh("k", N), p.assume(1 <= N)

    def weighted(i: Any) -> Any:
        return power(b, N - i) * u(i)

    def below(i: Any, fact: Theorem) -> Theorem:
        """weighted(min(i, N)) = weighted(i) from i <= N."""
        lowest = p.max_is(p.restate(-N <= -lift(i), fact))
        return p.rewrite(p.certify(eq(minimum(i, N), i), lowest), weighted)

    def beyond(i: Any, fact: Theorem) -> Theorem:
        """weighted(min(i, N)) = weighted(N) from N <= i."""
        lowest = p.max_is(p.restate(-lift(i) <= -N, fact))
        return p.rewrite(p.certify(eq(minimum(i, N), N), lowest), weighted)

    claim = weighted(minimum(k, N)) <= G
    one, zero = lift(1), p.certify(0 <= lift(0))
    begun = p.using(p.given("bounded", one), p.certify(1 <= one), first)
    start = p.certify(b * u(0) <= absolute(g(1)), p.start("u"), absolute_nonneg(p, g(1)))
    same = p.certify(eq(weighted(one), power(b, N - 1) * absolute(g(1))), p.cut(p.next("u", 0), zero), p.max_is(start))
    base = p.certify(weighted(minimum(one, N)) <= G, below(one, first), same, begun)
    held, reached = p.assume(claim), p.assume(1 <= k)
    past = p.assume(N <= k)
    stays = beyond(k, past), beyond(k + 1, p.certify(N <= k + 1, past))
    still = p.certify(weighted(minimum(k + 1, N)) <= G, held, *stays)

    inside = p.assume(k < N)
    room = p.integers(inside)
    longer = p.power_next(b, p.certify(0 <= N - (k + 1), room))
    old = p.certify(power(b, N - (k + 1)) * (b * u(k)) <= G, held, below(k, p.certify(k <= N, inside)), longer)
    new = p.using(p.given("bounded", k + 1), p.certify(1 <= k + 1, reached), room)
    largest = times_maximum(p, old, new)
    following = p.using(p.next("u", k), p.certify(0 <= k, reached))
    moved = p.certify(weighted(minimum(k + 1, N)) <= G, largest, following, below(k + 1, room))
    found = p.inst(p.induction(k, 1, claim, base, p.cases(still, moved, N, k)), {k: N})
    return p.certify(u(N) <= G, found, below(N, p.certify(N <= N)))


# --- the limit of p-norms ---------------------------------------------------------------------------------------------


def norms(setting: Setting, b: Any, g: Bound) -> Family:
    """v(e, n): v(e, 0) = 0 and v(e, n+1) = b^e v(e, n) + (1 - b^e) |g(n+1)|^e, the p-norm of Adam's kin for p = e."""

    def following(n: Any, v: Any) -> Any:
        return power(b, e) * v + (1 - power(b, e)) * power(absolute(g(n + 1)), e)

    return setting.define({"v": (0, following)}, [e])[0]


def norms_nonneg(p: Prover, s: Text, v: Family, n: Any) -> Theorem:
    """0 <= n, 1 <= e |- 0 <= v(e, n), from 0 <= b < 1."""
    k, begun = p.fresh("k", n), p.certify(0 <= e, p.assume(1 <= e))
    B, kept = share_of_past(p, s)
    size = p.using(p.power_nonneg(absolute_nonneg(p, s.gradient(k + 1)), e), begun)
    base = p.certify(0 <= v(e, 0), p.start(v, e))
    step = p.certify(0 <= v(e, k + 1), p.assume(0 <= v(e, k)), p.next(v, e, k), B, kept, size)
    return p.inst(p.induction(k, 0, 0 <= v(e, k), base, step), {k: n})


def share_of_past(p: Prover, s: Text) -> tuple[Theorem, Theorem]:
    """1 <= e |- 0 <= b^e, and 0 <= 1 - b^e, from 0 <= b < 1."""
    b, low = s.scalar("beta2"), p.given("beta2_nonnegative")
    begun = p.certify(0 <= e, p.assume(1 <= e))
    most = power_at_most_one(p, low, p.given("beta2_below_one"), e)
    return p.using(p.power_nonneg(low, e), begun), p.certify(0 <= 1 - power(b, e), p.using(most, begun))


def norm_below_sum(p: Prover, s: Text, v: Family, n: Any) -> Theorem:
    """0 <= n, 1 <= e |- (1 - b^e) u(n)^e <= v(e, n)."""
    b, u, k = s.scalar("beta2"), s.reading.families["u"], p.fresh("k", n)
    begun, start = p.certify(0 <= e, p.assume(1 <= e)), p.assume(0 <= k)
    B, kept = share_of_past(p, s)
    new, following, h = p.next(v, e, k), p.next("u", k), absolute(s.gradient(k + 1))

    def claim(k: Any) -> Rel:
        return (1 - power(b, e)) * power(u(k), e) <= v(e, k)

    nothing = p.power_next(lift(0), p.certify(0 <= e - 1, p.assume(1 <= e)))  # 0^e = 0 0^(e-1)
    base = p.certify(claim(lift(0)), p.rewrite(p.start("u"), lambda z: power(z, e)), nothing, p.start(v, e))
    held, past = p.assume(claim(k)), p.using(norms_nonneg(p, s, v, k), start)
    larger, smaller = p.assume(b * u(k) <= h, h < b * u(k))
    first = p.rewrite(p.chain(eq(u(k + 1), h), following, p.max_is(larger)), lambda z: power(z, e))
    fresh = p.certify(claim(k + 1), first, new, p.certify(0 <= power(b, e) * v(e, k), B, past))
    value = p.chain(eq(u(k + 1), b * u(k)), following, p.max_is(p.restate(h <= b * u(k), smaller)))
    second = p.rewrite(value, lambda z: power(z, e))
    product = p.using(power_product(p, b, u(k), e), begun)
    size = p.using(p.power_nonneg(absolute_nonneg(p, s.gradient(k + 1)), e), begun)
    scaled = p.certify(power(b, e) * claim(k).left <= power(b, e) * v(e, k), held, B)
    rest = p.certify(0 <= (1 - power(b, e)) * power(h, e), kept, size)
    old = p.certify(claim(k + 1), second, product, new, scaled, rest)
    return p.inst(p.induction(k, 0, claim(k), base, p.cases(fresh, old, b * u(k), h)), {k: n})


def norm_above_sum(p: Prover, s: Text, v: Family, n: Any) -> Theorem:
    """0 <= n, 1 <= e |- v(e, n) <= (1 - b^e) n u(n)^e."""
    b, u, k, low = s.scalar("beta2"), s.reading.families["u"], p.fresh("k", n), p.given("beta2_nonnegative")
    begun, start = p.certify(0 <= e, p.assume(1 <= e)), p.assume(0 <= k)
    B, kept = share_of_past(p, s)
    h = absolute(s.gradient(k + 1))

    def claim(k: Any) -> Rel:
        return v(e, k) <= (1 - power(b, e)) * k * power(u(k), e)

    rises, large = norm_rises(p, s, k)
    nonneg = p.certify(0 <= b * u(k), low, p.using(norm_nonneg(p, s, k), start))
    grown = p.using(power_monotone(p, rises, nonneg, e), begun)
    fresh = p.using(power_monotone(p, large, absolute_nonneg(p, s.gradient(k + 1)), e), begun)
    product = p.using(power_product(p, b, u(k), e), begun)
    share = (1 - power(b, e)) * k
    weight = p.certify(0 <= share, kept, start)
    old = p.certify(power(b, e) * v(e, k) <= power(b, e) * claim(k).right, p.assume(claim(k)), B)
    shrunk = p.certify(
        weight.claim.right * power(b * u(k), e) <= weight.claim.right * power(u(k + 1), e), weight, grown
    )
    added = p.certify((1 - power(b, e)) * power(h, e) <= (1 - power(b, e)) * power(u(k + 1), e), kept, fresh)
    step = p.certify(claim(k + 1), p.next(v, e, k), old, product, shrunk, added)
    base = p.certify(claim(lift(0)), p.start(v, e))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


def norm_of_largest(p: Prover, s: Text, v: Family, n: Any) -> Theorem:
    """1 <= n, 1 <= e |- v(e, n) <= n u(n)^e."""
    b, u = s.scalar("beta2"), s.reading.families["u"]
    zero, begun = p.certify(0 <= n, p.assume(1 <= n)), p.certify(0 <= e, p.assume(1 <= e))
    size = p.using(p.power_nonneg(p.using(norm_nonneg(p, s, n), zero), e), begun)
    many = p.certify(0 <= n * power(u(n), e), zero, size)
    rest = p.certify(0 <= power(b, e) * (n * power(u(n), e)), share_of_past(p, s)[0], many)
    return p.certify(v(e, n) <= n * power(u(n), e), p.using(norm_above_sum(p, s, v, n), zero), rest)


def corrected_norms(p: Prover, s: Text, v: Family, n: Any) -> tuple[Theorem, Theorem]:
    """1 <= n, 1 <= e |- (1 - b^e) u(n)^e <= V and V <= n u(n)^e for V = v(e, n)/(1 - b^(e n))."""
    b, u, low, high = (
        s.scalar("beta2"),
        s.reading.families["u"],
        p.given("beta2_nonnegative"),
        p.given("beta2_below_one"),
    )
    first, begun = p.assume(1 <= n), p.assume(1 <= e)
    zero, e_zero = p.certify(0 <= n, first), p.certify(0 <= e, begun)
    late = p.certify(0 <= e * n - 1, p.certify(0 <= (e - 1) * (n - 1), first, begun), first, begun)
    room = p.certify(0 < 1 - power(b, e * n), p.using(power_below_one(p, low, high, e * n - 1), late))
    over, inverse = p.inv_positive(room), p.inverse(room)
    least = p.using(p.power_nonneg(low, e * n), p.certify(0 <= e * n, late))
    past, more = p.using(norms_nonneg(p, s, v, n), zero), p.using(norm_below_sum(p, s, v, n), zero)
    grown = p.certify(0 <= v(e, n) * power(b, e * n) * inv(1 - power(b, e * n)), past, least, over, degree=3)
    lower = p.certify(more.claim.left <= v(e, n) / (1 - power(b, e * n)), more, grown, inverse)
    fewer = p.certify(0 <= e * (n - 1), p.certify(0 <= n - 1, first), e_zero)
    falls = p.using(power_falls(p, low, high, e, e * (n - 1)), e_zero, fewer)
    size = p.using(p.power_nonneg(p.using(norm_nonneg(p, s, n), zero), e), e_zero)
    many = p.certify(0 <= n * power(u(n), e), zero, size)
    whole = p.certify((1 - power(b, e)) * many.claim.right <= (1 - power(b, e * n)) * many.claim.right, falls, many)
    bound = p.chain(
        v(e, n) <= (1 - power(b, e * n)) * many.claim.right, p.using(norm_above_sum(p, s, v, n), zero), whole
    )
    scaled = p.certify(0 <= (bound.claim.right - v(e, n)) * inv(1 - power(b, e * n)), bound, over)
    return lower, p.certify(v(e, n) / (1 - power(b, e * n)) <= many.claim.right, scaled, inverse)


def norm_limit(p: Prover, s: Text, r: Any, lower: Theorem, upper: Theorem, nonneg: Theorem, n: Any) -> Theorem:
    """0 <= n |- |r(e) - u(n)| -> 0 as e grows.

    lower   (1 - b^e) u(n)^e <= r^e, upper: r^e <= n u(n)^e, nonneg: 0 <= r, each perhaps under 0 <= n and 1 <= e

    For ((1 - b^e) u)^e <= (1 - b^e) u^e and n <= (1 + n/e)^e, so that (1 - b^e) u <= r <= (1 + n/e) u.
    """
    b, u, start, first = s.scalar("beta2"), s.reading.families["u"](n), p.assume(0 <= n), p.assume(1 <= e)
    begun, high, low = p.certify(0 <= e, first), p.given("beta2_below_one"), p.given("beta2_nonnegative")
    size = norm_nonneg(p, s, n)
    B, kept = share_of_past(p, s)
    power_size = p.using(p.power_nonneg(size, e), begun)
    # from below
    shrinks = p.using(power_shrinks(p, kept, p.certify(1 - power(b, e) <= 1, B), e - 1), p.certify(0 <= e - 1, first))
    product = p.using(power_product(p, 1 - power(b, e), u, e), begun)
    scaled = p.certify(power(1 - power(b, e), e) * power(u, e) <= (1 - power(b, e)) * power(u, e), shrinks, power_size)
    main = p.certify(power((1 - power(b, e)) * u, e) <= power(r, e), product, scaled, lower)
    below = power_root(p, main, p.certify(0 <= (1 - power(b, e)) * u, kept, size), nonneg, first)
    # from above
    positive = p.certify(0 < e, first)
    share = p.certify(0 <= n * inv(e), start, p.inv_positive(positive))
    many = p.certify(n <= power(1 + n * inv(e), e), p.using(bernoulli(p, share, e), begun), p.inverse(positive))
    product = p.using(power_product(p, 1 + n * inv(e), u, e), begun)
    scaled = p.certify(n * power(u, e) <= power(1 + n * inv(e), e) * power(u, e), many, power_size)
    main = p.certify(power(r, e) <= power((1 + n * inv(e)) * u, e), product, scaled, upper)
    above = power_root(p, main, nonneg, p.certify(0 <= (1 + n * inv(e)) * u, share, size), first)
    # both ends close in on u
    fading = p.cut(p.lim_base(b, e), low, high)
    limit = p.lim_op("add", fading, p.lim_op("mul", p.lim_const(n, e), p.lim_recip(e)))
    limit = p.lim_op("mul", p.lim_const(u, e), limit)
    gap = limit.claim.left
    room, rest = p.certify(0 <= u * power(b, e), B, size), p.certify(0 <= u * (n * inv(e)), share, size)
    distance = p.max_least(p.certify(r - u <= gap, above, room), p.certify(-(r - u) <= gap, below, rest))
    return p.lim_squeeze(p.lim_const(0, e), limit, 1, absolute_nonneg(p, r - u), distance)


def ones(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """What a witness with gradients 1 and b = 0 owes: v(e, n) = 1 for 1 <= e and 1 <= n, so that its root is 1."""
    if goal.kind != "eq" or not guards:
        return p.certify(goal, *guards)
    begun = p.certify(0 <= e - 1, *guards)
    (k,) = goal.free - {e}
    size = p.max_is(p.certify(-lift(1) <= lift(1)))
    one = p.using(p.power_claim(lift(1), lambda q: eq(q, 1), n=e), p.certify(0 <= e, *guards))
    power_of_size = p.rewrite(p.restate(eq(absolute(1), 1), size), lambda z: power(z, e))
    following = p.using(p.next("v", e, k - 1), p.certify(0 <= k - 1, *guards))
    late = p.certify(0 <= e * k - 1, p.certify(0 <= (e - 1) * (k - 1), *guards), *guards)
    correction = p.rewrite(p.certify(eq(power(lift(0), e * k), 0), p.power_next(lift(0), late)), lambda z: inv(1 - z))
    return p.certify(goal, following, p.power_next(lift(0), begun), one, power_of_size, correction)
