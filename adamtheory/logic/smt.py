"""z3, where it is installed, as a proposer of models. Its models are checked elsewhere; its word is never taken.

(One exception that costs nothing: where it finds that conditions have no solution, the search for one ends early.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from typing import Any

from adamtheory.logic.evaluate import RATIONAL, Formula, Interpretation, Undecided
from adamtheory.logic.polynomials import atoms, sort_key
from adamtheory.logic.terms import Poly, Rel, Term


def solver() -> Any:
    """The module, or None."""
    try:
        return import_module("z3")
    except ImportError:
        return None


def point(conditions: Sequence[tuple[str, Poly]], seconds: float) -> Mapping[Any, Fraction] | str | None:
    """Values (perhaps rounded) that satisfy polynomial conditions; "none" if there are none; None where unknown."""
    z3 = solver()
    if z3 is None:
        return None
    occurring = sorted(set().union(*(atoms(poly) for _, poly in conditions)), key=sort_key)
    names = {a: z3.Real(f"a{k}") for k, a in enumerate(occurring)}
    asked = z3.SolverFor("QF_NRA")
    asked.set("timeout", int(seconds * 1000))
    for kind, poly in conditions:
        value: Any = z3.RealVal(0)
        for monomial, c in sorted(poly, key=sort_key):
            product: Any = z3.Q(c.numerator, c.denominator)
            for atom, exponent in sorted(monomial, key=sort_key):
                for _ in range(exponent):
                    product = product * names[atom]
            value = value + product
        asked.add({"eq": value == 0, "le": value >= 0, "lt": value > 0}[kind])
    answer = asked.check()
    if answer == z3.unsat:
        return "none"
    if answer != z3.sat:
        return None
    model = asked.model()
    return {a: number(model.eval(name, model_completion=True)) for a, name in names.items()}


def number(value: Any) -> Fraction:
    """A rational number of z3, or a rational near an algebraic one."""
    exact = value if hasattr(value, "numerator_as_long") else value.approx(30)
    return Fraction(exact.numerator_as_long(), exact.denominator_as_long())


# --- sentences with sums, means and recursions written out ------------------------------------------------------------


def cells(meaning: Interpretation, demands: Iterable[Any], fixed: Mapping[Any, Any], seconds: float) -> Any:
    """Values (perhaps rounded) of real variables and of families at the arguments that occur; None where none is found.

    demands   (guards, relation, values, wanted): the relation holds, or fails if not wanted, wherever the guards hold
    fixed     what is chosen beforehand: all integer and outcome variables, all integers that bound a sum
    """
    z3 = solver()
    if z3 is None:
        return None
    written = _Written(z3, meaning, fixed)
    asked = z3.Solver()
    asked.set("timeout", int(seconds * 1000))
    try:
        for guards, relation, values, wanted in demands:
            env = {**{v: c for v, c in fixed.items() if type(v) is Term}, **values}
            claim = written.relation(relation, env)
            asked.add(z3.Implies(z3.And(*(written.relation(g, env) for g in guards)), claim == wanted))
    except Undecided:
        return None
    asked.add(*written.side)
    if asked.check() != z3.sat:
        return None
    model = asked.model()
    found = {cell: number(model.eval(name, model_completion=True)) for cell, name in written.cells.items()}
    return {**fixed, **found}


class _Written:
    """Terms as expressions of z3, with new reals for roots, inverses, logarithms and families."""

    def __init__(self, z3: Any, meaning: Interpretation, fixed: Mapping[Any, Any]) -> None:
        self.z3, self.meaning, self.fixed = z3, meaning, fixed
        self.cells: dict[Any, Any] = {}
        self.side: list[Any] = []
        self.memo: dict[Any, Any] = {}
        self.rows: dict[Any, list[tuple[Any, ...]]] = {}

    def relation(self, claim: Rel, env: Mapping[Term, Any]) -> Any:
        left, right = (self.lifted(self.value(side, env)) for side in (claim.left, claim.right))
        return {"le": left <= right, "lt": left < right, "eq": left == right}[claim.kind]

    def lifted(self, value: Any) -> Any:
        return self.z3.Q(value.numerator, value.denominator) if isinstance(value, RATIONAL) else value

    def value(self, t: Term, env: Mapping[Term, Any]) -> Any:
        """A rational, an outcome, or an expression."""
        if t.op == "num":
            return t.args[0] if t.args[1] == 1 else Fraction(*t.args)
        if t.op == "var":
            return env[t] if t in env else self.cell(t, t.sort)
        place = (t, *(self.name(env.get(v)) for v in t.free))
        if place not in self.memo:
            self.memo[place] = self.made(t, env)
        return self.memo[place]

    def name(self, value: Any) -> Any:
        """What tells values apart: expressions of z3 do not compare as Python objects do."""
        return ("expression", value.get_id()) if self.z3.is_expr(value) else value

    def cell(self, cell: Any, sort: str) -> Any:
        if cell not in self.cells:
            make = self.z3.Int if sort == "Z" else self.z3.Real
            self.cells[cell] = make(f"c{len(self.cells)}")
        return self.cells[cell]

    def made(self, t: Term, env: Mapping[Term, Any]) -> Any:
        if t.op == "sum":
            index, low, high, body = t.args
            places = range(self.whole(self.value(low, env)), self.whole(self.value(high, env)) + 1)
            return self.added(self.value(body, {**env, index: i}) for i in places)
        if t.op == "mean":
            outcome, body = t.args
            chances = self.meaning.outcomes.items()
            return self.added(self.times(p, self.value(body, {**env, outcome: o})) for o, p in chances)
        parts = [self.value(a, env) for a in t.args if type(a) is Term]
        if t.op == "app":
            return self.applied(t.args[0], t.args[1], parts)
        if t.op == "pow":
            return self.raised(parts[0], t.args[1])
        if t.op == "power":
            n = self.whole(parts[1])
            return self.raised(parts[0] if n >= 0 else self.inverse(parts[0]), abs(n))
        if t.op == "add":
            return self.added(parts)
        if t.op == "mul":
            return self.times(*parts)
        if t.op == "max":
            a, b = map(self.lifted, parts)
            return self.z3.If(a <= b, b, a)
        return {"inv": self.inverse, "sqrt": self.root, "log": self.logarithm}[t.op](parts[0])

    def whole(self, value: Any) -> int:
        if isinstance(value, RATIONAL):
            return int(value)
        raise Undecided("an unknown integer bounds a sum, a power or a recursion")

    def added(self, parts: Iterable[Any]) -> Any:
        total: Any = 0
        for part in parts:
            plain = isinstance(total, RATIONAL) and isinstance(part, RATIONAL)
            total = total + part if plain else self.lifted(total) + self.lifted(part)
        return total

    def times(self, a: Any, b: Any) -> Any:
        return a * b if isinstance(a, RATIONAL) and isinstance(b, RATIONAL) else self.lifted(a) * self.lifted(b)

    def raised(self, base: Any, exponent: int) -> Any:
        result: Any = 1
        for _ in range(exponent):
            result = self.times(result, base)
        return result

    def inverse(self, a: Any) -> Any:
        if isinstance(a, RATIONAL):
            return 1 / Fraction(a) if a else 0
        r = self.z3.FreshReal()
        self.side.append(self.z3.If(a == 0, r == 0, a * r == 1))
        return r

    def root(self, a: Any) -> Any:
        a, r = self.lifted(a), self.z3.FreshReal()
        self.side.append(self.z3.If(a >= 0, self.z3.And(r >= 0, r * r == a), r == 0))
        return r

    def logarithm(self, a: Any) -> Any:
        # Free between two bounds: what z3 makes of it is checked with the true logarithm.
        a, r = self.lifted(a), self.z3.FreshReal()
        self.side.append(self.z3.If(a > 0, self.z3.And(r <= a - 1, a * r >= a - 1), r == 0))
        return r

    def applied(self, name: str, sort: str, args: list[Any]) -> Any:
        if name in self.meaning.definitions:
            entry, j = self.meaning.definitions[name]
            return self.defined(entry, args[:-1], self.whole(args[-1]))[j]
        given = self.meaning.families.get(name)
        if isinstance(given, Formula):
            return self.value(given.body, dict(zip(given.variables, args, strict=True)))
        if isinstance(given, RATIONAL):
            return given
        if any(self.z3.is_expr(a) for a in args):
            raise Undecided("a family at an unknown number")
        if given is not None:
            return given.get(tuple(args), 0) if isinstance(given, Mapping) else given(*args)
        cell = (name, tuple(args))
        return self.fixed[cell] if cell in self.fixed else self.cell(cell, sort)

    def defined(self, entry: Any, parameters: list[Any], n: int) -> tuple[Any, ...]:
        _, names, variables, index, previous, inits, steps = entry
        if n < 0:
            return (0,) * len(names)
        env = dict(zip(variables, parameters, strict=True))
        rows = self.rows.setdefault((names, tuple(map(self.name, parameters))), [])
        if not rows:
            rows.append(tuple(self.value(init, env) for init in inits))
        while len(rows) <= n:
            now = {**env, index: len(rows) - 1, **dict(zip(previous, rows[-1], strict=True))}
            rows.append(tuple(self.value(step, now) for step in steps))
        return rows[n]
