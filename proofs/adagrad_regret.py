"""AdaGrad's regret on a box is at most (D^2/(2 alpha) + alpha) times the sum over coordinates of |g_{1:T,i}|.

Words   In the box [low, high]^d of width D = high - low in every coordinate, with convex losses and gradients of any
        size, diagonal AdaGrad pays in T rounds at most this much more than any fixed point u of the box; |g_{1:T,i}| is
        the root of the sum of the squared gradients of coordinate i. The updates are those of `adagrad` with eps = 0,
        where a coordinate that has seen no gradient yet does not move (0/0 counts as 0); the projection is `box`.
Source  Duchi, Hazan & Singer 2011, Theorem 5 (numbering unverified), diagonal matrices with delta = 0.
Note    loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; that the projection does not lengthen the distance to u is proved from its text.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, lift, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_descent import BOX, coordinate_bound, gap_bound, i, moved, play, t, witnessed
from adamtheory.proofs.lemmas_regret import (
    abel,
    apart,
    convex_to_linear,
    exchanged,
    lemma_a,
    put,
    sum_of_squares_nonneg,
    zero_of_square,
)
from adamtheory.rules.adagrad import adagrad

T = integer("T")

setting = Setting()
alpha = setting.constant("alpha")
game = play(adagrad, setting, {"lr": alpha, "eps": 0}, slots=["S"])
setting.assume("alpha_positive", 0 < alpha)


def squares(T: Any) -> Any:
    return total(t, 1, T, game.g(t, i) ** 2)


def bound(T: Any) -> Any:
    return ((game.high - game.low) ** 2 / (2 * alpha) + alpha) * game.over(sqrt(squares(T)))


def statement() -> Statement:
    used = [name for name in BOX if name != "dimension"]
    return Statement(setting, game.regret(T) <= bound(T), [1 <= T], [*used, "convex", "alpha_positive"])


def witness() -> Witness:
    return witnessed(game, {"alpha": ([], 1)}, {T: 1})


def S(n: Any) -> Any:
    return game.reading.slot("S", n)


def S_nonneg(p: Prover, n: Any) -> Theorem:
    """0 <= n |- 0 <= S_n(i)."""
    return sum_of_squares_nonneg(p, S, lambda t: game.g(t, i), p.start("S", i), lambda k: p.next("S", i, k), n)


def S_next(p: Prover) -> Theorem:
    """1 <= t |- S_t(i) = S_{t-1}(i) + g_t(i)^2."""
    before = p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)
    return p.restate(eq(S(t), S(t - 1) + game.g(t, i) ** 2), p.using(p.next("S", i, t - 1), before))


def round_bound(p: Prover) -> Theorem:
    """g_t y_t <= sqrt(S_t) (y_t^2 - y_{t+1}^2)/(2 alpha) + alpha/2 g_t^2/sqrt(S_t), in coordinate i, for 1 <= t."""
    g, gap, root = game.g(t, i), game.gap(t), sqrt(S(t))
    goal = g * gap <= root / (2 * alpha) * (gap**2 - game.gap(t + 1) ** 2) + alpha / 2 * g**2 / root
    grown, before = S_next(p), p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)
    old = p.using(S_nonneg(p, t - 1), before)
    # S_t = 0: there is no gradient, and the weight is 0
    vanishing = p.assume(S(t) <= 0)
    no_gradient = zero_of_square(p, p.certify(g**2 <= 0, vanishing, grown, old, degree=1))
    none = p.antisym(vanishing, p.certify(0 <= S(t), grown, old, squares=[g]))
    zero = p.certify(0 <= lift(0))
    no_root = p.certify(eq(root, sqrt(0)), p.rewrite(none, sqrt))
    no_weight = zero_of_square(p, p.restate(sqrt(0) ** 2 <= 0, p.sqrt_square(zero)))
    still = p.certify(goal, no_gradient, no_root, no_weight)
    # 0 < S_t: the step size is alpha/sqrt(S_t)
    above = p.assume(0 < S(t))
    rate = p.certify(0 < alpha / root, p.given("alpha_positive"), p.inv_positive(p.sqrt_positive(above)))
    same = p.rewrite(grown, lambda s: game.x(t) - alpha * g / sqrt(s))
    step = p.restate(goal, coordinate_bound(p, game, t, alpha / root, rate, text=same))
    return p.cases(still, step, S(t), 0)
