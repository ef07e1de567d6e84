"""Adam's corrected moments in one coordinate, read from its text, and the sides of Lemma 10.4 of Kingma & Ba 2015."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, inv, lift, power, sqrt, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import decaying, held_power, n, power_below_one
from adamtheory.proofs.lemmas_gamma import after
from adamtheory.proofs.lemmas_kingma import bounded_gradients, g, norm, t
from adamtheory.rules.adam import adam

SLOTS = ("m", "v", "p1", "p2")


@dataclass(frozen=True, eq=False)
class Moments:
    """The moments of Adam for gradients g(t) with |g_t| <= G; 0 <= beta1 < 1 and 0 <= beta2 < 1 are assumed."""

    setting: Setting
    reading: Reading
    G: Any
    beta1: Any
    beta2: Any
    assumed: tuple[str, ...]

    def m_hat(self, t: Any) -> Any:
        """The corrected first moment of step t."""
        return after(self.reading, "m_hat", t)

    def v_hat(self, t: Any) -> Any:
        """The corrected second moment of step t."""
        return after(self.reading, "v_hat", t)

    @property
    def gamma(self) -> Any:
        """beta1^2/sqrt(beta2)."""
        return self.beta1**2 / sqrt(self.beta2)

    def costs(self, n: Any) -> Any:
        """The left side of Lemma 10.4: the sum of m_hat^2/sqrt(t v_hat) over t = 1, ..., n."""
        return total(t, 1, n, self.m_hat(t) ** 2 / sqrt(t * self.v_hat(t)))

    def bound(self, n: Any) -> Any:
        """Its right side as printed: 2/(1-gamma) 1/sqrt(1-beta2) |g_{1:n}|."""
        return 2 / (1 - self.gamma) * (1 / sqrt(1 - self.beta2)) * norm(n)


def corrected_moments() -> Moments:
    """The setting of Lemma 10.4."""
    setting, G = bounded_gradients()
    reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, scalars={"lr": 1, "eps": 0}, slots=SLOTS)
    beta1, beta2 = (reading.scalars[name] for name in ("beta1", "beta2"))
    assumed = ("bounded", *decaying(setting, beta1), *decaying(setting, beta2, "beta2"))
    return Moments(setting, reading, G, beta1, beta2, assumed)


# --- the second moment is bounded -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SecondMoment:
    """Adam's second moment for gradients g(t) with |g_t| <= G; 0 <= beta2 < 1 is assumed."""

    setting: Setting
    reading: Reading
    G: Any
    beta2: Any


def corrected_second_moment() -> SecondMoment:
    """The setting with v and its correction."""
    setting, G = bounded_gradients()
    scalars = {"lr": 1, "eps": 0, "beta1": 0}
    reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, scalars=scalars, slots=["v", "p2"])
    decaying(setting, reading.scalars["beta2"], "beta2")
    return SecondMoment(setting, reading, G, reading.scalars["beta2"])


def square_bound(p: Prover, G: Any, t: Any) -> Theorem:
    """1 <= t |- g(t)^2 <= G^2, from |g_t| <= G."""
    bounded = p.given("bounded", t)
    above = p.chain(g(t) <= G, p.max_left(g(t), -g(t)), bounded)
    below = p.chain(-g(t) <= G, p.max_right(g(t), -g(t)), bounded)
    return p.certify(g(t) ** 2 <= G**2, above, below)


def second_moment_bound(p: Prover, s: SecondMoment) -> Theorem:
    """0 <= n |- v_hat <= G^2 in step n + 1: v_n <= (1 - beta2^n) G^2, since every weight is that of a square <= G^2."""
    b, G, low, high = s.beta2, s.G, p.given("beta2_nonnegative"), p.given("beta2_below_one")
    start = p.assume(0 <= n)
    fresh = p.using(square_bound(p, G, n + 1), p.certify(1 <= n + 1, start))
    held, following = held_power(p, "p2", b, n), p.next("v", n)

    def v(n: Any) -> Any:
        return s.reading.slot("v", n)

    def claim(n: Any) -> Any:
        return v(n) <= (1 - power(b, n)) * G**2

    base = p.certify(claim(lift(0)), p.start("v"))
    step = p.certify(claim(n + 1), p.assume(claim(n)), following, fresh, low, high, p.power_next(b, start))
    found = p.cut(p.inst(p.induction(n, 0, claim(n), base, step), {n: n + 1}), p.certify(0 <= n + 1, start))
    kept = p.certify(0 < 1 - power(b, n + 1), power_below_one(p, low, high, n))
    same = p.certify(eq(Family("p2")(n) * b, power(b, n + 1)), held, p.power_next(b, start))
    ratio = p.rewrite(same, lambda q: inv(1 - q))
    goal = v(n + 1) / (1 - power(b, n + 1)) <= G**2
    short = p.certify(goal, found, p.inverse(kept), weights=[[kept]], degree=1)
    return p.certify(s.reading.value("v_hat", n) <= G**2, short, following, ratio)


def unit_bounded(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Under the witness with g = 1 and G = 1, |1| <= 1; the rest at once."""
    return p.certify(goal, *guards, p.max_is(p.certify(lift(-1) <= lift(1))))
