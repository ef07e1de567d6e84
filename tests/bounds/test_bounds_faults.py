"""What the certificates must not let pass, whom theorems are about, and runs that must not change by being watched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import adamtheory
from adamtheory import certify, schedules, simulate
from adamtheory.bounds import binding
from adamtheory.bounds.certificates import Monitor
from adamtheory.bounds.matching import match
from adamtheory.bounds.theorems import find, regret_theorems
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language import absolute, loss, minimum, nonnegative, rule, total, where
from adamtheory.language.tree import serialise
from adamtheory.losses import reddi
from adamtheory.rules import RULES, adam, sgd
from adamtheory.rules.descent import momentum_average
from adamtheory.sets import box, everything

from .held import held

WRONG = '''"""Zinkevich's bound divided by eight."""
from adamtheory.logic.statement import Statement
from adamtheory.proofs.zinkevich_box import BOX, T, bound, game, setting


def statement():
    return Statement(setting, game.regret(T) <= bound(T) / 8, [1 <= T], [*BOX, "convex", "alpha_positive", "gradients"])


def prove():
    raise NotImplementedError
'''
THREE = np.array([[3.0], [-1.0], [-1.0]] * 40)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.py"
    path.write_text(WRONG)
    return path


def test_a_wrong_constant_shows(wrong: Path) -> None:
    found = held("sgd", "inverse_sqrt", THREE, {"lr": 0.5}, theorems=["zinkevich_box", str(wrong)])
    true, false = found["zinkevich_box"], found["wrong"]
    np.testing.assert_allclose(false.bound, true.bound / 8, rtol=1e-14)
    assert true.applies and true.proved and not true.violated.any()
    assert false.applies and not false.proved and false.violated.any()
    assert np.nanmax(false.ratio) > 1


@rule(family="sgd")
def ascent(x, g, *, lr: nonnegative):
    """The gradient with the wrong sign."""
    return x + lr * g


def test_a_wrong_sign_is_another_rule_and_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    trajectory = simulate(ascent(lr=0.5), THREE, 400)  # to the wrong end of the box and there
    assert adamtheory.certificates(trajectory) == []
    with pytest.raises(ParameterError, match="zinkevich_box is about sgd, not about ascent"):
        certify(trajectory, "zinkevich_box")
    monkeypatch.setattr(binding, "match", lambda pattern, _: match(pattern, RULES["sgd"]))
    assert certify(trajectory, "zinkevich_box").violated.any()


@pytest.mark.parametrize(("name", "gamma"), [("adam_uncorrected", -0.9967257), ("adam", -1.1413592)])
def test_gamma_fails_in_round_two_on_the_periodic_sequence(name: str, gamma: float) -> None:
    """The numbers: sqrt(2*1.71) - sqrt(8.1), and sqrt(38/11) - 3."""
    found = held(name, "inverse_sqrt", THREE, {"lr": 0.5, "beta1": 0, "beta2": 0.1, "eps": 0}, checkpoints=[1, 2, 120])
    master = found["master_theorem"]
    (monotone,) = (h for h in master.hypotheses if h.name == "monotone")
    assert not monotone.holds and monotone.first == 2
    assert master.valid.tolist() == [True, False, False]
    assert found["master_theorem_deficit"].applies
    assert np.nanmax(found["master_theorem_deficit"].ratio) < 1
    (first,) = (h for h in held(name, "inverse_sqrt", THREE[:2], {"lr": 1, "beta1": 0, "beta2": 0.1, "eps": 0})[
        "master_theorem"].hypotheses if h.name == "monotone")  # fmt: skip
    assert float(first.value) == pytest.approx(gamma, abs=1e-7)


def test_who_is_an_average_of_gradients() -> None:
    sizes = {}
    for name, candidate in RULES.items():
        found = match(momentum_average, candidate)
        if found is not None:
            sizes[name] = tuple(serialise(found.scalars["beta1"].expr).split()), found.scalars["lr"]
    assert {"sgd", "adagrad", "adam", "adam_uncorrected", "amsgrad", "amsgrad_optax", "adamx", "yogi"} <= sizes.keys()
    # decay inside the gradient, a sum in place of the average, Nesterov's step: other methods
    assert not {"adam_l2", "adamw", "momentum", "nesterov", "sgd_l2", "nadam"} & sizes.keys()
    assert sizes["sgd"][0] == ("0",) and sizes["adamx"][0] == ("a_t.1",) and sizes["adam"][0] == ("@o_beta1",)
    above, below = ([serialise(e) for e in part] for part in (sizes["adam"][1].above, sizes["adam"][1].below))
    assert above == ["lr"] and sorted(below) == ["(add (sqrt v_hat.1) @o_eps)", "(sub 1 p1.1)"]


def test_a_scalar_that_the_theorem_takes_for_zero() -> None:
    found = held("amsgrad", "inverse_sqrt", np.hstack([THREE, -THREE]), {"lr": 0.5, "eps": 1e-8})
    (eps,) = (h for h in found["amsgrad_theorem_4"].hypotheses if h.name == "eps")
    assert eps.sentence == "eps = 0" and not eps.holds and eps.first == 0 and eps.value == 1e-8
    assert not found["amsgrad_theorem_4"].applies and not found["amsgrad_theorem_4"].valid.any()
    assert found["master_theorem"].applies and found["amsgrad_regret"].applies


def test_on_another_set_nothing_applies() -> None:
    losses = adamtheory.sequence(reddi)
    monitor = Monitor(sgd, everything, losses, "float64", regret_theorems())
    assert {c.theorem.name for c in monitor.compiled} >= {"zinkevich_box", "master_theorem"}
    assert all(c.bound is None and c.reason for c in monitor.compiled if c.theorem.feasible is not None)


def test_bounds_are_against_one_point() -> None:
    losses = adamtheory.sequence(THREE)
    monitor = Monitor(sgd, box, losses, "float64", [find("zinkevich_box")])
    trajectory = simulate(sgd(lr=0.5), losses, 120, watches=monitor.watches)
    measured = adamtheory.regret(trajectory)
    moving = replace(measured, comparator=measured.comparator * np.nan, regret=measured.regret + 1000)
    (found,) = monitor.certificates(trajectory, moving)
    assert not found.applies and not found.violated.any()
    assert {h.name for h in found.hypotheses if not h.holds} >= {"u"}


def test_the_strongly_convex_theorem_wants_the_curvature() -> None:
    quadratic = adamtheory.losses.quadratic_gaussian
    right = simulate(sgd(lr=1), quadratic, 200, schedule=schedules.inverse, seed=[0, 1, 2])
    found = certify(right, "zinkevich_strongly_convex")
    assert found.applies.all() and not found.violated.any()
    assert np.nanmax(found.ratio) == pytest.approx(1, rel=1e-12)  # equality in the first round
    steps = certify(simulate(sgd(lr=0.25), quadratic, 200, schedule=schedules.inverse), "zinkevich_strongly_convex")
    assert str(found).startswith(
        "zinkevich_strongly_convex (proved) applies, worst of 3 lanes: at T = 200 R_T/bound = "
    )
    assert "\n  FAILS  strongly_convex: " in str(steps) and "does not apply" in str(steps).splitlines()[0]
    (strong,) = (h for h in steps.hypotheses if h.name == "strongly_convex")
    assert not strong.holds and steps.constants["lambda"] == 4


@loss(family="plateau", start=9, radius=10)
def plateau(x, *, t):
    """Convex as far as |x| < 2, where the sample points are; the gradient is wrong from round 20 on."""
    slope = where(absolute(x) < 2, where(x > 0, 1, -1), 0)
    return total(minimum(absolute(x), 2)), where(t < 20, slope, -slope)


@pytest.mark.parametrize(("start", "lr"), [(9, 50), (0.5, 0.1)])
def test_sample_points_do_not_make_a_loss_convex(start: float, lr: float) -> None:
    trajectory = simulate(sgd(lr=lr), plateau, 200, start=start)
    found = certify(trajectory, "zinkevich_box", adamtheory.regret(trajectory, against=0))
    (convex,) = (h for h in found.hypotheses if h.name == "convex")
    assert not convex.holds and "breaks it" in convex.note
    assert not found.applies and not found.violated.any()
    assert start < 9 or found.regret[-1] > found.bound[-1]


def test_a_loss_that_ships_is_convex_only_where_it_says() -> None:
    cyclic, sets = adamtheory.losses.zhang_cyclic, adamtheory.sets.box
    for low, start, holds in ((-30, -25, False), (-1, 1, True)):
        trajectory = simulate(sgd(lr=1), cyclic, 400, feasible=sets(low=low, high=2), start=start)
        measured = adamtheory.regret(trajectory, against=-1 if low == -1 else low)
        (convex,) = (h for h in certify(trajectory, "zinkevich_box", measured).hypotheses if h.name == "convex")
        assert convex.holds == holds and "not convex everywhere" in convex.note


def test_watching_changes_nothing() -> None:
    losses = adamtheory.sequence(THREE)
    plain = simulate(adam(lr=[0.1, 0.5]), losses, 120, seed=3)
    monitor = Monitor(adam, box, losses, "float64", regret_theorems())
    watched = simulate(adam(lr=[0.1, 0.5]), losses, 120, seed=3, watches=monitor.watches)
    for one, other in ((plain.iterates, watched.iterates), (plain.losses, watched.losses)):
        np.testing.assert_array_equal(one, other)
    again = plain.certify("master_theorem_deficit")  # is played once more
    there = certify(watched, "master_theorem_deficit")
    np.testing.assert_array_equal(again.bound, there.bound)
    alone = plain.sel(lr=0.5).certify("master_theorem_deficit")
    np.testing.assert_array_equal(alone.bound, again.bound[1])


def test_many_lanes_say_the_same_as_one() -> None:
    lr, losses = np.linspace(0.1, 1, 20), adamtheory.sequence(reddi)
    monitor = Monitor(sgd, box, losses, "float64", [find("zinkevich_box")])
    found = []
    for rates in (lr, lr[7]):
        trajectory = simulate(sgd(lr=rates), losses, 300, watches=monitor.watches)
        found += monitor.certificates(trajectory, adamtheory.regret(trajectory))
    many, one = found
    np.testing.assert_array_equal(many.bound[7], one.bound)
    np.testing.assert_array_equal(many.ratio[7], one.ratio)


def test_other_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="zinkevich_box"):
        find("zinkevich_bx")
    with pytest.raises(ParameterError, match="adam_step_bound does not bound regret"):
        find("adam_step_bound")
