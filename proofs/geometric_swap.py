"""Geometrically weighted sums cost a factor 1/(1-gamma) only, where every term keeps its own weight 1/sqrt(t).

Words   For 0 <= gamma < 1, h_t >= 0 and T: the sum over t = 1, ..., T of (gamma^(t-1) h_1 + ... + h_t)/sqrt(t) is at
        most that of h_t/sqrt(t), divided by 1-gamma.
Source  Derived for this project; it stands where the proof of Kingma & Ba 2015, Lemma 10.4, goes wrong
        (`kb_lemma_10_4_geometric_refuted`, `kb_lemma_10_4_chain_refuted`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, power, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import T, t
from adamtheory.proofs.lemmas_weighted import k, swapped

setting = Setting()
h, gamma = setting.family("h", "Z"), setting.constant("gamma")
setting.assume("nonnegative", 0 <= h(t), [1 <= t])


def statement() -> Statement:
    weighted = total(t, 1, T, total(k, 1, t, power(gamma, t - k) * h(k)) / sqrt(t))
    claim = weighted <= total(t, 1, T, h(t) / sqrt(t)) / (1 - gamma)
    return Statement(setting, claim, [0 <= T, 0 <= gamma, gamma < 1], ["nonnegative"])


def witness() -> Witness:
    return Witness(values={T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    low, high = p.assume(0 <= gamma, gamma < 1)
    return swapped(p, h, gamma, T, lambda t: p.given("nonnegative", t), low, high)
