"""Ball, simplex and 1-norm ball in a whole run: start, certified comparators, which projection is right."""

from __future__ import annotations

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import assert_same, play
from test_comparators import exact_gradient, exact_value, problem
from test_projections import inside

from adamtheory.engine.projections import VECTORS
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.hindsight.comparators import best_fixed_point
from adamtheory.hindsight.coupled_newton import _face_minimum
from adamtheory.hindsight.regret import regret
from adamtheory.hindsight.separable_sets import frank_wolfe, separable_on_set
from adamtheory.language import parse
from adamtheory.losses import gradients, least_squares, quadratic_gaussian, random_signs, reddi, reddi_unbounded
from adamtheory.rules import adagrad, adam, amsgrad, sgd
from adamtheory.sets import SETS, ball, box, l1_ball, simplex
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import prepare, simulate

INF = math.inf
SIZE = {name: SETS[name].parameters[0].name for name in VECTORS}


def corners(name, d):
    """The vertices of the two polytopes of size 1."""
    return np.eye(d) if name == "simplex" else np.vstack([np.eye(d), -np.eye(d)])


def some_points(name, d, size, count=300):
    """Points of the set, many of them at its boundary."""
    rng = np.random.default_rng(d)
    if name == "ball":
        found = rng.normal(size=(count, d))
        found *= rng.choice([1, 0.5], (count, 1)) / np.linalg.norm(found, axis=1)[:, None]
    else:
        ends = corners(name, d)
        found = np.vstack([rng.dirichlet(np.full(len(ends), 0.3), count) @ ends, ends])
    return size * found


def exact_gap(name, g, u, size):
    """g . u - min over v in the set of g . v, for exact g (mpmath)."""
    at_u = sum(a * mpmath.mpf(float(b)) for a, b in zip(g, u, strict=True))
    if name == "ball":
        return at_u + size * mpmath.sqrt(sum(a * a for a in g))
    return at_u + size * (max(map(abs, g)) if name == "l1_ball" else -min(g))


# -- separable losses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VECTORS)
@settings(max_examples=80)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([0, 3]), st.sampled_from([0.0, 0.3, 1.0]))
def test_separable_quadratics(name, d, seed, apart, flat):
    """The gap is a true bound on the true gap of convexity, and small; coordinates without curvature included."""
    rng = np.random.default_rng(seed)
    c1 = rng.normal(size=d) * 10.0 ** rng.uniform(-apart, apart, d) * rng.choice([1, 1, 0], d)
    c2 = 10.0 ** rng.uniform(-apart, apart, d) * (rng.random(d) >= flat)
    size = 10.0 ** rng.uniform(-2, 2)
    u, value, gap = separable_on_set(name, c1, c2, np.asarray(size))
    terms = [(mpmath.mpf(a), mpmath.mpf(b), mpmath.mpf(float(v))) for a, b, v in zip(c1, c2, u, strict=True)]
    true = sum(a * v + b * v * v / 2 for a, b, v in terms)
    sizes = float(sum(abs(a * v) + b * v * v for a, b, v in terms))
    bound = float(value - true + exact_gap(name, [a + b * v for a, b, v in terms], u, mpmath.mpf(size)))
    assert float(gap) >= bound - (1e-13 * (sizes + size * np.abs(c1).max()) if not c2.any() else 0)
    assert gap <= 1e-11 * (sizes + size * np.abs(c1).max())
    if name == "simplex":
        assert u.min() >= 0
        assert u.sum() == pytest.approx(size, rel=1e-14)
    else:
        assert inside(name, u, size) or not c2.any()
    if c2.all():  # the same point as a weighted projection of the free minimiser
        z = -c1 / c2
        with np.errstate(all="ignore"):
            VECTORS[name](z, c2.copy(), size)
        assert np.abs(z - u).max() <= 1e-6 * (size + np.abs(u).max())


@pytest.mark.parametrize("name", VECTORS)
@settings(max_examples=60)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-9, 0.1]))
def test_the_gap_of_any_point(name, d, seed, error):
    """An upper bound on the true gap for every gradient in the given error, and no more than a hundredth above it."""
    rng = np.random.default_rng(seed)
    u, g, spread = some_points(name, d, 2.0)[seed % 300], rng.normal(size=d), error * rng.random(d)
    gap = float(frank_wolfe(name, np.asarray(2.0), u, g, spread))
    worst = -math.inf
    for signs in rng.choice([-1.0, 1.0], (20, d)):
        true = [mpmath.mpf(a) + mpmath.mpf(b) for a, b in zip(g, signs * spread, strict=True)]
        worst = max(worst, float(exact_gap(name, true, u, mpmath.mpf(2))))
    assert worst <= gap <= 1.011 * worst + 4 * 2.02 * spread.sum() + 1e-13 * np.abs(g).sum()


@pytest.mark.parametrize("signed", [False, True])
@settings(max_examples=80)
@given(st.integers(1, 7), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 1.0, 30.0]))
def test_quadratics_on_a_polytope(signed, d, seed, size):
    """Whatever the face of the start, the conditions of the minimum hold at the end: the gap is rounding."""
    rng = np.random.default_rng(seed)
    root, linear = rng.normal(size=(d, d)) * 10.0 ** rng.uniform(-1, 1, d), rng.normal(size=d)
    hessian = root.T @ root + 1e-3 * np.eye(d)
    name = "l1_ball" if signed else "simplex"
    start = some_points(name, d, size)[rng.integers(300)]
    start *= rng.choice([size / np.abs(start).sum(), 1.0 if signed else size / start.sum()])  # also at the boundary
    v = _face_minimum(hessian, linear, start, size, signed)
    slopes = hessian @ v + linear
    gap = float(frank_wolfe(name, np.asarray(size), v, slopes, np.zeros(d)))
    assert gap <= 1e-9 * float(np.abs(v) @ np.abs(slopes) + size * np.abs(linear).max())


def test_linear_losses_have_closed_forms():
    """Slopes summed in rationals: -r c/|c|, the best vertex, the best signed vertex; no gap."""
    c = np.array([[3.0, -4.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 2.0]])
    sizes = np.array([2.0, 1.0, 3.0])
    for name, points, values in (
        ("ball", [[-1.2, 1.6, 0], [0, 0, 0], [-1, -2, -2]], [-10, 0, -9]),
        ("simplex", [[0, 2, 0], [1, 0, 0], [3, 0, 0]], [-8, 0, 3]),
        ("l1_ball", [[0, 2, 0], [0, 0, 0], [0, -3, 0]], [-8, 0, -6]),
    ):
        u, value, gap = separable_on_set(name, c, np.zeros_like(c), sizes)
        assert np.abs(u - points).max() <= 1e-15 * 3
        assert np.abs(value - values).max() <= 1e-14
        assert not gap.any()


@pytest.mark.parametrize("name", VECTORS)
def test_regret_of_sums_against_points_of_the_set(name):
    """R_T is the oracle's losses minus the sum at the reported point, and no point of the set does better."""
    slopes = np.random.default_rng(5).integers(-9, 10, (40, 3)) / 8.0
    sizes = np.array([0.5, 2.0])
    lanes = simulate(adam(lr=0.5), slopes, 120, feasible=SETS[name](**{SIZE[name]: sizes}), checkpoints=[7, 120])
    found = regret(lanes)
    assert not found.gap.any()
    for i, size in enumerate(sizes):
        start = size / 3 if name == "simplex" else 0.0
        given = {"feasible": SETS[name](**{SIZE[name]: float(size)}), "start": start}
        played = play(adam(lr=0.5), sequence(gradients, data=slopes), 120, **given)
        for k, rounds in enumerate((7, 120)):
            total = np.tile(slopes, (3, 1))[:rounds].sum(axis=0)
            best = float(total @ found.comparator[i, k])
            assert found.regret[i, k] == pytest.approx(played.losses[:rounds].sum() - best, abs=1e-12)
            assert (some_points(name, 3, size) @ total >= best - 1e-12).all()


def test_regret_of_quadratics():
    """The comparator is the projection of the mean target; its gap is told, and is rounding."""
    losses = sequence(quadratic_gaussian(mean=2), dimension=4)
    run = simulate(sgd(lr=0.5), losses, 500, seed=[1, 2], feasible=simplex(scale=1.5), checkpoints=[500])
    found = regret(run)
    assert (found.gap > 0).all()
    assert (found.gap < 1e-9).all()
    for i in range(2):
        mean = -run.sums["c1"][i, 0] / 500
        VECTORS["simplex"](mean, np.ones(4), 1.5)
        assert np.abs(mean - found.comparator[i, 0]).max() <= 1e-12


# -- losses on data ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("family", ["logistic", "least_squares"])
@pytest.mark.parametrize(("size", "seed"), [(0.3, 1), (4.0, 2)])
def test_the_gap_on_data_bounds_the_exact_one(name, family, size, seed):
    """Against the Frank-Wolfe gap and the value in 60 digits, and against SLSQP."""
    a, y, w = problem(family, seed)
    best = best_fixed_point(family, a, y, w, -INF, INF, coupled=(name, size))
    g, _ = exact_gradient(family, a, y, w, [mpmath.mpf(float(v)) for v in best.point])
    value = exact_value(family, a, y, w, best.point)
    assert best.gap >= float(best.value - value + exact_gap(name, g, best.point, mpmath.mpf(size)))
    assert best.gap <= 1e-8 * best.value
    assert name == "simplex" or inside(name, best.point, size)
    others = [float(np.sum(w * loss_at(family, a @ v, y))) for v in some_points(name, 3, size, 60)]
    assert min(others) >= best.value - best.gap
    ends = {"ball": {}, "simplex": {"bounds": [(0, None)] * 3}, "l1_ball": {}}[name]
    limits = {
        "ball": [{"type": "ineq", "fun": lambda v: size**2 - v @ v}],
        "simplex": [{"type": "eq", "fun": lambda v: v.sum() - size}],
        "l1_ball": [{"type": "ineq", "fun": lambda v, e=e: size - e @ v}
                    for e in np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T],
    }[name]  # fmt: skip
    begin = np.full(3, size / 3 if name == "simplex" else 0.0)
    other = scipy.optimize.minimize(lambda v: float(np.sum(w * loss_at(family, a @ v, y))), begin, method="SLSQP",
                                    constraints=limits, tol=1e-12, options={"maxiter": 500}, **ends)  # fmt: skip
    assert best.value == pytest.approx(other.fun, rel=1e-6)
    assert best.value <= other.fun + 1e-7 * abs(other.fun)


def loss_at(family, z, y):
    return np.logaddexp(0, -y * z) if family == "logistic" else (z - y) ** 2 / 2


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("family", ["logistic", "least_squares"])
def test_dependent_and_empty_columns(name, family):
    """Copies of a column, a column of zeros, a start at the end of the set: flat directions cost no certificate."""
    a, y, w = problem(family, 7, n=90, d=6)
    a[:, 1], a[:, 2] = a[:, 0], 0.0
    for size in (0.5, 30.0):
        far = size * np.eye(6)[3]
        best = best_fixed_point(family, a, y, w, -INF, INF, coupled=(name, size), start=far)
        assert best.gap <= 2e-8 * best.value
        assert "Frank-Wolfe gap over the" in best.certificate


def test_what_is_no_set_is_refused():
    a, y, w = problem("logistic", 1)
    with pytest.raises(UnknownNameError, match="did you mean ball"):
        best_fixed_point("logistic", a, y, w, -INF, INF, coupled=("bal", 1))
    with pytest.raises(ParameterError, match="size of the ball is -1"):
        best_fixed_point("logistic", a, y, w, -INF, INF, coupled=("ball", -1))


def test_regret_on_data_shares_what_is_solved_and_tells_its_progress():
    """Lanes of two radii are two problems, lanes of two step sizes are one."""
    a, y, _ = problem("least_squares", 3)
    losses = sequence(least_squares, data=(a, y))
    run = simulate(adam(lr=[[0.1], [0.5]]), losses, 80, feasible=ball(radius=[0.5, 2.0]), checkpoints=[40, 80])
    told, solved = [], {}
    found = regret(run, solved=solved, progress=lambda done, whole: told.append((done, whole)))
    assert len(solved) == 2
    assert told == [(1, 2), (2, 2)] * 2
    for i, radius in enumerate((0.5, 2.0)):
        assert np.linalg.norm(found.comparator[:, i], axis=-1).max() <= radius * (1 + 1e-14)
        best = best_fixed_point("least_squares", a, y, np.full(40, 2), -INF, INF, coupled=("ball", radius))
        assert found.comparator[1, i, 1] == pytest.approx(best.point, rel=1e-6)
    assert (found.gap <= 1e-8 * np.abs(run.losses - found.regret)).all()
    other = regret(replace(run, feasible=l1_ball(radius=[0.5, 2.0])), solved=solved)  # of the same sizes
    assert len(solved) == 4
    assert np.abs(other.comparator).sum(axis=-1).max() <= 2 * (1 + 1e-14)


# -- runs ----------------------------------------------------------------------------------------------------------


def test_where_a_run_starts():
    """The loss's own start is moved into the set, for each lane; one that is asked for must lie in it."""
    losses = sequence(random_signs, dimension=4)
    assert prepare(sgd, losses, feasible=simplex(scale=[1, 2, 1])).start.tolist() == [[0.25] * 4, [0.5] * 4, [0.25] * 4]
    moved = prepare(sgd, sequence(reddi, dimension=2), feasible=ball(radius=[0.5, 9])).start
    assert moved == pytest.approx(np.array([[math.sqrt(0.125)] * 2, [1, 1]]), rel=1e-15)
    with pytest.raises(ParameterError, match=r"start=0 lies outside the feasible set simplex"):
        prepare(sgd, losses, feasible=simplex, start=0)
    with pytest.raises(ParameterError, match=r"start=\[0.9, 0.9, 0, 0\] lies outside the feasible set ball"):
        prepare(sgd, losses, feasible=ball(radius=[2, 1]), start=[0.9, 0.9, 0, 0])
    thirds = prepare(sgd, sequence(random_signs, dimension=3), feasible=simplex, start=1 / 3)
    assert thirds.start.tolist() == [[1 / 3] * 3]


def test_a_declared_comparator_lies_in_the_set():
    losses = sequence(reddi_unbounded, dimension=3)
    run = simulate(sgd(lr=0.1), losses, 9, feasible=ball(radius=1.75), start=0, checkpoints=[9])
    assert regret(run).comparator[0].tolist() == [-1, -1, -1]
    for feasible in (ball(radius=1.7), l1_ball(radius=2.9), simplex(scale=3), box(low=-0.5, high=2)):
        other = {f"p_{name}": np.asarray(value, np.float64) for name, value in feasible.values.items()}
        with pytest.raises(ParameterError, match="is not in the set; give a larger one"):
            regret(replace(run, feasible=feasible, parameters={**run.parameters, **other}))


def test_shared_denominators_monitors_and_lanes():
    """With linear losses without data v is one number for all coordinates; each lane has a radius and a step size."""
    losses = sequence(reddi(C=5), dimension=3)
    radii, rates = np.array([0.3, 2.5]), np.array([0.1, 0.7])
    given = {"start": [0.125, 0.25, -0.0625], "checkpoints": range(1, 61), "monitors": True}
    run = simulate(amsgrad(lr=rates), losses, 60, feasible=ball(radius=radii), **given)
    free = simulate(amsgrad(lr=rates), losses, 60, **given)
    for i in range(2):
        played = play(amsgrad(lr=float(rates[i])), losses, 60, feasible=ball(radius=float(radii[i])),
                      start=given["start"])  # fmt: skip
        assert_same(run, played, (i,))
    assert np.array_equal(run.monitors.gamma_min, free.monitors.gamma_min)  # Gamma does not depend on x here
    assert np.array_equal(run.monitors.ratio_max, free.monitors.ratio_max)


def test_a_lane_that_is_not_finite_is_told():
    """The projection of what is not finite is NaN in every coordinate; the other lanes go on."""
    slopes = np.ones((12, 3))
    slopes[0, 1] = 0.0  # 0/0 where eps = 0
    run = simulate(adam(lr=1, eps=[0, 1e-8]), slopes, 12, feasible=ball, checkpoints=[1, 12])
    assert run.nonfinite.tolist() == [1, 0]
    assert np.isnan(run.iterates[0]).all()
    assert np.linalg.norm(run.iterates[1], axis=1) == pytest.approx(1, rel=1e-15)


def test_sets_of_one_s_own_name_a_projection_that_is_there():
    with pytest.raises(UnknownNameError, match="did you mean ball"):
        prepare(sgd, np.ones((2, 2)), feasible=parse(OWN.format("bal"))["own"])
    two = "@feasible_set(vector='ball')\ndef two(y, *, a: positive = 1, b: real = 0):\n    return y\n"
    with pytest.raises(ParameterError, match="two has 2 scalars; the projection ball takes one"):
        prepare(sgd, np.ones((2, 2)), feasible=parse(two)["two"])
    slopes = np.random.default_rng(4).normal(size=(9, 3))
    sets = parse(OWN.format("ball"))["own"](r=0.5), ball(radius=0.5)
    own, same = (simulate(adam(lr=1), slopes, 9, feasible=chosen, checkpoints=[9]) for chosen in sets)
    assert own.iterates.tolist() == same.iterates.tolist()
    with pytest.raises(ParameterError, match="no best fixed point is known on the set own"):
        regret(own)


OWN = '@feasible_set(vector="{}")\ndef own(y, *, r: positive = 1):\n    return where(y < -r, -r, where(r < y, r, y))\n'


# -- which projection is right -------------------------------------------------------------------------------------


def test_the_euclidean_projection_converges_to_a_wrong_point():
    """Slopes (1, 1/10) in every round on the disc: AdaGrad's steps have the same length in both coordinates.

    After Euclidean projections x tends to -(1, 1)/sqrt(2), whose regret is T times (1 + 1/100)^(1/2) - 11/10/sqrt(2);
    weighted by D it tends to the best point and keeps the bound sqrt(2) D_oo sum_i |g_i|, D_oo = 2 (Duchi, Hazan &
    Singer 2011), which the other exceeds.
    """
    T, c = 20000, np.array([1.0, 0.1])
    rule = adagrad(lr=math.sqrt(2))
    runs = [simulate(rule, c[None, :], T, feasible=ball, projection=kind) for kind in ("weighted", "euclidean")]
    right, wrong = map(regret, runs)
    assert runs[0].iterates[-1] == pytest.approx(-c / math.hypot(*c), abs=1e-3)
    assert runs[1].iterates[-1] == pytest.approx([-math.sqrt(0.5)] * 2, abs=1e-3)
    bound = math.sqrt(2) * 2 * np.sqrt(right.checkpoints) * c.sum()
    assert (right.regret <= bound).all()
    assert wrong.regret[-1] == pytest.approx(T * (math.hypot(*c) - c.sum() * math.sqrt(0.5)), rel=0.01)
    assert wrong.regret[-1] > 5 * bound[-1]
    assert (wrong.growth.verdict, right.growth.verdict) == ("linear regret", "sublinear")


def test_a_denominator_that_is_a_number_is_no_weight():
    slopes = np.random.default_rng(2).normal(size=(50, 3))
    runs = [simulate(sgd(lr=0.5), slopes, 50, feasible=ball, projection=kind) for kind in ("weighted", "euclidean")]
    assert runs[0].iterates.tobytes() == runs[1].iterates.tobytes()
    with pytest.raises(ParameterError, match="projection='natural' is unknown; use weighted or euclidean"):
        prepare(sgd, slopes, projection="natural")


def test_saturated_margins_do_not_lead_out_of_the_set():
    """In the middle of the simplex all curvature is lost but 1e-22; the box begins with none at all."""
    rows = [[-356.4, 0.126, -0.164, 22.25], [6.04, -0.0574, 0.192, -14.07], [-42.75, 0.127, 0.0891, 21.8]]
    counts, size = [560, 3718, 46134], 31.6
    best = best_fixed_point("logistic", rows, [1, 1, -1], counts, -math.inf, math.inf, coupled=("simplex", size))
    assert best.point.min() >= 0 and best.point.sum() == pytest.approx(size, rel=1e-14)
    assert best.gap <= 1e-8 * best.value

    def mean(p):  # on the edge between the first corner and the third, where it is least
        margins = np.array([1, 1, -1]) * (np.array(rows) @ [p, 0, size - p, 0])
        return float(counts @ np.logaddexp(0, -margins))

    edge = scipy.optimize.minimize_scalar(mean, bounds=(0, 1), method="bounded", options={"xatol": 1e-12})
    assert best.value == pytest.approx(edge.fun, rel=1e-8)
    rows = [[0, -8, 26, 34], [1, 25, 37, 39], [3, -91, 81, -93], [1, 21, -4, 13]]
    best = best_fixed_point("logistic", rows, [1, 1, 1, 1], [2, 1, 80864, 687], 99.7, 489.2)
    assert best.value == best.gap == 0  # coordinates at the right corner separate the rows
