"""Kernels for a GPU in numba's simulator, bit for bit equal to the CPU's: NUMBA_ENABLE_CUDASIM=1 pytest -m sim.

Most pairs are compared with the text of the CPU's kernel as plain Python, which costs no compilation; a sample of them,
all with ADAMTHEORY_FULL=1, with the compiled kernel.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda, cuda_run
from adamtheory.engine.program import Watch
from adamtheory.errors import DeviceError
from adamtheory.language.tree import Name
from adamtheory.losses import LOSSES
from adamtheory.nets import cuda_training
from adamtheory.nets.network import mlp
from adamtheory.nets.rows import rows_of
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS, ball, box, everything, l1_ball, simplex
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import prepare, simulate

from .pairs import CASES, LANES, NAMES, RATES, assert_equal, both, losses, plain

pytestmark = [
    pytest.mark.sim,
    pytest.mark.skipif(not cuda.simulated(), reason="the simulator needs a process with NUMBA_ENABLE_CUDASIM=1"),
]
FULL = bool(os.environ.get("ADAMTHEORY_FULL"))


@pytest.fixture
def uncompiled(monkeypatch):
    """The CPU's kernels as plain Python."""
    monkeypatch.setattr(cpu, "compile_kernel", plain)


@pytest.mark.parametrize(("rule", "loss", "size", "dtype"), CASES)
def test_every_rule_and_every_loss(uncompiled, rule, loss, size, dtype):
    assert_equal(*both(rule, losses(loss, size), 16, dtype=dtype, monitors=True, checkpoints=[1, 7, 16]))


@pytest.mark.parametrize(("rule", "loss", "size", "dtype"), CASES if FULL else CASES[::22])
def test_the_compiled_kernels(rule, loss, size, dtype):
    assert_equal(*both(rule, losses(loss, size), 50, dtype=dtype, monitors=True, checkpoints=[1, 7, 50]))


@pytest.mark.parametrize("name", NAMES if FULL else NAMES[::2])
def test_whatever_differs_between_lanes(uncompiled, name):
    """Nothing, the seeds, each parameter, all of them: the rest is played for all lanes at once."""
    rule = RULES[name]
    many = {p.name: np.array([0.3, 0.55, 0.8]) for p in rule.parameters}
    alone = list(many) if FULL or not many else [list(many)[NAMES.index(name) % len(many)]]
    once = {n: 0.7 for n in many}
    for values, seed, size in [
        (once, 1, 1), (once, 1, 2), (once, [1, 2, 3], 1), (many, [4, 5, 6], 1),
        *((once | {n: many[n]}, 1, 1) for n in alone),
    ]:  # fmt: skip
        more = {"seed": seed, "monitors": True, "checkpoints": [2, 9]}
        cpu_run, gpu_run = (simulate(rule(**values), losses("random_signs", size), 9, device=d, **more)
                            for d in ("cpu", "cuda"))  # fmt: skip
        assert_equal(cpu_run, gpu_run)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(uncompiled, name):
    given = {"steps": 9, "every": 4, "T0": 5}
    own = {p.name: given[p.name] for p in SCHEDULES[name].parameters if p.name in given}
    own |= {"lr": 1} if SCHEDULES[name].scalar("lr") else {}
    assert_equal(*both("nadam_torch", losses("random_signs", 1), 20, schedule=SCHEDULES[name](**own)))


SETS_IN = {
    "box": box(low=-0.1, high=0.2), "ball": ball(radius=0.1), "simplex": simplex(scale=1),
    "l1_ball": l1_ball(radius=0.1), "everything": everything,
}  # fmt: skip


@pytest.mark.parametrize("projection", ["weighted", "euclidean"])
@pytest.mark.parametrize("name", SETS)
def test_every_set(uncompiled, name, projection):
    for dtype in ("float64", "float32"):
        more = {"feasible": SETS_IN[name], "projection": projection, "dtype": dtype}
        assert_equal(*both("adam", losses("quadratic_gaussian", 3), 12, **more))


@pytest.mark.parametrize(
    ("loss", "where"),
    [("quadratic_gaussian", "ball"), ("absolute_exponential", "ball"), ("absolute_exponential", "simplex"),
     ("random_signs", "l1_ball"), ("hinge", "simplex"), ("shifting", "box")],
)  # fmt: skip
def test_comparators_that_move(uncompiled, loss, where):
    assert_equal(*both("amsgrad", losses(loss, 3), 12, feasible=SETS_IN[where], dynamic=True))


def test_watches(uncompiled):
    wanted = [Watch("largest", "max", Name("v")), Watch("before", "keep", Name("g"))]
    wanted += [Watch("now", "last", Name("@before"))]
    for size in (1, 3):
        cpu_run, gpu_run = both("adam", losses("random_signs", size), 12, watches=wanted)
        assert_equal(cpu_run, gpu_run)
        assert set(gpu_run.watched) == {"largest", "now"}


@pytest.mark.parametrize("order", ["file", "shuffled"])
def test_data_in_both_orders(uncompiled, order):
    for size in (1, 2):
        assert_equal(*both("adagrad", losses("least_squares", size, order), 20, seed=[0, 1, 0, 1, 2]))


@pytest.mark.parametrize("size", [1, 2])
def test_a_chain_of_launches_is_one_launch(uncompiled, size):
    """Over the end of a block of 1024 rounds, where the compensated sums take up the block's part."""
    rule = RULES["adam"](lr=RATES[:2])
    chain = both(rule, losses("random_signs", size), 1100, checkpoints=[3, 1023, 1024, 1025, 1100], seed=[1, 2])
    once = both(rule, losses("random_signs", size), 1100, checkpoints=[1100], seed=[1, 2])
    assert_equal(*chain)
    assert_equal(*once)
    assert np.array_equal(chain[1].losses[:, -1], once[1].losses[:, -1])
    assert np.array_equal(chain[1].iterates[:, -1], once[1].iterates[:, -1])


@pytest.mark.parametrize(("limit", "value"), [("free_bytes", lambda: 400), ("MOST", 7)])
def test_lanes_that_do_not_fit_take_turns(uncompiled, monkeypatch, limit, value):
    """Into the memory, or into the indices of a launch."""
    whole = both("amsgrad", losses("logistic", 2), 20, checkpoints=[5, 20])
    monkeypatch.setattr(cuda, limit, value)
    launched = []
    own = cuda.compile_kernel
    monkeypatch.setattr(cuda, "compile_kernel", lambda k: lambda count, *a: (launched.append(count), own(k)(count, *a)))
    parts = both("amsgrad", losses("logistic", 2), 20, checkpoints=[5, 20])
    assert_equal(whole[0], parts[1])
    assert max(launched) < LANES and sum(launched) >= 2 * LANES


@pytest.mark.parametrize("count", [1, 127, 128, 129, 257])
def test_lanes_that_fill_no_tile(uncompiled, count):
    """One lane, a tile less one, one, and more: each with its own numbers, and nothing from the padding."""
    rates = np.linspace(0.1, 5, count)
    for name, varying in (("lr", {"lr": rates}), ("seeds", {"lr": 0.5})):
        more = {"seed": 4 if name == "lr" else np.arange(count), "checkpoints": [2], "monitors": True}
        assert_equal(*(simulate(RULES["adam"](**varying), losses("random_signs", 1), 2, device=d, **more)
                       for d in ("cpu", "cuda")))  # fmt: skip


def test_what_is_shared_takes_turns_once(uncompiled, monkeypatch):
    """Lanes that take turns, in launches of few rounds, some of them not finite: shared states move once a round."""
    rule, loss = RULES["adam"](lr=[1e-3, 0.5, 1e300, 1e308, 3.0]), losses("quadratic_gaussian", 1)
    more = {"feasible": everything, "seed": 3, "checkpoints": [4, 9, 30], "monitors": True}
    whole = simulate(rule, loss, 30, device="cuda", **more)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 400)
    monkeypatch.setattr(cuda_run, "FIRST_WORK", 7)
    monkeypatch.setattr(cuda_run, "SECONDS_PER_LAUNCH", 1e-9)
    assert_equal(whole, simulate(rule, loss, 30, device="cuda", **more))
    assert_equal(whole, simulate(rule, loss, 30, **more))
    assert len(set(whole.nonfinite.tolist())) >= 2


@pytest.mark.parametrize("varying", [{}, {"lr": [0.1, 0.2, 0.3]}, {"beta2": [0.1, 0.2, 0.3]}])
def test_a_shared_state_that_stops_being_finite(uncompiled, varying):
    """A slope of 1e200 in the third round squares to infinity, in v of all lanes at once or of each."""
    loss = sequence(LOSSES["reddi"](C=1e200, N=3))
    one, two = (simulate(RULES["adam"](**varying), loss, 9, device=d, checkpoints=[9]) for d in ("cpu", "cuda"))
    assert_equal(one, two)
    assert (one.nonfinite > 0).all()


def test_lanes_that_a_shared_state_carries_off(uncompiled):
    """The momentum is the same for all lanes and grows; the larger the rate, the sooner x overflows, in one launch."""
    rule, loss = RULES["momentum"](lr=[1e305, 1e306, 3e306, 1e307, 0.1], mu=0.99), sequence(LOSSES["reddi"](C=3, N=2))
    more = {"feasible": everything, "schedule": SCHEDULES["constant"], "checkpoints": [90]}
    one, two = (simulate(rule, loss, 90, device=d, **more) for d in ("cpu", "cuda"))
    assert_equal(one, two)
    assert len(set(two.nonfinite.tolist())) >= 4


def test_what_comes_back_of_a_launch(uncompiled, monkeypatch):
    """Between checkpoints only whether lanes are finite: states are fetched once for each checkpoint."""
    fetched = []
    own = cuda_run._rows
    monkeypatch.setattr(cuda_run, "_rows", lambda *a: (fetched.append(a), own(*a))[1])
    monkeypatch.setattr(cuda_run, "FIRST_WORK", 1)
    monkeypatch.setattr(cuda_run, "SECONDS_PER_LAUNCH", 1e-9)
    both("adam", losses("random_signs", 2), 12, checkpoints=[5, 12])
    assert len(fetched) == 4  # states and sums, twice


def test_however_long_the_launches_are(uncompiled, monkeypatch):
    """Launches of one round, that become no longer where each takes too much time, give the same bits."""
    monkeypatch.setattr(cuda_run, "FIRST_WORK", 1)
    monkeypatch.setattr(cuda_run, "SECONDS_PER_LAUNCH", 1e-9)
    steps = []
    found = both("adam", losses("logistic", 2), 9, checkpoints=[9], progress=lambda done, _: steps.append(done))
    assert_equal(*found)
    assert steps == [9, *range(1, 10)]  # the CPU's one call, then the launches


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_compensated_sums_take_up_many_blocks(uncompiled, size, dtype):
    """Two rounds around the end of each of twelve blocks, losses of very different sizes, in one launch a block."""
    parts = []
    for device in ("cpu", "cuda"):
        optimizer = RULES["sgd"](lr=[0.3, 150, 1e-9])
        job = prepare(optimizer, losses("quadratic_gaussian", size), feasible=everything, seed=[1, 2, 3], dtype=dtype)
        job.device = device
        run = job.arrays()
        for block in range(1, 13):
            run.advance(0, 3, 2, 1024 * block - 1, np.zeros((3, 1), np.int64))
        parts.append((run, run.read()))
    (single, one), (lanes, two) = parts
    assert list(one) == list(two)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    own = {a.name for a in lanes.kernel.step_sums}
    own = [3 * i + r for i, a in enumerate(single.kernel.step_sums) if a.name in own for r in range(3)]
    sums = np.concatenate([single.state["acc"][:, own], single.state["cacc"]], axis=1)
    assert np.array_equal(sums, lanes.state["sums"].T)
    assert dtype == "float32" or np.count_nonzero(sums[:, 1::3]) > 2  # float32 losses add up exactly


@pytest.mark.parametrize("size", [1, 2])
def test_the_round_that_stops_being_finite(uncompiled, size):
    rule = RULES["momentum"](lr=[1.0, 1e3, 1e30, 1e200, 0.1])
    cpu_run, gpu_run = both(rule, losses("quadratic_gaussian", size), 60, feasible=everything)
    assert_equal(cpu_run, gpu_run)
    assert len(set(gpu_run.nonfinite.tolist())) >= 3


def test_the_round_that_stops_being_finite_on_data(uncompiled):
    """One row in seven does it, at the third meeting, which is in another round for every seed."""
    rows = np.zeros((7, 2))
    rows[3] = 1
    loss = sequence(LOSSES["least_squares"], data=(rows, np.ones(7)), order="shuffled")
    cpu_run, gpu_run = both(RULES["sgd"](lr=[1e120] * LANES), loss, 40, feasible=everything)
    assert_equal(cpu_run, gpu_run)
    assert len(set(gpu_run.nonfinite.tolist())) >= 3


def test_the_benchmark_runs(capsys):
    from adamtheory.cli import main

    assert main(["bench", "--device", "cuda", "--scale", "1e-5", "--rounds", "3", "lanes-adam"]) == 0
    assert "ns a lane-step" in capsys.readouterr().out


def test_data_that_do_not_fit_are_told(monkeypatch, uncompiled):
    """Of a loss sequence and of a network; the device's memory is full from the first array on."""
    x, y = np.ones((5, 2)), np.array([1.0, -1, 1, 1, -1])

    def full(array):
        raise RuntimeError("[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY")

    monkeypatch.setattr(cuda, "to_device", full)
    with pytest.raises(DeviceError, match="5 rows of data do not fit into the GPU's memory: .* GiB are free"):
        simulate(RULES["adam"], sequence(LOSSES["logistic"], data=(x, y)), 3, feasible=ball, device="cuda")
    with pytest.raises(DeviceError, match="5 rows of data do not fit"):
        cuda_training.examples(rows_of(mlp(2, 2, hidden=()), (x, np.array([0, 1, 0, 1, 1]))))
