"""Where Adam's step attains its bound, the gradients are c (beta2/beta1)^t: the case of equality, backwards."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel, rel
from adamtheory.proofs.lemmas_step import (
    Text,
    corrections,
    hat_nonneg,
    invariant_step,
    moments_bound,
    powers,
    powers_first,
    powers_next,
    powers_positive,
    ratio,
    ratio_is,
    sums_positive,
)
from adamtheory.proofs.lemmas_step_constant import constant
from adamtheory.proofs.lemmas_step_same import zero_of_square


def gap(s: Text, kind: str, k: Any) -> Rel:
    """(1-b) m(k+1)^2 R (1-a)^2 [k+1]_r v(k+1), R being <=, < or =."""
    (a, b), m, v = s.betas, s.reading.slot("m", k + 1), s.reading.slot("v", k + 1)
    return rel(kind, (1 - b) * m**2, (1 - a) ** 2 * powers(ratio(a, b), k) * v)


def equality_of_moments(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n, |m_hat| = C sqrt(v_hat) in step n + 1 |- (1-b) m(n+1)^2 = (1-a)^2 [n+1]_r v(n+1)."""
    (a, b), start = s.betas, p.assume(0 <= n)
    m_hat, v_hat = s.value("m_hat", n), s.value("v_hat", n)
    A, B, R = (fact.claim.right for fact in sums_positive(p, s, n))
    attained = p.assume(eq(absolute(m_hat), constant(a, b, n) * s.value("denominator", n)))
    product = p.certify(0 <= R * B, *sums_positive(p, s, n)[1:])
    positive = sums_positive(p, s, n)[0]
    C = p.certify(eq(constant(a, b, n) ** 2 * A**2, R * B), p.sqrt_square(product), p.inverse(positive))
    root = p.sqrt_square(hat_nonneg(p, s, n))
    square = p.certify(eq(m_hat**2, constant(a, b, n) ** 2 * v_hat), p.max_square(m_hat), attained, root)
    whole = p.certify(eq((A * m_hat) ** 2, R * B * v_hat), square, C)
    first, second = (corrections(p, s, f, decay, n) for f, decay in (("p1", "beta1"), ("p2", "beta2")))
    moved = [p.using(p.next(f, n), start) for f in "mv"]
    m, v = s.reading.slot("m", n + 1), s.reading.slot("v", n + 1)
    top = p.certify(eq(m, (1 - a) * A * m_hat), moved[0], first[0], p.inverse(first[1]))
    low = p.certify(eq(v, (1 - b) * B * v_hat), moved[1], second[0], p.inverse(second[1]))
    return p.certify(gap(s, "eq", n), top, low, whole)


def equality_before(p: Prover, s: Text, k: Any, n: Any) -> Theorem:
    """0 <= k, k <= n, |m_hat| = C sqrt(v_hat) in step n + 1 |- (1-b) m(k+1)^2 = (1-a)^2 [k+1]_r v(k+1).

    For the gap between the two sides, once it is positive, stays positive.
    """
    (a, b), i, low = s.betas, p.fresh("i", k, n), p.given("beta2_positive")
    r, kept = ratio(a, b), p.certify(0 <= 1 - b, p.given("beta2_below_one"))
    r_low, product = ratio_is(p, a, low)
    begun, started = p.assume(0 <= k), p.assume(k <= i)
    reached = p.certify(0 <= i, begun, started)
    lemma, variables = invariant_step(p, "lt")
    m, v = (s.reading.families[f] for f in "mv")
    values = (a, b, r, 1 - a, 1 - b, powers(r, i), m(i + 1), v(i + 1), s.gradient(i + 2))
    R = p.using(powers_positive(p, r_low, i), reached)
    grown = put(p, lemma, variables, values, product, low, R, kept, p.assume(gap(s, "lt", i)))
    later = p.certify(0 <= i + 1, reached)
    facts = [p.cut(p.next(f, i + 1), later) for f in (m, v)]
    step = p.certify(gap(s, "lt", i + 1), grown, *facts, p.using(powers_next(p, r, i), reached))
    strict = p.assume(gap(s, "lt", k))
    stays = p.inst(p.induction(i, k, gap(s, "lt", i), strict, step), {i: n})
    last = p.certify(0 <= n, begun, p.assume(k <= n))
    goal = gap(s, "le", k)
    none = rel("le", goal.right, goal.left)
    closed = p.using(equality_of_moments(p, s, n), last)
    below = p.cases(p.assume(none), p.absurd(none, stays, closed), goal.right, goal.left)
    return p.antisym(moments_bound(p, s, k), below)


def balance(p: Prover) -> tuple[Theorem, Any]:
    """b x = a k R h from l x^2 = k^2 R z, l (a x + k h)^2 = k^2 (1 + r R) (b z + l h^2), r b = a^2 and 0 < l."""
    a, b, r, k, l, R, x, z, h = variables = apart(p, "a b r k l R x z h")  # noqa: E741
    old, new = p.assume(
        eq(l * x**2, k**2 * R * z), eq(l * (a * x + k * h) ** 2, k**2 * (1 + r * R) * (b * z + l * h**2))
    )
    same, positive = p.assume(eq(r * b, a**2), 0 < l)
    root = b * x - a * k * R * h
    scaled = p.certify(eq(b * R * (new.claim.right - new.claim.left), 0), new)
    past = p.certify(eq((a**2 * b * R + b**2) * (k**2 * R * z - l * x**2), 0), old)
    whole = p.certify(eq(l * root**2, 0), scaled, past, same)
    square = p.certify(root**2 <= 0, whole, weights=[[positive]], degree=1)
    return p.certify(eq(b * x, a * k * R * h), zero_of_square(p, square)), variables


def balanced(p: Prover, s: Text, k: Any, n: Any) -> Theorem:
    """0 <= k, k + 1 <= n, equality in step n + 1 |- b m(k+1) = a (1-a) [k+1]_r g(k+2), for a variable k."""
    (a, b), low = s.betas, p.given("beta2_positive")
    m, v, r = s.reading.families["m"], s.reading.families["v"], ratio(a, b)
    start, room = p.assume(0 <= k), p.assume(k + 1 <= n)
    later, kept = p.certify(0 <= k + 1, start), p.certify(0 < 1 - b, p.given("beta2_below_one"))
    equal = equality_before(p, s, k, n)
    old, new = p.using(equal, p.certify(k <= n, room)), p.using(p.inst(equal, {k: k + 1}), later)
    facts = [p.cut(p.next(f, k + 1), later) for f in (m, v)]
    R, x, z, g = powers(r, k), m(k + 1), v(k + 1), s.gradient(k + 2)
    top = (1 - b) * (a * x + (1 - a) * g) ** 2
    grown = p.certify(eq(top, (1 - a) ** 2 * (1 + r * R) * (b * z + (1 - b) * g**2)), new, *facts, powers_next(p, r, k))
    lemma, variables = balance(p)
    values = (a, b, r, 1 - a, 1 - b, R, x, z, g)
    return put(p, lemma, variables, values, old, grown, ratio_is(p, a, low)[1], kept)


def moment_of_newest(p: Prover, s: Text, k: Any, n: Any, link: Theorem) -> Theorem:
    """0 <= k, k <= n, equality in step n + 1 |- m(k+1) = (1-a) [k+1]_r g(k+1), from `balanced` for the variable k."""
    (a, b), low, m, g = s.betas, p.given("beta2_positive"), s.reading.families["m"], s.gradient
    r, start, room, zero = ratio(a, b), p.assume(0 <= k), p.assume(k <= n), p.certify(0 <= lift(0))
    r_low, product = ratio_is(p, a, low)

    def claim(k: Any) -> Rel:
        return eq(m(k + 1), (1 - a) * powers(r, k) * g(k + 1))

    none = p.antisym(p.assume(k <= 0), start)
    begin = p.certify(claim(lift(0)), p.cut(p.next("m", 0), zero), p.start("m"), powers_first(p, r))
    sides = [p.rewrite(none, f) for f in (lambda k: m(k + 1), lambda k: powers(r, k) * g(k + 1))]
    first = p.certify(claim(k), begin, *sides)

    some = p.integers(p.assume(0 < k))
    before = p.certify(0 <= k - 1, some)
    old = p.using(p.inst(link, {k: k - 1}), before, p.certify(k - 1 + 1 <= n, room))
    R, following = p.using(powers_positive(p, r_low, k - 1), before), p.using(powers_next(p, r, k - 1), before)
    weight = p.certify(0 < b * R.claim.right, low, R)
    moment = p.using(p.next("m", k), start)
    distance = claim(k).left - claim(k).right
    scaled = p.certify(eq(weight.claim.right * distance, 0), moment, old, following, product)
    inverse = p.inverse(weight)
    divided = p.certify(eq(weight.claim.right * inv(weight.claim.right) * distance, 0), scaled)
    second = p.certify(claim(k), divided, inverse)
    return p.cases(first, second, k, 0)


def growing_only(p: Prover, s: Text, i: Any, n: Any) -> Theorem:
    """1 <= i, i <= n, equality in step n + 1 |- a g(i+1) = b g(i)."""
    (a, b), begun, room = s.betas, p.assume(1 <= i), p.assume(i <= n)
    before = p.certify(0 <= i - 1, begun)
    k = p.fresh("k", i, n)
    link = balanced(p, s, k, n)
    moment = moment_of_newest(p, s, k, n, link)
    newest = p.using(p.inst(moment, {k: i - 1}), before, p.certify(i - 1 <= n, room))
    old = p.using(p.inst(link, {k: i - 1}), before, p.certify(i - 1 + 1 <= n, room))
    R = p.using(powers_positive(p, ratio_is(p, a, p.given("beta2_positive"))[0], i - 1), before)
    weight = p.certify(0 < (1 - a) * R.claim.right, R, p.certify(0 < 1 - a, p.given("beta1_below_one")))
    distance = a * s.gradient(i + 1) - b * s.gradient(i)
    scaled = p.certify(eq(weight.claim.right * distance, 0), newest, old)
    divided = p.certify(eq(weight.claim.right * inv(weight.claim.right) * distance, 0), scaled)
    return p.certify(eq(a * s.gradient(i + 1), b * s.gradient(i)), divided, p.inverse(weight))
