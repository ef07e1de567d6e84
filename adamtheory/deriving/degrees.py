"""Degrees: by which power of c the values of a rule are multiplied where its gradients are multiplied by c.

g has degree 1, parameters have 0, the sum of two values has that of both. They are guesses; theorems come after.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from adamtheory.deriving.linear import affine, inlined
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ZERO, Apply, Expr, Name, Number, names
from adamtheory.logic.terms import Refused

ANY = None  # the degree of 0, which is that of everything


class Unequal(Refused):
    """Two degrees meet that no parameter explains, or one that cannot be 0; the culprits are constants of the text."""

    def __init__(self, message: str, *culprits: str) -> None:
        super().__init__(message)
        self.culprits = culprits


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
            old, failure = dict(self.of_slot), None
            for slot, end in ends.items():
                try:
                    self.of_slot[slot] = self._updated(slot, end)
                except Unequal as reason:  # which other slots may still explain
                    failure = failure or reason
            if old == self.of_slot:
                break
        if failure is not None:
            raise failure

    def _updated(self, slot: str, end: Expr) -> int | None:
        """The degree of a slot and of its new value; where it starts at a number, that may be to blame."""
        try:
            return self.same(self.of_slot[slot], self.of(end), Name(slot), end)
        except Unequal as failure:
            (start,) = (s.initial for s in self.rule.slots if s.name == slot)
            raise Unequal(str(failure), *([f"{slot} = {start} at the start"] if start else failure.culprits)) from None

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
        positive = [name for side in (one, other) for name in self._parameters(side, positive=True)]
        raise Unequal(f"a value of degree {a} meets one of degree {b}", *positive[:1])

    def _parameters(self, expr: Expr, positive: bool = False) -> list[str]:
        """The parameters that make the expression 0 when they are 0: it is one, or a product with one.

        positive  those that may come near 0 without being 0
        """
        if isinstance(expr, Name):
            free = self.rule.scalar(expr.id)
            some = free is not None and free.range.low == 0 and free.range.low_open is positive
            return [expr.id] if some and expr.id != "lr" else []
        if isinstance(expr, Apply) and expr.op == "mul":
            return next((found for arg in expr.args if (found := self._parameters(arg, positive))), [])
        if isinstance(expr, Apply) and expr.op == "sqrt":
            return self._parameters(expr.args[0], positive)
        return []


def added(rule: Rule, zero: str | None = None) -> tuple[Expr, Expr]:
    """(a, s) of x_t = a x_{t-1} + s, where a is 1, or what decoupled weight decay leaves, made of step scalars."""
    end = inlined(rule, rule.results[0])
    parts = affine(end if zero is None else without(end, zero), Name("x"))
    if parts is None or ZERO in parts:
        raise Unequal("the step is not what is added to the iterate")
    if not names(parts[0]) <= {Name(s.name) for s in rule.scalars}:
        raise Unequal("the iterate is multiplied by more than step scalars")
    return parts


def without(expr: Expr, name: str) -> Expr:
    """The expression with a parameter 0, and without the products that are 0 then."""
    if expr == Name(name):
        return ZERO
    if not isinstance(expr, Apply):
        return expr
    args = tuple(without(arg, name) for arg in expr.args)
    if expr.op == "mul" and ZERO in args:
        return ZERO
    if expr.op in ("add", "sub") and args[1] == ZERO:
        return args[0]
    return args[1] if expr.op == "add" and args[0] == ZERO else Apply(expr.op, args)


def penalty(rule: Rule) -> list[str]:
    """The parameter without which the step reads no iterate, such as that of an L2 penalty; none if it reads none."""
    with suppress(Unequal):
        added(rule)
        return []
    for parameter in rule.parameters:
        if parameter.range.low == 0 and not parameter.range.low_open:
            with suppress(Unequal):
                added(rule, parameter.name)
                return [parameter.name]
    return []
