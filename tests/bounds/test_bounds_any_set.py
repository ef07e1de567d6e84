"""Theorems about any convex set: D read off the run, and the norm in which the run projects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adamtheory import simulate
from adamtheory.bounds.certificates import Monitor
from adamtheory.bounds.theorems import find, says_nearest
from adamtheory.hindsight.regret import regret
from adamtheory.rules import amsgrad
from adamtheory.sets import ball
from adamtheory.simulation.sequences import sequence

from .held import held
from .test_bounds_formulas import Array, check, moments, played

ANY = ("amsgrad_regret_convex_set", "master_theorem_convex_set")


@pytest.fixture(scope="module")
def slopes() -> Array:
    return np.random.default_rng(5).normal(0.2, 1.0, (700, 2)) * np.array([1.0, 3.0])


def test_zinkevich_on_any_set(slopes: Array) -> None:
    """D is read off the run: |x_t - u| <= |x_t - x_1| + |x_1 - u| for t <= T + 1."""
    alpha, x, far = 0.4, np.zeros(2), [0.0]
    for t, g in enumerate(slopes, 1):
        x = np.clip(x - alpha / np.sqrt(t) * g, -1, 1)
        far.append(max(far[-1], float(np.sqrt(x @ x))))
    T = np.arange(1, len(slopes) + 1)
    best = np.sqrt((np.sign(np.cumsum(slopes, axis=0)) ** 2).sum(axis=1))
    G2 = np.maximum.accumulate((slopes**2).sum(axis=1))
    bound = (np.array(far[1:]) + best) ** 2 * np.sqrt(T) / (2 * alpha) + alpha * G2 * (np.sqrt(T) - 0.5)
    found = held("sgd", "inverse_sqrt", slopes, {"lr": alpha})["zinkevich_convex_set"]
    check(found, bound, played(slopes, lambda t, g: alpha / np.sqrt(t) * g))


def sides(iterates: Array, slopes: Array, corner: float) -> Array:
    """The largest |x_{t,i} - u_i| of x_1, ..., x_{T+1} for the best u of every T; corner: the box ends at +-corner."""
    best = -corner * np.sign(np.cumsum(slopes, axis=0))
    return np.array([np.abs(iterates[: T + 1] - u).max() for T, u in enumerate(best, 1)])


def test_adagrad_on_any_set(slopes: Array) -> None:
    alpha, S, x, path = 0.2, np.cumsum(slopes**2, axis=0), np.zeros(2), [np.zeros(2)]
    for g, s in zip(slopes, S, strict=True):
        x = np.clip(x - alpha * g / np.sqrt(s), -1, 1)
        path.append(x)
    norms, D = np.sqrt(S).sum(axis=1), sides(np.array(path), slopes, 1)
    assert 1 <= D[0] < D.max() <= 2
    found = held("adagrad", "constant", slopes, {"lr": alpha, "eps": 0})["adagrad_regret_convex_set"]
    check(found, (D**2 / (2 * alpha) + alpha) * norms, played(slopes, lambda t, g: alpha * g / np.sqrt(S[t - 1])))


def on_disc(y: Array, w: Array, radius: float) -> Array:
    """The nearest point of the disc in the norm w_1 z_1^2 + w_2 z_2^2, by bisection."""
    if y @ y <= radius**2:
        return y
    low, high = 0.0, w.max() * np.sqrt(y @ y) / radius
    for _ in range(200):
        middle = (low + high) / 2
        z = w * y / (w + middle)
        low, high = (middle, high) if z @ z > radius**2 else (low, middle)
    return z


def test_amsgrad_on_a_disc(slopes: Array) -> None:
    alpha, a, b, eps, radius = 0.5, 0.5, 0.9, 0.05, 2.0
    slopes, T = slopes[:300], np.arange(1, 301)
    m, v = moments(slopes, a, b)
    w, x, paid, rows, path = np.sqrt(np.maximum.accumulate(v, axis=0)) + eps, np.array([2.0, 0.0]), 0.0, [], []
    for t, g in enumerate(slopes):
        path.append(x)
        paid += g @ x
        rows.append(paid + radius * np.sqrt((slopes[: t + 1].sum(axis=0) ** 2).sum()))
        x = on_disc(x - alpha / np.sqrt(t + 1) * m[t] / w[t], w[t], radius)
    path.append(x)
    sums = np.cumsum(slopes, axis=0)
    best = -radius * sums / np.sqrt((sums**2).sum(axis=1))[:, None]
    D = np.array([np.abs(np.array(path[: n + 1]) - u).max() for n, u in enumerate(best, 1)])
    distance = D**2 * np.sqrt(T) / (2 * alpha * (1 - a)) * w.sum(axis=1)
    norms = np.sqrt(np.cumsum(slopes**2, axis=0)).sum(axis=1)
    bound = distance + alpha * (1 + a) / ((1 - a) * np.sqrt(1 - b)) * norms
    losses = sequence(slopes)
    monitor = Monitor(amsgrad, ball, losses, "float64", [find(name) for name in ANY])
    trajectory = simulate(
        amsgrad(lr=alpha, beta1=a, beta2=b, eps=eps), losses, 300, feasible=ball(radius=radius),
        watches=monitor.watches, checkpoints=T, start=[2, 0],
    )  # fmt: skip
    found = {c.theorem: c for c in monitor.certificates(trajectory, regret(trajectory))}
    check(found[ANY[0]], bound, np.array(rows))
    costs = np.cumsum((alpha / np.sqrt(T))[:, None] * m**2 / w, axis=0).sum(axis=1)
    check(found[ANY[1]], distance + (1 + a) / (2 * (1 - a)) * costs, np.array(rows))
    # had the run projected without weights, the theorems would not be about it
    plain = monitor.certificates(replace(trajectory, projection="euclidean"), regret(trajectory))
    for certificate in plain:
        (nearest,) = (h for h in certificate.hypotheses if h.name == "nearest")
        assert not nearest.holds and nearest.first == 1 and not certificate.applies


def test_nearest_is_told_by_its_guards() -> None:
    """On the whole line through x_{n+1} and u no projection is the nearest point."""
    for name in ("zinkevich_convex_set", *ANY):
        theorem = find(name)
        _, guards, claim = theorem.assumed["nearest"]
        assert says_nearest(theorem, guards, claim) is not None
        for k in range(len(guards)):
            assert says_nearest(theorem, guards[:k] + guards[k + 1 :], claim) is None
