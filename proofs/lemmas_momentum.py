"""Lemmas of the regret proofs with constant momentum: one coordinate, any denominators w with w/alpha nondecreasing.

A `Coordinate` names the sequences of one coordinate and the theorems that are known of them. Where a step is about a
few numbers only, it is proved once for real variables and then instantiated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, le, lift, total
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_regret import zero_of_square

Sequence = Callable[[Any], Any]
Known = Callable[[Any], Theorem]


@dataclass(frozen=True, eq=False)
class Coordinate:
    """A moving average m of gradients g and denominators w, in one coordinate; n counts steps, t = n + 1 rounds.

    begun, following(n)   m(0) = 0; 0 <= n |- m(n+1) = a m(n) + (1-a) g(n+1)
    decay                 0 <= a and a < 1
    step_positive(t)      1 <= t |- 0 < alpha(t)
    nonneg(t)             1 <= t |- 0 <= w(t)
    positive(t)           1 <= t, 0 < g(t)^2 |- 0 < w(t)
    rising(t)             1 <= t |- w(t)/alpha(t) <= w(t+1)/alpha(t+1)
    All may be under further hypotheses that do not mention n and t, such as 1 <= i.
    """

    g: Sequence
    m: Sequence
    w: Sequence
    alpha: Sequence
    a: Any
    begun: Theorem
    following: Known
    decay: tuple[Theorem, Theorem]
    step_positive: Known
    nonneg: Known
    positive: Known
    rising: Known

    def squared(self, t: Any) -> Any:
        """alpha(t) m(t)^2/w(t)."""
        return self.alpha(t) * self.m(t) ** 2 / self.w(t)

    def squared_gradient(self, t: Any) -> Any:
        """alpha(t) g(t)^2/w(t)."""
        return self.alpha(t) * self.g(t) ** 2 / self.w(t)


def once(lemma: Callable[[Prover, Any, Any], Any]) -> Callable[[Prover, Any, Any], Any]:
    """A lemma (prover, subject, n) that is proved for a variable, once for each subject, and then instantiated."""

    @cache
    def proved(p: Prover, subject: Any) -> tuple[Any, Any]:
        place = p.fresh("place")
        return place, lemma(p, subject, place)

    @wraps(lemma)
    def at(p: Prover, subject: Any, n: Any) -> Any:
        place, found = proved(p, subject)
        if isinstance(found, tuple):
            return tuple(p.inst(one, {place: n}) for one in found)
        return p.inst(found, {place: n})

    return at


def after(p: Prover, k: Any) -> tuple[Theorem, Theorem, Theorem]:
    """1 <= k, and what follows: 0 <= k and 1 <= k+1."""
    begun = p.assume(1 <= k)
    return begun, p.certify(0 <= k, begun, degree=1), p.certify(1 <= k + 1, begun, degree=1)


# --- where the denominator vanishes -----------------------------------------------------------------------------------


def still_gradient(p: Prover, c: Coordinate, t: Any) -> Theorem:
    """1 <= t, w(t) <= 0 |- g(t) = 0: where the gradient is not 0 the denominator is positive."""
    square = c.g(t) ** 2
    moving = p.absurd(square <= 0, c.positive(t), p.assume(c.w(t) <= 0), degree=1)
    return zero_of_square(p, p.cases(p.assume(square <= 0), moving, square, 0))


def still_denominator(p: Prover, c: Coordinate, k: Any) -> Theorem:
    """1 <= k, w(k+1) <= 0 |- w(k) <= 0."""
    _, _, later = after(p, k)
    gone = p.antisym(p.assume(c.w(k + 1) <= 0), p.using(c.nonneg(k + 1), later))
    step = c.step_positive(k)
    return p.certify(c.w(k) <= 0, c.rising(k), gone, p.inverse(step), weights=[[p.inv_positive(step)]])


@once
def divides(p: Prover, c: Coordinate, n: Any) -> Theorem:
    """1 <= n |- m(n) w(n)/w(n) = m(n): the average is 0 where the denominator vanishes, by induction.

    Where w(n+1) = 0, so is g(n+1), and w(n), and by what is claimed m(n).
    """
    k = p.fresh("k", n)

    def claim(k: Any) -> Any:
        return eq(c.m(k) * c.w(k) / c.w(k), c.m(k))

    def step(k: Any, start: Theorem, reached: Theorem, *before: Theorem) -> Theorem:
        average = p.using(c.following(k), start)
        flat = p.using(still_gradient(p, c, k + 1), reached)
        gone = p.antisym(p.assume(c.w(k + 1) <= 0), p.using(c.nonneg(k + 1), reached))
        low = p.certify(claim(k + 1), average, flat, gone, *before)
        return p.cases(low, p.certify(claim(k + 1), p.inverse(p.assume(0 < c.w(k + 1)))), c.w(k + 1), 0)

    _, start, later = after(p, k)
    base = step(lift(0), p.certify(0 <= lift(0)), p.certify(1 <= lift(1)), c.begun)
    before = p.antisym(still_denominator(p, c, k), c.nonneg(k))
    vanished = p.certify(eq(c.m(k), 0), p.assume(claim(k)), before)
    return p.inst(p.induction(k, 1, claim(k), base, step(k, start, later, vanished)), {k: n})


# --- the momentum lemma -----------------------------------------------------------------------------------------------


@once
def falling(p: Prover, c: Coordinate, k: Any) -> Theorem:
    """1 <= k |- alpha(k+1) m(k)^2/w(k+1) <= alpha(k) m(k)^2/w(k)."""
    a, b, x, y, m = variables = apart(p, "a b x y m")
    w, step, rising = p.assume(0 < x, 0 < a, x / a <= y / b)
    ratio = p.certify(0 < x / a, w, p.inv_positive(step))
    rates = p.reciprocal(rising, ratio)  # b/y <= a/x
    lemma = p.certify(b * m**2 / y <= a * m**2 / x, rates, squares=[m], degree=1)
    goal = c.alpha(k + 1) * c.m(k) ** 2 / c.w(k + 1) <= c.squared(k)
    values = (c.alpha(k), c.alpha(k + 1), c.w(k), c.w(k + 1), c.m(k))
    high = put(p, lemma, variables, values, c.step_positive(k), c.rising(k))
    gone = p.antisym(p.assume(c.w(k) <= 0), c.nonneg(k))
    return p.cases(p.certify(goal, p.certify(eq(c.m(k), 0), divides(p, c, k), gone)), high, c.w(k), 0)


@once
def rate_nonneg(p: Prover, c: Coordinate, t: Any) -> Theorem:
    """1 <= t |- 0 <= alpha(t)/w(t)."""
    return p.certify(0 <= c.alpha(t) / c.w(t), c.step_positive(t), p.inv_nonneg(c.nonneg(t)))


def momentum_sum(p: Prover, c: Coordinate, n: Any) -> Theorem:
    """1 <= n |- sum_{t=1}^n alpha(t) m(t)^2/w(t) <= sum_{t=1}^n alpha(t) g(t)^2/w(t).

    Invariant: (1-a) (left side) + a alpha(n) m(n)^2/w(n) <= (1-a) (right side). With r = alpha/w the step is Jensen,
    r' m'^2 <= a r' m^2 + (1-a) r' g'^2, and r' m^2 <= r m^2.
    """
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun, start, later = after(p, k)

    def left(n: Any) -> Any:
        return total(t, 1, n, c.squared(t))

    def right(n: Any) -> Any:
        return total(t, 1, n, c.squared_gradient(t))

    def claim(n: Any) -> Any:
        return le((1 - c.a) * left(n) + c.a * c.squared(n), (1 - c.a) * right(n))

    a, m, g, r, new = variables = apart(p, "a m g r new")
    # r m'^2 <= a r m^2 + (1-a) r g^2
    low, high, rate, average = p.assume(0 <= a, a < 1, 0 <= r, eq(new, a * m + (1 - a) * g))
    spread = p.certify(0 <= a * (1 - a) * r, p.certify(0 <= a * (1 - a), low, high), rate)
    jensen = p.certify(r * new**2 <= a * r * m**2 + (1 - a) * r * g**2, spread, average, squares=[m - g], degree=1)

    def step(k: Any, start: Theorem, reached: Theorem) -> Theorem:
        rate = p.using(rate_nonneg(p, c, k + 1), reached)
        values = (c.a, c.m(k), c.g(k + 1), c.alpha(k + 1) / c.w(k + 1), c.m(k + 1))
        return put(p, jensen, variables, values, *c.decay, rate, p.using(c.following(k), start))

    ones = (p.sum_one(t, 1, c.squared(t)), p.sum_one(t, 1, c.squared_gradient(t)))
    one = p.certify(1 <= lift(1))
    base = p.certify(claim(lift(1)), *ones, step(lift(0), p.certify(0 <= lift(0)), one), c.begun)
    lasts = (p.sum_step(t, 1, k, c.squared(t), begun), p.sum_step(t, 1, k, c.squared_gradient(t), begun))
    facts = (p.assume(claim(k)), *lasts, step(k, start, later), falling(p, c, k), c.decay[0])
    found = p.induction(k, 1, claim(k), base, p.certify(claim(k + 1), *facts))
    dropped = p.certify(0 <= c.a * c.squared(k), rate_nonneg(p, c, k), c.decay[0], squares=[c.m(k)])
    keeps = p.certify(0 < 1 - c.a, c.decay[1])
    return p.inst(p.certify(left(k) <= right(k), found, dropped, weights=[[keeps]], degree=1), {k: n})


# --- the regret of one coordinate -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Player(Coordinate):
    """A coordinate with its iterates x(n) and a point u to compare with.

    nearer(n, z)   0 <= n |- (x' - z)^2 <= (x - s - z)^2 - (x - s - x')^2 for x = x(n), x' = x(n+1) and the step
                   s = alpha(n+1) m(n+1)/w(n+1), where z is u or x(n): the projection on the interval
    close(n)       0 <= n |- (x(n) - u)^2 <= width^2
    """

    x: Sequence
    u: Any
    width: Any
    nearer: Callable[[Any, Any], Theorem]
    close: Known

    def gap(self, n: Any) -> Any:
        """x(n) - u."""
        return self.x(n) - self.u

    def step(self, t: Any) -> Any:
        """alpha(t) m(t)/w(t)."""
        return self.alpha(t) * self.m(t) / self.w(t)

    def weight(self, t: Any) -> Any:
        """w(t)/alpha(t)."""
        return self.w(t) / self.alpha(t)


def round_lemmas(p: Prover) -> tuple[tuple[Theorem, ...], Any]:
    """For a step s = m/c from x, projected to z: three bounds by c and m s; with their variables.

    m (x - u) <= c/2 ((x - u)^2 - (z - u)^2) + m s/2,   m (x - z) <= m s,   m (z - u) <= c/2 ((x - u)^2 - (z - u)^2)
    """
    x, z, u, c, m, s = variables = apart(p, "x z u c m s")
    weight, same = p.assume(0 <= c, eq(m, c * s))
    to_u, to_x = p.assume((z - u) ** 2 <= (x - s - u) ** 2 - (x - s - z) ** 2, (z - x) ** 2 <= s**2 - (x - s - z) ** 2)
    shrunk = c / 2 * ((x - u) ** 2 - (z - u) ** 2)
    return (
        p.certify(m * (x - u) <= shrunk + m * s / 2, weight, same, to_u, squares=[x - s - z]),
        p.certify(m * (x - z) <= m * s, weight, same, to_x, squares=[x - s - z]),
        p.certify(m * (z - u) <= shrunk, weight, same, to_u, squares=[x - z]),
    ), variables


@once
def weight_nonneg(p: Prover, c: Player, t: Any) -> Theorem:
    """1 <= t |- 0 <= w(t)/alpha(t)."""
    return p.certify(0 <= c.weight(t), c.nonneg(t), p.inv_positive(c.step_positive(t)))


@once
def round_bounds(p: Prover, c: Player, n: Any) -> tuple[Theorem, ...]:
    """0 <= n |- the three bounds of `round_lemmas` in round n + 1."""
    reached = p.certify(1 <= n + 1, p.assume(0 <= n), degree=1)
    known = [p.using(f(p, c, n + 1), reached) for f in (weight_nonneg, divides)]
    step = p.using(c.step_positive(n + 1), reached)
    same = p.certify(eq(c.m(n + 1), c.weight(n + 1) * c.step(n + 1)), known[1], p.inverse(step))
    lemmas, variables = round_lemmas(p)
    values = (c.x(n), c.x(n + 1), c.u, c.weight(n + 1), c.m(n + 1), c.step(n + 1))
    facts = (known[0], same, c.nearer(n, c.u), c.nearer(n, c.x(n)))
    return tuple(put(p, lemma, variables, values, *facts) for lemma in lemmas)


def invariant(a: Any, R: Any, Q: Any, m: Any, C: Any, y: Any, B: Any) -> Any:
    """(1-a) R <= (1-a) (C (B - y^2) + Q)/2 + a m y + a Q."""
    return le((1 - a) * R, (1 - a) * (C / 2 * (B - y**2) + Q / 2) + a * m * y + a * Q)


def regret_step(p: Prover) -> tuple[Theorem, Any]:
    """One round of the invariant, about numbers; with its variables.

    Before the round: sums R and Q, average m, weight C, iterate x; in it: gradient g, average M, weight E, cost q,
    iterate z. B bounds (x - u)^2.
    """
    a, R, Q, m, C, x, g, M, E, q, z, u, B = variables = apart(p, "a R Q m C x g M E q z u B")
    low, high, average, rises, close = p.assume(0 <= a, a < 1, eq(M, a * m + (1 - a) * g), C <= E, (x - u) ** 2 <= B)
    shrunk = E / 2 * ((x - u) ** 2 - (z - u) ** 2)
    paid, moved, before = p.assume(M * (x - u) <= shrunk + q / 2, M * (x - z) <= q, invariant(a, R, Q, m, C, x - u, B))
    abel = p.certify(C * (B - (x - u) ** 2) <= E * (B - (x - u) ** 2), rises, close)
    kept = p.certify(0 <= 1 - a, high)
    parts = [p.certify((1 - a) * f.claim.left <= (1 - a) * f.claim.right, kept, f) for f in (paid, abel)]
    parts += [p.certify(a * M * (x - z) <= a * q, low, moved), before, average]
    return p.certify(invariant(a, R + g * (x - u), Q + q, M, E, z - u, B), *parts), variables


def linear_regret(p: Prover, c: Player, n: Any) -> Theorem:
    """1 <= n |- (1-a) sum_{t=1}^n g(t) (x_t - u) <= width^2 w(n)/(2 alpha(n)) + (1+a)/2 sum_t alpha(t) m(t)^2/w(t).

    By `invariant` with R and Q the two sums, C = w(n)/alpha(n) and y = x_{n+1} - u.
    """
    k, t = p.fresh("k", n), p.fresh("t", n)
    begun, start, _ = after(p, k)
    bound, paid = lift(c.width) ** 2, c.g(t) * c.gap(t - 1)

    def sums(n: Any) -> tuple[Any, Any]:
        return total(t, 1, n, paid), total(t, 1, n, c.squared(t))

    def claim(n: Any) -> Any:
        return invariant(c.a, *sums(n), c.m(n), c.weight(n), c.gap(n), bound)

    lemma, variables = regret_step(p)

    def step(k: Any, R: Any, Q: Any, C: Any, start: Theorem, *facts: Theorem) -> Theorem:
        values = (c.a, R, Q, c.m(k), C, c.x(k), c.g(k + 1), c.m(k + 1), c.weight(k + 1), c.squared(k + 1), c.x(k + 1))
        known = [p.using(f, start) for f in (*round_bounds(p, c, k), c.following(k), c.close(k))]
        return put(p, lemma, variables, (*values, c.u, bound), *c.decay, *known, *facts)

    zero, one = lift(0), p.certify(1 <= lift(1))
    empty = p.certify(invariant(c.a, zero, zero, c.m(zero), zero, c.gap(zero), bound), c.begun)
    first = step(zero, zero, zero, zero, p.certify(0 <= zero), empty, p.using(weight_nonneg(p, c, lift(1)), one))
    base = p.certify(claim(lift(1)), first, p.sum_one(t, 1, paid), p.sum_one(t, 1, c.squared(t)))
    lasts = [p.sum_step(t, 1, k, body, begun) for body in (paid, c.squared(t))]
    later = p.certify(claim(k + 1), step(k, *sums(k), c.weight(k), start, p.assume(claim(k)), c.rising(k)), *lasts)
    found = p.inst(p.induction(k, 1, claim(k), base, later), {k: n})
    return last_average(p, c, found, *sums(n), n)


def last_average(p: Prover, c: Player, found: Theorem, R: Any, Q: Any, n: Any) -> Theorem:
    """The claim of `linear_regret` from the invariant; m(n) (x_{n+1} - u) is bounded by the third of `round_bounds`."""
    a, r, q, m, C, y, z, B = variables = apart(p, "a r q m C y z B")
    low, weight, close, last = p.assume(0 <= a, 0 <= C, y**2 <= B, m * z <= C / 2 * (y**2 - z**2))
    spent = p.certify(a * m * z <= a * C / 2 * (B - z**2), low, last, p.certify(C * y**2 <= C * B, weight, close))
    positive = p.certify(0 <= C * z**2, weight, squares=[z], degree=1)
    goal = (1 - a) * r <= B * C / 2 + (1 + a) / 2 * q
    lemma = p.certify(goal, spent, positive, p.assume(invariant(a, r, q, m, C, z, B)), degree=1)
    before = p.certify(0 <= n - 1, p.assume(1 <= n), degree=1)
    known = [p.using(f, before) for f in (round_bounds(p, c, n - 1)[2], c.close(n - 1))]
    values = (c.a, R, Q, c.m(n), c.weight(n), c.gap(n - 1), c.gap(n), lift(c.width) ** 2)
    return put(p, lemma, variables, values, c.decay[0], weight_nonneg(p, c, n), found, *known)
