"""The lines of a figure: one for each optimizer and lane, averaged over the seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from adamtheory.runs.plan import Result
from adamtheory.runs.summary import replicate_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLES: tuple[Any, ...] = (
    "-", (0, (6, 2)), (0, (1.2, 1.4)), (0, (6, 2, 1.2, 2)), (0, (3, 1.5)), (0, (9, 2, 1, 2, 1, 2)),
)  # fmt: skip
GREY = "#6b6b6b"
MOST_CURVES = 12  # beyond, those of one optimizer share its colour, from pale to dark, and one name; no bands
PALEST = 0.75  # share of white in the first of many curves of one optimizer
GLYPH, HANDLE = 0.65, 6.0  # a letter, and all that belongs to a name besides, at most; in sizes of the font
MOST_DRAWN = 200  # beyond, lanes are thinned: more lines are not told apart, and an SVG holds every one


@dataclass(frozen=True)
class Curve:
    """One line: mean over seeds (K,), the middle half of them, and its place among colours; label "" for no name.

    pale  share of white in its colour, of many curves that share one
    """

    label: str
    index: int
    values: Array
    low: Array | None
    high: Array | None
    pale: float = 0.0

    @property
    def colour(self) -> tuple[float, ...]:
        """Red, green and blue from 0 to 1."""
        text = COLOURS[self.index % len(COLOURS)]
        full = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
        return tuple(part + (1 - part) * self.pale for part in full)

    @property
    def style(self) -> Any:
        """Of its line."""
        return STYLES[self.index % len(STYLES)]


def paleness(place: int, count: int) -> float:
    """How pale one of many curves of an optimizer is: the first is the palest, the last has the full colour."""
    return PALEST * (1 - place / (count - 1)) if count > 1 else 0.0


def shared_name(label: str, first: Mapping[str, float], last: Mapping[str, float], count: int) -> str:
    """The name of many curves of one optimizer: how many they are, the parameters of the palest and the darkest."""
    if count == 1:
        return label
    ends = [" ".join(f"{name}={value:g}" for name, value in values.items()) for values in (first, last)]
    return f"{label}: {count} settings, pale {ends[0]} to dark {ends[1]}"


def columns(names: Sequence[str], inches: float, most: int, size: float = 9) -> int:
    """In how many columns of a legend, at most `most`, these names fit into a width, in a font of `size` points."""
    widest = max(map(len, names), default=1)
    return max(1, min(len(names), most, int(inches * 72 / size / (GLYPH * widest + HANDLE))))


def regret_curves(results: Sequence[Result], what: str) -> list[Curve]:
    """The lines of all optimizers.

    what  "regret", "average", "iterate" (first coordinate) "distance" (of the iterate to the comparator)
          or "size" (its Euclidean norm)
    """
    import numpy as np

    bands, most = banded(results), max(1, MOST_DRAWN // len(results))
    found: list[Curve] = []
    for i, result in enumerate(results):
        lanes, label = list(_lanes(result, what, most)), result.entry.label
        for j, (at, values) in enumerate(lanes):
            if not bands:
                name = shared_name(label, lanes[0][0], at, _lane_count(result)) if j == len(lanes) - 1 else ""
                found.append(Curve(name, i, values.mean(axis=0), None, None, paleness(j, len(lanes))))
                continue
            name, low, high = " ".join([label, *(f"{n}={v:g}" for n, v in at.items())]), None, None
            if len(values) > 1:
                with np.errstate(invalid="ignore"):  # seeds that are no longer finite
                    low, high = np.quantile(values, (0.25, 0.75), axis=0)
            found.append(Curve(name, len(found), values.mean(axis=0), low, high))
    return found


def banded(results: Sequence[Result]) -> bool:
    """Whether lines of several seeds have bands: not where there are very many lines."""
    return sum(map(_lane_count, results)) <= MOST_CURVES


def _lane_count(result: Result) -> int:
    averaged = replicate_axes(result.trajectory.axes)
    return prod(n for i, n in enumerate(result.trajectory.shape) if i not in averaged)


def thinned(count: int, most: int = MOST_DRAWN) -> list[int]:
    """All of so many places, or the most that are drawn, spread evenly, with the first and the last."""
    if count <= most:
        return list(range(count))
    return [i * (count - 1) // max(most - 1, 1) for i in range(most)]


def left_out(results: Sequence[Result]) -> str:
    """A line on lanes that have no curve; empty where all have one."""
    total, most = sum(map(_lane_count, results)), max(1, MOST_DRAWN // len(results))
    drawn = sum(min(_lane_count(result), most) for result in results)
    return f"the figure has {drawn} of {total} curves, spread evenly over the lanes" if drawn < total else ""


def _lanes(result: Result, what: str, most: int) -> Iterator[tuple[dict[str, float], Array]]:
    """(its parameters, values (seeds, K)) for each lane that is no replicate, thinned to the most that are drawn."""
    import numpy as np

    trajectory = result.trajectory
    full = _values(result, what)
    averaged = replicate_axes(trajectory.axes)
    kept = [i for i in range(len(trajectory.axes)) if i not in averaged]
    shape = tuple(trajectory.shape[i] for i in kept)
    for place in thinned(prod(shape), most):
        lane = np.unravel_index(place, shape) if shape else ()
        picks: list[Any] = list(lane)
        for axis in averaged:
            picks.insert(axis, slice(None))
        names = [trajectory.axes[i] for i in kept]
        at = {n: float(trajectory.coordinates[n][i]) for n, i in zip(names, lane, strict=True)}
        yield at, full[tuple(picks)].reshape(-1, full.shape[-1])


def _values(result: Result, what: str) -> Array:
    import numpy as np

    iterates = result.trajectory.iterates
    if what == "iterate":
        return np.asarray(iterates[..., 0])
    if what == "size":
        with np.errstate(all="ignore"):
            return np.asarray(np.sqrt((iterates.astype(np.float64) ** 2).sum(axis=-1)))
    if what == "distance":
        with np.errstate(all="ignore"):
            return np.asarray(np.sqrt(((iterates - result.regret.comparator) ** 2).sum(axis=-1)))
    return np.asarray(getattr(result.regret, what))
