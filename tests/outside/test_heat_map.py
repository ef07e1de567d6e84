"""The heat map that PyTorch trains in the benchmark is the one that is trained here."""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import adamw

torch_heat_map = pytest.importorskip("adamtheory.benchmark.torch_heat_map")
pytest.importorskip("torch")


def test_the_same_updates_as_in_pytorch() -> None:
    rng = np.random.default_rng(0)
    data = rng.random((32, 8), np.float32), rng.integers(0, 3, 32)
    lr, decay = 10 ** np.linspace(-3, -1, 3)[:, None], np.array([1e-3, 1e-1])
    ours = Training(mlp(8, 3, hidden=(5,)), data, adamw(lr=lr, weight_decay=decay), batch=32)
    names = ("w0", "c0", "w2", "c2")
    w0, c0, w2, c2 = (ours.network.array(name, ours.theta[0]).copy() for name in names)
    cells = [np.broadcast_to(values, (3, 2)).reshape(-1) for values in (lr, decay)]
    theirs = torch_heat_map.HeatMap([(w0, c0), (w2, c2)], *cells, device="cpu")
    (x,), (y,) = torch_heat_map.batches(data, 32, "cpu")
    for _ in range(10):
        ours.epoch()
        theirs.update(x, y)
    for name, found in zip(names, theirs.parameters, strict=True):
        for lane, theta in enumerate(ours.theta):
            assert found[lane].numpy() == pytest.approx(ours.network.array(name, theta), rel=1e-4, abs=2e-5)
