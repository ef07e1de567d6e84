"""One step of a proof: do the cited facts entail the goal? If not, values of the atoms that show it.

A certificate combines facts as polynomials in the atoms of the normal form: roots, inverses, maxima, sums, families.
To it each atom is a free real number, whatever stands inside. So a step fails for want of a fact exactly where the
atoms can take values that satisfy all facts and break the goal. Such values are sought here and then checked exactly:
rational ones, or sums of few square roots. They tell which fact is missing, not that the goal is false.

    print(not_entailed([0 <= x], x <= sqrt(x)))      NOT ENTAILED: x = 2, sqrt(x) = 1, ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from time import monotonic
from typing import Any

from adamtheory.logic import smt
from adamtheory.logic.evaluate import (
    BITS,
    Number,
    Roots,
    Undecided,
    add,
    ball,
    inverse,
    multiply,
    negative,
    nonnegative,
    positive,
    raised,
    root,
    zero,
)
from adamtheory.logic.polynomials import atoms, sort_key, term_of_atom
from adamtheory.logic.terms import ONE, Poly, Refused, Rel, difference, normal, plus, times
from adamtheory.logic.terms import negative as minus

# A condition on the atoms: a polynomial that is 0 ("eq"), not negative ("le"), or positive ("lt").
Condition = tuple[str, Poly]

POOL = (0, 1, -1, 2, Fraction(1, 2), 3, -2, 4, Fraction(1, 4), Fraction(3, 2), Fraction(-1, 2), 10, Fraction(5, 4))
DENOMINATORS = (1, 2, 4, 12, 60, 1000, 10**6)
MARGINS = (1.0, 0.1, 0.01, 0.0)
SAMPLES, STARTS, CLOSE = 150, 60, 1e-7


@dataclass(frozen=True)
class CounterModel:
    """Values of the atoms with which all facts hold and the goal does not.

    values   atom -> a rational, or a sum of square roots
    natural  whether roots, inverses and maxima have their true values: then the missing fact is about something else
    hints    true facts, by name, that the values break: one of them is missing
    """

    facts: tuple[Rel, ...]
    goal: Rel
    values: Mapping[Any, Number]
    natural: bool
    hints: tuple[str, ...]

    def __str__(self) -> str:
        from adamtheory.logic.printing import text

        left, right = (shown(at(normal(side), self.values)) for side in (self.goal.left, self.goal.right))
        lines = [f"NOT ENTAILED by the facts cited: {text(self.goal)} fails ({left} against {right}) where"]
        lines += [f"    {text(term_of_atom(a))} = {shown(self.values[a])}" for a in sorted(self.values, key=sort_key)]
        lines += [f"  missing perhaps: {hint}" for hint in self.hints]
        if self.natural:
            lines += [
                "  (roots, inverses and maxima have their true values here: citing more about them does not help)"
            ]
        return "\n".join(lines)


def shown(value: Number) -> str:
    """An exact number as text."""
    if isinstance(value, Roots):
        roots = [(f"sqrt({d})" if d > 1 else "", c) for d, c in sorted(value.parts.items())]
        parts = [r if r and c == 1 else f"{c}*{r}" if r else str(c) for r, c in roots]
        return " + ".join(parts).replace("+ -", "- ")
    return str(value) if isinstance(value, int | Fraction) else str(ball(value))


def at(poly: Poly, values: Mapping[Any, Number]) -> Number:
    """The value of a polynomial; an atom without a value counts as 0 (its multiples have cancelled elsewhere)."""
    total: Number = 0
    for monomial, coefficient in poly:
        product: Number = coefficient
        for atom, exponent in monomial:
            product = multiply(product, raised(values.get(atom, 0), exponent))
        total = add(total, product)
    return total


def not_entailed(facts: Sequence[Rel], goal: Rel, seconds: float = 3.0, seed: int = 0) -> CounterModel | None:
    """Values of the atoms, as free reals, that satisfy the facts and break the goal; None where none were found.

    Values with true roots, inverses and maxima are tried first, since they say more; then any values.
    """
    from flint import ctx

    cited = [(fact.kind, difference(fact)) for fact in facts if fact.kind != "lim"]
    wrong = difference(goal)
    broken = {
        "le": [("lt", minus(wrong))],
        "lt": [("le", minus(wrong))],
        "eq": [("lt", wrong), ("lt", minus(wrong))],
        "lim": [],
    }[goal.kind]
    truths = _truths(set().union(*(atoms(poly) for _, poly in cited), atoms(wrong)))
    begin = monotonic()
    with ctx.workprec(BITS[1]):
        for share, extra in ((0.4, truths), (1.0, [])) if truths else ((1.0, []),):
            for k, one in enumerate(broken):
                until = begin + seconds * share * (k + 1) / len(broken)
                values = _Search([*cited, *extra, one], seed).run(until)
                if values is not None:
                    return CounterModel(tuple(facts), goal, values, bool(extra), tuple(_hints(values)))
    return None


# --- what is true of roots, inverses and maxima, though a certificate does not know it --------------------------------


def _truths(occurring: set[Any]) -> list[Condition]:
    """Conditions that these atoms, and those inside them, satisfy wherever roots and inverses are defined."""
    found: list[Condition] = []
    queue, seen = sorted(occurring, key=sort_key), set(occurring)
    for atom in queue:
        inner = _inner(atom)
        this = normal(term_of_atom(atom))
        if atom[0] == "sqrt":
            found += [("le", this), ("eq", plus(times(this, this), minus(inner[0])))]
        elif atom[0] == "inv":
            found += [("eq", plus(times(this, inner[0]), minus(ONE)))]
        elif atom[0] == "max":
            above = [plus(this, minus(p)) for p in inner]
            found += [*(("le", p) for p in above), ("eq", times(above[0], above[-1]))]
        new = set().union(*(atoms(p) for p in inner)) - seen
        seen |= new
        queue += sorted(new, key=sort_key)
    return found


def _inner(atom: Any) -> list[Poly]:
    return sorted(atom[1], key=sort_key) if atom[0] == "max" else [atom[1]] if atom[0] in ("sqrt", "inv") else []


def _hints(values: Mapping[Any, Number]) -> Iterator[str]:
    from adamtheory.logic.printing import text

    for atom in sorted(values, key=sort_key):
        value, written, inner = values[atom], text(term_of_atom(atom)), _inner(atom)
        if term_of_atom(atom).sort == "Z" and not (isinstance(value, int | Fraction) and value.denominator == 1):
            yield f"integers, since {written} is one"
        if atom[0] == "sqrt" and not nonnegative(value):
            yield f"sqrt_nonneg, for 0 <= {written}"
        parts = [at(p, values) for p in inner if atoms(p) <= set(values)]
        if atom[0] == "max" and not all(nonnegative(add(value, negative(p))) for p in parts):
            yield f"max_left, for {written}"
        elif len(parts) < len(inner) or not inner:
            continue
        elif atom[0] == "sqrt" and nonnegative(parts[0]) and not _equal(multiply(value, value), parts[0]):
            yield f"sqrt_square, for the square of {written}"
        elif atom[0] == "inv" and not zero(parts[0]) and not _equal(multiply(value, parts[0]), 1):
            yield f"inverse, for {written}"
        elif atom[0] == "max" and not any(_equal(value, p) for p in parts):
            yield f"max_right, in two cases, for {written}"


def _equal(a: Number, b: Number) -> bool:
    return zero(add(a, negative(b)))


# --- the search -------------------------------------------------------------------------------------------------------


class _Search:
    """Looks for a point that satisfies conditions: samples, then least squares, then z3, each made exact."""

    def __init__(self, conditions: Sequence[Condition], seed: int) -> None:
        known = {poly for kind, poly in conditions if kind == "le"}
        # What holds in both directions is an equation, which is solved and not met by chance.
        self.conditions = [("eq" if k == "le" and minus(p) in known else k, p) for k, p in conditions]
        self.atoms = sorted(set().union(*(atoms(p) for _, p in conditions)), key=sort_key)
        self.random = Random(seed)

    def run(self, until: float) -> dict[Any, Number] | None:
        solved = _triangular([p for k, p in self.conditions if k == "eq"])
        for n in range(SAMPLES):
            # The first values of the pool first: a small model is read more easily.
            reach = 3 + n * (len(POOL) - 3) // SAMPLES
            guess = {a: Fraction(self.random.choice(POOL[: reach + 1])) for a in self.atoms}
            found = self.exact(guess, solved, 1000)
            if found is not None or monotonic() > until:
                return found
        answer = smt.point(self.conditions, max(0.5, (until - monotonic()) / 2))
        if answer == "none":
            return None
        if isinstance(answer, dict):
            found = self.rounded(answer)
            if found is not None:
                return found
        for _ in range(STARTS):
            if monotonic() > until:
                break
            near = self.least_squares()
            found = self.rounded(near) if near else None
            if found is not None:
                return found
        return None

    def rounded(self, guess: Mapping[Any, Fraction]) -> dict[Any, Number] | None:
        """An exact point near an approximate one; conditions that are tight there are taken as equations."""
        tight = [p for k, p in self.conditions if k == "eq" or (k == "le" and abs(float(_rational(p, guess))) < CLOSE)]
        for equations in (tight, [p for k, p in self.conditions if k == "eq"]):
            solved = _triangular(equations)
            for denominator in DENOMINATORS:
                found = self.exact(guess, solved, denominator)
                if found is not None:
                    return found
        return None

    def exact(
        self, guess: Mapping[Any, Fraction], solved: list[tuple[Any, list[Poly]]], denominator: int
    ) -> dict[Any, Number] | None:
        """The guess with small denominators, and with the solved atoms computed; None where a condition fails."""
        chosen = {atom for atom, _ in solved}
        values: dict[Any, Number] = {a: guess[a].limit_denominator(denominator) for a in self.atoms if a not in chosen}
        near = {a: guess[a].limit_denominator(denominator) for a in chosen}
        try:
            for atom, coefficients in reversed(solved):
                value = _solution([at(c, {**near, **values}) for c in coefficients], near[atom])
                if value is None:
                    return None
                values[atom] = value
            return values if all(_satisfied(k, at(p, values)) for k, p in self.conditions) else None
        except Undecided:
            return None

    def least_squares(self) -> dict[Any, Fraction] | None:
        """An approximate point, from a random start; inequalities are asked for with a random margin."""
        import numpy as np
        from scipy.optimize import least_squares

        if not self.atoms:
            return None
        place = {a: i for i, a in enumerate(self.atoms)}
        rows, coefficients, exponents = [], [], []
        for row, (_, poly) in enumerate(self.conditions):
            largest = max((abs(c) for _, c in poly), default=Fraction(1))
            for monomial, c in sorted(poly, key=sort_key):
                rows.append(row)
                coefficients.append(float(c / largest))
                powers = [0] * len(self.atoms)
                for atom, e in monomial:
                    powers[place[atom]] = e
                exponents.append(powers)
        shape, scale = np.array(exponents, dtype=float).reshape(-1, len(self.atoms)), np.array(coefficients)
        where, margin = np.array(rows, dtype=int), self.random.choice(MARGINS)
        equations = np.array([k == "eq" for k, _ in self.conditions])

        def values(x: Any, powers: Any, factors: Any) -> Any:
            return np.bincount(where, factors * np.prod(x[None, :] ** powers, axis=1), minlength=len(self.conditions))

        def miss(x: Any) -> Any:
            v = values(x, shape, scale)
            return np.where(equations, v, np.maximum(0.0, margin - v))

        def slope(x: Any) -> Any:
            v = values(x, shape, scale)
            columns = []
            for i in range(len(self.atoms)):
                lower = shape.copy()
                lower[:, i] = np.maximum(0.0, lower[:, i] - 1)
                columns.append(values(x, lower, scale * shape[:, i]))
            sign = np.where(equations, 1.0, np.where(margin - v > 0, -1.0, 0.0))
            return np.stack(columns, axis=1) * sign[:, None]

        spread = self.random.choice((1.0, 3.0, 10.0))
        start = np.array([self.random.gauss(0, spread) for _ in self.atoms])
        with np.errstate(all="ignore"):
            try:
                result = least_squares(miss, start, slope, max_nfev=80)
            except ValueError:  # a value beyond the range of floats
                return None
        if not np.all(np.isfinite(result.x)) or np.max(np.abs(result.fun), initial=0.0) > max(CLOSE, margin / 2):
            return None
        return {a: Fraction(float(x)) for a, x in zip(self.atoms, result.x, strict=True)}


def _rational(poly: Poly, values: Mapping[Any, Fraction]) -> Fraction:
    total = Fraction(0)
    for monomial, product in poly:
        for atom, exponent in monomial:
            product = product * values[atom] ** exponent
        total += product
    return total


def _satisfied(kind: str, value: Number) -> bool:
    return {"eq": zero, "le": nonnegative, "lt": positive}[kind](value)


def _solution(coefficients: list[Number], near: Fraction) -> Number | None:
    """A root of the polynomial with these coefficients, constant first: the one nearest to a number, if exact."""
    while coefficients and zero(coefficients[-1]):
        coefficients = coefficients[:-1]
    if len(coefficients) > 3 or not coefficients:
        return near  # whatever the polynomial is, the caller checks it
    if len(coefficients) == 1:
        return None
    if len(coefficients) == 2:
        return negative(multiply(coefficients[0], inverse(coefficients[1])))
    c, b, a = coefficients
    discriminant = add(multiply(b, b), multiply(-4, multiply(a, c)))
    if not nonnegative(discriminant):
        return None
    half, middle = inverse(multiply(2, a)), negative(b)
    ends = [multiply(half, add(middle, multiply(sign, root(discriminant)))) for sign in (1, -1)]
    return min(ends, key=lambda end: abs(float(ball(end)) - float(near)))


def _triangular(equations: Sequence[Poly]) -> list[tuple[Any, list[Poly]]]:
    """Atoms to be computed, the last first, each with the coefficients of an equation that gives it from the others."""
    solved: list[tuple[Any, list[Poly]]] = []
    rest = [e for e in equations if e]
    while rest:
        chosen = {atom for atom, _ in solved}
        options = [
            (len(c) - 1, atoms(c[-1]) != set(), len(c[-1]), len(e), sort_key(e), sort_key(a), e, a, c)
            for e in rest
            for a in atoms(e) - chosen
            for c in [_by_powers(e, a)]
        ]
        if not options:
            break
        *_, equation, atom, coefficients = min(options, key=lambda option: option[:6])
        solved.append((atom, coefficients))
        rest.remove(equation)
        if len(coefficients) == 2:
            rest = [r for r in (_replaced(e, atom, coefficients) for e in rest) if r]
    return solved


def _by_powers(poly: Poly, atom: Any) -> list[Poly]:
    found: dict[int, list[tuple[Any, Fraction]]] = {}
    for monomial, c in poly:
        exponent = dict(monomial).get(atom, 0)
        found.setdefault(exponent, []).append((monomial - {(atom, exponent)}, c))
    return [frozenset(found.get(k, ())) for k in range(max(found, default=0) + 1)]


def _replaced(poly: Poly, atom: Any, line: list[Poly]) -> Poly:
    """The polynomial with -line[0] / line[1] for the atom, times a power of line[1]."""
    parts = _by_powers(poly, atom)
    try:
        total: Poly = frozenset()
        for k, part in enumerate(parts):
            for factor in [minus(line[0])] * k + [line[1]] * (len(parts) - 1 - k):
                part = times(part, factor)
            total = plus(total, part)
        return total
    except Refused:
        return frozenset()  # too large to go on with; the point is checked in the end
