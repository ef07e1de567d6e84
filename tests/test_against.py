"""Regret against other comparators: definitions on the oracle's rounds, properties, refusals, and the command line."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import draw, play

from adamtheory.cli import main
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.hindsight.regret import regret
from adamtheory.language import arithmetic, parse, reading
from adamtheory.losses import (
    LOSSES,
    absolute_error,
    absolute_exponential,
    adversary,
    gradients,
    quadratic_gaussian,
    reddi,
    reddi_unbounded,
    shifting,
    shifting_signs,
    zhang_cyclic,
)
from adamtheory.rules import sgd
from adamtheory.runs.plan import Plan
from adamtheory.sets import box, everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

ENDS = (-0.75, 1.5)
GRID = np.linspace(*ENDS, 91)  # steps of 1/40: it holds 0, 1 and both ends
ROWS = np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 0.5], [0.0, -3.0], [0.25, 0.125]])
LABELS = np.array([1.0, -1.0, 1.0, 1.0, -1.0])
T = 23
# The losses whose kernels differ in what they sum for the best point of a round.
CHOSEN = ("sparse_signs", "adversary", "quadratic_two_point", "absolute_error", "hinge", "logistic", "least_squares")


def of(name: str) -> Any:
    """The loss in two coordinates, with rows whose first is ordinary, then zeros, and a small one."""
    kinds = {i.kind for i in LOSSES[name].inputs}
    data = (ROWS, LABELS) if "target" in kinds else ROWS if "row" in kinds else None
    return sequence(LOSSES[name](N=5) if LOSSES[name].scalar("N") else LOSSES[name], dimension=2, data=data)


def losses_at(name: str, points: np.ndarray, iterates: np.ndarray, seed: int) -> np.ndarray:
    """f_t at all points (n, 2), (T, n), by plain Python: the rule's reading on the oracle's draws."""
    losses = of(name)
    rule, system = losses.rule, arithmetic("float64")
    step, slots = reading(rule, system, 2), {s.name: [system.number(s.initial)] * 2 for s in rule.slots}
    scalars = {n: system.number(Fraction(v)) for n, v in losses.bound.values.items()}
    drawn = [i.name for i in rule.inputs if i.kind == "uniform"]
    found = np.empty((T, len(points)))
    for t in range(1, T + 1):
        row = (t - 1) % len(ROWS)
        inputs: dict[str, Any] = {"a": list(ROWS[row]), "y": [LABELS[row]] * 2}
        inputs = {i.name: inputs[i.name] for i in rule.inputs if i.kind in ("row", "target")}
        inputs |= {n: [draw("float64", t, 0, 2 * k, seed) for k in range(2)] for n in drawn}
        if name == "adversary":
            found[t - 1] = points @ np.where(iterates[t - 1] < 0, -1, 1)
        else:
            for k, u in enumerate(points):
                found[t - 1, k] = step({"x": list(u), **inputs, **slots}, scalars)[0][0][0]
        slots = step({"x": [system.number(Fraction(0))] * 2, **inputs, **slots}, scalars)[1]
    return found


@pytest.mark.parametrize("name", CHOSEN)
def test_every_comparator_by_its_definition(name):
    """Best point of every round on a fine grid, a point of one's own, the best one, and their order."""
    given_ = {"feasible": box(low=ENDS[0], high=ENDS[1]), "start": 0.5, "seed": 3}
    tr = simulate(sgd(lr=0.4), of(name), T, dynamic=True, checkpoints=range(1, T + 1), **given_)
    played = play(sgd(lr=0.4), of(name), T, **given_)
    before = np.concatenate([[[0.5, 0.5]], played.x[:-1]])
    points = np.stack(np.meshgrid(GRID[::5], GRID[::5]), axis=-1).reshape(-1, 2)
    table = losses_at(name, points, before, 3)
    own, best, moving = (regret(tr, against=u) for u in ([0.25, -0.5], "best", "dynamic"))
    minima = np.cumsum(played.losses) - np.cumsum(table.min(axis=1))
    loose = 0.5 * T if name == "absolute_error" else 0.1 if name == "least_squares" else 1e-12  # targets off the grid
    assert (moving.regret >= minima - 1e-9).all()
    assert (moving.regret <= minima + loose).all()
    at = losses_at(name, np.array([[0.25, -0.5]]), before, 3)[:, 0]
    assert np.allclose(own.regret, np.cumsum(played.losses - at), atol=1e-12)
    assert (own.comparator == [0.25, -0.5]).all()
    assert own.path is None
    assert (own.regret <= best.regret + best.gap + 1e-12).all()
    assert (best.regret <= moving.regret + 1e-12).all()
    assert np.isnan(moving.comparator).all()
    assert (moving.path is None) == (name in ("hinge", "logistic", "least_squares"))


def test_absolute_errors_have_their_rows_as_best_points():
    """min over the box of |x - a| is the distance of a from the box, and the path runs between the clipped rows."""
    tr = simulate(sgd(lr=0.4), sequence(absolute_error, data=ROWS), T, dynamic=True, checkpoints=range(1, T + 1),
                  feasible=box(low=ENDS[0], high=ENDS[1]))  # fmt: skip
    met = ROWS[np.arange(T) % len(ROWS)]
    inside = np.clip(met, *ENDS)
    found = regret(tr, against="dynamic")
    assert np.allclose(found.regret, tr.losses - np.cumsum(np.abs(met - inside).sum(axis=1)), atol=1e-12)
    steps = np.sqrt((np.diff(inside, axis=0) ** 2).sum(axis=1))
    assert np.allclose(found.path, np.concatenate([[0], np.cumsum(steps)]), atol=1e-12)


EIGHTHS = st.integers(-16, 16).map(lambda k: Fraction(k, 8))


@settings(max_examples=60)
@given(st.lists(st.tuples(EIGHTHS, EIGHTHS), min_size=1, max_size=9), st.tuples(EIGHTHS, EIGHTHS))
def test_linear_losses_in_rationals(slopes, point):
    """All three regrets of any slopes, exactly; all numbers are dyadic, so that float64 rounds nothing."""
    a = np.array([[float(v) for v in row] for row in slopes])
    tr = simulate(sgd(lr=0), a, len(a), feasible=box(low=-2, high=2), start=[0.5, -1], dynamic=True)
    sums = [sum(row[i] for row in slopes) for i in range(2)]
    played = sums[0] / 2 - sums[1]
    wanted = {
        "own": played - sum(c * u for c, u in zip(sums, point, strict=True)),
        "best": played + 2 * sum(map(abs, sums)),
        "dynamic": played + 2 * sum(abs(v) for row in slopes for v in row),
    }
    found = {k: regret(tr, against=[float(u) for u in point] if k == "own" else k).regret[-1] for k in wanted}
    assert found == {k: float(v) for k, v in wanted.items()}
    assert wanted["own"] <= wanted["best"] <= wanted["dynamic"]


@pytest.mark.parametrize(("d", "lr"), [(4, [0.3]), (1, np.geomspace(0.01, 1, 17))])
def test_the_shifting_target_has_loss_0_and_its_path(d, lr):
    """Against the target: its own losses vanish, it jumps by 2*size*sqrt(d) every N rounds; also in many lanes."""
    n = 7
    losses = sequence(shifting(N=n, size=0.5), dimension=d)
    tr = simulate(sgd(lr=lr), losses, 40, dynamic=True, checkpoints=range(1, 41))
    for against in ("moving", "dynamic"):
        found = regret(tr, against=against)
        assert np.array_equal(found.regret, tr.losses)
        jumps = np.arange(40) // n
        assert np.allclose(found.path, jumps * 2 * 0.5 * math.sqrt(d), atol=1e-12)
    sums = np.cumsum(np.where(np.arange(40) // n % 2, -0.5, 0.5))
    best = regret(tr, against="best")
    assert np.allclose(best.comparator[0], (sums / np.arange(1, 41))[:, None], atol=1e-15)


def test_a_comparator_that_moves_need_not_be_best():
    """Noisy signs: the side against the slopes drawn; in the box [-0.5, 1] it is cut there."""
    tr = simulate(sgd(lr=0.3), shifting_signs(N=4, scale=2), T, seed=np.arange(17), dynamic=True,
                  feasible=box(low=-0.5), start=0, checkpoints=range(1, T + 1))  # fmt: skip
    found, most = regret(tr, against="moving"), regret(tr, against="dynamic")
    side = np.where(np.arange(T) // 4 % 2, -1, 1)
    inside = np.clip(side, -0.5, 1)
    for lane in (0, 9):
        u = np.array([draw("float64", t, 0, 0, lane) for t in range(1, T + 1)])
        g = 2 * np.where(u < 0.75, -side, side)
        assert np.allclose(found.regret[lane], tr.losses[lane] - np.cumsum(g * inside), atol=1e-12)
        assert np.allclose(most.regret[lane], tr.losses[lane] - np.cumsum(np.minimum(-0.5 * g, g)), atol=1e-12)
    assert np.allclose(found.path, np.concatenate([[0], np.cumsum(np.abs(np.diff(inside)))]), atol=1e-12)
    assert (found.regret <= most.regret + 1e-12).all()
    assert (most.regret - found.regret).max() > 1
    assert np.array_equal(regret(tr.sel(seed=9), against="moving").regret, found.regret[9])


def test_points_are_replayed_where_no_sums_tell():
    """A declared comparator keeps no sums: its losses at a point are played again, lane by lane."""
    tr = simulate(sgd(lr=0.5), reddi_unbounded(C=[2.5, 4, 8, -1]), 31, checkpoints=[1, 4, 31], dynamic=True)
    for lane in (tr.sel(C=C) for C in (2.5, 4, 8)):
        assert np.allclose(regret(lane, against=-1).regret, regret(lane).regret, atol=1e-12)
    found = regret(tr, against=[0.5])
    spikes = np.array([1, 2, 11])
    wanted = np.array([C * spikes * 0.5 - (np.array([1, 4, 31]) - spikes) * 0.5 for C in (2.5, 4, 8, -1)])
    assert np.allclose(found.regret, tr.losses - wanted, atol=1e-12)
    # a round is least at -1 or 1; for a negative C it falls without end
    least = np.array([-C * spikes - (np.array([1, 4, 31]) - spikes) for C in (2.5, 4, 8)])
    found = regret(tr, against="dynamic").regret
    assert np.allclose(found, [*(tr.losses[:3] - least), [math.inf] * 3], atol=1e-12)
    # against its own resting iterate every lane has regret 0, which only the lane's own draws give
    resting = simulate(sgd(lr=0), absolute_exponential, 40, start=0.5, seed=[1, 2], stream=3, dtype="float32")
    assert (regret(resting, against=0.5).regret == 0).all()
    assert np.ptp(resting.losses[:, -1]) > 0.1


def test_dynamic_regret_of_quadratics_without_a_set():
    """Over all of R^d the best point of a round is its target, whose loss is 0."""
    tr = simulate(sgd(lr=0.5), quadratic_gaussian, 50, feasible=everything, dynamic=True)
    assert np.allclose(regret(tr, against="dynamic").regret, tr.losses, atol=1e-15)


OWN = "@loss(radius=1{})\ndef own(x, k=0, *, low: real = 5):\n    k = k + 1\n    return {}, k\n"


def test_own_losses():
    """A declared minimiser, a curvature that may vanish, and a parameter with the name of the set's."""
    curved = parse(OWN.format("", "total(k*x*x/2 - k*x*x/2 + where(k < 3, k, 0)*x*x/2 - low*x), x"))["own"]
    tr = simulate(sgd(lr=0), curved, 4, start=0, dynamic=True, checkpoints=[1, 2, 3, 4])
    assert np.allclose(regret(tr, against="dynamic").regret, np.cumsum([4.5, 4, 5, 5]), atol=1e-15)
    power = parse(OWN.format(', minimiser="low/10"', "total((x - low/10)**4), 4*(x - low/10)**3"))["own"]
    tr = simulate(sgd(lr=0), power(low=[5, 20]), 3, start=0, dynamic=True)
    assert np.allclose(regret(tr, against="dynamic").regret[:, -1], [3 / 16, 3 * (16 - 1)])


def test_refusals():
    kept = simulate(sgd, reddi, 9)
    with pytest.raises(ParameterError, match=r"against=dynamic needs sums that this run did not keep.*dynamic=True"):
        regret(kept, against="dynamic")
    with pytest.raises(UnknownNameError, match="unknown comparator 'dynamc'; did you mean dynamic"):
        regret(kept, against="dynamc")
    with pytest.raises(ParameterError, match="reddi declares no comparator that moves"):
        regret(simulate(sgd, reddi, 9, dynamic=True), against="moving")
    whole = simulate(sgd, shifting_signs, 9, dynamic=True, feasible=everything)
    with pytest.raises(ParameterError, match="no known least loss of a round on the set everything; .* moving, a"):
        regret(whole, against="dynamic")
    with pytest.raises(ParameterError, match="against=1.5 lies outside the set"):
        regret(kept, against=1.5)
    with pytest.raises(ParameterError, match=r"against has shape \(2,\)"):
        regret(kept, against=[0, 1])
    for loss, words in ((zhang_cyclic, "falls without end"), (gradients, "falls without end")):
        with pytest.raises(ParameterError, match=words):
            simulate(sgd, sequence(loss, data=np.ones((2, 1)) if loss is gradients else None), 9, dynamic=True,
                     feasible=everything)  # fmt: skip
    half = parse("@feasible_set\ndef half(y, *, low: real = 0):\n    return maximum(y, low)\n")["half"]
    with pytest.raises(ParameterError, match="known on a box, .*or on all of R\\^d, not on half"):
        simulate(sgd, quadratic_gaussian, 9, feasible=half, dynamic=True)
    answer = parse('@loss(radius=1, frozen="g")\ndef own(x):\n    g = where(x < 0, -1, 1)\n'
                   "    return exp(total(g*x)), g*exp(total(g*x))\n")["own"]  # fmt: skip
    with pytest.raises(ParameterError, match="own answers the iterate"):
        regret(simulate(sgd, answer, 9), against=0)


def test_the_adversary_keeps_its_slopes():
    """Its losses are |x_t|; a point's are the slopes drawn by the iterate, never |u|."""
    tr = simulate(sgd(lr=0.7), adversary, T, start=0.5, checkpoints=range(1, T + 1), dynamic=True)
    before = np.concatenate([[0.5], tr.iterates[:-1, 0]])
    g = np.where(before < 0, -1, 1)
    assert np.allclose(tr.losses, np.cumsum(np.abs(before)))
    assert np.allclose(regret(tr).regret, tr.losses + np.abs(np.cumsum(g)))
    assert np.allclose(regret(tr, against=-0.5).regret, tr.losses + 0.5 * np.cumsum(g))
    assert np.allclose(regret(tr, against="dynamic").regret, tr.losses + np.arange(1, T + 1))


# -- the command line --------------------------------------------------------------------------------------------------


def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The comparator stands in header, table, legend, JSON and record, and a repeated run has it again."""
    monkeypatch.chdir(tmp_path)
    words = ["regret", "-o", "sgd[lr=0.3]", "-l", "shifting[N=5]", "-T", "200", "--against"]
    assert main([*words, "moving", "--out", "a"]) == 0
    out = capsys.readouterr().out
    for text in ("against     the comparator that the loss moves about", "R_T (moving)", "path length"):
        assert text in out
    assert json.loads(Path("a/run.json").read_text())["parameters"]["against"] == "moving"
    assert main(["regret", "--from", "a"]) == 0
    assert "identical" in capsys.readouterr().out
    assert main([*words, "[0.25]", "--json", "--no-figure", "--out", "b"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"]["against"] == found["rows"][0]["against"] == "[0.25]"
    assert found["rows"][0]["comparator"] == 0.25
    for wrong, told in (("bset", "did you mean best?"), ("2", "lies outside the set"), ("[1,", "cannot read '[1,'")):
        assert main([*words, wrong, "--out", "c"]) == 2
        assert told in capsys.readouterr().err
        assert not Path("c").exists()


def test_records_without_a_comparator_are_of_the_best_fixed_point():
    fields = Plan(("sgd",), "reddi", 10).as_json()
    del fields["against"]
    assert Plan.from_json(fields).against == "best"
