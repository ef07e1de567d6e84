"""A moving average with decay rates b_t leaves a constant mean short by the product of all rates.

Words   For m_t = b_t m_{t-1} + (1 - b_t) g_t with E g_t = mu for every t >= 1: E m_n = mu (1 - b_1 b_2 ... b_n), so
        1 - b_1 ... b_n is what the average must be divided by. `P` is the running product.
Source  Derived for this project; the text of `adam`, whose beta1 changes from step to step as in Kingma & Ba 2015,
        Theorem 4.1 (there b_t = beta1 lambda^(t-1), while Algorithm 1 divides by 1 - beta1^t).
Note    The rates may be any real numbers.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import mean_of_scheduled, n, scheduled, w

noise = scheduled("m")
setting, m = noise.setting, noise.slot("m")
(P,) = setting.define({"P": (1, lambda n, P: P * noise.b(n + 1))})


def statement() -> Statement:
    return Statement(setting, eq(mean(w, m(n)), noise.mu * (1 - P(n))), [0 <= n], ["stationary"])


def witness() -> Witness:
    return noise.witness()


def prove() -> Theorem:
    p = Prover(setting)
    return mean_of_scheduled(p, noise, P, n, p.start("P"), p.next("P", n))
