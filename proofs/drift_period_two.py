"""Adam never drifts to the wrong end on the periodic sequence of period 2: it takes three rounds to fail.

Words   For 0 <= beta1, beta2 < 1, not both 0, and every C > 1 the displacement of x in a period of the limit cycle, the
        sum over k = 0, 1 of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k), is negative.
        (p_k and q_k as in `drift_falls_in_slope`.)
Source  Derived for this project.
Note    At C = 1 the drift is 0, and it falls as C grows (with beta1 = beta2 = 0 it stays 0).
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_drift import drift, drift_falls, k, meant, shares_sum, step

C, a, b = reals("C a b")
setting = Setting()
N = lift(2)


def statement() -> Statement:
    return Statement(setting, drift(C, a, b, N) < 0, [1 < C, 0 <= a, a < 1, 0 <= b, b < 1, 0 < a + b])


def witness() -> Witness:
    return Witness(values={C: 2, a: Fraction(1, 2), b: Fraction(1, 10)})


def prove() -> Theorem:
    p = Prover(setting)
    two, one = p.certify(2 <= N), p.certify(1 <= N)
    falls = p.using(drift_falls(p, lift(1), C, a, b, N), two, p.certify(1 <= lift(1)))
    whole = p.using(shares_sum(p, a, N), one)
    sums = []
    for body in (step(lift(1), a, b, k, N), whole.claim.left.args[3]):
        last = p.sum_step(k, 0, lift(0), body, p.certify(0 <= lift(1)))
        sums += [last, p.sum_one(k, 0, body)]
    # at C = 1 every v is 1, and the pulls are 1 - 2 p_k
    still = p.certify(eq(drift(lift(1), a, b, N), 0), whole, *sums)
    known = (one, p.certify(1 <= C, p.assume(1 < C)))
    return meant(p, p.chain(drift(C, a, b, N) < 0, falls, still), C, a, b, N, *known)
