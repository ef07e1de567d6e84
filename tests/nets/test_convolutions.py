"""Convolution and pooling: their text against SciPy and plain loops, a compiled network against differences."""

from __future__ import annotations

import inspect
import os
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from adamtheory.engine import philox
from adamtheory.engine.cpu import load
from adamtheory.errors import AdamTheoryError
from adamtheory.nets import convolutions
from adamtheory.nets.convolutions import Convolution, MaxPool, cnn
from adamtheory.nets.heads import SoftmaxLoss
from adamtheory.nets.kernels import MASKS, network_text, scratch
from adamtheory.nets.layers import Activation, Dense, Dropout, keep_words
from adamtheory.nets.network import Network
from adamtheory.nets.training import Training
from adamtheory.rules import adam

NONE = np.empty(0, np.int64), np.empty(0, np.int32)


def as_python(dtype: type = np.float64) -> dict[str, Any]:
    """The functions of kernel text, run as they stand."""
    names = dict(vars(philox), F=dtype, np=np)
    for text in (convolutions.PATCHES, convolutions.GATHER, convolutions.POOL, MASKS):
        exec(text, names)
    assert inspect.isfunction(names["patches"])
    return names


TEXT = as_python()


def convolved(image: Any, weights: Any, pad: int) -> Any:
    """(filters, height, width) by SciPy, from weights (filters, channels, kernel, kernel)."""
    wide = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
    return np.stack([correlate(wide, w, "valid", "direct")[0] for w in weights])


def pooled(image: Any, window: int, stride: int) -> Any:
    """Every square's maximum."""
    tall, wide = ((n - window) // stride + 1 for n in image.shape[1:])
    corners = [(p * stride, q * stride) for p in range(tall) for q in range(wide)]
    squares = [image[:, p : p + window, q : q + window].max(axis=(1, 2)) for p, q in corners]
    return np.stack(squares, axis=1).reshape(len(image), tall, wide)


@given(st.tuples(*[st.integers(1, 6)] * 3), st.integers(1, 5), st.integers(0, 3), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_patches_times_weights_are_the_correlation_and_gather_is_their_transpose(
    shape: tuple[int, int, int], kernel: int, pad: int, seed: int
) -> None:
    tall, wide = (n + 2 * pad - kernel + 1 for n in shape[1:])
    assume(min(tall, wide) >= 1)
    rng = np.random.default_rng(seed)
    image, weights = rng.standard_normal(shape), rng.standard_normal((2, shape[0], kernel, kernel))
    cols = np.full((shape[0] * kernel**2, tall * wide), np.nan)
    TEXT["patches"](image.ravel(), *shape, kernel, pad, cols)
    product = (weights.reshape(2, -1) @ cols).reshape(2, tall, wide)
    assert product == pytest.approx(convolved(image, weights, pad), rel=1e-12, abs=1e-12)
    slopes, back = rng.standard_normal(cols.shape), np.full(prod(shape), np.nan)
    TEXT["gather"](slopes, *shape, kernel, pad, back)
    assert back @ image.ravel() == pytest.approx(np.sum(slopes * cols), rel=1e-12, abs=1e-12)


@given(st.tuples(*[st.integers(1, 7)] * 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_pooling_finds_the_first_largest(shape: tuple[int, int, int], window: int, stride: int, seed: int) -> None:
    assume(min(shape[1:]) >= window)
    image = np.random.default_rng(seed).integers(0, 3, shape).astype(float)  # with many ties
    right = pooled(image, window, stride)
    marks, out = np.full((1, right.size), -1, np.int32), np.full((1, right.size), np.nan)
    TEXT["pool"](image.reshape(1, -1), *shape, window, stride, True, marks, out)
    assert (out[0] == right.ravel()).all()
    places = np.arange(image.size).reshape(shape)
    for at, (c, p, q) in enumerate(np.ndindex(right.shape)):
        square = np.s_[c, p * stride : p * stride + window, q * stride : q * stride + window]
        assert marks[0, at] == min(places[square][image[square] == right[c, p, q]])


def small() -> Network:
    """Both kinds of padding, squares that overlap and squares that leave rows out, dropout between."""
    first = Convolution((2, 5, 6), 3, 3)
    pool = MaxPool(first.result, 3, 1)
    second = Convolution(pool.result, 2, 2, "none")
    last = MaxPool(second.result, 2, 2)
    return Network("small", (
        first, Activation(first.outputs, first.outputs), pool, Dropout(pool.outputs, pool.outputs, 0.25), second,
        last, Activation(last.outputs, last.outputs, "tanh"), Dense(last.outputs, 3),
    ), SoftmaxLoss(3))  # fmt: skip


NET = small()
# Another one for single precision, which costs less to compile.
LITTLE_FIRST = Convolution((2, 5, 6), 2, 3)
LITTLE_POOL = MaxPool(LITTLE_FIRST.result, 4, 2)
LITTLE = Network("little", (LITTLE_FIRST, LITTLE_POOL), SoftmaxLoss(LITTLE_POOL.outputs))
ROUND, SEED = 7, 5


def loss_by_numpy(net: Network, theta: Any, images: Any, y: Any, *, training: bool) -> float:
    """Mean cross entropy, one image after the other, with the masks of the update."""
    total = 0.0
    for r, (a, right) in enumerate(zip(images, y, strict=True)):
        for i, layer in enumerate(net.layers):
            if isinstance(layer, Convolution):
                weights = net.array(f"w{i}", theta).reshape(layer.filters, -1, layer.kernel, layer.kernel)
                a = convolved(a.reshape(layer.shape), weights, layer.pad) + net.array(f"c{i}", theta)[:, None, None]
            elif isinstance(layer, MaxPool):
                a = pooled(a.reshape(layer.shape), layer.window, layer.stride)
            elif isinstance(layer, Activation):
                a = np.tanh(a) if layer.function == "tanh" else np.maximum(a, 0)
            elif isinstance(layer, Dropout):
                kept = np.empty(layer.outputs)
                TEXT["masks"](ROUND, np.uint64(SEED), i, r, keep_words(layer.rate), 1 / (1 - layer.rate), kept)
                a = a.ravel() * (kept if training else 1)
            else:
                a = net.array(f"w{i}", theta) @ a.ravel() + net.array(f"c{i}", theta)
        total += np.log(np.exp(a).sum()) - a.ravel()[right]
    return total / len(y)


def slopes_by_numpy(net: Network, theta: Any, x: Any, y: Any) -> Any:
    """Central differences of that loss."""
    found = np.empty(net.size)
    for i in range(net.size):
        ends = []
        for step in (1e-6, -1e-6):
            moved = theta.copy()
            moved[i] += step
            ends.append(loss_by_numpy(net, moved, x, y, training=True))
        found[i] = (ends[0] - ends[1]) / 2e-6
    return found


def examples() -> tuple[Any, Any]:
    """Images that are the brighter, the higher their class."""
    rng = np.random.default_rng(2)
    y = rng.integers(0, 3, 40)
    return (rng.standard_normal((40, 60)) + y[:, None] - 1).astype(np.float32), y


@pytest.mark.parametrize(
    ("net", "dtype", "exact", "close"),
    [(NET, "float64", 1e-13, 2e-9), (LITTLE, "float32", 1e-6, 1e-6)][: 2 if os.environ.get("ADAMTHEORY_FULL") else 1],
)
def test_the_gradient_is_that_of_differences(net: Network, dtype: str, exact: float, close: float) -> None:
    (x, y), rows = examples(), np.array([8, 0, 3, 3])
    kernel, theta = load(network_text(net, dtype, "float32")), net.initial(1, dtype)
    grad, memory, result = np.full_like(theta, np.nan), scratch(net, dtype, len(rows)), np.zeros(2)
    for array in memory:
        array.fill(-1)
    loss = kernel.gradient(theta, grad, x, *NONE, y, rows, 0, len(rows), ROUND, SEED, *memory)
    kernel.evaluate(theta, x, *NONE, y, rows, *memory, result)
    theta, x, y = theta.astype(float), x[rows].astype(float), y[rows]
    assert loss == pytest.approx(loss_by_numpy(net, theta, x, y, training=True), rel=exact)
    assert result[0] / 4 == pytest.approx(loss_by_numpy(net, theta, x, y, training=False), rel=exact)
    assert (abs(loss - result[0] / 4) > 1e-3) == (net is NET)  # it alone has dropout
    assert grad == pytest.approx(slopes_by_numpy(net, theta, x, y), rel=close, abs=close)


def test_a_lane_is_what_it_is_alone() -> None:
    many = Training(NET, examples(), adam(lr=[1e-3, 1e-2]), batch=16, seed=[[3], [4]], workers=2, dtype="float64")
    alone = Training(NET, examples(), adam(lr=1e-2), batch=16, seed=4, dtype="float64")
    before, _ = alone.evaluate(examples())
    for _ in range(30):
        assert (many.epoch()[3] == alone.epoch()[0]).all()
    assert (alone.theta[0] == many.theta[3]).all()
    loss, right = alone.evaluate(examples())
    assert loss[0] < 0.6 * before[0] and right[0] > 0.6


def test_the_network_of_kingma_and_ba() -> None:
    net = cnn((3, 32, 32), 10, channels=(64, 64, 128), hidden=(1000,), dropout=0.5, input_dropout=0.2)
    assert net.name == "cnn[3x32x32-c64-c64-c128-1000-10]"
    shapes = [layer.result for layer in net.layers if isinstance(layer, MaxPool)]
    assert shapes == [(64, 15, 15), (64, 7, 7), (128, 3, 3)]
    assert net.size == 64 * 76 + 64 * 1601 + 128 * 1601 + 1000 * 1153 + 10 * 1001
    assert [layer.rate for layer in net.layers if isinstance(layer, Dropout)] == [0.2, 0.5]
    theta = net.initial(0, "float64")
    assert np.abs(net.array("w1", theta)).max() == pytest.approx((6 / 75) ** 0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convolution((1, 5, 5), 2, 4), "must be odd"),
        (lambda: Convolution((1, 5, 2), 2, 3, "none"), "does not fit"),
        (lambda: Convolution((1, 5, 5), 2, 3, "non"), "none"),
        (lambda: Convolution((1, 5, 5), 0, 3), "0 filters"),
        (lambda: cnn((1, 4, 4), 2), "do not fit in images of"),
        (lambda: cnn((1, 15, 15), 2, hidden=(0,)), "at least one unit"),
    ],
)
def test_what_does_not_fit_is_told(make: Any, message: str) -> None:
    with pytest.raises(AdamTheoryError, match=message):
        make()
