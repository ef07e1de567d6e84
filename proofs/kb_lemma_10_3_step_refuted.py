"""False: the induction step in the printed proof of Lemma 10.3 of Kingma & Ba, which needs |g_T| <= g_T^2.

Words   Claimed: if |g_t| <= G for every t >= 1, then for T >= 1
        2 G sqrt(|g_{1:T}|^2 - g_T^2) + sqrt(g_T^2/T) <= 2 G |g_{1:T}|. False for G = 1 and the gradients 1, 1/10 at
        T = 2: 2 + sqrt(2)/20 = 2.07071 against 2 sqrt(1.01) = 2.00998.
Source  Kingma & Ba 2015, the last line of the proof of Lemma 10.3 (wording unverified).
Note    Here the lemma itself is true up to T = 2: 1 + sqrt(2)/20 < 2 sqrt(1.01).
Printed Proof of Lemma 10.3, last step: 2 G sqrt(|g_{1:T}|^2 - g_T^2) + sqrt(g_T^2/T) <= 2 G |g_{1:T}|.
Wrong   The step before it saves only g_T^2/sqrt(T), and |g_T| <= g_T^2 fails for |g_T| < 1.
Instead Cauchy-Schwarz in place of the induction: sum_t |g_t|/sqrt(t) <= sqrt(1 + log T) |g_{1:T}|.
Theorem gradient_sum_bound
"""

from fractions import Fraction

from adamtheory.logic.notation import sqrt
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, bounded_gradients, g, norm

setting, G = bounded_gradients()


def statement() -> Statement:
    before = 2 * G * sqrt(norm(T) ** 2 - g(T) ** 2)
    return Statement(setting, before + sqrt(g(T) ** 2 / T) <= 2 * G * norm(T), [1 <= T], ["bounded"])


def counterexample() -> Model:
    return Model({T: 2}, {"g": {(1,): 1, (2,): Fraction(1, 10)}, "G": 1})
