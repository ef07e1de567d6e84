"""What a run returns: arrays with named axes, lanes first, then checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language.equality import Same
from adamtheory.language.rule import Bound
from adamtheory.simulation.sequences import LossSequence, declared_rounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.bounds.certificates import Certificate

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Monitors(Same):
    """What is watched along a run; every array has the lane axes, the checkpoints, then the coordinates (if any).

    gamma_min    smallest Gamma_t = D_t/alpha_t - D_{t-1}/alpha_{t-1}, t = 2..T, D the denominator that divides
    gamma_first  the first round at which Gamma_t < 0 by more than rounding (`engine.program.SLACK`); 0 if none
    ratio_max    largest |moment|/D; the step is alpha_t times that ratio. None where the rule names no moment
    """

    gamma_min: Array
    gamma_first: Array
    ratio_max: Array | None


@dataclass(frozen=True, eq=False)
class Trajectory(Same):
    """The state of every lane at the checkpoints.

    axes         names of the lane axes, in order; the arrays' next axis is the checkpoint
    coordinates  axis name -> the parameter's values along it
    checkpoints  (K,) rounds T after which the state was recorded, strictly increasing
    losses       (*lanes, K) sum of f_t(x_t) for t = 1..T, compensated, float64
    iterates     (*lanes, K, d) x_{T+1}, the iterate after round T
    state        slot name -> (*lanes, K, d), or (*lanes, K) for state that all coordinates share
    nonfinite    (*lanes,) the first round after which iterate or state is not finite; 0 if it always was
    seeds        (2, *lanes) seed and stream of each lane
    monitors     see `Monitors`; None where the rule declares no denominator or none were asked for
    start        (*lanes, d) x_1
    watched      what was gathered besides, by name: (*lanes, K, d), or (*lanes, K) for one number
    device       what it ran on: "cpu", "cuda", and for `auto` why
    """

    optimizer: Bound
    sequence: LossSequence
    schedule: Bound
    feasible: Bound
    axes: tuple[str, ...]
    coordinates: Mapping[str, Array]
    checkpoints: Array
    losses: Array
    iterates: Array
    state: Mapping[str, Array]
    nonfinite: Array
    parameters: Mapping[str, Array]
    seeds: Array
    dtype: str
    monitors: Monitors | None = None
    sums: Mapping[str, Array] = field(default_factory=dict)
    start: Array | None = None
    watched: Mapping[str, Array] = field(default_factory=dict)
    projection: str = "weighted"
    device: str = "cpu"

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the lane axes."""
        return tuple(self.losses.shape[:-1])

    @property
    def outcome(self) -> Array:
        """(*lanes,) of text: "finite", or "not finite from round t"."""
        import numpy as np

        told = np.char.add("not finite from round ", self.nonfinite.astype(str))
        words: Array = np.where(self.nonfinite > 0, told, "finite")
        return words

    @property
    def periods(self) -> Array:
        """(*lanes,) rounds after which the losses of each lane repeat; 1 where the loss declares no period."""
        import numpy as np

        loss = self.sequence.rule
        if "period" not in loss.notes:
            return np.ones(self.shape, np.int64)
        own = {p.name: self.parameters["f_" + p.name] for p in loss.parameters}
        rounds = np.array(declared_rounds(loss, own), np.int64)
        return np.broadcast_to(rounds.reshape(self.shape if rounds.size > 1 else ()), self.shape)

    def certify(self, theorem: str) -> Certificate:
        """What a regret theorem of `proofs/` says of this run; see `adamtheory.certify`."""
        from adamtheory.bounds.certificates import certify

        return certify(self, theorem)

    def key(self, lane: tuple[int, ...]) -> tuple[int, int]:
        """Seed and stream of a lane."""
        return int(self.seeds[(0, *lane)]), int(self.seeds[(1, *lane)])

    def sel(self, **wanted: float) -> Trajectory:
        """The lanes at the given values of axes; each selected axis disappears.

        `trajectory.sel(beta2=0.9)`. Raises `UnknownNameError` for an unknown axis, `ParameterError` for a value that
        is not on it.
        """
        import numpy as np

        result = self
        for name, value in wanted.items():
            if name not in result.axes:
                raise UnknownNameError("axis", name, result.axes)
            axis = result.axes.index(name)
            hits = np.flatnonzero(result.coordinates[name] == value)
            if len(hits) != 1:
                raise ParameterError(f"{name}={value:g} is not one of {result.coordinates[name].tolist()}")
            result = result._take(axis, int(hits[0]))
        return result

    def _take(self, axis: int, index: int) -> Trajectory:
        import numpy as np

        def pick(array: Array) -> Array:
            taken: Array = np.take(array, index, axis)
            return taken

        monitors = self.monitors
        if monitors is not None:
            ratio = None if monitors.ratio_max is None else pick(monitors.ratio_max)
            monitors = Monitors(pick(monitors.gamma_min), pick(monitors.gamma_first), ratio)
        axes = tuple(a for i, a in enumerate(self.axes) if i != axis)
        return replace(
            self, axes=axes, coordinates={a: self.coordinates[a] for a in axes}, losses=pick(self.losses),
            iterates=pick(self.iterates), state={k: pick(v) for k, v in self.state.items()},
            nonfinite=pick(self.nonfinite), parameters={k: pick(v) for k, v in self.parameters.items()},
            seeds=np.take(self.seeds, index, axis + 1), monitors=monitors,
            sums={k: pick(v) for k, v in self.sums.items()}, start=None if self.start is None else pick(self.start),
            watched={k: pick(v) for k, v in self.watched.items()},
        )  # fmt: skip
