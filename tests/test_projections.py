"""Projections that couple the coordinates: the conditions of their minima, exact cases, zeros, what is not finite."""

from __future__ import annotations

from fractions import Fraction as Q

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adamtheory.engine.projections import VECTORS

RELATIVE = 1e-12


def project(name, y, w, size=1.0):
    """The projection; the arguments stay as they are."""
    z = np.array(y, np.float64)
    with np.errstate(all="ignore"):
        VECTORS[name](z, np.array(w, np.float64), float(size))
    return z


def inside(name, z, size):
    """Whether the point belongs to the set, in exact arithmetic."""
    exact = [Q(float(v)) for v in z]
    if name == "ball":
        return sum(v * v for v in exact) <= Q(size) ** 2
    if name == "l1_ball":
        return sum(map(abs, exact)) <= Q(size)
    return min(exact) >= 0 and sum(exact) == Q(size)


@st.composite
def problems(draw, spread):
    """A point near or far, weights over up to `spread` decades, a size."""
    d = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    apart = draw(st.sampled_from([0, 1, 8]))
    y = rng.normal(size=d) * 10.0 ** rng.uniform(-apart, apart, d) * 10.0 ** draw(st.integers(-6, 15))
    decades = draw(st.sampled_from([0, 1, spread // 2]))
    return y, 10.0 ** rng.uniform(-decades, decades, d), 10.0 ** draw(st.integers(-4, 4))


def residual(name, y, w, size, z):
    """How far z is from w_k(y_k - z_k) = lam z_k, |z| = size (ball), or = tau where z_k is not 0 (relative)."""
    if name == "ball":
        k = np.argmax(np.abs(y - z) / np.abs(y))
        lam = w[k] * (y[k] - z[k]) / z[k]
        parts = np.abs(w * (y - z) - lam * z) / (w * np.abs(y) + lam * np.abs(z))
        return max(parts.max(), abs(np.linalg.norm(z / size) - 1), -lam)
    sign = np.sign(y) if name == "l1_ball" else 1.0
    y, z = sign * y, sign * z
    active = z > 0
    k = np.argmax(np.where(active, np.abs(y - z) / np.maximum(np.abs(y), z), -1))
    tau = w[k] * (y[k] - z[k])
    held = np.abs(w * (y - z) - tau)[active] / (w * np.maximum(np.abs(y), z) + abs(tau))[active]
    fallen = ((w * y - tau) / (w * np.abs(y) + abs(tau)))[~active].max(initial=0.0)
    below = -tau if name == "l1_ball" else 0.0
    return max(held.max(), fallen, abs(z.sum() / size - 1), -z.min() / size, below)


@pytest.mark.parametrize("name", VECTORS)
@settings(max_examples=150)
@given(problem=problems(40))
def test_karush_kuhn_tucker(name, problem):
    y, w, size = problem
    z = project(name, y, w, size)
    if inside(name, y, size):
        assert z.tobytes() == y.tobytes()
    elif z.tobytes() != y.tobytes():  # a point outside by less than rounding may stay
        assert residual(name, y, w, size, z) <= RELATIVE


@pytest.mark.parametrize("name", VECTORS)
@settings(max_examples=60)
@given(problem=problems(0), grid=st.integers(1, 12))
def test_points_of_the_set_stay_bit_for_bit(name, problem, grid):
    """Exact points of the boundaries as well: multiples of a power of two, Pythagorean triples."""
    y, w, _ = problem
    w[:1] = 0.0
    if name == "simplex":
        y = np.bincount(np.random.default_rng(grid).integers(0, len(y), 2**grid), minlength=len(y)) / 2.0**grid
    elif name == "ball":
        y = np.array([3.0, 4.0, 12.0, 84.0, 3612.0][: 1 + grid % 5])
        w, size = w[0] + y, float([3, 5, 13, 85, 3613][grid % 5])
        assert project(name, y, w, size).tobytes() == y.tobytes()
        y = y / (2 * size)
    else:
        y = np.rint(y / np.abs(y).max() * 2.0**20) / 2.0**20
        y /= 2.0 ** np.ceil(np.log2(np.abs(y).sum()))
    assert inside(name, y, 1.0)
    assert project(name, y, w[: len(y)]).tobytes() == y.tobytes()


@pytest.mark.parametrize("name", ["ball", "l1_ball"])
def test_the_boundary_is_where_it_is(name):
    """A set whose size is the least float that holds the point leaves it there; one smaller by 1e-12 moves it."""
    rng = np.random.default_rng(3)
    for d in [*range(1, 60), *range(1, 60)]:
        y, w = rng.normal(size=d), 10.0 ** rng.uniform(-2, 2, d)
        size = float(np.linalg.norm(y, 2 if name == "ball" else 1)) * (1 - 1e-14)
        while not inside(name, y, size):
            size = float(np.nextafter(size, np.inf))
        assert project(name, y, w, size).tobytes() == y.tobytes()
        moved = project(name, y, w, size * (1 - 1e-12))
        assert moved.tobytes() != y.tobytes()
        assert residual(name, y, w, size * (1 - 1e-12), moved) <= RELATIVE


def norm(w, *differences):
    return [sum(a * v * v for a, v in zip(w, difference, strict=True)) for difference in differences]


def test_the_euclidean_projection_breaks_the_inequality_of_the_proofs():
    """|z - u|_w^2 <= |y - u|_w^2 - |y - z|_w^2 for the weighted projection z; after the Euclidean one u is farther."""
    w, y, u, p = (1, 100), (Q(4), Q(9, 10)), (Q(0), Q(1)), (Q(40, 41), Q(9, 41))
    assert np.abs(project("ball", y, (1, 1)) - [float(v) for v in p]).max() <= 2.0**-53
    before, after = norm(w, [a - b for a, b in zip(y, u, strict=True)], [a - b for a, b in zip(p, u, strict=True)])
    assert after - before == Q(75423, 1681)
    z = [Q(float(v)) for v in project("ball", y, w)]
    to_u, moved = norm(w, [a - b for a, b in zip(z, u, strict=True)], [a - b for a, b in zip(y, z, strict=True)])
    assert to_u <= before - moved
    assert abs(sum(v * v for v in z) - 1) < Q(1, 10**15)


@settings(max_examples=80)
@given(
    st.lists(st.fractions(-9, 9, max_denominator=50), min_size=1, max_size=5),
    st.lists(st.fractions(Q(1, 50), 100, max_denominator=50), min_size=6, max_size=6),
    st.fractions(Q(1, 10), 1000, max_denominator=10),
)
def test_exact_cases_of_the_ball(slopes, weights, lam):
    """A rational point z of the sphere (stereographic projection) is that of y_k = z_k (w_k + lam)/w_k."""
    square = sum(s * s for s in slopes)
    z = [(1 - square) / (1 + square), *(2 * s / (1 + square) for s in slopes)]
    y = [v * (a + lam) / a for v, a in zip(z, weights, strict=False)]
    found = project("ball", y, weights[: len(y)])
    assert max(abs(Q(float(a)) - b) for a, b in zip(found, z, strict=True)) <= Q(1, 10**12)


@settings(max_examples=80)
@given(
    st.lists(st.fractions(0, 9, max_denominator=50), min_size=1, max_size=7),
    st.lists(st.tuples(st.fractions(Q(1, 50), 100, max_denominator=50), st.sampled_from([-1, 1]), st.fractions(0, 5)),
             min_size=7, max_size=7),
    st.fractions(Q(1, 10), 1000, max_denominator=10),
)  # fmt: skip
def test_exact_cases_of_simplex_and_l1_ball(sizes, others, tau):
    """z of given sizes is the projection of y_k = z_k + tau/w_k, where z_k = 0 of anything that is not larger."""
    assume(sum(sizes) > 0)
    total = sum(sizes)
    z = [s / total for s in sizes]
    w = [a for a, _, _ in others[: len(z)]]
    y = [s + tau / a if s else tau / a - fall for s, (a, _, fall) in zip(z, others, strict=False)]
    found = project("simplex", y, w)
    assert max(abs(Q(float(a)) - b) for a, b in zip(found, z, strict=True)) <= Q(1, 10**12) * max(map(abs, [*y, Q(1)]))
    y = [sign * max(v, Q(0)) for v, (_, sign, _) in zip(y, others, strict=False)]
    found = project("l1_ball", y, w)
    assert all(Q(float(a)) * sign >= 0 for a, (_, sign, _) in zip(found, others, strict=False))
    largest = max(map(abs, [*y, Q(1)]))
    assert max(abs(abs(Q(float(a))) - b) for a, b in zip(found, z, strict=True)) <= Q(1, 10**12) * largest


def test_weights_of_zero():
    """On the ball such a coordinate becomes 0 (the limit of the formula); elsewhere it takes what the others leave."""
    assert project("ball", [0.6, 5.0, -0.3], [1, 0, 2]).tolist() == [0.6, 0, -0.3]
    assert project("ball", [2.0, 5.0], [3, 0]).tolist() == [1, 0]
    assert project("ball", [2.0, 5.0], [0, 0]).tolist() == [0, 0]
    assert project("simplex", [0.25, -1.0, 0.5, 9.0], [1, 2, 0, 0]).tolist() == [0.25, 0, 0, 0.75]
    assert project("simplex", [2.25, -1.0, 0.5, 9.0], [1, 2, 0, 0]).tolist() == [1, 0, 0, 0]
    assert project("simplex", [0.5, 0.5, 1.0], [0, 0, 0]) == pytest.approx([1 / 6, 1 / 6, 2 / 3], rel=1e-15)
    assert project("l1_ball", [-0.25, 3.0, -4.0], [1, 0, 0], 2).tolist() == [-0.25, 0.375, -1.375]
    assert project("l1_ball", [-3.0, 2.0, -4.0], [1, 1, 0], 2).tolist() == [-1.5, 0.5, 0]


@pytest.mark.parametrize("name", VECTORS)
def test_what_is_not_finite_stays_so(name):
    """A coordinate that is not finite, outside also a weight that is not or is negative, spoils every coordinate."""
    for bad in (np.nan, np.inf, -np.inf):
        assert np.isnan(project(name, [0.5, bad, 0.25], [1, 2, 3])).all()
        assert np.isnan(project(name, [3, 1, 5], [1, bad, 3])).all()
    assert np.isnan(project(name, [3, 1, 5], [1, -1, 3])).all()
    assert np.isfinite(project(name, [3e300, 1e-300, -5], [1e300, 1e-300, 1])).all()
    far = project(name, np.full(9, 1e308), np.arange(1.0, 10))
    assert np.linalg.norm(far, 2 if name == "ball" else 1) == pytest.approx(1, rel=RELATIVE)


@pytest.mark.parametrize("name", VECTORS)
@settings(max_examples=60)
@given(problem=problems(6), seed=st.integers(0, 2**32 - 1))
def test_no_point_of_the_set_is_nearer(name, problem, seed):
    """The variational inequality <w (y - z), u - z> <= 0 for points u of the set, corners and random ones."""
    y, w, size = problem
    z = project(name, y, w, size)
    rng = np.random.default_rng(seed)
    others = rng.normal(size=(50, len(y)))
    if name == "ball":
        others = size * others / np.linalg.norm(others, axis=1)[:, None]
    else:
        others = rng.dirichlet(np.full(len(y), 0.3), 50)
        corners = np.eye(len(y))
        if name == "l1_ball":
            others, corners = others * rng.choice([-1, 1], others.shape), np.vstack([corners, -corners])
        others = size * np.vstack([others, corners])
    gains = (others - z) @ (w * (y - z))
    scale = (np.abs(others) + np.abs(z)) @ (w * (np.abs(y) + np.abs(z)))
    assert (gains <= RELATIVE * scale).all()


@pytest.mark.parametrize("decades", [0, 140, 270])
@pytest.mark.parametrize("far", [-120, 0, 120, 250])
def test_what_is_far_away_or_hardly_weighted_ends_in_the_set(far, decades):
    size = 3e-7 if far >= 0 else 3e-120
    y, w = size * np.array([10.0**far, 0.5, 0.25]), np.array([1.0, 1.0, 10.0**-decades])
    z, a = project("simplex", y, w, size), project("l1_ball", -y, w, size / 2)
    assert abs(z.sum() / size - 1) < 1e-14 and z.min() >= 0
    assert abs(np.abs(a).sum() / (size / 2) - 1) < 1e-14 and a.max() <= 0
    if far > 0:  # the first falls as far as the second, which is of its weight, and the third at least as far
        np.testing.assert_allclose([z, -2 * a], [[size, 0, 0]] * 2, rtol=1e-12)


def test_no_point_is_found_where_the_exponents_do_not_reach():
    assert np.isnan(project("simplex", [1e300, 0.0], [1, 1], 1e-70)).all()
