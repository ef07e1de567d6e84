"""Regret on any closed convex set, with constant beta1 and any denominators w_t for which w_t/alpha_t does not fall.

Words   In a closed convex set with |x_i - u_i| <= D for its points, for convex losses, x_{t+1} the point nearest to
        x_t - alpha_t m_t/w_t in the norm |y|^2 = sum_i w_{t,i} y_i^2, constant beta1 in [0, 1), alpha_t > 0, w_t >= 0,
        w_t/alpha_t nondecreasing, w_t > 0 where g_t is not 0: R_T <= D^2/(2 alpha_T (1-beta1)) sum_i w_{T,i}
             + (1+beta1)/(2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2/w_{t,i}.
Source  Derived for this project; `master_theorem` on a box. The mechanism (constant beta1, no decaying schedule) is
        that of Alacaoglu, Malitsky, Mertikopoulos & Cevher 2020. The update is that of `momentum_average` with the step
        size alpha_t/w_t for every coordinate.
Note    `nearest` says what projecting means: of the points of the triangle x_{t+1}, x_t, u, which all lie in the set,
        x_{t+1} is nearest to the unprojected point; nearest in the plain norm would not do
        (`projection_euclidean_refuted`). D is the diameter of the set in the maximum norm.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality. Where w_t is 0 the step is 0 (there m_t = 0).
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_box_game import i, master_from, t
from adamtheory.proofs.lemmas_convex_set import (
    SET,
    Coupled,
    assume_set,
    at_the_wall,
    average_falls,
    close,
    convex_play,
    n,
    regret_bound,
)
from adamtheory.proofs.lemmas_momentum import Player
from adamtheory.rules.descent import momentum_average

T = integer("T")

setting = Setting()
d = setting.constant("d", "Z")
D = setting.constant("D")
alpha, w = setting.family("alpha", "Z"), setting.family("w", "ZZ")
game = convex_play(momentum_average, setting, d, {"lr": lambda t: alpha(t) / w(t, i)})
beta1 = game.reading.scalars["beta1"]
assume_set(setting, game, lambda t: w(t, i), D)
here = (1 <= t, 1 <= i, i <= d)
setting.assume("decay_nonnegative", 0 <= beta1)
setting.assume("decay_below_one", beta1 < 1)
setting.assume("steps_positive", 0 < alpha(t), [1 <= t])
setting.assume("denominators_nonnegative", 0 <= w(t, i), here)
setting.assume("denominators_positive", 0 < w(t, i), [*here, 0 < game.g(t, i) ** 2])
setting.assume("monotone", w(t, i) / alpha(t) <= w(t + 1, i) / alpha(t + 1), here)
DECAY = ("decay_nonnegative", "decay_below_one")
METHOD = (*DECAY, "steps_positive", "denominators_nonnegative", "denominators_positive", "monotone")


def statement() -> Statement:
    bound = D**2 / (2 * alpha(T) * (1 - beta1)) * game.over(w(T, i))
    costs = total(t, 1, T, alpha(t) * game.over(game.m(t) ** 2 / w(t, i)))
    bound += (1 + beta1) / (2 * (1 - beta1)) * costs
    return Statement(setting, game.regret(T) <= bound, hyps=[1 <= T], assumes=[*SET, *METHOD])


def witness() -> Witness:
    one = {"w": ([t, i], 1), "alpha": ([t], 1), "beta1": ([], Fraction(1, 2))}
    return at_the_wall(game, lambda t: w(t, i), one, {T: 1}, above)


def above(p: Prover, read: Callable[[Any], Any]) -> tuple[Theorem, Theorem]:
    """In the witness: 0 <= w(n+1), and 1 <= what is proposed."""
    falls = average_falls(p, game, read)
    return p.certify(0 <= read(w(n + 1, i))), p.certify(1 <= read(game.reading.value("x", n)), falls)


def player(p: Prover) -> Coupled:
    """Coordinate i."""

    def moved(n: Any) -> Theorem:
        step = alpha(n + 1) * game.m(n + 1) / w(n + 1, i)
        return p.certify(eq(game.reading.value("x", n), game.x(n) - step), p.next("m", i, n))

    c = Player(
        g=lambda t: game.g(t, i), m=game.m, w=lambda t: w(t, i), alpha=alpha, a=beta1,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n), decay=(p.given(DECAY[0]), p.given(DECAY[1])),
        step_positive=lambda t: p.given("steps_positive", t),
        nonneg=lambda t: p.given("denominators_nonnegative", i, t),
        positive=lambda t: p.given("denominators_positive", i, t),
        rising=lambda t: p.given("monotone", i, t),
        x=game.x, u=game.u(i), width=D, nearer=lambda n, z: None, close=lambda n: close(p, n),
    )  # fmt: skip
    return Coupled(game, c, moved)


def prove() -> Theorem:
    p = Prover(setting)
    k = player(p)
    return p.restate(statement().claim, master_from(p, game, k.c, regret_bound(p, k, T), T))
