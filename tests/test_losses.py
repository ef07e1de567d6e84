"""What is each loss's own: exact laws, published and reference numbers, thresholds, and the losses' definitions."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from oracle import draw, play, same_bits
from scipy.optimize import brentq

from adamtheory.errors import ParameterError
from adamtheory.hindsight.regret import regret
from adamtheory.language import arithmetic, parse, reading
from adamtheory.losses import (
    doubling_blocks,
    quadratic_two_point,
    random_signs,
    shifting,
    sparse_signs,
    zhang_cyclic,
)
from adamtheory.rules import adam, adam_uncorrected, amsgrad, sgd
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

# -- random signs ------------------------------------------------------------------------------------------------------


def walk(T: int) -> Fraction:
    """E|e_1 + ... + e_T| = 2m binom(2m, m)/4^m with m = ceil(T/2)."""
    m = -(-T // 2)
    return Fraction(2 * m * math.comb(2 * m, m), 4**m)


@pytest.mark.parametrize("T", [1, 2, 3, 6])
def test_every_algorithm_has_the_regret_of_a_random_walk_exactly(T):
    """The mean over all 2^T signs of R_T of projected gradient descent, in rationals, is the closed form."""
    total = Fraction(0)
    for signs in itertools.product((-1, 1), repeat=T):
        x, lost = Fraction(1, 3), Fraction(0)
        for t, e in enumerate(signs, 1):
            lost += e * x
            x = min(max(x - Fraction(2, 3 * t) * e, Fraction(-1)), Fraction(1))
        total += lost + abs(sum(signs))
    assert total / 2**T == walk(T)
    assert walk(T) ** 2 >= Fraction(T, 2)
    assert walk(2) == 1


def test_sparse_signs_with_p_1_are_random_signs():
    """To the last bit, and with the closed form's mean: 2,000 seeds, within four standard errors."""
    rounds, seeds = 250, np.arange(2000)
    both = [
        simulate(sgd(lr=0.1), loss, rounds, seed=seeds, checkpoints=[rounds])
        for loss in (sparse_signs(p=1), random_signs)
    ]
    assert same_bits(both[0].iterates, both[1].iterates)
    assert same_bits(both[0].losses, both[1].losses)
    found = regret(both[0]).regret[:, 0]
    assert abs(found.mean() - float(walk(rounds))) < 4 * found.std(ddof=1) / math.sqrt(len(found))


def test_sparse_signs_have_the_regret_of_a_lazy_walk():
    """E|e_1 + ... + e_T| by convolution of the law of one slope; coordinates of one run are independent replicates."""
    T, p, d = 150, 0.1, 3000
    law = np.ones(1)
    for _ in range(T):
        law = np.convolve(law, [p / 2, 1 - p, p / 2])
    mean, spread = (float((law * np.abs(np.arange(-T, T + 1)) ** k).sum()) for k in (1, 2))
    tr = simulate(adam(lr=0.3), sequence(sparse_signs(p=p, scale=2), dimension=d), T, seed=3, checkpoints=[T])
    sums = tr.sums["c1"][-1]
    assert set(np.unique(sums % 2)) == {0.0}  # slopes are -2, 0 and 2
    assert abs(np.abs(sums).mean() - 2 * mean) < 4 * 2 * math.sqrt((spread - mean**2) / d)
    assert regret(tr).regret[-1] == pytest.approx(tr.losses[-1] + np.abs(sums).sum(), rel=1e-12)


# -- doubling blocks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_slopes_of_the_doubling_blocks(dtype):
    """+1 on [4^j, 2*4^j), -1 on [2*4^j, 4^(j+1)), by the number of binary digits of t."""
    g = play(sgd(lr=0), doubling_blocks, 1100, dtype=dtype).gradients[:, 0]
    assert g.tolist() == [1.0 if t.bit_length() % 2 else -1.0 for t in range(1, 1101)]


def test_regret_that_is_so_negative_that_its_average_has_no_limit():
    """R_T/T at the ends of blocks, online gradient descent with 1/sqrt(t): the reference values; -1 inside a block."""
    ends = [2**k - 1 for k in range(19, 23)]
    balanced = 2**21 - 1 + (1 + 2**21) // 3  # the slopes before add up to that third, and -1 brings them to 0
    tr = simulate(sgd(lr=1), doubling_blocks, ends[-1], checkpoints=sorted([*ends, balanced]))
    found = regret(tr)
    average = dict(zip(found.checkpoints.tolist(), found.average.tolist(), strict=True))
    assert [round(average[T], 4) for T in ends] == [-0.6600, -0.6619, -0.6633, -0.6643]
    sums = dict(zip(found.checkpoints.tolist(), tr.sums["c1"].tolist(), strict=True))
    assert [sums[T] for T in ends] == [(1 - (-2) ** k) // 3 for k in range(19, 23)]
    assert sums[balanced] == 0
    assert -1 <= average[balanced] < -0.99


# -- the cyclic sequence with a threshold in beta2 ---------------------------------------------------------------------


def test_the_cyclic_losses_add_up_to_one_convex_function():
    """In rationals: n rounds add up to h, every prefix to a positive multiple of it, least at -2, with its slope."""
    n, c = 5, Fraction(1, 16)
    step = reading(zhang_cyclic, arithmetic("rational"))
    for x in (Fraction(k, 4) for k in range(-20, 9)):
        h = x if x >= -1 else (x + 2) ** 2 / 2 - Fraction(3, 2)
        slots, value, slope, factor = {"phase": [Fraction(0)]}, Fraction(0), Fraction(0), Fraction(0)
        for t in range(3 * n):
            (f, g), slots = step({"x": [x], **slots}, {"n": Fraction(n), "c": c})
            value, slope = value + f[0], slope + g[0]
            factor += 1 + (n - 1) * c if t % n == 0 else -c
            assert factor > 0
            assert value == factor * h
            assert slope == factor * (1 if x >= -1 else x + 2)
            assert value >= factor * Fraction(-3, 2)
        assert value == 3 * h


@pytest.mark.parametrize(
    ("beta1", "beta2", "away"),
    [
        (0, [0.60, 0.62, 0.64, 0.70], [True, True, False, False]),
        (0.5, [0.11, 0.13, 0.58, 0.61], [False, True, True, False]),
    ],
)
def test_thresholds_of_the_cyclic_sequence(beta1, beta2, away):
    """n = 20, c = (n - 1)^(-2): the exact divergence region ends at beta2 = 0.62923 for beta1 = 0, and is 0.12076 to
    0.59966 for beta1 = 0.5; elsewhere Adam arrives at the best point -2."""
    given = {"lr": 0.5, "beta1": beta1, "beta2": beta2, "eps": 0}
    found = simulate(adam_uncorrected(**given), zhang_cyclic(n=20, c=1 / 361), 2 * 10**6)
    last = found.iterates[:, -1, 0]
    assert ((np.abs(last + 2) > 5) == away).all()
    assert (np.abs(last[~np.array(away)] + 2) < 0.02).all()
    assert (regret(found).comparator == -2).all()
    if beta1 == 0:  # it drifts to the right without end, at the rate that reference runs show
        assert last[:2] == pytest.approx([44.6, 12.2], abs=1)


# -- quadratics with two-point targets ---------------------------------------------------------------------------------


def drift(e: float, p: float, spike: float, b: float) -> float:
    """E[g/sqrt(v)] of the frozen iterate mean + e, beta1 = 0: the integral over v^(-1/2) = 2/sqrt(pi) int exp(-u^2 v).

    g is rare = e - (1 - p) spike with probability p, else common = e + p spike.
    """
    rare, common = e - (1 - p) * spike, e + p * spike
    y = np.linspace(math.log(1e-6), math.log(3000), 3001)
    u, weights = np.exp(y), (1 - b) * b ** np.arange(int(math.log(1e-14) / math.log(b)))
    far = np.exp(-(u[:, None] ** 2) * (rare**2 - common**2) * weights)
    factors = np.prod(1 - p + p * far[:, 1:], axis=1) * (p * rare * far[:, 0] + (1 - p) * common)
    return 2 / math.sqrt(math.pi) * float(np.trapezoid(np.exp(-u * u * common**2) * factors * u, y))


def test_adam_settles_beside_the_mean_of_a_skewed_law():
    """The bias is the root of the frozen equation, within four standard errors of 128 seeds; AMSGrad has none.

    The first-order law -(1/2) kappa_2 mu_3/sigma^2 = -(1 - 2p) spike (1 - beta2)/2 is near that root.
    """
    p, spike, b = 0.1, 2.0, 0.9
    root = brentq(drift, -0.18, 0.02, args=(p, spike, b))
    assert root == pytest.approx(-(1 - 2 * p) * spike * (1 - b) / 2, rel=0.05)
    for rule, wanted in ((adam, root), (amsgrad, 0.0)):
        last = simulate(rule(lr=0.3, beta1=0, beta2=b), quadratic_two_point(p=p, spike=spike), 60_000,
                        seed=np.arange(128), start=p * spike, checkpoints=[60_000]).iterates[:, 0, 0]  # fmt: skip
        error = last.std(ddof=1) / math.sqrt(len(last))
        assert abs(last.mean() - p * spike - wanted) < 4 * error
        assert error < 0.005


def test_two_point_targets_have_their_law():
    keep = parse("@rule\ndef keep(x, g, last=0, *, lr: real = 1):\n    return x, g\n")["keep"]
    found = simulate(keep, sequence(quadratic_two_point(p=0.3, spike=-2), dimension=4000), 1, start=0, seed=6)
    z = -found.state["last"].reshape(-1)
    assert set(z.tolist()) == {-2.0, 0.0}
    assert abs((z == -2).mean() - 0.3) < 4 * math.sqrt(0.21 / len(z))


# -- periods that are formulas -----------------------------------------------------------------------------------------


def test_declared_periods():
    assert sequence(shifting(N=[3, 5])).periods == [6, 10]
    tr = simulate(sgd(lr=[0.1, 0.2]), shifting(N=[3, 5]), 60)
    assert tr.periods.tolist() == [6, 10]
    assert simulate(sgd(lr=[0.1, 0.2]), shifting(N=3), 60).periods.tolist() == [6, 6]
    for n in (2.5, 1.25):
        with pytest.raises(ParameterError, match=f"N={n} of shifting is a period: it must be an integer of at least 1"):
            sequence(shifting(N=n))
    both = parse('@loss(period="a*b")\ndef own(x, *, a: real = 2, b: real = 3):\n    return total(x), 1\n')["own"]
    with pytest.raises(ParameterError, match="the period of own must be an integer or read one"):
        sequence(both)


def test_draws_are_shared_between_the_signs():
    """Draw by draw: sparse signs are -1 below p/2, +1 from there to p, else 0."""
    g = play(sgd(lr=0), sparse_signs(p=0.5), 40, seed=2).gradients[:, 0]
    u = np.array([draw("float64", t, 0, 0, 2) for t in range(1, 41)])
    assert (g == np.where(u < 0.25, -1, np.where(u < 0.5, 1, 0))).all()
