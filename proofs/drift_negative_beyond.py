"""A spike large enough for Adam to drift to the right end of the periodic sequence, whatever the decay rates.

Words   Let h = 1/sqrt(beta2). For every period N >= 2, 0 <= beta1 < 1, 0 < beta2 < 1 and C >= 1 with
        sum_{k<N} h^k <= (C+1) sum_{k<N} p_k h^k the displacement of x in a period of the limit cycle is negative.
        (p_k and the displacement as in `drift_falls_in_slope`.)
Source  Derived for this project.
Note    With r = beta1 h the condition is C+1 >= (h^N-1)/(h-1) (1-beta1^N)/(1-beta1) (r-1)/(r^N-1), the last factor
        being 1/N at r = 1. The threshold lies close below: for N = 101, beta2 = 0.99 and beta1 = 0 it is C = 130.052,
        where the condition asks for C >= 130.248.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift, power, reals, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import share
from adamtheory.proofs.lemmas_drift import drift, k, meant
from adamtheory.proofs.lemmas_drift_decay import weighted

C, a, b = reals("C a b")
N = integer("N")
setting = Setting()
h = 1 / sqrt(b)


def statement() -> Statement:
    enough = total(k, 0, N - 1, power(h, k)) <= (C + 1) * total(k, 0, N - 1, share(a, k, N) * power(h, k))
    return Statement(setting, drift(C, a, b, N) < 0, [1 <= C, 0 <= a, a < 1, 0 < b, b < 1, 2 <= N, enough])


def witness() -> Witness:
    """With beta2 = 1/4, h is 2; for N = 2 and beta1 = 0 the condition is 3 <= C + 1."""
    return Witness(values={C: 3, a: 0, b: Fraction(1, 4), N: 2}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The sums, term by term, with h = 2."""
    if goal.right.op == "num" or goal.left.op == "num":
        return p.certify(goal, *guards)
    quarter = lift(Fraction(1, 4))
    root = p.sqrt_positive(p.certify(0 < quarter))
    square = p.sqrt_square(p.certify(0 <= quarter))
    at_least = p.squares(p.restate(lift(Fraction(1, 2)) ** 2 <= sqrt(quarter) ** 2, square), p.sqrt_nonneg(quarter))
    most = p.certify(1 / sqrt(quarter) <= 2, at_least, p.inverse(root), weights=[[root]], degree=1)
    sums = []
    for body in (power(1 / sqrt(quarter), k), share(lift(0), k, lift(2)) * power(1 / sqrt(quarter), k)):
        sums += [p.sum_step(k, 0, lift(0), body, p.certify(0 <= lift(1))), p.sum_one(k, 0, body)]
    return p.certify(goal, *sums, most)


def prove() -> Theorem:
    p = Prover(setting)
    known = (p.certify(1 <= N, p.assume(2 <= N)), p.certify(0 <= b, p.assume(0 < b)))
    return meant(p, weighted(p, C, a, b, N), C, a, b, N, *known)
