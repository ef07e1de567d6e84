"""The sum of |g_t|/sqrt(t) is at most sqrt(H_T) |g_{1:T}|, with the harmonic number H_T.

Words   For any numbers g_1, ..., g_T, by Cauchy-Schwarz.
Source  The correct form of Lemma 10.3 of Kingma & Ba 2015, derived for this project.
Note    There is equality for g_t = c/sqrt(t) (`gradient_sum_attained`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import T, any_gradients, cauchy, g, norm, t

setting = any_gradients()


def statement() -> Statement:
    harmonic = sqrt(total(t, 1, T, 1 / t))
    return Statement(setting, total(t, 1, T, absolute(g(t)) / sqrt(t)) <= harmonic * norm(T), [0 <= T])


def witness() -> Witness:
    return Witness({"g": ([t], 1)}, values={T: 1})


def prove() -> Theorem:
    return cauchy(Prover(setting), T)
