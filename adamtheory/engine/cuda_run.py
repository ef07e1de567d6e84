"""The arrays behind a kernel of the `cuda` shape: on the device where they fit, else a part of the lanes at a time."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from adamtheory.engine import cpu, cuda
from adamtheory.engine.emit_cuda import TILE, CudaKernel
from adamtheory.engine.emit_shared import SharedKernel
from adamtheory.engine.run import _EMPTY, Inputs, Run, _first, _shaped, _sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SHARE = 0.8  # of the free memory that lanes may take; the rest is for data, rows and the driver
SECONDS_PER_LAUNCH = 0.4  # so that progress is seen, Ctrl-C heard, and no launch outlives a display's watchdog
FIRST_WORK = 100_000_000  # coordinate steps of the first launch, which tells how long the others may be
ROWS_PER_LAUNCH = 2**26  # entries of the table of rows
TABLE = 2**22  # numbers in the table of what all lanes share, which the CPU fills


class CudaRun(Run):
    """Arrays of the `cuda` shape; see `emit_cuda`.

    `rounds` is how many the next launch may play. It follows from the time that the last one took, and no result
    depends on it, since a chain of launches is one launch, bit for bit. Where all lanes fit, their arrays stay on the
    device from launch to launch, and only whether they are finite comes back; `state` fetches the rest when asked.
    """

    def __init__(self, kernel: CudaKernel, launch: Any, inputs: Inputs) -> None:
        super().__init__(kernel, launch, inputs)
        self.names = kernel.names
        count, size, k = inputs.count, kernel.size, kernel
        self.shared = SharedRun(k.shared, inputs)
        st = [_first(s, inputs, self.dtype)[:, :1].T for s in k.step_states]
        z = [_first(s, inputs, self.dtype).T for s in k.coord_states]
        acc, cacc = np.zeros((3 * len(k.step_sums), count)), np.zeros((3 * len(k.coord_sums), size, count))
        for i, a in enumerate(k.step_sums):
            acc[3 * i] = _EMPTY[a.kind]
        for i, a in enumerate(k.coord_sums):
            cacc[3 * i] = _EMPTY[a.kind]
        self.host = {
            "states": np.concatenate([np.zeros((0, count), self.dtype), *st, *z]),
            "sums": np.concatenate([acc, cacc.reshape(-1, count)]),
        }
        self.flags = np.ones(count, np.uint8)
        self.distinct, self.group = _groups(inputs)
        par = np.array([inputs.values[n] for n in k.params], self.dtype).reshape(len(k.params), count)
        self.fixed = {"par": par, "group": self.group, "keys": inputs.keys}
        features = np.zeros((1, 1)) if inputs.features is None else inputs.features
        targets = np.zeros(1) if inputs.targets is None else inputs.targets
        cuda.countable(len(features), "rows of data")
        cuda.countable(self.distinct.shape[1], "groups of lanes")
        with cuda.room(f"{len(features)} rows of data"):
            self.data = cuda.to_device(features.astype(self.dtype)), cuda.to_device(targets.astype(self.dtype))
        moving = sum(a.nbytes for a in self.host.values())  # held twice, since a launch begins with a snapshot
        self.lane_bytes = (2 * moving + sum(a.nbytes for a in self.fixed.values())) // count + 1
        most = cuda.MOST // TILE * TILE  # with the threads that fill up the last block
        self.together = max(1, min(most, int(SHARE * cuda.free_bytes()) // self.lane_bytes))  # lanes in one launch
        self.resident: dict[str, Any] | None = None
        self.stale = False  # whether the device's arrays are ahead of `host`
        self.most = max(1, min(ROWS_PER_LAUNCH // self.distinct.shape[1], TABLE // max(1, len(k.shared.columns))))
        self.rounds = max(1, min(self.most, FIRST_WORK // (count * size)))

    @property
    def streams(self) -> Array:
        """Seed and stream of the groups of lanes that meet the same rows."""
        return self.distinct

    @property
    def state(self) -> dict[str, Array]:  # type: ignore[override]
        """What a round changes, on the host: (rows, lanes) of the lanes, and of what they share."""
        if self.stale and self.resident is not None:
            for name, array in self.host.items():
                array[:] = _rows(self.resident[name], *array.shape)
            self.stale = False
        return self.host | self.shared.state

    def advance(self, lo: int, hi: int, steps: int, t0: int, rows: Array) -> None:
        """As in `Run`, for all lanes, since they share states."""
        count, seconds = self.inputs.count, 1e-6
        assert (lo, hi) == (0, count), "a GPU plays all lanes"
        where, table = cuda.to_device(rows.T.astype(np.int32)), cuda.to_device(self.shared.advance(steps, t0))
        for first in range(lo, hi, self.together):
            last = min(hi, first + self.together)
            on = self.resident or self.upload(first, last)
            began = perf_counter()
            self.compiled(last - first, steps, t0, table, on["par"], on["states"], on["sums"], on["finite"], where,
                          on["group"], *self.data, on["keys"], *self.shared.constants)  # fmt: skip
            cuda.synchronize()
            seconds += perf_counter() - began
            self.flags[first:last] = on["finite"].copy_to_host()[: last - first]
            if (first, last) == (0, count):
                self.resident, self.stale = on, True
            else:
                for name, array in self.host.items():
                    array[:, first:last] = _rows(on[name], len(array), last - first)
            del on  # before the next ones come, which take as much memory
        self.rounds = max(1, min(self.most, int(steps * SECONDS_PER_LAUNCH / seconds), 8 * self.rounds))

    def upload(self, first: int, last: int) -> dict[str, Any]:
        """The arrays of some lanes on the device."""
        on = {n: cuda.to_device(_tiles(a[:, first:last])) for n, a in self.host.items()}
        on |= {n: cuda.to_device(_filled(a[..., first:last])) for n, a in self.fixed.items()}
        return on | {"finite": cuda.to_device(self.flags[first:last])}

    def part(self, rows: Array, lanes: Array, low: int, high: int) -> Array:
        return rows[:, low:high] if rows.shape[1] > 1 else rows  # lanes keep their groups

    def read(self) -> dict[str, Array]:
        k, size, state = self.kernel, self.kernel.size, self.state
        found = self.shared.read(self.inputs.count)
        for i, s in enumerate(k.step_states):
            found[s.name] = _shaped(s, state["states"][i])
        for i, s in enumerate(k.coord_states):
            first = len(k.step_states) + i * size
            found[s.name] = state["states"][first : first + size].T.copy()
        acc = state["sums"][: 3 * len(k.step_sums)]
        cacc = state["sums"][len(acc) :].reshape(-1, size, self.inputs.count)
        for i, a in enumerate(k.step_sums):
            found[a.name] = _sum(*acc[3 * i : 3 * i + 3])
        for i, a in enumerate(k.coord_sums):
            found[a.name] = np.ascontiguousarray(_sum(*cacc[3 * i : 3 * i + 3]).T)
        return {name: found[name] for name in self.names}

    def finite(self) -> Array:
        found: Array = (self.flags != 0) & self.shared.finite()
        return found

    def snapshot(self) -> dict[str, Array]:
        shared = {n: a.copy() for n, a in self.shared.state.items()}
        if self.resident is None:
            return {n: a.copy() for n, a in self.host.items()} | shared
        return {n: cuda.copy(self.resident[n]) for n in self.host} | shared

    def pick(self, lanes: Array, snapshot: Mapping[str, Array]) -> Run:
        assert isinstance(self.kernel, CudaKernel)
        alone = CudaRun(self.kernel, self.compiled, self.inputs.pick(lanes))
        for name, array in self.host.items():
            whole = snapshot[name]
            whole = _rows(whole, *array.shape) if hasattr(whole, "copy_to_host") else whole
            alone.host[name] = np.ascontiguousarray(whole[:, lanes])
        for name in alone.shared.state:
            alone.shared.state[name] = snapshot[name].copy()
        alone.group = alone.fixed["group"] = self.group[lanes]
        alone.distinct = self.distinct
        return alone


class SharedRun:
    """Arrays of the `shared` shape; see `emit_shared`."""

    def __init__(self, kernel: SharedKernel, inputs: Inputs) -> None:
        self.kernel, self.dtype, self.keys = kernel, np.dtype(kernel.dtype), inputs.keys
        self.parameters = np.array([inputs.values[n][0] for n in kernel.params], self.dtype)
        sums = np.zeros(3 * len(kernel.step_sums))
        for i, a in enumerate(kernel.step_sums):
            sums[3 * i] = _EMPTY[a.kind]
        states = np.array([_first(s, inputs, self.dtype)[0, 0] for s in kernel.step_states], self.dtype)
        self.state = {"shared states": states, "shared sums": sums}
        self.constants = np.zeros(len(kernel.constants), self.dtype)
        self.compiled = cpu.compile_kernel(kernel) if kernel.needed else None

    def advance(self, steps: int, t0: int) -> Array:
        """The table of some rounds, row after row."""
        table = np.zeros((steps if self.kernel.columns else 1, max(1, len(self.kernel.columns))), self.dtype)
        if self.compiled is not None:
            states, sums = self.state.values()
            self.compiled(steps, t0, self.parameters, states, sums, self.keys, self.constants, table)
        return table.reshape(-1)

    def read(self, count: int) -> dict[str, Array]:
        """States and sums, for every lane."""
        states, sums = self.state.values()
        found = {s.name: np.full(count, states[i]) for i, s in enumerate(self.kernel.step_states)}
        sums = sums.reshape(-1, 3)
        return found | {a.name: np.full(count, _sum(*sums[i])) for i, a in enumerate(self.kernel.step_sums)}

    def finite(self) -> bool:
        """Whether the rule's own states are."""
        own = [s.name[:2] == "o_" for s in self.kernel.step_states]
        return bool(np.isfinite(self.state["shared states"][own]).all())


def _tiles(rows: Array) -> Array:
    """(rows, lanes) as the kernel reads them: tile after tile, row after row of it; the last is padded."""
    height, count = rows.shape
    tiles = np.zeros((-(-count // TILE), max(1, height), TILE), rows.dtype)
    padded = np.zeros((height, len(tiles) * TILE), rows.dtype)
    padded[:, :count] = rows
    tiles[:, :height] = padded.reshape(height, -1, TILE).swapaxes(0, 1)
    return tiles.reshape(-1)


def _rows(tiles: Any, height: int, count: int) -> Array:
    """The reverse of `_tiles`, from the device."""
    found: Array = tiles.copy_to_host().reshape(-1, max(1, height), TILE)
    return found[:, :height].swapaxes(0, 1).reshape(height, -1)[:, :count]


def _groups(inputs: Inputs) -> tuple[Array, Array]:
    """The different pairs of seed and stream, and the number of each lane's; one for all where there are no data."""
    if inputs.features is None:
        return inputs.keys[:, :1], np.zeros(inputs.count, np.int32)
    distinct, group = np.unique(inputs.keys, axis=1, return_inverse=True)
    return distinct, group.reshape(-1).astype(np.int32)


def _filled(array: Array) -> Array:
    """An array without rows gets one, since an empty one has no address."""
    return array if array.size else np.zeros((1, array.shape[-1]), array.dtype)
