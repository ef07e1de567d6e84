"""The corollary of AMSGrad's theorem for beta1_t = beta1 lam^(t-1) is false without 1/alpha.

Words   Claimed: in the setting of Theorem 4 with beta1_t = beta1 lam^(t-1), 0 < lam < 1,
        R_T <= D^2 sqrt(T)/(1-beta1) sum_i sqrt(V_{T,i}) + beta1 D^2 G/(2 (1-beta1) (1-lam)^2)
             + alpha sqrt(1 + log T)/((1-beta1)^2 (1-gamma) sqrt(1-beta2)) sum_i |g_{1:T,i}|, gamma = beta1/sqrt(beta2).
        False for f_t(x) = x on [-1, 1] from x_1 = 1, alpha = 1/1000, beta1 = 1/10, beta2 = lam = 1/2, at T = 10.
Source  Reddi, Kale & Kumar 2018, Corollary 1, with the first term of Theorem 4 in the conference version (wording
        *unverified*). The counterexample was derived for this project; it runs the texts of `amsgrad` and `box`.
Note    The step of the second term from Theorem 4, sum_t sum_i beta1_t sqrt(V_{t,i})/alpha_t, gives the factor d/alpha,
        which is not printed. But the whole second term may be dropped, see `amsgrad_corollary_1`: with 1/alpha in the
        first term the printed bound is true, whatever stands in the second.
        eps = 0 as in the paper. loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}.
Printed R_T <= D^2 sqrt(T)/(1-beta1) sum_i sqrt(V_{T,i}) + beta1 D^2 G/(2 (1-beta1) (1-lam)^2)
        + a third term (conference version, unverified)
Wrong   1/alpha is missing in the first term and d/alpha in the second: for small alpha R_T exceeds the bound.
Instead R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i sqrt(V_{T,i})
        + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|
Theorem amsgrad_corollary_1
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, power, sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_printed import T, geometric_rates, logarithmic, printed, second_decay, slope_one
from adamtheory.rules.amsgrad import amsgrad

setting = Setting()
beta1, lam = geometric_rates(setting)
beta2 = second_decay(setting)
setting.assume("gamma_below_one", beta1 / sqrt(beta2) < 1)
play = printed(amsgrad, lambda t: beta1 * power(lam, t - 1), setting, {"beta2": beta2})


def statement() -> Statement:
    game, square = play.game, play.D**2
    first = square * sqrt(T) / (1 - beta1) * game.over(sqrt(game.reading.slot("v_max", T)))
    second = beta1 * square * play.G / (2 * (1 - beta1) * (1 - lam) ** 2)
    claim = game.regret(T) <= first + second + logarithmic(play, beta1, beta2)
    return Statement(setting, claim, hyps=[1 <= T], assumes=play.assumes)


def counterexample() -> Model:
    half = Fraction(1, 2)
    return slope_one(play, rounds=10, beta1=Fraction(1, 10), beta2=half, lam=half)
