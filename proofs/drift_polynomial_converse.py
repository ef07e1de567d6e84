"""Where P(beta2, K) is negative Adam with beta1 = 0 drifts to the wrong end of the 3-periodic sequence.

Words   Let C > 1, 0 <= b < 1, K = C^2-1, s = 1 + b + b^2, X = s + K b, Y = s + K b^2, Z = s + K. If
        P = ((K+1) X Y - Z (X+Y))^2 - 4 Z^2 X Y is negative, then with beta1 = 0 and beta2 = b the displacement of x in
        a period of the limit cycle (`drift_falls_in_slope`, N = 3) is positive.
Source  Derived for this project.
Note    The other direction is `drift_polynomial`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, lift, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_drift import drift, meant
from adamtheory.proofs.lemmas_drift_polynomial import THREE, polynomial, sides, sign

C, b = reals("C b")
setting = Setting()
P, moved = polynomial(C, *sides(C, b)), drift(C, lift(0), b, THREE)


def statement() -> Statement:
    return Statement(setting, 0 < moved, [1 < C, 0 <= b, b < 1, P < 0])


def witness() -> Witness:
    return Witness(values={C: 3, b: 0})


def prove() -> Theorem:
    p = Prover(setting)
    against = p.absurd(0 < moved, sign(p, C, b, False), p.assume(P < 0), degree=1)
    found = p.cases(against, p.assume(0 < moved), moved, 0)
    known = (p.certify(1 <= THREE), p.certify(1 <= C, p.assume(1 < C)))
    return meant(p, found, C, lift(0), b, THREE, *known)
