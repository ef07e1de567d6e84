"""The symbols of a rule's names: which letter, which hat, which time index.

x_t is the iterate at which g_t is taken, and a step leads to x_{t+1}. A slot `m` is m_{t-1} as an argument and m_t as
the new state. Where a name is assigned more than once, the values in between carry primes.
Two different values of a rule never share a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from adamtheory.language.rule import SUPPLIED, Rule
from adamtheory.language.tree import Apply, Expr, Name, names

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
}  # fmt: skip
WHOLE = {"lr": r"\alpha", "eps": r"\epsilon", "lam": r"\lambda", "weight_decay": r"\lambda"}
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
ABOVE = {"max": r"\max", "min": r"\min", "star": r"\ast"}
RESERVED = {"i", "t"}  # the index of a coordinate, the index of a step


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter with what stands above and below it; `time` is empty for what is the same at every step."""

    plain: str
    letter: str
    above: str = ""
    below: str = ""
    time: str = ""
    primes: int = 0
    coordinate: bool = False

    def in_plain(self) -> str:
        """`m_hat'[t-1]`: the name as the rule writes it, primes, time index."""
        return self.plain + "'" * self.primes + (f"[{self.time}]" if self.time else "")

    def in_latex(self, summed: bool = False) -> str:
        """`\\hat m_{t-1}`; inside a sum over coordinates a value per coordinate carries the index i."""
        index = "i" if summed and self.coordinate else ""
        below = ",".join(part for part in (self.below, self.time, index) if part)
        above = self.above + r"\prime" * self.primes
        return self.letter + _attached("^", above) + _attached("_", below)


def _attached(mark: str, text: str) -> str:
    return mark + (text if len(text) == 1 else f"{{{text}}}") if text else ""


def letter(name: str) -> tuple[str, str, str]:
    r"""Letter, superscript and subscript of a name: `v_max` is v, \max and nothing; `beta1` is \beta, nothing and 1."""
    if name in WHOLE or name == "t":
        return WHOLE.get(name, name), "", ""
    head, *tails = name.split("_")
    found = re.fullmatch(r"([A-Za-z]+?)(\d*)", head)
    if not found or name in RESERVED:
        return _upright(name), "", ""
    base, digits = found.groups()
    core = f"\\{base}" if base in GREEK else base if len(base) == 1 else _upright(base)
    above, below = "", [digits] if digits else []
    for tail in tails:
        if tail in ACCENTS:
            core = f"{ACCENTS[tail]}{{{core}}}" if "{" in core or len(core) > 1 else f"{ACCENTS[tail]} {core}"
        elif tail in ABOVE and not above:
            above = ABOVE[tail]
        else:
            plain = tail.isdigit() or (len(tail) == 1 and tail not in RESERVED)
            below.append(tail if plain else _upright(tail))
    return core, above, ",".join(below)


def _upright(text: str) -> str:
    return rf"\mathrm{{{text.replace('_', chr(92) + '_')}}}"


def symbols(rule: Rule) -> Mapping[Name, Symbol]:
    """The symbol of every argument and every assigned value of a rule, no two alike."""
    changing, spread = _dependent(rule, _steps(rule), names), _dependent(rule, _coordinates(rule), _outside_totals)
    letters: dict[str, tuple[str, str, str]] = {}
    for value in _values(rule):
        if value.id not in letters:
            proposed = letter(value.id)
            taken = proposed in letters.values()
            letters[value.id] = (_upright(value.id), "", "") if taken else proposed
    found = {}
    for value in _values(rule):
        core, above, below = letters[value.id]
        symbol = Symbol(value.id, core, above, below, coordinate=value in spread)
        found[value] = replace(
            symbol, time=_time(rule, value) if value in changing else "", primes=_primes(rule, value)
        )
    return found


def new_state(slot: str, known: Mapping[Name, Symbol]) -> Symbol:
    """The symbol of a slot's new value."""
    return replace(known[Name(slot)], time="t", primes=0)


def _arguments(rule: Rule) -> list[str]:
    return [*(i.name for i in rule.inputs), *(s.name for s in rule.slots), *(s.name for s in rule.scalars)]


def _values(rule: Rule) -> Iterator[Name]:
    yield from (Name(name) for name in _arguments(rule))
    for statement in rule.body:
        yield statement.target


def last_version(rule: Rule, name: str) -> int:
    """How often the rule assigns to a name."""
    return sum(statement.target.id == name for statement in rule.body)


def is_new_state(rule: Rule, value: Name) -> bool:
    """Whether the value is, as it stands, the new state of the slot of its own name."""
    ends = zip(rule.slots, rule.next_slots, strict=True)
    return value.version > 0 and any(slot.name == value.id and end == value for slot, end in ends)


def _time(rule: Rule, value: Name) -> str:
    if value.version == 0 and value.id in {slot.name for slot in rule.slots}:
        return "t-1"
    return "" if value == Name("t") else "t"


def _primes(rule: Rule, value: Name) -> int:
    """None for an argument, for the new state of a slot, and for the last value of any other name."""
    if value.version == 0 or is_new_state(rule, value):
        return 0
    if value.id in _arguments(rule):
        return value.version
    return 0 if value.version == last_version(rule, value.id) else value.version


def _steps(rule: Rule) -> set[Name]:
    """The arguments that differ from step to step."""
    varying = {Name(slot.name) for slot in rule.slots} | {Name(s.name) for s in rule.scalars if s.name in SUPPLIED}
    if rule.kind in ("rule", "loss", "schedule"):
        varying |= {Name(declared.name) for declared in rule.inputs}
    if rule.kind == "rule" and rule.scalar("eta") is None:
        varying.add(Name("lr"))  # the value of the schedule at this step
    return varying


def _coordinates(rule: Rule) -> set[Name]:
    """The arguments that differ from coordinate to coordinate, whatever the slots turn out to be."""
    return {Name(declared.name) for declared in rule.inputs if declared.kind in ("coordinate", "row")}


def _dependent(rule: Rule, seeds: set[Name], reads: Callable[[Expr], set[Name]]) -> set[Name]:
    """All values that depend on the seeds, through the body and, over the steps, through the slots."""
    reached, size = set(seeds), -1
    while size != len(reached):
        size = len(reached)
        for statement in rule.body:
            if reads(statement.value) & reached:
                reached.add(statement.target)
        for slot, end in zip(rule.slots, rule.next_slots, strict=True):
            if reads(end) & reached:
                reached.add(Name(slot.name))
    return reached


def _outside_totals(expr: Expr) -> set[Name]:
    """The variables that an expression reads, but not those that only enter a sum over coordinates."""
    if isinstance(expr, Apply):
        if expr.op == "total":
            return set()
        return set().union(*(_outside_totals(arg) for arg in expr.args))
    return names(expr)
