"""Lemmas of the regret proofs: sums of step sizes, Abel summation, AdaGrad's lemma, the projection on a box.

A lemma about families is a function that proves it for the families at hand. Where a step is about a few numbers only,
it is proved once for real variables and then instantiated, which keeps the certificates short.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, le, lift, log, maximum, minimum, real, sqrt, total
from adamtheory.logic.terms import Rel

Sequence = Callable[[Any], Any]
Result = Callable[[Any], Theorem]


def apart(p: Prover, names: str) -> Any:
    """Real variables whose names no family of the theory has."""
    taken = {known for known, _ in p.theory.names}
    return tuple(real(name if name not in taken else f"{name}_value") for name in names.split())


def put(p: Prover, lemma: Theorem, variables: Any, values: Any, *facts: Theorem) -> Theorem:
    """The lemma with values for its variables, and with its hypotheses discharged by the facts."""
    return p.using(p.inst(lemma, dict(zip(variables, values, strict=True))), *facts)


# --- sums of step sizes -----------------------------------------------------------------------------------------------


def root_of_one(p: Prover) -> Theorem:
    """sqrt(1) = 1."""
    one = p.certify(0 <= lift(1))
    return p.squares_equal(p.restate(eq(sqrt(1) ** 2, lift(1) ** 2), p.sqrt_square(one)), p.sqrt_nonneg(1), one)


def inverse_sqrt_sum(p: Prover, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n 1/sqrt(t) <= 2 sqrt(n) - 1.

    With s = sqrt(t+1) and r = sqrt(t), s^2 - r^2 = 1, the step is 2 (s - r) - 1/s = (s - r)^2/s >= 0.
    """
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun = p.assume(1 <= k)
    before, after = p.certify(0 <= k, begun), p.certify(0 < k + 1, begun)
    r, s = sqrt(k), sqrt(k + 1)
    positive = p.sqrt_positive(after)
    roots = (p.sqrt_square(before), p.sqrt_square(after), p.inverse(positive), p.inv_positive(positive))
    step = p.certify(2 * r - 1 + 1 / s <= 2 * s - 1, *roots, squares=[s - r])
    one = root_of_one(p)
    first = p.certify(1 / sqrt(1) <= 2 * sqrt(1) - 1, p.rewrite(one, inv), one, degree=1)
    found = p.sum_induction(t, 1, k, 1 / sqrt(t), lambda k: 2 * sqrt(k) - 1, "le", step, base=first, start=1)
    return p.inst(found, {k: n})


def log_of_one(p: Prover) -> Theorem:
    """log(1) = 0."""
    one = p.certify(0 < lift(1))
    return p.restate(eq(log(1), 0), p.using(p.fact("log_product", x=lift(1), y=lift(1)), one))


def harmonic(p: Prover, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n 1/t <= 1 + log(n); the step is log(t/(t+1)) <= t/(t+1) - 1 = -1/(t+1)."""
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun = p.assume(1 <= k)
    before, after = p.certify(0 < k, begun), p.certify(0 < k + 1, begun)
    quotient = p.log_quotient(after, before)  # log(k) - log(k+1) = log(k/(k+1))
    ratio = p.certify(0 < k / (k + 1), before, p.inv_positive(after))
    step = p.certify(1 + log(k) + 1 / (k + 1) <= 1 + log(k + 1), quotient, p.log_bound(ratio), p.inverse(after))
    first = p.certify(1 / lift(1) <= 1 + log(1), log_of_one(p))
    found = p.sum_induction(t, 1, k, 1 / t, lambda k: 1 + log(k), "le", step, base=first, start=1)
    return p.inst(found, {k: n})


def telescoping(p: Prover, f: Sequence, n: Any) -> Theorem:
    """0 <= n |- sum_{t=1}^n (f(t) - f(t+1)) = f(1) - f(n+1)."""
    k, t = p.fresh("k", n), p.fresh("t", n)
    body = f(t) - f(t + 1)
    last = p.sum_step(t, 1, k, body, p.assume(0 <= k))
    claim = eq(total(t, 1, k, body), f(lift(1)) - f(k + 1))
    longer = eq(total(t, 1, k + 1, body), f(lift(1)) - f(k + 2))
    base = p.restate(eq(total(t, 1, lift(0), body), f(lift(1)) - f(lift(0) + 1)), p.sum_none(t, 1, body))
    step = p.certify(longer, p.assume(claim), last, degree=1)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


# --- summation by parts, and AdaGrad's lemma --------------------------------------------------------------------------


def abel(
    p: Prover,
    A: Sequence,
    Y: Sequence,
    bound: Any,
    n: Any,
    *,
    nonneg: Result,
    rising: Result,
    low: Result,
    high: Result,
    exact: bool = False,
) -> Theorem:
    """1 <= n |- sum_{t=1}^n A(t) (Y(t) - Y(t+1)) <= bound A(n).

    nonneg(t), rising(t), low(t), high(t)   0 <= A(t), A(t) <= A(t+1), 0 <= Y(t), Y(t) <= bound, each perhaps under
                                            1 <= t (and what does not mention t)
    exact                                   the invariant instead: the sum is <= A(n) (bound - Y(n+1))
    """
    k, t = p.fresh("k", n, bound), p.fresh("t", n, bound)
    begun = p.assume(1 <= k)
    following = p.certify(1 <= k + 1, begun, degree=1)
    a, b, y, z, c = variables = apart(p, "a b y z c")
    # (b - a) (c - y) >= 0, from a <= b and y <= c
    one = p.certify(a * (c - y) + b * (y - z) <= b * (c - z), *p.assume(a <= b, y <= c))
    values = (A(k), A(k + 1), Y(k + 1), Y(k + 2), bound)
    step = put(p, one, variables, values, rising(k), p.using(high(k + 1), following))
    start = lift(1)
    reached = p.certify(1 <= start)
    first = p.certify(a * (y - z) <= a * (c - z), *p.assume(0 <= a, y <= c))
    values = (A(start), Y(start), Y(start + 1), bound)
    base = put(p, first, (a, y, z, c), values, p.using(nonneg(start), reached), p.using(high(start), reached))

    def closed(k: Any) -> Any:
        return A(k) * (bound - Y(k + 1))

    found = p.sum_induction(t, 1, k, A(t) * (Y(t) - Y(t + 1)), closed, "le", step, base=base, start=1)
    if exact:
        return p.inst(found, {k: n})
    whole = p.certify(a * (c - y) <= c * a, *p.assume(0 <= a, 0 <= y))
    last = put(p, whole, (a, y, c), (A(k), Y(k + 1), bound), nonneg(k), p.using(low(k + 1), following))
    return p.inst(p.chain(le(found.claim.left, bound * A(k)), found, last), {k: n})


def root_step(p: Prover, S: Any, grown: Any, g: Any, following: Theorem, nonneg: Theorem) -> Theorem:
    """2 sqrt(S) + g^2/sqrt(S') <= 2 sqrt(S') from S' = S + g^2 and 0 <= S; where S' = 0 the quotient is 0.

    With s = sqrt(S') and r = sqrt(S): 2 (s - r) - (s^2 - r^2)/s = (s - r)^2/s >= 0.
    """
    a, b, c = apart(p, "a b c")
    low, sums = p.assume(0 <= a, eq(b, a + c**2))
    r, s = sqrt(a), sqrt(b)
    goal = 2 * r + c**2 / s <= 2 * s
    square = p.certify(0 <= c**2, squares=[c])
    rises = p.certify(a <= b, sums, square)
    zero, above = p.assume(b <= 0, 0 < b)
    still = p.antisym(p.certify(c**2 <= 0, zero, sums, low, degree=1), square)
    vanishes = p.certify(goal, p.sqrt_monotone(rises, low), still, degree=1)
    root = p.sqrt_positive(above)
    facts = (p.sqrt_square(low), p.sqrt_square(above), sums, p.inverse(root), p.inv_positive(root))
    grows = p.certify(goal, *facts, squares=[s - r])
    return put(p, p.cases(vanishes, grows, b, 0), (a, b, c), (S, grown, g), following, nonneg)


def sum_of_squares_nonneg(p: Prover, S: Sequence, g: Sequence, begin: Theorem, following: Result, n: Any) -> Theorem:
    """0 <= n |- 0 <= S(n) where S(0) = 0 and following(k) is 0 <= k |- S(k+1) = S(k) + g(k+1)^2."""
    k = p.fresh("k", n)
    begun = p.assume(0 <= k)
    base = p.certify(0 <= S(lift(0)), begin)
    step = p.certify(0 <= S(k + 1), p.assume(0 <= S(k)), p.using(following(k), begun), squares=[g(k + 1)])
    return p.inst(p.induction(k, 0, 0 <= S(k), base, step), {k: n})


def lemma_a(p: Prover, S: Sequence, g: Sequence, n: Any, begin: Theorem, following: Result) -> Theorem:
    """0 <= n |- sum_{t=1}^n g(t)^2/sqrt(S(t)) <= 2 sqrt(S(n)), the quotient 0 where S(t) = 0.

    begin         S(0) = 0
    following(k)  0 <= k |- S(k+1) = S(k) + g(k+1)^2
    """
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun = p.assume(0 <= k)
    nonneg = sum_of_squares_nonneg(p, S, g, begin, following, k)
    grown = p.restate(eq(S(k + 1), S(k) + g(k + 1) ** 2), p.using(following(k), begun))
    step = root_step(p, S(k), S(k + 1), g(k + 1), grown, nonneg)
    base = p.certify(0 <= 2 * sqrt(S(lift(0))), p.sqrt_nonneg(S(lift(0))))
    found = p.sum_induction(t, 1, k, g(t) ** 2 / sqrt(S(t)), lambda k: 2 * sqrt(S(k)), "le", step, base=base)
    return p.inst(p.using(found, begun), {k: n})


# --- the projection on a box ------------------------------------------------------------------------------------------


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


def zero_of_square(p: Prover, vanishing: Theorem) -> Theorem:
    """x = 0 from x^2 <= 0."""
    x, zero = vanishing.claim.left.args[0], p.certify(0 <= lift(0))
    below = p.squares(p.restate(x**2 <= lift(0) ** 2, vanishing), zero)
    above = p.squares(p.restate((-x) ** 2 <= lift(0) ** 2, vanishing), zero)
    return p.antisym(below, p.restate(0 <= x, above))


def clip_range(p: Prover, project: Sequence, y: Any, low: Any, high: Any) -> tuple[Theorem, Theorem]:
    """low <= high |- low <= project(y), and project(y) <= high."""
    (v,) = apart(p, "y")
    ordered = p.assume(low <= high)
    ends = (low <= project(v), project(v) <= high)
    return tuple(p.inst(by_clip(p, project, v, low, high, goal, ordered), {v: y}) for goal in ends)


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


# --- regret -----------------------------------------------------------------------------------------------------------


def convex_to_linear(p: Prover, name: str, n: Any) -> Theorem:
    """sum_{t=1}^n (f_t(x_t) - f_t(u)) <= sum_{t=1}^n sum_i g(t,i) (x_t(i) - u(i)), from the assumption of that name.

    The assumption is 1 <= t |- f_t(x_t) - f_t(u) <= sum_i ..., its only variable t.
    """
    (t,) = p.theory.entry("assume", name)[3]
    return p.sum_of(p.given(name, t), t, 1, n)


def exchanged(p: Prover, t: Any, n: Any, i: Any, d: Any, body: Any) -> Theorem:
    """0 <= n |- sum_{t=1}^n sum_{i=1}^d f(t, i) = sum_{i=1}^d sum_{t=1}^n f(t, i), for an integer variable n."""
    inner, outer = total(i, 1, d, body), total(t, 1, n, body)
    claim = eq(total(t, 1, n, inner), total(i, 1, d, outer))
    begun = p.assume(0 <= n)
    last = p.sum_step(t, 1, n, inner, begun)
    each = p.sum_of(p.sum_step(t, 1, n, body, begun), i, 1, d)
    following = eq(total(t, 1, n + 1, inner), total(i, 1, d, total(t, 1, n + 1, body)))
    step = p.certify(following, p.assume(claim), last, each, degree=1)
    none = p.sum_of(p.sum_none(t, 1, body), i, 1, d)
    start = eq(total(t, 1, lift(0), inner), total(i, 1, d, total(t, 1, lift(0), body)))
    base = p.certify(start, p.sum_none(t, 1, inner), none, degree=1)
    return p.induction(n, 0, claim, base, step)


def constant_sum(p: Prover, i: Any, d: Any, c: Any) -> Theorem:
    """0 <= d |- sum_{i=1}^d c = d c, for c without i."""
    k = p.fresh("k", d, c)
    last = p.sum_step(i, 1, k, lift(1), p.assume(0 <= k))
    step = p.certify(eq(total(i, 1, k + 1, lift(1)), k + 1), p.assume(eq(total(i, 1, k, lift(1)), k)), last, degree=1)
    base = p.restate(eq(total(i, 1, lift(0), lift(1)), lift(0)), p.sum_none(i, 1, lift(1)))
    count = p.inst(p.induction(k, 0, eq(total(i, 1, k, lift(1)), k), base, step), {k: d})
    return p.certify(eq(total(i, 1, d, c), d * lift(c)), count)
