"""The arrays behind a kernel of the `cuda-update` shape, and their steps; see `emit_cuda_update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from adamtheory.engine import cpu, cuda, cuda_arrays
from adamtheory.engine.emit_cuda_update import PACK_BYTES, CudaUpdate, chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

THREADS = 256  # of a block
MOST_BLOCKS = 2**16  # beyond them a thread takes more than one pack


class CudaArrays:
    """A flat parameter array on the device, its slots and step state there, and steps of it in place.

    kernel      the texts
    par         the values of `kernel.params`
    x           the array; steps change it
    edges       where its groups begin, and its size
    what        names what is kept, for the error of a device without room for it
    stream      numba's view of the stream for all launches and copies; None, numba's default one

    Steps are launched one after the other and not waited for; every copy to the host waits. Without totals all groups
    have the same step state, and the host keeps it.

    Raises `DeviceError` where nothing can be launched, or the slots do not fit.
    """

    def __init__(self, kernel: CudaUpdate, par: Array, x: Any, edges: Array, what: str, stream: Any = None) -> None:
        self.on = {} if stream is None else {"stream": stream}
        self.kernel, self.par, self.dtype, self.size = kernel, par, np.dtype(kernel.dtype), int(edges[-1])
        self.edges, self.out = edges, np.zeros(len(kernel.scalars), self.dtype)
        self.advance = cpu.load(kernel.host).advance
        self.launchers: dict[str, Callable[..., None]] = {}
        start = np.array([float(s.initial or 0) for s in kernel.step_states], self.dtype)
        with cuda.room(what):
            self.x = x if self.size else cuda.empty(1, self.dtype)
            slots = [s for s in kernel.coord_states if s.name != "x"]
            self.slots = {s.name: self._filled(float(s.initial or 0)) for s in slots}
            self.st = start.copy()
            self.names: list[str] = []  # of the launches of a rule with totals
            self.states: list[Any] = []  # the step state of the groups, before and after a step
            if kernel.stages:
                self._divide(start)
        self.packed = bool(cuda.packs()) and all(_begins_a_pack(a) for a in (self.x, *self.slots.values()))

    def step(self, round_: int, g: Any) -> None:
        """One update by a flat gradient on the device, with the array's size and dtype."""
        self.advance(round_, self.par, self.st, self.out)
        arrays = (self.x, g if self.size else self.x, *self.slots.values())
        if self.kernel.stages:
            before, after = self.states
            kept = (before, after, *self.divided, self.partials)
            for name in self.names:
                self._launch(name, self.blocks, self.threads, (*self.out, *kept, *arrays))
            self.states = [after, before]
        elif self.size:
            wide = self.packed and _begins_a_pack(g)
            units = -(-self.size // self.kernel.pack) if wide else self.size
            self._over(units, "apply_wide" if wide else "apply", (self.size, *self.out, *arrays))

    def state(self) -> dict[str, Any]:
        """Every slot's array, on the device but for step state that the host keeps: one number a group."""
        found = {n[2:]: self._bound(a) if self.size else cuda.empty(0, self.dtype) for n, a in self.slots.items()}
        for i, s in enumerate(self.kernel.step_states):
            if s.name[0] == "o":
                same = np.broadcast_to(self.st[i : i + 1], (len(self.edges) - 1,))
                found[s.name[2:]] = self._bound(self.states[0][i]) if self.kernel.stages else same
        return found

    def _bound(self, array: Any) -> Any:
        """The array, which tells others in which stream it is written."""
        return array.bind(*self.on.values()) if self.on else array

    def _divide(self, start: Array) -> None:
        """Cut the groups into the chunks of blocks, and set their step state up."""
        divided = chunks(self.edges)
        self.blocks, groups = len(divided[1]), len(self.edges) - 1
        cuda.countable(self.blocks, "parts of groups, one for each block,")
        self.divided = [cuda.to_device(a, **self.on) for a in divided]
        longest = int(np.diff(divided[0].astype(np.int64)).max())
        self.threads = cuda.FEW_THREADS if cuda.simulated() else min(THREADS, max(32, -(-longest // 32) * 32))
        state = np.repeat(start.reshape(-1, 1), groups, axis=1) if len(start) else np.zeros((1, groups), self.dtype)
        self.states = [cuda.to_device(state, **self.on) for _ in range(2)]
        self.partials: Any = cuda.empty((sum(self.kernel.stages), self.blocks), np.float64)
        chain = [f"stage_{i}" for i in range(1, 1 + len(self.kernel.stages))]
        self.names = ["whole"] if self.blocks == groups else [*chain, "finish"]

    def _filled(self, value: float) -> Any:
        array = cuda.empty(max(1, self.size), self.dtype)
        self._over(max(1, self.size), "fill", (max(1, self.size), self.dtype.type(value), array))
        return array

    def _over(self, units: int, name: str, args: tuple[Any, ...]) -> None:
        """Launch a kernel that strides over so many units of work."""
        threads = cuda.FEW_THREADS if cuda.simulated() else THREADS
        self._launch(name, min(MOST_BLOCKS, -(-units // threads)), threads, args)

    def _launch(self, name: str, blocks: int, threads: int, args: tuple[Any, ...]) -> None:
        if name not in self.launchers:
            text, types = self.kernel.text, self.kernel.signature(name)
            self.launchers[name] = cuda.compile_named(text, name, types)
        self.launchers[name](blocks, threads, *args, **self.on)


def _begins_a_pack(array: Any) -> bool:
    return cuda_arrays.address(array) % PACK_BYTES == 0
