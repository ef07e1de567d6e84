"""AdaDelta's first step tends to sqrt(eps_n/(1 - rho)) as the first gradient grows: a hidden learning rate.

Words   With the gradient k in round 1, |delta_1 - sqrt(eps_n)/sqrt(1 - rho)| tends to 0 as k grows; for rho < 1 and
        eps_d >= 0. For rho = 9/10 and eps = 10^-6 this is 0.00316, whatever the problem is.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, integer, inv, lift, sqrt, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import first_roots, plain, t
from adamtheory.proofs.lemmas_roots import scaled_root

k = integer("k")

setting = Setting()
g, run = plain(setting)
rho, eps_n, eps_d = map(run.scalar, ("rho", "eps_n", "eps_d"))
setting.assume("rho_below_one", rho < 1)
setting.assume("eps_d_nonnegative", 0 <= eps_d)
first, limit = run.delta(lift(0), g=k), sqrt(eps_n) / sqrt(1 - rho)


def statement() -> Statement:
    claim = tends(absolute(first - limit), 0, k)
    return Statement(setting, claim, assumes=["rho_below_one", "eps_d_nonnegative"])


def witness() -> Witness:
    return Witness({"g": ([t], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    kept, more = p.certify(0 < 1 - rho, p.given("rho_below_one")), p.given("eps_d_nonnegative")
    # for k >= 1 the step is sqrt(eps_n)/sqrt(q) with q = 1 - rho + eps_d/k^2
    q = 1 - rho + eps_d * ((1 / k) * (1 / k))
    small = p.lim_op("mul", p.lim_const(eps_d, k), p.lim_op("mul", p.lim_recip(k), p.lim_recip(k)))
    inner = p.lim_op("sqrt", p.lim_op("add", p.lim_const(1 - rho, k), small))
    shrunk = p.lim_inv(inner, p.nonzero(p.sqrt_positive(kept)))
    gap = p.lim_op("mul", p.lim_const(-sqrt(eps_n), k), shrunk)
    gap = p.lim_op("add", p.lim_const(limit, k), gap)
    begun = p.assume(1 <= k)
    positive = p.certify(0 < k, begun)
    more_than = p.certify(1 - rho <= q, more, squares=[1 / k])
    q_positive = p.certify(0 < q, kept, more, squares=[1 / k])
    factor = scaled_root(p, positive, p.restate(0 <= q, q_positive))  # sqrt(k^2 q) = k sqrt(q)
    same = p.certify(eq((1 - rho) * k**2 + eps_d, k**2 * q), p.inverse(positive))
    below = p.chain(
        eq(1 / sqrt(same.claim.left), 1 / (k * sqrt(q))), p.rewrite(same, lambda z: 1 / sqrt(z)), p.rewrite(factor, inv)
    )
    value = p.certify(eq(first, sqrt(eps_n) / sqrt(q)), *first_roots(p, run, k), below, p.inverse(positive))
    # and that is below the limit, so that |delta - limit| is the gap
    root = p.sqrt_monotone(more_than, p.restate(0 <= 1 - rho, kept))
    less = p.reciprocal(root, p.sqrt_positive(kept))
    at_most = p.certify(sqrt(eps_n) / sqrt(q) <= limit, less, p.sqrt_nonneg(eps_n))
    high = p.certify(first - limit <= gap.claim.left, value, at_most, degree=1)
    low = p.certify(-(first - limit) <= gap.claim.left, value, degree=1)
    size = p.max_least(high, low)
    e = first - limit
    zero = p.certify(0 <= absolute(e), p.max_left(e, -e), p.max_right(e, -e))
    return p.lim_squeeze(p.lim_const(lift(0), k), gap, 1, zero, size)
