"""A run that is ready to start, and its way through the rounds: kernels, threads, checkpoints, lanes that are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound
from adamtheory.simulation.binding import first_points
from adamtheory.simulation.lanes import Lanes
from adamtheory.simulation.rows import Rows
from adamtheory.simulation.sequences import LossSequence
from adamtheory.simulation.trajectory import Monitors, Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.engine.dynamic import Dynamic
    from adamtheory.engine.emit import Kernel
    from adamtheory.engine.program import Watch
    from adamtheory.engine.run import Run

    Array = NDArray[Any]

FEWEST_VECTOR_LANES = 16  # below, the one-lane kernel on both cores is faster than a padded block
FEWEST_DRAWING_LANES = 96  # the same where every lane draws for itself: a draw takes the same time in both kernels
WORK_PER_CALL = 8_000_000  # coordinate steps between two looks at Ctrl-C: some tenths of a second at the slowest
ROUNDS_PER_CALL = 64  # of very many lanes, whose state is copied and looked through between two calls
MOST_WORK_PER_CALL = 64_000_000
SUMS = ("c0", "c1", "c2", "loss_at_point", "round_loss", "round_path", "moving_loss", "moving_path")
MOST_CELLS = 2**28  # numbers that the result may hold: lanes x checkpoints x coordinates x arrays


@dataclass
class Job:
    """A run that is ready to start: its rules, its lanes, its compiled kernel.

    wide    whether the kernel of many lanes runs it; None: where there are enough of them
    kernel  what `emit` gives, where it is known already
    device  "cpu" or "cuda", as `devices.choose` gives it;  told: the same in words
    """

    optimizer: Bound
    losses: LossSequence
    schedule: Bound
    feasible: Bound
    lanes: Lanes
    start: Array
    dtype: str
    monitored: bool
    projection: str
    dynamic: Dynamic | None = None
    wide: bool | None = None
    kernel: Kernel | None = None
    watches: tuple[Watch, ...] = ()
    device: str = "cpu"
    told: str = "cpu"

    def on(self, lanes: Lanes, first: Any, default: bool, wide: bool, kernel: Kernel | None = None) -> Job:
        """The same rules on other lanes; `first` is x_1, `default` whether it is the loss's own."""
        start = first_points(lanes, self.feasible.rule, first, self.losses.dimension, default)
        return replace(self, lanes=lanes, start=start, wide=wide, kernel=kernel)

    @property
    def vectors(self) -> bool:
        """Whether the kernel of many lanes can run it."""
        return self.losses.dimension == 1 and self.losses.features is None

    @property
    def many(self) -> bool:
        """Whether the CPU's kernel of many lanes runs it."""
        enough = self.fit(self.lanes.count) if self.wide is None else self.wide
        return self.device == "cpu" and self.vectors and enough

    def fit(self, count: int) -> bool:
        """Whether so many lanes, of which these vary, are faster in the kernel of many lanes."""
        draws = any(i.kind == "uniform" for i in self.losses.rule.inputs)
        own = draws and bool(self.lanes.varying & {"seed", "stream"})
        return count >= (FEWEST_DRAWING_LANES if own else FEWEST_VECTOR_LANES)

    def emit(self) -> Kernel:
        """The text of the kernel; it depends on the rules, the dimension, and which parameters vary."""
        from adamtheory.engine.emit_cuda import emit_cuda
        from adamtheory.engine.emit_lanes import emit_lanes
        from adamtheory.engine.emit_single import emit_single
        from adamtheory.engine.prefix_sums import hindsight
        from adamtheory.engine.program import Parts, build

        varying, many = self.lanes.varying & self.lanes.values.keys(), self.many
        together = many or self.device == "cuda"  # then what lanes have in common is computed once
        parts = Parts(
            self.optimizer.rule, self.losses.rule, self.schedule.rule, self.feasible.rule, self.losses.dimension,
            frozenset(varying - {"seed", "stream", "start"}) if together else frozenset(),
            together and bool(varying & {"seed", "stream"}), self.monitored, hindsight(self.losses.rule), self.dynamic,
            self.projection == "weighted", self.watches, self.dtype,
        )  # fmt: skip
        shape = emit_cuda if self.device == "cuda" else emit_lanes if many else emit_single
        return shape(build(parts), self.dtype)

    def arrays(self) -> Run:
        """Emit, compile and pack: a fresh run at round 0."""
        import numpy as np

        from adamtheory.engine.cpu import compile_kernel
        from adamtheory.engine.emit_cuda import CudaKernel
        from adamtheory.engine.run import Inputs, LanesRun, SingleRun

        values = dict(self.lanes.values)
        keys = np.array([values.pop("seed"), values.pop("stream")]).astype(np.uint64)
        values.pop("start", None)
        kernel = self.kernel or self.emit()
        inputs = Inputs(values, self.start, keys, self.losses.features, self.losses.targets)
        if isinstance(kernel, CudaKernel):
            from adamtheory.engine import cuda
            from adamtheory.engine.cuda_run import CudaRun

            return CudaRun(kernel, cuda.compile_kernel(kernel), inputs)
        return (LanesRun if self.many else SingleRun)(kernel, compile_kernel(kernel), inputs)

    def run(
        self, checkpoints: Array, workers: int | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Trajectory:
        """Play the rounds and collect the state at the checkpoints."""
        import os

        import numpy as np

        run = self.arrays()
        count, horizon = self.lanes.count, int(checkpoints[-1])
        bad = np.zeros(count, np.int64)
        rows = Rows(self.losses, run.streams)
        kept: list[dict[str, Array]] = []
        if workers is not None and workers < 1:
            raise ParameterError(f"workers={workers} must be at least 1")
        workers = 1 if self.device == "cuda" else min(workers or os.cpu_count() or 1, count)
        if self.device == "cpu":
            size = count * self.losses.dimension
            run.rounds = max(1, WORK_PER_CALL // size, min(ROUNDS_PER_CALL, MOST_WORK_PER_CALL // size))
        with np.errstate(all="ignore"), ThreadPoolExecutor(workers) as pool:
            done = 0
            for checkpoint in checkpoints:
                for t0, steps in _chunks(done, int(checkpoint), run):
                    before = run.snapshot()
                    _advance(run, pool, workers, t0, steps, rows.take(t0, steps))
                    _find_nonfinite(run, before, bad, t0, steps, rows)
                    if progress is not None:
                        progress(t0 + steps - 1, horizon)
                done = int(checkpoint)
                kept.append(run.read())
                _check_size(kept[0], len(checkpoints))
        return self.collect(checkpoints, kept, bad)

    def collect(self, checkpoints: Array, kept: list[dict[str, Array]], bad: Array) -> Trajectory:
        import numpy as np

        shape = self.lanes.shape
        stacked = {}
        for name in kept[0]:
            array = np.stack([k[name] for k in kept], axis=1)
            stacked[name] = array.reshape(*shape, *array.shape[1:])
        iterates = stacked.pop("x")
        if iterates.ndim == len(shape) + 1:
            iterates = iterates[..., None]
        state = {n[2:]: stacked[n] for n in stacked if n.startswith("o_")}
        monitors = None
        if "gamma_min" in stacked:
            monitors = Monitors(stacked["gamma_min"], stacked["gamma_first"].astype(np.int64), stacked.get("ratio_max"))
        sums: dict[str, Array] = {n: stacked[n] for n in SUMS if n in stacked}
        parameters = {n: v.reshape(shape) for n, v in self.lanes.values.items() if n not in ("seed", "stream", "start")}
        seeds = np.array([self.lanes.values["seed"], self.lanes.values["stream"]]).astype(np.int64)
        watched = {n[2:]: stacked[n] for n in stacked if n.startswith("w_")}
        return Trajectory(
            self.optimizer, self.losses, self.schedule, self.feasible, self.lanes.axes, self.lanes.coordinates,
            checkpoints, stacked["loss"], iterates, state, bad.reshape(shape), parameters,
            seeds.reshape(2, *shape), self.dtype, monitors, sums,
            self.start.reshape(*shape, -1), watched, self.projection, self.told,
        )  # fmt: skip


def _chunks(done: int, end: int, run: Run) -> Iterator[tuple[int, int]]:
    """(first round, rounds) from done + 1 to end, at most as many at once as the run says."""
    while done < end:
        steps = min(run.rounds, end - done)
        yield done + 1, steps
        done += steps


def _advance(run: Run, pool: ThreadPoolExecutor, workers: int, t0: int, steps: int, rows: Array) -> None:
    count = run.inputs.count
    if workers == 1 or count * steps * run.kernel.size < 20_000:
        run.advance(0, count, steps, t0, rows)
    else:
        bounds = [count * i // workers for i in range(workers + 1)]
        work = [pool.submit(run.advance, lo, hi, steps, t0, rows) for lo, hi in zip(bounds, bounds[1:], strict=False)]
        for future in work:
            future.result()
    run.settle()


def _find_nonfinite(run: Run, before: Mapping[str, Array], bad: Array, t0: int, steps: int, rows: Rows) -> None:
    """Mark lanes whose iterate or state stopped being finite, with the round, found by bisection from the snapshot.

    Bisection is exact where a non-finite state stays one, as in all rules that ship: averages, sums and products keep
    NaN and inf, and the box keeps NaN. A slot that forgets, such as one that holds the last gradient alone, is seen
    only if it is not finite when a call ends.
    """
    import numpy as np

    lost = np.flatnonzero(~run.finite() & (bad == 0))
    if not len(lost):
        return
    taken = rows.take(t0, steps)
    # lanes that were finite after `low` rounds and are not after `high`, with their state after `low`
    open_: list[tuple[Array, Run, int, int]] = [(lost, run.pick(lost, before), 0, steps)]
    while open_:
        lanes, part, low, high = open_.pop()
        if high - low == 1:
            bad[lanes] = t0 + low
            continue
        middle, then = (low + high) // 2, part.snapshot()
        part.advance(0, len(lanes), middle - low, t0 + low, run.part(taken, lanes, low, middle))
        part.settle()
        good = part.finite()
        for kept, state, begin, end in ((good, part.state, middle, high), (~good, then, low, middle)):
            if kept.any():
                open_.append((lanes[kept], part.pick(np.flatnonzero(kept), state), begin, end))


def _check_size(first: Mapping[str, Array], checkpoints: int) -> None:
    cells = sum(a.size for a in first.values()) * checkpoints
    if cells > MOST_CELLS:
        raise ParameterError(
            f"the result would hold {cells / 1e9:.1f}e9 numbers ({checkpoints} checkpoints); ask for fewer checkpoints"
        )
