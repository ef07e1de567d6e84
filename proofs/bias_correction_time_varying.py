"""Adam's text stays unbiased when beta1 changes from step to step, since its slot p1 is the product of the rates.

Words   With rates 0 <= b_t < 1 for beta1 in step t and E g_t = mu for every t >= 1, E m_hat = mu in every step, for
        m_hat as the text of `adam` computes it.
Source  Derived for this project; the rates of Kingma & Ba 2015, Theorem 4.1, are a case.
Note    The paper's Algorithm 1 divides by 1 - beta1^t instead, which is biased for such rates
        (`bias_correction_constant_power_refuted`). n steps are done, so m_hat is the paper's with t = n + 1.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, inv, mean
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import mean_of_scheduled, n, product_below_one, scheduled, t, w, z

noise = scheduled("m", "p1")
setting, m, b, mu = noise.setting, noise.slot("m"), noise.b, noise.mu
setting.assume("rate_nonnegative", 0 <= b(t), [1 <= t])
setting.assume("rate_below_one", b(t) < 1, [1 <= t])


def statement() -> Statement:
    m_hat = noise.reading.value("m_hat", n)
    return Statement(setting, eq(mean(w, m_hat), mu), [0 <= n], ["stationary", "rate_nonnegative", "rate_below_one"])


def witness() -> Witness:
    return noise.witness()


def P(n: Any) -> Any:
    """The product of the first n rates: p1 does not depend on the outcome, so it is its own mean."""
    return mean(z, Family("p1")(z, n))


def prove() -> Theorem:
    p = Prover(setting)
    start = p.assume(0 <= n)
    m_hat, p1 = noise.reading.value("m_hat", n), noise.slot("p1")
    begin, following = p.mean_of(p.start("p1", z), z), p.mean_of(p.next("p1", z, n), z)
    step = p.certify(eq(p1(n + 1), P(n + 1)), p.assume(eq(p1(n), P(n))), p.next("p1", w, n), following)
    held = p.induction(n, 0, eq(p1(n), P(n)), p.chain(eq(p1(0), P(0)), p.start("p1", w), begin), step)
    same = p.certify(eq(p1(n) * b(n + 1), P(n + 1)), held, following)
    ratio = p.rewrite(same, lambda q: inv(1 - q))
    short = p.certify(eq(m_hat, m(n + 1) * inv(1 - P(n + 1))), ratio, p.next("m", w, n))
    average = mean_of_scheduled(p, noise, P, n, begin, following)
    later = p.cut(p.inst(average, {n: n + 1}), p.certify(0 <= n + 1, start))
    below = product_below_one(p, P, b, n, begin, following)
    return p.certify(eq(mean(w, m_hat), mu), p.mean_of(short, w), later, p.inverse(p.certify(0 < 1 - P(n + 1), below)))
