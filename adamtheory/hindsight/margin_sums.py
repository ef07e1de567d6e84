"""Sums F(u) = sum_i w_i l(a_i . u, y_i) of losses of a margin: values, derivatives, and bounds on their rounding.

    logistic        l(z, y) = log(1 + exp(-y z)),  y = -1 or +1
    least_squares   l(z, y) = (z - y)^2 / 2

The bounds follow Higham 2002 (Accuracy and Stability of Numerical Algorithms, section 3.1): a scalar product of length
n in any order of summation is wrong by at most gamma_n |a|.|b|, gamma_n = n e / (1 - n e), e = 2^-53. They assume IEEE
double precision without underflow, and exp and log1p of NumPy right to 4 units in the last place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

UNIT = 2.0**-53
BLOCK = 64  # rows whose contributions to the gradient are added by BLAS; the blocks are then added exactly
STRIP = 4096  # rows of a temporary copy, so that memory stays bounded and the strip in the cache
SLACK = 1.01  # covers the products of error terms, which the bounds below leave out


def gamma(n: int) -> float:
    """Higham's gamma_n."""
    return n * UNIT / (1 - n * UNIT)


@dataclass(frozen=True)
class MarginSum:
    """F(u) = sum_i w_i l(a_i . u, y_i) with features (n, d), targets (n,), weights (n,), all float64, all w_i > 0."""

    family: str
    features: Floats
    targets: Floats
    weights: Floats

    def losses(self, z: Floats) -> Floats:
        """l(z_i, y_i); logistic as max(-m, 0) + log1p(exp(-|m|)), m = y z, which neither overflows nor cancels."""
        if self.family == "least_squares":
            return 0.5 * (z - self.targets) ** 2
        m = self.targets * z
        return np.maximum(-m, 0.0) + np.log1p(np.exp(-np.abs(m)))

    def value(self, z: Floats) -> float:
        """F at margins z, by NumPy's pairwise summation."""
        return float(np.sum(self.weights * self.losses(z)))

    def exact_value(self, z: Floats) -> float:
        """F at margins z, the rounded terms added exactly by `math.fsum`."""
        return math.fsum((self.weights * self.losses(z)).tolist())

    def sigmoids(self, z: Floats) -> Floats:
        """1 / (1 + exp(y z)), with full relative precision on both tails; the weights -l' / y of the logistic loss."""
        m = self.targets * z
        tail = np.exp(-np.abs(m))
        return np.where(m > 0, tail, 1.0) / (1.0 + tail)

    def slopes(self, z: Floats) -> Floats:
        """w_i dl/dz (z_i, y_i)."""
        if self.family == "least_squares":
            return self.weights * (z - self.targets)
        return -self.weights * self.targets * self.sigmoids(z)

    def curvatures(self, z: Floats) -> Floats:
        """w_i d^2l/dz^2 (z_i, y_i)."""
        if self.family == "least_squares":
            return self.weights
        tail = np.exp(-np.abs(z))
        return self.weights * tail / (1.0 + tail) ** 2

    def hessian(self, z: Floats) -> Floats:
        """A^T diag(curvatures) A, strip by strip."""
        root = np.sqrt(self.curvatures(z))
        total = np.zeros((self.features.shape[1],) * 2)
        for start in range(0, len(root), STRIP):
            scaled = self.features[start : start + STRIP] * root[start : start + STRIP, None]
            total += scaled.T @ scaled
        return total

    def margin_error(self, u: Floats) -> Floats:
        """Bound on |computed - true| of each margin a_i . u."""
        return gamma(self.features.shape[1] + 1) * _absolute_times(self.features, u)

    def value_error(self, z: Floats, error: Floats) -> float:
        """Bound on |exact_value(z) - F(u)| where the margins z are wrong by at most `error`.

        Logistic: |l(z) - l(z')| <= |z - z'| max l', and l' changes by a factor of at most exp(|z - z'|).
        """
        if self.family == "least_squares":
            r = np.abs(z - self.targets)
            total = np.sum(self.weights * (r * error + 0.5 * error**2))
            return SLACK * float(total + 6 * UNIT * np.sum(self.weights * 0.5 * r**2))
        slope = np.minimum(self.sigmoids(z) * np.exp(error), 1.0)
        return SLACK * float(np.sum(self.weights * slope * error) + 24 * UNIT * np.sum(self.weights * self.losses(z)))

    def slope_error(self, z: Floats, error: Floats) -> Floats:
        """Bound on the error of `slopes(z)`; the logistic slope is right up to a factor exp(error + 32 units)."""
        if self.family == "least_squares":
            return SLACK * self.weights * (error + 4 * UNIT * np.abs(z - self.targets))
        return SLACK * np.abs(self.slopes(z)) * np.expm1(error + 32 * UNIT)

    def combine(self, r: Floats, error: Floats | float) -> tuple[Floats, Floats]:
        """A^T r and a bound on its error where the r_i themselves are wrong by at most `error`."""
        whole = len(r) // BLOCK * BLOCK
        d = self.features.shape[1]
        sums = np.matmul(r[:whole].reshape(-1, 1, BLOCK), self.features[:whole].reshape(-1, BLOCK, d))[:, 0, :]
        rest = r[whole:] @ self.features[whole:]
        total = np.array([math.fsum(column) for column in np.vstack([sums, rest]).T.tolist()])
        spread = gamma(BLOCK) * np.abs(r) + error
        bound = np.zeros(d)
        for start in range(0, len(r), STRIP):
            bound += spread[start : start + STRIP] @ np.abs(self.features[start : start + STRIP])
        return total, SLACK * bound + UNIT * np.abs(total)


def _absolute_times(features: Floats, u: Floats) -> Floats:
    """|A| |u|, strip by strip."""
    size = np.abs(u)
    strips = [np.abs(features[start : start + STRIP]) @ size for start in range(0, len(features), STRIP)]
    return SLACK * np.concatenate(strips)
