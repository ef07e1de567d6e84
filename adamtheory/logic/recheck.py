"""An independent checker of stored proofs, written from docs/proof-format.md alone.

It shares no code with the kernel and works differently inside: bound variables have no names but count the binders
between them and their own (de Bruijn), so substitution cannot capture and trees that differ in bound names are one.
"""

import argparse
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, count
from math import gcd
from typing import Any, cast

ROWS, STEPS, TEXT = 200_000, 100_000, 20_000_000
MONOMIALS, PAIRS, BITS, POWER = 20_000, 400_000, 8192, 64
RESERVED = frozenset(re.findall("[a-z]+", "num var app add mul pow power inv sqrt log max sum mean le lt eq lim"))


class Refused(Exception):
    """The proof is not accepted; the message says where and why."""


def need(condition: object, message: str) -> None:
    """Refuse unless the condition is exactly True: a truthy value is not good enough."""
    if condition is not True:
        raise Refused(message)


DEADLINE = [0.0]  # of the whole check, looked at wherever work is done


def tick() -> None:
    need(time.monotonic() <= DEADLINE[0], "time limit")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len({k for k, _ in pairs}) == len(pairs), "duplicate key")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise Refused(f"number {text[:20]} is not an integer")


def load(text: str) -> Any:
    """Strict JSON. Booleans and null are refused where they are met: every reader below asks for an exact type."""
    need(type(text) is str, "not a text")
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_float=_no_number, parse_constant=_no_number)
    except ValueError as error:
        raise Refused(f"not JSON: {str(error)[:80]}") from None


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def fields(value: Any, wanted: set[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    need(type(value) is dict and wanted <= set(value) <= wanted | optional, "missing or unknown fields")
    return cast(dict[str, Any], value)


def listed(value: Any, size: int = -1) -> list[Any]:
    need(type(value) is list and size in (-1, len(value)), f"not a list{'' if size < 0 else f' of {size}'}")
    return cast(list[Any], value)


def name(value: Any) -> str:
    ok = type(value) is str and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", value) is not None and value not in RESERVED
    need(ok, "not a name")
    return str(value)


def rational(value: Any) -> Fraction:
    """A positive rational in lowest terms; one number has one text."""
    found = re.fullmatch(r"([1-9][0-9]{0,2599})(?:/([1-9][0-9]{0,2599}))?", value) if type(value) is str else None
    if found is None:
        raise Refused("not a positive rational")
    p, q = int(found[1]), int(found[2] or 1)
    need(found[2] is None or (q > 1 and gcd(p, q) == 1), "not in lowest terms")
    return Fraction(p, q)


# ---- Terms ----------------------------------------------------------------------------------------------------------


Var = tuple[str, str]  # name and sort
Mono = frozenset[tuple[int, int]]  # atoms with their exponents >= 1
Poly = dict[Mono, Fraction]  # without zeros; never changed once made
Family = tuple[str, str, tuple[str, ...]]  # name, result sort, sorts of the arguments as written


class Node:
    """A term. Equal terms are one object, so equality and hashing are by identity and sharing costs nothing."""

    __slots__ = ("args", "data", "fams", "free", "head", "hint", "loose", "poly", "sort")

    def __init__(self, head: str, data: tuple[Any, ...], args: "tuple[Node, ...]", hint: str) -> None:
        self.head, self.data, self.args, self.hint = head, data, args, hint
        self.sort = sort_of(head, data, args)
        self.free: frozenset[Var] = frozenset().union(*[a.free for a in args])
        self.fams: frozenset[Family] = frozenset().union(*[a.fams for a in args])
        self.loose: int = max([a.loose for a in args], default=0)  # bound variables below this number lack their binder
        self.poly: Poly | None = None
        if head == "var":
            self.free = frozenset([data])
        elif head == "bound":
            self.loose = data[0] + 1
        elif head == "app":
            self.fams |= {(data[0], data[1], tuple([a.sort for a in args]))}
        elif head in BINDERS:
            # The bounds of a sum are not under its binder, so they keep their loose variables.
            self.loose = max([a.loose for a in args[:-1]] + [args[-1].loose - 1, 0])


BINDERS = {"sum": "Z", "mean": "W"}
COUNTS = {"num": 0, "var": 0, "bound": 0, "add": 2, "mul": 2, "pow": 1, "power": 2, "inv": 1, "sqrt": 1, "log": 1}
COUNTS |= {"max": 2, "sum": 3, "mean": 1}
POOL: dict[tuple[Any, ...], Node] = {}
FRESH = count()


def sort_of(head: str, data: tuple[Any, ...], args: tuple[Node, ...]) -> str:
    """The sort; refuses ill-sorted terms, wherever they are made, so none exists."""
    need(head == "app" or len(args) == COUNTS.get(head, -1), "wrong row")
    sorts = [a.sort for a in args]
    need(head == "app" or "W" not in sorts, f"{head} of an outcome")
    need(head != "power" or sorts[1] == "Z", "exponent not an integer")
    need(head != "sum" or sorts[:2] == ["Z", "Z"], "bounds not integers")
    if head in ("var", "bound", "app"):
        return str(data[1])
    integral = data[1] == 1 if head == "num" else set(sorts) == {"Z"}
    return "Z" if integral and head in ("num", "add", "mul", "max", "pow", "sum") else "R"


def mk(head: str, data: tuple[Any, ...] = (), args: Iterable[Node] = (), hint: str = "") -> Node:
    parts = tuple(args)
    node = POOL.get((head, data, parts))
    if node is None:
        tick()
        node = POOL[head, data, parts] = Node(head, data, parts, hint)
    return node


def num(p: int, q: int = 1) -> Node:
    return mk("num", (p, q))


def var(variable: Var) -> Node:
    return mk("var", variable)


def walk(t: Node, hit: Callable[[Node, int], bool], leaf: Callable[[Node, int], Node]) -> Node:
    """Replace leaves. `hit` says whether anything is to be replaced inside; both are told how many binders were passed.

    Replacements have no loose variables (all callers see to it), so nothing has to be shifted under a binder.
    """
    memo: dict[tuple[Node, int], Node] = {}

    def go(t: Node, depth: int) -> Node:
        if not hit(t, depth):
            return t
        if t.head in ("var", "bound"):
            return leaf(t, depth)
        found = memo.get((t, depth))
        if found is None:
            tick()
            args = [go(a, depth) for a in t.args[:-1]] + [go(t.args[-1], depth + (t.head in BINDERS))]
            found = memo[t, depth] = mk(t.head, t.data, args, t.hint)
        return found

    return go(t, 0)


def subst(t: Node, m: dict[Var, Node]) -> Node:
    return walk(t, lambda s, _: not m.keys().isdisjoint(s.free), lambda s, _: m[s.data])


def close(t: Node, v: Var) -> Node:
    return walk(t, lambda s, _: v in s.free, lambda s, depth: mk("bound", (depth, v[1])))


def opened(t: Node, v: Var) -> Node:
    """The body of a binder with its variable named; v must be new to it where that matters."""
    return walk(t, lambda s, depth: s.loose > depth, lambda s, depth: var(v) if s.data[0] == depth else s)


def fresh(sort: str) -> Var:
    return (f"#{next(FRESH)}", sort)  # not a name of the format, and never given twice


def bind(head: str, v: Var, bounds: Sequence[Node], body: Node) -> Node:
    need(v[1] == BINDERS[head], f"{head} over a variable of the wrong sort")
    return mk(head, (), [*bounds, close(body, v)], v[0])


def fits(t: Node, sort: str) -> bool:
    """May t be put for a variable of this sort? Integers are reals; only an outcome variable is an outcome."""
    return t.head == "var" and t.sort == "W" if sort == "W" else t.sort == sort or (sort, t.sort) == ("R", "Z")


# ---- Normal form ----------------------------------------------------------------------------------------------------


Frozen = frozenset[tuple[Mono, Fraction]]
ONE: Mono = frozenset()
ATOMS: list["Atom"] = []
ATOM_OF: dict[tuple[Any, ...], int] = {}


@dataclass(frozen=True)
class Atom:
    head: str
    data: tuple[Any, ...]
    parts: tuple[Frozen, ...]  # of a sum: lo, hi, body; of a mean: body; the body under its binder
    free: frozenset[Var]
    loose: int


def atom(head: str, data: tuple[Any, ...] = (), parts: Iterable[Poly] = ()) -> int:
    """The number of an atom: the same for the same head, data and parts (for max: for the same set of parts)."""
    frozen = tuple([frozenset(p.items()) for p in parts])
    key = (head, data, frozenset(frozen) if head == "max" else frozen)
    number = ATOM_OF.get(key)
    if number is None:
        tick()
        inner = [[ATOMS[a] for mono, _ in part for a, _ in mono] for part in frozen]
        free: frozenset[Var] = frozenset().union(*[a.free for part in inner for a in part])
        deep = [max([a.loose for a in part], default=0) for part in inner]
        if head in BINDERS:
            deep[-1] -= 1
        loose = data[0] + 1 if head == "bound" else max([0, *deep])
        ATOMS.append(Atom(head, data, frozen, frozenset([data]) if head == "var" else free, loose))
        number = ATOM_OF[key] = len(ATOMS) - 1
    return number


def constant(c: Fraction) -> Poly:
    return {ONE: c} if c else {}


def single(a: int) -> Poly:
    return {frozenset([(a, 1)]): Fraction(1)}


def plus(p: Poly, q: Poly, c: Fraction | int = 1) -> Poly:
    """p + c * q"""
    tick()
    out = dict(p)
    for mono, coefficient in q.items():
        total = out.pop(mono, Fraction(0)) + c * coefficient
        need(max(total.numerator.bit_length(), total.denominator.bit_length()) <= BITS, "coefficient too long")
        if total:
            out[mono] = total
    need(len(out) <= MONOMIALS, "too many monomials")
    return out


def product(m: Mono, n: Mono) -> Mono:
    powers = dict(m)
    for a, k in n:
        powers[a] = powers.get(a, 0) + k
        need(powers[a] <= POWER, "power too high")
    return frozenset(powers.items())


def collect(items: Iterable[tuple[Mono, Fraction]]) -> Poly:
    out: Poly = {}
    for mono, c in items:
        out[mono] = total = out[mono] + c if mono in out else c
        need(max(total.numerator.bit_length(), total.denominator.bit_length()) <= BITS, "coefficient too long")
    need(len(out) <= MONOMIALS, "too many monomials")
    return {mono: c for mono, c in out.items() if c}


def times(p: Poly, q: Poly) -> Poly:
    need(len(p) * len(q) <= PAIRS, "product too long")
    tick()
    return collect((product(m, n) if m and n else m or n, c * d) for m, c in p.items() for n, d in q.items())


def raised(p: Poly, k: int) -> Poly:
    out = constant(Fraction(1))
    for _ in range(k):
        out = times(out, p)
    return out


def relabel(p: Iterable[tuple[Mono, Fraction]], v: Var, opening: bool) -> Poly:
    """Close (v becomes the bound variable of the binder to come) or open (the reverse). One to one: nothing merges."""
    memo: dict[tuple[int, int], int] = {}

    def go(number: int, depth: int) -> int:
        a = ATOMS[number]
        if (a.loose <= depth) if opening else (v not in a.free):
            return number
        if a.head == "bound":
            return atom("var", v) if a.data[0] == depth else number
        if a.head == "var":
            return atom("bound", (depth, v[1]))
        if (number, depth) not in memo:
            under = [depth] * (len(a.parts) - 1) + [depth + (a.head in BINDERS)]
            memo[number, depth] = atom(a.head, a.data, [poly(part, d) for part, d in zip(a.parts, under, strict=True)])
        return memo[number, depth]

    def poly(part: Iterable[tuple[Mono, Fraction]], depth: int) -> Poly:
        return {frozenset([(go(a, depth), k) for a, k in mono]): c for mono, c in part}

    return poly(p, 0)


def split(mono: Mono, v: Var) -> tuple[Mono, Mono]:
    """The factors that mention v, and the others."""
    inside = frozenset([(a, k) for a, k in mono if v in ATOMS[a].free])
    return inside, mono - inside


def summed(v: Var, lo: Poly, hi: Poly, body: Poly) -> Poly:
    """The sum of a polynomial over v = lo..hi: linear, and factors without v are constants of the sum."""

    def one(mono: Mono, c: Fraction) -> tuple[Mono, Fraction]:
        inside, outside = split(mono, v)
        rest = relabel([(inside, Fraction(1))], v, False)
        return product(outside, frozenset([(atom("sum", (), (lo, hi, rest)), 1)])), c

    return collect(one(mono, c) for mono, c in body.items())


def averaged(v: Var, body: Poly) -> Poly:
    """The expectation of a polynomial over v: linear, 1 to 1, and it goes inside a finite sum with fixed bounds."""
    out: Poly = {}

    def fixed(a: Atom) -> bool:
        return all(v not in ATOMS[b].free for part in a.parts[:2] for mono, _ in part for b, _ in mono)

    for mono, c in body.items():
        inside, outside = split(mono, v)
        sums = [(a, k) for a, k in inside if ATOMS[a].head == "sum"]
        value = constant(Fraction(1))
        if len(sums) == 1 and sums[0][1] == 1 and fixed(ATOMS[sums[0][0]]):
            lo, hi, inner = ATOMS[sums[0][0]].parts
            u = fresh("Z")  # no factor mentions it, so the factors that go inside are not captured
            within = times({inside - {sums[0]}: Fraction(1)}, relabel(inner, u, True))
            value = summed(u, dict(lo), dict(hi), averaged(v, within))
        elif inside:
            value = single(atom("mean", (), [relabel([(inside, Fraction(1))], v, False)]))
        out = plus(out, times({outside: c}, value))
    return out


def inverted(p: Poly) -> Poly:
    """inv is multiplicative and an involution, also at 0 where it is 0; it is no more than that."""
    if len(p) != 1:
        return single(atom("inv", (), [p])) if p else {}
    ((mono, c),) = p.items()
    out = constant(1 / c)
    for number, k in mono:
        a = ATOMS[number]
        factor = dict(a.parts[0]) if a.head == "inv" else single(atom("inv", (), [single(number)]))
        out = times(out, raised(factor, k))
    return out


def nf(t: Node) -> Poly:
    """The normal form of a term without loose variables; two terms with the same one denote the same function."""
    if t.poly is None:
        t.poly = normalise(t)
    return t.poly


def normalise(t: Node) -> Poly:
    head = t.head
    if head in BINDERS:
        v = fresh(BINDERS[head])
        body = nf(opened(t.args[-1], v))
        return averaged(v, body) if head == "mean" else summed(v, nf(t.args[0]), nf(t.args[1]), body)
    if head == "num":
        return constant(Fraction(*t.data))
    parts = [nf(a) for a in t.args]
    if head == "add":
        return plus(parts[0], parts[1])
    if head == "mul":
        return times(parts[0], parts[1])
    if head == "pow":
        return raised(parts[0], t.data[0])
    if head == "inv":
        return inverted(parts[0])
    if head == "power" and set(parts[1]) <= {ONE}:
        n = parts[1].get(ONE, Fraction(0))
        if n.denominator == 1 and 0 <= n <= POWER:
            return raised(parts[0], int(n))
    return single(atom(head, t.data, parts))


# ---- Relations, hypotheses, theorems --------------------------------------------------------------------------------


Rel = tuple[Any, ...]  # (kind, left, right), or ("lim", term, limit, index variable)
Hyps = dict[Any, Rel]  # under the key that says which relations are equal; the first tree is kept
KEYS: dict[Rel, Any] = {}


@dataclass(frozen=True)
class Thm:
    claim: Rel
    hyps: Hyps
    uses: frozenset[str]


def diff(r: Rel) -> Poly:
    return plus(nf(r[2]), nf(r[1]), -1)


def frozen(p: Poly) -> Frozen:
    return frozenset(p.items())


def key(r: Rel) -> Any:
    """Equal keys, equal meaning. The index of a limit is bound, so it is renamed to a word that is no name."""
    if r not in KEYS:
        if r[0] == "lim":
            KEYS[r] = ("lim", frozen(nf(subst(r[1], {r[3]: var(("#", "Z"))}))), frozen(nf(r[2])))
        else:
            d = diff(r)
            KEYS[r] = (r[0], frozen(d) if r[0] != "eq" else frozenset([frozen(d), frozen(plus({}, d, -1))]))
    return KEYS[r]


def mapped(r: Rel, change: Callable[[Node], Node]) -> Rel:
    return (r[0], change(r[1]), change(r[2]), *r[3:])


def put(r: Rel, m: dict[Var, Node]) -> Rel:
    return mapped(r, lambda t: subst(t, m))


def free_in(rels: Iterable[Rel]) -> frozenset[Var]:
    return frozenset().union(*[(r[1].free - set(r[3:])) | r[2].free for r in rels])


def held(*rels: Rel) -> Hyps:
    return {key(r): r for r in reversed(rels)}


def merge(*parts: Hyps) -> Hyps:
    out: Hyps = {}
    for part in reversed(parts):
        tick()
        out |= part
    return out


def drop(hyps: Hyps, *rels: Rel) -> Hyps:
    gone = {key(r) for r in rels}
    return {k: r for k, r in hyps.items() if k not in gone}


def outside(v: Var, *parts: Hyps, terms: Iterable[Node] = ()) -> None:
    """v is bound by the step: what is said of every v must not lean on a fact about one v."""
    need(all(v not in free_in(part.values()) for part in parts), f"{v[0]} is free in a hypothesis")
    need(all(v not in t.free for t in terms), f"{v[0]} is free in a term")


def assigned(vs: Sequence[Var], ts: Sequence[Node]) -> dict[Var, Node]:
    need(len(set(vs)) == len(vs) == len(ts), "variables repeated, or not as many as terms")
    need(all(fits(t, v[1]) for v, t in zip(vs, ts, strict=True)), "a term of the wrong sort")
    return dict(zip(vs, ts, strict=True))


# ---- Reading: terms, theory, arguments of steps ---------------------------------------------------------------------


class Proof:
    """One proof object: its terms, its theory, its steps as far as they are checked."""

    def __init__(self, doc: Any, extra: frozenset[str]) -> None:
        self.doc = fields(doc, {"format", "terms", "theory", "steps", "claim", "hyps", "uses"}, extra)
        need(type(doc["format"]) is int and doc["format"] == 1, "unknown format")
        self.rows: list[Node] = []
        self.families: dict[str, tuple[tuple[str, ...], str]] = {}
        self.declared: list[str] = []
        self.definitions: list[tuple[list[str], list[Var], Var, list[Var], list[Node], list[Node]]] = []
        self.assumptions: dict[str, tuple[str, list[Var], list[Rel], Rel]] = {}
        self.means = False
        self.steps: list[Thm] = []
        need(len(listed(doc["terms"])) <= ROWS and len(listed(doc["steps"])) <= STEPS, "too long")
        for part, work in (("terms", self.row), ("theory", self.entry), ("steps", self.step)):
            for k, x in enumerate(listed(doc[part])):
                try:
                    tick()
                    work(x)
                except (Refused, RecursionError, MemoryError, OverflowError) as error:
                    raise Refused(f"{part} {k}: {error or type(error).__name__}") from None
        self.accept()

    def ref(self, x: Any, size: int) -> int:
        need(type(x) is int and 0 <= x < size, "not an earlier row")
        return int(x)

    def row(self, row: Any) -> None:
        def at(xs: list[Any]) -> list[Node]:
            return [self.rows[self.ref(x, len(self.rows))] for x in xs]

        match listed(row):
            case ["num", p, q]:
                need(type(p) is int and type(q) is int and q >= 1 and gcd(p, q) == 1, "not a numeral in lowest terms")
                need(max(p.bit_length(), q.bit_length()) <= 4096, "numeral too long")
                node = num(p, q)
            case ["var", x, "R" | "Z" | "W" as sort]:
                node = var((name(x), sort))
            case ["app", x, "R" | "Z" as sort, *xs]:
                node = mk("app", (name(x), sort), at(xs))
            case ["pow", x, k]:
                need(type(k) is int and 0 <= k <= POWER, "not an exponent")
                node = mk("pow", (k,), at([x]))
            case ["sum" | "mean" as head, x, *xs]:
                v, *args = at([x, *xs])
                need(v.head == "var" and len(args) == COUNTS[head], "wrong row")
                node = bind(head, v.data, args[:-1], args[-1])
            case ["add" | "mul" | "power" | "inv" | "sqrt" | "log" | "max" as head, *xs]:
                node = mk(head, (), at(xs))
            case _:
                raise Refused("unknown row")
        self.rows.append(node)

    def term(self, x: Any, sort: str = "") -> Node:
        """A row in use: its families must be declared by now, with these numbers and sorts."""
        t = self.rows[self.ref(x, len(self.rows))]
        for family, result, sorts in t.fams:
            wanted, declared = self.families.get(family, ((), ""))
            need(result == declared and len(sorts) == len(wanted), f"family {family}")
            need(all(a in (b, "Z" if b == "R" else b) for a, b in zip(sorts, wanted, strict=True)), f"family {family}")
        need(sort == "" or fits(t, sort), "a term of the wrong sort")
        return t

    def terms(self, xs: Any, sort: str = "") -> list[Node]:
        return [self.term(x, sort) for x in listed(xs)]

    def var(self, x: Any, sorts: str = "RZW") -> Var:
        t = self.term(x)
        need(t.head == "var" and t.sort in sorts, "not a variable of the right sort")
        return (t.data[0], t.data[1])

    def rel(self, x: Any, limit: bool = False) -> Rel:
        if limit and type(x) is list and x[:1] == ["lim"]:
            _, e, at, n = listed(x, 4)
            outside(index := self.var(n, "Z"), terms=[self.term(at)])
            return ("lim", self.term(e, "R"), self.term(at, "R"), index)
        kind, left, right = listed(x, 3)
        need(type(kind) is str and kind in ("le", "lt", "eq"), "not a relation")
        return (kind, self.term(left, "R"), self.term(right, "R"))

    def one_sort(self, free: frozenset[Var]) -> None:
        names = {v[0] for v in free}
        need(len(names) == len(free) and names.isdisjoint(self.families), "a name with two meanings")

    def accept(self) -> None:
        """The last step is what the file says it proves."""
        self.claim, self.hyps = self.rel(self.doc["claim"], True), [self.rel(h) for h in listed(self.doc["hyps"])]
        self.one_sort(free_in([self.claim, *self.hyps]))
        need(len(self.steps) > 0, "no steps")
        last = self.steps[-1]
        need(last.claim == self.claim, "the last step proves another claim")
        need(last.hyps.keys() <= held(*self.hyps).keys(), "the last step has another hypothesis")
        self.uses = listed(self.doc["uses"])
        need(self.uses == sorted(last.uses), "the last step uses other assumptions")

    def sentence(self) -> str:
        """Every reference replaced by the row it names; sharing is lost, so the length is added up before writing."""
        memo: dict[int, tuple[Any, int]] = {}

        def whole(x: Any, own: int = 0) -> tuple[Any, int]:
            if type(x) is list:
                parts = [(y, len(dumps(y))) for y in x[:own]] + [whole(y) for y in x[own:]]
                return [y for y, _ in parts], sum([size + 1 for _, size in parts]) + 1
            if type(x) is not int:
                return x, len(dumps(x))
            if x not in memo:
                tick()
                row = self.doc["terms"][x]
                if row[0] == "pow":
                    (base, size), k = whole(row[1]), row[2]
                    memo[x] = ["pow", base, k], size + 11
                else:
                    memo[x] = whole(row, 3 if row[0] in ("num", "var", "app") else 1)
            return memo[x]

        (theory, hyps, claim), length = whole([self.doc[part] for part in ("theory", "hyps", "claim")])
        need(length <= TEXT, "the sentence is too long to write out")
        return dumps([theory, sorted(hyps, key=dumps), claim])

    def new(self, x: Any) -> str:
        need(name(x) not in self.families and x not in self.assumptions, "a name declared twice")
        return str(x)

    def entry(self, entry: Any) -> None:
        match entry:
            case ["declare", x, list(sorts), "R" | "Z" as result]:
                need(all(type(s) is str and s in ("R", "Z", "W") for s in sorts), "not a sort")
                self.families[self.new(x)] = (tuple(sorts), result)
                self.declared.append(x)
            case ["define", list(fs), list(ps), n, list(ys), list(inits), list(steps)]:
                before, index, after = [self.var(p) for p in ps], self.var(n, "Z"), [self.var(y, "R") for y in ys]
                need(1 <= len(fs) == len(ys) == len(inits) == len(steps), "not as many names, values and terms")
                need(len({v[0] for v in [*before, index, *after]}) == len(ps) + 1 + len(ys), "variables repeated")
                # The terms are read before the new names exist: recursion along n only, so one sequence is defined.
                first, then = self.terms(inits, "R"), self.terms(steps, "R")
                need(all(t.free <= {*before} for t in first), "an initial term with another variable")
                need(all(t.free <= {*before, index, *after} for t in then), "a step term with another variable")
                self.definitions.append((fs, before, index, after, first, then))
                for f in fs:
                    self.families[self.new(f)] = (tuple([v[1] for v in before] + ["Z"]), "R")
                self.one_sort(frozenset([*before, index, *after]))
            case ["assume", x, "assumption" | "axiom" as kind, list(vs), list(guards), claim]:
                variables, relations = [self.var(v) for v in vs], [self.rel(g) for g in [*guards, claim]]
                need(len({v[0] for v in variables}) == len(vs), "variables repeated")
                need(free_in(relations) <= set(variables), "an assumption with another variable")
                need(x != "means_exist", "that name is taken")
                self.one_sort(frozenset(variables))
                self.assumptions[self.new(x)] = (kind, variables, relations[:-1], relations[-1])
            case ["means_exist"]:
                need(not self.means, "means_exist twice")
                self.means = True
            case _:
                raise Refused("unknown entry")

    def read(self, kind: str, x: Any, premises: list[Thm]) -> Any:
        """One argument of a step, by the letter in the table of rules."""
        if kind in "ila":  # i: a step that proves a relation, l: a limit, a: any
            premises.append(thm := self.steps[self.ref(x, len(self.steps))])
            need(kind == "a" or (thm.claim[0] == "lim") == (kind == "l"), "a premise of the wrong kind")
            return thm
        if kind in "IA":
            return [self.read(kind.lower(), y, premises) for y in listed(x)]
        if kind == "S":
            return assigned([self.var(listed(y, 2)[0]) for y in listed(x)], [self.term(y[1]) for y in x])
        if kind == "k":
            return None if x is None else self.term(x, "Z")
        simple: dict[str, Callable[[Any], Any]] = {"r": self.rel, "T": self.terms, "x": lambda y: y}
        simple |= {"R": lambda y: self.term(y, "R"), "Z": lambda y: self.term(y, "Z"), "v": lambda y: self.var(y, "RZ")}
        simple |= {"n": lambda y: self.var(y, "Z"), "w": lambda y: self.var(y, "W")}
        return simple[kind](x)

    def step(self, step: Any) -> None:
        step = listed(step)
        need(len(step) > 0 and type(step[0]) is str and step[0] in RULES, "unknown rule")
        letters, rule = RULES[step[0]]
        need(len(step) == 1 + len(letters), "wrong number of arguments")
        premises: list[Thm] = []
        own: set[str] = set()
        claim, hyps = rule(self, own, *[self.read(k, x, premises) for k, x in zip(letters, step[1:], strict=True)])
        self.one_sort(free_in([claim, *hyps.values()]))
        if claim[0] == "lim":
            outside(claim[3], hyps, terms=[claim[2]])
        self.steps.append(Thm(claim, hyps, frozenset(own).union(*[p.uses for p in premises])))


# ---- Rules ----------------------------------------------------------------------------------------------------------
# A rule gets the proof, the set of names it may add to what is used, and its arguments; it gives claim and hypotheses.


Result = tuple[Rel, Hyps]


def le(left: Node, right: Node) -> Rel:
    return ("le", left, right)


def lt(left: Node, right: Node) -> Rel:
    return ("lt", left, right)


def eq(left: Node, right: Node) -> Rel:
    return ("eq", left, right)


def op(head: str, *args: Node) -> Node:
    return mk(head, (), args)


def succ(t: Node) -> Node:
    return op("add", t, num(1))


def same(r: Rel, s: Rel) -> None:
    need(key(r) == key(s), "relations differ")


def equal(s: Node, t: Node) -> None:
    need(nf(s) == nf(t), "terms differ")


def kinds(wanted: str, *premises: Thm) -> None:
    need(all(t.claim[0] in wanted.split() for t in premises), "a premise of the wrong kind")


def cut(_: Proof, own: set[str], i: Thm, js: list[Thm]) -> Result:
    need(all(key(j.claim) in i.hyps for j in js), "not a hypothesis")
    return i.claim, merge(drop(i.hyps, *[j.claim for j in js]), *[j.hyps for j in js])


def inst(_: Proof, own: set[str], i: Thm, m: dict[Var, Node]) -> Result:
    if i.claim[0] == "lim":
        # The index is bound; the stored tree names it, so it must be neither replaced nor captured.
        need(i.claim[3] not in m, "the index is bound")
        outside(i.claim[3], terms=m.values())
    return put(i.claim, m), held(*[put(h, m) for h in i.hyps.values()])


def given(c: Proof, own: set[str], x: Any, ts: list[Node]) -> Result:
    need(type(x) is str and x in c.assumptions, "no such assumption")
    own.add(x)
    _, vs, guards, claim = c.assumptions[x]
    m = assigned(vs, ts)
    return put(claim, m), held(*[put(g, m) for g in guards])


def cases(_: Proof, own: set[str], i: Thm, j: Thm, a: Node, b: Node) -> Result:
    same(i.claim, j.claim)
    return i.claim, merge(drop(i.hyps, le(a, b)), drop(j.hyps, lt(b, a)))


def antisym(_: Proof, own: set[str], i: Thm, j: Thm) -> Result:
    kinds("le", i, j)
    need(plus(diff(i.claim), diff(j.claim)) == {}, "not the reverse")
    return eq(i.claim[1], i.claim[2]), merge(i.hyps, j.hyps)


def rewrite(_: Proof, own: set[str], i: Thm, z: Var, t: Node) -> Result:
    kinds("eq", i)
    return eq(subst(t, assigned([z], [i.claim[1]])), subst(t, assigned([z], [i.claim[2]]))), i.hyps


def induction(_: Proof, own: set[str], i: Thm, j: Thm, n: Var, n0: Node, p: Rel) -> Result:
    same(i.claim, put(p, {n: n0}))
    same(j.claim, put(p, {n: succ(var(n))}))
    kept = drop(j.hyps, start := le(n0, var(n)), p)
    # What is kept holds for every n at once only if it does not speak of n; then it is the usual induction from n0.
    outside(n, i.hyps, kept, terms=[n0])
    return p, merge(i.hyps, kept, held(start))


def sum_of(_: Proof, own: set[str], i: Thm, v: Var, lo: Node, hi: Node) -> Result:
    kinds("le eq", i)  # not lt: the sum may be empty
    kept = drop(i.hyps, le(lo, var(v)), le(var(v), hi))
    outside(v, kept, terms=[lo, hi])
    return mapped(i.claim, lambda t: bind("sum", v, [lo, hi], t)), kept


def mean_of(c: Proof, own: set[str], i: Thm, w: Var) -> Result:
    kinds("le eq", i)
    if i.claim[0] == "le":
        # The mean is linear on all functions, but positive only on the integrable ones.
        need(c.means, "means_exist is not in the theory")
        own.add("means_exist")
    outside(w, i.hyps)
    return mapped(i.claim, lambda t: bind("mean", w, [], t)), i.hyps


def unfold(c: Proof, own: set[str], f: Any, ps: list[Node], k: Node | None) -> Result:
    for fs, before, n, after, first, then in c.definitions:
        if f in fs:
            m = assigned(before, ps)
            value = {g: mk("app", (g, "R"), [*ps, num(0) if k is None else k]) for g in fs}
            if k is None:
                return eq(value[f], subst(first[fs.index(f)], m)), {}
            m |= {n: k} | {y: value[g] for y, g in zip(after, fs, strict=True)}
            claim = eq(mk("app", (f, "R"), [*ps, succ(k)]), subst(then[fs.index(f)], m))
            return claim, held(le(num(0), k))  # before 0 nothing is defined
    raise Refused("no such definition")


def facts() -> dict[str, tuple[Rel, list[Rel]]]:
    x, y, b, k, n = [var((v, "R" if v in "xyb" else "Z")) for v in "xybkn"]
    zero, one, root, positive = num(0), num(1), op("sqrt", x), lt(num(0), x)
    logs = op("add", op("log", x), op("log", y))
    return {
        "sqrt_nonneg": (le(zero, root), []),
        "sqrt_square": (eq(mk("pow", (2,), [root]), x), [le(zero, x)]),
        "inverse": (eq(op("mul", x, op("inv", x)), one), [lt(zero, mk("pow", (2,), [x]))]),
        "power_next": (eq(op("power", b, succ(n)), op("mul", b, op("power", b, n))), [le(zero, n)]),
        "integers": (le(succ(k), n), [lt(k, n)]),
        "max_left": (le(x, op("max", x, y)), []),
        "max_right": (eq(op("max", x, y), y), [le(x, y)]),
        "log_linear": (le(op("log", x), op("add", x, num(-1))), [positive]),
        "log_product": (eq(op("log", op("mul", x, y)), logs), [positive, lt(zero, y)]),
    }


def fact(_: Proof, own: set[str], x: Any) -> Result:
    table = facts()
    need(type(x) is str and x in table, "no such fact")
    return table[x][0], held(*table[x][1])


def sum_last(_: Proof, own: set[str], v: Var, lo: Node, hi: Node, f: Node) -> Result:
    last = op("add", bind("sum", v, [lo, hi], f), subst(f, {v: succ(hi)}))
    return eq(bind("sum", v, [lo, succ(hi)], f), last), held(le(lo, succ(hi)))


def sum_empty(_: Proof, own: set[str], v: Var, lo: Node, hi: Node, f: Node) -> Result:
    return eq(bind("sum", v, [lo, hi], f), num(0)), held(lt(hi, lo))


def certificate(
    c: Proof, own: set[str], goal: Rel, used: list[Thm], products: Any, factors: Any, weight: Any
) -> Result:
    """weight * d = sum of products + multiples of equations; under the facts the weight is positive, the products
    are not negative (the strict one is positive) and the multiples are zero, hence 0 <= d (0 < d, d = 0)."""
    d = [diff(thm.claim) for thm in used]

    def pick(k: Any, kinds: str) -> Poly:
        position = c.ref(k, len(used))
        need(used[position].claim[0] in kinds.split(), "not a fact of that kind")
        return d[position]

    def multiplied(coefficient: Any, positions: Any, kinds: str) -> Poly:
        out = constant(rational(coefficient))
        for k in listed(positions):
            out = times(out, pick(k, kinds))
        return out

    factor: Poly = {}
    total: Poly = {}
    strict = False
    for coefficient, positions in [listed(w, 2) for w in listed(weight)]:
        factor = plus(factor, multiplied(coefficient, positions, "lt"))
    for coefficient, positions, square in [listed(x, 3) for x in listed(products)]:
        term = multiplied(coefficient, positions, "le lt")
        total = plus(total, term if square is None else times(term, raised(nf(c.term(square, "R")), 2)))
        strict |= square is None and all(used[k].claim[0] == "lt" for k in positions)
    for k, t in [listed(x, 2) for x in listed(factors)]:
        total = plus(total, times(pick(k, "eq"), nf(c.term(t, "R"))))
    need(len(weight) > 0, "the weight is empty")
    need(goal[0] != "lt" or strict, "nothing strict")
    need(goal[0] != "eq" or (products == [] and weight == [["1", []]]), "an equation from more than equations")
    need(times(factor, diff(goal)) == total, "the two sides differ")
    return goal, merge(*[thm.hyps for thm in used])


def limit(e: Node, at: Node, n: Var) -> Rel:
    return ("lim", e, at, n)


def index_of(*thms: Thm) -> Var:
    n: Var = thms[0].claim[3]
    need(all(thm.claim[3] == n for thm in thms), "limits along different variables")
    return n


def lim_base(_: Proof, own: set[str], b: Node, n: Var) -> Result:
    outside(n, terms=[b])  # otherwise 1 - 1/n, whose n-th power does not go to 0
    return limit(op("power", b, var(n)), num(0), n), held(le(num(0), b), lt(b, num(1)))


def lim_op(_: Proof, own: set[str], head: Any, i: Thm, j: Thm) -> Result:
    need(type(head) is str and head in ("add", "mul", "max"), "not a continuous operation")
    n = index_of(i, j)
    return limit(op(head, i.claim[1], j.claim[1]), op(head, i.claim[2], j.claim[2]), n), merge(i.hyps, j.hyps)


def lim_inv(_: Proof, own: set[str], i: Thm, j: Thm) -> Result:
    at = i.claim[2]
    same(j.claim, lt(num(0), mk("pow", (2,), [at])))  # inv jumps at 0
    return limit(op("inv", i.claim[1]), op("inv", at), i.claim[3]), merge(i.hyps, j.hyps)


def lim_squeeze(_: Proof, own: set[str], i: Thm, j: Thm, n0: Node, k: Thm, m: Thm) -> Result:
    kinds("le", k, m)
    n = index_of(i, j)
    pairs = (i.claim[1], k.claim[1]), (k.claim[2], m.claim[1]), (m.claim[2], j.claim[1]), (i.claim[2], j.claim[2])
    for s, t in pairs:
        equal(s, t)
    outside(n, terms=[n0])  # "from n0 on" is "for large n" only if n0 does not grow along
    start = le(n0, var(n))
    return limit(k.claim[2], i.claim[2], n), merge(i.hyps, j.hyps, drop(k.hyps, start), drop(m.hyps, start))


def lim_bound(_: Proof, own: set[str], i: Thm, j: Thm, n0: Node) -> Result:
    kinds("le", j)
    equal(i.claim[1], j.claim[1])
    hyps = merge(i.hyps, drop(j.hyps, le(n0, var(i.claim[3]))))
    outside(i.claim[3], hyps, terms=[n0, j.claim[2]])
    return le(i.claim[2], j.claim[2]), hyps


# The letters say what the arguments are (see Proof.read).
RULES: dict[str, tuple[str, Callable[..., Result]]] = {
    "assume": ("r", lambda c, own, r: (r, held(r))),
    "cut": ("aI", cut),
    "inst": ("aS", inst),
    "given": ("xT", given),
    "cases": ("aaRR", cases),
    "antisym": ("ii", antisym),
    "rewrite": ("ivR", rewrite),
    "certificate": ("rIxxx", certificate),
    "induction": ("iinZr", induction),
    "sum_of": ("inZZ", sum_of),
    "mean_of": ("iw", mean_of),
    "unfold": ("xTk", unfold),
    "fact": ("x", fact),
    "sum_last": ("nZZR", sum_last),
    "sum_empty": ("nZZR", sum_empty),
    "lim_const": ("Rn", lambda c, own, t, n: (limit(t, t, n), {})),
    "lim_recip": ("n", lambda c, own, n: (limit(op("inv", var(n)), num(0), n), {})),
    "lim_base": ("Rn", lim_base),
    "lim_op": ("xll", lim_op),
    "lim_sqrt": ("l", lambda c, own, i: (limit(op("sqrt", i.claim[1]), op("sqrt", i.claim[2]), i.claim[3]), i.hyps)),
    "lim_inv": ("li", lim_inv),
    "lim_squeeze": ("llZii", lim_squeeze),
    "lim_bound": ("liZ", lim_bound),
}


# ---- What is printed ------------------------------------------------------------------------------------------------


SHOWN = {"add": "({} + {})", "mul": "{}*{}", "power": "({})^({})", "pow": "({})^{}", "max": "max({}, {})"}
SHOWN |= {"inv": "inv({})", "sqrt": "sqrt({})", "log": "log({})", "le": "{} <= {}", "lt": "{} < {}", "eq": "{} = {}"}


def body_of(t: Node) -> tuple[Node, Var]:
    """The body of a binder with its variable named as in the file where that is no name in it already."""
    taken = {v[0] for v in t.free} | {f[0] for f in t.fams}
    names = chain([t.hint], (f"{t.hint}_{k}" for k in count(1)))
    v = (next(x for x in names if x not in taken), BINDERS[t.head])
    return opened(t.args[-1], v), v


def show(t: Node) -> str:
    tick()
    if t.head in BINDERS:
        body, v = body_of(t)
        bounds = f" = {show(t.args[0])}..{show(t.args[1])}" if t.head == "sum" else ""
        return f"{t.head}({v[0]}{bounds}: {show(body)})"
    parts = [show(a) for a in t.args]
    if t.head == "num":
        return str(Fraction(*t.data))
    if t.head in ("var", "app"):
        return f"{t.data[0]}({', '.join(parts)})" if parts else str(t.data[0])
    return str(SHOWN[t.head].format(*parts, *t.data))


def show_rel(r: Rel) -> str:
    if r[0] == "lim":
        return f"{show(r[1])} -> {show(r[2])} as {r[3][0]} grows"
    return SHOWN[r[0]].format(show(r[1]), show(r[2]))


DOUBT = {"inv": "read with 1/0 = 0", "sqrt": "read with sqrt(negative) = 0", "log": "read with log(x) = 0 for x <= 0"}


def definedness(proof: Proof) -> list[str]:
    """For each inv, sqrt and log of the sentence and of the assumptions it uses, what shows that it is meant."""
    lines: dict[str, None] = {}
    length = 0
    shown: dict[Any, list[int]] = {}
    seen: set[Any] = set()
    for k, step in enumerate(proof.steps):
        if step.claim[0] in ("le", "lt") and step.uses <= set(proof.uses):
            shown.setdefault(key(step.claim), []).append(k)

    def reason(t: Node, hyps: list[Rel]) -> str:
        a, zero, known = t.args[0], num(0), held(*hyps).keys()
        if set(nf(a)) <= {ONE}:
            c = nf(a).get(ONE, Fraction(0))
            meant = c > 0 or (c < 0 and t.head == "inv") or (c == 0 and t.head == "sqrt")
            return "constant" if meant else DOUBT[t.head]
        square = [lt(a, zero), lt(zero, mk("pow", (2,), [a]))] if t.head == "inv" else []
        wanted = [lt(zero, a), *square] + ([le(zero, a)] if t.head == "sqrt" else [])
        found = [k for r in wanted for k in shown.get(key(r), []) if proof.steps[k].hyps.keys() <= known]
        return f"step {min(found)}" if found else DOUBT[t.head]

    def scan(place: str, t: Node, hyps: list[Rel]) -> None:
        tick()
        if (place, t, tuple(hyps)) in seen:
            return
        seen.add((place, t, tuple(hyps)))
        if t.head in DOUBT:
            nonlocal length
            line = f"{place}: {show(t)}: {reason(t, hyps)}"
            length += len(line)
            need(length <= TEXT, "too much to say about what is defined")
            lines[line] = None
        for a in t.args[: len(t.args) - (t.head in BINDERS)]:
            scan(place, a, hyps)
        if t.head in BINDERS:
            # The bound variable is another than a free one of that name, so what is known of that one is forgotten.
            body, v = body_of(t)
            known = [h for h in hyps if v not in free_in([h])]
            scan(place, body, known + ([le(t.args[0], var(v)), le(var(v), t.args[1])] if t.head == "sum" else []))

    found = [("claim", proof.claim, proof.hyps), *[("hypothesis", h, proof.hyps) for h in proof.hyps]]
    for x in [x for x in proof.uses if x in proof.assumptions]:
        _, vs, guards, claim = proof.assumptions[x]
        known = [h for h in proof.hyps if free_in([h]).isdisjoint(vs)] + guards
        found += [(x, r, known) for r in [*guards, claim]]
    for place, r, known in found:
        scan(place, r[1], known)
        scan(place, r[2], known)
    return list(lines)


# ---- Witness --------------------------------------------------------------------------------------------------------


def interpret(t: Node, table: dict[str, tuple[list[Var], Node]], memo: dict[Node, Node]) -> Node:
    """Declared families replaced. Binders are opened on the way, so no argument put into a term is loose."""
    if t not in memo:
        if t.head in BINDERS:
            v = fresh(BINDERS[t.head])
            under = close(interpret(opened(t.args[-1], v), table, memo), v)
            memo[t] = mk(t.head, (), [*[interpret(a, table, memo) for a in t.args[:-1]], under], t.hint)
        else:
            args = [interpret(a, table, memo) for a in t.args]
            vs, value = table.get(t.data[0], ([], t)) if t.head == "app" else ([], t)
            memo[t] = mk(t.head, t.data, args, t.hint) if value is t else subst(value, dict(zip(vs, args, strict=True)))
    return memo[t]


def witness(proof: Proof, doc: Any) -> None:
    """The interpretation makes every assumption and every hypothesis true, so they do not contradict one another."""
    parts, table = fields(doc, {"interpretation", "values", "proofs"}), {}
    memo: dict[Node, Node] = {}
    for x, xs, t in [listed(entry, 3) for entry in listed(parts["interpretation"])]:
        need(type(x) is str and x in proof.declared and x not in table, "not a declared family, or twice")
        vs, value, (sorts, result) = [proof.var(v) for v in listed(xs)], proof.term(t), proof.families[x]
        need(tuple([v[1] for v in vs]) == sorts and len({v[0] for v in vs}) == len(vs), "not the declared arguments")
        need(fits(value, result) and value.free <= set(vs) and not value.fams, "not a term over these variables")
        table[x] = (vs, value)
    need(len(table) == len(proof.declared), "a family without interpretation")
    pairs = [listed(pair, 2) for pair in listed(parts["values"])]
    values = assigned([proof.var(v) for v, _ in pairs], [proof.term(t) for _, t in pairs])
    need(all(not t.fams and (not t.free or t.sort == "W") for t in values.values()), "not a value")
    need(free_in(proof.hyps) <= values.keys(), "a variable without value")

    def meant(t: Node) -> Node:
        return interpret(t, table, memo)

    def form(definitions: Any, change: Callable[[Node], Node]) -> list[Any]:
        return [(*d[:4], [[nf(change(t)) for t in terms] for terms in d[4:]]) for d in definitions]

    goals: list[tuple[list[Rel], Rel]] = []
    for _, _, guards, claim in proof.assumptions.values():
        goals.append(([mapped(g, meant) for g in guards], mapped(claim, meant)))
    goals += [([], put(mapped(h, meant), values)) for h in proof.hyps]
    need(len(listed(parts["proofs"])) == len(goals), "not one proof for each assumption and hypothesis")
    for inner, (hyps, claim) in zip([Proof(p, frozenset()) for p in parts["proofs"]], goals, strict=True):
        need(not inner.declared and not inner.assumptions and not inner.means, "more than definitions in the theory")
        need(form(inner.definitions, lambda t: t) == form(proof.definitions, meant), "other definitions")
        need(held(*inner.hyps).keys() == held(*hyps).keys() and inner.uses == [], "other hypotheses or assumptions")
        same(inner.claim, claim)


# ---- Acceptance -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    claim: str
    hyps: list[str]
    uses: list[str]
    axioms: list[str]
    hash: str
    steps: int
    certificates: int
    definedness: list[str]


LOCK = threading.Lock()


def check(text: str, limit_s: float = 60) -> Report:
    """Accept a proof and say what it proves, or raise Refused."""
    with LOCK:  # the tables of terms and atoms are shared
        depth = sys.getrecursionlimit()
        try:
            sys.setrecursionlimit(max(depth, 10_000))
            DEADLINE[0] = time.monotonic() + limit_s
            doc = load(text)
            proof = Proof(doc, frozenset(["witness"]))
            if "witness" in doc:
                witness(proof, doc["witness"])
            sentence = hashlib.sha256(proof.sentence().encode("ascii")).hexdigest()
            return Report(
                show_rel(proof.claim),
                [show_rel(h) for h in proof.hyps],
                proof.uses,
                [x for x in proof.uses if x in proof.assumptions and proof.assumptions[x][0] == "axiom"],
                sentence,
                len(proof.steps),
                sum([step[0] == "certificate" for step in doc["steps"]]),
                definedness(proof),
            )
        except (RecursionError, MemoryError, OverflowError) as error:
            raise Refused(f"too much: {type(error).__name__}") from None
        finally:
            sys.setrecursionlimit(depth)
            for table in (POOL, ATOMS, ATOM_OF, KEYS):
                table.clear()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Check stored proofs.")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file")
    parser.add_argument("files", nargs="+", metavar="FILE.json")
    options = parser.parse_args(arguments)
    accepted = True
    for path in options.files:
        start, reason = time.monotonic(), ""
        report = Report("", [], [], [], "", 0, 0, [])
        try:
            with open(path, encoding="utf-8") as file:
                report = check(file.read())
        except (Refused, OSError, UnicodeDecodeError) as error:
            reason, accepted = str(error) or "refused", False
        seconds = round(time.monotonic() - start, 3)
        if options.json:
            line = {"file": path, "accepted": reason == "", "reason": reason, **vars(report), "seconds": seconds}
            print(json.dumps(line), flush=True)
            continue
        print(f"{path}: {'accepted' if reason == '' else 'refused: ' + reason} ({seconds} s)")
        if reason == "":
            print("\n".join([*[f"  {h}" for h in report.hyps], f"  |- {report.claim}", f"  {report.hash}"]))
            print("\n".join([f"  uses {x}" for x in report.uses] + [f"  {d}" for d in report.definedness]), flush=True)
    return 0 if accepted else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
