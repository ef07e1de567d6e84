"""A rule as a theory: the setting in which the questions about it are asked.

    frame = Frame.of(adam)                     # gradients g(t), any real numbers
    frame = Frame.of(adam, random=True)        # gradients g(t, w), random
    frame.slot("m", n), frame.value("m_hat", n), frame.step(n)

Parameters are constants with the assumption that they lie in their stated ranges. The iterate is a family X of which
nothing is known, so what is derived holds whatever the losses are. Totals over coordinates are read in one coordinate.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import count
from typing import Any

from adamtheory.deriving.linear import Recursion, inlined, linear
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import compile_expr
from adamtheory.language.rule import RANGES, SUPPLIED, Rule, Scalar
from adamtheory.language.split import split
from adamtheory.language.tree import Apply, Expr, Name, Number, names, rebuild, substitute, walk
from adamtheory.logic.derive import Prover
from adamtheory.logic.evaluate import Ball
from adamtheory.logic.kernel import FACTS, Theorem
from adamtheory.logic.notation import Family, Setting, integers, lift, outcome
from adamtheory.logic.reading import OPERATIONS, Reading, read
from adamtheory.logic.terms import Refused, is_name

n, t, i, j = integers("n t i j")
w, z = outcome("w"), outcome("z")
# Names of variables in the kernel's facts, those that every frame declares or binds, and names of assumptions.
TAKEN = {v.args[0] for hyps, claim in FACTS.values() for v in claim.free.union(*(h.free for h in hyps))} | {
    "X", "t", "i", "j", "w", "z",
    "stationary", "slow", "variance", "uncorrelated", "scale_positive", "step_positive",
}  # fmt: skip
READABLE = {*OPERATIONS, "ipow", "where<", "where<=", "total"}


@dataclass
class Frame:
    """A reading with what is assumed.

    shared   the reading of the slots that are the same for every coordinate, which no outcome enters
    reading  that of the others, to which the shared ones are given
    bounds   parameter -> names of the assumptions that it lies in its stated range
    lemmas   theorems over variables that are needed again and again
    powers   abstracted power of a number in (0, 1) -> names of the axioms that it lies there too
    abstracted  what has no term, by the names of the families of t that stand for it, of which nothing is known
    """

    rule: Rule
    setting: Setting
    shared: Reading
    reading: Reading
    g: Family
    random: bool
    abstracted: Mapping[str, Expr] = field(default_factory=dict)
    bounds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    powers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lemmas: dict[str, Theorem] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rule: Rule,
        *,
        random: bool = False,
        scalars: Mapping[str, Any] | None = None,
        slots: Sequence[str] | None = None,
        setting: Setting | None = None,
        keep: Sequence[Expr] = (),
        gradient: Callable[[Any], Any] | None = None,
        mark: str = "",
    ) -> Frame:
        """Read a rule.

        random    gradients g(t, w) that depend on an outcome, instead of g(t)
        scalars   parameters that are fixed: numbers, terms, or functions of t
        slots     what is read (with all that it reads), and nothing else is declared; the default is everything
        keep      expressions of the body that are asked about besides
        setting   where to, if not to a new one
        gradient  t -> term, in place of the family g
        mark      is added to the names of the slots, for a second reading in the same setting
        Raises `Refused` where a line has no reading; what depends on t alone and has none becomes a family of t.
        """
        setting = setting or Setting()
        whole, rule = rule, one_coordinate(rule)
        rule, unknown = abstracted(rule if slots is None else sliced(rule, slots, keep))
        known = {name for name, _ in setting.theory.names}
        given, fixed = dict(scalars or {}), set(scalars or {})
        letters = {name: _letter(rule, name) for name in _named(rule)}
        called = {s.name: letters[s.name] + mark for s in rule.slots}
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
        X, read_x = Family("X"), any(Name("x") in names(e) for e in _ends(rule, keep))
        if read_x and "X" not in known:
            setting.family("X", "Z")
        of_step = gradient or ((lambda t: g(t, w)) if random else g)
        inputs = {"x": lambda t, _: X(before(t)), "g": lambda t, _: of_step(t)}
        first = [s.name for s in rule.slots if s.name in split(rule).shared]
        second = [s.name for s in rule.slots if s.name not in first]
        shared = read(rule, setting, scalars=given, slots=first, names=called)
        rest = _without(rule, first)
        held = {name: (lambda t, name=name: shared.families[name](before(t))) for name in shared.families}
        reading = read(
            rest, setting, inputs=inputs, scalars=given | held, slots=second,
            coordinates=[w] if random else [], names=called,
        )  # fmt: skip
        setting.rules[:] = [r for r in setting.rules if r not in (rule, rest)] + [whole]
        found = cls(rule, setting, shared, reading, g, random, unknown)
        found._assume_ranges(fixed)
        found._assume_powers()
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
            self.bounds[parameter.name] = tuple(f"{value.args[0]}_{word}_{_spelled(end)}" for word, _, end in found)
            for name, (_, claim, _) in zip(self.bounds[parameter.name], found, strict=True):
                if name not in assumed:
                    self.setting.assume(name, claim)

    def _assume_powers(self) -> None:
        """The axioms 0 < r(t) and r(t) <= 1 for powers of numbers in (0, 1) with real exponents, which have no term."""
        assumed = {entry[1] for entry in self.setting.theory.entries if entry[0] == "assume"}
        for name, expr in self.abstracted.items():
            if not fraction_power(expr, self.rule):
                continue
            r = lift(self.reading.scalars[name](t))
            self.powers[name] = (f"{name}_positive", f"{name}_at_most_1")
            for axiom, claim in zip(self.powers[name], (0 < r, r <= 1), strict=True):
                if axiom not in assumed:
                    self.setting.assume(axiom, claim, [1 <= t], axiom=True)

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
    def families(self) -> dict[str, Family]:
        """The slots that are read, as sequences (with the outcome as parameter, where they are not shared)."""
        return {**self.shared.families, **self.reading.families}

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that are read."""
        return tuple(self.families)

    def value(self, wanted: str | Expr, k: Any) -> Any:
        """A value of the body, or an expression in its names, in step k + 1."""
        expr = self.reading.expression(wanted)
        return self.at(inlined(self.reading.rule, expr), after(lift(k)))

    def at(self, expr: Expr, k: Any) -> Any:
        """An expression in the arguments of the rule (what `inlined` gives), in step k."""
        k = lift(k)
        old = before(k)
        found = {
            Name(name): lift(value(k) if callable(value) else value) for name, value in self.reading.scalars.items()
        }
        found |= {Name(name): self.slot(name, old) for name in self.slots}
        found |= {Name(name): lift(value(k, None)) for name, value in self.reading.inputs.items()}
        return self.reading.translate(expr, found)

    def gradient(self, k: Any, over: Any = w) -> Any:
        """The gradient of step k."""
        return self.g(k, over) if self.random else self.g(k)

    def step(self, k: Any) -> Any:
        """x_{k+1} - x_k, by the text."""
        return self.value("x", k) - Family("X")(k)

    def schedule(self, name: str, parameters: Mapping[str, Fraction]) -> Callable[[int], Ball]:
        """What an abstracted value is in round t, as balls: a family of a model."""
        balls = arithmetic("ball")
        evaluate = compile_expr(self.abstracted[name], balls, 1)
        values = {Name(key): [balls.number(value)] for key, value in parameters.items()}
        return lambda t: Ball(evaluate({**values, Name("t"): [balls.number(Fraction(t))]}, 0))

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
    return _shifted(t, -1)


def after(t: Any) -> Any:
    """t + 1, with k + 2 for (k + 1) + 1."""
    return _shifted(t, 1)


def _shifted(t: Any, by: int) -> Any:
    if t.op == "num" and t.args[1] == 1:
        return lift(t.args[0] + by)
    held, more = (t.args[0], t.args[1].args[0]) if t.op == "add" and t.args[1].op == "num" else (t, 0)
    return held if more + by == 0 else held + (more + by) if more + by > 0 else held - -(more + by)


def _given(family: Family) -> Callable[[Any], Any]:
    return lambda t: family(t)


def sliced(rule: Rule, slots: Sequence[str], keep: Sequence[Expr] = ()) -> Rule:
    """The rule of these slots alone: what they and the expressions read, with an iterate that stands still."""
    reads, found, agenda = _reads(rule), set(), list(slots)
    while agenda:
        name = agenda.pop()
        if name not in found:
            found.add(name)
            agenda += reads[name]
    held = [(s, e) for s, e in zip(rule.slots, rule.next_slots, strict=True) if s.name in found]
    lines = {line.target: names(line.value) for line in rule.body}
    used, open_ = set(), [v for e in (*keep, *(e for _, e in held)) for v in names(e)]
    while open_:
        one = open_.pop()
        if one not in used:
            used.add(one)
            open_ += lines.get(one, set())
    return replace(
        rule,
        slots=tuple(s for s, _ in held),
        next_slots=tuple(e for _, e in held),
        scalars=tuple(s for s in rule.scalars if Name(s.name) in used),
        body=tuple(line for line in rule.body if line.target in used),
        results=(Name("x"),),
        notes={},
        facts={},
    )


def _ends(rule: Rule, keep: Sequence[Expr]) -> list[Expr]:
    """Everything that a rule computes, in its arguments; that the iterate of a slice stands still is not counted."""
    moved = [e for e in rule.results if e != Name("x")]
    return [inlined(rule, e) for e in (*rule.next_slots, *moved, *keep)]


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


def _named(rule: Rule) -> list[str]:
    """The names of slots and scalars."""
    return [s.name for s in rule.slots] + [s.name for s in rule.scalars]


def _letter(rule: Rule, name: str) -> str:
    """The name of a slot or parameter in the logic, where some names are taken and all are ASCII."""
    used = TAKEN | {*_named(rule), "g"} - {name}
    if name not in TAKEN and is_name(name):
        return name
    found = "".join(c if c.isascii() else unicodedata.name(c, "letter").split()[-1].lower() for c in name).strip("_")
    found = found.upper() if found in TAKEN or not is_name(found) else found
    while found in used or not is_name(found):
        found = f"{found}_" if found else "Letter"
    return found


def fresh(rule: Rule, word: str) -> str:
    """The word as a name for something new beside a rule: with `_` behind it where the rule uses it itself."""
    used = {_letter(rule, name) for name in _named(rule)} | {*_named(rule)}
    while word in used:
        word += "_"
    return word


def _spelled(bound: Any) -> str:
    numerator, denominator = bound.args
    words = f"minus_{-numerator}" if numerator < 0 else str(numerator)
    return words if denominator == 1 else f"{words}_over_{denominator}"


def readable(expr: Expr) -> bool:
    """Whether the logic has a term for the operation itself (its arguments apart)."""
    if not isinstance(expr, Apply) or expr.op in READABLE:
        return True
    if expr.op != "pow":
        return False
    exponent = expr.args[1]
    return exponent == Number(Fraction(1, 2)) or exponent == Name("t")


def sums_coordinates(rule: Rule, slots: Sequence[str]) -> bool:
    """Whether a total over coordinates enters these slots (all of the rule, where none is named)."""
    part = sliced(rule, slots) if slots else rule
    exprs = [*(line.value for line in part.body), *part.results, *part.next_slots, *part.notes.values()]
    return any(isinstance(e, Apply) and e.op == "total" for expr in exprs for e in (expr, *walk(expr)))


def one_coordinate(rule: Rule) -> Rule:
    """The rule for a group of one coordinate, where a total is what is summed."""

    def bare(expr: Expr) -> Expr:
        def inner(node: Expr) -> Expr | None:
            return bare(node.args[0]) if isinstance(node, Apply) and node.op == "total" else None

        return rebuild(expr, inner)

    return _changed(rule, bare)


def abstracted(rule: Rule) -> tuple[Rule, dict[str, Expr]]:
    """The rule with what has no term, such as 0.96**(t/250), made scalars that the caller gives; and what they are.

    Raises `Refused` where such an expression depends on more than step scalars.
    """
    steps = {Name(s.name) for s in rule.scalars}
    used = {*_named(rule), *(i.name for i in rule.inputs), *(line.target.id for line in rule.body)} | TAKEN
    added: dict[str, Expr] = {}
    known: dict[Name, Expr] = {}

    def given(node: Expr) -> Expr | None:
        if readable(node):
            return None
        whole = substitute(node, known)
        if not names(whole) <= steps:
            raise Refused(
                f"{rule.name} uses {node.op if isinstance(node, Apply) else node}, which has no reading in the logic"
            )
        same = next((name for name, expr in added.items() if expr == whole), None)
        if same is None:
            same = next(name for k in count(1) if (name := f"r{k}") not in used | set(added))
            added[same] = whole
        return Name(same)

    def changed(expr: Expr) -> Expr:
        return rebuild(expr, given)

    for line in rule.body:
        known[line.target] = substitute(line.value, known)
    rule = _changed(rule, changed)
    return replace(rule, scalars=(*rule.scalars, *(Scalar(name, RANGES["real"], None) for name in added))), added


def _changed(rule: Rule, change: Callable[[Expr], Expr]) -> Rule:
    """The rule with all its expressions changed."""
    return replace(
        rule,
        body=tuple(replace(line, value=change(line.value)) for line in rule.body),
        results=tuple(map(change, rule.results)),
        next_slots=tuple(map(change, rule.next_slots)),
        notes={key: change(value) for key, value in rule.notes.items()},
    )


def fraction_power(expr: Expr, rule: Rule) -> bool:
    """Whether the expression is b**e with a number b in (0, 1) and an exponent that cannot be negative."""
    if not (isinstance(expr, Apply) and expr.op == "pow" and isinstance(expr.args[0], Number)):
        return False
    return 0 < expr.args[0].value < 1 and _never_negative(expr.args[1], rule)


def _never_negative(expr: Expr, rule: Rule) -> bool:
    if isinstance(expr, Number):
        return expr.value >= 0
    if isinstance(expr, Name):
        scalar = rule.scalar(expr.id)
        low = None if scalar is None else scalar.range.low
        return expr.id == "t" or (low is not None and low >= 0)
    return expr.op in ("add", "mul", "div") and all(_never_negative(arg, rule) for arg in expr.args)
