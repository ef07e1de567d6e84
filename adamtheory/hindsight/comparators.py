"""The best fixed point in hindsight: the comparator u that minimises the sum of the losses seen so far.

What to use when:

    separable_quadratic   sums of linear losses and of quadratics: exact, coordinate by coordinate, many lanes at once
    best_fixed_point      logistic and least-squares losses on data: solved, with a certified bound on what is missing

The regret R_T = sum_t f_t(x_t) - min over u of sum_t f_t(u) then lies in [R, R + gap], where R uses the
value reported here.
"""

from __future__ import annotations

import importlib
import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.hindsight.certificates import Bound, certify
from adamtheory.hindsight.coupled_newton import best_on_set
from adamtheory.hindsight.margin_sums import Floats, MarginSum
from adamtheory.hindsight.projected_newton import minimise
from adamtheory.sets import SETS
from adamtheory.simulation.nearest import nearest

FAMILIES = ("least_squares", "logistic")
LARGEST = 1e50  # of features, targets and bounds, so that no square or product of sums overflows


@dataclass(frozen=True)
class Comparator:
    """A nearly best fixed point.

    point          float64 (d,)
    value          F(point), its terms added exactly (`math.fsum`)
    gap            certified: value - inf F <= gap, rounding included; see `certificate`
    gradient_norm  Euclidean norm of the gradient, without the parts that push against the box
    iterations     Newton steps
    certificate    the bound that gave `gap`, and the points for which it holds
    """

    point: Floats
    value: float
    gap: float
    gradient_norm: float
    iterations: int
    certificate: str


def separable_quadratic(
    c1: npt.ArrayLike, c2: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Minimise sum_k c1_k u_k + c2_k u_k^2 / 2 over low_k <= u_k <= high_k, exactly in each coordinate.

    c1, c2:    (..., d), c2 >= 0; low, high: broadcast with them, -inf and inf for no bound.
    Returns the minimisers (..., d) and the minima (...,), summed pairwise. u_k = clip(-c1_k / c2_k), one rounding;
    where c2_k = 0 the bound that c1_k points away from; where both vanish every u_k is a minimiser and the nearest to 0
    is given.
    Raises `ParameterError` for c2 < 0, for numbers that are not finite, for low > high, and where there is no minimum.
    """
    a, b, lo, hi = np.broadcast_arrays(*(np.asarray(part, np.float64) for part in (c1, c2, low, high)))
    if a.ndim == 0:
        raise ParameterError("c1 and c2 are single numbers; give arrays with the coordinates on the last axis")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ParameterError("c1 or c2 is not finite; end the sum before the round in which the losses overflowed")
    if (b < 0).any():
        raise ParameterError(f"c2 is {b.min():g} in some coordinate; give a convex loss, c2 >= 0")
    if not (lo <= hi).all():
        raise ParameterError("low exceeds high in some coordinate, or is not a number; give low <= high")
    endless = (b == 0) & (((a > 0) & np.isneginf(lo)) | ((a < 0) & np.isposinf(hi)))
    if endless.any():
        where = int(np.argwhere(endless)[0][-1])
        raise ParameterError(
            f"the loss falls without end in coordinate {where} (c1 = {a[endless][0]:g}, c2 = 0), so that no fixed "
            "point is best; give a box on that side"
        )
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        centre = np.where(b > 0, -a / b, np.where(a > 0, lo, np.where(a < 0, hi, 0.0)))
    point = np.clip(centre, lo, hi)
    if not np.isfinite(point).all():
        raise ParameterError("a minimiser exceeds the range of float64; give a box, or scale the losses")
    return point, np.sum(point * (a + 0.5 * b * point), axis=-1)


def one_thread() -> AbstractContextManager[Any]:
    """BLAS on one thread, where threadpoolctl is installed.

    The order of a sum in BLAS, and so its last bits, depends on the number of threads; and on a machine with other work
    two threads that wait for each other took ten times as long as one (a9a, two cores).
    """
    import scipy.linalg  # noqa: F401  # brings a BLAS of its own, which the limit must find loaded

    try:
        control = importlib.import_module("threadpoolctl")
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = control.threadpool_limits(1, "blas")
    return limits


def checked(
    family: str, features: npt.ArrayLike, targets: npt.ArrayLike, counts: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Features, targets and counts as float64 arrays; raises `ParameterError` for what no comparator can be had of."""
    a, y = np.asarray(features, np.float64), np.asarray(targets, np.float64)
    w = np.asarray(counts, np.float64)
    if a.ndim != 2 or y.shape != a.shape[:1] or w.shape != y.shape:
        raise ParameterError(
            f"features {a.shape}, targets {y.shape} and counts {w.shape} do not fit; give (n, d), (n,) and (n,)"
        )
    if not ((w >= 0) & (w == np.floor(w)) & (w <= 2.0**53)).all():
        raise ParameterError("a count is negative or no whole number; count how often each row was visited")
    if not (np.abs(a) <= LARGEST).all() or not (np.abs(y) <= LARGEST).all():
        raise ParameterError(f"features or targets are not finite or exceed {LARGEST:g}; remove or scale these rows")
    if family in ("logistic", "hinge") and not (np.abs(y) == 1).all():
        raise ParameterError(f"a target of the {family} loss is neither -1 nor +1; load the data for classification")
    return a, y, w


def checked_bounds(low: float, high: float) -> tuple[float, float]:
    """The ends of a box, or -inf and inf; raises `ParameterError` for any others."""
    whole = math.isinf(low) and math.isinf(high) and low < high
    if not whole and not -LARGEST <= low <= high <= LARGEST:
        raise ParameterError(f"the set is [{low:g}, {high:g}]; give low <= high within {LARGEST:g}, or -inf and inf")
    return float(low), float(high)


def _best_of_starts(
    problem: MarginSum, start: Floats, low: float, high: float, tolerance: float, unit: float
) -> tuple[Floats, int, tuple[float, Bound, Floats]]:
    """Search from the start, and from the zero vector where the start is worse than it or does not lead to a small gap.

    A fixed point of few rows may leave all new ones with saturated margins, where the curvature vanishes and Newton's
    model says nothing; at zero the margins are 0 and the curvature is largest.
    """
    zero = np.clip(np.zeros(len(start)), low, high)
    starts = [start, zero] if start.any() else [start]
    if len(starts) == 2 and problem.value(problem.features @ start) > problem.value(problem.features @ zero):
        starts = [zero]
    found = []
    for first in starts:
        point, iterations = minimise(problem, first, low, high, tolerance, unit)
        certified = certify(problem, point, low, high)
        found.append((point, iterations, certified))
        # ten times the tolerance: the certificate adds rounding to what the search estimates
        if certified[1].gap <= 10 * tolerance * max(certified[0], unit):
            break
    return min(found, key=lambda item: item[2][1].gap)


def moved_into(point: Floats, name: str, size: float) -> Floats:
    """The nearest point of a set that couples the coordinates."""
    known = {known: rule for known, rule in SETS.items() if "vector" in rule.facts}
    if name not in known:
        raise UnknownNameError("set", name, known)
    if not 0 < size <= LARGEST:
        raise ParameterError(f"the size of the {name} is {size:g}; give a positive number within {LARGEST:g}")
    (parameter,) = known[name].parameters
    return np.asarray(nearest(known[name], {parameter.name: np.array([size])}, point[None, :])[0])


def best_fixed_point(
    family: str,
    features: npt.ArrayLike,
    targets: npt.ArrayLike,
    counts: npt.ArrayLike,
    low: float,
    high: float,
    *,
    start: Any = None,
    tolerance: float = 1e-9,
    coupled: tuple[str, float] | None = None,
) -> Comparator:
    """Minimise F(u) = sum_i w_i l(a_i . u, y_i) over the box [low, high]^d or, for -inf and inf, over R^d.

    family:    "logistic", l(z, y) = log(1 + exp(-y z)), y = -1 or +1; "least_squares", l(z, y) = (z - y)^2 / 2.
    features:  (n, d), rows a_i; targets: (n,), y_i; counts: (n,), whole numbers w_i >= 0, visits of each row so far.
    start:     (d,), where the search begins, e.g. the comparator of the checkpoint before; 0 if None. Clipped.
    tolerance: the search ends once the gap is at most tolerance * max(F, F(0) / sum w), so relative to the value or,
               where that is smaller, to the mean loss of the zero vector; the latter is for separable data, F -> 0.
    coupled:   instead of the box, with low = -inf and high = inf: ("ball", radius), ("simplex", scale) or
               ("l1_ball", radius); then gradient_norm is that of the whole gradient.
    A gap above that is no error: rounding may not allow a smaller one, and `gap` is true in any case.
    On R^d the certificate of the logistic loss, and that of least squares with dependent columns, holds for the points
    of a ball that it names: with a gradient known only up to rounding no finite bound on all of R^d follows from it.
    Raises `ParameterError` and `UnknownNameError` for wrong shapes, counts, targets, bounds, family.
    Source: Bertsekas 1982 (see `projected_newton`); bounds and their proofs in `certificates`.
    """
    if family not in FAMILIES:
        raise UnknownNameError("family of losses", family, FAMILIES)
    a, y, w = checked(family, features, targets, counts)
    low, high = checked_bounds(low, high)
    if not tolerance > 0:
        raise ParameterError(f"tolerance is {tolerance:g}; give a positive number")
    point = np.zeros(a.shape[1]) if start is None else np.array(start, np.float64)
    if point.shape != a.shape[1:] or not np.isfinite(point).all():
        raise ParameterError(f"start has shape {point.shape} or is not finite; give {a.shape[1]} finite numbers")
    point = np.clip(point, low, high) if coupled is None else moved_into(point, *coupled)
    seen = w > 0
    if not seen.any() or not a.shape[1]:
        value = math.fsum((w * (math.log(2) if family == "logistic" else 0.5 * y**2)).tolist())
        return Comparator(point, value, 0.0, 0.0, 0, "no choice: no row was visited, or there are no features")
    if not seen.all():
        a, y, w = a[seen], y[seen], w[seen]
    problem = MarginSum(family, np.ascontiguousarray(a), y, w)
    unit = problem.value(np.zeros(len(y))) / float(np.sum(w))
    with one_thread():
        if coupled is None:
            point, iterations, (value, bound, gradient) = _best_of_starts(problem, point, low, high, tolerance, unit)
        else:
            point, iterations, (value, bound, gradient) = best_on_set(problem, point, *coupled, tolerance, unit)
    outward = ((point == low) & (gradient > 0)) | ((point == high) & (gradient < 0))
    norm = float(np.linalg.norm(np.where(outward, 0.0, gradient)))
    return Comparator(point, value, bound.gap, norm, iterations, bound.certificate)
