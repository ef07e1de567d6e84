"""Whether regret is linear, sublinear, or not yet known to be either.

Every law fits a line over a short stretch: T/log(T) and T^0.9 have large coefficients of T. A linear law is told from
them by its coefficient, which is the same in the last decade as in the one before; theirs falls. And the regret of an
iterate that is still on its way says nothing about that of the place where it will stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adamtheory.hindsight.fit import DECADES, FEWEST, estimate, fit, interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LINEAR, SUBLINEAR, UNDECIDED = "linear regret", "sublinear", "undecided"
STEADY = 0.1  # a coefficient of T that changes by a smaller share from one decade to the next is taken as constant
LEAST = 0.01  # share of the regret; a smaller linear part is what the fit makes of other small terms
FAST, SLOW = 0.9, 0.8  # slopes of ln R_T above the one look linear, below the other they do not
NEARER = 0.75  # where the interval of a slope ends above this, it is nearer to T than to sqrt(T)


def judge(t: Array, r: Array, x: Array, axes: list[int], share: Array, slope: Array, slope_error: Array) -> Array:
    """The verdict on the regret r (*lanes, K) at the rounds t with the iterates x (*lanes, K, d).

    Linear: a positive linear part, its interval too, that is shown to be the same in both decades (or, where noise
    leaves that open, is most of the regret and the slope near 1), of an iterate that has arrived.
    Sublinear: a regret that was not positive in all of the last decade, or a slope clearly below 1 and no linear part,
    or a falling one that is the smaller part. Otherwise undecided.
    """
    import numpy as np

    linear, error = (found[..., 0] for found in _over(t, r, axes))
    part = (linear > error) & (share > LEAST)
    steady, shown, falls = _steadiness(t, r, axes)
    doubt = np.nan_to_num(slope_error)
    fast = (slope > FAST) & (slope - doubt > NEARER)
    proven = (shown | (steady & fast & (share > 0.5))) & ~_travelling(t, x, axes)
    slow = slope + doubt < SLOW
    verdict = np.where(_below_zero(t, r, axes) | (slow & (~part | (falls & (share < 0.5)))), SUBLINEAR, UNDECIDED)
    return np.where(part & proven, LINEAR, verdict)


def _over(t: Array, r: Array, axes: list[int]) -> tuple[Array, Array]:
    return estimate(*fit(t, r), axes)


def _decades(t: Array) -> tuple[Array, Array]:
    """Which rounds are of the decade before the last, and which of the last; both have the one between them."""
    middle = t[-1] / 10 ** (DECADES / 2) if len(t) else 0
    return t <= middle * 1.2, t >= middle / 1.2


def _steadiness(t: Array, r: Array, axes: list[int]) -> tuple[Array, Array, Array]:
    """Whether the coefficient of T may be the same in the last two decades; is shown to be; is shown to fall.

    By the interval of its change: it reaches into STEADY of the coefficient; lies therein; lies below it.
    """
    import numpy as np

    early, late = _decades(t)
    (first, first_error), (second, second_error) = (fit(t[part], r[..., part]) for part in (early, late))
    change, error = (a[..., 0] for a in estimate(second - first, np.hypot(first_error, second_error), axes))
    size = STEADY * np.abs(interval(second, axes)[0][..., 0])
    return np.abs(change) - error <= size, np.abs(change) + error <= size, change + error < -size


def _travelling(t: Array, x: Array, axes: list[int]) -> Array:
    """Whether the iterate still goes one way, as fast as ln T: what it will lose at its goal is not seen yet.

    Judged by the coordinate, of the mean over replicates, that moved most in the last decade: it never turned and was
    not slower in the second half. On its way x moves like the sum of the step sizes, so like sqrt(T) with
    alpha/sqrt(t) and like ln T with alpha/t; near its goal it turns, or its way shrinks with the step size.
    """
    import numpy as np

    x = x.mean(axis=tuple(axes))
    late = np.flatnonzero(_decades(t)[1])
    if len(late) < FEWEST:
        return np.zeros(x.shape[:-2], bool)
    first, middle, last = late[0], np.searchsorted(t, np.sqrt(t[late[0]] * t[-1])), late[-1]
    ways = np.diff(x[..., late, :], axis=-2)
    one_way = (ways > 0).all(axis=-2) | (ways < 0).all(axis=-2)
    before = np.abs(x[..., middle, :] - x[..., first, :]) / np.log(t[middle] / t[first])
    after = np.abs(x[..., last, :] - x[..., middle, :]) / np.log(t[last] / t[middle])
    most = np.abs(x[..., last, :] - x[..., first, :]).argmax(axis=-1)[..., None]
    found: Array = np.take_along_axis(one_way & (after > 0.95 * before), most, axis=-1)[..., 0]
    return found


def _below_zero(t: Array, r: Array, axes: list[int]) -> Array:
    """Whether the mean regret, its interval too, was not positive in all of the last decade."""
    import numpy as np

    mean, error = interval(r[..., _decades(t)[1]], axes)
    below: Array = (mean + np.nan_to_num(error) <= 0).all(axis=-1) & (len(t) > 0)
    return below
