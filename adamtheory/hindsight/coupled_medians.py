"""The best fixed point of absolute errors on a set that couples the coordinates, sum_k f_k(u_k) least over the set.

f_k(u) = sum_t w_t |u - z_tk| is convex with slopes that are whole numbers, and one multiplier settles all coordinates:

    ball      0 in f_k'(u_k) + lam u_k, lam >= 0 such that |u|_2 = radius, by bisection
    simplex   u_k >= 0 with f_k' = -tau or, at 0, f_k' >= -tau; the whole number tau by bisection, and what the
              coordinates whose slope is tau may still take is given out in their order
    l1_ball   the simplex for the sizes, where the medians nearest to 0 lie outside

The certificate is the Frank-Wolfe gap of subgradients s, F(v) >= F(u) + <s, v - u>, which are known without rounding.
Source: Lagrange multipliers of separable problems, e.g. Patriksson 2008, section 2.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from adamtheory.hindsight.margin_sums import SLACK, Floats
from adamtheory.hindsight.separable_sets import frank_wolfe, within

Vector = npt.NDArray[Any]


class Targets(NamedTuple):
    """f(u) = sum_i w_i |u - z_i|: z (m,) ascending, and the sums (m,) of the weights up to each."""

    z: Floats
    sums: Vector

    @property
    def total(self) -> int:
        return int(self.sums[-1])

    def slopes(self, u: float) -> tuple[int, int]:
        """The least and the greatest subgradient at u."""
        places = int(np.searchsorted(self.z, u)), int(np.searchsorted(self.z, u, "right"))
        below, through = (int(self.sums[j - 1]) if j else 0 for j in places)
        return 2 * below - self.total, 2 * through - self.total

    def level(self, slope: int) -> tuple[float, float]:
        """The interval in which `slope` is a subgradient, -total <= slope <= total; its ends may be infinite."""
        half = slope + self.total  # 2*sums reaches it at the lower end, exceeds it at the upper one
        low, high = int(np.searchsorted(self.sums, -(-half // 2))), int(np.searchsorted(self.sums, half // 2, "right"))
        least = -math.inf if half <= 0 else float(self.z[low])
        return least, math.inf if high == len(self.z) else float(self.z[high])

    def shrunk(self, lam: float) -> float:
        """Where f(u) + lam u^2/2 is least, lam > 0."""
        z, sums, total = self.z, self.sums, self.total
        j = bisect_left(range(len(z)), True, key=lambda i: bool(2 * int(sums[i]) - total + lam * z[i] >= 0))
        slope = 2 * int(sums[j - 1]) - total if j else -total  # to the left of z_j
        return float(z[j]) if j < len(z) and slope + lam * z[j] <= 0 else -slope / lam

    def mirrored(self) -> Targets:
        """Those of f(-u)."""
        return Targets(-self.z[::-1], self.total - np.concatenate([[0], self.sums[:-1]])[::-1])


def sorted_targets(z: Floats, counts: Vector | None = None) -> Targets:
    """The targets in their order; counts (m,) of visits, 1 each if None, not all 0."""
    if counts is None:
        return Targets(np.sort(z), np.arange(1, len(z) + 1))
    order = np.argsort(z, kind="stable")
    order = order[counts[order] > 0]
    return Targets(z[order], np.cumsum(counts[order]))


def best_on_set(targets: Sequence[Targets], name: str, size: float) -> tuple[Floats, float]:
    """The best point (d,) of the set, and a bound on F(u) - min F, in exact sums over the targets.

    targets  of each coordinate, of the same total, as each meets every round
    """
    near = np.array([min(max(0.0, low), high) for low, high in (f.level(0) for f in targets)])
    if name == "simplex":
        u, s = _simplex(targets, size)
    elif float(np.linalg.norm(near, 2 if name == "ball" else 1)) <= size:
        u, s = near, np.zeros(len(near))
    elif name == "ball":
        u, s = _ball(targets, size)
    else:
        side = np.where(near < 0, -1.0, 1.0)
        u, s = _simplex([f if sign > 0 else f.mirrored() for f, sign in zip(targets, side, strict=True)], size)
        u, s = side * u, side * s
    slopes = [f.slopes(v) for f, v in zip(targets, u.tolist(), strict=True)]
    s = np.clip(s, [low for low, _ in slopes], [high for _, high in slopes])
    limit = np.asarray(size)
    point = within(name, u, limit)  # no slope exceeds the total, so that F is nearly the same there
    moved = SLACK * targets[0].total * float(np.sum(np.abs(point - u)))
    return point, float(frank_wolfe(name, limit, u, s, np.zeros(len(u)))) + moved


def _ball(targets: Sequence[Targets], radius: float) -> tuple[Floats, Floats]:
    """u on the sphere and subgradients -lam u; |u| falls from that of the nearest medians as lam grows."""
    low = 0.0
    high = 2 * math.sqrt(len(targets)) * targets[0].total / radius  # no slope exceeds the total, so |u| <= radius/2
    while low < (middle := (low + high) / 2) < high:
        u = np.array([f.shrunk(middle) for f in targets])
        low, high = (middle, high) if np.linalg.norm(u) > radius else (low, middle)
    u = np.array([f.shrunk(high) for f in targets])
    return u, -high * u


def _simplex(targets: Sequence[Targets], size: float) -> tuple[Floats, Floats]:
    """u >= 0 of sum `size` and subgradients: -tau, or what is nearest to it at u_k = 0."""

    def ends(tau: int) -> tuple[Floats, Floats]:
        found = np.array([f.level(-tau) for f in targets])
        return np.maximum(found[:, 0], 0.0), np.maximum(found[:, 1], 0.0)

    low, high = (
        -targets[0].total,
        targets[0].total,
    )  # the upper ends at `low` add up to infinity, the lower ones at `high` to 0
    while low < high:  # the greatest tau whose upper ends reach the size
        middle = -((-low - high) // 2)
        low, high = (middle, high) if float(ends(middle)[1].sum()) >= size else (low, middle - 1)
    least, upper = ends(low)
    room = np.minimum(upper - least, size)
    given = np.minimum(np.cumsum(room), max(size - float(least.sum()), 0.0))
    return np.minimum(least + np.diff(given, prepend=0.0), upper), np.full(len(least), -float(low))
