"""Under momentum and an L2 penalty above (1 - sqrt(beta1))^2 no real factor solves the recursion of the weights.

Words   `sgd_l2` without loss, with 0 <= beta1 and (1 - sqrt(beta1))^2 < s = alpha lambda' < (1 + sqrt(beta1))^2: no
        x_n = z^n with real z solves x_{n+2} = (1 + beta1 - s) x_{n+1} - beta1 x_n, since
        z^2 - (1 + beta1 - s) z + beta1 > 0 for every z.
Source  Derived for this project; the recursion is `decay_l2_momentum_recursion`, from the text of `sgd_l2`.
Note    The two complex factors have the modulus sqrt(beta1), whatever s is: for beta1 = 9/10 that is .949 a step from
        s = .0026 on, so that from s = .0514 on decoupled decay by 1 - s is the faster of the two.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import real, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import characteristic, penalised_run
from adamtheory.proofs.lemmas_witness import root_is

setting, run, alpha, penalty = penalised_run()
beta1, s = run.scalars["beta1"], alpha * penalty
setting.assume("beta1_nonnegative", 0 <= beta1)
z = real("z")
root = sqrt(beta1)


def statement() -> Statement:
    hyps = [(1 - root) ** 2 < s, s < (1 + root) ** 2]
    return Statement(setting, 0 < characteristic(z, beta1, s), hyps, ["beta1_nonnegative"])


def witness() -> Witness:
    """beta1 = 1/4 and s = 1: between 1/4 and 9/4."""

    def shown(p, goal, guards):
        return p.certify(goal, root_is(p, Fraction(1, 4), Fraction(1, 2)), *guards)

    values = {"alpha": ([], 1), "penalty": ([], 1), "beta1": ([], Fraction(1, 4)), "x0": ([], 1)}
    return Witness(values, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    above, below = p.assume((1 - root) ** 2 < s, s < (1 + root) ** 2)
    square = p.sqrt_square(p.given("beta1_nonnegative"))
    # 4 beta1 - (1 + beta1 - s)^2 = (s - (1 - root)^2) ((1 + root)^2 - s)
    apart = p.certify(0 < (s - (1 - root) ** 2) * ((1 + root) ** 2 - s), above, below)
    discriminant = p.certify(0 < 4 * beta1 - (1 + beta1 - s) ** 2, apart, square, rounds=2)
    return p.certify(statement().claim, discriminant, squares=[2 * z - (1 + beta1 - s)])
