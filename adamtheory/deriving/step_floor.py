"""The parts of a step in its theory, and the denominator against what it is built on: v <= rate denominator^2.

The constant of the bound grows by a recursion of its own, a sequence R of the theory. For averages of squares
R_t = a^2 R_{t-1}/b + c^2/k, with the rates a, b and the weights c, k of the two averages; for a decaying maximum
R_t = a R_{t-1}/b + c/k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adamtheory.deriving.frame import Frame, n
from adamtheory.deriving.ratio import NoBound, Quotient, Text
from adamtheory.deriving.step_ground import Ground, Quick
from adamtheory.deriving.step_parts import Above, Below, parts_of
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, eq, inv, lift, sqrt
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Term


@dataclass(frozen=True)
class Floor:
    """base <= rate * value^power with 0 <= value and 0 < rate; `equal` is the equation, where it holds without eps."""

    value: Any
    power: int
    rate: Any
    bound: Theorem
    nonneg: Theorem
    positive: Theorem
    equal: Theorem | None


class Denominator:
    """The parts of the text in the theory with the sequence R, and what the denominator is at least."""

    def __init__(self, rule: Rule, own_words: bool = True, quotient: Quotient | None = None) -> None:
        self.frame = Frame.of(rule)
        self.text = text = Text(self.frame.rule)
        self.ground = Ground(self.frame, text)
        self.rule = rule
        self.quotient, self.above, self.below = self._parts(own_words, quotient)
        if (self.below.kind == "square" and self._power() != 2) or (self.below.kind == "max" and self._power() != 1):
            raise NoBound("numerator and denominator are of different degrees in the gradients")
        if self.above.slot is not None and (self.below.slot is None or self.below.decay == ZERO):
            raise NoBound("the denominator sees the newest gradient only, the numerator the past as well")
        self.R: Family | None = self._define() if self.above.slot is not None else None
        self.S: Family | None = self._define_share() if self.R is not None and not self.plain else None
        self.p = self.frame.p = Quick(self.frame.setting)

    def _parts(self, own_words: bool, quotient: Quotient | None) -> tuple[Quotient, Above, Below]:
        return parts_of(self.text, own_words, quotient)

    def _power(self) -> int:
        return 2 if ("sqrt",) in self.below.path else 1

    def _define(self) -> Family:
        """R in the theory; its first value is m_0^2/v_0 (or |m_0|/u_0)."""
        above, below = self.above, self.below
        a, b, c, k = (self.ground.term(e) for e in (above.decay, below.decay, above.weight, below.weight))
        first = {s.name: s.initial for s in self.text.rule.slots}
        m, v = first[self.above.slot or ""], first.get(self.below.slot or "", 0)
        if m and not v:
            raise NoBound(f"{self.above.slot} starts at {m}, the denominator at 0")
        square = self.below.kind == "square"
        start = (m * m if square else abs(m)) / v if m else 0

        def step(_: Any, R: Any) -> Any:
            a_, c_ = (square_of(a), c**2) if square else (a, c)
            return times(a_, R) * inv(b) + c_ * inv(k)

        (R,) = self.frame.setting.define({self._fresh("R"): (start, step)}, index=n)
        return R

    def _define_share(self) -> Family:
        """S in the theory, where the numerator is no multiple of the average: what R is to the average."""
        value = self._share(n, n + 1)
        (S,) = self.frame.setting.define({self._fresh("S"): (0, lambda k, S: value)}, index=n)
        return S

    def _fresh(self, name: str) -> str:
        taken = {known for known, _ in self.frame.setting.theory.names}
        return next(w for w in (name, f"{name}_bound", f"{name}_bound_", f"{name}_bound__") if w not in taken)

    # --- terms ---

    def gradient(self, k: Any) -> Any:
        """The gradient that enters the averages in step k."""
        return self.ground.environment(k - 1, k)[self.text.gradient]

    def m(self, k: Any) -> Any:
        """The average of the numerator after k steps."""
        return self.ground.slot(self.above.slot or "", k)

    def v(self, k: Any) -> Any:
        """What the denominator is built on after k steps; 0 where that is the newest gradient alone."""
        return self.ground.slot(self.below.slot, k) if self.below.slot else lift(0)

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """The coefficients at step n + 1: a, c of the numerator's average, b, k, e of the denominator's."""
        expressions = {
            "a": self.above.decay, "c": self.above.weight, "new": self.above.new, "old": self.above.old,
            "own": self.above.own, "b": self.below.decay, "k": self.below.weight, "e": self.below.extra,
        }  # fmt: skip
        return {name: self.ground.term(e) for name, e in expressions.items()}

    @property
    def plain(self) -> bool:
        """Whether the numerator is a multiple of the new average."""
        return self.above.slot is not None and self.above.old == ZERO and self.above.own == ZERO

    def moment(self, before: Any = n, after: Any = n + 1) -> Any:
        """The numerator."""
        return self.ground.term(self.quotient.moment, before, after)

    def denominator(self, before: Any = n, after: Any = n + 1) -> Any:
        """The denominator."""
        return self.ground.term(self.quotient.denominator or ONE, before, after)

    def coefficients(self, before: Any = n, after: Any = n + 1) -> tuple[Any, Any]:
        """What stands before m_{t-1} and g_t in the numerator."""
        a, c, new, old, own = (
            self.ground.term(e, before, after)
            for e in (self.above.decay, self.above.weight, self.above.new, self.above.old, self.above.own)
        )
        return _sum(times(new, a), old), _sum(times(new, c), own)

    def share(self, before: Any = n, after: Any = n + 1) -> Any:
        """The bound of numerator^2/v (of |numerator|/u for a maximum)."""
        return self._share(before, after) if self.S is None else self.S(after)

    def _share(self, before: Any, after: Any) -> Any:
        square = self.below.kind == "square"
        b, k = (self.ground.term(e, before, after) for e in (self.below.decay, self.below.weight))
        if self.plain and self.R is not None:
            new = self.ground.term(self.above.new, before, after)
            return times(square_of(new) if square else new, self.R(after))
        A, G = self.coefficients(before, after)
        if square:
            own = times(square_of(G), _inverse(k))
            return own if self.R is None else _sum(times(square_of(A), self.R(before)) * inv(b), own)
        own = times(G, _inverse(k))
        return own if self.R is None else _sum(times(A, self.R(before)) * inv(b), own)

    def constant(self, before: Any = n, after: Any = n + 1) -> Any:
        """C: the bound of numerator^2/denominator^2, or of |numerator|/denominator."""
        return times(self.share(before, after), self.rate(before, after))

    def rate(self, before: Any = n, after: Any = n + 1) -> Any:
        """v <= rate denominator^2."""
        found: Any = lift(1)
        power = 1
        for op, *rest in self.below.path:
            power = 2 if op == "sqrt" else power
            if op in ("mul", "div"):
                c = _power(self.ground.term(rest[0], before, after), power)
                found = times(found, inv(c) if op == "mul" else c)
        return found

    # --- the denominator ---

    @cached_property
    def start(self) -> Any:
        """What the denominator is built on: v_t or u_t, or the newest gradient's square or size."""
        return self.v(n + 1) if self.below.slot else self.ground.term(self.below.base)

    @property
    def m_start(self) -> Theorem:
        """m(0) is its initial value."""
        return self.frame.start(self.above.slot or "")

    @property
    def v_start(self) -> Theorem:
        """v(0) is its initial value."""
        return self.frame.start(self.below.slot or "")

    @property
    def renewed(self) -> Theorem:
        """0 <= n |- m(n+1) = a m(n) + c g."""
        return self.ground.new(self.above.slot or "")

    @cached_property
    def fresh(self) -> Theorem:
        """0 <= n |- v(n+1) = b v(n) + k g^2 + e, or the line of u."""
        return self.ground.new(self.below.slot) if self.below.slot else self.p.certify(eq(self.start, self.start))

    @cached_property
    def held_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= v(n), or u(n)."""
        if self.below.slot is None:
            return self.p.certify(0 <= lift(0))
        p, v, signs = self.p, self.v, self.ground.sign()
        old, b = p.assume(0 <= v(n)), signs.nonneg(self.numbers["b"])
        base = p.certify(0 <= v(0), self.v_start)
        if self.below.kind == "max":
            step = p.certify(
                0 <= v(n + 1), self._held_above, p.certify(0 <= self.numbers["b"] * v(n), b, old), degree=1
            )
        else:
            facts = (signs.positive(self.numbers["k"]), signs.nonneg(self.numbers["e"]))
            step = p.certify(0 <= v(n + 1), old, self.fresh, b, *facts, squares=[self.gradient(n + 1)])
        return p.induction(n, 0, 0 <= v(n), base, step)

    @cached_property
    def start_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= the base of the denominator."""
        p = self.p
        if self.below.slot:
            return p.using(p.inst(self.held_nonneg, {n: n + 1}), p.certify(0 <= n + 1, p.assume(0 <= n)))
        positive = self.ground.sign().positive(self.numbers["k"])
        g = self.gradient(n + 1)
        size = [p.certify(0 <= absolute(g), p.max_left(g, -g), p.max_right(g, -g))] if self.below.kind == "max" else []
        return p.certify(0 <= self.start, positive, *size, squares=[g])

    def _arguments(self) -> tuple[Theorem, Theorem]:
        """Each argument of the line u = max(., .) is at most u(n+1), as the text has it."""
        p, end = self.p, self.text.ends[self.below.slot or ""]
        assert isinstance(end, Apply)  # the maximum itself
        first, second = (self.ground.term(e) for e in end.args)
        facts = (p.max_left(first, second), p.max_right(first, second))
        left, right = (p.certify(f.claim.left <= self.start, f, self.fresh, degree=1) for f in facts)
        return left, right

    @cached_property
    def _held_above(self) -> Theorem:
        """0 <= n |- b u(n) <= u(n+1)."""
        goal = self.numbers["b"] * self.v(n) <= self.start
        return self._either(goal)

    @cached_property
    def _newest_above(self) -> Theorem:
        """0 <= n |- k |g| + e <= u(n+1)."""
        goal = self.numbers["k"] * absolute(self.gradient(n + 1)) + self.numbers["e"] <= self.start
        return self.p.restate(goal, self.p.certify(goal)) if self.below.slot is None else self._either(goal)

    def _either(self, goal: Any) -> Theorem:
        for found in self._arguments():
            try:
                return self.p.restate(goal, found)
            except NotFound:
                continue
        raise NoBound("the maximum is not read")

    @cached_property
    def floor(self) -> Floor:
        """0 <= n |- base <= rate denominator^power, along the path from the base to the denominator."""
        p = self.p
        same = p.certify(self.start <= self.start)
        one = p.certify(0 < lift(1))
        found = Floor(self.start, 1, lift(1), same, self.start_nonneg, one, p.certify(eq(self.start, self.start)))
        for op, *rest in self.below.path:
            found = getattr(self, f"_floor_{op}")(found, *rest)
        return found

    def _floor_sqrt(self, old: Floor) -> Floor:
        p, root = self.p, sqrt(old.value)
        square = p.sqrt_square(old.nonneg)
        bound = p.certify(self.start <= old.rate * root**2, old.bound, square)
        equal = old.equal and p.certify(eq(self.start, old.rate * root**2), old.equal, square)
        return Floor(root, 2, old.rate, bound, p.sqrt_nonneg(old.value), old.positive, equal)

    def _floor_add(self, old: Floor, more: Expr) -> Floor:
        p, e = self.p, self.ground.term(more)
        nonneg, value = self.ground.sign().nonneg(e), old.value + e
        above_ = p.certify(old.value <= value, nonneg, degree=1)
        bound, found = self._raised(old, value, above_)
        none = p.assume(eq(e, 0))
        equal = old.equal and p.certify(eq(self.start, old.rate * value**old.power), old.equal, none)
        return Floor(value, old.power, old.rate, bound, found, old.positive, equal)

    def _raised(self, old: Floor, value: Any, above_: Theorem) -> tuple[Theorem, Theorem]:
        """The bound with a larger value, and the sign of that."""
        p = self.p
        nonneg = p.certify(0 <= value, above_, old.nonneg, degree=1)
        powers = above_ if old.power == 1 else p.certify(old.value**2 <= value**2, above_, old.nonneg, nonneg)
        more = p.certify(old.rate * old.value**old.power <= old.rate * value**old.power, powers, old.positive)
        return p.certify(self.start <= old.rate * value**old.power, old.bound, more, degree=1), nonneg

    def _floor_max(self, old: Floor, other: Expr) -> Floor:
        p, o = self.p, self.ground.term(other)
        above_ = p.max_left(old.value, o)
        bound, nonneg = self._raised(old, above_.claim.right, above_)
        return Floor(above_.claim.right, old.power, old.rate, bound, nonneg, old.positive, None)

    def _floor_line(self, old: Floor, slot: str) -> Floor:
        p, value = self.p, self.ground.slot(slot, n + 1)
        new = self.ground.new(slot)
        bound = p.certify(self.start <= old.rate * value**old.power, old.bound, new)
        nonneg = p.certify(0 <= value, old.nonneg, new, degree=1)
        equal = old.equal and p.certify(eq(self.start, old.rate * value**old.power), old.equal, new)
        return Floor(value, old.power, old.rate, bound, nonneg, old.positive, equal)

    def _floor_mul(self, old: Floor, factor: Expr) -> Floor:
        return self._scaled(old, factor, lambda c: (c, inv))

    def _floor_div(self, old: Floor, factor: Expr) -> Floor:
        return self._scaled(old, factor, lambda c: (inv(c), lambda power: power))

    def _scaled(self, old: Floor, factor: Expr, how: Callable[[Any], tuple[Any, Callable[[Any], Any]]]) -> Floor:
        """base <= rate value^power for c value and value/c, where c is positive."""
        p, c, signs = self.p, self.ground.term(factor), self.ground.sign()
        positive = signs.positive(c)
        by, back = how(c)
        value, power = old.value * by, _power(c, old.power)
        rate = times(old.rate, back(power))
        facts = [p.inverse(positive)]
        powers = [positive]
        if power is not c:  # c^2, written as what is under the root where c is one
            powers = [signs.positive(power) if c.op == "sqrt" else p.certify(0 < power, positive)]
            facts = [p.inverse(powers[0]), *([p.sqrt_square(powers[0])] if c.op == "sqrt" else [])]
            facts.append(p.certify(eq(c**2 * inv(c) ** 2, 1), p.inverse(positive)))
        same = p.certify(eq(rate * value**old.power, old.rate * old.value**old.power), *facts)
        bound = p.certify(self.start <= rate * value**old.power, old.bound, same, degree=1)
        nonneg = p.certify(0 <= value, old.nonneg, positive if by is c else p.inv_positive(positive))
        sign = p.inv_positive(powers[0]) if back is inv else powers[0]
        above_zero = p.certify(0 < rate, old.positive, sign)
        equal = old.equal and p.certify(eq(self.start, rate * value**old.power), old.equal, same)
        return Floor(value, old.power, rate, bound, nonneg, above_zero, equal)


def _power(c: Any, power: int) -> Any:
    """c, or its square, which for a root is what stands under it."""
    return c if power == 1 else c.args[0] if c.op == "sqrt" else c**2


def square_of(a: Any) -> Any:
    """a^2, where 1 is its own square."""
    return a if a is lift(1) else a**2


def _inverse(a: Any) -> Any:
    return a if a is lift(1) else inv(a)


def times(a: Any, b: Any) -> Any:
    """The product, a factor 1 left out and a reciprocal written as a quotient."""
    if lift(0) in (a, b):
        return lift(0)
    if type(b) is Term and b.op == "inv":
        return b if a is lift(1) else a / b.args[0]
    return b if a is lift(1) else a if b is lift(1) else a * b


def _sum(a: Any, b: Any) -> Any:
    return b if a is lift(0) else a if b is lift(0) else a + b
