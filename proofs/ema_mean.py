"""The expectation of Adam's first moment is (1 - beta1^n) mu where all gradients have the mean mu.

Words   If E g_t = mu for every t >= 1, then E m_n = mu (1 - beta1^n): the average starts at 0 and leans to it.
Source  Kingma & Ba 2015, section 3, equation (4), there for the second moment and with an error term zeta; from the
        text of `adam`. Nothing is assumed of independence.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import mean_of_average, n, noisy, t, w

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
mu = setting.constant("mu")
setting.assume("stationary", eq(mean(w, g(t, w)), mu), [1 <= t])


def statement() -> Statement:
    return Statement(setting, eq(mean(w, m(n)), mu * (1 - power(beta1, n))), [0 <= n], ["stationary"])


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "mu": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    return mean_of_average(p, m, beta1, mu, n, p.start("m", w), p.next("m", w, n), each)
