"""How regret grows: the fit of R_T on {T, sqrt(T), 1}, the slope in logarithms, and a verdict.

On periodic sequences R_T = linear*T + root*sqrt(T) + O(1) is the exact model at whole periods, so the fit there is a
measurement of two constants; elsewhere it is a description. Where lanes are replicates (an axis named seed or stream)
means and confidence intervals over them are given.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from adamtheory.hindsight.fit import DECADES, fit, interval, log_slope
from adamtheory.hindsight.verdict import LINEAR as LINEAR
from adamtheory.hindsight.verdict import SUBLINEAR as SUBLINEAR
from adamtheory.hindsight.verdict import UNDECIDED as UNDECIDED
from adamtheory.hindsight.verdict import judge
from adamtheory.language.equality import Same
from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

REPLICATES = ("seed", "stream")


@dataclass(frozen=True, eq=False)
class Growth(Same):
    """The growth law; arrays have the lane axes that are no replicates.

    slope     slope of ln R_T against ln T, of the mean R_T over replicates (NaN where that is not positive)
    linear    coefficient of T;  root: of sqrt(T);  constant: of 1
    *_error   half width of the 95 % confidence interval of the mean over replicates (Student's t); NaN without them
    share     linear*T/R_T at the last whole period: how much of the regret is linear
    verdict   "linear regret", "sublinear" or "undecided", as an array of str
    axes      names of the axes of these arrays
    """

    slope: Array
    slope_error: Array
    linear: Array
    linear_error: Array
    root: Array
    root_error: Array
    constant: Array
    share: Array
    verdict: Array
    axes: tuple[str, ...]


def growth(trajectory: Trajectory, regret: Array) -> Growth:
    """Fit the growth law of a regret (*lanes, K), each lane on its whole periods in the last two decades."""
    import numpy as np

    axes = [i for i, name in enumerate(trajectory.axes) if set(name.split(",")) <= set(REPLICATES)]
    periods = np.broadcast_to(trajectory.periods, regret.shape[:-1]).max(axis=tuple(axes))
    distinct = np.unique(periods).tolist()
    laws = [_law(trajectory, regret, axes, period) for period in distinct]
    if len(laws) == 1:
        return laws[0]
    own = [periods == period for period in distinct]
    names = [f.name for f in fields(Growth) if f.name != "axes"]
    arrays = {name: [getattr(law, name) for law in laws] for name in names}
    return Growth(**{name: np.select(own, each, each[0]) for name, each in arrays.items()}, axes=laws[0].axes)


def _law(trajectory: Trajectory, regret: Array, axes: list[int], period: int) -> Growth:
    """The law of all lanes, as if all had the period."""
    import numpy as np

    used = whole_periods(trajectory.checkpoints, period)
    t, r = trajectory.checkpoints[used].astype(float), regret[..., used]
    fits = fit(t, r)[0]
    linear, linear_error = interval(fits[..., 0], axes)
    root, root_error = interval(fits[..., 1], axes)
    slope, slope_error = interval(log_slope(t, r, axes), axes)
    last = r[..., -1].mean(axis=tuple(axes)) if len(t) else np.full(linear.shape, np.nan)
    with np.errstate(all="ignore"):
        share = linear * t[-1] / last if len(t) else last
    verdict = judge(t, r, trajectory.iterates[..., used, :], axes, share, slope, slope_error)
    names = tuple(a for i, a in enumerate(trajectory.axes) if i not in axes)
    constant = fits[..., 2].mean(axis=tuple(axes))
    return Growth(slope, slope_error, linear, linear_error, root, root_error, constant, share, verdict, names)


def whole_periods(checkpoints: Array, period: int) -> Array:
    """Indices of the checkpoints that end a period, in the last two decades of T."""
    import numpy as np

    recent = checkpoints >= checkpoints[-1] / 10**DECADES
    whole: Array = np.flatnonzero((checkpoints % period == 0) & recent)
    return whole
