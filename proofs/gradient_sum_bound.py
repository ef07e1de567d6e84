"""The sum of |g_t|/sqrt(t) is at most sqrt(1 + log(T)) |g_{1:T}|: the correct form of Lemma 10.3 of Kingma & Ba.

Words   For any numbers g_1, ..., g_T and T >= 1.
Source  Replaces Kingma & Ba 2015, Lemma 10.3, which is false (`kb_lemma_10_3_refuted`); derived for this project.
Note    By Cauchy-Schwarz and 1 + 1/2 + ... + 1/T <= 1 + log(T). A factor that grows with T is needed
        (`gradient_sum_attained`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, log, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import T, any_gradients, g, logarithmic, norm, t

setting = any_gradients()


def statement() -> Statement:
    return Statement(setting, total(t, 1, T, absolute(g(t)) / sqrt(t)) <= sqrt(1 + log(T)) * norm(T), [1 <= T])


def witness() -> Witness:
    return Witness({"g": ([t], 1)}, values={T: 1})


def prove() -> Theorem:
    return logarithmic(Prover(setting), T)
