"""The corollary of AdamNC's theorem for beta2_t = 1 - 1/t is false as printed: it lacks 1/alpha.

Words   Claimed: for AdamNC with v_t the mean of the squared gradients, alpha_t = alpha/sqrt(t) and
        beta1_t = beta1 lam^(t-1), 0 < lam < 1, on a set of diameter D, for convex losses with |g_{t,i}| <= G,
        R_T <= D^2/(2 (1-beta1)) sum_i |g_{1:T,i}| + beta1 D^2 G/(2 (1-beta1) (1-lam)^2)
             + 2 alpha/(1-beta1)^3 sum_i |g_{1:T,i}|.
        False for f_t(x) = x on [-1, 1] from x_1 = 1, with alpha = 1/1000, beta1 = 1/10 and lam = 1/2, at T = 10.
Source  Reddi, Kale & Kumar 2018, Corollary 2 (wording *unverified*; "R_T <=" is missing in print, and the constant zeta
        of Theorem 5 is alpha for these v_t). The counterexample was derived for this project; it runs the texts of
        `adamnc` and `box`.
Note    eps = 0 as in the paper. loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. The step
        is so small that x hardly moves: R_10 > 19.9, the bound is below 8.
Printed D^2/(2 (1-beta1)) sum_i |g_{1:T,i}| + beta1 D^2 G/(2 (1-beta1) (1-lam)^2) + 2 zeta/(1-beta1)^3 sum_i |g_{1:T,i}|
Wrong   1/alpha is missing in the first term and d/alpha in the second: for small alpha R_T exceeds the bound.
Instead (D^2/(2 alpha (1-beta1)) + alpha (1+beta1)/(1-beta1)) sum_i |g_{1:T,i}|
Theorem adamnc_corollary_2, adamnc_regret
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, power
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_printed import T, geometric_rates, printed, slope_one
from adamtheory.rules.amsgrad import adamnc

setting = Setting()
beta1, lam = geometric_rates(setting)
play = printed(adamnc, lambda t: beta1 * power(lam, t - 1), setting, {"t": lambda t: t})


def statement() -> Statement:
    square, norms = play.D**2, play.norms()
    first = square / (2 * (1 - beta1)) * norms
    second = beta1 * square * play.G / (2 * (1 - beta1) * (1 - lam) ** 2)
    claim = play.game.regret(T) <= first + second + 2 * play.alpha / (1 - beta1) ** 3 * norms
    return Statement(setting, claim, hyps=[1 <= T], assumes=play.assumes)


def counterexample() -> Model:
    return slope_one(play, rounds=10, beta1=Fraction(1, 10), lam=Fraction(1, 2))
