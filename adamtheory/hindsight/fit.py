"""Least squares of regrets on {T, sqrt(T), 1}, slopes in logarithms, and intervals of confidence over replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

DECADES = 2.0  # the fit uses the last two decades of T: what comes before is transient
FEWEST = 4  # checkpoints that a fit of three numbers needs at least


def fit(t: Array, r: Array) -> tuple[Array, Array]:
    """Coefficients (..., 3) of T, sqrt(T), 1 in the rows of r (..., len(t)), and twice their standard errors.

    NaN where there are too few rounds or a row is not finite.
    """
    import numpy as np

    found = np.full((2, 3, int(np.prod(r.shape[:-1]))), np.nan)
    if len(t) >= FEWEST:
        flat = r.reshape(-1, len(t)).T
        ok = np.isfinite(flat).all(axis=0)
        scale = np.array([[t[-1]], [np.sqrt(t[-1])], [1.0]])
        design = np.stack([t, np.sqrt(t), np.ones_like(t)], axis=1) / scale[:, 0]
        spread = np.diag(np.linalg.inv(design.T @ design))[:, None]
        best = np.linalg.lstsq(design, flat[:, ok], rcond=None)[0]
        with np.errstate(over="ignore", invalid="ignore"):  # regrets near the largest number
            variance = ((flat[:, ok] - design @ best) ** 2).sum(axis=0) / (len(t) - 3)
            found[:, :, ok] = best / scale, 2 * np.sqrt(spread * variance) / scale
    shape = (*r.shape[:-1], 3)
    return found[0].T.reshape(shape), found[1].T.reshape(shape)


def log_slope(t: Array, r: Array, axes: list[int]) -> Array:
    """Slope of the logarithm of the mean regret over `axes`, as values per replicate of which it is the mean.

    ln of a mean is linear in each replicate to first order, so these values also give its confidence interval, and a
    replicate whose own regret is not positive does no harm. NaN where the mean is not positive.
    """
    import numpy as np

    if len(t) < FEWEST:
        return np.full(r.shape[:-1], np.nan)
    x = np.log(t) - np.log(t).mean()
    mean = r.mean(axis=tuple(axes), keepdims=True)
    with np.errstate(all="ignore"):
        y = np.log(np.where(mean > 0, mean, np.nan)) + (r / mean - 1)
    slope: Array = (y * x).sum(axis=-1) / (x * x).sum()
    return slope


def interval(values: Array, axes: list[int]) -> tuple[Array, Array]:
    """Mean over the replicate axes and the half width of its 95 % confidence interval."""
    import numpy as np

    if not axes:
        return values, np.full(values.shape, np.nan)
    n = int(np.prod([values.shape[a] for a in axes]))
    mean = values.mean(axis=tuple(axes))
    if n < 2:
        return mean, np.full(mean.shape, np.nan)
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore", over="ignore"):
        spread = values.std(axis=tuple(axes), ddof=1) / np.sqrt(n)
    return mean, float(stdtrit(n - 1, 0.975)) * spread


def estimate(values: Array, errors: Array, axes: list[int]) -> tuple[Array, Array]:
    """Mean over the replicate axes and its error: of the interval, or `errors`, those of the fit, without replicates.

    The errors of the fit take its residuals for independent; those of a random walk are not, and it is more uncertain.
    """
    import numpy as np

    mean, error = interval(values, axes)
    return mean, np.where(np.isnan(error), errors.mean(axis=tuple(axes)), error)
