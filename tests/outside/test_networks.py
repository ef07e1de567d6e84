"""Networks against PyTorch in float64: loss and gradient of each kind, and a whole training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from adamtheory.engine import philox
from adamtheory.nets.autoencoder import NORMALS, BernoulliLoss, GaussianSample, vae
from adamtheory.nets.convolutions import Convolution, MaxPool, cnn
from adamtheory.nets.kernels import MASKS
from adamtheory.nets.layers import ACTIVATIONS, Activation, Dense, Dropout, SparseDense, keep_words
from adamtheory.nets.network import Network, mlp
from adamtheory.nets.normalization import LayerNormalization
from adamtheory.nets.training import Training
from adamtheory.rules import adam, sgd

torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
F = torch.nn.functional

TOLERANCE = 1e-10
ROWS, SEED = 24, 11
SHAPE = (2, 15, 16)

NETWORKS = {
    "softmax": mlp(9, 4, hidden=()),
    **{name: mlp(9, 4, hidden=(7, 5), activation=name) for name in ACTIVATIONS},
    "mlp with dropout": mlp(9, 4, hidden=(7, 5), dropout=0.5, input_dropout=0.2),
    "normalized mlp": mlp(9, 4, hidden=(7, 5), normalization="layer"),
    "normalized sparse mlp": mlp(9, 4, hidden=(7,), activation="tanh", dropout=0.5, normalization="layer", sparse=True),
    "sparse mlp with dropout": mlp(9, 4, hidden=(7,), dropout=0.5, input_dropout=0.2, sparse=True),
    "cnn": cnn(SHAPE, 4, channels=(3, 4, 5), kernel=5, hidden=(6,)),
    "cnn with dropout": cnn(SHAPE, 4, channels=(3, 2), kernel=3, activation="tanh", dropout=0.5, input_dropout=0.2),
    "vae": vae(9, hidden=8, latent=3),
}


def as_python() -> dict[str, Any]:
    """The functions that draw masks and noise, run as they stand."""
    names: dict[str, Any] = dict(vars(philox), F=np.float64, np=np, math=math)
    exec(MASKS + NORMALS, names)
    return names


TEXT = as_python()


def mask(layer: int, rate: float, row: int, size: int) -> Any:
    out = np.full(size, np.nan)
    TEXT["masks"](1, np.uint64(SEED), layer, row, keep_words(rate), 1 / (1 - rate), out)
    return out


def masks(layer: int, rate: float, x: Any, *, entries: bool = False) -> Any:
    """One mask a row; that of sparse rows runs over their entries."""
    found = np.ones(tuple(x.shape))
    for r in range(len(found)):
        where = np.flatnonzero(x[r].detach().numpy()) if entries else np.arange(found.shape[1])
        found[r, where] = mask(layer, rate, r, len(where))
    return torch.tensor(found)


def noise(layer: int, rows: int, size: int) -> Any:
    out = np.full((rows, size), np.nan)
    for r in range(rows):
        TEXT["normals"](1, np.uint64(SEED), layer, r, out[r])
    return torch.tensor(out)


def loss_by_torch(net: Network, theta: Any, x: Any, y: Any) -> Any:
    """The mean loss of a batch in the first update, by PyTorch's own layers."""
    a, divergence = x, 0.0
    for i, layer in enumerate(net.layers):
        if isinstance(layer, SparseDense):
            a = a * masks(i, layer.dropout, x, entries=True)
        if isinstance(layer, Dense | SparseDense):
            a = F.linear(a, net.array(f"w{i}", theta), net.array(f"c{i}", theta))
        elif isinstance(layer, Activation):
            a = getattr(F, layer.function)(a)
        elif isinstance(layer, Dropout):
            a = a * masks(i, layer.rate, a)
        elif isinstance(layer, LayerNormalization):
            a = F.layer_norm(a, (layer.outputs,), net.array(f"w{i}", theta), net.array(f"c{i}", theta))
        elif isinstance(layer, Convolution):
            filters = net.array(f"w{i}", theta).reshape(layer.filters, layer.shape[0], layer.kernel, layer.kernel)
            a = F.conv2d(a.reshape(-1, *layer.shape), filters, net.array(f"c{i}", theta), padding="same").flatten(1)
        elif isinstance(layer, MaxPool):
            a = F.max_pool2d(a.reshape(-1, *layer.shape), layer.window, layer.stride).flatten(1)
        else:
            assert isinstance(layer, GaussianSample)
            q = torch.distributions.Normal(a[:, : layer.outputs], torch.exp(a[:, layer.outputs :] / 2))
            p = torch.distributions.Normal(torch.zeros(layer.outputs), torch.ones(layer.outputs))
            divergence = torch.distributions.kl_divergence(q, p).sum() / len(x)
            a = q.loc + q.scale * noise(i, len(x), layer.outputs)
    if isinstance(net.head, BernoulliLoss):
        return divergence + F.binary_cross_entropy_with_logits(a, x, reduction="sum") / len(x)
    return F.cross_entropy(a, y)


def examples(net: Network) -> tuple[Any, Any]:
    rng = np.random.default_rng(6)
    x = rng.random((ROWS, net.inputs))
    if net.sparse:
        x *= rng.random(x.shape) < 0.4
    return x, rng.integers(0, 4, ROWS)


def orders(epochs: int) -> list[Any]:
    """The order of the rows in each epoch, told by the losses of single rows, which rise from row to row."""
    rows = np.arange(ROWS) / ROWS
    probe = Training(mlp(1, 2, hidden=()), (rows[:, None], np.zeros(ROWS, int)), sgd(lr=0), batch=1, dtype="float64",
                     seed=SEED)  # fmt: skip
    probe.network.array("w0", probe.theta[0])[1] = 1
    return [np.argsort(np.argsort(probe.epoch()[0])) for _ in range(epochs)]


@pytest.mark.parametrize("name", NETWORKS)
def test_loss_and_gradient_are_those_of_pytorch(name: str) -> None:
    """One step of gradient descent of size 1 on all rows shows the gradient."""
    net = NETWORKS[name]
    x, y = examples(net)
    training = Training(net, (csr_array(x) if net.sparse else x, y), sgd(lr=1), batch=ROWS, dtype="float64", seed=SEED)
    training.theta[0] += np.random.default_rng(3).uniform(-0.2, 0.2, net.size)  # softmax starts at 0, and so do biases
    start = training.theta[0].copy()
    loss = training.epoch()[0, 0]
    (order,), theta = orders(1), torch.tensor(start, requires_grad=True)
    theirs = loss_by_torch(net, theta, torch.tensor(x[order]), torch.tensor(y[order]))
    theirs.backward()
    slopes = theta.grad.numpy()
    assert loss == pytest.approx(theirs.item(), rel=TOLERANCE)
    assert np.abs(slopes).max() > 1e-2
    assert start - training.theta[0] == pytest.approx(slopes, rel=TOLERANCE, abs=TOLERANCE)


def test_a_training_is_that_of_pytorch() -> None:
    """Twenty steps of Adam in four epochs, the last batch of each smaller."""
    net = NETWORKS["tanh"]
    x, y = examples(net)
    training = Training(net, (x, y), adam(lr=0.05), batch=5, dtype="float64", seed=SEED)
    theta = torch.tensor(training.theta[0], requires_grad=True)
    optimizer, losses = torch.optim.Adam([theta], lr=0.05), []
    for order in orders(4):
        for at in range(0, ROWS, 5):
            rows = order[at : at + 5]
            optimizer.zero_grad()
            loss = loss_by_torch(net, theta, torch.tensor(x[rows]), torch.tensor(y[rows]))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    ours = np.concatenate([training.epoch()[0] for _ in range(4)])
    assert len(losses) == 20 and losses[-1] < losses[0]
    assert ours == pytest.approx(losses, rel=TOLERANCE)
    assert training.theta[0] == pytest.approx(theta.detach().numpy(), rel=TOLERANCE, abs=TOLERANCE)


@pytest.mark.parametrize("name", ["mlp with dropout", "cnn with dropout", "vae"])
def test_shards_are_those_of_pytorch_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamtheory.nets.network.LARGE", 1)
    assert NETWORKS[name].shards == 2
    test_loss_and_gradient_are_those_of_pytorch(name)
