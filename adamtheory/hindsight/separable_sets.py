"""The best fixed point of separable quadratics on a set that couples the coordinates, many lanes at once.

    minimise F(u) = sum_k c1_k u_k + c2_k u_k^2/2,  c2 >= 0, over

    ball      |u|_2 <= size:  u_k = -c1_k/(c2_k + lam), lam >= 0 the root of |u|_2 = size
    simplex   u >= 0, sum u = size:  u_k = max(-c1_k - tau, 0)/c2_k, tau the root of sum u = size
    l1_ball   |u|_1 <= size:  the simplex for the sizes |u_k|, where the free minimiser lies outside

Linear sums have closed forms. Else the point is right to rounding, and the Frank-Wolfe gap

    F(u) - min F <= g . u - min over v in the set of g . v,  g_k = c1_k + c2_k u_k,

which holds by convexity, is computed with bounds on the rounding (Higham 2002, section 3.1) added.
"""

from __future__ import annotations

import numpy as np

from adamtheory.errors import ParameterError
from adamtheory.hindsight.margin_sums import SLACK, UNIT, Floats, gamma

STEPS = 200  # of Newton's method with bisection; it takes about ten


def least(name: str, gradient: Floats, size: Floats) -> Floats:
    """min over v in the set of gradient . v, for gradients (..., d) and sizes (...,)."""
    if name == "ball":
        return np.asarray(-size * np.linalg.norm(gradient, axis=-1))
    if name == "simplex":
        return np.asarray(size * gradient.min(axis=-1))
    return np.asarray(-size * np.abs(gradient).max(axis=-1))


def lowest(name: str, gradient: Floats, size: Floats) -> Floats:
    """A point of the set where gradient . v is least."""
    if name == "ball":
        scale = np.abs(gradient).max(axis=-1, keepdims=True)
        unit = gradient / np.where(scale > 0, scale, 1.0)
        norm = np.linalg.norm(unit, axis=-1, keepdims=True)
        return np.asarray(-size[..., None] * unit / np.where(norm > 0, norm, 1.0))
    best = (gradient if name == "simplex" else -np.abs(gradient)).argmin(axis=-1)[..., None]
    chosen = np.arange(gradient.shape[-1]) == best
    sign = 1.0 if name == "simplex" else -np.sign(gradient)
    return np.where(chosen, sign * size[..., None], 0.0)


def within(name: str, u: Floats, size: Floats) -> Floats:
    """A point that rounding may have left outside of a ball, drawn in by as much; of the simplex, as it is."""
    if name == "simplex":
        return u
    norm = np.linalg.norm(u, 2 if name == "ball" else 1, axis=-1)
    limit = size * (1 - 2 * gamma(u.shape[-1] + 4))
    return np.asarray(u * (limit / np.maximum(norm, limit))[..., None])


def separable_on_set(name: str, c1: Floats, c2: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Minimisers (..., d), minima (...,) and certified gaps (...,), 0 for linear sums; see the module.

    c1, c2:  (..., d);  size: (...,), positive.
    Raises `ParameterError` for c2 < 0 and for numbers that are not finite.
    """
    if not (np.isfinite(c1).all() and np.isfinite(c2).all()):
        raise ParameterError("c1 or c2 is not finite; end the sum before the round in which the losses overflowed")
    if (c2 < 0).any():
        raise ParameterError(f"c2 is {c2.min():g} in some coordinate; give a convex loss, c2 >= 0")
    solve = {"ball": _ball, "simplex": _simplex, "l1_ball": _l1_ball}[name]
    linear = np.asarray((c2 == 0).all(axis=-1))
    with np.errstate(all="ignore"):
        point = np.where(linear[..., None], lowest(name, c1, size), within(name, solve(c1, c2, size), size))
    value = np.sum(point * (c1 + 0.5 * c2 * point), axis=-1)
    return point, value, np.where(linear, 0.0, _gap(name, c1, c2, size, point))


def frank_wolfe(name: str, size: Floats, u: Floats, gradient: Floats, error: Floats) -> Floats:
    """sup of g . (u - v) over v in the set and all g with |g - gradient| <= error, its own rounding included."""
    below = least(name, gradient - error if name == "simplex" else np.abs(gradient) + error, size)
    sums = gamma(u.shape[-1] + 4)
    over = np.sum(gradient * u, axis=-1) + np.sum(np.abs(u) * (error + sums * np.abs(gradient)), axis=-1)
    return np.asarray(SLACK * np.maximum(over - below + sums * np.abs(below), 0.0))


def _gap(name: str, c1: Floats, c2: Floats, size: Floats, u: Floats) -> Floats:
    """The Frank-Wolfe gap, with the rounding of the gradient and of the value on the safe side."""
    bend = np.abs(c2 * u)
    g = c1 + c2 * u
    value = gamma(u.shape[-1] + 4) * np.sum(np.abs(u) * (np.abs(c1) + bend), axis=-1)
    return np.asarray(frank_wolfe(name, size, u, g, 2 * UNIT * (np.abs(g) + bend)) + value)


def _ball(c1: Floats, c2: Floats, size: Floats) -> Floats:
    """Newton's method on 1/|u| from below, and bisection of the logarithm where it creeps, as in a run."""
    r = size[..., None]
    free = np.where(c1 == 0, 0.0, -c1 / c2)
    low = np.maximum((np.abs(c1) / r - c2).max(axis=-1), 1e-300)
    high = np.maximum(np.abs(c1).sum(axis=-1) / size, low)
    lam = low
    for attempt in range(STEPS):
        inverse = 1 / (c2 + lam[..., None])
        part = (c1 * inverse / r) ** 2
        square, slope = part.sum(axis=-1), (part * inverse).sum(axis=-1)
        norm = np.sqrt(square)
        low, high = np.where(norm > 1, lam, low), np.where(norm > 1, high, lam)
        newton = lam + (norm - 1) * square / slope
        low = np.where(newton > low, newton, low)
        creeps = (attempt % 2 == 1) & (high > 16 * low)
        following = np.where(creeps, np.sqrt(low) * np.sqrt(high), low)
        following = np.where((np.abs(norm - 1) <= 4 * UNIT) | ~np.isfinite(following), lam, following)
        if (following == lam).all():
            break
        lam = following
    inside = np.sqrt(((free / r) ** 2).sum(axis=-1, keepdims=True)) <= 1
    return np.where(inside, free, -c1 / (c2 + lam[..., None]))


def _simplex(c1: Floats, c2: Floats, size: Floats) -> Floats:
    """Newton's method from below on a sum that is convex in tau; where c2 = 0 at the pivot, it takes what is left."""
    s = size[..., None]
    pivot = (-c1 - s * c2).argmax(axis=-1)[..., None]  # no u_k is more than size, and this one is the last to get there
    fall, bend = np.take_along_axis(c1, pivot, -1) - c1, np.take_along_axis(c2, pivot, -1)
    tau = -s * bend  # in multiples of -c1 at the pivot, so that nothing large cancels
    for _ in range(c1.shape[-1] + 2):
        active = (fall > tau) & (c2 > 0)
        parts = np.where(active, (fall - tau) / c2, 0.0)
        excess = parts.sum(axis=-1, keepdims=True) - s
        share = np.where(active, 1 / c2, 0.0).sum(axis=-1, keepdims=True)
        following = np.where((excess > 0) & (share > 0), tau + excess / share, tau)
        if (following == tau).all():
            break
        tau = following
    rest = np.where(bend == 0, np.maximum(s - parts.sum(axis=-1, keepdims=True), 0.0), 0.0)
    u = parts + np.where(np.arange(c1.shape[-1]) == pivot, rest, 0.0)
    return np.asarray(u * (s / u.sum(axis=-1, keepdims=True)))


def _l1_ball(c1: Floats, c2: Floats, size: Floats) -> Floats:
    """The free minimiser where it is inside, else the simplex for the sizes."""
    free = np.where(c1 == 0, 0.0, -c1 / c2)
    inside = np.abs(free).sum(axis=-1, keepdims=True) <= size[..., None]
    return np.where(inside, free, -np.sign(c1) * _simplex(-np.abs(c1), c2, size))
