"""Lemmas of the regret proofs with a decay rate a_t of the first moment that changes with t.

One coordinate, any denominators w with w/alpha nondecreasing, as in `lemmas_momentum`. The rates a_t <= a enter through
r_t = 1/(1-a_t), which lies between 1 and 1/(1-a). What a schedule costs is told by its final weight, a sequence F with
F(1) >= r_1 C_1 that grows, from n to n+1, by r' (C' - C) + 2 max(r' - r, 0) C at least; here C = w/alpha.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, le, lift, total
from adamtheory.logic.sums import apart, exchanged, put
from adamtheory.proofs.lemmas_box_game import Game, i, inverse_product, t
from adamtheory.proofs.lemmas_momentum import (
    Coordinate,
    Player,
    after,
    divides,
    once,
    rate_nonneg,
    round_bounds,
    weight_nonneg,
)
from adamtheory.proofs.lemmas_regret import convex_to_linear

Known = Callable[[Any], Theorem]


@dataclass(frozen=True, eq=False)
class Scheduled(Coordinate):
    """A coordinate whose m(n+1) is rate(n+1) m(n) + (1 - rate(n+1)) g(n+1), with 0 <= rate(t) <= a.

    low(t), high(t)   1 <= t |- 0 <= rate(t), and rate(t) <= a
    """

    rate: Callable[[Any], Any]
    low: Known
    high: Known

    @property
    def most(self) -> Any:
        """1/(1-a)."""
        return inv(1 - self.a)

    def share(self, t: Any) -> Any:
        """r_t = 1/(1 - a_t)."""
        return inv(1 - self.rate(t))


@dataclass(frozen=True, eq=False)
class ScheduledPlayer(Scheduled, Player):
    """Such a coordinate with its iterates."""


@dataclass(frozen=True, eq=False)
class Final:
    """The final weight F of a schedule.

    begins      r_1 C_1 <= F(1)
    grows(n)    1 <= n |- r' (C' - C) <= F(n+1) - F(n)
    rises(n)    1 <= n |- r' (C' - C) + 2 (r' - r) C <= F(n+1) - F(n), where r, C belong to n and r', C' to n + 1
    """

    at: Callable[[Any], Any]
    begins: Theorem
    grows: Known
    rises: Known


# --- the shares 1/(1 - a_t) -------------------------------------------------------------------------------------------


def shares(p: Prover) -> tuple[Theorem, Theorem, Theorem, Any]:
    """0 <= a, a <= A, A < 1 |- 1 <= 1/(1-a), 1/(1-a) <= 1/(1-A), (1-a) 1/(1-a) = 1; with the variables a and A."""
    a, A = variables = apart(p, "a A")
    low, high, most = p.assume(0 <= a, a <= A, A < 1)
    least = p.certify(0 < 1 - A, most)
    below = p.certify(1 - A <= 1 - a, high)
    positive = p.certify(0 < 1 - a, below, least, degree=1)
    inverse = p.inverse(positive)
    one = p.certify(1 <= inv(1 - a), inverse, low, weights=[[positive]], degree=1)
    return one, p.reciprocal(below, least), inverse, variables


@once
def share_bounds(p: Prover, c: Scheduled, n: Any) -> tuple[Theorem, ...]:
    """1 <= n |- 1 <= r_n, r_n <= 1/(1-a), and (1 - a_n) r_n = 1."""
    *lemmas, variables = shares(p)
    facts = (c.low(n), c.high(n), c.decay[1])
    return tuple(put(p, lemma, variables, (c.rate(n), c.a), *facts) for lemma in lemmas)


@once
def gradient(p: Prover, c: Scheduled, n: Any) -> Theorem:
    """0 <= n |- g(n+1) = r' m(n+1) - (r' - 1) m(n)."""
    reached = p.certify(1 <= n + 1, p.assume(0 <= n), degree=1)
    inverse = p.using(share_bounds(p, c, n + 1)[2], reached)
    r = c.share(n + 1)
    return p.certify(eq(c.g(n + 1), r * c.m(n + 1) - (r - 1) * c.m(n)), c.following(n), inverse)


# --- the regret of one coordinate -------------------------------------------------------------------------------------


@once
def from_below(p: Prover, c: ScheduledPlayer, n: Any) -> Theorem:
    """1 <= n |- -m(n) (x(n) - u) <= C(n) (x(n) - u)^2/2 + alpha(n) m(n)^2/(2 w(n))."""
    y, C, m, s = variables = apart(p, "y C m s")
    weight, same = p.assume(0 <= C, eq(m, C * s))
    lemma = p.certify(-m * y <= C * y**2 / 2 + m * s / 2, weight, same, squares=[y + s])
    equal = p.certify(eq(c.m(n), c.weight(n) * c.step(n)), divides(p, c, n), p.inverse(c.step_positive(n)))
    return put(p, lemma, variables, (c.gap(n), c.weight(n), c.m(n), c.step(n)), weight_nonneg(p, c, n), equal)


def invariant(S: Any, Q: Any, q: Any, m: Any, C: Any, r: Any, F: Any, y: Any, B: Any, rho: Any) -> Any:
    """S <= C (B - y^2)/2 + (F - r C) B/2 + (r-1) m y + Q/2 + (rho-1) (Q - q) + (r-1) q."""
    distances = C / 2 * (B - y**2) + (F - r * C) / 2 * B
    return le(S, distances + (r - 1) * m * y + Q / 2 + (rho - 1) * (Q - q) + (r - 1) * q)


def turned(p: Prover) -> tuple[Theorem, Any]:
    """(r - s) m y <= (H - s E - F + r C) B/2 + (rho - r) q, whichever of r and s is larger; with its variables."""
    variables = apart(p, "r s m y H E F C B rho q")
    r, s, m, y, H, E, F, C, B, rho, q = variables
    above, below = p.assume(m * y <= C / 2 * (B - y**2), -m * y <= C * y**2 / 2 + q / 2)
    weight, cost, close = p.assume(0 <= C, 0 <= q, y**2 <= B)
    old, new = p.assume(r <= rho, s <= rho)
    grows, rises = p.assume(s * (E - C) <= H - F, s * (E - C) + 2 * (s - r) * C <= H - F)
    goal = (r - s) * m * y <= (H - s * E - F + r * C) / 2 * B + (rho - r) * q
    square = p.certify(0 <= B, close, squares=[y])
    most = p.certify(m * y <= C / 2 * B, above, weight, squares=[y])
    least = p.certify(-m * y <= C / 2 * B + q / 2, below, weight, close)
    falls = p.assume(s < r)
    paid = p.certify((r - s) * m * y <= (r - s) * C / 2 * B, most, falls)
    room = p.certify((r - s) * C / 2 * B <= (H - s * E - F + r * C) / 2 * B, grows, square)
    first = p.chain(goal, paid, room, p.certify(0 <= (rho - r) * q, old, cost))
    climbs = p.assume(r <= s)
    paid = p.certify((r - s) * m * y <= (s - r) * (C / 2 * B + q / 2), least, climbs)
    room = p.certify((s - r) * C / 2 * B <= (H - s * E - F + r * C) / 2 * B, rises, square)
    spare = p.certify((s - r) * q / 2 <= (rho - r) * q, old, new, climbs, cost)
    return p.cases(p.chain(goal, paid, room, spare), first, r, s), variables


def regret_step(p: Prover) -> tuple[Theorem, Any]:
    """One round of the invariant, about numbers; with its variables.

    Before the round: sums S and Q, cost q, average m, weight C, share r, final weight F, iterate x; in it: gradient g,
    average M, weight E, share s, final weight H, cost k, iterate z. B bounds (x - u)^2.
    """
    variables = apart(p, "S Q q m C r F x g M E s H k z u B rho")
    S, Q, q, m, C, r, F, x, g, M, E, s, H, k, z, u, B, rho = variables
    y, new = x - u, z - u
    average, least, close, heavier = p.assume(eq(g, s * M - (s - 1) * m), 1 <= s, y**2 <= B, C <= E)
    paid, moved = p.assume(M * y <= E / 2 * (y**2 - new**2) + k / 2, M * (x - z) <= k)
    before = p.assume(invariant(S, Q, q, m, C, r, F, y, B, rho))
    lemma, names = turned(p)
    turn = p.inst(lemma, dict(zip(names, (r, s, m, y, H, E, F, C, B, rho, q), strict=True)))
    abel = p.certify(C / 2 * (B - y**2) <= E / 2 * (B - y**2), heavier, close)
    further = p.certify((s - 1) * M * (x - z) <= (s - 1) * k, least, moved)
    goal = invariant(S + g * y, Q + k, k, M, E, s, H, new, B, rho)
    spent = p.certify(eq(g * y, s * M * y - (s - 1) * m * y), average)
    return p.chain(goal, before, spent, turn, abel, paid, further), variables


def scheduled_regret(p: Prover, c: ScheduledPlayer, final: Final, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n g(t) (x_t - u) <= width^2 F(n)/2 + (1/(1-a) - 1/2) sum_t alpha(t) m(t)^2/w(t)."""
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun, start, later = after(p, k)
    bound, paid = lift(c.width) ** 2, c.g(t) * c.gap(t - 1)

    def sums(n: Any) -> tuple[Any, Any]:
        return total(t, 1, n, paid), total(t, 1, n, c.squared(t))

    def claim(n: Any) -> Any:
        weights = (c.weight(n), c.share(n), final.at(n))
        return invariant(*sums(n), c.squared(n), c.m(n), *weights, c.gap(n), bound, c.most)

    lemma, variables = regret_step(p)

    def step(k: Any, old: tuple[Any, ...], start: Theorem, reached: Theorem, *facts: Theorem) -> Theorem:
        new = (c.g(k + 1), c.m(k + 1), c.weight(k + 1), c.share(k + 1), final.at(k + 1), c.squared(k + 1), c.x(k + 1))
        known = [p.using(f, start) for f in (*round_bounds(p, c, k), gradient(p, c, k), c.close(k))]
        known += [p.using(f, reached) for f in share_bounds(p, c, k + 1)]
        return put(p, lemma, variables, (*old, c.x(k), *new, c.u, bound, c.most), *known, *facts)

    base = _first_round(p, c, final, step, bound)
    base = p.certify(claim(lift(1)), base, p.sum_one(t, 1, paid), p.sum_one(t, 1, c.squared(t)))
    lasts = [p.sum_step(t, 1, k, body, begun) for body in (paid, c.squared(t))]
    old = (*sums(k), c.squared(k), c.m(k), c.weight(k), c.share(k), final.at(k))
    facts = (p.assume(claim(k)), c.rising(k), weight_nonneg(p, c, k), cost_nonneg(p, c, k), from_below(p, c, k))
    facts = (*facts, average_above(p, c, k), share_bounds(p, c, k)[1], final.grows(k), final.rises(k))
    found = p.induction(k, 1, claim(k), base, p.certify(claim(k + 1), step(k, old, start, later, *facts), *lasts))
    return _last_average(p, c, final, p.inst(found, {k: n}), *sums(n), n)


def _first_round(p: Prover, c: ScheduledPlayer, final: Final, step: Callable[..., Theorem], bound: Any) -> Theorem:
    """The invariant after round 1, from nothing: there is no average, no weight, and the share is 1/(1-a)."""
    zero, one = lift(0), p.certify(1 <= lift(1))
    m, y, r = c.m(zero), c.gap(zero), c.most
    empty = p.certify(invariant(zero, zero, zero, m, zero, r, zero, y, bound, r), c.begun)
    weight = p.using(weight_nonneg(p, c, lift(1)), one)
    weightless = (p.certify(m * y <= zero / 2 * (bound - y**2), c.begun), p.certify(-m * y <= zero * y**2 / 2, c.begun))
    first, share, C = final.begins, c.share(1), c.weight(1)
    starts = p.restate(share * (C - zero) <= final.at(1) - zero, first)
    turns = p.restate(share * (C - zero) + 2 * (share - r) * zero <= final.at(1) - zero, first)
    nothing, same = p.certify(zero <= zero), p.certify(r <= r)
    old = (zero, zero, zero, m, zero, r, zero)
    below = p.restate(-m * y <= zero * y**2 / 2 + zero / 2, weightless[1])
    return step(zero, old, nothing, one, empty, weight, nothing, weightless[0], below, same, starts, turns)


@once
def cost_nonneg(p: Prover, c: Scheduled, n: Any) -> Theorem:
    """1 <= n |- 0 <= alpha(n) m(n)^2/w(n)."""
    return p.certify(0 <= c.squared(n), rate_nonneg(p, c, n), squares=[c.m(n)])


@once
def average_above(p: Prover, c: ScheduledPlayer, n: Any) -> Theorem:
    """1 <= n |- m(n) (x(n) - u) <= C(n)/2 (width^2 - (x(n) - u)^2)."""
    before = p.certify(0 <= n - 1, p.assume(1 <= n), degree=1)
    last, close = (p.using(f, before) for f in (round_bounds(p, c, n - 1)[2], c.close(n - 1)))
    goal = c.m(n) * c.gap(n) <= c.weight(n) / 2 * (lift(c.width) ** 2 - c.gap(n) ** 2)
    scaled = p.certify(c.weight(n) * close.claim.left <= c.weight(n) * close.claim.right, weight_nonneg(p, c, n), close)
    return p.chain(goal, last, scaled)


def _last_average(p: Prover, c: ScheduledPlayer, final: Final, found: Theorem, S: Any, Q: Any, n: Any) -> Theorem:
    """The claim of `scheduled_regret` from the invariant: m(n) (x_{n+1} - u) is bounded by `average_above`."""
    s, Q_value, q, m, C, r, F, y, B, rho = variables = apart(p, "S Q q m C r F y B rho")
    weight, cost, least, most = p.assume(0 <= C, 0 <= q, 1 <= r, r <= rho)
    above, before = p.assume(m * y <= C / 2 * (B - y**2), invariant(s, Q_value, q, m, C, r, F, y, B, rho))
    spent = p.certify((r - 1) * m * y <= (r - 1) * C / 2 * (B - y**2), above, least)
    shrunk = p.certify(0 <= r * (C * y**2), p.certify(0 <= C * y**2, weight, squares=[y]), least)
    spare = p.certify((r - 1) * q <= (rho - 1) * q, cost, most)
    lemma = p.chain(s <= B * F / 2 + (rho - lift(1) / 2) * Q_value, before, spent, shrunk, spare)
    values = (S, Q, c.squared(n), c.m(n), c.weight(n), c.share(n), final.at(n), c.gap(n), lift(c.width) ** 2, c.most)
    facts = (weight_nonneg(p, c, n), cost_nonneg(p, c, n), *share_bounds(p, c, n), average_above(p, c, n), found)
    return put(p, lemma, variables, values, *facts)


# --- from one coordinate to the regret --------------------------------------------------------------------------------


def regret_bound(p: Prover, game: Game, c: ScheduledPlayer, final: Final, n: Any) -> Theorem:
    """1 <= n |- R_n <= sum_i width^2 F(n)/2 + (1+a)/(2 (1-a)) sum_i sum_t alpha(t) m(t)^2/w(t); n is a variable."""
    return over_coordinates(p, game, c, final.at(n), scheduled_regret(p, c, final, n), n)


def over_coordinates(p: Prover, game: Game, c: ScheduledPlayer, weight: Any, each: Theorem, n: Any) -> Theorem:
    """The bound of `regret_bound` with a weight for F(n), from what `scheduled_regret` claims of coordinate i."""
    swapped = p.using(exchanged(p, t, n, i, game.d, c.g(t) * c.gap(t - 1)), after(p, n)[1])
    costs = game.over(total(t, 1, n, c.squared(t)))
    goal = game.regret(n) <= game.over(lift(c.width) ** 2 * weight) / 2 + (1 + c.a) / (2 * (1 - c.a)) * costs
    summed = p.sum_of(each, i, 1, game.d)
    return p.certify(goal, convex_to_linear(p, "convex", n), swapped, summed, coefficient(p, c), degree=1)


def scaled_bound(p: Prover, game: Game, c: ScheduledPlayer, final: Final, n: Any) -> Theorem:
    """The bound times 1-a, for the final weight C/(1-a): (1-a) R_n <= sum_i width^2 C(n)/2 + (1+a)/2 sum of costs."""
    keeps, found = p.certify(0 < 1 - c.a, c.decay[1]), regret_bound(p, game, c, final, n)
    times = p.certify((1 - c.a) * found.claim.left <= (1 - c.a) * found.claim.right, found, keeps)
    costs, weights = game.over(total(t, 1, n, c.squared(t))), game.over(lift(c.width) ** 2 * c.weight(n))
    goal = (1 - c.a) * game.regret(n) <= weights / 2 + (1 + c.a) / 2 * costs
    two = p.certify(0 < lift(2))
    return p.certify(goal, times, p.inverse(keeps), inverse_product(p, two, keeps), degree=1)


def coefficient(p: Prover, c: Scheduled) -> Theorem:
    """(1+a)/(2 (1-a)) = 1/(1-a) - 1/2."""
    keeps, two = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < lift(2))
    split, inverse = inverse_product(p, two, keeps), p.inverse(keeps)
    return p.certify(eq((1 + c.a) / (2 * (1 - c.a)), c.most - lift(1) / 2), split, inverse)


def falling_shares(p: Prover, c: Scheduled, n: Any, falls: Theorem) -> Theorem:
    """1 <= n |- r_{n+1} <= r_n from 1 <= n |- rate(n+1) <= rate(n)."""
    keeps = p.certify(0 < 1 - c.rate(n), p.chain(c.rate(n) < 1, c.high(n), c.decay[1]))
    return p.reciprocal(p.certify(1 - c.rate(n) <= 1 - c.rate(n + 1), falls), keeps)


def falling_final(p: Prover, c: Scheduled, falls: Known) -> Final:
    """F(n) = C(n)/(1-a), for rates that fall; falls(t) is 1 <= t |- r_{t+1} <= r_t."""

    def at(n: Any) -> Any:
        return c.most * c.weight(n)

    def begins(n: Any) -> Theorem:
        return p.certify(c.share(n) * c.weight(n) <= at(n), share_bounds(p, c, n)[1], weight_nonneg(p, c, n))

    @once
    def grows(p: Prover, c: Scheduled, n: Any) -> Theorem:
        high = p.using(share_bounds(p, c, n + 1)[1], after(p, n)[2])
        goal = c.share(n + 1) * (c.weight(n + 1) - c.weight(n)) <= at(n + 1) - at(n)
        return p.certify(goal, high, c.rising(n))

    @once
    def rises(p: Prover, c: Scheduled, n: Any) -> Theorem:
        lost = p.certify(2 * (c.share(n + 1) - c.share(n)) * c.weight(n) <= 0, falls(n), weight_nonneg(p, c, n))
        known = grows(p, c, n)
        return p.chain(known.claim.left + lost.claim.left <= known.claim.right, known, lost)

    return Final(
        at, p.using(begins(lift(1)), p.certify(1 <= lift(1))), lambda n: grows(p, c, n), lambda n: rises(p, c, n)
    )


def shares_apart(p: Prover, c: Scheduled, n: Any) -> Theorem:
    """1 <= n |- r_{n+1} - r_n <= a_{n+1}/(1-a): since 1 <= r_n, and r' - 1 = a' r'."""
    later = after(p, n)[2]
    (_low, high, inverse), first = (share_bounds(p, c, k) for k in (n + 1, n))
    high, inverse, rate = (p.using(f, later) for f in (high, inverse, c.low(n + 1)))
    goal = c.share(n + 1) - c.share(n) <= c.rate(n + 1) * c.most
    return p.chain(
        goal, first[0], inverse, p.certify(c.rate(n + 1) * c.share(n + 1) <= c.rate(n + 1) * c.most, high, rate)
    )


def any_final(p: Prover, c: Scheduled) -> Final:
    """F(n) = (C(n) + 2 sum_{t=1}^{n-1} a_{t+1} C(t))/(1-a), for any rates."""

    def at(n: Any) -> Any:
        return c.most * (c.weight(n) + 2 * total(t, 1, n - 1, c.rate(t + 1) * c.weight(t)))

    @once
    def grows(p: Prover, c: Scheduled, n: Any) -> tuple[Theorem, Theorem]:
        begun, _start, later = after(p, n)
        high, rate = (p.using(f, later) for f in (share_bounds(p, c, n + 1)[1], c.low(n + 1)))
        r, C, D = c.share(n + 1), c.weight(n), c.weight(n + 1)
        first = p.certify(r * (D - C) <= c.most * (D - C), high, c.rising(n))
        weight = weight_nonneg(p, c, n)
        lost = p.certify((r - c.share(n)) * C <= c.rate(n + 1) * c.most * C, shares_apart(p, c, n), weight)
        most = p.inv_positive(p.certify(0 < 1 - c.a, c.decay[1]))
        spare = p.certify(0 <= c.rate(n + 1) * c.most * C, p.certify(0 <= c.rate(n + 1) * c.most, rate, most), weight)
        last = p.sum_step(t, 1, n - 1, c.rate(t + 1) * c.weight(t), p.restate(0 <= n - 1, begun))
        rise = at(n + 1) - at(n)
        return p.certify(r * (D - C) <= rise, first, spare, last, degree=1), p.certify(
            r * (D - C) + 2 * (r - c.share(n)) * C <= rise, first, lost, last, degree=1
        )

    one = p.certify(1 <= lift(1))
    first = (p.using(share_bounds(p, c, lift(1))[1], one), p.using(weight_nonneg(p, c, lift(1)), one))
    least = p.certify(c.share(1) * c.weight(1) <= c.most * c.weight(1), *first)
    none = p.sum_none(t, 1, c.rate(t + 1) * c.weight(t))
    begins = p.certify(c.share(1) * c.weight(1) <= at(lift(1)), least, none)
    return Final(at, begins, lambda n: grows(p, c, n)[0], lambda n: grows(p, c, n)[1])


def variation_final(p: Prover, c: Scheduled) -> Final:
    """F(n) = r_n C(n) + sum_{t=1}^{n-1} |r_{t+1} - r_t| C(t), for any rates."""

    def change(t: Any) -> Any:
        return absolute(c.share(t + 1) - c.share(t))

    def at(n: Any) -> Any:
        return c.share(n) * c.weight(n) + total(t, 1, n - 1, change(t) * c.weight(t))

    @once
    def grows(p: Prover, c: Scheduled, n: Any) -> tuple[Theorem, Theorem]:
        r, s, C, D = c.share(n), c.share(n + 1), c.weight(n), c.weight(n + 1)
        weight, last = (
            weight_nonneg(p, c, n),
            p.sum_step(t, 1, n - 1, change(t) * c.weight(t), p.restate(0 <= n - 1, p.assume(1 <= n))),
        )
        up, down = p.max_left(s - r, -(s - r)), p.max_right(s - r, -(s - r))
        above, below = (p.certify(f.claim.left * C <= change(n) * C, f, weight) for f in (up, down))
        rise = at(n + 1) - at(n)
        return p.certify(s * (D - C) <= rise, below, last, degree=1), p.certify(
            s * (D - C) + 2 * (s - r) * C <= rise, above, last, degree=1
        )

    begins = p.certify(c.share(1) * c.weight(1) <= at(lift(1)), p.sum_none(t, 1, change(t) * c.weight(t)))
    return Final(at, begins, lambda n: grows(p, c, n)[0], lambda n: grows(p, c, n)[1])
