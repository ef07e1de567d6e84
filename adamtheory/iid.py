"""Adam's mean step on independent gradients: the integral that gives it exactly, and its law for slow averages.

For gradients that are independent and of one law, with stationary moving averages, m and v are sums over the past with
the weights (1 - beta1) beta1^j and q_j = (1 - beta2) beta2^j. From v^{-1/2} = 2/sqrt(pi) int_0^inf exp(-u^2 v) du and
the independence,

    E m/sqrt(v) = 2/sqrt(pi) int_0^inf prod_j phi(u^2 q_j) sum_j (1 - beta1) beta1^j h(u^2 q_j)/phi(u^2 q_j) du,
    phi(s) = E exp(-s g^2),   h(s) = E g exp(-s g^2).

What to use when: `drift` says to which end Adam goes on `reddi_stochastic`, `mean_step` takes any law, `settling_bias`
says where Adam settles on quadratics with exponential targets, `slow_step` is the law for beta2 near 1. Bias correction
changes none of this in the long run. Source: derived for this project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

NEAR, FAR = 1e-6, 1e4  # of u sqrt(E g^2): below, the integrand is E g; above, it is 0
SPACING = 0.01  # of ln u; the integrand is smooth in it, and the trapezoidal rule exact to rounding
SMALL = 1e-5  # of s E g^2, below which h of the exponential law is a series
LONGEST = 1 - 1e-6  # of beta2: the grid has about 23/(1 - beta2) points
NEGLIGIBLE = 1e-14  # of what is left at the end of the grid


@dataclass(frozen=True)
class Law:
    """A law of gradients: its mean and mean square, and E exp(-s g^2) and E g exp(-s g^2) for arrays s > 0."""

    mean: float
    square: float
    transform: Callable[[Array], Array]
    weighted: Callable[[Array], Array]


def coin(C: float, p: float) -> Law:
    """The slope C with probability p, else -1."""
    import numpy as np

    def parts(s: Array) -> tuple[Array, Array]:
        return p * np.exp(-s * C * C), (1 - p) * np.exp(-s)

    def transform(s: Array) -> Array:
        high, low = parts(s)
        return high + low

    def weighted(s: Array) -> Array:
        high, low = parts(s)
        return C * high - low

    return Law(p * C - (1 - p), p * C * C + 1 - p, transform, weighted)


def shifted_exponential(x: float) -> Law:
    """The slope x - z of (x - z)^2/2 with an exponential target z of mean 1."""
    import numpy as np
    from scipy.special import erfc, erfcx

    def transform(s: Array) -> Array:
        # the square is completed: exp(w^2 - s x^2) erfc(w) with w^2 - s x^2 = 1/(4s) - x, where neither overflows
        w = (1 / (2 * s) - x) * np.sqrt(s)
        left = erfc(np.minimum(w, 0)) * np.exp(np.where(w < 0, 1 / (4 * s) - x, 0))
        right = erfcx(np.maximum(w, 0)) * np.exp(-s * x * x)
        found: Array = np.sqrt(np.pi / s) / 2 * np.where(w < 0, left, right)
        return found

    def weighted(s: Array) -> Array:
        series = e - s * third + s * s / 2 * fifth
        found: Array = np.where(s < SMALL / square, series, (transform(s) - np.exp(-s * x * x)) / (2 * s))
        return found

    e = x - 1
    # E (e - y)^n with the central moments 1, 2, 9, 44 of y = z - 1
    square, third = e * e + 1, e**3 + 3 * e - 2
    fifth = e**5 + 10 * e**3 - 20 * e**2 + 45 * e - 44
    return Law(e, square, transform, weighted)


def mean_step(law: Law, beta1: float, beta2: float) -> float:
    """E m/sqrt(v): the mean step of Adam and RMSprop in units of alpha, against the direction of its sign.

    beta1 in [0, 1), beta2 in (0, 1 - 1e-6]. Raises `ParameterError` for others, and for a law of which the integral
    cannot be cut off (gradients that come too near to 0, or too large ones).
    """
    import numpy as np

    if not (0 <= beta1 < 1 and 0 < beta2 <= LONGEST):
        raise ParameterError(f"beta1={beta1} must be in [0, 1) and beta2={beta2} in (0, {LONGEST}]")
    # a whole number of grid points from u^2 q_j to u^2 q_{j+1}, so that sums over j are sums over rows
    lag = -np.log(beta2) / 2
    across = int(np.ceil(lag / SPACING))
    rows = int(np.ceil(np.log(FAR / NEAR) / lag))
    y = np.log(NEAR) + lag / across * np.arange(rows * across).reshape(rows, across)
    u = np.exp(y) / np.sqrt(law.square)
    s = (1 - beta2) * u * u
    transform = law.transform(s)
    with np.errstate(divide="ignore"):
        logs = np.log(transform)
    product = np.exp(np.cumsum(logs, axis=0))  # the lags before the grid have a product of 1 - 1e-12
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(transform > 0, law.weighted(s) / transform, 0.0)
    values = product * _weighted_past(ratio, beta1, law.mean) * u
    if not abs(values[-1]).max() <= NEGLIGIBLE:
        raise ParameterError("the integral does not end: the gradients of this law come too near to 0 for this beta2")
    flat = values.ravel()
    inside = (flat.sum() - (flat[0] + flat[-1]) / 2) * lag / across
    return float(2 / np.sqrt(np.pi) * (inside + law.mean * u[0, 0]))


def _weighted_past(values: Array, decay: float, before: float) -> Array:
    """(1 - decay) sum_j decay^j values[i - j] along the rows, `before` standing above the first: by doubling."""
    import numpy as np

    total, lags = (1 - decay) * values, 1
    while lags < len(values) and decay**lags > 0:
        above = np.full((lags, values.shape[1]), before * (1 - decay**lags))
        total = total + decay**lags * np.concatenate([above, total[:-lags]])
        lags *= 2
    found: Array = total + before * decay**lags
    return found


def drift(C: float, p: float, beta1: float, beta2: float) -> float:
    """How far Adam goes in a round of `reddi_stochastic`, in units of the step size, the box ignored: -E m/sqrt(v).

    Positive: to +1, which is the wrong end where the mean slope p C - (1 - p) is positive.

    >>> f"{drift(101, 0.01, 0.9, 0.99):.6f}"
    '0.059139'
    """
    return -mean_step(coin(C, p), beta1, beta2)


def travel_rounds(step: float, alpha: float) -> float:
    """Rounds from one end of [-1, 1] to the other with alpha_t = alpha/sqrt(t): (1/(alpha |step|))^2."""
    return (1 / (alpha * abs(step))) ** 2


def overlap(beta1: float, beta2: float) -> float:
    """(1 - beta1)(1 - beta2)/(1 - beta1 beta2): the sum of the products of the two averages' weights."""
    return (1 - beta1) * (1 - beta2) / (1 - beta1 * beta2)


def slow_step(mean: float, square: float, covariance: float, beta1: float, beta2: float) -> float:
    """E m/sqrt(v) to first order in 1 - beta2: (E g - overlap Cov(g, g^2)/(2 E g^2))/sqrt(E g^2)."""
    return float((mean - overlap(beta1, beta2) * covariance / (2 * square)) / square**0.5)


def settling_bias(beta1: float, beta2: float) -> float:
    """e: Adam on (x - z)^2/2, z exponential with mean 1, settles at 1 + e, where its mean step is 0; e < 0.

    To first order in 1 - beta2 it is -overlap(beta1, beta2); its average regret is e^2/2 in the long run.
    """
    from scipy.optimize import brentq

    def step(e: float) -> float:
        return mean_step(shifted_exponential(1 + e), beta1, beta2)

    return float(brentq(step, -0.9, 0.5, xtol=1e-13, rtol=1e-12))
