"""The best fixed point of a sum of hinge losses, F(u) = sum_i w_i max(0, 1 - y_i <a_i, u>), with a certified gap.

For any beta with 0 <= beta_i <= w_i and r = sum_i beta_i y_i a_i, every point v has

    F(v) >= sum_i beta_i (1 - y_i <a_i, v>) = sum_i beta_i - <r, v>,

as max(0, s) >= alpha s for alpha in [0, 1]. Over a box the right side is least at an end of every coordinate; the best
beta solves a linear program (SciPy's HiGHS), whose multipliers are the best fixed point. Neither is trusted: beta is
cut to [0, w], u to the box, and both sides are evaluated again with their rounding. In one coordinate u is found among
the breakpoints 1/(y_i a_i) instead. On sets that couple the coordinates `coupled_hinge` finds u and beta, and <r, v> is
at most the support function of the set: size |r|_2 on a ball, size max |r_k| on that of the 1-norm, size max r_k on a
simplex.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from adamtheory.hindsight.comparators import Comparator, checked, checked_bounds, moved_into, one_thread
from adamtheory.hindsight.coupled_hinge import CLOSE, polytope_program, power_of_two, smoothed
from adamtheory.hindsight.margin_sums import SLACK, UNIT, Floats, MarginSum, gamma
from adamtheory.hindsight.separable_sets import least, within

Coupled = tuple[str, float]  # name and size of a set
TOLERANCE = 1e-10  # of HiGHS on constraints and reduced costs, the smallest that it takes


def best_hinge(
    features: npt.ArrayLike,
    targets: npt.ArrayLike,
    counts: npt.ArrayLike,
    low: float,
    high: float,
    *,
    coupled: Coupled | None = None,
) -> Comparator:
    """Minimise F over the box [low, high]^d or, for -inf and inf, over R^d.

    features: (n, d), rows a_i; targets: (n,), y_i = -1 or +1; counts: (n,), whole numbers w_i >= 0, visits of each row.
    coupled:  instead of the box, with low = -inf and high = inf: ("ball", radius), ("simplex", scale) or
              ("l1_ball", radius).
    On R^d with d > 1 the certificate holds for the points of a ball in the 1-norm, which it names.
    Raises `ParameterError` and `UnknownNameError` for wrong shapes, counts, targets, bounds and sets.
    Source: LP duality; breakpoints of piecewise linear functions, e.g. Boyd & Vandenberghe 2004, section 6.1.
    """
    a, y, w = checked("hinge", features, targets, counts)
    low, high = checked_bounds(low, high)
    seen = (w > 0) & (a != 0).any(axis=1)
    constant = float(np.sum(w[~seen]))  # rows of zeros lose 1 whatever u is; counts below 2^53 add exactly
    point = np.zeros(a.shape[1])
    point = np.clip(point, low, high) if coupled is None else moved_into(point, *coupled)
    if coupled is not None and a.shape[1] == 1:  # an interval
        low, high, coupled = coupled[1] if coupled[0] == "simplex" else -coupled[1], coupled[1], None
    if not seen.any():
        return Comparator(point, constant, 0.0, 0.0, 0, "no choice: no row with a feature was visited")
    rows, weights = np.ascontiguousarray(y[seen, None] * a[seen]), w[seen]
    if coupled is not None:
        with one_thread():
            beta, point, steps = _on_set(rows, weights, coupled)
    elif rows.shape[1] == 1:
        beta, point, steps = _breakpoint(rows[:, 0], weights, low, high)
    else:
        beta, point, steps = _linear_program(rows, weights, low, high)
    value, gap, certificate = _certify(rows, weights, point, beta, low, high, coupled)
    return Comparator(point, value + constant, gap + 2 * UNIT * (value + constant), math.nan, steps, certificate)


def _breakpoint(k: Floats, w: Floats, low: float, high: float) -> tuple[Floats, Floats, int]:
    """beta, the point where the slope of F turns from negative to nonnegative, and 0 steps.

    F = sum w_i max(0, 1 - k_i u) bends at 1/k_i by w_i |k_i|; its slope at u is the sum of -w_i k_i over k_i u < 1.
    """
    bends = np.argsort(1 / k, kind="stable")
    right = np.cumsum((w * np.abs(k))[bends]) - math.fsum((w * k)[k > 0])  # slopes to the right of each bend
    turn = bends[min(int(np.searchsorted(right, 0.0)), len(k) - 1)]
    u = float(np.clip(1 / k[turn], low, high))
    at = np.abs(k * u - 1) <= 4 * UNIT
    beta = np.where((k * u < 1) & ~at, w, 0.0)
    if at.any():  # rows that bend at u take any share, as much as brings r nearest to 0; their k have one sign
        beta[at] = w[at] * np.clip(-math.fsum(beta * k) / math.fsum((w * k)[at]), 0.0, 1.0)
    return beta, np.array([u]), 0


def _linear_program(rows: Floats, w: Floats, low: float, high: float) -> tuple[Floats, Floats, int]:
    """beta, u and the number of simplex steps: max sum beta - sum_j (high p_j - low q_j), rows^T beta = p - q."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, hstack, identity

    d, unit = rows.shape[1], power_of_two(rows)
    columns, costs = [csc_array(rows.T / unit)], [-np.ones(len(w))]
    if math.isfinite(low):
        columns += [-identity(d, format="csc"), identity(d, format="csc")]
        costs += [np.full(d, high * unit), np.full(d, -low * unit)]
    upper = np.concatenate([w, np.full(sum(map(len, costs)) - len(w), np.inf)])
    limits = {"primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE}
    found = linprog(
        np.concatenate(costs), A_eq=hstack(columns, format="csc"), b_eq=np.zeros(d),
        bounds=np.stack([np.zeros(len(upper)), upper], axis=1), method="highs", options=limits,
    )  # fmt: skip
    if found.x is None:  # nothing is lost but the gap: u = 0 and beta = 0 are feasible
        return np.zeros(len(w)), np.clip(np.zeros(d), low, high), int(found.nit)
    beta = np.clip(found.x[: len(w)], 0.0, w)
    return beta, np.clip(-np.asarray(found.eqlin.marginals, np.float64) / unit, low, high), int(found.nit)


def _on_set(rows: Floats, w: Floats, coupled: Coupled) -> tuple[Floats, Floats, int]:
    """beta, a point of the set, and the number of steps."""
    name, size = coupled
    if name == "ball":
        return _on_ball(rows, w, size)
    beta, u, steps = polytope_program(rows, w, name, size)
    return beta, within(name, moved_into(u, name, size), np.asarray(size)), steps


def _on_ball(rows: Floats, w: Floats, radius: float) -> tuple[Floats, Floats, int]:
    """The smooth problems' pair or, where that leaves a gap, the program of R^d, whose best point may lie inside.

    Inside, where few margins are near 1, the smooth problems bend in few directions and Newton's method loses its way.
    Of all points with the margins of the program's solution the shortest is taken, as columns may depend on each other.
    """

    def certify(u: Floats, beta: Floats) -> tuple[float, float, str]:
        return _certify(rows, w, u, beta, -math.inf, math.inf, ("ball", radius))

    beta, u, steps = smoothed(rows, w, radius, certify)
    value, gap, _ = certify(u, beta)
    if gap <= 10 * CLOSE * value:
        return beta, u, steps
    other, far, more = _linear_program(rows, w, -math.inf, math.inf)
    short = np.asarray(np.linalg.lstsq(rows, rows @ far, rcond=None)[0], np.float64)
    inside = within("ball", short, np.asarray(radius))
    found = [(certify(p, b)[1], b, p) for b in (beta, other) for p in (u, inside)]
    _, beta, u = min(found, key=lambda item: item[0])
    return beta, u, steps + more


def _certify(
    rows: Floats, w: Floats, u: Floats, beta: Floats, low: float, high: float, coupled: Coupled | None = None
) -> tuple[float, float, str]:
    """F(u), a bound on F(u) - inf F with all rounding, and the points for which it holds."""
    problem = MarginSum("hinge", rows, np.ones(len(w)), w)
    margins = rows @ u
    short = np.maximum(1.0 - margins, 0.0)
    value = math.fsum((w * short).tolist())
    # a margin is wrong by margin_error, then 1 - m and w*(1 - m) are rounded, and so is the sum
    error = SLACK * float(np.sum(w * problem.margin_error(u))) + 4 * UNIT * value + UNIT * float(np.sum(w[short > 0]))
    r, spread = problem.combine(beta, 0.0)
    if coupled is not None:
        name, size = coupled
        reached = r + spread if name == "simplex" else np.abs(r) + spread
        most = -float(least(name, -reached, np.asarray(size)))
        most += 2 * gamma(len(r) + 4) * abs(most)
        certificate = f"feasible dual point over the {name}"
    elif math.isfinite(low):
        most = math.fsum(np.maximum(r * low, r * high).tolist())
        most += (SLACK * float(np.sum(spread)) + 4 * UNIT * float(np.sum(np.abs(r)))) * max(abs(low), abs(high))
        certificate = "feasible dual point over the box"
    else:
        radius = max(2.0 * float(np.sum(np.abs(u))), 1.0)
        most = radius * float(np.max(np.abs(r) + spread)) * (1 + 4 * UNIT)
        certificate = f"feasible dual point, for all v with |v|_1 <= {radius:.6g}"
    below = math.fsum(beta.tolist())
    gap = value - (below - most) + error + 4 * UNIT * (value + abs(below) + abs(most))
    if gap >= value + error:  # every hinge loss is nonnegative
        return value, value + error, "F >= 0"
    return value, max(gap, 0.0), certificate
