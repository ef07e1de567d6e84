"""Under momentum and a small L2 penalty the weights settle to a factor a step: the larger root of their recursion.

Words   `sgd_l2` without loss from x_0 that is not 0, with 0 <= beta1 < 1 and s = alpha lambda' > 0: if z > 0 solves
        z^2 = (1 + beta1 - s) z - beta1 and beta1 < z^2 (it is the larger of two different roots), then
        x_{n+1}/x_n -> z. By `decay_l2_momentum_factor` z <= 1 - s/(1 - beta1), where decoupled decay has 1 - s.
Source  Derived for this project; from the text of `sgd_l2`.
Note    There is such a z exactly for s < (1 - sqrt(beta1))^2; above it the weights oscillate
        (`decay_l2_momentum_oscillates`). The ratio falls from 1 - s to z: 0 <= x_{n+1}/x_n - z <= q^n (1 - s - z) with
        q = beta1/z^2. To second order z = 1 - s/(1 - beta1) - beta1 s^2/(1 - beta1)^3.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, power, real, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_decay import characteristic, penalised_run, recursion, root_at_most
from adamtheory.proofs.lemmas_twins import n, start, unfolded

setting, run, alpha, penalty = penalised_run()
beta1, s = run.scalars["beta1"], alpha * penalty
setting.assume("shrink_positive", 0 < s)
ASSUMED = ["shrink_positive", *decaying(setting, beta1)]
z = real("z")
q = beta1 / z**2


def x(n):
    return run.slot("x", n)


HYPS = [eq(characteristic(z, beta1, s), 0), 0 < z, beta1 < z**2, 0 < x(0) ** 2]


def statement() -> Statement:
    return Statement(setting, tends(x(n + 1) / x(n), z, n), HYPS, ASSUMED)


def witness() -> Witness:
    """beta1 = 1/4 and s = 1/6 from x_0 = 1: the factors are 3/4 and 1/3."""

    def shown(p, goal, guards):
        return p.certify(goal, *guards, *([start(p, run)] if goal.families else ()))

    values = {"alpha": ([], 1), "penalty": ([], Fraction(1, 6)), "beta1": ([], Fraction(1, 4)), "x0": ([], 1)}
    return Witness(values, values={z: Fraction(3, 4)}, prove=shown)


def y(n):
    """x_n times x_0, which stays positive."""
    return x(0) * x(n)


def gap(n):
    """y_{n+1} - z y_n = q^n z^n (1 - s - z) y_0."""
    return eq(y(n + 1) - z * y(n), power(q, n) * power(z, n) * (1 - s - z) * y(0))


def gaps(p: Prover, root: Theorem, above: Theorem, inverse: Theorem) -> Theorem:
    """The gap, by induction: x_{n+2} - z x_{n+1} = (beta1/z)(x_{n+1} - z x_n), and beta1/z = q z."""
    begun = p.assume(0 <= n)
    moved = p.using(recursion(p, run, alpha, penalty), begun)
    held = p.certify(eq(q * z * z, beta1), inverse)
    other = p.certify(eq(1 + beta1 - s - z, q * z), root, inverse, p.inverse(above), rounds=2)
    turned = p.certify(eq(y(n + 2) - z * y(n + 1), q * z * (y(n + 1) - z * y(n))), moved, other, held)
    later = p.power_next(q, begun), p.power_next(z, begun)
    following = p.certify(gap(n + 1), turned, p.assume(gap(n)), *later, rounds=3)
    base = p.certify(gap(lift(0)), *unfolded(p, run, 1), rounds=3)
    return p.using(p.induction(n, 0, gap(n), base, following), begun)


def prove() -> Theorem:
    p = Prover(setting)
    positive, low, high = (p.given(name) for name in ASSUMED)
    root, above, larger, weight = p.assume(*HYPS)
    begun, square = p.assume(0 <= n), p.certify(0 < z**2, above)
    inverse, first = p.inverse(square), p.certify(0 < y(0), weight)
    q_nonneg = p.certify(0 <= q, low, p.inv_positive(square))
    excess = p.certify(0 <= 1 - s - z, root_at_most(p, root, above, positive, low, high))
    qs, zs = p.using(p.power_nonneg(q_nonneg, n), begun), p.using(p.power_positive(above, n), begun)
    # z y_n <= y_{n+1}, so z^n y_0 <= y_n: the weights keep their sign
    held, share = gaps(p, root, above, inverse), p.certify(0 <= power(q, n) * (1 - s - z), qs, excess)
    less = p.certify(0 < power(z, n) * y(0), zs, first)
    ahead = p.certify(0 <= share.claim.right * (power(z, n) * y(0)), share, less)
    upward, kept = p.certify(z * y(n) <= y(n + 1), held, ahead), power(z, n) * y(0) <= y(n)
    grown = p.certify(z * (power(z, n) * y(0)) <= z * y(n), p.assume(kept), above)
    later = p.certify(power(z, n + 1) * y(0) <= y(n + 1), upward, p.power_next(z, begun), grown)
    least = p.using(p.induction(n, 0, kept, p.certify(power(z, 0) * y(0) <= y(0)), later), begun)
    present = p.certify(0 < y(n), least, less)
    # z <= x_{n+1}/x_n <= z + q^n (1 - s - z)
    ratio, positive_square = x(n + 1) / x(n), p.certify(0 < y(n) ** 2, present)
    nonzero = p.certify(0 < x(n) ** 2, positive_square, weight, weights=[[weight]])
    over = p.certify(eq((ratio - z) * y(n), y(n + 1) - z * y(n)), p.inverse(nonzero))
    below = p.certify(z <= ratio, over, upward, present, weights=[[present]])
    most = p.certify(share.claim.right * (power(z, n) * y(0)) <= share.claim.right * y(n), least, share)
    top = p.certify(ratio <= z + share.claim.right, over, held, most, present, weights=[[present]])
    q_small = p.certify(q < 1, larger, p.inv_positive(square), inverse)
    fading = p.lim_op("mul", p.cut(p.lim_base(q, n), q_nonneg, q_small), p.lim_const(1 - s - z, n))
    limit = p.lim_op("add", p.lim_const(z, n), fading)
    return p.lim_squeeze(p.lim_const(z, n), limit, 0, below, top)
