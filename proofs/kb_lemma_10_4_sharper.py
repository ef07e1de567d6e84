"""Where beta1^2 < beta2, the sum of m_t^2/sqrt(t v_t) is at most kappa sqrt(1 + log T) |g_{1:T}|.

Words   For 0 <= beta1, beta1^2 < beta2 < 1, any gradients and T >= 1, the moments without bias correction:
        the sum over t = 1, ..., T, with kappa = (1-beta1)/sqrt((1-beta2) (1 - beta1^2/beta2)), the largest value of
        |m_t|/sqrt(v_t). Where v_t = 0 the quotient is 0.
Source  Sharper than `kb_lemma_10_4_repaired`, under a stronger condition; derived for this project, from the text of
        `adam_uncorrected`.
"""

from fractions import Fraction

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import log, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import T, norm, t
from adamtheory.proofs.lemmas_kingma_repaired import averages
from adamtheory.proofs.lemmas_kingma_sharper import Sharper
from adamtheory.rules.adam import adam_uncorrected

s = averages(adam_uncorrected, "m", "v")


def statement() -> Statement:
    costs = total(t, 1, T, s.m(t) ** 2 / sqrt(t * s.v(t)))
    bound = Sharper(s, T).kappa * sqrt(1 + log(T)) * norm(T)
    return Statement(s.setting, costs <= bound, [1 <= T, s.a**2 < s.b], s.assumed)


def witness() -> Witness:
    return Witness({"g": ([t], 1), "beta2": ([], Fraction(1, 2))}, values={T: 1})


def prove() -> Theorem:
    return Sharper(s, T).sharper(statement().claim)
