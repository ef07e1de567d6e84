"""`adamtheory train --device cuda` in the simulator: close to the CPU, the same bits after Ctrl-C, who is refused."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from adamtheory.cli import main
from adamtheory.engine import cuda
from adamtheory.errors import DeviceError
from adamtheory.nets import cuda_training
from adamtheory.nets.history import train
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import momentum, sgd
from adamtheory.simulation import devices

pytestmark = [
    pytest.mark.sim,
    pytest.mark.skipif(not cuda.simulated(), reason="the simulator needs a process with NUMBA_ENABLE_CUDASIM=1"),
]
COMMAND = ["train", "-m", "mlp[hidden=[2]]", "-d", "few.csv", "-o", "adam[lr=[0.01, 0.1]]",
           "--epochs", "2", "--seeds", "1", "--no-figure"]  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cuda, "FEW_BLOCK_THREADS", 2)
    rows = np.random.default_rng(1).normal(size=(10, 2))
    lines = [f"{x:.3f},{y:.3f},{'-1' if x < y else '1'}" for x, y in rows]
    (tmp_path / "few.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_ctrl_c_between_two_launches_changes_no_bit(here, capsys, monkeypatch):
    assert main([*COMMAND, "--device", "cuda", "--out", "peace"]) == 0
    assert "device      cuda\n" in capsys.readouterr().out
    record = json.loads((here / "peace/run.json").read_text())
    assert (record["parameters"]["device"], record["device"]) == ("cuda", "cuda")
    assert record["gpu"]["architecture"] == "simulator"
    launched, own = [], cuda.compile_block

    def compile_block(*args):
        launch = own(*args)

        def counted(*more):
            launched.append(len(launched))
            if len(launched) == 4:  # the second epoch, after two evaluations and the first
                raise KeyboardInterrupt
            launch(*more)

        return counted

    with monkeypatch.context() as patch:
        patch.setattr(cuda, "compile_block", compile_block)
        assert main([*COMMAND, "--device", "cuda", "--out", "cut"]) == 130
    assert "the finished epochs are in cut; the same command goes on" in capsys.readouterr().err
    assert main([*COMMAND, "--device", "cpu", "--out", "cut"]) == 2
    assert "holds a training with other settings (device was cuda, now cpu)" in capsys.readouterr().err
    assert main([*COMMAND, "--device", "cuda", "--out", "cut"]) == 0
    assert (here / "cut/results.parquet").read_bytes() == (here / "peace/results.parquet").read_bytes()


@pytest.mark.parametrize("more", [["-m", "mlp[hidden=[9999]]"], ["-m", "mlp[hidden=[700]]", "--batch", "8"]])
def test_a_network_that_no_block_holds_is_refused_and_auto_says_so(here, capsys, monkeypatch, more):
    words = [*COMMAND, *more, "--epochs", "1", "--out", "out"]
    assert main([*words, "--device", "cuda"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), (here / "out").exists()) == ("", 1, False)
    assert "bytes of shared memory; a block of a GPU has 49,152; " in told.err and "use --device cpu" in told.err
    monkeypatch.setattr(cuda_training, "FEWEST_NETWORKS", 1)
    monkeypatch.setattr("adamtheory.cli.train.Session.run", lambda session, *_: print(session.facts["device"]) or 0)
    assert main([*words, "--device", "auto"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("cpu: mlp[2-") and told.endswith("bytes of shared memory; a block of a GPU has 49,152\n")


def test_a_network_that_is_trained_can_be_judged(here):
    """It fits into a block in its batches, and not in as many rows as are evaluated where there is room for them."""
    assert main([*COMMAND, "-m", "mlp[hidden=[100]]", "--epochs", "1", "--device", "cuda", "--out", "out"]) == 0


def test_what_is_looked_at_between_epochs_is_live():
    """Parameters and slots, held or asked for anew; what is written into them counts, as on the CPU."""
    rows = np.random.default_rng(2).normal(size=(4, 2)).astype(np.float32), np.array([0, 1, 1, 0])
    asked = [mlp(2, 2, hidden=()), rows, momentum(lr=[0.1, 0.2])]
    seen, unseen = (Training(*asked, batch=4, device="cuda") for _ in range(2))
    for _ in range(2):  # nobody has looked before the second
        assert np.array_equal(seen.epoch(), unseen.epoch())
        assert np.array_equal(seen.slots, unseen.state()["slots"]) and seen.slots.any()
    theta, slots = seen.theta, seen.slots
    seen.epoch(), unseen.epoch()
    state = unseen.state()
    assert np.array_equal(theta, state["theta"]) and np.array_equal(slots, state["slots"])
    theta[:] = 0
    for loss in (seen.evaluate(rows)[0], seen.epoch()[:, 0]):
        assert loss == pytest.approx([np.log(2)] * 2, rel=1e-6)
    unseen.slots[:] = 0
    seen.restore({**state, "slots": np.zeros_like(slots)})
    assert np.array_equal(unseen.epoch(), seen.epoch()) and np.array_equal(unseen.theta, theta)


def test_networks_of_experiments_take_the_device_of_the_setting():
    rows = np.random.default_rng(2).normal(size=(4, 2)), np.array([0, 1, 1, 0], np.int32)
    data = SimpleNamespace(train=rows, test=rows)
    network, given = mlp(2, 2, hidden=(2,)), {"epochs": 1, "batch": 4, "seed": [0, 1]}
    with devices.setting("cuda") as runs:
        found = train(network, data, sgd(lr=0.1), **given)
        with pytest.raises(DeviceError, match="bytes of shared memory; a block of a GPU has 49,152"):
            train(mlp(2, 2, hidden=(9999,)), data, sgd(lr=0.1), **given)
    assert runs == {"cuda": 1}
    again = train(network, data, sgd(lr=0.1), device="cuda", **given)
    assert np.array_equal(found.test_loss, again.test_loss)
    with devices.setting("auto") as runs:
        assert train(network, data, sgd(lr=0.1), device="cuda", **given).test_loss.shape == (2, 2)
    assert not runs
