"""Adam's bias correction: where all gradients have the mean mu, the corrected first moment has it too.

Words   If E g_t = mu for every t >= 1 and 0 <= beta1 < 1, then E m_hat = mu in every step, for m_hat as the text of
        `adam` computes it, from a slot p1 that holds beta1^t.
Source  Kingma & Ba 2015, section 3 (there for v_hat); from the text of `adam`.
Note    n steps are done, so the m_hat of the sentence is the paper's with t = n + 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying, mean_of_average, mean_of_corrected, n, noisy, t, w

noise = noisy("m", "p1")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
mu = setting.constant("mu")
setting.assume("stationary", eq(mean(w, g(t, w)), mu), [1 <= t])
DECAY = decaying(setting, beta1)


def statement() -> Statement:
    m_hat = noise.reading.value("m_hat", n)
    return Statement(setting, eq(mean(w, m_hat), mu), [0 <= n], ["stationary", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "mu": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    average = mean_of_average(p, m, beta1, mu, n, p.start("m", w), p.next("m", w, n), each)
    following = p.cut(p.inst(average, {n: n + 1}), later)
    low, high = (p.given(name) for name in DECAY)
    return mean_of_corrected(p, noise, ("m", "p1", "m_hat"), beta1, n, following, low, high)
