"""The best fixed point of hinge losses: every vertex in rationals, SciPy's primal program, bounds at random points."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory.errors import ParameterError
from adamtheory.hindsight.hinge import _certify, best_hinge
from adamtheory.hindsight.regret import regret
from adamtheory.losses import hinge
from adamtheory.rules import sgd
from adamtheory.sets import box, everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

ENDS = [(-1.0, 1.0), (-10.0, 10.0), (0.25, 0.5), (-math.inf, math.inf)]
EIGHTHS = st.integers(-16, 16).map(lambda k: k / 8)


def exactly(rows, labels, counts, u) -> Fraction:
    """F(u) in rationals."""
    total = Fraction(0)
    for a, y, w in zip(rows, labels, counts, strict=True):
        margin = Fraction(y) * sum((Fraction(p) * Fraction(v) for p, v in zip(a, u, strict=True)), Fraction(0))
        total += int(w) * max(Fraction(0), 1 - margin)
    return total


@pytest.mark.parametrize("ends", ENDS)
@settings(max_examples=40)
@given(data=st.data())
def test_one_coordinate_against_all_breakpoints(ends, data):
    """The least of F over the ends and all breakpoints in the box, in rationals; the gap covers the difference."""
    n = data.draw(st.integers(1, 9))
    rows = data.draw(st.lists(EIGHTHS, min_size=n, max_size=n))
    labels = data.draw(st.lists(st.sampled_from([-1.0, 1.0]), min_size=n, max_size=n))
    counts = data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    table = [[a] for a in rows]
    found = best_hinge(table, labels, counts, *ends)
    bends = [1 / (Fraction(y) * Fraction(a)) for a, y in zip(rows, labels, strict=True) if a]
    points = [
        u for u in [*bends, *(Fraction(e) for e in ends if math.isfinite(e)), Fraction(0)] if ends[0] <= u <= ends[1]
    ]
    best = min(exactly(table, labels, counts, [u]) for u in points)
    value = exactly(table, labels, counts, found.point)
    assert ends[0] <= found.point[0] <= ends[1]
    assert best <= value
    assert abs(Fraction(found.value) - value) <= Fraction(1, 10**12) * (1 + value)
    assert Fraction(found.value) - best <= Fraction(found.gap)
    assert found.gap <= 1e-11 * (1 + sum(counts))


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("seed", range(4))
def test_three_coordinates_against_the_primal_program(ends, seed):
    """SciPy solves min sum w xi, xi >= 1 - margin, xi >= 0 itself; F there, in rationals, is not below value - gap."""
    rng = np.random.default_rng(seed)
    n, d = 30, 3
    rows = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1, 1, size=d)
    labels = np.where(rows @ rng.normal(size=d) + rng.normal(size=n) > 0, 1.0, -1.0)
    counts = rng.integers(0, 4, size=n).astype(float)
    found = best_hinge(rows, labels, counts, *ends)
    primal = scipy.optimize.linprog(
        np.concatenate([np.zeros(d), counts]), A_ub=np.hstack([-labels[:, None] * rows, -np.eye(n)]), b_ub=-np.ones(n),
        bounds=[ends] * d + [(0, None)] * n, method="highs-ipm",
    )  # fmt: skip
    u = np.clip(primal.x[:d], *ends)
    here, there = (exactly(rows.tolist(), labels, counts, point) for point in (found.point.tolist(), u.tolist()))
    assert abs(found.value - here) <= 1e-12 * (1 + here)
    assert found.value - there <= found.gap
    assert found.gap <= 1e-8 * (1 + here)
    for _ in range(200):  # nor anywhere else
        v = np.clip(found.point + rng.normal(size=d) * 10.0 ** rng.uniform(-6, 0), *ends)
        assert exactly(rows.tolist(), labels, counts, v.tolist()) >= Fraction(found.value) - Fraction(found.gap)


def test_every_vertex_of_two_coordinates():
    """The least F is taken at a vertex: a meeting point of two lines among margins 1 and walls, all in rationals."""
    rng = np.random.default_rng(5)
    rows, labels = rng.integers(-4, 5, size=(10, 2)).astype(float), np.where(rng.random(10) < 0.5, 1.0, -1.0)
    counts = np.ones(10)
    lines = [(Fraction(y * a[0]), Fraction(y * a[1]), Fraction(1)) for a, y in zip(rows, labels, strict=True)]
    lines += [(Fraction(1), Fraction(0), Fraction(e)) for e in (-1, 1)] + [
        (Fraction(0), Fraction(1), Fraction(e)) for e in (-1, 1)
    ]
    vertices = []
    for (a, b, c), (p, q, r) in itertools.combinations(lines, 2):
        if det := a * q - b * p:
            u = ((c * q - b * r) / det, (a * r - c * p) / det)
            vertices += [u] if max(map(abs, u)) <= 1 else []
    best = min(exactly(rows.tolist(), labels, counts, u) for u in vertices)
    found = best_hinge(rows, labels, counts, -1, 1)
    assert abs(Fraction(found.value) - best) <= Fraction(found.gap) <= Fraction(1, 10**9)


def test_regret_of_hinge_losses_on_data():
    """The regret of a run lies between value and value + gap; a shuffled order counts the rows that were met."""
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(12, 2))
    labels = np.where(rows[:, 0] + 0.5 * rng.normal(size=12) > 0, 1.0, -1.0)
    for feasible in (box(low=-0.5, high=0.5), everything):
        losses = sequence(hinge, data=(rows, labels))
        found = regret(simulate(sgd(lr=0.1), losses, 36, feasible=feasible, checkpoints=range(1, 37)))
        for k in range(36):
            met = np.arange(k + 1) % 12
            u = found.comparator[k].tolist()
            value = exactly(rows[met].tolist(), labels[met], np.ones(k + 1), u)
            assert float(value) == pytest.approx(float(found.regret[k] * -1 + _loss(losses, feasible, k)), abs=1e-9)
    assert (found.gap < 1e-9).all()
    with pytest.raises(ParameterError, match="targets of hinge must be -1 or \\+1"):
        sequence(hinge, data=(rows, labels * 2))


def _loss(losses, feasible, k) -> float:
    return float(simulate(sgd(lr=0.1), losses, k + 1, feasible=feasible, checkpoints=[k + 1]).losses[0])


def test_extremes():
    """No rows, rows of zeros, one label on a line, margins that all exceed 1, and refusals."""
    assert best_hinge([[0.0], [0.0]], [1, -1], [3, 4], -1, 1).value == 7
    assert best_hinge([[1.0]], [1], [0], -1, 1).value == 0
    free = best_hinge([[1.0], [2.0]], [1, 1], [1, 1], -math.inf, math.inf)
    assert free.value == 0
    assert free.point[0] >= 1
    walled = best_hinge([[1.0], [2.0]], [1, 1], [1, 1], -0.25, 0.25)
    assert (walled.value, walled.point[0]) == (1.25, 0.25)
    with pytest.raises(ParameterError, match="hinge loss is neither -1 nor"):
        best_hinge([[1.0]], [2], [1], -1, 1)
    many = best_hinge(np.ones((20_000, 1)), np.where(np.arange(20_000) % 3, 1, -1), np.ones(20_000), -2, 2)
    assert abs(many.value - 2 * 6667) <= many.gap <= 1e-7


@pytest.mark.parametrize("ends", [(-1.0, 1.0), (-0.5, 2.0), (-math.inf, math.inf)])
def test_the_bound_holds_whatever_was_solved(ends):
    """Any u and any beta in [0, w]: value - F(v) <= gap for 60 points v that the certificate names, in rationals."""
    rng = np.random.default_rng(8)
    tight = []
    for _ in range(12):
        rows, w = rng.normal(size=(7, 2)), rng.integers(1, 4, size=7).astype(float)
        u = np.clip(rng.normal(size=2), *ends)
        value, gap, certificate = _certify(rows, w, u, w * rng.random(7), *ends)
        radius = float(certificate.split("<=")[1]) if "|v|_1 <=" in certificate else 2.0
        points = [np.clip(rng.normal(size=2) * 3, *ends) for _ in range(60)]
        points = [v * min(1.0, radius / np.abs(v).sum()) for v in points] if math.isinf(ends[0]) else points
        least = min(exactly(rows.tolist(), np.ones(7), w, v.tolist()) for v in points)
        assert Fraction(value) - least <= Fraction(gap)
        tight.append(float(Fraction(value) - least) / gap)
    assert max(tight) > 0.3  # the bound is no vacuous one
