"""Where a sum of hinge losses is least on a ball, a simplex or a ball of the 1-norm: a point u and dual weights beta.

    F(u) = sum_i w_i max(0, 1 - <k_i, u>),  k_i = y_i a_i

On the two polytopes the best beta of `hinge`, 0 <= beta_i <= w_i, solves a linear program with one variable more than
over R^d: the largest sum beta - size*s where s is at least every coordinate of sum_i beta_i k_i, or every size of one.
On the ball the kink is rounded, max(0, s) by tau*log(1 + exp(s/tau)), which is more by at most tau*log 2, and tau falls
from 1 as long as that narrows the certified gap. Then beta_i = w_i/(1 + exp((<k_i, u> - 1)/tau)). Nothing is trusted:
`hinge` evaluates both sides again.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from adamtheory.hindsight.coupled_newton import model_minimum
from adamtheory.hindsight.margin_sums import UNIT, Floats, MarginSum
from adamtheory.hindsight.projected_newton import search
from adamtheory.hindsight.separable_sets import least, within

TOLERANCE = 1e-10  # of HiGHS on constraints and reduced costs, the smallest that it takes
FALL = 0.3  # of tau from one smooth problem to the next
SHARPEST = 1e-13  # tau: margins near 1 are hardly known better
STEPS = 40  # of Newton's method for one tau; it takes about five
CLOSE = 1e-9  # relative gap at which the search ends

Solution = tuple[Floats, Floats, int]  # beta, u and the number of steps


def polytope_program(rows: Floats, w: Floats, name: str, size: float) -> Solution:
    """Solve for beta by HiGHS; u are the multipliers of t = rows^T beta, where t_k <= s or |t_k| <= s."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, hstack, identity, vstack

    n, d = rows.shape
    unit = power_of_two(rows)
    eye, one = identity(d, format="csc"), csc_array(np.ones((d, 1)))
    below = hstack([csc_array((d, n)), eye, -one])
    limits = below if name == "simplex" else vstack([below, hstack([csc_array((d, n)), -eye, -one])])
    free = np.full(d + 1, np.inf)
    found = linprog(
        np.concatenate([-np.ones(n), np.zeros(d), [size * unit]]),
        A_ub=limits.tocsc(), b_ub=np.zeros(limits.shape[0]),
        A_eq=hstack([csc_array(rows.T / unit), -eye, csc_array((d, 1))], format="csc"), b_eq=np.zeros(d),
        bounds=np.stack([np.concatenate([np.zeros(n), -free]), np.concatenate([w, free])], axis=1), method="highs",
        options={"primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE},
    )  # fmt: skip
    if found.x is None:  # nothing is lost but the gap: beta = 0 is feasible
        return np.zeros(n), np.full(d, size / d if name == "simplex" else 0.0), int(found.nit)
    return np.clip(found.x[:n], 0.0, w), -np.asarray(found.eqlin.marginals, np.float64) / unit, int(found.nit)


def power_of_two(rows: Floats) -> float:
    """The power of 2 next to the largest entry, 1 at most, to divide a program by: HiGHS leaves out entries of 1e-9."""
    return min(2.0 ** math.frexp(float(np.abs(rows).max()))[1], 1.0)


def smoothed(
    rows: Floats, w: Floats, radius: float, certify: Callable[[Floats, Floats], tuple[float, float, str]]
) -> Solution:
    """On the ball: the pair (beta, u) of least certified gap among the smooth problems; `certify` takes (u, beta)."""
    u, tau, steps = np.zeros(rows.shape[1]), 1.0, 0
    best, chosen, worse = math.inf, (np.zeros(len(w)), u), 0
    while tau >= SHARPEST and worse < 2:
        u, beta, taken = _smooth_minimum(rows, w, u, radius, tau)
        steps += taken
        inside = within("ball", u, np.asarray(radius))
        value, gap, _ = certify(inside, beta)
        worse = 0 if gap < 0.9 * best else worse + 1
        if gap < best:
            best, chosen = gap, (beta, inside)
        if gap <= CLOSE * value:
            break
        tau *= FALL
    return *chosen, steps


def _smooth_minimum(rows: Floats, w: Floats, start: Floats, radius: float, tau: float) -> tuple[Floats, Floats, int]:
    """u, beta and the number of Newton steps for one tau, as of logistic losses of the margins (<k_i, u> - 1)/tau."""
    problem = MarginSum("logistic", rows, np.ones(len(w)), w)
    u, size, stale = start, np.asarray(radius), 0
    for step in range(STEPS):
        z = (rows @ u - 1.0) / tau
        value, beta = tau * problem.value(z), w * problem.sigmoids(z)
        gradient = -beta @ rows
        gap = float(gradient @ u) - float(least("ball", gradient, size))
        direction = model_minimum(_hessian(problem, z) / tau, gradient, u, "ball", radius) - u
        slope = float(gradient @ direction)
        rounded = value + tau * float(beta @ z)  # sum beta (1 - <k, u>) is less by what rounding the kink costs
        if gap <= max(0.01 * rounded, 0.1 * CLOSE * value) or not slope < 0:
            return u, beta, step
        length = search(problem, z, rows @ direction / tau, value / tau, slope / tau, 1.0)
        stale = stale + 1 if -slope <= 64 * UNIT * value or length == 0 else 0
        if stale > 2:
            return u, beta, step
        u = u + (length or 1.0) * direction
    return u, w * problem.sigmoids((rows @ u - 1.0) / tau), STEPS


def _hessian(problem: MarginSum, z: Floats) -> Floats:
    """That of the problem, over rows whose curvature is not lost in that of the others."""
    near = np.abs(z) <= 45.0
    if near.all() or not near.any():
        return problem.hessian(z)
    bent = MarginSum("logistic", problem.features[near], problem.targets[near], problem.weights[near])
    return bent.hessian(z[near])
