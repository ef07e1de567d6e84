"""The bound on the bias that drift leaves in Adam's first moment is attained by a mean that grows by L in every step.

Words   If E g_t = L t for every t >= 1 with L >= 0, and 0 <= beta1 < 1, then for n >= 1 the distance of E m_n from
        (1 - beta1^n) E g_n is exactly L beta1 (1 - n beta1^(n-1) + (n-1) beta1^n)/(1 - beta1), the bound of
        `ema_drift_bound`.
Source  Derived for this project; from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, mean, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying, drift, i, mean_age, mean_age_is, n, noisy, power_nonneg_at, t, w

noise = noisy("m")
setting, g, m, beta1 = noise.setting, noise.g, noise.slot("m"), noise.scalar("beta1")
L = setting.constant("L")
setting.assume("growing", eq(mean(w, g(t, w)), L * t), [1 <= t])
setting.assume("nonnegative_slope", 0 <= L)
DECAY = decaying(setting, beta1)
gap = mean(w, m(n)) - (1 - power(beta1, n)) * mean(w, g(n, w))


def statement() -> Statement:
    assumes = ["growing", "nonnegative_slope", *DECAY]
    return Statement(setting, eq(absolute(gap), L * mean_age(beta1, n)), [1 <= n], assumes)


def witness() -> Witness:
    return Witness({"g": ([t, w], t), "L": ([], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.assume(1 <= n)
    low, high = (p.given(name) for name in DECAY)
    zeta = p.using(drift(p, noise, beta1, n), p.certify(0 <= n, begun))
    age = mean_age_is(p, beta1, n, high)
    weight = power(beta1, n - i)
    here, last = p.given("growing", i), p.given("growing", n)
    each = p.certify(eq(weight * (mean(w, g(i, w)) - mean(w, g(n, w))), -L * weight * (n - i)), here, last)
    exact = p.certify(eq(-gap, L * mean_age(beta1, n)), zeta, p.sum_of(each, i, 1, n), age)
    # the age is not negative, so the gap is at most 0 and its absolute value is its negative
    old = p.certify(0 <= weight * (n - i), power_nonneg_at(p, low, n - i, p.assume(i <= n)), p.assume(i <= n))
    ages = p.sum_of(old, i, 1, n)
    kept = p.certify(0 < 1 - beta1, high)
    aged = p.certify(0 <= mean_age(beta1, n), ages, age, kept)
    below = p.certify(gap <= -gap, exact, p.certify(0 <= L * mean_age(beta1, n), aged, p.given("nonnegative_slope")))
    return p.certify(eq(absolute(gap), L * mean_age(beta1, n)), p.max_is(below), exact)
