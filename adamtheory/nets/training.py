"""Train many networks at once: a lane is one choice of hyper-parameters and a seed.

training = Training(mlp(64, 10, hidden=(32,)), (x, y), adam(lr=[1e-3, 1e-2]), batch=64)
for _ in range(10):
    losses = training.epoch()                     # (lanes, updates of an epoch)
loss, right = training.evaluate((x_test, y_test)) # (lanes,) each

Every lane is a function of its hyper-parameters and its seed alone: the start, the order of the rows in every epoch and
the dropout come from the Philox streams of the seed. Lanes of equal seed share all three.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from numbers import Real
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.nets.groups import Groups
from adamtheory.nets.lane import Compiled, Lane, LargeBatch
from adamtheory.nets.memory import check_memory
from adamtheory.nets.network import Network
from adamtheory.nets.rows import Rows, rows_of
from adamtheory.nets.threads import Memory, each, one_thread
from adamtheory.simulation.binding import bind, default_schedule, stream_words
from adamtheory.simulation.devices import around, note
from adamtheory.simulation.lanes import Lanes, broadcast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.nets.cuda_training import CudaLanes

    Array = NDArray[Any]

SEED = "seed"
EVALUATED = 256  # rows that are evaluated at once
PIECE = 0.1  # seconds of compiled code between two looks at Ctrl-C, as far as one update is shorter


def lanes_of(groups: Groups, seed: Any) -> Lanes:
    """The lanes of a training: the parameters of all rules and the seeds, broadcast; raises `ParameterError`."""
    values, seed = groups.values(), stream_words(SEED, seed)
    display = {n: n[2:] if n[0] != "b" else f"others.{n[2:]}" for n in values}
    return broadcast({**values, SEED: seed}, display | {SEED: SEED})


def groups_of(
    network: Network, optimizer: Rule | Bound, schedule: Rule | Bound | None, others: Rule | Bound | None, dtype: str
) -> Groups:
    """The rules of a training with their defaults; raises `ParameterError`."""
    from adamtheory.schedules import constant

    if dtype not in ("float32", "float64"):
        raise ParameterError(f"dtype must be float32 or float64, not {dtype!r}")
    bound = bind(optimizer, "rule")
    plan = default_schedule(bound, constant if schedule is None else schedule)
    return Groups.of(network, bound, plan, None if others is None else bind(others, "rule"), dtype)


def counted(name: str, value: Any) -> int:
    """A whole number of at least 1; raises `ParameterError`."""
    if isinstance(value, bool) or not issubclass(type(value), Real) or not 1 <= value == value // 1:
        raise ParameterError(f"{name} must be a whole number of at least 1, not {value!r}")
    return int(value)


class Training:
    """Networks of one kind, trained on the same examples in lanes.

    network    what is trained
    data       (x, y): x (n, inputs) of uint8 (read as k/255), float32 or float64, or sparse rows; y (n,) classes from 0
    optimizer  an update rule; arrays among its parameters broadcast into lanes
    batch      rows of a batch, >= 1; the last batch of an epoch may be smaller
    schedule   step size as a rule of the update number t = 1, 2, ...; default: constant
    others     the rule of all parameters that are no weight vectors, for ND-Adam; default: Adam
    seed       number or array of them, in [0, 2^32); broadcasts with the parameters
    dtype      float32 or float64, of parameters and arithmetic; losses are summed in float64
    workers    threads, >= 1; default: all cores
    only       (first, last + 1): these lanes alone, along one axis, of all in their order
    device     cpu, cuda, or auto; default: that of the `devices.setting` around, else cpu. `device` of a training says
               which one it is, and why. On a GPU a block of threads trains one lane, which must fit into its memory
               (`nets.block`); numbers agree with the CPU's to rounding
    Weight decay acts on weights, not on biases.

    Raises `ParameterError` for wrong shapes or values, and for more than the memory of the machine holds;
    `DeviceError` for what a GPU cannot train, or for a GPU that cannot be had.
    """

    def __init__(
        self,
        network: Network,
        data: Any,
        optimizer: Rule | Bound,
        *,
        batch: int = 128,
        schedule: Rule | Bound | None = None,
        others: Rule | Bound | None = None,
        seed: Any = 0,
        dtype: str = "float32",
        workers: int | None = None,
        only: tuple[int, int] | None = None,
        device: str | None = None,
    ) -> None:
        self._workers = os.cpu_count() or 1 if workers is None else counted("workers", workers)
        self.dtype, self.rows = dtype, rows_of(network, data)
        self.batch = min(counted("batch", batch), len(self.rows.y))
        self.groups = groups_of(network, optimizer, schedule, others, dtype)
        self.network, self.epochs = self.groups.network, 0
        lanes = lanes_of(self.groups, seed)
        self.lanes = lanes if only is None else lanes.stretch(*only)
        check_memory(
            self.groups, lanes=self.lanes.count, rows=max(self.batch, EVALUATED), longest=self.rows.longest,
            threads=min(self._workers, self.lanes.count),
        )  # fmt: skip
        self._steps = 1  # updates in one compiled call, found as they go
        self._whole = True  # whether all lanes stand at the end of the same epoch
        self._build()
        self._place(device, lanes.count)

    def _place(self, wanted: str | None, lanes: int) -> None:
        """Compile, for the CPU or for a GPU, as suits all lanes, of which these may be few."""
        self._cuda: CudaLanes | None = None
        device = around() if wanted is None else wanted
        name, self.device = device, device
        if device != "cpu":
            from adamtheory.nets.cuda_training import CudaLanes, choose

            name, self.device = choose(device, self.groups, self.batch, lanes)
        if name == "cpu":
            self._compiled = Compiled.of(self.groups, self.rows.x.dtype.name)
        else:
            arrays = self.seeds, self._theta, self._slots, self._par, self._st
            self._cuda = CudaLanes(self.groups, self.rows, self.batch, *arrays)
        if wanted is None:
            note(self.device)

    def _build(self) -> None:
        """Lay out parameters, slots and step state of all lanes."""
        import numpy as np

        groups, count = self.groups, self.lanes.count
        self._par, self._st = groups.parameters(self.lanes.values, count), groups.step_state(count)
        self.seeds = self.lanes.values[SEED].astype(np.uint64)
        starts = {int(s): self.network.initial(int(s), self.dtype) for s in np.unique(self.seeds)}
        self._theta = np.stack([starts[int(s)] for s in self.seeds])
        groups.prepare(self._theta)
        self._slots = groups.slots(count)

    @property
    def theta(self) -> Array:
        """The parameters (lanes, size), live on every device: it shows each epoch, and what is written into it counts.

        Once asked for, it and `slots` go to a GPU and come back at every epoch.
        """
        self._show()
        return self._theta

    @property
    def slots(self) -> Array:
        """The slots (lanes, slots of a rule, size) of the rules, as live as `theta`."""
        self._show()
        return self._slots

    def _show(self) -> None:
        if self._cuda is not None:
            self._cuda.show()

    def _lane(self, lane: int) -> Lane:
        return Lane(self._theta[lane], self._slots[lane], self._par[lane], self._st[lane], int(self.seeds[lane]))

    def _memories(self, threads: int, examples: Rows) -> list[Memory]:
        """One set of scratch arrays for each thread, as long as batches of these examples need."""
        rows, count = max(self.batch, EVALUATED), len(self.rows.y)
        return [Memory.of(self.groups, rows=rows, longest=examples.longest, examples=count) for _ in range(threads)]

    @property
    def updates(self) -> int:
        """Updates of an epoch."""
        return -(-len(self.rows.y) // self.batch)

    def epoch(self, tell: Callable[[int], None] | None = None) -> Array:
        """Train every lane for one epoch; the mean loss of every batch before its update, (lanes, updates).

        tell  called with the number of updates that a lane has made since its last call, from any thread
        Ctrl-C stops all lanes within some tenths of a second, somewhere in the epoch; `restore` a state to go on.
        Raises `ParameterError` where the epoch before was stopped.
        """
        import numpy as np

        self._check_whole()
        told = tell or (lambda updates: None)
        losses = np.empty((self.lanes.count, self.updates))
        self._whole = False
        if self._cuda is not None:
            self._cuda.epoch(self.epochs, losses, told)
        elif self.lanes.count < self._workers and self.network.shards > 1:
            self._train_large(losses, told)
        else:
            self._each(lambda lane, memory, stop: self._train_lane(lane, memory, stop, losses[lane], told), self.rows)
        self._whole = True
        self.epochs += 1
        return losses

    def _check_whole(self) -> None:
        if not self._whole:
            raise ParameterError("the last epoch was interrupted; restore a state, or begin anew")

    def _each(self, work: Callable[[int, Memory, threading.Event], None], examples: Rows) -> None:
        """Do the work of every lane on these examples, on all threads."""
        each(self.lanes.count, self._memories(min(self._workers, self.lanes.count), examples), work)

    def _train_large(self, losses: Array, tell: Callable[[int], None]) -> None:
        """One lane after the other, all threads at one batch."""
        memories, compiled = self._memories(self.network.shards, self.rows), self._compiled
        order = memories[0].order
        with one_thread(), ThreadPoolExecutor(self._workers) as pool:
            for i in range(self.lanes.count):
                lane = self._lane(i)
                compiled.shuffle(order, self.epochs, lane.seed)
                for j in range(self.updates):
                    rows, number = order[j * self.batch : (j + 1) * self.batch], self.epochs * self.updates + 1 + j
                    batch = LargeBatch(compiled, self.groups, lane, self.rows, rows, number)
                    losses[i, j] = batch.run(pool, memories, self._workers)
                    tell(1)

    def _train_lane(
        self, number: int, memory: Memory, stop: threading.Event, losses: Array, tell: Callable[[int], None]
    ) -> None:
        """All updates of an epoch, in compiled calls so short that a stop is seen soon; their lengths change no bit."""
        lane, groups, compiled, done = self._lane(number), self.groups, self._compiled, 0
        compiled.shuffle(memory.order, self.epochs, lane.seed)
        while done < len(losses) and not stop.is_set():
            began, steps = time.perf_counter(), min(self._steps, len(losses) - done)
            compiled.train(
                *compiled.pointers, steps, self.epochs * self.updates + done + 1, done * self.batch, self.batch,
                memory.order, *self.rows.all, lane.seed, lane.theta, memory.grads, lane.slots, lane.par, lane.st,
                memory.out, groups.edges, groups.which, memory.work, memory.places, losses[done:],
            )  # fmt: skip
            done += steps
            tell(steps)
            lasted = time.perf_counter() - began
            if lasted < PIECE / 2:
                self._steps = max(self._steps, 2 * steps)
            elif lasted > PIECE:
                self._steps = max(1, steps // 2)

    def evaluate(self, data: Any) -> tuple[Array, Array]:
        """The mean loss in nats and the share of right rows on other examples, (lanes,) each; no dropout."""
        import numpy as np

        rows = rows_of(self.network, data)
        if rows.x.dtype != self.rows.x.dtype:
            raise ParameterError(f"x is {rows.x.dtype}; the training examples are {self.rows.x.dtype}")
        if self._cuda is not None:
            found = self._cuda.evaluate(rows) / len(rows.y)
            return found[:, 0], found[:, 1]
        found, every = np.zeros((self.lanes.count, 2)), np.arange(len(rows.y))

        def one(lane: int, memory: Memory, stop: threading.Event) -> None:
            for lo in range(0, len(every), EVALUATED):
                if stop.is_set():
                    break
                part = every[lo : lo + EVALUATED]
                self._compiled.evaluate(self._theta[lane], *rows.all, part, memory.work, memory.places, found[lane])

        self._each(one, rows)
        found /= len(every)
        return found[:, 0], found[:, 1]

    def state(self) -> dict[str, Array]:
        """Copies of everything that the next epoch depends on, to be stored: parameters, slots, step state, epochs.

        Raises `ParameterError` where an epoch was interrupted, for then the lanes stand at different updates.
        """
        import numpy as np

        self._check_whole()
        if self._cuda is not None:
            self._cuda.pull()
        return {
            "theta": self._theta.copy(),
            "slots": self._slots.copy(),
            "step": self._st.copy(),
            "epochs": np.array(self.epochs),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on from a `state` of the same training: the next epochs have the same bits as without the interruption.

        Raises `ParameterError` where arrays are missing or have other shapes or dtypes; then nothing has changed.
        """
        arrays = {"theta": self._theta, "slots": self._slots, "step": self._st}
        if missing := {*arrays, "epochs"} - {*state}:
            raise ParameterError(f"the state lacks {', '.join(sorted(missing))}")
        for name, array in arrays.items():  # all of them before any is taken
            given = state[name]
            if given.shape != array.shape or given.dtype != array.dtype:
                raise ParameterError(f"{name} of the state is {given.dtype} {given.shape}; this training has "
                                     f"{array.dtype} {array.shape}")  # fmt: skip
        epochs = int(state["epochs"])
        if epochs < 0:
            raise ParameterError(f"epochs of the state is {epochs}; it counts from 0")
        for name, array in arrays.items():
            array[...] = state[name]
        if self._cuda is not None:
            self._cuda.push()
        self.epochs, self._whole = epochs, True
