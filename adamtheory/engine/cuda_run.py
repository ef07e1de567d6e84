"""The arrays behind a kernel of the `cuda` shape: on the device where they fit, else a part of the lanes at a time."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from adamtheory.engine import cuda
from adamtheory.engine.emit import Kernel
from adamtheory.engine.run import _EMPTY, Inputs, Run, _first, _shaped, _sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SHARE = 0.8  # of the free memory that lanes may take; the rest is for data, rows and the driver
SECONDS_PER_LAUNCH = 0.4  # so that progress is seen, Ctrl-C heard, and no launch outlives a display's watchdog
FIRST_WORK = 100_000_000  # coordinate steps of the first launch, which tells how long the others may be
ROWS_PER_LAUNCH = 2**26  # entries of the table of rows


class CudaRun(Run):
    """Arrays of the `cuda` shape; see `emit_cuda`. `state` holds the device's arrays after each launch.

    `rounds` is how many the next launch may play. It follows from the time that the last one took, and no result
    depends on it, since a chain of launches is one launch, bit for bit.
    """

    def __init__(self, kernel: Kernel, launch: Any, inputs: Inputs) -> None:
        super().__init__(kernel, launch, inputs)
        count, size, k = inputs.count, kernel.size, kernel
        par = np.array([inputs.values[n] for n in k.params], self.dtype).reshape(len(k.params), count)
        st = [_first(s, inputs, self.dtype)[:, 0] for s in k.step_states]
        z = [_first(s, inputs, self.dtype).T for s in k.coord_states]
        acc = np.zeros((3 * len(k.step_sums), count))
        cacc = np.zeros((3 * len(k.coord_sums), size, count))
        for i, a in enumerate(k.step_sums):
            acc[3 * i] = _EMPTY[a.kind]
        for i, a in enumerate(k.coord_sums):
            cacc[3 * i] = _EMPTY[a.kind]
        self.state = {
            "st": np.array(st, self.dtype).reshape(len(st), count),
            "z": np.concatenate(z) if z else np.zeros((0, count), self.dtype),
            "acc": acc,
            "cacc": cacc.reshape(-1, count),
        }
        self.distinct, self.group = _groups(inputs)
        self.fixed = {"par": par, "group": self.group, "keys": inputs.keys}
        features = np.zeros((1, 1)) if inputs.features is None else inputs.features
        targets = np.zeros(1) if inputs.targets is None else inputs.targets
        self.data = cuda.to_device(features.astype(self.dtype)), cuda.to_device(targets.astype(self.dtype))
        arrays = (*self.state.values(), *self.fixed.values())
        self.lane_bytes = sum(a.nbytes for a in arrays) // count + 1
        self.together = max(1, int(SHARE * cuda.free_bytes()) // self.lane_bytes)  # lanes in one launch
        self.resident: dict[str, Any] | None = None
        self.most = max(1, ROWS_PER_LAUNCH // self.distinct.shape[1])
        self.rounds = max(1, min(self.most, FIRST_WORK // (count * size)))

    @property
    def streams(self) -> Array:
        """Seed and stream of the groups of lanes that meet the same rows."""
        return self.distinct

    def advance(self, lo: int, hi: int, steps: int, t0: int, rows: Array) -> None:
        where, seconds = cuda.to_device(rows.T.astype(np.int32)), 1e-6
        for first in range(lo, hi, self.together):
            last = min(hi, first + self.together)
            on = self.resident if (first, last) == (0, self.inputs.count) else None
            on = on or {n: _upload(a, first, last) for n, a in (self.state | self.fixed).items()}
            began = perf_counter()
            self.compiled(last - first, steps, t0, on["par"], on["st"], on["z"], on["acc"], on["cacc"], where,
                          on["group"], *self.data, on["keys"])  # fmt: skip
            cuda.synchronize()
            seconds += perf_counter() - began
            for name, array in self.state.items():
                if array.size:
                    array[:, first:last] = on[name].copy_to_host()
            self.resident = on if (first, last) == (0, self.inputs.count) else None
        self.rounds = max(1, min(self.most, int(steps * SECONDS_PER_LAUNCH / seconds), 8 * self.rounds))

    def part(self, rows: Array, lanes: Array, low: int, high: int) -> Array:
        return rows[:, low:high] if rows.shape[1] > 1 else rows  # lanes keep their groups

    def read(self) -> dict[str, Array]:
        k, size = self.kernel, self.kernel.size
        found: dict[str, Array] = {}
        for i, s in enumerate(k.step_states):
            found[s.name] = _shaped(s, self.state["st"][i])
        for i, s in enumerate(k.coord_states):
            found[s.name] = self.state["z"][i * size : (i + 1) * size].T.copy()
        acc, cacc = self.state["acc"], self.state["cacc"].reshape(-1, size, self.inputs.count)
        for i, a in enumerate(k.step_sums):
            found[a.name] = _sum(*acc[3 * i : 3 * i + 3])
        for i, a in enumerate(k.coord_sums):
            found[a.name] = np.ascontiguousarray(_sum(*cacc[3 * i : 3 * i + 3]).T)
        return found

    def pick(self, lanes: Array, snapshot: Mapping[str, Array]) -> Run:
        alone = CudaRun(self.kernel, self.compiled, self.inputs.pick(lanes))
        alone.state = {n: np.ascontiguousarray(a[:, lanes]) for n, a in snapshot.items()}
        alone.group = alone.fixed["group"] = self.group[lanes]
        return alone


def _groups(inputs: Inputs) -> tuple[Array, Array]:
    """The different pairs of seed and stream, and the number of each lane's; one for all where there are no data."""
    if inputs.features is None:
        return inputs.keys[:, :1], np.zeros(inputs.count, np.int32)
    distinct, group = np.unique(inputs.keys, axis=1, return_inverse=True)
    return distinct, group.reshape(-1).astype(np.int32)


def _upload(array: Array, first: int, last: int) -> Any:
    """The part of some lanes on the device; an array without rows gets one, since an empty one has no address."""
    part = array[..., first:last]
    return cuda.to_device(part if part.size else np.zeros((1, last - first), array.dtype))
