"""The regret bound of AMSGrad, Theorem 4, is false without 1/alpha in its first term, as one version prints it.

Words   Claimed: on a set of diameter D, for convex losses with |g_{t,i}| <= G, alpha_t = alpha/sqrt(t),
        0 <= beta1_t <= beta1_1 = beta1 < 1 and gamma = beta1/sqrt(beta2) < 1,
        R_T <= D^2 sqrt(T)/(1-beta1) sum_i sqrt(V_{T,i}) + D^2/(2 (1-beta1)) sum_t sum_i beta1_t sqrt(V_{t,i})/alpha_t
             + alpha sqrt(1 + log T)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i |g_{1:T,i}|.
        False for f_t(x) = x on [-1, 1] from x_1 = 1, with alpha = 1/1000, beta1_t = 0 and beta2 = 1/2, at T = 10.
Source  Reddi, Kale & Kumar 2018, Theorem 4, conference version (wording *unverified*); the later version has 1/alpha.
        The counterexample was derived for this project; it runs the texts of `amsgrad` and `box`.
Note    eps = 0 as in the paper. loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. The step
        is so small that x hardly moves: R_10 > 19.9, the bound is below 12.7.
Printed R_T <= D^2 sqrt(T)/(1-beta1) sum_i sqrt(V_{T,i}) + two more terms (conference version, unverified)
Wrong   The factor 1/alpha is missing in the first term: for small alpha R_T is near 2T, the bound of order sqrt(T).
Instead R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i sqrt(V_{T,i})
        + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, for every non-increasing beta1_t
Theorem amsgrad_regret, amsgrad_regret_scheduled, amsgrad_theorem_4
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, sqrt, total
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_printed import T, logarithmic, printed, second_decay, slope_one
from adamtheory.rules.amsgrad import amsgrad

setting = Setting()
rate, beta2 = setting.family("beta1", "Z"), second_decay(setting)
beta1 = rate(1)
play = printed(amsgrad, rate, setting, {"beta2": beta2})
setting.assume("decay_nonnegative", 0 <= rate(t), [1 <= t])
setting.assume("decay_largest_first", rate(t) <= beta1, [1 <= t])
setting.assume("decay_below_one", beta1 < 1)
setting.assume("gamma_below_one", beta1 / sqrt(beta2) < 1)


def statement() -> Statement:
    game, D = play.game, play.D

    def roots(n):
        return game.over(sqrt(game.reading.slot("v_max", n)))

    first = D**2 * sqrt(T) / (1 - beta1) * roots(T)
    momentum = D**2 / (2 * (1 - beta1)) * total(t, 1, T, rate(t) * roots(t) / (play.alpha / sqrt(t)))
    claim = game.regret(T) <= first + momentum + logarithmic(play, beta1, beta2)
    return Statement(setting, claim, hyps=[1 <= T], assumes=play.assumes)


def counterexample() -> Model:
    return slope_one(play, rounds=10, beta1=0, beta2=Fraction(1, 2))
