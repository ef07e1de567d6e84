"""A rule as a theory: the setting in which the questions about it are asked.

    frame = Frame.of(adam)                     # gradients g(t), any real numbers
    frame = Frame.of(adam, random=True)        # gradients g(t, w), random
    frame.slot("m", n), frame.value("m_hat", n), frame.step(n)

Parameters are constants with the assumption that they lie in their stated ranges. The iterate is a family X of which
nothing is known, so what is derived holds whatever the losses are. Totals over coordinates are read in one coordinate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from adamtheory.deriving.linear import Recursion, inlined, linear
from adamtheory.language.rule import RANGES, SUPPLIED, Rule, Scalar
from adamtheory.language.split import split
from adamtheory.language.tree import Apply, Expr, Name, Number, names, rebuild, substitute, walk
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
    """A reading with what is assumed.

    shared   the reading of the slots that are the same for every coordinate, which no outcome enters
    reading  that of the others, to which the shared ones are given
    bounds   parameter -> names of the assumptions that it lies in its stated range
    abstracted  values of the text that have no term, and stand as families of t of which nothing is known
    """

    rule: Rule
    setting: Setting
    shared: Reading
    reading: Reading
    g: Family
    random: bool
    abstracted: tuple[str, ...] = ()
    bounds: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rule: Rule,
        *,
        random: bool = False,
        scalars: Mapping[str, Any] | None = None,
        slots: Sequence[str] | None = None,
        setting: Setting | None = None,
        gradient: Callable[[Any], Any] | None = None,
    ) -> Frame:
        """Read a rule.

        random    gradients g(t, w) that depend on an outcome, instead of g(t)
        scalars   parameters that are fixed: numbers, terms, or functions of t
        slots     what is read (with all that it reads); the default is everything
        setting   where to; gradient: t -> term, in place of the family g
        Raises `Refused` where a line has no reading; what depends on t alone and has none becomes a family of t.
        """
        setting = setting or Setting()
        whole, (rule, unknown) = rule, abstracted(one_coordinate(rule))
        known = {name for name, _ in setting.theory.names}
        given, fixed = dict(scalars or {}), set(scalars or {})
        letters = {s.name: _letter(rule, s.name) for s in (*rule.slots, *rule.scalars)}
        for scalar in rule.scalars:
            name = scalar.name
            if name == "eta":
                given.setdefault("eta", 1)
            elif name in unknown:
                given[name] = _given(Family(letters[name]) if name in known else setting.family(letters[name], "Z"))
            elif name not in SUPPLIED and name not in given:
                given[name] = Family(letters[name])() if letters[name] in known else setting.constant(letters[name])
        g = Family("g")
        if gradient is None and "g" not in known:
            g = setting.family("g", "ZW" if random else "Z")
        X = Family("X") if "X" in known else setting.family("X", "Z")
        of_step = gradient or ((lambda t: g(t, w)) if random else g)
        inputs = {"x": lambda t, _: X(before(t)), "g": lambda t, _: of_step(t)}
        first, second = _halves(rule, slots)
        shared = read(rule, setting, scalars=given, slots=first, names=letters)
        rest = _without(rule, first)
        held = {name: (lambda t, name=name: shared.families[name](before(t))) for name in shared.families}
        reading = read(
            rest, setting, inputs=inputs, scalars=given | held, slots=second,
            coordinates=[w] if random else [], names=letters,
        )  # fmt: skip
        setting.rules[:] = [r for r in setting.rules if r not in (rule, rest)] + [whole]
        found = cls(rule, setting, shared, reading, g, random, unknown)
        found._assume_ranges(fixed)
        return found

    def _assume_ranges(self, fixed: set[str]) -> None:
        """Assume that the parameters lie in their ranges: `beta1_from_0`, `beta1_below_1`."""
        assumed = {entry[1] for entry in self.setting.theory.entries if entry[0] == "assume"}
        for parameter in self.rule.parameters:
            if parameter.name in fixed or parameter.name in self.abstracted:
                continue
            value, range_, found = self.scalar(parameter.name), parameter.range, []
            if range_.low is not None:
                word, low = "above" if range_.low_open else "from", lift(range_.low)
                found.append((word, low < value if range_.low_open else low <= value, low))
            if range_.high is not None:
                word, high = "below" if range_.high_open else "to", lift(range_.high)
                found.append((word, value < high if range_.high_open else value <= high, high))
            self.bounds[parameter.name] = tuple(f"{parameter.name}_{word}_{_spelled(end)}" for word, _, end in found)
            for name, (_, claim, _) in zip(self.bounds[parameter.name], found, strict=True):
                if name not in assumed:
                    self.setting.assume(name, claim)

    @cached_property
    def recursions(self) -> dict[str, Recursion]:
        """The slots that are linear recursions."""
        return linear(self.rule, self.abstracted)

    # --- terms ---

    def scalar(self, name: str) -> Any:
        """A parameter as a term."""
        return lift(self.reading.scalars[name])

    def slot(self, name: str, k: Any, over: Any = w) -> Any:
        """A slot after k steps (for the outcome `over`)."""
        if name in self.shared.families:
            return self.shared.families[name](k)
        family = self.reading.families[name]
        return family(over, k) if self.random else family(k)

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that are read."""
        return (*self.shared.families, *self.reading.families)

    def value(self, wanted: str | Expr, k: Any) -> Any:
        """A value of the body in step k + 1."""
        return self.reading.value(wanted, k)

    def at(self, expr: Expr, k: Any) -> Any:
        """An expression in the arguments of the rule (what `inlined` gives), in step k."""
        k = lift(k)
        old = before(k)
        found = {Name(name): lift(value(k) if callable(value) else value) for name, value in self.reading.scalars.items()}
        found |= {Name(name): self.slot(name, old) for name in self.slots}
        found |= {Name(name): lift(value(k, None)) for name, value in self.reading.inputs.items()}
        return self.reading.translate(expr, found)

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
        family, place = self._place(slot, over)
        return self.p.start(family, *place)

    def next(self, slot: str, k: Any, over: Any = w) -> Theorem:
        """0 <= k |- slot(k+1) in terms of the slots after k steps."""
        family, place = self._place(slot, over)
        return self.p.next(family, *place, k)

    def _place(self, slot: str, over: Any) -> tuple[Family, tuple[Any, ...]]:
        if slot in self.shared.families:
            return self.shared.families[slot], ()
        return self.reading.families[slot], (over,) if self.random else ()


def before(t: Any) -> Any:
    """t - 1, without the detour of (k + 1) - 1."""
    if t.op == "add" and t.args[1] is lift(1):
        return t.args[0]
    return lift(t.args[0] - 1) if t.op == "num" and t.args[1] == 1 else t - 1


def _given(family: Family) -> Callable[[Any], Any]:
    return lambda t: family(t)


def _halves(rule: Rule, wanted: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """The shared slots among those wanted, with all that these read, and the others."""
    shared = split(rule).shared
    if wanted is None:
        return list(shared), [s.name for s in rule.slots if s.name not in shared]
    reads, found, agenda = _reads(rule), set(), list(wanted)
    while agenda:
        name = agenda.pop()
        if name not in found:
            found.add(name)
            agenda += reads[name]
    order = [s.name for s in rule.slots if s.name in found]
    return [s for s in order if s in shared], [s for s in order if s not in shared]


def _reads(rule: Rule) -> dict[str, set[str]]:
    """Slot -> the slots that its update reads."""
    slots = {s.name for s in rule.slots}
    ends = zip(rule.slots, rule.next_slots, strict=True)
    return {s.name: {v.id for v in names(inlined(rule, e)) if v.id in slots} for s, e in ends}


def _without(rule: Rule, shared: Sequence[str]) -> Rule:
    """The rule with its shared slots turned into scalars, to which their old values are given."""
    kept = [(s, e) for s, e in zip(rule.slots, rule.next_slots, strict=True) if s.name not in shared]
    return replace(
        rule,
        slots=tuple(s for s, _ in kept),
        next_slots=tuple(e for _, e in kept),
        scalars=(*rule.scalars, *(Scalar(name, RANGES["real"], None) for name in shared)),
    )


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


def one_coordinate(rule: Rule) -> Rule:
    """The rule for a group of one coordinate, where a total is what is summed."""

    def bare(expr: Expr) -> Expr:
        def inner(node: Expr) -> Expr | None:
            return bare(node.args[0]) if isinstance(node, Apply) and node.op == "total" else None

        return rebuild(expr, inner)

    return replace(
        rule,
        body=tuple(replace(line, value=bare(line.value)) for line in rule.body),
        results=tuple(map(bare, rule.results)),
        next_slots=tuple(map(bare, rule.next_slots)),
        notes={key: bare(value) for key, value in rule.notes.items()},
    )


def abstracted(rule: Rule) -> tuple[Rule, tuple[str, ...]]:
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
