"""Kernels of one block a lane, played without CUDA: threads are generators that wait at the barriers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from adamtheory.engine.cuda import Forgiving, as_float32, larger
from adamtheory.nets.block_kernel import BARRIER
from adamtheory.nets.cuda_training import CudaLanes

Order = Callable[[int], list[int]]  # in which order the threads of a block play each phase
ORDERS: dict[str, Order] = {
    "forward": lambda n: list(range(n)),
    "reversed": lambda n: list(range(n))[::-1],
    "permuted": lambda n: np.random.default_rng(n).permutation(n).tolist(),
}


class Resident(np.ndarray):
    """An array that stands for one on the device."""

    def copy_to_host(self) -> np.ndarray:
        return np.array(self)


def to_device(array: Any) -> np.ndarray:
    return np.ascontiguousarray(array).view(Resident).copy()


class Shared:
    """The shared memory of one block: its arrays, in the order in which every thread asks for them."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self.asked = 0

    def array(self, size: int, dtype: Any) -> np.ndarray:
        if self.asked == len(self.arrays):
            self.arrays.append(np.full(size, np.nan, dtype))  # nothing is there before it is written
        self.asked += 1
        return self.arrays[self.asked - 1]


class Player:
    """Compiles kernels to generators.

    order    of the threads within a phase
    without  the number of the barrier that is left out, from 0, or None
    device   what makes the phases' functions, as `njit`; None leaves them plain Python
    math     what plain Python knows under that name
    """

    def __init__(
        self,
        threads: int,
        order: str = "forward",
        without: int | None = None,
        device: Callable[[Any], Any] | None = None,
        math: Any = None,
    ) -> None:
        self.threads, self.order, self.without, self.device = threads, ORDERS[order], without, device
        self.math = math or Forgiving()

    def compile(self, text: str, name: str, types: str, threads: int) -> Callable[..., None]:
        del types, threads
        head, *parts = text.split(BARRIER)
        for number, part in enumerate(parts):
            head += ("pass" if number == self.without else "yield") + part
        fake = SimpleNamespace(blockIdx=SimpleNamespace(x=0), threadIdx=SimpleNamespace(x=0),
                               blockDim=SimpleNamespace(x=self.threads))  # fmt: skip
        device = self.device or (lambda function: function)
        names = {"cuda": fake, "device": device, "math": math if self.device else self.math, "max": device(larger)}
        names["as_float32"] = device(as_float32)
        exec(compile(head, "<block>", "exec"), names)

        def launch(blocks: int, *args: Any) -> None:
            plain = [a.view(np.ndarray) if isinstance(a, Resident) else a for a in args]
            with np.errstate(all="ignore"):
                for block in range(blocks):
                    self.play(fake, block, lambda: names[name](*plain))

        return launch

    def play(self, fake: Any, block: int, begin: Callable[[], Iterator[None]]) -> None:
        fake.blockIdx.x, fake.shared = block, Shared()
        threads = [begin() for _ in range(self.threads)]
        running = True
        while running:
            ended = []
            for thread in self.order(self.threads):
                fake.threadIdx.x, fake.shared.asked = thread, 0
                ended.append(next(threads[thread], "end") == "end")
            assert len(set(ended)) == 1, "a barrier that only some threads reach"
            running = not ended[0]


def plain_load(text: str) -> Any:
    """The module of a CPU kernel's text as plain Python."""
    names: dict[str, Any] = {"math": Forgiving()}
    plain = re.sub(r"(?m)^@njit.*\n", "", text).replace("import math\n", "")
    exec(compile(plain, "<kernel>", "exec"), names)
    return SimpleNamespace(**names)


def examples(count: int, width: int = 8, classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows that can be told apart, but not easily."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, count)
    return (rng.standard_normal((count, width)) + np.eye(classes, width)[y]).astype(np.float32), y


def on_device(training: Any) -> CudaLanes:
    """The lanes of a training of the CPU on the device, from where they stand."""
    t = training
    theta, slots, st = t.theta.copy(), t.slots.copy(), t._st.copy()
    return CudaLanes(t.groups, t.rows, t.batch, t.seeds, theta, slots, t._par, st)


def epochs(lanes: CudaLanes, count: int, updates: int) -> np.ndarray:
    """The losses of some epochs, (lanes, updates)."""
    losses = np.zeros((count, lanes.count, updates))
    for number in range(count):
        lanes.epoch(number, losses[number], lambda _: None)
    lanes.pull()
    return np.concatenate(losses, axis=1)
