"""Counterexamples: models in which theory and hypotheses hold and the claim fails, by exact re-evaluation.

    refutes(theory, hyps, claim, Model({x: Fraction(1, 2)}, {"g": {(1,): 2}}))     is this model one?
    find(theory, hyps, claim)                                                     look for one
    violations(claim, n, range(1, 300), Model(families={"g": 1}))                 at which n does it fail?
    not_entailed(facts, goal)                                                     which fact does one step lack?

Whatever proposes a model, it is confirmed by `evaluate.py` alone; nothing here ever accepts a claim. Assumptions about
all integers or all reals can be checked only at some: then the refutation says "bounded", with the bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from time import monotonic
from typing import Any, NamedTuple

from adamtheory.logic import smt
from adamtheory.logic.entailment import CounterModel, not_entailed
from adamtheory.logic.evaluate import Formula, Given, Interpretation, Undecided
from adamtheory.logic.kernel import EMPTY, Theory
from adamtheory.logic.terms import Rel, Term, term

__all__ = ["CounterModel", "Formula", "Model", "Refutation", "find", "not_entailed", "refutes", "violations"]

# What is tried for a real, the smallest first; a variable of an assumption takes the values that come first.
POOL = (0, 1, -1, 2, Fraction(1, 2), -2, 3, Fraction(-1, 2), 4, Fraction(1, 4), Fraction(3, 2), 9, Fraction(1, 10), 100)
REALS = tuple(Fraction(r) for r in POOL[:8])
MOST_INSTANCES, WALK, NOISE = 2000, 150, 0.15


@dataclass(frozen=True)
class Model:
    """Values for the free variables, a meaning for the declared families, a finite probability space.

    values    variable -> int, Fraction or outcome
    families  name -> number, table (0 elsewhere), `Formula` or function, as in `evaluate.Given`
    outcomes  outcome -> probability; without it there is one outcome, called 0
    """

    values: Mapping[Term, Any] = field(default_factory=dict)
    families: Mapping[str, Given] = field(default_factory=dict)
    outcomes: Mapping[Any, int | Fraction] | None = None

    def interpretation(self, theory: Theory = EMPTY) -> Interpretation:
        """What the symbols of the theory mean in this model."""
        return Interpretation(self.families, self.outcomes, theory)

    def __str__(self) -> str:
        lines = [f"{v.args[0]} = {value}" for v, value in sorted(self.values.items(), key=lambda e: str(e[0].args))]
        lines += [line for name in sorted(self.families) for line in _words(name, self.families[name])]
        if self.outcomes:
            lines += ["outcomes: " + ", ".join(f"{o} (probability {p})" for o, p in self.outcomes.items())]
        return "\n".join(lines) or "(nothing to choose)"


def _words(name: str, given: Given) -> Iterator[str]:
    from adamtheory.logic.printing import text

    if isinstance(given, Formula):
        yield f"{text(term('app', name, 'R', *given.variables))} = {text(given.body)}"
    elif isinstance(given, Mapping):
        for args, value in sorted(given.items(), key=lambda e: _order(e[0])):
            if value or not args:
                yield f"{name}({', '.join(map(str, args))}) = {value}" if args else f"{name} = {value}"
        if () not in given:
            yield f"{name} = 0 elsewhere" if any(given.values()) else f"{name} = 0 everywhere"
    else:
        yield f"{name} = {given}" if isinstance(given, int | Fraction) else f"{name}: {given!r}"


def _order(args: tuple[Any, ...]) -> list[tuple[bool, Any, str]]:
    """Numbers by size, outcomes by name."""
    return [(not isinstance(a, int | Fraction), a if isinstance(a, int | Fraction) else 0, str(a)) for a in args]


@dataclass(frozen=True)
class Refutation:
    """A model in which the claim fails, with the values of its two sides there.

    bound   None where every assumption was checked completely; else assumptions about all integers were checked from
            -bound to bound, about all reals at a few
    """

    model: Model
    claim: Rel
    left: Any
    right: Any
    bound: int | None

    def __str__(self) -> str:
        from adamtheory.logic.printing import text

        how = "" if self.bound is None else f" (bounded, T = {self.bound})"
        lines = str(self.model).replace("\n", "\n    ")
        return f"REFUTED{how}: {text(self.claim)} fails ({self.left} against {self.right}) where\n    {lines}"


class Demand(NamedTuple):
    """A relation that must hold (or fail) for these values wherever its guards hold."""

    guards: tuple[Rel, ...]
    relation: Rel
    values: Mapping[Term, Any]
    wanted: bool

    def met(self, meaning: Interpretation, around: Mapping[Term, Any]) -> bool:
        """Whether it does, exactly; raises `Undecided`."""
        values = {**around, **self.values}
        if not all(meaning.holds(guard, values) for guard in self.guards):
            return True
        return meaning.holds(self.relation, values) is self.wanted


def _demands(
    theory: Theory, hyps: Iterable[Rel], claim: Rel, outcomes: Iterable[Any], bound: int
) -> tuple[list[Demand], bool]:
    """All that a counterexample must satisfy; whether assumptions about all numbers were cut down to some."""
    demands = [Demand((), hyp, {}, True) for hyp in hyps] + [Demand((), claim, {}, False)]
    cut = False
    some = {"Z": range(-bound, bound + 1), "R": REALS, "W": tuple(outcomes)}
    for entry in theory.entries:
        if entry[0] != "assume":
            continue
        variables, guards, relation = entry[3:]
        choices = [some[v.sort] for v in variables]
        cut = cut or any(v.sort != "W" for v in variables)
        places: Iterable[tuple[Any, ...]] = product(*choices)
        if prod(map(len, choices)) > MOST_INSTANCES:
            random = Random(0)
            places = [tuple(random.choice(c) for c in choices) for _ in range(MOST_INSTANCES)]
        demands += [Demand(guards, relation, dict(zip(variables, place, strict=True)), True) for place in places]
    return demands, cut


def refutes(theory: Theory, hyps: Iterable[Rel], claim: Rel, model: Model, bound: int = 3) -> Refutation | None:
    """The refutation that this model is, if all assumptions and hypotheses hold in it and the claim is false.

    None also where that could not be decided exactly. Limits are never refuted.
    """
    meaning = model.interpretation(theory)
    demands, cut = _demands(theory, hyps, claim, meaning.outcomes, bound)
    try:
        if not all(demand.met(meaning, model.values) for demand in demands):
            return None
        left, right = (meaning.value(side, model.values) for side in (claim.left, claim.right))
    except Undecided:
        return None
    return Refutation(model, claim, left, right, bound if cut else None)


def violations(
    claim: Rel, index: Term, places: Iterable[int], model: Model | None = None, theory: Theory = EMPTY
) -> list[int]:
    """The values of the index, among those given, at which the claim is certainly false in the model.

    Interval arithmetic decides roots and logarithms, so a failure that appears late is found where search is hopeless.
    """
    model = model or Model()
    meaning = model.interpretation(theory)
    found = []
    for place in places:
        try:
            if not meaning.holds(claim, {**model.values, index: place}):
                found.append(place)
        except Undecided:
            continue
    return found


# --- the search -------------------------------------------------------------------------------------------------------


def find(
    theory: Theory,
    hyps: Sequence[Rel],
    claim: Rel,
    given: Model | None = None,
    bound: int = 3,
    seconds: float = 5.0,
    seed: int = 0,
) -> Refutation | None:
    """Look for a counterexample: small rationals, random ones mended demand by demand, then z3 where it is installed.

    given    what is fixed beforehand: values, families, outcomes
    bound    integer variables are tried from -bound to bound, assumptions are checked there
    """
    given = given or Model()
    if claim.kind == "lim":
        return None
    begin = monotonic()
    walk = _Walk(theory, hyps, claim, given, bound, seed)
    for share, proposals in ((0.5, walk.models), (0.9, walk.by_solver), (1.0, walk.models)):
        for model in proposals(begin + share * seconds):
            found = refutes(theory, hyps, claim, model, bound)
            if found is not None:
                return found
    return None


class _Walk:
    """Random values for variables, and for families at the arguments that occur; then broken demands are mended.

    A value is drawn when the evaluator first asks for it, so only what matters is ever chosen.
    """

    def __init__(self, theory: Theory, hyps: Sequence[Rel], claim: Rel, given: Model, bound: int, seed: int) -> None:
        self.theory, self.given, self.bound, self.random = theory, given, bound, Random(seed)
        declared = [entry for entry in theory.entries if entry[0] == "declare"]
        self.results = {name: result for _, name, _, result in declared if name not in given.families}
        self.free = sorted(claim.free.union(*(h.free for h in hyps)) - set(given.values), key=lambda v: str(v.args))
        self.outcomes = dict(given.outcomes or {0: 1})
        self.demands, _ = _demands(theory, hyps, claim, self.outcomes, bound)
        self.cells: dict[Any, Any] = {}  # a variable, or (name, arguments) -> value
        self.read: set[Any] = set()
        self.reach = 4

    # values

    def draw(self, sort: str) -> Any:
        if sort == "W":
            return self.random.choice(list(self.outcomes))
        if sort == "Z":
            return self.random.choice([1, 0, 2, -1, 3, *range(-self.bound, self.bound + 1)][: max(self.reach, 2)])
        if self.random.random() < 0.02 * (self.reach - 4):
            return Fraction(self.random.randint(-20, 20), self.random.randint(1, 12))
        return Fraction(self.random.choice(POOL[: self.reach]))

    def meaning(self) -> Interpretation:
        families = {**self.given.families, **{name: self.reader(name) for name in self.results}}
        return Interpretation(families, self.outcomes, self.theory)

    def reader(self, name: str) -> Any:
        def value(*args: Any) -> Any:
            cell = (name, args)
            self.read.add(cell)
            if cell not in self.cells:
                self.cells[cell] = self.draw(self.results[name])
            return self.cells[cell]

        return value

    def values(self) -> dict[Term, Any]:
        return {**self.given.values, **{v: self.cells[v] for v in self.free}}

    def broken(self, demand: Demand) -> tuple[bool, set[Any]]:
        """Whether the demand is not met (or not decided), and the cells on which that depends."""
        sentences = (demand.relation, *demand.guards)
        free = frozenset().union(*(s.free for s in sentences)) - set(demand.values)
        self.read = {v for v in self.free if v in free}
        try:
            met = demand.met(self.meaning(), self.values())
        except Undecided:
            met = False
        return not met, self.read

    def model(self) -> Model:
        tables: dict[str, dict[tuple[Any, ...], Any]] = {name: {} for name in self.results}
        for cell, value in self.cells.items():
            if type(cell) is tuple:
                tables[cell[0]][cell[1]] = value
        return Model(self.values(), {**self.given.families, **tables}, self.given.outcomes)

    # walking

    def models(self, until: float) -> Iterator[Model]:
        while monotonic() < until:
            if self.once(until):
                yield self.model()
            if not self.free and not self.results:
                return
            self.reach = min(self.reach + 1, len(POOL))

    def once(self, until: float) -> bool:
        """One walk from fresh values; whether it ended with every demand met."""
        self.cells = {v: self.draw(v.sort) for v in self.free}
        state = [self.broken(demand) for demand in self.demands]
        for _ in range(WALK):
            wrong = [k for k, (bad, _) in enumerate(state) if bad]
            if not wrong:
                used = set(self.free).union(*(read for _, read in state))
                self.cells = {cell: value for cell, value in self.cells.items() if cell in used}
            if not wrong or monotonic() > until:
                return not wrong
            demand = self.demands[self.random.choice(wrong)]
            cells = sorted(self.broken(demand)[1], key=lambda c: str(c.args if type(c) is Term else c))
            if not cells:
                return False
            cell = self.random.choice(cells)
            old, options = self.cells[cell], self.options(demand, cell)
            changed = [k for k, (_, read) in enumerate(state) if cell in read]
            best: tuple[int, Any, dict[int, Any]] | None = None
            for option in options:
                self.cells[cell] = option
                now = {k: self.broken(self.demands[k]) for k in changed}
                score = sum(bad for bad, _ in now.values())
                if best is None or score < best[0]:
                    best = (score, option, now)
            self.cells[cell] = old
            if best is not None:
                _, self.cells[cell], now = best
                for k, entry in now.items():
                    state[k] = entry
        return False

    def options(self, demand: Demand, cell: Any) -> list[Any]:
        """New values for a cell: drawn ones, and where the two sides would meet if they were linear in it."""
        sort = cell.sort if type(cell) is Term else self.results[cell[0]]
        options = [self.draw(sort), self.draw(sort)]
        if sort != "W" and self.random.random() > NOISE:
            old = self.cells[cell]
            gaps = [self.gap(demand, cell, old + step) for step in (0, 1)]
            self.cells[cell] = old
            if None not in gaps and gaps[0] != gaps[1]:
                meet = old - gaps[0] / (gaps[1] - gaps[0])  # type: ignore[operator]
                if meet.denominator < 1000:
                    options += [meet, meet + 1, meet - 1, meet + Fraction(1, 2), meet - Fraction(1, 2)]
        if sort == "Z":
            options = [max(-self.bound, min(self.bound, int(o // 1))) for o in options]
        return [o for o in dict.fromkeys(options) if o != self.cells[cell]]

    def gap(self, demand: Demand, cell: Any, value: Any) -> Fraction | None:
        self.cells[cell] = value
        meaning, values = self.meaning(), {**self.values(), **demand.values}
        try:
            right, left = (meaning.value(side, values) for side in (demand.relation.right, demand.relation.left))
        except Undecided:
            return None
        exact = isinstance(left, int | Fraction) and isinstance(right, int | Fraction)
        return Fraction(right - left) if exact else None

    # z3

    def by_solver(self, until: float) -> Iterator[Model]:
        """Models that z3 proposes for the demands, sums and recursions written out, integers tried one by one."""
        if smt.solver() is None:
            return
        signatures = {name: signature for name, signature in self.theory.names if signature is not None}
        whole: list[Any] = [v for v in self.free if v.sort != "R"]
        whole += [(name, ()) for name in self.results if signatures[name] == ("Z", ())]
        meaning = Interpretation(self.given.families, self.outcomes, self.theory)
        ranges = [list(self.outcomes) if type(c) is Term and c.sort == "W" else range(self.bound + 1) for c in whole]
        for place in product(*ranges):
            if monotonic() > until:
                return
            fixed = dict(zip(whole, place, strict=True))
            cells = smt.cells(meaning, self.demands, {**self.given.values, **fixed}, max(0.5, until - monotonic()))
            if cells is not None:
                self.cells = {v: Fraction(0) for v in self.free} | cells
                yield self.model()
