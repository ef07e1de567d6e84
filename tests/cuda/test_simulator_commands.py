"""Commands with `--device cuda` in numba's simulator: the tables of the CPU, bit for bit; Ctrl-C, too little memory."""

from __future__ import annotations

import json
import weakref

import numpy as np
import pyarrow.parquet as parquet
import pytest

from adamtheory.cli import main
from adamtheory.engine import cpu, cuda, cuda_run
from adamtheory.losses import reddi
from adamtheory.rules import adam
from adamtheory.simulation.simulate import simulate
from adamtheory.sweeping.sweep import sweep

from .pairs import plain

pytestmark = [
    pytest.mark.sim,
    pytest.mark.skipif(not cuda.simulated(), reason="the simulator needs a process with NUMBA_ENABLE_CUDASIM=1"),
]
GRID = ["-o", "adam[lr=0.5, beta1=0, beta2=0..0.9/8]", "-l", "reddi[C=[3, 4]]", "-T", "10,40"]
DRAWN = [
    "-o",
    "adam[lr=[0.1, 0.5]]",
    "-o",
    "sgd[lr=0.1]",
    "-l",
    "random_signs[dimension=2]",
    "-T",
    "12",
    "--seeds",
    "3",
]
DATA = ["-o", "amsgrad[lr=[0.1, 0.5]]", "-l", "logistic[data=rows.csv]", "-T", "8", "--seeds", "2"]
TINY = ["--set", "C=3", "--set", "N=3", "--set", "beta1=0", "--set", "beta2=0.1", "--set", "horizon=12", "--no-figure"]
SMALL = ["run", "reddi_periodic", "--set", "optimizers=[adam_uncorrected, sgd]", *TINY]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of its own, and the CPU's kernels as plain Python."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cpu, "compile_kernel", plain)
    (tmp_path / "rows.csv").write_text("0.5,-1,1\n0.25,2,-1\n-3,0.125,1\n")
    return tmp_path


@pytest.fixture
def launches(monkeypatch):
    """The lanes of every launch; the one whose number is put into `stop` is Ctrl-C instead."""
    counts, stop, own = [], set(), cuda.compile_kernel

    def compile_kernel(kernel):
        launch = own(kernel)

        def counted(count, *args):
            counts.append(count)
            if len(counts) in stop:
                raise KeyboardInterrupt
            launch(count, *args)

        return counted

    monkeypatch.setattr(cuda, "compile_kernel", compile_kernel)
    return counts, stop


def table(folder):
    return parquet.read_table(folder, use_threads=False)


@pytest.mark.parametrize("words", [GRID, DRAWN, DATA])
def test_a_sweep_has_the_table_of_the_cpu(here, capsys, words):
    for device in ("cpu", "cuda"):
        assert main(["sweep", *words, "--device", device, "--export", f"{device}.parquet"]) == 0
    assert (here / "cpu.parquet").read_bytes() == (here / "cuda.parquet").read_bytes()
    told = capsys.readouterr()
    assert "device     cuda\n" in told.out
    assert "lanes of adam that are not used: they were computed on the CPU" in told.err or words is DATA
    assert main(["sweep", "--status", "--json"]) == 0
    notes = [grid["notes"] for grid in json.loads(capsys.readouterr().out)["grids"]]
    half = len(notes) // 2
    assert notes[:half] == [[]] * half
    assert all("on a GPU (" in note and note.endswith(", simulator)") for (note,) in notes[half:])


def test_ctrl_c_keeps_the_blocks_that_are_done(here, capsys, launches):
    counts, stop = launches
    words = ["sweep", *GRID, "--device", "cuda", "--block", "5", "--json"]
    stop.add(6)  # after the round at the corners, and two launches for each of two blocks
    assert main(words) == 130
    err = capsys.readouterr().err
    assert "the finished blocks are in runs/sweeps; the same command goes on from there" in err
    assert len(list(here.glob("runs/sweeps/*/*.parquet"))) == 2
    assert counts == [4, 5, 5, 5, 5, 5]
    assert main([*words, "--export", "cuda.parquet"]) == 0
    found = json.loads(capsys.readouterr().out)["grids"][0]
    assert (found["kept"], found["computed"], found["device"]) == (10, 6, "cuda")
    assert main(["sweep", *GRID, "--export", "cpu.parquet"]) == 0
    assert (here / "cpu.parquet").read_bytes() == (here / "cuda.parquet").read_bytes()


def test_a_sweep_that_does_not_fit_is_cut_and_tells_its_progress(here, capsys, launches, monkeypatch):
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2000)
    monkeypatch.setattr(cuda_run, "FIRST_WORK", 16)
    monkeypatch.setattr(cuda_run, "SECONDS_PER_LAUNCH", 1e-9)
    counts, stop = launches
    told = []

    class Report:
        def say(self, text):
            told.append(text)

        def step(self, grid, done, computed):
            told.append((done, computed))

    grid = {"beta2": np.linspace(0, 0.9, 16)}
    found = sweep(adam(lr=0.5, beta1=0), reddi(C=3), 10, grid, device="cuda", report=Report())
    assert found.device == "cuda"
    assert max(counts) < 16
    assert told == [(0, 0), *((n, n) for n in (1, 3, 4, 6, 8, 9, 11, 12, 14)), (16, 16)]
    on_cpu = sweep(adam(lr=0.5, beta1=0), reddi(C=3), 10, grid)
    assert found.regret.tobytes() == on_cpu.regret.tobytes() and on_cpu.device == "cpu"
    stop.add(len(counts) + 4)  # between two parts of the lanes
    assert main(["sweep", *GRID, "--device", "cuda"]) == 130


def test_parts_of_the_lanes_take_no_more_than_the_memory(monkeypatch):
    """Those of one part are gone before the next ones come."""
    live, most, own, budget = [0], [0], cuda.to_device, 32_000

    def counting(array):
        found, size = own(array), np.asarray(array).nbytes
        live[0] += size
        most[0] = max(most[0], live[0])
        weakref.finalize(found, lambda: live.append(live.pop() - size))
        return found

    monkeypatch.setattr(cuda, "to_device", counting)
    monkeypatch.setattr(cuda, "free_bytes", lambda: budget - live[0])
    simulate(adam(lr=np.linspace(0.1, 0.2, 600)), reddi, 1, device="cuda")  # in parts of 275, two tiles and more
    assert budget / 2 < most[0] <= budget


def test_an_experiment_has_the_table_of_the_cpu_and_is_repeated_where_it_ran(here, capsys):
    for device in ("cpu", "cuda"):
        assert main([*SMALL, "--device", device, "--out", device]) == 0
    assert "device: 2 runs on cuda" in capsys.readouterr().out
    assert (here / "cpu/table.csv").read_bytes() == (here / "cuda/table.csv").read_bytes()
    found = {device: json.loads((here / device / "run.json").read_text()) for device in ("cpu", "cuda")}
    assert [(f["device"], f["runs"], "gpu" in f) for f in found.values()] == [
        ("cpu", {"cpu": 2}, False),
        ("cuda", {"cuda": 2}, True),
    ]
    assert main(["run", "--from", "cuda", "--no-figure", "--out", "again"]) == 0
    assert "warning" not in capsys.readouterr().err
    assert json.loads((here / "again/run.json").read_text())["runs"] == {"cuda": 2}
    run = here / "cpu/run.json"
    run.write_text(run.read_text().replace('"device": "cpu"', '"device": "cuda"'))
    assert main(["run", "--from", "cpu", "--no-figure"]) == 0
    told = "last bits may differ, for it ran elsewhere: 2 runs on cpu then, 2 runs on cuda, a GPU ("
    assert told in capsys.readouterr().err


def test_an_experiment_that_is_interrupted_keeps_its_rows(here, capsys, launches):
    counts, stop = launches
    assert main([*SMALL, "--device", "cuda"]) == 0
    stop.add(2 * len(counts))  # the last of the second optimizer
    capsys.readouterr()
    assert main([*SMALL, "--device", "cuda", "--out", "out"]) == 130
    assert "the 1 rows that had finished are in out" in capsys.readouterr().err
    assert table("out/table.parquet")["optimizer"].to_pylist() == ["adam_uncorrected"]


def test_an_experiment_without_lanes_is_refused(capsys):
    assert main(["run", "effective_step", "--device", "cuda"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "adamtheory: effective_step plays no lanes that a GPU could take; use --device cpu, or auto\n"


def test_a_regret_run_has_the_numbers_of_the_cpu_and_says_where(here, capsys):
    for device in ("cpu", "cuda"):
        words = ["regret", "-o", "adam[lr=0.5]", "-o", "sgd[lr=[0.1, 0.5]]", "-T", "40", "--no-figure"]
        assert main([*words, "--device", device, "--out", device]) == 0
    assert table("cpu/results.parquet").equals(table("cuda/results.parquet"))
    assert json.loads((here / "cuda/run.json").read_text())["device"] == "cuda"
    assert main(["regret", "--from", "cuda"]) == 0


def test_the_contest_of_a_phase_diagram_runs(capsys):
    assert main(["bench", "--device", "cuda", "--scale", "1e-5", "--rounds", "3", "phase-diagram"]) == 0
    assert "10^6 cells x 10^5 rounds in a minute" in capsys.readouterr().out
