"""Comparators that move: what a program sums so that regret against the best point of every round is known.

The least loss of one round over a box or over R^d is taken at

    the clipped e          where the loss declares @loss(minimiser="e"), a separable convex loss least at e
    the clipped -c1/c2     of a separable quadratic, read off its text; at the end that c1 points away from if c2 = 0
    the clipped margin     where the loss declares @loss(margin="e"), convex in its one total(a*x) and least at e there

A loss may also declare a comparator of its own that moves, @loss(moving="e"), which need not be best in any round.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from adamtheory.engine.prefix_sums import polynomial
from adamtheory.errors import ParameterError
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import compile_expr
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ZERO, Apply, Expr, Name, names, rebuild, substitute

LOW, HIGH = Name("low of the set"), Name("high of the set")  # no names of the language, so that they meet none


@dataclass(frozen=True)
class Dynamic:
    """`point`: where a round is best, before the projection; `value`: its least loss where no point is spelled out;
    `moving`: the comparator that the loss declares, before the projection."""

    point: Expr | None = None
    value: Expr | None = None
    moving: Expr | None = None


def dynamic(rule: Rule, feasible: Rule) -> Dynamic:
    """What is summed for a loss on a set; raises `ParameterError` where neither comparator is known."""
    boxed = {p.name for p in feasible.parameters} == {"low", "high"}
    if not boxed and feasible.parameters:
        raise ParameterError(f"the best point of a round is known on a box or on all of R^d, not on {feasible.name}")
    moving = rule.notes.get("moving")
    try:
        if "margin" in rule.notes:
            return Dynamic(value=_least_of_margin(rule, boxed), moving=moving)
        return Dynamic(_point(rule, boxed), moving=moving)
    except ParameterError:
        if moving is None:
            raise
    return Dynamic(moving=moving)


def _point(rule: Rule, boxed: bool) -> Expr:
    """The minimiser of one round before the projection."""
    if "minimiser" in rule.notes:
        return rule.notes["minimiser"]
    coefficients = polynomial(rule)
    if coefficients is None:
        raise ParameterError(
            f"the least loss of a round of {rule.name} has no known form: it is no separable quadratic; declare where "
            'it is taken by @loss(minimiser="...")'
        )
    c1, c2 = coefficients
    curved = _constant(c2)
    centre = Apply("div", (Apply("neg", (c1,)), c2))
    if curved is not None and curved > 0:
        return centre
    if not boxed:
        raise ParameterError(f"a round of {rule.name} falls without end; dynamic regret needs a box")
    end = Apply("where<", (ZERO, c1, LOW, Apply("where<", (c1, ZERO, HIGH, ZERO))))
    return end if curved == 0 else Apply("where<", (ZERO, c2, centre, end))


def _constant(expr: Expr) -> Fraction | None:
    """The value of an expression without variables."""
    if names(expr):
        return None
    value: Fraction = compile_expr(expr, arithmetic("rational"), 1)({}, 0)
    return value


def _least_of_margin(rule: Rule, boxed: bool) -> Expr:
    """The loss with its total(a*x) replaced by the declared margin, as far as points of the set have such a margin."""
    (row,) = [Name(i.name) for i in rule.inputs if i.kind == "row"]
    margin = Apply("total", (Apply("mul", (row, Name("x"))),))
    inlined: dict[Name, Expr] = {}
    for line in rule.body:
        inlined[line.target] = substitute(line.value, inlined)
    best, loss = substitute(rule.notes["margin"], inlined), substitute(rule.results[0], inlined)
    least, most = _reach(row, LOW, HIGH), _reach(row, HIGH, LOW)
    clipped = Apply("where<", (best, least, least, Apply("where<", (most, best, most, best))))
    size = Apply("total", (Apply("absolute", (row,)),))
    reached = clipped if boxed else Apply("where<", (ZERO, size, best, ZERO))
    return rebuild(loss, lambda node: reached if node == margin else None)


def _reach(row: Expr, at_positive: Expr, at_negative: Expr) -> Expr:
    """sum_i of a_i times one end of the box where a_i > 0, times the other where a_i < 0."""
    positive, negative = Apply("mul", (row, at_positive)), Apply("mul", (row, at_negative))
    return Apply("total", (Apply("where<", (ZERO, row, positive, Apply("where<", (row, ZERO, negative, ZERO)))),))
