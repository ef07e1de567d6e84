"""The best fixed point of absolute errors sum_t |x - z_t|_1: the median of the targets, coordinate by coordinate.

A loss belongs here if its text is total(absolute(x - e)) with an e that reads rows of data, draws and parameters alone.
Rows are weighted by their visits. Draws are repeated from seed and stream, one coordinate of a lane at a time, so that
the memory is that of one number a round. The median is found by comparisons alone; cut at the ends of a box it is best
there, since each coordinate's sum is convex.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from adamtheory.errors import ParameterError
from adamtheory.hindsight.comparators import Comparator
from adamtheory.hindsight.margin_sums import SLACK, UNIT, Floats, gamma
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, Name, Number, names, substitute
from adamtheory.simulation.rows import draws
from adamtheory.simulation.trajectory import Trajectory

MOST = 2**25  # rounds whose random targets are held at once
ULPS = 16  # by which NumPy's target may differ from the kernel's: both have log and cos right to 4 units at least

Solved = dict[Any, list[Comparator]]
Vector = npt.NDArray[Any]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "sqrt": np.sqrt,
    "exp": np.exp, "log": np.log, "absolute": np.abs, "pow": np.power, "cospi": lambda a: np.cos(np.pi * a),
    "maximum": lambda a, b: np.where(a > b, a, b), "minimum": lambda a, b: np.where(a < b, a, b),
    "where<": lambda a, b, c, d: np.where(a < b, c, d), "where<=": lambda a, b, c, d: np.where(a <= b, c, d),
}  # fmt: skip


def absolute_target(rule: Rule) -> Expr | None:
    """The e of a loss total(absolute(x - e)); None for any other loss."""
    inlined: dict[Name, Expr] = {}
    for line in rule.body:
        inlined[line.target] = substitute(line.value, inlined)
    match substitute(rule.results[0], inlined):
        case Apply("total", (Apply("absolute", (Apply("sub", (Name("x", 0), e)),)),)):
            inputs = {Name(i.name) for i in rule.inputs[1:] if i.kind in ("row", "uniform")}
            total = any(isinstance(part, Apply) and part.op == "total" for part in _parts(e))
            return e if not total and names(e) <= inputs | {Name(p.name) for p in rule.parameters} else None
    return None


def _parts(expr: Expr) -> list[Expr]:
    return [expr, *(part for arg in expr.args for part in _parts(arg))] if isinstance(expr, Apply) else [expr]


def check_rounds(rule: Rule, horizon: int) -> None:
    """Raise `ParameterError` where the targets of that many rounds do not fit in the memory that is allowed."""
    if horizon > MOST and any(i.kind == "uniform" for i in rule.inputs) and absolute_target(rule) is not None:
        raise ParameterError(
            f"the best fixed point of {rule.name} is a median of {horizon} targets; ask for T <= {MOST}"
        )


def best_medians(trajectory: Trajectory, bounds: tuple[Floats, Floats], solved: Solved) -> tuple[Vector, ...]:
    """Values (*lanes, K), points (*lanes, K, d) and gaps (*lanes, K) at all checkpoints.

    bounds: ends of the box for every lane, each (*lanes, 1, 1). The points are exact medians of the targets as NumPy
    computes them; the gap holds the rounding of the sums and of the targets.
    Source: the median minimises the sum of absolute errors (Laplace); for weights, Edgeworth.
    """
    losses, rounds = trajectory.sequence, trajectory.checkpoints
    check_rounds(losses.rule, int(rounds[-1]))
    shape, d = trajectory.shape, losses.dimension
    value, gap = np.empty((2, *shape, len(rounds)))
    point = np.empty((*shape, len(rounds), d))
    for lane in np.ndindex(shape):
        ends = float(bounds[0][lane].item()), float(bounds[1][lane].item())
        given = {p.name: float(trajectory.parameters["f_" + p.name][lane]) for p in losses.rule.parameters}
        stream = trajectory.key(lane) if losses.random else ()
        data = losses.rule.digest, id(losses.features), losses.order, trajectory.dtype, d
        key = (*data, stream, tuple(given.values()), ends, tuple(rounds.tolist()))
        if key not in solved:
            solved[key] = _lane(trajectory, lane, given, *ends)
        for k, best in enumerate(solved[key]):
            value[(*lane, k)], gap[(*lane, k)], point[(*lane, k)] = best.value, best.gap, best.point
    return value, point, gap


def _lane(
    trajectory: Trajectory, lane: tuple[int, ...], given: dict[str, float], low: float, high: float
) -> list[Comparator]:
    """The best fixed points of one lane at all checkpoints."""
    from adamtheory.hindsight.regret import visit_counts

    losses, rounds = trajectory.sequence, trajectory.checkpoints.tolist()
    expr = absolute_target(losses.rule)
    assert expr is not None
    rounded = 0.0 if isinstance(expr, Name) else ULPS * float(np.finfo(trajectory.dtype).eps)
    points, values, gaps = np.empty((len(rounds), losses.dimension)), np.zeros(len(rounds)), np.zeros(len(rounds))
    counts = [visit_counts(trajectory, lane, t) for t in rounds] if losses.features is not None else None
    for k in range(losses.dimension):
        z = targets(trajectory, lane, given, k)
        order = np.argsort(z, kind="stable") if counts is not None else None
        for i, t in enumerate(rounds):
            if counts is None or order is None:
                u = float(np.clip(np.partition(z[:t], (t - 1) // 2)[(t - 1) // 2], low, high))
                terms, sizes = np.abs(u - z[:t]), z[:t]
            else:
                u = float(np.clip(weighted_median(z, order, counts[i]), low, high))
                terms, sizes = counts[i] * np.abs(u - z), counts[i] * z
            points[i, k] = u
            values[i] += float(np.sum(terms))
            # NumPy adds long contiguous arrays pairwise, in blocks of 128 numbers with 8 partial sums
            rounding = gamma(40 + math.ceil(math.log2(t + len(z)))) * float(np.sum(terms))
            gaps[i] += SLACK * (rounding + rounded * float(np.sum(np.abs(sizes))))
    gaps += losses.dimension * UNIT * values
    found = zip(points, values.tolist(), gaps.tolist(), strict=True)
    return [Comparator(point, value, gap, 0.0, 0, "median, for all v") for point, value, gap in found]


def weighted_median(z: Floats, order: Vector, counts: Vector) -> float:
    """The least z_i with at least half of the counts at or below it; `order` sorts z. The median of no counts is 0."""
    below = np.cumsum(counts[order])
    return float(z[order[int(np.searchsorted(2 * below, below[-1]))]]) if below[-1] else 0.0


def targets(trajectory: Trajectory, lane: tuple[int, ...], given: dict[str, float], k: int) -> Floats:
    """The targets of coordinate k: of all rows of the data, or of rounds 1..T as they were drawn in that lane."""
    losses, number = trajectory.sequence, np.dtype(trajectory.dtype).type
    expr = absolute_target(losses.rule)
    assert expr is not None
    values: dict[Name, Vector] = {Name(name): np.asarray(number(value)) for name, value in given.items()}
    last = int(trajectory.checkpoints[-1])
    drawn = [i.name for i in losses.rule.inputs if i.kind == "uniform"]
    for index, name in enumerate(drawn):
        place = k * (len(drawn) + len(drawn) % 2) + index
        values[Name(name)] = draws(trajectory.dtype, last, place, *trajectory.key(lane))
    for item in losses.rule.inputs:
        if item.kind == "row" and losses.features is not None:
            values[Name(item.name)] = losses.features[:, k].astype(number)
    with np.errstate(all="ignore"):
        found = evaluate(expr, values, number)
    length = last if losses.features is None else len(losses.features)
    return np.ascontiguousarray(np.broadcast_to(found, (length,)), np.float64)


def evaluate(expr: Expr, values: dict[Name, Vector], number: Any) -> Vector:
    """The expression on whole arrays, in the dtype of the run."""
    if isinstance(expr, Number):
        return np.asarray(number(expr.value.numerator / expr.value.denominator))
    if isinstance(expr, Name):
        return values[expr]
    if expr.op == "ipow" and isinstance(expr.args[1], Number):
        return evaluate(expr.args[0], values, number) ** int(expr.args[1].value)
    found: Vector = FUNCTIONS[expr.op](*(evaluate(arg, values, number) for arg in expr.args))
    return found
