"""False: Lemma 10.4 of Kingma & Ba, in the case without averages (beta1 = beta2 = 0), at T = 31.

Words   Claimed: for 0 <= beta1, beta2 < 1 with gamma = beta1^2/sqrt(beta2) < 1 and |g_t| <= G, the sum of
        m_hat^2/sqrt(t v_hat) over t = 1, ..., T is at most 2/((1-gamma) sqrt(1-beta2)) |g_{1:T}|. False for
        beta1 = beta2 = 0 (gamma = 0) and g_t = 1/sqrt(t) at T = 31: 4.0272 against 4.0136.
Source  Kingma & Ba 2015, Lemma 10.4 (wording unverified); m_hat and v_hat from the text of `adam`. That the lemma is
        false was left open by Bock, Goppold & Weiss 2018 and shown by Akrout & Tweed 2021.
Note    Without averages the left side is that of Lemma 10.3. The other printed constant, 2 G/((1-gamma)^2
        sqrt(1-beta2)), is the same number here. With both averages:
        `kb_lemma_10_4_momentum_refuted`; for all rates: `kb_lemma_10_4_every_constant_refuted`.
Printed Lemma 10.4: with gamma = beta1^2/sqrt(beta2) < 1 and bounded g_t,
        sum_t m_hat^2/sqrt(t v_hat) <= 2/((1-gamma) sqrt(1-beta2)) |g_{1:T}|.
Wrong   g_t = 1/sqrt(t) makes the quotient of the sides grow like sqrt(log T).
Instead The bound with sqrt(1 + log T) 1/(sqrt(1-beta2) (1-sqrt(gamma))^2) in place of 2/((1-gamma) sqrt(1-beta2)).
Theorem kb_lemma_10_4_repaired_corrected
"""

from adamtheory.logic.notation import sqrt
from adamtheory.logic.refute import Formula, Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, t
from adamtheory.proofs.lemmas_kingma_moments import corrected_moments

moments = corrected_moments()


def statement() -> Statement:
    return Statement(
        moments.setting, moments.costs(T) <= moments.bound(T), [1 <= T, moments.gamma < 1], moments.assumed
    )


def counterexample() -> Model:
    return Model({T: 31}, {"g": Formula((t,), 1 / sqrt(t)), "G": 1, "beta1": 0, "beta2": 0})
