"""For every beta1, beta2 and period N >= 3 there are C > N - 1 for which Adam drifts to the wrong end.

Words   For 0 <= beta1, beta2 < 1, N >= 2 and C > N-1 with N (C - (N-1)) < drift(N-1) the drift at C is positive, where
        drift(C) is the displacement of x in a period of the limit cycle (`drift_falls_in_slope`).
Source  Reddi, Kale & Kumar 2018, Theorem 2, has such a C for all beta1 < sqrt(beta2) (wording *unverified*). This form,
        without that condition and for each period, was derived for this project.
Note    For N >= 3 drift(N-1) is positive (`drift_positive_at_balance`), so there are such C. The drift falls by at most
        N (C' - C) from C to C'. With a constant step size x then goes to the worst point and the regret grows like T:
        `adam_ends_at_the_worst_point`, `adam_regret_linear`. For alpha/sqrt(t) that is proved on paper only, except in
        the case of `reddi_regret`.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, reals, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_drift import drift, drift_falls_slowly, k, meant
from adamtheory.proofs.lemmas_drift_polynomial import terms

C, a, b = reals("C a b")
N = integer("N")
setting = Setting()
near = N * (C - (N - 1)) < drift(N - 1, a, b, N)


def statement() -> Statement:
    hyps = [0 <= a, a < 1, 0 <= b, b < 1, 2 <= N, N - 1 < C, near]
    return Statement(setting, 0 < drift(C, a, b, N), hyps)


def witness() -> Witness:
    return Witness(values={C: Fraction(21, 10), a: 0, b: 0, N: 3}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With beta1 = beta2 = 0 the steps at C = 2 are -2/2, 1 and 1."""
    if goal.right.op != "sum":
        return p.certify(goal, *guards)
    four, two = p.certify(0 <= lift(4)), p.certify(0 <= lift(2))
    root = p.squares_equal(p.restate(eq(sqrt(4) ** 2, lift(2) ** 2), p.sqrt_square(four)), p.sqrt_nonneg(4), two)
    values = (p.rewrite(root, inv), p.rewrite(root_of_one(p), inv))
    return p.certify(goal, *terms(p, 0, 2, goal.right.args[3], k), *values)


def prove() -> Theorem:
    p = Prover(setting)
    two, beyond = p.assume(2 <= N, N - 1 < C)
    known = (p.certify(1 <= N, two), p.certify(1 <= N - 1, two), p.certify(1 <= C, two, beyond))
    slowly = p.using(drift_falls_slowly(p, N - 1, C, a, b, N), *known)
    found = p.chain(0 < drift(C, a, b, N), slowly, p.assume(near))
    return meant(p, meant(p, found, C, a, b, N, *known), N - 1, a, b, N, *known)
