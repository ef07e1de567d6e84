"""Zinkevich's theorem on a box: regret at most D^2 sqrt(T)/(2 alpha) + alpha G^2 (sqrt(T) - 1/2).

Words   In the box [low, high]^d, of squared diameter D^2 = d (high - low)^2, with convex losses and |g_t| <= G,
        projected gradient descent with alpha_t = alpha/sqrt(t) pays in T rounds at most this much more than any fixed
        point u of the box. The updates, the step sizes and the projection are those of `sgd`, `inverse_sqrt`, `box`.
Source  Zinkevich 2003, Theorem 1, there with alpha = 1 and any convex set (`zinkevich_convex_set`).
Note    loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; that the projection does not lengthen the distance to u is proved from its text.
"""

from fractions import Fraction
from typing import Any

from adamtheory import schedules
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_descent import (
    BOX,
    distance_bound,
    distance_nonneg,
    i,
    play,
    rate_positive,
    round_bound,
    t,
    witnessed,
    zinkevich,
)
from adamtheory.proofs.lemmas_regret import convex_to_linear
from adamtheory.rules.descent import sgd

T = integer("T")

setting = Setting()
alpha, G = setting.constants("alpha G")
schedule = read(schedules.inverse_sqrt, setting, scalars={"lr": alpha})


def rate(t: Any) -> Any:
    return schedule.value("result", 0, t=t)


game = play(sgd, setting, {"lr": rate})
setting.assume("alpha_positive", 0 < alpha)
setting.assume("gradients", game.over(game.g(t, i) ** 2) <= G**2, [1 <= t])


def bound(T: Any) -> Any:
    return game.width * sqrt(T) / (2 * alpha) + alpha * G**2 * (sqrt(T) - Fraction(1, 2))


def statement() -> Statement:
    return Statement(setting, game.regret(T) <= bound(T), [1 <= T], [*BOX, "convex", "alpha_positive", "gradients"])


def witness() -> Witness:
    return witnessed(game, {"alpha": ([], 1), "G": ([], 1)}, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    rounds = round_bound(p, game, t, rate(t), rate_positive(p, rate(t)), p.given("gradients", t))
    ends = {"distance": distance_nonneg(p, game, t), "width": distance_bound(p, game, t)}
    paid = zinkevich(p, rate, alpha, G, T, rounds=rounds, **ends)
    return p.chain(game.regret(T) <= bound(T), convex_to_linear(p, "convex", T), paid)
