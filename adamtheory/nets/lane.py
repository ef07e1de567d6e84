"""One lane of a training: its arrays, the compiled functions that move them, and one large batch on all threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.nets.groups import Groups
from adamtheory.nets.rows import Rows
from adamtheory.nets.threads import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Compiled:
    """The functions of `kernels` and `stepping` for a network, its rules and data of a dtype.

    pointers  of `gradient` and `step`, as `train` takes them
    """

    gradient: Any
    evaluate: Any
    step: Any
    pointers: tuple[Any, Any]
    train: Any
    add: Any
    shuffle: Any

    @classmethod
    def of(cls, groups: Groups, data: str) -> Compiled:
        from adamtheory.engine.cpu import load, pointer
        from adamtheory.nets.kernels import network_text
        from adamtheory.nets.stepping import shuffle_text, step_text, train_text

        net = load(network_text(groups.network, groups.dtype, data))
        step = load(step_text(groups.kernels, groups.dtype)).step
        loop, pointers = load(train_text(groups.dtype, data)), (pointer(net.gradient), pointer(step))
        return cls(net.gradient, net.evaluate, step, pointers, loop.train, loop.add, load(shuffle_text()).shuffle)


@dataclass(frozen=True)
class Lane:
    """Views of a lane's parameters, slots, parameters of its rules and their step state, and its seed."""

    theta: Array
    slots: Array
    par: Array
    st: Array
    seed: int


@dataclass(frozen=True)
class LargeBatch:
    """One update of a lane, all threads at it: a shard of the gradient each, then some groups of the update.

    rows   of the batch
    round  number of the update, from 1
    """

    compiled: Compiled
    groups: Groups
    lane: Lane
    examples: Rows
    rows: Array
    round: int

    def run(self, pool: ThreadPoolExecutor, memories: list[Memory], threads: int) -> float:
        """Make the update, with one memory for each shard; the mean loss of the batch before it."""
        grads, count = memories[0].grads, len(self.groups.which)
        loss = sum(pool.map(self.gradient, range(len(grads)), grads, memories))
        ends = [count * part // threads for part in range(threads + 1)]
        list(pool.map(self.update, ends[:-1], ends[1:], [grads] * threads))
        return loss

    def gradient(self, shard: int, grad: Array, memory: Memory) -> float:
        """The loss of a shard and its gradient."""
        b, shards, lane = len(self.rows), self.groups.network.shards, self.lane
        first, last = b * shard // shards, b * (shard + 1) // shards
        loss: float = self.compiled.gradient(lane.theta, grad, *self.examples.all, self.rows[first:last], first, b,
                                             self.round, lane.seed, memory.work, memory.places)  # fmt: skip
        return loss

    def update(self, first: int, last: int, grads: Array) -> None:
        """Add up the gradients of the groups first..last-1 and move them."""
        import numpy as np

        lane, out, edges = self.lane, np.empty(self.groups.outputs, self.groups.dtype), self.groups.edges
        self.compiled.add(grads, edges[first], edges[last])
        self.compiled.step(first, last, self.round, lane.par, lane.st, out, lane.theta, grads[0], lane.slots,
                           edges, self.groups.which)  # fmt: skip
