"""A moving average whose decay rate changes with t costs no more than the gradients, or 1/(1-a) times as much.

The player is that of `lemmas_scheduled`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, lift, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_momentum import Coordinate, after, falling, once, rate_nonneg
from adamtheory.proofs.lemmas_scheduled import Known, Scheduled, cost_nonneg, share_bounds
from adamtheory.rules.descent import momentum_average


@once
def jensen(p: Prover, c: Scheduled, n: Any) -> Theorem:
    """0 <= n |- q' <= a' alpha' m(n)^2/w' + (1 - a') h' for the costs q' of m(n+1) and h' of g(n+1)."""
    a, m, g, r, new = variables = apart(p, "a m g r new")
    low, high, rate, average = p.assume(0 <= a, a < 1, 0 <= r, eq(new, a * m + (1 - a) * g))
    spread = p.certify(0 <= a * (1 - a) * r, p.certify(0 <= a * (1 - a), low, high), rate)
    goal = r * new**2 <= a * r * m**2 + (1 - a) * r * g**2
    lemma = p.certify(goal, spread, average, squares=[m - g], degree=1)
    reached = p.certify(1 <= n + 1, p.assume(0 <= n), degree=1)
    below = p.chain(c.rate(n + 1) < 1, c.high(n + 1), c.decay[1])
    facts = [p.using(f, reached) for f in (c.low(n + 1), below, rate_nonneg(p, c, n + 1))]
    values = (c.rate(n + 1), c.m(n), c.g(n + 1), c.alpha(n + 1) / c.w(n + 1), c.m(n + 1))
    return put(p, lemma, variables, values, *facts, c.following(n))


@once
def gradient_cost_nonneg(p: Prover, c: Scheduled, n: Any) -> Theorem:
    """1 <= n |- 0 <= alpha(n) g(n)^2/w(n)."""
    return p.certify(0 <= c.squared_gradient(n), rate_nonneg(p, c, n), squares=[c.g(n)])


def _before(p: Prover, c: Scheduled, k: Any) -> tuple[Any, Theorem, Theorem]:
    """The old cost, that the old average costs no more with the new weights, and that its cost is not negative."""
    if k is lift(0):
        return lift(0), p.certify(c.alpha(1) * c.m(k) ** 2 / c.w(1) <= 0, c.begun), p.certify(0 <= lift(0))
    return c.squared(k), falling(p, c, k), cost_nonneg(p, c, k)


def averages(p: Prover, c: Scheduled, n: Any, falls: Known) -> Theorem:
    """1 <= n |- sum alpha(t) m(t)^2/w(t) <= sum alpha(t) g(t)^2/w(t), for rates that fall.

    falls(t)   1 <= t |- r_{t+1} <= r_t
    Invariant: (sum of costs) + (r_n - 1) cost(n) <= sum of gradients.
    """
    q, q_new, old, h, a, r, s = variables = apart(p, "q q_new old h a r s")
    mean, cheaper, nonneg = p.assume(q_new <= a * old + (1 - a) * h, old <= q, 0 <= q)
    one, shrinks, inverse = p.assume(1 <= s, s <= r, eq((1 - a) * s, 1))
    above = p.certify(0 <= s, one)
    scaled = p.certify(
        s * q_new <= (s - 1) * old + h, p.certify(s * q_new <= s * mean.claim.right, mean, above), inverse
    )
    kept = p.chain((s - 1) * old <= (r - 1) * q, p.certify((s - 1) * old <= (s - 1) * q, one, cheaper),
                   p.certify((s - 1) * q <= (r - 1) * q, shrinks, nonneg))  # fmt: skip
    lemma = p.chain(q_new + (s - 1) * q_new <= (r - 1) * q + h, scaled, kept)

    def step(k: Any, r: Any, start: Theorem, reached: Theorem, shrinks: Theorem) -> Theorem:
        cost, cheaper, nonneg = _before(p, c, k)
        old = c.alpha(k + 1) * c.m(k) ** 2 / c.w(k + 1)
        values = (cost, c.squared(k + 1), old, c.squared_gradient(k + 1), c.rate(k + 1), r, c.share(k + 1))
        bounds = [p.using(f, reached) for f in share_bounds(p, c, k + 1)]
        return put(p, lemma, variables, values, p.using(jensen(p, c, k), start), cheaper, nonneg, *bounds, shrinks)

    def extra(n: Any) -> Any:
        return (c.share(n) - 1) * c.squared(n)

    first = p.using(share_bounds(p, c, lift(1))[1], p.certify(1 <= lift(1)))
    base = step(lift(0), c.most, p.certify(0 <= lift(0)), p.certify(1 <= lift(1)), first)
    spare = p.certify(0 <= extra(n), p.using(share_bounds(p, c, n)[0]), cost_nonneg(p, c, n))
    return _summed(p, c, n, lift(1), extra, base, lambda k, *known: step(k, c.share(k), *known, falls(k)), spare)


def averages_any(p: Prover, c: Scheduled, n: Any) -> Theorem:
    """1 <= n |- (1-a) sum alpha(t) m(t)^2/w(t) <= sum alpha(t) g(t)^2/w(t), for any rates that are at most a.

    Invariant: (1-a) (sum of costs) + a cost(n) <= sum of gradients.
    """
    q, q_new, old, h, a, A = variables = apart(p, "q q_new old h a A")
    mean, cheaper, nonneg, cost = p.assume(q_new <= a * old + (1 - a) * h, old <= q, 0 <= q, 0 <= h)
    low, high = p.assume(0 <= a, a <= A)
    kept = p.chain(a * old <= A * q, p.certify(a * old <= a * q, low, cheaper), p.certify(a * q <= A * q, high, nonneg))
    lemma = p.chain((1 - A) * q_new + A * q_new <= A * q + h, mean, kept, p.certify((1 - a) * h <= h, low, cost))

    def step(k: Any, start: Theorem, reached: Theorem) -> Theorem:
        cost, cheaper, nonneg = _before(p, c, k)
        old = c.alpha(k + 1) * c.m(k) ** 2 / c.w(k + 1)
        values = (cost, c.squared(k + 1), old, c.squared_gradient(k + 1), c.rate(k + 1), c.a)
        known = [p.using(f, reached) for f in (c.low(k + 1), c.high(k + 1), gradient_cost_nonneg(p, c, k + 1))]
        return put(p, lemma, variables, values, p.using(jensen(p, c, k), start), cheaper, nonneg, *known)

    def extra(n: Any) -> Any:
        return c.a * c.squared(n)

    base = step(lift(0), p.certify(0 <= lift(0)), p.certify(1 <= lift(1)))
    spare = p.certify(0 <= extra(n), cost_nonneg(p, c, n), c.decay[0])
    return _summed(p, c, n, 1 - c.a, extra, base, step, spare)


def _summed(
    p: Prover,
    c: Scheduled,
    n: Any,
    factor: Any,
    extra: Callable[[Any], Any],
    base: Theorem,
    step: Callable[..., Theorem],
    spare: Theorem,
) -> Theorem:
    """1 <= n |- factor (sum of costs) <= sum of gradients, where extra(n) is carried along and dropped at the end.

    base   factor cost(1) + extra(1) <= gradient(1);  step(k, ...) the same at k + 1, with extra(k) on the right
    """
    k = p.fresh("k", n)
    begun, start, later = after(p, k)

    def claim(n: Any) -> Any:
        return factor * total(t, 1, n, c.squared(t)) + extra(n) <= total(t, 1, n, c.squared_gradient(t))

    ones = (p.sum_one(t, 1, c.squared(t)), p.sum_one(t, 1, c.squared_gradient(t)))
    lasts = (p.sum_step(t, 1, k, c.squared(t), begun), p.sum_step(t, 1, k, c.squared_gradient(t), begun))
    grown = p.certify(claim(k + 1), p.assume(claim(k)), *lasts, step(k, start, later))
    found = p.inst(p.induction(k, 1, claim(k), p.certify(claim(lift(1)), *ones, base), grown), {k: n})
    goal = factor * total(t, 1, n, c.squared(t)) <= total(t, 1, n, c.squared_gradient(t))
    return p.chain(goal, found, spare)


# --- a lone average, in one coordinate --------------------------------------------------------------------------------

DENOMINATORS = ("steps_positive", "denominators_nonnegative", "denominators_positive", "monotone")


@dataclass(frozen=True, eq=False)
class Lone:
    """The moving average of gradients g by the text of `momentum_average`, with denominators w and steps alpha."""

    reading: Reading
    g: Family
    w: Family
    alpha: Family

    def m(self, n: Any) -> Any:
        """The average after n steps."""
        return self.reading.slot("m", n)

    def cost(self, of: Any, t: Any) -> Any:
        """alpha(t) of^2/w(t)."""
        return self.alpha(t) * of**2 / self.w(t)

    def witness(self, n: Any, **families: Any) -> Witness:
        """All 1."""
        return Witness({"g": ([t], 1), "w": ([t], 1), "alpha": ([t], 1), **families}, values={n: 1})

    def coordinate(self, p: Prover, a: Any, decay: tuple[Theorem, Theorem]) -> Coordinate:
        """What is assumed of it."""
        return Coordinate(
            g=self.g, m=self.m, w=self.w, alpha=self.alpha, a=a,
            begun=p.start("m"), following=lambda n: p.next("m", n), decay=decay,
            step_positive=lambda t: p.given("steps_positive", t),
            nonneg=lambda t: p.given("denominators_nonnegative", t),
            positive=lambda t: p.given("denominators_positive", t),
            rising=lambda t: p.given("monotone", t),
        )  # fmt: skip


def lone(setting: Setting, rate: Any) -> Lone:
    """The average with the rates rate(t); w/alpha does not fall, and w is positive where the gradient is not 0."""
    g, w, alpha = (setting.family(name, "Z") for name in ("g", "w", "alpha"))
    scalars = {"beta1": rate}
    reading = read(momentum_average, setting, inputs={"g": lambda t, x: g(t)}, scalars=scalars, slots=["m"])
    setting.assume("steps_positive", 0 < alpha(t), [1 <= t])
    setting.assume("denominators_nonnegative", 0 <= w(t), [1 <= t])
    setting.assume("denominators_positive", 0 < w(t), [1 <= t, 0 < g(t) ** 2])
    setting.assume("monotone", w(t) / alpha(t) <= w(t + 1) / alpha(t + 1), [1 <= t])
    return Lone(reading, g, w, alpha)
