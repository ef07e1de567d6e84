"""Gradient descent with steps 1/(lambda t) has regret at most G^2 (1 + log T)/(2 lambda) on strongly convex losses.

Words   In a box, with |g_t| <= G and losses that are lambda-strongly convex: f_t(x_t) - f_t(u) <= <g_t, x_t - u> -
        lambda/2 |x_t - u|^2. The width of the box does not enter, nor need x_1 lie in it.
        The updates, the step sizes and the projection are those of `sgd`, `inverse` (with lr = 1/lambda) and `box`.
Source  Hazan, Agarwal & Kale 2007, Theorem 1 (numbering unverified), there for any convex set.
Note    loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}.
"""

from typing import Any

from adamtheory import schedules
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, log, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import harmonic, telescoping
from adamtheory.proofs.lemmas_descent import distance_nonneg, i, play, round_bound, t, witnessed
from adamtheory.proofs.lemmas_regret import convex_to_linear
from adamtheory.rules.descent import sgd

T = integer("T")

setting = Setting()
strength, G = setting.constants("lambda G")
schedule = read(schedules.inverse, setting, scalars={"lr": 1 / strength})


def rate(t: Any) -> Any:
    return schedule.value("result", 0, t=t)


game = play(sgd, setting, {"lr": rate}, strong=strength)
setting.assume("lambda_positive", 0 < strength)
setting.assume("gradients", game.over(game.g(t, i) ** 2) <= G**2, [1 <= t])


def bound(T: Any) -> Any:
    return G**2 * (1 + log(T)) / (2 * strength)


def statement() -> Statement:
    used = ["u_low", "u_high", "strongly_convex", "lambda_positive", "gradients"]
    return Statement(setting, game.regret(T) <= bound(T), [1 <= T], used)


def witness() -> Witness:
    return witnessed(game, {"lambda": ([], 1), "G": ([], 1)}, {T: 1}, strong=1)


def prove() -> Theorem:
    p = Prover(setting)
    above, begun = p.given("lambda_positive"), p.assume(1 <= T)
    upwards, round_positive = p.inv_positive(above), p.certify(0 < t, p.assume(1 <= t), degree=1)
    positive = p.certify(0 < rate(t), upwards, p.inv_positive(round_positive))
    rounds = p.sum_of(round_bound(p, game, t, rate(t), positive, p.given("gradients", t)), t, 1, T)
    # lambda t (|y_t|^2 - |y_{t+1}|^2) - lambda |y_t|^2 = lambda (t-1) |y_t|^2 - lambda t |y_{t+1}|^2
    shrunk = telescoping(p, lambda t: strength * (t - 1) * game.distance(t) / 2, T)
    shrunk = p.using(shrunk, p.certify(0 <= T, begun, degree=1))
    last = p.certify(0 <= strength * T * game.distance(T + 1), above, distance_nonneg(p, game, T + 1), begun, degree=3)
    square = p.certify(0 <= G**2 / strength, upwards, squares=[G])
    steps = G**2 / strength * total(t, 1, T, 1 / t)
    steps = p.certify(steps <= G**2 / strength * (1 + log(T)), harmonic(p, T), square)
    return p.chain(game.regret(T) <= bound(T), convex_to_linear(p, "strongly_convex", T), rounds, shrunk, last, steps)
