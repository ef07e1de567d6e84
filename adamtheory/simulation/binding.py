"""What a run takes, with its defaults: rules bound to parameters, the schedule, the set, seeds, the first points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.simulation.lanes import Lanes, as_array
from adamtheory.simulation.nearest import nearest
from adamtheory.simulation.sequences import LossSequence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def bind(rule: Rule | Bound, kind: str) -> Bound:
    """The rule with its defaults, or the bound rule as given; raises `ParameterError` for another kind."""
    bound = rule() if isinstance(rule, Rule) else rule
    if not isinstance(bound, Bound) or bound.rule.kind != kind:
        raise ParameterError(f"{rule!r} is not a {kind.replace('_', ' ')}")
    return bound


def default_schedule(optimizer: Bound, schedule: Rule | Bound | None) -> Bound:
    """The given schedule, else the one that the rule declares, else alpha/sqrt(t); its lr is the optimizer's."""
    from adamtheory.schedules import get_schedule

    if schedule is None:
        schedule = get_schedule(str(optimizer.rule.facts.get("schedule", "inverse_sqrt")))
    if isinstance(schedule, Rule):
        # the schedule's own lr is never used: the optimizer's takes its place in the kernel
        schedule = schedule(lr=1) if schedule.scalar("lr") else schedule()
    return bind(schedule, "schedule")


def default_set(losses: LossSequence, feasible: Rule | Bound | None) -> Bound:
    """The given set, else the box of the radius that the loss declares, else all of R^d."""
    from adamtheory.sets import box, everything

    radius = losses.rule.facts.get("radius")
    if feasible is None:
        feasible = everything if radius is None else box(low=-radius, high=radius)
    bound = bind(feasible, "feasible_set")
    if {"low", "high"} <= bound.values.keys():
        import numpy as np

        if np.any(as_array(bound.values["low"]) > as_array(bound.values["high"])):
            raise ParameterError(f"{bound!r} is empty: low must not exceed high")
    return bound


def stream_words(name: str, value: Any) -> Any:
    """Seeds or streams, as given; raises `ParameterError` for what is no whole number from 0 to 2^32 - 1."""
    import numpy as np

    array = as_array(value, name)
    if np.any(array != np.floor(array)) or np.any(array < 0) or np.any(array >= 2**32):
        raise ParameterError(f"{name}={value} must be an integer (or integers) from 0 to 2^32 - 1")
    return value


def first_points(lanes: Lanes, where: Rule, first: Any, dimension: int, default: bool) -> Array:
    """x_1 of every lane; the loss's own start is moved into the set, one that was asked for has to lie in it."""
    import numpy as np

    if "start" in lanes.values:
        start = np.repeat(lanes.values["start"][:, None], dimension, axis=1)
    else:
        given = as_array(first, "start")
        if given.shape != (dimension,):
            raise ParameterError(f"start has shape {given.shape}; a number or {dimension} numbers are needed")
        start = np.tile(given, (lanes.count, 1))
    if not np.isfinite(start).all():
        raise ParameterError("start must be finite")
    moved = nearest(where, {p.name: lanes.values["p_" + p.name] for p in where.parameters}, start)
    outside = (moved != start).any(axis=1)
    if not default and outside.any():
        point = start[outside][0]
        shown = f"{point[0]:g}" if (point == point[0]).all() else f"[{', '.join(f'{v:g}' for v in point)}]"
        raise ParameterError(f"start={shown} lies outside the feasible set {where.name}; x_1 must belong to it")
    return np.ascontiguousarray(moved)
