"""The factor 1/(1 - beta1^t) of the bias correction is within e of 1 only if beta1^t is small enough.

Words   With 0 <= beta1 < 1 and q = beta1^t: if 1/(1 - q) - 1 < e, then (1 + e) q < e.
Source  Derived for this project; from the text of `adam` (Kingma & Ba 2015, Algorithm 1).
Note    n steps are done, so t = n + 1. For beta1 = 9/10 the factor 1/(1 - q) is within a tenth, a hundredth, a
        thousandth of 1 from t = 23, 44, 66 on; for 999/1000 from t = 2397, 4613, 6906 on. The converse is
        `bias_correction_fades`.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, power, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import held_power, n
from adamtheory.proofs.lemmas_defined import adam_text, correction_positive

setting, reading = adam_text("beta1")
beta1, e = reading.scalars["beta1"], real("e")
q, room = power(beta1, n + 1), 1 - reading.value("p1", n)
small, near = (1 + e) * q < e, inv(room) - 1 < e


def statement() -> Statement:
    return Statement(setting, small, [0 <= n, near], ["beta1_nonnegative", "beta1_below_one"])


def witness() -> Witness:
    """beta1 = 1/4: 1/(1 - beta1) is 4/3, and p1 starts at 1."""

    def shown(p, goal, guards):
        if not goal.families:
            return p.certify(goal, *guards)
        begun = p.rewrite(p.start("p1"), lambda q: inv(1 - q * Fraction(1, 4)))
        return p.certify(goal, begun)

    return Witness({"beta1": ([], Fraction(1, 4))}, values={n: 0, e: 1}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    start = p.assume(0 <= n)
    held = p.certify(eq(reading.value("p1", n), q), held_power(p, "p1", beta1, n), p.power_next(beta1, start))
    positive = correction_positive(p, reading, "p1", "beta1")
    return p.certify(small, p.assume(near), held, p.inverse(positive), positive)
