"""Absolute errors on ball, simplex and 1-norm ball: all vertices in rationals, SLSQP, regret by definition."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from test_coupled_hinge import NAMES, some_points
from test_projections import inside

from adamtheory.errors import ParameterError
from adamtheory.hindsight.coupled_medians import best_on_set, sorted_targets
from adamtheory.hindsight.medians import MOST, check_rounds
from adamtheory.hindsight.regret import regret
from adamtheory.losses import absolute_error, absolute_exponential
from adamtheory.rules import sgd
from adamtheory.runs.plan import Plan, prepare_all, probe
from adamtheory.sets import SETS
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate


def exactly(z, counts, u) -> Fraction:
    """sum_t w_t |u - z_t|_1 in rationals; z (n, d)."""
    rows = zip(z.tolist(), counts.tolist(), strict=True)
    return sum(
        (w * abs(Fraction(v) - Fraction(a)) for row, w in rows for v, a in zip(u, row, strict=True)), Fraction(0)
    )


def vertices(z, size, name):
    """Points whose coordinates are targets or 0, but for one at most, which takes what the set leaves."""
    choices = [sorted({Fraction(0), *map(Fraction, column)}) for column in z.T.tolist()]
    d = len(choices)
    if name == "l1_ball":
        yield from (u for u in itertools.product(*choices) if sum(map(abs, u)) <= size)
    for k in range(d):
        for others in itertools.product(*choices[:k], *choices[k + 1 :]):
            rest = size - sum(map(abs, others))
            if rest >= 0 and (name == "l1_ball" or min(others, default=0) >= 0):
                yield from (
                    (*others[:k], side * rest, *others[k:]) for side in ((1, -1) if name == "l1_ball" else (1,))
                )


def draw_targets(seed, d):
    """Whole numbers and eighths with repetitions, counts with some zeros."""
    rng = np.random.default_rng(seed)
    z = rng.integers(-16, 17, (5, d)) / rng.choice([8, 2, 16])
    counts = rng.integers(0, 4, 5)
    counts[rng.integers(5)] += 1
    return z, counts, rng


def solve(z, counts, name, size):
    return best_on_set([sorted_targets(column, counts) for column in z.T], name, size)


@pytest.mark.parametrize("name", ["simplex", "l1_ball"])
@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([0.25, 1.0, 3.0, 0.7]))
def test_all_vertices(name, seed, d, size):
    z, counts, _ = draw_targets(seed, d)
    u, gap = solve(z, counts, name, size)
    best = min(exactly(z, counts, v) for v in vertices(z, Fraction(size), name))
    value = exactly(z, counts, u.tolist())
    rounding = Fraction(1, 10**15) * int(counts.sum()) * Fraction(size)
    assert value - best <= Fraction(gap) + (rounding if name == "simplex" else 0)  # sum u is `size` but for rounding
    assert gap <= 1e-13 * (1 + size) * counts.sum()
    if name == "simplex":
        assert u.min() >= 0
        assert u.sum() == pytest.approx(size, rel=1e-15)
    else:
        assert inside(name, u, size)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([0.25, 1.0, 3.0, 9.0]))
def test_the_ball(seed, d, size):
    """SLSQP on min sum w t, t >= |u - z|, |u| <= r does no better, nor any of 60 points, in rationals."""
    z, counts, rng = draw_targets(seed, d)
    u, gap = solve(z, counts, "ball", size)
    value = exactly(z, counts, u.tolist())
    assert gap <= 1e-13 * (1 + size) * counts.sum()
    assert inside("ball", u, size)
    for v in some_points("ball", d, size, rng, 60):
        assert value - exactly(z, counts, v.tolist()) <= Fraction(gap)
    spread = np.abs(z).max() + size
    above = {"type": "ineq", "fun": lambda v: np.concatenate([v[d:] - (np.tile(v[:d], 5) - z.ravel()),
                                                              v[d:] + (np.tile(v[:d], 5) - z.ravel())])}  # fmt: skip
    within = {"type": "ineq", "fun": lambda v: size**2 - v[:d] @ v[:d]}
    other = scipy.optimize.minimize(
        lambda v: np.repeat(counts, d) @ v[d:], np.concatenate([np.zeros(d), np.full(5 * d, spread)]), method="SLSQP",
        constraints=[above, within], tol=1e-12, options={"maxiter": 200},
    )  # fmt: skip
    assert float(value) <= other.fun + 1e-6 * counts.sum()


@pytest.mark.parametrize("name", NAMES)
def test_many_targets(name):
    """10^5 targets in 5 coordinates: the gap is rounding, and the multiplier's conditions hold at the point."""
    rng = np.random.default_rng(1)
    z = rng.exponential(size=(10**5, 5)) * np.arange(1, 6) - 1
    u, gap = best_on_set([sorted_targets(column) for column in z.T], name, 1.5)
    assert gap <= 1e-9
    slopes = (u > z).sum(axis=0) - (u < z).sum(axis=0)
    if name == "ball":
        assert np.abs(slopes + u * (np.linalg.norm(slopes) / 1.5)).max() <= 2
    else:
        on = u != 0
        assert np.ptp(slopes[on]) <= 2
        assert (slopes[~on] >= slopes[on].min() - 2).all()


def test_regret_on_rows():
    """Prefixes of rows: the losses played less the regret are those of the comparator, the best; lanes of sizes."""
    rows, sizes = np.random.default_rng(3).integers(-8, 9, size=(7, 2)) / 4, np.array([0.5, 1.5])
    losses = sequence(absolute_error, data=rows)
    run = simulate(sgd(lr=0.3), losses, 20, feasible=SETS["ball"](radius=sizes), checkpoints=[3, 20])
    solved = {}
    for name in NAMES:  # one kernel for all sets: what is played does not matter here
        own = SETS[name].parameters[0].name
        there = replace(run, feasible=SETS[name](**{own: sizes}), parameters={**run.parameters, f"p_{own}": sizes})
        found = regret(there, solved=solved)
        for lane, (k, t) in itertools.product(range(2), enumerate((3, 20))):
            met, ones = rows[np.arange(t) % 7], np.ones(t, int)
            value = exactly(met, ones, found.comparator[lane, k].tolist())
            assert run.losses[lane, k] - found.regret[lane, k] == pytest.approx(float(value), abs=1e-12)
            assert 0 <= found.gap[lane, k] < 1e-11
            points = some_points(name, 2, sizes[lane], np.random.default_rng(k), 100)
            assert min(exactly(met, ones, v) for v in points) >= value - Fraction(1, 10**12)
    assert len(solved) == 6


def test_random_targets(monkeypatch):
    """All coordinates of a lane's draws are held at once, so that fewer rounds are allowed, before they run."""
    losses = sequence(absolute_exponential, dimension=3)
    given_ = {"feasible": SETS["simplex"], "seed": [1, 2], "checkpoints": [7, 40]}
    found = regret(simulate(sgd(lr=0), losses, 40, start=[0.5, 0.25, 0.25], **given_))
    assert (found.regret >= -found.gap).all()
    assert (found.gap < 1e-11).all()
    assert found.comparator.sum(axis=-1) == pytest.approx(1, rel=1e-15)
    there = regret(simulate(sgd(lr=0), losses, 40, start=found.comparator[0, 1], **given_))
    assert abs(there.regret[0, 1]) <= 1e-12
    assert min(there.regret[0, 0], there.regret[1, 1]) > 1e-3  # other rounds, other draws
    check_rounds(absolute_exponential, MOST // 3, 3)
    plan = Plan(("sgd[lr=1]",), "absolute_exponential", MOST // 3 + 1)
    entry = replace(prepare_all(plan)[0], losses=losses, feasible=SETS["simplex"]())
    with pytest.raises(ParameterError, match=f"in 3 coordinates; ask for T <= {MOST // 3}"):
        probe(entry, plan)
    monkeypatch.setattr("adamtheory.hindsight.medians.MOST", 100)
    with pytest.raises(ParameterError, match="median of 40 targets in 3 coordinates; ask for T <= 33"):
        regret(simulate(sgd(lr=0), losses, 40, start=[0.5, 0.25, 0.25], **given_))
