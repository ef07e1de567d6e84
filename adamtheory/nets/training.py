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
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.nets.network import Network
from adamtheory.simulation.lanes import Lanes, broadcast
from adamtheory.simulation.simulate import bind, default_schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SEED = "seed"
EVALUATED = 256  # rows that are evaluated at once
PIECE = 0.1  # seconds of compiled code between two looks at Ctrl-C, as far as one update is shorter


@dataclass(frozen=True)
class Rows:
    """Examples as the kernels read them: x (n, inputs), or the entries of sparse rows as (1, entries); y (n,)."""

    x: Array
    indptr: Array
    indices: Array
    y: Array

    @property
    def longest(self) -> int:
        """Entries of the longest sparse row."""
        return int((self.indptr[1:] - self.indptr[:-1]).max(initial=0))

    @property
    def all(self) -> tuple[Array, Array, Array, Array]:
        return self.x, self.indptr, self.indices, self.y


def rows_of(network: Network, data: Any) -> Rows:
    """Check a pair (x, y) against a network; x is an array or has `indptr`, `indices`, `values` and `width`.

    Raises `ParameterError` for other shapes, dtypes, or classes outside 0..classes-1.
    """
    import numpy as np

    x, y = (data.x, data.y) if hasattr(data, "x") else data
    y = np.ascontiguousarray(y, np.int64)
    empty = np.empty(0, np.int64), np.empty(0, np.int32)
    if network.sparse:
        indptr, indices = np.ascontiguousarray(x.indptr, np.int64), np.ascontiguousarray(x.indices, np.int32)
        values = getattr(x, "values", None)
        found = Rows(np.ascontiguousarray(x.data if values is None else values).reshape(1, -1), indptr, indices, y)
        count, width = len(indptr) - 1, int(x.shape[1] if hasattr(x, "shape") else x.width)
    else:
        found = Rows(np.ascontiguousarray(x), *empty, y)
        if found.x.ndim != 2:
            raise ParameterError(f"x must have the shape (rows, {network.inputs}), not {found.x.shape}")
        count, width = found.x.shape
    if found.x.dtype.name not in ("uint8", "float32", "float64"):
        raise ParameterError(f"x must be of uint8, float32 or float64, not {found.x.dtype}")
    if width != network.inputs or y.shape != (count,) or not count:
        raise ParameterError(f"{count} rows of {width} numbers with {y.shape} labels; {network.name} takes "
                             f"{network.inputs} numbers a row and a label for each")  # fmt: skip
    classes = network.head.inputs
    if y.min() < 0 or y.max() >= classes:
        raise ParameterError(
            f"labels run from {y.min()} to {y.max()}; {network.name} has the classes 0 to {classes - 1}"
        )
    return found


@lru_cache(maxsize=64)
def _order(size: int, epoch: int, seed: int) -> Array:
    from adamtheory.simulation.rows import epoch_order

    return epoch_order(size, epoch, seed, 0)


def lanes_of(optimizer: Bound, schedule: Bound, seed: Any) -> Lanes:
    """The lanes of a training: the parameters of both rules and the seeds, broadcast."""
    values = {f"o_{n}": v for n, v in optimizer.values.items()}
    values |= {f"s_{n}": v for n, v in schedule.values.items()}
    return broadcast({**values, SEED: seed}, {n: n if n == SEED else n[2:] for n in (*values, SEED)})


class Training:
    """Networks of one kind, trained on the same examples in lanes.

    network    what is trained
    data       (x, y): x (n, inputs) of uint8 (read as k/255), float32 or float64, or sparse rows; y (n,) classes from 0
    optimizer  an update rule; arrays among its parameters broadcast into lanes
    batch      rows of a batch, >= 1; the last batch of an epoch may be smaller
    schedule   step size as a rule of the update number t = 1, 2, ...; default: constant
    seed       number or array of them, in [0, 2^32); broadcasts with the parameters
    dtype      float32 or float64, of parameters and arithmetic; losses are summed in float64
    workers    threads; default: all cores
    Weight decay acts on weights, not on biases.

    Raises `ParameterError` for wrong shapes or values.
    """

    def __init__(
        self,
        network: Network,
        data: Any,
        optimizer: Rule | Bound,
        *,
        batch: int = 128,
        schedule: Rule | Bound | None = None,
        seed: Any = 0,
        dtype: str = "float32",
        workers: int | None = None,
    ) -> None:
        from adamtheory.schedules import constant

        if batch < 1 or int(batch) != batch:
            raise ParameterError(f"batch must be a whole number of at least 1, not {batch}")
        if dtype not in ("float32", "float64"):
            raise ParameterError(f"dtype must be float32 or float64, not {dtype!r}")
        self.network, self.batch, self.dtype = network, int(batch), dtype
        self.rows = rows_of(network, data)
        self.optimizer = bind(optimizer, "rule")
        self.schedule = default_schedule(self.optimizer, constant if schedule is None else schedule)
        self.epochs = 0
        self.lanes = lanes_of(self.optimizer, self.schedule, seed)
        self._stop = threading.Event()
        self._whole = True  # whether all lanes stand at the end of the same epoch
        self._build(workers or os.cpu_count() or 1)

    def _build(self, workers: int) -> None:
        """Compile, and lay out parameters, slots and step state of all lanes."""
        import numpy as np

        from adamtheory.engine.cpu import load, pointer
        from adamtheory.engine.emit_update import build_update, emit_update
        from adamtheory.nets.kernels import network_text
        from adamtheory.nets.stepping import step_text, train_text

        data = self.rows.x.dtype.name
        kernel = emit_update(build_update(self.optimizer.rule, self.schedule.rule), self.dtype)
        net = load(network_text(self.network, self.dtype, data))
        self._evaluate = net.evaluate
        self._gradient, self._step = pointer(net.gradient), pointer(load(step_text((kernel,))).step)
        self._train = load(train_text(self.dtype, data)).train
        values, count = self.lanes.values, self.lanes.count
        weights, size = self.network.weights, self.network.size
        self._edges = np.array([0, weights, size])
        self._which = np.zeros(2, np.int64)
        self._par = np.stack([values[n] for n in kernel.params], axis=-1)[:, None, :].repeat(2, axis=1)
        for i, name in enumerate(kernel.params):
            if name == "o_weight_decay":
                self._par[:, 1, i] = 0.0
        self._par = self._par.astype(self.dtype)
        start = np.array([float(s.initial or 0) for s in kernel.step_states], self.dtype)
        self._st = np.tile(start, (count, 2, 1))
        self.seeds = values[SEED].astype(np.uint64)
        starts = {int(s): self.network.initial(int(s), self.dtype) for s in np.unique(self.seeds)}
        self.theta = np.stack([starts[int(s)] for s in self.seeds])
        slots = [s for s in kernel.coord_states if s.name != "x"]
        self.slots = np.empty((count, len(slots), size), self.dtype)
        for i, slot in enumerate(slots):
            self.slots[:, i] = float(slot.initial or 0)
        self._out = len(kernel.outputs)
        self._workers = min(workers, count)

    def _memory(self) -> queue.SimpleQueue[Any]:
        """One set of scratch arrays for each thread."""
        import numpy as np

        from adamtheory.nets.kernels import work_width

        free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        rows = max(self.batch, EVALUATED)
        for _ in range(self._workers):
            work = np.empty(rows * (work_width(self.network) + self.rows.longest), self.dtype)
            free.put((np.empty(self.network.size, self.dtype), work, np.empty(0, np.int32),
                      np.empty(self._out, self.dtype)))  # fmt: skip
        return free

    @property
    def updates(self) -> int:
        """Updates of an epoch."""
        return -(-len(self.rows.y) // self.batch)

    def epoch(self, tell: Callable[[int], None] | None = None) -> Array:
        """Train every lane for one epoch; the mean loss of every batch before its update, (lanes, updates).

        tell  called from the threads with the number of updates that a lane has made since its last call
        Ctrl-C stops all lanes within some tenths of a second, somewhere in the epoch; `restore` a state to go on.
        Raises `ParameterError` where the epoch before was stopped.
        """
        import numpy as np

        self._check_whole()
        free, losses = self._memory(), np.empty((self.lanes.count, self.updates))

        def one(lane: int) -> None:
            memory = free.get()
            self._epoch_of(lane, memory, losses[lane], tell)
            free.put(memory)

        self._whole = False
        self._each(one)
        self._whole = True
        self.epochs += 1
        return losses

    def _epoch_of(self, lane: int, memory: Any, losses: Array, tell: Callable[[int], None] | None) -> None:
        """One epoch of one lane, in pieces so short that a stop is seen soon; their lengths change no bit."""
        grad, work, places, out = memory
        seed, done, steps = int(self.seeds[lane]), 0, 1
        order = _order(len(self.rows.y), self.epochs, seed)
        while done < self.updates and not self._stop.is_set():
            began, steps = time.perf_counter(), min(steps, self.updates - done)
            self._train(
                self._gradient, self._step, steps, self.epochs * self.updates + done + 1, done * self.batch,
                self.batch, order, *self.rows.all, seed, self.theta[lane], grad, self.slots[lane], self._par[lane],
                self._st[lane], out, self._edges, self._which, work, places, losses[done:],
            )  # fmt: skip
            done += steps
            if tell is not None:
                tell(steps)
            lasted = time.perf_counter() - began
            steps = 2 * steps if lasted < PIECE / 2 else max(1, steps // 2) if lasted > PIECE else steps

    def _check_whole(self) -> None:
        if not self._whole:
            raise ParameterError("the last epoch was interrupted; restore a state, or begin anew")

    def evaluate(self, data: Any) -> tuple[Array, Array]:
        """The mean loss in nats and the share of right rows on other examples, (lanes,) each; no dropout."""
        import numpy as np

        rows, free = rows_of(self.network, data), self._memory()
        found, every = np.zeros((self.lanes.count, 2)), np.arange(len(rows.y))

        def one(lane: int) -> None:
            _, work, places, _ = memory = free.get()
            for lo in range(0, len(every), EVALUATED):
                if self._stop.is_set():
                    break
                part = every[lo : lo + EVALUATED]
                self._evaluate(self.theta[lane], *rows.all, part, work, places, found[lane])
            free.put(memory)

        self._each(one)
        found /= len(every)
        return found[:, 0], found[:, 1]

    def state(self) -> dict[str, Array]:
        """Copies of everything that the next epoch depends on, to be stored: parameters, slots, step state, epochs.

        Raises `ParameterError` where an epoch was interrupted, for then the lanes stand at different updates.
        """
        import numpy as np

        self._check_whole()
        return {
            "theta": self.theta.copy(),
            "slots": self.slots.copy(),
            "step": self._st.copy(),
            "epochs": np.array(self.epochs),
        }

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on from a `state` of the same training: the next epochs have the same bits as without the interruption.

        Raises `ParameterError` where the arrays have other shapes or dtypes.
        """
        for name, array in (("theta", self.theta), ("slots", self.slots), ("step", self._st)):
            given = state[name]
            if given.shape != array.shape or given.dtype != array.dtype:
                raise ParameterError(f"{name} of the state is {given.dtype} {given.shape}; this training has "
                                     f"{array.dtype} {array.shape}")  # fmt: skip
            array[...] = given
        self.epochs, self._whole = int(state["epochs"]), True

    def _each(self, work: Any) -> None:
        """Do the work of every lane, on all threads; each has one thread of BLAS."""
        from threadpoolctl import threadpool_limits

        self._stop.clear()
        with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(self._workers) as pool:
            try:
                list(pool.map(work, range(self.lanes.count)))
            except BaseException:
                self._stop.set()  # the pool waits for its threads
                raise
