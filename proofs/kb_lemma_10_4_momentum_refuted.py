"""False: Lemma 10.4 of Kingma & Ba, for beta1 = 1/10 and beta2 = 1/4 at T = 159.

Words   Claimed: for 0 < beta1, beta2 < 1 with gamma = beta1^2/sqrt(beta2) < 1 and |g_t| <= G, the sum of
        m_hat^2/sqrt(t v_hat) over t = 1, ..., T is at most 2/((1-gamma) sqrt(1-beta2)) |g_{1:T}|. False for
        beta1 = 1/10, beta2 = 1/4 (gamma = 1/50), g_t = 1/sqrt(t) at T = 159: 5.60357 against 5.60105.
Source  Kingma & Ba 2015, Lemma 10.4 (wording unverified); m_hat and v_hat from the text of `adam`. That the lemma is
        false was left open by Bock, Goppold & Weiss 2018 and shown by Akrout & Tweed 2021.
Note    For beta1 = 0, beta2 = 1/4 the first such T is 151, for (3/10, 1/2) it is 21646 (a floating-point run).
Printed Lemma 10.4: with gamma = beta1^2/sqrt(beta2) < 1 and bounded g_t,
        sum_t m_hat^2/sqrt(t v_hat) <= 2/((1-gamma) sqrt(1-beta2)) |g_{1:T}|.
Wrong   g_t = 1/sqrt(t) makes the quotient of the sides grow like sqrt(log T).
Instead The bound with sqrt(1 + log T) 1/(sqrt(1-beta2) (1-sqrt(gamma))^2) in place of 2/((1-gamma) sqrt(1-beta2)).
Theorem kb_lemma_10_4_repaired_corrected
"""

from fractions import Fraction

from adamtheory.logic.notation import sqrt
from adamtheory.logic.refute import Formula, Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, t
from adamtheory.proofs.lemmas_kingma_moments import corrected_moments

moments = corrected_moments()
HYPS = [1 <= T, 0 < moments.beta1, 0 < moments.beta2, moments.gamma < 1]


def statement() -> Statement:
    return Statement(moments.setting, moments.costs(T) <= moments.bound(T), HYPS, moments.assumed)


def counterexample() -> Model:
    return Model({T: 159}, {"g": Formula((t,), 1 / sqrt(t)), "G": 1, "beta1": Fraction(1, 10), "beta2": Fraction(1, 4)})
