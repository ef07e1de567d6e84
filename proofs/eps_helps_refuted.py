"""An eps inside the root does not save Adam: with eps = 1 it drifts to the wrong end of the 3-periodic sequence.

Words   Claimed: with eps > 0 under the root, N >= 3 and C > N-1 Adam does not drift to the wrong end of the periodic
        sequence: the sum over k of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k + eps) is not positive. False for C = 3, N = 3,
        beta1 = 0, beta2 = 1/10, eps = 1. (p_k and q_k as in `drift_falls_in_slope`.)
Source  Reddi, Kale & Kumar 2018, the remark before Theorem 6 (place and wording *unverified*).
Note    The other part of the remark is `momentum_helps_refuted`. With the losses times c, eps = 1 acts as 1/c^2
        (`eps_scaling`); the drift is positive for every c above 0.49518.
Printed momentum or an eps > 0 will help (to make Adam converge); wording unverified.
Wrong   Neither does: Adam fails with momentum, and for every eps on losses multiplied by a large enough constant.
Instead Neither momentum nor an eps > 0 will help.
Theorem drift_with_eps, eps_scaling
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, integer, reals, sqrt, total
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_drift import k, pull, square

C, a, b, e = reals("C a b e")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    moved = total(k, 0, N - 1, pull(C, a, k, N) / sqrt(square(C, b, k, N) + e))
    return Statement(setting, moved <= 0, [0 < e, 3 <= N, N - 1 < C, 0 <= a, a < 1, 0 <= b, b < 1])


def counterexample() -> Model:
    return Model({C: 3, N: 3, a: 0, b: Fraction(1, 10), e: 1})
