"""Terms of the logic, relations between them, substitution, and the normal form. Trusted, with `kernel.py`.

Every term has a value for every assignment of its variables (`inv(0)` is 0, the root of a negative number 0, an empty
sum 0), so a variable may be replaced by any term of its sort without a side condition. `docs/proof-format.md` is the
contract. There are no floats, no SymPy and no operators here; `notation.py` gives terms their operators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NoReturn

# A polynomial: a frozenset of (monomial, coefficient); a monomial: a frozenset of (atom, exponent); an atom: a tuple
# with a string head. Frozensets need no ordering, so there is no sort key to trust.
Poly = frozenset[Any]

MOST_MONOMIALS, MOST_PAIRS, MOST_BITS, NUMERAL_BITS, HIGHEST = 20_000, 400_000, 8192, 4096, 64
RESERVED = frozenset({
    "num", "var", "app", "add", "mul", "pow", "power", "inv", "sqrt", "log", "max", "sum", "mean",
    "le", "lt", "eq", "lim",
})  # fmt: skip
KEY = object()


class Refused(Exception):
    """A step, term or theory that breaks a rule; the message says which condition."""


def need(condition: bool, message: str) -> None:
    """Refuse unless the condition is the object True: a truthy accident is not a pass."""
    if condition is not True:
        raise Refused(message)


class Sealed:
    """Made only by this project's constructors, never changed, never subclassed, never copied or pickled."""

    __slots__: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        need(cls.__bases__ == (Sealed,), "sealed classes have no subclasses")

    def __new__(cls, key: object = None, *values: Any) -> Any:
        need(key is KEY, f"{cls.__name__} objects are made by the constructors of the logic only")
        self = object.__new__(cls)
        for name, value in zip(cls.__slots__, values, strict=True):
            object.__setattr__(self, name, value)
        return self

    def _refuse(self, *_: Any) -> NoReturn:
        raise Refused(f"{type(self).__name__} objects cannot be changed, copied or pickled")

    __setattr__ = __delattr__ = __copy__ = __deepcopy__ = __reduce_ex__ = __reduce__ = _refuse


class Term(Sealed):
    """A term; equal trees are one object, so equality is identity and no foreign `__eq__` is ever asked.

    `args` are terms, and the literals of `num` (p, q), `var` and `app` (name, sort), `pow` (exponent).
    `families` are the families applied in it, each as (name, result sort, sorts of the arguments).
    """

    __slots__ = ("op", "args", "sort", "free", "families")
    op: str
    args: tuple[Any, ...]
    sort: str
    free: frozenset[Term]
    families: frozenset[tuple[str, str, tuple[str, ...]]]


class Rel(Sealed):
    """A relation `left kind right` (le, lt, eq), or the limit (lim) of `left` as `index` grows being `right`."""

    __slots__ = ("kind", "left", "right", "index", "free", "families")
    kind: str
    left: Term
    right: Term
    index: Any  # the bound integer variable of a limit, else None
    free: frozenset[Term]
    families: frozenset[tuple[str, str, tuple[str, ...]]]


# --- constructors -----------------------------------------------------------------------------------------------------

_TERMS: dict[tuple[Any, ...], Term] = {}

# What an operation takes: R a number, Z an integer, i an integer variable that it binds, w an outcome that it binds.
SHAPES = {
    "add": "RR", "mul": "RR", "max": "RR", "power": "RZ", "inv": "R", "sqrt": "R", "log": "R", "sum": "iZZR",
    "mean": "wR",
}  # fmt: skip
_SORTS, _BOUND = {"R": "RZ", "Z": "Z"}, {"i": "Z", "w": "W"}


def is_term(value: Any, sorts: str = "RZW") -> bool:
    """Whether this is a term of one of the sorts."""
    return type(value) is Term and value.sort in sorts


def is_var(value: Any, sorts: str = "RZW") -> bool:
    """Whether this is a variable of one of the sorts."""
    return is_term(value, sorts) and value.op == "var"


def check_name(name: Any) -> None:
    """Refuse what is not an ASCII identifier, starts with `_`, or is the name of a constructor."""
    need(type(name) is str and name.isascii() and name.isidentifier(), f"{name!r} is not an ASCII identifier")
    need(not name.startswith("_") and name not in RESERVED, f"the name {name!r} is reserved")


def term(op: str, *args: Any) -> Term:
    """The term with this head; see the table of terms in `docs/proof-format.md`.

    A numeral (num, p, q), a variable (var, name, sort), an application (app, name, sort, ...), a power with a literal
    exponent (pow, a, k), or an operation of `SHAPES`.
    """
    sort = "R"
    if op == "num":
        need(len(args) == 2 and type(args[0]) is type(args[1]) is int and args[1] > 0, "a numeral is two ints p, q > 0")
        need(max(args[0].bit_length(), args[1].bit_length()) <= NUMERAL_BITS, "numeral too long")
        need(Fraction(*args).denominator == args[1], "numeral not in lowest terms")
        sort = "Z" if args[1] == 1 else "R"
    elif op == "var":
        need(len(args) == 2 and type(args[1]) is str and args[1] in ("R", "Z", "W"), "a variable has a name and a sort")
        check_name(args[0])
        sort = args[1]
    elif op == "app":
        need(len(args) >= 2 and type(args[1]) is str and args[1] in ("R", "Z"), "a family is real or integer")
        need(all(is_term(a) for a in args[2:]), "arguments of a family are terms")
        check_name(args[0])
        sort = args[1]
    elif op == "pow":
        need(len(args) == 2 and is_term(args[0], "RZ"), "pow takes a number and a literal")
        need(type(args[1]) is int and 0 <= args[1] <= HIGHEST, f"an exponent of pow is a literal 0..{HIGHEST}")
        sort = args[0].sort
    else:
        need(
            type(op) is str and op in SHAPES and len(args) == len(SHAPES[op]),
            f"{op!r} does not take {len(args)} arguments",
        )
        for argument, letter in zip(args, SHAPES[op], strict=True):
            fitting = is_term(argument, _SORTS[letter]) if letter in _SORTS else is_var(argument, _BOUND[letter])
            need(fitting, f"{op} takes arguments of the shape {SHAPES[op]}")
        sort = "Z" if op in ("add", "mul", "max", "sum") and all(a.sort == "Z" for a in args) else "R"
    if (op, args) not in _TERMS:
        _TERMS[op, args] = _make(op, args, sort)
    return _TERMS[op, args]


def _make(op: str, args: tuple[Any, ...], sort: str) -> Term:
    parts = [a for a in args if type(a) is Term]
    free = frozenset[Term]().union(*(a.free for a in parts))
    families = frozenset[Any]().union(*(a.families for a in parts))
    if op in ("sum", "mean"):  # the bound variable comes first, the body last; bounds in between are outside its scope
        free = (parts[-1].free - {parts[0]}).union(*(a.free for a in parts[1:-1]))
    if op == "app":
        families = families | {(args[0], sort, tuple(a.sort for a in parts))}
    made: Term = Term(KEY, op, args, sort, free, families)
    if op == "var":
        object.__setattr__(made, "free", frozenset({made}))
    return made


def rel(kind: str, left: Term, right: Term, index: Term | None = None) -> Rel:
    """left <= right (le), left < right (lt), left = right (eq); with an index: left tends to right (lim)."""
    need(type(kind) is str and kind in ("le", "lt", "eq", "lim"), "a relation is le, lt, eq or lim")
    need((kind == "lim") == (index is not None), "a limit has an index, nothing else has")
    need(is_term(left, "RZ") and is_term(right, "RZ"), "a relation is between numbers")
    free = left.free | right.free
    if index is not None:
        need(
            is_var(index, "Z") and index not in right.free, "the index is an integer variable that is not in the limit"
        )
        free = free - {index}
    return Rel(KEY, kind, left, right, index, free, left.families | right.families)  # type: ignore[no-any-return]


# --- substitution -----------------------------------------------------------------------------------------------------


def check_map(pairs: Iterable[tuple[Any, Any]]) -> dict[Term, Term]:
    """Distinct variables, each with a term of its sort; an integer term may stand for a real variable."""
    result: dict[Term, Term] = {}
    for variable, new in pairs:
        need(is_var(variable) and type(new) is Term, "a substitution sends variables to terms")
        need(variable not in result, "a substitution names a variable twice")
        need(fits(new.sort, variable.sort), f"{variable.args[0]} of sort {variable.sort} cannot take sort {new.sort}")
        result[variable] = new
    return result


def fits(sort: str, wanted: str) -> bool:
    """Whether a term of a sort may stand where another is asked for: an integer for a real number."""
    return sort == wanted or (sort, wanted) == ("Z", "R")


def substitute(old: Term, mapping: Mapping[Term, Term], memo: dict[Any, Term] | None = None) -> Term:
    """Simultaneous, capture-avoiding substitution (the map has passed `check_map`)."""
    memo = {} if memo is None else memo
    mapping = {v: t for v, t in mapping.items() if v in old.free}
    if not mapping:
        return old
    if old.op == "var":
        return mapping[old]
    # A term is a shared graph: without memory t = t + t, sixty times, would never end.
    place = (old, frozenset(mapping.items()))
    if place not in memo:
        if old.op in ("sum", "mean"):
            memo[place] = _under_binder(old, mapping, memo)
        else:
            memo[place] = term(old.op, *(substitute(a, mapping, memo) if type(a) is Term else a for a in old.args))
    return memo[place]


def _under_binder(old: Term, mapping: Mapping[Term, Term], memo: dict[Any, Term]) -> Term:
    index, *bounds, body = old.args
    inner = {v: t for v, t in mapping.items() if v is not index and v in body.free}
    # A replacement that mentions the binder's name would be captured: the binder is renamed out of its way.
    taken = {v.args[0] for t in inner.values() for v in t.free}
    if index.args[0] in taken:
        taken |= {v.args[0] for v in body.free}
        k = 1
        while f"{index.args[0]}_{k}" in taken:
            k += 1
        inner[old.args[0]] = index = term("var", f"{index.args[0]}_{k}", index.sort)
    return term(old.op, index, *(substitute(b, mapping, memo) for b in bounds), substitute(body, inner, memo))


def substitute_rel(claim: Rel, mapping: Mapping[Term, Term]) -> Rel:
    """The same in a relation; a limit's index is bound, and a map may neither name nor mention it."""
    mapping = {v: t for v, t in mapping.items() if v in claim.free or v is claim.index}
    if claim.index is not None:
        touched = set(mapping).union(*(t.free for t in mapping.values()))
        need(claim.index not in touched, "a substitution cannot touch the index of a limit")
    return rel(claim.kind, substitute(claim.left, mapping), substitute(claim.right, mapping), claim.index)


# --- the normal form --------------------------------------------------------------------------------------------------

_NORMAL: dict[Term, Poly] = {}
_SAME: dict[Any, Any] = {}  # one object for equal atoms and polynomials: comparing them then stops at identity
ONE_MONOMIAL: frozenset[Any] = frozenset()
ZERO: Poly = frozenset()
ONE: Poly = frozenset({(ONE_MONOMIAL, Fraction(1))})


def _poly(terms: Mapping[frozenset[Any], Fraction]) -> Poly:
    need(len(terms) <= MOST_MONOMIALS, "polynomial too large")
    kept = [(m, c) for m, c in terms.items() if c]
    for _, c in kept:
        need(max(c.numerator.bit_length(), c.denominator.bit_length()) <= MOST_BITS, "coefficient too long")
    result = frozenset(kept)
    return _SAME.setdefault(result, result)  # type: ignore[no-any-return]


def _atom(*parts: Any) -> Poly:
    atom = _SAME.setdefault(parts, parts)
    return _poly({frozenset({(atom, 1)}): Fraction(1)})


def plus(*polys: Poly) -> Poly:
    """The sum of polynomials."""
    total: dict[frozenset[Any], Fraction] = {}
    for poly in polys:
        for m, c in poly:
            total[m] = total.get(m, Fraction(0)) + c
    return _poly(total)


def times(p: Poly, q: Poly) -> Poly:
    """The product of two polynomials."""
    need(len(p) * len(q) <= MOST_PAIRS, "product too large")
    total: dict[frozenset[Any], Fraction] = {}
    for m, c in p:
        for k, d in q:
            product = _monomial(m, k)
            total[product] = total.get(product, Fraction(0)) + c * d
    return _poly(total)


def _monomial(m: frozenset[Any], k: frozenset[Any]) -> frozenset[Any]:
    if not m or not k:
        return m or k
    exponents = dict(m)
    for atom, e in k:
        exponents[atom] = exponents.get(atom, 0) + e
        need(exponents[atom] <= HIGHEST, "exponent too high")
    return frozenset(exponents.items())


def _raise(p: Poly, k: int) -> Poly:
    result = ONE
    for _ in range(k):
        result = times(result, p)
    return result


def constant(p: Poly) -> Fraction | None:
    """The value of a constant polynomial, None for another one."""
    if not p:
        return Fraction(0)
    return next((c for m, c in p if len(p) == 1 and not m), None)


def negative(p: Poly) -> Poly:
    """The polynomial with all signs changed."""
    return _poly({m: -c for m, c in p})


def _inverse(p: Poly) -> Poly:
    """Nothing cancels here; inv(xy) = inv(x) inv(y) and inv(inv(x)) = x hold at 0 too, since inv(0) = 0."""
    if len(p) != 1:
        return _atom("inv", p) if p else ZERO
    ((m, c),) = p
    result = _poly({ONE_MONOMIAL: 1 / c})
    for atom, e in m:
        back = atom[1] if atom[0] == "inv" else _atom("inv", _poly({frozenset({(atom, 1)}): Fraction(1)}))
        result = times(result, _raise(back, e))
    return result


def normal(of: Term) -> Poly:
    """The normal form: equal normal forms denote equal functions; unequal ones prove nothing."""
    if of not in _NORMAL:
        _NORMAL[of] = _normal(of.op, of.args)
    return _NORMAL[of]


def _normal(op: str, args: tuple[Any, ...]) -> Poly:
    if op == "num":
        return _poly({ONE_MONOMIAL: Fraction(*args)})
    if op == "var":
        return _atom(op, *args)
    if op == "app":
        return _atom(op, args[0], args[1], tuple(normal(a) for a in args[2:]))
    if op == "pow":
        return _raise(normal(args[0]), args[1])
    if op == "mean":
        return _mean(("var", *args[0].args), normal(args[1]), 1)
    parts = [normal(a) for a in args]
    if op == "add":
        return plus(*parts)
    if op == "mul":
        return times(*parts)
    if op == "inv":
        return _inverse(parts[0])
    if op == "max":
        return _atom(op, frozenset(parts))
    if op == "sum":
        return _sum(("var", *args[0].args), parts[1], parts[2], parts[3])
    if op == "power":
        k = constant(parts[1])
        if k is not None and k.denominator == 1 and 0 <= k <= HIGHEST:
            return _raise(parts[0], k.numerator)
    need(op in ("power", "sqrt", "log"), f"no normal form for {op}")
    return _atom(op, *parts)


# A bound variable is numbered by height: when a binder closes, its number is 1 + the largest number inside. So terms
# that differ in bound names coincide, and a factor may leave a binder without renumbering.


def _mentions(part: Any, leaf: tuple[Any, ...]) -> bool:
    return part == leaf or (type(part) in (tuple, frozenset) and any(_mentions(p, leaf) for p in part))


def _swap(part: Any, leaf: tuple[Any, ...], new: tuple[Any, ...]) -> Any:
    if part == leaf:
        return new
    if type(part) in (tuple, frozenset):
        swapped = type(part)(_swap(p, leaf, new) for p in part)
        return _SAME.setdefault(swapped, swapped)
    return part


def _height(part: Any) -> int:
    if type(part) not in (tuple, frozenset):
        return 0
    own = part[1] if type(part) is tuple and part and part[0] in ("bound", "sum", "mean") else 0
    return max([own, *(_height(p) for p in part)])


def _close(head: str, leaf: tuple[Any, ...], bounds: tuple[Poly, ...], body: frozenset[Any]) -> Poly:
    number = 1 + _height(body)
    return _atom(head, number, *bounds, _swap(body, leaf, ("bound", number)))


def _sum(leaf: tuple[Any, ...], low: Poly, high: Poly, body: Poly) -> Poly:
    """Linear: coefficient and factors without the index stand outside."""
    parts = []
    for m, c in body:
        inside = frozenset(f for f in m if _mentions(f, leaf))
        parts.append(times(_poly({m - inside: c}), _close("sum", leaf, (low, high), inside)))
    return plus(*parts)


def _mean(leaf: tuple[Any, ...], body: Poly, depth: int) -> Poly:
    """Linear, 1 for 1; a mean of X times one sum goes inside the sum: E[X sum_i Y_i] = sum_i E[X Y_i]."""
    parts = []
    for m, c in body:
        inside = frozenset(f for f in m if _mentions(f, leaf))
        sums = [f for f in inside if f[0][0] == "sum"]
        if not inside:
            part = ONE
        elif len(sums) == 1 and sums[0][1] == 1 and not _mentions(sums[0][0][2:4], leaf):
            _, number, low, high, summand = sums[0][0]
            # The depth keeps every index that is open now apart from every other: with one fixed mark for all,
            # E sum_i sum_j g(i, j) became n sum_i E g(i, i).
            opened = ("open", depth)
            freed = _poly({_swap(summand, ("bound", number), opened): Fraction(1)})
            others = _poly({inside - {sums[0]}: Fraction(1)})
            part = _sum(opened, low, high, _mean(leaf, times(others, freed), depth + 1))
        else:
            part = _close("mean", leaf, (), inside)
        parts.append(times(_poly({m - inside: c}), part))
    return plus(*parts)


def difference(claim: Rel) -> Poly:
    """The normal form of right - left."""
    return plus(normal(claim.right), negative(normal(claim.left)))


def key(claim: Rel) -> tuple[Any, ...]:
    """Equal for relations of one kind whose differences agree (for `eq` up to sign), and for equal limits."""
    if claim.index is not None:
        return claim.kind, _swap(normal(claim.left), ("var", *claim.index.args), ("bound", 0)), normal(claim.right)
    d = difference(claim)
    return claim.kind, frozenset({d, negative(d)}) if claim.kind == "eq" else d
