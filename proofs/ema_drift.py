"""The expectation of Adam's first moment when the gradients drift: (1 - beta1^n) E g_n and an exact remainder zeta_n.

Words   E m_n = (1 - beta1^n) E g_n + zeta_n with zeta_n = (1 - beta1) times the sum of beta1^(n-i) (E g_i - E g_n)
        over i = 1, ..., n, for any gradients that have expectations.
Source  Kingma & Ba 2015, section 3, equation (4), there for the second moment; the paper does not write zeta out.
        From the text of `adam`.
Note    Nothing is assumed: no independence, no stationarity, and beta1 may be any real number.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean, power, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs import lemmas_average
from adamtheory.proofs.lemmas_average import i, n, noisy, w

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")


def statement() -> Statement:
    late = mean(w, g(n, w))
    zeta = (1 - beta1) * total(i, 1, n, power(beta1, n - i) * (mean(w, g(i, w)) - late))
    return Statement(setting, eq(mean(w, m(n)), (1 - power(beta1, n)) * late + zeta), [0 <= n])


def witness() -> Witness:
    return Witness({"g": ([n, w], n)}, values={n: 1})


def prove() -> Theorem:
    return lemmas_average.drift(Prover(setting), noise, beta1, n)
