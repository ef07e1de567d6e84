"""How regret grows: the fit of R_T on {T, sqrt(T), 1}, the slope in logarithms, and a verdict.

On periodic sequences R_T = linear*T + root*sqrt(T) + O(1) is the exact model at whole periods, so the fit there is a
measurement of two constants; elsewhere it is a description. Where lanes are replicates (an axis named seed or stream)
means and confidence intervals over them are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.simulation.trajectory import Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LINEAR, SUBLINEAR, UNDECIDED = "linear regret", "sublinear", "undecided"
DECADES = 2.0  # the fit uses the last two decades of T: what comes before is transient
FEWEST = 4  # checkpoints that a fit of three numbers needs at least
REPLICATES = ("seed", "stream")


@dataclass(frozen=True)
class Growth:
    """The growth law; arrays have the lane axes that are no replicates.

    slope     slope of ln R_T against ln T (NaN where R_T is not positive)
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
    """Fit the growth law of a regret (*lanes, K) on the whole periods of the last two decades of checkpoints."""
    import numpy as np

    used = whole_periods(trajectory.checkpoints, trajectory.sequence.period)
    t, r = trajectory.checkpoints[used].astype(float), regret[..., used]
    fits, slopes = _fit(t, r), _log_slope(t, r)
    axes = [i for i, name in enumerate(trajectory.axes) if set(name.split(",")) <= set(REPLICATES)]
    linear, linear_error = _interval(fits[..., 0], axes)
    root, root_error = _interval(fits[..., 1], axes)
    slope, slope_error = _interval(slopes, axes)
    last = r[..., -1].mean(axis=tuple(axes)) if len(t) else np.full(linear.shape, np.nan)
    with np.errstate(all="ignore"):
        share = linear * t[-1] / last if len(t) else last
    verdict = _verdict(last, slope, share, linear - np.nan_to_num(linear_error))
    names = tuple(a for i, a in enumerate(trajectory.axes) if i not in axes)
    constant = fits[..., 2].mean(axis=tuple(axes))
    return Growth(slope, slope_error, linear, linear_error, root, root_error, constant, share, verdict, names)


def whole_periods(checkpoints: Array, period: int) -> Array:
    """Indices of the checkpoints that end a period, in the last two decades of T."""
    import numpy as np

    recent = checkpoints >= checkpoints[-1] / 10**DECADES
    whole: Array = np.flatnonzero((checkpoints % period == 0) & recent)
    return whole


def _fit(t: Array, r: Array) -> Array:
    """Least squares of each row of r on T, sqrt(T), 1; NaN where there are too few points."""
    import numpy as np

    if len(t) < FEWEST:
        return np.full((*r.shape[:-1], 3), np.nan)
    design = np.stack([t / t[-1], np.sqrt(t / t[-1]), np.ones_like(t)], axis=1)
    flat = r.reshape(-1, len(t)).T
    found = np.full((3, flat.shape[1]), np.nan)
    ok = np.isfinite(flat).all(axis=0)
    if ok.any():
        found[:, ok] = np.linalg.lstsq(design, flat[:, ok], rcond=None)[0]
    found[0] /= t[-1]
    found[1] /= np.sqrt(t[-1])
    return found.T.reshape(*r.shape[:-1], 3)


def _log_slope(t: Array, r: Array) -> Array:
    import numpy as np

    if len(t) < FEWEST:
        return np.full(r.shape[:-1], np.nan)
    x = np.log(t) - np.log(t).mean()
    with np.errstate(all="ignore"):
        y = np.log(np.where(r > 0, r, np.nan))
    slope: Array = ((y - y.mean(axis=-1, keepdims=True)) * x).sum(axis=-1) / (x * x).sum()
    return slope


def _interval(values: Array, axes: list[int]) -> tuple[Array, Array]:
    """Mean over the replicate axes and the half width of its 95 % confidence interval."""
    import numpy as np

    if not axes:
        return values, np.full(values.shape, np.nan)
    n = int(np.prod([values.shape[a] for a in axes]))
    mean = values.mean(axis=tuple(axes))
    if n < 2:
        return mean, np.full(mean.shape, np.nan)
    from scipy.special import stdtrit

    spread = values.std(axis=tuple(axes), ddof=1) / np.sqrt(n)
    return mean, float(stdtrit(n - 1, 0.975)) * spread


def _verdict(last: Array, slope: Array, share: Array, linear_low: Array) -> Array:
    """Linear: slope near 1, a positive linear part (its interval too) that is most of the regret. Sublinear: regret
    not positive, or slope clearly below 1 and the linear part the smaller one. Else undecided."""
    import numpy as np

    with np.errstate(all="ignore"):
        linear = (slope > 0.9) & (share > 0.5) & (linear_low > 0)
        sublinear = (last <= 0) | ((slope < 0.8) & (share < 0.5))
    return np.where(linear, LINEAR, np.where(sublinear, SUBLINEAR, UNDECIDED))
