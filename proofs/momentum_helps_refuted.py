"""Momentum does not save Adam: with the default beta1 and beta2 it drifts to the wrong end where N = C = 101.

Words   Claimed: with momentum, N >= 3 and C > N-1 Adam does not drift to the wrong end of the periodic sequence: the
        sum over k of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k) is not positive. False for beta1 = 9/10, beta2 = 999/1000,
        C = 101 and N = 101. (p_k and q_k as in `drift_falls_in_slope`.)
Source  Reddi, Kale & Kumar 2018, the remark before Theorem 6 (place and wording *unverified*); N = C = 101 is their
        experiment, with beta2 = 0.99.
Note    For every beta1, beta2 and N >= 3 there is such a C: `drift_positive_near_balance`. On a given sequence more
        momentum does help: `drift_falls_in_momentum`.
Printed momentum or an eps > 0 will help (to make Adam converge); wording unverified.
Wrong   For every beta1, beta2 < 1 and every period of at least 3 there are C for which Adam drifts to the worst point.
Instead Neither momentum nor an eps > 0 will help.
Theorem drift_positive_near_balance, adam_ends_at_the_worst_point, adam_regret_linear
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, integer, reals
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_drift import drift

C, a, b = reals("C a b")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    return Statement(setting, drift(C, a, b, N) <= 0, [3 <= N, N - 1 < C, 0 < a, a < 1, 0 <= b, b < 1])


def counterexample() -> Model:
    return Model({C: 101, N: 101, a: Fraction(9, 10), b: Fraction(999, 1000)})
