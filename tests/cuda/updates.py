"""Updates of arrays that are played twice, on the CPU and by a kernel for a GPU."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from adamtheory.engine import cuda
from adamtheory.engine import emit_cuda_update as emission
from adamtheory.engine.cuda import Forgiving
from adamtheory.engine.cuda_packs import plain as packs
from adamtheory.language import split
from adamtheory.rules import RULES
from adamtheory.simulation.update import ArrayOptimizer

ROUNDS = 4
DTYPES = ("float64", "float32")
PLAIN = [name for name, rule in RULES.items() if split(rule).stages == 1]
TOTALS = [name for name, rule in RULES.items() if split(rule).stages > 1]
EDGES = [
    0,
    1,
    7,
    20,
    23,
]  # groups of one, six, thirteen and three coordinates: of one chunk and of several, see `small`


def small(monkeypatch: Any, lanes: int = 8) -> None:
    """Trees of few lanes and chunks of four coordinates, at most three for a group: small arrays meet all cases."""
    for name, value in (("LANES", lanes), ("CHUNK", 4), ("MOST", 3)):
        monkeypatch.setattr(emission, name, value)


def gradients(dtype: str, size: int, rounds: int = ROUNDS) -> np.ndarray:
    """Rows of few bits, so that float64 holds the sums of their float32 products exactly; one of zeros."""
    rows = np.random.default_rng(3).integers(-64, 64, (rounds, size)) / 32
    rows[rounds // 2] = 0
    return rows.astype(dtype)


def start(dtype: str, size: int) -> np.ndarray:
    return np.linspace(-1, 1.5, size).astype(dtype)


def load(text: str) -> SimpleNamespace:
    """The file of a kernel for the CPU, read by Python itself."""
    text = text.replace("from numba import njit\n", "njit = lambda *a, **k: lambda f: f\n").replace("import math\n", "")
    assert "numba" not in text
    names: dict[str, Any] = {"math": Forgiving()}
    exec(compile(text, "<kernel>", "exec"), names)
    return SimpleNamespace(**names)


def same(a: Any, b: Any, what: str = "") -> None:
    """Bit for bit, but for the payload of what is not a number."""
    a, b = np.asarray(a), np.asarray(b)
    assert (a.dtype, a.shape) == (b.dtype, b.shape), what
    nan = np.isnan(a)
    assert np.array_equal(nan, np.isnan(b)), what
    assert np.where(nan, 0, a).tobytes() == np.where(nan, 0, b).tobytes(), what


class Resident(np.ndarray):
    """An array that stands for one on the device."""

    __cuda_ndarray__ = True
    copies: ClassVar[list[Any]] = []  # the stream of each copy that was made since a test emptied the list
    stream: Any = 0

    def copy_to_host(self, to: np.ndarray | None = None, stream: Any = 0) -> np.ndarray:
        self.copies.append(stream or self.stream)
        if to is None:
            return np.array(self)
        to[...] = self
        return to

    def copy_to_device(self, array: np.ndarray, stream: Any = 0) -> None:
        self.copies.append(stream or self.stream)
        self[...] = array

    def bind(self, stream: Any) -> Resident:
        found = self[...]
        found.stream = stream
        return found

    def is_c_contiguous(self) -> bool:
        return self.flags.c_contiguous


def to_device(array: Any, stream: Any = 0) -> Resident:
    Resident.copies.append(stream)
    return np.array(array, order="C", ndmin=1).view(Resident).bind(stream)


class Threads:
    """The threads of a grid in plain Python, in any order between barriers: each barrier is a `yield` of the text."""

    def __init__(self, text: str, order: Callable[[list[int]], list[int]] = list) -> None:
        self.order, self.shared = order, SimpleNamespace(array=self.array)
        self.threadIdx, self.blockIdx, self.blockDim = SimpleNamespace(x=0), SimpleNamespace(x=0), SimpleNamespace(x=0)
        self.names: dict[str, Any] = {"cuda": self, "math": Forgiving(), **packs()}
        exec(compile(text.replace("cuda.syncthreads()", "yield"), "<kernel>", "exec"), self.names)

    def grid(self, _: int) -> int:
        return self.blockIdx.x * self.blockDim.x + self.threadIdx.x

    def gridsize(self, _: int) -> int:
        return self.blocks * self.blockDim.x

    def array(self, size: int, dtype: Any) -> np.ndarray:
        """The block's array of this line: every thread calls them in the same order, before any barrier."""
        if self.calls == len(self.arrays):
            self.arrays.append(np.full(size, np.nan, dtype))
        self.calls += 1
        return self.arrays[self.calls - 1]

    def launch(self, name: str, blocks: int, threads: int, args: tuple) -> None:
        self.blocks, self.blockDim.x = blocks, threads
        function = self.names[name]
        for block in range(blocks):
            self.blockIdx.x = block
            self.arrays: list[np.ndarray] = []
            if not inspect.isgeneratorfunction(function):
                for thread in self.order(list(range(threads))):
                    self.threadIdx.x = thread
                    function(*args)
                continue
            running = [function(*args) for _ in range(threads)]
            while running:
                ended = {self.resume(running[i], i) for i in self.order(list(range(threads)))}
                assert len(ended) == 1, "a barrier that not all threads reach"
                running = [] if ended == {True} else running

    def resume(self, running: Iterator[None], thread: int) -> bool:
        """Run to the next barrier; whether there is none."""
        self.threadIdx.x, self.calls = thread, 0
        return next(running, self) is self


def pretend(monkeypatch: Any, compile_named: Callable[[str, str, str], Callable[..., None]]) -> None:
    """Put arrays of the host in the place of a device's, launches of one's own in that of launches on it."""
    monkeypatch.setattr(cuda, "driver_error", lambda: None)
    monkeypatch.setattr(cuda, "packs", packs)
    monkeypatch.setattr(cuda, "to_device", to_device)
    monkeypatch.setattr(cuda, "empty", lambda shape, dtype: np.full(shape, 7, dtype).view(Resident))
    monkeypatch.setattr(cuda, "compile_named", compile_named)


def unaligned(array: np.ndarray) -> np.ndarray:
    """A copy that begins one number after a multiple of 16 bytes."""
    room = np.zeros(array.size + 8, array.dtype)
    first = next(k for k in range(8) if room[k:].ctypes.data % 16 == array.itemsize)
    copy = room[first : first + array.size].reshape(array.shape)
    copy[...] = array
    return copy


def play(optimizer: Any, device: str, rows: np.ndarray, x: np.ndarray, place: Any = None, **more: Any) -> list[dict]:
    """Parameters and state after every round; `place` brings arrays to the device by hand."""
    here = x.copy() if place is None else place(x)
    stepper = ArrayOptimizer(optimizer, here, device=device, **more)
    found = []
    with np.errstate(all="ignore"):
        for row in rows:
            stepper.step(row if place is None else place(row))
            found.append({"x": np.array(stepper.fetch()), **{n: np.array(a) for n, a in stepper.fetch_state().items()}})
    return found


def all_same(one: list[dict], two: list[dict]) -> None:
    for t, (a, b) in enumerate(zip(one, two, strict=True), 1):
        assert a.keys() == b.keys()
        for name in a:
            same(a[name], b[name], f"{name} in round {t}")
