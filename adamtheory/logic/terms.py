"""Terms of the logic, relations between them, substitution, and the normal form. Trusted, with `kernel.py`.

Every term has a value for every assignment of its variables (`inv(0)` is 0, the root of a negative number 0, an empty
sum 0), so a variable may be replaced by any term of its sort without a side condition. `docs/proof-format.md` is the
contract. There are no floats, no SymPy and no operators here; `notation.py` gives terms their operators.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NoReturn

# A polynomial: a frozenset of (monomial, coefficient); a monomial: a frozenset of (atom, exponent); an atom: a tuple
# with a string head. Frozensets need no ordering, so there is no sort key to trust.
Poly = frozenset[Any]

MOST_MONOMIALS, MOST_PAIRS, MOST_BITS, NUMERAL_BITS, HIGHEST = 20_000, 400_000, 8192, 4096, 64
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

    # Reached for unknown names only; that it is there tells a type checker of the slots.
    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__} objects have no {name}")


class Term(Sealed):
    """A term; equal trees are one object, so equality is identity and no foreign `__eq__` is ever asked.

    op        the head: num, var, app, or an operation of `SHAPES`
    args      terms, and the literals of num (p, q), var and app (name, sort), pow (exponent)
    sort      R, Z or W
    free      its free variables
    families  the families applied in it, each as (name, result sort, sorts of the arguments)
    """

    __slots__ = ("op", "args", "sort", "free", "families")


class Rel(Sealed):
    """A relation `left kind right` (le, lt, eq), or the limit (lim) of `left` being `right` as `index` grows.

    `index` is None but for a limit, in which it is bound; `free` and `families` are as in a term.
    """

    __slots__ = ("kind", "left", "right", "index", "free", "families")


# --- constructors -----------------------------------------------------------------------------------------------------

_TERMS: dict[tuple[Any, ...], Any] = {}


def is_term(value: Any, sorts: str = "RZW") -> bool:
    """Whether this is a term of one of the sorts."""
    return type(value) is Term and value.sort in sorts


def is_var(value: Any, sorts: str = "RZW") -> bool:
    """Whether this is a variable of one of the sorts."""
    return is_term(value, sorts) and value.op == "var"


def is_name(value: Any) -> bool:
    """Whether this is an ASCII identifier that does not start with `_` and is no constructor's name."""
    right = type(value) is str and value.isascii() and value.isidentifier()
    return right and not value.startswith("_") and value not in RESERVED


# What may stand where. `type(v) is`, never `isinstance`: a subclass could answer differently the second time.
KINDS: dict[str, Any] = {
    "any": is_term,
    "number": lambda v: is_term(v, "RZ"),
    "integer": lambda v: is_term(v, "Z"),
    "variable": is_var,
    "index": lambda v: is_var(v, "Z"),
    "outcome": lambda v: is_var(v, "W"),
    "name": is_name,
    "sort": lambda v: type(v) is str and v in ("R", "Z", "W"),
    "literal": lambda v: type(v) is int and v.bit_length() <= NUMERAL_BITS,
}
SHAPES = {
    "num": ("literal", "literal"), "var": ("name", "sort"), "app": ("name", "sort"), "pow": ("number", "literal"),
    "add": ("number", "number"), "mul": ("number", "number"), "max": ("number", "number"),
    "inv": ("number",), "sqrt": ("number",), "log": ("number",), "power": ("number", "integer"),
    "sum": ("index", "integer", "integer", "number"), "mean": ("outcome", "number"),
}  # fmt: skip
RESERVED = frozenset({*SHAPES, "le", "lt", "eq", "lim"})


def term(op: str, *args: Any) -> Term:
    """The term with this head and arguments, as `SHAPES` has them (an application goes on with its arguments).

    Meaning and sort of each are in the table of terms in `docs/proof-format.md`.
    """
    need(type(op) is str and op in SHAPES, f"there is no operation {op!r}")
    shape = SHAPES[op] + ("any",) * (len(args) - 2 if op == "app" else 0)
    fitting = len(args) == len(shape) and all(KINDS[kind](a) for kind, a in zip(shape, args, strict=True))
    need(fitting, f"{op} takes arguments of the kinds {shape}")
    need(op != "num" or (args[1] > 0 and Fraction(*args).denominator == args[1]), "a numeral is in lowest terms, q > 0")
    need(op != "pow" or 0 <= args[1] <= HIGHEST, f"an exponent of pow is a literal 0..{HIGHEST}")
    need(op != "app" or args[1] != "W", "a family has real or integer values")
    if (op, args) not in _TERMS:
        # In one go: whatever runs in between (a thread, a trace) could make a second object for the same tree.
        _TERMS.setdefault((op, args), _make(op, args))
    return _TERMS[op, args]


def _make(op: str, args: tuple[Any, ...]) -> Term:
    parts = [a for a in args if type(a) is Term]
    free: frozenset[Term] = frozenset().union(*(a.free for a in parts))
    families = frozenset().union(*(a.families for a in parts))
    integers = op in ("add", "mul", "max", "sum", "pow") and all(a.sort == "Z" for a in parts)
    own = "Z" if integers or (op == "num" and args[1] == 1) else "R"
    sort = args[1] if op in ("var", "app") else own
    if op == "app":
        families |= {(args[0], sort, tuple(a.sort for a in parts))}
    if op in ("sum", "mean"):  # the bound variable comes first, the body last; bounds in between are outside its scope
        free = (parts[-1].free - {parts[0]}).union(*(a.free for a in parts[1:-1]))
    made = Term(KEY, op, args, sort, free, families)
    if op == "var":
        object.__setattr__(made, "free", frozenset({made}))
    return made


def rel(kind: str, left: Term, right: Term, index: Term | None = None) -> Rel:
    """left <= right (le), left < right (lt), left = right (eq); with an index: left tends to right (lim)."""
    need(type(kind) is str and kind in ("le", "lt", "eq", "lim"), "a relation is le, lt, eq or lim")
    need(KINDS["number"](left) and KINDS["number"](right), "a relation is between numbers")
    need(
        KINDS["index"](index) if kind == "lim" else index is None, "a limit has an integer index, nothing else has one"
    )
    need(index not in right.free, "the index stands in the limit")
    free = (left.free | right.free) - {index}
    made = Rel(KEY, kind, left, right, index, free, left.families | right.families)
    return _TERMS.setdefault(("rel", kind, left, right, index), made)


# --- substitution -----------------------------------------------------------------------------------------------------


def check_map(pairs: Any) -> dict[Term, Term]:
    """Distinct variables, each with a term of its sort; an integer term may stand for a real variable."""
    result: dict[Term, Term] = {}
    for variable, new in pairs:
        need(variable not in result, "a substitution names a variable twice")
        need(fits(new.sort, variable.sort), f"{variable.args[0]} of sort {variable.sort} cannot take sort {new.sort}")
        result[variable] = new
    return result


def fits(sort: str, wanted: str) -> bool:
    """Whether a term of a sort may stand where another is asked for: an integer for a real number."""
    return sort == wanted or (sort, wanted) == ("Z", "R")


def substitute(old: Term, mapping: dict[Term, Term], memo: dict[Any, Term] | None = None) -> Term:
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


def _under_binder(old: Term, mapping: dict[Term, Term], memo: dict[Any, Term]) -> Term:
    index, *bounds, body = old.args
    inner = {v: t for v, t in mapping.items() if v is not index and v in body.free}
    # A replacement that mentions the binder's name would be captured: the binder is renamed out of its way.
    taken = {v.args[0] for t in inner.values() for v in t.free}
    if index.args[0] in taken:
        taken |= {v.args[0] for v in body.free}
        fresh = (f"{index.args[0]}_{k}" for k in range(1, len(taken) + 2))
        inner[old.args[0]] = index = term("var", next(name for name in fresh if name not in taken), index.sort)
    return term(old.op, index, *(substitute(b, mapping, memo) for b in bounds), substitute(body, inner, memo))


def substitute_rel(claim: Rel, mapping: dict[Term, Term]) -> Rel:
    """The same in a relation; a limit's index is bound, and a map may neither name nor mention it."""
    touched = frozenset(mapping).union(*(t.free for t in mapping.values()))
    need(claim.index not in touched, "a substitution cannot touch the index of a limit")
    return rel(claim.kind, substitute(claim.left, mapping), substitute(claim.right, mapping), claim.index)


# --- the normal form --------------------------------------------------------------------------------------------------

_NORMAL: dict[Term, Poly] = {}
_SAME: dict[Any, Any] = {}  # one object for equal atoms and polynomials: comparing them then stops at identity
ONE_MONOMIAL: frozenset[Any] = frozenset()
ZERO: Poly = frozenset()
ONE: Poly = frozenset({(ONE_MONOMIAL, Fraction(1))})


def _poly(terms: dict[frozenset[Any], Fraction]) -> Poly:
    need(len(terms) <= MOST_MONOMIALS, "polynomial too large")
    kept = [(m, c) for m, c in terms.items() if c]
    bits = [n.bit_length() for _, c in kept for n in (c.numerator, c.denominator)]
    need(max(bits, default=0) <= MOST_BITS, "coefficient too long")
    result = frozenset(kept)
    return _SAME.setdefault(result, result)


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


_RING: dict[str, Any] = {"add": plus, "mul": times, "inv": _inverse}


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
    if op in _RING:
        return _RING[op](*parts)
    if op == "sum":
        return _sum(("var", *args[0].args), *parts[1:])
    if op == "power":
        k = dict(parts[1]).get(ONE_MONOMIAL, Fraction(0))
        if parts[1] == _poly({ONE_MONOMIAL: k}) and k.denominator == 1 and 0 <= k <= HIGHEST:
            return _raise(parts[0], k.numerator)
    return _atom(op, frozenset(parts)) if op == "max" else _atom(op, *parts)  # sqrt, log, power are atoms


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
