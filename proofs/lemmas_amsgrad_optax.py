"""AMSGrad with both corrections, as optax has it, with alpha_t = alpha/sqrt(t): a player and its regret.

The corrected first moment is the plain one with the step sizes alpha_t/(1 - beta1^t).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, power, sqrt, total
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_amsgrad import (
    Amsgrad,
    any_eps,
    costs,
    denominator_nonneg,
    player,
    rate_positive,
    ratio_rises,
    second_moment_nonneg,
)
from adamtheory.proofs.lemmas_box_game import i, inverse_product, play, projected, regret_bound, t
from adamtheory.proofs.lemmas_momentum import Player, momentum_sum, once
from adamtheory.rules.amsgrad import amsgrad_optax


@dataclass(frozen=True, eq=False)
class Corrected(Amsgrad):
    """AMSGrad of the corrected second moments, in a game on a box none of whose sides is longer than D."""

    def rises(self, p: Prover, n: Any) -> Theorem:
        """0 <= n |- V(n) <= V(n+1)."""
        following = p.next("v_max", i, n)
        return p.chain(self.v_max(n) <= self.v_max(n + 1), p.max_left(*following.claim.right.args), following)

    def above(self, p: Prover, n: Any) -> Theorem:
        """0 <= n |- (1-b) g(n+1)^2 <= V(n+1)."""
        return maximum_is_above(p, self, n)

    def rate(self, t: Any) -> Any:
        """alpha/sqrt(t)/(1 - beta1^t)."""
        return self.alpha / sqrt(t) / (1 - power(self.beta1, t))

    def bound(self, n: Any) -> Any:
        """The bound of `regret`."""
        a, b = self.beta1, self.beta2
        distances = self.D**2 * sqrt(n) * (1 - power(a, n)) / (2 * self.alpha * (1 - a)) * self.roots(n)
        return distances + self.alpha * (1 + a) / ((1 - a) ** 2 * sqrt(1 - b)) * self.norms(n)


def corrected_game(setting: Setting) -> Corrected:
    """The game of `play` with the text of optax' AMSGrad and the assumptions of `amsgrad_game`."""
    d = setting.constant("d", "Z")
    alpha, beta1, beta2, D = setting.constants("alpha beta1 beta2 D")
    setting.assume("beta1_nonnegative", 0 <= beta1)
    setting.assume("beta1_below_one", beta1 < 1)
    eps = any_eps(setting)
    scalars = {"lr": lambda t: alpha / sqrt(t), "beta1": beta1, "beta2": beta2, "eps": eps}
    game = play(amsgrad_optax, setting, d, scalars)
    setting.assume("step_positive", 0 < alpha)
    setting.assume("beta2_nonnegative", 0 <= beta2)
    setting.assume("beta2_below_one", beta2 < 1)
    setting.assume("width", game.high(i) - game.low(i) <= D, [1 <= i, i <= d])
    return Corrected(game, alpha, beta1, beta2, D, eps=eps)


# --- the corrections --------------------------------------------------------------------------------------------------


def held(p: Prover, s: Corrected, slot: str, b: Any, n: Any) -> Theorem:
    """0 <= n |- the slot p1 or p2 times b is b^(n+1)."""
    k, kept = p.fresh("k", n), s.game.reading.slot
    claim = eq(kept(slot, k), power(b, k))
    base = p.certify(eq(kept(slot, lift(0)), power(b, lift(0))), p.start(slot, i))
    following = p.power_next(b, p.assume(0 <= k))
    step = p.certify(eq(kept(slot, k + 1), power(b, k + 1)), p.assume(claim), p.next(slot, i, k), following)
    found = p.induction(k, 0, claim, base, step)
    return p.inst(p.certify(eq(kept(slot, k) * b, power(b, k + 1)), found, following), {k: n})


def correction(p: Prover, low: Theorem, high: Theorem, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- 0 < 1 - b^(n+1), and 1 - b^(n+1) <= 1, from 0 <= b and b < 1."""
    b, k = low.claim.right, p.fresh("k", n)
    powers = p.power_nonneg(low, k)
    following = p.power_next(b, p.assume(0 <= k))
    below = p.power_claim(b, lambda q: q <= 1, low, high, n=k)
    positive = p.certify(0 < 1 - power(b, k + 1), following, below, powers, low, high)
    most = p.certify(1 - power(b, k + 1) <= 1, following, powers, low)
    return p.inst(positive, {k: n}), p.inst(most, {k: n})


def decays(p: Prover, name: str) -> tuple[Theorem, Theorem]:
    """0 <= b and b < 1, for beta1 or beta2."""
    return p.given(f"{name}_nonnegative"), p.given(f"{name}_below_one")


@once
def maximum_is_above(p: Prover, s: Corrected, n: Any) -> Theorem:
    """0 <= n |- (1-b) g(n+1)^2 <= V(n+1): what is corrected is not less, and at most the maximum."""
    v, q, w = variables = apart(p, "v q w")
    small, positive, least, nonneg = p.assume(v * inv(q) <= w, 0 < q, q <= 1, 0 <= v)
    larger = p.certify(v <= v * inv(q), least, nonneg, p.inverse(positive), weights=[[positive]])
    lemma = p.chain(v <= w, larger, small)
    following, low = p.next("v_max", i, n), decays(p, "beta2")
    corrected = following.claim.right.args[1]
    below = p.chain(corrected <= s.v_max(n + 1), p.max_right(*following.claim.right.args), following)
    old = p.certify(0 <= s.beta2 * s.v(n), second_moment_nonneg(p, s, n), low[0])
    moment = s.beta2 * s.v(n) + (1 - s.beta2) * s.game.g(n + 1, i) * s.game.g(n + 1, i)
    kept = p.certify(0 < 1 - s.beta2, low[1])
    whole = p.certify(0 <= moment, old, kept, squares=[s.game.g(n + 1, i)])
    factor = 1 - s.game.reading.slot("p2", n) * s.beta2
    same = held(p, s, "p2", s.beta2, n)
    positive, most = correction(p, *low, n)
    facts = (p.certify(0 < factor, same, positive), p.certify(factor <= 1, same, most))
    found = put(p, lemma, variables, (moment, factor, s.v_max(n + 1)), below, *facts, whole)
    return p.chain((1 - s.beta2) * s.game.g(n + 1, i) ** 2 <= s.v_max(n + 1), found, old)


# --- the player -------------------------------------------------------------------------------------------------------


@once
def corrected_rate_positive(p: Prover, s: Corrected, t: Any) -> Theorem:
    """1 <= t |- 0 < alpha/sqrt(t)/(1 - beta1^t)."""
    before = p.certify(0 <= lift(t) - 1, p.assume(1 <= t), degree=1)
    share = p.using(correction(p, *decays(p, "beta1"), lift(t) - 1)[0], before)
    return p.certify(0 < s.rate(t), rate_positive(p, s, t), p.inv_positive(share))


@once
def corrected_ratio_rises(p: Prover, s: Corrected, t: Any) -> Theorem:
    """1 <= t |- w(t) (1 - beta1^t)/alpha_t <= the same at t + 1."""
    low, high = decays(p, "beta1")
    start = p.certify(0 <= lift(t), p.assume(1 <= t), degree=1)
    before = p.certify(0 <= lift(t) - 1, p.assume(1 <= t), degree=1)
    share = p.using(correction(p, low, high, lift(t) - 1)[0], before)
    nonneg = p.using(p.power_nonneg(low, t), start)
    falls = p.certify(
        power(s.beta1, t + 1) <= power(s.beta1, t), p.using(p.power_next(s.beta1, start), start), nonneg, high
    )
    rises = ratio_rises(p, s, t)
    old, new = rises.claim.left, rises.claim.right
    signs = (denominator_nonneg(p, s, t + 1), p.sqrt_nonneg(t + 1), p.inv_positive(p.given("step_positive")))
    later = p.certify(0 <= new, *signs, degree=3)
    first = p.certify(old * share.claim.right <= new * share.claim.right, rises, share)
    second = p.certify(new * share.claim.right <= new * (1 - power(s.beta1, t + 1)), falls, later)
    goal = s.w(t) / s.rate(t) <= s.w(t + 1) / s.rate(t + 1)
    return p.restate(goal, p.chain(first.claim.left <= second.claim.right, first, second))


def corrected_player(p: Prover, s: Corrected) -> Player:
    """Coordinate i."""
    game = s.game

    def following(n: Any) -> Theorem:
        goal = eq(game.m(n + 1), s.beta1 * game.m(n) + (1 - s.beta1) * game.g(n + 1, i))
        return p.restate(goal, p.next("m", i, n))

    def nearer(n: Any, z: Any) -> Theorem:
        step = s.rate(n + 1) * game.m(n + 1) / s.w(n + 1)
        divided = p.rewrite(p.next("v_max", i, n), lambda z: inv(sqrt(z) + s.eps))
        corrected = p.rewrite(held(p, s, "p1", s.beta1, n), lambda q: inv(1 - q))
        goal = eq(game.reading.value("x", n), game.x(n) - step)
        return projected(p, game, n, z, step, p.certify(goal, divided, corrected, following(n)))

    return replace(
        player(p, s),
        alpha=s.rate,
        following=following,
        step_positive=lambda t: corrected_rate_positive(p, s, t),
        rising=lambda t: corrected_ratio_rises(p, s, t),
        nearer=nearer,
    )


def cheaper(p: Prover, s: Corrected, c: Player, n: Any) -> Theorem:
    """1 <= n |- sum alpha'_t m_t^2/w_t <= 1/(1-beta1) sum alpha_t g_t^2/w_t, where alpha' is corrected.

    1 - beta1 <= 1 - beta1^t for t >= 1.
    """
    low, high = c.decay
    before = p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)
    keeps = p.certify(0 < 1 - c.a, high)
    share = p.using(correction(p, low, high, t - 1)[0], before)
    powers = (p.using(p.power_next(c.a, before), before), p.using(p.power_nonneg(low, t - 1), before))
    one = p.using(p.power_claim(c.a, lambda q: q <= 1, low, high, n=t - 1), before)
    shares = p.reciprocal(p.certify(1 - c.a <= share.claim.right, *powers, one, low), keeps)
    plain = s.alpha / sqrt(t) * c.g(t) ** 2 / c.w(t)
    cost = p.certify(
        0 <= plain,
        p.certify(0 <= s.alpha / sqrt(t) / c.w(t), rate_positive(p, s, t), p.inv_nonneg(c.nonneg(t))),
        squares=[c.g(t)],
    )
    each = p.certify(c.squared_gradient(t) <= inv(1 - c.a) * plain, shares, cost)
    return p.chain(
        total(t, 1, n, c.squared(t)) <= inv(1 - c.a) * total(t, 1, n, plain),
        momentum_sum(p, c, n),
        p.sum_of(each, t, 1, n),
    )


def divided_twice(p: Prover) -> tuple[Theorem, Any]:
    """(1-a) R <= W/(2 alpha) + (1+a)/2 P and (1-a) P <= 2 alpha/root Q, both divided by 1-a; with its variables."""
    a, R, W, alpha, root, P, Q = variables = apart(p, "a R W alpha root P Q")
    low, keeps, rate, divisor = p.assume(0 <= a, 0 < 1 - a, 0 < alpha, 0 < root)
    scaled, paid = p.assume((1 - a) * R <= W / (2 * alpha) + (1 + a) / 2 * P, (1 - a) * P <= 2 * (alpha / root) * Q)
    square = p.certify(0 < (1 - a) ** 2, keeps)
    inverse = p.using(p.fact("inverse", x=(1 - a) ** 2), p.certify(0 < (1 - a) ** 2 * (1 - a) ** 2, square))
    x, y = apart(p, "x y")
    split = put(p, inverse_product(p, *p.assume(0 < x, 0 < y)), (x, y), ((1 - a) ** 2, root), square, divisor)
    splits = inverse_product(p, p.certify(0 < 2 * alpha, rate), keeps), split
    more = p.certify((1 + a) * paid.claim.left <= (1 + a) * paid.claim.right, paid, low)
    twice = p.certify((1 - a) * scaled.claim.left <= (1 - a) * scaled.claim.right, scaled, keeps)
    goal = R <= W / (2 * alpha * (1 - a)) + alpha * (1 + a) / ((1 - a) ** 2 * root) * Q
    facts = (twice, more, *splits, p.inverse(keeps), inverse)
    return p.certify(goal, *facts, weights=[[square]], degree=1), variables


def regret(p: Prover, s: Corrected, n: Any) -> Theorem:
    """1 <= n |- R_n <= `Corrected.bound`; n is a variable."""
    c = corrected_player(p, s)
    keeps, root = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < 1 - s.beta2, p.given("beta2_below_one"))
    first = cheaper(p, s, c, n)
    scaled = p.certify((1 - c.a) * first.claim.left <= (1 - c.a) * first.claim.right, first, keeps)
    less = p.certify((1 - c.a) * first.claim.left <= first.claim.right.args[1], scaled, p.inverse(keeps))
    spent = s.game.over(total(t, 1, n, c.squared(t)))
    paid = p.restate((1 - c.a) * spent <= 2 * (s.alpha / sqrt(1 - s.beta2)) * s.norms(n), costs(p, s, c, n, less))
    distances = s.D**2 * sqrt(n) * (1 - power(c.a, n)) * s.roots(n)
    goal = (1 - c.a) * s.game.regret(n) <= distances / (2 * s.alpha) + (1 + c.a) / 2 * spent
    whole = p.restate(goal, regret_bound(p, s.game, c, n))
    lemma, variables = divided_twice(p)
    values = (c.a, s.game.regret(n), distances, s.alpha, sqrt(1 - s.beta2), spent, s.norms(n))
    facts = (c.decay[0], keeps, p.given("step_positive"), p.sqrt_positive(root), whole, paid)
    return p.restate(s.game.regret(n) <= s.bound(n), put(p, lemma, variables, values, *facts))
