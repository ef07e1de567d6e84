"""The denominator of Adam is unbiased, its reciprocal is too large on average: E 1/sqrt(v_hat) >= 1/sqrt(E g^2).

Words   If E g_t^2 = s for every t >= 1, 0 <= beta2 < 1 and v_hat > 0 in every outcome, then in every step
        E 1/sqrt(v_hat) >= 1/sqrt(s), though E v_hat = s (`bias_correction_second_moment`).
Source  Jensen's inequality, derived for this project; from the text of `adam`.
Note    By the tangent 1/sqrt(x) >= 3/(2 sqrt(s)) - x/(2 s sqrt(s)), whose error is (y-z)^2 (2y+z) x/2 with
        y = 1/sqrt(x), z = 1/sqrt(s). n steps are done, so v_hat is the paper's with t = n + 1.
Witness beta2 = 0. By exact evaluation the assumptions also hold for beta2 = 1/2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying, mean_of_average, mean_of_corrected, n, noisy, t, w
from adamtheory.proofs.lemmas_direction import reciprocal_mean, unit_moment

noise = noisy("v", "p2")
setting, g, v, beta2 = noise.setting, noise.g, noise.slot("v"), noise.scalar("beta2")
s = setting.constant("s")
setting.means_exist()
v_hat = noise.reading.value("v_hat", n)
setting.assume("stationary", eq(mean(w, g(t, w) ** 2), s), [1 <= t])
setting.assume("positive", 0 < v_hat, [0 <= n])
DECAY = decaying(setting, beta2, "beta2")


def statement() -> Statement:
    claim = 1 / sqrt(s) <= mean(w, 1 / sqrt(v_hat))
    return Statement(setting, claim, [0 <= n], ["means_exist", "stationary", "positive", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t, w], 1), "s": ([], 1)}, values={n: 1}, prove=unit_moment)


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    average = mean_of_average(p, v, beta2, s, n, p.start("v", w), p.next("v", w, n), each)
    following = p.cut(p.inst(average, {n: n + 1}), later)
    unbiased = mean_of_corrected(p, noise, ("v", "p2", "v_hat"), beta2, n, following, *map(p.given, DECAY))
    return reciprocal_mean(p, v_hat, s, unbiased, p.given("positive", n=n, w=w))
