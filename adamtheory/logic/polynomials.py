"""Reading normal forms: terms rebuilt from them, their atoms, and an order that the hash seed does not change.

Not trusted: what is rebuilt is a term like any other, which the kernel reduces again. The shape of polynomials,
monomials and atoms is that of `terms.py`; for every term t, `normal(term_of_poly(normal(t)))` is `normal(t)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from adamtheory.logic.terms import ONE_MONOMIAL, Poly, Term, term

_KEYS: dict[Any, str] = {}
LONGEST_CHAIN = 100


def sort_key(part: Any) -> str:
    """A string for an atom, a monomial or a polynomial: different for different ones, the same in every process."""
    if type(part) is Fraction or type(part) not in (tuple, frozenset):
        return str(part)
    if part not in _KEYS:
        keys = [sort_key(p) for p in part]
        _KEYS[part] = f"({','.join(keys)})" if type(part) is tuple else f"{{{','.join(sorted(keys))}}}"
    return _KEYS[part]


def atoms(poly: Poly) -> set[Any]:
    """The atoms that are factors of a monomial of the polynomial (not those inside other atoms)."""
    return {atom for monomial, _ in poly for atom, _ in monomial}


def term_of_poly(poly: Poly) -> Term:
    """A term with this normal form. An integer polynomial in integer atoms gives an integer term."""
    return _Rebuild(poly).poly(poly)


def term_of_monomial(monomial: frozenset[Any]) -> Term:
    """A term whose normal form is this monomial with coefficient 1."""
    return _Rebuild(monomial).monomial(monomial)


def term_of_atom(atom: Any) -> Term:
    """A term whose normal form is this atom."""
    return _Rebuild(atom).atom(atom)


class _Rebuild:
    """Bound variables are called i1, i2, ... and w1, w2, ... by their number in the normal form.

    Along a path down from the root numbers fall, so nested binders have different names, and equal atoms become equal
    terms wherever they stand. A prefix that starts a name in the term is lengthened: ii1 beside a free i1.
    """

    def __init__(self, part: Any) -> None:
        taken = set(_names(part))
        self.prefixes = {"sum": _fresh("i", taken), "mean": _fresh("w", taken)}
        self.bound: dict[int, Term] = {}

    def poly(self, poly: Poly) -> Term:
        # A sum reads best with what is subtracted, and the constant, behind.
        ordered = sorted(poly, key=lambda entry: (entry[1] < 0, not entry[0], sort_key(entry[0])))
        return _chain("add", [self.scaled(m, c) for m, c in ordered]) if poly else term("num", 0, 1)

    def scaled(self, monomial: frozenset[Any], coefficient: Fraction) -> Term:
        number = term("num", coefficient.numerator, coefficient.denominator)
        if monomial == ONE_MONOMIAL:
            return number
        product = self.monomial(monomial)
        return product if coefficient == 1 else term("mul", number, product)

    def monomial(self, monomial: frozenset[Any]) -> Term:
        ordered = sorted(monomial, key=sort_key)
        factors = [self.atom(a) if e == 1 else term("pow", self.atom(a), e) for a, e in ordered]
        return _chain("mul", factors) if factors else term("num", 1, 1)

    def atom(self, atom: Any) -> Term:
        head, *rest = atom
        if head == "var":
            return term("var", *rest)
        if head == "bound":
            return self.bound[rest[0]]
        if head == "app":
            return term("app", rest[0], rest[1], *(self.poly(p) for p in rest[2]))
        if head == "max":
            parts = [self.poly(p) for p in sorted(rest[0], key=sort_key)]
            return term("max", parts[0], parts[-1])
        if head in self.prefixes:
            return self.binder(head, *rest)
        return term(head, *(self.poly(p) for p in rest))

    def binder(self, head: str, number: int, *rest: Any) -> Term:
        variable = term("var", f"{self.prefixes[head]}{number}", "Z" if head == "sum" else "W")
        bounds = [self.poly(p) for p in rest[:-1]]
        outer = self.bound
        self.bound = {**outer, number: variable}
        body = self.monomial(rest[-1])
        self.bound = outer
        return term(head, variable, *bounds, body)


def _names(part: Any) -> Iterable[str]:
    if type(part) is str:
        yield part
    elif type(part) in (tuple, frozenset):
        for p in part:
            yield from _names(p)


def _fresh(prefix: str, taken: set[str]) -> str:
    own = prefix
    while any(name.startswith(own) and name[len(own) :].isdigit() for name in taken):
        own += prefix
    return own


def _chain(op: str, parts: list[Term]) -> Term:
    """a op b op c, from the left; in halves where the chain would be too deep for what recurses over terms."""
    if len(parts) > LONGEST_CHAIN:
        middle = len(parts) // 2
        return term(op, _chain(op, parts[:middle]), _chain(op, parts[middle:]))
    result = parts[0]
    for part in parts[1:]:
        result = term(op, result, part)
    return result
