"""Gamma is not always nonnegative for Adam without bias correction, as the telescoping of its regret proof needs.

Words   Claimed: with alpha_t = alpha/sqrt(t) and 0 <= beta2 < 1, sqrt(v_{n+1})/alpha_{n+1} - sqrt(v_n)/alpha_n >= 0 for
        every n >= 1. False for beta2 = 1/10 and the gradients 3, -1 of the periodic sequence with C = 3, at n = 1.
Source  Kingma & Ba 2015, in the proof of Theorem 10.5 (number *unverified*), where the claim is used silently; Reddi,
        Kale & Kumar 2018, section 3, name it. From the texts of `adam_uncorrected` and `inverse_sqrt`.
Note    Where it holds and fails: `gamma_schedule`, `gamma_schedule_converse`.
Printed The proof of Theorem 4.1 telescopes over sqrt(v_t)/alpha_t, alpha_t = alpha/sqrt(t), as if it never fell.
Wrong   Without bias correction it falls from step 1 to step 2 for the gradients 3, -1 and beta2 = 1/10.
Instead It never falls if v_t is replaced by its running maximum (AMSGrad), or with beta2_t = 1 - 1/t (AdamNC).
Theorem gamma_amsgrad, gamma_adamnc, gamma_schedule
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_gamma import method, n
from adamtheory.rules.adam import adam_uncorrected

play = method(adam_uncorrected, ("v",), eps=0)
setting, DECAY = play.setting, play.assume_beta2()


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive", *DECAY])


def counterexample() -> Model:
    gradients = {(1,): 3, (2,): -1}
    return Model({n: 1}, {"g": gradients, "alpha": 1, "beta1": 0, "beta2": Fraction(1, 10)})
