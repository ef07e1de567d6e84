"""False: Lemma 10.3 of Kingma & Ba, also with G = 1: the gradients 1/sqrt(t) break it from T = 31 on.

Words   Claimed: if |g_t| <= G for every t >= 1 and 1 <= 2 G, which the base case needs, the sum of sqrt(g_t^2/t) over
        t = 1, ..., T is at most 2 G |g_{1:T}|. False for G = 1, g_t = 1/sqrt(t), T = 31: 4.0272 against 4.0136.
Source  Kingma & Ba 2015, Lemma 10.3 (wording unverified). The counterexample was derived for this project.
Note    The sides are H_T and 2 sqrt(H_T), H_T the harmonic number, which exceeds 4 from T = 31 on.
        `kb_lemma_10_3_every_bound_refuted` has the same for every G.
Printed Lemma 10.3: if |g_t| <= G, then sum_t sqrt(g_t^2/t) <= 2 G |g_{1:T}|.
Wrong   g_t = 1/sqrt(t) makes the left side H_T, the right side 2 sqrt(H_T): less from T = 31 on.
Instead sum_t |g_t|/sqrt(t) <= sqrt(1 + log T) |g_{1:T}|; a factor that grows with T is needed.
Theorem gradient_sum_bound, gradient_sum_attained
"""

from adamtheory.logic.notation import sqrt
from adamtheory.logic.refute import Formula, Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, bounded_gradients, norm, spread, t

setting, G = bounded_gradients()


def statement() -> Statement:
    return Statement(setting, spread(T) <= 2 * G * norm(T), [1 <= T, 1 <= 2 * G], ["bounded"])


def counterexample() -> Model:
    return Model({T: 31}, {"g": Formula((t,), 1 / sqrt(t)), "G": 1})
