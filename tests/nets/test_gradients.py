"""The compiled gradient of networks against differences of the loss, computed by a second hand in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory.engine.cpu import load
from adamtheory.nets.heads import SoftmaxLoss
from adamtheory.nets.kernels import network_text, scratch
from adamtheory.nets.layers import Activation, Dense, Layer
from adamtheory.nets.network import Network, mlp

NO_ENTRIES, NO_INDICES = np.empty(0, np.int64), np.empty(0, np.int32)
FUNCTIONS = {
    "relu": lambda s: np.maximum(s, 0),
    "tanh": np.tanh,
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)),
    "softplus": lambda s: np.log1p(np.exp(s)),
}


def every_activation() -> Network:
    """Dense layers with each activation in turn, so that one kernel is compiled for all; both orders of weights."""
    layers: list[Layer] = [Dense(7, 5)]
    for name in FUNCTIONS:
        layers += [Activation(5, 5, name), Dense(5, 5, order="F" if name in ("relu", "sigmoid") else "C")]
    return Network("every activation", (*layers[:-1], Dense(5, 3)), SoftmaxLoss(3))


NETWORKS = {"softmax": mlp(7, 3, hidden=()), "deep": every_activation()}


def loss_by_numpy(net: Network, theta: Any, x: Any, y: Any) -> float:
    """Mean cross entropy, from the definition."""
    a = x
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Activation):
            a = FUNCTIONS[layer.function](a)
        else:
            a = a @ net.array(f"w{i}", theta).T + net.array(f"c{i}", theta)
    log_sum = np.log(np.exp(a).sum(axis=1))
    return float(np.mean(log_sum - a[np.arange(len(y)), y]))


def compiled(net: Network, theta: Any, x: Any, y: Any, rows: Any, seed: int = 0, round_: int = 1) -> tuple[float, Any]:
    kernel = load(network_text(net, theta.dtype.name, x.dtype.name))
    grad, memory = np.empty_like(theta), scratch(net, theta.dtype.name, len(rows))
    loss = kernel.gradient(theta, grad, x, NO_ENTRIES, NO_INDICES, y, rows, 0, len(rows), round_, seed, *memory)
    return loss, grad


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_differences(name: str) -> None:
    net, rng = NETWORKS[name], np.random.default_rng(1)
    x, y, rows = rng.standard_normal((9, 7)), rng.integers(0, 3, 9), np.array([8, 0, 3, 3, 5])
    theta = rng.standard_normal(net.size) / 2
    loss, grad = compiled(net, theta, x, y, rows)
    assert loss == pytest.approx(loss_by_numpy(net, theta, x[rows], y[rows]), rel=1e-13)
    step = 1e-6
    for i in range(net.size):
        up, down = theta.copy(), theta.copy()
        up[i] += step
        down[i] -= step
        slope = loss_by_numpy(net, up, x[rows], y[rows]) - loss_by_numpy(net, down, x[rows], y[rows])
        assert grad[i] == pytest.approx(slope / (2 * step), abs=2e-9)
