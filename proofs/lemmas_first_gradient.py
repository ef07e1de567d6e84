"""A moving average that begins with the first gradient, against one that begins with 0 and is corrected."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, indicator, lift, mean, power, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Witness
from adamtheory.proofs.lemmas_average import i, n, shifted, t, w, weights
from adamtheory.proofs.lemmas_variance import CORRECTED, corrected_error_is, inverse_gap, room, uncorrelated
from adamtheory.rules.descent import momentum_average

ASSUMED = (*CORRECTED, "first_rate", "later_rates")


class Begun:
    """`momentum_average` with the rate 0 in step 1 and beta1 after it, beside `adam`, on the same random gradients."""

    def __init__(self) -> None:
        self.noise = uncorrelated("m", "p1")
        self.setting, self.b = self.noise.setting, self.noise.beta1
        rate, g = self.setting.family("rate", "Z"), Family("g")
        self.setting.assume("beta1_below_one", self.b < 1)
        self.setting.assume("first_rate", eq(rate(1), 0))
        self.setting.assume("later_rates", eq(rate(t), self.b), [2 <= t])
        given: dict[str, Any] = {"inputs": {"g": lambda t, x: g(t, w)}, "names": {"m": "M"}, "coordinates": [w]}
        read(momentum_average, self.setting, slots=["m"], scalars={"beta1": lambda t: rate(t), "lr": 0}, **given)

    def M(self, n: Any) -> Any:
        """The average after n steps."""
        return Family("M")(w, n)

    def error(self, n: Any) -> Any:
        """E (M_n - mu)^2."""
        return mean(w, (self.M(n) - self.noise.mu) ** 2)

    def witness(self) -> Witness:
        """beta1 = 1/2, which is the rate from step 2 on; every gradient is 1."""
        half = Fraction(1, 2)

        def shown(p: Prover, goal: Any, guards: Any) -> Theorem:
            if goal.kind == "eq" and goal.right is lift(0) and not goal.free:
                return p.certify(goal, p.indicator_off(p.certify(lift(1) - 1 <= 0)))
            if goal.kind == "eq" and goal.right is lift(half):
                return p.certify(goal, p.indicator_on(p.certify(0 < t - 1, *guards)))
            return p.certify(goal, *guards)

        rates = {"beta1": ([], half), "rate": ([t], half * indicator(t - 1))}
        return Witness({"g": ([t, w], 1), "mu": ([], 1), **rates}, values={n: 1}, prove=shown)

    def following(self, p: Prover) -> Theorem:
        """0 <= n |- M(n+2) = b M(n+1) + (1-b) g(n+2)."""
        start = p.assume(0 <= n)
        rate = p.using(p.given("later_rates", n + 2), p.certify(2 <= n + 2, start))
        step = p.cut(p.next("M", w, n + 1), p.certify(0 <= n + 1, start))
        g = Family("g")(n + 2, w)
        return p.certify(eq(self.M(n + 2), self.b * self.M(n + 1) + (1 - self.b) * g), step, rate)

    def first(self, p: Prover) -> Theorem:
        """M(1) = g(1)."""
        step = p.using(p.next("M", w, 0), p.certify(0 <= lift(0)))
        return p.certify(eq(self.M(1), Family("g")(1, w)), step, p.given("first_rate"))

    def unrolled(self, p: Prover) -> Theorem:
        """0 <= n |- M(n+1) = b^n g(1) + (1-b) sum_{i=1}^n b^(n-i) g(i+1)."""
        g, b = Family("g"), self.b

        def claim(n: Any) -> Any:
            late = total(i, 1, n, power(b, n - i) * g(i + 1, w))
            return eq(self.M(n + 1), power(b, n) * g(1, w) + (1 - b) * late)

        none = p.sum_none(i, 1, power(b, lift(0) - i) * g(i + 1, w))
        base = p.certify(claim(lift(0)), self.first(p), none)
        longer = shifted(p, b, n, lambda i: g(i + 1, w))
        facts = self.following(p), longer, p.power_next(b, p.assume(0 <= n))
        return p.induction(n, 0, claim(n), base, p.certify(claim(n + 1), p.assume(claim(n)), *facts))

    def average(self, p: Prover) -> Theorem:
        """0 <= n |- E M(n+1) = mu."""
        mu, start = self.noise.mu, p.assume(0 <= n)
        known = [p.using(p.given("common_mean", k), p.certify(1 <= lift(k), start)) for k in (1, n + 2)]
        base = p.chain(eq(mean(w, self.M(lift(1))), mu), p.mean_of(self.first(p), w), known[0])
        old = p.assume(eq(mean(w, self.M(n + 1)), mu))
        step = p.certify(eq(mean(w, self.M(n + 2)), mu), old, p.mean_of(self.following(p), w), known[1])
        base = p.restate(eq(mean(w, self.M(lift(0) + 1)), mu), base)
        return p.induction(n, 0, old.claim, base, step)

    def product(self, p: Prover) -> Theorem:
        """0 <= n |- E M(n+1) g(n+2) = mu^2."""
        g, b, mu, start = Family("g"), self.b, self.noise.mu, p.assume(0 <= n)
        whole = self.unrolled(p)
        new = g(n + 2, w)
        split = p.mean_of(p.certify(eq(self.M(n + 1) * new, whole.claim.right * new), whole), w)
        least, before = p.certify(1 <= lift(1)), p.certify(lift(1) < n + 2, start)
        one = p.using(p.given("uncorrelated", 1, n + 2), least, before)
        begun = p.assume(1 <= i, i <= n)
        pair = p.using(p.given("uncorrelated", i + 1, n + 2),
                       p.certify(1 <= i + 1, begun[0]), p.certify(i + 1 < n + 2, begun[1]))  # fmt: skip
        each = p.certify(eq(power(b, n - i) * pair.claim.left, power(b, n - i) * mu**2), pair)
        goal = eq(mean(w, self.M(n + 1) * new), mu**2)
        return p.certify(goal, split, one, p.sum_of(each, i, 1, n), weights(p, b, n))

    def square(self, p: Prover) -> Theorem:
        """0 <= n |- (1+b) E M(n+1)^2 = (1+b) mu^2 + sigma^2 (1 - b + 2 b s^2) with s = b^n."""
        b, mu, sigma, g, start = self.b, self.noise.mu, self.noise.sigma, Family("g"), p.assume(0 <= n)

        def claim(n: Any) -> Any:
            s = power(b, n)
            return eq((1 + b) * mean(w, self.M(n + 1) ** 2), (1 + b) * mu**2 + sigma**2 * (1 - b + 2 * b * s**2))

        first = p.mean_of(p.certify(eq(self.M(lift(1)) ** 2, g(1, w) ** 2), self.first(p)), w)
        known = [p.using(p.given("common_variance", k), p.certify(1 <= lift(k), start)) for k in (1, n + 2)]
        base = p.certify(claim(lift(0)), first, known[0])
        squared = p.certify(eq(self.M(n + 2) ** 2, self.following(p).claim.right ** 2), self.following(p))
        facts = p.mean_of(squared, w), known[1], self.product(p), p.power_next(b, start)
        return p.induction(n, 0, claim(n), base, p.certify(claim(n + 1), p.assume(claim(n)), *facts))

    def excess(self, p: Prover) -> Theorem:
        """0 <= n |- E (M - mu)^2 - E (m_hat - mu)^2 in step n+1 is 2 sigma^2 s (b - q)(q - (1-b))/((1+b)(1-q))."""
        b, sigma, s = self.b, self.noise.sigma, power(self.b, n)
        mine = p.certify(
            eq(self.error(n + 1), sigma**2 * (1 - b + 2 * b * s**2) / (1 + b)),
            self.square(p), self.average(p), room(p, self.noise),
        )  # fmt: skip
        facts = corrected_error_is(p, self.noise), room(p, self.noise), inverse_gap(p, self.noise)
        return p.certify(self.claim(), mine, *facts, p.power_next(b, p.assume(0 <= n)))

    def claim(self) -> Any:
        """What `excess` says."""
        b, s, q = self.b, power(self.b, n), power(self.b, n + 1)
        right = 2 * self.noise.sigma**2 * s * (b - q) * (q - (1 - b)) / (1 + b) / (1 - q)
        return eq(self.error(n + 1) - self.noise.corrected_error(n), right)
