"""Dividing by 1 - beta1^t does not make Adam's first moment unbiased when beta1 decays from step to step.

Words   Claimed: with the rates beta1 lambda^(t-1) and E g_t = mu for every t >= 1, E m_n/(1 - beta1^n) = mu. False at
        n = 2 already: for beta1 = lambda = 1/2 and g = 1 it is 7/6.
Source  Kingma & Ba 2015: Algorithm 1 divides by 1 - beta1^t, Theorem 4.1 lets beta1 decay. The refutation is derived
        for this project; m is from the text of `adam`.
Note    What is true instead is `bias_correction_time_varying`.
Printed Algorithm 1 divides m_t by 1 - beta1^t; Theorem 4.1 runs it with the rates beta1 lambda^(t-1).
Wrong   For rates that decay the weights of m_t do not sum to 1 - beta1^t: E m_hat is 7/6 mu for beta1 = lambda = 1/2.
Instead Divide by 1 minus the product of the rates, 1 - beta1^t lambda^(t(t-1)/2).
Theorem ema_time_varying, bias_correction_time_varying
"""

from fractions import Fraction

from adamtheory.logic.notation import Family, eq, mean, power
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import decaying, n, noisy, t, w

beta1, decay, mu = (Family(name)() for name in ("beta1", "decay", "mu"))
noise = noisy("m", constants="beta1 decay mu", beta1=lambda t: beta1 * power(decay, t - 1))
setting, g, m = noise.setting, noise.g, noise.slot("m")
setting.assume("stationary", eq(mean(w, g(t, w)), mu), [1 <= t])
RATES = [*decaying(setting, beta1), *decaying(setting, decay, "decay")]


def statement() -> Statement:
    return Statement(setting, eq(mean(w, m(n)) / (1 - power(beta1, n)), mu), [1 <= n], ["stationary", *RATES])


def counterexample() -> Model:
    half = Fraction(1, 2)
    return Model({n: 2}, {"g": 1, "mu": 1, "beta1": half, "decay": half})
