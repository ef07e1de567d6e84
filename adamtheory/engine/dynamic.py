"""Comparators that move: what a program sums so that regret against the best point of every round is known.

The least loss of one round over a box or over R^d, and over any set in one coordinate, is taken at

    the clipped e          where the loss declares @loss(minimiser="e"), a separable convex loss least at e
    the clipped -c1/c2     of a separable quadratic, read off its text; at the end that c1 points away from if c2 = 0
    the clipped margin     where the loss declares @loss(margin="e"), convex in its one total(a*x) and least at e there

Over a ball in several coordinates it is taken at

    -radius*c1/|c1|_2      of a linear loss
    the projected -c1/c2   of a quadratic whose c2 is one positive number, the same in every coordinate
    the clipped margin     cut at radius*|a|_2 on both sides

A simplex or a ball of the 1-norm would need the order of the coordinates, or the largest, which no sum over them is.

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

# no names of the language, so that they meet none
LOW, HIGH, SIZE = Name("low of the set"), Name("high of the set"), Name("size of the set")
BOX, BALL, WHOLE = "box", "ball", "R^d"  # the shapes of sets; in one coordinate every bounded one is a box


@dataclass(frozen=True)
class Dynamic:
    """`point`: where a round is best, before the projection; `value`: its least loss where no point is spelled out;
    `moving`: the comparator that the loss declares, before the projection."""

    point: Expr | None = None
    value: Expr | None = None
    moving: Expr | None = None


def dynamic(rule: Rule, feasible: Rule, dimension: int) -> Dynamic:
    """What is summed for a loss on a set; raises `ParameterError` where neither comparator is known."""
    shape = _shape(feasible, dimension)
    moving = rule.notes.get("moving")
    try:
        if "margin" in rule.notes:
            found = Dynamic(value=_least_of_margin(rule, shape))
        else:
            found = Dynamic(_point_on_ball(rule) if shape == BALL else _point(rule, shape == BOX))
    except ParameterError:
        if moving is None:
            raise
        return Dynamic(moving=moving)
    ends = _ends(feasible)
    point, value = (None if e is None else substitute(e, ends) for e in (found.point, found.value))
    return Dynamic(point, value, moving)


def _shape(feasible: Rule, dimension: int) -> str:
    """Whether the set is a box, a ball in several coordinates, or all of R^d; never a guess."""
    vector = feasible.facts.get("vector")
    if vector is not None and dimension > 1:
        if vector != "ball":
            raise ParameterError(
                f"the best point of a round on {feasible.name} in {dimension} coordinates needs their order, which "
                "is no sum over them; known on a box, a ball and all of R^d, in one coordinate on every set"
            )
        return BALL
    if feasible.results == (Name("y", 0),) and not feasible.body:
        return WHOLE
    if vector is None and {p.name for p in feasible.parameters} != {"low", "high"}:
        raise ParameterError(
            f"the best point of a round is known on a box, a ball or on all of R^d, not on {feasible.name}"
        )
    return BOX


def _ends(feasible: Rule) -> dict[Name, Expr]:
    """What stands for the ends of the interval that a set of one parameter is in one coordinate."""
    match feasible.facts.get("vector"):
        case "simplex":
            return {LOW: SIZE, HIGH: SIZE}
        case "ball" | "l1_ball":
            return {LOW: Apply("neg", (SIZE,)), HIGH: SIZE}
    return {}


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


def _point_on_ball(rule: Rule) -> Expr:
    """The minimiser of one round, linear or of one curvature, before the projection; see the module."""
    coefficients = polynomial(rule)
    curved = None if coefficients is None else _constant(coefficients[1])
    if coefficients is None or curved is None or curved < 0:
        raise ParameterError(
            f"the least loss of a round of {rule.name} on a ball in several coordinates has no known form: it is "
            "neither linear nor a quadratic of one curvature; give a box"
        )
    c1, c2 = coefficients
    if curved > 0:
        return Apply("div", (Apply("neg", (c1,)), c2))
    length = norm(c1)
    return Apply("where<", (ZERO, length, Apply("neg", (Apply("mul", (SIZE, Apply("div", (c1, length)))),)), ZERO))


def norm(vector: Expr) -> Expr:
    """The Euclidean norm."""
    return Apply("sqrt", (Apply("total", (Apply("mul", (vector, vector)),)),))


def onto_ball(point: Expr) -> Expr:
    """The Euclidean projection on the ball of that size."""
    length = norm(point)
    return Apply("where<", (SIZE, length, Apply("mul", (point, Apply("div", (SIZE, length)))), point))


def _constant(expr: Expr) -> Fraction | None:
    """The value of an expression without variables."""
    if names(expr):
        return None
    value: Fraction = compile_expr(expr, arithmetic("rational"), 1)({}, 0)
    return value


def _least_of_margin(rule: Rule, shape: str) -> Expr:
    """The loss with its total(a*x) replaced by the declared margin, as far as points of the set have such a margin."""
    (row,) = [Name(i.name) for i in rule.inputs if i.kind == "row"]
    margin = Apply("total", (Apply("mul", (row, Name("x"))),))
    inlined: dict[Name, Expr] = {}
    for line in rule.body:
        inlined[line.target] = substitute(line.value, inlined)
    best, loss = substitute(rule.notes["margin"], inlined), substitute(rule.results[0], inlined)
    least, most = _reach(row, LOW, HIGH), _reach(row, HIGH, LOW)
    if shape == BALL:
        most = Apply("mul", (SIZE, norm(row)))
        least = Apply("neg", (most,))
    clipped = Apply("where<", (best, least, least, Apply("where<", (most, best, most, best))))
    size = Apply("total", (Apply("absolute", (row,)),))
    reached = clipped if shape != WHOLE else Apply("where<", (ZERO, size, best, ZERO))
    return rebuild(loss, lambda node: reached if node == margin else None)


def _reach(row: Expr, at_positive: Expr, at_negative: Expr) -> Expr:
    """sum_i of a_i times one end of the box where a_i > 0, times the other where a_i < 0."""
    positive, negative = Apply("mul", (row, at_positive)), Apply("mul", (row, at_negative))
    return Apply("total", (Apply("where<", (ZERO, row, positive, Apply("where<", (row, ZERO, negative, ZERO)))),))
