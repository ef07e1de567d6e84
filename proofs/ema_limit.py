"""The bias of Adam's first moment fades: E m_n tends to mu where all gradients have the mean mu.

Words   If E g_t = mu for every t >= 1 and 0 <= beta1 < 1, then |E m_n - mu| -> 0 as n grows: no correction is
        needed for that.
Source  Derived for this project; from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, mean, power, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying, mean_of_average, n, noisy, t, vanishes, w

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
mu = setting.constant("mu")
setting.assume("stationary", eq(mean(w, g(t, w)), mu), [1 <= t])
DECAY = decaying(setting, beta1)


def statement() -> Statement:
    return Statement(setting, tends(absolute(mean(w, m(n)) - mu), 0, n), assumes=["stationary", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "mu": ([], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    average = mean_of_average(p, m, beta1, mu, n, p.start("m", w), p.next("m", w, n), each)
    low, high = (p.given(name) for name in DECAY)
    fading = p.lim_op("mul", p.lim_const(absolute(mu), n), p.cut(p.lim_base(beta1, n), low, high))
    # |mu beta1^n| <= |mu| beta1^n
    size, nonneg = absolute(mu) * power(beta1, n), p.power_nonneg(low, n)
    above = p.certify(mean(w, m(n)) - mu <= size, average, p.max_right(mu, -mu), nonneg)
    below = p.certify(-(mean(w, m(n)) - mu) <= size, average, p.max_left(mu, -mu), nonneg)
    return vanishes(p, fading, above, below)
