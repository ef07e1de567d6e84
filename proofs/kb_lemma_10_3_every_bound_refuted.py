"""Lemma 10.3 of Kingma & Ba is false for every G: the gradients G/sqrt(t) break it once log(T + 1) > 4 G^2.

Words   For every G > 0 and T with 4 G^2 < log(T + 1): the gradients g_t = G/sqrt(t), which satisfy |g_t| <= G, have
        2 G |g_{1:T}| < sum of sqrt(g_t^2/t) over t = 1, ..., T.
Source  Kingma & Ba 2015, Lemma 10.3 (wording unverified), claims the opposite. Derived for this project.
Note    The quotient of the sides is sqrt(H_T)/(2 G), so they cross where H_T = 4 G^2: at T = 31 for G = 1, at
        T = 4989191 for G = 2. log(T + 1) <= H_T.
Printed Lemma 10.3: if |g_t| <= G, then sum_t sqrt(g_t^2/t) <= 2 G |g_{1:T}|.
Wrong   For every G > 0 the gradients G/sqrt(t) break it as soon as H_T > 4 G^2.
Instead sum_t |g_t|/sqrt(t) <= sqrt(1 + log T) |g_{1:T}|.
Theorem gradient_sum_bound, gradient_sum_attained
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, log, real, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import T, exceeded, logarithm_of_two, t

G = real("G")

setting = Setting()


def statement() -> Statement:
    gradient = G / sqrt(t)
    claim = 2 * G * sqrt(total(t, 1, T, gradient**2)) < total(t, 1, T, sqrt(gradient**2 / t))
    return Statement(setting, claim, [0 <= T, 0 < G, 4 * G**2 < log(T + 1)])


def witness() -> Witness:
    return Witness(values={T: 1, G: Fraction(1, 4)}, prove=lambda p, goal, guards: p.certify(goal, logarithm_of_two(p)))


def prove() -> Theorem:
    return exceeded(Prover(setting), G, T)
