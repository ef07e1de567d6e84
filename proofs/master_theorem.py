"""Regret of a moving average of gradients with constant beta1 and any denominators w_t, w_t/alpha_t nondecreasing.

Words   On a box in d coordinates with widths D_i, for convex losses, x_{t+1} = Pi(x_t - alpha_t m_t/w_t), constant
        beta1 in [0, 1), alpha_t > 0 and w_t >= 0, w_t/alpha_t nondecreasing, w_t > 0 where g_t is not 0:
        R_T <= 1/(2 alpha_T (1-beta1)) sum_i D_i^2 w_{T,i}
             + (1+beta1)/(2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2/w_{t,i}.
Source  Derived for this project; the mechanism (constant beta1, no decaying schedule) is that of Alacaoglu, Malitsky,
        Mertikopoulos & Cevher 2020. The update is that of `momentum_average` with the step size alpha_t/w_t for every
        coordinate, the projection that of `box`.
Note    w_t stands for sqrt(v_t), whatever rule makes it; where it is 0 the step is 0 (there m_t = 0). On a box the
        projection clips every coordinate, so its weights do not matter.
        The last sum is bounded by the gradients in `momentum_lemma`.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integers, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_box_game import GAME, distance, master, play, projected, witnessed
from adamtheory.proofs.lemmas_momentum import Player
from adamtheory.rules.descent import momentum_average

T, t, i = integers("T t i")

setting = Setting()
d = setting.constant("d", "Z")
alpha, w = setting.family("alpha", "Z"), setting.family("w", "ZZ")
game = play(momentum_average, setting, d, {"lr": lambda t: alpha(t) / w(t, i)})
beta1 = game.reading.scalars["beta1"]
here = (1 <= t, 1 <= i, i <= d)
setting.assume("decay_nonnegative", 0 <= beta1)
setting.assume("decay_below_one", beta1 < 1)
setting.assume("steps_positive", 0 < alpha(t), [1 <= t])
setting.assume("denominators_nonnegative", 0 <= w(t, i), here)
setting.assume("denominators_positive", 0 < w(t, i), [*here, 0 < game.g(t, i) ** 2])
setting.assume("monotone", w(t, i) / alpha(t) <= w(t + 1, i) / alpha(t + 1), here)
METHOD = (
    "decay_nonnegative",
    "decay_below_one",
    "steps_positive",
    "denominators_nonnegative",
    "denominators_positive",
    "monotone",
)


def statement() -> Statement:
    widths = game.over((game.high(i) - game.low(i)) ** 2 * w(T, i))
    averages = total(t, 1, T, alpha(t) * game.over(game.m(t) ** 2 / w(t, i)))
    bound = widths / (2 * alpha(T) * (1 - beta1)) + (1 + beta1) / (2 * (1 - beta1)) * averages
    return Statement(setting, game.regret(T) <= bound, hyps=[1 <= T], assumes=[*GAME, *METHOD])


def witness() -> Witness:
    one = {"w": ([t, i], 1), "alpha": ([t], 1), "beta1": ([], Fraction(1, 2))}
    return witnessed(game, one, {T: 1})


def player(p: Prover) -> Player:
    def step(t):
        return alpha(t) * game.m(t) / w(t, i)

    def nearer(n, z):
        moved = p.certify(eq(game.reading.value("x", n), game.x(n) - step(n + 1)), p.next("m", i, n))
        return projected(p, game, n, z, step(n + 1), moved)

    width = game.high(i) - game.low(i)
    return Player(
        g=lambda t: game.g(t, i), m=game.m, w=lambda t: w(t, i), alpha=alpha, a=beta1,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n),
        decay=(p.given("decay_nonnegative"), p.given("decay_below_one")),
        step_positive=lambda t: p.given("steps_positive", t),
        nonneg=lambda t: p.given("denominators_nonnegative", i, t),
        positive=lambda t: p.given("denominators_positive", i, t),
        rising=lambda t: p.given("monotone", i, t),
        x=game.x, u=game.u(i), width=width, nearer=nearer, close=lambda n: distance(p, game, n, width),
    )  # fmt: skip


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, master(p, game, player(p), T))
