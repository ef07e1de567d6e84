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
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_box_game import GAME, i, master, t, witnessed
from adamtheory.proofs.lemmas_master import (
    assume_monotone,
    assume_positive,
    assume_steps,
    monotone_game,
    player,
)

T = integer("T")

setting = Setting()
method = monotone_game(setting)
game = method.game
beta1 = game.reading.scalars["beta1"]
setting.assume("decay_nonnegative", 0 <= beta1)
setting.assume("decay_below_one", beta1 < 1)
DECAY = ("decay_nonnegative", "decay_below_one")
METHOD = (*DECAY, *assume_steps(setting, method), *assume_positive(setting, method), *assume_monotone(setting, method))


def statement() -> Statement:
    bound = method.widths(T) / (2 * method.alpha(T) * (1 - beta1))
    bound += (1 + beta1) / (2 * (1 - beta1)) * method.averages(T)
    return Statement(setting, game.regret(T) <= bound, hyps=[1 <= T], assumes=[*GAME, *METHOD])


def witness() -> Witness:
    one = {"w": ([t, i], 1), "alpha": ([t], 1), "beta1": ([], Fraction(1, 2))}
    return witnessed(game, one, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    c = player(p, method, beta1, tuple(p.given(name) for name in DECAY))
    return p.restate(statement().claim, master(p, game, c, T))
