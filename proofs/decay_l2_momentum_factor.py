"""Whatever factor the weights settle to under momentum and an L2 penalty, it is at most 1 - s/(1 - beta1).

Words   `sgd_l2` without loss, with 0 <= beta1 < 1 and s = alpha lambda' > 0: a positive factor z that solves the
        recursion x_{n+2} = (1 + beta1 - s) x_{n+1} - beta1 x_n by x_n = z^n is at most 1 - s/(1 - beta1). Decoupled
        decay with the same s multiplies the weights by 1 - s.
Source  Derived for this project; the recursion is `decay_l2_momentum_recursion`, from the text of `sgd_l2`.
Note    There is such a factor for s <= (1 - sqrt(beta1))^2 only; the ratio of the weights tends to it
        (`decay_l2_momentum_rate`). For larger s the weights oscillate and may shrink more slowly than by 1 - s
        (`decay_l2_momentum_oscillates`). z^2 - (1 + beta1 - s) z + beta1 = (s - x)(1 - x) + beta1 x with x = 1 - z.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_decay import characteristic, penalised_run, root_at_most

setting, run, alpha, penalty = penalised_run()
beta1, s = run.scalars["beta1"], alpha * penalty
setting.assume("shrink_positive", 0 < s)
ASSUMED = ["shrink_positive", *decaying(setting, beta1)]
z = real("z")


def statement() -> Statement:
    return Statement(setting, z <= 1 - s / (1 - beta1), [eq(characteristic(z, beta1, s), 0), 0 < z], ASSUMED)


def witness() -> Witness:
    """beta1 = 1/4 and s = 1/6: the factors are 3/4 and 1/3, and 1 - s/(1 - beta1) = 7/9."""
    values = {"alpha": ([], 1), "penalty": ([], Fraction(1, 6)), "beta1": ([], Fraction(1, 4)), "x0": ([], 1)}
    return Witness(values, values={z: Fraction(3, 4)})


def prove() -> Theorem:
    p = Prover(setting)
    positive, low, high = (p.given(name) for name in ASSUMED)
    root, begun = p.assume(eq(characteristic(z, beta1, s), 0), 0 < z)
    faster = root_at_most(p, root, begun, positive, low, high)
    # (1 - beta1) (1 - z) = s + (1 - z) (1 - z - s)
    rest = p.certify(0 <= (1 - z) * (1 - z - s), faster, positive)
    kept = p.certify(0 < 1 - beta1, high)
    bound = p.certify(s <= (1 - beta1) * (1 - z), root, rest)
    return p.certify(statement().claim, bound, p.inverse(kept), weights=[[kept]])
