"""Whether a theorem's update rule is the rule of a run, or a form that the run's rule has.

A theorem about x - lr*m with any step sizes lr and m = beta1*m + (1 - beta1)*g is about every rule whose text steps by
a multiple of such an average: of Adam, lr is its step size divided by its denominator. The multiple is read off the
text, so that nothing has to be declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adamtheory.bounds.expressions import minus, over, plus, times
from adamtheory.language.rule import SUPPLIED, Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, serialise, substitute

G, X = Name("g"), Name("x")


@dataclass(frozen=True)
class Quotient:
    """A product of expressions divided by another; equal factors above and below have cancelled."""

    above: tuple[Expr, ...] = ()
    below: tuple[Expr, ...] = ()

    def times(self, *more: Expr) -> Quotient:
        """This times every factor."""
        below, above = list(self.below), list(self.above)
        for factor in more:
            if factor in below:
                below.remove(factor)
            elif factor != ONE:
                above.append(factor)
        return Quotient(tuple(above), tuple(below))

    @property
    def inverse(self) -> Quotient:
        """One over this."""
        return Quotient(self.below, self.above)

    def over(self, *more: Expr) -> Quotient:
        """This divided by every factor."""
        return self.inverse.times(*more).inverse

    @property
    def expr(self) -> Expr:
        """As an expression."""
        products = []
        for factors in (self.above, self.below):
            product: Expr = ONE
            for factor in factors:
                product = times(product, factor)
            products.append(product)
        return products[0] if products[1] == ONE else over(products[0], products[1])


@dataclass(frozen=True)
class Match:
    """The rule of a run as an instance of a theorem's rule.

    slots    the theorem's slot -> (its value after the round, its value before it, None where no slot keeps that)
    scalars  the theorem's scalar -> what it is in the run
    """

    slots: Mapping[str, tuple[Expr, Expr | None]]
    scalars: Mapping[str, Quotient] = field(default_factory=dict)


def match(pattern: Rule, rule: Rule) -> Match | None:
    """How `rule` is an instance of the theorem's rule `pattern`; None where it is not."""
    if pattern.digest == rule.digest:
        slots = {s.name: (e, Name(s.name)) for s, e in zip(rule.slots, rule.next_slots, strict=True)}
        return Match(slots, {s.name: Quotient((scalar(rule, s.name),)) for s in rule.scalars})
    if len(pattern.slots) != 1 or len(pattern.body) != 1:
        return None
    return next(_averages(pattern, rule), None)


def scalar(rule: Rule, name: str) -> Expr:
    """A scalar of the rule's text: the schedule's step size, what the engine supplies, or a parameter of the run."""
    scheduled = name == "lr" and rule.scalar("eta") is None
    return Name(name) if scheduled or name in SUPPLIED else Name(f"@o_{name}")


def with_parameters(rule: Rule, expr: Expr) -> Expr:
    """The expression with the rule's scalars named as parameters of the run."""
    return substitute(expr, {Name(s.name): scalar(rule, s.name) for s in rule.scalars})


def _averages(pattern: Rule, rule: Rule) -> Iterator[Match]:
    """Every slot of the rule that is updated as the pattern's, and g itself, by which the rule may step."""
    slot, line = pattern.slots[0], pattern.body[0]
    step = pattern.results[0]
    if pattern.next_slots[0] != line.target or not isinstance(step, Apply) or step.op != "sub" or step.args[0] != X:
        return
    for own, new, values in _candidates(pattern, rule):
        size = _coefficient(rule, new)
        unknown = [f for f in _factors(step.args[1]).above if f != line.target]
        if size is not None and len(unknown) == 1 and isinstance(unknown[0], Name):
            sizes = {name: Quotient((with_parameters(rule, value),)) for name, value in values.items()}
            parts = [tuple(with_parameters(rule, e) for e in part) for part in (size.above, size.below)]
            yield Match({slot.name: (new, own)}, {**sizes, unknown[0].id: Quotient(*parts)})


def _candidates(pattern: Rule, rule: Rule) -> Iterator[tuple[Expr | None, Expr, dict[str, Expr]]]:
    """(old value, new value, scalars) of what follows the pattern's recursion in the rule."""
    slot, line = pattern.slots[0], pattern.body[0]
    lines = {a.target: a.value for a in rule.body}
    for own, new in zip(rule.slots, rule.next_slots, strict=True):
        found: dict[str, Expr] = {}
        renamed = {Name(slot.name): Name(own.name), G: G}
        if own.initial == slot.initial and isinstance(new, Name) and new in lines:
            if _same(line.value, lines[new], renamed, found, _scalars(pattern)):
                yield Name(own.name), new, found
    for name in sorted(_scalars(pattern)):
        if _folded(line.value, {Name(name): ZERO}) == G:  # without momentum the average is the gradient
            yield None, G, {name: ZERO}


def _scalars(rule: Rule) -> set[str]:
    return {s.name for s in rule.scalars}


def _same(pattern: Expr, expr: Expr, renamed: Mapping[Name, Name], found: dict[str, Expr], free: set[str]) -> bool:
    """Whether the expression is the pattern for some values of its free scalars; sums and products in either order."""
    if isinstance(pattern, Name):
        if pattern.id in free:
            return serialise(found.setdefault(pattern.id, expr)) == serialise(expr)
        return renamed.get(pattern) == expr
    if not isinstance(pattern, Apply) or not isinstance(expr, Apply):
        return pattern == expr
    if pattern.op != expr.op or len(pattern.args) != len(expr.args):
        return False
    orders = [expr.args, expr.args[::-1]] if pattern.op in ("add", "mul") else [expr.args]
    for order in orders:
        tried = dict(found)
        if all(_same(a, b, renamed, tried, free) for a, b in zip(pattern.args, order, strict=True)):
            found.update(tried)
            return True
    return False


def _folded(expr: Expr, values: Mapping[Name, Expr]) -> Expr:
    """The expression at these values, with zeros and ones folded."""
    if isinstance(expr, Name):
        return values.get(expr, expr)
    if not isinstance(expr, Apply):
        return expr
    args = [_folded(a, values) for a in expr.args]
    known = {"add": plus, "sub": minus, "mul": times}
    return known[expr.op](*args) if expr.op in known else Apply(expr.op, tuple(args))


def _factors(expr: Expr) -> Quotient:
    """The factors of a product or quotient."""
    if isinstance(expr, Apply) and expr.op in ("mul", "div"):
        first, second = (_factors(a) for a in expr.args)
        second = second.inverse if expr.op == "div" else second
        return first.times(*second.above).over(*second.below)
    return Quotient((expr,))


def _coefficient(rule: Rule, average: Expr) -> Quotient | None:
    """c where the rule steps by x - c*average, with names of lines written out as far as that takes."""
    lines = {a.target: a.value for a in rule.body}
    step = rule.results[0]
    if not isinstance(step, Apply) or step.op != "sub" or step.args[0] != X:
        return None
    found = _factors(step.args[1])
    while average not in found.above:
        named = [f for f in found.above if isinstance(f, Name) and f in lines]
        if not named:
            return None
        found = found.over(named[0])
        inner = _factors(lines[named[0]])
        found = found.times(*inner.above).over(*inner.below)
    rest = list(found.above)
    rest.remove(average)
    return Quotient(tuple(rest), found.below)
