"""Finds certificates: the cited facts and products of them, combined by a linear program, solved again in rationals.

Nothing here is trusted. A candidate is a nonnegative combination of products of cited inequalities (times a square that
the caller names) plus multiples of cited equations; HiGHS finds which columns are needed, exact linear algebra over the
rationals finds the coefficients, and the kernel expands and compares. What is not found is `NotFound`, which proves
nothing: cite the missing fact, name a square, prove a positive weight as a step of its own, or split the step.

    certify(theory, 0 <= x*y, [x_nonneg, y_nonneg])
    certify(theory, 2*x*y <= x*x + y*y, [], squares=[x - y])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.polynomials import sort_key, term_of_poly
from adamtheory.logic.terms import ONE, Poly, Refused, Rel, Term, difference, key, negative, normal, plus, times

MOST_COLUMNS = 20_000
SMALL = 1e-9  # below this a coefficient of the linear program counts as zero; the exact solution decides


class NotFound(Refused):
    """No certificate was found within the limits; `facts` and `goal` say what was tried."""

    def __init__(self, goal: Rel, facts: Sequence[Theorem], reason: str) -> None:
        from adamtheory.logic.printing import text

        cited = "\n".join(f"    {text(fact.claim)}" for fact in facts) or "    (nothing)"
        super().__init__(f"no certificate found ({reason}) for\n    {text(goal)}\nfrom\n{cited}")
        self.goal, self.facts, self.reason = goal, tuple(facts), reason


@dataclass(frozen=True)
class Column:
    """A polynomial that may be used: a product (`positions`, `square`), a multiple of an equation, or a weight."""

    poly: Poly
    positions: tuple[int, ...] = ()
    square: Term | None = None
    equation: int | None = None
    multiplier: Poly = ONE
    weight: bool = False
    strict: bool = False

    @property
    def free(self) -> bool:
        """Whether its coefficient may have any sign."""
        return self.equation is not None


@dataclass
class Problem:
    """What is cited, as differences, and what is wanted."""

    goal: Rel
    facts: list[Theorem]
    squares: list[Term | None]
    degree: int
    weights: list[tuple[int, ...]]
    rounds: int
    differences: list[Poly] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.differences = [difference(fact.claim) for fact in self.facts]

    def kind(self, position: int) -> str:
        """The kind of a cited relation."""
        return str(self.facts[position].claim.kind)

    def product(self, positions: Sequence[int]) -> Poly:
        """The product of the differences of some facts."""
        result = ONE
        for position in positions:
            result = times(result, self.differences[position])
        return result


def certify(
    theory: Theory,
    goal: Rel,
    facts: Sequence[Theorem] = (),
    squares: Sequence[Any] = (),
    degree: int = 2,
    weights: Sequence[Sequence[Theorem]] = (),
    rounds: int | None = None,
) -> Theorem:
    """Prove the goal from the cited theorems by one certificate.

    facts    theorems whose claims are relations; every one multiplies the number of columns, so cite what is needed
    squares  terms whose squares may multiply a product
    degree   how many facts a product may have at most
    weights  products of strict facts (lists of theorems), a positive combination of which may multiply the goal
    rounds   how often equations are multiplied by what the polynomials at hand contain; if not given 1, then 2, then 3
    Raises `NotFound`.
    """
    cited = list(dict.fromkeys([*facts, *(fact for product in weights for fact in product)]))
    cited = list({(key(fact.claim), fact.hyps): fact for fact in reversed(cited)}.values())[::-1]
    place = {(key(fact.claim), fact.hyps): k for k, fact in enumerate(cited)}
    chosen = [tuple(place[key(f.claim), f.hyps] for f in product) for product in weights] or [()]
    equations = any(fact.claim.kind == "eq" for fact in cited)
    for attempt in (rounds,) if rounds or not equations else (1, 2, 3):
        problem = Problem(goal, cited, [None, *squares], degree, chosen, attempt or 0)
        solved = _solve(problem, list(_columns(problem)))
        if solved is not None:
            return _submit(theory, problem, solved)
    raise NotFound(goal, cited, f"degree {degree}, {len(squares)} squares")


# --- columns ----------------------------------------------------------------------------------------------------------


def _columns(problem: Problem) -> Iterator[Column]:
    target = difference(problem.goal)
    at_hand = [times(problem.product(w), target) for w in problem.weights]
    for positions, poly in zip(problem.weights, at_hand, strict=True):
        yield Column(negative(poly), positions, weight=True)
    if problem.goal.kind != "eq":
        for column in _products(problem):
            at_hand.append(column.poly)
            yield column
    yield from _multiples(problem, at_hand)


def _products(problem: Problem) -> Iterator[Column]:
    usable = [k for k in range(len(problem.facts)) if problem.kind(k) != "eq"]
    squared = [(root, ONE if root is None else times(normal(root), normal(root))) for root in problem.squares]
    seen: set[Poly] = set()
    for size in range(problem.degree + 1):
        for positions in combinations_with_replacement(usable, size):
            base = problem.product(positions)
            strict = all(problem.kind(k) == "lt" for k in positions)
            for root, square in squared:
                poly = times(base, square)
                if poly and (poly not in seen or (strict and root is None)):
                    seen.add(poly)
                    yield Column(poly, positions, root, strict=strict and root is None)


def _multiples(problem: Problem, at_hand: list[Poly]) -> Iterator[Column]:
    """Each equation times each monomial that makes one of its monomials one that is at hand."""
    equations = [k for k in range(len(problem.facts)) if problem.kind(k) == "eq" and problem.differences[k]]
    monomials = {m for poly in at_hand for m, _ in poly}
    used: set[tuple[int, Any]] = set()
    for _ in range(problem.rounds):
        found: list[Column] = []
        for k in equations:
            leading = [dict(m) for m in sorted((m for m, _ in problem.differences[k]), key=sort_key)]
            for m in sorted(monomials, key=sort_key):
                for lead in leading:
                    quotient = _divide(m, lead)
                    if quotient is not None and (k, quotient) not in used:
                        used.add((k, quotient))
                        multiplier: Poly = frozenset({(quotient, Fraction(1))})
                        poly = times(multiplier, problem.differences[k])
                        found.append(Column(poly, equation=k, multiplier=multiplier))
        if len(used) > MOST_COLUMNS:
            raise NotFound(problem.goal, problem.facts, "too many columns; cite fewer facts")
        yield from found
        monomials |= {m for column in found for m, _ in column.poly}


def _divide(monomial: Any, lead: dict[Any, int]) -> Any:
    exponents = dict(monomial)
    for atom, e in lead.items():
        if exponents.get(atom, 0) < e:
            return None
        exponents[atom] -= e
    return frozenset((atom, e) for atom, e in exponents.items() if e)


# --- the linear program, and its exact solution -----------------------------------------------------------------------


def _solve(problem: Problem, columns: list[Column]) -> list[tuple[Column, Fraction]] | None:
    """The columns with their coefficients: they add up to zero, the weights' coefficients add up to one."""
    rows = {m: i for i, m in enumerate(sorted({m for column in columns for m, _ in column.poly}, key=sort_key))}
    strict = [j for j, column in enumerate(columns) if column.strict]
    if problem.goal.kind != "lt":
        return _exact(columns, rows, _program(columns, rows), Fraction(0))
    best = _program(columns, rows, most=strict)
    total = 0.0 if best is None else sum(best[j] for j in strict)
    if total < 1e-7:
        return None
    # Any strict part will do; a simple fraction of what is possible keeps the coefficients short.
    wanted = Fraction(1) if total >= 2 else Fraction(total / 2).limit_denominator(max(4, int(4 / total)))
    return _exact(columns, rows, _program(columns, rows, least=wanted), wanted)


def _entries(columns: list[Column], rows: dict[Any, int], least: Fraction) -> tuple[list[Any], list[Fraction]]:
    """The equations: polynomials add up to 0, weights to 1, strict columns to `least` and a slack (the last column)."""
    entries = [(rows[m], j, c) for j, column in enumerate(columns) for m, c in column.poly]
    entries += [(len(rows), j, Fraction(1)) for j, column in enumerate(columns) if column.weight]
    right = [*[Fraction(0)] * len(rows), Fraction(1)]
    if least:
        entries += [(len(right), j, Fraction(1)) for j, column in enumerate(columns) if column.strict]
        entries.append((len(right), len(columns), Fraction(-1)))
        right.append(least)
    return entries, right


def _program(
    columns: list[Column], rows: dict[Any, int], least: Fraction = Fraction(0), most: Sequence[int] = ()
) -> Any:
    """A vertex of the linear program: the columns in `most` maximised (up to a bound), else a short combination."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    entries, right = _entries(columns, rows, least)
    i, j, c = zip(*entries, strict=True)
    matrix = coo_array((np.array(c, dtype=float), (i, j)), shape=(len(right), len(columns) + 1))
    chosen = set(most)
    cost = [0.0 if column.free or column.weight else 1.0 + len(column.positions) for column in columns] + [0.0]
    if most:
        cost = [-1.0 if k in chosen else 0.0 for k in range(len(cost))]
    bounds = [(None, None) if column.free else (0, 1e4 if most else None) for column in columns] + [(0, None)]
    found = linprog(cost, A_eq=matrix.tocsr(), b_eq=np.array(right, dtype=float), bounds=bounds, method="highs-ds")
    return found.x if found.status == 0 else None


def _exact(
    columns: list[Column], rows: dict[Any, int], found: Any, least: Fraction
) -> list[tuple[Column, Fraction]] | None:
    """Solve again over the rationals, on the columns that the program uses."""
    from flint import fmpq, fmpq_mat

    if found is None:
        return None
    entries, right = _entries(columns, rows, least)
    # Free columns last: where columns depend on one another, the last ones are left out.
    support = [j for j in range(len(found)) if abs(found[j]) > SMALL]
    support.sort(key=lambda j: j < len(columns) and columns[j].free)
    place = {j: k for k, j in enumerate(support)}
    matrix = fmpq_mat(len(right), len(support) + 1)
    for i, j, c in entries:
        if j in place:
            matrix[i, place[j]] = fmpq(c.numerator, c.denominator)
    for i, c in enumerate(right):
        matrix[i, len(support)] = fmpq(c.numerator, c.denominator)
    reduced, rank = matrix.rref()
    values = [Fraction(0)] * len(support)
    for i in range(rank):
        lead = next(k for k in range(len(support) + 1) if reduced[i, k] != 0)
        if lead == len(support):
            return None  # the equations contradict one another: what looked like a zero coefficient is none
        values[lead] = Fraction(int(reduced[i, len(support)].p), int(reduced[i, len(support)].q))
    solution = [(columns[j], value) for j, value in zip(support, values, strict=True) if value and j < len(columns)]
    return None if any(value < 0 and not column.free for column, value in solution) else solution


def _submit(theory: Theory, problem: Problem, solved: list[tuple[Column, Fraction]]) -> Theorem:
    """Hand the kernel the facts that are used, and nothing else."""
    needed = sorted({p for column, _ in solved for p in (*column.positions, column.equation) if p is not None})
    renumbered = {old: new for new, old in enumerate(needed)}

    def places(column: Column) -> tuple[int, ...]:
        return tuple(renumbered[p] for p in column.positions)

    products = tuple((value, places(c), c.square) for c, value in solved if not c.free and not c.weight)
    weight = tuple((value, places(c)) for c, value in solved if c.weight)
    sums: dict[int, list[Poly]] = {}
    for column, value in solved:
        if column.equation is not None:
            scaled: Poly = frozenset((m, c * value) for m, c in column.multiplier)
            sums.setdefault(column.equation, []).append(scaled)
    multipliers = tuple((renumbered[k], term_of_poly(plus(*polys))) for k, polys in sorted(sums.items()))
    facts = tuple(problem.facts[k] for k in needed)
    return kernel.certificate(theory, problem.goal, facts, products, multipliers, weight)
