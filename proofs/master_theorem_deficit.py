"""Regret of a moving average with constant beta1 and any positive denominators: what Adam can promise.

Words   On a box in d coordinates with widths D_i, for convex losses, x_{t+1} = Pi(x_t - alpha_t m_t/w_t), constant
        beta1 in [0, 1), alpha_t > 0 and w_t > 0: R_T <= 1/(2 alpha_T (1-beta1)) sum_i D_i^2 w_{T,i}
             + 1/2 sum_i D_i^2 sum_{t=2}^T max(w_{t-1,i}/alpha_{t-1} - w_{t,i}/alpha_t, 0)
             + (1+beta1)/(2 (1-beta1)) sum_t alpha_t sum_i m_{t,i}^2/w_{t,i}.
Source  Derived for this project: `master_theorem` without its condition that w_t/alpha_t does not fall, which Adam's
        denominators sqrt(v_t) + eps do not satisfy (`gamma_adam_refuted`). The update is that of `momentum_average`.
Note    The second term is what the condition saves; on the sequences where Adam fails it grows faster than T. It is
        written with t - 1 for t. The last sum is not bounded by the gradients here.
        loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; the projection is computed from its text.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift, positive_part, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_box_game import GAME, i, inverse_product, t, witnessed
from adamtheory.proofs.lemmas_deficit import deficit_regret
from adamtheory.proofs.lemmas_master import here, monotone_game, player
from adamtheory.proofs.lemmas_momentum import after
from adamtheory.proofs.lemmas_regret import convex_to_linear

T = integer("T")

setting = Setting()
method = monotone_game(setting)
game, alpha, w = method.game, method.alpha, method.w
beta1 = game.reading.scalars["beta1"]
setting.assume("decay_nonnegative", 0 <= beta1)
setting.assume("decay_below_one", beta1 < 1)
setting.assume("steps_positive", 0 < alpha(t), [1 <= t])
setting.assume("denominators_positive", 0 < w(t, i), here(method))
METHOD = ("decay_nonnegative", "decay_below_one", "steps_positive", "denominators_positive")


def statement() -> Statement:
    fall = positive_part(w(t, i) / alpha(t) - w(t + 1, i) / alpha(t + 1))
    bound = method.widths(T) / (2 * alpha(T) * (1 - beta1))
    bound += game.over(method.width**2 * total(t, 1, T - 1, fall)) / 2
    bound += (1 + beta1) / (2 * (1 - beta1)) * method.averages(T)
    return Statement(setting, game.regret(T) <= bound, hyps=[1 <= T], assumes=[*GAME, *METHOD])


def witness() -> Witness:
    one = {"w": ([t, i], 1), "alpha": ([t], 1), "beta1": ([], Fraction(1, 2))}
    return witnessed(game, one, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    decay = tuple(p.given(name) for name in METHOD[:2])
    c = player(p, method, beta1, decay, lambda t: p.given("denominators_positive", i, t))
    summed = p.sum_of(deficit_regret(p, c, T), i, 1, game.d)
    start = after(p, T)[1]
    swapped = p.using(exchanged(p, t, T, i, game.d, c.g(t) * c.gap(t - 1)), start)
    costs = p.using(exchanged(p, t, T, i, game.d, c.squared(t)), start)
    linear = convex_to_linear(p, "convex", T)
    keeps, two = p.certify(0 < 1 - beta1, decay[1]), p.certify(0 < lift(2))
    scaled = p.certify((1 - beta1) * linear.claim.left <= (1 - beta1) * linear.claim.right, linear, keeps)
    rate = p.certify(0 < 2 * alpha(T), p.given("steps_positive", T))
    splits = inverse_product(p, rate, keeps), inverse_product(p, two, keeps), p.inverse(keeps)
    facts = (scaled, swapped, summed, costs, *splits)
    return p.certify(statement().claim, *facts, weights=[[keeps]], degree=1)
