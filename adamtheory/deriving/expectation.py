"""What a moving average of random gradients is on average: its bias, the factor that removes it, drift, and variance.

As a section of a paper goes: unroll, take expectations, pull out the mean, sum the geometric series, divide.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from adamtheory.deriving.averages import Average, p_start, plus, times
from adamtheory.deriving.findings import TOPICS, Finding, proved, undecided
from adamtheory.deriving.frame import Frame, abstracted, fresh, i, j, n, one_coordinate, sliced, t, w, z
from adamtheory.deriving.linear import linear
from adamtheory.deriving.signs import Signs
from adamtheory.language.formula import plain_expression
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Expr
from adamtheory.logic.averages import mean_age, mean_age_is, power_below_one, power_nonneg_at
from adamtheory.logic.bridge import solve_recursion
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift, mean, power, real
from adamtheory.logic.terms import Refused, Term, normal, substitute

Attempt = Callable[[], Theorem]
Part = Callable[[Rule, str], Iterator[Finding]]


def expectations(rule: Rule, topics: Collection[str] = TOPICS) -> Iterator[Finding]:
    """All findings about the slots that are linear recursions: closed form, expectation, bias, drift, variance."""
    whole, changing = abstracted(one_coordinate(rule))
    for slot in linear(whole, changing):
        text = same_text(sliced(one_coordinate(rule), [slot]))
        for part in parts(rule, slot, topics):
            key = (part, text)
            if key not in KNOWN:
                KNOWN[key] = list(part(rule, slot))
            yield from KNOWN[key]


# (what is asked, text of a slot's own part of a rule) -> findings: forms of one method share their moments.
KNOWN: dict[tuple[Part, str], list[Finding]] = {}


def same_text(rule: Rule) -> str:
    """The text of a rule without its name, and without where it stands."""
    return rule.text.partition("\n")[2]


def parts(rule: Rule, slot: str, topics: Collection[str]) -> list[Part]:
    """What is asked about a slot."""
    recursion = Frame.of(rule, slots=[slot]).recursions[slot]
    wanted: list[Part] = [unrolling] if {"closed form", "expectation"} & set(topics) else []
    if recursion.reads == "gradient":
        wanted += [stationary] if {"expectation", "bias correction"} & set(topics) else []
        wanted += [drifting] if "drift" in topics else []
        wanted += [varying] if "variance" in topics else []
    return wanted


def attempted(topic: str, subject: str, head: str, frame: Frame, attempt: Attempt, **more: Any) -> Finding:
    """The theorem that the attempt gives, or that nothing was found."""
    try:
        return proved(topic, subject, head, attempt(), **more)
    except Refused as refusal:
        return undecided(topic, subject, head, frame.setting.theory, None, refusal)


def rates(average: Average) -> str:
    """What stands for the product of rates that change."""
    if average.product is None:
        return ""
    rate = plain_expression(average.frame.rule, average.recursion.decay)
    return f"{average.product.name}(i, j): product of the rates {rate} of rounds i + 1, ..., i + j"


# --- closed forms, and their expectations -----------------------------------------------------------------------------


def unrolling(rule: Rule, slot: str) -> Iterator[Finding]:
    """The slot as a weighted sum of its signals, and its expectation."""
    plain = Frame.of(rule, slots=[slot])
    average = Average.with_products(plain, plain.recursions[slot])
    yield attempted("closed form", slot, "unroll", plain, average.unrolled, short="weighted sum", note=rates(average))
    if average.product is not None:
        with suppress(Refused):  # most products of rates have no closed form
            yield proved("closed form", slot, "the product of its rates", average.product_solved())
    if slot in plain.shared.families:
        return
    noisy = Frame.of(rule, slots=[slot], random=True)
    average = Average.with_products(noisy, noisy.recursions[slot])
    yield attempted("expectation", slot, "take expectations", noisy, average.expected)
    yield attempted("expectation", slot, "pull out the mean", noisy, lambda: pulled_out(average))
    yield attempted("expectation", slot, "sum the weights", noisy, lambda: Weights(average).summed)


def pulled_out(average: Average) -> Theorem:
    """0 <= n |- E s(n) = rest + E u_n sum of weights + weighted sum of E u_i - E u_n."""
    late = average.average_signal(n)
    weights = average.weighted(n, lambda k: lift(1))
    drift = average.weighted(n, lambda k: average.average_signal(k) - late)
    claim = eq(mean(w, average.s(n)), plus(average.rest(n), weights * late + drift))
    return average.p.restate(claim, average.expected())


@lru_cache(maxsize=1)
def proposed_share() -> tuple[Term, Term]:
    """A rate a, and SymPy's solution of f(n+1) = a f(n) + 1 - a from f(0) = 0: what weights 1 - a sum to."""
    rate, previous = real("rate"), real("previous")
    return rate, solve_recursion(rate * previous + (1 - rate), previous, n, lift(0))


@lru_cache(maxsize=1)
def proposed_count() -> Term:
    """SymPy's solution of f(n+1) = f(n) + 1 from f(0) = 0."""
    previous = real("previous")
    return solve_recursion(previous + 1, previous, n, lift(0))


class Weights:
    """The sum of the weights of an average: 1 - beta^n for a moving average that starts at 0.

    For constant rates SymPy proposes it and induction proves it; a proposal that is wrong ends in `NotFound`.
    """

    def __init__(self, average: Average) -> None:
        self.average, self.p = average, average.p

    def closed(self, k: Any) -> Any:
        """What the weights of the first k signals sum to."""
        average = self.average
        if not average.recursion.constant:
            if average.proper:
                return 1 - average.faded(lift(0), k)
            raise Refused("the weights of rates that change sum to no known form unless they are 1 minus the rates")
        a, weight = average.decay(n), average.weight(n)
        if a is lift(1):
            return times(weight, substitute(proposed_count(), {n: k}))
        rate, share = proposed_share()
        share = substitute(share, {rate: a, n: lift(k)})
        return share if average.proper else times(weight, share / (1 - a))

    @property
    def summed(self) -> Theorem:
        """0 <= n |- sum of weights = closed(n)."""
        average, p = self.average, self.p
        start = p_start(p)

        def claim(k: Any) -> Any:
            return eq(average.weighted(k, lambda _: lift(1)), self.closed(k))

        _, none = average.terms(lift(0), lambda _: lift(1))
        ends = [average.nothing_fades(lift(0)), average.nothing_fades(n + 1)]
        facts = [p.using(average.fades(lift(0)), start), average.longer(lambda _: lift(1)), *self.room]
        base = p.certify(claim(lift(0)), p.sum_none(i, 1, none), ends[0])
        step = p.certify(claim(n + 1), p.assume(claim(n)), *facts, ends[1])
        return p.induction(n, 0, claim(n), base, step)

    @property
    def room(self) -> list[Theorem]:
        """(1 - a) inv(1 - a) = 1, where the closed form divides by it."""
        a = self.average.decay(n)
        if self.average.proper or not self.average.recursion.constant or a is lift(1):
            return []
        return [self.p.inverse(Signs(self.average.frame).nonzero(1 - a))]

    def nonzero(self, k: Any) -> Theorem:
        """1 <= n |- 0 < closed(n)^2, for constant rates in [0, 1); under that hypothesis otherwise."""
        average, p = self.average, self.p
        goal = 0 < self.closed(k) ** 2
        if not average.recursion.constant:
            given: Theorem = p.assume(goal)
            return given
        a, signs = average.decay(n), Signs(average.frame)
        if a is lift(1):
            size = p.certify(0 < k, p.assume(1 <= n))
        else:
            below = power_below_one(p, signs.nonneg(a), p.restate(a < 1, signs.positive(1 - a)), k - 1)
            size = p.certify(0 < 1 - power(a, k), p.using(below, p.certify(0 <= k - 1, p.assume(1 <= n))))
            if not average.proper:
                size = p.certify(0 < (1 - power(a, k)) / (1 - a), size, p.inv_positive(signs.positive(1 - a)))
        if normal(self.closed(k)) == normal(size.claim.right):
            return p.certify(goal, size)
        try:
            weight = signs.nonzero(average.weight(n))
        except Refused:  # such as lr, which may be 0
            otherwise: Theorem = p.assume(goal)
            return otherwise
        return p.certify(goal, weight, p.certify(0 < size.claim.right**2, size))


# --- a constant mean --------------------------------------------------------------------------------------------------


def steady(rule: Rule, slots: Sequence[str], signal_of: str, keep: Sequence[Expr] = ()) -> tuple[Frame, Average, Any]:
    """Random gradients for which the signal of a slot has the constant mean mu."""
    frame = Frame.of(rule, slots=slots, keep=keep, random=True)
    average = Average.with_products(frame, frame.recursions[signal_of])
    mu = frame.setting.constant(fresh(rule, "mu"))
    frame.setting.assume("stationary", eq(average.average_signal(t), mu), [1 <= t])
    return frame, average, mu


def mean_of_slot(average: Average, mu: Any) -> Theorem:
    """0 <= n |- E s(n) = rest + mu (sum of weights), for signals of the mean mu."""
    p, weights = average.p, Weights(average)
    each = p.using(p.given("stationary", i), p.assume(1 <= i))
    _, summand = average.terms(n, average.average_signal)
    _, alone = average.terms(n, lambda _: lift(1))
    same = p.sum_of(p.certify(eq(summand, mu * alone), each), i, 1, n)
    claim = eq(mean(w, average.s(n)), plus(average.rest(n), mu * weights.closed(n)))
    return p.certify(claim, average.expected(), same, weights.summed)


def stationary(rule: Rule, slot: str) -> Iterator[Finding]:
    """The bias of a slot under a constant mean, and the factor that removes it."""
    frame, average, mu = steady(rule, [slot], slot)
    head = "for a constant mean mu of the signal"
    biased = attempted("expectation", slot, head, frame, lambda: mean_of_slot(average, mu))
    yield biased
    if biased.theorem is not None and average.initial is lift(0):
        factor = Weights(average).closed(n)
        yield attempted("bias correction", slot, "divide", frame, lambda: unbiased(average, mu, biased.theorem, factor))


def unbiased(average: Average, mu: Any, biased: Theorem | None, factor: Any) -> Theorem:
    """1 <= n |- E s(n)/(sum of weights) = mu."""
    assert biased is not None
    p, weights = average.p, Weights(average)
    begun = p.certify(0 <= n, p.assume(1 <= n))
    inverse = p.using(p.fact("inverse", x=factor), weights.nonzero(n))
    return p.certify(eq(mean(w, average.s(n)) / factor, mu), p.using(biased, begun), inverse)


# --- a mean that drifts -----------------------------------------------------------------------------------------------


def drifting(rule: Rule, slot: str) -> Iterator[Finding]:
    """How far E s_n can be from its corrected mean where the mean of the signal moves at most L a step."""
    frame = Frame.of(rule, slots=[slot], random=True)
    average = Average.with_products(frame, frame.recursions[slot])
    if not (average.proper and average.recursion.constant and average.initial is lift(0)):
        return
    L = frame.setting.constant(fresh(rule, "L"))
    late = average.average_signal
    frame.setting.assume("slow", absolute(late(i) - late(j)) <= L * (j - i), [1 <= i, i <= j])
    yield attempted("drift", slot, "for a mean that moves at most L a step", frame, lambda: drift_bound(average, L))


def drift_bound(average: Average, L: Any) -> Theorem:
    """1 <= n |- |E s(n) - (1 - a^n) E u_n| <= L a (1 - n a^(n-1) + (n-1) a^n)/(1 - a)."""
    p, a, signs = average.p, average.decay(n), Signs(average.frame)
    begun = p.assume(1 <= n)
    low, kept = signs.nonneg(a), signs.positive(1 - a)
    high = p.restate(a < 1, kept)
    slow = p.using(p.given("slow", i, n))
    part = slow.claim.left.args
    weight = power_nonneg_at(p, low, n - i, p.assume(i <= n))

    def summed(moved: Any, below: Theorem) -> Theorem:
        each = p.certify(power(a, n - i) * moved <= power(a, n - i) * L * (n - i), slow, below, weight)
        return p.sum_of(each, i, 1, n)

    above, under = summed(part[0], p.max_left(*part)), summed(part[1], p.max_right(*part))
    start = p.certify(0 <= n, begun)
    exact = p.using(pulled_out(average), start)
    facts = (kept, exact, p.using(Weights(average).summed, start), mean_age_is(p, a, n, high))
    gap = mean(w, average.s(n)) - (1 - power(a, n)) * average.average_signal(n)
    bound = L * mean_age(a, n)
    return p.max_least(p.certify(gap <= bound, above, *facts), p.certify(-gap <= bound, under, *facts))


# --- variance ---------------------------------------------------------------------------------------------------------


def varying(rule: Rule, slot: str) -> Iterator[Finding]:
    """The variance of the slot, and of its corrected form, for uncorrelated signals of variance sigma^2."""
    frame, average, mu = steady(rule, [slot], slot)
    if not (average.recursion.constant and average.initial is lift(0)):
        return
    sigma, u = frame.setting.constant(fresh(rule, "sigma")), average.signal
    frame.setting.assume("variance", eq(mean(w, u(t) ** 2), mu**2 + sigma**2), [1 <= t])
    frame.setting.assume("uncorrelated", eq(mean(w, u(i) * u(j)), mu**2), [1 <= i, i < j])
    spread = Spread(average, mu, sigma)
    found = attempted("variance", slot, "for uncorrelated signals of variance sigma^2", frame, lambda: spread.variance)
    yield found
    if found.theorem is not None and average.proper:
        head = "effective sample size (1 + a)(1 - a^n)/((1 - a)(1 + a^n))"
        yield attempted("variance", slot, head, frame, lambda: spread.corrected(found.theorem))


class Spread:
    """Second moments of an average of uncorrelated signals."""

    def __init__(self, average: Average, mu: Any, sigma: Any) -> None:
        self.average, self.p, self.mu, self.sigma = average, average.p, mu, sigma

    def closed(self, k: Any) -> Any:
        """The variance after k steps over sigma^2."""
        a, weight = self.average.decay(n), self.average.weight(n)
        if a is lift(1):
            return times(weight**2, k)
        q = power(a, k)
        if self.average.proper:
            return (1 - a) * (1 - q**2) / (1 + a)
        return times(weight**2 if weight is not lift(1) else weight, (1 - q**2) / (1 - a**2))

    def of(self, k: Any) -> Any:
        """Var s(k)."""
        s = self.average.s
        return mean(w, (s(k) - mean(z, s(k, z))) ** 2)

    @property
    def crossed(self) -> Theorem:
        """0 <= n |- E s(n) u(n+1) = mu E s(n)."""
        average, p = self.average, self.p
        late = average.signal(n + 1)
        product = p.mean_of(p.rewrite(average.unrolled(), lambda s: s * late), w)
        uncorrelated = p.given("uncorrelated", i, n + 1)
        before = p.using(uncorrelated, p.assume(1 <= i), p.certify(i < n + 1, p.assume(i <= n)))
        _, one = average.terms(n, lambda k: mean(w, average.signal(k) * late))
        _, other = average.terms(n, lambda k: self.mu**2)
        each = p.sum_of(p.certify(eq(one, other), before), i, 1, n)
        weights = Weights(average).summed
        goal = eq(mean(w, average.s(n) * late), self.mu * mean(w, average.s(n)))
        return p.certify(goal, product, each, weights, mean_of_slot(average, self.mu))

    @property
    def variance(self) -> Theorem:
        """0 <= n |- Var s(n) = sigma^2 closed(n)."""
        average, p, start = self.average, self.p, p_start(self.p)
        s, a, weight = average.s, average.decay(n), average.weight(n)
        later = p.certify(1 <= n + 1, start)
        following = p.using(average.following, start)
        new = a * s(n) + weight * average.signal(n + 1)
        squared = p.mean_of(p.certify(eq(s(n + 1) ** 2, new**2), following), w)
        second = p.using(p.given("variance", n + 1), later)
        first = p.using(p.given("stationary", n + 1), later)

        def claim(k: Any) -> Any:
            return eq(mean(w, s(k) ** 2) - mean(w, s(k)) ** 2, self.sigma**2 * self.closed(k))

        zero = p.certify(eq(s(0) ** 2, 0), average.begun)
        none = [average.nothing_fades(lift(0)), p.mean_of(zero, w), p.mean_of(average.begun, w)]
        base = p.certify(claim(lift(0)), *none)
        grows = p.using(average.fades(lift(0)), start)
        means = p.certify(eq(mean(w, s(n + 1)), a * mean(w, s(n)) + weight * self.mu), p.mean_of(following, w), first)
        facts = [p.assume(claim(n)), squared, second, self.crossed, means, grows, *self.room]
        step = p.certify(claim(n + 1), *facts)
        found = p.induction(n, 0, claim(n), base, step)
        return p.restate(eq(self.of(n), self.sigma**2 * self.closed(n)), found)

    @property
    def room(self) -> list[Theorem]:
        """The reciprocal in the closed form."""
        a, signs = self.average.decay(n), Signs(self.average.frame)
        if a is lift(1):
            return []
        return [self.p.inverse(signs.nonzero(1 + a if self.average.proper else 1 - a**2))]

    def corrected(self, variance: Theorem | None) -> Theorem:
        """1 <= n |- Var of s(n)/(1 - a^n) = sigma^2 (1-a)(1+a^n)/((1+a)(1-a^n))."""
        assert variance is not None
        average, p = self.average, self.p
        a, q = average.decay(n), power(average.decay(n), n)
        factor = inv(1 - q)
        inverse = p.using(p.fact("inverse", x=1 - q), Weights(average).nonzero(n))
        hat = average.s(n) * factor
        size = mean(w, (hat - mean(z, average.s(n, z) * factor)) ** 2)
        goal = eq(size, self.sigma**2 * ((1 - a) * (1 + q) / (1 + a) / (1 - q)))
        begun = p.certify(0 <= n, p.assume(1 <= n))
        return p.certify(goal, p.using(variance, begun), inverse, rounds=2)
