"""Random terms, environments and interpretations for the tests of the logic.

Two generators of terms: `uniform` draws every constructor alike; `directed` nests binders and makes the atoms below
them mention every variable in scope, which is where a fault in the handling of bound variables shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

from adamtheory.logic.terms import SHAPES, Term, substitute, term

# Few names, for free and bound variables alike, so that a binder often stands above another of its own name.
REALS = tuple(term("var", name, "R") for name in ("x", "y"))
INTEGERS = tuple(term("var", name, "Z") for name in ("i", "j", "n"))
OUTCOMES = tuple(term("var", name, "W") for name in ("u", "w"))
VARIABLES = (*REALS, *INTEGERS, *OUTCOMES)
PLACES = (-1, 0, 1, 2)  # what free integer variables stand for

# name -> (result, sorts of the arguments); the directed generator adds families of other shapes.
FAMILIES = {
    "c": ("R", ""), "d": ("Z", ""), "k": ("Z", "Z"), "f": ("R", "R"), "g": ("R", "ZZ"), "h": ("R", "ZW"),
    "p": ("R", "W"),
}  # fmt: skip
SPACE = {1: Fraction(1, 2), 2: Fraction(1, 3), 3: Fraction(1, 6)}


def number(p: int, q: int = 1) -> Term:
    """A numeral."""
    value = Fraction(p, q)
    return term("num", value.numerator, value.denominator)


def uniform(random: Random, depth: int, sort: str = "R") -> Term:
    """A term of depth at most `depth`, with every constructor that gives the sort alike."""
    if depth == 0:
        return _leaf(random, sort)
    deeper = lambda s: uniform(random, depth - 1 - random.randrange(min(depth, 2)), s)  # noqa: E731
    heads = [h for h in SHAPES if sort == "R" or h in ("num", "var", "app", "add", "mul", "max")]
    head = random.choice(heads)
    if head in ("num", "var"):
        return _leaf(random, sort)
    if head == "app":
        name, (result, sorts) = random.choice([e for e in FAMILIES.items() if sort == "R" or e[1][0] == "Z"])
        args = [random.choice(OUTCOMES) if s == "W" else deeper(s) for s in sorts]
        return term("app", name, result, *args)
    if head == "pow":
        return term("pow", deeper(sort), random.randrange(4))
    if head == "power":
        return term("power", deeper("R"), small(random, INTEGERS))
    if head == "sum":
        bounds = [small(random, INTEGERS), small(random, INTEGERS)]
        return term("sum", random.choice(INTEGERS), *bounds, deeper("R"))
    if head == "mean":
        return term("mean", random.choice(OUTCOMES), deeper("R"))
    return term(head, *(deeper(sort) for _ in SHAPES[head]))


def _leaf(random: Random, sort: str) -> Term:
    variables = INTEGERS if sort == "Z" else (*REALS, *INTEGERS)
    if random.random() < 0.5:
        return random.choice(variables)
    return number(random.randint(-2, 3), 1 if sort == "Z" else random.choice((1, 1, 2, 3)))


def small(random: Random, scope: tuple[Term, ...]) -> Term:
    """An integer term of small value: a bound of a sum, or an exponent."""
    base = random.choice([number(random.randint(-1, 3)), *scope, *scope, term("app", "d", "Z")])
    shift = random.choice((0, 0, 1, -1))
    return term("add", base, number(shift)) if shift else base


def directed(random: Random, depth: int) -> Term:
    """Two or three binders inside one another, over products of atoms that mention all that is in scope."""
    return _nested(random, random.choice((2, 2, 3)), depth, ())


def _nested(random: Random, binders: int, depth: int, scope: tuple[Term, ...]) -> Term:
    if not binders:
        return _product(random, depth, scope)
    head = random.choice(("sum", "sum", "mean"))
    variable = random.choice(OUTCOMES if head == "mean" else INTEGERS)
    inner = (*(v for v in scope if v is not variable), variable)
    indices = tuple(v for v in scope if v.sort == "Z") or (number(1),)
    bounds = () if head == "mean" else (small(random, indices[:1]), small(random, indices))
    body = _nested(random, binders - 1, depth, inner)
    if random.random() < 0.3:
        body = term(random.choice(("add", "mul")), body, _atom(random, 0, inner))
    return term(head, variable, *bounds, body)


def _product(random: Random, depth: int, scope: tuple[Term, ...]) -> Term:
    result = _atom(random, depth, scope)
    for _ in range(random.randrange(2)):
        result = term(random.choice(("mul", "mul", "add")), result, _atom(random, depth, scope))
    return result


def _atom(random: Random, depth: int, scope: tuple[Term, ...]) -> Term:
    """A term that mentions every variable in scope."""
    if depth <= 0 or random.random() < 0.4:
        whole = tuple(random.sample(scope, len(scope)))
        sorts = "".join(v.sort for v in whole)
        applied = term("app", f"a{sorts}", "R", *whole)
        return applied if random.random() < 0.7 else term("add", applied, random.choice((*REALS, number(1, 2))))
    deeper = lambda: _atom(random, depth - 1, scope)  # noqa: E731
    head = random.choice(("inv", "sqrt", "log", "max", "pow", "power", "add", "mul", "app", "sum", "mean"))
    if head in ("inv", "sqrt", "log"):
        return term(head, deeper())
    if head == "pow":
        return term("pow", deeper(), random.randint(0, 2))
    if head == "power":
        return term("power", deeper(), small(random, tuple(v for v in scope if v.sort == "Z") or INTEGERS))
    if head == "app":
        return term("app", "f", "R", deeper())
    if head in ("sum", "mean"):
        return _nested(random, 1, depth - 1, scope)
    return term(head, deeper(), deeper())


def terms(generator: Callable[[Random, int], Term], count: int, seed: int = 0) -> Iterator[Term]:
    """That many terms."""
    random = Random(seed)
    for _ in range(count):
        yield generator(random, random.randint(3, 7) if generator is uniform else random.randint(0, 2))


def heads(of: Term) -> Counter[str]:
    """How often each constructor occurs in a term."""
    found = Counter([of.op])
    for part in of.args:
        if type(part) is Term:
            found += heads(part)
    return found


# --- meanings ---------------------------------------------------------------------------------------------------------


def environment(random: Random) -> dict[Term, Any]:
    """Values for all variables; zeros and equal values are frequent."""
    values: dict[Term, Any] = {v: Fraction(random.randint(-3, 3), random.choice((1, 1, 2))) for v in REALS}
    values |= {v: random.choice(PLACES) for v in INTEGERS}
    return values | {v: random.choice(list(SPACE)) for v in OUTCOMES}


class Families(Mapping[str, Any]):
    """A meaning for every family that a generator can name, as a function of small, seemingly random values."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __getitem__(self, name: str) -> Callable[..., int | Fraction]:
        own = (self.seed, *map(ord, name))

        def value(*args: Any) -> int | Fraction:
            draw = hash((*own, *args)) >> 3  # of numbers only, so it is the same in every process
            return draw % 5 - 1 if name in ("d", "k") else Fraction(draw % 7 - 3, 1 + draw // 7 % 2)

        return value

    def __iter__(self) -> Iterator[str]:
        return iter(FAMILIES)

    def __len__(self) -> int:
        return len(FAMILIES)


# --- other terms with the same meaning --------------------------------------------------------------------------------


def shuffled(random: Random, of: Term) -> Term:
    """The term rewritten by the laws of rings, of sums and of means, and with bound variables renamed."""
    args = [shuffled(random, a) if type(a) is Term else a for a in of.args]
    if of.op in ("num", "var"):
        return of
    if of.op in ("sum", "mean"):
        return _binder(random, of.op, *args)
    if of.op in ("add", "mul", "max") and random.random() < 0.5:
        args.reverse()
    if of.op == "pow" and args[1] > 0 and random.random() < 0.5:
        return term("mul", args[0], term("pow", args[0], args[1] - 1))
    if of.op in ("add", "mul") and args[0].op == of.op and random.random() < 0.5:
        first, second = args[0].args
        return term(of.op, first, term(of.op, second, args[1]))
    if of.op == "mul" and args[1].op == "add" and random.random() < 0.5:
        return term("add", *(term("mul", args[0], part) for part in args[1].args))
    return term(of.op, *args)


def _binder(random: Random, op: str, variable: Term, *rest: Term) -> Term:
    *bounds, body = rest
    if body.op == "add" and random.random() < 0.5:
        return term("add", *(term(op, variable, *bounds, part) for part in body.args))
    if body.op == "mul" and random.random() < 0.5:
        for out, kept in (body.args, body.args[::-1]):
            if variable not in out.free:
                return term("mul", out, term(op, variable, *bounds, kept))
    names = [v for v in (OUTCOMES if op == "mean" else INTEGERS) if v not in body.free]
    new = random.choice([*names, term("var", "z", variable.sort)])
    if new in body.free:
        return term(op, variable, *bounds, body)
    return term(op, new, *bounds, substitute(body, {variable: new}))
