"""How long one step of AdaMax can be; its denominator is the maximum of the discounted sizes of all gradients.

With a = beta1, b = beta2 and [n+1]_q = 1 + q + ... + q^n the sharp constant of step n + 1 is D = [n+1]_(a/b)/[n+1]_a.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, inv, lift, power
from adamtheory.logic.reading import read
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import (
    Betas,
    Text,
    corrections,
    nonnegative,
    powers,
    powers_first,
    powers_next,
    powers_positive,
)
from adamtheory.proofs.lemmas_step_constant import distance_vanishes, powers_limit, powers_many, powers_share
from adamtheory.proofs.lemmas_step_length import by_size, length_equal
from adamtheory.rules.adam import adamax

SLOTS = ("m", "u", "p1")
Bound = Callable[[Any], Any]
Rises = Callable[[Any], tuple[Theorem, Theorem]]


def maximal_constant(a: Any, b: Any, n: Any) -> Any:
    """D in step n + 1: [n+1]_(a/b)/[n+1]_a."""
    return powers(lift(a) / b, n) / powers(a, n)


def quotient(p: Prover, s: Betas) -> tuple[Theorem, Theorem]:
    """0 <= a/b and (a/b) b = a, from 0 <= a and 0 < b."""
    (a, b), low = s.betas, p.given("beta2_positive")
    nonneg = p.certify(0 <= a / b, nonnegative(p, s, "beta1"), p.inv_positive(low))
    return nonneg, p.certify(eq(a / b * b, a), p.inverse(low))


def absolute_nonneg(p: Prover, x: Any) -> Theorem:
    """0 <= |x|."""
    return p.certify(0 <= absolute(x), p.max_left(x, -lift(x)), p.max_right(x, -lift(x)))


def below_absolute(p: Prover, x: Any, sign: int) -> Theorem:
    """x <= |x| or -x <= |x|."""
    return p.max_left(x, -lift(x)) if sign == 1 else p.max_right(x, -lift(x))


# --- the denominator --------------------------------------------------------------------------------------------------


def norm_rises(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- b u(n) <= u(n+1), and |g(n+1)| <= u(n+1)."""
    u, b, following = s.reading.families["u"], s.betas[1], p.next("u", n)
    old, new = following.claim.right.args
    left, right = p.max_left(old, new), p.max_right(old, new)
    return p.chain(b * u(n) <= u(n + 1), left, following), p.chain(new <= u(n + 1), right, following)


def value_of_norm(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= the new u in the text of step n + 1."""
    new = s.value("u", n)
    size = absolute_nonneg(p, s.gradient(n + 1))
    return p.chain(0 <= new, size, p.max_right(*new.args))


# --- the bound --------------------------------------------------------------------------------------------------------


def maximal_step(p: Prover) -> tuple[Theorem, Any]:
    """x <= (1-a) Q u |- a x + (1-a) h <= (1-a) (1 + r Q) w where b u <= w, h <= w and r b = a; and its variables."""
    a, b, r, Q, u, w, x, h = variables = apart(p, "a b r Q u w x h")
    low, kept, r_low, Q_low = p.assume(0 <= a, 0 <= 1 - a, 0 <= r, 0 <= Q)
    same, bound, old, new = p.assume(eq(r * b, a), x <= (1 - a) * Q * u, b * u <= w, h <= w)
    first = p.certify(a * x <= a * ((1 - a) * Q * u), low, bound)
    weight = p.certify(0 <= (1 - a) * Q * r, kept, r_low, Q_low, degree=3)
    second = p.certify((1 - a) * Q * r * (b * u) <= (1 - a) * Q * r * w, weight, old)
    third = p.certify((1 - a) * h <= (1 - a) * w, kept, new)
    return p.certify(a * x + (1 - a) * h <= (1 - a) * (1 + r * Q) * w, first, second, third, same), variables


def weighted_moment(p: Prover, s: Text, n: Any, bound: Bound, b: Theorem, rises: Rises) -> Theorem:
    """0 <= n |- |m(n+1)| <= (1-a) [n+1]_(a/b) B(n+1), from 0 < b and 0 <= a < 1.

    rises(k)   b B(k) <= B(k+1), perhaps under 1 <= k, and |g(k+1)| <= B(k+1), each perhaps under 0 <= k
    """
    a, k, m, zero = s.scalar("beta1"), p.fresh("k", n), s.reading.families["m"], p.certify(0 <= lift(0))
    rho, start = a / b.claim.right, p.assume(0 <= k)
    reached = p.certify(0 <= k + 1, start)
    low, kept = nonnegative(p, s, "beta1"), p.certify(0 <= 1 - a, p.given("beta1_below_one"))
    rho_low, product = p.certify(0 <= rho, low, p.inv_positive(b)), p.certify(eq(rho * b.claim.right, a), p.inverse(b))

    def claim(k: Any) -> Rel:
        return absolute(m(k + 1)) <= (1 - a) * powers(rho, k) * bound(k + 1)

    def begin(sign: int) -> Theorem:
        large, first = p.using(rises(lift(0))[1], zero), lift(1)
        size = p.chain(sign * s.gradient(1) <= bound(first), below_absolute(p, s.gradient(1), sign), large)
        scaled = p.certify((1 - a) * (sign * s.gradient(1)) <= (1 - a) * bound(first), size, kept)
        moment = p.cut(p.next("m", 0), zero)
        return p.certify(sign * m(1) <= claim(lift(0)).right, scaled, moment, p.start("m"), powers_first(p, rho))

    lemma, variables = maximal_step(p)

    def grow(sign: int) -> Theorem:
        g = s.gradient(k + 2)
        values = (a, b.claim.right, rho, powers(rho, k), bound(k + 1), bound(k + 2), sign * m(k + 1), sign * g)
        higher, large = (p.using(fact, reached, start) for fact in rises(k + 1))
        new = p.chain(sign * g <= bound(k + 2), below_absolute(p, g, sign), large)
        old = p.chain(sign * m(k + 1) <= claim(k).right, below_absolute(p, m(k + 1), sign), p.assume(claim(k)))
        Q = p.certify(0 <= powers(rho, k), powers_positive(p, rho_low, k))
        grown = put(p, lemma, variables, values, low, kept, rho_low, Q, product, old, higher, new)
        facts = p.cut(p.next("m", k + 1), reached), powers_next(p, rho, k)
        return p.certify(sign * m(k + 2) <= claim(k + 1).right, grown, *facts)

    base, step = by_size(p, claim(lift(0)), begin), by_size(p, claim(k + 1), grow)
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


def maximal_moment(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |m(n+1)| <= (1-a) [n+1]_(a/b) u(n+1)."""
    return weighted_moment(p, s, n, s.reading.families["u"], p.given("beta2_positive"), lambda k: norm_rises(p, s, k))


def maximal_bound(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |moment| <= D denominator in step n + 1 of `adamax`, from 0 <= eps."""
    (a, b), start = s.betas, p.assume(0 <= n)
    m, w, x = s.value("m", n), s.value("u", n), s.value("moment", n)
    whole, room = corrections(p, s, "p1", "beta1", n)
    A, Q = powers_positive(p, nonnegative(p, s, "beta1"), n), powers_positive(p, quotient(p, s)[0], n)
    P, D = whole.claim.right, maximal_constant(a, b, n)
    over, inverse = p.inv_positive(room), p.inverse(room)
    moment, moved = maximal_moment(p, s, n), [p.using(p.next(f, n), start) for f in "mu"]
    share = p.certify(eq((1 - a) * inv(P), inv(powers(a, n))), whole, inverse, p.inverse(A))
    D_low = p.certify(0 <= D, Q, p.inv_positive(A))
    eps = p.certify(0 <= D * s.scalar("eps"), D_low, p.given("eps_nonnegative"))

    def side(sign: int) -> Theorem:
        y = s.reading.slot("m", n + 1)
        size = p.chain(sign * y <= moment.claim.right, below_absolute(p, y, sign), moment)
        first = p.certify(sign * m <= (1 - a) * powers(a / b, n) * w, size, *moved)
        scaled = p.certify(0 <= ((1 - a) * powers(a / b, n) * w - sign * m) * inv(P), first, over)
        return p.certify(sign * x <= D * s.value("denominator", n), scaled, share, eps)

    return by_size(p, absolute(x) <= D * s.value("denominator", n), side)


def maximal_nonneg_constant(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n |- 0 <= D."""
    A, Q = powers_positive(p, nonnegative(p, s, "beta1"), n), powers_positive(p, quotient(p, s)[0], n)
    return p.certify(0 <= maximal_constant(*s.betas, n), Q, p.inv_positive(A))


def maximal_nonneg(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- 0 <= D, and 0 <= the denominator of step n + 1."""
    denominator = s.value("denominator", n)
    D = maximal_nonneg_constant(p, s, n)
    return D, p.chain(0 <= denominator, value_of_norm(p, s, n), p.given("eps_nonnegative"))


# --- the history that attains it --------------------------------------------------------------------------------------


def falling() -> Text:
    """The text of `adamax` with the gradients g_t = c beta2^t, for a constant c, and eps = 0."""
    setting = Setting()
    _, b, c = setting.constants("beta1 beta2 c")
    inputs = {"g": lambda t, x: c * power(b, t)}
    return Text(setting, read(adamax, setting, inputs=inputs, slots=SLOTS, scalars={"eps": 0}))


def falling_values(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- u(n+1) = |g(n+1)| and m(n+1) = (1-a) g(n+1) [n+1]_(a/b), on `falling`."""
    (a, b), k = s.betas, p.fresh("k", n)
    m, u, rho, g, start = s.reading.families["m"], s.reading.families["u"], a / b, s.gradient, p.assume(0 <= k)
    low, zero, reached = p.given("beta2_positive"), p.certify(0 <= lift(0)), p.certify(0 <= k + 1, start)
    longer = p.power_next(b, reached)

    def largest(k: Any, old: Theorem, facts: tuple[Theorem, ...]) -> Theorem:
        """u(k+1) = |g(k+1)| from b u(k) <= |g(k+1)|."""
        return p.chain(eq(u(k + 1), absolute(g(k + 1))), p.cut(p.next("u", k), *facts), p.max_is(old))

    first = p.certify(b * u(0) <= absolute(g(1)), p.start("u"), absolute_nonneg(p, g(1)))
    base = largest(lift(0), first, (zero,))
    held = p.assume(eq(u(k + 1), absolute(g(k + 1))))
    squares = p.max_square(g(k + 1)), p.max_square(g(k + 2)), longer
    square = p.certify(eq((b * absolute(g(k + 1))) ** 2, absolute(g(k + 2)) ** 2), *squares)
    nonneg = p.certify(0 <= b * absolute(g(k + 1)), low, absolute_nonneg(p, g(k + 1)))
    same = p.squares_equal(square, nonneg, absolute_nonneg(p, g(k + 2)))
    step = largest(k + 1, p.certify(b * u(k + 1) <= absolute(g(k + 2)), held, same), (reached,))
    norm = p.inst(p.induction(k, 0, held.claim, base, step), {k: n})

    claim = eq(m(k + 1), (1 - a) * g(k + 1) * powers(rho, k))
    one = eq(m(1), (1 - a) * g(1) * powers(rho, lift(0)))
    base = p.certify(one, p.cut(p.next("m", 0), zero), p.start("m"), powers_first(p, rho))
    goal = eq(m(k + 2), (1 - a) * g(k + 2) * powers(rho, k + 1))
    facts = p.cut(p.next("m", k + 1), reached), longer, powers_next(p, rho, k), quotient(p, s)[1]
    return norm, p.inst(p.induction(k, 0, claim, base, p.certify(goal, p.assume(claim), *facts)), {k: n})


def falling_equal(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |m_hat| = D u in step n + 1 of `adamax` on `falling`."""
    (a, b), g, start = s.betas, s.gradient(n + 1), p.assume(0 <= n)
    norm, moment = falling_values(p, s, n)
    whole, room = corrections(p, s, "p1", "beta1", n)
    A = powers_positive(p, nonnegative(p, s, "beta1"), n)
    P, D, x, w = whole.claim.right, maximal_constant(a, b, n), s.value("m_hat", n), s.value("u", n)
    share = p.certify(eq((1 - a) * inv(P), inv(powers(a, n))), whole, p.inverse(room), p.inverse(A))
    same = p.certify(eq(x, D * g), moment, p.using(p.next("m", n), start), share)
    size = p.chain(eq(w, absolute(g)), p.using(p.next("u", n), start), norm)
    square = p.certify(eq(absolute(x) ** 2, (D * absolute(g)) ** 2), p.max_square(x), p.max_square(g), same)
    D_low = maximal_nonneg_constant(p, s, n)
    above = p.certify(0 <= D * absolute(g), D_low, absolute_nonneg(p, g))
    found = p.squares_equal(square, absolute_nonneg(p, x), above)
    return p.certify(eq(absolute(x), D * s.value("denominator", n)), found, size)


# --- the constant -----------------------------------------------------------------------------------------------------


def maximal_above(p: Prover, s: Betas, n: Any) -> Theorem:
    """1 <= n |- 1 < D from 0 < a, 0 < b and b < 1."""
    (a, b), k = s.betas, p.fresh("k", n)
    rho, low, over = a / b, p.given("beta2_positive"), p.inv_positive(p.given("beta2_positive"))
    positive, nonneg = p.given("beta1_positive"), quotient(p, s)[0]
    wider = p.certify(0 < a * (1 - b) / b, positive, over, p.certify(0 < 1 - b, p.given("beta2_below_one")), degree=3)
    more = p.certify(a < rho, wider, p.inverse(low))
    Q = powers_positive(p, nonneg, k)
    less = p.certify(a * powers(rho, k) < rho * powers(rho, k), more, Q)
    claim = powers(a, k) <= powers(rho, k)
    base = p.certify(powers(a, lift(0)) <= powers(rho, lift(0)), powers_first(p, a), powers_first(p, rho))
    scaled = p.certify(a * powers(a, k) <= a * powers(rho, k), p.assume(claim), positive)
    sums = powers_next(p, a, k), powers_next(p, rho, k)
    step = p.certify(powers(a, k + 1) <= powers(rho, k + 1), scaled, less, *sums)
    ordered = p.certify(a * powers(a, k) <= a * powers(rho, k), p.induction(k, 0, claim, base, step), positive)
    strict = p.inst(p.certify(powers(a, k + 1) < powers(rho, k + 1), ordered, less, *sums), {k: n - 1})
    strict = p.using(strict, p.certify(0 <= n - 1, p.assume(1 <= n)))
    A = p.using(powers_positive(p, nonnegative(p, s, "beta1"), n), p.certify(0 <= n, p.assume(1 <= n)))
    divided = p.certify(0 < (powers(rho, n) - powers(a, n)) / powers(a, n), strict, p.inv_positive(A))
    return p.certify(1 < maximal_constant(a, b, n), divided, p.inverse(A))


def maximal_limit(p: Prover, s: Betas, n: Any) -> Theorem:
    """a < b |- |D - (1-a) b/(b-a)| -> 0."""
    (a, b), low, less = s.betas, p.given("beta2_positive"), p.assume(s.betas[0] < s.betas[1])
    rho, nonneg, over = a / b, nonnegative(p, s, "beta1"), p.inv_positive(p.given("beta2_positive"))
    below = p.certify(rho < 1, p.certify(0 < (b - a) / b, less, over), p.inverse(low))
    top, room = p.given("beta1_below_one"), p.certify(0 < 1 - rho, below)
    first = p.inv_positive(p.certify(0 < 1 - a, top))
    A = p.lim_inv(powers_limit(p, nonneg, top, n), p.certify(0 < inv(1 - a) ** 2, first))
    limit = p.lim_op("mul", powers_limit(p, quotient(p, s)[0], below, n), A)
    product = p.certify(eq((1 - rho) * b, b - a), p.inverse(low))
    inverses = p.inverse(room), p.inverse(p.certify(0 < b - a, less))
    share = p.certify(eq(inv(1 - rho), b / (b - a)), product, *inverses)
    same = p.certify(eq(inv(1 - rho) * (1 - a), (1 - a) * b / (b - a)), share)
    return distance_vanishes(p, limit, same)


def maximal_unbounded(p: Prover, s: Betas, n: Any) -> Theorem:
    """0 <= n, b <= a |- (1-a) (n+1) <= D, since [n+1]_(a/b) >= n+1 and (1-a) [n+1]_a <= 1."""
    (a, b), start, low = s.betas, p.assume(0 <= n), p.given("beta2_positive")
    least = p.certify(0 <= (a - b) / b, p.assume(b <= a), p.inv_positive(low))
    many = powers_many(p, p.certify(1 <= a / b, least, p.inverse(low)), n)
    A, share = powers_share(p, nonnegative(p, s, "beta1"), n)
    first = p.certify((1 - a) * (n + 1) <= (n + 1) / powers(a, n), share, start)
    second = p.certify((n + 1) / powers(a, n) <= maximal_constant(a, b, n), many, p.inv_positive(A))
    return p.chain((1 - a) * (n + 1) <= maximal_constant(a, b, n), first, second)


def falling_length(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n, 0 < c^2 |- |step n + 1| = lr D of `adamax` on `falling`, from 0 < lr."""
    (a, b), g, d, lr = s.betas, s.gradient(n + 1), s.value("denominator", n), s.scalar("lr")
    start = p.assume(0 <= n)
    power_positive = p.using(p.power_positive(p.given("beta2_positive"), n + 1), p.certify(0 <= n + 1, start))
    square = p.certify(0 < power(b, n + 1) ** 2, power_positive)
    gradient = p.certify(0 < g**2, p.assume(0 < Family("c")() ** 2), square)
    size = p.certify(lift(0) ** 2 < absolute(g) ** 2, gradient, p.max_square(g))
    same = p.chain(eq(d, absolute(g)), p.using(p.next("u", n), start), falling_values(p, s, n)[0])
    positive = p.chain(0 < d, p.squares_strict(size, absolute_nonneg(p, g)), same)
    lemma, variables = length_equal(p)
    D, x, rate = maximal_constant(a, b, n), s.value("moment", n), p.certify(0 <= lr, p.given("rate_positive"))
    facts = falling_equal(p, s, n), positive, maximal_nonneg_constant(p, s, n), rate
    return p.restate(eq(absolute(s.step(n)), lr * D), put(p, lemma, variables, (x, D, d, lr), *facts))
