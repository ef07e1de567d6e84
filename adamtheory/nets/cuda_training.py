"""The arrays of a training on a GPU, and its launches: all lanes make some hundred updates in one launch.

Start, order of the rows and seeds are made on the host by what the CPU uses, so they are the same numbers; dropout is
drawn on the device from the same stream. A lane that is no longer finite goes on, as on the CPU: its losses say so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from adamtheory.engine import cuda
from adamtheory.nets.block_kernel import BlockKernel, emit_evaluate, emit_train
from adamtheory.nets.groups import Groups
from adamtheory.nets.rows import Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SHARE = 0.8  # of the free memory that lanes may take; the rest is for data, orders and the driver
SECONDS_PER_LAUNCH = 0.4  # so that progress is seen, Ctrl-C heard, and no launch outlives a display's watchdog
FIRST = 8  # updates of the first launch, which tells how many the others may have
GROWTH = 8  # how many times more the next launch may have


def check(groups: Groups, batch: int) -> None:
    """Raise `DeviceError` for a network or batch that no block of a GPU can train, or where there is no GPU."""
    emit_train(groups, batch, "float32")
    cuda.require()


def compiled(kernel: BlockKernel) -> Callable[..., None]:
    """The launcher of a kernel."""
    return cuda.compile_block(kernel.text, kernel.name, kernel.types, kernel.threads)


class CudaLanes:
    """The lanes of a training on the device.

    groups        the rules;  rows  the training examples;  batch  rows of an update
    seeds         (lanes,) uint64
    theta, slots, par, st   the host's arrays, whose first axis is the lane; see `nets.groups`
    shuffle       shuffle(order, epoch, seed), the CPU's function

    The host's arrays are the truth between epochs; `slots` and `st` are brought up to date by `pull`.
    Raises `DeviceError` where the network does not fit into a block, or no kernel can be launched.
    """

    def __init__(
        self, groups: Groups, rows: Rows, batch: int, seeds: Array, theta: Array, slots: Array, par: Array, st: Array,
        shuffle: Callable[[Array, int, int], None],
    ) -> None:  # fmt: skip
        self.kind = rows.x.dtype.name
        self.train = compiled(emit_train(groups, batch, self.kind))
        self.groups, self.batch, self.shuffle = groups, batch, shuffle
        self.distinct, group = np.unique(seeds, return_inverse=True)
        self.state = {"theta": theta, "slots": slots, "st": st}
        self.fixed = {"par": par, "group": group.reshape(-1).astype(np.int32), "seeds": seeds}
        totals = any(kernel.totals for kernel in groups.kernels)  # they go over the derivatives more than once
        self.fixed["grads"] = np.zeros((len(theta), groups.network.size if totals else 1), theta.dtype)
        self.edges = cuda.to_device(groups.edges.astype(np.int64))
        self.count, self.rows = len(theta), len(rows.y)
        self.data = examples(rows)
        self.tested: tuple[Rows, tuple[Any, Any]] | None = None
        self.sizes = np.diff([*range(0, self.rows, batch), self.rows])  # rows of each batch
        updates = len(self.sizes)
        lane = sum(a.nbytes for a in (*self.state.values(), *self.fixed.values())) // self.count + 8 * updates + 1
        self.together = min(self.count, max(1, int(SHARE * cuda.free_bytes()) // lane))  # lanes in one launch
        self.resident: dict[str, Any] | None = None
        self.steps = FIRST

    @cached_property
    def evaluation(self) -> Callable[..., None]:
        """The launcher of the kernel that evaluates, compiled when it is first asked for."""
        return compiled(emit_evaluate(self.groups, self.kind))

    def stretches(self) -> list[tuple[int, int]]:
        """Lanes that are on the device together."""
        return [(lo, min(lo + self.together, self.count)) for lo in range(0, self.count, self.together)]

    def on_device(self, first: int, last: int) -> dict[str, Any]:
        """The arrays of some lanes on the device."""
        if self.resident is None or last - first < self.count:
            found = {name: upload(array[first:last]) for name, array in (self.state | self.fixed).items()}
            self.resident = found if last - first == self.count else None
            return found
        return self.resident

    def epoch(self, number: int, losses: Array, tell: Callable[[int], None]) -> None:
        """Epoch `number`, from 0: fill losses (lanes, updates), and bring the host's `theta` up to date.

        tell  called with the number of updates that have been made since its last call
        """
        orders = np.empty((len(self.distinct), self.rows), np.int64)
        for order, seed in zip(orders, self.distinct.tolist(), strict=True):
            self.shuffle(order, number, seed)
        on_device = cuda.to_device(orders.astype(np.int32))
        for first, last in self.stretches():
            arrays = self.on_device(first, last)
            self.run(arrays, on_device, number * losses.shape[1] + 1, losses[first:last], tell)
            for name in ("theta",) if self.resident else self.state:
                self.download(arrays, name, first, last)

    def run(self, arrays: dict[str, Any], order: Any, round_: int, losses: Array, tell: Callable[[int], None]) -> None:
        """All updates of an epoch in launches that each take a part of a second; their lengths change no bit."""
        lanes, updates = losses.shape
        done, a = 0, arrays
        while done < updates:
            steps, began = min(self.steps, updates - done), perf_counter()
            some = cuda.to_device(np.empty((lanes, steps)))
            self.train(
                lanes, steps, round_ + done, done * self.batch, self.rows, order, a["group"], a["seeds"], *self.data,
                a["theta"], a["slots"], a["par"], a["st"], self.edges, a["grads"], some,
            )  # fmt: skip
            losses[:, done : done + steps] = some.copy_to_host() / self.sizes[done : done + steps]
            done += steps
            tell(lanes * steps)
            lasted = max(perf_counter() - began, 1e-6)
            self.steps = max(1, min(int(steps * SECONDS_PER_LAUNCH / lasted), GROWTH * self.steps))

    def evaluate(self, rows: Rows) -> Array:
        """The sum of the losses and the number of right rows, (lanes, 2)."""
        if self.tested is None or self.tested[0] is not rows:
            self.tested = rows, examples(rows)
        found = np.zeros((self.count, 2))
        for first, last in self.stretches():
            theta = self.resident["theta"] if self.resident else upload(self.state["theta"][first:last])
            result = cuda.to_device(found[first:last])
            self.evaluation(last - first, len(rows.y), *self.tested[1], theta, result)
            found[first:last] = result.copy_to_host()
        return found

    def pull(self) -> None:
        """Bring all of the host's arrays up to date."""
        if self.resident:
            for name in self.state:
                self.download(self.resident, name, 0, self.count)

    def push(self) -> None:
        """Take what the host's arrays now hold."""
        self.resident = None

    def download(self, arrays: dict[str, Any], name: str, first: int, last: int) -> None:
        host = self.state[name]
        if host.size:
            host[first:last] = arrays[name].copy_to_host()


def examples(rows: Rows) -> tuple[Any, Any]:
    """The rows and their classes on the device."""
    return cuda.to_device(rows.x), cuda.to_device(rows.y.astype(np.int32))


def upload(array: Array) -> Any:
    """An array on the device; one without numbers gets some, since an empty one has no address."""
    shape = tuple(max(1, n) for n in array.shape)
    return cuda.to_device(array if array.size else np.zeros(shape, array.dtype))
