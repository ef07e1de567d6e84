"""False: the chain in the proof of Lemma 10.4 of Kingma & Ba, from weighted sums to those of Lemma 10.3.

Words   Claimed: for 0 <= gamma < 1 and any gradients the sum over t = 1, ..., T of
        sqrt(t) (gamma^(t-1) |g_1| + ... + |g_t|) is at most that of |g_t|/sqrt(t), divided by (1-gamma)^2. False for
        gamma = 0 and the gradients 0, 1 at T = 2: sqrt(2) against 1/sqrt(2).
Source  Kingma & Ba 2015, proof of Lemma 10.4 (wording unverified), first against last line.
Note    Here gamma^0 = 1 also for gamma = 0.
Printed Proof of Lemma 10.4: m_hat^2/sqrt(t v_hat) is bounded by sqrt(t) sum_k gamma^(t-k) |g_k|/sqrt(1-beta2), and then
        the sum over t by that of |g_t|/sqrt(t), with the factor 1/(1-gamma)^2.
Wrong   The first bound carries sqrt(t) where 1/sqrt(t) is true, and the loss cannot be made good afterwards.
Instead sum_t 1/sqrt(t) sum_{k<=t} gamma^(t-k) |g_k| <= 1/(1-gamma) sum_t |g_t|/sqrt(t).
Theorem geometric_swap, kb_lemma_10_4_repaired
"""

from adamtheory.logic.notation import absolute, integer, power, real, sqrt, total
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, any_gradients, g, t

gamma, k = real("gamma"), integer("k")

setting = any_gradients()


def statement() -> Statement:
    weighted = total(t, 1, T, sqrt(t) * total(k, 1, t, power(gamma, t - k) * absolute(g(k))))
    plain = total(t, 1, T, absolute(g(t)) / sqrt(t))
    return Statement(setting, weighted <= 1 / (1 - gamma) ** 2 * plain, [0 <= gamma, gamma < 1, 1 <= T])


def counterexample() -> Model:
    return Model({gamma: 0, T: 2}, {"g": {(2,): 1}})
