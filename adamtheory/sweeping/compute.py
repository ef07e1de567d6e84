"""One block of lanes: run it, measure its regret, and pack the numbers as Parquet.

A block is the same bytes whoever computes it: the kernel is that of the whole grid, sums do not depend on how lanes
are cut, and the file holds no date, no name of a machine, nothing but the numbers, the key and the lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.sweeping.grid import Grid, shown, stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

KEY, LANES = b"adamtheory.key", b"adamtheory.lanes"  # names in a block's metadata

_solved: dict[str, dict[Any, list[Any]]] = {}  # best fixed points on data, by the grid's key, for this process


class Stopped(Exception):
    """The driver wants no more of this block."""


def compute(
    grid: Grid,
    lo: int,
    hi: int,
    version: str,
    stopped: Callable[[], bool] | None = None,
    progress: Callable[[float], None] | None = None,
) -> bytes:
    """The Parquet file of the lanes lo..hi-1.

    version   the `stamp` of who asks; raises `ParameterError` where that of here is another, `Stopped` on demand
    progress  called now and then with the share of the rounds that are played
    """
    if version != stamp():
        raise ParameterError(f"a worker has adamtheory {stamp()} and the driver {version}; install the same")
    return pack(grid, lo, hi, columns(grid, lo, hi, stopped, progress))


def columns(
    grid: Grid,
    lo: int,
    hi: int,
    stopped: Callable[[], bool] | None = None,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Array]:
    """The results of the lanes lo..hi-1 by name, each (lanes, rounds) or (lanes, rounds, d)."""
    import numpy as np

    from adamtheory.hindsight.regret import best_fixed_points

    def look(done: int, horizon: int) -> None:
        if stopped is not None and stopped():
            raise Stopped
        if progress is not None:
            progress(done / horizon)

    rounds = np.array(grid.horizons)
    trajectory = grid.block(lo, hi).run(rounds, workers=1, progress=look)
    value, point, gap = best_fixed_points(trajectory, solved=_solved.setdefault(grid.key, {}))
    bad = trajectory.nonfinite[:, None]
    return {
        "loss": trajectory.losses,
        "regret": trajectory.losses - value,
        "gap": np.abs(gap),
        "x": trajectory.iterates.astype(np.float64),
        "best_fixed_point": np.asarray(point, np.float64),
        # as it would be had the run ended there
        "nonfinite": np.where(bad <= rounds, bad, 0),
    }


def pack(grid: Grid, lo: int, hi: int, results: dict[str, Array]) -> bytes:
    """A table with one row for each lane and number of rounds, as the bytes of a Parquet file."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as parquet

    count = len(grid.horizons)
    keys = {f"parameter.{shown(n)}": v for n, v in grid.parameters(lo, hi).items()}
    coded = {"rounds": np.tile(grid.horizons, hi - lo), **{n: np.repeat(v, count) for n, v in keys.items()}}
    found = {"lane": np.repeat(np.arange(lo, hi), count), **coded}
    arrays = {name: pa.array(values) for name, values in found.items()}
    for name, values in results.items():
        flat = pa.array(np.ascontiguousarray(values).reshape(-1))
        size = values.shape[2] if values.ndim == 3 else 1
        arrays[name] = flat if size == 1 else pa.FixedSizeListArray.from_arrays(flat, size)
    table = pa.table(arrays).replace_schema_metadata({KEY: grid.key, LANES: f"{lo}-{hi}"})
    sink = pa.BufferOutputStream()
    # few values repeat in the results, so a dictionary of them would be built for nothing
    parquet.write_table(table, sink, compression="lz4", use_dictionary=[*coded, "nonfinite", "best_fixed_point", "gap"])
    return bytes(sink.getvalue())
