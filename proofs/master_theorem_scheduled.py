"""Regret of a moving average with falling decay rates and any denominators w_t, w_t/alpha_t nondecreasing.

Words   On a box in d coordinates with widths D_i, for convex losses, x_{t+1} = Pi(x_t - alpha_t m_t/w_t), rates
        0 <= beta1_{t+1} <= beta1_t, beta1 = beta1_1 < 1, alpha_t > 0 and w_t >= 0, w_t/alpha_t nondecreasing, w_t > 0
        where g_t is not 0: R_T <= 1/(2 alpha_T (1-beta1)) sum_i D_i^2 w_{T,i}
             + (1+beta1)/(2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2/w_{t,i}.
Source  Derived for this project; for a constant rate it is `master_theorem`. The update is that of `momentum_average`
        with the step size alpha_t/w_t for every coordinate, the projection that of `box`.
Note    w_t stands for sqrt(v_t), whatever rule makes it; where it is 0 the step is 0 (there m_t = 0). The last sum is
        bounded by the gradients in `momentum_lemma_scheduled`. How no cross term is left over is told in
        `amsgrad_repair_non_increasing`.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_box_game import GAME, i, inverse_product, t, witnessed
from adamtheory.proofs.lemmas_master import (
    assume_monotone,
    assume_positive,
    assume_steps,
    monotone_game,
    player,
)
from adamtheory.proofs.lemmas_momentum import after
from adamtheory.proofs.lemmas_scheduled import falling_final, regret_bound
from adamtheory.proofs.lemmas_schedules import decay, falling_rates, scheduled, shares_fall

T = integer("T")

setting = Setting()
schedule = falling_rates(setting)
method = monotone_game(setting, schedule.rate)
game, beta1 = method.game, schedule.a
METHOD = (*assume_steps(setting, method), *assume_positive(setting, method), *assume_monotone(setting, method))


def statement() -> Statement:
    bound = method.widths(T) / (2 * method.alpha(T) * (1 - beta1))
    bound += (1 + beta1) / (2 * (1 - beta1)) * method.averages(T)
    return Statement(setting, game.regret(T) <= bound, hyps=[1 <= T], assumes=[*GAME, *METHOD, *schedule.assumes])


def witness() -> Witness:
    one = {"w": ([t, i], 1), "alpha": ([t], 1), "beta1": ([t], Fraction(1, 2))}
    return witnessed(game, one, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    c = scheduled(p, schedule, player(p, method, beta1, decay(p, schedule)))
    found = regret_bound(p, game, c, falling_final(p, c, shares_fall(p, c, schedule)), T)
    same = p.using(exchanged(p, t, T, i, game.d, c.squared(t)), after(p, T)[1])
    two = p.certify(0 < 2 * method.alpha(T), p.given("steps_positive", T))
    split = inverse_product(p, two, p.certify(0 < 1 - c.a, c.decay[1]))
    return p.certify(statement().claim, found, same, split, degree=1)
