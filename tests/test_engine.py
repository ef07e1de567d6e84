"""The engine: random stream, kernel files, lanes, prefixes, outcomes and monitors."""

from __future__ import annotations

import math
import os
import re
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
from oracle import assert_same, play, same_bits

import adamtheory.simulation.simulate as simulation
from adamtheory.engine import philox
from adamtheory.engine.cpu import cache_folder
from adamtheory.errors import AdamTheoryError
from adamtheory.language import parse
from adamtheory.language.tree import digest
from adamtheory.losses import gradients, least_squares, quadratic_gaussian, random_signs, reddi, reddi_stochastic
from adamtheory.rules import adam, adam_uncorrected, amsgrad, sgd
from adamtheory.schedules import constant
from adamtheory.sets import box, everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import epoch_order, log_checkpoints, simulate

# -- the random stream ---------------------------------------------------------------------------------------------

ONES = 0xFFFFFFFF
KNOWN = [  # Random123, kat_vectors: counter, key, block
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]  # fmt: skip


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN)
def test_philox_known_answers(counter, key, block):
    words = [np.uint64(v) for v in (*counter, *key)]
    assert tuple(int(v) for v in philox.philox4x32(*words)) == block


def test_uniforms_are_the_top_bits_of_the_block():
    """Draws 0 and 1 are the halves of one block, draw 2 begins the next; the round's high word is counter word 3."""
    t, stream, seed = 2**33 + 5, 9, 77

    def block(c2):
        return [int(w) for w in philox.philox4x32(*(np.uint64(v) for v in (5, stream, c2, 2, seed, philox.LOSS)))]

    for draw, (high, low) in enumerate([block(0)[:2], block(0)[2:], block(1)[:2]]):
        args = [np.uint64(v) for v in (t, stream, draw, seed, philox.LOSS)]
        assert philox.uniform64(*args) == ((high << 32 | low) >> 11) * 2.0**-53
        assert philox.uniform32(*args) == np.float32((high >> 8) * 2.0**-24)


def test_kernels_draw_what_the_plain_functions_draw():
    """The rule hands the draw through as its state: every bit is seen, in both dtypes and both shapes."""
    echo = parse("@loss\ndef echo(x, u: uniform, w: uniform, z: uniform):\n    return total(x), u + 2*w + 4*z\n")[
        "echo"
    ]
    for dtype in ("float64", "float32"):
        for d, count in ((1, 1), (2, 2), (1, 18)):
            seeds = np.arange(count) + 2**31
            found = simulate(KEEP, sequence(echo, dimension=d), 30, seed=seeds, stream=6, dtype=dtype,
                             checkpoints=range(1, 31))  # fmt: skip
            for i in range(0, count, 5):
                played = play(KEEP, sequence(echo, dimension=d), 30, seed=int(seeds[i]), stream=6, dtype=dtype)
                assert_same(found, played, (i,))


# -- kernel files --------------------------------------------------------------------------------------------------

OWN = """
from adamtheory.language import nonnegative, rule

@rule
def own(x, g, *, lr: nonnegative = 1):
    return x - FACTOR*lr*g
"""
RUN = "import own, numpy as np; from adamtheory import simulate; from adamtheory.sets import everything\n" \
      "print(simulate(own.own, np.ones((1, 1)), 3, schedule=None, feasible=everything).iterates[-1, 0])"  # fmt: skip


def test_an_edited_rule_is_never_stale(tmp_path, monkeypatch):
    """Edit a rule and run again, in the same process and in fresh ones that share the cache: the new result, always."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"}
    unit = -sum(1 / np.sqrt(t) for t in (1, 2, 3))
    for factor in ("2", "3", "2"):
        (tmp_path / "own.py").write_text(OWN.replace("FACTOR", factor))
        sys.modules.pop("own", None)
        here = simulate(__import__("own").own, np.ones((1, 1)), 3, feasible=everything).iterates[-1, 0]
        there = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, check=True)
        assert here == float(there.stdout)
        assert here == pytest.approx(float(factor) * unit, rel=1e-15)
    sys.modules.pop("own", None)


def test_kernel_files_are_named_by_their_digest(tmp_path, monkeypatch):
    """Every file under the cache carries the digest of its own text; the same run adds none."""
    monkeypatch.setenv("ADAMTHEORY_CACHE", str(tmp_path))
    text = "@rule\ndef fresh{}(x, g, *, lr: nonnegative = {}):\n    return x - lr*g*{}\n"
    for k in (1, 2):
        simulate(parse(text.format(k, k, 1000 + k))[f"fresh{k}"], random_signs, 2)
        simulate(parse(text.format(k, 5, 1000 + k))[f"fresh{k}"], random_signs, 2)  # another default: the same kernel
        files = sorted(cache_folder().glob("*.py"))
        assert len(files) == k
        for file in files:
            assert file.stem == f"kernel_{digest(file.read_text())[:32]}"
    assert not list(cache_folder().glob("*.part"))


def test_kernel_text_has_literals_of_the_run_type_only():
    """No Python float takes part in a float32 kernel's arithmetic, where numba would widen it to float64."""
    from adamtheory.engine.emit_lanes import emit_lanes
    from adamtheory.engine.emit_single import emit_single
    from adamtheory.engine.prefix_sums import hindsight
    from adamtheory.engine.program import Parts, build
    from adamtheory.rules import RULES
    from adamtheory.schedules import inverse_sqrt

    for rule in RULES.values():
        for size, emit in ((1, emit_single), (3, emit_single), (1, emit_lanes)):
            parts = Parts(rule, quadratic_gaussian, inverse_sqrt, box, size, frozenset({"o_lr"}), monitors=True,
                          hindsight=hindsight(quadratic_gaussian))  # fmt: skip
            text = emit(build(parts), "float32").text.split("def run", 1)[1]
            for line in text.splitlines():
                if re.search(r"(?<![\w.])\d+\.\d", line):
                    assert re.fullmatch(r"\s*(a_\w+|a\[.*\]|acc\[.*\]|cl\[.*\]) = .*|.*F\(0\.0\).*", line), line


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
        monkeypatch.setattr(simulation, "WORK_PER_CALL", work if name != "many lanes" else work * 20)
        rounds = [7, 40] if work == 1 else [7, 40, 1100, 2600]
        some[f"calls of {work}"] = simulate(rule, loss, rounds[-1], checkpoints=rounds, monitors=True, seed=3)
    whole = everything_of(dense, ())
    for label, other in some.items():
        for key, value in everything_of(other, ()).items():
            if key != "nonfinite":
                shared = np.take(whole[key], other.checkpoints - 1, axis=lanes)
                assert same_bits(shared.astype(float), value.astype(float)), f"{label}: {key}"


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
        monkeypatch.setattr(simulation, "WORK_PER_CALL", work)
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


# -- monitors ------------------------------------------------------------------------------------------------------


def watched(rule, slopes, schedule_lr, uncorrected_v, moment, eps):
    """Gamma_t and |m|/D by NumPy, from the formulas; v (T, d) is the denominator's square."""
    del rule, slopes
    root = np.sqrt(uncorrected_v) + eps
    rate = root / schedule_lr[:, None]
    return np.diff(rate, axis=0), np.abs(moment) / root


@pytest.mark.parametrize("lanes", [1, 20])
def test_monitors_against_direct_formulas(lanes):
    """Adam's and AMSGrad's Gamma_t, its first negative round and the largest |m|/D, from recursions in NumPy."""
    T, lr, beta1, beta2 = 300, 0.5, 0.5, 0.9
    g = np.random.default_rng(2).normal(size=(T, 1)) * (np.arange(T)[:, None] % 7 + 0.1)
    own = parse("@loss\ndef own(x, k=1, *, a: real = 1, t):\n    k = where(k*7.3 < 11, k*7.3, k*0.11)\n"
                "    return total(a*k*x), a*k, k\n")["own"]  # fmt: skip
    for rule, corrected, monotone in ((adam, True, False), (adam_uncorrected, False, False), (amsgrad, False, True)):
        bound = rule(lr=lr if lanes == 1 else np.full(20, lr) * np.arange(1, 21), beta1=beta1, beta2=beta2, eps=1e-3)
        loss = sequence(gradients, data=g) if lanes == 1 else own(a=2)
        found = simulate(bound, loss, T, checkpoints=range(1, T + 1), monitors=True)
        slopes = g[:, 0] if lanes == 1 else play(rule(lr=lr), own(a=2), T).gradients[:, 0]
        m, v, top, rates, ratios = 0.0, 0.0, 0.0, [], []
        for t in range(1, T + 1):
            m, v = beta1 * m + (1 - beta1) * slopes[t - 1], beta2 * v + (1 - beta2) * slopes[t - 1] ** 2
            top = max(top, v) if monotone else v
            m_hat, v_hat = (m / (1 - beta1**t), top / (1 - beta2**t)) if corrected else (m, top)
            rates.append((math.sqrt(v_hat) + 1e-3) * math.sqrt(t) / lr)
            ratios.append(abs(m_hat) / (math.sqrt(v_hat) + 1e-3))
        gamma = np.diff(rates)
        lane = () if lanes == 1 else (0,)
        assert found.monitors.gamma_min[lane][0] == math.inf
        assert np.allclose(found.monitors.gamma_min[lane][1:], np.minimum.accumulate(gamma), rtol=1e-9, atol=1e-12)
        assert np.allclose(found.monitors.ratio_max[lane], np.maximum.accumulate(ratios), rtol=1e-12)
        negative = np.flatnonzero(gamma < 0)
        first = int(negative[0]) + 2 if len(negative) else 0
        assert (first == 0) == monotone
        firsts = found.monitors.gamma_first[lane]
        assert firsts.tolist() == [first if t >= first else 0 for t in range(1, T + 1)]


def test_gamma_of_the_two_round_witness():
    """C = 3, g = (3, -1), beta2 = 1/10: alpha Gamma_2 = sqrt(2*1.71) - sqrt(8.1), corrected sqrt(38/11) - 3."""
    slopes = np.array([[3.0], [-1.0]])
    for rule, wanted in ((adam_uncorrected, math.sqrt(3.42) - math.sqrt(8.1)), (adam, math.sqrt(38 / 11) - 3)):
        found = simulate(rule(lr=0.25, beta1=0, beta2=0.1, eps=0), slopes, 2, monitors=True, checkpoints=[1, 2])
        assert 0.25 * found.monitors.gamma_min[-1] == pytest.approx(wanted, rel=1e-14)
        assert found.monitors.gamma_first.tolist() == [0, 2]


@pytest.mark.parametrize("beta2", [0.5, 0.75, 0.9])
def test_the_first_negative_gamma(beta2):
    """Uncorrected: never up to 1/(1 - beta2), then at the first zero of g = (1, ..., 1, 0); corrected: at any zero."""
    last = round(1 / (1 - beta2))
    for zero in range(2, last + 8):
        slopes = np.ones((last + 10, 1))
        slopes[zero - 1] = 0
        found = simulate(adam_uncorrected(lr=1, beta1=0, beta2=beta2, eps=0), slopes, last + 10, monitors=True)
        first = found.monitors.gamma_first[-1]
        # at 1/(1 - beta2) itself Gamma is exactly 0, and in floats of either sign
        assert first == (zero if zero > last else 0) or (zero == last and first == zero)
        assert found.monitors.gamma_min[-1] > -1e-14 or zero > last
        corrected = simulate(adam(lr=1, beta1=0, beta2=beta2, eps=0), slopes, last + 10, monitors=True)
        assert corrected.monitors.gamma_first[-1] == zero
    both = simulate(adam(beta1=0, beta2=beta2, eps=0), np.array([[1.0], [0.0]]), 2, monitors=True)
    assert both.monitors.gamma_first[-1] == 2


def test_amsgrad_never_has_a_negative_gamma():
    rng = np.random.default_rng(8)
    slopes = rng.normal(size=(500, 4)) * 10.0 ** rng.integers(-3, 3, (500, 4))
    for given_ in ({}, {"schedule": constant(lr=1)}):
        found = simulate(amsgrad(lr=0.1), slopes, 20_000, monitors=True, **given_)
        assert (found.monitors.gamma_first == 0).all()
        assert (found.monitors.gamma_min >= 0).all()


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


# -- wrong input ---------------------------------------------------------------------------------------------------

LEAST = parse("@loss\ndef least(x):\n    return x*x, 2*x\n")["least"]
ODD = parse('@loss(period="N + 1")\ndef odd(x, *, N: real = 2):\n    return total(x), 1\n')["odd"]
WRONG = {
    "horizon 0": lambda: simulate(sgd, reddi, 0),
    "horizon 1.5": lambda: simulate(sgd, reddi, 1.5),
    "horizon text": lambda: simulate(sgd, reddi, "10"),
    "horizon beyond counting": lambda: simulate(sgd, reddi, 10**30),
    "no loss": lambda: simulate(sgd, sgd, 10),
    "no rule": lambda: simulate(reddi, reddi, 10),
    "no schedule": lambda: simulate(sgd, reddi, 10, schedule=sgd),
    "no set": lambda: simulate(sgd, reddi, 10, feasible=sgd),
    "dtype": lambda: simulate(sgd, reddi, 10, dtype="float16"),
    "seed text": lambda: simulate(sgd, reddi, 10, seed="a"),
    "seed half": lambda: simulate(sgd, reddi, 10, seed=0.5),
    "seed negative": lambda: simulate(sgd, reddi, 10, seed=-1),
    "seed too large": lambda: simulate(sgd, reddi, 10, seed=2**32),
    "seed nan": lambda: simulate(sgd, reddi, 10, seed=[0, math.nan]),
    "start text": lambda: simulate(sgd, reddi, 10, start="a"),
    "start nan": lambda: simulate(sgd, reddi, 10, start=math.nan),
    "start shape": lambda: simulate(sgd, sequence(reddi, dimension=3), 10, start=[1, 2]),
    "ragged": lambda: simulate(sgd(lr=[[0.1], [0.1, 0.2]]), reddi, 10),
    "beyond float64": lambda: simulate(sgd(lr=10**400), reddi, 10),
    "shapes": lambda: simulate(sgd(lr=[1, 2]), reddi(C=[1, 2, 3]), 10),
    "workers": lambda: simulate(sgd, reddi, 10, workers=0),
    "checkpoints empty": lambda: simulate(sgd, reddi, 10, checkpoints=[]),
    "checkpoints half": lambda: simulate(sgd, reddi, 10, checkpoints=[1.5]),
    "checkpoints order": lambda: simulate(sgd, reddi, 10, checkpoints=[5, 5]),
    "checkpoints beyond": lambda: simulate(sgd, reddi, 10, checkpoints=[11]),
    "checkpoints zero": lambda: simulate(sgd, reddi, 10, checkpoints=[0, 5]),
    "checkpoints text": lambda: simulate(sgd, reddi, 10, checkpoints=["a"]),
    "checkpoints per decade": lambda: simulate(sgd, reddi, 10, checkpoints=0),
    "too large": lambda: simulate(sgd, sequence(reddi, dimension=10**6), 1000, checkpoints=range(1, 1001)),
    "empty box": lambda: simulate(sgd, reddi, 10, feasible=box(low=1, high=[0, 2])),
    "period half": lambda: simulate(sgd, reddi(N=2.5), 10),
    "period expression": lambda: simulate(sgd, ODD, 10),
    "loss per coordinate": lambda: simulate(sgd, sequence(LEAST, dimension=2), 10),
    "no data": lambda: simulate(sgd, least_squares, 10),
    "data for none": lambda: sequence(reddi, data=np.ones((3, 1))),
    "data text": lambda: sequence(gradients, data=[["a"]]),
    "data nan": lambda: sequence(gradients, data=[[math.nan]]),
    "data empty": lambda: sequence(gradients, data=np.zeros((0, 2))),
    "no targets": lambda: sequence(least_squares, data=np.ones((3, 1))),
    "few targets": lambda: sequence(least_squares, data=(np.ones((3, 1)), np.ones(2))),
    "targets nan": lambda: sequence(least_squares, data=(np.ones((2, 1)), [1, math.nan])),
    "order": lambda: sequence(gradients, data=np.ones((3, 1)), order="random"),
    "dimension": lambda: sequence(reddi, dimension=0),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_one_clear_line(name):
    with pytest.raises(AdamTheoryError) as caught:
        WRONG[name]()
    assert "\n" not in str(caught.value)


# -- rules at random -----------------------------------------------------------------------------------------------

FORMS = [
    "{} + {}", "{} - {}", "{}*{}", "{}*{}", "{}/(1 + absolute({}))", "-({})", "sqrt(absolute({}))", "absolute({})",
    "maximum({}, {})", "minimum({}, {})", "exp(-absolute({}))", "cospi({})", "log(1 + absolute({}))", "({})**3",
    "where({} < {}, {}, {})", "where({} <= {}, {}, {})", "(0.5 + absolute({}))**b", "total({})", "total({}*{})",
]  # fmt: skip
NAMES = ("x", "g", "m", "n", "lr", "b", "t")


@st.composite
def expression(draw, depth: int, names: tuple[str, ...]):
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from([*names, *names, "0.3", "2", "-1", "1/3", "1e-3"]))
    part = expression(depth - 1, names)
    form = draw(st.sampled_from(FORMS))
    return form.format(*(f"({draw(part)})" for _ in range(form.count("{}"))))


@st.composite
def random_rule(draw):
    """Four lines over two slots, one of which is read by the next lines; everything stays tame enough to compare."""
    lines, names = [], NAMES
    for target in draw(st.lists(st.sampled_from(["m", "n", "h", "k"]), min_size=2, max_size=4)):
        lines.append(f"    {target} = {draw(expression(3, names))}")
        names = tuple(dict.fromkeys((*names, target)))
    end = draw(expression(2, names))
    lines.append(
        f"    return x - lr*cospi({end}), cospi(m), {draw(st.sampled_from(['n/(1 + absolute(n))', 'n*b', 't', 'lr']))}"
    )
    return "@rule\ndef random(x, g, m=0.5, n=-1/4, *, lr: real = 0.5, b: real = 0.75, t):\n" + "\n".join(lines) + "\n"


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(random_rule(), st.sampled_from([1, 3]), st.sampled_from(["float64", "float32"]))
def test_random_rules_run_as_they_are_read(text, d, dtype):
    rule = parse(text)["random"]
    slopes = np.random.default_rng(0).normal(size=(23, d))
    losses = sequence(gradients, data=slopes)
    kernel = simulate(rule, losses, 23, start=0.125, checkpoints=range(1, 24), dtype=dtype, feasible=box)
    assert_same(kernel, play(rule, losses, 23, start=0.125, dtype=dtype, feasible=box))
    if d == 1:
        lanes = simulate(
            rule(b=np.linspace(0.1, 0.9, 16)), reddi, 23, start=0.125, checkpoints=range(1, 24), dtype=dtype
        )
        one = float(np.linspace(0.1, 0.9, 16)[5])
        assert_same(lanes, play(rule(b=one), reddi, 23, start=0.125, dtype=dtype, feasible=box), (5,))


def test_the_start_lies_in_the_set():
    """One that is asked for must; the loss's own is moved into it."""
    with pytest.raises(AdamTheoryError, match="start=5 lies outside the feasible set"):
        simulate(sgd(lr=0.1), reddi, 3, start=5)
    with pytest.raises(AdamTheoryError, match="start=-2 lies outside"):
        simulate(sgd(lr=0.1), reddi, 3, start=[0.5, -2])
    moved = simulate(sgd(lr=1e-9), reddi, 1, feasible=box(low=2, high=3))
    assert moved.iterates[0, 0] == pytest.approx(2, abs=1e-6)


def test_kernel_texts_do_not_depend_on_the_hash_seed() -> None:
    """Sets of names iterate in an order that Python draws at start: a text that followed it would miss its cache."""
    program = (
        "from adamtheory.rules import RULES; from adamtheory.losses import quadratic_gaussian as loss;"
        "from adamtheory.schedules import inverse_sqrt as plan; from adamtheory.sets import box;"
        "from adamtheory.engine.program import Parts, build; from adamtheory.engine.emit_single import emit_single;"
        "from adamtheory.engine.emit_lanes import emit_lanes; from adamtheory.language.tree import digest;"
        "parts = [Parts(r, loss, plan, box) for r in RULES.values()];"
        "print(digest(''.join(e(build(p), 'float64').text for p in parts for e in (emit_single, emit_lanes))))"
    )
    digests = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                       env=os.environ | {"PYTHONHASHSEED": seed}).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(digests) == 1
