"""A step of Adam with a beta1 that changes, without bias correction: |m_t| <= sqrt([t]_r/(1-beta2)) sqrt(v_t).

Words   With rates 0 <= beta1_t <= top < 1, 0 < beta2 < 1, eps >= 0 and r = top^2/beta2: in step t = n + 1 of the text,
        |m| is at most sqrt([t]_r/(1-beta2)) times the denominator, where [t]_r = 1 + r + ... + r^(t-1).
Source  Derived for this project; from the text of `adam_uncorrected`.
Note    With a constant beta1 there is a factor 1-beta1 besides (`adam_step_bound_uncorrected`), here there is none
        (`adam_step_scheduled_refuted`).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import n, powers, ratio, t
from adamtheory.proofs.lemmas_step_special import scheduled, scheduled_root

s, ASSUMES = scheduled()
b, top = s.scalar("beta2"), Family("top")()
share = powers(ratio(top, b), n) / (1 - b)


def statement() -> Statement:
    return Statement(
        s.setting, absolute(s.value("moment", n)) <= sqrt(share) * s.value("denominator", n), [0 <= n], ASSUMES
    )


def witness() -> Witness:
    half = Fraction(1, 2)
    rates = {"rate": ([t], half), "top": ([], half), "beta2": ([], half)}
    return Witness({"g": ([t], 1), **rates}, values={n: 1})


def prove() -> Theorem:
    p = Prover(s.setting)
    return scheduled_root(p, s, n, p.certify(share <= share))
