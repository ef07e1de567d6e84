"""A step of Adam with a changing beta1 below sqrt(beta2), without bias correction, has one bound for all t.

Words   With rates 0 <= beta1_t <= top < 1, top^2 < beta2 < 1, eps >= 0 and r = top^2/beta2: in step n + 1 of the text,
        |m| is at most sqrt(1/((1-beta2)(1-r))) times the denominator.
Source  Derived for this project; from the text of `adam_uncorrected`. This is the case of Kingma & Ba 2015, Theorem
        4.1, beta1_t = beta1 lambda^(t-1).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n, ratio, t
from adamtheory.proofs.lemmas_step_special import scheduled, scheduled_root, uniform_share

s, ASSUMES = scheduled()
b, top = s.scalar("beta2"), Family("top")()
bound = sqrt(1 / (1 - ratio(top, b)) / (1 - b))


def statement() -> Statement:
    return Statement(
        s.setting, absolute(s.value("moment", n)) <= bound * s.value("denominator", n), [0 <= n, top**2 < b], ASSUMES
    )


def witness() -> Witness:
    half = Fraction(1, 2)
    rates = {"rate": ([t], half), "top": ([], half), "beta2": ([], half)}
    return Witness({"g": ([t], 1), **rates}, values={n: 1})


def prove() -> Theorem:
    p = Prover(s.setting)
    return scheduled_root(p, s, n, uniform_share(p, s, n))
