"""Run an optimizer on a loss sequence: `simulate(amsgrad(lr=0.1, beta2=[0.1, 0.9]), reddi(C=3), 10**6)`.

Hyper-parameters, loss parameters, `start`, `seed` and `stream` may be arrays; they broadcast into independent lanes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.simulation.devices import choose
from adamtheory.simulation.lanes import Lanes, as_array, broadcast
from adamtheory.simulation.nearest import nearest
from adamtheory.simulation.rows import Rows
from adamtheory.simulation.sequences import LossSequence, sequence
from adamtheory.simulation.trajectory import Monitors, Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.engine.dynamic import Dynamic
    from adamtheory.engine.emit import Kernel
    from adamtheory.engine.program import Watch as Watch
    from adamtheory.engine.run import Run

    Array = NDArray[Any]

DTYPES = ("float64", "float32")
FEWEST_VECTOR_LANES = 16  # below, the one-lane kernel on both cores is faster than a padded block
FEWEST_DRAWING_LANES = 96  # the same where every lane draws for itself: a draw takes the same time in both kernels
WORK_PER_CALL = 8_000_000  # coordinate steps between two looks at Ctrl-C: some tenths of a second at the slowest
ROUNDS_PER_CALL = 64  # of very many lanes, whose state is copied and looked through between two calls
MOST_WORK_PER_CALL = 64_000_000
PROJECTIONS = ("weighted", "euclidean")
LONGEST = 10**15  # rounds; float64 counts them exactly, and no machine comes to the end of more
SUMS = ("c0", "c1", "c2", "loss_at_point", "round_loss", "round_path", "moving_loss", "moving_path")
MOST_CELLS = 2**28  # numbers that the result may hold: lanes x checkpoints x coordinates x arrays


def log_checkpoints(horizon: int, period: int = 1, per_decade: int = 12) -> Array:
    """Rounds about evenly spaced in log T, rounded to whole periods, ending with the horizon itself.

    horizon     last round, at least 1;  period  rounds of one period;  per_decade  checkpoints in a factor of ten
    """
    import numpy as np

    if period > horizon:
        return np.array([horizon])
    count = max(2, int(np.ceil(np.log10(max(horizon, 2)) * per_decade)))
    raw = np.geomspace(1, horizon, count)
    rounded = np.unique(np.maximum(np.rint(raw / period), 1).astype(np.int64) * period)
    return np.append(rounded[rounded < horizon], horizon)


def simulate(
    optimizer: Rule | Bound,
    loss: Any,
    horizon: int,
    *,
    schedule: Rule | Bound | None = None,
    feasible: Rule | Bound | None = None,
    start: Any = None,
    seed: Any = 0,
    stream: Any = 0,
    checkpoints: int | Sequence[int] | Array | None = None,
    dtype: str = "float64",
    monitors: bool = False,
    projection: str = "weighted",
    dynamic: bool = False,
    watches: Sequence[Watch] = (),
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    device: str | None = None,
) -> Trajectory:
    """Play `horizon` rounds: x_t meets f_t, then the rule turns x_t and g_t into x_{t+1}, projected on the set.

    optimizer    an update rule, with or without parameters filled in
    loss         a loss rule, a `LossSequence` (data, dimension), or an array of gradients
    horizon      rounds T, at least 1
    schedule     step size alpha_t as a rule; its `lr` is the optimizer's. Default: `inverse_sqrt`, alpha/sqrt(t), or
                 the one that the rule declares (AdaGrad: constant, its sum decays by itself)
    feasible     a set; default: the box of radius that the loss declares, else all of R^d
    start        x_1 in the set: a number, (d,) numbers, or an array that spans lanes (d = 1); default: the loss's,
                 moved into the set
    seed         0..2^32-1, the random stream; stream: 0..2^32-1, its replicate. Lanes of equal seed and stream see the
                 same draws whatever their hyper-parameters, so that differences are the optimizers'
    checkpoints  rounds at which the state is kept (or how many per decade); default log-spaced, whole periods
    dtype        float64 or float32, of iterate and state; sums of losses are float64 always
    monitors     also watch Gamma_t and |m|/sqrt(v)
    dynamic      also sum what regret against a comparator that moves needs: the least loss of every round
    projection   "weighted": in the norm sum_i D_i z_i^2, D the denominator that the rule declares (Euclidean where it
                 declares none); "euclidean": for all rules. The same on a box and in one coordinate
    watches      what else to gather over the rounds, of the names of the optimizer's text; see `engine.program.Watch`
    workers      threads; default: all cores
    progress     called with (rounds done, horizon) now and then
    device       "cpu"; "cuda": a GPU, one thread a lane; "auto": a GPU where there is one and enough lanes for it;
                 default: that of the `devices.setting` around, else "cpu". The trajectory's `device` says which it
                 was. Only the last digits differ: a GPU contracts a*b + c, and its exp and log are its own

    Raises `ParameterError` for wrong values, `DeviceError` where there is no GPU for "cuda". Ctrl-C raises
    KeyboardInterrupt within a second.
    Source: online convex programming, Zinkevich 2003, section 2; the frame of Reddi, Kale & Kumar 2018, Algorithm 1.
    """
    job = prepare(
        optimizer, loss, schedule=schedule, feasible=feasible, start=start, seed=seed, stream=stream, dtype=dtype,
        monitors=monitors, projection=projection, dynamic=dynamic, watches=watches,
    )  # fmt: skip
    job.device, job.told = choose(device, job.lanes.count)
    return job.run(_checkpoints(horizon, checkpoints, job.losses.periods), workers, progress)


def _checkpoints(horizon: int, wanted: int | Sequence[int] | Array | None, periods: Sequence[int]) -> Array:
    import numpy as np

    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 1 <= horizon <= LONGEST:
        raise ParameterError(f"horizon={horizon} must be an integer from 1 to {LONGEST:g}")
    if wanted is None or isinstance(wanted, int | np.integer):
        if wanted is not None and wanted < 1:
            raise ParameterError(f"checkpoints={wanted} per decade must be at least 1, or give a list of rounds")
        together = math.lcm(*periods)
        # many different periods have few rounds in common: then each gets checkpoints of its own
        each = [together] if together * 100 <= horizon else periods
        per_decade = 12 if wanted is None else int(wanted)
        return np.unique(np.concatenate([log_checkpoints(int(horizon), period, per_decade) for period in each]))
    exact = as_array(wanted, "checkpoints")
    found = exact.astype(np.int64)
    ordered = exact.ndim == 1 and len(exact) > 0 and not np.any(np.diff(exact) <= 0)
    if not ordered or found[0] < 1 or found[-1] > horizon or np.any(found != exact):
        raise ParameterError(f"checkpoints must be strictly increasing rounds between 1 and {horizon}")
    return found


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
        start = _start(lanes, self.feasible.rule, first, self.losses.dimension, default)
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
            self.projection == "weighted", self.watches,
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


def prepare(
    optimizer: Rule | Bound,
    loss: Any,
    *,
    schedule: Rule | Bound | None = None,
    feasible: Rule | Bound | None = None,
    start: Any = None,
    seed: Any = 0,
    stream: Any = 0,
    dtype: str = "float64",
    monitors: bool = False,
    projection: str = "weighted",
    dynamic: bool = False,
    watches: Sequence[Watch] = (),
) -> Job:
    """Check everything that `simulate` takes and lay out the lanes, without running anything."""
    optimizer, losses = bind(optimizer, "rule"), sequence(loss)
    plan, where = default_schedule(optimizer, schedule), default_set(losses, feasible)
    if dtype not in DTYPES:
        raise ParameterError(f"dtype={dtype!r} is unknown; use {' or '.join(DTYPES)}")
    if projection not in PROJECTIONS:
        raise ParameterError(f"projection={projection!r} is unknown; use {' or '.join(PROJECTIONS)}")
    groups = {"o_": optimizer, "s_": plan, "f_": losses.bound, "p_": where}
    parameters: dict[str, Any] = {}
    display: dict[str, str] = {}
    for prefix, bound in groups.items():
        for name, value in bound.values.items():
            if prefix + name != "s_lr":
                parameters[prefix + name] = value
                display[prefix + name] = name if name not in display.values() else f"{bound.rule.name}.{name}"
    for name, value in (("seed", seed), ("stream", stream)):
        parameters[name] = stream_words(name, value)
        display[name] = name
    first = losses.rule.facts.get("start", 0) if start is None else start
    per_coordinate = losses.dimension > 1 and as_array(first, "start").ndim > 0
    if not per_coordinate:
        parameters["start"], display["start"] = first, "start"
    lanes = broadcast(parameters, display)
    begin = _start(lanes, where.rule, first, losses.dimension, start is None)
    moving = None
    if dynamic:
        from adamtheory.engine.dynamic import dynamic as comparators

        moving = comparators(losses.rule, where.rule, losses.dimension)
    return Job(
        optimizer, losses, plan, where, lanes, begin, dtype, monitors, projection, moving, watches=tuple(watches)
    )


def bind(rule: Rule | Bound, kind: str) -> Bound:
    """The rule with its defaults, or the bound rule as given; raises `ParameterError` for another kind."""
    bound = rule() if isinstance(rule, Rule) else rule
    if not isinstance(bound, Bound) or bound.rule.kind != kind:
        raise ParameterError(f"{rule!r} is not a {kind.replace('_', ' ')}")
    return bound


def default_schedule(optimizer: Bound, schedule: Rule | Bound | None) -> Bound:
    """The given schedule, else the one that the rule declares, else alpha/sqrt(t); its lr is the optimizer's."""
    from adamtheory.schedules import get_schedule

    if schedule is None:
        schedule = get_schedule(str(optimizer.rule.facts.get("schedule", "inverse_sqrt")))
    if isinstance(schedule, Rule):
        # the schedule's own lr is never used: the optimizer's takes its place in the kernel
        schedule = schedule(lr=1) if schedule.scalar("lr") else schedule()
    return bind(schedule, "schedule")


def default_set(losses: LossSequence, feasible: Rule | Bound | None) -> Bound:
    """The given set, else the box of the radius that the loss declares, else all of R^d."""
    from adamtheory.sets import box, everything

    radius = losses.rule.facts.get("radius")
    if feasible is None:
        feasible = everything if radius is None else box(low=-radius, high=radius)
    bound = bind(feasible, "feasible_set")
    if {"low", "high"} <= bound.values.keys():
        import numpy as np

        if np.any(as_array(bound.values["low"]) > as_array(bound.values["high"])):
            raise ParameterError(f"{bound!r} is empty: low must not exceed high")
    return bound


def stream_words(name: str, value: Any) -> Any:
    """Seeds or streams, as given; raises `ParameterError` for what is no whole number from 0 to 2^32 - 1."""
    import numpy as np

    array = as_array(value, name)
    if np.any(array != np.floor(array)) or np.any(array < 0) or np.any(array >= 2**32):
        raise ParameterError(f"{name}={value} must be an integer (or integers) from 0 to 2^32 - 1")
    return value


def _start(lanes: Lanes, where: Rule, first: Any, dimension: int, default: bool) -> Array:
    """x_1 of every lane; the loss's own start is moved into the set, one that was asked for has to lie in it."""
    import numpy as np

    if "start" in lanes.values:
        start = np.repeat(lanes.values["start"][:, None], dimension, axis=1)
    else:
        given = as_array(first, "start")
        if given.shape != (dimension,):
            raise ParameterError(f"start has shape {given.shape}; a number or {dimension} numbers are needed")
        start = np.tile(given, (lanes.count, 1))
    if not np.isfinite(start).all():
        raise ParameterError("start must be finite")
    moved = nearest(where, {p.name: lanes.values["p_" + p.name] for p in where.parameters}, start)
    outside = (moved != start).any(axis=1)
    if not default and outside.any():
        point = start[outside][0]
        shown = f"{point[0]:g}" if (point == point[0]).all() else f"[{', '.join(f'{v:g}' for v in point)}]"
        raise ParameterError(f"start={shown} lies outside the feasible set {where.name}; x_1 must belong to it")
    return np.ascontiguousarray(moved)


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
