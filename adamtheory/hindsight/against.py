"""Regret against other comparators than the best fixed point: a point of one's own, or one that moves.

    regret(trajectory, against=[0.5, -0.5])     sum_t f_t(x_t) - f_t(u) for that u
    regret(trajectory, against="dynamic")       sum_t f_t(x_t) - min_u f_t(u): the best point of every round
    regret(trajectory, against="moving")        against u_1, u_2, ... that the loss declares; needs dynamic=True, too

Comparators that move have a path length, sum_t |u_t - u_(t-1)|, in which bounds on such regret are stated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language import rule
from adamtheory.simulation.lanes import as_array
from adamtheory.simulation.nearest import nearest
from adamtheory.simulation.sequences import LossSequence
from adamtheory.simulation.simulate import simulate
from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BEST = "best"
MOVING = {"dynamic": "round", "moving": "moving"}  # what regret calls them -> what a run calls its sums
SLACK = (
    1e-12  # a point so near to the set counts as its point: relative, on sets that couple coordinates to the largest
)


@dataclass(frozen=True)
class Comparison:
    """Losses of a comparator (*lanes, K), its points (*lanes, K, d) where it rests, its path length where it moves."""

    value: Array
    point: Array | None = None
    path: Array | None = None


@rule
def rest(x, g):  # type: ignore[no-untyped-def]
    """The rule that never moves; it plays the losses at one point."""
    return x


def compare(trajectory: Trajectory, against: Any) -> Comparison:
    """The losses of a comparator at all checkpoints.

    against  "dynamic", "moving", a number, or (d,) numbers
    Raises `ParameterError` for a point outside the set and for sums that the run has not kept.
    Source: dynamic regret and path length, Zinkevich 2003, section 2.2; moving comparators, Herbster & Warmuth 1998.
    """
    if not isinstance(against, str):
        return _resting(trajectory, as_array(against, "against"))
    if against not in MOVING:
        raise UnknownNameError("comparator", against, (BEST, *MOVING))
    sums, name, loss = trajectory.sums, MOVING[against], trajectory.sequence.rule.name
    if f"{name}_loss" not in sums:
        if not {"round_loss", "moving_loss"} & sums.keys():
            raise ParameterError(
                f"against={against} needs sums that this run did not keep; simulate(..., dynamic=True)"
            )
        least = f"has no known least loss of a round on the set {trajectory.feasible.rule.name}"
        known = "declares no comparator that moves" if name == "moving" else least
        raise ParameterError(
            f"{loss} {known}; against is one of {', '.join(k for k in (BEST, *MOVING) if k != against)}, a point"
        )
    return Comparison(sums[f"{name}_loss"], path=sums.get(f"{name}_path"))


def _resting(trajectory: Trajectory, point: Array) -> Comparison:
    import numpy as np

    d = trajectory.sequence.dimension
    if point.shape not in ((), (1,), (d,)) or not np.isfinite(point).all():
        wanted = "one finite number" if d == 1 else f"one finite number for all coordinates, or {d}"
        raise ParameterError(f"against has shape {point.shape} or is not finite; give {wanted}")
    u = np.broadcast_to(point, (d,)).astype(np.float64)
    where = trajectory.feasible.rule
    given = {p.name: trajectory.parameters["p_" + p.name].reshape(-1) for p in where.parameters}
    lanes = np.tile(u, (trajectory.losses[..., 0].size, 1))
    size = np.abs(u).max() if "vector" in where.facts else np.abs(u)  # a sum that is rounded may move a 0
    if np.any(np.abs(nearest(where, given, lanes) - lanes) > SLACK * size):
        shown = f"{u[0]:g}" if d == 1 else f"[{', '.join(f'{v:g}' for v in u)}]"
        raise ParameterError(f"against={shown} lies outside the set {where.name}; give one of its points")
    wide = np.broadcast_to(u, (*trajectory.losses.shape, d))
    sums = trajectory.sums
    if sums.keys() & {"c0", "c1", "c2"}:
        return Comparison(sums.get("c0", 0.0) + _separable(sums, u, wide.shape), wide)
    if "frozen" in trajectory.sequence.rule.notes:
        raise ParameterError(
            f"{trajectory.sequence.rule.name} answers the iterate and has no sums for a point of one's own"
        )
    return Comparison(replay(trajectory, u), wide)


def _separable(sums: Any, u: Array, shape: tuple[int, ...]) -> Array:
    """sum_k c1_k u_k + c2_k u_k^2/2."""
    import numpy as np

    total = np.zeros(shape)
    for name, factor in (("c1", u), ("c2", u * u / 2)):
        if name in sums:
            c = sums[name]
            total = total + np.broadcast_to(c[..., None] if c.ndim < len(shape) else c, shape) * factor
    found: Array = total.sum(axis=-1)
    return found


def replay(trajectory: Trajectory, point: Array) -> Array:
    """The losses (*lanes, K) that one point has on the same draws and rows."""
    losses: LossSequence = trajectory.sequence
    own = {p.name: trajectory.parameters["f_" + p.name] for p in losses.rule.parameters}
    start = float(point[0]) if len(point) == 1 else point
    seed, stream = trajectory.seeds
    played = simulate(
        rest, replace(losses, bound=losses.rule(**own)), int(trajectory.checkpoints[-1]), start=start, seed=seed,
        stream=stream, feasible=_everything(), checkpoints=trajectory.checkpoints, dtype=trajectory.dtype,
    )  # fmt: skip
    return played.losses


def _everything() -> Any:
    from adamtheory.sets import everything

    return everything
