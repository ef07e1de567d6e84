"""False: the root of Adam's corrected second moment is at most G sqrt(1-beta2), as Theorem 4.1 needs.

Words   Claimed: for 0 <= beta2 < 1 and |g_t| <= G, sqrt(v_hat) <= G sqrt(1-beta2) in every step t >= 1. False for
        g_t = G = 1 and beta2 = 3/4 in step 1: 1 against 1/2 (and in every other step).
Source  Kingma & Ba 2015, end of the proof of Theorem 10.5 (number unverified); v_hat from the text of `adam`.
Printed Theorem 4.1, last term: G sqrt(1-beta2) stands for a bound of sqrt(v_hat_t).
Wrong   v_hat_t is an average of squared gradients: for constant gradients G it is G^2, whatever beta2 is.
Instead v_hat_t <= G^2, so the factor sqrt(1-beta2) of the last term is to be left out.
Theorem v_hat_bounded
"""

from fractions import Fraction

from adamtheory.logic.notation import sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import t
from adamtheory.proofs.lemmas_kingma_moments import corrected_moments

moments = corrected_moments()


def statement() -> Statement:
    claim = sqrt(moments.v_hat(t)) <= moments.G * sqrt(1 - moments.beta2)
    return Statement(moments.setting, claim, [1 <= t], moments.assumed)


def counterexample() -> Model:
    return Model({t: 1}, {"g": 1, "G": 1, "beta1": 0, "beta2": Fraction(3, 4)})
