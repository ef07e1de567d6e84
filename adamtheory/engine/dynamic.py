"""Comparators that move: what a program sums so that regret against the best point of every round is known.

The least loss of one round over a box or over R^d, and over any set in one coordinate, is taken at

    the clipped e          where the loss declares @loss(minimiser="e"), a separable convex loss least at e
    the clipped -c1/c2     of a separable quadratic, read off its text; at the end that c1 points away from if c2 = 0
    the clipped margin     where the loss declares @loss(margin="e"), convex in its one total(a*x) and least at e there
    an end of the set      in rounds with s < 0 where the loss declares @loss(concave="s"), concave in each coordinate

Over a ball, a simplex or a ball of the 1-norm in several coordinates it is taken at

    the mean of the best vertices, or -radius*c1/|c1|_2, of a linear loss
    the projected -c1/c2   of a quadratic whose c2 is one positive number, the same in every coordinate
    the clipped margin     cut at the least and the largest <a, x> on the set
    the projected e        of total(h(x - e)), h convex and the same in every coordinate, on the simplex, and on the
                           ball of the 1-norm where h is even
    the capped e           of total(absolute(x - e)) on the ball: as much of each |e_i|, as far as it goes
    the clipped e          on the diagonal, the points of equal coordinates, where the loss is the same in all of them
    a vertex               in rounds that are concave and the same in all coordinates; for the ball none is known

For the projected e: on the simplex all x_i > 0 differ from e_i by one number and the others by a larger one, and so do
the sizes on the ball of the 1-norm; that is what Karush, Kuhn and Tucker ask for, whatever h is. For the diagonal: the
mean of a best point over all orders of the coordinates is one, by convexity. For the cap: a coordinate that moves has
slope 1, so that x_i is one number for all of them.

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
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, Number, names, rebuild, substitute

# no names of the language, so that they meet none
LOW, HIGH, SIZE = Name("low of the set"), Name("high of the set"), Name("size of the set")
BOX, WHOLE = "box", "R^d"  # the shapes of sets; in one coordinate every bounded one is a box
BALL, SIMPLEX, L1_BALL = "ball", "simplex", "l1_ball"
X = Name("x")
WANTED = {  # what the text of a declared loss is not, where its least loss is not known
    BALL: "not total(absolute(x - e))",
    SIMPLEX: "no total(h(x - e))",
    L1_BALL: "no total(h(x - e)) of an even h",
}


@dataclass(frozen=True)
class Dynamic:
    """`point`: where a round is best, before the projection, or already `inside` the set; `value`: its least loss where
    no point is spelled out; `moving`: the comparator that the loss declares, before the projection."""

    point: Expr | None = None
    value: Expr | None = None
    moving: Expr | None = None
    inside: bool = False


def dynamic(rule: Rule, feasible: Rule, dimension: int) -> Dynamic:
    """What is summed for a loss on a set; raises `ParameterError` where neither comparator is known."""
    shape = _shape(feasible, dimension)
    moving = rule.notes.get("moving")
    try:
        found = _best(rule, shape, dimension)
    except ParameterError:
        if moving is None:
            raise
        return Dynamic(moving=moving)
    ends = _ends(feasible, dimension)
    point, value = (None if e is None else substitute(e, ends) for e in (found.point, found.value))
    return Dynamic(point, value, moving, found.inside)


def _shape(feasible: Rule, dimension: int) -> str:
    """Whether the set is a box, a set that couples several coordinates, or all of R^d; never a guess."""
    vector = feasible.facts.get("vector")
    if vector is not None and dimension > 1:
        return str(vector)
    if feasible.results == (Name("y", 0),) and not feasible.body:
        return WHOLE
    if vector is None and {p.name for p in feasible.parameters} != {"low", "high"}:
        raise ParameterError(
            "the best point of a round is known on a box, a ball, a simplex, a ball of the 1-norm or on all of R^d, "
            f"not on {feasible.name}"
        )
    return BOX


def _ends(feasible: Rule, dimension: int) -> dict[Name, Expr]:
    """What stands for the ends of the interval that the diagonal of a set of one parameter is."""
    d = Number(Fraction(dimension))
    match feasible.facts.get("vector"):
        case "simplex":
            part = _divided(SIZE, d)
            return {LOW: part, HIGH: part}
        case "ball" | "l1_ball" as name:
            part = _divided(SIZE, Apply("sqrt", (d,)) if name == BALL and d != ONE else d)
            return {LOW: _minus(part), HIGH: part}
    return {}


def _best(rule: Rule, shape: str, dimension: int) -> Dynamic:
    if "margin" in rule.notes:
        return Dynamic(value=_least_of_margin(rule, shape))
    if "concave" in rule.notes:
        return Dynamic(value=_least_of_mixed(rule, shape, dimension))
    if shape in (BOX, WHOLE):
        return Dynamic(_point(rule, shape == BOX))
    if "minimiser" in rule.notes:
        return _declared(rule, shape)
    coefficients = polynomial(rule)
    curved = None if coefficients is None else _constant(coefficients[1])
    if coefficients is None or curved is None or curved < 0:
        raise ParameterError(
            f"the least loss of a round of {rule.name} on the set {shape} in several coordinates has no known form: it "
            "is neither linear nor a quadratic of one curvature; give a box"
        )
    c1, c2 = coefficients
    return Dynamic(_divided(_minus(c1), c2)) if curved > 0 else Dynamic(_lowest(c1, shape), inside=True)


# -- boxes and R^d -----------------------------------------------------------------------------------------------------


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
    centre = _divided(_minus(c1), c2)
    if curved is not None and curved > 0:
        return centre
    if not boxed:
        raise ParameterError(f"a round of {rule.name} falls without end; dynamic regret needs a bounded set")
    end = Apply("where<", (ZERO, c1, LOW, Apply("where<", (c1, ZERO, HIGH, ZERO))))
    return end if curved == 0 else Apply("where<", (ZERO, c2, centre, end))


# -- sets that couple the coordinates ----------------------------------------------------------------------------------


def _lowest(slope: Expr, shape: str) -> Expr:
    """Where a linear loss is least; of several vertices the mean, of all points 0 or the centre."""
    if shape == BALL:
        length = norm(slope)
        return Apply("where<", (ZERO, length, _minus(Apply("mul", (SIZE, _divided(slope, length)))), ZERO))
    height = _minus(slope) if shape == SIMPLEX else Apply("absolute", (slope,))
    best = Apply("where<", (height, Apply("largest", (height,)), ZERO, ONE))
    share = _divided(Apply("mul", (SIZE, best)), Apply("total", (best,)))
    if shape == SIMPLEX:
        return share
    return Apply("where<", (ZERO, slope, _minus(share), Apply("where<", (slope, ZERO, share, ZERO))))


def _declared(rule: Rule, shape: str) -> Dynamic:
    """Where a separable convex loss is least whose own minimiser is declared."""
    least = rule.notes["minimiser"]
    error = _error(rule)
    if shape == BALL and error == Apply("absolute", (X,)):
        return Dynamic(Apply("capped", (least,)), inside=True)
    if error is not None and (shape == SIMPLEX or (shape == L1_BALL and _even(error))):
        return Dynamic(least)
    if _symmetric(rule):
        return Dynamic(_clipped(least, LOW, HIGH), inside=True)
    raise ParameterError(
        f"the least loss of a round of {rule.name} on the set {shape} in several coordinates has no known form: its "
        f"text is {WANTED[shape]}; give a box"
    )


def _error(rule: Rule) -> Expr | None:
    """h(x) of a loss total(h(x - e)) where e is the declared minimiser and h reads parameters alone."""
    inlined = _inlined(rule)
    least, loss = substitute(rule.notes["minimiser"], inlined), substitute(rule.results[0], inlined)
    if not (isinstance(loss, Apply) and loss.op == "total"):
        return None
    hole = Name("x - e")
    error = rebuild(loss.args[0], lambda node: hole if node == Apply("sub", (X, least)) else None)
    known = {Name(p.name) for p in rule.parameters}
    return substitute(error, {hole: X}) if hole in names(error) and names(error) <= {hole, *known} else None


def _even(error: Expr) -> bool:
    """Whether x stands in absolute(x) and in even powers only."""
    size = Name("|x|")

    def of_size(node: Expr) -> Expr | None:
        match node:
            case Apply("absolute", (Name("x", 0),)):
                return size
            case Apply("ipow", (Name("x", 0), Number(power))) if power % 2 == 0:
                return size
        return None

    return X not in names(rebuild(error, of_size))


def _symmetric(rule: Rule) -> bool:
    """Whether a loss is the same in every coordinate: no input differs between them, and no slot hears of x."""
    inlined = _inlined(rule)
    kept = {n for e in rule.next_slots for n in names(substitute(e, inlined))}
    return all(i.kind not in ("row", "uniform") for i in rule.inputs) and X not in kept


def _inlined(rule: Rule) -> dict[Name, Expr]:
    """What every line of a rule is in its inputs, slots and parameters."""
    inlined: dict[Name, Expr] = {}
    for line in rule.body:
        inlined[line.target] = substitute(line.value, inlined)
    return inlined


def _constant(expr: Expr) -> Fraction | None:
    """The value of an expression without variables."""
    if names(expr):
        return None
    value: Fraction = compile_expr(expr, arithmetic("rational"), 1)({}, 0)
    return value


def _least_of_mixed(rule: Rule, shape: str, dimension: int) -> Expr:
    """The least of rounds that are convex and of others that are concave, the same in every coordinate."""
    if shape == WHOLE:
        raise ParameterError(f"a round of {rule.name} falls without end; dynamic regret needs a bounded set")
    if shape == BALL or "minimiser" not in rule.notes or not _symmetric(rule):
        raise ParameterError(
            f"the least loss of a round of {rule.name} on the set {shape} in {dimension} coordinates has no known "
            "form: some rounds are not convex; give a box, a simplex or a ball of the 1-norm"
        )
    inlined, d = _inlined(rule), Number(Fraction(dimension))
    loss = substitute(rule.results[0], inlined)

    def at(x: Expr) -> Expr:
        return substitute(loss, {X: x})

    def vertex(x: Expr) -> Expr:
        others = Apply("mul", (Apply("sub", (d, ONE)), at(ZERO)))
        return _divided(Apply("add", (at(x), others)), d)

    match shape:
        case "simplex":
            least = vertex(SIZE)
        case "l1_ball":
            least = Apply("minimum", (vertex(SIZE), vertex(_minus(SIZE))))
        case _:
            least = Apply("minimum", (at(LOW), at(HIGH)))
    convex = at(_clipped(substitute(rule.notes["minimiser"], inlined), LOW, HIGH))
    return Apply("where<", (substitute(rule.notes["concave"], inlined), ZERO, least, convex))


# -- losses of one margin ----------------------------------------------------------------------------------------------


def _least_of_margin(rule: Rule, shape: str) -> Expr:
    """The loss with its total(a*x) replaced by the declared margin, as far as points of the set have such a margin."""
    (row,) = [Name(i.name) for i in rule.inputs if i.kind == "row"]
    margin = Apply("total", (Apply("mul", (row, X)),))
    inlined = _inlined(rule)
    best, loss = substitute(rule.notes["margin"], inlined), substitute(rule.results[0], inlined)
    size = Apply("total", (Apply("absolute", (row,)),))
    if shape == WHOLE:
        reached: Expr = Apply("where<", (ZERO, size, best, ZERO))
    else:
        reached = _clipped(best, *_reach(row, shape))
    return rebuild(loss, lambda node: reached if node == margin else None)


def _reach(row: Expr, shape: str) -> tuple[Expr, Expr]:
    """The least and the largest <a, x> on a bounded set."""
    match shape:
        case "ball":
            most: Expr = Apply("mul", (SIZE, norm(row)))
        case "l1_ball":
            most = Apply("mul", (SIZE, Apply("largest", (Apply("absolute", (row,)),))))
        case "simplex":
            least = _minus(Apply("mul", (SIZE, Apply("largest", (_minus(row),)))))
            return least, Apply("mul", (SIZE, Apply("largest", (row,))))
        case _:
            return _at_ends(row, LOW, HIGH), _at_ends(row, HIGH, LOW)
    return _minus(most), most


def _at_ends(row: Expr, at_positive: Expr, at_negative: Expr) -> Expr:
    """sum_i of a_i times one end of the box where a_i > 0, times the other where a_i < 0."""
    positive, negative = Apply("mul", (row, at_positive)), Apply("mul", (row, at_negative))
    return Apply("total", (Apply("where<", (ZERO, row, positive, Apply("where<", (row, ZERO, negative, ZERO)))),))


# -- expressions -------------------------------------------------------------------------------------------------------


def norm(vector: Expr) -> Expr:
    """The Euclidean norm."""
    return Apply("sqrt", (Apply("total", (Apply("mul", (vector, vector)),)),))


def _clipped(value: Expr, low: Expr, high: Expr) -> Expr:
    return Apply("where<", (value, low, low, Apply("where<", (high, value, high, value))))


def _minus(value: Expr) -> Expr:
    return Apply("neg", (value,))


def _divided(value: Expr, by: Expr) -> Expr:
    return value if by == ONE else Apply("div", (value, by))
