"""The variance of Adam's first moment tends to sigma^2 (1-beta1)/(1+beta1) for uncorrelated gradients.

Words   If E g_t = mu, E g_t^2 = mu^2 + sigma^2 and E g_i g_j = mu^2 for i < j, and 0 <= beta1 < 1, then the distance
        of the variance of m_n from sigma^2 (1 - beta1)/(1 + beta1) tends to 0: in the end m_n is as good as the mean
        of (1 + beta1)/(1 - beta1) gradients, 19 for beta1 = 9/10.
Source  Derived for this project (classical for moving averages); from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, power, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n, t, vanishes, w
from adamtheory.proofs.lemmas_variance import CORRECTED, uncorrelated, variance_is

noise = uncorrelated("m")
setting, beta1, sigma = noise.setting, noise.beta1, noise.sigma
setting.assume("beta1_below_one", beta1 < 1)
end = sigma**2 * (1 - beta1) / (1 + beta1)


def statement() -> Statement:
    return Statement(setting, tends(absolute(noise.variance(n) - end), 0, n), assumes=CORRECTED)


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "mu": ([], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    low, high = p.given("beta1_nonnegative"), p.given("beta1_below_one")
    fading = p.cut(p.lim_base(beta1, n), low, high)
    limit = p.lim_op("mul", p.lim_const(end, n), p.lim_op("mul", fading, fading))
    gap, size = variance_is(p, noise), end * (power(beta1, n) * power(beta1, n))  # variance = end - size
    kept = p.certify(0 <= 1 - beta1, high)
    room = p.inv_positive(p.certify(0 < 1 + beta1, low))
    rate = p.certify(0 <= (1 - beta1) / (1 + beta1), kept, room)
    nonneg = p.certify(0 <= end, rate, squares=[sigma])
    positive = p.certify(0 <= size, nonneg, squares=[power(beta1, n)])
    above = p.certify(noise.variance(n) - end <= size, gap, positive)
    return vanishes(p, limit, above, p.certify(-(noise.variance(n) - end) <= size, gap))
