"""From what a user writes to grids: specs whose lists multiply out, or rules and a mapping of parameters.

plan = Asked(("adam[lr=0.5, beta1=0, beta2=linspace(0, 0.99, 100)]",), "reddi[C=3..10/8]", (1000, 10_000))
grids = plan.grids()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound
from adamtheory.runs.plan import labels
from adamtheory.runs.specs import (
    SEQUENCE_PARAMETERS,
    Spec,
    own_schedule,
    parse_spec,
    parse_value,
    to_loss,
    to_optimizer,
    to_schedule,
    to_set,
)
from adamtheory.simulation.binding import default_schedule, default_set
from adamtheory.simulation.lanes import as_array
from adamtheory.simulation.sequences import LossSequence
from adamtheory.simulation.simulate import LONGEST, prepare
from adamtheory.sweeping.grid import Axis, Grid, canonical, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Asked:
    """A sweep as texts and whole numbers; the fields are those of `Plan`, but for several horizons."""

    optimizers: tuple[str, ...]
    loss: str
    horizons: tuple[int, ...]
    schedule: str | None = None
    feasible: str | None = None
    start: str | None = None
    seeds: int = 1
    first_seed: int = 0
    dtype: str = "float64"
    projection: str = "weighted"

    def grids(self) -> list[Grid]:
        """One grid for each optimizer; raises `AdamTheoryError` for whatever is wrong."""
        loss = parse_spec(self.loss)
        losses = to_loss(_first(loss))
        names = labels(self.optimizers)
        return [self._grid(text, name, loss, losses) for text, name in zip(self.optimizers, names, strict=True)]

    def _grid(self, text: str, label: str, loss: Spec, losses: LossSequence) -> Grid:
        spec = parse_spec(text)
        steps = own_schedule(spec) or (parse_spec(self.schedule) if self.schedule else None)
        where = parse_spec(self.feasible) if self.feasible else None
        own = spec.without("schedule")
        axes = _axes(own, "o_", to_optimizer)
        axes += _axes(loss.without("data", "order"), "f_", lambda part: _with_parameters(losses, part))
        optimizer, schedule, feasible = to_optimizer(_first(own)), None, None
        if steps is not None:
            axes += _axes(steps, "s_", to_schedule)
            schedule = to_schedule(_first(steps))
        if where is not None:
            axes += _axes(where, "p_", to_set)
            feasible = to_set(_first(where))
        start = None if self.start is None else parse_value(self.start)
        if isinstance(start, str | Spec):
            raise ParameterError(f"start={self.start} is not a number; give a number or a list of numbers")
        seeds = range(self.first_seed, self.first_seed + self.seeds)
        return build(
            label, optimizer, losses, self.horizons, axes, schedule=schedule, feasible=feasible, start=start,
            seeds=seeds, dtype=self.dtype, projection=self.projection,
        )  # fmt: skip


def _first(spec: Spec) -> Spec:
    """The spec with the first value of every list."""
    return Spec(spec.name, {n: v[0] if isinstance(v, tuple) else v for n, v in spec.params.items()})


def _axes(spec: Spec, prefix: str, read: Callable[[Spec], Bound]) -> list[Axis]:
    """One axis for each list of a spec; a list from which two parameters come, such as a radius, lets both vary."""
    found = []
    for name, value in spec.params.items():
        if isinstance(value, tuple) and len(value) > 1:
            bound = read(Spec(spec.name, {**_first(spec).params, name: value}))
            found.append(along({prefix + n: v for n, v in bound.values.items() if isinstance(v, list)}))
    return found


def _with_parameters(losses: LossSequence, spec: Spec) -> Bound:
    """The loss with a spec's parameters, its periods checked too."""
    given = {n: list(v) if isinstance(v, tuple) else v for n, v in spec.params.items() if n not in SEQUENCE_PARAMETERS}
    bound = losses.rule(**given)
    _ = replace(losses, bound=bound).periods
    return bound


def along(columns: Mapping[str, Any]) -> Axis:
    """The axis of parameters that vary together."""
    import numpy as np

    arrays = [as_array(value, shown(name)) for name, value in columns.items()]
    lengths = {array.shape for array in arrays}
    if len(lengths) != 1 or arrays[0].ndim != 1 or not len(arrays[0]):
        names = ", ".join(f"{shown(n)} {a.shape}" for n, a in zip(columns, arrays, strict=True))
        raise ParameterError(f"values along one axis must be lists of one length; found {names}")
    if not all(np.isfinite(array).all() for array in arrays):
        raise ParameterError(f"a value of {', '.join(map(shown, columns))} is not finite")
    return Axis(tuple(columns), np.stack(arrays, axis=1))


def build(
    label: str,
    optimizer: Bound,
    losses: LossSequence,
    horizons: Sequence[int],
    axes: Sequence[Axis],
    *,
    schedule: Bound | None = None,
    feasible: Bound | None = None,
    start: Any = None,
    seeds: Sequence[int] = (0,),
    dtype: str = "float64",
    projection: str = "weighted",
) -> Grid:
    """A grid from rules with one value for every parameter, and the axes along which some of them vary.

    Checks everything that `simulate` checks, at the ends of all axes; compiles and runs nothing.
    """
    from adamtheory.hindsight.convexity import check_first_order

    rounds = [_rounds(horizon) for horizon in horizons]
    axes = [*axes]
    if start is not None and losses.dimension == 1 and as_array(start, "start").ndim:
        axes.append(along({"start": start}))
        start = None
    if len(seeds) > 1:
        axes.append(along({"seed": list(seeds)}))
    firsts = {name: axis.values[0, i] for axis in axes for i, name in enumerate(axis.names)}
    steps = default_schedule(optimizer, schedule)
    where = default_set(losses, feasible)
    job = prepare(
        _filled(optimizer, "o_", firsts), replace(losses, bound=_filled(losses.bound, "f_", firsts)),
        schedule=_filled(steps, "s_", firsts), feasible=_filled(where, "p_", firsts),
        start=firsts.get("start", start), seed=firsts.get("seed", seeds[0]), dtype=dtype, projection=projection,
    )  # fmt: skip
    if job.lanes.count != 1:
        raise ParameterError(f"{', '.join(job.lanes.axes)} has several values; give them as parameters of the sweep")
    grid = canonical(label, job, axes, rounds, start)
    check_first_order(losses)
    grid.corners()  # what fails at the ends of the axes fails now
    return grid


def _filled(bound: Bound, prefix: str, firsts: Mapping[str, Any]) -> Bound:
    """The rule with the first value of each of its axes."""
    return bound.rule(**{n: firsts.get(prefix + n, v) for n, v in bound.values.items()})


def _rounds(horizon: Any) -> int:
    import numpy as np

    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 1 <= horizon <= LONGEST:
        raise ParameterError(f"horizon={horizon} must be a whole number from 1 to {LONGEST:g}")
    return int(horizon)


def probe(grid: Grid) -> None:
    """Play one round at the corners, so that what must fail fails before a long run; data have a best fixed point.

    Raises `ParameterError` where a best fixed point does not exist or is not known. Compiles the kernel of all blocks.
    """
    import numpy as np

    from adamtheory.hindsight.regret import best_fixed_points

    trajectory = grid.corners().run(np.array([1]), workers=1)
    if grid.job.losses.features is None:
        best_fixed_points(trajectory)
