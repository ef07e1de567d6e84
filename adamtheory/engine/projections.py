"""Projections that couple the coordinates: argmin over z in the set of sum_k w_k (z_k - y_k)^2, in place, for w >= 0.

`capped` is the one that measures by sum_k w_k |z_k - y_k|, on the ball.

A point of the set stays as it is, bit for bit. A coordinate of weight 0 is free: on the ball it becomes 0 (the limit of
the formula), on the others it takes what the weighted ones leave. Weights are told apart over 300 decades. Where a
number is not finite, or a weight negative, no point is nearest and every coordinate becomes NaN, which a run reports.

The functions are plain Python on float64 arrays: called as they stand they are the oracle, and `emit` copies their text
into every kernel that projects (a compiled function of another file would go stale in numba's cache).
Source: the secular equation of the ball as in More & Sorensen 1983, section 3 (Newton on 1/|z|); the threshold of the
simplex as in Michelot 1986, here with weights and from above.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np


def unusable(y, w):
    """Whether there is no nearest point; then y is filled with NaN."""
    found = 0.0
    for k in range(len(y)):
        found += 0.0 * y[k] + 0.0 * w[k]  # NaN if either is infinite or NaN
        if w[k] < 0.0:
            found = np.nan
    if found == 0.0:
        return False
    for k in range(len(y)):
        y[k] = np.nan
    return True


def ball(y, w, radius):
    """|z|_2 <= radius: z_k = w_k y_k/(w_k + lam), lam >= 0 the root of |z|_2 = radius. Overwrites w."""
    size, square = len(y), 0.0
    for k in range(size):
        square += (y[k] / radius) * (y[k] / radius)
    if square <= 1.0 + 1.2e-16 * (size + 3) or unusable(y, w):
        return  # the rounding of the sum is less, so that no point of the ball is moved
    heaviest, lightest, square = 0.0, np.inf, 0.0
    for k in range(size):
        if w[k] == 0.0:
            y[k] = 0.0
        elif w[k] < lightest:
            lightest = w[k]
        if w[k] > heaviest:
            heaviest = w[k]
        square += (y[k] / radius) * (y[k] / radius)
    if square > 1.0:
        for k in range(size):
            w[k] = w[k] / heaviest
            y[k] = y[k] / radius
        unit_ball(y, w, lightest / heaviest)
        for k in range(size):
            y[k] = radius * y[k]


def unit_ball(y, w, lightest):
    """The projection on the unit ball of a point outside; the weights end at 1 and, but for zeros, begin at `lightest`.

    With p = w*y the root lies between max |p_k| - 1 and the sum of |p_k|, and above w_k (|y_k| - 1), where no square
    overflows, and lightest (|y|_2 - 1).
    """
    low, high, reach, square = 1e-300, 0.0, 0.0, 0.0
    for k in range(len(y)):
        part = w[k] * abs(y[k])
        high += part
        if part > reach:
            reach = part
        if w[k] * (abs(y[k]) - 1.0) > low:
            low = w[k] * (abs(y[k]) - 1.0)
        square += y[k] * y[k]
    if lightest == 1.0 or reach > 1e17:  # z is p up to a factor: the weights are equal, or nothing beside the root
        square = 0.0
        for k in range(len(y)):
            y[k] = w[k] * y[k] / reach
            square += y[k] * y[k]
        for k in range(len(y)):
            y[k] = y[k] / math.sqrt(square)
        return
    if square < 1e300 and lightest * (math.sqrt(square) - 1.0) > low:
        low = lightest * (math.sqrt(square) - 1.0)
    root = secular(y, w, low, high)
    for k in range(len(y)):
        y[k] = y[k] * (w[k] / (w[k] + root))


def secular(y, w, low, high):
    """The root lam of |z|_2 = 1, z_k = w_k y_k/(w_k + lam), in [low, high].

    By Newton's method, which never goes beyond it since 1/|z| is concave in lam, and bisection where that creeps.
    """
    lam = low
    for attempt in range(200):
        square, slope = 0.0, 0.0
        for k in range(len(y)):
            z = y[k] * (w[k] / (w[k] + lam))
            square += z * z
            slope += z * z / (w[k] + lam)
        norm = math.sqrt(square)
        if abs(norm - 1.0) <= 1e-15:
            return lam
        if norm > 1.0:
            low = lam
        else:
            high = lam
        newton = lam + (norm - 1.0) * square / slope
        if newton > low:
            low = newton
        following = low
        if attempt % 2 == 1 and high > 16.0 * low:
            following = math.sqrt(low) * math.sqrt(high)
        if following == lam:
            return lam
        lam = following
    return lam


def simplex(y, w, scale):
    """z_k >= 0, sum z_k = scale: z_k = max(y_k - tau/w_k, 0). Overwrites w."""
    total, least = 0.0, 0.0
    for k in range(len(y)):
        total += y[k]
        if y[k] < least:
            least = y[k]
    if (least == 0.0 and abs(total - scale) <= 1.2e-16 * (len(y) + 1) * scale) or unusable(y, w):
        return
    inverse(y, w, scale)
    water(y, w, scale)


def l1_ball(y, w, radius):
    """|z|_1 <= radius: outside the sizes are projected on the simplex and the signs stay. Overwrites w."""
    total = 0.0
    for k in range(len(y)):
        total += abs(y[k])
    if total <= (1.0 + 1.2e-16 * (len(y) + 1)) * radius or unusable(y, w):
        return
    for k in range(len(y)):
        w[k] = math.copysign(w[k], y[k])  # the signs stand there meanwhile
        y[k] = abs(y[k])
    inverse(y, w, radius)
    water(y, w, radius)


def inverse(y, w, scale):
    """Replace w by 1/w, up to a factor, with the signs of w; settle what weights of 0 are free to take.

    Where the weighted coordinates' max(y_k, 0) leave room, they keep it, which an inverse of 0 says, and those of
    weight 0 share the room; else these become 0.
    """
    heaviest, kept, free = 0.0, 0.0, False
    for k in range(len(y)):
        if w[k] == 0.0:
            free = True
        elif y[k] > 0.0:
            kept += y[k]
        if abs(w[k]) > heaviest:
            heaviest = abs(w[k])
    for k in range(len(y)):
        share = 0.0
        if not free or (w[k] != 0.0 and kept > scale):
            share = heaviest / abs(w[k])
            if share > 1e300:
                share = 1e300
            share *= 2.0**-498  # exact; 1e-150 to 1e150, so that tau, in units of the largest y, has an exponent
        elif w[k] == 0.0 and kept <= scale:
            share = 1.0
        elif w[k] == 0.0:
            y[k] = 0.0
        w[k] = math.copysign(share, w[k])


def water(y, w, scale):
    """z_k = max(y_k - tau |w_k|, 0) with the sign of w_k, tau such that the sizes add up to `scale`.

    The sum is convex in tau: from below, where the first z_k is not more than `scale`, Newton's method reaches the root
    in finitely many steps. Then y is moved there and the rest sought again, until no rounding of a large y is left, 15
    digits each time. What does not add up then, as y and `scale` are too far apart for float64, is no point but NaN.
    """
    largest, total = scale, 0.0
    for k in range(len(y)):
        if abs(y[k]) > largest:
            largest = abs(y[k])
    unit = math.ldexp(1.0, max(math.frexp(largest)[1] - 2, -1000))  # a power of two: the digits stay as they are
    scale = scale / unit
    for k in range(len(y)):
        y[k] = y[k] / unit
    for _ in range(48):
        tau = -np.inf
        for k in range(len(y)):
            if w[k] != 0.0 and (y[k] - scale) / abs(w[k]) > tau:
                tau = (y[k] - scale) / abs(w[k])
        for _ in range(len(y) + 2):
            excess, share = -scale, 0.0
            for k in range(len(y)):
                z = y[k] - tau * abs(w[k])
                if z > 0.0:
                    excess += z
                    share += abs(w[k])
            if not excess > 0.0 or share == 0.0 or tau + excess / share == tau:
                break
            tau += excess / share
        total = 0.0
        for k in range(len(y)):
            y[k] = y[k] - tau * abs(w[k])
            if y[k] > 0.0:
                total += y[k]
        if abs(total - scale) <= 1e-15 * scale:
            break
    short = np.nan if abs(total - scale) > 1e-9 * scale or scale < 2.2e-308 else 0.0
    for k in range(len(y)):
        y[k] = short + (math.copysign(unit * y[k], w[k]) if y[k] > 0.0 else 0.0)


def capped(y, w, radius):
    """The point of |z|_2 <= radius that is nearest in sum_k w_k |z_k - y_k|: |z_k| = min(|y_k|, cap w_k).

    In the square of the cap |z|^2 is concave and piecewise linear: from 0 Newton's method reaches the root, where |z|
    is the radius, in finitely many steps and from below. A coordinate of weight 0 becomes 0. Overwrites w.
    """
    size, square, heaviest, cap = len(y), 0.0, 0.0, 0.0
    for k in range(size):
        square += (y[k] / radius) * (y[k] / radius)
        if w[k] > heaviest:
            heaviest = w[k]
    if square <= 1.0 + 1.2e-16 * (size + 3) or unusable(y, w):
        return
    for k in range(size):
        w[k] = w[k] / heaviest if heaviest > 0.0 else 1.0
        y[k] = y[k] / radius
    for _ in range(size + 2):
        left, share = 1.0, 0.0
        for k in range(size):
            if abs(y[k]) > cap * w[k]:
                share += w[k] * w[k]
            else:
                left -= y[k] * y[k]
        if share == 0.0 or not left > cap * cap * share:
            break
        cap = math.sqrt(left / share)
    for k in range(size):
        if abs(y[k]) > cap * w[k]:
            y[k] = math.copysign(cap * w[k], y[k])
        y[k] = radius * y[k]


# what `feasible_set(vector=...)` may name
VECTORS: Mapping[str, Callable[[Any, Any, float], None]] = MappingProxyType({
    "ball": ball, "simplex": simplex, "l1_ball": l1_ball,
})  # fmt: skip
# the functions whose text a kernel needs, callees first
TEXTS: Mapping[str, tuple[Callable[..., Any], ...]] = MappingProxyType(
    {
        "ball": (unusable, secular, unit_ball, ball),
        "simplex": (unusable, inverse, water, simplex),
        "l1_ball": (unusable, inverse, water, l1_ball),
        "capped": (unusable, capped),
    }
)
