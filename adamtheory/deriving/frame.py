"""A rule as a theory: the setting in which the questions about it are asked.

    frame = Frame.of(adam)                     # gradients g(t), any real numbers
    frame = Frame.of(adam, random=True)        # gradients g(t, w), random
    frame.slot("m", n), frame.value("m_hat", n), frame.step(n)

Parameters are constants with the assumption that they lie in their stated ranges. The iterate is a family X of which
nothing is known, so what is derived holds whatever the losses are. Totals over coordinates are read in one coordinate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from adamtheory.language.rule import RANGES, SUPPLIED, Rule, Scalar
from adamtheory.language.tree import Apply, Expr, Name, Number, names, substitute, walk
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import FACTS, Theorem
from adamtheory.logic.notation import Family, Setting, integers, lift, outcome
from adamtheory.logic.reading import OPERATIONS, Reading, read
from adamtheory.logic.terms import Refused

n, t, i, j = integers("n t i j")
w, z = outcome("w"), outcome("z")
# Names of variables in the kernel's facts, and those that every frame declares or binds.
TAKEN = {v.args[0] for hyps, claim in FACTS.values() for v in claim.free.union(*(h.free for h in hyps))} | {
    "X", "t", "i", "j", "w", "z",
}  # fmt: skip
READABLE = {*OPERATIONS, "ipow", "where<", "where<=", "total"}


@dataclass
class Frame:
    """A reading with what is assumed; `bounds` is parameter -> names of the assumptions about it."""

    rule: Rule
    setting: Setting
    reading: Reading
    g: Family
    random: bool
    bounds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    abstracted: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        rule: Rule,
        *,
        random: bool = False,
        scalars: Mapping[str, Any] | None = None,
        slots: list[str] | None = None,
        setting: Setting | None = None,
    ) -> Frame:
        """Read a rule; `scalars` fixes parameters (numbers, terms, or functions of t), `slots` limits what is read.

        Raises `Refused` where a line has no reading; what depends on t alone and has none becomes a family of t.
        """
        setting = setting or Setting()
        rule, unknown = _abstracted(rule)
        given = dict(scalars or {})
        letters = {name: _letter(rule, name) for name in (*(s.name for s in rule.slots), *_parameters(rule))}
        for name in _parameters(rule):
            if name not in given and name not in unknown:
                given[name] = setting.constant(letters[name])
        for name in unknown:
            family = setting.family(letters.get(name, name), "Z")
            given[name] = lambda t, family=family: family(t)
        if rule.scalar("eta") is not None:
            given.setdefault("eta", 1)
        g = setting.family("g", "ZW" if random else "Z")
        X = setting.family("X", "Z")
        inputs = {"x": lambda t, x: X(t - 1), "g": (lambda t, x: g(t, w)) if random else (lambda t, x: g(t))}
        reading = read(
            rule,
            setting,
            inputs=inputs,
            scalars=given,
            slots=slots,
            coordinates=[w] if random else [],
            names={s.name: letters[s.name] for s in rule.slots},
        )
        found = cls(rule, setting, reading, g, random, {}, unknown)
        found._assume_ranges(set(scalars or {}))
        return found

    def _assume_ranges(self, fixed: set[str]) -> None:
        for parameter in self.rule.parameters:
            if parameter.name in fixed or parameter.name in self.abstracted:
                continue
            value, range_ = self.scalar(parameter.name), parameter.range
            claims = []
            if range_.low is not None:
                low = lift(range_.low)
                claims.append(
                    ("above" if range_.low_open else "from", low < value if range_.low_open else low <= value)
                )
            if range_.high is not None:
                high = lift(range_.high)
                claims.append(
                    ("below" if range_.high_open else "to", value < high if range_.high_open else value <= high)
                )
            names_ = []
            for word, claim in claims:
                bound = claim.left if word in ("above", "from") else claim.right
                name = f"{parameter.name}_{word}_{_spelled(bound)}"
                self.setting.assume(name, claim)
                names_.append(name)
            self.bounds[parameter.name] = tuple(names_)

    # --- terms ---

    def scalar(self, name: str) -> Any:
        """A parameter as a term."""
        return lift(self.reading.scalars[name])

    def slot(self, name: str, k: Any, over: Any = w) -> Any:
        """A slot after k steps (for the outcome `over`)."""
        family = self.reading.families[name]
        return family(over, k) if self.random else family(k)

    def value(self, wanted: str | Expr, k: Any) -> Any:
        """A value of the body in step k + 1."""
        return self.reading.value(wanted, k)

    def gradient(self, k: Any, over: Any = w) -> Any:
        """The gradient of step k."""
        return self.g(k, over) if self.random else self.g(k)

    def step(self, k: Any) -> Any:
        """x_{k+1} - x_k, by the text."""
        return self.reading.value("x", k) - Family("X")(k)

    # --- theorems ---

    @cached_property
    def p(self) -> Prover:
        """The prover of the theory as it stands when first asked for: declare and assume before."""
        return Prover(self.setting)

    def range(self, parameter: str) -> tuple[Theorem, ...]:
        """The assumptions about a parameter."""
        return tuple(self.p.given(name) for name in self.bounds.get(parameter, ()))

    def ranges(self) -> tuple[Theorem, ...]:
        """The assumptions about all parameters."""
        return tuple(theorem for name in self.bounds for theorem in self.range(name))

    def start(self, slot: str, over: Any = w) -> Theorem:
        """slot(0) is its initial value."""
        family = self.reading.families[slot]
        return self.p.start(family, over) if self.random else self.p.start(family)

    def next(self, slot: str, k: Any, over: Any = w) -> Theorem:
        """0 <= k |- slot(k+1) in terms of the slots after k steps."""
        family = self.reading.families[slot]
        return self.p.next(family, over, k) if self.random else self.p.next(family, k)


def _parameters(rule: Rule) -> list[str]:
    return [s.name for s in rule.scalars if s.name not in SUPPLIED]


def _letter(rule: Rule, name: str) -> str:
    """The name of a slot or parameter in the logic, where some letters are those of the facts' variables."""
    used = TAKEN | {s.name for s in rule.slots} | {s.name for s in rule.scalars} | {"g"} - {name}
    if name not in TAKEN:
        return name
    found = name.upper()
    while found in used:
        found += "_"
    return found


def _spelled(bound: Any) -> str:
    numerator, denominator = bound.args
    words = f"minus_{-numerator}" if numerator < 0 else str(numerator)
    return words if denominator == 1 else f"{words}_over_{denominator}"


def readable(expr: Expr) -> bool:
    """Whether the logic has a term for the expression."""
    for node in walk(expr):
        if isinstance(node, Apply) and node.op == "pow":
            exponent = node.args[1]
            half = isinstance(exponent, Number) and exponent.value in (Fraction(1, 2),)
            whole = isinstance(exponent, Name) and exponent.id == "t"
            if not (half or whole):
                return False
        elif isinstance(node, Apply) and node.op not in READABLE:
            return False
    return True


def _abstracted(rule: Rule) -> tuple[Rule, tuple[str, ...]]:
    """The rule with each unreadable line that depends on step scalars only made a scalar that the caller gives."""
    steps = {Name(s.name) for s in rule.scalars}
    body, replaced, added = [], {}, []
    for line in rule.body:
        value = substitute(line.value, replaced)
        if readable(value):
            if names(value) <= steps:
                steps.add(line.target)
            body.append(replace(line, value=value))
            continue
        if not names(value) <= steps:
            raise Refused(f"line {line.line} of {rule.name} has no reading in the logic")
        used = {s.name for s in (*rule.scalars, *rule.slots)} | {i.name for i in rule.inputs} | set(added)
        name = line.target.id if line.target.id not in used else f"{line.target.id}_t"
        replaced[line.target] = Name(name)
        steps.add(Name(name))
        added.append(name)
    if not added:
        return rule, ()
    changed = replace(
        rule,
        body=tuple(body),
        scalars=(*rule.scalars, *(Scalar(name, RANGES["real"], None) for name in added)),
        results=tuple(substitute(e, replaced) for e in rule.results),
        next_slots=tuple(substitute(e, replaced) for e in rule.next_slots),
        notes={key: substitute(e, replaced) for key, e in rule.notes.items()},
    )
    return changed, tuple(added)
