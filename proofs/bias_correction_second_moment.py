"""Adam's bias correction: where all squared gradients have the mean s, the corrected second moment has it too.

Words   If E g_t^2 = s for every t >= 1 and 0 <= beta2 < 1, then E v_hat = s in every step, for v_hat as the text of
        `adam` computes it, from a slot p2 that holds beta2^t.
Source  Kingma & Ba 2015, section 3; from the text of `adam`.
Note    n steps are done, so the v_hat of the sentence is the paper's with t = n + 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, mean
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying, mean_of_average, mean_of_corrected, n, noisy, t, w

noise = noisy("v", "p2")
setting, g, v, beta2 = noise.setting, noise.g, noise.slot("v"), noise.scalar("beta2")
s = setting.constant("s")
setting.assume("stationary", eq(mean(w, g(t, w) ** 2), s), [1 <= t])
DECAY = decaying(setting, beta2, "beta2")


def statement() -> Statement:
    v_hat = noise.reading.value("v_hat", n)
    return Statement(setting, eq(mean(w, v_hat), s), [0 <= n], ["stationary", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t, w], 2), "s": ([], 4)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    average = mean_of_average(p, v, beta2, s, n, p.start("v", w), p.next("v", w, n), each)
    following = p.cut(p.inst(average, {n: n + 1}), later)
    low, high = (p.given(name) for name in DECAY)
    return mean_of_corrected(p, noise, ("v", "p2", "v_hat"), beta2, n, following, low, high)
