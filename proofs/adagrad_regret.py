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
from adamtheory.logic.sums import abel, exchanged
from adamtheory.proofs.lemmas_descent import BOX, coordinate_bound, gap_bound, i, play, t, witnessed
from adamtheory.proofs.lemmas_regret import convex_to_linear, lemma_a, sum_of_squares_nonneg, zero_of_square
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
    step = p.restate(goal, coordinate_bound(p, game, t, alpha / root, rate, same))
    return p.cases(still, step, S(t), 0)


def weights_rise(p: Prover) -> Theorem:
    """1 <= t |- sqrt(S_t)/(2 alpha) <= sqrt(S_{t+1})/(2 alpha)."""
    begun = p.certify(0 <= t, p.assume(1 <= t), degree=1)
    grown = p.using(p.next("S", i, t), begun)
    longer = p.sqrt_monotone(
        p.certify(S(t) <= S(t + 1), grown, squares=[game.g(t + 1, i)]), p.using(S_nonneg(p, t), begun)
    )
    upwards = p.inv_positive(p.given("alpha_positive"))
    return p.certify(sqrt(S(t)) / (2 * alpha) <= sqrt(S(t + 1)) / (2 * alpha), longer, upwards)


def coordinate_regret(p: Prover) -> Theorem:
    """sum_t g_t y_t <= (D^2/(2 alpha) + alpha) sqrt(S_T) in coordinate i: Abel summation and AdaGrad's lemma."""
    above, begun = p.given("alpha_positive"), p.certify(0 <= T, p.assume(1 <= T), degree=1)
    upwards, width = p.inv_positive(above), (game.high - game.low) ** 2
    rises, high = weights_rise(p), gap_bound(p, game, t)
    nonneg = p.certify(0 <= sqrt(S(t)) / (2 * alpha), p.sqrt_nonneg(S(t)), upwards)
    low = p.certify(0 <= game.gap(t) ** 2, squares=[game.gap(t)])
    spent = abel(
        p,
        lambda t: sqrt(S(t)) / (2 * alpha),
        lambda t: game.gap(t) ** 2,
        width,
        T,
        nonneg=lambda k: p.inst(nonneg, {t: k}),
        rising=lambda k: p.inst(rises, {t: k}),
        low=lambda k: p.inst(low, {t: k}),
        high=lambda k: p.inst(high, {t: k}),
    )
    steps = lemma_a(p, S, lambda t: game.g(t, i), T, p.start("S", i), lambda k: p.next("S", i, k))
    steps = p.certify(alpha / 2 * steps.claim.left <= alpha * sqrt(S(T)), p.using(steps, begun), above)
    paid = total(t, 1, T, game.g(t, i) * game.gap(t)) <= (width / (2 * alpha) + alpha) * sqrt(S(T))
    return p.chain(paid, p.sum_of(round_bound(p), t, 1, T), spent, steps)


def S_is_the_sum(p: Prover) -> Theorem:
    """0 <= T |- sqrt(S_T(i)) = |g_{1:T,i}|."""
    begun, grown = p.assume(0 <= T), p.next("S", i, T)
    last = p.sum_step(t, 1, T, game.g(t, i) ** 2, begun)
    base = p.certify(eq(S(0), squares(0)), p.start("S", i), p.sum_none(t, 1, game.g(t, i) ** 2), degree=1)
    step = p.certify(eq(S(T + 1), squares(T + 1)), p.assume(eq(S(T), squares(T))), grown, last, degree=1)
    return p.rewrite(p.induction(T, 0, eq(S(T), squares(T)), base, step), sqrt)


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(0 <= T, p.assume(1 <= T), degree=1)
    rounds = p.sum_of(coordinate_regret(p), i, 1, game.d)
    exchange = p.using(exchanged(p, t, T, i, game.d, game.g(t, i) * game.gap(t)), begun)
    norms = p.sum_of(p.using(S_is_the_sum(p), begun), i, 1, game.d)
    return p.certify(game.regret(T) <= bound(T), convex_to_linear(p, "convex", T), rounds, exchange, norms)
