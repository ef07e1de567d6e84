"""What a step is, read off the text: s A/B, with A a linear form in gradients and averages and B their denominator.

    text = Text(adam)
    text.quotient()                      Quotient(m'/(1 - p1'), sqrt(v'/(1 - p2')) + eps, rate lr, decays False)
    text.linear(moment)                  {m': 1/(1 - p1')}
    text.recursion("m")                  [(beta1, (m,)), (1 - beta1, (g,))]

A line that gives a slot its new value is an atom, called m' here; so is a gradient that the text has changed. All else
is written out. What depends on parameters, t and slots of such kind alone is quiet: the same for every history.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeGuard

from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, Number, names, substitute, walk
from adamtheory.logic.terms import Refused

Monomial = tuple[Expr, tuple[Expr, ...]]  # a quiet coefficient, and factors that are not quiet


class NoBound(Refused):
    """The step is out of reach of these proofs; the message is the reason that a finding prints."""


@dataclass(frozen=True)
class Quotient:
    """x_t = x_{t-1} - rate moment/denominator, with the signs as they may be, and perhaps a decay of x besides.

    rate         what stands before the quotient: the parameter lr, or 1
    denominator  None where there is none
    declared     whether moment and denominator are the rule's own declaration
    """

    moment: Expr
    denominator: Expr | None
    rate: Expr
    decays: bool
    declared: bool = False


class Text:
    """A rule with its lines written out up to the atoms."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.new = {
            slot.name: end
            for slot, end in zip(rule.slots, rule.next_slots, strict=True)
            if isinstance(end, Name) and end.version > 0
        }
        self.gradients = _gradients(rule)
        self.atoms = {*self.new.values(), *self.gradients}
        self.known: dict[Name, Expr] = {Name("eta"): ONE}  # the schedule is the caller's
        self.lines: dict[Name, Expr] = {}  # atom -> its line
        for line in rule.body:
            value = substitute(line.value, self.known)
            (self.lines if line.target in self.atoms else self.known)[line.target] = value
        ends = zip(rule.slots, rule.next_slots, strict=True)
        self.ends = {
            s.name: self.lines.get(e, self.folded(e)) if isinstance(e, Name) else self.folded(e) for s, e in ends
        }

    def folded(self, expr: Expr) -> Expr:
        """The expression written out up to the atoms."""
        return substitute(expr, self.known)

    @cached_property
    def gradient(self) -> Name:
        """The gradient as the lines use it: the last that the text makes of it."""
        return self.gradients[-1] if self.gradients else Name("g")

    @property
    def free(self) -> bool:
        """Whether that gradient may be any number, because the one given is: it is not, once it has been clipped."""
        parts = [self.monomials(self.lines[name]) for name in self.gradients]
        given = [Name("g"), *self.gradients]
        return all(
            any(factors == (old,) and isinstance(c, Number) for c, factors in line)
            and not any(old in names(f) for _, factors in line if factors != (old,) for f in factors)
            for old, line in zip(given, parts, strict=False)
        )

    # --- what is the same for every history ---

    @cached_property
    def quiet_slots(self) -> set[str]:
        """The slots that no gradient enters."""
        found = {s.name for s in self.rule.slots}
        while True:
            quiet = self._quiet_names(found)
            kept = {name for name in found if self._is_quiet(self.ends[name], quiet)}
            if kept == found:
                return found
            found = kept

    def _quiet_names(self, slots: set[str]) -> set[Name]:
        return {Name(s.name) for s in self.rule.scalars} | {
            name for s in slots for name in (Name(s), self.new.get(s, Name(s)))
        }

    @staticmethod
    def _is_quiet(expr: Expr, quiet: set[Name]) -> bool:
        return names(expr) <= quiet and not any(isinstance(n, Apply) and n.op == "total" for n in walk(expr))

    def quiet(self, expr: Expr) -> bool:
        """Whether the expression is the same for every history."""
        return self._is_quiet(expr, self._quiet)

    @cached_property
    def _quiet(self) -> set[Name]:
        return self._quiet_names(self.quiet_slots)

    # --- polynomials in what is not quiet ---

    def monomials(self, expr: Expr) -> list[Monomial]:
        """The expression as a sum of quiet coefficients times products of what is not quiet."""
        if self.quiet(expr):
            return [] if expr == ZERO else [(expr, ())]
        if not isinstance(expr, Apply):
            return [(ONE, (expr,))]
        if expr.op in ("add", "sub"):
            left, right = (self.monomials(a) for a in expr.args)
            return _collected([*left, *(right if expr.op == "add" else _negated(right))])
        if expr.op == "neg":
            return _negated(self.monomials(expr.args[0]))
        if expr.op == "mul":
            return _collected(_product(*(self.monomials(a) for a in expr.args)))
        if expr.op == "div":
            return _collected(_product(self.monomials(expr.args[0]), self._reciprocal(expr.args[1])))
        if expr.op == "ipow" and isinstance(expr.args[1], Number) and expr.args[1].value >= 1:
            found = self.monomials(expr.args[0])
            whole = found
            for _ in range(int(expr.args[1].value) - 1):
                whole = _product(whole, found)
            return _collected(whole)
        return [(ONE, (expr,))]

    def _reciprocal(self, expr: Expr) -> list[Monomial]:
        if self.quiet(expr):
            return [(Apply("div", (ONE, expr)), ())]
        if isinstance(expr, Apply) and expr.op == "mul":
            return _product(*(self._reciprocal(a) for a in expr.args))
        if isinstance(expr, Apply) and expr.op == "div":
            return _product(self._reciprocal(expr.args[0]), self.monomials(expr.args[1]))
        return [(ONE, (Apply("div", (ONE, expr)),))]

    def linear(self, expr: Expr) -> dict[Expr, Expr]:
        """The expression as a linear form: atom -> coefficient, in which what is known before the step may stand."""
        found: dict[Expr, Expr] = {}
        for coefficient, factors in self.monomials(self.folded(expr)):
            fresh = [f for f in factors if isinstance(f, Name) or not self._past(f)]
            if len(fresh) != 1:
                raise NoBound("the numerator is no linear form in averages and gradients")
            for factor in factors:
                coefficient = coefficient if factor is fresh[0] else _times(coefficient, factor)
            found[fresh[0]] = coefficient if fresh[0] not in found else Apply("add", (found[fresh[0]], coefficient))
        return found

    def _past(self, expr: Expr) -> bool:
        """Whether the newest gradient does not enter."""
        old = {Name(s.name) for s in self.rule.slots} | self._quiet
        return names(expr) <= old and not any(isinstance(f, Apply) and f.op == "total" for f in walk(expr))

    def recursion(self, slot: str) -> list[Monomial]:
        """The new value of a slot as a polynomial in what is not quiet."""
        return self.monomials(self.ends[slot])

    # --- the quotient ---

    def quotient(self) -> Quotient:
        """The step as one quotient; raises `NoBound` where it is none."""
        moved = self.monomials(self.folded(self.rule.results[0]))
        x = Name("x")
        decays = [c for c, factors in moved if factors == (x,)] != [ONE]
        rest = [(c, factors) for c, factors in moved if factors != (x,)]
        lr = Name("lr")
        stripped = [(_without(c, lr), factors) for c, factors in rest]
        rate: Expr = lr if stripped and all(c is not None for c, _ in stripped) else ONE
        if rate == lr:
            rest = [(c, factors) for c, factors in stripped if c is not None]
        under = {tuple(f for f in factors if _is_reciprocal(f)) for _, factors in rest}
        if len(under) != 1 or len(next(iter(under))) > 1:
            raise NoBound("the step is no single quotient")
        below = next(iter(under))
        moment: Expr = ZERO
        for factors, c in _positive(rest):
            part = c
            for factor in factors:
                part = part if _is_reciprocal(factor) else _times(part, factor)
            moment = part if moment == ZERO else Apply("add", (moment, part))
        return Quotient(moment, below[0].args[1] if below else None, rate, decays)

    def declared(self, found: Quotient) -> Quotient | None:
        """The rule's own words for numerator and denominator, where their quotient is that of the text."""
        notes = self.rule.notes
        if set(notes) != {"moment", "denominator"} or found.denominator is None:
            return None
        own, parts = (
            {f: c for c, f in self.monomials(self.folded(Apply("div", pair)))}
            for pair in ((notes["moment"], notes["denominator"]), (found.moment, found.denominator))
        )
        same = set(own) == set(parts) and all(_same(own[f], parts[f]) for f in own)
        return replace(found, moment=notes["moment"], denominator=notes["denominator"], declared=True) if same else None

    def divides(self) -> bool:
        """Whether anything in the text is not a polynomial in what is not quiet."""
        ends = [*self.ends.values(), *map(self.folded, self.rule.results), *self.lines.values()]
        plain = (Name,)
        return not all(isinstance(f, plain) for end in ends for _, factors in self.monomials(end) for f in factors)


def _gradients(rule: Rule) -> list[Name]:
    """The names that the text gives to the gradient after changing it: g itself, or g with something of x."""
    known, scalars = {Name("g")}, {Name(s.name) for s in rule.scalars}
    found = []
    for line in rule.body:
        used = names(line.value) - scalars
        weighted = line.target.id == "g" or (used & known and used - known == {Name("x")})
        if weighted and used & known:
            known.add(line.target)
            found.append(line.target)
    return found


def _is_reciprocal(expr: Expr) -> TypeGuard[Apply]:
    return isinstance(expr, Apply) and expr.op == "div" and expr.args[0] == ONE


def _negated(monomials: list[Monomial]) -> list[Monomial]:
    return [(Number(-c.value) if isinstance(c, Number) else Apply("neg", (c,)), f) for c, f in monomials]


def _times(a: Expr, b: Expr) -> Expr:
    if ONE in (a, b):
        return b if a == ONE else a
    if isinstance(b, Apply) and b.op == "div" and b.args[0] == ONE:
        return Apply("div", (a, b.args[1]))
    return Apply("mul", (a, b))


def _product(left: list[Monomial], right: list[Monomial]) -> list[Monomial]:
    return [(_times(a, b), (*f, *g)) for a, f in left for b, g in right]


def _collected(monomials: list[Monomial]) -> list[Monomial]:
    found: dict[tuple[Expr, ...], Expr] = {}
    for c, factors in monomials:
        factors, c = tuple(sorted(factors, key=str)), _tidy(c)
        found[factors] = _plus(found[factors], c) if factors in found else c
    return [(c, f) for f, c in found.items() if c != ZERO]


def _plus(a: Expr, b: Expr) -> Expr:
    """a + b, where 1 - (1 - y) is y: so m + (1 - y) (g - m) decays with y."""
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value)
    number, up, down = factors_of(b)
    if a == ONE and number == -1 and len(up) == 1 and not down:
        (rest,) = up
        if isinstance(rest, Apply) and rest.op == "sub" and rest.args[0] == ONE:
            return rest.args[1]
    return Apply("add", (a, b))


def _tidy(expr: Expr) -> Expr:
    """A product with its numbers and signs in front, as one number."""
    number, up, down = factors_of(expr)
    signed = isinstance(expr, Apply) and any(
        isinstance(e, Number) or (isinstance(e, Apply) and e.op == "neg") for e in expr.args
    )
    return product_of(number, up, down) if signed or (isinstance(expr, Apply) and expr.op == "neg") else expr


def factors_of(expr: Expr) -> tuple[Fraction, list[Expr], list[Expr]]:
    """A number, what is multiplied and what is divided by, through products, quotients and signs."""
    if isinstance(expr, Number):
        return expr.value, [], []
    if isinstance(expr, Apply) and expr.op in ("mul", "div"):
        c, up, down = factors_of(expr.args[0])
        d, up_, down_ = factors_of(expr.args[1])
        if expr.op == "mul":
            return c * d, up + up_, down + down_
        return (c / d, up + down_, down + up_) if d else (c, up, [*down, expr.args[1]])
    if isinstance(expr, Apply) and expr.op == "neg":
        c, up, down = factors_of(expr.args[0])
        return -c, up, down
    return Fraction(1), [expr], []


def product_of(number: Fraction, up: list[Expr], down: list[Expr]) -> Expr:
    """The expression with these factors."""
    found: Expr = Number(number)
    for factor in sorted(up, key=lambda e: e == ONE):
        found = _times(found, factor)
    for factor in down:
        found = Apply("div", (found, factor))
    return found


def _positive(monomials: list[Monomial]) -> list[tuple[tuple[Expr, ...], Expr]]:
    """The monomials by their factors, all signs changed where the first is negative."""
    found = []
    turn = Fraction(-1 if factors_of(monomials[0][0])[0] < 0 else 1) if monomials else Fraction(1)
    for c, factors in monomials:
        number, up, down = factors_of(c)
        found.append((factors, product_of(turn * number, up, down)))
    return found


def _same(a: Expr, b: Expr) -> bool:
    """Whether two quiet coefficients are one product in different orders."""
    (c, up, down), (d, up_, down_) = factors_of(a), factors_of(b)
    return c == d and _counted(up, down) == _counted(up_, down_)


def _counted(up: list[Expr], down: list[Expr]) -> Counter[Expr]:
    found = Counter(up)
    found.subtract(down)
    return Counter({e: k for e, k in found.items() if k and e != ONE})


def _without(expr: Expr, factor: Expr) -> Expr | None:
    """The product without one of its factors; its sign is dropped with it."""
    number, up, down = factors_of(expr)
    if factor not in up:
        return None
    rest = list(up)
    rest.remove(factor)
    return product_of(number, rest, down)
