"""Under momentum an L2 penalty shrinks the weights at least 1/(1 - beta1) times as fast as it says.

Words   `sgd_l2` without loss, with 0 <= beta1 < 1 and s = alpha lambda' in (0, 1]: where two steps running multiply
        the weight by the same factor z, which is what settles in the end, z <= 1 - s/(1 - beta1). Decoupled decay
        multiplies it by 1 - s.
Source  Derived for this project; from the text of `sgd_l2`.
Note    z^2 - (1 + beta1 - s) z + beta1 = (s - x)(1 - x) + beta1 x with x = 1 - z, which is positive for 0 < x < s. To
        second order the slow root is 1 - s/(1 - beta1) - beta1 s^2/(1 - beta1)^3.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_decay import penalised_run
from adamtheory.proofs.lemmas_twins import n, step, unfolded

setting, run, alpha, penalty = penalised_run()
beta1, s = run.scalars["beta1"], alpha * penalty
setting.assume("shrink_positive", 0 < s)
setting.assume("shrink_at_most_one", s <= 1)
ASSUMED = ["shrink_positive", "shrink_at_most_one", *decaying(setting, beta1)]
z = real("z")


def x(n):
    return run.slot("x", n)


factors = [eq(x(n + 1), z * x(n)), eq(x(n + 2), z * x(n + 1)), 0 < x(n) ** 2]


def statement() -> Statement:
    return Statement(setting, z <= 1 - s / (1 - beta1), [0 <= n, *factors], ASSUMED)


def witness() -> Witness:
    """beta1 = 0 and s = 1/2: the weight is halved in every step."""

    def shown(p, goal, guards):
        return p.certify(goal, *guards, *(unfolded(p, run, 2) if goal.families else ()))

    values = {"alpha": ([], 1), "penalty": ([], Fraction(1, 2)), "x0": ([], 1)}
    return Witness(values, values={n: 0, z: Fraction(1, 2)}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    positive, most, low, high = (p.given(name) for name in ASSUMED)
    begun = p.assume(0 <= n)
    first, second, weight = p.assume(*factors)
    later = p.cut(step(p, run, "x", n + 1), p.certify(0 <= n + 1, begun))
    moved = p.certify(eq(x(n + 2), (1 + beta1 - s) * x(n + 1) - beta1 * x(n)), step(p, run, "m"), step(p, run), later)
    product = p.certify(eq(x(n) * (z**2 - (1 + beta1 - s) * z + beta1), 0), moved, first, second)
    root = p.certify(eq(z**2 - (1 + beta1 - s) * z + beta1, 0), product, p.inverse(weight))
    # no root with 1 - s < z: not one with 1 <= z, and not one between
    slow, large, small = p.assume(1 - s < z, 1 <= z, z < 1)
    kept = p.certify(0 < 1 - beta1, high)
    above = p.absurd(z <= 1 - s, p.certify(0 <= (z - 1) * (1 - beta1), large, kept), root, positive, large)
    middle = p.certify(0 < (s - (1 - z)) * z, slow, p.certify(0 < z, slow, most))
    between = p.absurd(z <= 1 - s, root, middle, p.certify(0 <= beta1 * (1 - z), low, small))
    faster = p.cases(p.assume(z <= 1 - s), p.cases(above, between, 1, z), z, 1 - s)
    # (1 - beta1) (1 - z) = s + (1 - z) (1 - z - s)
    rest = p.certify(0 <= (1 - z) * (1 - z - s), faster, positive)
    bound = p.certify(s <= (1 - beta1) * (1 - z), root, rest)
    return p.certify(statement().claim, bound, p.inverse(kept), weights=[[kept]])
