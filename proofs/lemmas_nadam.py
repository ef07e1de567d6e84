"""Nadam in its forms, with the schedule of the momentum left open where the text's has no term in the logic."""

from __future__ import annotations

from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, inv, lift, power, total
from adamtheory.logic.reading import Reading, read
from adamtheory.proofs.lemmas_average import decaying, power_at_most_one, product_below_one, vanishes
from adamtheory.proofs.lemmas_framework import correction_is, correction_room
from adamtheory.proofs.lemmas_twins import go_together, n, sequence, t
from adamtheory.rules.nadam import nadam_optax, nadam_torch

RATES = ("rate_nonnegative", "rate_below_one")


def open_schedule(rule: Rule, setting: Setting, mu: Any, gradient: Any, **scalars: Any) -> Reading:
    """The averages of the text with mu_t = mu(t) in place of its schedule; gradients gradient(t)."""
    lines = {"mu": lambda t: mu(t), "mu_next": lambda t: mu(t + 1)}
    inputs = {"g": lambda t, x: gradient(t)}
    return read(rule, setting, inputs=inputs, slots=["m", "P"], scalars=scalars, lines=lines)


def rates_between(setting: Setting, mu: Family) -> None:
    """Assume 0 <= mu_t < 1 for t >= 1."""
    setting.assume("rate_nonnegative", 0 <= mu(t), [1 <= t])
    setting.assume("rate_below_one", mu(t) < 1, [1 <= t])


def product_room(p: Prover, mu: Family, n: Any) -> Theorem:
    """0 <= n |- 0 < 1 - P(n+1) from rates in [0, 1); n is a variable."""
    P = Family("P")
    below = product_below_one(p, P, mu, n, p.start("P"), p.next("P", n))
    return p.certify(0 < 1 - P(n + 1), below)


def average_of_constant(p: Prover, reading: Reading, c: Any) -> Theorem:
    """0 <= n |- m(n) = c (1 - P(n)) where m decays with the same rates, for the constant gradient c."""
    return go_together(p, [(sequence(reading, "m"), lambda n: c * (1 - reading.slot("P", n)))], (reading,))[0]


class Constant:
    """`nadam_optax` on the constant gradient 1, with 0 <= beta1 < 1."""

    def __init__(self) -> None:
        self.setting = Setting()
        inputs = {"g": lambda t, x: lift(1)}
        self.reading = read(nadam_optax, self.setting, inputs=inputs, slots=["m", "p1"])
        self.beta1 = self.reading.scalars["beta1"]
        self.assumed = decaying(self.setting, self.beta1)

    def weight_claim(self, n: Any) -> Any:
        """m_bar = 1 + q (1-b)^2/((1-q)(1-b q)) with q = b^(n+1)."""
        b, q = self.beta1, power(self.beta1, n + 1)
        return eq(self.reading.value("m_bar", n), 1 + q * (1 - b) ** 2 / ((1 - q) * (1 - power(b, n + 2))))

    def facts(self, p: Prover) -> list[Theorem]:
        """0 <= n |- m_bar in powers of b, with the inverses of 1 - b^(n+1) and 1 - b^(n+2) and b^(n+2) = b b^(n+1)."""
        b, begun = self.beta1, p.assume(0 <= n)
        later = p.certify(0 <= n + 1, begun)
        held = correction_is(p, self.reading, "p1", "beta1", n)
        following = p.power_next(b, later)
        next_held = p.certify(eq(self.reading.slot("p1", n) * b * b, power(b, n + 2)), held, p.using(following, later))
        closed = sequence(self.reading, "m"), lambda n: 1 - power(b, n)
        average = go_together(p, [closed], (self.reading,), p.power_next(b, begun))[0]
        moment = p.certify(eq(self.reading.value("m", n), 1 - power(b, n + 1)), average, p.power_next(b, begun))
        rooms = [correction_room(p, self.reading, "beta1", n)]
        rooms.append(p.cut(correction_room(p, self.reading, "beta1", n + 1), later))
        ratios = [p.rewrite(h, lambda q: inv(1 - q)) for h in (held, next_held)]
        return [moment, *ratios, *(p.inverse(room) for room in rooms), p.using(following, later)]

    def weight(self, p: Prover) -> Theorem:
        """0 <= n |- `weight_claim`."""
        later = p.certify(0 <= n + 1, p.assume(0 <= n))
        rooms = (
            correction_room(p, self.reading, "beta1", n),
            p.cut(correction_room(p, self.reading, "beta1", n + 1), later),
        )
        first, second = (room.claim.right for room in rooms)
        facts = self.facts(p)
        whole = p.inverse(p.certify(0 < first * second, *rooms))
        split = p.certify(eq(inv(first * second), inv(first) * inv(second)), whole, *facts[3:5])
        # mu (1-q)/(1-bq) + (1-b)/(1-q) - 1
        return p.certify(self.weight_claim(n), split, *facts)

    def limit(self, p: Prover) -> Theorem:
        """|sum_{t=1}^n (m_bar_t - 1) - b| -> 0: the sum is (b - q)/(1-q) with q = b^(n+1), b less it at most q."""
        b = self.beta1
        low, high = (p.given(name) for name in self.assumed)
        excess = self.reading.value("m_bar", t - 1) - 1

        def closed(n: Any) -> Any:
            return (b - power(b, n + 1)) / (1 - power(b, n + 1))

        step = p.certify(eq(closed(n) + self.reading.value("m_bar", n) - 1, closed(n + 1)), *self.facts(p))
        found = p.sum_induction(t, 1, n, excess, closed, "eq", step, base=p.certify(eq(0, closed(lift(0)))))
        q, start = power(b, n + 1), p.assume(0 <= n)
        following, nonneg = p.power_next(b, start), p.power_nonneg(low, n)
        room = correction_room(p, self.reading, "beta1", n)
        inverse = p.inverse(room)
        most = power_at_most_one(p, low, high, n)
        gap = p.certify(eq(total(t, 1, n, excess) - b, -(q * (1 - b) * inv(1 - q))), found, inverse)
        wide = p.certify(1 - b <= 1 - q, following, p.certify(b * power(b, n) <= b, most, low))
        share = p.certify((1 - b) * inv(1 - q) <= 1, wide, inverse, weights=[[room]], degree=1)
        size = p.certify(0 <= q, following, nonneg, low)
        fading = p.lim_op("mul", p.lim_const(b, n), p.cut(p.lim_base(b, n), low, high))
        small = p.certify(
            q * ((1 - b) * inv(1 - q)) <= b * power(b, n),
            following,
            p.certify(q * ((1 - b) * inv(1 - q)) <= q, share, size),
        )
        kept = p.certify(0 <= (1 - b) * inv(1 - q), high, p.inv_positive(room))
        below = p.certify(0 <= q * ((1 - b) * inv(1 - q)), size, kept)
        e = total(t, 1, n, excess) - b
        above = p.certify(e <= b * power(b, n), gap, below, p.certify(0 <= b * power(b, n), low, nonneg))
        return vanishes(p, fading, above, p.certify(-e <= b * power(b, n), gap, small))


def average_by_powers(p: Prover, reading: Reading, c: Any) -> Theorem:
    """0 <= n |- the m of the text in step n+1 is c (1 - beta1^(n+1)), where m decays with the constant beta1."""
    b = reading.scalars["beta1"]
    following = p.power_next(b, p.assume(0 <= n))
    closed = sequence(reading, "m"), lambda n: c * (1 - power(b, n))
    average = go_together(p, [closed], (reading,), following)[0]
    return p.certify(eq(reading.value("m", n), c * (1 - power(b, n + 1))), average, following)


def without_decay() -> tuple[Setting, Reading]:
    """The averages of `nadam_torch` with momentum_decay = 0, on the gradients g(t)."""
    setting = Setting()
    g = setting.family("g", "Z")
    given = {"inputs": {"g": lambda t, x: g(t)}, "scalars": {"momentum_decay": 0}}
    return setting, read(nadam_torch, setting, slots=["m", "P"], **given)
