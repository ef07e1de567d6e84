"""What a parsed rule is: its declaration, its lines, what it owes, and the same rule with its parameters filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language.equality import Same
from adamtheory.language.tree import Apply, Assignment, Expr, digest, serialise


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of the real line, the stated range of a parameter; `None` is an infinite end."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: Any) -> bool:
        low = self.low is None or (value > self.low if self.low_open else value >= self.low)
        high = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return bool(low and high)

    def __str__(self) -> str:
        left = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low}"
        right = "inf)" if self.high is None else f"{self.high}{')' if self.high_open else ']'}"
        return f"{left}, {right}"


RANGES: Mapping[str, Range] = MappingProxyType({
    "real": Range(None, None),
    "positive": Range(Fraction(0), None, low_open=True),
    "nonnegative": Range(Fraction(0), None),
    "decay": Range(Fraction(0), Fraction(1), high_open=True),
    "unit": Range(Fraction(0), Fraction(1)),
    "at_least_one": Range(Fraction(1), None),
    "at_least_two": Range(Fraction(2), None),
})  # fmt: skip

# Scalars that the engine supplies at every step; a rule that asks for one gives it no default and no range.
#   t    the round, 1, 2, ..., as a real number
#   eta  the multiplier of the schedule (its value at lr = 1); a rule that asks for it gets lr unscheduled
SUPPLIED = ("t", "eta")


@dataclass(frozen=True, slots=True)
class Slot:
    """A state variable and its exact initial value."""

    name: str
    initial: Fraction


@dataclass(frozen=True, slots=True)
class Scalar:
    """A step scalar declared after `*`: a hyper-parameter with its range, or one of `SUPPLIED`."""

    name: str
    range: Range
    default: Fraction | None


@dataclass(frozen=True, slots=True)
class Input:
    """A positional argument without default. `kind`: coordinate, step, uniform, row or target."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """What a line owes: `kind` (nonzero, nonnegative, positive) of `expr`, wherever all of `guards` hold.

    A guard is (op, left, right, truth): the comparison of an enclosing `where` and whether it is true on this branch.
    """

    kind: str
    expr: Expr
    line: int
    guards: tuple[tuple[str, Expr, Expr, bool], ...] = ()


@dataclass(frozen=True)
class Rule:
    """One parsed function of the language: an update rule, a loss, a schedule or a feasible set.

    `body` is the straight-line text in single static assignment. `results` are the values returned before the new
    slots: (x,) of an update rule, (loss, gradient) of a loss, (step size,) of a schedule, (projection,) of a set.
    `next_slots` are the new values of `slots`, in their order.
    Calling a rule fills in its parameters: `adam(lr=0.1, beta2=[0.9, 0.99])`.
    """

    kind: str
    name: str
    doc: str
    inputs: tuple[Input, ...]
    slots: tuple[Slot, ...]
    scalars: tuple[Scalar, ...]
    body: tuple[Assignment, ...]
    results: tuple[Expr, ...]
    next_slots: tuple[Expr, ...]
    filename: str
    line: int
    return_line: int = 0
    notes: Mapping[str, Expr] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def text(self) -> str:
        """Canonical text of declaration and tree; the docstring and the layout do not enter."""
        head = [f"{self.kind} {self.name}", *(f"{i.name}:{i.kind}" for i in self.inputs)]
        head += [f"{s.name}={s.initial}" for s in self.slots]
        head += [f"{s.name}:{s.range}={s.default}" for s in self.scalars]
        lines = [f"{a.target} = {serialise(a.value)}" for a in self.body]
        ends = [serialise(e) for e in (*self.results, *self.next_slots)]
        notes = [f"{key}: {serialise(value)}" for key, value in sorted(self.notes.items())]
        facts = [f"{key}: {value}" for key, value in sorted(self.facts.items())]
        return "\n".join(head + lines + ends + notes + facts)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the parsed tree: equal for rules that differ only in layout, comments or docstring."""
        return digest(self.text)

    @cached_property
    def parameters(self) -> tuple[Scalar, ...]:
        """The hyper-parameters: all scalars but the supplied ones."""
        return tuple(s for s in self.scalars if s.name not in SUPPLIED)

    @cached_property
    def obligations(self) -> tuple[Obligation, ...]:
        """Denominators, radicands and arguments of logarithms, read off the text before anything simplifies it."""
        found: list[Obligation] = []
        for statement in self.body:
            found += _owed(statement.value, statement.line, ())
        for end in (*self.results, *self.next_slots):
            found += _owed(end, self.return_line, ())
        return tuple(dict.fromkeys(found))

    def scalar(self, name: str) -> Scalar | None:
        """The declared scalar of that name, or None."""
        return next((s for s in self.scalars if s.name == name), None)

    def __call__(self, **values: Any) -> Bound:
        return Bound.of(self, values)

    def __reduce__(self) -> tuple[Any, ...]:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return _restored, ({**values, "notes": dict(self.notes), "facts": dict(self.facts)}, self.digest)

    def __deepcopy__(self, memo: Any) -> Rule:
        return self  # it never changes

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}({', '.join(p.name for p in self.parameters)})>"


def _restored(values: dict[str, Any], digest: str) -> Rule:
    """A rule out of a pickle; raises `ParameterError` where it is not read as the rule that was written."""
    try:
        notes, facts = MappingProxyType(values["notes"]), MappingProxyType(values["facts"])
        rule = Rule(**{**values, "notes": notes, "facts": facts})
    except (KeyError, TypeError):  # fields that came or went
        rule = None
    if rule is None or rule.digest != digest:
        raise ParameterError(f"the pickled {values.get('kind')} {values.get('name')} was written by another version of "
                             "adamtheory and means something else here; make it anew")  # fmt: skip
    return rule


def _owed(expr: Expr, line: int, guards: tuple[tuple[str, Expr, Expr, bool], ...]) -> Iterator[Obligation]:
    if not isinstance(expr, Apply):
        return
    if expr.op.startswith("where"):
        left, right, then, otherwise = expr.args
        for side in (left, right):
            yield from _owed(side, line, guards)
        yield from _owed(then, line, (*guards, (expr.op[5:], left, right, True)))
        yield from _owed(otherwise, line, (*guards, (expr.op[5:], left, right, False)))
        return
    for arg in expr.args:
        yield from _owed(arg, line, guards)
    owed = {"div": ("nonzero", -1), "sqrt": ("nonnegative", 0), "log": ("positive", 0), "pow": ("positive", 0)}
    if expr.op in owed:
        kind, position = owed[expr.op]
        yield Obligation(kind, expr.args[position], line, guards)


def exact(value: Any) -> Fraction:
    """The exact value that a number stands for; a float stands for its shortest decimal (0.1 is 1/10)."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, str):
        return Fraction(value)
    return Fraction(repr(float(value)))


@dataclass(frozen=True, eq=False)
class Bound(Same):
    """A rule with its parameters filled in; a value is one number or an array that spans lanes.

    `values` holds the parameters given or defaulted. Parameters may be numbers (int, float, Fraction) or arrays of
    them. Raises `ParameterError` for a missing, non-numeric or out-of-range one, `UnknownNameError` for an unknown one.
    """

    rule: Rule
    values: Mapping[str, Any]

    @classmethod
    def of(cls, rule: Rule, given: Mapping[str, Any]) -> Bound:
        """Check the given values against the declaration and add the defaults."""
        known = [p.name for p in rule.parameters]
        for name in given:
            if name not in known:
                raise UnknownNameError(f"parameter of {rule.name}", name, known)
        values: dict[str, Any] = {}
        for parameter in rule.parameters:
            value = given.get(parameter.name, parameter.default)
            if value is None:
                raise ParameterError(f"{rule.name} needs a value for {parameter.name}, in {parameter.range}")
            values[parameter.name] = value
            for number in _numbers(rule.name, parameter.name, value):
                if number not in parameter.range:
                    shown = float(number)
                    raise ParameterError(
                        f"{parameter.name}={shown:g} is out of range for {rule.name}: it must lie in {parameter.range}"
                    )
        return cls(rule, MappingProxyType(values))

    def __reduce__(self) -> tuple[Any, ...]:
        return _bound, (self.rule, dict(self.values))

    def exact_values(self) -> dict[str, Fraction]:
        """The parameters as exact rationals; raises `ParameterError` where one is an array."""
        for name, value in self.values.items():
            if len(list(_numbers(self.rule.name, name, value))) != 1 or isinstance(value, list | tuple):
                raise ParameterError(f"{name} of {self.rule.name} is an array; one number is needed here")
        return {name: exact(value) for name, value in self.values.items()}

    def __repr__(self) -> str:
        inner = ", ".join(f"{k}={_show(v)}" for k, v in self.values.items())
        return f"{self.rule.name}[{inner}]"


def _bound(rule: Rule, values: dict[str, Any]) -> Bound:
    """A rule with parameters out of a pickle."""
    return Bound(rule, MappingProxyType(values))


def _show(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):g}"
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_show(v) for v in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers(rule: str, name: str, value: Any) -> Iterator[Any]:
    """The numbers in a scalar, a nested list or an array, each checked to be one."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        if not value:
            raise ParameterError(f"{name} of {rule} is an empty list; at least one number is needed")
        for item in value:
            yield from _numbers(rule, name, item)
        return
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise ParameterError(f"{name}={value!r} of {rule} is not a number")
    if isinstance(value, float) and value - value != 0:
        raise ParameterError(f"{name}={value} of {rule} is not finite")
    yield value
