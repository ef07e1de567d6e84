"""Newton's method for sums of losses of a margin over a ball, a simplex or a ball of the 1-norm, with a certified gap.

Each step minimises the second-order model over the set and searches along the segment to its minimiser. On the ball the
eigenvectors of the Hessian turn the model into a separable quadratic, and the ball into itself. On the two polytopes a
face and the minimum on it are found together by a primal active-set method (Nocedal & Wright 2006, algorithm 16.3),
whose start, the support of the last point, is soon the right one. What is reported rests on the Frank-Wolfe gap alone.
"""

from __future__ import annotations

import math

import numpy as np

from adamtheory.hindsight.certificates import Bound
from adamtheory.hindsight.margin_sums import UNIT, Floats, MarginSum
from adamtheory.hindsight.projected_newton import search, solve
from adamtheory.hindsight.separable_sets import frank_wolfe, least, lowest, separable_on_set, within

ITERATIONS = 100
NEARNESS = 1e-10  # share of its diagonal that is added to the Hessian, since columns may depend on each other


def best_on_set(
    problem: MarginSum, start: Floats, name: str, size: float, tolerance: float, unit: float
) -> tuple[Floats, int, tuple[float, Bound, Floats]]:
    """A point of the set, the iterations, and what `certify` says of it; see `comparators.best_fixed_point`.

    start  a point of the set. The search is repeated from the middle of the set where it leads to no small gap: margins
           that are saturated at the start leave no curvature to go by.
    """
    centre = np.full(len(start), size / len(start) if name == "simplex" else 0.0)
    found = []
    for first in (start, centre):
        point, iterations = _minimise(problem, first, name, size, tolerance, unit)
        point = within(name, point * (size / point.sum() if name == "simplex" else 1.0), np.asarray(size))
        certified = certify(problem, point, name, size)
        found.append((point, iterations, certified))
        # ten times the tolerance: the certificate adds rounding to what the search estimates
        if certified[1].gap <= 10 * tolerance * max(certified[0], unit) or bool((start == centre).all()):
            break
    return min(found, key=lambda item: item[2][1].gap)


def certify(problem: MarginSum, u: Floats, name: str, size: float) -> tuple[float, Bound, Floats]:
    """The value F(u), the better of two bounds on value - inf F over the set, and the gradient; rounding included."""
    z = problem.features @ u
    error = problem.margin_error(u)
    value = problem.exact_value(z)
    gradient, spread = problem.combine(problem.slopes(z), problem.slope_error(z, error))
    gap = float(frank_wolfe(name, np.asarray(size), u, gradient, spread)) + problem.value_error(z, error)
    bounds = [Bound(value, "F >= 0"), Bound(gap * (1 + 4 * UNIT), f"Frank-Wolfe gap over the {name}")]
    return value, min(bounds, key=lambda bound: bound.gap), gradient


def _minimise(
    problem: MarginSum, start: Floats, name: str, size: float, tolerance: float, unit: float
) -> tuple[Floats, int]:
    """A point whose Frank-Wolfe gap, without rounding, is at most tolerance * max(F, unit), or the best one seen."""
    u, best, chosen, stale = start, math.inf, start, 0
    for iteration in range(ITERATIONS):
        z = problem.features @ u
        value = problem.value(z)
        gradient = problem.slopes(z) @ problem.features
        gap = float(gradient @ u) - float(least(name, gradient, np.asarray(size)))
        if gap < best:
            best, chosen = gap, u
        if min(gap, value) <= tolerance * max(value, unit):
            return u, iteration
        direction = model_minimum(problem.hessian(z), gradient, u, name, size) - u
        slope = float(gradient @ direction)
        if not slope < 0 or not bool(np.isfinite(direction).all()) or stale > 2:
            return chosen, iteration
        length = search(problem, z, problem.features @ direction, value, slope, 1.0)
        # below the rounding of F a search cannot tell better from worse: a few full steps more
        stale = stale + 1 if -slope <= 64 * UNIT * value or length == 0 else 0
        u = u + (length or 1.0) * direction
    return chosen, ITERATIONS


def model_minimum(hessian: Floats, gradient: Floats, u: Floats, name: str, size: float) -> Floats:
    """Minimiser over the set of gradient . (v - u) + (v - u) . hessian (v - u)/2."""
    diagonal = np.diagonal(hessian)
    damped = hessian + np.diag(NEARNESS * (diagonal + 1e-6 * diagonal.max()) + 1e-100)
    linear = gradient - damped @ u  # the added term is 0, and flat, at u
    if name == "ball":
        values, vectors = np.linalg.eigh(damped)
        turned = separable_on_set(name, linear @ vectors, np.maximum(values, 0.0), np.asarray(size))[0]
        return np.asarray(vectors @ turned)
    v = _face_minimum(damped, linear, u, size, signed=name == "l1_ball")
    away = float(np.abs(v).sum()) / size - 1
    # where all margins are saturated rounding is all that is left of the model's curvature, and the walk may lose its
    # way out of the set; the linear model has a minimum there
    inside = away <= NEARNESS and (name == "l1_ball" or (away >= -NEARNESS and float(v.min()) >= 0))
    return v if inside else lowest(name, gradient, np.asarray(size))


def _face_minimum(hessian: Floats, linear: Floats, u: Floats, size: float, signed: bool) -> Floats:
    """Minimum of linear . v + v . hessian v/2 over the polytope, from face to face, beginning with that of u."""
    v = u.copy()
    sign = np.sign(v)
    tight = not signed or float(np.abs(v).sum()) >= size * (1 - 1e-12)
    for _ in range(20 * len(u) + 50):
        on = sign != 0
        goal, price = _on_face(hessian[np.ix_(on, on)], linear[on], sign[on], size if tight else None)
        move = np.zeros(len(v))
        move[on] = goal - v[on]
        length, blocker = _first_wall(v, move, sign, size if not tight else None)
        v = v + length * move
        if blocker is not None:
            if blocker < 0:
                tight = True
            else:
                v[blocker], sign[blocker] = 0.0, 0.0
            continue
        slopes = hessian @ v + linear
        if signed and tight and price < 0:
            tight = False
            continue
        level = price if tight else 0.0
        pull = (np.abs(slopes) if signed else -slopes) - level
        pull[on] = 0.0
        enters = int(pull.argmax())
        if pull[enters] <= 1e-12 * (np.abs(slopes[enters]) + abs(level)) or not pull[enters] > 0:
            break
        sign[enters] = -np.sign(slopes[enters]) if signed else 1.0
    return v


def _on_face(hessian: Floats, linear: Floats, sign: Floats, total: float | None) -> tuple[Floats, float]:
    """Minimum on the plane sign . v = total (None: everywhere), and minus the slope along it, the price of `total`."""
    if not len(linear):
        return linear, 0.0
    free = solve(hessian, -linear)
    if total is None:
        return free, 0.0
    along = solve(hessian, sign)
    price = float((sign @ free - total) / (sign @ along))
    return free - price * along, price


def _first_wall(v: Floats, move: Floats, sign: Floats, size: float | None) -> tuple[float, int | None]:
    """The share of the move, at most 1, to the first sign change (its coordinate) or to |v|_1 = size (-1)."""
    length, blocker = 1.0, None
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where((sign != 0) & (sign * move < 0), sign * v / -(sign * move), np.inf)
    first = int(shares.argmin())
    if shares[first] < 1:
        length, blocker = max(float(shares[first]), 0.0), first
    growth, room = float(sign @ move), math.inf if size is None else size - float(np.abs(v).sum())
    if growth > 0 and room < length * growth:
        length, blocker = max(room / growth, 0.0), -1
    return length, blocker
