"""An update rule, a loss or a schedule of the language, read as recursions of the logic.

A theorem about a reading is about the text that runs. Slots become sequences f(n), where n counts the steps done, so
the rule's own t is n + 1; scalars become constants or whatever terms the caller gives; `a/b` becomes `a inv(b)` and
nothing cancels; `where(a < b, x, y)` becomes `y + indicator(b - a) (x - y)`, which has the same value for all reals.

    setting = Setting()
    g = setting.family("g", "Z")
    adam = read(rules.adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m", "p1"])
    adam.slot("m", n + 1), adam.value("m_hat", n)          # m_{n+1};  m_hat in step n + 1
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adamtheory.language.declared import check_declared
from adamtheory.language.rule import SUPPLIED, Rule
from adamtheory.language.tree import Apply, Expr, Name, Number, names
from adamtheory.logic.notation import (
    Family,
    Setting,
    absolute,
    indicator,
    integer,
    inv,
    lift,
    log,
    maximum,
    minimum,
    power,
    sqrt,
    total,
)
from adamtheory.logic.terms import Refused, Rel, normal, rel

Input = Callable[[Any, Any], Any]
Environment = dict[Name, Any]


@dataclass(frozen=True)
class Obligation:
    """What a line of the rule owes in step n + 1: `goal` wherever the guards hold."""

    goal: Rel
    guards: tuple[Rel, ...]
    line: int


@dataclass
class Reading:
    """A rule as sequences in a setting; made by `read`."""

    rule: Rule
    families: dict[str, Family]
    coordinates: tuple[Any, ...]
    scalars: Mapping[str, Any]
    inputs: Mapping[str, Input]
    dimension: Any
    project: Callable[[Any], Any] | None = None
    roots: Mapping[tuple[Any, Any], Any] = field(default_factory=dict)
    lines: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def slot(self, name: str, n: Any) -> Any:
        """The slot after n steps; `x` is the iterate, if the reading has one."""
        return self.families[name](*self.coordinates, n)

    def value(self, wanted: str | Expr, n: Any, **inputs: Any) -> Any:
        """A name of the rule's body, or an expression in its names, as it stands in step n + 1, after n steps.

        `x` is the new iterate, `moment` and `denominator` are what the rule's declaration calls so, `result` and
        `gradient` what a loss or schedule returns. Keywords replace inputs, as in `value("gradient", n, x=u)`.
        """
        environment = self.environment(n, inputs)
        return self.translate(self.expression(wanted), environment)

    def expression(self, wanted: str | Expr) -> Expr:
        """The expression that a word stands for."""
        if not isinstance(wanted, str):
            return wanted
        if wanted in ("x", "result"):
            return self.rule.results[0]
        if wanted == "gradient" and self.rule.kind == "loss":
            return self.rule.results[1]
        if wanted in self.rule.notes:
            check_declared(self.rule)
            return self.rule.notes[wanted]
        versions = [s.target for s in self.rule.body if s.target.id == wanted]
        if not versions:
            raise Refused(f"{self.rule.name} has no value called {wanted}")
        return versions[-1]

    def environment(
        self, n: Any, inputs: Mapping[str, Any] | None = None, state: Mapping[str, Any] | None = None
    ) -> Any:
        """Every name of the rule in step n + 1; `state` replaces the slots, `inputs` the inputs."""
        t = lift(n) + 1
        state = state if state is not None else {name: self.slot(name, n) for name in self.families}
        found: Environment = {Name(name): value for name, value in state.items()}
        for name, scalar in self.scalars.items():
            found[Name(name)] = lift(scalar(t) if callable(scalar) else scalar)
        for declared in self.rule.inputs:
            if inputs and declared.name in inputs:
                found[Name(declared.name)] = lift(inputs[declared.name])
            elif declared.name in self.inputs:
                found[Name(declared.name)] = lift(self.inputs[declared.name](t, state.get("x")))
        for line in self.rule.body:
            if line.target.id in self.lines:
                found[line.target] = lift(self.lines[line.target.id](t))
            elif names(line.value) <= set(found):  # a line about slots that are not read is passed over
                found[line.target] = self.translate(line.value, found)
        return found

    def next_slot(self, name: str, environment: Environment) -> Any:
        """The new value of a slot."""
        if name == "x":
            new = self.translate(self.rule.results[0], environment)
            return lift(self.project(new)) if self.project else new
        place = [s.name for s in self.rule.slots].index(name)
        return self.translate(self.rule.next_slots[place], environment)

    def obligations(self, n: Any) -> list[Obligation]:
        """What the text owes in step n + 1, in order of evaluation."""
        environment = self.environment(n)
        found = []
        for owed in self.rule.obligations:
            guards = tuple(self._guard(*guard, environment) for guard in owed.guards)
            of = self.translate(owed.expr, environment)
            goals = {"nonzero": rel("lt", lift(0), of**2), "nonnegative": rel("le", lift(0), of)}
            found.append(Obligation(goals.get(owed.kind, rel("lt", lift(0), of)), guards, owed.line))
        return found

    def _guard(self, op: str, left: Expr, right: Expr, truth: bool, environment: Environment) -> Rel:
        a, b = (self.translate(side, environment) for side in (left, right))
        strict = op == "<"
        return rel("lt" if strict else "le", a, b) if truth else rel("le" if strict else "lt", b, a)

    def translate(self, expr: Expr, environment: Environment) -> Any:
        """The term of an expression; refuses what the logic has no term for."""
        if isinstance(expr, Number):
            return lift(expr.value)
        if isinstance(expr, Name):
            if expr not in environment:
                raise Refused(f"{expr} of {self.rule.name} is not read here: give it as scalar, input or slot")
            return environment[expr]
        if expr.op in ("pow", "ipow"):
            return self._power(expr, environment)
        parts = [self.translate(arg, environment) for arg in expr.args]
        if expr.op.startswith("where"):
            a, b, then, otherwise = parts
            on = indicator(b - a) if expr.op == "where<" else 1 - indicator(a - b)
            return otherwise + on * (then - otherwise)
        if expr.op == "total":
            return self._total(parts[0])
        if expr.op not in OPERATIONS:
            raise Refused(f"{expr.op} has no reading in the logic")
        return OPERATIONS[expr.op](*parts)

    def _power(self, expr: Apply, environment: Environment) -> Any:
        base, exponent = self.translate(expr.args[0], environment), expr.args[1]
        if isinstance(exponent, Number):
            if exponent.value.denominator == 1:
                return base ** int(exponent.value)
            if exponent.value == Fraction(1, 2):
                return sqrt(base)
            raise Refused(f"the exponent {exponent.value} has no reading; write it with sqrt")
        known = self._known_power(base, exponent, environment)
        if known is not None:
            return known
        raised = self.translate(exponent, environment)
        if raised.sort != "Z":
            raise Refused("an exponent is a literal or an integer term such as t")
        return power(base, raised)

    def _known_power(self, base: Any, exponent: Expr, environment: Environment) -> Any:
        """b**(k*s) or b**(k/s') as (b**s)**k, for an integer term k, where `roots` has b**s; else None."""
        if not self.roots or not isinstance(exponent, Apply) or exponent.op not in ("mul", "div"):
            return None
        times, share = (self.translate(arg, environment) for arg in exponent.args)
        wanted = normal(base), normal(inv(share) if exponent.op == "div" else share)
        for (b, s), root in self.roots.items():
            if times.sort == "Z" and (normal(lift(b)), normal(lift(s))) == wanted:
                return power(lift(root), times)
        return None

    def _total(self, body: Any) -> Any:
        if not self.coordinates:
            return body
        if self.dimension is None:
            raise Refused("a total over coordinates needs the dimension")
        return total(self.coordinates[-1], 1, self.dimension, body)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a * inv(b),
    "neg": lambda a: -a,
    "sqrt": sqrt,
    "log": log,
    "maximum": maximum,
    "minimum": minimum,
    "absolute": absolute,
}


def read(
    rule: Rule,
    setting: Setting,
    *,
    inputs: Mapping[str, Input] | None = None,
    scalars: Mapping[str, Any] | None = None,
    slots: Sequence[str] | None = None,
    start: Any = None,
    project: Callable[[Any], Any] | None = None,
    coordinates: Sequence[Any] = (),
    dimension: Any = None,
    names: Mapping[str, str] | None = None,
    roots: Mapping[tuple[Any, Any], Any] | None = None,
    lines: Mapping[str, Callable[[Any], Any]] | None = None,
    iterate: Family | None = None,
) -> Reading:
    """Define a rule's slots in the setting as sequences, and return the reading.

    inputs       name -> function of the round t = n + 1 and the iterate: `{"g": lambda t, x: g(t)}`
    scalars      name -> a term, or a function of t; those not given become constants of the same name; t is known
    slots        which slots to define (with all that they read); the default is all; `x` is the iterate
    start        the first iterate; if given, x is defined by the rule too
    project      what is done to the new iterate: `lambda y: minimum(maximum(y, -1), 1)`
    coordinates  variables that slots, besides n, depend on: `[i]`; inputs may mention them
    dimension    the number of coordinates, for totals outside of definitions
    names        slot -> name of its family, where it shall not be the slot's own
    roots        (b, s) -> a term for the number b**s, by which b**(k*s) and b**(k/s'), s = 1/s', are read as its k-th
                 power for integer terms k; without it a text with an exponent that is not whole is refused
    lines        name -> function of t that stands for the line of the text which sets the name: a theorem for every
                 such sequence holds for that of the text, even where it has no term, as 0.96**(t/250)
    iterate      a declared family that stands for the iterates, which the rule then does not define: x after n steps is
                 its value at the coordinates and n
    """
    scalars, inputs, names, lines = dict(scalars or {}), dict(inputs or {}), dict(names or {}), dict(lines or {})
    targets = [line.target.id for line in rule.body]
    unknown = [name for name in lines if targets.count(name) != 1]
    if unknown:
        raise Refused(f"{rule.name} does not set {unknown[0]} in one line, so nothing can stand for it")
    wanted = _closure(rule, slots, start is not None, set(lines))
    known = {name for name, _ in setting.theory.names}
    for declared in rule.scalars:
        if declared.name not in scalars:
            if declared.name == "eta":
                raise Refused(f'{rule.name} takes the multiplier eta of the schedule: give it, scalars={{"eta": 1}}')
            needed = declared.name not in SUPPLIED and declared.name not in known
            scalars[declared.name] = setting.constant(declared.name) if needed else Family(declared.name)()
            if declared.name == "t":
                scalars["t"] = lambda t: t
    families = {name: Family(names.get(name, name)) for name in wanted}
    if iterate is not None:
        families["x"] = iterate
    found = Reading(
        rule, families, tuple(coordinates), scalars, inputs, dimension, project, roots=dict(roots or {}), lines=lines
    )
    setting.rules.append(rule)
    setting.readings.append(found)
    if wanted:
        _define(found, setting, wanted, start, coordinates)
    return found


def _define(found: Reading, setting: Setting, wanted: list[str], start: Any, coordinates: Sequence[Any]) -> None:
    initial: dict[str, Any] = {slot.name: slot.initial for slot in found.rule.slots}
    initial["x"] = start

    def step(slot: str) -> Callable[..., Any]:
        def new(n: Any, *previous: Any) -> Any:
            state = dict(zip(wanted, previous, strict=True))
            return found.next_slot(slot, found.environment(n, state=state))

        return new

    equations = {found.families[name].name: (initial[name], step(name)) for name in wanted}
    taken = {v.args[0] for v in coordinates} | {name for name, _ in setting.theory.names} | set(equations)
    index = integer(next(name for name in ("n", "k", "steps", "steps_done") if name not in taken))
    setting.define(equations, tuple(coordinates), index)


def _closure(rule: Rule, slots: Sequence[str] | None, iterate: bool, left_open: set[str]) -> list[str]:
    """The slots asked for with all that their updates read, in the rule's order; the iterate last."""
    order = [slot.name for slot in rule.slots] + (["x"] if iterate else [])
    if slots is None:
        return order
    unknown = [name for name in slots if name not in order]
    if unknown:
        raise Refused(f"{rule.name} has no slot {unknown[0]} (it has {', '.join(order) or 'none'})")
    lines = {line.target: names(line.value) for line in rule.body if line.target.id not in left_open}
    ends = {slot.name: names(e) for slot, e in zip(rule.slots, rule.next_slots, strict=True)}
    ends["x"] = names(rule.results[0])
    wanted, agenda = set(slots), [name for slot in slots for name in ends[slot]]
    seen: set[Name] = set()
    while agenda:
        name = agenda.pop()
        if name in seen:
            continue
        seen.add(name)
        agenda += lines.get(name, set())
        if name.version == 0 and name.id in order and name.id not in wanted:
            wanted.add(name.id)
            agenda += ends[name.id]
    return [name for name in order if name in wanted]
