"""How long one step of Adam can be: from the squares of `lemmas_step` to the length of the step, and its attainment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, inv, lift, power, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.sums import apart, put, root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import (
    Text,
    corrected_squares,
    corrections,
    hat_nonneg,
    moments_bound,
    powers,
    powers_first,
    powers_next,
    powers_positive,
    ratio,
    ratio_is,
    sums_positive,
    value_nonneg,
)
from adamtheory.proofs.lemmas_step_constant import constant, raw_constant

# --- about a few numbers ----------------------------------------------------------------------------------------------


def by_size(p: Prover, goal: Rel, make: Callable[[Any], Theorem]) -> Theorem:
    """|x| <= c from make(sign), which shows sign x <= c for the signs 1 and -1."""
    x = goal.left.args[0]
    found = p.max_least(p.restate(x <= goal.right, make(1)), p.restate(-x <= goal.right, make(-1)))
    return p.restate(goal, found)


def root_bound(p: Prover) -> tuple[Theorem, Any]:
    """(A x)^2 <= c^2 S w |- |x| <= c sqrt(S)/A (sqrt(w) + e), from 0 < A and c, S, w, e >= 0; and its variables."""
    A, x, c, S, w, e = variables = apart(p, "A x c S w e")
    squared, A_positive, *nonneg = p.assume((A * x) ** 2 <= c**2 * (S * w), 0 < A, 0 <= c, 0 <= S, 0 <= w, 0 <= e)
    roots = [p.sqrt_square(fact) for fact in nonneg[1:3]]
    over = p.inv_positive(A_positive)
    sides = c * sqrt(S) * sqrt(w)
    above = p.certify(0 <= sides, nonneg[0], p.sqrt_nonneg(S), p.sqrt_nonneg(w), degree=3)
    share = p.certify(0 <= c * sqrt(S) * inv(A), nonneg[0], p.sqrt_nonneg(S), over, degree=3)
    room = p.certify(0 <= c * sqrt(S) * inv(A) * e, share, nonneg[3])
    target = c * sqrt(S) / A * (sqrt(w) + e)

    def signed(sign: int) -> Theorem:
        main = p.squares(p.certify((sign * (A * x)) ** 2 <= sides**2, squared, *roots), above)
        main = p.restate(0 <= sides - sign * A * x, main)
        divided = p.certify(0 <= (sides - sign * A * x) * inv(A), main, over)
        return p.certify(sign * x <= target, divided, p.inverse(A_positive), room, degree=1)

    return by_size(p, absolute(x) <= target, signed), variables


def root_equal(p: Prover) -> tuple[Theorem, Any]:
    """(A x)^2 = c^2 S w |- |x| = c sqrt(S)/A sqrt(w), from 0 < A and c, S, w >= 0; and its variables."""
    A, x, c, S, w = variables = apart(p, "A x c S w")
    squared, A_positive, *nonneg = p.assume(eq((A * x) ** 2, c**2 * (S * w)), 0 < A, 0 <= c, 0 <= S, 0 <= w)
    roots = [p.sqrt_square(fact) for fact in nonneg[1:]]
    over, inverse = p.inv_positive(A_positive), p.inverse(A_positive)
    target = c * sqrt(S) / A * sqrt(w)
    above = p.certify(0 <= target, nonneg[0], p.sqrt_nonneg(S), p.sqrt_nonneg(w), over, degree=4)
    square = p.certify(eq(x**2, target**2), squared, inverse, *roots)
    size = p.certify(0 <= absolute(x), p.max_left(x, -x), p.max_right(x, -x))
    return p.squares_equal(p.chain(eq(absolute(x) ** 2, target**2), p.max_square(x), square), size, above), variables


def length_bound(p: Prover) -> tuple[Theorem, Any]:
    """|x| <= C d |- |h (x/d)| <= h C from C, d, h >= 0 (the quotient is 0 where d is); and its variables."""
    x, C, d, h = variables = apart(p, "x C d h")
    bound, *nonneg = p.assume(absolute(x) <= C * d, 0 <= C, 0 <= d, 0 <= h)
    goal = absolute(h * (x / d)) <= h * C
    zero = p.rewrite(p.antisym(p.assume(d <= 0), nonneg[1]), inv)
    room = p.certify(0 <= h * C, nonneg[0], nonneg[2])
    positive = p.assume(0 < d)
    over = p.inv_positive(positive)
    inverse = p.inverse(positive)

    def still(sign: int) -> Theorem:
        return p.certify(sign * (h * (x / d)) <= h * C, zero, room)

    def moving(sign: int) -> Theorem:
        one = p.chain(sign * x <= C * d, p.max_left(x, -x) if sign == 1 else p.max_right(x, -x), bound)
        less = p.certify(0 <= (C * d - sign * x) * inv(d), one, over)
        scaled = p.certify(0 <= h * ((C * d - sign * x) * inv(d)), less, nonneg[2])
        return p.certify(sign * (h * (x / d)) <= h * C, scaled, inverse, degree=1)

    return p.cases(by_size(p, goal, still), by_size(p, goal, moving), d, 0), variables


def length_equal(p: Prover) -> tuple[Theorem, Any]:
    """|x| = C d |- |h (x/d)| = h C from 0 < d, 0 <= C and 0 <= h; and its variables."""
    x, C, d, h = variables = apart(p, "x C d h")
    same, positive, *nonneg = p.assume(eq(absolute(x), C * d), 0 < d, 0 <= C, 0 <= h)
    z, target = h * (x / d), h * C
    square = p.certify(eq(x**2, C**2 * d**2), p.max_square(x), same)
    main = p.certify(eq(absolute(z) ** 2, target**2), p.max_square(z), square, p.inverse(positive))
    size = p.certify(0 <= absolute(z), p.max_left(z, -z), p.max_right(z, -z))
    return p.squares_equal(main, size, p.certify(0 <= target, *nonneg)), variables


# --- the bounds -------------------------------------------------------------------------------------------------------


def raw_constant_nonneg(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= K."""
    root = p.sqrt_nonneg(powers(ratio(*s.betas), n) / (1 - s.betas[1]))
    return p.certify(0 <= raw_constant(*s.betas, n), root, p.given("beta1_below_one"))


def denominator_nonneg(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= the denominator of step n + 1, a root plus eps."""
    denominator = s.value("denominator", n)
    root = p.sqrt_nonneg(denominator.args[0].args[0])
    return p.chain(0 <= denominator, root, p.given("eps_nonnegative"))


def adam_bound(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |moment| <= C denominator in step n + 1 of `adam`, from 0 <= eps."""
    (a, b), eps = s.betas, p.given("eps_nonnegative")
    A, B, R = sums_positive(p, s, n)
    product, one = p.certify(0 <= R.claim.right * B.claim.right, R, B), p.certify(0 <= lift(1))
    lemma, variables = root_bound(p)
    values = (powers(a, n), s.value("moment", n), 1, product.claim.right, s.value("v_hat", n), s.scalar("eps"))
    squared = corrected_squares(p, s, n, moments_bound(p, s, n))
    found = put(p, lemma, variables, values, squared, A, one, product, hat_nonneg(p, s, n), eps)
    goal = absolute(s.value("moment", n)) <= constant(a, b, n) * s.value("denominator", n)
    return p.restate(goal, found)


def raw_bound(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |m| <= K (sqrt(v) + eps) for the new m and v of step n + 1, from 0 <= eps."""
    (a, b), eps = s.betas, p.given("eps_nonnegative")
    m, v = s.value("m", n), s.value("v", n)
    kept = [p.certify(0 < 1 - q, p.given(f"{name}_below_one")) for q, name in ((a, "beta1"), (b, "beta2"))]
    R = powers_positive(p, ratio_is(p, a, p.given("beta2_positive"))[0], n)
    S = p.certify(0 <= R.claim.right / (1 - b), R, p.inv_positive(kept[1]))
    start = p.assume(0 <= n)
    moved = [p.using(p.next(f, n), start) for f in "mv"]
    bound = moments_bound(p, s, n)
    scaled = p.certify(0 <= (bound.claim.right - bound.claim.left) * inv(1 - b), bound, p.inv_positive(kept[1]))
    raw = p.certify(
        s.reading.slot("m", n + 1) ** 2 <= (1 - a) ** 2 * (S.claim.right * s.reading.slot("v", n + 1)),
        scaled,
        p.inverse(kept[1]),
        degree=1,
    )
    squared = p.certify((1 * m) ** 2 <= (1 - a) ** 2 * (S.claim.right * v), raw, *moved)
    lemma, variables = root_bound(p)
    values = (1, m, 1 - a, S.claim.right, v, s.scalar("eps"))
    one, share = p.certify(0 < lift(1)), p.certify(0 <= 1 - a, kept[0])
    found = put(p, lemma, variables, values, squared, one, share, S, value_nonneg(p, s, n), eps)
    return p.restate(absolute(m) <= raw_constant(a, b, n) * (sqrt(v) + s.scalar("eps")), found)


def length(p: Prover, s: Text, bound: Theorem, nonneg: tuple[Theorem, Theorem], n: Any) -> Theorem:
    """|step n + 1| <= lr C from |moment| <= C denominator, C >= 0 and denominator >= 0."""
    lemma, variables = length_bound(p)
    values = (s.value("moment", n), nonneg[0].claim.right, s.value("denominator", n), s.scalar("lr"))
    found = put(p, lemma, variables, values, bound, *nonneg, p.given("rate_nonnegative"))
    return p.restate(absolute(s.step(n)) <= s.scalar("lr") * nonneg[0].claim.right, found)


# --- the history that attains the bound -------------------------------------------------------------------------------


def growing(rule: Rule, slots: tuple[str, ...], **scalars: Any) -> Text:
    """The text with the gradients g_t = c (beta2/beta1)^t, for a constant c."""
    setting = Setting()
    a, b, c = setting.constants("beta1 beta2 c")
    inputs = {"g": lambda t, x: c * power(b / a, t)}
    return Text(setting, read(rule, setting, inputs=inputs, slots=slots, scalars=scalars))


def growing_moments(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- m(n+1) = (1-a) g [n+1]_r and v(n+1) = (1-b) g^2 [n+1]_r for g = g_{n+1} of `growing`."""
    (a, b), k = s.betas, p.fresh("k", n)
    m, v = (s.reading.families[name] for name in "mv")
    a_positive, b_positive, start = p.given("beta1_positive"), p.given("beta2_positive"), p.assume(0 <= k)
    r, rho, zero, reached = ratio(a, b), b / a, p.certify(0 <= lift(0)), p.certify(0 <= k + 1, start)
    inverses = p.inverse(a_positive), p.inverse(b_positive)
    products = p.certify(eq(rho * r, a), *inverses), p.certify(eq(rho**2 * r, b), *inverses)
    sums, following = powers_next(p, r, k), p.power_next(rho, reached)
    found = []
    for f, q, degree, product in ((m, a, 1, products[0]), (v, b, 2, products[1])):

        def claim(k: Any, f: Any = f, q: Any = q, degree: int = degree) -> Rel:
            return eq(f(k + 1), (1 - q) * s.gradient(k + 1) ** degree * powers(r, k))

        base = p.certify(claim(lift(0)), p.cut(p.next(f, 0), zero), p.start(f), powers_first(p, r))
        grown = p.certify(eq(s.gradient(k + 2) ** degree, (rho * s.gradient(k + 1)) ** degree), following)
        old = p.certify(eq(q * f(k + 1), (1 - q) * grown.claim.right * r * powers(r, k)), p.assume(claim(k)), product)
        new = p.cut(p.next(f, k + 1), reached)
        same = p.certify(eq(f(k + 2), (1 - q) * grown.claim.right * (1 + r * powers(r, k))), new, old, grown)
        step = p.certify(claim(k + 1), same, grown, sums)
        found.append(p.inst(p.induction(k, 0, claim(k), base, step), {k: n}))
    return found[0], found[1]


def growing_equal(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |m_hat| = C sqrt(v_hat) in step n + 1 of `adam` on `growing`."""
    a, b = s.betas
    first, second = growing_moments(p, s, n)
    goal = eq((1 - b) * first.claim.left**2, (1 - a) ** 2 * powers(ratio(a, b), n) * second.claim.left)
    squared = corrected_squares(p, s, n, p.certify(goal, first, second, degree=1))
    A, B, R = sums_positive(p, s, n)
    product, one = p.certify(0 <= R.claim.right * B.claim.right, R, B), p.certify(0 <= lift(1))
    lemma, variables = root_equal(p)
    values = (powers(a, n), s.value("m_hat", n), 1, product.claim.right, s.value("v_hat", n))
    found = put(p, lemma, variables, values, squared, A, one, product, hat_nonneg(p, s, n))
    return p.restate(eq(absolute(s.value("m_hat", n)), constant(a, b, n) * sqrt(s.value("v_hat", n))), found)


def growing_length(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n, 0 < c^2 |- |step n + 1| = lr C of `adam` on `growing`, from 0 < lr."""
    (a, b), c, start = s.betas, Family("c")(), p.assume(0 <= n)
    rho = p.certify(0 < b / a, p.given("beta2_positive"), p.inv_positive(p.given("beta1_positive")))
    power_positive = p.using(p.power_positive(rho, n + 1), p.certify(0 <= n + 1, start))
    square = p.certify(
        0 < s.gradient(n + 1) ** 2, p.assume(0 < c**2), p.certify(0 < power_positive.claim.right**2, power_positive)
    )
    _, _, R = sums_positive(p, s, n)
    size = p.certify(0 < s.gradient(n + 1) ** 2 * R.claim.right, square, R)
    kept = p.certify(0 < 1 - b, p.given("beta2_below_one"))
    v = p.certify(
        0 < s.value("v", n),
        growing_moments(p, s, n)[1],
        p.using(p.next("v", n), start),
        p.certify(0 < (1 - b) * size.claim.right, size, kept),
    )
    v_hat = p.certify(0 < s.value("v_hat", n), v, p.inv_positive(corrections(p, s, "p2", "beta2", n)[1]))
    return rate_times(p, s, constant(a, b, n), n, growing_equal(p, s, n), v_hat)


# --- the first step ---------------------------------------------------------------------------------------------------


def first_raw_step(p: Prover, s: Text, below: Theorem) -> Theorem:
    """0 < g_1^2 |- |step 1| = lr (1-a)/sqrt(1-b), without bias correction and eps, from a < 1, b < 1 and 0 < lr."""
    (a, b), g = s.betas, s.gradient(lift(1))
    kept, share = p.certify(0 < 1 - b, below), p.certify(0 <= 1 - a, p.given("beta1_below_one"))
    root, begun = p.sqrt_positive(kept), [p.start(s.reading.families[f]) for f in "mv"]
    m, v = s.value("m", 0), s.value("v", 0)
    goal = eq((sqrt(1 - b) * m) ** 2, (1 - a) ** 2 * (1 * v))
    squared = p.certify(goal, p.sqrt_square(kept), p.certify(eq(m, (1 - a) * g), begun[0]), begun[1])
    positive = p.certify(0 < v, begun[1], p.certify(0 < (1 - b) * g**2, kept, p.assume(0 < g**2)))
    lemma, variables = root_equal(p)
    one, nonneg = p.certify(0 <= lift(1)), p.certify(0 <= v, positive)
    size = put(p, lemma, variables, (sqrt(1 - b), m, 1 - a, 1, v), squared, root, share, one, nonneg)
    return rate_times(p, s, (1 - a) / sqrt(1 - b), lift(0), size, positive)


def rate_times(p: Prover, s: Text, C: Any, n: Any, size: Theorem, positive: Theorem) -> Theorem:
    """|step n + 1| = lr C from |moment| = C sqrt(v), 0 < v and 0 < lr, where eps = 0 and C >= 0 needs no facts."""
    lemma, variables = length_equal(p)
    d, lr, x = s.value("denominator", n), s.scalar("lr"), s.value("moment", n)
    over = p.restate(0 < d, p.sqrt_positive(positive))
    same = p.certify(eq(absolute(x), C * d), size, root_of_one(p), degree=1)
    above = p.certify(0 <= C * d, same, p.max_left(x, -x), p.max_right(x, -x))
    nonneg = p.certify(0 <= C, above, over, p.inverse(over), weights=[[over]], degree=1)
    found = put(p, lemma, variables, (x, C, d, lr), same, over, nonneg, p.certify(0 <= lr, p.given("rate_positive")))
    return p.restate(eq(absolute(s.step(n)), lr * C), found)


def first_step(p: Prover, s: Text) -> Theorem:
    """0 < g_1^2 |- |step 1| = lr, with bias correction and without eps, from a < 1, b < 1 and 0 < lr."""
    (a, b), g, zero = s.betas, s.gradient(lift(1)), lift(0)
    begun = [p.start(s.reading.families[f]) for f in ("m", "v", "p1", "p2")]
    first, second = (p.certify(0 < 1 - q, p.given(f"{name}_below_one")) for q, name in ((a, "beta1"), (b, "beta2")))
    rooms = [p.rewrite(one, lambda q, r=r: inv(1 - q * r)) for one, r in ((begun[2], a), (begun[3], b))]
    x = p.certify(eq(s.value("m_hat", 0), g), begun[0], rooms[0], p.inverse(first))
    w = p.certify(eq(s.value("v_hat", 0), g**2), begun[1], rooms[1], p.inverse(second))
    positive = p.certify(0 < s.value("v_hat", 0), w, p.assume(0 < g**2))
    lemma, variables = root_equal(p)
    one, nonneg = p.certify(0 < lift(1)), p.certify(0 <= s.value("v_hat", 0), positive)
    squared = p.certify(eq((1 * s.value("m_hat", 0)) ** 2, lift(1) ** 2 * (1 * s.value("v_hat", 0))), x, w)
    values = (1, s.value("m_hat", 0), 1, 1, s.value("v_hat", 0))
    size = put(p, lemma, variables, values, squared, one, p.certify(0 <= lift(1)), nonneg)
    return rate_times(p, s, lift(1), zero, size, positive)
