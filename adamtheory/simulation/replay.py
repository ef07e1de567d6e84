"""A run once more, from what its trajectory holds, to gather what it had not been asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adamtheory.errors import ParameterError
from adamtheory.simulation.job import Job
from adamtheory.simulation.lanes import Lanes
from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from adamtheory.engine.program import Watch


def replay(trajectory: Trajectory, watches: Sequence[Watch], workers: int | None = None) -> Trajectory:
    """The same run, bit for bit, with `watched` filled in."""
    import numpy as np

    if trajectory.start is None:
        raise ParameterError("this trajectory does not hold its first iterate; run it again with simulate(...)")
    parts = {**trajectory.parameters, "seed": trajectory.seeds[0], "stream": trajectory.seeds[1]}
    values = {name: np.ascontiguousarray(array).reshape(-1) for name, array in parts.items()}
    varying = frozenset(n for n, v in values.items() if v.size > 1 and np.any(v != v[0]))
    lanes = Lanes(trajectory.shape, trajectory.axes, trajectory.coordinates, values, varying)
    start = np.ascontiguousarray(trajectory.start.reshape(lanes.count, -1))
    job = Job(
        trajectory.optimizer, trajectory.sequence, trajectory.schedule, trajectory.feasible, lanes, start,
        trajectory.dtype, trajectory.monitors is not None, trajectory.projection, watches=tuple(watches),
    )  # fmt: skip
    return job.run(trajectory.checkpoints, workers)
