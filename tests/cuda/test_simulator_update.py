"""Kernels that update arrays in numba's simulator, bit for bit the CPU's: NUMBA_ENABLE_CUDASIM=1 pytest -m sim.

The CPU's kernels are plain Python, which costs no compilation.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from adamtheory.benchmark import gpu_updates, sides
from adamtheory.engine import cpu, cuda, cuda_update
from adamtheory.rules import RULES
from adamtheory.simulation.update import ArrayOptimizer

from .updates import DTYPES, PLAIN, TOTALS, all_same, gradients, load, play, small, start, unaligned

pytestmark = [
    pytest.mark.sim,
    pytest.mark.skipif(not cuda.simulated(), reason="the simulator needs a process with NUMBA_ENABLE_CUDASIM=1"),
]
FULL = bool(os.environ.get("ADAMTHEORY_FULL"))
# every rule in the precision that the test of plain Python does not take; all of them with ADAMTHEORY_FULL=1
CASES = [(name, dtype) for i, name in enumerate(PLAIN) for dtype in (DTYPES if FULL else [DTYPES[1 - i % 2]])]


@pytest.fixture(autouse=True)
def uncompiled(monkeypatch):
    """The CPU's kernels as plain Python."""
    monkeypatch.setattr(cpu, "load", load)


@pytest.mark.parametrize(("name", "dtype"), CASES)
def test_every_rule(monkeypatch, name, dtype):
    """Packs and what is left over, in two blocks that take turns; then one by one from an odd place."""
    monkeypatch.setattr(cuda_update, "MOST_BLOCKS", 2)
    size = (1, 11, 36)[PLAIN.index(name) % 3]
    x, rows = start(dtype, size), gradients(dtype, size, 3)
    expected = play(RULES[name], "cpu", rows, x)
    all_same(expected, play(RULES[name], "cuda", rows, x))
    if size < 20:
        place = cuda.backend().cuda.cudadrv.devicearray.FakeCUDAArray
        all_same(expected, play(RULES[name], "auto", rows, x, lambda a: place(unaligned(a))))


@pytest.mark.parametrize("groups", [[0, 3, 5], [0, 3, 9]])
@pytest.mark.parametrize("name", TOTALS)
def test_totals(monkeypatch, name, groups):
    """One launch, and a chain of them for a group of two chunks; the sums are exact in float64."""
    small(monkeypatch, lanes=4)
    x, rows = start("float32", groups[-1]), gradients("float32", groups[-1], 2)
    cpu_run, gpu_run = (play(RULES[name](lr=0.1), d, rows, x, groups=groups) for d in ("cpu", "cuda"))
    all_same(cpu_run, gpu_run)


@pytest.mark.parametrize("name", ["adam", "ndadam"])
def test_in_a_stream(name):
    """numba's own, and the handle of one."""
    x, rows = start("float32", 5), gradients("float32", 5, 2)
    expected = play(RULES[name], "cuda", rows, x)
    for stream in (cuda.backend().cuda.stream(), 7):
        all_same(expected, play(RULES[name], "cuda", rows, x, stream=stream))


def test_a_tree_of_full_size():
    """As it runs on a device, but with 256 lanes dealt out to four threads."""
    x, g = (np.random.default_rng(k).standard_normal(300).astype(np.float32) for k in range(2))
    steppers = [ArrayOptimizer(RULES["swats"], x.copy(), device=d) for d in ("cpu", "cuda")]
    for stepper in steppers:
        stepper.step(g)
    assert np.array_equal(*(stepper.fetch() for stepper in steppers))


def test_the_benchmark_runs(monkeypatch, capsys):
    from adamtheory.cli import main

    small(monkeypatch, lanes=2)
    monkeypatch.setattr(gpu_updates, "STEPS", 1)
    monkeypatch.setattr(sides, "installed", lambda *_: False)  # PyTorch takes seconds to load
    assert main(["bench", "--device", "cuda", "--scale", "1e-8", "--rounds", "3", "update-sgd"]) == 0
    said = capsys.readouterr().out
    assert "sgd, 9 float32 parameters, 12 bytes each" in said
    assert said.count("  goal: 85% of the copy's bandwidth: ") == 1
    contest = gpu_updates.CONTESTS["update-ndadam"](1e-8)
    for entrant in contest.entrants:
        entrant.work()
    assert "ndadam, 8 float32 parameters, 20 bytes each" in contest.title


def test_bytes_are_those_of_the_arrays(monkeypatch):
    """Of float32: the gradient read; the parameter and every slot read and written."""
    monkeypatch.setattr(sides, "installed", lambda *_: False)
    moved = {"sgd": 12, "momentum": 20, "adam": 28, "amsgrad": 36}
    for name, number in moved.items():
        (entrant, *_) = gpu_updates.CONTESTS[f"update-{name}"](1e-8).entrants
        assert entrant.bytes_moved == entrant.units * number
