"""Reference values: closed forms, counterexamples and tables that were computed outside this package."""

from __future__ import annotations

import math
from fractions import Fraction as F

import numpy as np
import pytest

from adamtheory.rules import RULES

PRINTED = 6e-7  # half a unit of the sixth decimal, with room for the seventh


# Directions of Nadam for the constant gradient 1, beta = (0.9, 0.999), eps = 0, at t = 1, 2, 3, 5, 10, 20, 50, 100, and
# the sum of (direction - 1) over 2000 steps.
NADAM = {
    "nadam_optax": ((1.4737, 1.1573, 1.0782, 1.0308, 1.0078, 1.0016, 1.0001, 1.0000), 0.9000),
    "nadam_dozat": ((1.4737, 1.1573, 1.0782, 1.0308, 1.0078, 1.0016, 1.0001, 1.0000), 0.9000),
    "nadam_torch": ((1.0565, 0.7837, 0.7322, 0.7460, 0.8431, 0.9452, 0.9977, 1.0001), -3.2134),
    "nadam_keras": ((1.0628, 0.7736, 0.7113, 0.7103, 0.7996, 0.9218, 0.9980, 1.0003), -4.1240),
    "nadam": ((1.3111, 1.0851, 1.0322, 1.0063, 1.0007, 1.0006, 1.0006, 1.0006), 1.5765),
}


@pytest.mark.parametrize("name", NADAM)
def test_nadam_directions(follow, name):
    directions, total = NADAM[name]
    steps = follow(RULES[name], [1] * 2000, lr=1, beta1=0.9, beta2=0.999, eps=0).steps()
    assert [steps[t - 1] for t in (1, 2, 3, 5, 10, 20, 50, 100)] == pytest.approx(list(directions), abs=6e-5)
    assert sum(steps) - 2000 == pytest.approx(total, abs=6e-5)


def test_nadam_first_weight_exactly_and_frozen_schedule(follow):
    """W_1 = 1 + mu/(1 + mu); momentum_decay = 0 means mu_t = beta1/2, not `no schedule`."""
    beta1, mu = F(9, 10), F(9, 20)
    parameters = {"system": "rational", "lr": 1, "beta1": beta1, "eps": 0}
    assert follow(RULES["nadam_optax"], [1], **parameters).steps() == [1 + beta1 / (1 + beta1)]
    frozen = follow(RULES["nadam_torch"], [1], momentum_decay=0, **parameters).steps()
    assert frozen == [mu * (1 - beta1) / (1 - mu**2) + 1]


def test_nesterov_buffer_against_velocity_when_the_rate_changes(follow):
    """f = x**2/2 from 1, mu = 0.9, rate 0.01 for 20 steps, then 0.001."""
    rates = [0.01] * 20 + [0.001] * 20
    runs = [follow(RULES[n], lambda x: x, x0=(1,), length=40, lrs=rates) for n in ("nesterov_torch", "nesterov")]
    buffer, velocity = ([row[0] for row in run.xs] for run in runs)
    assert buffer[20] == pytest.approx(0.115278, abs=PRINTED)
    assert velocity[20] == pytest.approx(buffer[20], abs=1e-14)
    assert (buffer[21], velocity[21]) == pytest.approx((0.111909, 0.083564), abs=PRINTED)
    assert (buffer[40], velocity[40]) == pytest.approx((0.075236, -0.156370), abs=PRINTED)
    h = runs[0].slots[19]["h"][0]
    assert buffer[21] - velocity[21] == pytest.approx(0.81 * h * 0.009, rel=1e-12)


def test_l2_with_momentum_decays_faster_than_decoupled(follow):
    alpha, beta, penalty = F(1, 10), F(9, 10), F(1, 100)
    shared = {"x0": (1,), "lr": alpha, "beta1": beta, "system": "rational"}
    l2 = follow(RULES["sgd_l2"], [0] * 100, weight_decay=penalty, **shared)
    decoupled = follow(RULES["sgdw"], [0] * 100, weight_decay=alpha * penalty, **shared)
    assert l2.xs[2][0] - decoupled.xs[2][0] == -alpha * beta * penalty
    assert decoupled.xs[100][0] == (1 - alpha * penalty) ** 100
    assert float(l2.xs[100][0]) == pytest.approx(0.368629, abs=PRINTED)
    assert float(decoupled.xs[100][0]) == pytest.approx(0.904792, abs=PRINTED)


def test_adam_with_l2_forgets_its_penalty(follow):
    shared = {"x0": (1,), "lr": 0.01}
    runs = [follow(RULES["adam_l2"], [0] * 200, weight_decay=c, eps=0, **shared) for c in (1e-6, 10)]
    tiny, huge = (np.array(run.xs)[:, 0] for run in runs)
    assert np.abs(tiny - huge).max() < 1e-9
    assert tiny[[10, 50, 100, 200]] == pytest.approx([0.9003, 0.5368, 0.2244, 0.0156], abs=6e-5)
    decoupled = follow(RULES["adamw"], [0] * 200, weight_decay=0.01, **shared)
    assert np.array(decoupled.xs)[[10, 50, 100, 200], 0] == pytest.approx([0.9044, 0.6050, 0.3660, 0.1340], abs=6e-5)


def test_scale_invariance_of_adam(follow):
    def quadratic(c):
        return lambda x: [c * (3 * x[0] + x[1]), c * (x[0] + 2 * x[1])]

    def end(c, eps):
        return np.array(follow(RULES["adam"], quadratic(c), x0=(1, -2), length=50, lr=0.01, eps=eps).xs[-1])

    assert end(1, 0) == pytest.approx([0.584177, -1.511787], abs=PRINTED)
    assert end(1e6, 0) == pytest.approx([0.584177, -1.511787], abs=PRINTED)
    assert np.abs(end(1, 1e-8) - end(1e-9, 1e-8)).max() == pytest.approx(0.375021, abs=PRINTED)


def test_eps_hat_is_eps_divided_by_the_correction(follow):
    """Adam with eps = eps_hat/sqrt(1 - beta2), 31.6228 times larger, takes the same first step."""
    hat = follow(RULES["adam_eps_hat"], [1e-3], lr=1, eps=1e-3).steps()
    plain = follow(RULES["adam"], [1e-3], lr=1, eps=31.6228e-3).steps()
    assert hat == pytest.approx(plain, rel=1e-5)


def test_only_the_library_form_of_amsgrad_has_a_falling_denominator(follow):
    """g = (1, 0, 0, ...): sqrt(V_t/(1 - beta2**t)) falls, sqrt of the largest corrected v stays at 1."""
    beta1, t = 0.9, np.arange(1, 7)
    m_hat = beta1 ** (t - 1) * (1 - beta1) / (1 - beta1**t)
    expected = {"amsgrad_torch": [1, 0.7073, 0.5776, 0.5004, 0.4477, 0.4088], "amsgrad_optax": [1] * 6}
    for name, denominators in expected.items():
        steps = follow(RULES[name], [1, 0, 0, 0, 0, 0], lr=1, eps=0).steps()
        assert m_hat / steps == pytest.approx(denominators, abs=6e-5)
    steps = follow(RULES["amsgrad"], [1, 0, 0, 0, 0, 0], lr=1, eps=0).steps()
    assert beta1 ** (t - 1) * (1 - beta1) / steps == pytest.approx([math.sqrt(0.001)] * 6, rel=1e-12)


def test_adamax_exceeds_its_printed_bound(follow):
    steps = follow(RULES["adamax"], [1, F(999, 1000)], system="rational", lr=F(1, 500), eps=0).steps()
    assert [step / F(1, 500) for step in steps] == [1, F(2110, 2109)]


@pytest.mark.parametrize(("beta2", "first"), [(0.9, 3.1623), (0.99, 10), (0.999, 31.6228)])
def test_first_step_of_rmsprop_is_uncorrected(follow, beta2, first):
    run = follow(RULES["rmsprop"], [0.25] * 9, lr=1, beta2=beta2, eps=0)
    assert run.steps() == pytest.approx([1 / math.sqrt(1 - beta2**t) for t in range(1, 10)], rel=1e-12)
    assert run.steps()[0] == pytest.approx(first, abs=6e-5)


def test_momentum_on_the_rescaled_gradient_is_not_adam(follow):
    rescaled = follow(RULES["rmsprop_momentum"], [1, 3], lr=0.1, beta2=0.99, eps=0).steps()[1]
    adam = follow(RULES["adam_uncorrected"], [1, 3], lr=1, beta2=0.99, eps=0).steps()[1]
    assert (rescaled, adam) == pytest.approx((1.849158, 1.233905), abs=PRINTED)


@pytest.mark.parametrize(
    ("rho", "eps", "step"), [(0.9, 1e-6, 0.00316228), (0.95, 1e-6, 0.00447214), (0.95, 1e-7, 0.00141421)]
)
def test_adadelta_has_a_hidden_learning_rate(follow, rho, eps, step):
    assert follow(RULES["adadelta"], [1e3], rho=rho, eps=eps).steps() == pytest.approx([step], abs=6e-9)


def test_adadelta_does_not_move_without_eps(follow):
    run = follow(RULES["adadelta_two_eps"], [1, -3, 2], rho=0.9, eps_n=0)
    assert run.xs == [[0]] * 4


def test_adadelta_is_covariant_only_if_both_eps_are_rescaled(follow):
    """f = (x - 3)**2 from 0, 60 steps; in a unit of 1/1000."""
    shared = {"length": 60, "rho": 0.9}
    plain = follow(RULES["adadelta"], lambda x: [2 * (x[0] - 3)], eps=1e-6, **shared).xs[-1][0]

    def rescaled(eps_n, eps_d):
        gradient = lambda y: [2 * (y[0] / 1000 - 3) / 1000]  # noqa: E731
        return follow(RULES["adadelta_two_eps"], gradient, eps_n=eps_n, eps_d=eps_d, **shared).xs[-1][0] / 1000

    assert plain == pytest.approx(0.2218659, abs=6e-8)
    assert rescaled(1, 1e-12) == pytest.approx(plain, rel=1e-9)
    assert rescaled(1e-6, 1e-6) == pytest.approx(0.00019845, abs=6e-9)


def test_adadelta_steps_grow_like_the_root_of_t(follow):
    steps = follow(RULES["adadelta_two_eps"], [2] * 20000, rho=0.9, eps_d=0).steps()
    printed = [0.00316228, 0.00351109, 0.00465925, 0.01056923, 0.04485208]
    assert [steps[t - 1] for t in (1, 10, 100, 1000, 20000)] == pytest.approx(printed, abs=6e-9)
    assert steps[-1] / math.sqrt(0.1 * 1e-6 * 20000) == pytest.approx(1.00292, abs=6e-6)


def test_adadelta_growth_cap(follow):
    """F_t + eps <= (1 + rho)(F_{t-1} + eps) + (1 - rho) eps; g_k = 10**(3k) comes as near as it gets."""
    run = follow(RULES["adadelta_two_eps"], [10 ** (3 * k) for k in range(40)], rho=0.9, eps_d=0)
    scale = np.array([0.0, *(s["F"][0] for s in run.slots)]) + 1e-6
    assert (scale[1:] <= (1.9 * scale[:-1] + 0.1e-6) * (1 + 1e-12)).all()
    assert run.steps()[-1] / run.steps()[-2] == pytest.approx(1.378405, abs=PRINTED)


# -- SWATS --------------------------------------------------------------------------------------------------------


def gammas(run, beta2=0.999):
    """gamma_k = (ell_k - beta2 ell_{k-1})/(1 - beta2), where the average moved."""
    ell = np.array([0.0, *(s["ell"][0] for s in run.slots)])
    return (ell[1:] - beta2 * ell[:-1]) / (1 - beta2)


@pytest.mark.parametrize("name", ["swats", "swats_repaired"])
def test_swats_switches_at_once_for_a_constant_gradient(follow, name):
    """g = (1, 2, -3), alpha = 1e-3: switch at k = 2 with Lam = alpha d/|g|_1 = 5e-4, then (1 - beta1**j) Lam g."""
    g = [1, 2, -3]
    run = follow(RULES[name], [g] * 12, x0=(0, 0, 0), lr=0.001)
    assert [s["phase"][0] for s in run.slots[:3]] == [0, 1, 1]
    assert run.slots[1]["Lam"] == pytest.approx([5e-4] * 3, rel=1e-6)
    for j in range(1, 11):
        step = np.array(run.xs[1 + j]) - run.xs[2 + j]
        assert step == pytest.approx((1 - 0.9**j) * 5e-4 * np.array(g), rel=1e-6)


def test_swats_counts_skipped_steps(follow):
    gradients = [1] + [0] * 998 + [1]
    run = follow(RULES["swats"], gradients)
    gamma = gammas(run)
    assert gamma[[0, 999]] == pytest.approx([1.0e-3, 2.1499e-3], rel=5e-5)
    assert run.slots[-1]["ell"][0] / (1 - 0.999**1000) == pytest.approx(4.97997e-6, abs=6e-12)
    repaired = follow(RULES["swats_repaired"], gradients).slots[-1]
    assert repaired["n"] == [2]
    assert repaired["ell"][0] / (1 - 0.999**2) == pytest.approx((0.999 * gamma[0] + gamma[999]) / 1.999, rel=1e-9)


@pytest.mark.parametrize(("c", "printed"), [(1, 0), (1e4, 0), (1e6, 1), (1e8, 1)])
def test_swats_tolerance_is_absolute(follow, c, printed):
    run = follow(RULES["swats"], [c, c / 2])
    assert gammas(run)[1] * c == pytest.approx(1.864359e-3, abs=PRINTED)
    assert run.slots[1]["ell"][0] * c / (1 - 0.999**2) == pytest.approx(1.432396e-3, abs=PRINTED)
    assert run.slots[1]["phase"] == [printed]
    assert follow(RULES["swats_repaired"], [c, c / 2]).slots[1]["phase"] == [0]


def test_repaired_swats_switches_at_the_same_step_for_every_scale(follow):
    gradients = np.array([1.0, 0.9999999, 0.5, 1, 1, 2])
    for c in (1e-6, 1.0, 1e6):
        run = follow(RULES["swats_repaired"], (c * gradients).tolist(), eps=0)
        assert [s["phase"][0] for s in run.slots] == [0, 1, 1, 1, 1, 1]


def test_swats_accepts_a_negative_rate_and_the_repair_does_not(follow):
    assert gammas(follow(RULES["swats"], [1] * 10 + [-0.1], eps=0))[10] == pytest.approx(-8.8046e-3, rel=1e-5)
    gradients = [1e7, -0.3e7]
    run = follow(RULES["swats"], gradients)
    assert gammas(run)[1] == pytest.approx(-1.42616e-10, abs=6e-16)
    assert run.slots[1]["phase"] == [1]
    assert run.slots[1]["Lam"] == pytest.approx([-2.13688e-11], abs=6e-17)
    assert follow(RULES["swats_repaired"], gradients, tol=0.9).slots[1]["phase"] == [0]


# -- ND-Adam ------------------------------------------------------------------------------------------------------


def test_ndadam_norms_and_angles(follow):
    run = follow(RULES["ndadam"], [[1, 1]] * 10, x0=(1, 0), lr=0.1, eps=0)
    w = np.array(run.xs)
    assert np.abs(np.linalg.norm(w, axis=1) - 1).max() < 1e-15
    along = [w[t - 1] @ run.slots[t - 1]["m"] for t in (1, 2, 3, 10)]
    assert along == pytest.approx([0, -0.00895533, -0.02574706, -0.26157638], abs=6e-9)
    assert w[1] == pytest.approx(np.array([1, -0.1]) / 1.004988, abs=PRINTED)
    stabilised = follow(RULES["ndadam"], [[1, 1]], x0=(1, 0), lr=0.1, eps=0.25).xs[1]  # a step of 0.1/(1 + 0.25)
    assert stabilised == pytest.approx(np.array([1, -0.08]) / math.sqrt(1 + 0.08**2), rel=1e-15)


def test_ndadam_commutes_with_rotations_and_adam_does_not(follow):
    random = np.random.default_rng(3)
    q, _ = np.linalg.qr(random.normal(size=(3, 3)))
    g = random.normal(size=(20, 3))
    for name, commutes in (("ndadam", True), ("adam", False)):
        a = follow(RULES[name], g.tolist(), x0=(1, 0, 0), lr=0.1)
        b = follow(RULES[name], (g @ q.T).tolist(), x0=q[:, 0].tolist(), lr=0.1)
        difference = np.abs(np.array(a.xs) @ q.T - np.array(b.xs)).max()
        assert difference < 1e-10 if commutes else difference > 1e-2
