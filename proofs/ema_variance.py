"""The variance of Adam's first moment for uncorrelated gradients: sigma^2 (1-beta1)(1-beta1^(2n))/(1+beta1).

Words   If E g_t = mu, E g_t^2 = mu^2 + sigma^2 and E g_i g_j = mu^2 for i < j, and 0 <= beta1, then the expectation of
        (m_n - E m_n)^2 is sigma^2 (1 - beta1)(1 - beta1^(2n))/(1 + beta1).
Source  Derived for this project (classical for moving averages); from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n
from adamtheory.proofs.lemmas_variance import NOISE, doubled, uncorrelated, variance_is

noise = uncorrelated("m")
setting, beta1, sigma = noise.setting, noise.beta1, noise.sigma


def statement() -> Statement:
    spread = sigma**2 * (1 - beta1) * (1 - power(beta1, 2 * n)) / (1 + beta1)
    return Statement(setting, eq(noise.variance(n), spread), [0 <= n], NOISE)


def witness() -> Witness:
    return noise.witness()


def prove() -> Theorem:
    p = Prover(setting)
    return p.certify(statement().claim, variance_is(p, noise), doubled(p, noise))
