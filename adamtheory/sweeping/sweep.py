"""A grid of runs from Python: parameters by name in, arrays by axis out.

found = sweep(adam(lr=0.5, beta1=0), reddi, 10**4, {"beta2": np.linspace(0, 0.99, 300), "C": [3, 4, 5]})
found.regret                                       # (300, 3) float64: R_T at beta2[i], C[j]
found.axes, found.coordinates["beta2"]
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import index
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language.rule import Bound, Rule
from adamtheory.runs.folder import OWNERS
from adamtheory.runs.specs import parse_spec, to_loss, to_optimizer, to_schedule, to_set
from adamtheory.simulation.binding import bind, default_schedule, default_set
from adamtheory.simulation.sequences import sequence
from adamtheory.sweeping.asking import along, build, probe
from adamtheory.sweeping.drive import Report, play
from adamtheory.sweeping.executors import check_executor
from adamtheory.sweeping.executors import executor as make_executor
from adamtheory.sweeping.grid import Axis, Grid
from adamtheory.sweeping.store import Store
from adamtheory.sweeping.table import export, read_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Names = str | tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """The numbers of a sweep; arrays are read from the store when they are first asked for.

    axes         names of the axes in the order asked for, "seed" after them, "rounds" last where several were given
    coordinates  axis name -> the values along it; for parameters that vary together (n, parameters)
    folder       the store
    """

    grid: Grid
    folder: Path
    axes: tuple[str, ...]
    coordinates: Mapping[str, Array]
    several: bool

    @property
    def device(self) -> str:
        """What it was computed on: "cpu", "cuda", and for `auto` why."""
        return self.grid.job.told

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(len(self.coordinates[name]) for name in self.axes)

    @cached_property
    def regret(self) -> Array:
        """R_T, float64."""
        return self._read("regret")

    @cached_property
    def gap(self) -> Array:
        """Certified error of the best fixed point's loss: the regret lies in [R_T, R_T + gap]; 0 where it is exact."""
        return self._read("gap")

    @cached_property
    def losses(self) -> Array:
        """The sum of f_t(x_t), t = 1..T."""
        return self._read("loss")

    @cached_property
    def iterates(self) -> Array:
        """x_{T+1}; in several dimensions with an axis more."""
        return self._read("x")

    @cached_property
    def best_fixed_point(self) -> Array:
        """The best fixed point of the first T rounds; in several dimensions with an axis more."""
        return self._read("best_fixed_point")

    @cached_property
    def nonfinite(self) -> Array:
        """The first round up to T after which iterate or state is not finite; 0 if there is none."""
        return self._read("nonfinite")

    def _read(self, name: str) -> Array:
        """A column, its lanes put in the order of the axes asked for."""
        import numpy as np

        with Store(self.folder, create=False) as store:
            flat = read_column(store, self.grid, name)
        rest = flat.shape[1:]
        found = flat.reshape(*self.grid.shape, *rest)
        varying = [(position, places) for position, places in self.grid.asked if position >= 0]
        order = [position for position, _ in varying]
        found = found.transpose(*order, *range(len(order), found.ndim))
        for axis, (_, places) in enumerate(varying):
            found = np.take(found, places, axis)
        lengths = tuple(len(places) for _, places in self.grid.asked)
        for axis, (position, places) in enumerate(self.grid.asked):
            if position < 0:  # an axis of one value: the grid has none
                found = np.repeat(np.expand_dims(found, axis), len(places), axis)
        found = found.reshape(*lengths, *rest)
        return np.asarray(found if self.several else found[(slice(None),) * len(lengths) + (0,)], order="C")

    def export(self, path: str | PathLike[str]) -> int:
        """Write all lanes in canonical order to FILE.parquet or FILE.csv; how many rows that is."""
        with Store(self.folder, create=False) as store:
            return export(store, [self.grid], Path(path))


def sweep(
    optimizer: Rule | Bound | str,
    loss: Any,
    horizon: int | Sequence[int],
    parameters: Mapping[Names, Any] | None = None,
    *,
    schedule: Rule | Bound | str | None = None,
    feasible: Rule | Bound | str | None = None,
    start: Any = None,
    seeds: int | Sequence[int] | None = None,
    dtype: str = "float64",
    projection: str = "weighted",
    store: str | PathLike[str] | None = None,
    executor: str = "local",
    workers: int | None = None,
    scheduler: str | None = None,
    block: int | None = None,
    report: Report | None = None,
    device: str = "cpu",
) -> Results:
    """Run every combination of the given values, and keep the numbers in a store.

    optimizer   an update rule, with or without parameters filled in, or its text "adam[lr=0.5]"; no lists in it
    loss        a loss rule, a `LossSequence`, an array of gradients, or a text; no lists in it
    horizon     rounds T, or several: the numbers at each are those of a run of its own
    parameters  name -> list of values; a tuple of names -> rows of values that vary together. A name is that of the
                optimizer, else of the loss, the schedule, the set; or in full: loss.C, schedule.power, set.low. An
                optimizer's `lr` multiplies the schedule. Also: start (x_1, in one dimension)
    seeds       how many (0, 1, ...), or which; default: seed 0 without an axis of its own
    schedule, feasible, start, dtype, projection: as in `simulate`
    store       folder for the results; what it holds is not computed again. Default: a temporary one, which lasts as
                long as the result
    executor    "local" (threads), "processes" (joblib), "dask" (distributed); scheduler: address of a running one
    block       lanes of a block. The numbers depend neither on it nor on executor and workers, bit for bit
    report      is told progress, see `drive.Report`
    device      "cpu"; "cuda": a GPU, which this process drives, one thread a lane; "auto": a GPU where there is one and
                enough lanes for it. A GPU's last digits are its own, so what a store holds of one device is not used
                for another

    Raises `ParameterError`, `UnknownNameError` for wrong values, `DeviceError` where there is no GPU for "cuda",
    `StoreError`, `ExecutorError`. Ctrl-C keeps all finished blocks; the same call goes on from there.
    Source: the lanes are runs of `simulate`, their regret that of `regret`.
    """
    check_executor(executor, workers, scheduler, device)
    grid, axes, coordinates = _grid(
        optimizer, loss, horizon, parameters or {}, schedule, feasible, start, seeds, dtype, projection
    )
    grid = grid.on(device, executor)
    several = not isinstance(horizon, int)
    if several:
        import numpy as np

        axes, coordinates = (*axes, "rounds"), {**coordinates, "rounds": np.array(grid.horizons)}
    if block is not None and block < 1:
        raise ParameterError(f"block={block} must be at least 1")
    probe(grid)
    folder = Path(tempfile.mkdtemp(prefix="adamtheory-sweep-")) if store is None else Path(store)
    found = Results(grid, folder, axes, coordinates, several)
    if store is None:
        weakref.finalize(found, shutil.rmtree, folder, ignore_errors=True)
    with Store(folder) as opened, make_executor(executor, workers, scheduler) as run:
        play(grid, opened, run, block, report)
    return found


def _grid(
    optimizer: Rule | Bound | str,
    loss: Any,
    horizon: int | Sequence[int],
    parameters: Mapping[Names, Any],
    schedule: Rule | Bound | str | None,
    feasible: Rule | Bound | str | None,
    start: Any,
    seeds: int | Sequence[int] | None,
    dtype: str,
    projection: str,
) -> tuple[Grid, tuple[str, ...], dict[str, Array]]:
    """The grid, with the names and values of its axes as asked for."""
    rule = to_optimizer(parse_spec(optimizer)) if isinstance(optimizer, str) else _bound(optimizer, parameters, "rule")
    losses = to_loss(parse_spec(loss)) if isinstance(loss, str) else sequence(_bound(loss, parameters, "loss"))
    steps = default_schedule(rule, to_schedule(parse_spec(schedule)) if isinstance(schedule, str) else schedule)
    where = default_set(losses, to_set(parse_spec(feasible)) if isinstance(feasible, str) else feasible)
    bound = {"o_": rule, "f_": losses.bound, "s_": steps, "p_": where}
    axes, names = [], []
    if not isinstance(parameters, Mapping):
        raise ParameterError(f"parameters={parameters} must be a mapping of names to lists of values")
    for given, values in parameters.items():
        wanted = (given,) if isinstance(given, str) else tuple(given)
        axes.append(_axis(wanted, values, bound))
        names.append(",".join(wanted))
    if isinstance(seeds, int):
        seeds = range(seeds)
        if not seeds:
            raise ParameterError("seeds=0: at least one seed is needed")
    if seeds is not None:
        axes.append(along({"seed": list(seeds)}))
        names.append("seed")
    for axis in axes:
        for i, name in enumerate(axis.names):
            if name[:2] in bound:
                checked = bound[name[:2]]
                checked.rule(**{**checked.values, name[2:]: axis.values[:, i].tolist()})
                if name[:2] == "f_":
                    _ = replace(losses, bound=checked.rule(**{**checked.values, name[2:]: axis.values[:, i]})).periods
    try:
        horizons = [index(t) for t in (horizon if isinstance(horizon, Iterable) else [horizon])]
    except TypeError:
        raise ParameterError(f"horizon={horizon} must be a whole number of rounds, or several") from None
    if horizons != sorted(set(horizons)) or not horizons:
        raise ParameterError(f"horizon={horizon} must be one number of rounds, or several in ascending order")
    grid = build(
        rule.rule.name, rule, losses, horizons, axes, schedule=steps, feasible=where, start=start, dtype=dtype,
        projection=projection,
    )  # fmt: skip
    shown = {n: a.values[:, 0] if len(a.names) == 1 else a.values for n, a in zip(names, axes, strict=True)}
    return grid, tuple(names), shown


def _bound(given: Any, parameters: Mapping[Names, Any], kind: str) -> Any:
    """A bare rule with the first values of what the sweep varies; anything else as it is."""
    if not isinstance(given, Rule):
        return given if kind == "loss" else bind(given, kind)
    own = {p.name for p in given.parameters if p.default is None}
    firsts = {name: values[0] for name, values in parameters.items() if name in own and len(values)}
    return bind(given(**firsts), kind)


def _axis(names: tuple[str, ...], values: Any, bound: Mapping[str, Bound]) -> Axis:
    """An axis from one list, or from rows for several names."""
    import numpy as np

    full = [_internal(name, bound) for name in names]
    if len(full) == 1:
        return along({full[0]: values})
    rows = [list(row) for row in values]
    if any(len(row) != len(full) for row in rows):
        raise ParameterError(f"rows of {', '.join(names)} must have {len(full)} values each")
    return along(dict(zip(full, np.array([[float(v) for v in row] for row in rows]).T, strict=True)))


def _internal(name: str, bound: Mapping[str, Bound]) -> str:
    """The name of a parameter in a run: o_beta2 for beta2, f_C for C or loss.C."""
    if name == "start":
        return name
    known = {prefix + n: b for prefix, b in bound.items() for n in b.values if prefix + n != "s_lr"}
    found = [n for n in known if name in (n[2:], OWNERS[n[:2]] + n[2:])]
    if not found:
        raise UnknownNameError("parameter", name, {OWNERS[n[:2]] + n[2:] for n in known} | {"start"})
    return found[0]
