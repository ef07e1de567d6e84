"""What is watched along a run, and what is refused before it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from oracle import play

from adamtheory.errors import AdamTheoryError
from adamtheory.language import parse
from adamtheory.losses import gradients, least_squares, reddi, sparse_signs
from adamtheory.rules import adam, adam_uncorrected, adamnc, amsgrad, sgd
from adamtheory.schedules import constant
from adamtheory.sets import box
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

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


OWN = parse(
    '@rule(moment="g", denominator="d")\n'
    "def own(x, g, *, lr: nonnegative = 1):\n    d = absolute(g)\n    return x - lr*g/d\n"
    "@schedule\ndef pauses(t, *, lr: nonnegative = 1):\n    return where(t < 2, lr, where(t < 3, 0, lr))\n"
)


@pytest.mark.parametrize(("lanes", "dtype", "slack"), [(1, "float32", 1e-5), (20, "float64", 1e-12)])
def test_gamma_is_negative_by_more_than_rounding(lanes, dtype, slack):
    """D = |g| falls by so much of itself; a step size that comes back from 0 is a fall from infinity."""
    rates = 1 if lanes == 1 else np.geomspace(1e-6, 1e6, lanes)
    for fall, first in ((0.5, 0), (1.5, 0), (2.5, 3)):  # both rates are widened by one slack
        slopes = np.array([[1.0], [1.0], [1 - fall * slack], [2.0]])
        found = simulate(OWN["own"](lr=rates), slopes, 4, schedule=constant, dtype=dtype, monitors=True)
        assert (found.monitors.gamma_first[..., -1] == first).all()
        assert (found.monitors.gamma_min[..., -1] < 0).all()
    found = simulate(OWN["own"](lr=rates), np.ones((4, 1)), 4, schedule=OWN["pauses"], dtype=dtype, monitors=True)
    assert (found.monitors.gamma_first[..., -1] == 3).all()


def test_rounding_is_no_negative_gamma():
    """sqrt(sum g^2) cannot fall; its float32 does, in round 7 already."""
    found = simulate(adamnc, sparse_signs, 1000, dtype="float32", monitors=True)
    assert -1e-2 < found.monitors.gamma_min[..., -1].min() < 0
    assert not found.monitors.gamma_first.any()


# -- wrong input ---------------------------------------------------------------------------------------------------

LEAST = parse("@loss\ndef least(x):\n    return x*x, 2*x\n")["least"]
ODD = parse('@loss(period="M + N")\ndef odd(x, *, M: real = 1, N: real = 2):\n    return total(x), 1\n')["odd"]
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


def test_the_start_lies_in_the_set():
    """One that is asked for must; the loss's own is moved into it."""
    with pytest.raises(AdamTheoryError, match="start=5 lies outside the feasible set"):
        simulate(sgd(lr=0.1), reddi, 3, start=5)
    with pytest.raises(AdamTheoryError, match="start=-2 lies outside"):
        simulate(sgd(lr=0.1), reddi, 3, start=[0.5, -2])
    moved = simulate(sgd(lr=1e-9), reddi, 1, feasible=box(low=2, high=3))
    assert moved.iterates[0, 0] == pytest.approx(2, abs=1e-6)
