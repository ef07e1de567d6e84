"""The sharp constant C of Adam's step: at least 1, 1 for equal decay rates, its limit."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, le, lift, power, sqrt
from adamtheory.logic.sums import put
from adamtheory.logic.terms import Rel, rel
from adamtheory.proofs.lemmas_average import vanishes
from adamtheory.proofs.lemmas_step import (
    Betas,
    invariant_step,
    j,
    nonnegative,
    powers,
    powers_first,
    powers_least,
    powers_next,
    powers_positive,
    ratio,
    ratio_is,
    sums_positive,
)


def constant(a: Any, b: Any, n: Any) -> Any:
    """C in step n + 1: sqrt([n+1]_r [n+1]_b)/[n+1]_a."""
    return sqrt(powers(ratio(a, b), n) * powers(b, n)) / powers(a, n)


# --- the constant -----------------------------------------------------------------------------------------------------


def raw_constant(a: Any, b: Any, n: Any) -> Any:
    """K in step n + 1, without bias correction: (1 - a) sqrt([n+1]_r/(1 - b))."""
    return (1 - a) * sqrt(powers(ratio(a, b), n) / (1 - b))


def constant_nonneg(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n |- 0 <= C."""
    A, _, _ = sums_positive(p, s, n)
    root = p.sqrt_nonneg(powers(ratio(*s.betas), n) * powers(s.betas[1], n))
    return p.certify(0 <= constant(*s.betas, n), root, p.inv_positive(A))


def constant_squares(p: Prover, s: Betas, n: Any, apart: Theorem | None = None) -> Theorem:
    """0 <= n |- [n+1]_a^2 <= [n+1]_r [n+1]_b; from 0 < (a - b)^2 and for 1 <= n strictly."""
    (a, b), k = s.betas, p.fresh("k", n)
    r, low, kind = ratio(a, b), p.given("beta2_positive"), "lt" if apart else "le"
    r_nonneg, product = ratio_is(p, a, low)

    def claim(k: Any) -> Rel:
        return rel(kind, powers(a, k) ** 2, powers(r, k) * powers(b, k))

    first = [powers_first(p, q) for q in (a, b, r)]
    base, start, begun = p.certify(0 <= lift(1)), lift(0), p.certify(0 <= k, p.assume((1 if apart else 0) <= k))
    if apart:
        zero = p.certify(0 <= lift(0))
        start, first = (
            lift(1),
            [
                p.certify(eq(powers(q, lift(1)), 1 + q), p.cut(powers_next(p, q, lift(0)), zero), one)
                for q, one in zip((a, b, r), first, strict=True)
            ],
        )
        less = p.certify(0 < (a - b) ** 2 / b, apart, p.inv_positive(low))
        base = p.certify((1 + a) ** 2 < (1 + r) * (1 + b), less, product, p.inverse(low))
    base = p.certify(claim(start), base, *first)
    lemma, variables = invariant_step(p, kind)
    values = (a, b, r, 1, 1, powers(r, k), powers(a, k), powers(b, k), 1)
    one, R = p.certify(0 <= lift(1)), p.using(powers_positive(p, r_nonneg, k), begun)
    grown = put(
        p,
        lemma,
        variables,
        values,
        product,
        low,
        R,
        one,
        p.restate(rel(kind, 1 * powers(a, k) ** 2, 1 * powers(r, k) * powers(b, k)), p.assume(claim(k))),
    )
    longer = [p.using(powers_next(p, q, k), begun) for q in (a, b, r)]
    step = p.certify(claim(k + 1), grown, *longer)
    return p.inst(p.induction(k, start, claim(k), base, step), {k: n})


def constant_is(p: Prover, s: Betas, n: Any, squares: Theorem) -> Theorem:
    """0 <= n |- 1 R C from [n+1]_a^2 R [n+1]_r [n+1]_b, R being <=, < or =."""
    A_positive, B, R = sums_positive(p, s, n)
    A, S, over = A_positive.claim.right, squares.claim.right, p.inv_positive(A_positive)
    nonneg, above = p.certify(0 <= S, R, B), p.certify(0 <= A, A_positive)
    square, root, kind = p.sqrt_square(nonneg), p.sqrt_nonneg(S), squares.claim.kind
    main = p.certify(rel(kind, A**2, sqrt(S) ** 2), squares, square)
    by = {"le": p.squares, "lt": p.squares_strict, "eq": lambda main, root: p.squares_equal(main, above, root)}
    sides = by[kind](main, root)
    goal = rel(kind, lift(1), constant(*s.betas, n))
    inverse = p.inverse(A_positive)
    if kind == "eq":
        return p.certify(goal, sides, inverse)
    divided = p.certify(rel(kind, 0 * A, (sqrt(S) - A) * inv(A)), sides, over)
    return p.certify(goal, divided, inverse, degree=1)


def constant_above(p: Prover, s: Betas, n: Any) -> Theorem:
    """1 <= n, 0 < (a - b)^2 |- 1 < C."""
    a, b = s.betas
    found = constant_is(p, s, n, constant_squares(p, s, n, p.assume(0 < (a - b) ** 2)))
    return p.using(found, p.certify(0 <= n, p.assume(1 <= n)))


def constant_one(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n, a = b |- C = 1."""
    a, b = s.betas
    same = p.assume(eq(a, b))
    r_same = p.certify(eq(ratio(a, b), b), same, p.inverse(p.given("beta2_positive")))
    first, second = (p.rewrite(equation, lambda q: powers(q, n)) for equation in (same, r_same))
    goal = eq(powers(a, n) ** 2, powers(ratio(a, b), n) * powers(b, n))
    return p.certify(eq(constant(a, b, n), 1), constant_is(p, s, n, p.certify(goal, first, second)))


# --- limits -----------------------------------------------------------------------------------------------------------


def limit_of_equal(p: Prover, limit: Theorem, same: Theorem) -> Theorem:
    """e -> L from c -> L and 0 <= n |- e = c."""
    c, e = limit.claim.left, same.claim.left
    return p.lim_squeeze(limit, limit, 0, p.certify(le(c, e), same), p.certify(le(e, c), same))


def distance_vanishes(p: Prover, limit: Theorem, same: Theorem) -> Theorem:
    """|e - M| -> 0 from e -> L and L = M."""
    e, M, n = limit.claim.left, same.claim.right, limit.claim.index
    gap = p.lim_op("add", limit, p.lim_const(-same.claim.left, n))  # e - L -> 0
    d = gap.claim.left
    square = p.certify(0 <= d * d, squares=[d])
    root, nothing = sqrt(d * d), p.certify(0 <= lift(0))
    zero = p.squares_equal(p.restate(eq(sqrt(0) ** 2, lift(0) ** 2), p.sqrt_square(nothing)), p.sqrt_nonneg(0), nothing)
    fading = p.lim_op("add", p.lim_op("sqrt", p.lim_op("mul", gap, gap)), p.lim_const(-sqrt(0), n))
    size = fading.claim.left

    def side(sign: int) -> Theorem:
        main = p.squares(p.certify((sign * d) ** 2 <= root**2, p.sqrt_square(square)), p.sqrt_nonneg(d * d))
        return p.certify(sign * (e - M) <= size, main, zero, same, degree=1)

    return vanishes(p, fading, p.restate(e - M <= size, side(1)), p.restate(-(e - M) <= size, side(-1)))


def powers_limit(p: Prover, nonneg: Theorem, below: Theorem, n: Any) -> Theorem:
    """[n+1]_q -> 1/(1-q) from 0 <= q and q < 1."""
    q = nonneg.claim.right
    kept, start = p.certify(0 < 1 - q, below), p.assume(0 <= n)
    fading = p.cut(p.lim_base(q, n), nonneg, below)
    scaled = p.lim_op("mul", p.lim_const(-q / (1 - q), n), fading)
    limit = p.lim_op("add", p.lim_const(1 / (1 - q), n), scaled)  # (1 - q q^n)/(1 - q)
    whole = p.using(p.geometric(j, q, n), p.certify(0 <= n + 1, start))
    facts = (whole, p.power_next(q, start), p.inverse(kept))
    found = limit_of_equal(p, limit, p.certify(eq(powers(q, n), limit.claim.left), *facts))
    return found


def limit_value(a: Any, b: Any) -> Any:
    """(1-a) sqrt(b/((1-b) (b-a^2))), the limit of C and of K."""
    return (1 - a) * sqrt(b / ((1 - b) * (b - a**2)))


def ratio_below_one(p: Prover, s: Betas) -> tuple[Theorem, Theorem, Theorem]:
    """a^2 < b |- r < 1 and 0 < 1 - r, and 1/((1-r) (1-b)) = b/((1-b) (b-a^2))."""
    (a, b), low, less = s.betas, p.given("beta2_positive"), p.assume(s.betas[0] ** 2 < s.betas[1])
    r, over = ratio(a, b), p.inv_positive(low)
    scaled = p.certify(0 < (b - a**2) / b, less, over)
    below = p.certify(r < 1, scaled, p.inverse(low))
    room, kept = p.certify(0 < 1 - r, below), p.certify(0 < 1 - b, p.given("beta2_below_one"))
    product = p.certify(eq((1 - r) * b, b - a**2), p.inverse(low))
    inverses = [p.inverse(x) for x in (room, kept, p.certify(0 < (1 - b) * (b - a**2), kept, less))]
    return below, room, p.certify(eq(inv(1 - r) * inv(1 - b), b / ((1 - b) * (b - a**2))), product, *inverses)


def constant_limit(p: Prover, s: Betas, n: Any) -> Theorem:
    """a^2 < b |- |C - (1-a) sqrt(b/((1-b) (b-a^2)))| -> 0."""
    (a, b), low = s.betas, p.given("beta2_positive")
    below, _, same = ratio_below_one(p, s)
    r_nonneg, _ = ratio_is(p, a, low)
    signs = (nonnegative(p, s, "beta1"), p.certify(0 <= b, low), r_nonneg)
    tops = (p.given("beta1_below_one"), p.given("beta2_below_one"), below)
    A, B, R = (powers_limit(p, sign, top, n) for sign, top in zip(signs, tops, strict=True))
    root = p.lim_op("sqrt", p.lim_op("mul", R, B))
    over = p.inv_positive(p.certify(0 < 1 - a, tops[0]))
    limit = p.lim_op("mul", root, p.lim_inv(A, p.certify(0 < inv(1 - a) ** 2, over)))
    value = p.rewrite(same, lambda z: (1 - a) * sqrt(z))
    return distance_vanishes(p, limit, value)


def raw_constant_limit(p: Prover, s: Betas, n: Any) -> Theorem:
    """a^2 < b |- |K - (1-a) sqrt(b/((1-b) (b-a^2)))| -> 0."""
    (a, b), low = s.betas, p.given("beta2_positive")
    below, _, same = ratio_below_one(p, s)
    R = powers_limit(p, ratio_is(p, a, low)[0], below, n)
    root = p.lim_op("sqrt", p.lim_op("mul", R, p.lim_const(inv(1 - b), n)))
    limit = p.lim_op("mul", p.lim_const(1 - a, n), root)
    return distance_vanishes(p, limit, p.rewrite(same, lambda z: (1 - a) * sqrt(z)))


def raw_constant_rises(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n |- K in step n + 1 is at most K in step n + 2, from a < 1, 0 < b and b < 1."""
    a, b = s.betas
    r, start = ratio(a, b), p.assume(0 <= n)
    r_nonneg, _ = ratio_is(p, a, p.given("beta2_positive"))
    power_nonneg = p.using(p.power_nonneg(r_nonneg, n + 1), p.certify(0 <= n + 1, start))
    over = p.inv_positive(p.certify(0 < 1 - b, p.given("beta2_below_one")))
    grown = p.certify(powers(r, n) <= powers(r, n + 1), p.sum_step(j, 0, n, power(r, j), start), power_nonneg)
    below = p.certify(powers(r, n) / (1 - b) <= powers(r, n + 1) / (1 - b), grown, over)
    nonneg = p.certify(0 <= powers(r, n) / (1 - b), powers_positive(p, r_nonneg, n), over)
    longer = p.sqrt_monotone(below, nonneg)
    return p.certify(raw_constant(a, b, n) <= raw_constant(a, b, n + 1), longer, p.given("beta1_below_one"))


def powers_many(p: Prover, least: Theorem, n: Any) -> Theorem:
    """0 <= n |- n + 1 <= [n+1]_q from 1 <= q."""
    q, k = least.claim.right, p.fresh("k", n, least.claim.right)
    old, nonneg = p.assume(k + 1 <= powers(q, k)), p.certify(0 <= q, least)
    more = p.certify(0 <= (q - 1) * powers(q, k), least, powers_positive(p, nonneg, k))
    step = p.certify(k + 2 <= powers(q, k + 1), old, more, powers_next(p, q, k))
    base = p.certify(lift(0) + 1 <= powers(q, lift(0)), powers_first(p, q))
    return p.inst(p.induction(k, 0, k + 1 <= powers(q, k), base, step), {k: n})


def powers_share(p: Prover, nonneg: Theorem, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- 0 < [n+1]_q and 1 - q <= 1/[n+1]_q, from 0 <= q."""
    q, start = nonneg.claim.right, p.certify(0 <= n + 1, p.assume(0 <= n))
    A, rest = powers_positive(p, nonneg, n), p.using(p.power_nonneg(nonneg, n + 1), start)
    whole = p.using(p.geometric(j, q, n), start)
    share = p.certify(0 <= (1 - (1 - q) * powers(q, n)) * inv(powers(q, n)), whole, rest, p.inv_positive(A))
    return A, p.certify(1 - q <= 1 / powers(q, n), share, p.inverse(A))


def constant_unbounded(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n, b <= a^2 |- (1-a) sqrt(n+1) <= C, since [n+1]_r >= n+1, [n+1]_b >= 1 and (1-a) [n+1]_a <= 1."""
    (a, b), start, low = s.betas, p.assume(0 <= n), p.given("beta2_positive")
    r, over = ratio(a, b), p.inv_positive(low)
    least = p.certify(0 <= (a**2 - b) / b, p.assume(b <= a**2), over)
    many = powers_many(p, p.certify(1 <= r, least, p.inverse(low)), n)
    one = powers_least(p, p.certify(0 <= b, low), n)
    product = p.certify(n + 1 <= powers(r, n) * powers(b, n), many, one, start)
    root = p.sqrt_monotone(product, p.certify(0 <= n + 1, start))
    A, share = powers_share(p, nonnegative(p, s, "beta1"), n)
    first = p.certify((1 - a) * sqrt(n + 1) <= sqrt(n + 1) / powers(a, n), share, p.sqrt_nonneg(n + 1))
    second = p.certify(sqrt(n + 1) / powers(a, n) <= constant(a, b, n), root, p.inv_positive(A))
    return p.chain((1 - a) * sqrt(n + 1) <= constant(a, b, n), first, second)
