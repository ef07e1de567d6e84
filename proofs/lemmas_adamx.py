"""AdamX, read from its text with alpha_t = alpha/sqrt(t) and eps = 0: sqrt(V_t)/(1 - a_t) does not fall.

The rates a_t = beta1 lam^(t-1) are those of `geometric_rates`; the text keeps lam^n in its state q, the last rate in a.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, inv, lift, maximum, power, sqrt, total
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_amsgrad import (
    Amsgrad,
    amsgrad_witness,
    player,
    second_moment_nonneg,
)
from adamtheory.proofs.lemmas_amsgrad_scheduled import by_gradients, swapped
from adamtheory.proofs.lemmas_box_game import i, inverse_product, play, t
from adamtheory.proofs.lemmas_momentum import once
from adamtheory.proofs.lemmas_scheduled import ScheduledPlayer, over_coordinates
from adamtheory.proofs.lemmas_scheduled_rising import rising_regret, rising_weight
from adamtheory.proofs.lemmas_schedules import Schedule, at_most, decay, geometric_rates, scheduled
from adamtheory.rules.amsgrad import adamx


@dataclass(frozen=True, eq=False)
class Adamx(Amsgrad):
    """AdamX in a game on a box, none of whose sides is longer than D; beta1 is the first rate."""

    schedule: Schedule

    def last(self, n: Any) -> Any:
        """The state a of the text: the rate of round n, and 0 before the first."""
        return self.game.reading.slot("a", n)

    def rises(self, p: Prover, n: Any) -> Theorem:
        """0 <= n |- V(n) <= V(n+1)."""
        return maximum_rises(p, self, n)


def adamx_game(setting: Setting, strict: bool = False) -> Adamx:
    """The game of `play` with the text of AdamX and the assumptions of `amsgrad_game`; strict: lam < 1."""
    schedule = geometric_rates(setting, strict)
    d = setting.constant("d", "Z")
    alpha, beta2, D = setting.constants("alpha beta2 D")
    scalars = {"lr": lambda t: alpha / sqrt(t), "beta1": schedule.a, "lam": Family("lam")(), "beta2": beta2, "eps": 0}
    game = play(adamx, setting, d, scalars)
    setting.assume("step_positive", 0 < alpha)
    setting.assume("beta2_nonnegative", 0 <= beta2)
    setting.assume("beta2_below_one", beta2 < 1)
    setting.assume("width", game.high(i) - game.low(i) <= D, [1 <= i, i <= d])
    return Adamx(game, alpha, schedule.a, beta2, D, schedule)


# --- the rates that the text keeps ------------------------------------------------------------------------------------


@once
def held(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- q(n) = lam^n."""
    k, lam = p.fresh("k", n), Family("lam")()
    claim = eq(s.game.reading.slot("q", k), power(lam, k))
    base = p.certify(eq(s.game.reading.slot("q", lift(0)), power(lam, lift(0))), p.start("q", i))
    known = (p.assume(claim), p.next("q", i, k), p.power_next(lam, p.assume(0 <= k)))
    step = p.certify(eq(s.game.reading.slot("q", k + 1), power(lam, k + 1)), *known)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


@once
def rate_is(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- a(n+1) = beta1 lam^n."""
    return p.certify(eq(s.last(n + 1), s.schedule.rate(n + 1)), p.next("a", i, n), held(p, s, n))


@once
def last_below_one(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- 0 < 1 - a(n): a(0) = 0, and the rates are below 1."""
    k = p.fresh("k", n)
    claim = 0 < 1 - s.last(k)
    reached = p.certify(1 <= k + 1, p.assume(0 <= k), degree=1)
    high = p.using(at_most(p, s.schedule, k + 1), reached)
    step = p.certify(0 < 1 - s.last(k + 1), rate_is(p, s, k), high, s.schedule.below(p))
    base = p.certify(0 < 1 - s.last(lift(0)), p.start("a", i))
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


# --- the maximum ------------------------------------------------------------------------------------------------------


@once
def maximum_nonneg(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- 0 <= V(n): it is 0 at first, and later not less than (1-b) g^2."""
    k = p.fresh("k", n)
    square = p.certify(
        0 <= (1 - s.beta2) * s.game.g(k + 1, i) ** 2, p.given("beta2_below_one"), squares=[s.game.g(k + 1, i)]
    )
    step = p.chain(0 <= s.v_max(k + 1), square, s.above(p, k))
    base = p.certify(0 <= s.v_max(lift(0)), p.start("v_max", i))
    return p.inst(p.induction(k, 0, 0 <= s.v_max(k), base, step), {k: n})


@once
def maximum_rises(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- V(n) <= V(n+1): the factor (1 - a_{n+1})/(1 - a_n) of the old maximum is 1 at least."""
    k = p.fresh("k", n)
    a, b, V, W = variables = apart(p, "a b V W")
    falls, below, nonneg, above = p.assume(b <= a, 0 < 1 - a, 0 <= V, (1 - b) / (1 - a) * ((1 - b) / (1 - a)) * V <= W)
    factor = p.certify(1 <= (1 - b) / (1 - a), falls, p.inverse(below), p.inv_positive(below))
    square = p.certify(1 <= (1 - b) / (1 - a) * ((1 - b) / (1 - a)), factor)
    lemma = p.chain(V <= W, p.certify(V <= above.claim.left, square, nonneg), above)
    begun = p.assume(0 <= k)
    reached, later = p.certify(0 <= k + 1, begun, degree=1), p.certify(1 <= k + 1, begun, degree=1)
    following = p.using(p.next("v_max", i, k + 1), reached)
    rate = s.schedule.a * s.game.reading.slot("q", k + 1)
    rates = (rate_is(p, s, k), p.using(rate_is(p, s, k + 1), reached), p.using(p.next("a", i, k + 1), reached))
    lower = p.certify(rate <= s.last(k + 1), *rates, p.using(s.schedule.falls(p, k + 1), later), degree=1)
    old = p.chain(following.claim.right.args[0] <= s.v_max(k + 2), p.max_left(*following.claim.right.args), following)
    known = [p.using(f, reached) for f in (last_below_one(p, s, k + 1), maximum_nonneg(p, s, k + 1))]
    step = put(p, lemma, variables, (s.last(k + 1), rate, s.v_max(k + 1), s.v_max(k + 2)), lower, *known, old)
    first = p.using(maximum_nonneg(p, s, lift(1)), p.certify(0 <= lift(1)))
    base = p.certify(s.v_max(lift(0)) <= s.v_max(1), p.start("v_max", i), first)
    return p.inst(p.induction(k, 0, s.v_max(k) <= s.v_max(k + 1), base, step), {k: n})


def root_of_maximum(p: Prover) -> tuple[Theorem, Any]:
    """sqrt(max((B/A)^2 V, w))/B = max(sqrt(V)/A, sqrt(w)/B) from 0 < A, 0 < B, 0 <= V, 0 <= w; with its variables."""
    A, B, V, w = variables = apart(p, "A B V w")
    old, new, low, other = p.assume(0 < A, 0 < B, 0 <= V, 0 <= w)
    inverse, upwards = p.inverse(new), p.inv_positive(new)
    ratio = p.certify(0 < B / A, new, p.inv_positive(old))
    kept = B / A * (B / A) * V
    nonneg = p.certify(0 <= kept, p.certify(0 < B / A * (B / A), ratio), low)
    squares = p.certify(eq(sqrt(kept) ** 2, (B / A * sqrt(V)) ** 2), p.sqrt_square(nonneg), p.sqrt_square(low))
    root = p.squares_equal(squares, p.sqrt_nonneg(kept), p.certify(0 <= B / A * sqrt(V), ratio, p.sqrt_nonneg(V)))
    shrunk = p.certify(eq(sqrt(kept) / B, sqrt(V) / A), root, inverse)
    goal = eq(sqrt(maximum(kept, w)) / B, maximum(sqrt(V) / A, sqrt(w) / B))

    def larger(small: Theorem, value: Theorem, *facts: Theorem) -> Theorem:
        """The goal where the maximum is the right side of small, whose root over B is the right side of value."""
        order = p.sqrt_monotone(small, nonneg if small.claim.left is kept else other)
        scaled = p.certify(order.claim.left / B <= order.claim.right / B, order, upwards)
        below = p.certify(scaled.claim.left <= value.claim.right, scaled, value, degree=1)
        if small.claim.left is kept:
            below = p.certify(sqrt(V) / A <= value.claim.right, below, shrunk, degree=1)
        return p.certify(goal, p.rewrite(p.max_is(small), sqrt), p.max_is(below), value)

    same = p.certify(eq(sqrt(w) / B, sqrt(w) / B))
    first = larger(p.assume(kept <= w), same)
    second = larger(p.restate(w <= kept, p.assume(w < kept)), shrunk)
    return p.cases(first, second, kept, w), variables


@once
def closed_form(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- sqrt(V(n+1))/(1 - a(n+1)) = max(sqrt(V(n))/(1 - a(n)), sqrt(v(n+1))/(1 - a(n+1)))."""
    lemma, variables = root_of_maximum(p)
    start = p.assume(0 <= n)
    later = p.certify(0 <= n + 1, start, degree=1)
    rate, moment = p.next("a", i, n), p.next("v", i, n)
    new = p.next("v_max", i, n).claim.right.args[1]
    positive = p.using(last_below_one(p, s, n + 1), later)
    positive = p.certify(0 < 1 - rate.claim.right, positive, rate, degree=1)
    nonneg = p.certify(0 <= new, p.using(second_moment_nonneg(p, s, n + 1), later), moment, degree=1)
    values = (1 - s.last(n), 1 - rate.claim.right, s.v_max(n), new)
    found = put(p, lemma, variables, values, last_below_one(p, s, n), positive, maximum_nonneg(p, s, n), nonneg)
    largest = p.rewrite(p.next("v_max", i, n), sqrt)
    left = p.certify(eq(sqrt(s.v_max(n + 1)) / (1 - s.last(n + 1)), found.claim.left), largest, p.rewrite(rate, share))
    second = p.certify(
        eq(sqrt(s.v(n + 1)) / (1 - s.last(n + 1)), sqrt(new) / (1 - rate.claim.right)),
        p.rewrite(moment, sqrt),
        p.rewrite(rate, share),
    )
    old = sqrt(s.v_max(n)) / (1 - s.last(n))
    right = p.rewrite(second, lambda z: maximum(old, z))
    goal = eq(sqrt(s.v_max(n + 1)) / (1 - s.last(n + 1)), right.claim.left)
    return p.certify(goal, left, found, right, degree=1)


def share(rate: Any) -> Any:
    """1/(1 - rate)."""
    return inv(1 - rate)


@once
def root_rises(p: Prover, s: Adamx, n: Any) -> Theorem:
    """0 <= n |- sqrt(V(n))/(1 - a(n)) <= sqrt(V(n+1))/(1 - a(n+1))."""
    found = closed_form(p, s, n)
    return p.chain(found.claim.right.args[0] <= found.claim.left, p.max_left(*found.claim.right.args), found)


def adamx_player(p: Prover, s: Adamx) -> ScheduledPlayer:
    """Coordinate i of AdamX: the text's average is taken with the rates beta1 lam^(t-1)."""
    rate, m, g = s.schedule.rate, s.game.m, s.game.g

    def following(n: Any) -> Theorem:
        goal = eq(m(n + 1), rate(n + 1) * m(n) + (1 - rate(n + 1)) * g(n + 1, i))
        return p.certify(goal, p.next("m", i, n), held(p, s, n))

    base = replace(player(p, s, decay(p, s.schedule)), following=following)
    found: ScheduledPlayer = scheduled(p, s.schedule, base)
    return found


@once
def weights_rise(p: Prover, s: Adamx, n: Any) -> Theorem:
    """1 <= n |- C(n)/(1 - a_n) <= C(n+1)/(1 - a_{n+1}) for C = sqrt(V)/alpha_n and the rates a_n = beta1 lam^(n-1)."""
    before = p.certify(0 <= n - 1, p.assume(1 <= n), degree=1)
    start = p.certify(0 <= lift(n), p.assume(1 <= n), degree=1)
    rate = s.schedule.rate
    same = [p.rewrite(p.using(rate_is(p, s, k), fact), share) for k, fact in ((n - 1, before), (n, start))]
    x, y = sqrt(s.v_max(n)) * share(rate(n)), sqrt(s.v_max(n + 1)) * share(rate(n + 1))
    rises = p.certify(x <= y, p.using(root_rises(p, s, n), start), *same)
    longer = p.sqrt_monotone(p.certify(lift(n) <= n + 1), start)
    a, b, c, d, e = variables = apart(p, "a b c d e")
    lemma = p.certify(
        a * c * e <= b * d * e,
        p.certify(a * c <= b * d, *p.assume(a <= b, c <= d, 0 <= a, 0 <= c)),
        p.assume(0 <= e),
    )
    old = p.certify(0 < 1 - s.last(n), p.using(last_below_one(p, s, n), start))
    nonneg = p.certify(
        0 <= x, p.certify(0 <= share(s.last(n)), p.inv_positive(old)), p.sqrt_nonneg(s.v_max(n)), same[0]
    )
    up = p.restate(0 <= inv(s.alpha), p.inv_positive(p.given("step_positive")))
    found = put(
        p, lemma, variables, (x, y, sqrt(n), sqrt(n + 1), inv(s.alpha)), rises, longer, nonneg, p.sqrt_nonneg(n), up
    )
    weights = [sqrt(s.v_max(k)) / (s.alpha / sqrt(k)) * share(rate(k)) for k in (n, n + 1)]
    return p.restate(weights[0] <= weights[1], found)


# --- the regret -------------------------------------------------------------------------------------------------------


def widest(s: Adamx, n: Any) -> Any:
    """D^2 sqrt(n)/(2 alpha (1 - a_n)) sum_i sqrt(V_n)."""
    return s.D**2 * sqrt(n) / (2 * s.alpha * (1 - s.schedule.rate(n))) * s.roots(n)


def momentum(s: Adamx, n: Any) -> Any:
    """D^2/(2 alpha) sum_{t=1}^{n-1} a_{t+1}/(1 - a_{t+1}) sqrt(t) sum_i sqrt(V_t)."""
    rate = s.schedule.rate(t + 1)
    return s.D**2 / (2 * s.alpha) * total(t, 1, n - 1, rate / (1 - rate) * sqrt(t) * s.roots(t))


def adamx_regret(p: Prover, s: Adamx, n: Any) -> Theorem:
    """1 <= n |- R_n <= widest + momentum + gradient_costs; n is a variable."""
    c = adamx_player(p, s)
    each = rising_regret(p, c, n, lambda t: weights_rise(p, s, t))
    found = over_coordinates(p, s.game, c, rising_weight(c, n), each, n)
    before = p.certify(0 <= n - 1, p.assume(1 <= n), degree=1)
    moved = p.using(swapped(p, s, c.rate(t + 1) * c.share(t + 1) * c.weight(t), n - 1), before)
    keeps = p.certify(0 < 1 - c.rate(n), p.chain(c.rate(n) < 1, c.high(n), c.decay[1]))
    split = inverse_product(p, p.certify(0 < 2 * s.alpha, p.given("step_positive")), keeps)
    far = widest(s, n) + momentum(s, n)
    costs = (1 + c.a) / (2 * (1 - c.a)) * s.game.over(total(t, 1, n, c.squared(t)))
    root = p.inverse(p.sqrt_positive(p.certify(0 < lift(n), p.assume(1 <= n), degree=1)))
    found = p.certify(s.game.regret(n) <= far + costs, found, moved, split, root, degree=1)
    return by_gradients(p, s, c, far, found, s.schedule, n)


def adamx_witness(s: Adamx, n: Any, **families: Any) -> Witness:
    """The witness of AMSGrad, with lam = 1/2."""
    return amsgrad_witness(s, n, lam=([], Fraction(1, 2)), **families)
