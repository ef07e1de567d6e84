"""Decay and rotation: the verdict, the exact law of one update, and the faults that turn the verdict."""

from __future__ import annotations

from math import acos
from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.laboratory.running import Outcome
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import get
from adamtheory.schedules import constant

from .judging import altered, blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")
SMALL: dict[str, Any] = {"rows": 40, "hidden": 16, "updates": 800, "side": 3}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("decay_rotation")


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 4 * 5 * 3
    angles = outcome.table.where(form="sgdw")["angle"]
    assert np.ptp(angles) < 0.03 * angles.mean()
    assert blurred(outcome, "angle", np.nan) == "undecided"


def test_an_update_turns_by_the_decay_and_the_lengths() -> None:
    """cos(phi) = (1 - lambda) |w|/|w'| in each update without momentum, whatever the step size and the gradient.

    The biases before the normalization belong to w; weights and biases decay alike where they are made one group here.
    """
    net, random = mlp(6, 3, hidden=(5,), normalization="layer"), np.random.default_rng(0)
    x, y = random.standard_normal((30, 6)), random.integers(0, 3, 30)
    decays, lrs = np.array([0.01, 0.3]), np.array([[0.05], [0.5]])
    training = Training(net, (x, y), get("sgd")(lr=lrs + 0 * decays), batch=30, dtype="float64", schedule=constant)
    for theta in training.theta:  # so long that eps = 1e-5 is nothing beside a variance
        net.array("w0", theta)[...] *= 1000

    def vectors() -> Any:
        parts = [np.stack([net.array(name, theta).ravel() for theta in training.theta]) for name in ("w0", "c0")]
        return np.concatenate(parts, axis=1)

    old = vectors()
    training.epoch()
    shrunk = (vectors() - old) - np.tile(decays, 2)[:, None] * old + old  # x - alpha g - lambda x
    cosines = (old * shrunk).sum(axis=1) / np.linalg.norm(old, axis=1) / np.linalg.norm(shrunk, axis=1)
    lengths = np.linalg.norm(old, axis=1) / np.linalg.norm(shrunk, axis=1)
    assert cosines == pytest.approx((1 - np.tile(decays, 2)) * lengths, rel=1e-9)


def test_the_predicted_angle_without_momentum() -> None:
    found = experiment("decay_rotation")
    settings = found.module.replace(found.settings("quick"), beta1=0.0, decay=1e-4)
    assert found.module.predicted(settings) == pytest.approx(acos(1 - 1e-4), rel=1e-4)


def test_forms_that_turn_otherwise_are_seen(outcome: Outcome) -> None:
    lr = outcome.table["lr"]
    assert altered(outcome, "angle", lambda angle: angle * lr**0.3, form="adamw") == "refuted"
    assert altered(outcome, "angle", lambda angle: angle * lr**-0.3, form="sgdw") == "refuted"
    assert altered(outcome, "angle", lambda angle: angle * lr**0.5, form="sgd_l2") == "refuted"
    assert altered(outcome, "angle", lambda angle: angle * lr**-0.7, form="adam_l2") == "refuted"
    assert altered(outcome, "angle", lambda angle: angle * 1.1, form="sgdw") == "refuted"


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """SGDW decays by the penalty of SGD with L2: then its angle goes with the step size."""
    module = experiment("decay_rotation").module
    monkeypatch.setattr(module, "get", lambda name: get({"sgdw": "sgd_l2"}.get(name, name)))
    assert word("decay_rotation", **SMALL, decay=0.1) == "refuted"


def test_without_a_normalization_the_claim_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    module = experiment("decay_rotation").module
    monkeypatch.setattr(module, "mlp", lambda *sizes, normalization, **more: mlp(*sizes, **more))
    assert word("decay_rotation", **SMALL) == "refuted"


@pytest.mark.parametrize(
    ("changes", "reason"), [({"updates": 60}, "lengths not settled"), ({"updates": 60, "dropout": 0.0}, "vanishes")]
)
def test_settings_that_leave_nothing_to_judge(changes: dict[str, Any], reason: str) -> None:
    verdict = judged("decay_rotation", **{**SMALL, **changes}).verdict
    assert verdict is not None and verdict.word == "undecided"
    assert any(reason in check.why for check in verdict.checks)


def test_settings_out_of_range() -> None:
    module = experiment("decay_rotation").module
    for changes in ({"side": 1}, {"updates": 1}, {"decay": 0.0}, {"log_lr_sgd": (0.0, -1.0)}):
        with pytest.raises(ParameterError):
            module.Settings(**changes)
