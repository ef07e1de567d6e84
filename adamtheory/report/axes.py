"""Axes that suit regret: logarithmic where it is positive, linear around zero where it is not, with few ticks."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, ceil, degrees, floor, log10
from typing import TYPE_CHECKING, Any

from adamtheory.report.curves import GREY, Curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MOST_TICKS = 7
FEWEST_TICKS = 3
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MASKED_SHARE = 0.25  # of the values of a panel: so many may be zero or negative and left out of a logarithmic axis


def title(axes: Any, text: str) -> None:
    """A title at a fixed place: placing it by the ticks would lay them all out once more."""
    axes.set_title(text, y=1.03)


def rounds_axis(axes: Any, rounds: Array) -> None:
    """The horizontal axis, logarithmic in T."""
    first, last = float(rounds[0]), float(rounds[-1])
    axes.set_xscale("log")
    axes.set_xlim((first, last) if last > first else (first / 2, first * 2))
    _set_ticks(axes.xaxis, *axes.get_xlim())
    axes.set_xlabel("rounds T")
    axes.xaxis.set_label_coords(0.5, -0.09)


def value_axis(axes: Any, curves: Sequence[Curve]) -> bool:
    """The vertical axis for these values; whether it is logarithmic.

    Where few of the values are zero or negative, and none of the last, those are left out and a note says so. Where
    many are, the axis is linear around zero.
    """
    import numpy as np

    curves = tame(curves)
    means = np.concatenate([c.values for c in curves])
    means = means[np.isfinite(means)]
    if not len(means):
        return False
    positive = means[means > 0]
    last = [c.values[-1] for c in curves if np.isfinite(c.values[-1])]
    if len(positive) < (1 - MASKED_SHARE) * len(means) or min(last, default=1.0) <= 0:
        _linear_around_zero(axes, means)
        return False
    highs = np.concatenate([c.values if c.high is None else c.high for c in curves])
    bottom, top = float(positive.min()) / 2, float(highs[np.isfinite(highs)].max()) * 2.5
    axes.set_yscale("log", nonpositive="mask")
    axes.set_ylim(bottom, top)
    _set_ticks(axes.yaxis, bottom, top)
    if len(positive) < len(means):
        _note(axes, "values below 0 are left out")
    return True


def tame(curves: Sequence[Curve]) -> Sequence[Curve]:
    """The curves without those that run away to infinity, which would flatten the others; all if all do."""
    import numpy as np

    return [c for c in curves if np.isfinite(c.values).all()] or curves


def plain_axis(axes: Any, values: Array) -> None:
    """A linear vertical axis that shows these values; never so fine that its ticks would need many digits."""
    import numpy as np

    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    size = max(abs(low), abs(high))
    margin = max(0.06 * (high - low), 0.05 * size) if high > low else abs(high) / 2 or 1.0
    axes.set_ylim(low - margin, high + margin)


def _linear_around_zero(axes: Any, values: Array) -> None:
    import numpy as np

    top = ceil(log10(float(np.abs(values).max()) or 1.0))
    threshold = 10.0 ** (top - 3)
    axes.set_yscale("symlog", linthresh=threshold, linscale=0.7)
    low, high = float(values.min()), float(values.max())
    axes.set_ylim(min(2 * low, -threshold / 2), max(2 * high, threshold / 2))
    exponents = range(top - 3, top + 1)
    ups = [10.0**k for k in exponents if high >= 10.0**k / 2]
    downs = [-(10.0**k) for k in exponents if low <= -(10.0**k) / 2]
    ticks = sorted([*downs, 0.0, *ups])
    axes.set_yticks(ticks, [_power(t) for t in ticks])
    axes.set_yticks([], minor=True)
    axes.axhline(0, color=GREY, linewidth=0.8, zorder=1.4)
    _note(axes, "axis linear around 0")


def _note(axes: Any, text: str) -> None:
    axes.annotate(text, (0.985, 0.025), xycoords="axes fraction", ha="right", fontsize=8, color=GREY)


def _set_ticks(axis: Any, low: float, high: float) -> None:
    """Powers of ten, thinned where there are many; 1, 2 and 5 times powers of ten where there are few."""
    exponents = range(floor(log10(low)), ceil(log10(high)) + 1)
    step = max(1, ceil((len(exponents) - 2) / MOST_TICKS))
    edge = 1 + 1e-9  # an end of the axis that is a power of ten up to rounding
    ticks = [10.0**k for k in exponents if k % step == 0 and low / edge <= 10.0**k <= high * edge]
    if len(ticks) < FEWEST_TICKS:
        ticks = [m * 10.0**k for k in exponents for m in (1, 2, 5) if low / edge <= m * 10.0**k <= high * edge]
    axis.set_ticks(ticks, [_power(t) for t in ticks])
    axis.set_ticks([], minor=True)


def _power(value: float) -> str:
    """1, 10, 0.2, 500, 10⁶, -10⁻³, 5·10⁷."""
    if value == 0 or 0.01 <= abs(value) <= 500:
        return f"{value:.4g}"
    exponent = floor(log10(abs(value)) + 1e-9)
    factor = round(value / 10.0**exponent)
    power = f"10{str(exponent).translate(SUPERSCRIPTS)}"
    return {1: power, -1: f"-{power}"}.get(factor, f"{factor}·{power}")


def angle(axes: Any, rounds: Array, slope: float) -> float:
    """Degrees at which a power law of that slope runs across these logarithmic axes."""
    bottom, top = axes.get_ylim()
    box = axes.get_window_extent()
    across, up = log10(float(rounds[-1]) / float(rounds[0])), log10(top / bottom)
    return degrees(atan2(slope * box.height / up, box.width / across))
