"""The arrays of a training on a GPU, and its launches: all lanes make some hundred updates in one launch.

Start, order of the rows and seeds are made on the host by what the CPU uses, so they are the same numbers; dropout is
drawn on the device from the same stream. A lane that is no longer finite goes on, as on the CPU: its losses say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from adamtheory.engine import cuda
from adamtheory.errors import DeviceError
from adamtheory.nets.block_kernel import BlockKernel, block_of, emit_evaluate, emit_train
from adamtheory.nets.groups import Groups
from adamtheory.nets.rows import Rows
from adamtheory.simulation.devices import DEVICES, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SHARE = 0.8  # of the free memory that lanes may take; the rest is for data, orders and the driver
SECONDS_PER_LAUNCH = 0.4  # so that progress is seen, Ctrl-C heard, and no launch outlives a display's watchdog
FEWEST_NETWORKS = 64  # below, compiling would take longer than is won; reckoned, not measured
FIRST = 8  # updates of the first launch, which tells how many the others may have
GROWTH = 8  # how many times more the next launch may have


def choose(device: str, groups: Groups, batch: int, lanes: int) -> tuple[str, str]:
    """The device of a training, "cpu" or "cuda", and the same in words with the reason.

    Raises `UnknownNameError` for what is no device; where "cuda" is asked for, `DeviceError` for a network or batch
    that a block of a GPU cannot train, and for a GPU that cannot be had.
    """
    if device not in DEVICES:
        raise unknown(device)
    if device == "cpu" or (device == "auto" and lanes < FEWEST_NETWORKS):
        few = f", reckoned to be faster than a GPU below {FEWEST_NETWORKS} networks"
        return "cpu", f"cpu{few if device == 'auto' else ''}"
    try:
        block_of(groups, batch)
        cuda.require()
    except DeviceError as error:
        if device == "cuda":
            raise
        return "cpu", f"cpu: {re.split('; (?:give|no batch|use)', str(error))[0]}"  # without the advice
    return "cuda", "cuda" if device == "cuda" else f"cuda, reckoned to be faster from {FEWEST_NETWORKS} networks on"


def compiled(kernel: BlockKernel) -> Callable[..., None]:
    """The launcher of a kernel."""
    return cuda.compile_block(kernel.text, kernel.name, kernel.types, kernel.threads)


class CudaLanes:
    """The lanes of a training on the device.

    groups        the rules;  rows  the training examples;  batch  rows of an update
    seeds         (lanes,) uint64
    theta, slots, par, st   the host's arrays, whose first axis is the lane; see `nets.groups`

    `pull` brings the host's arrays up to date, and `push` makes the next epoch begin with what they hold. Where all
    lanes fit, nothing else does, until `show` says that somebody looks at them: from then on every epoch does both.
    Raises `DeviceError` where the network does not fit into a block, or no kernel can be launched.
    """

    def __init__(
        self, groups: Groups, rows: Rows, batch: int, seeds: Array, theta: Array, slots: Array, par: Array, st: Array
    ) -> None:
        from adamtheory.engine.cpu import load
        from adamtheory.nets.stepping import shuffle_text

        self.kind = rows.x.dtype.name
        self.train = compiled(emit_train(groups, batch, self.kind))
        self.groups, self.batch, self.shuffle = groups, batch, load(shuffle_text()).shuffle
        self.state, self.fixed = {"theta": theta, "slots": slots, "st": st}, {"par": par, "seeds": seeds}
        totals = any(kernel.totals for kernel in groups.kernels)  # they go over the derivatives more than once
        self.fixed["grads"] = np.zeros((len(theta), groups.network.size if totals else 1), theta.dtype)
        self.edges = cuda.to_device(groups.edges.astype(np.int64))
        self.count, self.rows = len(theta), len(rows.y)
        self.data = examples(rows)
        self.sizes = np.diff([*range(0, self.rows, batch), self.rows])  # rows of each batch
        lane = sum(a.nbytes for a in (*self.state.values(), *self.fixed.values())) // self.count
        lane += 8 * len(self.sizes) + 4 * self.rows + 4  # losses, and an order of the rows, if no other has its seed
        room = max(1, int(SHARE * cuda.free_bytes()) // lane)
        self.together = min(self.count, cuda.MOST, room)  # lanes in one launch
        self.resident: dict[str, Any] | None = None
        self.shown = False
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
            found["group"] = cuda.to_device(self.groups_of_seeds(first, last)[1].astype(np.int32))
            self.resident = found if last - first == self.count and not self.shown else None
            return found
        return self.resident

    def epoch(self, number: int, losses: Array, tell: Callable[[int], None]) -> None:
        """Epoch `number`, from 0: fill losses (lanes, updates).

        tell  called with the number of updates that have been made since its last call
        """
        for first, last in self.stretches():
            arrays, order = self.on_device(first, last), self.order(number, first, last)
            self.run(arrays, order, number * losses.shape[1] + 1, losses[first:last], tell)
            for name in () if self.resident else self.state:
                self.download(arrays, name, first, last)
            del arrays, order  # before the next ones come, which take as much memory

    def groups_of_seeds(self, first: int, last: int) -> tuple[Array, Array]:
        """The different seeds of some lanes, and the number of each lane's."""
        distinct, group = np.unique(self.fixed["seeds"][first:last], return_inverse=True)
        return distinct, group.reshape(-1)

    def order(self, number: int, first: int, last: int) -> Any:
        """The rows of an epoch in the order of every seed of some lanes, on the device."""
        distinct, one = self.groups_of_seeds(first, last)[0], np.empty(self.rows, np.int64)
        orders = np.empty((len(distinct), self.rows), np.int32)
        for order, seed in zip(orders, distinct.tolist(), strict=True):
            self.shuffle(one, number, seed)
            order[:] = one
        return cuda.to_device(orders)

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
        data, found = examples(rows), np.zeros((self.count, 2))
        for first, last in self.stretches():
            theta = self.resident["theta"] if self.resident else upload(self.state["theta"][first:last])
            result = cuda.to_device(found[first:last])
            self.evaluation(last - first, len(rows.y), *data, theta, result)
            found[first:last] = result.copy_to_host()
            del theta, result
        return found

    def pull(self) -> None:
        """Bring all of the host's arrays up to date."""
        if self.resident:
            for name in self.state:
                self.download(self.resident, name, 0, self.count)

    def push(self) -> None:
        """Take what the host's arrays now hold."""
        self.resident = None

    def show(self) -> None:
        """The host's arrays are to be read and written between epochs."""
        if not self.shown:
            self.pull()
            self.push()
            self.shown = True

    def download(self, arrays: dict[str, Any], name: str, first: int, last: int) -> None:
        host = self.state[name]
        if host.size:
            host[first:last] = arrays[name].copy_to_host()


def examples(rows: Rows) -> tuple[Any, Any]:
    """The rows and their classes on the device; raises `DeviceError` where there is no room for them."""
    cuda.countable(len(rows.y), "rows of data")
    with cuda.room(f"{len(rows.y)} rows of data"):
        return cuda.to_device(rows.x), cuda.to_device(rows.y.astype(np.int32))


def upload(array: Array) -> Any:
    """An array on the device; one without numbers gets some, since an empty one has no address."""
    shape = tuple(max(1, n) for n in array.shape)
    return cuda.to_device(array if array.size else np.zeros(shape, array.dtype))
