"""The bound 2 G (beta1 - beta1^N) on the bias of Adam's first moment is attained by means -G, ..., -G, G.

Words   If E g_t = -G for 1 <= t < N and E g_N = G with G >= 0, and 0 <= beta1 < 1, then the distance of E m_N from
        (1 - beta1^N) E g_N is exactly 2 G (beta1 - beta1^N), the bound of `ema_drift_bounded`.
Source  Derived for this project; from the text of `adam`.
"""

from collections.abc import Sequence

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, mean, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import (
    decaying,
    drift,
    i,
    n,
    noisy,
    power_at_most_one,
    shifted,
    t,
    w,
    weights,
)

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
G, N = setting.constant("G"), setting.constant("N", "Z")
setting.assume("early", eq(mean(w, g(t, w)), -G), [1 <= t, t < N])
setting.assume("last", eq(mean(w, g(N, w)), G))
setting.assume("nonnegative_bound", 0 <= G)
setting.assume("rounds", 1 <= N)
DECAY = decaying(setting, beta1)
gap = mean(w, m(N)) - (1 - power(beta1, N)) * mean(w, g(N, w))
bound = 2 * G * (beta1 - power(beta1, N))


def statement() -> Statement:
    assumes = ["early", "last", "nonnegative_bound", "rounds", *DECAY]
    return Statement(setting, eq(absolute(gap), bound), assumes=assumes)


def witness() -> Witness:
    return Witness({"g": ([t, w], 2 * t - 3), "G": ([], 1), "N": ([], 2)}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """1 <= t < 2 leaves t = 1; the rest at once."""
    if not guards:
        return p.certify(goal)
    below = p.integers(guards[1])
    return p.certify(goal, p.antisym(p.certify(t <= 1, below), guards[0]))


def prove() -> Theorem:
    p = Prover(setting)
    begun, low, high = p.given("rounds"), *(p.given(name) for name in DECAY)
    before = p.certify(0 <= N - 1, begun)
    # the last difference is 0, the others are -2 G
    apart, last = mean(w, g(i, w)) - mean(w, g(N, w)), p.given("last")
    split = p.using(shifted(p, beta1, N - 1, lambda i: mean(w, g(i, w)) - mean(w, g(N, w))), before)
    earlier = p.using(p.given("early", i), p.certify(i < N, p.assume(i <= N - 1)))
    weight = power(beta1, N - 1 - i)
    summed = p.sum_of(p.certify(eq(weight * apart, -2 * G * weight), earlier, last), i, 1, N - 1)
    share = p.using(weights(p, beta1, N - 1), before)
    following = p.using(p.power_next(beta1, before), before)
    zeta = p.cut(p.inst(drift(p, noise, beta1, n), {n: N}), p.certify(0 <= N, begun))
    exact = p.certify(eq(-gap, bound), zeta, split, summed, share, following)
    # and the bound is not negative
    rest = p.certify(0 <= 1 - power(beta1, N - 1), p.using(power_at_most_one(p, low, high, N - 1), before))
    nonneg = p.certify(
        0 <= bound, p.certify(0 <= beta1 * rest.claim.right, low, rest), p.given("nonnegative_bound"), following
    )
    return p.certify(eq(absolute(gap), bound), p.max_is(p.certify(gap <= -gap, exact, nonneg)), exact)
