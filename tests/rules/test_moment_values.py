"""Numbers that the theory of moving averages gives, from the rules themselves: weights, errors, directions, drifts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adamtheory.language import parse
from adamtheory.rules import adam, adamw_torch, adamx, nadam_torch


def weights(follow: Any, beta: float, t: int) -> list[float]:
    """What g_1, ..., g_t weigh in m_t, read off Adam's text by unit gradients."""
    unit = [[float(i == j) for j in range(t)] for i in range(t)]
    return [follow(adam, history, beta1=beta).slots[-1]["m"][0] for history in unit]


@pytest.mark.parametrize(("t", "variance"), [(1, 1), (3, 0.335793), (10, 0.108983)])
def test_variance_of_the_corrected_average(follow, t, variance):
    """Var m_hat_t/sigma^2 of uncorrelated gradients is the sum of the squares of its weights."""
    found = weights(follow, 0.9, t)
    assert math.fsum((w / math.fsum(found)) ** 2 for w in found) == pytest.approx(variance, abs=1e-6)


@pytest.mark.parametrize(
    ("beta", "t", "threshold"),
    [(0.9, 1, 1.2222), (0.9, 5, 0.4879), (0.9, 10, 0.5161), (0.9, 20, 1.0383), (0.999, 1, 1.002), (0.999, 10, 0.10201)],
)
def test_when_the_correction_has_the_smaller_error(follow, beta, t, threshold):
    """xi^2/sigma^2 at which the squared bias and the variance of m_t make up the variance of m_hat_t."""
    found = weights(follow, beta, t)
    whole, squares = math.fsum(found), math.fsum(w * w for w in found)
    assert (squares / whole**2 - squares) / (1 - whole) ** 2 == pytest.approx(threshold, abs=6e-5)


def direction(follow: Any, history: list[float], **betas: float) -> float:
    """m_hat/sqrt(v_hat) after the last gradient."""
    return -float(follow(adam, history, lr=1, eps=0, **betas).steps()[-1])


def test_the_mean_first_direction_of_gaussian_gradients(follow):
    """It is that of the sign, erf(xi/(sqrt(2) sigma)): below xi/sqrt(xi^2 + sigma^2) at 1 sigma, above it at 2."""
    assert [direction(follow, [g]) for g in (1e-3, -7.0, 2.0)] == pytest.approx([-1, 1, -1])
    for ratio, mean, naive in ((1, 0.6827, 0.7071), (2, 0.9545, 0.8944)):
        assert math.erf(ratio / math.sqrt(2)) == pytest.approx(mean, abs=5e-5)
        assert ratio / math.hypot(ratio, 1) == pytest.approx(naive, abs=5e-5)


def test_two_gradients_exceed_one(follow):
    """g = (1, 1.11) at the default decay rates."""
    assert direction(follow, [1.0, 1.11]) ** 2 == pytest.approx(133933 / 133570, rel=1e-12)
    assert -direction(follow, [1.0, 1.11]) == pytest.approx(1.001358, abs=1e-6)


@pytest.mark.parametrize(
    ("beta1", "beta2", "t", "size"),
    [(0.9, 0.999, 20, 1.1561), (0.9, 0.999, 1000, 5.7812), (0.5, 0.2, 200, 5.4885e9)],
)
def test_geometric_histories_attain_the_step_constant(follow, beta1, beta2, t, size):
    """g_i = (beta2/beta1)^i, growing or falling; scaled so that none overflows."""
    ratio = beta2 / beta1
    history = [ratio ** (i - t if ratio > 1 else i) for i in range(1, t + 1)]
    assert -direction(follow, history, beta1=beta1, beta2=beta2) == pytest.approx(size, rel=2e-5)


def test_adamw_comes_to_one_over_lambda(follow):
    """Constant gradient -1, alpha = .01, lambda = .1, 20000 steps from 5: 9.999999990; the limit is 10."""
    run = follow(adamw_torch, [-1.0] * 20_000, x0=[5], lr=0.01, weight_decay=0.1, eps=0)
    assert run.xs[-1][0] == pytest.approx(9.999999990, abs=1e-9)


def test_a_decay_that_changes_meets_a_correction_that_does_not(follow):
    """beta1_t = .9 c^(t-1) with c = 1 - 1e-8: 20 equal gradients are overweighted by 2.6297e-7."""
    run = follow(adamx, [1.0] * 20, beta1=0.9, lam=1 - 1e-8)
    assert run.slots[-1]["m"][0] / (1 - 0.9**20) - 1 == pytest.approx(2.6297e-7, rel=1e-4)


# AdaMax before its limit: the p-norm in place of the largest gradient
P_NORM = """
@rule
def adam_p(x, g, m=0, v=0, p1=1, pp=1, *, lr: nonnegative, beta1: decay = 0.9, beta2: decay = 0.999, p: positive):
    b = beta2**p
    m = beta1*m + (1 - beta1)*g
    v = b*v + (1 - b)*absolute(g)**p
    p1 = p1*beta1
    pp = pp*b
    return x - lr*m/(1 - p1)/(v/(1 - pp))**(1/p), m, v, p1, pp
"""


@pytest.mark.parametrize(("p", "bound"), [(2, 2.9595), (4, 1.5838), (16, 1.0657), (64, 1.0017), (256, 1.0021)])
def test_the_bound_of_every_norm_is_attained(follow, p, bound):
    """t = 200, by Hoelder: |g_(t-j)|^(p-1) in proportion to beta1^j/beta2^(pj)."""
    age = np.arange(199, -1, -1)
    history = (0.9**age / 0.999 ** (p * age)) ** (1 / (p - 1))
    run = follow(parse(P_NORM)["adam_p"], (history / history.max()).tolist(), lr=1, p=p)
    assert -run.steps()[-1] == pytest.approx(-bound, abs=6e-5)


def test_where_the_lemma_of_the_regret_proof_fails_late(follow):
    """g_t = 1/sqrt(t), (beta1, beta2) = (.3, .5): at T = 21646 the sum passes 2 |g|/((1 - gamma) sqrt(1 - beta2))."""
    rounds = np.arange(1, 21_647)
    run = follow(adam, (rounds**-0.5).tolist(), beta1=0.3, beta2=0.5)
    m, v = (np.array([slots[name][0] for slots in run.slots]) for name in ("m", "v"))
    m, v = m / (1 - 0.3**rounds), v / (1 - 0.5**rounds)
    paid = np.cumsum(m**2 / np.sqrt(rounds * v))
    allowed = 2 / (1 - 0.3**2 / 0.5**0.5) / 0.5**0.5 * np.sqrt(np.cumsum(1 / rounds))
    assert (paid[-1], allowed[-1]) == pytest.approx((10.5316911011, 10.5316841532), abs=6e-10)
    assert np.flatnonzero(paid > allowed).tolist() == [len(rounds) - 1]


def test_the_hybrid_nadam_of_pytorch_falls_behind_for_good(follow):
    """The sum of its steps less 1, for a constant gradient: -3.2134 after 2000 steps, -2.8888 in the limit.

    What is left falls with the schedule's 0.96^(0.004 t), by which the limit is told from 5000 and 10000 steps.
    """
    steps = np.array(follow(nadam_torch, [-1.0] * 10_000, lr=1, eps=0, momentum_decay=0.004).steps())
    behind = np.cumsum(-steps - 1)
    assert behind[1999] == pytest.approx(-3.2134, abs=6e-5)
    left = 0.96**20
    assert (behind[9999] - left * behind[4999]) / (1 - left) == pytest.approx(-2.8888, abs=6e-4)


# A development snapshot of PyTorch, in which the look-ahead's product met mu_t once more.
SNAPSHOT = """
@rule
def nadam_snapshot(x, g, m=0, v=0, P=1, p2=1, *, lr: nonnegative, beta1: decay = 0.9, beta2: decay = 0.999, t):
    mu = beta1*(1 - 0.5*0.96**(t*0.004))
    mu_next = beta1*(1 - 0.5*0.96**((t + 1)*0.004))
    P = P*mu
    p2 = p2*beta2
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    m_bar = mu_next*m/(1 - P*mu*mu_next) + (1 - mu)*g/(1 - P)
    return x - lr*m_bar/sqrt(v/(1 - p2)), m, v, P, p2
"""


def test_a_product_with_one_factor_twice(follow):
    steps = follow(parse(SNAPSHOT)["nadam_snapshot"], [1.0] * 5, lr=1).steps()
    assert [steps[t - 1] for t in (1, 2, 3, 5)] == pytest.approx([1.0495, 0.7788, 0.7293, 0.7451], abs=5.01e-5)
