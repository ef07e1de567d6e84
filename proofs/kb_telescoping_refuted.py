"""False: the proof of Theorem 4.1 of Kingma & Ba puts 1/(1-beta1) for (1-beta1^t)/(1-beta1_t) in a sum.

Words   For Adam with alpha_t = alpha/sqrt(t), beta1_t = beta1 decay^(t-1) and bias correction, with y_t = x_t - u: the
        sum over t = 1, ..., T of (1-beta1^t) sqrt(v_hat_t)/(2 alpha_t (1-beta1_t)) (y_t^2 - y_{t+1}^2) is claimed to
        be at most the same sum with 1/(1-beta1) in place of (1-beta1^t)/(1-beta1_t). False for the gradients 1, 1,
        alpha = 1, beta1 = decay = 1/2, x_1 = 0 and u = -1/2 at T = 2.
Source  Kingma & Ba 2015, proof of Theorem 10.5 (number and wording unverified); Reddi, Kale & Kumar 2018 have the same
        step for AMSGrad (`amsgrad_telescoping`), where Tran & Phong 2019 found it. This witness was derived for this
        project, from the text of `adam_uncorrected`, whose step size holds the corrections.
Note    Here y_1^2 = y_2^2, so the first round does not count; in the second the bracket is negative, and the
        factor 2 in place of 1 makes the sum twice as negative.
Printed Proof of Theorem 4.1: each (y_t^2 - y_{t+1}^2) sqrt(v_hat_t)/alpha_t is given the larger factor 1/(1-beta1).
Wrong   The brackets y_t^2 - y_{t+1}^2 have no definite sign; a negative one makes the sum smaller, not larger.
Instead With a constant beta1 and no bias correction the factor is the same in every round: nothing is replaced.
Theorem amsgrad_regret, master_theorem
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, power, sqrt, total
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_kingma_theorem import T, scheduled_adam, t

setting = Setting()
g = setting.family("g", "Z")
alpha, beta1, beta2, decay, u, first = setting.constants("alpha beta1 beta2 decay u first")
reading = scheduled_adam(setting, lambda t, x: g(t), alpha, beta1, beta2, decay, first)
setting.assume("step_positive", 0 < alpha)
RATES = [*decaying(setting, beta1), *decaying(setting, beta2, "beta2"), *decaying(setting, decay, "decay")]


def statement() -> Statement:
    v_hat = reading.slot("v", t) / (1 - power(beta2, t))
    brackets = (reading.slot("x", t - 1) - u) ** 2 - (reading.slot("x", t) - u) ** 2
    term = sqrt(v_hat) / (2 * (alpha / sqrt(t))) * brackets
    exact = (1 - power(beta1, t)) / (1 - beta1 * power(decay, t - 1))
    claim = total(t, 1, T, exact * term) <= total(t, 1, T, 1 / (1 - beta1) * term)
    return Statement(setting, claim, [1 <= T], ["step_positive", *RATES])


def counterexample() -> Model:
    half = Fraction(1, 2)
    rates = {"beta1": half, "beta2": half, "decay": half}
    return Model({T: 2}, {"g": 1, "alpha": 1, **rates, "first": 0, "u": -half})
