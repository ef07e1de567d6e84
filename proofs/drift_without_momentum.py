"""Without momentum the drift on the periodic sequence is a sum of N-1 roots less C, divided by the root of v_0.

Words   For every period N >= 1, C >= 1 and 0 <= b < 1 (b = beta2, beta1 = 0) the displacement of x in a period of the
        limit cycle (`drift_falls_in_slope`), times sqrt(1 + (C^2-1) q_0), is the sum over k = 1, ..., N-1 of
        sqrt((s+K)/(s+K b^k)), less C, where s = 1 + b + ... + b^(N-1) and K = C^2-1.
Source  Derived for this project.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, lift, reals, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_drift import drift, square
from adamtheory.proofs.lemmas_drift_decay import excess, normalised

C, b = reals("C b")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    left = drift(C, lift(0), b, N) * sqrt(square(C, b, lift(0), N))
    return Statement(setting, eq(left, excess(C, b, N)), [1 <= C, 0 <= b, b < 1, 1 <= N])


def witness() -> Witness:
    return Witness(values={C: 2, b: Fraction(1, 10), N: 3})


def prove() -> Theorem:
    return normalised(Prover(setting), C, b, N)
