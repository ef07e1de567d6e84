"""Lemma 10.4 of Kingma & Ba is false for all decay rates and with every constant: the gradients 1/sqrt(t) break it.

Words   Adam's moments with bias correction, 0 <= beta1, beta2 < 1, for g_t = 1/sqrt(t): for every K and T >= 0 with
        K^2 < (1-beta2)^2 log(T + 1), K |g_{1:T}| is less than the sum of m_hat^2/sqrt(t v_hat) over t = 1, ..., T.
Source  Kingma & Ba 2015, Lemma 10.4 (wording unverified), claims the opposite for K = 2/((1-gamma) sqrt(1-beta2)), its
        proof for K = 2/((1-gamma)^2 sqrt(1-beta2)). Derived for this project; from the text of `adam`.
Note    A falling sequence lies below its averages, so m_hat >= 1/sqrt(t); and t v_hat <= 1/(1-beta2)^2. The first T
        for given rates: `kb_lemma_10_4_refuted`, `kb_lemma_10_4_momentum_refuted`.
Printed Lemma 10.4: the sum of m_hat^2/sqrt(t v_hat) is at most a constant, which depends on the rates, times |g_{1:T}|.
Wrong   For g_t = 1/sqrt(t) the sum is at least (1-beta2) H_T, while |g_{1:T}| is sqrt(H_T): no constant will do.
Instead The bound with sqrt(1 + log T) 1/(sqrt(1-beta2) (1-sqrt(gamma))^2); a factor of order sqrt(log T) is needed.
Theorem kb_lemma_10_4_repaired_corrected
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import log
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_kingma import T, logarithm_of_two
from adamtheory.proofs.lemmas_kingma_growth import RATES, Growth, K, b, costs, norm, setting


def statement() -> Statement:
    late = K**2 < (1 - b) ** 2 * log(T + 1)
    return Statement(setting, K * norm(T) < costs(T), [0 <= T, late], RATES)


def witness() -> Witness:
    return Witness(values={T: 1, K: Fraction(1, 2)}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """(1/2)^2 < log(2), the rates being 0."""
    return p.certify(goal, *guards, logarithm_of_two(p))


def prove() -> Theorem:
    return Growth().exceeded()
