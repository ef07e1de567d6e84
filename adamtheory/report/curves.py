"""The lines of a figure: one for each optimizer and lane, averaged over the seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
MOST_CURVES = 12  # beyond, the curves of one optimizer share colour and style, and the legend names optimizers only

MOST_DRAWN = 200  # beyond, lanes are thinned: more lines are not told apart, and an SVG holds every one


@dataclass(frozen=True)
class Curve:
    """One line: mean over seeds (K,), the middle half of them, and its place among colours; label "" for no name."""

    label: str
    index: int
    values: Array
    low: Array | None
    high: Array | None


def regret_curves(results: Sequence[Result], what: str) -> list[Curve]:
    """The lines of all optimizers.

    what  "regret", "average", "iterate" (first coordinate) "distance" (of the iterate to the comparator)
          or "size" (its Euclidean norm)
    """
    import numpy as np

    total = sum(_lane_count(result) for result in results)
    found: list[Curve] = []
    for i, result in enumerate(results):
        for j, (name, values) in enumerate(_lanes(result, what, most=max(1, MOST_DRAWN // len(results)))):
            index = len(found) if total <= MOST_CURVES else i
            if total > MOST_CURVES:
                name = result.entry.label if j == 0 else ""
            several = len(values) > 1
            low, high = None, None
            if several and total <= MOST_CURVES:
                with np.errstate(invalid="ignore"):  # seeds that are no longer finite
                    low, high = np.quantile(values, (0.25, 0.75), axis=0)
            found.append(Curve(name, index, values.mean(axis=0), low, high))
    return found


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


def _lanes(result: Result, what: str, most: int) -> Iterator[tuple[str, Array]]:
    """(name, values (seeds, K)) for each lane that is no replicate, thinned to the most that are drawn."""
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
        at = [f"{n}={trajectory.coordinates[n][i]:g}" for n, i in zip(names, lane, strict=True)]
        yield " ".join([result.entry.label, *at]), full[tuple(picks)].reshape(-1, full.shape[-1])


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
