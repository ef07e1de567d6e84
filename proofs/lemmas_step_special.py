"""Bounds of a step of Adam without momentum, and with a beta1 that changes from step to step."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, inv, lift, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import (
    Text,
    corrections,
    hat_nonneg,
    j,
    powers,
    powers_first,
    powers_next,
    powers_positive,
    ratio,
    ratio_is,
    second_nonneg,
    t,
    text,
    value_nonneg,
)
from adamtheory.proofs.lemmas_step_length import root_bound, root_equal
from adamtheory.rules.adam import adam, adam_uncorrected

# --- beta1 = 0 --------------------------------------------------------------------------------------------------------


def no_momentum(**scalars: Any) -> Text:
    """The text of `adam` with beta1 = 0."""
    return text(adam, ("m", "v", "p1", "p2"), beta1=0, **scalars)


def newest_square(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- [n+1]_b v_hat (1-b) = b v(n) + (1-b) g(n+1)^2, and 0 < [n+1]_b, for step n + 1."""
    b = s.betas[1]
    whole, room = corrections(p, s, "p2", "beta2", n)
    B = powers_positive(p, p.certify(0 <= b, p.given("beta2_positive")), n)
    goal = eq(
        (1 - b) * (powers(b, n) * s.value("v_hat", n)), b * s.reading.slot("v", n) + (1 - b) * s.gradient(n + 1) ** 2
    )
    return p.certify(goal, whole, p.inverse(room)), B


def spike_bound(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- |moment| <= sqrt([n+1]_b) denominator in step n + 1, from 0 < b < 1 and 0 <= eps, for beta1 = 0."""
    b, g, w, x = s.betas[1], s.gradient(n + 1), s.value("v_hat", n), s.value("moment", n)
    share, B = newest_square(p, s, n)
    kept = p.certify(0 < 1 - b, p.given("beta2_below_one"))
    past = p.certify(0 <= b * s.reading.slot("v", n), second_nonneg(p, s, n), p.given("beta2_positive"))
    square = p.certify(g**2 <= powers(b, n) * w, share, past, weights=[[kept]], degree=1)
    main = p.restate((1 * x) ** 2 <= lift(1) ** 2 * (powers(b, n) * w), square)
    lemma, variables = root_bound(p)
    one = p.certify(0 < lift(1)), p.certify(0 <= lift(1)), p.certify(0 <= powers(b, n), B)
    values = (1, x, 1, powers(b, n), w, s.scalar("eps"))
    found = put(p, lemma, variables, values, main, *one, hat_nonneg(p, s, n), p.given("eps_nonnegative"))
    return p.restate(absolute(x) <= sqrt(powers(b, n)) * s.value("denominator", n), found)


def spike_equal(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n, sum_{t=1}^n g_t^2 = 0 |- |moment| = sqrt([n+1]_b) denominator, where eps = 0 and beta1 = 0."""
    b, v, k, w, x = s.betas[1], s.reading.families["v"], p.fresh("k", n), s.value("v_hat", n), s.value("moment", n)
    share, B = newest_square(p, s, n)
    squares = total(t, 1, k, s.gradient(t) ** 2)
    kept, begun = p.certify(0 < 1 - b, p.given("beta2_below_one")), p.assume(0 <= k)
    claim, last = v(k) <= (1 - b) * squares, p.sum_step(t, 1, k, s.gradient(t) ** 2, begun)
    less = p.certify(b * v(k) <= v(k), kept, second_nonneg(p, s, k))
    longer = v(k + 1) <= (1 - b) * total(t, 1, k + 1, s.gradient(t) ** 2)
    base = p.certify(
        v(0) <= (1 - b) * total(t, 1, lift(0), s.gradient(t) ** 2), p.start("v"), p.sum_none(t, 1, s.gradient(t) ** 2)
    )
    most = p.inst(
        p.induction(k, 0, claim, base, p.certify(longer, p.assume(claim), last, less, p.next("v", k))), {k: n}
    )
    alone = p.assume(eq(total(t, 1, n, s.gradient(t) ** 2), 0))
    zero = p.antisym(p.certify(v(n) <= 0, most, alone), p.restate(0 <= v(n), second_nonneg(p, s, n)))
    gap = powers(b, n) * w - s.gradient(n + 1) ** 2
    scaled = p.certify(eq((1 - b) * inv(1 - b) * gap, 0), p.certify(eq((1 - b) * gap, 0), share, zero))
    square = p.certify(eq((1 * x) ** 2, lift(1) ** 2 * (powers(b, n) * w)), scaled, p.inverse(kept))
    lemma, variables = root_equal(p)
    known = p.certify(0 < lift(1)), p.certify(0 <= lift(1)), p.certify(0 <= powers(b, n), B), hat_nonneg(p, s, n)
    found = put(p, lemma, variables, (1, x, 1, powers(b, n), w), square, *known)
    return p.restate(eq(absolute(x), sqrt(powers(b, n)) * s.value("denominator", n)), found)


# --- beta1 that changes -----------------------------------------------------------------------------------------------


def scheduled() -> tuple[Text, tuple[str, ...]]:
    """The text of `adam_uncorrected` with beta1 = rate(t) in step t, 0 <= rate(t) <= top < 1; all that is assumed."""
    setting = Setting()
    g, rate, top = setting.family("g", "Z"), setting.family("rate", "Z"), setting.constant("top")
    inputs, scalars = {"g": lambda t, x: g(t)}, {"beta1": lambda t: rate(t)}
    s = Text(setting, read(adam_uncorrected, setting, inputs=inputs, slots=["m", "v"], scalars=scalars))
    setting.assume("rates_nonnegative", 0 <= rate(t), [1 <= t])
    setting.assume("rates_at_most", rate(t) <= top, [1 <= t])
    setting.assume("top_below_one", top < 1)
    wanted = s.assume("beta2_positive", "beta2_below_one", "eps_nonnegative")
    return s, ("rates_nonnegative", "rates_at_most", "top_below_one", *wanted)


def scheduled_step(p: Prover) -> tuple[Theorem, Any]:
    """(1-b) x^2 <= R z |- (1-b) (c x + (1-c) h)^2 <= (1 + r R) (b z + (1-b) h^2) where 0 <= c <= a < 1, r b = a^2.

    The difference times b R is (b^2 + a^2 b R) (R z - (1-b) x^2) + (1-b) times (b x - c (1-c) R h)^2 +
    b R (a^2 - c^2) x^2 + b R (1 - (1-c)^2) h^2 + (a^2 - c^2 (1-c)^2) R^2 h^2.
    """
    a, b, c, r, R, x, z, h = variables = apart(p, "a b c r R x z h")
    low, most, top, same = p.assume(0 <= c, c <= a, a < 1, eq(r * b, a**2))
    b_low, b_high, R_low, bound = p.assume(0 < b, b < 1, 0 < R, (1 - b) * x**2 <= R * z)
    kept, weight, nonneg = (
        p.certify(0 < 1 - b, b_high),
        p.certify(0 < b * R, b_low, R_low),
        p.certify(0 <= a, low, most),
    )
    gap = R * z - (1 - b) * x**2
    slack, rest = p.restate(0 <= gap, bound), p.certify(c <= 1, most, top)
    first = p.certify(0 <= b**2 * gap, slack, squares=[b])
    second = p.certify(0 <= a**2 * (b * R) * gap, slack, weight, squares=[a])
    third = p.certify(0 <= (1 - b) * (b * x - c * (1 - c) * R * h) ** 2, kept, squares=[b * x - c * (1 - c) * R * h])
    square = p.certify(0 <= a**2 - c**2, most, low, nonneg)
    fourth = p.certify(
        0 <= (1 - b) * (b * R) * (a**2 - c**2) * x**2,
        p.certify(0 <= (b * R) * (a**2 - c**2), weight, square),
        kept,
        squares=[x],
    )
    less = p.certify(0 <= 1 - (1 - c) ** 2, low, rest)
    fifth = p.certify(
        0 <= (1 - b) * (b * R) * (1 - (1 - c) ** 2) * h**2,
        p.certify(0 <= (b * R) * (1 - (1 - c) ** 2), weight, less),
        kept,
        squares=[h],
    )
    inner = p.certify(0 <= c**2 * (1 - (1 - c) ** 2), less, squares=[c])
    product = p.certify(0 <= a**2 - c**2 * (1 - c) ** 2, square, inner, degree=1)
    sixth = p.certify(0 <= (1 - b) * (a**2 - c**2 * (1 - c) ** 2) * (R * h) ** 2, product, kept, squares=[R * h])
    goal = (1 - b) * (c * x + (1 - c) * h) ** 2 <= (1 + r * R) * (b * z + (1 - b) * h**2)
    return p.certify(
        goal, first, second, third, fourth, fifth, sixth, same, weight, weights=[[weight]], degree=1
    ), variables


def scheduled_squares(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- (1-b) m(n+1)^2 <= [n+1]_r v(n+1) for r = top^2/b, for `scheduled` with top < 1 and 0 < b < 1."""
    b, top, k = s.scalar("beta2"), Family("top")(), p.fresh("k", n)
    m, v, rate, r, start = (
        s.reading.families["m"],
        s.reading.families["v"],
        Family("rate"),
        ratio(top, b),
        p.assume(0 <= k),
    )
    b_low, b_high, high = p.given("beta2_positive"), p.given("beta2_below_one"), p.given("top_below_one")
    zero, reached, kept = p.certify(0 <= lift(0)), p.certify(0 <= k + 1, start), p.certify(0 < 1 - b, b_high)

    def rates(t: Any, *facts: Theorem) -> list[Theorem]:
        first = p.certify(1 <= lift(t), *facts)
        return [p.using(p.given(name, t), first) for name in ("rates_nonnegative", "rates_at_most")]

    def claim(k: Any) -> Rel:
        return (1 - b) * m(k + 1) ** 2 <= powers(r, k) * v(k + 1)

    low, most = rates(lift(1))
    less = p.certify(0 <= 1 - (1 - rate(1)) ** 2, low, p.certify(rate(1) <= 1, most, high))
    rest = p.certify(0 <= (1 - (1 - rate(1)) ** 2) * (1 - b) * s.gradient(1) ** 2, less, kept, squares=[s.gradient(1)])
    begun = p.cut(p.next("m", 0), zero), p.cut(p.next("v", 0), zero), p.start("m"), p.start("v"), powers_first(p, r)
    base = p.certify(claim(lift(0)), *begun, rest)
    lemma, variables = scheduled_step(p)
    r_low, product = ratio_is(p, top, b_low)
    values = (top, b, rate(k + 2), r, powers(r, k), m(k + 1), v(k + 1), s.gradient(k + 2))
    R = powers_positive(p, r_low, k)
    grown = put(p, lemma, variables, values, *rates(k + 2, start), high, product, b_low, b_high, R, p.assume(claim(k)))
    facts = p.cut(p.next("m", k + 1), reached), p.cut(p.next("v", k + 1), reached), powers_next(p, r, k)
    return p.inst(p.induction(k, 0, claim(k), base, p.certify(claim(k + 1), grown, *facts)), {k: n})


def scheduled_root(p: Prover, s: Text, n: Any, share: Theorem) -> Theorem:
    """0 <= n |- |moment| <= sqrt(S) denominator, from [n+1]_r/(1-b) <= S, for `scheduled` with 0 <= eps."""
    b, S, start = s.scalar("beta2"), share.claim.right, p.assume(0 <= n)
    x, w = s.value("moment", n), s.value("v", n)
    kept = p.certify(0 < 1 - b, p.given("beta2_below_one"))
    over, low = p.inv_positive(kept), p.given("beta2_positive")
    R = powers_positive(p, ratio_is(p, Family("top")(), low)[0], n)
    bound = scheduled_squares(p, s, n)
    m, v = s.reading.slot("m", n + 1), s.reading.slot("v", n + 1)
    scaled = p.certify(0 <= (bound.claim.right - bound.claim.left) * inv(1 - b), bound, over)
    nonneg = p.using(second_nonneg(p, s, n + 1), p.certify(0 <= n + 1, start))
    square = p.certify(m**2 <= share.claim.left * v, scaled, p.inverse(kept))
    main = p.certify(m**2 <= S * v, square, p.certify(share.claim.left * v <= S * v, share, nonneg))
    following = [p.using(p.next(f, n), start) for f in "mv"]
    squared = p.certify((1 * x) ** 2 <= lift(1) ** 2 * (S * w), main, *following)
    S_low = p.certify(0 <= S, share, p.certify(0 <= share.claim.left, R, over))
    lemma, variables = root_bound(p)
    known = p.certify(0 < lift(1)), p.certify(0 <= lift(1)), S_low, value_nonneg(p, s, n), p.given("eps_nonnegative")
    found = put(p, lemma, variables, (1, x, 1, S, w, s.scalar("eps")), squared, *known)
    return p.restate(absolute(x) <= sqrt(S) * s.value("denominator", n), found)


def uniform_share(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n, top^2 < b |- [n+1]_r/(1-b) <= 1/((1-b) (1-r)), for r = top^2/b."""
    b, top, start = s.scalar("beta2"), Family("top")(), p.certify(0 <= n + 1, p.assume(0 <= n))
    r, low = ratio(top, b), p.given("beta2_positive")
    less = p.certify(0 < (b - top**2) / b, p.assume(top**2 < b), p.inv_positive(low))
    room, kept = p.certify(0 < 1 - r, less, p.inverse(low)), p.certify(0 < 1 - b, p.given("beta2_below_one"))
    rest = p.using(p.power_nonneg(ratio_is(p, top, low)[0], n + 1), start)
    whole = p.certify((1 - r) * powers(r, n) <= 1, p.using(p.geometric(j, r, n), start), rest)
    scaled = p.certify(0 <= (1 - (1 - r) * powers(r, n)) * inv(1 - r), whole, p.inv_positive(room))
    most = p.certify(powers(r, n) <= 1 / (1 - r), scaled, p.inverse(room))
    return p.certify(powers(r, n) / (1 - b) <= 1 / (1 - r) / (1 - b), most, p.inv_positive(kept))
