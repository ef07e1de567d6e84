"""The best fixed point of absolute errors sum_t |x - z_t|_1: the median of the targets, coordinate by coordinate.

A loss belongs here if its text is total(absolute(x - e)) with an e that reads rows of data, draws and parameters alone.
Rows are weighted by their visits. Draws are repeated from seed and stream, one coordinate of a lane at a time, so that
the memory is that of one number a round. The median is found by comparisons alone; cut at the ends of a box it is best
there, since each coordinate's sum is convex. On a set that couples the coordinates `coupled_medians` finds the point,
from the targets of all coordinates at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from adamtheory.errors import ParameterError
from adamtheory.hindsight.comparators import Comparator
from adamtheory.hindsight.coupled_medians import best_on_set, sorted_targets
from adamtheory.hindsight.margin_sums import SLACK, UNIT, Floats, gamma
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, Name, Number, names, substitute
from adamtheory.simulation.rows import draws
from adamtheory.simulation.trajectory import Trajectory

MOST = 2**25  # rounds whose random targets are held at once
ULPS = 16  # by which NumPy's target may differ from the kernel's: both have log and cos right to 4 units at least

Lane = tuple[int, ...]
Domain = tuple[float, float] | tuple[str, float]  # the ends of a box, or name and size of a set
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


def check_rounds(rule: Rule, horizon: int, coordinates: int = 1) -> None:
    """Raise `ParameterError` where the targets of that many rounds do not fit in the memory that is allowed.

    coordinates  whose targets are held at once: 1, or all on a set that couples them
    """
    most = MOST // coordinates
    if horizon > most and any(i.kind == "uniform" for i in rule.inputs) and absolute_target(rule) is not None:
        several = f" in {coordinates} coordinates" if coordinates > 1 else ""
        raise ParameterError(
            f"the best fixed point of {rule.name} is a median of {horizon} targets{several}; ask for T <= {most}"
        )


def best_medians(trajectory: Trajectory, domain: Callable[[Lane], Domain], solved: Solved) -> tuple[Vector, ...]:
    """Values (*lanes, K), points (*lanes, K, d) and gaps (*lanes, K) at all checkpoints.

    domain: of each lane, the ends of a box, or the name and the size of a set that couples the coordinates. On a box
    the points are exact medians of the targets as NumPy computes them; the gap holds the rounding of the sums and of
    the targets.
    Source: the median minimises the sum of absolute errors (Laplace); for weights, Edgeworth.
    """
    losses, rounds = trajectory.sequence, trajectory.checkpoints
    shape, d = trajectory.shape, losses.dimension
    coupled = "vector" in trajectory.feasible.rule.facts
    check_rounds(losses.rule, int(rounds[-1]), d if coupled else 1)
    value, gap = np.empty((2, *shape, len(rounds)))
    point = np.empty((*shape, len(rounds), d))
    for lane in np.ndindex(shape):
        given = {p.name: float(trajectory.parameters["f_" + p.name][lane]) for p in losses.rule.parameters}
        stream = trajectory.key(lane) if losses.random else ()
        data = losses.rule.digest, id(losses.features), losses.order, trajectory.dtype, d
        key = (*data, stream, tuple(given.values()), domain(lane), tuple(rounds.tolist()))
        if key not in solved:
            solved[key] = _lane(trajectory, lane, given, domain(lane))
        for k, best in enumerate(solved[key]):
            value[(*lane, k)], gap[(*lane, k)], point[(*lane, k)] = best.value, best.gap, best.point
    return value, point, gap


def _lane(trajectory: Trajectory, lane: Lane, given: dict[str, float], domain: Domain) -> list[Comparator]:
    """The best fixed points of one lane at all checkpoints."""
    from adamtheory.hindsight.regret import visit_counts

    losses, rounds = trajectory.sequence, trajectory.checkpoints.tolist()
    expr = absolute_target(losses.rule)
    assert expr is not None
    rounded = 0.0 if isinstance(expr, Name) else ULPS * float(np.finfo(trajectory.dtype).eps)
    points, values, gaps = np.empty((len(rounds), losses.dimension)), np.zeros(len(rounds)), np.zeros(len(rounds))
    counts = [None if losses.features is None else visit_counts(trajectory, lane, t) for t in rounds]
    columns: Iterable[Floats] = (targets(trajectory, lane, given, k) for k in range(losses.dimension))
    if isinstance(domain[0], str):
        columns = list(columns)
        for i, t in enumerate(rounds):
            met = [sorted_targets(z if losses.features is not None else z[:t], counts[i]) for z in columns]
            points[i], gaps[i] = best_on_set(met, domain[0], domain[1])
    for k, z in enumerate(columns):
        order = np.argsort(z, kind="stable") if losses.features is not None else None
        for i, t in enumerate(rounds):
            if not isinstance(domain[0], str):
                points[i, k] = np.clip(_median(z, order, counts[i], t), domain[0], domain[1])
            value, error = _sum_of(points[i, k], z, counts[i], t, rounded)
            values[i] += value
            gaps[i] += error
    gaps += losses.dimension * UNIT * values
    certificate = f"Frank-Wolfe gap over the {domain[0]}" if isinstance(domain[0], str) else "median, for all v"
    found = zip(points, values.tolist(), gaps.tolist(), strict=True)
    return [Comparator(point, value, gap, 0.0, 0, certificate) for point, value, gap in found]


def _sum_of(u: float, z: Floats, counts: Vector | None, t: int, rounded: float) -> tuple[float, float]:
    """The sum of |u - z| over t rounds, and a bound on the rounding of it and, relative `rounded`, of the targets."""
    terms, sizes = (np.abs(u - z[:t]), z[:t]) if counts is None else (counts * np.abs(u - z), counts * z)
    value = float(np.sum(terms))
    # NumPy adds long contiguous arrays pairwise, in blocks of 128 numbers with 8 partial sums
    rounding = gamma(40 + math.ceil(math.log2(t + len(z)))) * value
    return value, SLACK * (rounding + rounded * float(np.sum(np.abs(sizes))))


def _median(z: Floats, order: Vector | None, counts: Vector | None, t: int) -> float:
    """Of the first t targets or, with counts, of the rows as often as they were met."""
    if order is None or counts is None:
        return float(np.partition(z[:t], (t - 1) // 2)[(t - 1) // 2])
    return weighted_median(z, order, counts)


def weighted_median(z: Floats, order: Vector, counts: Vector) -> float:
    """The least z_i with at least half of the counts at or below it; `order` sorts z. The median of no counts is 0."""
    below = np.cumsum(counts[order])
    return float(z[order[int(np.searchsorted(2 * below, below[-1]))]]) if below[-1] else 0.0


def targets(trajectory: Trajectory, lane: Lane, given: dict[str, float], k: int) -> Floats:
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
