"""Gamma is not always nonnegative for Adam with bias correction, not even for the default beta2 = 999/1000.

Words   Claimed: with alpha_t = alpha/sqrt(t) and 0 <= beta2 < 1, sqrt(v_hat) at n + 1 over alpha_{n+1} is at least
        sqrt(v_hat) at n over alpha_n, for every n >= 1. False at n = 1 for the gradients 1, 0 and beta2 = 999/1000.
Source  Kingma & Ba 2015, in the proof of Theorem 10.5 (number *unverified*), where the claim is used silently; Reddi,
        Kale & Kumar 2018, section 3, name it. From the texts of `adam` and `inverse_sqrt`.
Note    `gamma_adam_corrected_negative` says that it fails at every n >= 1 whose next gradient is 0.
Printed The proof of Theorem 4.1 telescopes over sqrt(v_hat_t)/alpha_t, alpha_t = alpha/sqrt(t), as if it never fell.
Wrong   With bias correction it falls whenever a gradient vanishes after one that did not, also for beta2 = 999/1000.
Instead It never falls if v_hat_t is replaced by its running maximum.
Theorem gamma_amsgrad_corrected, gamma_amsgrad
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_gamma import method, n
from adamtheory.rules.adam import adam

play = method(adam, ("v", "p2"), eps=0)
setting, DECAY = play.setting, play.assume_beta2()


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive", *DECAY])


def counterexample() -> Model:
    return Model({n: 1}, {"g": {(1,): 1}, "alpha": 1, "beta1": 0, "beta2": Fraction(999, 1000)})
