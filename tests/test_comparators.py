"""The best fixed point: closed forms, SciPy's solvers, and certificates held against 60-digit arithmetic."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory.data import load
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.hindsight.certificates import certify
from adamtheory.hindsight.comparators import best_fixed_point, separable_quadratic
from adamtheory.hindsight.margin_sums import MarginSum

INF = math.inf
mpmath.mp.dps = 60


def problem(family: str, seed: int, n: int = 40, d: int = 3, scale: float = 1.0) -> tuple[Any, Any, Any]:
    """Random features, targets (not separable) and counts with some zeros."""
    random = np.random.default_rng(seed)
    a = scale * random.normal(size=(n, d)) * 10.0 ** random.uniform(-1, 1, size=d)
    y = random.normal(size=n) + a @ random.normal(size=d)
    if family == "logistic":
        y = np.where((y > 0) ^ (random.random(n) < 0.25), 1.0, -1.0)
    return a, y, random.integers(0, 4, size=n).astype(float)


def loss(family: str, z: Any, y: Any) -> Any:
    """One loss in plain floats, written down again from its definition."""
    return np.logaddexp(0, -y * z) if family == "logistic" else (z - y) ** 2 / 2


def exact_value(family: str, a: Any, y: Any, w: Any, u: Any) -> Any:
    """F(u) to 60 digits."""
    total = mpmath.mpf(0)
    for row, target, count in zip(a, y, w, strict=True):
        z = sum((mpmath.mpf(x) * mpmath.mpf(v) for x, v in zip(row, u, strict=True)), mpmath.mpf(0))
        term = mpmath.log1p(mpmath.exp(-target * z)) if family == "logistic" else (z - mpmath.mpf(target)) ** 2 / 2
        total += int(count) * term
    return total


def exact_gradient(family: str, a: Any, y: Any, w: Any, u: Any) -> tuple[Any, Any]:
    """Gradient and Hessian of F at u to 60 digits."""
    d = a.shape[1]
    gradient, hessian = [mpmath.mpf(0)] * d, mpmath.zeros(d)
    for row, target, count in zip(a, y, w, strict=True):
        x = [mpmath.mpf(float(entry)) for entry in row]
        z = sum((p * q for p, q in zip(x, u, strict=True)), mpmath.mpf(0))
        if family == "logistic":
            s = 1 / (1 + mpmath.exp(target * z))
            slope, bend = -target * s, s * (1 - s)
        else:
            slope, bend = z - mpmath.mpf(float(target)), mpmath.mpf(1)
        for j in range(d):
            gradient[j] += int(count) * slope * x[j]
            for k in range(d):
                hessian[j, k] += int(count) * bend * x[j] * x[k]
    return gradient, hessian


def exact_minimum(family: str, a: Any, y: Any, w: Any, low: float, high: float) -> Any:
    """min F over the box (or R^d) to about 50 digits, on the face where Newton's method meets the conditions for it."""
    d = a.shape[1]
    faces = [(0,) * d] if math.isinf(low) else sorted(itertools.product((0, -1, 1), repeat=d), key=np.count_nonzero)
    for face in faces:
        u = [mpmath.mpf({0: 0.0, -1: low, 1: high}[side]) for side in face]
        free = [j for j in range(d) if face[j] == 0]
        for _ in range(60 if free else 0):
            gradient, hessian = exact_gradient(family, a, y, w, u)
            part = mpmath.matrix([[hessian[j, k] for k in free] for j in free])
            step = mpmath.lu_solve(part, mpmath.matrix([-gradient[j] for j in free]))
            size = max(abs(entry) for entry in step)
            for position, j in enumerate(free):
                u[j] += step[position] / max(1, size / 2)
            if size < mpmath.mpf(10) ** -50 or size > 1e6:
                break
        gradient, _ = exact_gradient(family, a, y, w, u)
        inside = all(abs(gradient[j]) < 1e-40 and low <= u[j] <= high for j in free)
        if inside and all(gradient[j] * face[j] <= 0 for j in range(d)):
            return exact_value(family, a, y, w, u)
    raise AssertionError("no face satisfies the optimality conditions")


# --- separable ---------------------------------------------------------------------------------------------------

NUMBERS = st.integers(-50, 50).map(lambda k: k / 8)


@given(NUMBERS, st.integers(0, 20).map(lambda k: k / 4), NUMBERS, NUMBERS)
def test_separable_is_exact_in_one_coordinate(c1: float, c2: float, p: float, q: float) -> None:
    low, high = min(p, q), max(p, q)
    point, value = separable_quadratic([c1], [c2], low, high)
    a, b = Fraction(c1), Fraction(c2)
    candidates = [Fraction(low), Fraction(high)]
    if b:
        candidates.append(min(max(-a / b, candidates[0]), candidates[1]))
    best = min(a * u + b * u * u / 2 for u in candidates)
    assert low <= point[0] <= high
    assert float(value) == pytest.approx(float(best), rel=1e-15, abs=1e-15)


def test_separable_lanes_equal_a_loop() -> None:
    random = np.random.default_rng(1)
    shape = (4, 5, 3)
    c1, c2 = random.normal(size=shape), np.abs(random.normal(size=shape)) * random.integers(0, 2, size=shape)
    low, high = np.array([-1.0, -2, -0.1]), np.array([1.0, 0.5, 3])
    points, values = separable_quadratic(c1, c2, low, high)
    assert points.shape == (4, 5, 3)
    assert values.shape == (4, 5)
    for index in np.ndindex(4, 5):
        point, value = separable_quadratic(c1[index], c2[index], low, high)
        assert np.array_equal(point, points[index])
        assert value == values[index]
    assert (points == np.where(c2 == 0, np.where(c1 > 0, low, high), points)).all()


def test_separable_on_all_of_space() -> None:
    point, value = separable_quadratic([3.0, 0.0], [2.0, 0.0], -INF, INF)
    assert point.tolist() == [-1.5, 0.0]
    assert value == -2.25
    for c1, low, high in ((1.0, -INF, 1.0), (-1.0, 0.0, INF), (1.0, -INF, INF)):
        with pytest.raises(ParameterError, match=r"falls without end in coordinate 1 .*; give a box"):
            separable_quadratic([[0.0, c1]], [[1.0, 0.0]], low, high)
    assert separable_quadratic([1.0], [0.0], -2.0, INF)[1] == -2.0


@pytest.mark.parametrize(
    ("c1", "c2", "low", "high", "message"),
    [
        (1.0, [1.0], 0, 1, None),
        (1.0, 1.0, 0, 1, "single numbers"),
        ([INF], [1.0], 0, 1, "not finite"),
        ([1.0], [math.nan], 0, 1, "not finite"),
        ([1.0], [-1.0], 0, 1, "convex"),
        ([1.0], [1.0], 2, 1, "low exceeds high"),
        ([1.0], [1.0], math.nan, 1, "low exceeds high"),
        ([1.0], [5e-324], -INF, INF, "exceeds the range of float64"),
    ],
)
def test_separable_refuses_with_a_sentence(c1: Any, c2: Any, low: Any, high: Any, message: str | None) -> None:
    if message is None:
        separable_quadratic(c1, c2, low, high)
        return
    with pytest.raises(ParameterError, match=message):
        separable_quadratic(c1, c2, low, high)


# --- closed forms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "q"), [(1, 1), (3, 1), (1, 1000), (7, 5)])
@pytest.mark.parametrize("radius", [INF, 10.0, 0.5])
def test_logistic_in_one_dimension(p: int, q: int, radius: float) -> None:
    """p rows (1, +1) and q rows (1, -1): u = log(p / q), clipped."""
    best = best_fixed_point("logistic", [[1.0], [1.0]], [1, -1], [p, q], -radius, radius)
    u = min(max(math.log(p / q), -radius), radius)
    minimum = p * math.log1p(math.exp(-u)) + q * math.log1p(math.exp(u))
    assert best.point[0] == pytest.approx(u, abs=1e-4)
    assert best.value - minimum <= best.gap + 1e-14 * minimum
    assert best.gap <= 1e-9 * minimum


@pytest.mark.parametrize("radius", [INF, 0.25])
def test_least_squares_in_one_dimension(radius: float) -> None:
    a, y, w = [1, 2, -3, 5], [2, 1, 0, 7], [1, 0, 4, 2]
    curvature = sum(c * x * x for c, x in zip(w, a, strict=True))
    u = Fraction(sum(c * x * t for c, x, t in zip(w, a, y, strict=True)), curvature)
    u = u if math.isinf(radius) else min(max(u, Fraction(-radius)), Fraction(radius))
    minimum = sum(Fraction(c) * (x * u - t) ** 2 / 2 for c, x, t in zip(w, a, y, strict=True))
    best = best_fixed_point("least_squares", np.array(a)[:, None], y, w, -radius, radius)
    assert best.point[0] == pytest.approx(float(u), rel=1e-14)
    assert best.value == pytest.approx(float(minimum), rel=1e-14)
    assert Fraction(best.value) - minimum <= Fraction(best.gap) <= Fraction(1, 10**12)


# --- certificates ------------------------------------------------------------------------------------------------

CASES = [(f, r) for f in ("logistic", "least_squares") for r in (0.05, 0.5, 20.0, INF)]


@pytest.mark.parametrize(("family", "radius"), CASES)
@pytest.mark.parametrize("seed", range(3))
def test_the_gap_bounds_the_distance_to_a_60_digit_minimum(family: str, radius: float, seed: int) -> None:
    a, y, w = problem(family, seed, n=20, d=2)
    minimum = exact_minimum(family, a, y, w, -radius, radius)
    best = best_fixed_point(family, a, y, w, -radius, radius)
    assert best.value - minimum <= best.gap <= 1e-9 * max(best.value, 1)
    seen = w > 0
    sums = MarginSum(family, a[seen], y[seen], w[seen])
    random = np.random.default_rng(seed)
    for size in (1e-12, 1e-8, 1e-4, 1e-2, 1):  # and at points that are not optimal, near and far
        for _ in range(5):
            u = np.clip(best.point + size * random.normal(size=2), -radius, radius)
            value, bound, _ = certify(sums, u, -radius, radius)
            assert value - minimum <= bound.gap
            assert value == pytest.approx(float(exact_value(family, a, y, w, u)), rel=1e-13)
            tight = math.isinf(radius) or family == "least_squares"
            assert not tight or size > 1e-4 or bound.gap <= 100 * (value - minimum) + 1e-12 * value


@pytest.mark.parametrize("family", ["logistic", "least_squares"])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 300.0])
def test_rounding_of_value_and_gradient_stays_in_its_bound(family: str, scale: float) -> None:
    a, y, w = problem(family, 5, n=150, d=3, scale=scale)
    seen = w > 0
    a, y, w = a[seen], y[seen], w[seen]
    sums = MarginSum(family, a, y, w)
    random = np.random.default_rng(0)
    ratios = []
    for _ in range(4):
        u = random.normal(size=3)
        z = a @ u
        error = sums.margin_error(u)
        off = abs(exact_value(family, a, y, w, u) - sums.exact_value(z))
        assert off <= sums.value_error(z, error)
        true, _ = exact_gradient(family, a, y, w, [mpmath.mpf(float(entry)) for entry in u])
        gradient, spread = sums.combine(sums.slopes(z), sums.slope_error(z, error))
        assert all(abs(t - g) <= s for t, g, s in zip(true, gradient, spread, strict=True))
        ratios.append(float(np.max(spread) / np.sum(np.abs(sums.slopes(z)[:, None] * a))))
    # The bounds are worth something: near the unit roundoff times the terms (logistic adds the error of its margins).
    assert max(ratios) < 1e-14 * max(1.0, 10 * scale)


def test_rounding_of_a_sum_that_cancels_stays_in_its_bound() -> None:
    random = np.random.default_rng(4)
    a, r = random.normal(size=(300, 2)), random.normal(size=300)
    a, r = np.vstack([a, a]), np.concatenate([r, -r * (1 + 1e-15)])
    order = random.permutation(600)
    a, r = a[order], r[order]
    total, spread = MarginSum("least_squares", a, r, np.ones(600)).combine(r, 0.0)
    for j in range(2):
        true = sum(Fraction(x) * Fraction(v) for x, v in zip(a[:, j], r, strict=True))
        assert 0 < abs(Fraction(total[j]) - true) <= Fraction(spread[j]) < 1e-14 * np.abs(a[:, j]) @ np.abs(r)


@pytest.mark.parametrize("family", ["logistic", "least_squares"])
@pytest.mark.parametrize("size", [1e-9, 1e-3, 0.5])
def test_wrong_margins_are_covered_by_the_errors_of_value_and_slope(family: str, size: float) -> None:
    random = np.random.default_rng(6)
    y = np.where(random.random(200) < 0.5, 1.0, -1.0)
    sums = MarginSum(family, np.ones((200, 1)), y, 1.0 + random.integers(0, 3, size=200))
    z = 6 * random.normal(size=200)
    error = np.full(200, size)
    for sign in (-1.0, 1.0, -y, y):
        off = np.abs(sums.slopes(z + sign * size) - sums.slopes(z))
        assert (off <= sums.slope_error(z, error)).all()
        assert abs(sums.exact_value(z + sign * size) - sums.exact_value(z)) <= sums.value_error(z, error)


def test_certificates_of_dependent_columns_name_their_ball() -> None:
    for family in ("logistic", "least_squares"):
        a, y, w = problem(family, 3)
        best = best_fixed_point(family, np.hstack([a, a[:, :1]]), y, w, -INF, INF)
        assert "|v|_1 <=" in best.certificate
        assert best.gap <= 1e-9 * best.value
        single = best_fixed_point(family, a, y, w, -INF, INF)
        assert best.value == pytest.approx(single.value, abs=best.gap + single.gap)


def test_separable_data_on_all_of_space_have_infimum_zero() -> None:
    a = np.array([[1.0, 0.2], [2.0, -0.3], [-1.0, 0.1]])
    best = best_fixed_point("logistic", a, [1, 1, -1], [1, 2, 3], -INF, INF)
    assert best.certificate == "F >= 0"
    assert best.value == best.gap <= 1e-9


# --- other solvers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0.05, 0.3, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_logistic_agrees_with_scipy_on_a_box(radius: float, seed: int) -> None:
    a, y, w = problem("logistic", seed, n=60, d=6)
    best = best_fixed_point("logistic", a, y, w, -radius, radius)

    def value(u: Any) -> Any:
        return w @ loss("logistic", a @ u, y)

    def gradient(u: Any) -> Any:
        return -(w * y / (1 + np.exp(y * (a @ u)))) @ a

    theirs = scipy.optimize.minimize(
        value, np.zeros(6), jac=gradient, method="L-BFGS-B", bounds=[(-radius, radius)] * 6,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
    )  # fmt: skip
    assert -best.gap <= theirs.fun - best.value <= 1e-6 * best.value
    assert best.gap <= 1e-9 * best.value
    if radius < 1:
        assert (np.abs(best.point) == radius).any()


def test_logistic_agrees_with_trust_constr() -> None:
    a, y, w = problem("logistic", 11, n=60, d=4)
    best = best_fixed_point("logistic", a, y, w, -0.2, 0.2)
    theirs = scipy.optimize.minimize(
        lambda u: w @ loss("logistic", a @ u, y), np.zeros(4), jac=lambda u: -(w * y / (1 + np.exp(y * (a @ u)))) @ a,
        hess=lambda u: (a.T * (w / (2 + 2 * np.cosh(a @ u)))) @ a, method="trust-constr",
        bounds=scipy.optimize.Bounds(-0.2, 0.2), options={"gtol": 1e-10, "xtol": 1e-12, "barrier_tol": 1e-12},
    )  # fmt: skip
    assert -best.gap <= theirs.fun - best.value <= 1e-6 * best.value


@pytest.mark.parametrize("radius", [0.05, 0.3, 5.0, INF])
@pytest.mark.parametrize("seed", range(4))
def test_least_squares_agrees_with_lsq_linear(radius: float, seed: int) -> None:
    a, y, w = problem("least_squares", seed, n=60, d=6)
    best = best_fixed_point("least_squares", a, y, w, -radius, radius)
    root = np.sqrt(w)
    theirs = scipy.optimize.lsq_linear(root[:, None] * a, root * y, (-radius, radius), method="bvls", tol=1e-15)
    assert best.value == pytest.approx(theirs.cost, rel=1e-11)
    assert best.point == pytest.approx(theirs.x, rel=1e-7, abs=1e-9)
    assert best.gap <= 1e-12 * best.value


def test_ill_conditioned_least_squares() -> None:
    a = np.vander(np.linspace(0, 1, 50), 9)
    y = np.cos(3 * np.arange(50.0))
    best = best_fixed_point("least_squares", a, y, np.ones(50), -INF, INF)
    u = np.linalg.lstsq(a, y, rcond=None)[0]
    minimum = float(exact_value("least_squares", a, y, np.ones(50), u))
    assert best.value - minimum <= best.gap
    assert best.value == pytest.approx(minimum, rel=1e-9)


# --- properties --------------------------------------------------------------------------------------------------

SMALL = st.integers(-4, 4)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["logistic", "least_squares"]),
    st.lists(st.tuples(SMALL, SMALL, SMALL, st.integers(0, 3)), min_size=1, max_size=8),
    st.sampled_from([(-1.0, 1.0), (0.25, 3.0), (-100.0, -1.0), (0.5, 0.5)]),
)
def test_optimality_conditions_and_counts(family: str, rows: list[Any], box: tuple[float, float]) -> None:
    table = np.array(rows, float)
    a, y, w = table[:, :2], table[:, 2], table[:, 3]
    y = np.where(y > 0, 1.0, -1.0) if family == "logistic" else y
    best = best_fixed_point(family, a, y, w, *box)
    assert ((best.point >= box[0]) & (best.point <= box[1])).all()
    z = a @ best.point
    slope = -y / (1 + np.exp(y * z)) if family == "logistic" else z - y
    gradient = (w * slope) @ a
    unit = float(w @ loss(family, np.zeros(len(y)), y)) / max(w.sum(), 1)
    first_order = np.maximum(gradient * (best.point - box[0]), gradient * (best.point - box[1])).sum()
    assert min(first_order, best.value) <= 2e-9 * max(best.value, unit) + 1e-11
    assert best.value == pytest.approx(float(w @ loss(family, z, y)), rel=1e-12, abs=1e-300)
    # Rows never visited change nothing at all; a row repeated is a row counted.
    seen = w > 0
    if seen.any():
        dropped = best_fixed_point(family, a[seen], y[seen], w[seen], *box)
        assert np.array_equal(dropped.point, best.point)
        assert (dropped.value, dropped.gap) == (best.value, best.gap)
    repeated = np.repeat(np.arange(len(w)), w.astype(int))
    copies = best_fixed_point(family, a[repeated], y[repeated], np.ones(len(repeated)), *box)
    assert copies.value == pytest.approx(best.value, abs=best.gap + copies.gap + 1e-300)


def test_nothing_seen_yet() -> None:
    best = best_fixed_point("logistic", np.ones((3, 2)), [1, -1, 1], [0, 0, 0], -1, 1, start=[5, 0])
    assert (best.value, best.gap) == (0, 0)
    assert best.point.tolist() == [1, 0]


def test_a_warm_start_costs_fewer_iterations() -> None:
    a, y, w = problem("logistic", 2, n=300, d=8)
    cold = best_fixed_point("logistic", a, y, w, -0.3, 0.3)
    warm = best_fixed_point("logistic", a, y, w, -0.3, 0.3, start=cold.point)
    assert warm.iterations == 0 < cold.iterations
    assert warm.value == cold.value


@pytest.mark.parametrize(("radius", "value"), [(1, 322.49522562), (10, 0.0058853954), (100, 0.0), (INF, 0.0)])
def test_separable_data_set(data_dir: Path, radius: float, value: float) -> None:
    """mushrooms is separable. Values of this solver, held by the certificate; few steps even where F -> 0."""
    data = load(data_dir / "libsvm" / "mushrooms.gz", task="classification")
    best = best_fixed_point("logistic", data.features, data.targets, np.ones(len(data.targets)), -radius, radius)
    assert best.value == pytest.approx(value, rel=1e-7, abs=1e-9)
    assert best.gap <= 1e-9 * max(best.value, math.log(2))
    assert best.iterations <= (40 if radius < 100 else 10)


def test_a_large_data_set(data_dir: Path) -> None:
    data = load(data_dir / "libsvm" / "a9a.gz", task="classification")
    for radius in (1, INF):
        best = best_fixed_point("logistic", data.features, data.targets, np.ones(len(data.targets)), -radius, radius)
        assert best.gap <= 1e-9 * best.value
        assert best.iterations <= 20


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": [1, 0, 1]}, "neither -1 nor"),
        ({"targets": [1, -1]}, "do not fit"),
        ({"counts": [1, 2, -1]}, "count is negative"),
        ({"counts": [1, 2, 0.5]}, "count is negative or no whole number"),
        ({"counts": [1, 2, math.nan]}, "count is negative or no whole number"),
        ({"features": [[1.0], [math.nan], [2.0]]}, "not finite"),
        ({"features": [[1.0], [1e60], [2.0]]}, "scale"),
        ({"low": -INF}, "give low <= high"),
        ({"low": 2.0}, "give low <= high"),
        ({"low": math.nan}, "give low <= high"),
        ({"start": [1.0, 2.0]}, "start"),
        ({"start": [math.nan]}, "start"),
        ({"tolerance": 0.0}, "tolerance"),
    ],
)
def test_wrong_input_is_refused(change: dict[str, Any], message: str) -> None:
    given = {"features": [[1.0], [2.0], [3.0]], "targets": [1, -1, 1], "counts": [1, 1, 1], "low": -1.0, "high": 1.0}
    with pytest.raises(ParameterError, match=message):
        best_fixed_point("logistic", **{**given, **change})


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean logistic"):
        best_fixed_point("logistics", [[1.0]], [1], [1], -1, 1)


def test_a_start_that_saturates_the_new_rows_is_no_trap(data_dir: Path) -> None:
    """The best point of the first rows misclassifies later ones with large margins: Newton's model is flat there."""
    mushrooms = load(data_dir / "libsvm" / "mushrooms.gz", task="classification")
    rows = np.arange(len(mushrooms.targets))
    warm = None
    for seen in (1, 2, 3, 4, 5, 6, 7):
        best = best_fixed_point(
            "logistic", mushrooms.features, mushrooms.targets, (rows < seen).astype(int), -10.0, 10.0, start=warm
        )
        assert best.gap <= 1e-7, (seen, best)
        warm = best.point


def test_logistic_on_all_of_space_with_columns_of_very_different_sizes() -> None:
    """Newton's full step from 0 leads to values of 1e49; the minimum, by a search that began elsewhere, is 8283.1."""
    rows = [
        [-0.00541418, 0.228475, -1.03457, -125.453, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, -0.00825326], [0, 0, 0, 0, 0],
        [0, 0, 0, -17.7923, 0.00020981], [0.000861813, 0.104261, 0, 130.353, 0], [0, 0, 0, 0.868404, 0],
        [0.000809771, 0, -1.67659, -168.587, 0], [0, 0.00627948, 0, 0, 0], [0, -0.159569, -0.059073, -129.784, 0],
        [0.00102143, 0, 1.90078, 0, 0.00102143],
    ]  # fmt: skip
    signs = [-1, -1, -1, 1, 1, -1, 1, 1, 1, 1, -1]
    counts = [37709, 11950, 0, 0, 4712, 0, 4596, 323, 468, 3, 7975]
    found = best_fixed_point("logistic", rows, signs, counts, -math.inf, math.inf)
    assert found.gap < 1e-6
    assert found.value == pytest.approx(8283.1088, abs=1e-3)
