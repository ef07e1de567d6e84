"""Regret of SGD with momentum, rates beta1_t that do not increase, of order sqrt(T).

Words   On a box in d coordinates with widths D_i, for convex losses, x_{t+1} = Pi(x_t - alpha/sqrt(t) m_t), rates
        0 <= beta1_{t+1} <= beta1_t and beta1 = beta1_1 < 1: R_T <= sqrt(T)/(2 alpha (1-beta1)) sum_i D_i^2
             + (1+beta1)/(1-beta1) sum_t alpha/(2 sqrt(t)) sum_i g_{t,i}^2.
Source  Derived for this project from the text of `momentum_average` and `box`, by the bound of
        `master_theorem_scheduled`; for beta1 = 0 it is Zinkevich 2003, Theorem 1, before its last step.
Note    sum_i D_i^2 is the squared diameter. With |g_t| <= G the last sum is at most alpha G^2 (sqrt(T) - 1/2)
        (`inverse_sqrt_sum`).
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, lift, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_box_game import GAME, distance, i, inverse_product, play, projected, t, witnessed
from adamtheory.proofs.lemmas_momentum import Player, after, once
from adamtheory.proofs.lemmas_scheduled import falling_final, regret_bound
from adamtheory.proofs.lemmas_scheduled_costs import averages
from adamtheory.proofs.lemmas_schedules import decay, falling_rates, scheduled, shares_fall
from adamtheory.rules.descent import momentum_average

T = integer("T")

setting = Setting()
schedule = falling_rates(setting)
d, alpha = setting.constant("d", "Z"), setting.constant("alpha")
game = play(momentum_average, setting, d, {"lr": lambda t: alpha / sqrt(t), "beta1": schedule.rate})
setting.assume("step_positive", 0 < alpha)
beta1, width = schedule.a, game.high(i) - game.low(i)


def statement() -> Statement:
    distances = sqrt(T) / (2 * alpha * (1 - beta1)) * game.over(width**2)
    steps = total(t, 1, T, alpha / (2 * sqrt(t)) * game.over(game.g(t, i) ** 2))
    claim = game.regret(T) <= distances + (1 + beta1) / (1 - beta1) * steps
    return Statement(setting, claim, hyps=[1 <= T], assumes=[*GAME, "step_positive", *schedule.assumes])


def witness() -> Witness:
    return witnessed(game, {"alpha": ([], 1), "beta1": ([t], Fraction(1, 2))}, {T: 1})


@once
def rate_positive(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t |- 0 < alpha/sqrt(t)."""
    root = p.inv_positive(p.sqrt_positive(p.certify(0 < lift(t), p.assume(1 <= t), degree=1)))
    return p.certify(0 < alpha / sqrt(t), p.given("step_positive"), root)


@once
def rises(p: Prover, _: Any, t: Any) -> Theorem:
    """1 <= t |- 1/alpha_t <= 1/alpha_{t+1}."""
    start = p.certify(0 <= lift(t), p.assume(1 <= t), degree=1)
    longer = p.sqrt_monotone(p.certify(lift(t) <= t + 1), start)
    return p.certify(
        1 / (alpha / sqrt(t)) <= 1 / (alpha / sqrt(t + 1)), longer, p.inv_positive(p.given("step_positive"))
    )


def player(p: Prover) -> Player:
    """Coordinate i: all denominators are 1."""

    def nearer(n: Any, z: Any) -> Theorem:
        step = alpha / sqrt(n + 1) * game.m(n + 1)
        moved = p.certify(eq(game.reading.value("x", n), game.x(n) - step), p.next("m", i, n))
        return projected(p, game, n, z, step, moved)

    one = p.certify(0 < lift(1))
    return Player(
        g=lambda t: game.g(t, i), m=game.m, w=lambda t: lift(1), alpha=lambda t: alpha / sqrt(t), a=beta1,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n), decay=decay(p, schedule),
        step_positive=lambda t: rate_positive(p, None, t), nonneg=lambda t: p.restate(0 <= lift(1), one),
        positive=lambda t: one, rising=lambda t: rises(p, None, t),
        x=game.x, u=game.u(i), width=width, nearer=nearer, close=lambda n: distance(p, game, n, width),
    )  # fmt: skip


def prove() -> Theorem:
    p = Prover(setting)
    c = scheduled(p, schedule, player(p))
    falls = shares_fall(p, c, schedule)
    found = regret_bound(p, game, c, falling_final(p, c, falls), T)
    paid = p.sum_of(averages(p, c, T, falls), i, 1, d)
    keeps, two = p.certify(0 < 1 - c.a, c.decay[1]), p.certify(0 < lift(2))
    share = p.certify(0 <= (1 + c.a) / (2 * (1 - c.a)), c.decay[0], p.inv_positive(p.certify(0 < 2 * (1 - c.a), keeps)))
    more = p.certify(share.claim.right * paid.claim.left <= share.claim.right * paid.claim.right, share, paid)
    swapped = p.using(exchanged(p, t, T, i, d, c.squared_gradient(t)), after(p, T)[1])
    step = p.certify(0 < 2 * alpha, p.given("step_positive"))
    splits = inverse_product(p, two, keeps), inverse_product(p, step, keeps)
    return p.certify(statement().claim, found, more, swapped, *splits, degree=1)
