"""Published numbers of the periodic sequence: constants, thresholds, time scales, and what a run measures of them."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest

from adamtheory import iid, regret, simulate, threshold
from adamtheory.cycles import drift, moments, regret_law, travel_rounds
from adamtheory.errors import UnknownNameError
from adamtheory.losses import reddi
from adamtheory.rules import adam, adam_uncorrected, adopt
from adamtheory.schedules import inverse_sqrt
from adamtheory.sets import everything


@pytest.mark.parametrize(("C", "root"), [(2.05, 0.8953), (2.5, 0.8937), (3, 0.8880), (10, 0.8650), (50, 0.8621)])
def test_roots_of_adam_at_the_published_beta2(C, root):
    """beta2 = 1/(1 + C^2), as in Theorem 1 of Reddi, Kale & Kumar."""
    assert regret_law(C, 3, 0, 1 / (1 + C * C))[1] == pytest.approx(root, abs=6e-5)


def test_the_cycle_is_that_of_the_rule():
    """From zero start m_t = m*_k - beta1^t m*_{N-1} and v_t = v*_k - beta2^t v*_{N-1}, to rounding."""
    C, N, beta1, beta2, rounds = 11, 10, 0.5, 0.9, 60
    m, v = moments(C, N, beta1, beta2)
    t = np.arange(1, rounds + 1)
    run = simulate(adam_uncorrected(beta1=beta1, beta2=beta2), reddi(C=C, N=N), rounds, checkpoints=t.tolist())
    k = (t - 1) % N
    assert run.state["m"].ravel() == pytest.approx(m[k] - beta1**t * m[N - 1], abs=1e-12 * C * C)
    assert run.state["v"].ravel() == pytest.approx(v[k] - beta2**t * v[N - 1], abs=1e-12 * C * C)


@pytest.mark.parametrize(
    ("beta1", "C", "N", "value"),
    [(0, 101, 101, 0.99960277), (F(9, 10), 101, 101, 0.99951589), (0, 90, 10, 0.46640), (0, 380, 20, 0.62923),
     (0, 2450, 50, 0.79596)],
)  # fmt: skip
def test_thresholds_in_beta2(beta1, C, N, value):
    """Of the experiment of Reddi et al., and of the family of Zhang et al. with C = N(N - 1)."""
    (*_, (_, end)) = threshold(C=C, N=N, beta1=beta1, digits=10).fails
    assert end is not None
    assert float(end.value) == pytest.approx(value, abs=6e-6 if N < 101 else 6e-9)


def test_with_momentum_the_failing_beta2_are_an_interval():
    """Zhang et al.'s family: .12076 < beta2 < .59966 at beta1 = .5, N = 20; .77392 < beta2 < .84844 at .9, 100."""
    for beta1, N, low, high in ((F(1, 2), 20, 0.12076, 0.59966), (F(9, 10), 100, 0.77392, 0.84844)):
        ((left, right),) = threshold(C=N * (N - 1), N=N, beta1=beta1, digits=6).fails
        assert right is not None
        assert (float(left.value), float(right.value)) == pytest.approx((low, high), abs=6e-6)


@pytest.mark.parametrize(
    ("beta2", "N", "C"),
    [("0.9", 3, 2.08590642), ("0.999", 3, 2.00075097), ("0.9", 10, 9 + 2.603)],
)
def test_thresholds_in_C(beta2, N, C):
    ((_, end),) = threshold(beta2=beta2, N=N, digits=10).fails
    assert end is not None
    assert float(end.value) == pytest.approx(C, abs=6e-9 if N == 3 else 6e-4)


def test_threshold_in_beta1():
    ((_, end),) = threshold(C=101, N=101, beta2="0.9995", digits=6).fails
    assert end is not None
    assert float(end.value) == pytest.approx(0.91160, abs=6e-6)


def test_where_all_averages_are_positive_the_regret_is_bounded():
    """C = N = 3, beta1 = .9: x sticks at -1, and R_T = 8.83206 from T = 3000 on."""
    rule = adam_uncorrected(lr=0.5, beta2=0.99, eps=0)
    run = simulate(rule, reddi(C=3), 30_000, start=1, checkpoints=[3000, 9000, 30_000])
    assert moments(3, 3, 0.9, 0.99)[0].min() >= 0
    assert regret(run).regret == pytest.approx(8.83206, abs=6e-6)


@pytest.mark.parametrize(("C", "end"), [(1.9, 1), (1.95, -1), (1.99, -1)])
def test_adopt_fails_on_the_mirror_side(C, end):
    """Its denominator is one round behind: for 1.92728 < C < 2 it goes to -1 although +1 is best."""
    v = moments(C, 3, 0, 0.9)[1]
    slopes = np.array([C, -1, -1])
    travel = -(slopes / np.sqrt(np.roll(v, 1))).sum()
    assert np.sign(travel) == end
    if C == 1.99:
        assert travel == pytest.approx(-0.0481, abs=6e-5)
    run = simulate(adopt(lr=2, beta1=0, beta2=0.9), reddi(C=C), 3 * 10**6, start=0, checkpoints=[3 * 10**6])
    assert np.sign(run.iterates[-1, 0]) == end


def test_travel_times():
    """T alpha^2 of the instance N = 10, C = 11, (0, .9), and Adam's on the experiment with alpha = 2."""
    printed = {"adam": 5754, "amsgrad": 486, "amsgrad_corrected": 3025, "adagrad": 325, "sgd": 25}
    for method, rounds in printed.items():
        assert travel_rounds(11, 10, 0, 0.9, 1, method) == pytest.approx(rounds, abs=0.6)
    assert travel_rounds(101, 101, 0.9, 0.99, 2) == pytest.approx(706, abs=0.6)


def test_a_lane_for_each_parameter_and_an_unknown_method():
    grid = drift(np.array([[2.5], [3.0]]), 3, 0.0, np.array([0.1, 0.5, 0.9]))
    assert grid.shape == (2, 3)
    assert grid[1, 0] == pytest.approx(0.68095, abs=6e-6)
    with pytest.raises(UnknownNameError, match="amsgrad"):
        drift(3, 3, method="amsgrd")


@pytest.mark.parametrize(("N", "beta1", "beta2", "width"), [
    (3, "0.9", "0.999", 5.26e-5), (10, "0.9", "0.999", 0.003796), (101, "0.9", "0.999", 2.083), (3, 0, "0.9", 0.08591),
])  # fmt: skip
def test_widths_of_the_failing_window(N, beta1, beta2, width):
    """C* - (N - 1)."""
    ((_, end),) = threshold(beta1=beta1, beta2=beta2, N=N, digits=10).fails
    assert end is not None
    assert float(end.value) - (N - 1) == pytest.approx(width, rel=1e-3)


@pytest.mark.parametrize(("N", "C", "ratio"), [(3, 2.02, 0.5070), (5, 4.02, 0.5011), (101, 100.1, 0.4998)])
def test_independent_slopes_fail_half_as_far_from_one(N, C, ratio):
    """1 - beta2* with p = 1/N over that of the period N."""
    ((_, end),) = threshold(C=str(C), N=N, digits=10).fails
    assert end is not None
    around = [1 - (ratio + step) * (1 - float(end.value)) for step in (6e-5, -6e-5)]
    assert [iid.drift(C, 1 / N, 0, beta2) > 0 for beta2 in around] == [True, False]


def test_the_first_block_returns_to_one():
    """(u_1 + u_2)/T_1 of the first three steps, C^2 = 1/b - 1: least 1.0097757 at b = .38446, corrected 1.0773503."""
    shares = {"adam_uncorrected": [], "adam": []}
    grid = [0.0001, *np.linspace(0.38, 0.389, 91)]
    for b in grid:
        for rule in (adam_uncorrected, adam):
            C = (1 / b - 1) ** 0.5
            one = rule(lr=1, beta1=0, beta2=b, eps=0)
            run = simulate(
                one, np.array([C, -1.0, -1.0]), 3, schedule=inverse_sqrt, feasible=everything, checkpoints=[1, 2, 3]
            )
            first, second, third = np.diff([0.0, *run.iterates[:, 0]])
            shares[rule.name].append((second + third) / -first)
    assert min(shares["adam_uncorrected"]) == pytest.approx(1.0097757, abs=1e-7)
    assert grid[int(np.argmin(shares["adam_uncorrected"]))] == pytest.approx(0.38446, abs=1e-4)
    assert min(shares["adam"]) == shares["adam"][0] == pytest.approx(1.0773503, abs=2e-4)


def test_gamma_is_negative_two_times_in_three():
    """On the sequence with C = 3, and the sum of its negative parts grows like T^1.5."""
    t = np.arange(1, 3_000_001)
    v = moments(3, 3, 0, 0.1)[1]
    gamma = np.diff(np.sqrt(t * (v[(t - 1) % 3] - 0.1**t * v[2])))
    assert np.mean(gamma[-3000:] < 0) == pytest.approx(2 / 3)
    lost = -np.cumsum(np.minimum(gamma, 0))
    assert np.log10(lost[-1] / lost[299_999]) == pytest.approx(1.50002, abs=4e-5)


@pytest.mark.parametrize(("sigma", "tau"), [(np.inf, 2), (1, 2), (0.5, 4), (3, 1)])
def test_long_periods_fail_between_balance_and_their_limit(sigma, tau):
    """beta1 = e^(-sigma/N), beta2 = e^(-tau/N), C = cN: fails for 1 < c < f(tau/2) f(-sigma)/f(tau/2 - sigma).

    Without momentum, sigma infinite, for c < f(tau/2).
    """

    def f(x):
        return np.expm1(x) / x if x else 1.0

    N, edge, beta1 = 10_001, f(tau / 2), np.exp(-sigma / 10_001)
    if beta1 > 0:
        edge *= f(-sigma) / f(tau / 2 - sigma)
    around = [float(drift(edge * step * N, N, beta1, np.exp(-tau / N))) > 0 for step in (1 - 3e-4, 1 + 3e-4)]
    assert around == [True, False]


@pytest.mark.parametrize(
    ("N", "beta1", "beta2", "C"), [(101, 0, 0.99, 130.248), (101, 0.9, 0.99, 124.299), (3, 0, 0.9, 2.16520)]
)
def test_from_there_on_adam_is_surely_right(N, beta1, beta2, C):
    """C + 1 = [N]_eta [N]_beta1/[N]_(beta1 eta) with eta = beta2^(-1/2)."""
    k = np.arange(N)
    eta = beta2**-0.5
    sure = (eta**k).sum() * (beta1**k).sum() / ((beta1 * eta) ** k).sum() - 1
    assert sure == pytest.approx(C, abs=6e-4 if N > 3 else 6e-6)
    assert all(drift(sure * more, N, beta1, beta2) < 0 for more in (1, 1.1, 10))
