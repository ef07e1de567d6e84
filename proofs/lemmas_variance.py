"""Lemmas of the variance of Adam's first moment, for uncorrelated gradients of a common mean and variance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, inv, lift, mean, power, total
from adamtheory.logic.statement import Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import (
    Noisy,
    corrected,
    i,
    j,
    mean_of_average,
    n,
    noisy,
    power_below_one,
    power_double,
    t,
    unrolled,
    w,
    weights,
    z,
)

NOISE = ("beta1_nonnegative", "common_mean", "common_variance", "uncorrelated")
CORRECTED = (*NOISE, "beta1_below_one")


@dataclass(frozen=True)
class Noise:
    """Gradients with E g_t = mu, E g_t^2 = mu^2 + sigma^2, E g_i g_j = mu^2; 0 <= beta1."""

    noisy: Noisy
    mu: Any
    sigma: Any

    @property
    def setting(self) -> Setting:
        return self.noisy.setting

    @property
    def beta1(self) -> Any:
        return self.noisy.scalar("beta1")

    def m(self, n: Any, outcome: Any = w) -> Any:
        """The first moment after n steps."""
        return Family("m")(outcome, n)

    def variance(self, n: Any) -> Any:
        """E (m_n - E m_n)^2."""
        return mean(w, (self.m(n) - mean(z, self.m(n, z))) ** 2)

    def error(self, n: Any) -> Any:
        """E (m_n - mu)^2."""
        return mean(w, (self.m(n) - self.mu) ** 2)

    def corrected_error(self, n: Any) -> Any:
        """E (m_hat - mu)^2 in step n + 1."""
        return mean(w, (self.noisy.reading.value("m_hat", n) - self.mu) ** 2)

    def noise_side(self, n: Any) -> Any:
        """(1-b) (1+q) (2-q) sigma^2 with q = b^n: what speaks against the correction."""
        b, q = self.beta1, power(self.beta1, n)
        return (1 - b) * (1 + q) * (2 - q) * self.sigma**2

    def signal_side(self, n: Any) -> Any:
        """(1+b) q (1-q) mu^2 with q = b^n: what speaks for it."""
        b, q = self.beta1, power(self.beta1, n)
        return (1 + b) * q * (1 - q) * self.mu**2

    def excess(self, n: Any) -> Any:
        """q ((1-b) (1+q) (2-q) sigma^2 - (1+b) q (1-q) mu^2)/((1+b) (1-q)) with q = b^n."""
        b, q = self.beta1, power(self.beta1, n)
        return q * (self.noise_side(n) - self.signal_side(n)) / ((1 + b) * (1 - q))

    def witness(self) -> Witness:
        """Constant gradients 1: sigma = 0."""
        return Witness({"g": ([t, w], 1), "mu": ([], 1)}, values={n: 1})


def uncorrelated(*slots: str) -> Noise:
    """The setting with these slots of the text of `adam`."""
    noise = noisy(*slots)
    setting, g = noise.setting, noise.g
    mu, sigma = setting.constants("mu sigma")
    setting.assume("common_mean", eq(mean(w, g(t, w)), mu), [1 <= t])
    setting.assume("common_variance", eq(mean(w, g(t, w) ** 2), mu**2 + sigma**2), [1 <= t])
    setting.assume("uncorrelated", eq(mean(w, g(i, w) * g(j, w)), mu**2), [1 <= i, i < j])
    setting.assume("beta1_nonnegative", 0 <= noise.scalar("beta1"))
    return Noise(noise, mu, sigma)


def first_mean(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- E m_n = mu (1 - b^n)."""
    each = p.using(p.given("common_mean", n + 1), p.certify(1 <= n + 1, p.assume(0 <= n)))
    return mean_of_average(p, s.m, s.beta1, s.mu, n, p.start("m", w), p.next("m", w, n), each)


def new_product(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- E m_n g_{n+1} = mu^2 (1 - b^n): the new gradient is uncorrelated with all that m_n has seen."""
    b, g = s.beta1, s.noisy.g
    whole = unrolled(p, s.m, b, lambda i: g(i, w), n, p.start("m", w), p.next("m", w, n))
    weighted = (1 - b) * total(i, 1, n, power(b, n - i) * g(i, w))
    split = p.mean_of(p.certify(eq(s.m(n) * g(n + 1, w), weighted * g(n + 1, w)), whole), w)
    pair = p.using(p.given("uncorrelated", i, n + 1), p.certify(i < n + 1, p.assume(i <= n)))
    each = p.certify(eq(power(b, n - i) * pair.claim.left, power(b, n - i) * s.mu**2), pair)
    goal = eq(mean(w, s.m(n) * g(n + 1, w)), s.mu**2 * (1 - power(b, n)))
    return p.certify(goal, split, p.sum_of(each, i, 1, n), weights(p, b, n))


def square_mean(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- (1+b) E m_n^2 = (1+b) mu^2 (1-q)^2 + sigma^2 (1-b) (1-q^2) with q = b^n."""
    b, g, start = s.beta1, s.noisy.g, p.assume(0 <= n)

    def claim(n: Any) -> Any:
        q = power(b, n)
        return eq((1 + b) * mean(w, s.m(n) ** 2), (1 + b) * s.mu**2 * (1 - q) ** 2 + s.sigma**2 * (1 - b) * (1 - q**2))

    following = p.next("m", w, n)
    squared = p.certify(eq(s.m(n + 1) ** 2, (b * s.m(n) + (1 - b) * g(n + 1, w)) ** 2), following)
    fresh = p.using(p.given("common_variance", n + 1), p.certify(1 <= n + 1, start))
    zero = p.start("m", w)
    base = p.certify(claim(0), p.mean_of(p.certify(eq(s.m(0) ** 2, 0), zero), w))
    facts = (p.mean_of(squared, w), fresh, new_product(p, s), p.power_next(b, start))
    step = p.certify(claim(n + 1), p.assume(claim(n)), *facts)
    return p.induction(n, 0, claim(n), base, step)


def room(p: Prover, s: Noise) -> Theorem:
    """(1+b) inv(1+b) = 1."""
    return p.inverse(p.certify(0 < 1 + s.beta1, p.given("beta1_nonnegative")))


def error_is(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- E (m_n - mu)^2 = mu^2 q^2 + sigma^2 (1-b) (1-q^2)/(1+b) with q = b^n."""
    b, q = s.beta1, power(s.beta1, n)
    goal = eq(s.error(n), s.mu**2 * q**2 + s.sigma**2 * (1 - b) * (1 - q**2) / (1 + b))
    return p.certify(goal, first_mean(p, s), square_mean(p, s), room(p, s))


def doubled(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- b^(2n) = (b^n)^2."""
    return power_double(p, s.beta1, n)


# --- bias correction --------------------------------------------------------------------------------------------------


def corrected_error_is(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- E (m_hat - mu)^2 = sigma^2 (1-b) (1+q)/((1+b) (1-q)) in step n+1, with q = b^(n+1)."""
    b, q, start = s.beta1, power(s.beta1, n + 1), p.assume(0 <= n)
    later = p.certify(0 <= n + 1, start)
    average, square = (p.cut(p.inst(f(p, s), {n: n + 1}), later) for f in (first_mean, square_mean))
    ratio = inverse_gap(p, s)
    ends = corrected(p, s.noisy, ("m", "p1", "m_hat"), b, n)
    m_hat = ends.claim.left
    short = p.certify(eq((m_hat - s.mu) ** 2, (s.m(n + 1) * inv(1 - q) - s.mu) ** 2), ends)
    goal = eq(s.corrected_error(n), s.sigma**2 * (1 - b) * (1 + q) / (1 + b) / (1 - q))
    return p.certify(goal, p.mean_of(short, w), average, square, ratio, room(p, s))


def inverse_gap(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- (1-q) inv(1-q) = 1 with q = b^(n+1)."""
    return p.inverse(gap_positive(p, s))


def gap_positive(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- 0 < 1 - q with q = b^(n+1)."""
    below = power_below_one(p, p.given("beta1_nonnegative"), p.given("beta1_below_one"), n)
    return p.certify(0 < 1 - power(s.beta1, n + 1), below)


def product_positive(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- 0 < (1+b) (1-q) with q = b^(n+1)."""
    sides = p.certify(0 < 1 + s.beta1, p.given("beta1_nonnegative")), gap_positive(p, s)
    return p.certify(0 < (1 + s.beta1) * (1 - power(s.beta1, n + 1)), *sides)


def excess(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- E (m_hat - mu)^2 - E (m_{n+1} - mu)^2 = what `Noise.excess` says."""
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    raw = p.cut(p.inst(error_is(p, s), {n: n + 1}), later)
    b, kept = s.beta1, 1 - power(s.beta1, n + 1)
    one, other = room(p, s), inverse_gap(p, s)
    whole = p.inverse(product_positive(p, s))
    split = p.certify(eq(inv((1 + b) * kept), inv(1 + b) * inv(kept)), whole, one, other)
    goal = eq(s.corrected_error(n) - s.error(n + 1), s.excess(n + 1))
    return p.certify(goal, corrected_error_is(p, s), raw, split, one, other)


def factor_positive(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- 0 < 1/((1+b) (1-q)) with q = b^(n+1)."""
    return p.inv_positive(product_positive(p, s))


def power_of_rate(p: Prover, s: Noise, strong: Theorem) -> Theorem:
    """0 <= n |- 0 < q from noise_side < signal_side, with q = b^(n+1): at q = 0 the signal side is 0."""
    q = power(s.beta1, n + 1)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    nonneg = p.using(p.power_nonneg(p.given("beta1_nonnegative"), n + 1), later)
    zero = p.antisym(p.assume(q <= 0), nonneg)
    kept = p.certify(0 < 1 - s.beta1, p.given("beta1_below_one"))
    return p.cases(p.absurd(0 < q, strong, zero, kept, squares=[s.sigma]), p.assume(0 < q), q, 0)


def first_excess(p: Prover, s: Noise) -> Theorem:
    """E (m_hat - mu)^2 - E (m_1 - mu)^2 = b ((2-b) sigma^2 - b mu^2) in the first step, where q = b."""
    b = s.beta1
    begun = p.certify(0 <= lift(0))
    found = p.cut(p.inst(excess(p, s), {n: 0}), begun)
    whole = p.inverse(p.cut(p.inst(product_positive(p, s), {n: 0}), begun))
    change = s.corrected_error(lift(0)) - s.error(lift(1))
    return p.certify(eq(change, b * ((2 - b) * s.sigma**2 - b * s.mu**2)), found, whole)


def settled(p: Prover, goal: Rel) -> tuple[Theorem, ...]:
    """Under the witness with g = 1 and beta1 = 1/2: the two errors of the first step are 0 and 1/4."""
    begun = p.certify(0 <= lift(0))
    first = p.chain(eq(Family("m")(w, 1), Fraction(1, 2)), p.cut(p.next("m", w, 0), begun), p.start("m", w))
    ratio = p.rewrite(p.start("p1", w), lambda q: inv(1 - q * Fraction(1, 2)))
    ends = p.start("m", w), ratio, first
    return tuple(
        p.mean_of(p.certify(eq(side.args[1], value), *ends), w)
        for side, value in ((goal.left, 0), (goal.right, Fraction(1, 4)))
    )


def variance_is(p: Prover, s: Noise) -> Theorem:
    """0 <= n |- the variance of m_n is sigma^2 (1-b) (1-q^2)/(1+b), with q = b^n."""
    b, q = s.beta1, power(s.beta1, n)
    goal = eq(s.variance(n), s.sigma**2 * (1 - b) * (1 - q**2) / (1 + b))
    return p.certify(goal, first_mean(p, s), square_mean(p, s), room(p, s))
