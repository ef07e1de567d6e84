"""Networks of one block a lane on a GPU against the CPU: `make test-gpu`. Skipped, with the reason, where none is.

A GPU contracts a*b + c and adds in its own order, so numbers agree to the tolerances of float64 and float32 over some
dozen updates; masks of dropout and the order of the rows are the same integers.
"""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory.engine import cuda
from adamtheory.nets import cuda_training
from adamtheory.nets.data import load
from adamtheory.nets.layers import ACTIVATIONS
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import RULES, adam, adamw, sgd

from .blocks import Player, examples, to_device


def reason() -> str:
    """Why there is no GPU to test; empty where there is one."""
    return "the simulator is no GPU" if cuda.simulated() else cuda.driver_error() or ""


pytestmark = [pytest.mark.gpu, pytest.mark.skipif(bool(reason()), reason=reason())]
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
NET = mlp(8, 3, hidden=(6, 5), dropout=0.25, input_dropout=0.1)


def both(network, data, rule, epochs, **more):
    """The losses of some epochs, (lanes, updates), and the training: on the CPU, on the GPU."""
    pair = [Training(network, data, rule, device=device, **more) for device in ("cpu", "cuda")]
    losses = [np.concatenate([one.epoch() for _ in range(epochs)], axis=1) for one in pair]
    return zip(losses, pair, strict=True)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_with_dropout(activation, dtype):
    network = mlp(8, 3, hidden=(6, 5), activation=activation, dropout=0.25, input_dropout=0.1)
    more = {"batch": 8, "seed": [[3], [4]], "dtype": dtype}
    (expected, cpu), (losses, gpu) = both(network, examples(44), adam(lr=[0.003, 0.03]), 4, **more)
    assert losses == pytest.approx(expected, rel=TOLERANCE[dtype], abs=TOLERANCE[dtype])
    test = examples(300, seed=1)
    for a, b in zip(gpu.evaluate(test), cpu.evaluate(test), strict=True):
        assert a == pytest.approx(b, rel=TOLERANCE[dtype], abs=0.01 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("rule", [name for name in RULES if name != "adopt"])
def test_every_rule(rule):
    given = RULES[rule](**{"weight_decay": 0.1} if RULES[rule].scalar("weight_decay") else {})
    (expected, cpu), (losses, gpu) = both(mlp(8, 3, hidden=(6,)), examples(24), given, 4, batch=8, dtype="float64")
    assert losses == pytest.approx(expected, rel=1e-12, abs=1e-12)
    for name, array in cpu.state().items():
        assert gpu.state()[name] == pytest.approx(array, rel=1e-10, abs=1e-10), name


@pytest.mark.parametrize(("dtype", "batch"), [("float32", 64), ("float64", 16)])
def test_a_heat_map_on_digits(dtype, batch):
    """16 x 16 networks 64-32-10; the losses of the first epoch, and what each has learnt in five."""
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    digits, network = load("digits"), mlp(64, 10, hidden=(32,))
    rule = adamw(lr=10 ** np.linspace(-4, -2, 16)[:, None], weight_decay=10 ** np.linspace(-5, -1, 16))
    (expected, cpu), (losses, gpu) = both(network, digits.train, rule, 1, batch=batch, dtype=dtype)
    assert losses == pytest.approx(expected, rel=TOLERANCE[dtype])
    for _ in range(4):
        cpu.epoch()
        gpu.epoch()
    (loss, right), (gpu_loss, gpu_right) = cpu.evaluate(digits.test), gpu.evaluate(digits.test)
    assert gpu_loss == pytest.approx(loss, rel=1e-3)
    assert np.abs(gpu_right - right).max() <= 0.01 and gpu_right.max() > 0.9


@pytest.mark.parametrize("rule", ["adam", "ndadam", "swats"])
def test_without_contraction_the_bits_are_those_of_the_phases(monkeypatch, rule):
    """Parameters of float32 and ReLU, which have no function of a library in them."""
    more = {"batch": 8, "seed": [[3], [4]], "device": "cuda"}
    network = mlp(8, 3, hidden=(6, 5), dropout=0.25)
    with cuda.exact():
        gpu = Training(network, examples(30), RULES[rule](lr=[0.01, 0.1]), **more)
        gpu.epoch()
    monkeypatch.setattr(cuda, "compile_block", Player(64).compile)
    monkeypatch.setattr(cuda, "to_device", to_device)
    played = Training(network, examples(30), RULES[rule](lr=[0.01, 0.1]), **more)
    played.epoch()
    for name, array in played.state().items():
        assert np.array_equal(gpu.state()[name], array), name


def test_launches_and_turns_change_no_bit(monkeypatch):
    """Many lanes; one update in a launch, or all; parts of the lanes, or all together."""
    found = []
    for first, seconds, free in ((1, 1e-9, 2**30), (1000, 1e9, 2**30), (1000, 1e9, 300_000)):
        monkeypatch.setattr(cuda_training, "FIRST", first)
        monkeypatch.setattr(cuda_training, "SECONDS_PER_LAUNCH", seconds)
        monkeypatch.setattr(cuda, "free_bytes", lambda free=free: free)
        one = Training(NET, examples(60), adam, batch=8, seed=np.arange(700), device="cuda")
        losses = [one.epoch().tobytes() for _ in range(2)]
        found.append([*losses, *(a.tobytes() for a in one.state().values()), one.evaluate(examples(60))[0].tobytes()])
    assert found[0] == found[1] == found[2]


def test_an_interruption_changes_no_bit():
    through, resumed, fresh = (
        Training(NET, examples(44), adam, batch=8, seed=np.arange(5), device="cuda") for _ in range(3)
    )
    through.epoch()
    through.epoch()
    resumed.epoch()
    fresh.restore(resumed.state())
    fresh.epoch()
    assert all(np.array_equal(a, fresh.state()[n]) for n, a in through.state().items())


def test_lanes_that_are_no_longer_finite_go_on_as_on_the_cpu():
    (expected, _), (losses, _) = both(mlp(8, 3), examples(24), sgd(lr=[0.1, 1e3, 1e30, 1e38]), 3, batch=8)
    assert np.array_equal(np.isfinite(losses), np.isfinite(expected))
    assert not np.isfinite(losses).all()
