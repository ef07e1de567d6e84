"""Lemmas for how the drift of Adam on the periodic sequence depends on the two decay rates, without and with momentum.

Without momentum the drift times sqrt(v_0) is sum_{k=1}^{N-1} sqrt((s+K)/(s+K b^k)) - C with s = 1 + b + ... + b^(N-1)
and K = C^2-1, and each of the terms falls as b grows.
"""

from functools import cache
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, power, sqrt, total
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_cycle import full_period, full_share, share
from adamtheory.proofs.lemmas_drift import (
    Terms,
    correlated,
    drift,
    i,
    k,
    power_at_most_one,
    power_falls,
    pull,
    scale,
    share_falls,
    share_falls_strictly,
    square,
    square_positive,
    step,
)


def geometric(b: Any, N: Any) -> Any:
    """1 + b + ... + b^(N-1)."""
    return total(i, 0, N - 1, power(b, i))


def ratio(C: Any, b: Any, k: Any, N: Any) -> Any:
    """(s + K)/(s + K b^k), which is v_0/v_k on the limit cycle."""
    s, K = geometric(b, N), C**2 - 1
    return (s + K) / (s + K * power(b, k))


def excess(C: Any, b: Any, N: Any) -> Any:
    """sum_{k=1}^{N-1} sqrt((s+K)/(s+K b^k)) - C: the drift without momentum times sqrt(v_0)."""
    return total(k, 1, N - 1, sqrt(ratio(C, b, k, N))) - C


# --- powers of two bases ----------------------------------------------------------------------------------------------


def powers_ordered(p: Prover, b: Any, B: Any) -> Theorem:
    """0 <= b, b < B, 0 <= k |- b^k <= B^k."""
    m = p.fresh("m")
    low, less, begun = p.assume(0 <= b, b < B, 0 <= m)
    nonneg = p.using(p.power_nonneg(low, m), begun)

    def claim(m: Any) -> Any:
        return power(b, m) <= power(B, m)

    facts = (p.assume(claim(m)), p.power_next(b, begun), p.power_next(B, begun), nonneg)
    found = p.induction(m, 0, claim(m), p.certify(claim(lift(0))), p.certify(claim(m + 1), *facts, low, less))
    return p.inst(found, {m: k})


def powers_apart(p: Prover, b: Any, B: Any, n: Any) -> Theorem:
    """0 <= b, b < B, 1 <= n |- b^n < B^n."""
    m = p.fresh("m", n)
    low, less, begun = p.assume(0 <= b, b < B, 1 <= m)
    reached = p.certify(0 <= m, begun)
    nonneg = p.using(p.power_nonneg(low, m), reached)

    def claim(m: Any) -> Any:
        return power(b, m) < power(B, m)

    positive = p.certify(0 < B, low, less)
    facts = [p.using(p.power_next(c, p.assume(0 <= m)), reached) for c in (b, B)]
    longer = p.certify(claim(m + 1), p.assume(claim(m)), *facts, nonneg, positive, less)
    found = p.induction(m, 1, claim(m), p.certify(claim(lift(1)), less), longer)
    return p.inst(found, {m: n})


def powers_crossed(p: Prover, a: Any, A: Any) -> Theorem:
    """0 <= a, a < A, 0 <= i, i <= k |- a^k A^i <= a^i A^k."""
    m = p.fresh("m", i, k)
    low, less, begun, later = p.assume(0 <= a, a < A, 0 <= i, 0 <= m)
    reached = p.certify(0 <= i + m, begun, later)
    high = p.certify(0 <= A, low, less)

    def claim(m: Any) -> Any:
        return power(a, i + m) * power(A, i) <= power(a, i) * power(A, i + m)

    product = p.certify(
        0 <= power(a, i) * power(A, i + m),
        p.using(p.power_nonneg(low, i), begun),
        p.using(p.power_nonneg(high, i + m), reached),
    )
    facts = (p.power_next(a, reached), p.power_next(A, reached), product, low, less)
    step = p.certify(claim(m + 1), p.assume(claim(m)), *facts)
    found = p.induction(m, 0, claim(m), p.certify(claim(lift(0))), step)
    return p.using(p.inst(found, {m: k - i}), p.certify(0 <= k - i, p.assume(i <= k)))


# --- without momentum: each ratio falls as b grows --------------------------------------------------------------------


def ratio_falls(p: Prover) -> tuple[Theorem, Any]:
    """0 < s, s <= S, 0 <= q, q < Q, Q <= 1, 0 < K |- sqrt((S+K)/(S+K Q)) < sqrt((s+K)/(s+K q)); with its variables."""
    s, S, q, Q, K = variables = apart(p, "s S q Q K")
    small, grown, low, less, one, gain = p.assume(0 < s, s <= S, 0 <= q, q < Q, Q <= 1, 0 < K)
    large = p.certify(0 < S, small, grown)
    high = p.certify(0 <= Q, low, less)
    below, above = p.certify(0 < s + K * q, small, gain, low), p.certify(0 < S + K * Q, large, gain, high)
    # the difference is K (S-s) (1-Q) + K S (Q-q) + K^2 (Q-q)
    parts = [
        p.certify(0 <= K * (S - s) * (1 - Q), gain, p.certify(0 <= (S - s) * (1 - Q), grown, one)),
        p.certify(0 < K * (S + K) * (Q - q), p.certify(0 < K * (S + K), large, gain), less),
    ]
    crossed = p.certify((S + K) * (s + K * q) < (s + K) * (S + K * Q), *parts, degree=1)
    inverses = (p.inverse(below), p.inverse(above))
    falls = p.certify((S + K) / (S + K * Q) < (s + K) / (s + K * q), crossed, *inverses, weights=[[below, above]])
    positive = p.certify(0 < (S + K) / (S + K * Q), p.certify(0 < S + K, large, gain), p.inv_positive(above))
    first, second = falls.claim.left, falls.claim.right
    roots = (p.sqrt_square(positive), p.sqrt_square(p.certify(0 < second, falls, positive, degree=1)))
    squares = p.certify(sqrt(first) ** 2 < sqrt(second) ** 2, falls, *roots, degree=1)
    return p.squares_strict(squares, p.sqrt_nonneg(second)), variables


@cache
def geometric_positive(p: Prover, b: Any, N: Any) -> Theorem:
    """0 <= b, 1 <= N |- 0 < 1 + b + ... + b^(N-1): the first term is 1."""
    low, one = p.assume(0 <= b, 1 <= N)
    m = p.fresh("m", N)
    begun = p.assume(0 <= m)

    def claim(m: Any) -> Any:
        return 0 < total(i, 0, m, power(b, i))

    last = p.sum_step(i, 0, m, power(b, i), begun)
    kept = p.using(p.power_nonneg(low, m + 1), p.certify(0 <= m + 1, begun))
    base = p.certify(claim(lift(0)), p.sum_one(i, 0, power(b, i)))
    found = p.induction(m, 0, claim(m), base, p.chain(claim(m + 1), p.assume(claim(m)), last, kept))
    return p.using(p.inst(found, {m: N - 1}), p.certify(0 <= N - 1, one))


def excess_falls(p: Prover, C: Any, b: Any, B: Any, N: Any) -> Theorem:
    """1 < C, 0 <= b, b < B, B < 1, 2 <= N |- excess(B) < excess(b)."""
    spike, low, less, two = p.assume(1 < C, 0 <= b, b < B, 2 <= N)
    one, begun = p.certify(1 <= N, two), p.assume(1 <= k)
    reached = p.certify(0 <= k, begun)
    gain = p.certify(0 < C**2 - 1, spike)
    up = p.certify(0 <= B, low, less)
    positive = p.using(geometric_positive(p, b, N), one)
    longer = p.sum_of(p.inst(powers_ordered(p, b, B), {k: i}), i, 0, N - 1)
    nonneg = p.using(p.power_nonneg(low, k), reached)
    most = p.using(power_at_most_one(p, B, k), reached, up)
    lemma, variables = ratio_falls(p)
    values = (geometric(b, N), geometric(B, N), power(b, k), power(B, k), C**2 - 1)
    each = put(p, lemma, variables, values, positive, longer, nonneg, powers_apart(p, b, B, k), most, gain)
    weak = p.sum_of(p.restate(sqrt(ratio(C, B, k, N)) <= sqrt(ratio(C, b, k, N)), each), k, 1, N - 2)
    ended = p.certify(1 <= N - 1, two)
    last = p.using(p.inst(each, {k: N - 1}), ended)
    steps = [p.sum_step(k, 1, N - 2, sqrt(ratio(C, c, k, N)), ended) for c in (b, B)]
    return p.chain(excess(C, B, N) < excess(C, b, N), weak, last, *steps)


# --- the drift without momentum ---------------------------------------------------------------------------------------


def sum_first(p: Prover, body: Terms, n: Any) -> Theorem:
    """0 <= n |- sum_{k=0}^{n} body(k) = body(0) + sum_{k=1}^{n} body(k)."""
    m = p.fresh("m", n)
    begun = p.assume(0 <= m)

    def claim(m: Any) -> Any:
        return eq(total(k, 0, m, body(k)), body(lift(0)) + total(k, 1, m, body(k)))

    longer = [p.sum_step(k, low, m, body(k), begun) for low in (0, 1)]
    base = p.certify(claim(lift(0)), p.sum_one(k, 0, body(k)), p.sum_none(k, 1, body(k)))
    found = p.induction(m, 0, claim(m), base, p.chain(claim(m + 1), p.assume(claim(m)), *longer))
    return p.inst(found, {m: n})


def no_power(p: Prover, k: Any) -> Theorem:
    """1 <= k |- 0^k = 0."""
    before = p.certify(0 <= k - 1, p.assume(1 <= k))
    return p.certify(eq(power(lift(0), k), 0), p.power_next(lift(0), before))


def share_whole(p: Prover, b: Any, k: Any, N: Any) -> Theorem:
    """0 <= b, b < 1, 1 <= N |- q_k s = b^k, for s = 1 + ... + b^(N-1)."""
    series = p.using(p.geometric(i, b, N - 1), p.certify(0 <= N - 1 + 1, p.assume(1 <= N)))
    return p.certify(eq(share(b, k, N) * geometric(b, N), power(b, k)), series, full_share(p, b, N))


def root_of_ratio(p: Prover, C: Any, b: Any, N: Any) -> Theorem:
    """1 <= C, 0 <= b, b < 1, 1 <= N, 1 <= k |- sqrt(v_0) 1/sqrt(v_k) = sqrt((s+K)/(s+K b^k))."""
    reached = p.certify(0 <= k, p.assume(1 <= k))
    positive = p.using(square_positive(p, C, b, N), reached)
    first = p.using(p.inst(square_positive(p, C, b, N), {k: 0}), p.certify(0 <= lift(0)))
    v, V = positive.claim.right, first.claim.right
    s, K = geometric(b, N), C**2 - 1
    whole = geometric_positive(p, b, N)
    scaled = [p.certify(eq(s + K * power(b, n), s * x), share_whole(p, b, n, N)) for n, x in ((k, v), (lift(0), V))]
    bottom = p.certify(0 < s + K * power(b, k), scaled[0], whole, positive)
    quotient, over, inverse = ratio(C, b, k, N), p.inv_positive(positive), p.inverse(positive)
    equal = p.certify(
        eq(quotient, V / v), p.certify(eq((s + K) * v, V * (s + K * power(b, k))), *scaled), inverse, p.inverse(bottom)
    )
    nonneg = p.certify(0 <= quotient, equal, first, over)
    left, right = sqrt(V) * scale(C, b, k, N), sqrt(quotient)
    root = p.using(p.sqrt_positive(square_positive(p, C, b, N)), reached)
    back = p.certify(eq(scale(C, b, k, N) ** 2, 1 / v), p.inverse(root), p.sqrt_square(positive), inverse)
    squares = p.certify(eq(left**2, right**2), back, p.sqrt_square(first), p.sqrt_square(nonneg), equal)
    size = p.certify(0 <= left, p.sqrt_positive(first), p.inv_positive(root))
    return p.squares_equal(squares, size, p.sqrt_nonneg(quotient))


def normalised(p: Prover, C: Any, b: Any, N: Any) -> Theorem:
    """1 <= C, 0 <= b, b < 1, 1 <= N |- drift(C, 0, b, N) sqrt(v_0) = excess(C, b, N)."""
    one, a = p.assume(1 <= N), lift(0)
    whole = p.using(full_share(p, a, N), p.certify(0 <= lift(0)), p.certify(lift(0) < 1))
    none = no_power(p, N)
    unit = p.certify(eq(1 / (1 - power(a, N)), 1), whole, none)
    later, root = no_power(p, k), root_of_ratio(p, C, b, N)
    first = square(C, b, lift(0), N)
    each = p.certify(eq(step(C, a, b, k, N) * sqrt(first), sqrt(ratio(C, b, k, N))), root, later, unit)
    rest = p.sum_of(each, k, 1, N - 1)
    split = p.using(sum_first(p, lambda k: step(C, a, b, k, N), N - 1), p.certify(0 <= N - 1, one))
    positive = p.using(p.inst(square_positive(p, C, b, N), {k: 0}), p.certify(0 <= lift(0)))
    falls = p.certify(eq(step(C, a, b, lift(0), N) * sqrt(first), -C), unit, p.inverse(p.sqrt_positive(positive)))
    return p.certify(eq(split.claim.left * sqrt(first), excess(C, b, N)), split, falls, rest)


# --- the limit of large spikes ----------------------------------------------------------------------------------------


def opposite_powers(p: Prover, h: Any, s: Any, product: Theorem) -> Theorem:
    """0 <= k |- h^k s^k = 1, from h s = 1."""
    m = p.fresh("m")
    begun = p.assume(0 <= m)

    def claim(m: Any) -> Any:
        return eq(power(h, m) * power(s, m), 1)

    facts = (p.assume(claim(m)), p.power_next(h, begun), p.power_next(s, begun), product)
    found = p.induction(m, 0, claim(m), p.certify(claim(lift(0))), p.certify(claim(m + 1), *facts))
    return p.inst(found, {m: k})


def power_of_root(p: Prover, b: Any) -> Theorem:
    """0 < b, 0 <= k |- (sqrt(b)^k)^2 = b^k."""
    m = p.fresh("m")
    begun, s = p.assume(0 <= m), sqrt(b)
    square = p.sqrt_square(p.assume(0 < b))

    def claim(m: Any) -> Any:
        return eq(power(s, m) ** 2, power(b, m))

    facts = (p.assume(claim(m)), p.power_next(s, begun), p.power_next(b, begun), square)
    found = p.induction(m, 0, claim(m), p.certify(claim(lift(0))), p.certify(claim(m + 1), *facts))
    return p.inst(found, {m: k})


def damped_falls(p: Prover, strict: bool) -> tuple[Theorem, Any]:
    """1 <= C, 0 <= r, 0 < x, 0 < y, 0 < c, 0 < d, c^2 = x, d^2 = y, y <= x |- d u <= c w for the scales of x and y.

    w = 1/sqrt(1 + (C^2-1) r x), u the same with y: as b^k falls, so does sqrt(b^k/v_k). Strict if y < x is.
    """
    C, r, x, y, c, d = variables = apart(p, "C r x y c d")
    spike, rate, *positive = p.assume(1 <= C, 0 <= r, 0 < x, 0 < y, 0 < c, 0 < d)
    roots = p.assume(eq(c**2, x), eq(d**2, y))
    less = p.assume(y < x if strict else y <= x)
    gain = p.certify(0 <= (C**2 - 1) * r, p.certify(0 <= C**2 - 1, spike), rate)
    inside = [p.certify(0 < 1 + (C**2 - 1) * (r * z), gain, above) for z, above in zip((x, y), positive, strict=False)]
    v, V = (above.claim.right for above in inside)
    squares = [p.sqrt_square(above) for above in inside]
    # d sqrt(v) <= c sqrt(V), from y v <= x V
    left, right = d * sqrt(v), c * sqrt(V)
    if strict:
        below = p.certify(left**2 < right**2, less, *squares, *roots, degree=1, rounds=2)
    else:
        below = p.certify(left**2 <= right**2, less, *squares, *roots, degree=1, rounds=2)
    size = p.certify(0 <= right, positive[2], p.sqrt_nonneg(V))
    crossed = (p.squares_strict if strict else p.squares)(below, size)
    over = [p.sqrt_positive(above) for above in inside]
    goal = d / sqrt(V) < c / sqrt(v) if strict else d / sqrt(V) <= c / sqrt(v)
    return p.certify(goal, crossed, *map(p.inverse, over), weights=[over]), variables


def damped(p: Prover, C: Any, b: Any, N: Any) -> tuple[Theorem, Theorem]:
    """sqrt(b)^k/sqrt(v_k) does not rise in a period and ends lower than it began; strict between 0 and N - 1.

    1 <= C, 0 < b, b < 1, 1 <= N, 0 <= i, i <= k;  1 <= C, 0 < b, b < 1, 2 <= N.
    """
    low, high, two = p.assume(0 < b, b < 1, 2 <= N)
    weak, one, root = p.certify(0 <= b, low), p.certify(1 <= N, two), p.sqrt_positive(low)
    room = p.using(p.restate(0 < 1 - power(b, N), full_period(p, b, N)), weak)
    rate = p.certify(0 <= (1 - b) * inv(1 - power(b, N)), high, p.inv_positive(room))
    positive, roots, squares = p.power_positive(low, k), p.power_positive(root, k), power_of_root(p, b)

    def at(n: Any, *reached: Theorem) -> list[Theorem]:
        return [p.using(p.inst(f, {k: n}), *reached) for f in (positive, roots, squares)]

    later = p.certify(0 <= k, *p.assume(0 <= i, i <= k))
    falls = p.using(power_falls(p, b), weak)
    less = p.using(full_period(p, b, N - 1), weak, p.certify(1 <= N - 1, two))
    ended = p.certify(0 <= N - 1, two)
    s, found = sqrt(b), []
    for strict, n, m, facts in (
        (False, i, k, (*at(i), *at(k, later), rate, falls)),
        (True, lift(0), N - 1, (*at(lift(0), p.certify(0 <= lift(0))), *at(N - 1, ended), p.using(rate, one), less)),
    ):
        lemma, variables = damped_falls(p, strict)
        values = (C, rate.claim.right, power(b, n), power(b, m), power(s, n), power(s, m))
        found.append(put(p, lemma, variables, values, *facts))
    return found[0], found[1]


def weighted(p: Prover, C: Any, a: Any, b: Any, N: Any) -> Theorem:
    """1 <= C, 0 <= a, a < 1, 0 < b, b < 1, 2 <= N, sum h^k <= (C+1) sum p_k h^k |- drift < 0, with h = 1/sqrt(b).

    The steps are h^k times the pull, which rises, times sqrt(b)^k/sqrt(v), which falls.
    """
    low, two, end = p.assume(0 < b), p.assume(2 <= N), N - 1
    one, root = p.certify(1 <= N, two), p.sqrt_positive(low)
    s, h, positive = sqrt(b), 1 / sqrt(b), p.inv_positive(root)
    cancels = opposite_powers(p, h, s, p.restate(eq(h * s, 1), p.inverse(root)))
    falls, ends = damped(p, C, b, N)
    falls = p.using(falls, one)
    spike = p.certify(0 < C + 1, p.assume(1 <= C))

    def rise(i: Any, k: Any) -> Any:
        return pull(C, a, k, N) - pull(C, a, i, N)

    def w(k: Any) -> Any:
        return power(s, k) * scale(C, b, k, N)

    weights = [p.power_positive(positive, n) for n in (i, k)]
    weights[1] = p.using(weights[1], p.certify(0 <= k, *p.assume(0 <= i, i <= k)))
    weight = p.certify(0 < power(h, i) * power(h, k), *weights)
    rises = p.certify(0 <= rise(i, k), p.using(share_falls(p, a, N), one), spike)
    product = p.certify(0 <= rise(i, k) * (w(i) - w(k)), rises, falls)
    ordered = p.certify(0 <= power(h, i) * power(h, k) * rise(i, k) * (w(i) - w(k)), weight, product)
    x, y = (lambda k: power(h, k) * pull(C, a, k, N)), (lambda k: power(h, k))
    ordered = p.restate(0 <= (x(i) * y(k) - x(k) * y(i)) * (w(k) - w(i)), ordered)
    spread = p.using(correlated(p, x, y, w, ordered, end), p.certify(0 <= end, two))
    gap = p.certify(0 < rise(lift(0), end), share_falls_strictly(p, a, N), spike)
    last = p.using(p.power_positive(positive, end), p.certify(0 <= end, two))
    product = p.certify(0 < rise(lift(0), end) * (w(lift(0)) - w(end)), gap, ends)
    strict = p.certify(0 < power(h, end) * rise(lift(0), end) * (w(lift(0)) - w(end)), last, product)
    # h^k s^k = 1: sum x w is the drift, sum y w the sum of the scales
    drifts = p.sum_of(p.certify(eq(x(k) * w(k), step(C, a, b, k, N)), cancels), k, 0, end)
    steps = p.sum_of(p.certify(eq(y(k) * w(k), scale(C, b, k, N)), cancels), k, 0, end)
    size = p.sqrt_positive(p.using(square_positive(p, C, b, N), one, p.certify(0 <= b, low)))
    each = p.certify(0 <= scale(C, b, k, N), p.inv_positive(size))
    scales = p.restate(0 <= total(k, 0, end, scale(C, b, k, N)), p.sum_of(each, k, 0, end))
    whole = total(k, 0, end, power(h, k))
    enough = p.assume(whole <= (C + 1) * total(k, 0, end, share(a, k, N) * power(h, k)))
    base = p.using(geometric_positive(p, h, N), one, p.certify(0 <= h, positive))
    pulled = p.certify(
        total(k, 0, end, x(k)) * total(k, 0, end, scale(C, b, k, N)) <= 0,
        p.restate(total(k, 0, end, x(k)) <= 0, enough),
        scales,
    )
    return p.certify(drift(C, a, b, N) < 0, spread, strict, drifts, steps, pulled, weights=[[base]])
