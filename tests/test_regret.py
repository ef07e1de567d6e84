"""Regret: exact facts of the periodic sequence, closed forms, comparators by brute force, and the growth law."""

from __future__ import annotations

import math
import os
from fractions import Fraction

import numpy as np
import pytest
from oracle import play

from adamtheory.errors import ParameterError
from adamtheory.hindsight.regret import regret
from adamtheory.language import arithmetic, parse, reading
from adamtheory.losses import (
    gradients,
    least_squares,
    quadratic_exponential,
    quadratic_gaussian,
    random_signs,
    reddi,
    reddi_stochastic,
    reddi_unbounded,
)
from adamtheory.rules import adagrad, adam, adam_uncorrected, amsgrad, amsgrad_optax, momentum_average, sgd
from adamtheory.schedules import inverse_sqrt
from adamtheory.sets import box, everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

# -- exact facts of the periodic sequence --------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [adam_uncorrected, adam][: 2 if os.environ.get("ADAMTHEORY_FULL") else 1])
def test_the_iterate_is_at_the_wrong_end_before_every_spike(rule):
    """C = 3, beta1 = 0, beta2 = 1/10: x_{3k+1} = 1 for k up to 10^5, in balls: x is decided to be the end itself.

    Reddi et al. 2018, Theorem 1; the step size is 1/sqrt(t). Every comparison of the projection is decided, so the
    ball of x_{3k+1} is the exact 1.
    """
    import flint

    before, flint.ctx.prec = flint.ctx.prec, 64
    try:
        ball = arithmetic("ball")
        step, clip, rate = reading(rule, ball), reading(box, ball), reading(inverse_sqrt, ball)
        one = ball.number(Fraction(1))
        values = {"beta1": Fraction(0), "beta2": Fraction(1, 10), "eps": Fraction(0)}
        scalars = {n: ball.number(v) for n, v in values.items()}
        ends = {"low": -one, "high": one}
        slopes = [ball.number(Fraction(v)) for v in (3, -1, -1)]
        slots = {s.name: [ball.number(s.initial)] for s in rule.slots}
        x = [one]
        for t in range(1, 3 * 10**5 + 1):
            if t % 3 == 1:
                assert x[0].is_exact()
                assert x[0] == 1
            ((alpha,),), _ = rate({"t": [ball.arb(t)]}, {"lr": one})
            (moved,), slots = step({"x": x, "g": [slopes[(t - 1) % 3]], **slots}, scalars | {"lr": alpha})
            (x,), _ = clip({"y": moved}, ends)
    finally:
        flint.ctx.prec = before


@pytest.mark.parametrize("N", [3, 4, 5, 6, 7])
def test_limit_cycle_of_v_in_rationals(N):
    """v_t = v*_k - b^t v*_{N-1} and m likewise, exactly, from the rule's own text."""
    a, b, C = Fraction(1, 3), Fraction(1, 10), Fraction(N + 1)
    system = arithmetic("rational")
    line = parse("@rule\ndef averages(x, g, m=0, v=0, *, beta1: decay, beta2: decay):\n"
                 "    m = beta1*m + (1 - beta1)*g\n"
                 "    v = beta2*v + (1 - beta2)*g*g\n    return x, m, v\n")["averages"]  # fmt: skip
    assert [s.value for s in line.body] == [s.value for s in adam.body[:2]]  # Adam's own first lines
    step = reading(line, system)
    p = [(1 - a) * a**k / (1 - a**N) for k in range(N)]
    q = [(1 - b) * b**k / (1 - b**N) for k in range(N)]
    m_star, v_star = [-1 + (C + 1) * w for w in p], [1 + (C * C - 1) * w for w in q]
    slots = {"m": [Fraction(0)], "v": [Fraction(0)]}
    for t in range(1, 6 * N):
        k = (t - 1) % N
        g = C if k == 0 else Fraction(-1)
        _, slots = step({"x": [Fraction(0)], "g": [g], **slots}, {"beta1": a, "beta2": b})
        assert slots["v"] == [v_star[k] - b**t * v_star[-1]]
        assert slots["m"] == [m_star[k] - a**t * m_star[-1]]
    if N == 3:
        v_star = [1 + 8 * w for w in q]
        assert v_star == [Fraction(911, 111), Fraction(191, 111), Fraction(119, 111)]


def test_limit_cycle_along_a_run():
    """The same formula at every checkpoint of a long float64 run: agreement to rounding."""
    C, N, b = 3, 3, 0.1
    found = simulate(adam(lr=0.5, beta1=0, beta2=b), reddi(C=C, N=N), 10**6)
    q = (1 - b) * b ** np.arange(N) / (1 - b**N)
    t = found.checkpoints
    wanted = (1 + (C * C - 1) * q)[(t - 1) % N] - b**t * (1 + (C * C - 1) * q[-1])
    assert np.abs(found.state["v"].reshape(-1) - wanted).max() < 1e-12 * C * C


# The coefficient of alpha sqrt(T), by instance and method, and the slope of T where Adam fails.
INSTANCES = {
    (3, 3, 0.0, 0.1): (0.88803, 1.16354, 1.11111, 1.74078, 3.33333, 2 / 3),
    (3, 3, 0.0, 0.9): (1.78331, 1.67675, 1.11111, 1.74078, 3.33333, 0),
    (3, 3, 0.5, 0.1): (0.82783, 0.29920, 0.28571, 0.44763, 0.85714, 0),
    (11, 10, 0.0, 0.9): (2.55847, 2.85891, 1.14545, 3.49461, 12.6, 0.4),
}
METHODS = {
    "adam": lambda a, b: adam_uncorrected(lr=1, beta1=a, beta2=b, eps=0),
    "amsgrad": lambda a, b: amsgrad(lr=1, beta1=a, beta2=b, eps=0),
    "amsgrad_optax": lambda a, b: amsgrad_optax(lr=1, beta1=a, beta2=b, eps=0),
    "adagrad": lambda a, b: adagrad(lr=1, eps=0),
    "sgd": lambda a, b: momentum_average(lr=1, beta1=a),
}


# The table's AdaGrad has momentum where beta1 is not 0; that is no rule of its own.
CASES = [(name, key) for name in METHODS for key in INSTANCES if name != "adagrad" or key[2] == 0]


@pytest.mark.parametrize(("name", "instance"), CASES, ids=str)
def test_regret_constants_of_the_periodic_sequence(name, instance):
    """R_T = slope*T + c*sqrt(T) + O(1): c to five digits from two horizons, which cancel the constant."""
    C, N, a, b = instance
    *row, slope = INSTANCES[instance]
    T = 10**7 // N * N
    first = T // 4 // N * N
    found = regret(simulate(METHODS[name](a, b), reddi(C=C, N=N), T, checkpoints=[first, T]))
    wanted = row[list(METHODS).index(name)]
    low, high = found.regret - (slope * found.checkpoints if name == "adam" else 0)
    measured = (high - low) / (math.sqrt(T) - math.sqrt(first))
    assert measured == pytest.approx(wanted, abs=1.5e-5 * max(1, wanted))
    assert (found.comparator == -1).all()
    assert (found.gap == 0).all()


@pytest.mark.parametrize("alpha", [0.01, 0.3, 1, 5])
@pytest.mark.parametrize("C", [2.5, 3, 10, 101])
@pytest.mark.parametrize("rule", [adam, adam_uncorrected], ids=["corrected", "uncorrected"])
def test_linear_regret_of_adam_for_every_step_size(rule, C, alpha):
    """R_T >= (2C - 4)T/3 at every whole period, beta2 = 1/(1 + C^2)."""
    given = {"lr": alpha, "beta1": 0, "beta2": 1 / (1 + C * C), "eps": 0}
    found = simulate(rule(**given), reddi(C=C), 30_000)
    assert (regret(found).regret >= (2 * C - 4) * found.checkpoints / 3 - 1e-6).all()
    free = simulate(rule(**given), reddi_unbounded(C=C), 30_000)
    assert free.feasible.rule is everything
    assert (regret(free).regret >= (2 * C - 4) * free.checkpoints / 3 - 1e-6).all()
    assert (np.abs(free.iterates - 1) <= alpha / math.sqrt(1 - given["beta2"]) + 1e-9).all()


def test_projection_free_losses_and_their_comparator():
    """Loss and slope by the definition; -1 minimises every prefix sum on a fine grid."""
    C, T = 4.0, 40
    played = play(adam(lr=0.9, beta1=0, beta2=1 / 17), reddi_unbounded(C=C), T, start=1)
    x = np.concatenate([[1.0], played.x[:-1, 0]])
    spike = np.arange(T) % 3 == 0
    assert np.allclose(played.losses, np.where(spike, C * np.maximum(x, -1), -np.minimum(x, 1)), atol=1e-15)
    assert (played.gradients[:, 0] == np.where(spike, np.where(x > -1, C, 0), np.where(x < 1, -1, 0))).all()
    grid = np.linspace(-5, 5, 2001)
    each = np.where(spike[:, None], C * np.maximum(grid, -1), -np.minimum(grid, 1))
    assert np.allclose(np.cumsum(each, axis=0).min(axis=1), np.cumsum(each, axis=0)[:, np.argmin(np.abs(grid + 1))])
    found = regret(simulate(adam(lr=0.9, beta1=0, beta2=1 / 17), reddi_unbounded(C=C), T, checkpoints=range(1, T + 1)))
    best = np.cumsum(each, axis=0).min(axis=1)
    assert np.allclose(found.regret, np.cumsum(played.losses) - best, atol=1e-12)
    assert (found.comparator == -1).all()


@pytest.mark.parametrize(("start", "wanted"), [(1, [4, 0, 0]), (-1, [0, -1, -1]), (0, [4, -1, -1]), (2, [4, 0, 0])])
def test_slopes_at_the_kinks(start, wanted):
    """The published choice of subgradient: C iff x > -1, -1 iff x < 1, else 0."""
    assert play(sgd(lr=0), reddi_unbounded(C=4), 3, start=start).gradients[:, 0].tolist() == wanted


def test_bound_of_the_published_theorem_is_exceeded():
    """Kingma and Ba's Theorem 4.1 without projection, C = 3: the first T with R_T above the bound is 225 (K8)."""
    C, b, alpha, D, G = 3.0, 0.1, 0.9, 3.0, 3.0
    T = 400
    rule = adam(lr=alpha, beta1=0, beta2=b, eps=0)
    found = regret(simulate(rule, reddi_unbounded(C=C), T, checkpoints=range(1, T + 1)))
    g = play(rule, reddi_unbounded(C=C), T, start=1).gradients[:, 0]
    t = np.arange(1, T + 1)
    v_hat = np.array([sum((1 - b) * b ** (s - k) * g[k - 1] ** 2 for k in range(1, s + 1)) / (1 - b**s) for s in t])
    norm = np.sqrt(np.cumsum(g * g))
    gamma = 0.0
    lam = 0.5
    bound = D**2 / (2 * alpha) * np.sqrt(t * v_hat)
    bound += alpha * G / ((1 - 0.0) * math.sqrt(1 - b) * (1 - gamma) ** 2) * norm
    bound += D**2 * G * math.sqrt(1 - b) / (2 * alpha * 1 * (1 - lam) ** 2)
    first = int(t[found.regret > bound][0])
    assert first == 225
    assert found.regret[224] == pytest.approx(168.224, abs=5e-4)
    assert bound[224] == pytest.approx(167.079, abs=5e-4)


# -- comparators by brute force ------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("ends", [(-1, 1), (0.25, 2)])
def test_linear_losses_against_brute_force(d, ends):
    """Every prefix: the minimum over the corners of the box, and the losses played, from the oracle."""
    a = np.random.default_rng(4).normal(size=(60, d)).round(3)
    a[7] = a[:7].sum(axis=0) * -1
    feasible = box(low=ends[0], high=ends[1])
    found = regret(simulate(sgd(lr=0.3), a, 150, feasible=feasible, start=ends[0], checkpoints=range(1, 151)))
    played = play(sgd(lr=0.3), sequence(gradients, data=a), 150, feasible=feasible, start=ends[0])
    sums = np.cumsum(played.gradients, axis=0)
    corners = np.stack(np.meshgrid(*[ends] * d), axis=-1).reshape(-1, d)
    values = sums @ corners.T
    assert np.allclose(found.regret, np.cumsum(played.losses) - values.min(axis=1), atol=1e-12)
    attained = (found.comparator * sums).sum(axis=1)
    assert np.allclose(attained, values.min(axis=1), atol=1e-12)


@pytest.mark.parametrize(
    "loss", [reddi(C=2.2, N=4), reddi_stochastic(C=3, p=0.3, scale=2), random_signs(scale=0.5)], ids=repr
)
def test_prefix_sums_of_the_shipped_linear_losses(loss):
    """In one lane and in twenty: the comparator from sums equals the minimum over the ends of the interval."""
    for seeds in (7, np.arange(20)):
        found = simulate(adam(lr=0.2), loss, 90, seed=seeds, checkpoints=range(1, 91))
        result = regret(found)
        for lane in [()] if np.ndim(seeds) == 0 else [(0,), (13,)]:
            played = play(adam(lr=0.2), loss, 90, seed=int(np.asarray(seeds)[lane]), feasible=box,
                          start=loss.rule.facts["start"])  # fmt: skip
            sums = np.cumsum(played.gradients[:, 0])
            assert np.allclose(result.regret[lane], np.cumsum(played.losses) + np.abs(sums), atol=1e-10)
            assert np.array_equal(result.comparator[lane][:, 0], np.where(sums > 0, -1, np.where(sums < 0, 1, 0)))


@pytest.mark.parametrize("ends", [(-10, 10), (0.2, 10), (-10, 0.9)])
@pytest.mark.parametrize("loss", [quadratic_gaussian(mean=1, sigma=2), quadratic_exponential(mean=0.5)], ids=repr)
def test_quadratics_compare_with_the_clipped_mean(loss, ends):
    """The best fixed point of a prefix is its mean target, clipped; the targets are x - gradient of the oracle."""
    feasible, first = box(low=ends[0], high=ends[1]), min(1, ends[1])
    for d in (1, 3):
        losses = sequence(loss, dimension=d)
        found = regret(
            simulate(adam(lr=0.3), losses, 80, seed=3, feasible=feasible, start=first, checkpoints=range(1, 81))
        )
        played = play(adam(lr=0.3), losses, 80, seed=3, feasible=feasible, start=first)
        before = np.concatenate([np.full((1, d), first), played.x[:-1]])
        targets = before - played.gradients
        for k in range(80):
            best = np.clip(targets[: k + 1].mean(axis=0), *ends)
            value = ((best - targets[: k + 1]) ** 2).sum() / 2
            assert np.allclose(found.comparator[k], best, atol=1e-12)
            assert found.regret[k] == pytest.approx(played.losses[: k + 1].sum() - value, abs=1e-10)


@pytest.mark.parametrize("order", ["file", "shuffled"])
def test_least_squares_on_data_against_normal_equations(order):
    """Inside the box the comparator solves the normal equations of the rows met; the gap certifies itself."""
    rng = np.random.default_rng(6)
    rows, targets = rng.normal(size=(13, 2)), rng.normal(size=13)
    losses = sequence(least_squares, data=(rows, targets), order=order)
    found = simulate(sgd(lr=0.1), losses, 60, seed=8, checkpoints=range(5, 61))
    result = regret(found)
    from adamtheory.simulation.rows import epoch_order

    met = np.concatenate([epoch_order(13, e, 8, 0) if order == "shuffled" else np.arange(13) for e in range(5)])
    for k, t in enumerate(found.checkpoints):
        a, y = rows[met[:t]], targets[met[:t]]
        best = np.linalg.lstsq(a, y, rcond=None)[0]
        value = ((a @ best - y) ** 2).sum() / 2
        assert np.allclose(result.comparator[k], best, atol=1e-6)
        assert result.regret[k] <= found.losses[k] - value + 1e-9
        assert found.losses[k] - value <= result.regret[k] + result.gap[k] + 1e-9


def test_losses_without_a_known_comparator_are_refused():
    cubic = parse("@loss(radius=1)\ndef cubic(x):\n    return total(absolute(x)**1.5), 1.5*x\n")["cubic"]
    with pytest.raises(ParameterError, match="no exact best fixed point is known for cubic"):
        regret(simulate(sgd, cubic, 10))
    with pytest.raises(ParameterError, match="falls without end"):
        regret(simulate(sgd, reddi, 10, feasible=everything))
    half = parse("@feasible_set\ndef half(y, *, low: real = 0):\n    return maximum(y, low)\n")["half"]
    with pytest.raises(ParameterError, match="no best fixed point is known on the set half"):
        regret(simulate(sgd, quadratic_gaussian, 10, feasible=half))


def test_a_named_comparator_must_hold():
    """For C < N - 1 no point is best for every prefix, and -1 must belong to the set."""
    assert (regret(simulate(sgd, reddi_unbounded(C=[2, 3, 4]), 9)).comparator == -1).all()
    with pytest.raises(ParameterError, match="reddi_unbounded names no best fixed point for these parameters"):
        regret(simulate(sgd, reddi_unbounded(C=[3, 1.5]), 9))
    with pytest.raises(ParameterError, match="names is not in the set"):
        regret(simulate(sgd, reddi_unbounded, 9, feasible=box(low=[-2, -0.5], high=1)))


OWN = {
    "total((x - k)**2)/2": "x - k",
    "total(x*x*a - 3*x)": "2*a*x - 3",
    "total((2*x - 1)*(x + k)) + a*7": "4*x + 2*k - 1",
    "-total(x*k - a)": "-k",
    "total(where(k < 2, k, -a)*x/4)": "where(k < 2, k, -a)/4",
    "a*total(x - k) - total(-(x**2))": "a + 2*x",
}


@pytest.mark.parametrize("text", OWN)
@pytest.mark.parametrize("d", [1, 2])
def test_own_losses_are_understood_from_their_text(text, d):
    """Any separable quadratic: against the sum of losses evaluated by Python on a fine grid of points."""
    rule = parse(f"@loss(radius=2)\ndef own(x, k=0, *, a: real = 0.75):\n    k = where(k < 3, k + 1, 0)\n"
                 f"    return {text}, {OWN[text]}, k\n")["own"]  # fmt: skip
    T = 25
    found = regret(simulate(sgd(lr=0.2), sequence(rule, dimension=d), T, checkpoints=range(1, T + 1)))
    played = play(sgd(lr=0.2), sequence(rule, dimension=d), T, feasible=box(low=-2, high=2))
    step = reading(rule, arithmetic("float64"), 1)
    grid = np.linspace(-2, 2, 801)
    totals, k, a = np.zeros(len(grid)), [np.float64(0)], np.float64(0.75)
    outside = a * 7 if "+ a*7" in text else 0.0  # what stands outside the totals counts once, whatever d
    for t in range(T):
        totals += [step({"x": [np.float64(u)], "k": k}, {"a": a})[0][0][0] for u in grid]
        k = step({"x": [np.float64(0)], "k": k}, {"a": a})[1]["k"]
        best = d * totals.min() - (d - 1) * outside * (t + 1)
        assert found.regret[t] == pytest.approx(played.losses[: t + 1].sum() - best, abs=2e-3 * (t + 1))


# -- randomness ----------------------------------------------------------------------------------------------------


def test_random_signs_have_the_regret_of_a_random_walk():
    """E R_T = E|e_1 + ... + e_T| for every algorithm: the mean over 4,000 seeds within four standard errors."""
    T = 400
    exact_mean = sum(abs(2 * k - T) * math.comb(T, k) for k in range(T + 1)) / 2**T
    assert exact_mean == pytest.approx(math.sqrt(2 * T / math.pi), rel=1e-3)
    for rule in (adam(lr=0.3), amsgrad(lr=1), sgd(lr=0.1)):
        result = regret(simulate(rule, random_signs, T, seed=np.arange(4000), checkpoints=[T])).regret[:, 0]
        error = result.std(ddof=1) / math.sqrt(len(result))
        assert abs(result.mean() - exact_mean) < 4 * error


def test_draws_of_the_losses_have_their_distributions():
    """Mean and spread of 60,000 slopes or targets, coordinate by coordinate, within four standard errors."""
    keep = parse("@rule\ndef keep(x, g, last=0, *, lr: real = 1):\n    return x, g\n")["keep"]
    cases = [
        (quadratic_gaussian(mean=1, sigma=2), -1.0, 4.0), (quadratic_exponential(mean=3), -3.0, 9.0),
        (random_signs, 0.0, 1.0), (reddi_stochastic(C=4, p=0.2, scale=1), 0.0, 4.0),
    ]  # fmt: skip
    for loss, mean, variance in cases:
        found = simulate(keep, sequence(loss, dimension=3), 30, start=0, seed=np.arange(2000), checkpoints=range(1, 31))
        g = found.state["last"].reshape(-1, 3)
        assert (np.abs(g.mean(axis=0) - mean) < 4 * math.sqrt(variance / len(g))).all()
        assert (np.abs(g.var(axis=0) / variance - 1) < 4 * 3 / math.sqrt(len(g))).all()
        assert (np.abs(np.corrcoef(g.T) - np.eye(3)) < 4 / math.sqrt(len(g))).all()
