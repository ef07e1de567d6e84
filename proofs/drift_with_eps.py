"""A small eps inside the root does not turn Adam around on the periodic sequence; so none does on scaled losses.

Words   For every period N >= 1, C >= 1, 0 <= beta1, beta2 < 1 and e >= 0 with N C e < 2 drift the displacement of x
        in a period of the limit cycle with sqrt(v + e) for sqrt(v) is positive: the sum over k of
        (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k + e). (drift, p_k and q_k as in `drift_falls_in_slope`.)
Source  Reddi, Kale & Kumar 2018, Theorem 6: eps > 0 does not help (number and wording *unverified*). This bound was
        derived for this project.
Note    On losses times c, eps acts as e = eps/c^2 (`eps_scaling`), so an example on which Adam fails with eps = 0 is
        one for every eps, if its losses are multiplied by a c with N C eps < 2 c^2 drift.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, reals, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put, root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import share
from adamtheory.proofs.lemmas_drift import count, drift, k, meant, passing, pull, scale, share_bounds, square
from adamtheory.proofs.lemmas_drift_polynomial import terms

C, a, b, e = reals("C a b e")
N = integer("N")
setting = Setting()
small = N * C * e < 2 * drift(C, a, b, N)


def damped(k: Any) -> Any:
    """The step of phase k with sqrt(v + e)."""
    return pull(C, a, k, N) / sqrt(square(C, b, k, N) + e)


def statement() -> Statement:
    hyps = [1 <= C, 0 <= a, a < 1, 0 <= b, b < 1, 1 <= N, 0 <= e, small]
    return Statement(setting, 0 < total(k, 0, N - 1, damped(k)), hyps)


def witness() -> Witness:
    return Witness(values={C: 2, a: 0, b: 0, N: 3, e: Fraction(1, 10)}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With beta1 = beta2 = 0 the steps at C = 2 are -2/2, 1 and 1."""
    if goal.right.op != "mul":
        return p.certify(goal, *guards)
    four, two = p.certify(0 <= lift(4)), p.certify(0 <= lift(2))
    root = p.squares_equal(p.restate(eq(sqrt(4) ** 2, lift(2) ** 2), p.sqrt_square(four)), p.sqrt_nonneg(4), two)
    values = (p.rewrite(root, inv), p.rewrite(root_of_one(p), inv))
    return p.certify(goal, *terms(p, 0, 2, goal.right.args[1].args[3], k), *values)


def slow(p: Prover) -> tuple[Theorem, Any]:
    """1 <= v, 0 <= e |- 1/sqrt(v) <= 1/sqrt(v+e) + e/2 and 1/sqrt(v+e) <= 1/sqrt(v); with the variables.

    With r and R the two roots e is (R - r) (R + r), and the difference (R - r)/(r R).
    """
    v, e = variables = apart(p, "v e")
    one, more = p.assume(1 <= v, 0 <= e)
    positive = [p.certify(0 < v, one), p.certify(0 < v + e, one, more)]
    roots, squares = [p.sqrt_positive(f) for f in positive], [p.sqrt_square(f) for f in positive]
    r, R = sqrt(v), sqrt(v + e)
    above = p.sqrt_monotone(p.certify(v <= v + e, more), p.certify(0 <= v, one))
    unit = p.squares(p.certify(lift(1) ** 2 <= r**2, one, squares[0], degree=1), p.sqrt_nonneg(v))
    steps = p.certify(eq(e, (R - r) * (R + r)), *squares)
    falls = p.reciprocal(above, roots[0])
    # (R - r) <= r R (R - r) (R + r)/2, as r R >= 1 and R + r >= 2
    wide = p.certify(1 <= r * R, unit, above)
    least = p.certify(R - r <= e / 2, steps, above, unit)
    product = p.certify(R - r <= r * R * (e / 2), least, wide, more)
    goal = inv(r) <= inv(R) + e / 2
    inverses = [p.inverse(root) for root in roots]
    return p.certify(goal, product, *inverses, weights=[roots], degree=1, rounds=2), falls, variables


def prove() -> Theorem:
    p = Prover(setting)
    spike, least, one = p.assume(1 <= C, 0 <= e, 1 <= N)
    rate, falls, variables = slow(p)
    v, moves = square(C, b, k, N), pull(C, a, k, N)
    shares = [p.using(share_bounds(p, c, N)[0], one) for c in (a, b)]
    unit = p.certify(1 <= v, p.certify(0 <= (C**2 - 1) * share(b, k, N), p.certify(0 <= C**2 - 1, spike), shares[1]))
    rate, falls = (put(p, f, variables, (v, e), unit, least) for f in (rate, falls))
    most = p.certify(moves <= C, p.certify(0 <= (C + 1) * share(a, k, N), shares[0], spike), spike)
    # pull (w - w_e) <= C (w - w_e) <= C e/2
    each = p.certify(moves * scale(C, b, k, N) <= damped(k) + C * e / 2, rate, falls, most, spike)
    found = p.certify(statement().claim, p.sum_of(each, k, 0, N - 1), count(p, N), p.assume(small))
    root = p.sqrt_positive(p.certify(0 < v + e, unit, least))
    found = passing(p, found, p.using(p.inst(root, {k: 0}), p.certify(0 <= lift(0))))
    return meant(p, found, C, a, b, N)
