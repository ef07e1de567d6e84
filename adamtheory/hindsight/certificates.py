"""Certified bounds on F(u) - inf F for sums of losses of a margin, rounding included.

Every bound below is a lower bound on F that holds for all points v of the domain, proved in the comment at its place.
It is evaluated in floating point with the error bounds of `margin_sums` added on the safe side. What is not accounted
for: underflow, a library whose exp, log or log1p is wrong by more than 4 units in the last place, and eigenvalues from
LAPACK that are worse than its manual says (see `_curvature`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from adamtheory.hindsight.margin_sums import SLACK, UNIT, Floats, MarginSum, gamma
from adamtheory.hindsight.projected_newton import solve


class Bound(NamedTuple):
    """F(u) - F(v) <= gap for all v that `certificate` names."""

    gap: float
    certificate: str


def certify(problem: MarginSum, u: Floats, low: float, high: float) -> tuple[float, Bound, Floats]:
    """The value F(u), the best bound on it that applies, and the gradient.

    The gap bounds (reported value) - inf F, so it includes the rounding of the value itself.
    """
    z = problem.features @ u
    error = problem.margin_error(u)
    value = problem.exact_value(z)
    rounding = problem.value_error(z, error)
    gradient, spread = problem.combine(problem.slopes(z), problem.slope_error(z, error))
    bounds = [Bound(value, "F >= 0")]  # every loss is nonnegative
    curvature = _curvature(problem, z) if problem.family == "least_squares" else np.zeros(len(u))
    if math.isfinite(low) or bool((curvature > 0).all()):
        name = "second-order bound" if bool((curvature > 0).all()) else "Frank-Wolfe gap"
        domain = "over the box" if math.isfinite(low) else "for all v"
        fall = _largest_fall(gradient, spread, curvature, high - u, u - low)
        bounds.append(Bound((fall + rounding) * (1 + 4 * UNIT), f"{name} {domain}"))
    elif problem.family == "logistic":
        bounds.append(_dual_logistic(problem, z, u, value, rounding))
    else:
        bounds.append(_linearised_in_ball(gradient, spread, u, rounding))
    return value, min(bounds, key=lambda bound: bound.gap), gradient


def _largest_fall(gradient: Floats, spread: Floats, curvature: Floats, up: Floats, down: Floats) -> float:
    """sup over p of -g . p - sum_j c_j p_j^2 / 2 over -down <= p <= up and all g with |g - gradient| <= spread.

    F(u + p) >= F(u) + g . p + sum_j c_j p_j^2 / 2, with c = 0 by convexity alone (then this is the Frank-Wolfe gap),
    so F(u) - F(u + p) is at most this. It separates: on the side p_j >= 0 the best p_j is s / c_j, s = spread_j - g_j,
    cut at the wall; a coordinate at a wall that its gradient surely pushes against contributes nothing.
    """
    total = []
    spread = spread + 2 * UNIT * (spread + np.abs(gradient))  # for the rounding of s
    for s, room in ((spread - gradient, up), (spread + gradient, down)):
        s = np.maximum(s, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            move = np.where(s == 0, 0.0, np.minimum(s / curvature, room))
            total.append(np.where(move == 0, 0.0, s * move - 0.5 * curvature * move**2))
    return SLACK * math.fsum(np.maximum(*total).tolist())


def _ball(u: Floats) -> float:
    return max(2.0 * float(np.sum(np.abs(u))), 1.0)


def _dual_logistic(problem: MarginSum, z: Floats, u: Floats, value: float, rounding: float) -> Bound:
    """Fenchel's bound. log(1 + exp(-m)) = max over a in [0, 1] of h(a) - a m, h(a) = -a log a - (1 - a) log(1 - a).

    For any a in [0, 1]^n therefore F(v) >= sum_i w_i h(a_i) - r . v with r = A^T (w a y). At a minimiser u the weights
    s_i = 1 / (1 + exp(y_i z_i)), z = A u, have r = 0. Near it r is removed by a_i = s_i (1 - (1 - s_i) y_i (A p)_i),
    H p = r, because A^T (w s (1 - s) A p) = H p; this stays in [0, 1] where |(A p)_i| <= 1. Whatever is left of r
    (rounding, and what clipping to [0, 1] brought back) enters by r . v <= |r|_inf |v|_1, so the bound is for a ball in
    the 1-norm.
    """
    labels, weights, features = problem.targets, problem.weights, problem.features
    dual = problem.sigmoids(z)
    hessian = problem.hessian(z)
    bend = dual * (1.0 - dual)
    for _ in range(3):
        step = solve(hessian, (weights * dual * labels) @ features)
        dual = np.clip(dual - bend * labels * (features @ step), 0.0, 1.0)
    residual, spread = problem.combine(weights * dual * labels, 2 * UNIT * weights * dual)
    inside = (dual > 0) & (dual < 1)
    a, w = dual[inside], weights[inside]
    # Both terms are nonnegative, so the sum is right to 24 units relative.
    below = math.fsum((w * (-a * np.log(a) - (1.0 - a) * np.log1p(-a))).tolist()) * (1 - 24 * UNIT)
    radius = _ball(u)
    gap = value - below + rounding + radius * float(np.max(np.abs(residual) + spread))
    gap += 4 * UNIT * (value + below)
    return Bound(max(gap, 0.0), f"feasible dual point, for all v with |v|_1 <= {radius:.6g}")


def _linearised_in_ball(gradient: Floats, spread: Floats, u: Floats, rounding: float) -> Bound:
    """F(v) >= F(u) + g . (v - u) >= F(u) - |g|_inf (|v|_1 + |u|_1)."""
    radius = _ball(u)
    fall = (radius + float(np.sum(np.abs(u)))) * float(np.max(np.abs(gradient) + spread))
    return Bound((fall + rounding) * (1 + 8 * UNIT), f"linearisation, for all v with |v|_1 <= {radius:.6g}")


def _curvature(problem: MarginSum, z: Floats) -> Floats:
    """c with p . H p >= sum_j c_j p_j^2 for H = A^T W A; all 0 where none can be certified.

    Let S = D H D, D = diag(H)^(-1/2). Then c_j = lambda / D_j^2 = lambda H_jj for any lambda <= smallest eigenvalue of
    S. The computed S is wrong by at most gamma_(n + 8) in each entry (Cauchy-Schwarz, as S_jj = 1), hence by
    d gamma_(n + 8) in the 2-norm, and the computed eigenvalues by a modest multiple of d units times the norm, at most
    d; ten is taken for the modest multiple, which LAPACK states without a number.
    """
    hessian = problem.hessian(z)
    diagonal = np.diagonal(hessian)
    n, d = problem.features.shape
    if not bool((diagonal > 0).all()):
        return np.zeros(d)
    scale = 1.0 / np.sqrt(diagonal)
    lowest = float(np.linalg.eigvalsh(hessian * scale * scale[:, None])[0])
    lowest -= SLACK * d * (gamma(n + 8) + 10 * d * UNIT)
    return np.asarray(max(lowest, 0.0) / SLACK * diagonal)
