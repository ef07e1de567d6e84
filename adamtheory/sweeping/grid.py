"""A grid of runs in its canonical order: the same lanes, the same numbers and the same key however it was written.

Axes are sorted by the names of their parameters, the values along each axis ascend, and no value stands twice. A lane
is a position in C order of the axes. The key is the SHA-256 of everything that determines the numbers: digests of the
rules, values, rounds, type, data, and the versions of this package and of those that make the numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Any

from adamtheory import __version__
from adamtheory.errors import ParameterError
from adamtheory.runs.folder import OWNERS
from adamtheory.simulation.devices import choose, identity, in_words
from adamtheory.simulation.job import Job
from adamtheory.simulation.lanes import Lanes, as_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.engine.emit import Kernel

    Array = NDArray[Any]

FORMAT = 1  # of the blocks; part of the key
MAKERS = ("numba", "llvmlite", "numpy", "scipy")  # of kernels and comparators: another version may change bits
MOST_SHOWN = 100  # values of an axis that its description spells out
MOST_LANES = 2**30  # some tens of GB of results
WORK = 10**8  # coordinate steps of a block where it is not given: some tenths of a second
WIDTH = 128  # lanes that a kernel advances together: a block of fewer wastes the rest
LARGEST_BLOCK = 2**16  # lanes
FEWEST_BLOCKS = 32  # so that many workers have something to do
# The same for a GPU, which one process drives and which only many lanes fill; reckoned, not measured.
GPU_WORK = 10**11  # coordinate steps of a block: about a second
GPU_LANES = 2**15, 2**20  # fewest and most of a block
GPU_NUMBERS = 2**22  # coordinates and numbers of rounds of a block, which is collected in the memory of the CPU


@dataclass(frozen=True)
class Axis:
    """Parameters that vary together, by their names in a run (`o_beta2`), and the rows (n, names) of their values."""

    names: tuple[str, ...]
    values: Array

    @property
    def name(self) -> str:
        """The names as they are shown."""
        return ",".join(shown(name) for name in self.names)

    def __len__(self) -> int:
        return len(self.values)

    def canonical(self) -> tuple[Axis, Array]:
        """Names in order, rows ascending and distinct; and for each row of this axis its place there."""
        import numpy as np

        order = sorted(range(len(self.names)), key=lambda i: self.names[i])
        rows = self.values[:, order] + 0.0  # -0 is 0
        distinct, places = np.unique(rows, axis=0, return_inverse=True)
        return Axis(tuple(self.names[i] for i in order), distinct), places.reshape(-1)


def shown(name: str) -> str:
    """A parameter of a run as the user knows it: beta2, loss.C, schedule.power, set.low, seed, start."""
    return OWNERS[name[:2]] + name[2:] if name[:2] in OWNERS else name


@dataclass(frozen=True)
class Grid:
    """All lanes of one optimizer on one loss.

    label     how the optimizer is called in tables
    job       the rules with the first value of every axis: one lane
    axes      canonical; each has at least two values
    horizons  rounds T at which results are kept, ascending
    start     x_1 where it was asked for and is no axis, None: the loss's own
    asked     for the arrays of results: each axis in the order asked for, as (position in `axes`, places along it)
    """

    label: str
    job: Job = field(repr=False)
    axes: tuple[Axis, ...] = field(repr=False)
    horizons: tuple[int, ...]
    start: Any = None
    asked: tuple[tuple[int, Array], ...] = field(default=(), compare=False, repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the canonical axes."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def count(self) -> int:
        """Lanes."""
        return math.prod(self.shape)

    @property
    def steps(self) -> int:
        """Lane-steps of the whole grid."""
        return self.count * self.horizons[-1]

    @property
    def device(self) -> str:
        """Where it is computed, "cpu" or "cuda"."""
        return self.job.device

    @property
    def varying(self) -> frozenset[str]:
        """The parameters that differ between lanes."""
        return frozenset(name for axis in self.axes for name in axis.names)

    @property
    def constants(self) -> dict[str, float]:
        """The other parameters and their values."""
        return {n: float(v[0]) for n, v in self.job.lanes.values.items() if n not in self.varying and n != "stream"}

    def parameters(self, lo: int, hi: int) -> dict[str, Array]:
        """The varying parameters of the lanes lo..hi-1."""
        return self._pick(dict(zip(range(len(self.axes)), self.places(lo, hi), strict=True)))

    def places(self, lo: int, hi: int) -> list[Array]:
        """For each axis the places of the lanes lo..hi-1 along it."""
        import numpy as np

        rest, found = np.arange(lo, hi), []
        for length in reversed(self.shape):
            rest, place = np.divmod(rest, length)
            found.append(place)
        return found[::-1]

    def _pick(self, places: Mapping[int, Array]) -> dict[str, Array]:
        import numpy as np

        columns = ((n, a.values[:, j], places[i]) for i, a in enumerate(self.axes) for j, n in enumerate(a.names))
        return {name: np.ascontiguousarray(values[place]) for name, values, place in columns}

    def block(self, lo: int, hi: int) -> Job:
        """The run of the lanes lo..hi-1: the same kernel for every block of the grid."""
        return self._job(self.parameters(lo, hi), hi - lo, self._kernel)

    @cached_property
    def _kernel(self) -> Kernel:
        """Emitted once: it takes as long as a million lane-steps."""
        return self._job(self.parameters(0, 1), 1).emit()

    def _job(self, varying: Mapping[str, Array], count: int, kernel: Kernel | None = None) -> Job:
        import numpy as np

        values = {n: varying[n] if n in varying else np.full(count, v[0]) for n, v in self.job.lanes.values.items()}
        if "p_low" in values and np.any(values["p_low"] > values["p_high"]):
            raise ParameterError(f"{self.job.feasible!r} is empty: low must not exceed high")
        lanes = Lanes((count,), ("lane",), {"lane": np.arange(count)}, values, self.varying)
        wide = self.job.vectors and replace(self.job, lanes=lanes).fit(self.count)
        default = self.start is None and "start" not in self.varying
        first = self.job.losses.rule.facts.get("start", 0) if self.start is None else self.start
        return self.job.on(lanes, first, default, wide, kernel)

    def corners(self) -> Job:
        """The lanes at the ends of all axes, at most 1024 of them: what fails there fails before anything runs."""
        import numpy as np

        ends = np.indices((2,) * len(self.axes))
        ends = ends.reshape(len(self.axes), 2 ** len(self.axes))[:, :1024]
        places = {i: end * (len(self.axes[i]) - 1) for i, end in enumerate(ends)}
        return self._job(self._pick(places), ends.shape[1])

    def block_lanes(self) -> int:
        """Lanes of a block where the user names none; depends on the grid alone, not on the machine."""
        if self.device == "cuda":
            size, (fewest, most) = self.job.losses.dimension, GPU_LANES
            lanes = max(fewest, min(most, GPU_WORK // (self.horizons[-1] * size)))
            return max(1, min(lanes, GPU_NUMBERS // (size * len(self.horizons)), self.count))
        lanes = WORK // (self.horizons[-1] * self.job.losses.dimension)
        lanes = max(1, min(lanes, LARGEST_BLOCK, -(-self.count // FEWEST_BLOCKS)))
        return -(-lanes // WIDTH) * WIDTH if self.job.vectors else lanes

    def configuration(self) -> dict[str, Any]:
        """Everything that determines the numbers, as JSON."""
        losses = self.job.losses
        bound = {
            "optimizer": self.job.optimizer, "loss": losses.bound, "schedule": self.job.schedule,
            "set": self.job.feasible,
        }  # fmt: skip
        return {
            "format": FORMAT,
            "adamtheory": __version__,
            "versions": versions(),
            "rules": {kind: {"name": b.rule.name, "digest": b.rule.digest} for kind, b in bound.items()},
            "constants": {shown(n): v for n, v in sorted(self.constants.items())},
            "axes": [_described(axis) for axis in self.axes],
            "lanes": self.count,
            "rounds": list(self.horizons),
            "dtype": self.job.dtype,
            "projection": self.job.projection,
            "start": None if self.start is None else as_array(self.start).tolist(),
            "default_start": self.start is None and "start" not in self.varying,
            "dimension": losses.dimension,
            "order": losses.order,
            "data": self._data_digest,
        } | ({"device": identity()} if self.device == "cuda" else {})

    @cached_property
    def _data_digest(self) -> str | None:
        losses = self.job.losses
        if losses.features is None:
            return None
        found = hashlib.sha256(losses.features.tobytes())
        found.update(b"" if losses.targets is None else losses.targets.tobytes())
        return found.hexdigest()

    @cached_property
    def key(self) -> str:
        """SHA-256 of the configuration."""
        return _digest(self.configuration())

    @cached_property
    def family(self) -> str:
        """SHA-256 of the configuration without versions, digests and device: what was asked, whatever has changed."""
        found = self.configuration()
        rules = {kind: rule["name"] for kind, rule in found["rules"].items()}
        del found["versions"]
        found.pop("device", None)
        if found["projection"] == "weighted":  # as it was before there was a choice
            del found["projection"]
        return _digest({**found, "format": 0, "adamtheory": "", "rules": rules})

    def named(self, label: str) -> Grid:
        """The same under another name."""
        return replace(self, label=label)

    def on(self, device: str, executor: str = "local") -> Grid:
        """The same on the device that `devices.choose` gives for so many lanes; raises what that raises.

        executor  who computes it on CPUs; where it is not this process, "auto" means those
        """
        elsewhere = device == "auto" and executor != "local"
        found, told = ("cpu", f"cpu, where the executor {executor} works") if elsewhere else choose(device, self.count)
        return replace(self, job=replace(self.job, device=found, told=told))


@cache
def versions() -> dict[str, str]:
    """The packages, beside this one, whose version the last bits of a number may depend on."""
    return {name: metadata.version(name) for name in MAKERS}


def stamp() -> str:
    """All versions in one text, which a worker must have as its driver has them."""
    return f"{__version__} ({', '.join(f'{name} {version}' for name, version in versions().items())})"


def place(configuration: Mapping[str, Any]) -> str:
    """Where the lanes of a configuration are computed; see `devices.in_words`."""
    return in_words(configuration.get("device"))


def other_versions(configuration: Mapping[str, Any]) -> list[str]:
    """What of the versions in a configuration is not as it is here, one text each: "numba 0.61.2"."""
    then = {"adamtheory": configuration["adamtheory"], **configuration.get("versions", {})}
    now = {"adamtheory": __version__, **versions()}
    return [f"{name} {then.get(name, 'of an unknown version')}" for name in now if then.get(name) != now[name]]


def canonical(label: str, job: Job, axes: Sequence[Axis], horizons: Sequence[int], start: Any = None) -> Grid:
    """A grid from axes in any order, with any order of values.

    Raises `ParameterError` where two axes vary the same parameter, and for too many lanes.
    """
    found = [axis.canonical() for axis in axes]
    names = [name for axis in axes for name in axis.names]
    twice = sorted({shown(name) for name in names if names.count(name) > 1})
    if twice:
        raise ParameterError(f"{', '.join(twice)} varies along two axes; name it once")
    order = sorted((i for i, (axis, _) in enumerate(found) if len(axis) > 1), key=lambda i: found[i][0].names)
    asked = tuple((order.index(i) if i in order else -1, places) for i, (_, places) in enumerate(found))
    grid = Grid(label, job, tuple(found[i][0] for i in order), tuple(sorted(set(horizons))), start, asked)
    if grid.count > MOST_LANES:
        raise ParameterError(f"the grid has {grid.count:.3g} lanes; give fewer values, at most {MOST_LANES:.3g}")
    return grid


def _described(axis: Axis) -> dict[str, Any]:
    """An axis as JSON: its values, or where there are many their digest and ends."""
    import numpy as np

    names = [shown(name) for name in axis.names]
    if len(axis) <= MOST_SHOWN:
        return {"names": names, "count": len(axis), "values": axis.values.tolist()}
    ends = {"first": axis.values[0].tolist(), "last": axis.values[-1].tolist()}
    raw = np.ascontiguousarray(axis.values, "<f8").tobytes()
    return {"names": names, "count": len(axis), **ends, "sha256": hashlib.sha256(raw).hexdigest()}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, allow_nan=False).encode()).hexdigest()
