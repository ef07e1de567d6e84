"""Bias correction in the first step of Adam changes the mean squared error by beta1 ((2-beta1) sigma^2 - beta1 mu^2).

Words   Gradients uncorrelated, of mean mu and variance sigma^2; errors measured against mu. At t = 1 the error of m_hat
        exceeds that of m by beta1 ((2 - beta1) sigma^2 - beta1 mu^2), so that the correction makes it smaller exactly
        where mu^2/sigma^2 > (2 - beta1)/beta1 (which is 11/9 for beta1 = 9/10).
Source  Derived for this project; from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_variance import CORRECTED, first_excess, uncorrelated

noise = uncorrelated("m", "p1")
setting, beta1, mu, sigma = noise.setting, noise.beta1, noise.mu, noise.sigma
setting.assume("beta1_below_one", beta1 < 1)


def statement() -> Statement:
    change = noise.corrected_error(lift(0)) - noise.error(lift(1))
    return Statement(setting, eq(change, beta1 * ((2 - beta1) * sigma**2 - beta1 * mu**2)), [], CORRECTED)


def witness() -> Witness:
    return noise.witness()


def prove() -> Theorem:
    return first_excess(Prover(setting), noise)
