"""Networks of one block a lane in numba's simulator, bit for bit the same phases played one thread after another.

NUMBA_ENABLE_CUDASIM=1 pytest -m sim. A network 8-4-3, blocks of 8 threads.
"""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import RULES

from .blocks import Player, epochs, examples, on_device, plain_load, to_device

pytestmark = [
    pytest.mark.sim,
    pytest.mark.skipif(not cuda.simulated(), reason="the simulator needs a process with NUMBA_ENABLE_CUDASIM=1"),
]


@pytest.mark.parametrize(
    ("rule", "activation", "dtype"),
    [("adam", "relu", "float32"), ("ndadam", "sigmoid", "float64"), ("swats", "softplus", "float32")],
)
def test_the_bits_of_the_phases(monkeypatch, rule, activation, dtype):
    network = mlp(8, 3, hidden=(4,), activation=activation, dropout=0.25, input_dropout=0.1)
    monkeypatch.setattr(cpu, "load", plain_load)
    monkeypatch.setattr(cpu, "pointer", lambda function: function)
    one = Training(network, examples(7), RULES[rule](lr=[0.01, 0.1]), batch=4, dtype=dtype, workers=1)
    found = []
    for _ in range(2):
        lanes = on_device(one)
        losses = epochs(lanes, 1, one.updates)
        found.append([losses, *lanes.state.values(), lanes.evaluate(one.rows)])
        monkeypatch.setattr(cuda, "compile_block", Player(cuda.FEW_BLOCK_THREADS).compile)
        monkeypatch.setattr(cuda, "to_device", to_device)
    for a, b in zip(*found, strict=True):
        assert a.dtype == b.dtype and np.array_equal(a, b)
    assert np.isfinite(found[0][0]).all()
