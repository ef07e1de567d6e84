"""False: Lemma 10.3 of Kingma & Ba, whose left side is linear and right side quadratic in the gradients.

Words   Claimed: if |g_t| <= G for every t >= 1, the sum of sqrt(g_t^2/t) over t = 1, ..., T is at most 2 G |g_{1:T}|.
        False at T = 1, the base case of the printed induction, for g_1 = G = 1/4: 1/4 against 1/8.
Source  Kingma & Ba 2015, Lemma 10.3 (wording unverified).
Note    For G >= 1/2 the base case holds; what fails then is in `kb_lemma_10_3_refuted`.
Printed Lemma 10.3: if |g_t| <= G, then sum_t sqrt(g_t^2/t) <= 2 G |g_{1:T}|.
Wrong   The left side has degree 1 in g, the right side degree 2: the base case T = 1 fails for G < 1/2.
Instead sum_t |g_t|/sqrt(t) <= sqrt(1 + log T) |g_{1:T}|.
Theorem gradient_sum_bound
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, bounded_gradients, norm, spread

setting, G = bounded_gradients()


def statement() -> Statement:
    return Statement(setting, spread(T) <= 2 * G * norm(T), [1 <= T], ["bounded"])


def counterexample() -> Model:
    quarter = Fraction(1, 4)
    return Model({T: 1}, {"g": {(1,): quarter}, "G": quarter})
