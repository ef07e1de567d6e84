"""Lemmas for the periodic sequence of any period N: slope C once in N rounds, else -1; the moments of Adam on it.

Rounds are counted from 1, steps done from 0: block j = 0, 1, ... has the rounds N j + k + 1 with k = 0, ..., N - 1, and
the spike is at k = 0. A moving average with decay c of a signal that is `spike` at k = 0 and `other` elsewhere has the
limit cycle S(k) = other + (spike - other) c^k (1-c)/(1-c^N).

    cycle = Cycle(adam_uncorrected, ["m"])
    found = transient(p, cycle, first_moment(cycle))     # ... |- m(N j + k + 1) = S(k) - a^(N j + k + 1) S(N - 1)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, indicator, integers, inv, lift, power, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.terms import Rel
from adamtheory.losses.linear import reddi
from adamtheory.proofs.lemmas_average import held_power, vanishes
from adamtheory.sets import box

j, k, place = integers("j k place")


def share(decay: Any, k: Any, N: Any) -> Any:
    """(1 - c) c^k/(1 - c^N): the weight of age k in a periodic average; it sums to 1 over k = 0, ..., N - 1."""
    return (1 - decay) * power(decay, k) / (1 - power(decay, N))


def limit_cycle(spike: Any, other: Any, decay: Any, k: Any, N: Any) -> Any:
    """other + (spike - other) share(k)."""
    return other + (spike - lift(other)) * share(decay, k, N)


class Cycle:
    """The losses and the slots of a rule that plays on them, read into one setting; C and N are constants."""

    def __init__(
        self, rule: Rule, slots: Sequence[str], steps: str = "", constrained: bool = False, **scalars: Any
    ) -> None:
        self.setting = setting = Setting()
        self.C, self.N = setting.constant("C"), setting.constant("N", "Z")
        self.losses = read(reddi, setting, scalars={"C": self.C, "N": self.N, "scale": 1})
        self.interval = read(box, setting, scalars={"low": -1, "high": 1}) if constrained else None
        inputs = {"g": lambda t, x: self.slope(t - 1)}
        if steps:  # with iterates, from any start, with "any" step sizes alpha(t), a "constant" one, or alpha/sqrt(t)
            rate = setting.family("alpha", "Z") if steps == "any" else setting.constant("alpha")
            self.size = rate
            self.alpha = {"any": rate, "constant": lambda t: rate, "inverse_sqrt": lambda t: rate / sqrt(t)}[steps]
            scalars["lr"] = lambda t: self.alpha(t)
        self.start = setting.constant("start") if steps else None
        self.method = read(
            rule,
            setting,
            inputs=inputs,
            slots=slots,
            scalars={"eps": 0, **scalars},
            start=self.start,
            project=self.project if constrained else None,
            names={"x": "iterate"},  # the kernel's facts have a variable x
        )
        self.block = (1 <= self.N, 0 <= j, 0 <= k, k < self.N)

    def project(self, y: Any) -> Any:
        """The projection onto [-1, 1]."""
        return self.interval.value("result", 0, y=y)

    def phase(self, n: Any) -> Any:
        """The phase of round n + 1."""
        return self.losses.slot("phase", n)

    def slope(self, n: Any) -> Any:
        """The gradient of round n + 1, the same at every point."""
        return self.losses.value("gradient", n)

    def decay_hyps(self, name: str) -> tuple[Rel, Rel]:
        """0 <= beta < 1."""
        beta = self.method.scalars[name]
        return 0 <= beta, beta < 1


@dataclass(frozen=True, eq=False)
class Average:
    """A slot that is a moving average, of the slope or of its square: slot' = c slot + (1 - c) signal(slope)."""

    slot: str
    decay: Any
    signal: Callable[[Any], Any]

    def at(self, cycle: Cycle, n: Any) -> Any:
        """The slot after n steps."""
        return cycle.method.slot(self.slot, n)

    def limit(self, cycle: Cycle, k: Any) -> Any:
        """The limit cycle."""
        return limit_cycle(self.signal(cycle.C), self.signal(-1), self.decay, k, cycle.N)

    def exact(self, cycle: Cycle, n: Any, k: Any) -> Any:
        """S(k) - c^n S(N-1), the value after n steps, the last of them with phase k."""
        return self.limit(cycle, k) - power(self.decay, n) * self.limit(cycle, cycle.N - 1)


@cache
def first_moment(cycle: Cycle) -> Average:
    """m, the average of the slopes."""
    return Average("m", cycle.method.scalars["beta1"], lambda g: g)


@cache
def second_moment(cycle: Cycle) -> Average:
    """v, the average of their squares."""
    return Average("v", cycle.method.scalars["beta2"], lambda g: lift(g) * g)


# --- phases -----------------------------------------------------------------------------------------------------------


def bounded_induction(p: Prover, k: Any, N: Any, claim: Callable[[Any], Rel], base: Theorem, step: Theorem) -> Theorem:
    """0 <= k, k < N |- claim(k), an equation, from claim(0) and 0 <= k, k + 1 < N, claim(k) |- claim(k + 1).

    What is proved for every k is indicator(N - k) (left - right) = 0.
    """

    def held(k: Any) -> Rel:
        return eq(indicator(N - k) * (claim(k).left - claim(k).right), 0)

    def opened(k: Any) -> Theorem:
        """claim(k) from held(k), k < N."""
        return p.certify(claim(k), p.assume(held(k)), p.indicator_on(p.restate(0 < N - k, p.assume(k < N))))

    before = p.using(opened(k), p.certify(k < N, p.assume(k + 1 < N), degree=1))
    more = p.certify(held(k + 1), p.cut(step, before))
    over = p.certify(held(k + 1), p.indicator_off(p.assume(N - (k + 1) <= 0)))
    following = p.cases(over, more, N - (k + 1), 0)
    return p.cut(opened(k), p.induction(k, 0, held(k), p.certify(held(lift(0)), base), following))


def in_block(p: Prover, cycle: Cycle, n: Any) -> Theorem:
    """1 <= N, 0 <= j, 0 <= k |- 0 <= n for n = N j + k and the like."""
    return p.certify(0 <= n, *p.assume(*cycle.block[:3]))


def phase_next(p: Prover, cycle: Cycle, n: Any, reached: Theorem, inside: Theorem, here: Theorem) -> Theorem:
    """phase(n + 1) = value + 1 from phase(n) = value and value + 1 < N."""
    value = here.claim.right
    switch = p.indicator_on(p.certify(0 < cycle.N - (cycle.phase(n) + 1), here, inside))
    step = p.using(p.next("phase", n), reached)
    return p.certify(eq(cycle.phase(n + 1), value + 1), step, switch, here)


@cache
def phases(p: Prover, cycle: Cycle) -> Theorem:
    """1 <= N, 0 <= j, 0 <= k, k < N |- phase(N j + k) = k."""
    N, phase = cycle.N, cycle.phase
    begun = p.assume(eq(phase(N * j), 0))

    def claim(k: Any) -> Rel:
        return eq(phase(N * j + k), k)

    base = p.restate(claim(lift(0)), begun)
    step = phase_next(p, cycle, N * j + k, in_block(p, cycle, N * j + k), p.assume(k + 1 < N), p.assume(claim(k)))
    within = bounded_induction(p, k, N, claim, base, step)
    # the last round of a block, k = N - 1, is followed by phase 0
    one = p.assume(1 <= N)
    last = p.inst(within, {k: N - 1})
    last = p.using(last, p.certify(0 <= N - 1, one), p.certify(N - 1 < N))
    n = N * j + N - 1
    switch = p.indicator_off(p.certify(N - (phase(n) + 1) <= 0, last))
    reached = p.certify(0 <= n, one, p.assume(0 <= j))
    again = p.certify(eq(phase(N * (j + 1)), 0), p.using(p.next("phase", n), reached), switch)
    whole = p.induction(j, 0, begun.claim, p.restate(eq(phase(N * 0), 0), p.start("phase")), again)
    return p.cut(within, whole)


@cache
def slopes(p: Prover, cycle: Cycle) -> tuple[Theorem, Theorem]:
    """The slope of round N j + 1 is C, that of round N j + k + 2 is -1; under 1 <= N, 0 <= j, 0 <= k, k + 1 < N."""
    N, one, phase = cycle.N, p.assume(1 <= cycle.N), phases(p, cycle)
    at_spike = p.using(p.inst(phase, {k: 0}), p.certify(0 <= lift(0)), p.restate(0 < N, p.certify(0 < N, one)))
    spike = p.indicator_on(p.certify(0 < 1 - cycle.phase(N * j), at_spike))
    later = p.using(p.inst(phase, {k: k + 1}), p.certify(0 <= k + 1, p.assume(0 <= k)))
    quiet = p.indicator_off(p.certify(1 - cycle.phase(N * j + k + 1) <= 0, later, p.assume(0 <= k)))
    return (
        p.certify(eq(cycle.slope(N * j), cycle.C), spike),
        p.certify(eq(cycle.slope(N * j + k + 1), -1), quiet),
    )


# --- the moments ------------------------------------------------------------------------------------------------------


@cache
def full_period(p: Prover, decay: Any, N: Any) -> Theorem:
    """0 <= c, c < 1, 1 <= N |- c^N < 1: c^N = c c^(N-1) and c^(N-1) <= 1."""
    low, high, one = p.assume(0 <= decay, decay < 1, 1 <= N)
    before = p.certify(0 <= N - 1, one)
    most = p.using(p.power_claim(decay, lambda q: q <= 1, low, high, n=N - 1), before)
    return p.certify(power(decay, N) < 1, p.power_next(decay, before), most, low, high)


@cache
def full_share(p: Prover, decay: Any, N: Any) -> Theorem:
    """0 <= c, c < 1, 1 <= N |- (1 - c^N) inv(1 - c^N) = 1."""
    return p.inverse(p.restate(0 < 1 - power(decay, N), full_period(p, decay, N)))


def moved(p: Prover, cycle: Cycle, average: Average, n: Any, reached: Theorem, slope: Theorem) -> Theorem:
    """slot(n + 1) = c slot(n) + (1 - c) signal(value) where the slope of round n + 1 has this value."""
    old, signal = average.at(cycle, n), average.signal
    value = p.certify(eq(signal(slope.claim.left), signal(slope.claim.right)), slope)
    step = p.using(p.next(average.slot, n), reached)
    goal = eq(average.at(cycle, n + 1), average.decay * old + (1 - average.decay) * signal(slope.claim.right))
    return p.chain(goal, step, value)


@cache
def transient(p: Prover, cycle: Cycle, average: Average) -> Theorem:
    """0 <= c, c < 1, 1 <= N, 0 <= j, 0 <= k, k < N |- slot(N j + k + 1) = S(k) - c^(N j + k + 1) S(N - 1)."""
    N, c, one = cycle.N, average.decay, p.assume(1 <= cycle.N)
    spike, quiet = slopes(p, cycle)
    turned = p.assume(eq(average.at(cycle, N * j), average.exact(cycle, N * j, N - 1)))
    start = p.certify(0 <= N * j, one, p.assume(0 <= j))

    def claim(k: Any) -> Rel:
        n = N * j + k + 1
        return eq(average.at(cycle, n), average.exact(cycle, n, k))

    # S(0) = c S(N-1) + (1-c) spike, since c^N = c c^(N-1)
    around = p.power_next(c, p.certify(0 <= N - 1, one))
    first = moved(p, cycle, average, N * j, start, spike)
    base = p.certify(claim(lift(0)), first, turned, around, full_share(p, c, N), p.power_next(c, start))
    # S(k+1) = c S(k) + (1-c) other
    n, further = N * j + k + 1, p.power_next(c, p.assume(0 <= k))
    reached = in_block(p, cycle, n)
    later = moved(p, cycle, average, n, reached, quiet)
    step = p.certify(claim(k + 1), later, p.assume(claim(k)), further, p.power_next(c, reached))
    within = bounded_induction(p, k, N, claim, base, step)
    ended = p.using(p.inst(within, {k: N - 1}), p.certify(0 <= N - 1, one), p.certify(N - 1 < N))
    ended = p.restate(eq(average.at(cycle, N * (j + 1)), average.exact(cycle, N * (j + 1), N - 1)), ended)
    begun = p.certify(eq(average.at(cycle, N * 0), average.exact(cycle, N * 0, N - 1)), p.start(average.slot))
    return p.cut(within, p.induction(j, 0, turned.claim, begun, ended))


def corrected(p: Prover, cycle: Cycle, average: Average, held: str, wanted: str, exact: Any) -> Theorem:
    """The corrected moment of round t = N j + k + 1 is exact/(1 - c^t), for what `transient` says of the moment.

    held is the slot with the power of c, wanted the name of the corrected moment in the text.
    """
    c, n = average.decay, cycle.N * j + k
    reached = in_block(p, cycle, n)
    power_held = p.using(p.inst(held_power(p, held, c, place), {place: n}), reached)
    same = p.certify(eq(Family(held)(n) * c, power(c, n + 1)), power_held, p.power_next(c, reached))
    moment = p.chain(
        eq(cycle.method.value(average.slot, n), exact),
        p.using(p.next(average.slot, n), reached),
        transient(p, cycle, average),
    )
    value, room = cycle.method.value(wanted, n), p.restate(0 < 1 - power(c, n + 1), full_period(p, c, n + 1))
    room = p.using(room, p.certify(1 <= n + 1, reached))
    whole = p.certify(
        eq((1 - same.claim.left) * value, exact), moment, p.inverse(p.certify(0 < 1 - same.claim.left, room, same))
    )
    return p.certify(eq(value, exact / (1 - power(c, n + 1))), whole, same, p.inverse(room))


def displaced(p: Prover, cycle: Cycle, n: Any) -> Theorem:
    """1 <= N, 0 <= j, 0 <= n |- x(N j + n) - x(N j) = -sum_{k=0}^{n-1} alpha m/sqrt(v), at rounds N j + k + 1."""
    x, m, v = (lambda n, slot=slot: cycle.method.slot(slot, n) for slot in ("x", "m", "v"))
    block = cycle.N * j
    reached = in_block(p, cycle, block + k)
    nexts = [p.using(p.next(name, block + k), reached) for name in ("iterate", "m", "v")]
    root = p.rewrite(nexts[2], lambda z: inv(sqrt(z)))
    t = block + k + 1
    one = p.certify(eq(x(t), x(t - 1) - cycle.alpha(t) * m(t) / sqrt(v(t))), nexts[0], nexts[1], root)
    body = cycle.alpha(t) * m(t) / sqrt(v(t))

    def claim(n: Any) -> Rel:
        return eq(x(block + n) - x(block), -total(k, 0, n - 1, body))

    last = p.sum_step(k, 0, k - 1, body, p.assume(0 <= k))
    base = p.certify(claim(lift(0)), p.sum_none(k, 0, body))
    found = p.induction(k, 0, claim(k), base, p.certify(claim(k + 1), p.assume(claim(k)), last, one, degree=1))
    return p.inst(found, {k: n})


# --- limits, as the number j of blocks grows --------------------------------------------------------------------------


def block_power(p: Prover, decay: Any, N: Any) -> tuple[Theorem, Theorem]:
    """0 <= c, c < 1, 1 <= N, 0 <= j, 0 <= k |- 0 <= c^(N j + k + 1) and c^(N j + k + 1) <= c^j."""
    low, high, one, begun, later = p.assume(0 <= decay, decay < 1, 1 <= N, 0 <= j, 0 <= k)
    i = p.fresh("i", j, k)
    reached = p.certify(0 <= j + i, begun, p.assume(0 <= i))
    kept = p.using(p.power_nonneg(low, j + i), reached)

    def claim(i: Any) -> Rel:
        return power(decay, j + i) <= power(decay, j)

    step = p.certify(claim(i + 1), p.assume(claim(i)), p.power_next(decay, reached), kept, high)
    shrinks = p.induction(i, 0, claim(i), p.certify(claim(lift(0))), step)
    more, t = (N - 1) * j + k + 1, N * j + k + 1
    below = p.using(p.inst(shrinks, {i: more}), p.certify(0 <= more, one, begun, later))
    above = p.using(p.power_nonneg(low, t), p.certify(0 <= t, one, begun, later))
    return above, p.restate(power(decay, t) <= power(decay, j), below)


def fading(p: Prover, decay: Any, N: Any) -> Theorem:
    """0 <= c, c < 1, 1 <= N, 0 <= k |- c^(N j + k + 1) -> 0: it is at most c^j."""
    above, below = block_power(p, decay, N)
    base = p.cut(p.lim_base(decay, j), *p.assume(0 <= decay, decay < 1))
    return p.lim_squeeze(p.lim_const(0, j), base, 0, above, below)


def limited(p: Prover, cycle: Cycle, average: Average, gap: Any) -> Theorem:
    """0 <= c, c < 1, 1 <= N, 0 <= k, k < N |- |gap| -> 0, where gap is slot(N j + k + 1) - S(k) in some words."""
    n, last = cycle.N * j + k + 1, average.limit(cycle, cycle.N - 1)
    exact, size = transient(p, cycle, average), absolute(last)
    faded = p.lim_op("mul", p.lim_const(size, j), fading(p, average.decay, cycle.N))
    nonneg = p.using(p.power_nonneg(p.assume(0 <= average.decay), n), in_block(p, cycle, n))
    above = p.certify(gap <= size * power(average.decay, n), exact, p.max_right(last, -last), nonneg)
    below = p.certify(-gap <= size * power(average.decay, n), exact, p.max_left(last, -last), nonneg)
    return vanishes(p, faded, above, below)
