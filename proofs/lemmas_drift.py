"""Lemmas for the drift of Adam on the periodic sequence of period N: its displacement in a period of the limit cycle.

With p_k = share(a, k, N), q_k = share(b, k, N) the limit cycles of m and v are -1 + (C+1) p_k and 1 + (C^2-1) q_k, so

    drift(C, a, b, N) = sum_{k=0}^{N-1} (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k)

is the displacement of x in a period in units of the step size, without projection. Positive means to the wrong end.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integers, inv, lift, power, sqrt, total
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import rel
from adamtheory.proofs.lemmas_cycle import full_period, full_share, share

i, k = integers("i k")


def pull(C: Any, a: Any, k: Any, N: Any) -> Any:
    """1 - (C+1) p_k: the limit cycle of -m at phase k."""
    return 1 - (C + 1) * share(a, k, N)


def square(C: Any, b: Any, k: Any, N: Any) -> Any:
    """1 + (C^2-1) q_k: the limit cycle of v at phase k."""
    return 1 + (C**2 - 1) * share(b, k, N)


def scale(C: Any, b: Any, k: Any, N: Any) -> Any:
    """1/sqrt(v) at phase k."""
    return inv(sqrt(square(C, b, k, N)))


def step(C: Any, a: Any, b: Any, k: Any, N: Any) -> Any:
    """-m/sqrt(v) at phase k of the limit cycle."""
    return pull(C, a, k, N) * scale(C, b, k, N)


def drift(C: Any, a: Any, b: Any, N: Any) -> Any:
    """The displacement of x in a period, in units of the step size."""
    return total(k, 0, N - 1, step(C, a, b, k, N))


# --- powers and shares ------------------------------------------------------------------------------------------------


@cache
def power_at_most_one(p: Prover, decay: Any, n: Any) -> Theorem:
    """0 <= c, c < 1, 0 <= n |- c^n <= 1."""
    low, high = p.assume(0 <= decay, decay < 1)
    return p.power_claim(decay, lambda q: q <= 1, low, high, n=n)


@cache
def share_bounds(p: Prover, decay: Any, N: Any) -> tuple[Theorem, Theorem]:
    """0 <= c, c < 1, 1 <= N, 0 <= k |- 0 <= p_k and p_k <= 1."""
    low, high, one = p.assume(0 <= decay, decay < 1, 1 <= N)
    room = p.restate(0 < 1 - power(decay, N), full_period(p, decay, N))
    over, q = p.inv_positive(room), share(decay, k, N)
    nonneg, most = p.power_nonneg(low, k), power_at_most_one(p, decay, k)
    # c^N = c c^(N-1) <= c
    before = p.certify(0 <= N - 1, one)
    less = p.using(power_at_most_one(p, decay, N - 1), before)
    falls = p.certify(power(decay, N) <= decay, p.power_next(decay, before), less, low)
    numerator = p.certify((1 - decay) * power(decay, k) <= 1 - power(decay, N), most, falls, high)
    positive = p.certify(0 <= q, p.certify(0 <= (1 - decay) * power(decay, k), nonneg, high), over)
    return positive, p.certify(q <= 1, numerator, p.inverse(room), weights=[[room]], degree=1)


@cache
def share_inside(p: Prover, decay: Any, N: Any) -> tuple[Theorem, Theorem]:
    """0 < c, c < 1, 2 <= N, 0 <= k |- 0 < p_k and p_k < 1."""
    low, high, two = p.assume(0 < decay, decay < 1, 2 <= N)
    weak, one = p.restate(0 <= decay, low), p.certify(1 <= N, two)
    room = p.restate(0 < 1 - power(decay, N), p.using(full_period(p, decay, N), weak, one))
    over, q = p.inv_positive(room), share(decay, k, N)
    most = p.using(power_at_most_one(p, decay, k), weak)
    # c^N < c, since c^(N-1) < 1
    before = p.certify(1 <= N - 1, two)
    less = p.using(full_period(p, decay, N - 1), weak, before)
    falls = p.certify(power(decay, N) < decay, p.power_next(decay, p.certify(0 <= N - 1, two)), less, low)
    numerator = p.certify((1 - decay) * power(decay, k) < 1 - power(decay, N), most, falls, high)
    top = p.certify(0 < (1 - decay) * power(decay, k), p.power_positive(low, k), high)
    positive = p.certify(0 < q, top, over)
    return positive, p.certify(q < 1, numerator, p.inverse(room), weights=[[room]], degree=1)


# --- the drift falls as C grows ---------------------------------------------------------------------------------------


def two_scales(
    p: Prover, q: Any, C: Any, D: Any, some: Theorem, part: Theorem
) -> tuple[list[Theorem], Theorem, Theorem]:
    """0 < v for both, u <= w, C w <= D u, from 0 <= q, q <= 1 (the last strict for q < 1), 1 <= C and C < D.

    w is 1/sqrt(1 + (C^2-1) q), u the same at D.
    """
    one, less = p.assume(1 <= C, C < D)
    inside = []
    for spike, bound in ((C, one), (D, p.certify(1 <= D, one, less))):
        inside.append(p.certify(0 < 1 + (spike**2 - 1) * q, p.certify(0 <= spike**2 - 1, bound), some))
    roots, squares = [p.sqrt_positive(v) for v in inside], [p.sqrt_square(v) for v in inside]
    v, V = (positive.claim.right for positive in inside)
    w, u = inv(sqrt(v)), inv(sqrt(V))
    farther = p.certify(C**2 < D**2, one, less)
    falls = inverse_roots(p, p.certify(v <= V, farther, some), inside[0])
    # C sqrt(V) <= D sqrt(v), from C^2 V <= D^2 v
    large = p.certify(0 <= D * sqrt(v), roots[0], one, less)
    left, right, kind = (C * sqrt(V)) ** 2, (D * sqrt(v)) ** 2, part.claim.kind
    product = p.certify(rel(kind, C**2 * V, D**2 * v), farther, part)
    squares_rule = p.squares_strict if kind == "lt" else p.squares
    crossed = squares_rule(p.certify(rel(kind, left, right), product, *squares), large)
    return inside, falls, p.certify(rel(kind, C * w, D * u), crossed, *map(p.inverse, roots), weights=[roots])


def step_falls(p: Prover, strict: bool) -> tuple[Theorem, Any]:
    """0 <= s, s <= 1, 0 <= q, q <= 1, 1 <= C, C < D |- step(D) <= step(C) for the shares s and q; with its variables.

    The step at C is (1-s) w - s C w; w falls and C w grows. Strict if q < 1 and 0 < s + q.
    """
    s, q, C, D = variables = apart(p, "s q C D")
    low, high, some, part = p.assume(0 <= s, s <= 1, 0 <= q, q < 1 if strict else q <= 1)
    inside, falls, grows = two_scales(p, q, C, D, some, part)
    u, w = falls.claim.left, falls.claim.right
    goal = rel(part.claim.kind, (1 - (D + 1) * s) * u, (1 - (C + 1) * s) * w)
    if not strict:
        return p.certify(goal, falls, grows, low, high), variables
    none, positive = p.assume(q <= 0, 0 < q)
    single = p.certify(0 < s, none, p.assume(0 < s + q))
    still = p.certify(goal, falls, grows, single, high)
    v, V = (found.claim.right for found in inside)
    sharp = inverse_roots(p, p.certify(v < V, p.certify(C**2 < D**2, *p.assume(1 <= C, C < D)), positive), inside[0])
    half = p.certify(goal, sharp, grows, p.assume(2 * s <= 1), low)
    more = p.certify(goal, sharp, grows, p.assume(1 < 2 * s), high)
    return p.cases(still, p.cases(half, more, 2 * s, 1), q, 0), variables


def step_falls_slowly(p: Prover) -> tuple[Theorem, Any]:
    """0 <= s, s <= 1, 0 <= q, q <= 1, 1 <= C, C < D |- step(C) <= step(D) + D - C; with its variables.

    w - u <= D (w - u) <= (D - C) w, and D u - C w <= (D - C) u, where both scales are at most 1.
    """
    s, q, C, D = variables = apart(p, "s q C D")
    low, high, some, part, one, less = p.assume(0 <= s, s <= 1, 0 <= q, q <= 1, 1 <= C, C < D)
    inside, falls, grows = two_scales(p, q, C, D, some, part)
    u, w = falls.claim.left, falls.claim.right
    unit = p.certify(1 <= inside[0].claim.right, p.certify(0 <= C**2 - 1, one), some)
    square = p.sqrt_square(inside[0])
    root = sqrt(unit.claim.right)
    root = p.squares(p.certify(lift(1) ** 2 <= root**2, unit, square, degree=1), p.sqrt_nonneg(unit.claim.right))
    positive = p.sqrt_positive(inside[0])
    most = p.certify(w <= 1, root, p.inverse(positive), weights=[[positive]], degree=1)
    first = p.certify(w - u <= D - C, p.certify((D - C) * w <= D - C, most, less), grows, falls, one, less)
    second = p.certify(D * u - C * w <= D - C, p.certify((D - C) * u <= D - C, falls, most, less), falls, one)
    goal = (1 - (C + 1) * s) * w <= (1 - (D + 1) * s) * u + D - C
    return p.certify(goal, first, second, low, high), variables


# --- sums over a period -----------------------------------------------------------------------------------------------


def count(p: Prover, N: Any) -> Theorem:
    """1 <= N |- sum_{k=0}^{N-1} 1 = N."""
    n = p.fresh("n", N)
    step = p.certify(eq(n + 1 + 1, n + 2))
    found = p.sum_induction(k, 0, n, lift(1), lambda n: n + 1, "eq", step)
    found = p.using(p.inst(found, {n: N - 1}), p.certify(-1 <= N - 1, p.assume(1 <= N)))
    return p.restate(eq(total(k, 0, N - 1, lift(1)), N), found)


def shares_sum(p: Prover, decay: Any, N: Any) -> Theorem:
    """0 <= c, c < 1, 1 <= N |- sum_{k=0}^{N-1} p_k = 1."""
    series = p.using(p.geometric(k, decay, N - 1), p.certify(0 <= N - 1 + 1, p.assume(1 <= N)))
    return p.certify(eq(total(k, 0, N - 1, share(decay, k, N)), 1), series, full_share(p, decay, N))


def first_term(p: Prover, index: Any, body: Callable[[Any], Any], nonneg: Theorem, n: Any) -> Theorem:
    """0 <= n |- body(0) <= sum_{index=0}^{n} body(index), from 0 <= index |- 0 <= body(index)."""
    m = p.fresh("m", n, body(index))

    def claim(m: Any) -> Any:
        return body(lift(0)) <= total(index, 0, m, body(index))

    begun = p.assume(0 <= m)
    later = p.using(p.inst(nonneg, {index: m + 1}), p.certify(0 <= m + 1, begun))
    last = p.sum_step(index, 0, m, body(index), begun)
    base = p.certify(claim(lift(0)), p.sum_one(index, 0, body(index)))
    return p.inst(p.induction(m, 0, claim(m), base, p.chain(claim(m + 1), p.assume(claim(m)), last, later)), {m: n})


Terms = Callable[[Any], Any]


def correlated(p: Prover, x: Terms, y: Terms, w: Terms, ordered: Theorem, n: Any) -> Theorem:
    """0 <= n |- (x_0 y_n - x_n y_0) (w_n - w_0) <= 2 (sum x sum y w - sum y sum x w), sums over 0, ..., n.

    ordered   0 <= i, i <= k |- 0 <= (x_i y_k - x_k y_i) (w_k - w_i)
    Chebyshev's argument: the right side is the sum of all these products.
    """

    def product(i: Any, k: Any) -> Any:
        return (x(i) * y(k) - x(k) * y(i)) * (w(k) - w(i))

    mirrored = p.inst(ordered, {i: k, k: i})
    mirrored = p.restate(0 <= product(i, k), p.using(mirrored, p.restate(k <= i, p.assume(k < i))))
    each = p.cases(ordered, mirrored, i, k)
    rows = p.sum_of(p.using(each, p.assume(0 <= k)), k, 0, n)
    begun = p.assume(0 <= n)
    row = p.restate(0 <= total(k, 0, n, product(i, k)), rows)
    below = p.sum_of(row, i, 0, n - 1)
    last = p.sum_step(i, 0, n - 1, total(k, 0, n, product(i, k)), begun)
    ending = p.using(p.inst(each, {i: n}), begun)
    first = p.using(first_term(p, k, lambda k: product(n, k), ending, n), begun)
    whole = total(k, 0, n, x(k)) * total(k, 0, n, y(k) * w(k)) - total(k, 0, n, y(k)) * total(k, 0, n, x(k) * w(k))
    return p.chain(product(lift(0), n) <= 2 * whole, below, last, first)


# --- where the terms rise and fall ------------------------------------------------------------------------------------


def power_falls(p: Prover, decay: Any) -> Theorem:
    """0 <= c, c < 1, 0 <= i, i <= k |- c^k <= c^i."""
    low, begun, m = p.assume(0 <= decay), p.assume(0 <= i), p.fresh("m", i, k)
    kept = p.using(p.power_nonneg(low, i + m), p.certify(0 <= i + m, begun, p.assume(0 <= m)))

    def claim(m: Any) -> Any:
        return power(decay, i + m) <= power(decay, i)

    following = p.power_next(decay, p.certify(0 <= i + m, begun, p.assume(0 <= m)))
    step = p.certify(claim(m + 1), p.assume(claim(m)), following, kept, p.assume(decay < 1))
    found = p.induction(m, 0, claim(m), p.certify(claim(lift(0))), step)
    return p.using(p.inst(found, {m: k - i}), p.certify(0 <= k - i, p.assume(i <= k)))


@cache
def share_falls(p: Prover, decay: Any, N: Any) -> Theorem:
    """0 <= c, c < 1, 1 <= N, 0 <= i, i <= k |- p_k <= p_i."""
    room = p.restate(0 < 1 - power(decay, N), full_period(p, decay, N))
    rate = p.certify(0 < (1 - decay) * inv(1 - power(decay, N)), p.inv_positive(room), p.assume(decay < 1))
    return p.certify(share(decay, k, N) <= share(decay, i, N), power_falls(p, decay), rate)


@cache
def share_falls_strictly(p: Prover, decay: Any, N: Any) -> Theorem:
    """0 <= c, c < 1, 2 <= N |- p_{N-1} < p_0."""
    one = p.certify(1 <= N, p.assume(2 <= N))
    room = p.using(p.restate(0 < 1 - power(decay, N), full_period(p, decay, N)), one)
    rate = p.certify(0 < (1 - decay) * inv(1 - power(decay, N)), p.inv_positive(room), p.assume(decay < 1))
    less = p.using(full_period(p, decay, N - 1), p.certify(1 <= N - 1, p.assume(2 <= N)))
    return p.certify(share(decay, N - 1, N) < share(decay, lift(0), N), less, rate)


def scale_rises(p: Prover, strict: bool) -> tuple[Theorem, Any]:
    """1 < C, 0 <= r, r <= q |- 1/sqrt(1 + (C^2-1) q) <= 1/sqrt(1 + (C^2-1) r), or both strict; with its variables."""
    C, r, q = variables = apart(p, "C r q")
    spike, low, less = p.assume(1 < C, 0 <= r, r < q if strict else r <= q)
    gain = p.certify(0 < C**2 - 1, spike)
    v, V = (1 + (C**2 - 1) * share for share in (r, q))
    positive = p.certify(0 < v, gain, low)
    above = p.certify(v < V if strict else v <= V, gain, less)
    return inverse_roots(p, above, positive), variables


def inverse_roots(p: Prover, above: Theorem, positive: Theorem) -> Theorem:
    """1/sqrt(y) <= 1/sqrt(x) from x <= y and 0 < x; strict if x < y is."""
    x, y = above.claim.left, above.claim.right
    if above.claim.kind == "le":
        return p.reciprocal(p.sqrt_monotone(above, p.restate(0 <= x, positive)), p.sqrt_positive(positive))
    roots = (p.sqrt_square(positive), p.sqrt_square(p.certify(0 < y, above, positive, degree=1)))
    squares = p.certify(sqrt(x) ** 2 < sqrt(y) ** 2, above, *roots, degree=1)
    return p.reciprocal(p.squares_strict(squares, p.sqrt_nonneg(y)), p.sqrt_positive(positive))


def scales(p: Prover, C: Any, b: Any, N: Any) -> tuple[Theorem, Theorem]:
    """1/sqrt(v) does not fall in a period and ends higher than it began.

    1 < C, 0 <= b, b < 1, 2 <= N, 0 <= i, i <= k |- w_i <= w_k;  1 < C, 0 <= b, b < 1, 2 <= N |- w_0 < w_{N-1}.
    """
    two = p.assume(2 <= N)
    one = p.certify(1 <= N, two)
    lemma, variables = scale_rises(p, False)
    nonneg, falls = share_bounds(p, b, N)[0], share_falls(p, b, N)
    later = p.certify(0 <= k, *p.assume(0 <= i, i <= k))
    nonneg = p.using(nonneg, later, one)
    weak = put(p, lemma, variables, (C, share(b, k, N), share(b, i, N)), nonneg, p.using(falls, one))
    lemma, variables = scale_rises(p, True)
    ended = p.using(p.inst(share_bounds(p, b, N)[0], {k: N - 1}), p.certify(0 <= N - 1, two), one)
    falls = share_falls_strictly(p, b, N)
    strict = put(p, lemma, variables, (C, share(b, N - 1, N), share(b, lift(0), N)), ended, falls)
    return weak, strict


def drift_falls(p: Prover, C: Any, D: Any, a: Any, b: Any, N: Any) -> Theorem:
    """1 <= C, C < D, 0 <= a, a < 1, 0 <= b, b < 1, 0 < a + b, 2 <= N |- drift(D) < drift(C)."""
    two, some, end = p.assume(2 <= N), p.assume(0 < a + b), N - 1
    one, ended = p.certify(1 <= N, two), p.certify(0 <= N - 1, two)
    shares = [p.using(f, one) for c in (a, b) for f in share_bounds(p, c, N)]
    lemma, variables = step_falls(p, False)
    weak = put(p, lemma, variables, (share(a, k, N), share(b, k, N), C, D), *shares)
    before = p.sum_of(weak, k, 0, N - 2)
    # the last step: q_{N-1} < q_0 <= 1, and one of p_{N-1}, q_{N-1} is positive
    at_end = [p.using(p.inst(f, {k: end}), ended) for f in shares]
    first = p.using(p.inst(shares[3], {k: 0}), p.certify(0 <= lift(0)))
    part = p.certify(share(b, end, N) < 1, share_falls_strictly(p, b, N), first)
    goal = 0 < share(a, end, N) + share(b, end, N)
    with_b = p.certify(goal, p.using(p.inst(share_inside(p, b, N)[0], {k: end}), ended), at_end[0])
    positive = p.certify(0 < a, some, p.assume(b <= 0))
    with_a = p.certify(goal, p.using(p.inst(share_inside(p, a, N)[0], {k: end}), ended, positive), at_end[2])
    lemma, variables = step_falls(p, True)
    values = (share(a, end, N), share(b, end, N), C, D)
    last = put(p, lemma, variables, values, *at_end, part, p.cases(with_a, with_b, b, 0))
    longer = [p.sum_step(k, 0, N - 2, step(spike, a, b, k, N), ended) for spike in (C, D)]
    return p.chain(drift(D, a, b, N) < drift(C, a, b, N), before, last, *longer)


def drift_falls_slowly(p: Prover, C: Any, D: Any, a: Any, b: Any, N: Any) -> Theorem:
    """1 <= C, C < D, 0 <= a, a < 1, 0 <= b, b < 1, 1 <= N |- drift(C) <= drift(D) + N (D - C)."""
    lemma, variables = step_falls_slowly(p)
    shares = [f for c in (a, b) for f in share_bounds(p, c, N)]
    each = put(p, lemma, variables, (share(a, k, N), share(b, k, N), C, D), *shares)
    goal = drift(C, a, b, N) <= drift(D, a, b, N) + N * (D - C)
    return p.certify(goal, p.sum_of(each, k, 0, N - 1), count(p, N))


def balanced(p: Prover, a: Any, b: Any, N: Any) -> Theorem:
    """0 <= a, a < 1, 0 <= b, b < 1, 3 <= N |- 0 < drift(N - 1, a, b, N), by Chebyshev: both factors of a step rise."""
    three, C, end = p.assume(3 <= N), N - 1, N - 1
    two, one, spike = (p.certify(goal, three) for goal in (2 <= N, 1 <= N, 1 < C))

    def rise(i: Any, k: Any) -> Any:
        return pull(C, a, k, N) - pull(C, a, i, N)

    def growth(i: Any, k: Any) -> Any:
        return scale(C, b, k, N) - scale(C, b, i, N)

    rising, ends = (p.using(f, two, spike) for f in scales(p, C, b, N))
    pulls = p.certify(0 <= rise(i, k), p.using(share_falls(p, a, N), one), p.certify(0 <= C + 1, three))
    ordered = p.certify(0 <= rise(i, k) * growth(i, k), pulls, rising)
    terms = (lambda k: lift(1), lambda k: pull(C, a, k, N), lambda k: scale(C, b, k, N))
    spread = p.using(correlated(p, *terms, ordered, end), p.certify(0 <= end, three))
    gap = p.certify(0 < rise(lift(0), end), p.using(share_falls_strictly(p, a, N), two), three)
    product = p.certify(0 < rise(lift(0), end) * growth(lift(0), end), gap, ends)
    counted, whole = p.using(count(p, N), one), p.using(shares_sum(p, a, N), one)
    still = p.certify(eq(total(k, 0, end, pull(C, a, k, N)), 0), counted, whole)
    size = p.certify(0 < N, three)
    return p.certify(0 < drift(C, a, b, N), spread, product, counted, still, weights=[[size]])


# --- what stands under roots and reciprocals is positive --------------------------------------------------------------


@cache
def square_positive(p: Prover, C: Any, b: Any, N: Any) -> Theorem:
    """1 <= C, 0 <= b, b < 1, 1 <= N, 0 <= k |- 0 < v_k."""
    gain = p.certify(0 <= C**2 - 1, p.assume(1 <= C))
    return p.certify(0 < square(C, b, k, N), gain, share_bounds(p, b, N)[0])


def meant(p: Prover, main: Theorem, C: Any, a: Any, b: Any, N: Any, *known: Theorem) -> Theorem:
    """The theorem again, in a proof that also shows what its drifts divide by to be positive, from 1 <= C and so on.

    known   theorems of 1 <= C, 0 <= a, 0 <= b, 1 <= N where the theorem has other hypotheses
    """
    positive = p.using(square_positive(p, C, b, N), *known)
    begun = p.certify(0 <= lift(0))
    known = (*known, begun, p.certify(lift(0) < 1))  # for a = 0
    rooms = [p.using(p.restate(0 < 1 - power(c, N), full_period(p, c, N)), *known) for c in (a, b)]
    at_start = p.using(p.inst(p.sqrt_positive(positive), {k: 0}), begun)
    return passing(p, main, at_start, *rooms)


def passing(p: Prover, main: Theorem, *facts: Theorem) -> Theorem:
    """The theorem, `<` or `<=`, in a proof that passes through these facts."""
    once = ((Fraction(1), (0,), None),)
    return kernel.certificate(p.theory, main.claim, (main, *facts), once, (), ((Fraction(1), ()),))
