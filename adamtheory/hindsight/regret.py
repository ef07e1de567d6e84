"""Regret against the best fixed point of the rounds so far, and the law by which it grows.

    trajectory = simulate(adam(lr=0.5, beta1=0, beta2=0.1), reddi(C=3), 10**6)
    r = regret(trajectory)
    r.regret[-1], r.growth.verdict                       # 666668.9..., "linear regret"

The best fixed point is exact for losses that are separable quadratics (prefix sums), the declared one where the loss
proves its minimiser, a median for absolute errors, and a solver's with a certified gap for other losses on data; on
every set of `adamtheory.sets`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.hindsight.growth import Growth, growth
from adamtheory.language.equality import Same
from adamtheory.simulation.nearest import nearest
from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.hindsight.comparators import Comparator
    from adamtheory.hindsight.medians import Domain

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Regret(Same):
    """Regret at the checkpoints.

    checkpoints  (K,) rounds T
    regret       (*lanes, K) R_T = sum_{t<=T} f_t(x_t) less the losses of the comparator: min_u sum_{t<=T} f_t(u), or
                 what `against` says
    average      (*lanes, K) R_T/T
    comparator   (*lanes, K, d) the best fixed point of the first T rounds, or the one given; NaN if it moves
    gap          (*lanes, K) certified for the comparator alone: its losses, as they are taken off in R_T, exceed those
                 of the best point by at most gap, the rounding of their sum included; 0 where the comparator is exact.
                 It does not cover the rounding of the losses that the run itself suffers
    growth       how R_T grows with T, per lane and over the replicates; see `Growth`
    against      the comparator as it was asked for
    path         (*lanes, K) sum_{t=2..T} |u_t - u_{t-1}| of a comparator that moves; None for others, and where the
                 least loss of a round is known without its point
    """

    checkpoints: Array
    regret: Array
    average: Array
    comparator: Array
    gap: Array
    growth: Growth
    against: Any = "best"
    path: Array | None = None


def regret(
    trajectory: Trajectory,
    *,
    against: Any = "best",
    solved: dict[Any, list[Comparator]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Regret:
    """The regret of a trajectory at its checkpoints.

    against   "best": the best fixed point of the rounds so far; a number or (d,) numbers: a point of the set;
              "dynamic": the best point of every round; "moving": what the loss moves about. See `against`
    solved    comparators that a solver has found; give the same dictionary for several optimizers on the same data,
              and each best fixed point is computed once
    progress  called with (checkpoints solved, checkpoints) while a solver looks for the best fixed points

    Raises `ParameterError` where the losses are unbounded below on the set, or no exact comparator is known: a rule of
    one's own may name the minimiser of all its prefix sums by `@loss(comparator="...")`.
    """
    import numpy as np

    from adamtheory.hindsight.against import BEST, compare

    path: Array | None = None
    if isinstance(against, str) and against == BEST:
        value, point, gap = best_fixed_points(trajectory, solved=solved, progress=progress)
    else:
        _check_set(trajectory)
        found = compare(trajectory, against)
        value, path = found.value, found.path
        with np.errstate(invalid="ignore"):  # NaN for a loss without end
            gap = value * 0.0
        point = found.point if found.point is not None else trajectory.iterates * float("nan")
    result = trajectory.losses - value
    rounds = trajectory.checkpoints
    law = growth(trajectory, result)
    return Regret(rounds, result, result / rounds, point, gap, law, against, path)


def best_fixed_points(
    trajectory: Trajectory,
    *,
    solved: dict[Any, list[Comparator]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Array, Array, Array]:
    """The best fixed point of the rounds up to each checkpoint: its loss (*lanes, K), itself (*lanes, K, d), its gap.

    The arguments are those of `regret`, and so is what is raised.
    """
    from adamtheory.hindsight.medians import absolute_target, best_medians

    _check_set(trajectory)
    sums, solved = trajectory.sums, {} if solved is None else solved
    if "loss_at_point" in sums:
        return sums["loss_at_point"], _declared(trajectory), sums["loss_at_point"] * 0.0
    if absolute_target(trajectory.sequence.rule) is not None:
        value, point, gap = best_medians(trajectory, _domain(trajectory), solved)
        return value, point, gap
    if trajectory.sequence.targets is not None:
        return _on_data(trajectory, solved, progress)
    if sums.keys() & {"c0", "c1", "c2"}:
        return _separable(trajectory)
    raise ParameterError(
        f"no exact best fixed point is known for {trajectory.sequence.rule.name}: it is no separable quadratic; "
        'declare the minimiser of all its prefix sums by @loss(comparator="...")'
    )


def _wide(trajectory: Trajectory, array: Array) -> Array:
    """A sum with its coordinate axis: (*lanes, K, d)."""
    import numpy as np

    shape = trajectory.iterates.shape
    return np.broadcast_to(array[..., None] if array.ndim < len(shape) else array, shape)


def _check_set(trajectory: Trajectory) -> None:
    from adamtheory.sets import SETS

    rule = trajectory.feasible.rule
    if rule.digest not in {known.digest for known in SETS.values()}:
        raise ParameterError(f"no best fixed point is known on the set {rule.name}; known sets: {', '.join(SETS)}")


def _bounds(trajectory: Trajectory) -> tuple[Array, Array]:
    """Ends of the box or, in one coordinate, of any set, each (*lanes, 1, 1); infinite for all of R^d."""
    import numpy as np

    assert _coupling(trajectory) is None  # such a set is no box
    given = trajectory.parameters
    high = given.get("p_high", given.get("p_radius", given.get("p_scale", np.full(trajectory.shape, np.inf))))
    low = given.get("p_low", given.get("p_scale", -high))
    return np.asarray(low)[..., None, None], np.asarray(high)[..., None, None]


def _declared(trajectory: Trajectory) -> Array:
    """The minimiser that the loss declares, evaluated with its parameters."""
    import numpy as np

    from adamtheory.language.arithmetic import arithmetic
    from adamtheory.language.reading import Values, compile_expr
    from adamtheory.language.tree import Name

    loss, system = trajectory.sequence.rule, arithmetic("float64")
    evaluate = compile_expr(loss.notes["comparator"], system, 1)
    names = [p.name for p in loss.parameters]
    flat = [trajectory.parameters["f_" + name].reshape(-1) for name in names]
    # once for lanes that share their parameters; the row of zeros is for a loss without any
    rows, places = np.unique([np.zeros(math.prod(trajectory.shape)), *flat], axis=1, return_inverse=True)
    found = np.empty(rows.shape[1])
    for i, (_, *row) in enumerate(rows.T):
        values: Values = {Name(name): [value] for name, value in zip(names, row, strict=True)}
        with system.quiet():
            found[i] = evaluate(values, 0)
    point = found[places].reshape(*trajectory.shape, 1, 1)
    if not np.isfinite(point).all():
        raise ParameterError(f"{loss.name} names no best fixed point for these parameters; see its documentation")
    points = np.repeat(point.reshape(-1, 1), trajectory.iterates.shape[-1], axis=1)
    where = trajectory.feasible.rule
    moved = nearest(where, {p.name: trajectory.parameters["p_" + p.name].ravel() for p in where.parameters}, points)
    if np.any(moved != points):
        raise ParameterError(f"the best fixed point that {loss.name} names is not in the set; give a larger one")
    return np.broadcast_to(point, trajectory.iterates.shape)


def _coupling(trajectory: Trajectory) -> tuple[str, Array] | None:
    """The name and the size (*lanes,) of a set that couples the coordinates; None for a box and for R^d."""
    name = trajectory.feasible.rule.facts.get("vector")
    if name is None or trajectory.iterates.shape[-1] == 1:
        return None
    (parameter,) = trajectory.feasible.rule.parameters
    return str(name), trajectory.parameters["p_" + parameter.name]


def _domain(trajectory: Trajectory) -> Callable[[tuple[int, ...]], Domain]:
    """The set of each lane: ends of a box, infinite for all of R^d, or name and size of one that couples."""
    if (coupling := _coupling(trajectory)) is not None:
        name, sizes = coupling
        return lambda lane: (name, float(sizes[lane]))
    low, high = _bounds(trajectory)
    return lambda lane: (float(low[lane].item()), float(high[lane].item()))


def _separable(trajectory: Trajectory) -> tuple[Array, Array, Array]:
    import numpy as np

    from adamtheory.hindsight.comparators import separable_quadratic
    from adamtheory.hindsight.separable_sets import separable_on_set

    sums, zero = trajectory.sums, np.zeros(trajectory.iterates.shape)
    c1 = _wide(trajectory, sums["c1"]) if "c1" in sums else zero
    c2 = _wide(trajectory, sums["c2"]) if "c2" in sums else zero
    if (coupling := _coupling(trajectory)) is not None:
        name, size = coupling
        point, value, gap = separable_on_set(name, c1, c2, np.broadcast_to(size[..., None], c1.shape[:-1]))
    else:
        low, high = _bounds(trajectory)
        point, value = separable_quadratic(c1, c2, low, high)
        gap = value * 0.0
    return value + sums.get("c0", 0.0), point, gap


def _on_data(
    trajectory: Trajectory, solved: dict[Any, list[Comparator]], progress: Callable[[int, int], None] | None
) -> tuple[Array, Array, Array]:
    """Solve for the best fixed point at every checkpoint; lanes that share rows and set share the solution."""
    import numpy as np

    shape, losses = trajectory.shape, trajectory.sequence
    count = len(trajectory.checkpoints)
    value, gap = np.empty((*shape, count)), np.empty((*shape, count))
    point = np.empty((*shape, count, losses.dimension))
    domain = _domain(trajectory)
    for lane in np.ndindex(shape):
        # a shuffled sequence depends on seed and stream, file order on neither
        stream = trajectory.key(lane) if losses.order == "shuffled" else ()
        data = losses.rule.digest, id(losses.features), id(losses.targets), losses.order
        key = (*data, tuple(trajectory.checkpoints.tolist()), domain(lane), stream)
        if key not in solved:
            solved[key] = _path(trajectory, lane, domain(lane), progress)
        for k, best in enumerate(solved[key]):
            value[(*lane, k)], gap[(*lane, k)], point[(*lane, k)] = best.value, best.gap, best.point
    return value, point, gap


def _path(
    trajectory: Trajectory,
    lane: tuple[int, ...],
    domain: Domain,
    progress: Callable[[int, int], None] | None,
) -> list[Comparator]:
    """The best fixed points of one lane at all checkpoints, each search starting from the one before."""
    from adamtheory.hindsight.comparators import best_fixed_point
    from adamtheory.hindsight.hinge import best_hinge
    from adamtheory.losses import hinge, least_squares, logistic

    losses = trajectory.sequence
    families = {logistic.digest: "logistic", least_squares.digest: "least_squares", hinge.digest: "hinge"}
    family = families.get(losses.rule.digest)
    if family is None or losses.features is None or losses.targets is None:
        raise ParameterError(
            f"no certified comparator is known for {losses.rule.name}; known: {', '.join(families.values())}"
        )
    coupled = (domain[0], domain[1]) if isinstance(domain[0], str) else None
    low, high = (-math.inf, math.inf) if isinstance(domain[0], str) else (domain[0], domain[1])
    found: list[Comparator] = []
    for t in trajectory.checkpoints.tolist():
        start = found[-1].point if found else None
        counts = visit_counts(trajectory, lane, t)
        if family == "hinge":
            found.append(best_hinge(losses.features, losses.targets, counts, low, high, coupled=coupled))
        else:
            given = family, losses.features, losses.targets, counts, low, high
            found.append(best_fixed_point(*given, start=start, coupled=coupled))
        if progress is not None:
            progress(len(found), len(trajectory.checkpoints))
    return found


def visit_counts(trajectory: Trajectory, lane: tuple[int, ...], rounds: int) -> Array:
    """How often each row of the data was met in the first `rounds` rounds."""
    import numpy as np

    from adamtheory.simulation.rows import epoch_order

    losses = trajectory.sequence
    size = len(losses.features) if losses.features is not None else 0
    epochs, rest = divmod(rounds, size)
    counts = np.full(size, epochs, np.int64)
    if losses.order == "shuffled" and rest:
        counts[epoch_order(size, epochs, *trajectory.key(lane))[:rest]] += 1
    else:
        counts[:rest] += 1
    return counts
