"""Adam with beta1 = 0 drifts to the wrong end of the 3-periodic sequence only where P(beta2, K) is negative.

Words   Let C > 1, 0 <= b < 1, K = C^2-1, s = 1 + b + b^2, X = s + K b, Y = s + K b^2, Z = s + K. If with beta1 = 0 and
        beta2 = b the displacement of x in a period of the limit cycle (`drift_falls_in_slope`, N = 3) is positive, then
        P = ((K+1) X Y - Z (X+Y))^2 - 4 Z^2 X Y is negative.
Source  Derived for this project.
Note    The converse is `drift_polynomial_converse`. P has degree 8 in b. For C = 3 it has one root in (0, 1), beta2 =
        0.472313..., which `adamtheory threshold --C 3` prints.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, lift, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_drift import balanced, drift, meant
from adamtheory.proofs.lemmas_drift_polynomial import THREE, polynomial, sides, sign

C, b = reals("C b")
setting = Setting()


def statement() -> Statement:
    hyps = [1 < C, 0 <= b, b < 1, 0 < drift(C, lift(0), b, THREE)]
    return Statement(setting, polynomial(C, *sides(C, b)) < 0, hyps)


def witness() -> Witness:
    return Witness(values={C: 2, b: Fraction(1, 10)}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """At C = 2 the slopes add up to 0, and the drift is positive."""
    if goal.right.op != "sum":
        return p.certify(goal, *guards)
    beta = lift(Fraction(1, 10))
    known = [p.certify(g) for g in (0 <= lift(0), lift(0) < 1, 0 <= beta, beta < 1, 3 <= THREE)]
    return p.certify(goal, p.using(balanced(p, lift(0), beta, THREE), *known))


def prove() -> Theorem:
    p = Prover(setting)
    known = (p.certify(1 <= THREE), p.certify(1 <= C, p.assume(1 < C)))
    return meant(p, sign(p, C, b, True), C, lift(0), b, THREE, *known)
