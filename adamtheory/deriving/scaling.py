"""What a rule makes of gradients in another unit: g -> c g for c > 0.

Every value of the text gets a degree, by which it is multiplied as c^degree: g has degree 1, parameters 0, the sum of
two values that of both. Where two degrees meet in one sum, the side that is made of parameters breaks the invariance;
set to 0, it restores it. The degrees are guesses; the theorem about two runs side by side is the kernel's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from adamtheory.deriving.findings import Finding, proved, refuted, undecided
from adamtheory.deriving.frame import Frame, abstracted, fresh, n, one_coordinate
from adamtheory.deriving.linear import affine, inlined
from adamtheory.deriving.models import counterexample
from adamtheory.deriving.signs import Signs
from adamtheory.language.formula import plain_expression
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, Number, names
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, indicator, inv, lift, maximum, sqrt
from adamtheory.logic.sums import apart
from adamtheory.logic.terms import Refused, Rel

ANY = None  # the degree of 0, which is that of everything


class Unequal(Refused):
    """Two degrees meet that no parameter explains."""


@dataclass
class Degrees:
    """The degree of every expression of a rule; `broken` are the parameters that must be 0 for it."""

    rule: Rule
    of_slot: dict[str, int | None] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.of_slot = {s.name: ANY if s.initial == 0 else 0 for s in self.rule.slots}
        ends = {s.name: inlined(self.rule, e) for s, e in zip(self.rule.slots, self.rule.next_slots, strict=True)}
        for _ in range(2 * len(ends) + 1):
            old = dict(self.of_slot)
            for slot, end in ends.items():
                self.of_slot[slot] = self.same(self.of_slot[slot], self.of(end), Name(slot), end)
            if old == self.of_slot:
                return

    def of(self, expr: Expr) -> int | None:
        """The degree, ANY for what is 0."""
        if isinstance(expr, Number):
            return ANY if expr.value == 0 else 0
        if isinstance(expr, Name):
            if expr.id in self.broken:
                return ANY
            return 1 if expr.id == "g" else self.of_slot.get(expr.id, 0)
        args = expr.args
        if expr.op in ("add", "sub", "maximum", "minimum"):
            return self.same(self.of(args[0]), self.of(args[1]), *args)
        if expr.op in ("mul", "div"):
            one, other = self.of(args[0]), self.of(args[1])
            if one is ANY or (other is ANY and expr.op == "mul"):
                return ANY
            return one + (other or 0) * (1 if expr.op == "mul" else -1)
        if expr.op == "ipow" and isinstance(args[1], Number):
            base = self.of(args[0])
            return base if base is ANY else base * int(args[1].value)
        if expr.op == "sqrt" or (expr.op == "pow" and args[1] != Name("t")):
            base = self.of(args[0])
            if base is not ANY and base % 2:
                raise Unequal(f"the root of a value of degree {base}")
            return base if base is ANY else base // 2
        if expr.op in ("neg", "absolute"):
            return self.of(args[0])
        if expr.op.startswith("where"):
            self.same(self.of(args[0]), self.of(args[1]), *args[:2])
            return self.same(self.of(args[2]), self.of(args[3]), *args[2:])
        for arg in args:
            self.same(self.of(arg), 0, arg, arg)
        return 0

    def same(self, a: int | None, b: int | None, one: Expr, other: Expr) -> int | None:
        """The common degree; a side made of parameters, of another degree, is taken for 0."""
        if a is ANY or b is ANY or a == b:
            return b if a is ANY else a
        for side, kept in ((one, b), (other, a)):
            culprits = self._parameters(side)
            if culprits:
                self.broken += [name for name in culprits if name not in self.broken]
                return kept
        raise Unequal(f"a value of degree {a} meets one of degree {b}")

    def _parameters(self, expr: Expr) -> list[str]:
        """The parameters that make the expression 0 when they are 0: it is one, or a product with one."""
        if isinstance(expr, Name):
            free = self.rule.scalar(expr.id)
            return [expr.id] if free is not None and free.range.low == 0 and not free.range.low_open else []
        if isinstance(expr, Apply) and expr.op == "mul":
            return next((found for arg in expr.args if (found := self._parameters(arg))), [])
        if isinstance(expr, Apply) and expr.op == "sqrt":
            return self._parameters(expr.args[0])
        return []


def added(rule: Rule) -> tuple[Expr, Expr]:
    """(a, s) of x_t = a x_{t-1} + s, where a is 1, or what decoupled weight decay leaves, made of step scalars."""
    parts = affine(inlined(rule, rule.results[0]), Name("x"))
    if parts is None or ZERO in parts:
        raise Unequal("the step is not what is added to the iterate")
    if not names(parts[0]) <= {Name(s.name) for s in rule.scalars}:
        raise Unequal("the iterate is multiplied by more than step scalars")
    return parts


def scaling(rule: Rule) -> Iterator[Finding]:
    """How the step scales with the gradient, PROVED; and for each constant that breaks it, an exact history."""
    head = "gradients c g in place of g, c > 0"
    try:
        plain, _ = abstracted(one_coordinate(rule))
        degrees = Degrees(plain)
        kept, step = added(plain)
        degree = degrees.of(step)
        if degree is ANY:
            raise Unequal(f"with {' = '.join([*degrees.broken, '0'])} the step is 0 in every round")
    except Refused as refusal:
        yield undecided("scale", "step", head, Frame.of(rule).setting.theory, None, refusal)
        return
    short = "invariant" if degree == 0 else f"c^{degree}"
    notes = [f"with {' = '.join([*degrees.broken, '0'])}"] if degrees.broken else []
    notes += [f"what is added to ({plain_expression(plain, kept)}) x"] if kept != ONE else []
    two = Two.of(rule, degrees.broken)
    try:
        yield proved("scale", "step", head, two.theorem(degrees, step, degree), short=short, note="; ".join(notes))
    except Refused as refusal:
        yield undecided("scale", "step", head, two.frame.setting.theory, two.claim(step, degree), refusal)
        return
    for name in degrees.broken:
        free = Two.of(rule, [other for other in degrees.broken if other != name])
        claim = free.claim(step, degree)
        found = counterexample(free.frame, [0 <= n], claim, families={str(free.c.args[0]): 2})
        if found is not None:
            theory = free.frame.setting.theory
            yield refuted(
                "scale", "step", f"the same with {name} > 0", theory, [0 <= n], found, short=f"broken by {name}"
            )


# --- two runs side by side --------------------------------------------------------------------------------------------


@dataclass
class Two:
    """A frame, and the same rule on gradients scale g(t)."""

    frame: Frame
    other: Frame
    c: Any

    @classmethod
    def of(cls, rule: Rule, zero: list[str]) -> Two:
        """Both read into one setting, with the named parameters 0."""
        fixed = dict.fromkeys(zero, 0)
        frame = Frame.of(rule, scalars=fixed)
        c = frame.setting.constant(fresh(rule, "scale"))
        frame.setting.assume("scale_positive", 0 < c)
        mark = next(m for k in count(1) if not _meets(frame, m := "_scaled" + "_" * (k - 1)))
        other = Frame.of(rule, scalars=fixed, setting=frame.setting, gradient=lambda t: c * frame.g(t), mark=mark)
        return cls(frame, other, c)

    def power(self, degree: int | None) -> Any:
        """c^degree."""
        degree = degree or 0
        if degree == 0:
            return lift(1)
        base = self.c if degree > 0 else inv(self.c)
        return base if abs(degree) == 1 else base ** abs(degree)

    def claim(self, step: Expr, degree: int) -> Rel:
        """The step of the second run is c^degree times that of the first."""
        one, other = self.frame.at(step, n + 1), self.other.at(step, n + 1)
        return eq(other, one if degree == 0 else self.power(degree) * one)

    def theorem(self, degrees: Degrees, step: Expr, degree: int) -> Theorem:
        """The claim, by induction on every slot and then through the text."""
        proof = _Proof(self, degrees)
        found = proof.of(step)
        return self.frame.p.restate(self.claim(step, degree), found)


def _meets(frame: Frame, mark: str) -> bool:
    """Whether a slot with this mark has the name of something else."""
    taken = {name for name, _ in frame.setting.theory.names}
    return any(family.name + mark in taken for r in (frame.shared, frame.reading) for family in r.families.values())


class _Proof:
    """e' = c^degree e for expressions of the text in step n + 1, where e' is the value in the second run."""

    def __init__(self, two: Two, degrees: Degrees) -> None:
        self.two, self.degrees, self.p = two, degrees, two.frame.p
        self.signs = Signs(two.frame)
        self.positive = self.p.given("scale_positive")
        self.memo: dict[Expr, Theorem] = {}
        self.slots: dict[str, Theorem] = {}
        self._slots()

    def _slots(self) -> None:
        """0 <= n |- slot'(n) = c^degree slot(n), one slot after the other with those found before."""
        rule, p = self.degrees.rule, self.p
        open_ = {s.name: inlined(rule, e) for s, e in zip(rule.slots, rule.next_slots, strict=True)}
        while open_:
            before = len(open_)
            for slot, end in list(open_.items()):
                if not {v.id for v in names(end)} & set(open_) <= {slot}:
                    continue
                self.memo, self.slots[slot] = {}, p.assume(self._claim(slot, n))
                step = p.chain(
                    self._claim(slot, n + 1), self.of(end), self.two.frame.next(slot, n), self.two.other.next(slot, n)
                )
                base = p.certify(self._claim(slot, lift(0)), self.two.frame.start(slot), self.two.other.start(slot))
                self.slots[slot] = p.induction(n, 0, self._claim(slot, n), base, step)
                self.memo = {}
                del open_[slot]
            if len(open_) == before:
                raise Unequal(f"the slots {', '.join(open_)} read one another")

    def _claim(self, slot: str, k: Any) -> Rel:
        degree = self.degrees.of_slot[slot]
        one, other = self.two.frame.slot(slot, k), self.two.other.slot(slot, k)
        return eq(other, self.two.power(degree) * one if degree else one)

    def of(self, expr: Expr) -> Theorem:
        """The equation for an expression."""
        if expr not in self.memo:
            self.memo[expr] = self._of(expr)
        return self.memo[expr]

    def degree(self, expr: Apply, arg: Expr) -> int:
        """The degree of an argument; of one that is 0, that of the sum or comparison in which it stands."""
        own = self.degrees.of(arg)
        if own is not ANY or expr.op in ("mul", "div"):
            return own or 0
        if expr.op.startswith("where") and arg in expr.args[:2]:
            return next((d for d in map(self.degrees.of, expr.args[:2]) if d is not ANY), 0)
        return self.degrees.of(expr) or 0

    def part(self, expr: Apply, arg: Expr) -> Theorem:
        """The equation for an argument, with the degree that it has there."""
        one, other = self.two.frame.at(arg, n + 1), self.two.other.at(arg, n + 1)
        return self.p.restate(eq(other, self.two.power(self.degree(expr, arg)) * one), self.of(arg))

    def values(self, expr: Expr) -> tuple[Any, Any, Any]:
        """Its value in both runs, and c^degree."""
        one, other = self.two.frame.at(expr, n + 1), self.two.other.at(expr, n + 1)
        return one, other, self.two.power(self.degrees.of(expr))

    def _of(self, expr: Expr) -> Theorem:
        p = self.p
        one, other, c = self.values(expr)
        goal = eq(other, c * one)
        if isinstance(expr, Name) and expr.id in self.slots:
            return p.restate(goal, self.slots[expr.id])
        if isinstance(expr, Number | Name) or one is other:
            return p.certify(goal)
        parts = [self.part(expr, arg) for arg in expr.args if not (expr.op == "ipow" and arg is expr.args[1])]
        if expr.op in ("add", "sub", "neg", "mul", "ipow"):
            return self._polynomial(expr, goal, parts)
        if expr.op == "div":
            return self._quotient(expr, goal, parts)
        if expr.op in ("sqrt", "pow"):
            return self._root(expr, goal, parts[0])
        if expr.op in ("maximum", "minimum", "absolute"):
            return self._maximum(expr, goal, parts)
        if expr.op.startswith("where"):
            return self._where(expr, goal, parts)
        return p.restate(goal, p.rewrite(parts[0], lambda z: self._apply(expr.op, z)))

    def _apply(self, op: str, z: Any) -> Any:
        from adamtheory.logic.reading import OPERATIONS

        return OPERATIONS[op](z)

    @property
    def whole(self) -> list[Theorem]:
        """c inv(c) = 1."""
        return [self.p.inverse(self.positive)]

    def _polynomial(self, expr: Apply, goal: Rel, parts: list[Theorem]) -> Theorem:
        """By a lemma over variables, since the values may be long."""
        p = self.p
        letters = apart(p, "u v")[: len(parts)]
        powers = [self.two.power(self.degree(expr, arg)) for arg in expr.args[: len(parts)]]
        scaled = [c * u for c, u in zip(powers, letters, strict=True)]
        exponent = expr.args[1] if expr.op == "ipow" else None
        one, other = self._combine(expr.op, list(letters), exponent), self._combine(expr.op, scaled, exponent)
        degree = self.two.power(self.degrees.of(expr))
        lemma = p.certify(eq(other, degree * one), *self.whole)
        values = [self.two.frame.at(arg, n + 1) for arg in expr.args[: len(parts)]]
        shaped = p.inst(lemma, dict(zip(letters, values, strict=True)))
        # the second run's value is the same combination of what the parts are shown to be
        moved = self._moved(expr, parts, exponent)
        return p.chain(goal, moved, shaped)

    def _combine(self, op: str, parts: list[Any], exponent: Any = None) -> Any:
        if op == "ipow":
            return parts[0] ** int(exponent.value)
        return self._apply(op, parts[0]) if len(parts) == 1 else _binary(op, *parts)

    def _moved(self, expr: Apply, parts: list[Theorem], exponent: Any) -> Theorem:
        """op(a', b') = op(c a, c b) by rewriting one argument after the other."""
        p, sides = self.p, [part.claim.left for part in parts]
        steps = []
        for k, part in enumerate(parts):

            def at(z: Any, k: int = k, sides: list[Any] = sides) -> Any:
                return self._combine(expr.op, [*sides[:k], z, *sides[k + 1 :]], exponent)

            steps.append(p.rewrite(part, at))
            sides = [*sides[:k], part.claim.right, *sides[k + 1 :]]
        return p.chain(eq(steps[0].claim.left, steps[-1].claim.right), *steps)

    def _quotient(self, expr: Apply, goal: Rel, parts: list[Theorem]) -> Theorem:
        p = self.p
        a, b = parts
        under = p.rewrite(b, inv)  # inv(b') = inv(c b)
        (u, v) = apart(p, "u v")
        ca, cb = (self.two.power(self.degree(expr, arg)) for arg in expr.args)
        top, bottom = (self.two.frame.at(arg, n + 1) for arg in expr.args)
        split = p.inst(p.certify(eq(inv(cb * v), inv(cb) * inv(v))), {v: bottom})
        inverse = p.chain(eq(under.claim.left, inv(cb) * inv(bottom)), under, split)
        degree = self.two.power(self.degrees.of(expr))
        lemma = p.certify(eq(ca * u * (inv(cb) * v), degree * (u * v)), *self.whole)
        shaped = p.inst(lemma, {u: top, v: inv(bottom)})
        first = p.rewrite(a, lambda z: z * inverse.claim.left)
        second = p.rewrite(inverse, lambda z: a.claim.right * z)
        return p.chain(goal, first, second, shaped)

    def _root(self, expr: Apply, goal: Rel, part: Theorem) -> Theorem:
        """sqrt(c^2 u) = c sqrt(u) from 0 <= u."""
        p, (u,) = self.p, apart(self.p, "u")
        degree, inner = self.two.power(self.degrees.of(expr)), self.two.power(self.degrees.of(expr.args[0]))
        value = self.two.frame.at(expr.args[0], n + 1)
        nonneg = p.assume(0 <= u)
        positive = p.certify(0 <= degree, self.positive, p.inv_positive(self.positive))
        scaled = p.certify(0 <= inner * u, nonneg, p.certify(0 <= inner, self.positive, p.inv_positive(self.positive)))
        left, right = sqrt(inner * u), degree * sqrt(u)
        squares = p.certify(eq(left**2, right**2), p.sqrt_square(nonneg), p.sqrt_square(scaled))
        right_nonneg = p.certify(0 <= right, positive, p.sqrt_nonneg(u))
        lemma = p.squares_equal(squares, p.sqrt_nonneg(inner * u), right_nonneg)
        shaped = p.using(p.inst(lemma, {u: value}), self.signs.nonneg(value))
        return p.chain(goal, p.rewrite(part, sqrt), shaped)

    def _maximum(self, expr: Apply, goal: Rel, parts: list[Theorem]) -> Theorem:
        """max(c u, c v) = c max(u, v) for c >= 0."""
        p, (u, v) = self.p, apart(self.p, "u v")
        c = self.two.power(self.degrees.of(expr))
        nonneg = p.certify(0 <= c, self.positive, p.inv_positive(self.positive))
        lemma_goal = eq(maximum(c * u, c * v), c * maximum(u, v))
        below, above = p.assume(u <= v, v < u)
        low = p.certify(lemma_goal, p.max_is(p.certify(c * u <= c * v, below, nonneg)), p.max_is(below))
        flipped = p.restate(v <= u, above)
        high = p.certify(
            lemma_goal,
            p.restate(eq(maximum(c * u, c * v), c * u), p.max_is(p.certify(c * v <= c * u, flipped, nonneg))),
            p.restate(eq(maximum(u, v), u), p.max_is(flipped)),
        )
        lemma = p.cases(low, high, u, v)
        sign = -1 if expr.op == "minimum" else 1
        args = list(expr.args) if len(expr.args) == 2 else [expr.args[0]] * 2
        signs = (sign, sign) if len(expr.args) == 2 else (1, -1)
        both = [
            s * self.two.frame.at(a, n + 1) if s == -1 else self.two.frame.at(a, n + 1)
            for s, a in zip(signs, args, strict=True)
        ]
        shaped = p.inst(lemma, {u: both[0], v: both[1]})
        found = parts if len(parts) == 2 else [parts[0], parts[0]]
        turned = [p.restate(eq(_signed(k, f.claim.left), c * b), f) for k, f, b in zip(signs, found, both, strict=True)]
        first = p.rewrite(turned[0], lambda z: maximum(z, turned[1].claim.left))
        second = p.rewrite(turned[1], lambda z: maximum(turned[0].claim.right, z))
        return p.chain(goal, first, second, shaped)

    def _where(self, expr: Apply, goal: Rel, parts: list[Theorem]) -> Theorem:
        """The branch is the same in both runs: indicator(c z) = indicator(z) for c > 0."""
        p, (z, o, u, v) = self.p, apart(self.p, "z o u v")
        a, b, then, otherwise = parts
        c = self.two.power(self.degree(expr, expr.args[0]))
        positive, none = p.assume(0 < z, z <= 0)
        signs = p.certify(0 < c, self.positive, p.inv_positive(self.positive))
        on = p.chain(
            eq(indicator(c * z), indicator(z)),
            p.indicator_on(p.certify(0 < c * z, positive, signs)), p.indicator_on(positive),
        )  # fmt: skip
        off = p.chain(
            eq(indicator(c * z), indicator(z)),
            p.indicator_off(p.certify(c * z <= 0, none, signs)), p.indicator_off(none),
        )  # fmt: skip
        lemma = p.cases(off, on, z, 0)
        strict = expr.op == "where<"
        left, right = (self.two.frame.at(arg, n + 1) for arg in expr.args[:2])
        difference = right - left if strict else left - right
        same = p.inst(lemma, {z: difference})
        gap = b.claim.left - a.claim.left if strict else a.claim.left - b.claim.left
        moved = p.rewrite(
            p.restate(eq(gap, c * difference), a) if a is b else p.certify(eq(gap, c * difference), a, b), indicator
        )
        switch = p.chain(eq(moved.claim.left, same.claim.right), moved, same)
        if not strict:
            switch = p.restate(eq(1 - switch.claim.left, 1 - switch.claim.right), switch)
        degree = self.two.power(self.degrees.of(expr))
        x, y = (self.two.frame.at(arg, n + 1) for arg in expr.args[2:])
        shape = p.certify(eq(degree * v + o * (degree * u - degree * v), degree * (v + o * (u - v))))
        shaped = p.inst(shape, {o: switch.claim.right, u: x, v: y})
        first = p.rewrite(switch, lambda q: otherwise.claim.left + q * (then.claim.left - otherwise.claim.left))
        second = p.rewrite(
            p.restate(eq(then.claim.left, degree * x), then),
            lambda q: otherwise.claim.left + switch.claim.right * (q - otherwise.claim.left),
        )
        third = p.rewrite(
            p.restate(eq(otherwise.claim.left, degree * y), otherwise),
            lambda q: q + switch.claim.right * (degree * x - q),
        )
        return p.chain(goal, first, second, third, shaped)


def _signed(sign: int, e: Any) -> Any:
    return -e if sign == -1 else e


def _binary(op: str, a: Any, b: Any) -> Any:
    return {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b}[op]()
