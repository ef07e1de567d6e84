"""Lemmas of the moving averages: their recursion under the expectation, unrolled, and the sums of their weights.

A sequence is given as a function of n (the outcome may occur in it), its recursion as a function that proves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

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


# --- powers of a decay rate -------------------------------------------------------------------------------------------


def power_below_one(p: Prover, low: Theorem, high: Theorem, n: Any) -> Theorem:
    """0 <= n |- b^(n+1) < 1 from 0 <= b and b < 1."""
    b = low.claim.right
    k = p.fresh("k", b, n)
    start = p.assume(0 <= k)
    nonneg = p.power_nonneg(p.restate(0 <= b, low), k + 1)
    positive = p.using(nonneg, p.certify(0 <= k + 1, start))
    following = p.power_next(b, p.certify(0 <= k + 1, start))
    q = power(b, k + 1)
    base = p.certify(power(b, lift(0) + 1) < 1, high)
    step = p.certify(power(b, k + 2) < 1, p.assume(q < 1), following, low, high, positive)
    return p.inst(p.induction(k, 0, q < 1, base, step), {k: n})


def power_at_most_one(p: Prover, low: Theorem, high: Theorem, n: Any) -> Theorem:
    """0 <= n |- b^n <= 1 from 0 <= b and b < 1."""
    k = p.fresh("k", low.claim.right, n)
    return p.inst(p.power_claim(low.claim.right, lambda q: q <= 1, low, high, n=k), {k: n})


def power_nonneg_at(p: Prover, low: Theorem, n: Any, start: Theorem) -> Theorem:
    """0 <= b^n from 0 <= b and what gives 0 <= n."""
    return p.using(p.power_nonneg(low, n), p.certify(0 <= n, start))


def power_double(p: Prover, b: Any, n: Any) -> Theorem:
    """0 <= n |- b^(2 n) = (b^n)^2."""
    k = p.fresh("k", b, n)
    start = p.assume(0 <= k)
    claim = eq(power(b, 2 * k), power(b, k) ** 2)
    first = p.power_next(b, p.certify(0 <= 2 * k, start))
    second = p.power_next(b, p.certify(0 <= 2 * k + 1, start))
    base = p.certify(eq(power(b, 2 * lift(0)), power(b, lift(0)) ** 2))
    goal = eq(power(b, 2 * (k + 1)), power(b, k + 1) ** 2)
    step = p.certify(goal, p.assume(claim), first, second, p.power_next(b, start))
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


# --- weighted sums ----------------------------------------------------------------------------------------------------


def shifted(p: Prover, b: Any, n: Any, body: Callable[[Any], Any]) -> Theorem:
    """0 <= n |- sum_{i=1}^{n+1} b^(n+1-i) f(i) = b sum_{i=1}^n b^(n-i) f(i) + f(n+1)."""
    i = p.fresh("i", b, n)
    each = p.power_next(b, p.certify(0 <= n - i, p.assume(i <= n)))  # b^(n+1-i) = b b^(n-i)
    longer = p.restate(eq(power(b, n + 1 - i) * body(i), b * power(b, n - i) * body(i)), each)
    last = p.sum_step(i, 1, n, power(b, n + 1 - i) * body(i), p.assume(0 <= n))
    old = b * total(i, 1, n, power(b, n - i) * body(i))
    return p.certify(eq(last.claim.left, old + body(n + 1)), last, p.sum_of(longer, i, 1, n))


def unrolled(
    p: Prover, f: Callable[[Any], Any], b: Any, body: Callable[[Any], Any], n: Any, begin: Theorem, following: Theorem
) -> Theorem:
    """0 <= n |- f(n) = (1-b) sum_{i=1}^n b^(n-i) x(i).

    n is a variable; begin is f(0) = 0, following 0 <= n |- f(n+1) = b f(n) + (1-b) x(n+1).
    """
    i = p.fresh("i", b, n)
    weighted = power(b, n - i) * body(i)
    claim = eq(f(n), (1 - b) * total(i, 1, n, weighted))
    longer = eq(f(n + 1), (1 - b) * total(i, 1, n + 1, power(b, n + 1 - i) * body(i)))
    empty = p.sum_none(i, 1, power(b, -i) * body(i))
    base = p.certify(eq(f(lift(0)), (1 - b) * total(i, 1, lift(0), power(b, lift(0) - i) * body(i))), begin, empty)
    step = p.certify(longer, p.assume(claim), following, shifted(p, b, n, body))
    return p.induction(n, 0, claim, base, step)


def weights(p: Prover, b: Any, n: Any) -> Theorem:
    """0 <= n |- (1-b) sum_{i=1}^n b^(n-i) = 1 - b^n."""
    k = p.fresh("k", b, n)
    i = p.fresh("i", b, k, n)

    def claim(n: Any) -> Any:
        return eq((1 - b) * total(i, 1, n, power(b, n - i)), 1 - power(b, n))

    base = p.certify(claim(lift(0)), p.sum_none(i, 1, power(b, -i)))
    longer = shifted(p, b, k, lambda i: lift(1))
    step = p.certify(claim(k + 1), p.assume(claim(k)), longer, p.power_next(b, p.assume(0 <= k)))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


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


def ages(p: Prover, b: Any, n: Any) -> Theorem:
    """0 <= n |- (1-b)^2 sum_{i=1}^n b^(n-i) (n-i) = b - n b^n + (n-1) b b^n."""
    k = p.fresh("k", b, n)
    i = p.fresh("i", b, k, n)

    def old(k: Any) -> Any:
        return total(i, 1, k, power(b, k - i) * (k - i))

    def closed(k: Any) -> Any:
        return b - k * power(b, k) + (k - 1) * b * power(b, k)

    # the sum for k+1 is b times the one for k, every age one more: b (sum b^(k-i) (k-i) + sum b^(k-i))
    longer = shifted(p, b, k, lambda i: k + 1 - i)
    following = p.power_next(b, p.assume(0 <= k))
    claim = eq((1 - b) ** 2 * old(k), closed(k))
    base = p.certify(eq((1 - b) ** 2 * old(lift(0)), closed(lift(0))), p.sum_none(i, 1, power(b, -i) * (0 - i)))
    goal = eq((1 - b) ** 2 * old(k + 1), closed(k + 1))
    step = p.certify(goal, p.assume(claim), longer, weights(p, b, k), following)
    return p.inst(p.induction(k, 0, claim, base, step), {k: n})


def mean_age(b: Any, n: Any) -> Any:
    """b (1 - n b^(n-1) + (n-1) b^n)/(1-b), which is (1-b) sum_{i=1}^n b^(n-i) (n-i) for n >= 1."""
    return b * (1 - n * power(b, n - 1) + (n - 1) * power(b, n)) / (1 - b)


def mean_age_is(p: Prover, b: Any, n: Any, high: Theorem) -> Theorem:
    """1 <= n |- (1-b) sum_{i=1}^n b^(n-i) (n-i) = mean_age(b, n) from b < 1."""
    i = p.fresh("i", b, n)
    start = p.assume(1 <= n)
    closed = p.using(ages(p, b, n), p.certify(0 <= n, start))
    following = p.power_next(b, p.certify(0 <= n - 1, start))
    goal = eq((1 - b) * total(i, 1, n, power(b, n - i) * (n - i)), mean_age(b, n))
    return p.certify(goal, closed, following, p.inverse(p.certify(0 < 1 - b, high)))


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
