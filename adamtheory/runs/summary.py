"""What a regret run found, one row for each optimizer and each lane that is no replicate.

The numbers behind the table, the sentences and the JSON of `adamtheory regret`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.hindsight.fit import interval
from adamtheory.hindsight.growth import REPLICATES
from adamtheory.runs.plan import Result

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.hindsight.regret import Regret

    Array = NDArray[Any]

NOT_FINITE = "not finite"


@dataclass(frozen=True)
class Row:
    """One line of the table; means over the seeds where there are several. None is "not known" or "none".

    optimizer   label;  lane  the values of its lists, by name
    rounds      T
    x           x_{T+1} in one dimension, else its Euclidean norm;  comparator  the same of the best fixed point
    regret      R_T;  average  R_T/T;  *_error  half width of the 95 % confidence interval over the seeds
    recent      growth of R_T a round over the last decade of T, from the first checkpoint in it
    linear, root, constant  the fit R_T = linear T + root sqrt(T) + constant;  slope  of ln R_T against ln T
    gamma_min   smallest Gamma_t over rounds, coordinates and seeds, None where the rule declares no denominator
    gamma_first first round with Gamma_t < 0 by more than rounding;  ratio_max  largest |moment|/denominator
    gap         certified: by how much the comparator's losses in R_T can exceed those of the best point
    nonfinite   first round after which iterate or state of some seed is not finite
    verdict     "linear regret", "sublinear", "undecided" or "not finite"
    scalar      whether x has one coordinate
    against     the comparator as it was asked for;  path  its path length where it moves
    """

    optimizer: str
    lane: dict[str, float]
    rounds: int
    x: float
    comparator: float | None
    regret: float
    regret_error: float | None
    average: float
    recent: float
    linear: float | None
    linear_error: float | None
    root: float | None
    root_error: float | None
    constant: float | None
    slope: float | None
    slope_error: float | None
    gamma_min: float | None
    gamma_first: int | None
    ratio_max: float | None
    gap: float
    nonfinite: int | None
    verdict: str
    scalar: bool
    against: str = "best"
    path: float | None = None

    @property
    def name(self) -> str:
        """Label with the values of the lane."""
        return " ".join([self.optimizer, *(f"{k}={v:g}" for k, v in self.lane.items())])

    def as_json(self) -> dict[str, Any]:
        """The fields by name; numbers that are not finite become None."""
        return {k: None if isinstance(v, float) and v - v != 0 else v for k, v in asdict(self).items()}


def replicate_axes(axes: tuple[str, ...]) -> list[int]:
    """Positions of the lane axes along which only seed or stream vary."""
    return [i for i, name in enumerate(axes) if set(name.split(",")) <= set(REPLICATES)]


def summarise(result: Result) -> list[Row]:
    """The rows of one optimizer, in the order of its lanes."""
    import numpy as np

    trajectory = result.trajectory
    averaged = replicate_axes(trajectory.axes)
    kept = [i for i in range(len(trajectory.axes)) if i not in averaged]
    lanes = np.ndindex(*(trajectory.shape[i] for i in kept))
    return [_row(result, lane, averaged, [trajectory.axes[i] for i in kept]) for lane in lanes]


def _row(result: Result, lane: tuple[int, ...], averaged: list[int], names: list[str]) -> Row:
    import numpy as np

    trajectory, regret, law = result.trajectory, result.regret, result.regret.growth
    picks: list[Any] = list(lane)
    for axis in averaged:
        picks.insert(axis, slice(None))
    pick = tuple(picks)
    replicates = list(range(len(averaged)))
    last, error = interval(np.asarray(regret.regret[pick][..., -1]), replicates)
    bad = np.asarray(trajectory.nonfinite[pick]).reshape(-1)
    first_bad = int(bad[bad > 0].min()) if (bad > 0).any() else None
    rounds = int(regret.checkpoints[-1])
    verdict = NOT_FINITE if first_bad else str(law.verdict[lane])
    fitted = (law.linear, law.linear_error, law.root, law.root_error, law.constant, law.slope, law.slope_error)
    linear, linear_error, root, root_error, constant, slope, slope_error = (_known(a[lane]) for a in fitted)
    return Row(
        result.entry.label,
        {name: float(trajectory.coordinates[name][i]) for name, i in zip(names, lane, strict=True)},
        rounds, _size(trajectory.iterates[pick][..., -1, :]), _known(_size(regret.comparator[pick][..., -1, :])),
        float(last), _known(error), float(last) / rounds, _recent(regret, pick),
        linear, linear_error, root, root_error, constant, slope, slope_error,
        **_watched(result, pick), gap=abs(float(np.max(regret.gap[pick][..., -1]))), nonfinite=first_bad,
        verdict=verdict,
        scalar=trajectory.iterates.shape[-1] == 1, against=result.against,
        path=None if regret.path is None else float(np.mean(regret.path[pick][..., -1])),
    )  # fmt: skip


def _recent(regret: Regret, pick: tuple[Any, ...]) -> float:
    """(R_T - R_S)/(T - S), the mean over replicates, S the first checkpoint of the last decade (0 if that is T)."""
    import numpy as np

    rounds = regret.checkpoints
    mean = np.asarray(regret.regret[pick]).reshape(-1, len(rounds)).mean(axis=0)
    first = int(np.searchsorted(rounds, rounds[-1] / 10))
    if rounds[first] == rounds[-1]:
        return float(mean[-1] / rounds[-1])
    return float((mean[-1] - mean[first]) / (rounds[-1] - rounds[first]))


def _watched(result: Result, pick: tuple[Any, ...]) -> dict[str, Any]:
    """Worst values of the monitors over seeds and coordinates, up to the last round."""
    import numpy as np

    monitors = result.trajectory.monitors
    if monitors is None:
        return {"gamma_min": None, "gamma_first": None, "ratio_max": None}
    seeds = result.trajectory.shape

    def last(array: Array) -> Array:
        return np.asarray(array.reshape(*seeds, len(result.regret.checkpoints), -1)[pick][..., -1, :])

    first = last(monitors.gamma_first)
    ratio = None if monitors.ratio_max is None else float(np.max(last(monitors.ratio_max)))
    return {
        "gamma_min": float(np.min(last(monitors.gamma_min))),
        "gamma_first": int(first[first > 0].min()) if (first > 0).any() else None,
        "ratio_max": ratio,
    }


def _size(points: Array) -> float:
    """A point (d,), or the mean over replicates (..., d): its value for d = 1, else its Euclidean norm."""
    import numpy as np

    flat = np.asarray(points).reshape(-1, points.shape[-1]).astype(np.float64)
    sizes = flat[:, 0] if flat.shape[1] == 1 else np.sqrt((flat * flat).sum(axis=1))
    return float(sizes.mean())


def _known(value: Any) -> float | None:
    """A finite number, or None."""
    number = float(value)
    return number if number - number == 0 else None
