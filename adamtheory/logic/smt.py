"""z3, where it is installed, as a proposer of models. Its models are checked elsewhere; its word is never taken.

(One exception that costs nothing: where it finds that conditions have no solution, the search for one ends early.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from typing import Any

from adamtheory.logic.polynomials import atoms, sort_key
from adamtheory.logic.terms import Poly


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
