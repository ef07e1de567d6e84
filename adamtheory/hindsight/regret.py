"""Regret against the best fixed point of the rounds so far, and the law by which it grows.

    trajectory = simulate(adam(lr=0.5, beta1=0, beta2=0.1), reddi(C=3), 10**6)
    r = regret(trajectory)
    r.regret[-1], r.growth.verdict                       # 666668.9..., "linear regret"

The best fixed point is exact for losses that are separable quadratics (prefix sums), the declared one where the loss
proves its minimiser, and a solver's with a certified gap for losses on data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.hindsight.growth import Growth, growth
from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.hindsight.comparators import Comparator

    Array = NDArray[Any]


@dataclass(frozen=True)
class Regret:
    """Regret at the checkpoints.

    checkpoints  (K,) rounds T
    regret       (*lanes, K) R_T = sum_{t<=T} f_t(x_t) - min_u sum_{t<=T} f_t(u)
    average      (*lanes, K) R_T/T
    comparator   (*lanes, K, d) the best fixed point of the first T rounds
    gap          (*lanes, K) certified bound on the comparator's own error: the true regret lies in [R_T, R_T + gap];
                 0 where the comparator is exact
    growth       how R_T grows with T, per lane and over the replicates; see `Growth`
    """

    checkpoints: Array
    regret: Array
    average: Array
    comparator: Array
    gap: Array
    growth: Growth


def regret(
    trajectory: Trajectory,
    *,
    solved: dict[Any, list[Comparator]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Regret:
    """The regret of a trajectory at its checkpoints.

    solved    comparators that a solver has found; give the same dictionary for several optimizers on the same data,
              and each best fixed point is computed once
    progress  called with (checkpoints solved, checkpoints) while a solver looks for the best fixed points

    Raises `ParameterError` where the losses are unbounded below on the set, or no exact comparator is known: a rule of
    one's own may name the minimiser of all its prefix sums by `@loss(comparator="...")`.
    """
    value, point, gap = best_fixed_points(trajectory, solved=solved, progress=progress)
    result = trajectory.losses - value
    rounds = trajectory.checkpoints
    law = growth(trajectory, result)
    return Regret(rounds, result, result / rounds, point, gap, law)


def best_fixed_points(
    trajectory: Trajectory,
    *,
    solved: dict[Any, list[Comparator]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Array, Array, Array]:
    """The best fixed point of the rounds up to each checkpoint: its loss (*lanes, K), itself (*lanes, K, d), its gap.

    The arguments are those of `regret`, and so is what is raised.
    """
    sums = trajectory.sums
    _check_set(trajectory)
    if "loss_at_point" in sums:
        value, point = sums["loss_at_point"], _declared(trajectory)
        gap = value * 0.0
    elif trajectory.sequence.targets is not None:
        value, point, gap = _on_data(trajectory, {} if solved is None else solved, progress)
    elif sums:
        value, point = _separable(trajectory)
        gap = value * 0.0
    else:
        raise ParameterError(
            f"no exact best fixed point is known for {trajectory.sequence.rule.name}: it is no separable quadratic; "
            'declare the minimiser of all its prefix sums by @loss(comparator="...")'
        )
    return value, point, gap


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
    """Ends of the box, each (*lanes, 1, 1); infinite for all of R^d."""
    import numpy as np

    low = trajectory.parameters.get("p_low", np.full(trajectory.shape, -np.inf))
    high = trajectory.parameters.get("p_high", np.full(trajectory.shape, np.inf))
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
    low, high = _bounds(trajectory)
    if np.any((point < low) | (point > high)):
        raise ParameterError(f"the best fixed point that {loss.name} names is not in the set; give a larger one")
    return np.broadcast_to(point, trajectory.iterates.shape)


def _separable(trajectory: Trajectory) -> tuple[Array, Array]:
    import numpy as np

    from adamtheory.hindsight.comparators import separable_quadratic

    sums, zero = trajectory.sums, np.zeros(trajectory.iterates.shape)
    c1 = _wide(trajectory, sums["c1"]) if "c1" in sums else zero
    c2 = _wide(trajectory, sums["c2"]) if "c2" in sums else zero
    low, high = _bounds(trajectory)
    point, value = separable_quadratic(c1, c2, low, high)
    return value + sums.get("c0", 0.0), point


def _on_data(
    trajectory: Trajectory, solved: dict[Any, list[Comparator]], progress: Callable[[int, int], None] | None
) -> tuple[Array, Array, Array]:
    """Solve for the best fixed point at every checkpoint; lanes that share rows and set share the solution."""
    import numpy as np

    shape, losses = trajectory.shape, trajectory.sequence
    count = len(trajectory.checkpoints)
    value, gap = np.empty((*shape, count)), np.empty((*shape, count))
    point = np.empty((*shape, count, losses.dimension))
    low, high = _bounds(trajectory)
    for lane in np.ndindex(shape):
        ends = float(low[lane].item()), float(high[lane].item())
        # a shuffled sequence depends on seed and stream, file order on neither
        stream = trajectory.key(lane) if losses.order == "shuffled" else ()
        data = losses.rule.digest, id(losses.features), id(losses.targets), losses.order
        key = (*data, tuple(trajectory.checkpoints.tolist()), ends, stream)
        if key not in solved:
            solved[key] = _path(trajectory, lane, *ends, progress)
        for k, best in enumerate(solved[key]):
            value[(*lane, k)], gap[(*lane, k)], point[(*lane, k)] = best.value, best.gap, best.point
    return value, point, gap


def _path(
    trajectory: Trajectory,
    lane: tuple[int, ...],
    low: float,
    high: float,
    progress: Callable[[int, int], None] | None,
) -> list[Comparator]:
    """The best fixed points of one lane at all checkpoints, each search starting from the one before."""
    from adamtheory.hindsight.comparators import best_fixed_point
    from adamtheory.losses import least_squares, logistic

    losses = trajectory.sequence
    families = {logistic.digest: "logistic", least_squares.digest: "least_squares"}
    family = families.get(losses.rule.digest)
    if family is None or losses.features is None or losses.targets is None:
        raise ParameterError(f"no certified comparator is known for {losses.rule.name}; known: logistic, least_squares")
    found: list[Comparator] = []
    for t in trajectory.checkpoints.tolist():
        start = found[-1].point if found else None
        counts = visit_counts(trajectory, lane, t)
        found.append(best_fixed_point(family, losses.features, losses.targets, counts, low, high, start=start))
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
