"""Where the drift is positive, Adam with a constant step size ends near 1 in [-1, 1], the worst point if C > N-1.

Words   f_t(x) = C x if t = 1 mod N, else -x, on [-1, 1], C >= 1, N >= 1; Adam without bias correction, eps = 0, step
        size alpha >= 0, 0 <= beta1, beta2 < 1, x_1 >= -1. If 2 N (C beta1^J + C^3 beta2^J/sqrt(1-beta2)) <= drift,
        with J >= 0, then 1 - x_{N j+1} <= max(2 - alpha drift (j-J)/2, N alpha C/sqrt(1-beta2)) for all j >= J.
        (drift as in `cycle_drift`.)
Source  Derived for this project; Theorem 2 of Reddi, Kale & Kumar 2018 (wording *unverified*) has such a sequence for
        every beta1 < sqrt(beta2). From the texts of `adam_uncorrected`, `reddi` and `box`.
Note    Where the drift is positive there is such a J; for C > N-1 the best point is -1. That there are such C for all
        beta1, beta2 < 1 and N >= 3: `drift_positive_near_balance`. `iterate(n)` is the paper's x_{n+1}.
Witness beta1 = beta2 = 0, for which the drift is rational. By exact evaluation the hypotheses also hold for
        C = N = 3, beta1 = beta2 = 1/10, J = 10.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integer, inv, lift, maximum, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import Cycle, j
from adamtheory.proofs.lemmas_cycle_end import ends, longest, offset, remainder
from adamtheory.proofs.lemmas_drift import drift, k, meant
from adamtheory.proofs.lemmas_drift_polynomial import terms
from adamtheory.rules.adam import adam_uncorrected

J = integer("J")
cycle = Cycle(adam_uncorrected, ["m", "v", "x"], steps="constant", constrained=True)
setting, C, N, alpha = cycle.setting, cycle.C, cycle.N, cycle.alpha(1)
moves = drift(C, *(cycle.method.scalars[name] for name in ("beta1", "beta2")), N)
small = 2 * remainder(cycle, J) <= moves
claim = offset(cycle, N * j) <= maximum(2 - alpha * moves / 2 * (j - J), N * longest(cycle))


def statement() -> Statement:
    decays = [*cycle.decay_hyps("beta1"), *cycle.decay_hyps("beta2")]
    hyps = [1 <= C, 1 <= N, *decays, 0 <= alpha, -1 <= cycle.start, 0 <= J, small, J <= j]
    return Statement(setting, claim, hyps)


def witness() -> Witness:
    """Without momentum and memory, C = 3 and N = 3: the steps of a period are -3/3, 1 and 1."""
    families = {"C": ([], 3), "N": ([], 3), "alpha": ([], Fraction(1, 10))}
    return Witness(families, values={J: 1, j: 2}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The drift is 1."""
    if goal.right.op != "sum":
        return p.certify(goal, *guards)
    nine, three = p.certify(0 <= lift(9)), p.certify(0 <= lift(3))
    root = p.squares_equal(p.restate(eq(sqrt(9) ** 2, lift(3) ** 2), p.sqrt_square(nine)), p.sqrt_nonneg(9), three)
    values = (p.rewrite(root, inv), p.rewrite(root_of_one(p), inv))
    return p.certify(goal, *terms(p, 0, 2, goal.right.args[3], k), *values)


def prove() -> Theorem:
    p = Prover(setting)
    found = ends(p, cycle, J, p.assume(small))
    return meant(p, p.restate(claim, found), C, *(cycle.method.scalars[name] for name in ("beta1", "beta2")), N)
