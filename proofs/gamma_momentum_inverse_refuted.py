"""With the rates beta1/t for beta1, sqrt(V_t)/(alpha_t (1 - beta1_t)) falls, against what AMSGrad's proof needs.

Words   Claimed: for AMSGrad with alpha_t = alpha/sqrt(t) and beta1_t = beta1/t, 0 <= beta1 < 1 and 0 <= beta2 < 1, for
        all gradients and every n >= 1, sqrt(V_n)/(alpha_n (1-beta1_n)) <= sqrt(V_{n+1})/(alpha_{n+1} (1-beta1_{n+1})).
        False for g = 1, beta2 = 0 and beta1 = 1/2 at n = 1.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 4 (appendix; wording *unverified*), uses it silently; found by Tran &
        Phong 2019. The refutation is derived for this project, from the texts of `amsgrad` and `inverse_sqrt`.
Note    In units of sqrt(V)/alpha it falls from 2 to 4 sqrt(2)/3. For constant V it fails at t = 1 alone where
        beta1 = 1/2, at t = 1 and 2 where it is 9/10 or 99/100. The exact condition: `gamma_momentum`.
Printed The proof gives every bracket y_t^2 - y_{t+1}^2 the factor sqrt(V_t)/(alpha_t (1-beta1)) in place of beta1_t.
Wrong   It would need sqrt(V_t)/(alpha_t (1-beta1_t)) to rise, which fails for beta1_t = beta1/t.
Instead The regret bound holds for every beta1_t that does not increase, by another argument.
Theorem amsgrad_regret_scheduled, gamma_momentum
"""

from fractions import Fraction

from adamtheory.logic.notation import Family
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_gamma import n
from adamtheory.proofs.lemmas_gamma_momentum import weights

beta1 = Family("beta1")()
w = weights(lambda t: beta1 / t, constants="beta1")
setting = w.play.setting
ASSUMED = ["step_positive", *w.play.assume_beta2(), *decaying(setting, beta1)]


def statement() -> Statement:
    return Statement(setting, w.weight(n) <= w.weight(n + 1), [1 <= n], ASSUMED)


def counterexample() -> Model:
    return Model({n: 1}, {"g": 1, "alpha": 1, "beta1": Fraction(1, 2), "beta2": 0})
