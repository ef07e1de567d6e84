"""Losses on which Adam beats every fixed point: |x - c_t| with a centre c_t = 1 or -1 that changes ever more rarely.

The centre changes when it has been 1 (or -1) so much more often than the other that the difference passes 64 times the
number of the block. So a block is long against the time in which Adam, with the step 2/sqrt(t), goes from one centre
to the other, and short against all rounds before it: no fixed point does better than to pay 1 a round.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, indicator, integers, inv, lift, real, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.sums import apart, put, root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_box_game import ITERATE
from adamtheory.rules.adam import adam

T, n, t = integers("T n t")
u = real("u")
LENGTH = 64
NAMES = ("centre", "balance", "block")

setting = Setting()


def _changes(n: Any, centre: Any, balance: Any, block: Any) -> Any:
    """1 where the centre changes after round n + 1, else 0."""
    return indicator(centre * (balance + centre) - LENGTH * block)


centre, balance, block = setting.define(
    {
        "centre": (1, lambda n, c, s, j: c - 2 * c * _changes(n, c, s, j)),
        "balance": (0, lambda n, c, s, j: s + c),
        "block": (1, lambda n, c, s, j: j + _changes(n, c, s, j)),
    },
    index=n,
)


def slope(t: Any, x: Any) -> Any:
    """The slope of |x - c_t|: -1 where x < c_t, else 1."""
    return 1 - 2 * indicator(centre(t - 1) - x)


reading = read(
    adam,
    setting,
    inputs={"g": slope},
    scalars={"lr": lambda t: 2 / sqrt(t), "beta1": 0, "eps": 0},
    start=lift(0),
    names={"x": ITERATE},
)
RATES = decaying(setting, reading.scalars["beta2"], "beta2")


def x(n: Any) -> Any:
    """The iterate after n steps, on which round n + 1 is played."""
    return reading.slot("x", n)


def paid(n: Any) -> Any:
    """The sum of f_t(x_t) over n rounds."""
    return total(t, 1, n, absolute(x(t - 1) - centre(t - 1)))


def best(n: Any) -> Any:
    """The sum of f_t(u) over n rounds."""
    return total(t, 1, n, absolute(u - centre(t - 1)))


def regret(n: Any) -> Any:
    """The sum over n rounds of f_t(x_t) - f_t(u)."""
    return total(t, 1, n, absolute(x(t - 1) - centre(t - 1)) - absolute(u - centre(t - 1)))


class Cycle:
    """The steps, as theorems under 0 <= n."""

    def __init__(self) -> None:
        self.p = Prover(setting)
        self.start = self.p.assume(0 <= n)

    # the centres

    @property
    def change(self) -> Any:
        """What the indicator of a change after round n + 1 is of."""
        return centre(n) * (balance(n) + centre(n)) - LENGTH * block(n)

    @cached_property
    def unit(self) -> Theorem:
        """centre(n)^2 = 1."""
        p = self.p
        claim, following = eq(centre(n) ** 2, 1), p.next("centre", n)
        goal = eq(centre(n + 1) ** 2, 1)
        on = p.certify(goal, following, p.assume(claim), p.indicator_on(p.assume(0 < self.change)))
        off = p.certify(goal, following, p.assume(claim), p.indicator_off(p.assume(self.change <= 0)))
        base = p.certify(eq(centre(lift(0)) ** 2, 1), p.start("centre"))
        return p.induction(n, 0, claim, base, p.cases(off, on, self.change, 0))

    @cached_property
    def within(self) -> tuple[Theorem, Theorem]:
        """centre(n) <= 1, and -centre(n) <= 1."""
        p, one = self.p, self.p.certify(0 <= lift(1))
        high, low = (p.squares(p.certify(c**2 <= lift(1) ** 2, self.unit), one) for c in (centre(n), -centre(n)))
        return high, low

    def changing(self, claim: Callable[[Any], Rel], still: Theorem, moved: Theorem, *known: Theorem) -> Theorem:
        """claim(n) by induction, from what it becomes without and with a change, about the variables `numbers`.

        still, moved   under c^2 = 1, the sign of the change, the claim before, and what is known besides
        """
        p = self.p
        moves = [p.next(name, n) for name in NAMES]
        base = p.certify(claim(lift(0)), *(p.start(name) for name in NAMES))
        on, off = p.indicator_on(p.assume(0 < self.change)), p.indicator_off(p.assume(self.change <= 0))
        values, facts = (centre(n), balance(n), block(n), n), (self.unit, p.assume(claim(n)), *known)
        low, high = (
            p.certify(claim(n + 1), put(p, lemma, self.numbers, values, *facts), *moves, switch)
            for lemma, switch in ((still, off), (moved, on))
        )
        return p.induction(n, 0, claim(n), base, p.cases(low, high, self.change, 0))

    @cached_property
    def numbers(self) -> Any:
        """Real variables for centre, balance, block and n."""
        return apart(self.p, "c s j m")

    @cached_property
    def signs(self) -> tuple[Theorem, Theorem, Theorem]:
        """c^2 = 1; c (s + c) - 64 j <= 0 and 0 < c (s + c) - 64 j, without and with a change."""
        c, s, j, _ = self.numbers
        switch = c * (s + c) - LENGTH * j
        return self.p.assume(eq(c**2, 1), switch <= 0, 0 < switch)

    @cached_property
    def first(self) -> Theorem:
        """1 <= block(n)."""
        old = self.p.assume(1 <= self.numbers[2])
        later = self.p.certify(1 <= self.numbers[2] + 1, old)
        return self.changing(lambda n: 1 <= block(n), old, later)

    @cached_property
    def high(self) -> Theorem:
        """centre(n) balance(n) <= 64 block(n)."""
        p, (c, s, j, _), (_, stay, go) = self.p, self.numbers, self.signs
        still = p.certify(c * (s + c) <= LENGTH * j, stay)
        moved = p.certify(-c * (s + c) <= LENGTH * (j + 1), go, p.assume(1 <= j))
        return self.changing(lambda n: centre(n) * balance(n) <= LENGTH * block(n), still, moved, self.first)

    @cached_property
    def low(self) -> Theorem:
        """-64 block(n) <= centre(n) balance(n)."""
        p, (c, s, j, _), unit = self.p, self.numbers, self.signs[0]
        still = p.certify(-LENGTH * j <= c * (s + c), unit, p.assume(-LENGTH * j <= c * s))
        moved = p.certify(-LENGTH * (j + 1) <= -c * (s + c), unit, p.assume(c * s <= LENGTH * j))
        return self.changing(lambda n: -LENGTH * block(n) <= centre(n) * balance(n), still, moved, self.high)

    @cached_property
    def long(self) -> Theorem:
        """64 block(n) (block(n) - 1) + centre(n) balance(n) <= n."""
        p, (c, s, j, m), (unit, _, go) = self.p, self.numbers, self.signs
        old = p.assume(LENGTH * j * (j - 1) + c * s <= m)
        still = p.certify(LENGTH * j * (j - 1) + c * (s + c) <= m + 1, old, unit)
        moved = p.certify(LENGTH * (j + 1) * j - c * (s + c) <= m + 1, old, unit, go)
        return self.changing(lambda n: LENGTH * block(n) * (block(n) - 1) + centre(n) * balance(n) <= n, still, moved)

    @cached_property
    def few(self) -> Theorem:
        """8 block(n) <= sqrt(n) + 16: the blocks grow longer in proportion to their number."""
        p, root = self.p, sqrt(n)
        square, sign = p.sqrt_square(self.start), p.sqrt_nonneg(n)
        left, right = 8 * (block(n) - 1), root + 8
        squared = p.certify(left**2 <= right**2, self.long, self.low, square, sign)
        return p.restate(8 * block(n) <= root + 16, p.squares(squared, p.certify(0 <= right, sign)))

    # the iterate

    @cached_property
    def turned(self) -> tuple[Theorem, Theorem]:
        """The slope g at x(n) has g^2 = 1 and g (x(n) - centre(n)) = |x(n) - centre(n)|."""
        p, gap = self.p, x(n) - centre(n)
        g = slope(n + 1, x(n))
        below, above = p.assume(0 < centre(n) - x(n)), p.assume(centre(n) - x(n) <= 0)
        on, off = p.indicator_on(below), p.indicator_off(above)
        small = p.max_is(p.certify(gap <= -gap, below))
        large = p.restate(eq(absolute(gap), gap), p.max_is(p.certify(-gap <= gap, above)))
        square, product = (
            p.cases(p.certify(goal, off, large), p.certify(goal, on, small), centre(n) - x(n), 0)
            for goal in (eq(g**2, 1), eq(g * gap, absolute(gap)))
        )
        return square, product

    @cached_property
    def second_moment(self) -> Theorem:
        """v_hat = 1 in step n + 1, since every slope is 1 or -1."""
        p, b = self.p, reading.scalars["beta2"]
        v, power = reading.families["v"], reading.families["p2"]
        following = p.next("p2", n)
        claim = eq(v(n), 1 - power(n))
        base = p.certify(eq(v(lift(0)), 1 - power(lift(0))), p.start("v"), p.start("p2"))
        step = p.certify(eq(v(n + 1), 1 - power(n + 1)), p.assume(claim), p.next("v", n), following, self.turned[0])
        held = p.induction(n, 0, claim, base, step)
        low, high = (p.given(name) for name in RATES)
        sign = p.certify(0 <= power(n + 1), p.assume(0 <= power(n)), following, low)
        nonneg = p.induction(n, 0, 0 <= power(n), p.certify(0 <= power(lift(0)), p.start("p2")), sign)
        shrunk = p.certify(power(n + 1) <= 1, p.assume(power(n) <= 1), following, nonneg, low, high)
        most = p.induction(n, 0, power(n) <= 1, p.certify(power(lift(0)) <= 1, p.start("p2")), shrunk)
        room = p.certify(0 < 1 - power(n) * b, most, nonneg, low, high)
        goal = eq(reading.value("v_hat", n), 1)
        return p.certify(goal, held, self.turned[0], p.inverse(room))

    @cached_property
    def moved(self) -> Theorem:
        """x(n+1) = x(n) - 2/sqrt(n+1) g."""
        p, g = self.p, slope(n + 1, x(n))
        root = p.rewrite(self.second_moment, lambda z: inv(sqrt(z) + 0))
        one = p.rewrite(root_of_one(p), inv)
        goal = eq(x(n + 1), x(n) - 2 / sqrt(n + 1) * g)
        return p.certify(goal, p.next(ITERATE, n), self.no_momentum, root, one)

    @cached_property
    def no_momentum(self) -> Theorem:
        """1/(1 - p1 0) = 1: nothing is corrected where beta1 = 0."""
        return self.p.certify(eq(inv(1 - reading.families["p1"](n) * 0), 1))
