"""The regret of a player with scheduled decay rates whose weights C/(1 - a_t), not only C, do not fall.

Summed by parts at once, without the detour of `lemmas_scheduled`; its price is the sum over t of a_{t+1} r_{t+1} C_t,
where r_t = 1/(1-a_t).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, le, lift, total
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_momentum import after, round_bounds, weight_nonneg
from adamtheory.proofs.lemmas_scheduled import Known, ScheduledPlayer, cost_nonneg, from_below, gradient, share_bounds


def invariant(S: Any, Q: Any, q: Any, A: Any, K: Any, y: Any, B: Any, rho: Any) -> Any:
    """S <= A (B - y^2)/2 + K B/2 + rho Q/2 + (rho-1) (Q - q)/2."""
    return le(S, A / 2 * (B - y**2) + K / 2 * B + rho * Q / 2 + (rho - 1) * (Q - q) / 2)


def rising_step(p: Prover) -> tuple[Theorem, Any]:
    """One round of the invariant, about numbers; with its variables.

    Before the round: sums S and Q, cost q, average m, weight C, A = r C, price K, iterate x; in it: gradient g, average
    M, weight E, share s, cost k, price H, iterate z. B bounds (x - u)^2.
    """
    variables = apart(p, "S Q q m C A K x g M E s k H z u B rho")
    S, Q, q, m, C, A, K, x, g, M, E, s, k, H, z, u, B, rho = variables
    y, new = x - u, z - u
    average, least, most, close = p.assume(eq(g, s * M - (s - 1) * m), 1 <= s, s <= rho, y**2 <= B)
    paid, below = p.assume(M * y <= E / 2 * (y**2 - new**2) + k / 2, -m * y <= C * y**2 / 2 + q / 2)
    weight, old, cost, heavier, price = p.assume(0 <= C, 0 <= q, 0 <= k, A <= s * E, K + (s - 1) * C <= H)
    before = p.assume(invariant(S, Q, q, A, K, y, B, rho))
    spent = p.certify(eq(g * y, s * M * y - (s - 1) * m * y), average)
    first = p.chain(
        s * M * y <= s * E / 2 * (y**2 - new**2) + rho * k / 2,
        p.certify(s * M * y <= s * paid.claim.right, paid, least),
        p.certify(s * k <= rho * k, most, cost),
    )
    lost = p.certify(-(s - 1) * m * y <= (s - 1) * (C * y**2 / 2 + q / 2), below, least)
    far = p.certify((s - 1) * C * y**2 <= (s - 1) * C * B, p.certify(0 <= (s - 1) * C, least, weight), close)
    room = p.certify((s - 1) * C * B <= (H - K) * B, price, p.certify(0 <= B, close, squares=[y]))
    spare = p.certify((s - 1) * q <= (rho - 1) * q, most, old)
    abel = p.certify((s * E - A) * y**2 <= (s * E - A) * B, heavier, close)
    goal = invariant(S + g * y, Q + k, k, s * E, H, new, B, rho)
    return p.chain(goal, before, spent, first, lost, far, room, spare, abel), variables


def rising_regret(p: Prover, c: ScheduledPlayer, n: Any, rises: Known) -> Theorem:
    """1 <= n |- sum_{t=1}^n g(t) (x_t - u) <= width^2 F/2 + (1/(1-a) - 1/2) sum_t costs, with F = `rising_weight`.

    rises(t)   1 <= t |- r_t C(t) <= r_{t+1} C(t+1)
    """
    k = p.fresh("k", n)
    begun, start, later = after(p, k)
    bound, paid = lift(c.width) ** 2, c.g(t) * c.gap(t - 1)

    def claim(n: Any) -> Any:
        sums = total(t, 1, n, paid), total(t, 1, n, c.squared(t))
        return invariant(*sums, c.squared(n), c.share(n) * c.weight(n), price(c, n), c.gap(n), bound, c.most)

    lemma, variables = rising_step(p)

    def step(k: Any, old: tuple[Any, ...], start: Theorem, reached: Theorem, *facts: Theorem) -> Theorem:
        new = (c.g(k + 1), c.m(k + 1), c.weight(k + 1), c.share(k + 1), c.squared(k + 1), price(c, k + 1), c.x(k + 1))
        known = [p.using(f, start) for f in (round_bounds(p, c, k)[0], gradient(p, c, k), c.close(k))]
        known += [p.using(f, reached) for f in (*share_bounds(p, c, k + 1), cost_nonneg(p, c, k + 1))]
        return put(p, lemma, variables, (*old, c.x(k), *new, c.u, bound, c.most), *known, *facts)

    base = _first_round(p, c, step, bound)
    base = p.certify(claim(lift(1)), base, p.sum_one(t, 1, paid), p.sum_one(t, 1, c.squared(t)))
    lasts = [p.sum_step(t, 1, k, body, begun) for body in (paid, c.squared(t))]
    grown = p.sum_step(t, 1, k - 1, _lost(c, t), p.restate(0 <= k - 1, begun))
    grown = (grown, p.using(share_bounds(p, c, k + 1)[2], later))
    old = (total(t, 1, k, paid), total(t, 1, k, c.squared(t)), c.squared(k), c.m(k), c.weight(k))
    old = (*old, c.share(k) * c.weight(k), price(c, k))
    more = p.certify(price(c, k) + (c.share(k + 1) - 1) * c.weight(k) <= price(c, k + 1), *grown, degree=1)
    facts = (p.assume(claim(k)), rises(k), weight_nonneg(p, c, k), cost_nonneg(p, c, k), from_below(p, c, k), more)
    found = p.induction(k, 1, claim(k), base, p.certify(claim(k + 1), step(k, old, start, later, *facts), *lasts))
    return _dropped(p, c, p.inst(found, {k: n}), n)


def price(c: ScheduledPlayer, n: Any) -> Any:
    """sum_{t=1}^{n-1} a_{t+1} r_{t+1} C(t), where a r = r - 1."""
    return total(t, 1, n - 1, _lost(c, t))


def _lost(c: ScheduledPlayer, t: Any) -> Any:
    return c.rate(t + 1) * c.share(t + 1) * c.weight(t)


def rising_weight(c: ScheduledPlayer, n: Any) -> Any:
    """r_n C(n) + sum_{t=1}^{n-1} a_{t+1} r_{t+1} C(t)."""
    return c.share(n) * c.weight(n) + price(c, n)


def _first_round(p: Prover, c: ScheduledPlayer, step: Callable[..., Theorem], bound: Any) -> Theorem:
    """The invariant after round 1, from nothing: there is no average and no weight."""
    zero, one = lift(0), p.certify(1 <= lift(1))
    m, y, s = c.m(zero), c.gap(zero), c.share(1)
    empty = p.certify(invariant(zero, zero, zero, zero, zero, y, bound, c.most))
    below = p.certify(-m * y <= zero * y**2 / 2 + zero / 2, c.begun)
    first = (p.using(share_bounds(p, c, lift(1))[0], one), p.using(weight_nonneg(p, c, lift(1)), one))
    heavier = p.certify(zero <= s * c.weight(1), *first)
    none = p.sum_none(t, 1, _lost(c, t))
    free = p.certify(zero + (s - 1) * zero <= price(c, lift(1)), none)
    nothing = p.certify(zero <= zero)
    return step(zero, (zero, zero, zero, m, zero, zero, zero), nothing, one, empty, below, nothing, heavier, free)


def _dropped(p: Prover, c: ScheduledPlayer, found: Theorem, n: Any) -> Theorem:
    """The claim of `rising_regret` from the invariant."""
    S, Q, q, A, K, y, B, rho = variables = apart(p, "S Q q A K y B rho")
    cost, least, weight = p.assume(0 <= q, 1 <= rho, 0 <= A)
    before = p.assume(invariant(S, Q, q, A, K, y, B, rho))
    shrunk = p.certify(0 <= A * y**2, weight, squares=[y])
    goal = S <= B * (A + K) / 2 + (rho - lift(1) / 2) * Q
    lemma = p.chain(goal, before, shrunk, p.certify(0 <= (rho - 1) * q, cost, least))
    low, high, _ = share_bounds(p, c, n)
    one = p.chain(1 <= c.most, low, high)
    heavy = p.certify(0 <= c.share(n) * c.weight(n), low, weight_nonneg(p, c, n))
    sums = total(t, 1, n, c.g(t) * c.gap(t - 1)), total(t, 1, n, c.squared(t))
    weights = (c.share(n) * c.weight(n), price(c, n))
    values = (*sums, c.squared(n), *weights, c.gap(n), lift(c.width) ** 2, c.most)
    return put(p, lemma, variables, values, cost_nonneg(p, c, n), one, heavy, found)
