"""Identities between rules: which method becomes which, exactly or to rounding."""

from __future__ import annotations

import math
from fractions import Fraction as F

import numpy as np
import pytest

from adamtheory.rules import RULES

RANDOM = np.random.default_rng(2015)
GRADIENTS = (RANDOM.normal(size=(120, 3)) * np.exp(RANDOM.normal(size=(120, 3)))).tolist()
RATIONAL = [F(int(k), 7) for k in RANDOM.integers(-20, 21, size=25)]
START = (1.0, -2.0, 0.5)


def close(a, b, tolerance=1e-12):
    """Largest difference of two runs as a share of the largest displacement."""
    first, second = np.array(a.xs), np.array(b.xs)
    scale = np.abs(first - first[0]).max()
    return bool(np.abs(first - second).max() <= tolerance * scale)


@pytest.mark.parametrize(
    ("name", "parameters", "other", "other_parameters"),
    [
        ("rmsprop_corrected", {"beta2": 0.99}, "adam", {"beta1": 0, "beta2": 0.99}),
        ("adamw", {"weight_decay": 0}, "adam", {}),
        ("adamw_torch", {"weight_decay": 0}, "adam", {}),
        ("adam_l2", {"weight_decay": 0}, "adam", {}),
        ("adamx", {"lam": 1}, "amsgrad", {}),
        ("nadam_keras", {}, "nadam_torch", {"momentum_decay": 1, "lr": 0.001, "eps": 1e-7}),
        ("adadelta", {}, "adadelta_two_eps", {}),
        ("sgd_l2", {"weight_decay": 0, "beta1": 0}, "sgd", {}),
    ],
)
def test_equal_to_the_last_bit(follow, name, parameters, other, other_parameters):
    a = follow(RULES[name], GRADIENTS, x0=START, **parameters)
    b = follow(RULES[other], GRADIENTS, x0=START, **other_parameters)
    assert a.xs == b.xs


@pytest.mark.parametrize(
    ("name", "parameters", "other", "other_parameters"),
    [
        # Nadam at mu = 0 is bias-corrected RMSprop; the printed form keeps its factor 1/sqrt(beta2).
        ("nadam_optax", {"beta1": 0}, "rmsprop_corrected", {"beta2": 0.999, "lr": 0.002}),
        ("nadam_torch", {"beta1": 0}, "rmsprop_corrected", {"beta2": 0.999, "lr": 0.002}),
        ("nadam", {"beta1": 0, "eps": 0, "beta2": 0.9}, "rmsprop_corrected",
         {"beta2": 0.9, "eps": 0, "lr": 0.002 / math.sqrt(0.9)}),
        ("nadam_constant", {"eps": 0}, "nadam_optax", {"eps": 0, "lr": 0.002 / math.sqrt(0.999)}),
        ("nadam_dozat", {"eps": 0}, "nadam_optax", {"eps": 0, "beta2": 0.9}),
        ("nadam_torch", {"momentum_decay": 10**9}, "nadam_optax", {}),
        ("adam_eps_hat", {"eps": 0}, "adam", {"eps": 0}),
        ("adam_eps_inside", {"eps": 0}, "adam", {"eps": 0}),
        ("adamax_torch", {"eps": 0}, "adamax", {"eps": 0}),
        ("rmsprop_optax", {"eps": 0}, "rmsprop", {"eps": 0}),
        ("rmsprop_momentum", {"mu": 0, "beta2": 0.9, "lr": 0.001}, "rmsprop", {}),
        ("momentum_velocity", {}, "momentum", {"lr": 0.01}),
        ("momentum_average", {}, "momentum", {"lr": 0.001}),
        ("nesterov", {}, "nesterov_torch", {"lr": 0.01}),
    ],
)  # fmt: skip
def test_equal_to_rounding(follow, name, parameters, other, other_parameters):
    a = follow(RULES[name], GRADIENTS, x0=START, **parameters)
    b = follow(RULES[other], GRADIENTS, x0=START, **other_parameters)
    assert close(a, b)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("nadam_torch", "nadam_optax"), ("nadam", "nadam_torch"), ("nadam_torch", "nadam_keras"),
        ("nadam", "nadam_constant"), ("amsgrad_torch", "amsgrad_optax"), ("adam_eps_hat", "adam"),
        ("adam", "adam_uncorrected"), ("yogi", "yogi_optax"), ("radam", "radam_torch"), ("adopt", "adopt_clipped"),
        ("swats", "adam"),
    ],
)  # fmt: skip
def test_forms_that_differ_do_differ(follow, name, other):
    a = follow(RULES[name], GRADIENTS, x0=START, lr=0.01)
    b = follow(RULES[other], GRADIENTS, x0=START, lr=0.01)
    assert not close(a, b, 1e-9)


def test_decoupled_decay_is_l2_with_the_quotient_only_without_momentum(follow):
    lr, decay = F(1, 10), F(1, 50)
    for beta1, equal in ((0, True), (F(9, 10), False)):
        a = follow(RULES["sgdw"], RATIONAL, x0=(2,), system="rational", lr=lr, beta1=beta1, weight_decay=decay)
        b = follow(RULES["sgd_l2"], RATIONAL, x0=(2,), system="rational", lr=lr, beta1=beta1, weight_decay=decay / lr)
        assert (a.xs == b.xs) is equal


def test_schedule_multiplies_both_terms_of_adamw(follow):
    """eta scales step and decay alike; PyTorch's lambda is the paper's divided by alpha."""
    etas = [1 / math.sqrt(t) for t in range(1, 121)]
    a = follow(RULES["adamw"], GRADIENTS, x0=START, lr=0.02, weight_decay=0.002, etas=etas)
    b = follow(RULES["adamw_torch"], GRADIENTS, x0=START, lrs=[0.02 * e for e in etas], weight_decay=0.1)
    assert close(a, b)


def test_moving_average_is_one_minus_beta_times_the_heavy_ball(follow):
    beta = F(9, 10)
    average = follow(RULES["momentum_average"], RATIONAL, system="rational", lr=1, beta1=beta)
    ball = follow(RULES["momentum"], RATIONAL, system="rational", lr=1 - beta, mu=beta)
    assert average.xs == ball.xs
    assert [s["m"] for s in average.slots] == [[(1 - beta) * s["h"][0]] for s in ball.slots]


def test_heavy_ball_is_polyaks_recursion(follow):
    lr, mu = F(1, 3), F(4, 5)
    x = [row[0] for row in follow(RULES["momentum"], RATIONAL, system="rational", lr=lr, mu=mu).xs]
    assert all(x[t + 1] == x[t] + mu * (x[t] - x[t - 1]) - lr * RATIONAL[t] for t in range(1, len(RATIONAL)))


def test_nesterov_is_the_look_ahead_method_for_any_rates(follow):
    """theta, V of V = mu V - a grad f(theta + mu V), theta = theta + V, on f = x**2/2, in exact rationals."""
    mu, rates = F(3, 4), [F(1, 3 + k % 5) for k in range(30)]
    theta, velocity, points = F(1), F(0), []
    for rate in rates:
        velocity = mu * velocity - rate * (theta + mu * velocity)
        theta = theta + velocity
        points.append([theta + mu * velocity])
    run = follow(RULES["nesterov"], lambda x: x, x0=(1,), system="rational", length=30, lr=1, lrs=rates, mu=mu)
    assert run.xs[1:] == points


def test_amsgrad_is_uncorrected_adam_while_v_does_not_decrease(follow):
    growing = [[(-1.5) ** t] for t in range(30)]
    a, b = (follow(RULES[n], growing, beta2=0.9) for n in ("amsgrad", "adam_uncorrected"))
    assert a.xs == b.xs
    spike = [*growing, [0.0]]
    a, b = (follow(RULES[n], spike, beta2=0.9) for n in ("amsgrad", "adam_uncorrected"))
    assert a.xs[-1] != b.xs[-1]
    assert a.slots[-1]["v_max"] == a.slots[-2]["v"]


def test_adamnc_without_momentum_is_adagrad(follow):
    rates = [1 / math.sqrt(t) for t in range(1, 121)]
    a = follow(RULES["adamnc"], GRADIENTS, x0=START, lrs=rates, beta1=0, eps=0)
    b = follow(RULES["adagrad"], GRADIENTS, x0=START, lr=1, eps=0)
    assert close(a, b)
    total = np.cumsum(np.square(GRADIENTS), axis=0) / np.arange(1, 121)[:, None]
    assert np.allclose([s["v"] for s in a.slots], total, rtol=1e-13, atol=0)


def test_adamx_keeps_its_closed_form(follow):
    """sqrt(V_t)/(1 - a_t) is the running maximum of sqrt(v_s)/(1 - a_s)."""
    run = follow(RULES["adamx"], [[g[0]] for g in GRADIENTS], beta1=0.9, beta2=0.8, lam=0.97)
    a = [0.9 * 0.97**t for t in range(120)]
    v = [s["v"][0] / (1 - c) ** 2 for s, c in zip(run.slots, a, strict=True)]
    kept = [s["v_max"][0] / (1 - c) ** 2 for s, c in zip(run.slots, a, strict=True)]
    assert np.allclose(kept, np.maximum.accumulate(v), rtol=1e-12, atol=0)


@pytest.mark.parametrize("p", [16, 256, 4096])
def test_adamax_is_the_limit_of_the_lp_form(follow, p):
    """(1-b^p)^{1/p} u <= v^{1/p} <= ((1-b^p) n)^{1/p} u with v = (1-b^p) sum (b^{t-i} |g_i|)^p, in balls."""
    flint = pytest.importorskip("flint")
    gradients, beta2 = [3, 1, 2, -5, F(1, 3), 4, 0], F(9, 10)
    run = follow(RULES["adamax"], gradients, system="rational", eps=0, beta2=beta2)
    before, flint.ctx.prec = flint.ctx.prec, 2000
    try:
        b, v, n = flint.arb(9) / 10, flint.arb(0), 0
        for g, slots in zip(gradients, run.slots, strict=True):
            g, u = abs(F(g)), F(slots["u"][0])
            v, n = b**p * v + (1 - b**p) * (flint.arb(g.numerator) / g.denominator) ** p, n + (g != 0)
            ratio = v ** (flint.arb(1) / p) * u.denominator / u.numerator
            slack = 1 + flint.arb(10) ** -400  # equality is attained by a single gradient
            assert (1 - b**p) ** (flint.arb(1) / p) < ratio * slack
            assert ratio < ((1 - b**p) * n) ** (flint.arb(1) / p) * slack
            assert abs(ratio - 1) < flint.arb(3) / p
    finally:
        flint.ctx.prec = before


def test_radam_is_momentum_until_rho_passes_its_threshold(follow):
    """With beta2 = 0.999 rho_t passes 4 at t = 5 and 5 at t = 6."""
    ones = [[1.0]] * 8
    for name, first in (("radam", 5), ("radam_torch", 6), ("radam_optax", 6)):
        steps = follow(RULES[name], ones, lr=1, eps=0).steps()
        assert steps[: first - 1] == pytest.approx([1] * (first - 1), rel=1e-12)
        assert all(step < 0.1 for step in steps[first - 1 :])
    assert follow(RULES["radam"], ones, lr=1, beta2=0.5).steps() == pytest.approx([1] * 8, rel=1e-12)


def test_adabound_closes_in_on_sgd(follow):
    gradients = [[1e-3 * (-1) ** t + 1e-3] for t in range(400)]
    run = follow(RULES["adabound"], gradients, beta2=0.5, final_lr=0.25, etas=[0.5] * 400)
    t = np.arange(1, 401)
    rate = np.array(run.steps()) / (0.5 * np.array([s["m"][0] for s in run.slots]))
    assert (rate >= 0.25 * (1 - 1 / (0.5 * t + 1)) * (1 - 1e-9)).all()
    assert (rate <= 0.25 * (1 + 1 / (0.5 * t)) * (1 + 1e-9)).all()
    assert rate[-1] == pytest.approx(0.25, rel=0.01)


def test_yogi_moves_v_by_the_size_of_the_squared_gradient(follow):
    run = follow(RULES["yogi"], [[1.0], [0.5], [3.0], [0.0]], beta2=0.75)
    assert [s["v"][0] for s in run.slots] == [0.25, 0.25, 2.5, 2.5]


def test_lion_takes_the_sign_of_the_interpolation(follow):
    gradients, decay, lr = [F(4), F(-1, 10), F(-50), F(0)], F(1, 10), F(1, 4)
    run = follow(RULES["lion"], gradients, x0=(1,), system="rational", lr=lr, weight_decay=decay)
    x, m = F(1), F(0)
    for g, row, slots in zip(gradients, run.xs[1:], run.slots, strict=True):
        c = F(9, 10) * m + F(1, 10) * g
        x, m = x - lr * ((c > 0) - (c < 0) + decay * x), F(99, 100) * m + F(1, 100) * g
        assert (row, slots["m"]) == ([x], [m])
    assert follow(RULES["lion"], [0], x0=(1,), system="rational").xs[1] == [1]


def test_adopt_divides_by_the_moment_before_the_gradient(follow):
    """Perfect squares keep it rational: v = 4, then g = 6 gives m = (1 - beta1) 6/2; g_1 moves nothing."""
    run = follow(RULES["adopt"], [2, 6], system="rational", lr=1, beta1=F(1, 2), beta2=F(3, 4))
    assert run.xs == [[0], [0], [F(-3, 2)]]
    assert [s["v"] for s in run.slots] == [[4], [12]]
    clipped = follow(RULES["adopt_clipped"], [2, 6], system="rational", lr=1, beta1=F(1, 2), beta2=F(3, 4))
    assert clipped.xs == [[0], [0], [F(-1, 2)]]  # c_2 = 1
