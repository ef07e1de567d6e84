"""The expectation of Adam's second moment is (1 - beta2^n) s where all squared gradients have the mean s.

Words   If E g_t^2 = s for every t >= 1, then E v_n = s (1 - beta2^n).
Source  Kingma & Ba 2015, section 3, equation (4), where E g_t^2 may drift and an error term zeta is left; from the
        text of `adam`. Nothing is assumed of independence.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import mean_of_average, n, noisy, t, w

noise = noisy("v")
setting, g, v, beta2 = noise.setting, noise.g, noise.slot("v"), noise.scalar("beta2")
s = setting.constant("s")
setting.assume("stationary", eq(mean(w, g(t, w) ** 2), s), [1 <= t])


def statement() -> Statement:
    return Statement(setting, eq(mean(w, v(n)), s * (1 - power(beta2, n))), [0 <= n], ["stationary"])


def witness() -> Witness:
    return Witness({"g": ([t, w], 2), "s": ([], 4)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    return mean_of_average(p, v, beta2, s, n, p.start("v", w), p.next("v", w, n), each)
