"""Kernels on a GPU against the CPU: `make test-gpu`. Skipped, with the reason, where there is none.

A GPU contracts a*b + c and has its own exp and log, so numbers agree to the tolerances of float64 and float32 over some
hundred rounds, and draws exactly.
"""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory.engine import cuda
from adamtheory.language import parse
from adamtheory.losses import reddi
from adamtheory.rules import RULES, adam, amsgrad
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

from .pairs import CASES, arrays, assert_equal, both, losses


def reason() -> str:
    """Why there is no GPU to test; empty where there is one."""
    return "the simulator is no GPU" if cuda.simulated() else cuda.driver_error() or ""


pytestmark = [pytest.mark.gpu, pytest.mark.skipif(bool(reason()), reason=reason())]
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
ROUNDS = 200


@pytest.mark.parametrize(("rule", "loss", "size", "dtype"), CASES)
def test_every_rule_and_every_loss(rule, loss, size, dtype):
    """The sums of losses, which regret is made of, relative to the largest that they could be."""
    cpu_run, gpu_run = both(RULES[rule], losses(loss, size), ROUNDS, dtype=dtype, checkpoints=[1, 50, ROUNDS])
    scale = np.abs(cpu_run.losses).max() + 1
    assert np.abs(gpu_run.losses - cpu_run.losses).max() <= ROUNDS * TOLERANCE[dtype] * scale
    assert np.array_equal(gpu_run.nonfinite, cpu_run.nonfinite)


PLAIN = [
    ("adam", "reddi", 1, "float32"), ("amsgrad", "reddi", 1, "float64"),
    ("nadam_constant", "random_signs", 1, "float32"), ("adagrad", "least_squares", 3, "float64"),
    ("yogi", "quadratic_two_point", 2, "float32"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "loss", "size", "dtype"), PLAIN)
def test_without_contraction_the_bits_are_the_cpus(rule, loss, size, dtype):
    """Over the end of a block of rounds, with monitors: without exp, log, powers and cosines nothing differs."""
    with cuda.exact():
        assert_equal(*both(rule, losses(loss, size), 1100, dtype=dtype, monitors=True, checkpoints=[3, 1024, 1100]))


@pytest.mark.parametrize("count", [1, 127, 128, 129, 1000])
def test_lanes_that_fill_no_tile(count):
    with cuda.exact():
        rule = RULES["adam"](lr=np.linspace(0.1, 5, count))
        assert_equal(*(simulate(rule, losses("random_signs", 1), 50, device=d) for d in ("cpu", "cuda")))


def test_a_shared_state_that_stops_being_finite():
    rule, loss = RULES["momentum"](lr=[1e305, 1e306, 3e306, 1e307, 0.1], mu=0.99), reddi(C=3, N=2)
    more = {"feasible": everything, "schedule": SCHEDULES["constant"], "checkpoints": [90]}
    one, two = (simulate(rule, loss, 90, device=d, **more) for d in ("cpu", "cuda"))
    assert np.array_equal(one.nonfinite, two.nonfinite) and len(set(two.nonfinite.tolist())) >= 4


ECHO = "@loss\ndef echo(x, u: uniform, w: uniform):\n    return total(x), u + 2*w\n"
KEEP = "@rule\ndef keep(x, g, last=0, *, lr: real = 1):\n    return x, g\n"


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_draws_are_the_same_integers(dtype):
    """The rule hands the draws through as its state; doubling and adding them is exact in float64 alone."""
    keep, echo = parse(KEEP)["keep"], parse(ECHO)["echo"]
    for size in (1, 3):
        more = {"seed": np.arange(300) + 2**31, "stream": 6, "dtype": dtype, "checkpoints": range(1, 31)}
        runs = [simulate(keep, sequence(echo, dimension=size), 30, device=d, **more) for d in ("cpu", "cuda")]
        difference = np.abs(runs[0].state["last"] - runs[1].state["last"]).max()
        assert difference <= (0 if dtype == "float64" else 2.0**-22)


@pytest.mark.parametrize("size", [1, 3])
def test_a_chain_of_launches_is_one_launch(size):
    more = {"seed": np.arange(200), "device": "cuda"}
    chain = simulate(adam, losses("random_signs", size), 3000, checkpoints=[3, 1023, 1024, 1025, 3000], **more)
    once = simulate(adam, losses("random_signs", size), 3000, checkpoints=[3000], **more)
    for name, array in arrays(once).items():
        lane_only = name == "nonfinite"
        assert np.array_equal(arrays(chain)[name] if lane_only else arrays(chain)[name][:, -1:], array), name


def test_a_million_lanes():
    """Every lane of a large grid is played, each with its own numbers."""
    rates = np.linspace(0.01, 1, 1_200_001)
    found = simulate(amsgrad(lr=rates), reddi, 30, device="cuda")
    some = slice(None, None, 40_001)
    expected = simulate(amsgrad(lr=rates[some]), reddi, 30)
    assert np.allclose(found.losses[some], expected.losses, rtol=1e-12, atol=1e-12)


def test_lanes_that_do_not_fit_take_turns(monkeypatch):
    more = {"seed": np.arange(1000), "checkpoints": [5, 40], "device": "cuda"}
    whole = simulate(adam, losses("logistic", 3), 40, **more)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 30_000)
    assert_equal(whole, simulate(adam, losses("logistic", 3), 40, **more))


def test_the_round_that_stops_being_finite():
    rule = RULES["momentum"](lr=[1.0, 1e3, 1e30, 1e200, 0.1])
    cpu_run, gpu_run = both(rule, losses("quadratic_gaussian", 1), 60, feasible=everything)
    assert np.array_equal(cpu_run.nonfinite, gpu_run.nonfinite)


@pytest.mark.parametrize(("rule", "average"), [(adam, 2 / 3), (amsgrad, 0.0)])
def test_reddis_counterexample(rule, average):
    """C = 3, beta1 = 0, beta2 = 0.1, x_1 = 1, T = 200,000: Adam's average regret is 2/3, AMSGrad's vanishes."""
    found = simulate(rule(lr=1, beta1=0, beta2=0.1), reddi(C=3), 200_000, device="cuda", dtype="float32")
    best = -200_000 / 3  # of x = -1: a slope of 3 and two of -1 in every three rounds
    assert (found.losses[-1] - best) / 200_000 == pytest.approx(average, abs=0.01)
