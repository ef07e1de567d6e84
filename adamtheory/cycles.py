"""Closed forms for the periodic sequence on which Adam fails: limit cycle, drift, regret constants, time scales.

The sequence is `reddi`: slope C once in N rounds, else -1, on [-1, 1]; its best point is -1 for every T where
C > N - 1. Every method moves like m_t/sqrt(V_t) with the moments on their limit cycle,

    m*_k = -1 + (C + 1) p_k,   v*_k = 1 + (C^2 - 1) q_k,   p_k = beta1^k/[N]_beta1,   q_k = beta2^k/[N]_beta2,

k = 0, ..., N - 1 the rounds since the spike. What to use when: `drift` says to which end a method goes, `regret_law`
with which constants its regret grows, `travel_rounds` how long it takes to see it. C, beta1, beta2 may be arrays.
Source: derived for this project; `adamtheory prove cycle_drift`, and `thresholds` for exact thresholds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adamtheory.errors import UnknownNameError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# What divides the step in the limit, by method: Adam's v on its cycle; else a constant.
METHODS = ("adam", "amsgrad", "amsgrad_corrected", "adagrad", "sgd")


def shares(beta: Any, N: int) -> Array:
    """beta^k/(1 + beta + ... + beta^{N-1}) for k = 0, ..., N-1: an array (..., N); 1 at k = 0 for beta = 0."""
    import numpy as np

    powers = np.asarray(beta, np.float64)[..., None] ** np.arange(N)
    found: Array = powers / powers.sum(axis=-1, keepdims=True)
    return found


def moments(C: Any, N: int, beta1: Any, beta2: Any) -> tuple[Array, Array]:
    """The limit cycle (m*, v*) of the two moving averages, arrays (..., N)."""
    import numpy as np

    C = np.asarray(C, np.float64)[..., None]
    return -1 + (C + 1) * shares(beta1, N), 1 + (C * C - 1) * shares(beta2, N)


def denominators(C: Any, N: int, beta1: Any, beta2: Any, method: str = "adam") -> Array:
    """V_k, the square of what divides the step, on the limit cycle, (..., N) or (..., 1).

    Adam and RMSprop: v*_k. AMSGrad: its largest, v*_0; with corrected v: C^2, attained at t = 1. AdaGrad and AdamNC:
    the mean square (C^2 + N - 1)/N. SGD: 1. Raises `UnknownNameError` for another method.
    """
    import numpy as np

    C = np.asarray(C, np.float64)
    v = moments(C, N, beta1, beta2)[1]
    found: dict[str, Array] = {
        "adam": v, "amsgrad": v[..., :1], "amsgrad_corrected": (C * C)[..., None],
        "adagrad": ((C * C + N - 1) / N)[..., None], "sgd": np.ones((*C.shape, 1)),
    }  # fmt: skip
    if method not in found:
        raise UnknownNameError("method", method, METHODS)
    return found[method]


def drift(C: Any, N: int, beta1: Any = 0.0, beta2: Any = 0.0, method: str = "adam") -> Array:
    """How far x goes in a period, in units of the step size, the box ignored: -sum_k m*_k/sqrt(V_k).

    Positive: to +1, the wrong end. Adam: `cycle_drift` of the theorems.
    """
    m, _ = moments(C, N, beta1, beta2)
    result: Array = -(m / denominators(C, N, beta1, beta2, method) ** 0.5).sum(axis=-1)
    return result


def regret_law(
    C: float, N: int, beta1: float = 0.0, beta2: float = 0.0, method: str = "adam", periods: int = 200
) -> tuple[float, float]:
    """(slope, root): R_T = slope T + root alpha sqrt(T) + O(1) at whole periods, for alpha_t = alpha/sqrt(t).

    Y_k, the distance to the wall before the step of phase k in units of alpha_t, is the periodic solution of
    Y_{k+1} = max(0, Y_k -+ m*_k/sqrt(V_k)), minus where the drift leads to -1. Then root is 2/N sum_k g_k Y_k in
    modulus, and the slope is 2(C - N + 1)/N where the drift leads to +1, else 0.
    periods  how often the recursion is run through before it is read off
    """
    import numpy as np

    m, _ = moments(C, N, beta1, beta2)
    V = np.broadcast_to(denominators(C, N, beta1, beta2, method), m.shape)
    steps = (m / np.sqrt(V)).tolist()
    wrong = float(drift(C, N, beta1, beta2, method)) > 0
    sign = 1.0 if wrong else -1.0
    position, total = 0.0, 0.0
    for period in range(periods):
        total = 0.0
        for k in range(N):
            total += (C if k == 0 else -1.0) * position
            position = max(0.0, position + sign * steps[k])
        del period
    root = 2 / N * total
    return (2 * (C - N + 1) / N, -root) if wrong else (0.0, root)


def travel_rounds(C: float, N: int, beta1: float, beta2: float, alpha: float, method: str = "adam") -> float:
    """Rounds from one end of [-1, 1] to the other with alpha_t = alpha/sqrt(t): (N/(alpha |drift|))^2.

    Before that the constants of `regret_law` are not to be seen.
    """
    return float((N / (alpha * abs(float(drift(C, N, beta1, beta2, method))))) ** 2)


def steady_rate(C: Any, N: int, beta1: Any, beta2: Any, horizon: int, method: str = "adam") -> Array:
    """alpha for which the steps of one period, taken in modulus, add up to 1 at the round `horizon`.

    It is sqrt(horizon)/sum_k |m*_k|/sqrt(V_k) with alpha_t = alpha/sqrt(t). With half of it or less x ends near the end
    of [-1, 1] to which it drifts, and does not swing through the box.
    """
    m, _ = moments(C, N, beta1, beta2)
    result: Array = horizon**0.5 / (abs(m) / denominators(C, N, beta1, beta2, method) ** 0.5).sum(axis=-1)
    return result
