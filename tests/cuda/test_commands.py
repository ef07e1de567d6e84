"""`--device` where there is no GPU: who refuses, what `auto` says, and what keeps the rows of a GPU apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from adamtheory import catalogue
from adamtheory.cli import main
from adamtheory.engine import cuda, cuda_report
from adamtheory.errors import DeviceError, ParameterError, UnknownNameError
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome, load, moved, perform
from adamtheory.losses import reddi
from adamtheory.nets.lane import Compiled
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import adam, sgd
from adamtheory.simulation import devices
from adamtheory.simulation.simulate import simulate
from adamtheory.sweeping.asking import Asked
from adamtheory.sweeping.drive import changes
from adamtheory.sweeping.grid import GPU_LANES
from adamtheory.sweeping.store import Store
from adamtheory.sweeping.sweep import sweep

REASON = "no NVIDIA driver was found"
GPU = {"backend": "numba-cuda 0.30.4", "architecture": "sm_90", "cuda": "13.0"}
GRID = ["sweep", "-o", "sgd[lr=[0.1, 0.2]]", "-T", "30"]
COMMANDS = {
    "regret": ["regret", "-o", "sgd", "-T", "30"],
    "sweep": GRID,
    "status": [*GRID, "--status"],
    "run": ["run", "reddi_periodic"],
    "run all": ["run", "all"],
    "train": ["train"],
    "bench": ["bench"],
}


@pytest.fixture
def no_gpu(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cuda, "driver_error", lambda: REASON)


@pytest.fixture
def a_gpu(monkeypatch):
    """One that can be chosen and not be used."""
    monkeypatch.setattr(cuda, "driver_error", lambda: None)
    monkeypatch.setattr(cuda_report, "identity", lambda: GPU)


@pytest.mark.parametrize("device", ["cuda", "gpu"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_in_one_line_and_writes_nothing(no_gpu, capsys, name, device):
    assert main([*COMMANDS[name], "--device", device]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), list(Path().iterdir())) == ("", 1, [])
    assert ("use --device cpu, or" if device == "cuda" else "unknown device 'gpu'; known: ") in told.err


@pytest.mark.parametrize(
    ("given", "reason"),
    [("numba_cuda", "did you mean numba-cuda"), ("numba_cuda_mlir", "is not installed: pip install")],
)
def test_a_backend_that_cannot_be_had_is_refused_likewise(monkeypatch, capsys, tmp_path, given, reason):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cuda.VARIABLE, given)
    monkeypatch.setattr(cuda, "installed", lambda name: None if name == "numba_cuda_mlir" else "1.0")
    for simulated in "01":
        monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", simulated)
        cuda.backend.cache_clear()
        try:
            assert main([*GRID, "--device", "cuda"]) == 2
        finally:
            cuda.backend.cache_clear()
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])
        assert reason in told.err and "use --device cpu, or" in told.err


def test_auto_says_what_it_took(no_gpu, capsys, monkeypatch):
    words = ["sweep", "-o", "sgd[lr=[0.1, 0.2]]", "-T", "30", "--device", "auto"]
    assert main(words) == 0
    assert "device     cpu, reckoned to be faster than a GPU below" in capsys.readouterr().out
    monkeypatch.setattr(devices, "fewest_lanes", lambda: 2)
    assert main(words) == 0
    assert f"device     cpu: {REASON}\n" in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["grids"][0]["device"] == f"cpu: {REASON}"


def test_what_is_for_cpus_alone(a_gpu, capsys):
    for more, given in ((["--executor", "dask"], "--executor dask"), (["--workers", "2"], "--workers")):
        assert main([*GRID, "--device", "cuda", *more]) == 2
        told = capsys.readouterr()
        assert told.err == (
            f"adamtheory: {given} is for CPUs, and one process drives a GPU; leave it out, or use --device cpu\n"
        )
    with pytest.raises(ParameterError, match="--executor processes is for CPUs"):
        sweep(sgd, reddi, 10, {"lr": [0.1, 0.2]}, executor="processes", device="cuda")
    (grid,) = Asked(("adam[lr=1..300/300, beta2=0..0.9/300]",), "reddi", (30,)).grids()
    assert grid.on("auto").device == "cuda"
    assert grid.on("auto", "dask").job.told == "cpu, where the executor dask works"


# -- the setting -----------------------------------------------------------------------------------------------------


def test_runs_that_name_no_device_take_that_of_the_setting(monkeypatch):
    monkeypatch.setattr(cuda, "driver_error", lambda: REASON)
    assert simulate(sgd, reddi, 3).device == "cpu"
    with devices.setting("auto") as runs:
        assert simulate(sgd, reddi, 3).device.startswith("cpu, reckoned")
        assert simulate(sgd(lr=[0.1] * 3), reddi, 3).device.startswith("cpu, reckoned")
        assert simulate(sgd, reddi, 3, device="cpu").device == "cpu"
        with devices.setting("cpu") as inner:
            assert simulate(sgd, reddi, 3).device == "cpu"
        assert simulate(sgd, reddi, 3).device.startswith("cpu, reckoned")
    assert list(runs.values()) == [3] and inner == {"cpu": 1}
    assert simulate(sgd, reddi, 3).device == "cpu"
    with pytest.raises(DeviceError, match=REASON), devices.setting("cuda"):
        raise AssertionError
    with pytest.raises(UnknownNameError, match="unknown device 'gpu'"), devices.setting("gpu"):
        raise AssertionError


def test_which_experiments_play_lanes():
    found = {name for name, file in catalogue.experiments().items() if file.plays_lanes}
    assert {"phase_diagram", "reddi_stochastic"} < found  # by itself, and by a helper as well
    assert {"amsgrad_on_data", "momentum_cures"} < found  # by helpers
    assert {"convolutional", "weight_decay", "nadam_forms"} < found  # networks
    assert not found & {"effective_step", "marginal_value"}


def test_an_experiment_without_lanes_cannot_take_a_gpu(a_gpu):
    with pytest.raises(DeviceError, match="^effective_step plays no lanes that a GPU could take; use --device cpu, or"):
        perform(load("effective_step"), device="cuda")


def test_the_same_place_for_another_reason_is_no_move():
    experiment = load("reddi_periodic")
    then, now = ({"cpu: no NVIDIA driver was found": 2, "cpu, reckoned to be faster": 1}, {"cpu": 3})

    def told(**more):
        return moved({"runs": then} | more, Outcome(experiment, "quick", experiment.settings("quick"), Table.of([]),
                                                    None, 0.0, "auto", now))  # fmt: skip

    assert told() == ""
    assert "ran elsewhere: 2 runs on cpu: no NVIDIA driver was found; 1 run on cpu, " in told(gpu=GPU)
    then["cuda"] = 1
    assert "1 run on cuda then, 3 runs on cpu now" in told()


def test_auto_takes_the_same_device_for_every_part_of_the_lanes(no_gpu, monkeypatch):
    monkeypatch.setattr(Compiled, "of", lambda *_: None)
    rows = np.zeros((4, 2), np.float32), np.array([0, 1, 1, 0])
    found = Training(mlp(2, 2, hidden=()), rows, sgd(lr=[0.1] * 100), only=(0, 3), device="auto")
    assert (found.lanes.count, found.device) == (3, f"cpu: {REASON}")


# -- the rows of a GPU -----------------------------------------------------------------------------------------------


def test_a_grid_on_a_gpu_has_a_key_of_its_own(a_gpu, monkeypatch, tmp_path):
    (on_cpu,) = Asked(("adam[lr=[0.1, 0.2]]",), "reddi", (30,)).grids()
    on_gpu = on_cpu.on("cuda")
    keys = {on_cpu.key, on_gpu.key}
    assert on_cpu.on("cpu").key == on_cpu.key
    assert "device" not in on_cpu.configuration() and on_gpu.configuration()["device"] == GPU
    with Store(tmp_path) as store:
        store.register(on_gpu)
        store.add(on_gpu.key, 0, 1, b"numbers")
        assert changes(store, on_gpu) == []
        monkeypatch.setattr(cuda_report, "identity", lambda: GPU | {"architecture": "sm_80"})
        elsewhere = on_cpu.on("cuda")
        assert len(keys | {elsewhere.key}) == 3
        assert on_cpu.family == on_gpu.family == elsewhere.family
        where = "they were computed on a GPU (numba-cuda 0.30.4, sm_90, CUDA 13.0)"
        told = [f"{tmp_path} holds 1 of 2 lanes of adam that are not used: {where}"]
        assert changes(store, on_cpu) == changes(store, elsewhere) == told


@pytest.mark.parametrize(
    ("side", "horizons", "dimension", "lanes"),
    [
        (1000, (10**5,), 1, 10**6),
        (1100, (10,), 1, GPU_LANES[1]),
        (300, (10**9,), 1, GPU_LANES[0]),
        (300, (10, 20, 30), 100, 2**22 // 300),
        (5, (10**9,), 1, 25),
    ],
)
def test_blocks_of_a_gpu(a_gpu, side, horizons, dimension, lanes):
    spec = f"adam[lr=1..{side}/{side}, beta2=0..0.9/{side}]"
    (grid,) = Asked((spec,), f"random_signs[dimension={dimension}]", horizons).grids()
    assert grid.on("cuda").block_lanes() == lanes != grid.block_lanes()


def test_the_kernel_of_a_grid_on_a_gpu_is_that_of_one_lane_a_thread(a_gpu):
    (grid,) = Asked(("adam[lr=1..100/100]",), "reddi", (30,)).grids()
    block = grid.on("cuda").block(20, 60)
    assert (block.device, block.emit().text.count("shape cuda"), grid.device) == ("cuda", 1, "cpu")
    assert block.lanes.values["o_lr"].tolist() == list(range(21, 61))
    assert block.optimizer.rule is adam
