"""The growth law: fits, intervals, and verdicts on laws that are known."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from adamtheory.hindsight.growth import LINEAR, SUBLINEAR, UNDECIDED, growth, whole_periods
from adamtheory.hindsight.regret import regret
from adamtheory.losses import (
    random_signs,
    reddi,
    reddi101,
    reddi_stochastic,
)
from adamtheory.rules import adagrad, adam, amsgrad, amsgrad_optax, sgd
from adamtheory.schedules import constant, inverse_sqrt
from adamtheory.simulation.simulate import log_checkpoints, simulate

# -- the growth law ------------------------------------------------------------------------------------------------


def made_up(rounds, axes=(), period=1):
    """As much of a trajectory as the fit looks at; its iterates stand still."""
    still = np.zeros([1] * len(axes) + [len(rounds), 1])
    return SimpleNamespace(checkpoints=np.asarray(rounds), periods=np.array(period), axes=axes, iterates=still)


ROUNDS = np.unique(np.geomspace(10, 10**6, 60).astype(int) * 3)


def test_growth_recovers_its_own_model():
    """R = a T + b sqrt(T) + c exactly, for a lane axis of several laws."""
    laws = np.array([[2 / 3, 0.9, -5], [0, 1.16, 2], [1e-4, 3, 0], [0, 0, 7]])
    r = laws @ np.stack([ROUNDS, np.sqrt(ROUNDS), np.ones(len(ROUNDS))])
    found = growth(made_up(ROUNDS, ("lr",), 3), r)
    assert np.allclose(found.linear, laws[:, 0], atol=1e-13)
    assert np.allclose(found.root, laws[:, 1], atol=1e-9)
    assert np.allclose(found.constant, laws[:, 2], atol=1e-7)
    assert found.verdict.tolist() == [LINEAR, SUBLINEAR, LINEAR, SUBLINEAR]
    assert found.axes == ("lr",)
    assert np.isnan(found.linear_error).all()
    assert found.share[0] == pytest.approx(2 / 3 * ROUNDS[-1] / r[0, -1], rel=1e-12)


@pytest.mark.parametrize("power", [0.25, 0.5, 0.75, 1.0])
def test_slope_is_the_exponent(power):
    found = growth(made_up(ROUNDS), 3 * ROUNDS**power)
    assert found.slope == pytest.approx(power, abs=1e-12)


def test_growth_looks_at_whole_periods_of_the_last_two_decades():
    """What stands at other rounds has no influence."""
    rounds = np.arange(1, 3001)
    used = whole_periods(rounds, 3)
    assert rounds[used].tolist() == list(range(30, 3001, 3))
    r = 0.5 * rounds + np.sqrt(rounds)
    spoiled = r.copy()
    spoiled[rounds % 3 != 0] += 100
    spoiled[rounds < 30] = -1e6
    assert growth(made_up(rounds, (), 3), spoiled).linear == growth(made_up(rounds, (), 3), r).linear
    assert np.isnan(growth(made_up(rounds, (), 2500), r).linear)


def test_a_lane_that_is_not_finite_does_not_spoil_the_others():
    r = np.stack([0.5 * ROUNDS, np.where(ROUNDS < 10**5, 0.5 * ROUNDS, np.nan), np.sqrt(ROUNDS)])
    found = growth(made_up(ROUNDS, ("lr",)), r)
    assert np.allclose(found.linear[[0, 2]], [0.5, 0], atol=1e-12)
    assert np.isnan(found.linear[1])
    assert found.verdict.tolist()[0::2] == [LINEAR, SUBLINEAR]


def test_confidence_intervals_cover():
    """Of 600 experiments with 8 replicates each the 95 % interval contains the true slope of T in 93 to 97 of 100."""
    rng = np.random.default_rng(1)
    truth = 0.25
    replicates = truth + rng.normal(scale=0.1, size=(600, 8, 1))
    r = replicates * ROUNDS + 2 * np.sqrt(ROUNDS)
    found = growth(made_up(ROUNDS, ("lr", "seed")), r)
    assert found.linear.shape == (600,)
    covered = np.abs(found.linear - truth) <= found.linear_error
    assert 0.93 < covered.mean() < 0.97


def test_verdicts_of_the_first_example():
    """Adam linear with slope 2/3, the others of order sqrt(T); over seeds the axis of replicates is averaged away."""
    for rule, wanted in ((adam, LINEAR), (amsgrad, SUBLINEAR), (sgd, SUBLINEAR)):
        given = {"beta1": 0, "beta2": 0.1} if rule is not sgd else {}
        found = regret(simulate(rule(lr=[0.5, 1.0], **given), reddi(C=3), 10**5)).growth
        assert found.verdict.tolist() == [wanted, wanted]
        assert np.allclose(found.linear, 2 / 3 if wanted == LINEAR else 0, atol=1e-4)
    noisy = regret(
        simulate(adam(lr=0.1, beta1=0, beta2=0.1), reddi_stochastic(C=3, p=0.35, scale=1), 10**5, seed=np.arange(16))
    )
    assert noisy.growth.axes == ()
    assert noisy.growth.linear_error > 0
    assert abs(noisy.growth.slope - 1) < 0.2


LAWS = {
    "T^0.9": (lambda t: t**0.9, UNDECIDED),
    "T/ln T": (lambda t: t / np.log(t + 1), UNDECIDED),
    "T^0.75": (lambda t: t**0.75, UNDECIDED),
    "sqrt(T) ln T": (lambda t: np.sqrt(t) * np.log(t), SUBLINEAR),
    "ln T": (lambda t: np.log(t), SUBLINEAR),
    "a large root before a small line": (lambda t: 0.0198 * t + 120 * np.sqrt(t) - 3764, LINEAR),
    "a line seen from below zero": (lambda t: 0.5 * t - 1e4, LINEAR),
    "below zero": (lambda t: -0.6 * t - np.sqrt(t), SUBLINEAR),
    "below zero at last": (lambda t: np.where(t == t[-1], -1, np.sqrt(t)), UNDECIDED),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("horizon", [10**5, 10**6, 10**7])
def test_verdicts_on_laws_that_are_known(name, horizon):
    """A power below 1 or T/ln T is never called linear; a line beside a larger root is."""
    law, wanted = LAWS[name]
    t = log_checkpoints(horizon)
    verdict = growth(made_up(t), law(t.astype(float))).verdict
    assert verdict == wanted or (name == "T^0.75" and verdict == SUBLINEAR)


@pytest.mark.parametrize("horizon", [10**4, 10**5, 10**6])
@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("rule", [amsgrad, amsgrad_optax], ids=lambda rule: rule.name)
def test_an_iterate_on_its_way_is_not_judged(rule, start, horizon):
    """AMSGrad on the 101-cycle with alpha = 0.1 needs over 10^8 rounds to arrive: until then it loses
    the same in every round, though its regret is of order sqrt(T)."""
    found = simulate(rule(lr=0.1, beta1=0.9, beta2=0.99), reddi101, horizon, start=start)
    assert regret(found).growth.verdict == UNDECIDED
    if horizon == 10**6:
        wrong = simulate(adam(lr=1, beta1=0.9, beta2=0.99), reddi101, horizon, start=start)
        assert regret(wrong).growth.verdict == LINEAR  # 10^6 is far beyond its 2824 rounds of travel


def test_replicates_with_negative_regret_do_no_harm():
    """Random signs: the slope is 1/2 and its interval knows it, although some seeds are below zero at times."""
    found = regret(simulate(sgd(lr=0.5), random_signs, 10**4, seed=np.arange(400)))
    assert (found.regret[:, found.checkpoints >= 100] <= 0).any()
    law = found.growth
    assert abs(law.slope - 0.5) < law.slope_error < 0.1
    assert law.verdict == SUBLINEAR


def test_interval_of_the_slope_covers():
    """Random signs, 150 experiments of 16 seeds: the 95 % interval of the slope contains that of all 2,400 seeds.

    A little less than 95 in 100 is expected, since the logarithm is taken of a mean of 16.
    """
    found = simulate(sgd(lr=0.5), random_signs, 2000, seed=np.arange(2400))
    r = regret(found).regret
    truth = growth(made_up(found.checkpoints, ("seed",)), r).slope
    each = growth(made_up(found.checkpoints, ("lr", "seed")), r.reshape(150, 16, -1))
    covered = np.abs(each.slope - truth) <= each.slope_error
    assert 0.88 < covered.mean() < 0.99


def test_many_periods_at_once():
    """Lanes of 77 periods, whose common multiple exceeds any run: each is judged on whole periods of its own."""
    N = np.arange(3, 80)
    found = simulate(adam(lr=0.5, beta1=0, beta2=0.1), reddi(C=N, N=N), 10**5)
    law = regret(found).growth
    assert (law.verdict[:40] == LINEAR).all()
    assert np.allclose(law.linear[:40], 2 / N[:40], rtol=1e-3)  # 2 (C - N + 1)/N
    alone = regret(simulate(adam(lr=0.5, beta1=0, beta2=0.1), reddi(C=7, N=7), 10**5)).growth
    assert law.linear[4] == pytest.approx(float(alone.linear), rel=1e-5)


def test_sums_are_exact_to_the_last_digits_after_ten_million_rounds():
    """SGD at rest in 1/3: R_T by exact rational arithmetic on the numbers that float64 holds."""
    T, x = 10**7, 1 / 3
    found = regret(simulate(sgd(lr=0), reddi(C=3), T, start=x, checkpoints=[T])).regret[0]
    whole = T // 3  # T = 1 mod 3: one spike more
    exact = whole * (Fraction(3 * x) - 2 * Fraction(x)) + Fraction(3 * x) + whole + 3
    assert abs(Fraction(float(found)) / exact - 1) < Fraction(1, 10**14)


def test_constant_step_size_is_the_default_where_the_rule_says_so():
    assert simulate(adagrad, reddi, 3).schedule.rule is constant
    assert simulate(adam, reddi, 3).schedule.rule is inverse_sqrt
