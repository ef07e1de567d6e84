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
from adamtheory.nets.normalization import LayerNormalization

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


NETWORKS = {
    "softmax": mlp(7, 3, hidden=()),
    "deep": every_activation(),
    "normalized": mlp(7, 3, hidden=(6, 4), activation="softplus", normalization="layer"),
}


def loss_by_numpy(net: Network, theta: Any, x: Any, y: Any) -> float:
    """Mean cross entropy, from the definition."""
    a = x
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Activation):
            a = FUNCTIONS[layer.function](a)
        elif isinstance(layer, LayerNormalization):
            normal = (a - a.mean(axis=1, keepdims=True)) / np.sqrt(a.var(axis=1, keepdims=True) + 1e-5)
            a = net.array(f"w{i}", theta) * normal + net.array(f"c{i}", theta)
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


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_length_of_normalized_weights_does_not_matter(dtype: str) -> None:
    """k times the weights and biases before a normalization: the same loss, and 1/k times their gradient."""
    net, rng = NETWORKS["normalized"], np.random.default_rng(2)
    x, y, rows = rng.standard_normal((9, 7)), rng.integers(0, 3, 9), np.arange(9)
    theta = np.where(net.initial(3, dtype) == 0, 0.1, 50 * net.initial(3, dtype)).astype(dtype)
    loss, grad = compiled(net, theta, x, y, rows)
    longer = theta.copy()
    for name in ("w0", "c0"):
        net.array(name, longer)[...] *= 64
    loss_of_longer, grad_of_longer = compiled(net, longer, x, y, rows)
    accuracy = 1e-5  # the share of eps in a variance of some hundreds is 1e-8, its change less
    assert loss_of_longer == pytest.approx(loss, rel=accuracy)
    for name in ("w0", "c0"):
        a, b = net.array(name, grad), net.array(name, grad_of_longer)
        assert np.abs(a).max() > 1e-4
        assert 64 * b == pytest.approx(a, rel=1e-3, abs=1e-3 * float(np.abs(a).max()))
    along = sum(np.vdot(net.array(name, theta), net.array(name, grad)) for name in ("w0", "c0"))
    assert abs(along) < 1e-4 * np.abs(grad).max() * np.abs(theta).max()


def test_gains_start_at_one_and_are_biases() -> None:
    net = NETWORKS["normalized"]
    theta = net.initial(0, "float32")
    assert np.all(net.array("w1", theta) == 1) and np.all(net.array("c1", theta) == 0)
    assert net.weights == 7 * 6 + 6 * 4 + 4 * 3 and net.size == net.weights + 3 * (6 + 4) + 3
