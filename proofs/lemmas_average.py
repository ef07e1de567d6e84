"""Lemmas of the moving averages: their recursion under the expectation, unrolled, and the sums of their weights.

A sequence is given as a function of n (the outcome may occur in it), its recursion as a function that proves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.logic.averages import ages as ages
from adamtheory.logic.averages import mean_age as mean_age
from adamtheory.logic.averages import mean_age_is as mean_age_is
from adamtheory.logic.averages import power_at_most_one as power_at_most_one
from adamtheory.logic.averages import power_below_one as power_below_one
from adamtheory.logic.averages import power_double as power_double
from adamtheory.logic.averages import power_nonneg_at as power_nonneg_at
from adamtheory.logic.averages import shifted as shifted
from adamtheory.logic.averages import unrolled as unrolled
from adamtheory.logic.averages import weights as weights
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, integers, inv, lift, mean, outcome, power, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.rules.adam import adam

n, i, j, t = integers("n i j t")
w, z = outcome("w"), outcome("z")


@dataclass(frozen=True)
class Noisy:
    """Adam's moving averages of random gradients g(t, w)."""

    setting: Setting
    g: Family
    reading: Reading

    def slot(self, name: str) -> Callable[[Any], Any]:
        """n -> the slot after n steps."""
        return lambda n: self.reading.slot(name, n)

    def scalar(self, name: str) -> Any:
        """A scalar of the text."""
        return lift(self.reading.scalars[name])


def noisy(*slots: str, constants: str = "", **scalars: Any) -> Noisy:
    """A setting with these slots of the text of `adam`, in which the gradients depend on the outcome."""
    setting = Setting()
    setting.constants(constants)
    g = setting.family("g", "ZW")
    inputs = {"g": lambda t, x: g(t, w)}
    return Noisy(setting, g, read(adam, setting, inputs=inputs, slots=slots, coordinates=[w], scalars=scalars))


def decaying(setting: Setting, decay: Any, name: str = "beta1") -> tuple[str, str]:
    """Assume 0 <= decay < 1; the names of the two assumptions."""
    low, high = f"{name}_nonnegative", f"{name}_below_one"
    setting.assume(low, 0 <= decay)
    setting.assume(high, decay < 1)
    return low, high


# --- expectations -----------------------------------------------------------------------------------------------------


def mean_of_average(
    p: Prover, f: Callable[[Any], Any], b: Any, mu: Any, n: Any, begin: Theorem, following: Theorem, each: Theorem
) -> Theorem:
    """0 <= n |- E f(n) = mu (1 - b^n).

    n is a variable; begin is f(0) = 0, following 0 <= n |- f(n+1) = b f(n) + (1-b) x(n+1), each E x(n+1) = mu.
    """
    start = p.assume(0 <= n)
    claim = eq(mean(w, f(n)), mu * (1 - power(b, n)))
    base = p.certify(eq(mean(w, f(lift(0))), mu * (1 - power(b, lift(0)))), p.mean_of(begin, w))
    goal = eq(mean(w, f(n + 1)), mu * (1 - power(b, n + 1)))
    step = p.certify(goal, p.assume(claim), p.mean_of(following, w), each, p.power_next(b, start))
    return p.induction(n, 0, claim, base, step)


# --- bias correction --------------------------------------------------------------------------------------------------


def held_power(p: Prover, slot: str, b: Any, n: Any, *place: Any) -> Theorem:
    """0 <= n |- the slot p1 or p2 holds b^n after n steps; `place` is the outcome where the slots depend on it."""
    k = p.fresh("k", b, n)
    start = p.assume(0 <= k)
    held = Family(slot)
    claim = eq(held(*place, k), power(b, k))
    base = p.certify(eq(held(*place, 0), power(b, lift(0))), p.start(slot, *place))
    facts = (p.assume(claim), p.next(slot, *place, k), p.power_next(b, start))
    step = p.certify(eq(held(*place, k + 1), power(b, k + 1)), *facts)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def corrected(p: Prover, noise: Noisy, names: tuple[str, str, str], b: Any, n: Any) -> Theorem:
    """0 <= n |- m_hat, as the text has it in step n+1, is m(n+1)/(1 - b^(n+1)); names are of m, p1 and m_hat."""
    slot, held, wanted = names
    value = noise.reading.value(wanted, n)
    k = p.assume(0 <= n)
    same = p.certify(eq(Family(held)(w, n) * b, power(b, n + 1)), held_power(p, held, b, n, w), p.power_next(b, k))
    ratio = p.rewrite(same, lambda q: inv(1 - q))
    goal = eq(value, noise.reading.slot(slot, n + 1) * inv(1 - power(b, n + 1)))
    return p.certify(goal, ratio, p.next(slot, w, n))


def mean_of_corrected(
    p: Prover, noise: Noisy, names: tuple[str, str, str], b: Any, n: Any, average: Theorem, low: Theorem, high: Theorem
) -> Theorem:
    """0 <= n |- E m_hat = mu in step n+1, from E m(n+1) = mu (1 - b^(n+1)), 0 <= b and b < 1."""
    below = power_below_one(p, low, high, n)
    inverse = p.inverse(p.certify(0 < 1 - power(b, n + 1), below))
    mu = average.claim.right.args[0]
    goal = eq(mean(w, noise.reading.value(names[2], n)), mu)
    return p.certify(goal, p.mean_of(corrected(p, noise, names, b, n), w), average, inverse)


# --- gradients whose mean drifts --------------------------------------------------------------------------------------


def mean_unrolled(p: Prover, noise: Noisy, slot: str, b: Any, n: Any) -> Theorem:
    """0 <= n |- E m(n) = (1-b) sum_{i=1}^n b^(n-i) E g(i), for the slot m of the text and a variable n."""
    whole = unrolled(p, noise.slot(slot), b, lambda i: noise.g(i, w), n, p.start(slot, w), p.next(slot, w, n))
    return p.mean_of(whole, w)


def drift(p: Prover, noise: Noisy, b: Any, n: Any) -> Theorem:
    """0 <= n |- E m(n) = (1 - b^n) E g(n) + (1-b) sum_{i=1}^n b^(n-i) (E g(i) - E g(n))."""
    i = p.fresh("i", b, n)
    late = mean(w, noise.g(n, w))
    zeta = (1 - b) * total(i, 1, n, power(b, n - i) * (mean(w, noise.g(i, w)) - late))
    goal = eq(mean(w, noise.slot("m")(n)), (1 - power(b, n)) * late + zeta)
    return p.certify(goal, mean_unrolled(p, noise, "m", b, n), weights(p, b, n))


# --- second moments ---------------------------------------------------------------------------------------------------


def average_nonneg(p: Prover, reading: Reading, low: Theorem, high: Theorem) -> Theorem:
    """0 <= n |- 0 <= v(n) from 0 <= b and b < 1 or b <= 1, where v(n+1) = b v(n) + (1-b) g(n+1)^2.

    low and high may hold under 0 <= n only; the gradients are the family g.
    """
    v, g = reading.families["v"], Family("g")
    base, kept = p.certify(0 <= v(0), p.start("v")), p.certify(0 <= 1 - low.claim.right, high)
    step = p.certify(0 <= v(n + 1), p.assume(0 <= v(n)), p.next("v", n), low, kept, squares=[g(n + 1)])
    return p.induction(n, 0, 0 <= v(n), base, step)


# --- rates that change ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scheduled(Noisy):
    """The same with a beta1 that is b(t) in step t, and gradients of the mean mu."""

    b: Family
    mu: Any

    def witness(self) -> Witness:
        """Gradients 1 and rates 1/2."""
        return Witness({"g": ([t, w], 1), "mu": ([], 1), "b": ([t], Fraction(1, 2))}, values={n: 1})


def scheduled(*slots: str) -> Scheduled:
    """A setting with these slots of the text of `adam`, beta1 = b(t), and the assumption `stationary`."""
    setting = Setting()
    g, b, mu = setting.family("g", "ZW"), setting.family("b", "Z"), setting.constant("mu")
    inputs, rates = {"g": lambda t, x: g(t, w)}, {"beta1": lambda t: b(t)}
    setting.assume("stationary", eq(mean(w, g(t, w)), mu), [1 <= t])
    return Scheduled(setting, g, read(adam, setting, inputs=inputs, slots=slots, coordinates=[w], scalars=rates), b, mu)


def mean_of_scheduled(
    p: Prover, noise: Scheduled, P: Callable[[Any], Any], n: Any, begin: Theorem, following: Theorem
) -> Theorem:
    """0 <= n |- E m(n) = mu (1 - P(n)) from P(0) = 1 and 0 <= n |- P(n+1) = P(n) b(n+1); n is a variable."""
    m, start = noise.slot("m"), p.assume(0 <= n)

    def claim(n: Any) -> Any:
        return eq(mean(w, m(n)), noise.mu * (1 - P(n)))

    each = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, start))
    base = p.certify(claim(lift(0)), p.mean_of(p.start("m", w), w), begin)
    step = p.certify(claim(n + 1), p.assume(claim(n)), p.mean_of(p.next("m", w, n), w), each, following)
    return p.induction(n, 0, claim(n), base, step)


def product_below_one(
    p: Prover, P: Callable[[Any], Any], b: Family, n: Any, begin: Theorem, following: Theorem
) -> Theorem:
    """0 <= n |- P(n+1) < 1 from P(0) = 1, 0 <= n |- P(n+1) = P(n) b(n+1), and rates in [0, 1); n is a variable."""
    first = p.certify(1 <= n + 1, p.assume(0 <= n))
    low, high = (p.using(p.given(name, n + 1), first) for name in ("rate_nonnegative", "rate_below_one"))
    base, old = p.certify(0 <= P(0), begin), p.assume(0 <= P(n))
    nonneg = p.induction(n, 0, 0 <= P(n), base, p.certify(0 <= P(n + 1), old, following, low))
    base, old = p.certify(P(0) <= 1, begin), p.assume(P(n) <= 1)
    shrunk = p.certify(P(n + 1) <= P(n), nonneg, following, high)
    most = p.induction(n, 0, P(n) <= 1, base, p.chain(P(n + 1) <= 1, old, shrunk))
    return p.certify(P(n + 1) < 1, following, low, high, most)  # P b <= b < 1


# --- limits -----------------------------------------------------------------------------------------------------------


def vanishes(p: Prover, limit: Theorem, above: Theorem, below: Theorem) -> Theorem:
    """|e| -> 0 from c -> L, where L is 0 in other words, and 0 <= n |- e <= c, -e <= c."""
    e, index = above.claim.left, limit.claim.index
    size = p.max_least(above, below)
    low = p.certify(0 <= absolute(e), p.max_left(e, -e), p.max_right(e, -e))
    return p.lim_squeeze(p.lim_const(0, index), limit, 0, low, size)
