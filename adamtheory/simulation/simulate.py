"""Run an optimizer on a loss sequence: `simulate(amsgrad(lr=0.1, beta2=[0.1, 0.9]), reddi(C=3), 10**6)`.

Hyper-parameters, loss parameters, `start`, `seed` and `stream` may be arrays; they broadcast into independent lanes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.simulation.binding import bind, default_schedule, default_set, first_points, stream_words
from adamtheory.simulation.devices import choose
from adamtheory.simulation.job import Job
from adamtheory.simulation.lanes import as_array, broadcast
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.engine.program import Watch as Watch

    Array = NDArray[Any]

DTYPES = ("float64", "float32")
PROJECTIONS = ("weighted", "euclidean")
LONGEST = 10**15  # rounds; float64 counts them exactly, and no machine comes to the end of more


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
    begin = first_points(lanes, where.rule, first, losses.dimension, start is None)
    moving = None
    if dynamic:
        from adamtheory.engine.dynamic import dynamic as comparators

        moving = comparators(losses.rule, where.rule, losses.dimension)
    return Job(
        optimizer, losses, plan, where, lanes, begin, dtype, monitors, projection, moving, watches=tuple(watches)
    )
