"""The best point of every round on box, ball, simplex and 1-norm ball: for no listed loss a feasible point is better.

The expressions that a run sums are taken here by NumPy, round for round; the kernels on a few runs.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from test_coupled_hinge import NAMES, some_points

from adamtheory.engine import projections
from adamtheory.engine.dynamic import HIGH, LOW, SIZE, dynamic
from adamtheory.errors import ParameterError
from adamtheory.hindsight.medians import FUNCTIONS
from adamtheory.hindsight.regret import regret
from adamtheory.language import parse
from adamtheory.language.tree import Name, Number
from adamtheory.losses import LOSSES, absolute_error, gradients, shifting, zhang_cyclic
from adamtheory.rules import sgd
from adamtheory.sets import SETS
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

ROUNDS = 8  # of each loss, all at once: arrays are (rounds, points, coordinates)
SIZES = (0.5, 3.0)
GIVEN = {"reddi_unbounded": ({"C": 3.0}, {"C": -2.0}), "zhang_cyclic": ({"n": 3.0}, {"n": 9.0})}


def value(expr, env, name):
    """An expression of the language, and of what programs have besides."""
    if isinstance(expr, Number):
        return np.float64(expr.value)
    if isinstance(expr, Name):
        return env[expr]
    if expr.op == "ipow":
        return value(expr.args[0], env, name) ** int(expr.args[1].value)
    args = [value(a, env, name) for a in expr.args]
    d = env["d"]
    match expr.op:
        case "total":
            return np.sum(np.broadcast_to(args[0], (*np.shape(args[0])[:-1], d)), axis=-1, keepdims=True)
        case "largest":
            return np.max(args[0], axis=-1, keepdims=True)
        case "nearest" | "capped":
            y = np.array(np.broadcast_to(args[0], (ROUNDS, 1, d)))
            function = projections.VECTORS[name] if expr.op == "nearest" else projections.capped
            for line in y:
                function(line[0], np.ones(d), env[SIZE])
            return y
    with np.errstate(divide="ignore", invalid="ignore"):
        return FUNCTIONS[expr.op](*args)


def rounds_of(rule, given_, d, rng):
    """Inputs, slots and parameters of some rounds; an array has rows with zeros and ties, or with neither."""
    env = {"d": d, Name("t"): np.ones(1)} | {
        Name(p.name): float(p.default) for p in rule.scalars if p.default is not None
    }
    env |= {Name(n): v for n, v in given_.items()}
    rows = np.concatenate([rng.integers(-2, 3, (ROUNDS // 2, d)) / 2, rng.normal(size=(ROUNDS - ROUNDS // 2, d)) * 2])
    made = {"row": rows[:, None], "uniform": rng.uniform(size=(ROUNDS, 1, d)),
            "target": rng.choice([-1.0, 1.0], (ROUNDS, 1, 1))}  # fmt: skip
    env |= {Name(i.name): made[i.kind] for i in rule.inputs[1:]}
    slots = {"phase": np.arange(ROUNDS) % 3, "side": np.arange(ROUNDS) % 2 * 2 - 1, "edge": np.full(ROUNDS, 4)}
    return env | {Name(s.name): slots[s.name].reshape(-1, 1, 1) for s in rule.slots}


def loss_at(rule, env, x, name):
    """f_t at points, a frozen line as it stands, and the lines of the text."""
    env = env | {Name("x"): x}
    for line in rule.body:
        if line.target not in env or line.target != rule.notes.get("frozen"):
            env[line.target] = value(line.value, env, name)
    return value(rule.results[0], env, name)[..., 0], env


def least(rule, name, size, env):
    """What a run sums for the best point of a round, and the point where it has one."""
    found = dynamic(rule, SETS[name], env["d"])
    low = {"simplex": size}.get(name, -size)
    high = size / 2 if name == "box" else size
    here = env | {SIZE: size, LOW: low, HIGH: high}
    if found.value is not None:
        return value(found.value, here, name)[..., 0], None
    point = np.broadcast_to(value(found.point, here, name), (ROUNDS, 1, env["d"])).copy()
    if name == "box" or env["d"] == 1:
        point = np.clip(point, low, high)
    elif not found.inside:
        for line in point:
            projections.VECTORS[name](line[0], np.ones(env["d"]), size)
    return loss_at(rule, env, point, name)[0], point


def contained(name, points, size):
    if name == "box":
        return (points >= -size).all() and (points <= size / 2).all()
    norm = np.linalg.norm(points, 2 if name == "ball" else 1, axis=-1)
    if name == "simplex":
        return (points >= 0).all() and np.allclose(norm, size, rtol=1e-14)
    return (norm <= size * (1 + 1e-14)).all()


def candidates(name, d, size, env, rng):
    """Points of the set: at random, vertices, between two vertices, the diagonal, and along the rows."""
    units, part = np.eye(d) * size, np.linspace(0, 1, 193)[:, None]
    if name == "box":
        corners = np.array(list(itertools.product((-size, size / 2), repeat=d)))
        at_random = np.clip(rng.uniform(-1.5 * size, size, (400, d)), -size, size / 2)
        return np.concatenate(
            [
                at_random,
                np.full((1, d), max(-size, -2.0)),
                *(part * p + (1 - part) * q for p, q in itertools.combinations(corners, 2)),
            ]
        )
    corners = units if name == "simplex" else np.concatenate([units, -units])
    between = [corners, *(part * p + (1 - part) * q for p, q in itertools.combinations(corners, 2))]
    scale = {"ball": d**-0.5, "simplex": 1 / d, "l1_ball": 1 / d}[name]
    diagonal = np.full((1, d), size * scale) * (1.0 if name == "simplex" else 2 * part - 1)
    diagonal = np.concatenate([diagonal, np.clip(np.full((1, d), -2.0), diagonal.min(), diagonal.max())])
    every = [some_points(name, d, size, rng, 400), *between, diagonal]
    row = env.get(Name("a"))
    if name == "ball" and row is not None:
        along = row / np.maximum(np.linalg.norm(row, axis=-1, keepdims=True), 1e-9)
        every += [size * (2 * part - 1) * r for r in along]
    return np.concatenate(every)


@pytest.mark.parametrize("name", ["box", *NAMES])
@pytest.mark.parametrize("loss", LOSSES)
def test_no_point_is_better(loss, name):
    """Not one of 400 at random and of many chosen ones, at any distance from the best; and the least loss is met."""
    rule, rng = LOSSES[loss], np.random.default_rng(7)
    dimensions = (1,) if (loss, name) == ("zhang_cyclic", "ball") else (1, 2, 3)  # the rest is refused, see below
    sizes = (*SIZES, 9.0) if loss == "zhang_cyclic" else SIZES  # left of -3 - 2 sqrt(2) its concave rounds are lower
    for d, size, given_ in itertools.product(dimensions, sizes, GIVEN.get(loss, ({},))):
        env = rounds_of(rule, given_, d, rng)
        _, env = loss_at(rule, env, rng.choice([-0.5, 0.5], (ROUNDS, 1, d)), name)
        best, point = least(rule, name, size, env)
        others = candidates(name, d, size, env, rng)
        slack = 1e-13 * (1 + np.abs(best))
        found, _ = loss_at(rule, env, others[None], name)
        assert (found >= best - slack).all()
        if point is None:
            assert (found.min(axis=1, keepdims=True) <= best + 3e-3).all()
            continue
        assert contained(name, point, size)
        for near in (1e-1, 1e-4):
            found, _ = loss_at(rule, env, point + near * (others[None] - point), name)
            assert (found >= best - slack).all()


# -- other solvers -----------------------------------------------------------------------------------------------------


def nearest_by_program(name, size, target):
    """The least |x - target|_1 on a set by linear programming: x = p - q, errors e."""
    d = len(target)
    one, zero, eye = np.ones(d), np.zeros(d), np.eye(d)
    above, below = np.hstack([eye, -eye, -eye]), np.hstack([-eye, eye, -eye])
    sums = np.concatenate([one, one, zero])[None]
    free = (0, 0) if name == "simplex" else (0, None)
    equal = {"A_eq": sums, "b_eq": [size]} if name == "simplex" else {}
    upper = np.vstack([above, below, *([] if name == "simplex" else [sums])])
    right = np.concatenate([target, -target, [] if name == "simplex" else [size]])
    found = scipy.optimize.linprog(np.concatenate([zero, zero, one]), upper, right, **equal,
                                   bounds=[(0, None)] * d + [free] * d + [(0, None)] * d)  # fmt: skip
    return found.fun


@pytest.mark.parametrize("name", ["simplex", "l1_ball"])
def test_absolute_errors_by_linear_programming(name):
    """The Euclidean projection of the target is one of the points that are nearest in the 1-norm."""
    env = rounds_of(absolute_error, {}, 3, np.random.default_rng(1))
    for size in SIZES:
        best, _ = least(absolute_error, name, size, env)
        wanted = [nearest_by_program(name, size, a[0]) for a in env[Name("a")]]
        assert best[:, 0] == pytest.approx(wanted, abs=1e-12)


def nearest_by_duality(size, target):
    """The point of the ball nearest in the 1-norm, by max over |s_i| <= 1 of <s, target> - size |s|_2."""
    if np.linalg.norm(target) <= size:
        return target
    found = scipy.optimize.minimize(
        lambda s: (size * np.linalg.norm(s) - s @ target, size * s / np.linalg.norm(s) - target), np.sign(target) / 2,
        jac=True, method="L-BFGS-B", bounds=[(-1, 1)] * len(target), options={"ftol": 1e-15, "gtol": 1e-12},
    )  # fmt: skip
    return size * found.x / np.linalg.norm(found.x)


ROWS = np.array([[1.0, 2.0, -0.1], [0.0, 0.0, 0.0], [-1.0, 0.5, 0.05], [0.0, -3.0, 0.0], [0.25, 0.125, 4.0]])
T = 12
MET = np.arange(T) % len(ROWS)


def test_absolute_errors_on_the_ball():
    """A run of kernels against the dual problem: losses of the rounds, and the path between the best points."""
    radii = np.array([0.3, 1.5])
    run = simulate(sgd(lr=0.4), sequence(absolute_error, data=ROWS), T, feasible=SETS["ball"](radius=radii), start=0,
                   dynamic=True, checkpoints=range(1, T + 1))  # fmt: skip
    found = regret(run, against="dynamic")
    for i, radius in enumerate(radii):
        points = np.array([nearest_by_duality(radius, a) for a in ROWS])
        best = np.abs(points - ROWS).sum(axis=1)
        assert found.regret[i] == pytest.approx(run.losses[i] - np.cumsum(best[MET]), abs=1e-6)
        steps = np.linalg.norm(np.diff(points[MET], axis=0), axis=1)
        assert found.path[i] == pytest.approx(np.cumsum([0, *steps]), abs=1e-4)
    assert (regret(run).regret <= found.regret + 1e-12).all()


EIGHTHS = st.lists(st.integers(-16, 16).map(lambda k: Fraction(k, 8)), min_size=3, max_size=3)


@settings(max_examples=30)
@given(st.lists(EIGHTHS, min_size=1, max_size=6))
def test_linear_losses_on_the_simplex_in_rationals(slopes):
    """Every vertex tried; the path between the means of the best ones, so that ties hop nowhere."""
    a = np.array([[float(v) for v in row] for row in slopes])
    run = simulate(sgd(lr=0), a, len(a), feasible=SETS["simplex"](scale=2), start=[0.5, 1, 0.5], dynamic=True)
    found = regret(run, against="dynamic")
    played = sum(row[0] / 2 + row[1] + row[2] / 2 for row in slopes)
    assert found.regret[-1] == pytest.approx(float(played - sum(2 * min(row) for row in slopes)), abs=1e-13)
    best = [[Fraction(2 * (v == min(row)), row.count(min(row))) for v in row] for row in slopes]
    steps = [sum((p - q) ** 2 for p, q in zip(u, v, strict=True)) for u, v in zip(best, best[1:], strict=False)]
    assert found.path[-1] == pytest.approx(sum(float(s) ** 0.5 for s in steps), abs=1e-12)


@pytest.mark.parametrize("radius", [1.0, 9.0])
def test_what_moves_is_drawn_onto_the_ball_of_the_1_norm(radius):
    """Targets +(s, s, s) and -(s, s, s) of both comparators go along the diagonal; a point of one's own stays."""
    size, n = 1.5, 4
    run = simulate(sgd(lr=0.4), sequence(shifting(N=n, size=size), dimension=3), T, start=0, dynamic=True,
                   feasible=SETS["l1_ball"](radius=radius), checkpoints=range(1, T + 1))  # fmt: skip
    reached = min(size, radius / 3)
    for against in ("moving", "dynamic"):
        found = regret(run, against=against)
        assert found.regret == pytest.approx(run.losses - np.arange(1, T + 1) * 1.5 * (size - reached) ** 2, abs=1e-12)
        assert found.path == pytest.approx(np.arange(T) // n * 2 * reached * np.sqrt(3), abs=1e-12)
    own, side = [0.5, 0, -0.25], np.where(np.arange(T) // n % 2, -size, size)
    at = ((np.array(own) - side[:, None]) ** 2).sum(axis=1) / 2
    assert regret(run, against=own).regret == pytest.approx(run.losses - np.cumsum(at), abs=1e-12)


# -- the cap and the refusals ------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([1e-200, 1.0, 1e200]))
def test_the_cap(seed, d, unit):
    """On the sphere, capped at w times one number: what Karush, Kuhn and Tucker ask for; nothing inside is moved."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=d) * 10.0 ** rng.uniform(-3, 3, d) * rng.choice([0, 1, 1], d)
    w, radius = rng.choice([0.0, 0.5, 1.0, 3.0], d), float(10.0 ** rng.uniform(-2, 2))
    z = y * unit
    projections.capped(z, w.copy(), radius * unit)
    z = z / unit
    if np.linalg.norm(y) <= radius:
        assert z == pytest.approx(y, rel=1e-15)
        return
    assert (z * y >= 0).all()
    assert (np.abs(z) <= np.abs(y)).all()
    w = w if w.any() else np.ones(d)
    moved = np.abs(z) < np.abs(y) * (1 - 1e-12)
    room = np.linalg.norm(y[w > 0]) <= radius  # what weighs nothing gives way
    assert np.linalg.norm(z) == pytest.approx(np.linalg.norm(y[w > 0]) if room else radius, rel=1e-14)
    if moved[w > 0].any():
        cap = np.abs(z[moved & (w > 0)]) / w[moved & (w > 0)]
        assert cap == pytest.approx(cap[0], rel=1e-13)
        assert (np.abs(z) <= cap[0] * w * (1 + 1e-13)).all()
    broken = np.array([np.nan, 1.0])
    projections.capped(broken, np.ones(2), 1.0)
    assert np.isnan(broken).all()


OWN = "@loss(radius=1, {})\ndef own(x, a: row, *, c: real = 2):\n    z = a/c\n    return {}, x\n"


def test_losses_of_ones_own():
    """Rows are projected on the simplex for any error, for an even one on the 1-norm ball, on the ball for none."""
    even = parse(OWN.format('minimiser="z"', "total(absolute(x - z)**3 + c*(x - z)**2)"))["own"]
    odd = parse(OWN.format('minimiser="z"', "total(exp(x - z) - (x - z))"))["own"]
    for rule, name, size in ((even, "simplex", 1.0), (even, "l1_ball", 0.5), (odd, "simplex", 1.0)):
        env = rounds_of(rule, {}, 3, np.random.default_rng(5))
        _, env = loss_at(rule, env, np.zeros(3), name)
        best, point = least(rule, name, size, env)
        others = point + 1e-3 * (some_points(name, 3, size, np.random.default_rng(6), 400) - point)
        assert (loss_at(rule, env, others, name)[0] >= best - 1e-14).all()
    scaled = parse(OWN.format('minimiser="z"', "total(a*a*absolute(x - z))"))["own"]
    for rule, names, words in (
        (even, ("ball",), r"own on the set ball in several .*not total\(absolute\(x - e\)\)"),
        (odd, ("ball", "l1_ball"), r"has no known form: its text is .*total"),
        (scaled, NAMES, "has no known form"),
        (parse(OWN.format('concave="c"', "total(x*a)"))["own"], ("simplex",), "some rounds are not convex"),
    ):
        for name in names:
            with pytest.raises(ParameterError, match=words):
                dynamic(rule, SETS[name], 2)


def test_what_stays_refused():
    """No set but all of R^d, where there is no least loss, and concave rounds on the ball."""
    for name, rule in LOSSES.items():
        for where in NAMES:
            if (name, where) != ("zhang_cyclic", "ball"):
                assert dynamic(rule, SETS[where], 3)
    with pytest.raises(ParameterError, match=r"zhang_cyclic on the set ball in 3 coordinates .*not convex; give a box"):
        dynamic(zhang_cyclic, SETS["ball"], 3)
    for rule in (gradients, zhang_cyclic):
        with pytest.raises(ParameterError, match="falls without end; dynamic regret needs a bounded set"):
            dynamic(rule, SETS["everything"], 3)
