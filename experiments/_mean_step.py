"""Adam's mean step on independent slopes, measured: what the integral of `iid` predicts."""

from __future__ import annotations

from typing import Any

from adamtheory import simulate
from adamtheory.hindsight.fit import interval
from adamtheory.losses import reddi_stochastic
from adamtheory.schedules import constant
from adamtheory.sets import everything

SETTLED = 10  # the first tenth of a run is left out: its averages are not yet stationary


def mean_step(
    rule: Any, C: float, p: float, beta1: float, beta2: float, horizon: int, seeds: int
) -> tuple[float, float]:
    """Mean step of a rule on `reddi_stochastic` without a box, in units of a constant alpha, and the 95 % half width.

    The same draws give the mean step of SGD with the rate 1/sqrt(E g^2), whose expectation is known; its error is
    taken off, for most of the rule's is the same (a control variate).
    rule    Adam or one like it, with beta1, beta2 and eps
    seeds   replicates, at least 2
    """
    import numpy as np

    ends = np.array([horizon // SETTLED, horizon])
    played = simulate(
        rule(lr=1, beta1=beta1, beta2=beta2, eps=0), reddi_stochastic(C=C, p=p, scale=1), horizon, schedule=constant,
        feasible=everything, start=0, stream=np.arange(seeds), checkpoints=ends,
    )  # fmt: skip
    own = np.diff(played.iterates[..., 0], axis=-1)[:, 0]
    drawn = np.diff(played.sums["c1"].reshape(seeds, 2), axis=-1)[:, 0]
    rounds, square = ends[1] - ends[0], p * C * C + 1 - p
    mean, error = interval((own + (drawn - rounds * (p * C - (1 - p))) / square**0.5) / rounds, [0])
    return float(mean), float(error)
