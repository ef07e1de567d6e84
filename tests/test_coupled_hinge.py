"""Hinge losses on ball, simplex and 1-norm ball: every vertex and arc in two coordinates, SLSQP, bounds, real data."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from test_hinge import exactly
from test_projections import inside

from adamtheory.data import load
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.hindsight.hinge import _certify, _on_set, best_hinge
from adamtheory.hindsight.regret import regret
from adamtheory.losses import hinge
from adamtheory.rules import sgd
from adamtheory.sets import SETS, ball
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

INF = math.inf
NAMES = ("ball", "simplex", "l1_ball")


def solve(name, size, rows, labels, counts):
    return best_hinge(rows, labels, counts, -INF, INF, coupled=(name, size))


def some_points(name, d, size, rng, count):
    """Points of the set, in floats; those of the simplex add up to `size` but for rounding."""
    if name == "ball":
        v = rng.normal(size=(count, d))
        return size * (1 - 1e-12) * v / np.linalg.norm(v, axis=1)[:, None] * rng.choice([1, 0.5], (count, 1))
    v = rng.dirichlet(np.full(d, 0.5), count) * size
    return v if name == "simplex" else v * rng.choice([-1, 1], (count, d)) * rng.choice([1 - 1e-12, 0.5], (count, 1))


def vertices(lines, size, name):
    """Meeting points in the polytope of all pairs of lines a x + b y = c, in rationals."""
    for (a, b, c), (p, q, r) in itertools.combinations(lines, 2):
        if det := a * q - b * p:
            x, y = (c * q - b * r) / det, (a * r - c * p) / det
            if (x + y == size and x >= 0 and y >= 0) if name == "simplex" else abs(x) + abs(y) <= size:
                yield x, y


@pytest.mark.parametrize("name", ["simplex", "l1_ball"])
@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([Fraction(1, 4), Fraction(1), Fraction(5)]))
def test_every_vertex_of_two_coordinates(name, seed, size):
    """The least F is taken where two lines meet among margins 1 and the edges, all in rationals."""
    rng = np.random.default_rng(seed)
    rows, labels = rng.integers(-4, 5, size=(7, 2)) / 2, rng.choice([-1.0, 1.0], 7)
    counts = rng.integers(0, 4, 7).astype(float)
    lines = [(Fraction(y * a[0]), Fraction(y * a[1]), Fraction(1)) for a, y in zip(rows, labels, strict=True)]
    edges = [(1, 1), (1, 0), (0, 1)] if name == "simplex" else [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    lines += [(Fraction(p), Fraction(q), size if p and q else Fraction(0)) for p, q in edges]
    best = min(exactly(rows.tolist(), labels, counts, u) for u in vertices(lines, size, name))
    found = solve(name, float(size), rows, labels, counts)
    assert Fraction(found.value) - best <= Fraction(found.gap)
    assert found.gap <= 1e-11 * (1 + counts.sum())
    assert abs(exactly(rows.tolist(), labels, counts, found.point.tolist()) - best) <= 1e-11


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.25, 1.0, 5.0]))
def test_every_arc_of_the_disc(seed, size):
    """The least F lies at a vertex inside, where a line meets the circle, or where an arc's gradient points inwards."""
    rng = np.random.default_rng(seed)
    rows, labels = rng.integers(-4, 5, size=(7, 2)) / 2, rng.choice([-1.0, 1.0], 7)
    counts, k = rng.integers(0, 4, 7).astype(float), labels[:, None] * rows
    points = [np.zeros(2)]
    for a, b in itertools.combinations(k, 2):
        if abs(a[0] * b[1] - a[1] * b[0]) > 0:
            points.append(np.linalg.solve([a, b], [1, 1]))
    norms = np.linalg.norm(k, axis=1)
    cut = norms * size > 1
    turn = np.arctan2(k[cut, 1], k[cut, 0])
    angles = np.concatenate([turn + s * np.arccos(1 / (norms[cut] * size)) for s in (-1, 1)] + [[0.0, 2.0, 4.0]])
    angles = np.sort(np.mod(angles, 2 * np.pi))
    middles = np.concatenate([(angles[1:] + angles[:-1]) / 2, [(angles[-1] + angles[0]) / 2 + np.pi]])
    points += [size * np.array([np.cos(t), np.sin(t)]) for t in (*angles, *middles)]
    for t in middles:
        c = -(counts * (size * k @ [np.cos(t), np.sin(t)] < 1)) @ k
        points += [-size * c / np.linalg.norm(c)] if c.any() else []
    value = {float(np.maximum(1 - k @ v, 0) @ counts) for v in points if np.linalg.norm(v) <= size * (1 + 1e-14)}
    found = solve("ball", size, rows, labels, counts)
    assert min(value) == pytest.approx(found.value, abs=1e-6 * (1 + found.value))
    assert found.value - min(value) <= found.gap + 1e-13 * (1 + counts.sum())
    assert found.gap <= 1e-6 * found.value + 1e-12 * counts.sum()
    assert inside("ball", found.point, size)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("size", "seed"), [(0.3, 1), (3.0, 2)])
def test_three_coordinates_against_another_program(name, size, seed):
    """SLSQP on min sum w xi, xi >= 1 - margin, xi >= 0 and u in the set does no better, nor do points of the set."""
    rng = np.random.default_rng(seed)
    n, d = 20, 3
    rows = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1, 1, size=d)
    labels = np.where(rows @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    w = rng.integers(0, 4, size=n).astype(float)
    found = solve(name, size, rows, labels, w)
    limits = {
        "ball": [{"type": "ineq", "fun": lambda v: size**2 - v[:d] @ v[:d]}],
        "simplex": [{"type": "eq", "fun": lambda v: v[:d].sum() - size}],
        "l1_ball": [{"type": "ineq", "fun": lambda v, e=e: size - v[:d] @ e}
                    for e in itertools.product([-1, 1], repeat=3)],
    }[name]  # fmt: skip
    limits += [{"type": "ineq", "fun": lambda v: v[d:] - 1 + labels * (rows @ v[:d])}]
    other = scipy.optimize.minimize(
        lambda v: w @ v[d:], np.concatenate([np.full(d, size / d), np.full(n, 9.0)]), method="SLSQP",
        bounds=[(0 if name == "simplex" else None, None)] * d + [(0, None)] * n, constraints=limits, tol=1e-12,
        options={"maxiter": 300},
    )  # fmt: skip
    assert other.success
    assert found.value == pytest.approx(other.fun, rel=1e-6)
    assert found.gap <= 1e-6 * found.value
    here = exactly(rows.tolist(), labels, w, found.point.tolist())
    assert abs(found.value - here) <= 1e-12 * (1 + here)
    least = Fraction(found.value) - Fraction(found.gap) - Fraction(1, 10**13)
    for v in some_points(name, d, size, rng, 100):
        assert exactly(rows.tolist(), labels, w, v.tolist()) >= least


@pytest.mark.parametrize("name", NAMES)
def test_the_bound_holds_whatever_was_solved(name):
    """Any u, any beta in [0, w]: value - F(v) <= gap at the best point and 60 others; the best beta leaves no more."""
    rng = np.random.default_rng(8)
    for _ in range(12):
        rows, w = rng.normal(size=(7, 2)), rng.integers(1, 4, size=7).astype(float)
        solved, best, _ = _on_set(rows, w, (name, 2.0))
        u, *others = some_points(name, 2, 2.0, rng, 60)
        points = [v.tolist() for v in (*others, best)]
        if name == "simplex":
            points = [[Fraction(x), 2 - Fraction(x)] for x, _ in points]
        least = min(exactly(rows.tolist(), np.ones(7), w, v) for v in points)
        for beta in (w * rng.random(7), solved):
            value, gap, certificate = _certify(rows, w, u, beta, -INF, INF, (name, 2.0))
            assert Fraction(value) - least <= Fraction(gap)
            assert certificate in (f"feasible dual point over the {name}", "F >= 0")
        assert gap == pytest.approx(float(Fraction(value) - least), rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_real_data(name, data_dir):
    """Gaps far below 1e-6 of the value; the ball is at its limit, wide, and wide with columns that depend on others."""
    for file, n in (("australian_scale.gz", 690), ("a9a.gz", 800)):
        data = load(data_dir / "libsvm" / file, task="classification")
        for size in (0.5, 3.0, 30.0):
            found = solve(name, size, data.features[:n], data.targets[:n], np.arange(n) % 3)
            assert found.gap <= 1e-7 * found.value
            assert name == "simplex" or inside(name, found.point, size)
            margins = data.targets[:n] * (data.features[:n] @ found.point)
            assert found.value == pytest.approx(np.maximum(1 - margins, 0) @ (np.arange(n) % 3), rel=1e-12)


@pytest.mark.parametrize("scale", [2.0**-45, 2.0**10])
def test_units_do_not_matter(scale):
    """Features times a number on sets divided by it: the same values and gaps, on the box and all of R^d as well."""
    rng = np.random.default_rng(4)
    rows, labels, ones = rng.normal(size=(25, 3)), rng.choice([-1.0, 1.0], 25), np.ones(25)
    for name, size in (*itertools.product(NAMES, (0.5, 30.0)), ("box", 0.5), ("box", INF)):
        found, other = (
            best_hinge(rows * unit, labels, ones, -size / unit, size / unit)
            if name == "box"
            else solve(name, size / unit, rows * unit, labels, ones)
            for unit in (1.0, scale)
        )
        assert found.value == pytest.approx(other.value, rel=1e-7)
        assert found.point == pytest.approx(other.point * scale, abs=1e-5)
        if size < INF:  # on all of R^d it holds for a ball that is never small
            assert max(found.gap, other.gap) <= 1e-7


def test_extremes():
    """One coordinate is an interval; rows of zeros; margins that all exceed 1; what is no set."""
    for name, low in (("ball", -0.25), ("simplex", 0.25), ("l1_ball", -0.25)):
        one = [[1.0], [2.0], [0.0]], [1, -1, 1], [1, 2, 5]
        assert solve(name, 0.25, *one).value == best_hinge(*one, low, 0.25).value
        nothing = solve(name, 2.0, np.zeros((3, 2)), [1, 1, -1], [1, 2, 3])
        assert (nothing.value, nothing.point.tolist()) == (6, [1, 1] if name == "simplex" else [0, 0])
        apart = solve(name, 9.0, np.eye(2), [1, 1], [1, 1])
        assert 0 <= apart.value <= apart.gap <= 1e-9
    with pytest.raises(UnknownNameError, match="did you mean ball"):
        solve("bal", 1.0, [[1.0, 2.0]], [1], [1])
    with pytest.raises(ParameterError, match="size of the ball is 0"):
        solve("ball", 0.0, [[1.0, 2.0]], [1], [1])


def test_regret_on_data():
    """The losses played less the regret are the comparator's losses on the rows met, in rationals; lanes of sizes."""
    rng = np.random.default_rng(2)
    rows, labels = rng.normal(size=(12, 2)), rng.choice([-1.0, 1.0], 12)
    sizes = np.array([0.5, 2.0])
    losses = sequence(hinge, data=(rows, labels))
    run = simulate(sgd(lr=0.1), losses, 36, feasible=ball(radius=sizes), checkpoints=[5, 36])
    solved = {}
    for name in NAMES:  # one kernel for all sets: what is played does not matter here
        own = SETS[name].parameters[0].name
        there = replace(run, feasible=SETS[name](**{own: sizes}), parameters={**run.parameters, f"p_{own}": sizes})
        found = regret(there, solved=solved)
        for lane, k in itertools.product(range(2), range(2)):
            met, u = np.arange((5, 36)[k]) % 12, found.comparator[lane, k]
            value = exactly(rows[met].tolist(), labels[met], np.ones(len(met)), u.tolist())
            assert float(value) == pytest.approx(run.losses[lane, k] - found.regret[lane, k], abs=1e-9)
            assert (np.linalg.norm(u) if name == "ball" else np.abs(u).sum()) <= sizes[lane] * (1 + 1e-14)
        assert (found.gap < 1e-7).all()
    assert len(solved) == 6
