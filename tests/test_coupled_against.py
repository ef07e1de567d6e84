"""Dynamic regret on the ball and in one coordinate of every set; points of one's own in, at the edge, and outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_coupled_hinge import NAMES

from adamtheory.engine.dynamic import SIZE, dynamic
from adamtheory.errors import ParameterError
from adamtheory.hindsight.against import compare
from adamtheory.hindsight.regret import regret
from adamtheory.language import arithmetic, parse
from adamtheory.language.reading import compile_expr
from adamtheory.language.tree import Name
from adamtheory.losses import gradients, hinge, least_squares, logistic, quadratic_gaussian, shifting
from adamtheory.rules import sgd
from adamtheory.sets import SETS, ball, box, everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

T = 15
ROWS = np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 0.5], [0.0, -3.0], [0.25, 0.125]])
LABELS = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
MET = np.arange(T) % 5
RADII = np.array([0.3, 2.0])


def disc(radius):
    """Points of the disc: 720 angles at 9 distances."""
    angle = np.arange(720) * (np.pi / 360)
    return np.concatenate([radius * s * np.stack([np.cos(angle), np.sin(angle)], axis=1) for s in np.linspace(0, 1, 9)])


def on_disc(losses, radii=RADII):
    return simulate(sgd(lr=0.4), losses, T, feasible=ball(radius=radii), start=0, dynamic=True,
                    checkpoints=range(1, T + 1))  # fmt: skip


def test_linear_losses_on_the_ball():
    """min over |u| <= r of <a, u> is -r|a|, taken at -r a/|a|, at 0 for a = 0."""
    run = on_disc(sequence(gradients, data=ROWS))
    found, lengths = regret(run, against="dynamic"), np.linalg.norm(ROWS, axis=1)
    best = -ROWS / np.where(lengths > 0, lengths, 1)[:, None]
    steps = np.linalg.norm(np.diff(best[MET], axis=0), axis=1)
    for i, radius in enumerate(RADII):
        least = np.cumsum(-radius * lengths[MET])
        assert found.regret[i] == pytest.approx(run.losses[i] - least, abs=1e-12)
        assert found.path[i] == pytest.approx(radius * np.cumsum([0, *steps]), abs=1e-12)
        grid = (disc(radius) @ ROWS[MET].T).min(axis=0)
        assert np.cumsum(grid) == pytest.approx(least, rel=1e-4)
    assert (regret(run).regret <= found.regret + 1e-12).all()


def test_margins_on_the_ball():
    """y<a, u> reaches r|a| and no more: the hinge loss falls to max(0, 1 - r|a|)."""
    run = on_disc(sequence(hinge, data=(ROWS, LABELS)))
    found = regret(run, against="dynamic")
    for i, radius in enumerate(RADII):
        least = np.cumsum(np.maximum(1 - radius * np.linalg.norm(ROWS, axis=1), 0)[MET])
        assert found.regret[i] == pytest.approx(run.losses[i] - least, abs=1e-12)
        grid = np.maximum(1 - LABELS[MET] * (disc(radius) @ ROWS[MET].T), 0).min(axis=0)
        assert np.cumsum(grid) == pytest.approx(least, rel=1e-4, abs=1e-4)
    assert found.path is None


@pytest.mark.parametrize("radius", [0.5, 3.0])
def test_what_moves_is_drawn_onto_the_ball(radius):
    """Targets +(s, s) and -(s, s): the nearest points of the disc, for both comparators; their loss and their jumps."""
    size, n = 1.5, 4
    run = on_disc(sequence(shifting(N=n, size=size), dimension=2), radius)
    away = max(size * np.sqrt(2) - radius, 0)
    for against in ("moving", "dynamic"):
        found = regret(run, against=against)
        assert found.regret == pytest.approx(run.losses - np.arange(1, T + 1) * away**2 / 2, abs=1e-12)
        jumps = np.arange(T) // n * 2 * min(radius, size * np.sqrt(2))
        assert found.path == pytest.approx(jumps, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_one_coordinate_is_an_interval(name):
    """[-size, size], and one point for the simplex: what is summed, evaluated as it stands."""
    low, system = 1.5 if name == "simplex" else -1.5, arithmetic("float64")
    linear, margin = dynamic(gradients, SETS[name], 1).point, dynamic(hinge, SETS[name], 1).value
    for a, y in ((2.0, 1.0), (-0.5, 1.0), (0.25, -1.0), (-3.0, -1.0)):
        values = {Name("a"): [a], Name("y"): [y], SIZE: [1.5]}
        assert compile_expr(linear, system, 1)(values, 0) == (low if a > 0 else 1.5)
        least = max(1 - max(y * a * low, y * a * 1.5), 0)
        assert compile_expr(margin, system, 1)(values, 0) == pytest.approx(least, abs=1e-15)
    for loss in (least_squares, logistic, quadratic_gaussian):
        assert dynamic(loss, SETS[name], 1)


def test_a_run_on_an_interval():
    """On the simplex of one coordinate every round is best at its point."""
    losses = sequence(hinge, data=(ROWS[:, :1], LABELS))
    run = simulate(sgd(lr=0.4), losses, T, feasible=SETS["simplex"](scale=1.5), dynamic=True)
    assert regret(run, against="dynamic").regret == pytest.approx(np.zeros(len(run.checkpoints)), abs=1e-12)
    assert regret(run, against=1.5).regret == pytest.approx(np.zeros(len(run.checkpoints)), abs=1e-12)


def test_refusals():
    """Losses without a closed form, sets that are no R^d; see `test_coupled_dynamic` for those that are listed."""
    curved = parse("@loss(radius=1)\ndef own(x, a: row):\n    return total(a*a*x*x)/2, a*a*x\n")["own"]
    for name in NAMES:
        with pytest.raises(ParameterError, match=f"own on the set {name} in several coordinates has no known form"):
            dynamic(curved, SETS[name], 2)
    orthant = parse("@feasible_set\ndef orthant(y):\n    return maximum(y, 0)\n")["orthant"]
    for d in (1, 2):
        assert dynamic(quadratic_gaussian, everything, d).point
        for loss in (quadratic_gaussian, gradients, hinge, shifting):
            with pytest.raises(ParameterError, match="known on a box, .*or on all of R\\^d, not on orthant"):
                dynamic(loss, orthant, d)


# -- points of one's own -----------------------------------------------------------------------------------------------

KEPT = {}


def losses_of(name, size, u):
    """The losses of u on one run's slopes, with that set in the place of the run's own."""
    d = len(u)
    if d not in KEPT:
        rows = np.random.default_rng(d).integers(-8, 9, (6, d)) / 4.0
        KEPT[d] = rows, simulate(sgd(lr=0.1), rows, 6, feasible=box(low=-1e9, high=1e9), start=0)
    rows, run = KEPT[d]
    if name == "box":
        where, own = box(low=-size, high=size), {"p_low": np.array(-size), "p_high": np.array(size)}
    elif name == "everything":
        where, own = everything(), {}
    else:
        parameter = SETS[name].parameters[0].name
        where, own = SETS[name](**{parameter: size}), {f"p_{parameter}": np.array(size)}
    found = compare(replace(run, feasible=where, parameters={**run.parameters, **own}), u)
    assert found.value[-1] == pytest.approx(float(rows.sum(axis=0) @ u), abs=1e-12 * size * 99)


@settings(max_examples=30)
@given(st.sampled_from(["box", *NAMES]), st.integers(0, 2**32 - 1), st.sampled_from([1e-3, 1.0, 700.0]))
def test_points_at_the_edge(name, seed, size):
    """Rounded points of the boundary and of the inside belong to the set, zeros among them; 1e-9 outside does not."""
    rng = np.random.default_rng(seed)
    v = rng.normal(size=4) * rng.choice([1, 1, 0], 4) * 10.0 ** rng.uniform(-9, 0, 4) + 1e-12
    v[rng.integers(4)] = 1.0
    v = np.abs(v) if name == "simplex" else v
    v[rng.integers(4)] = 0.0
    v[rng.integers(4)] += 0.5
    order = {"box": np.inf, "ball": 2, "simplex": 1, "l1_ball": 1}[name]
    edge = v * (size / np.linalg.norm(v, order))
    losses_of(name, size, edge)
    losses_of(name, size, edge * (1 + 1e-14))
    outsides = [edge * (1 + 1e-9)]
    outsides += [edge * (1 - 1e-9), edge + size * np.array([-2, 2, 0, 0])] if name == "simplex" else []
    for outside in outsides:
        with pytest.raises(ParameterError, match=f"lies outside the set {name}; give one of its points"):
            losses_of(name, size, outside)
    if name != "simplex":
        losses_of(name, size, edge / 2)
        losses_of(name, size, 0 * edge)


def test_points_of_the_whole_space_and_refusals():
    losses_of("everything", 1.0, np.array([1e6, -3, 0, 2]))
    with pytest.raises(ParameterError, match=r"against=\[1, 1, 0, 0\] lies outside the set simplex"):
        losses_of("simplex", 1.0, np.array([1.0, 1, 0, 0]))
