"""The step part and the coordinate part of a rule, found in its text.

A slot is *shared* when its update reads only step scalars, totals over the coordinates and other shared slots: it is
the same for every coordinate, so it is kept once and updated once a step. Each `total` ends a stage: what follows
needs a pass over all coordinates first. The engine draws the same line through the joined program of a whole run,
where even more is shared (with linear losses the gradient itself).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Assignment, Expr, Name

PER_COORDINATE = ("coordinate", "row", "uniform")


@dataclass(frozen=True)
class Split:
    """The parts of a rule.

    shared       slots that are the same for every coordinate;  coordinate: the others
    step         lines whose value is the same for every coordinate;  each: the lines computed for each coordinate
    stages       passes over the coordinates: one more than the deepest chain of totals
    """

    shared: tuple[str, ...]
    coordinate: tuple[str, ...]
    step: tuple[Assignment, ...]
    each: tuple[Assignment, ...]
    stages: int


def split(rule: Rule) -> Split:
    """Find the largest set of shared slots: assume that all are, and drop those whose update contradicts it."""
    shared = {s.name for s in rule.slots}
    while True:
        varies = _varying_names(rule, shared)
        news = zip(rule.slots, rule.next_slots, strict=True)
        kept = {s.name for s, e in news if s.name in shared and not _varies(e, varies)}
        if kept == shared:
            break
        shared = kept
    names = tuple(s.name for s in rule.slots)
    return Split(
        tuple(n for n in names if n in shared),
        tuple(n for n in names if n not in shared),
        tuple(a for a in rule.body if not varies[a.target]),
        tuple(a for a in rule.body if varies[a.target]),
        1 + _deepest(rule),
    )


def varying(rule: Rule, expr: Expr) -> bool:
    """Whether an expression in the rule's names differs between coordinates; other names do not."""
    varies = _varying_names(rule, set(split(rule).shared))
    return _varies(expr, defaultdict(bool, varies))


def _varying_names(rule: Rule, shared: set[str]) -> dict[Name, bool]:
    varies = {Name(i.name): i.kind in PER_COORDINATE for i in rule.inputs}
    varies |= {Name(s.name): s.name not in shared for s in rule.slots}
    varies |= {Name(s.name): False for s in rule.scalars}
    for line in rule.body:
        varies[line.target] = _varies(line.value, varies)
    return varies


def _varies(expr: Expr, varies: Mapping[Name, bool]) -> bool:
    if isinstance(expr, Name):
        return varies[expr]
    return isinstance(expr, Apply) and expr.op != "total" and any(_varies(a, varies) for a in expr.args)


def _deepest(rule: Rule) -> int:
    """The longest chain of totals, each of which needs the one before."""
    depth: dict[Name, int] = {}

    def of(expr: Expr) -> int:
        if isinstance(expr, Name):
            return depth.get(expr, 0)
        if not isinstance(expr, Apply):
            return 0
        return max(of(a) for a in expr.args) + (expr.op == "total")

    for line in rule.body:
        depth[line.target] = of(line.value)
    return max((of(e) for e in (*(a.value for a in rule.body), *rule.results, *rule.next_slots)), default=0)
