"""Projected Newton method for sums of losses of a margin over a box, or over all of R^d.

Outer iteration: minimise the second-order model over the box, then an Armijo search along the segment to its minimiser.
The model costs one pass over the n rows; its minimisation only d x d work, by the two-metric projection with an active
set of Bertsekas 1982 (Projected Newton methods for optimization problems with simple constraints, SIAM J. Control
Optim. 20, equations 32-38). Bertsekas applies that projection to F itself; with n much larger than d it is cheaper to
find the active set inside the model, where a step costs no pass over the rows.
"""

from __future__ import annotations

import math

import numpy as np

from adamtheory.hindsight.margin_sums import UNIT, Floats, MarginSum

ITERATIONS = 200
ARMIJO = 1e-4
RIDGE = 1e-13  # relative to the diagonal of the Hessian; keeps its Cholesky factor when columns depend on each other


def linear_gap(gradient: Floats, u: Floats, low: float, high: float) -> float:
    """max over z in the box of gradient . (u - z), the Frank-Wolfe gap; infinite without bounds unless gradient = 0."""
    with np.errstate(invalid="ignore"):
        parts = np.where(gradient == 0, 0.0, np.maximum(gradient * (u - low), gradient * (u - high)))
    return float(np.sum(parts))


def solve(matrix: Floats, right: Floats) -> Floats:
    """Solution of a symmetric positive semidefinite system, with the smallest ridge that lets it factorise."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    diagonal = np.diagonal(matrix)
    scale = 1 / np.sqrt(np.maximum(diagonal, 1e-30 * np.max(diagonal, initial=0.0) + 1e-300))
    scaled = matrix * scale * scale[:, None]
    for power in range(16):  # a scaled matrix has entries of at most 1
        try:
            factor = cho_factor(scaled + RIDGE * 10.0**power * np.eye(len(right)), lower=True, check_finite=False)
        except LinAlgError:
            continue
        with np.errstate(over="ignore", invalid="ignore"):  # without curvature a step has no length
            return np.asarray(scale * cho_solve(factor, scale * right, check_finite=False))
    return np.asarray(scale * scale * right)


def model_minimum(hessian: Floats, gradient: Floats, u: Floats, low: float, high: float, precision: float) -> Floats:
    """Minimiser v over the box of gradient . (v - u) + (v - u) . hessian (v - u) / 2, to that Frank-Wolfe gap."""
    if math.isinf(low):
        return u - solve(hessian, gradient)
    v, slope, gained = u.copy(), gradient.copy(), 0.0
    diagonal = np.maximum(np.diagonal(hessian), UNIT * np.max(np.diagonal(hessian)) + 1e-300)
    for _ in range(100):
        if linear_gap(slope, v, low, high) <= max(precision, 1e-6 * gained):
            break
        # Coordinates this near to a bound that pulls them are fixed, so that tiny steps cannot jam (Bertsekas, eq. 32).
        near = min(1e-3 * (high - low), float(np.linalg.norm(v - np.clip(v - slope / diagonal, low, high))))
        fixed = ((v <= low + near) & (slope > 0)) | ((v >= high - near) & (slope < 0))
        free = ~fixed
        step = -slope / diagonal
        if free.any():
            step[free] = -solve(hessian[np.ix_(free, free)], slope[free])
        length = 1.0
        while length > 1e-12:
            move = np.clip(v + length * step, low, high) - v
            bend = hessian @ move
            change = float(slope @ move + 0.5 * move @ bend)
            wanted = float(length * (slope[free] @ step[free]) + slope[fixed] @ move[fixed])
            if change <= ARMIJO * wanted:
                break
            length *= 0.5
        else:
            break
        v, slope, gained = v + move, slope + bend, gained - change
    return np.clip(v, low, high)


def search(problem: MarginSum, z: Floats, along: Floats, value: float, slope: float, longest: float) -> float:
    """Step length along a descent direction: Armijo by halving from 1, then doubling as long as it pays.

    Doubling matters on separable data, where the loss falls like exp(-margin) and a Newton step only by a factor e.
    Differences of values below their rounding count as equal.
    """
    noise = 16 * UNIT * value
    length = 1.0
    reached = problem.value(z + along)
    while not reached <= value + ARMIJO * length * slope + noise:
        length *= 0.5
        if length < 1e-10:
            return 0.0
        reached = problem.value(z + length * along)
    while 1.0 <= length < longest:
        longer = min(2 * length, longest)
        further = problem.value(z + longer * along)
        if not further <= value + ARMIJO * longer * slope or further >= reached - noise:
            break
        length, reached = longer, further
    return length


def _longest(u: Floats, direction: Floats, low: float, high: float) -> float:
    """The largest step along the direction that stays in the box."""
    if math.isinf(low):
        return 1e6
    room = np.where(direction > 0, high - u, u - low)
    moving = direction != 0
    return float(np.min(room[moving] / np.abs(direction[moving]), initial=1e6))


def _damped(problem: MarginSum, z: Floats, gradient: Floats, value: float) -> tuple[Floats, float]:
    """A direction with its step length where Newton's own leads nowhere, for the model is true only nearby.

    Source: Levenberg 1944; the model gets a multiple of its diagonal, the larger the shorter the step.
    """
    hessian = problem.hessian(z)
    diagonal = np.maximum(np.diagonal(hessian), 1e-16 * np.max(np.diagonal(hessian)) + 1e-300)
    direction = np.zeros_like(gradient)
    for power in range(-8, 9):
        direction = -solve(hessian + 10.0**power * np.diag(diagonal), gradient)
        length = search(problem, z, problem.features @ direction, value, float(gradient @ direction), 1.0)
        if length > 0:
            return direction, length
    return direction, 0.0


def minimise(
    problem: MarginSum, start: Floats, low: float, high: float, tolerance: float, unit: float
) -> tuple[Floats, int]:
    """A point whose gap is at most tolerance * max(F, unit) by an estimate without rounding, and the iterations.

    On a box the estimate is the Frank-Wolfe gap; on R^d half the squared Newton decrement before the last full step,
    which bounds the new gap from above once Newton's method converges. F >= 0 ends the search as well.
    """
    u = start
    best, chosen, stale = math.inf, start, 0
    for iteration in range(ITERATIONS):
        z = problem.features @ u
        value = problem.value(z)
        allowed = tolerance * max(value, unit)
        gradient = problem.slopes(z) @ problem.features
        gap = linear_gap(gradient, u, low, high)
        if min(gap, value) <= allowed:
            return u, iteration
        if gap < best:
            best, chosen = gap, u
        direction = model_minimum(problem.hessian(z), gradient, u, low, high, 0.1 * allowed) - u
        slope = float(gradient @ direction)
        if (
            math.isfinite(low) and not slope < 0
        ):  # saturated margins leave the model no curvature, and no minimum inside
            direction = np.where(gradient > 0, low, np.where(gradient < 0, high, u)) - u
            slope = float(gradient @ direction)
        length = search(problem, z, problem.features @ direction, value, slope, _longest(u, direction, low, high))
        if length == 0 and math.isinf(low) and -slope > 64 * UNIT * value:
            direction, length = _damped(problem, z, gradient, value)
            slope = float(gradient @ direction)
            if length == 0:
                return u, iteration
        # Below the rounding of F a search cannot tell better from worse: a few full steps more, then the best point.
        stale = stale + 1 if -slope <= 64 * UNIT * value or length == 0 else 0
        if not slope < 0 or stale > 2 or not bool(np.isfinite(direction).all()):
            return (u if math.isinf(low) else chosen), iteration
        u = np.clip(u + (length or 1.0) * direction, low, high)
        if math.isinf(low) and length == 1.0 and -slope / 2 <= 0.1 * allowed:
            return u, iteration + 1
    return (u if math.isinf(low) else chosen), ITERATIONS
