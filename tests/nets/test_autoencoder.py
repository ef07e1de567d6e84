"""The variational auto-encoder: its noise, its bound, and its gradient against differences by a second hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from adamtheory.engine import philox
from adamtheory.engine.cpu import load
from adamtheory.errors import ParameterError
from adamtheory.nets.autoencoder import NORMALS, GaussianSample, vae
from adamtheory.nets.kernels import network_text, scratch
from adamtheory.nets.network import Network
from adamtheory.nets.training import Training
from adamtheory.rules import adam

NONE = np.empty(0, np.int64), np.empty(0, np.int32)
NET, LATENT = vae(6, hidden=4, latent=3), 3
ROUND, SEED, LAYER = 7, 5, 3
assert isinstance(NET.layers[LAYER], GaussianSample)


def as_python() -> Any:
    """The function that draws, run as it stands."""
    names: dict[str, Any] = dict(vars(philox), F=np.float64, np=np, math=math)
    exec(NORMALS, names)
    return names["normals"]


def noise(round_: int, seed: int, row: int, count: int = LATENT) -> Any:
    out = np.full(count, np.nan)
    as_python()(round_, np.uint64(seed), LAYER, row, out)
    return out


def test_the_noise_is_normal_and_never_the_same() -> None:
    drawn = noise(1, 2, 3, 4001)
    assert stats.kstest(drawn, "norm").pvalue > 0.05
    assert abs(np.corrcoef(drawn[:-1:2], drawn[1::2])[0, 1]) < 0.05
    firsts = [noise(t, s, r)[0] for t in (0, 1, 2) for s in (0, 1, 2) for r in (0, 1, 2)]
    assert len(set(firsts)) == 27
    assert (noise(1, 2, 3, 4000) == drawn[:4000]).all()


def loss_by_numpy(theta: Any, x: Any, draws: Any) -> float:
    """The mean of KL(q || p) - log p(x|z), from the definitions, for given draws (rows, latent)."""
    w = [NET.array(f"w{i}", theta) for i in (0, 2, 4, 6)]
    c = [NET.array(f"c{i}", theta) for i in (0, 2, 4, 6)]
    total = 0.0
    for row, e in zip(x, draws, strict=True):
        both = w[1] @ np.log1p(np.exp(w[0] @ row + c[0])) + c[1]
        mean, deviation = both[:LATENT], np.sqrt(np.exp(both[LATENT:]))
        p = 1 / (1 + np.exp(-(w[3] @ np.log1p(np.exp(w[2] @ (mean + deviation * e) + c[2])) + c[3])))
        total -= np.sum(row * np.log(p) + (1 - row) * np.log(1 - p))
        total += np.sum((mean**2 + deviation**2 - 1) / 2 - np.log(deviation))
    return float(total / len(x))


def test_the_divergence_is_its_integral() -> None:
    mean, deviation = 0.7, 0.4
    q, p = stats.norm(mean, deviation), stats.norm()
    integral, _ = quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), -3, 4, epsabs=1e-12)
    assert (mean**2 + deviation**2 - 1) / 2 - math.log(deviation) == pytest.approx(integral, abs=1e-9)


def examples(count: int = 48) -> Any:
    """Numbers in [0, 1] of two kinds of rows."""
    rng = np.random.default_rng(4)
    kind = rng.integers(0, 2, (count, 1))
    return np.clip(np.where(np.arange(6) < 3, kind, 1 - kind) + rng.normal(0, 0.1, (count, 6)), 0, 1)


def test_bound_and_gradient() -> None:
    x, rows, step = examples(), np.array([8, 0, 3, 3]), 1e-6
    kernel, theta = load(network_text(NET, "float64", "float64")), NET.initial(1, "float64")
    grad, memory, result = np.full_like(theta, np.nan), scratch(NET, "float64", 4), np.zeros(2)
    labels = np.zeros(48, np.int64)
    loss = kernel.gradient(theta, grad, x, *NONE, labels, rows, 0, len(rows), ROUND, SEED, *memory)
    draws = [noise(ROUND, SEED, r) for r in range(4)]
    assert loss == pytest.approx(loss_by_numpy(theta, x[rows], draws), rel=1e-13)
    for i in range(NET.size):
        ends = [loss_by_numpy(theta + move * (np.arange(NET.size) == i), x[rows], draws) for move in (step, -step)]
        assert grad[i] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=2e-9)
    kernel.evaluate(theta, x, *NONE, labels, rows, *memory, result)
    draws = [noise(0, 0, int(r)) for r in rows]  # of the rows' numbers: equal rows, equal draws
    assert result[0] / 4 == pytest.approx(loss_by_numpy(theta, x[rows], draws), rel=1e-13)
    assert np.isnan(result[1])


def test_it_learns_and_a_lane_is_what_it_is_alone() -> None:
    x = examples()
    many = Training(NET, (x, None), adam(lr=[1e-3, 2e-2]), batch=16, seed=[[3], [4]], dtype="float64", workers=2)
    alone = Training(NET, (x, ["no", "matter"]), adam(lr=2e-2), batch=16, seed=4, dtype="float64")
    before, _ = alone.evaluate((x, None))
    for _ in range(100):
        assert (many.epoch()[3] == alone.epoch()[0]).all()
    after, right = alone.evaluate((x, None))
    assert (alone.theta[0] == many.theta[3]).all() and np.isnan(right).all()
    # Without a latent number no loss lies below the sum of the entropies of the columns' means.
    means = x.mean(axis=0)
    assert after[0] < -np.sum(means * np.log(means) + (1 - means) * np.log(1 - means)) < before[0]


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(ParameterError, match=r"takes numbers in \[0, 1\]"):
        Training(NET, (examples() * 2, None), adam)
    with pytest.raises(ParameterError, match="at least one unit"):
        vae(6, latent=0)
    with pytest.raises(ParameterError, match="3 normal numbers need 6 inputs, not 4"):
        Network("wrong", (GaussianSample(4, 3),), NET.head)
