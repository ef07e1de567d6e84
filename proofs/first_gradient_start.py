"""A moving average that begins with the first gradient against the bias correction, in mean squared error.

Words   Gradients uncorrelated, of mean mu and variance sigma^2, 0 <= beta1 < 1, q = beta1^t. The average that begins
        with g_1 has the mean mu, as m_hat has, and its mean squared error exceeds that of m_hat by 2 sigma^2
        beta1^(t-1) (beta1 - q)(q - (1 - beta1))/((1 + beta1)(1 - q)): for t >= 2 it is the noisier one exactly where
        beta1^t > 1 - beta1, for beta1 = 9/10 at t = 2, ..., 21.
Source  Derived for this project; from the texts of `momentum_average`, with the rate 0 in its first step, and `adam`.
Note    n steps are done, so t = n + 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import n
from adamtheory.proofs.lemmas_first_gradient import ASSUMED, Begun

both = Begun()


def statement() -> Statement:
    return Statement(both.setting, both.claim(), [0 <= n], ASSUMED)


def witness() -> Witness:
    return both.witness()


def prove() -> Theorem:
    return both.excess(Prover(both.setting))
