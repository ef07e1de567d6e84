"""Steps of Adam on gradients whose sizes never grow, or never fall: there |m_hat| <= sqrt(v_hat)."""

from __future__ import annotations

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift, sqrt
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_adamax import absolute_nonneg
from adamtheory.proofs.lemmas_step import (
    Text,
    corrections,
    hat_nonneg,
    nonnegative,
    powers,
    powers_first,
    powers_next,
    powers_positive,
)
from adamtheory.proofs.lemmas_step_length import by_size, denominator_nonneg, length_bound


def powers_ordered(p: Prover, nonneg: Theorem, ordered: Theorem, n: Any) -> Theorem:
    """0 <= n |- [n+1]_q <= [n+1]_r from 0 <= q and q <= r."""
    q, r = ordered.claim.left, ordered.claim.right
    k = p.fresh("k", n, q, r)
    old, positive = p.assume(powers(q, k) <= powers(r, k)), powers_positive(p, nonneg, k)
    first = p.certify(q * powers(q, k) <= r * powers(q, k), ordered, positive)
    second = p.certify(r * powers(q, k) <= r * powers(r, k), old, p.certify(0 <= r, nonneg, ordered))
    step = p.certify(powers(q, k + 1) <= powers(r, k + 1), first, second, powers_next(p, q, k), powers_next(p, r, k))
    base = p.certify(powers(q, lift(0)) <= powers(r, lift(0)), powers_first(p, q), powers_first(p, r))
    return p.inst(p.induction(k, 0, old.claim, base, step), {k: n})


def mixed(p: Prover, grows: bool) -> tuple[Theorem, Theorem, Any]:
    """X^2 <= W from x^2 <= w, for X (1 + c) = c x + h and W (1 + d) = d w + h^2; and h^2 <= W (or W <= h^2).

    From 0 <= c <= d and h^2 <= w, or for `grows` from 0 <= d <= c and w <= h^2. With s = 1/(1+c) and q = 1/(1+d):
    X^2 <= (1-s) x^2 + s h^2 <= w + s (h^2 - w) <= w + q (h^2 - w) = W.
    """
    c, d, x, w, h, X, W = variables = apart(p, "c d x w h X W")
    small, large = (d, c) if grows else (c, d)
    low, ordered = p.assume(0 <= small, small <= large)
    side = p.assume(w <= h**2 if grows else h**2 <= w)
    below, first, second = p.assume(x**2 <= w, eq((1 + c) * X, c * x + h), eq((1 + d) * W, d * w + h**2))
    rooms = [p.certify(0 < 1 + z, low, ordered) for z in (c, d)]
    s, q = inv(1 + c), inv(1 + d)
    shares = [p.inv_positive(room) for room in rooms]
    inverses = [p.inverse(room) for room in rooms]
    nonneg = [p.certify(0 <= z, low, ordered) for z in (c, d)]
    parts = zip(shares, inverses, nonneg, strict=True)
    least = [p.certify(share.claim.right <= 1, share, inverse, at) for share, inverse, at in parts]
    value = p.certify(eq(X, s * h + (1 - s) * x), first, inverses[0])
    average = p.certify(eq(W, w + q * (h**2 - w)), second, inverses[1])
    convex = p.jensen_two(h, x, p.certify(0 <= s, shares[0]), least[0])
    same = p.certify(eq(X**2, (s * h + (1 - s) * x) ** 2), value)
    square = p.certify(X**2 <= s * h**2 + (1 - s) * x**2, same, convex, degree=1)
    inner = p.certify((1 - s) * x**2 <= (1 - s) * w, below, least[0])
    order = p.reciprocal(p.certify(1 + small <= 1 + large, ordered), rooms[1] if grows else rooms[0])
    outer = p.certify(s * (h**2 - w) <= q * (h**2 - w), order, side)
    bound = p.certify(X**2 <= W, square, inner, outer, average, degree=1)
    gap = h**2 - w if grows else w - h**2
    rest = p.certify(0 <= (1 - q) * gap, side, least[1])
    return bound, p.certify(W <= h**2 if grows else h**2 <= W, average, rest), variables


def hats(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- m(n+1) = (1-a) [n+1]_a m_hat and v(n+1) = (1-b) [n+1]_b v_hat in step n + 1."""
    found, start = [], p.assume(0 <= n)
    for f, slot, decay in (("m", "p1", "beta1"), ("v", "p2", "beta2")):
        whole, room = corrections(p, s, slot, decay, n)
        hat, q = s.value(f"{f}_hat", n), s.scalar(decay)
        goal = eq(s.reading.slot(f, n + 1), (1 - q) * powers(q, n) * hat)
        found.append(p.certify(goal, p.using(p.next(f, n), start), whole, p.inverse(room)))
    return found[0], found[1]


def hat_steps(p: Prover, s: Text, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- (1 + a [n+1]_a) m_hat' = a [n+1]_a m_hat + g(n+2), m_hat' of step n + 2; and for v_hat and g(n+2)^2."""
    found, reached = [], p.certify(0 <= n + 1, p.assume(0 <= n))
    olds, news = hats(p, s, n), (p.cut(fact, reached) for fact in hats(p, s, n + 1))
    for f, decay, top, old, new in zip("mv", ("beta1", "beta2"), tops(s, n + 2), olds, news, strict=True):
        q, hat = s.scalar(decay), f"{f}_hat"
        whole = powers(q, n + 1) * s.value(hat, n + 1)
        gap = whole - q * powers(q, n) * s.value(hat, n) - top
        same = divided(p, s, decay, p.certify(eq((1 - q) * gap, 0), old, new, p.cut(p.next(f, n + 1), reached)))
        goal = eq((1 + q * powers(q, n)) * s.value(hat, n + 1), q * powers(q, n) * s.value(hat, n) + top)
        found.append(p.certify(goal, same, powers_next(p, q, n)))
    return found[0], found[1]


def tops(s: Text, t: Any) -> tuple[Any, Any]:
    """What step t adds to m and to v: g(t) and g(t)^2."""
    return s.gradient(t), s.gradient(t) ** 2


def divided(p: Prover, s: Text, decay: str, scaled: Theorem) -> Theorem:
    """z = 0 from (1 - q) z = 0 and q < 1."""
    q, z = s.scalar(decay), scaled.claim.left.args[1]
    inverse = p.inverse(p.certify(0 < 1 - q, p.given(f"{decay}_below_one")))
    return p.certify(eq(z, 0), p.certify(eq((1 - q) * inv(1 - q) * z, 0), scaled), inverse)


def hat_starts(p: Prover, s: Text) -> tuple[Theorem, Theorem]:
    """m_hat = g(1) and v_hat = g(1)^2 in step 1."""
    found, zero = [], p.certify(0 <= lift(0))
    for f, decay, top, hat in zip("mv", ("beta1", "beta2"), tops(s, lift(1)), hats(p, s, lift(0)), strict=True):
        q, value = s.scalar(decay), s.value(f"{f}_hat", lift(0))
        facts = p.cut(hat, zero), p.cut(p.next(f, 0), zero), p.start(f), powers_first(p, q)
        found.append(divided(p, s, decay, p.certify(eq((1 - q) * (value - top), 0), *facts)))
    return found[0], found[1]


# --- the invariant ----------------------------------------------------------------------------------------------------


def squares_below(p: Prover, s: Text, n: Any, grows: bool) -> Theorem:
    """0 <= n |- m_hat^2 <= v_hat in step n + 1, from the assumptions `rates` and `sizes`.

    `rates` is a <= b and `sizes` |g(t+1)| <= |g(t)| for t >= 1; for `grows` both the other way round.
    """
    (a, b), k, g = s.betas, p.fresh("k", n), s.gradient
    start = p.assume(0 <= k)
    nonneg = nonnegative(p, s, "beta1"), p.certify(0 <= b, p.given("beta2_positive"))
    order = weighted_order(p, *(nonneg[::-1] if grows else nonneg), p.given("rates"), k)
    low = p.certify(0 <= order.claim.left, nonneg[grows], powers_positive(p, nonneg[grows], k))
    steps, starts = hat_steps(p, s, k), hat_starts(p, s)
    sizes = p.using(p.given("sizes", k + 1), p.certify(1 <= k + 1, start))
    small, large = (side.args[0] for side in (sizes.claim.left, sizes.claim.right))
    facts = absolute_nonneg(p, small), p.max_square(small), p.max_square(large)
    falls = p.certify(small**2 <= large**2, sizes, *facts)

    def x(k: Any) -> Any:
        return s.value("m_hat", k)

    def w(k: Any) -> Any:
        return s.value("v_hat", k)

    def newest(k: Any) -> Rel:
        return w(k) <= g(k + 1) ** 2 if grows else g(k + 1) ** 2 <= w(k)

    bound, end, variables = mixed(p, grows)
    values = (a * powers(a, k), b * powers(b, k), x(k), w(k), g(k + 2), x(k + 1), w(k + 1))
    goal = w(k) <= g(k + 2) ** 2 if grows else g(k + 2) ** 2 <= w(k)

    def side(known: Theorem) -> Theorem:
        return p.chain(goal, known, falls)

    step = put(p, end, variables, values, low, order, side(p.assume(newest(k))), *steps)
    last = p.induction(k, 0, newest(k), p.certify(newest(lift(0)), starts[1]), step)
    claim = x(k) ** 2 <= w(k)
    step = put(p, bound, variables, values, low, order, side(last), *steps, p.assume(claim))
    base = p.certify(x(lift(0)) ** 2 <= w(lift(0)), *starts)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def weighted_order(p: Prover, small: Theorem, large: Theorem, rates: Theorem, k: Any) -> Theorem:
    """0 <= k |- q [k+1]_q <= r [k+1]_r from 0 <= q, 0 <= r and q <= r."""
    q, r = small.claim.right, large.claim.right
    first = p.certify(q * powers(q, k) <= r * powers(q, k), rates, powers_positive(p, small, k))
    second = p.certify(r * powers(q, k) <= r * powers(r, k), powers_ordered(p, small, rates, k), large)
    return p.chain(q * powers(q, k) <= r * powers(r, k), first, second)


def within_rate(p: Prover, s: Text, n: Any, grows: bool) -> Theorem:
    """0 <= n |- |step n + 1| <= lr, from `rates` and `sizes` as in `squares_below`, 0 <= eps and 0 <= lr."""
    d, x, w, lr = s.value("denominator", n), s.value("moment", n), s.value("v_hat", n), s.scalar("lr")
    square, nonneg = squares_below(p, s, n, grows), hat_nonneg(p, s, n)

    def side(sign: int) -> Theorem:
        main = p.certify((sign * x) ** 2 <= sqrt(w) ** 2, square, p.sqrt_square(nonneg))
        return p.chain(sign * x <= 1 * d, p.squares(main, p.sqrt_nonneg(w)), p.given("eps_nonnegative"))

    bound = by_size(p, absolute(x) <= 1 * d, side)
    lemma, variables = length_bound(p)
    known = p.certify(0 <= lift(1)), denominator_nonneg(p, s, n), p.given("rate_nonnegative")
    return p.restate(absolute(s.step(n)) <= lr, put(p, lemma, variables, (x, 1, d, lr), bound, *known))
