"""The arrays behind a compiled kernel: packing lanes into them, advancing them, reading them out.

Both shapes of kernel sit behind the same four methods, so the driver knows nothing of layouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from adamtheory.engine.emit import Kernel
from adamtheory.engine.program import Level, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Inputs:
    """What a run starts from: values of the parameters (count,), start (count, size), seed and stream (2, count)."""

    values: Mapping[str, Array]
    start: Array
    keys: Array
    features: Array | None = None
    targets: Array | None = None

    @property
    def count(self) -> int:
        return len(self.start)

    def pick(self, lanes: Array) -> Inputs:
        """Some of the lanes alone."""
        values = {n: v[lanes] for n, v in self.values.items()}
        keys = np.ascontiguousarray(self.keys[:, lanes])
        return Inputs(values, self.start[lanes], keys, self.features, self.targets)


class Run:
    """A kernel with its arrays. `state` are the arrays that a round changes; everything else is constant.

    `rounds` is how many the next call may play, so that progress is seen and Ctrl-C heard.
    """

    state: dict[str, Array]
    rounds: int = 1

    def __init__(self, kernel: Kernel, compiled: Any, inputs: Inputs) -> None:
        self.kernel, self.compiled, self.inputs = kernel, compiled, inputs
        self.dtype = np.dtype(kernel.dtype)

    @property
    def streams(self) -> Array:
        """(2, n) seed and stream of what `advance` takes rows for: the lanes."""
        return self.inputs.keys

    def advance(self, lo: int, hi: int, steps: int, t0: int, rows: Array) -> None:
        """Run `steps` rounds, the first of which is t0, on lanes lo..hi-1; rows (streams, steps) of data indices."""
        raise NotImplementedError

    def part(self, rows: Array, lanes: Array, low: int, high: int) -> Array:
        """What `advance` takes for some of the lanes in rounds low..high-1 of those that `rows` covers."""
        return np.ascontiguousarray(rows[lanes, low:high] if rows.shape[1] > 1 else rows[lanes])

    def settle(self) -> None:
        """Called once all lanes have advanced by the same rounds."""

    def read(self) -> dict[str, Array]:
        """State by name: (count, size) for coordinates, (count,) for step state; sums and monitors likewise."""
        raise NotImplementedError

    def finite(self) -> Array:
        """(count,) whether iterate and the rule's own state are finite."""
        k = self.kernel
        names = {s.name for s in (*k.step_states, *k.coord_states) if s.name == "x" or s.name.startswith("o_")}
        ok = np.ones(self.inputs.count, bool)
        for name, array in self.read().items():
            if name in names:
                ok &= np.isfinite(array).reshape(self.inputs.count, -1).all(axis=1)
        return ok

    def snapshot(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self.state.items()}

    def pick(self, lanes: Array, snapshot: Mapping[str, Array]) -> Run:
        """A run of some of the lanes alone that continues from a snapshot, which it leaves as it is."""
        raise NotImplementedError


def _first(state: State, inputs: Inputs, dtype: np.dtype[Any]) -> Array:
    """A state's value before round 1, for every lane and coordinate."""
    if state.initial is None:
        return inputs.start.astype(dtype)
    value = (
        float(state.initial)
        if isinstance(state.initial, float)
        else state.initial.numerator / state.initial.denominator
    )
    return np.full(inputs.start.shape, value, dtype)


# A monitor's value before round 1.
_EMPTY = {"sum": 0.0, "min": np.inf, "max": -np.inf, "first": 0.0, "last": 0.0}


def _sum(total: Any, compensation: Any, part: Any) -> Any:
    """A compensated sum with the block that is still open; monitors keep both other parts at 0."""
    return total + (compensation + part)


def _shaped(state: State, values: Array) -> Array:
    """Size 1: a state of the coordinate keeps the coordinate's axis, one that all coordinates share has none."""
    return values[:, None].copy() if state.level == Level.COORD else values.copy()


class SingleRun(Run):
    """Arrays of the `single` shape; see `emit_single`."""

    def __init__(self, kernel: Kernel, compiled: Any, inputs: Inputs) -> None:
        super().__init__(kernel, compiled, inputs)
        count, size, k = inputs.count, kernel.size, kernel
        self.par = np.array([inputs.values[n] for n in k.params], self.dtype).reshape(len(k.params), count)
        st = [_first(s, inputs, self.dtype)[:, 0] for s in k.step_states]
        z = [_first(s, inputs, self.dtype) for s in k.coord_states]
        acc = np.zeros((count, 3 * len(k.step_sums)))
        cacc = np.zeros((count, 3 * len(k.coord_sums), size))
        for i, a in enumerate(k.step_sums):
            acc[:, 3 * i] = _EMPTY[a.kind]
        for i, a in enumerate(k.coord_sums):
            cacc[:, 3 * i] = _EMPTY[a.kind]
        self.state = {
            "st": np.ascontiguousarray(np.array(st, self.dtype).reshape(len(st), count).T),
            "z": np.ascontiguousarray(np.concatenate(z, axis=1)) if z else np.zeros((count, 0), self.dtype),
            "acc": acc,
            "cacc": cacc.reshape(count, -1),
        }
        self.features = np.zeros((1, 1), self.dtype) if inputs.features is None else inputs.features.astype(self.dtype)
        self.targets = np.zeros(1, self.dtype) if inputs.targets is None else inputs.targets.astype(self.dtype)

    def advance(self, lo: int, hi: int, steps: int, t0: int, rows: Array) -> None:
        s = self.state
        self.compiled(lo, hi, steps, t0, self.par, s["st"], s["z"], s["acc"], s["cacc"], rows, self.features,
                      self.targets, self.inputs.keys)  # fmt: skip

    def read(self) -> dict[str, Array]:
        k, size = self.kernel, self.kernel.size
        found: dict[str, Array] = {}
        for i, s in enumerate(k.step_states):
            found[s.name] = _shaped(s, self.state["st"][:, i])
        for i, s in enumerate(k.coord_states):
            found[s.name] = self.state["z"][:, i * size : (i + 1) * size].copy()
        acc, cacc = self.state["acc"], self.state["cacc"].reshape(len(self.state["st"]), -1, size)
        for i, a in enumerate(k.step_sums):
            found[a.name] = _sum(*acc[:, 3 * i : 3 * i + 3].T)
        for i, a in enumerate(k.coord_sums):
            found[a.name] = _sum(*cacc[:, 3 * i : 3 * i + 3].swapaxes(0, 1))
        return found

    def pick(self, lanes: Array, snapshot: Mapping[str, Array]) -> Run:
        alone = SingleRun(self.kernel, self.compiled, self.inputs.pick(lanes))
        alone.state = {n: a[lanes] for n, a in snapshot.items()}
        return alone


class LanesRun(Run):
    """Arrays of the `lanes` shape; see `emit_lanes`."""

    def __init__(self, kernel: Kernel, compiled: Any, inputs: Inputs) -> None:
        super().__init__(kernel, compiled, inputs)
        count, k = inputs.count, kernel
        shared = set(k.shared_params)
        varying = [n for n in k.params if n not in shared]
        self.ps = np.array([inputs.values[n][0] for n in k.shared_params], self.dtype)
        self.pl = np.array([inputs.values[n] for n in varying], self.dtype).reshape(len(varying), count)
        acc = np.zeros((3 * len(k.coord_sums), count))
        accs = np.zeros(3 * len(k.step_sums))
        for i, a in enumerate(k.coord_sums):
            acc[3 * i] = _EMPTY[a.kind]
        for i, a in enumerate(k.step_sums):
            accs[3 * i] = _EMPTY[a.kind]
        st = np.array([_first(s, inputs, self.dtype)[0, 0] for s in k.step_states], self.dtype)
        z = np.array([_first(s, inputs, self.dtype)[:, 0] for s in k.coord_states], self.dtype)
        self.state = {"st": st, "z": z.reshape(len(k.coord_states), count), "acc": acc, "accs": accs}
        self.after = {"st": st.copy(), "accs": accs.copy()}

    def advance(self, lo: int, hi: int, steps: int, t0: int, rows: Array) -> None:
        del rows
        s, after = self.state, self.after
        self.compiled(lo, hi, steps, t0, self.ps, self.pl, s["st"], after["st"], s["z"], s["accs"], after["accs"],
                      s["acc"], self.inputs.keys)  # fmt: skip

    def settle(self) -> None:
        for name, array in self.after.items():
            self.state[name][:] = array

    def read(self) -> dict[str, Array]:
        k, count = self.kernel, self.inputs.count
        found: dict[str, Array] = {}
        for i, s in enumerate(k.step_states):
            found[s.name] = np.full(count, self.state["st"][i])
        for i, s in enumerate(k.coord_states):
            found[s.name] = _shaped(s, self.state["z"][i])
        for i, a in enumerate(k.step_sums):
            found[a.name] = np.full(count, _sum(*self.state["accs"][3 * i : 3 * i + 3]))
        for i, a in enumerate(k.coord_sums):
            found[a.name] = _sum(*self.state["acc"][3 * i : 3 * i + 3])
        return found

    def pick(self, lanes: Array, snapshot: Mapping[str, Array]) -> Run:
        alone = LanesRun(self.kernel, self.compiled, self.inputs.pick(lanes))
        for name in ("z", "acc"):
            alone.state[name] = np.ascontiguousarray(snapshot[name][:, lanes])
        for name in ("st", "accs"):
            alone.state[name] = snapshot[name].copy()
            alone.after[name] = snapshot[name].copy()
        return alone
