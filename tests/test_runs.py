"""Runs: lanes, prefixes, threads, outcomes, the order of data."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import same_bits

import adamtheory.simulation.job as job
from adamtheory.errors import AdamTheoryError
from adamtheory.language import parse
from adamtheory.losses import gradients, least_squares, quadratic_gaussian, random_signs, reddi, reddi_stochastic
from adamtheory.rules import adam, amsgrad, sgd
from adamtheory.schedules import constant
from adamtheory.sets import everything
from adamtheory.simulation.rows import epoch_order
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import log_checkpoints, simulate

# -- lanes ---------------------------------------------------------------------------------------------------------


def everything_of(trajectory, lane=()) -> dict[str, np.ndarray]:
    """All that a run computed, for one lane."""
    found = {"losses": trajectory.losses[lane], "iterates": trajectory.iterates[lane],
             "nonfinite": np.asarray(trajectory.nonfinite[lane])}  # fmt: skip
    found |= {f"state {n}": v[lane] for n, v in trajectory.state.items()}
    found |= {f"sum {n}": v[lane] for n, v in trajectory.sums.items()}
    if trajectory.monitors is not None:
        m = trajectory.monitors
        found |= {"gamma_min": m.gamma_min[lane], "gamma_first": m.gamma_first[lane]}
        found |= {} if m.ratio_max is None else {"ratio_max": m.ratio_max[lane]}
    return found


def assert_equal_runs(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> None:
    assert a.keys() == b.keys()
    for name, value in a.items():
        assert value.shape == b[name].shape, name
        assert np.array_equal(value, b[name], equal_nan=value.dtype.kind == "f"), name


@pytest.mark.parametrize("loss", [quadratic_gaussian, reddi_stochastic])
def test_a_lane_replayed_alone_gives_the_same_bits(loss):
    """Twenty lanes of random losses together, then one by one with their seeds and streams: the other kernel shape."""
    seeds, streams = np.arange(20) * 1000 + 3, np.arange(20) % 4
    rates = np.linspace(0.1, 2, 20)
    together = simulate(amsgrad(lr=rates), loss, 3000, seed=seeds, stream=streams, monitors=True)
    for i in (0, 7, 19):
        assert together.key((i,)) == (seeds[i], streams[i])
        alone = simulate(amsgrad(lr=rates[i]), loss, 3000, seed=int(seeds[i]), stream=int(streams[i]), monitors=True)
        assert_equal_runs(everything_of(together, (i,)), everything_of(alone))


def test_lanes_of_equal_seed_see_equal_draws_and_others_do_not():
    found = simulate(sgd(lr=0), quadratic_gaussian, 200, seed=[1, 1, 1, 2], stream=[0, 0, 5, 0])
    assert np.array_equal(found.losses[0], found.losses[1])
    assert len(np.unique(found.losses[:, -1])) == 3


SHAPES = st.sampled_from([(), (1,), (3,), (2, 1), (2, 3), (6, 3), (1, 3)])
VALUES = st.floats(0.01, 0.99, allow_nan=False)


@st.composite
def parameter(draw, low=0.0):
    shape = draw(SHAPES)
    flat = draw(st.lists(VALUES, min_size=math.prod(shape), max_size=math.prod(shape)))
    return np.array(flat).reshape(shape) + low


def broadcasts(*arrays) -> bool:
    try:
        np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError:
        return False
    return True


@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much])
@given(parameter(), parameter(), parameter(2.5), st.integers(0, 2**32 - 1))
def test_broadcasting_equals_looping(lr, beta2, C, seed):
    """Any shapes that broadcast: each lane is the run with that lane's numbers, in whichever kernel it ran."""
    if not broadcasts(lr, beta2, C):
        with pytest.raises(AdamTheoryError, match="do not broadcast"):
            simulate(adam(lr=lr, beta2=beta2), reddi(C=C), 50)
        return
    together = simulate(adam(lr=lr, beta2=beta2), reddi(C=C), 50, seed=seed)
    full = np.broadcast_shapes(lr.shape, beta2.shape, C.shape)
    assert together.shape == full
    assert len(together.axes) == len(full) == len(set(together.axes))
    wide = [np.broadcast_to(a, full) for a in (lr, beta2, C)]
    for lane in list(np.ndindex(full))[::4]:
        a, b, c = (float(w[lane]) for w in wide)
        assert_equal_runs(everything_of(together, lane), everything_of(simulate(adam(lr=a, beta2=b), reddi(C=c), 50)))


def test_a_lane_that_diverges_leaves_the_others_alone():
    """Plain descent with a step far too long overflows in every third lane; no bit of the others changes."""
    rates = np.linspace(0.1, 0.9, 24)
    wild = np.where(np.arange(24) % 3 == 1, 1e3, rates)
    free = {"schedule": constant, "feasible": everything, "seed": 5}
    calm = simulate(sgd(lr=rates), quadratic_gaussian, 500, **free)
    mixed = simulate(sgd(lr=wild), quadratic_gaussian, 500, **free)
    assert (mixed.nonfinite[1::3] > 0).all()
    assert (calm.nonfinite == 0).all()
    assert set(calm.outcome) == {"finite"}
    assert mixed.outcome[1] == f"not finite from round {mixed.nonfinite[1]}"
    for i in range(24):
        if i % 3 != 1:
            assert_equal_runs(everything_of(calm, (i,)), everything_of(mixed, (i,)))


@pytest.mark.parametrize("count", [1, 3, 20])
@pytest.mark.parametrize("d", [1, 2])
def test_shapes_do_not_depend_on_the_kernel(count, d):
    """Lanes, checkpoints, coordinates; what all coordinates share has no axis of coordinates, in every shape."""
    losses = sequence(parse("@loss\ndef bowl(x):\n    return total(x*x)/2, x\n")["bowl"], dimension=d)
    for arrays in ({"lr": np.ones(count)}, {"beta1": np.linspace(0, 0.9, count)}):
        found = simulate(adam(**arrays), losses, 5, start=1, checkpoints=[1, 5])
        shapes = {n: v.shape for n, v in found.state.items()}
        shared, own = (count, 2), (count, 2, d)
        assert shapes == {"m": own, "v": own, "p1": shared, "p2": shared}
        assert found.iterates.shape == own
        assert found.losses.shape == shared
        assert found.nonfinite.shape == (count,)


KEEP = parse("@rule\ndef keep(x, g, last=0, *, lr: real = 1):\n    return x, g\n")["keep"]


@pytest.mark.parametrize("shape", ["single", "coordinates", "lanes", "shared"])
def test_sums_are_compensated(shape):
    """A block of 2^60, blocks of 2^-12, a block of -2^60: what is left is exact; a plain sum leaves nothing of it."""
    rounds, small = 5 * 1024, 3 * 1024 * 2.0**-12
    slope = "where(t < 1025, 2*s, where(t < 4097, 2*b, -2*s))"
    steep = parse(f"@loss\ndef steep(x, *, s: real = 1, b: real = 1, t):\n    return total({slope}*x), {slope}\n")[
        "steep"
    ]
    big = 2.0**49 * (np.arange(1, 17) if shape == "lanes" else 1)
    losses = sequence(steep(s=big, b=2.0**-13), dimension=3 if shape == "coordinates" else 1)
    found = simulate(KEEP(lr=np.ones(16) if shape == "shared" else 1), losses, rounds, start=1, checkpoints=[rounds])
    size = 3 if shape == "coordinates" else 1
    assert (found.losses == small * size).all()
    assert (found.sums["c1"] == small).all()


def test_selected_lanes_are_those_lanes():
    """`sel` takes one value of an axis out of every array, seeds and monitors included."""
    given_ = {"seed": np.array([7, 8, 9]), "monitors": True, "checkpoints": [3, 40]}
    found = simulate(adam(lr=[[0.1], [0.2]]), quadratic_gaussian, 40, **given_)
    assert found.axes == ("lr", "seed")
    chosen = found.sel(seed=8)
    assert chosen.axes == ("lr",)
    assert chosen.shape == (2,)
    for i, lr in enumerate((0.1, 0.2)):
        assert chosen.key((i,)) == (8, 0)
        assert chosen.sel(lr=lr).parameters["o_lr"] == lr
        assert_equal_runs(everything_of(chosen.sel(lr=lr)), everything_of(found, (i, 1)))
    for wrong in ({"lr": 0.3}, {"beta": 1}):
        with pytest.raises(AdamTheoryError):
            found.sel(**wrong)


# -- prefixes, calls, threads --------------------------------------------------------------------------------------

RUNS = {
    "one lane": (amsgrad(lr=0.3), quadratic_gaussian),
    "coordinates": (amsgrad(lr=0.3), sequence(quadratic_gaussian, dimension=3)),
    "many lanes": (amsgrad(lr=np.linspace(0.1, 1, 20)), quadratic_gaussian),
    "shared sums": (amsgrad(lr=np.linspace(0.1, 1, 20)), reddi(C=3.7)),
    "shuffled": (
        adam(lr=[0.1, 0.2]),
        sequence(
            least_squares, data=(np.random.default_rng(0).normal(size=(37, 2)), np.arange(37.0)), order="shuffled"
        ),
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_prefix_does_not_depend_on_what_follows(name, monkeypatch):
    """Other horizons, other checkpoints, other calls: every number of a shared round is the same, sums included."""
    rule, loss = RUNS[name]
    dense = simulate(rule, loss, 2600, checkpoints=range(1, 2601), monitors=True, seed=3)
    lanes = len(dense.shape)
    some = {
        "short": simulate(rule, loss, 900, monitors=True, seed=3),
        "long": simulate(rule, loss, 2600, monitors=True, seed=3),
    }
    for work in (1, 700, 40_000):
        monkeypatch.setattr(job, "WORK_PER_CALL", work if name != "many lanes" else work * 20)
        rounds = [7, 40] if work == 1 else [7, 40, 1100, 2600]
        some[f"calls of {work}"] = simulate(rule, loss, rounds[-1], checkpoints=rounds, monitors=True, seed=3)
    whole = everything_of(dense, ())
    for label, other in some.items():
        for key, value in everything_of(other, ()).items():
            if key != "nonfinite":
                shared = np.take(whole[key], other.checkpoints - 1, axis=lanes)
                assert same_bits(shared.astype(float), value.astype(float)), f"{label}: {key}"


RATES = st.lists(st.floats(0.01, 2), min_size=16, max_size=20, unique=True)
ROUNDS = st.lists(st.integers(1, 2500), min_size=1, max_size=6, unique=True).map(sorted)
SOME = settings(max_examples=20)


def played(lanes, rounds, seed):
    """A run with all that it gives; lanes: step sizes, one or many."""
    rates = lanes[0] if len(lanes) == 1 else lanes
    return simulate(amsgrad(lr=rates), quadratic_gaussian, rounds[-1], checkpoints=rounds, monitors=True, seed=seed)


@SOME
@given(st.one_of(st.tuples(st.floats(0.01, 2)).map(list), RATES), ROUNDS, st.integers(0, 2**32 - 1))
def test_checkpoints_agree_with_a_dense_run(lanes, rounds, seed):
    """Any checkpoints: each number is that of the run which records every round; what follows does not matter."""
    dense = played(lanes, list(range(1, rounds[-1] + 1)), seed)
    found, whole = everything_of(played(lanes, rounds, seed)), everything_of(dense)
    for key in found.keys() - {"nonfinite"}:
        shared = np.take(whole[key], np.array(rounds) - 1, axis=len(dense.shape))
        assert same_bits(shared.astype(float), found[key].astype(float)), key


@SOME
@given(ROUNDS, st.integers(1, 2500), st.integers(0, 2**32 - 1))
def test_a_prefix_does_not_know_the_horizon(rounds, more, seed):
    """Any horizon: the shared checkpoints are the same to the last bit."""
    short, long = played([0.3], rounds, seed), played([0.3], [*rounds, rounds[-1] + more], seed)
    for key, value in everything_of(short).items():
        if key != "nonfinite":
            assert same_bits(everything_of(long)[key][: len(rounds)].astype(float), value.astype(float)), key


@SOME
@given(RATES, st.data(), st.integers(0, 2**32 - 1))
def test_lanes_are_independent(lanes, data, seed):
    """Any other number in one lane, however wild: no bit of the other lanes changes."""
    changed = data.draw(st.integers(0, len(lanes) - 1))
    other = [*lanes]
    other[changed] = data.draw(st.floats(1e-6, 1e6).filter(lambda rate: rate not in lanes))
    before, after = played(lanes, [50], seed), played(other, [50], seed)
    for i in range(len(lanes)):
        if i != changed:
            assert_equal_runs(everything_of(before, (i,)), everything_of(after, (i,)))


@pytest.mark.parametrize("name", RUNS)
def test_threads_change_nothing(name):
    rule, loss = RUNS[name]
    runs = [simulate(rule, loss, 30_000, workers=w, monitors=True, seed=9) for w in (1, 2, 5)]
    for other in runs[1:]:
        assert_equal_runs(everything_of(runs[0]), everything_of(other))


def test_checkpoints_are_increasing_whole_periods_that_end_with_the_horizon():
    for horizon, period in [(1, 1), (2, 3), (10, 3), (1000, 7), (10**6, 101), (10**9, 1)]:
        found = log_checkpoints(horizon, period)
        assert found[-1] == horizon
        assert (np.diff(found) > 0).all()
        assert (found[:-1] % period == 0).all()
    assert len(log_checkpoints(10**9)) < 120


def test_memory_does_not_grow_with_the_horizon():
    """The peak of all that Python allocates in a run ten and a hundred times as long is the same within a tenth."""
    peaks = []
    simulate(adam, random_signs, 100, checkpoints=[10, 100], monitors=True)
    for horizon in (10_000, 100_000, 1_000_000):
        tracemalloc.start()
        simulate(adam, random_signs, horizon, checkpoints=[10, horizon], monitors=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 1.1 * min(peaks) + 10_000


def test_an_interrupt_is_answered_within_a_second():
    """A run of hours on all cores is told to stop: the time from the signal to the end of the process."""
    code = (
        "from adamtheory.simulation.simulate import simulate; from adamtheory.rules import *\n"
        "from adamtheory.losses import reddi_stochastic\n"
        "simulate(amsgrad(lr=[0.1, 0.2]), reddi_stochastic, 10**12, checkpoints=[9, 10**12],"
        "progress=lambda *_: print('on', flush=True))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "on\n"
        time.sleep(1)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert time.monotonic() - began < 1
    assert "KeyboardInterrupt" in errors


# -- outcomes ------------------------------------------------------------------------------------------------------

DOUBLING = parse("@rule\ndef doubling(x, g, *, lr: real = 1):\n    return x + x\n")["doubling"]
SQUARES = parse("@rule\ndef squares(x, g, v=1, *, lr: real = 1):\n    v = v*lr\n    return x, v\n")["squares"]
FLAT = parse("@loss(start=1)\ndef flat(x):\n    return total(x)*0, x*0\n")["flat"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", ["single", "lanes", "coordinates"])
def test_the_first_nonfinite_round_is_exact(shape, dtype, monkeypatch):
    """x doubles every round from 2^k: it overflows after round 1024 - k (128 - k); at 0 it never does."""
    top = 1024 if dtype == "float64" else 128
    count = 40 if shape == "lanes" else 5
    exponents = np.arange(count) * 3
    start = np.where(np.arange(count) % 5 == 4, 0, 2.0**exponents)
    wanted = np.where(start == 0, 0, top - exponents)
    for work in (10**7, 500):
        monkeypatch.setattr(job, "WORK_PER_CALL", work)
        if shape != "coordinates":
            found = simulate(DOUBLING, FLAT, 1500, start=start, dtype=dtype)
            assert found.nonfinite.tolist() == wanted.tolist()
            continue
        for k in range(count):
            found = simulate(DOUBLING, sequence(FLAT, dimension=2), 1500, start=[0, start[k]], dtype=dtype)
            assert found.nonfinite == wanted[k]


def test_a_state_that_overflows_counts_though_the_iterate_does_not():
    """v = 10^k each round: finite up to 10^308."""
    found = simulate(SQUARES(lr=[10.0, 1e10, 1.0]), FLAT, 400, schedule=constant)
    assert found.nonfinite.tolist() == [309, 31, 0]
    assert np.isfinite(found.iterates).all()


def test_division_by_zero_is_an_outcome():
    """Adam with eps = 0 meets a zero gradient: 0/0 in that round; the projection does not hide the NaN."""
    found = simulate(adam(eps=0), np.array([[0.0], [1.0]]), 20)
    assert found.nonfinite == 1
    assert np.isnan(found.iterates).all()
    late = simulate(adam(eps=0, beta1=0, beta2=0), np.array([[1.0], [1.0], [0.0]]), 20)
    assert late.nonfinite == 3


# -- data ----------------------------------------------------------------------------------------------------------


def test_a_shuffled_epoch_is_a_permutation_of_its_own():
    orders = {(e, s, r): epoch_order(50, e, s, r) for e in (0, 1, 2**33) for s in (0, 1) for r in (0, 7)}
    for order in orders.values():
        assert sorted(order) == list(range(50))
    assert len({tuple(o) for o in orders.values()}) == len(orders)
    assert tuple(epoch_order(50, 1, 1, 7)) == tuple(orders[1, 1, 7])


def test_shuffled_rows_are_uniform():
    """Where row 0 of 8 stands in 4,000 epochs: chi square of 7 degrees below its 99.9 % point; pairs as well."""
    orders = np.stack([epoch_order(8, e, 5, 1) for e in range(4000)])
    places = np.bincount(np.argmin(orders, axis=1), minlength=8)
    assert ((places - 500) ** 2 / 500).sum() < 24.3
    assert abs((orders[:, 0] < orders[:, 1]).mean() - 0.5) < 4 * 0.5 / math.sqrt(4000)


@pytest.mark.parametrize("order", ["file", "shuffled"])
def test_rows_are_met_in_their_order(order):
    """The slope is the row itself, so a rule that keeps its last gradient tells which row it met."""
    data = np.arange(1.0, 12)[:, None]
    found = simulate(KEEP, sequence(gradients, data=data, order=order), 50, seed=[4, 4, 6], checkpoints=range(1, 51))
    rows = found.state["last"][..., 0].astype(int) - 1
    for lane, seed in enumerate((4, 4, 6)):
        wanted = [epoch_order(11, e, seed, 0) if order == "shuffled" else np.arange(11) for e in range(5)]
        assert rows[lane].tolist() == np.concatenate(wanted)[:50].tolist()
    assert (order == "file") == np.array_equal(rows[0], rows[2])


def test_short_data_do_not_slow_a_run_down():
    """Three rows, two hundred thousand rounds: some calls, not one for each epoch."""
    calls = []
    found = simulate(
        sgd,
        np.array([[3.0], [-1.0], [-1.0]]),
        200_001,
        progress=lambda done, _: calls.append(done),
        checkpoints=[200_001],
    )
    assert calls == [200_001]
    assert found.losses[-1] == pytest.approx(simulate(sgd, reddi, 200_001, start=0).losses[-1], rel=1e-12)
