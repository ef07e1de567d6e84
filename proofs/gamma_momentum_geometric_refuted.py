"""With the rates beta1 lam^(t-1), sqrt(V_t)/(alpha_t (1 - beta1_t)) falls, against what AMSGrad's proof needs.

Words   Claimed: for AMSGrad with alpha_t = alpha/sqrt(t) and beta1_t = beta1 lam^(t-1), 0 <= beta1 < 1, 0 <= lam < 1
        and 0 <= beta2 < 1, for all gradients and every n >= 1,
        sqrt(V_n)/(alpha_n (1-beta1_n)) <= sqrt(V_{n+1})/(alpha_{n+1} (1-beta1_{n+1})).
        False for g = 1, beta2 = 0, beta1 = 9/10 and lam = 1/1000 at n = 1.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 4 (appendix; wording *unverified*), uses it silently; found by Tran &
        Phong 2019, with these rates. The refutation is derived here from the texts of `amsgrad` and `inverse_sqrt`.
Note    In units of sqrt(V)/alpha it falls from 10 to less than 1.42. For constant V and beta1 = 9/10 it fails at t = 1
        (lam = 1/1000), 1 and 2 (1/2), 1 to 11 (9/10), 12 to 99 (99/100), 136 to 981 (999/1000). The exact condition:
        `gamma_momentum`.
Printed The proof gives every bracket y_t^2 - y_{t+1}^2 the factor sqrt(V_t)/(alpha_t (1-beta1)) in place of beta1_t.
Wrong   It would need sqrt(V_t)/(alpha_t (1-beta1_t)) to rise, which fails for beta1_t = beta1 lam^(t-1).
Instead The regret bound holds for every beta1_t that does not increase, by another argument.
Theorem amsgrad_corollary_1, gamma_momentum
"""

from fractions import Fraction

from adamtheory.logic.notation import Family, power
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_gamma import n
from adamtheory.proofs.lemmas_gamma_momentum import weights

beta1, lam = Family("beta1")(), Family("lam")()
w = weights(lambda t: beta1 * power(lam, t - 1), constants="beta1 lam")
setting = w.play.setting
ASSUMED = ["step_positive", *w.play.assume_beta2(), *decaying(setting, beta1), *decaying(setting, lam, "lam")]


def statement() -> Statement:
    return Statement(setting, w.weight(n) <= w.weight(n + 1), [1 <= n], ASSUMED)


def counterexample() -> Model:
    return Model({n: 1}, {"g": 1, "alpha": 1, "beta1": Fraction(9, 10), "lam": Fraction(1, 1000), "beta2": 0})
