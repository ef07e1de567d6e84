"""Sweeps, experiments and commands on a GPU: `make test-gpu`. Skipped, with the reason, where there is none.

Ends of trajectories are compared with closed forms and certified thresholds, which no kernel takes part in.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from time import perf_counter

import numpy as np
import pyarrow.parquet as parquet
import pytest

from adamtheory.cli import main
from adamtheory.cycles import drift
from adamtheory.laboratory.running import load, perform
from adamtheory.losses import reddi
from adamtheory.rules import adam, adam_uncorrected
from adamtheory.simulation import devices
from adamtheory.simulation.simulate import simulate
from adamtheory.sweeping.sweep import sweep
from adamtheory.thresholds import threshold

from .test_device import reason

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(bool(reason()), reason=reason())]
DEVICE = "cuda"
SPIKE = 3


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sweep_agrees_with_the_cpu():
    grid = {"beta2": np.linspace(0, 0.99, 60), "C": np.linspace(2.5, 10, 40)}
    found = {d: sweep(adam(lr=0.5, beta1=0), reddi, [100, 300], grid, device=d) for d in ("cpu", DEVICE)}
    assert [each.device for each in found.values()] == ["cpu", DEVICE]
    assert np.allclose(found[DEVICE].regret, found["cpu"].regret, rtol=1e-9, atol=1e-9)
    assert np.array_equal(found[DEVICE].nonfinite, found["cpu"].nonfinite)


def test_a_store_goes_on_and_keeps_devices_apart(here, capsys):
    words = ["sweep", "-o", "adam[lr=0.5, beta2=0..0.99/500]", "-l", "random_signs", "--seeds", "20", "-T", "2e3"]
    assert main([*words, "--device", DEVICE, "--block", "3000", "--export", "whole.parquet"]) == 0
    for path in list(here.glob("runs/sweeps/*/*.parquet"))[::2]:
        path.unlink()
    capsys.readouterr()
    assert main([*words, "--device", DEVICE, "--block", "1000", "--export", "mended.parquet", "--json"]) == 0
    (grid,) = json.loads(capsys.readouterr().out)["grids"]
    assert 0 < grid["kept"] < 10_000 and grid["kept"] + grid["computed"] == 10_000
    assert (here / "whole.parquet").read_bytes() == (here / "mended.parquet").read_bytes()
    assert main([*words, "--device", "cpu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["grids"][0]["kept"] == 0


@pytest.mark.parametrize("name", ["reddi_periodic", "phase_diagram", "skewness_law", "weight_decay"])
def test_claims_hold_on_a_gpu(name):
    outcome = perform(load(name), device=DEVICE)
    assert outcome.verdict.word == "holds"
    assert set(outcome.runs) == {DEVICE}


def test_the_certified_threshold_is_where_lanes_change_sides():
    """By ball arithmetic Adam with beta1 = 0 drifts to +1 for beta2 below 0.4723..., on C = 3."""
    (pair,) = threshold(SPIKE).fails
    edge = float(pair[1].value)
    beta2 = edge + np.concatenate([-np.geomspace(0.01, edge, 500)[::-1], np.geomspace(0.01, 0.999 - edge, 500)])
    rounds = 3 * 10**5
    found = simulate(adam_uncorrected(lr=0.5, beta1=0, beta2=np.maximum(beta2, 0), eps=0), reddi(C=SPIKE), rounds,
                     start=0, checkpoints=[rounds], device=DEVICE)  # fmt: skip
    assert np.array_equal(found.iterates[:, 0, 0] > 0, beta2 < edge)


def test_a_million_cells():
    """A phase diagram of 10^6 cells and 10^5 rounds against the sign of the drift, in less than a minute."""
    side, rounds, lr = (1000, 10**5, 0.5) if DEVICE == "cuda" else (40, 10**5, 0.5)
    beta2, C = np.linspace(0.001, 0.99, side), np.linspace(2.05, 10, side)
    began = perf_counter()
    found = sweep(adam_uncorrected(lr=lr, beta1=0, eps=0), reddi(N=3), rounds, {"beta2": beta2, "C": C}, start=0,
                  device=DEVICE)  # fmt: skip
    ends = found.iterates
    assert perf_counter() - began < 60
    pull = drift(C[None, :], 3, np.zeros((side, side)), np.broadcast_to(beta2[:, None], (side, side)))
    travelled = (3 / (lr * np.abs(pull))) ** 2 < rounds / 4
    assert np.mean(travelled) > 0.9
    assert np.array_equal(ends[travelled] > 0, pull[travelled] > 0)


def test_auto_takes_the_gpu_and_says_so(here, capsys):
    words = ["sweep", "-o", "adam[lr=0.5, beta1=0, beta2=0..0.99/400]", "-l", "reddi[C=2.1..10/400]", "-T", "100"]
    assert devices.fewest_lanes() < 160_000
    assert main([*words, "--device", "auto"]) == 0
    assert "device     cuda, reckoned to be faster than the CPU from" in capsys.readouterr().out


def test_a_training_is_close_to_the_cpu_and_goes_on(here, capsys):
    words = ["train", "-m", "mlp[hidden=[16]]", "-o", "adam[lr=logspace(-4, -2, 32)]", "--seeds", "4", "--no-figure"]
    for device, epochs in (("cpu", "3"), (DEVICE, "3")):
        assert main([*words, "--epochs", epochs, "--device", device, "--out", device]) == 0
    cpu, gpu = (parquet.read_table(f"{device}/results.parquet").to_pydict() for device in ("cpu", DEVICE))
    assert cpu["lane"] == gpu["lane"] and len(cpu["lane"]) == 32 * 4 * 4
    assert np.allclose(gpu["test_loss"], cpu["test_loss"], rtol=1e-3)  # float64 is within 1e-4 of float32
    assert np.mean(np.abs(np.subtract(gpu["test_accuracy"], cpu["test_accuracy"]))) < 0.005
    assert main([*words, "--epochs", "3", "--device", "cpu", "--out", DEVICE]) == 2
    assert "device was cuda, now cpu" in capsys.readouterr().err


def test_ctrl_c_keeps_the_blocks_that_are_done(here):
    """A long sweep of many blocks gets SIGINT once its second block is written."""
    words = ["-o", "adam[lr=0.5, beta1=0, beta2=0..0.99/1000]", "-l", "reddi[C=2.1..10/1000]", "-T", "1e6"]
    command = [sys.executable, "-m", "adamtheory", "sweep", *words, "--device", DEVICE, "--block", "20000"]
    with subprocess.Popen(command, cwd=here, env=dict(os.environ), stderr=subprocess.PIPE, text=True) as process:
        while len(list(here.glob("runs/sweeps/*/*.parquet"))) < 2 and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        began = perf_counter()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and perf_counter() - began < 5
    assert "the finished blocks are in runs/sweeps" in err and "Traceback" not in err


def test_the_contest_of_a_phase_diagram_runs(capsys):
    assert main(["bench", "--device", DEVICE, "--scale", "0.01", "--rounds", "3", "phase-diagram"]) == 0
    assert "10^6 cells x 10^5 rounds in a minute" in capsys.readouterr().out
