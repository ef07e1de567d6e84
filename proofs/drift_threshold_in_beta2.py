"""Without momentum the beta2 for which Adam drifts to the wrong end are those below a threshold.

Words   For every period N >= 2, C > 1 and 0 <= b < B < 1: if with beta1 = 0 and beta2 = B the displacement of x in a
        period of the limit cycle (`drift_falls_in_slope`) is not negative, then with beta2 = b it is positive.
Source  Derived for this project.
Note    The drift times sqrt(v_0) falls as beta2 grows, each of its roots for itself (`drift_without_momentum`). With
        beta1 near 1 it need not: there the failing beta2 can have a lower end above 0.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift, reals
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_drift import balanced, drift, k, meant, square_positive
from adamtheory.proofs.lemmas_drift_decay import excess, excess_falls, normalised

C, b, B = reals("C b B")
N = integer("N")
setting = Setting()


def statement() -> Statement:
    hyps = [1 < C, 0 <= b, b < B, B < 1, 2 <= N, 0 <= drift(C, lift(0), B, N)]
    return Statement(setting, 0 < drift(C, lift(0), b, N), hyps)


def witness() -> Witness:
    return Witness(values={C: 2, b: 0, B: Fraction(1, 10), N: 3}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """At C = 2 and N = 3 the slopes add up to 0, and the drift is positive."""
    beta, period = lift(Fraction(1, 10)), lift(3)
    known = [p.certify(g) for g in (0 <= lift(0), lift(0) < 1, 0 <= beta, beta < 1, 3 <= period)]
    positive = p.using(balanced(p, lift(0), beta, period), *known) if goal.right.op == "sum" else None
    return p.certify(goal, *guards, *([positive] if positive else []))


def prove() -> Theorem:
    p = Prover(setting)
    low, less, high, two = p.assume(0 <= b, b < B, B < 1, 2 <= N)
    one, spike = p.certify(1 <= N, two), p.certify(1 <= C, p.assume(1 < C))
    known = (one, spike, p.certify(0 <= B, low, less), p.certify(b < 1, less, high))
    identity = normalised(p, C, b, N)
    positive = p.using(p.inst(square_positive(p, C, b, N), {k: 0}), p.certify(0 <= lift(0)))
    small, root = (p.using(f, *known) for f in (identity, p.sqrt_positive(positive)))
    large, other = (p.using(p.inst(f, {b: B}), *known) for f in (identity, p.sqrt_positive(positive)))
    above = p.certify(0 <= excess(C, B, N), large, p.assume(0 <= drift(C, lift(0), B, N)), other)
    grown = p.chain(0 < excess(C, b, N), above, excess_falls(p, C, b, B, N))
    drifts = p.certify(0 < drift(C, lift(0), b, N), grown, small, weights=[[root]], degree=1)
    for beta in (B, b):
        drifts = meant(p, drifts, C, lift(0), beta, N, *known)
    return drifts
