"""Adam drifts to the wrong end at C = N - 1, for every beta1 and beta2 and every period N of at least 3.

Words   For every period N >= 3, 0 <= beta1 < 1 and 0 <= beta2 < 1 the displacement of x in a period of the limit cycle
        at C = N-1, the sum over k of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k), is positive, though the slopes add up to 0.
        (p_k and q_k as in `drift_falls_in_slope`.)
Source  Derived for this project; it has no condition beta1 < sqrt(beta2), which Theorem 2 of Reddi, Kale & Kumar 2018
        has.
Note    The pull grows with the phase k and so does 1/sqrt(v): Chebyshev's sum inequality. The drift is continuous in C,
        so it is positive for some C > N-1 too, where the best point is -1 and Adam goes to +1.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_drift import balanced, drift, meant

a, b = reals("a b")
N = integer("N")
C = N - 1
setting = Setting()


def statement() -> Statement:
    return Statement(setting, 0 < drift(C, a, b, N), [0 <= a, a < 1, 0 <= b, b < 1, 3 <= N])


def witness() -> Witness:
    return Witness(values={a: Fraction(1, 2), b: Fraction(1, 10), N: 3})


def prove() -> Theorem:
    p = Prover(setting)
    three = p.assume(3 <= N)
    known = (p.certify(1 <= N, three), p.certify(1 <= C, three))
    return meant(p, balanced(p, a, b, N), C, a, b, N, *known)
