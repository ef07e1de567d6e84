"""The drift of Adam on the periodic sequence falls strictly as the slope C of the spike grows.

Words   For every period N >= 2, 0 <= beta1, beta2 < 1, not both 0, and 1 <= C < D, drift(D) < drift(C), where drift(C)
        is the sum over k = 0, ..., N-1 of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k), p_k = (1-beta1) beta1^k/(1 - beta1^N),
        q_k = (1-beta2) beta2^k/(1 - beta2^N): the displacement of x in a period of the limit cycle.
Source  Derived for this project.
Note    So Adam fails for no C, for all C, or exactly for the C below one threshold: `drift_positive_at_balance`. It is
        false at beta1 = beta2 = 0, where the drift is N-2 for every C >= 1.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_drift import drift, drift_falls, meant

C, D, a, b = reals("C D a b")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    hyps = [1 <= C, C < D, 0 <= a, a < 1, 0 <= b, b < 1, 0 < a + b, 2 <= N]
    return Statement(setting, drift(D, a, b, N) < drift(C, a, b, N), hyps)


def witness() -> Witness:
    return Witness(values={C: 2, D: 3, a: Fraction(1, 2), b: Fraction(1, 10), N: 3})


def prove() -> Theorem:
    p = Prover(setting)
    one = p.certify(1 <= N, p.assume(2 <= N))
    found = drift_falls(p, C, D, a, b, N)
    for spike in (C, D):
        found = meant(p, found, spike, a, b, N, one, p.certify(1 <= D, *p.assume(1 <= C, C < D)))
    return found
