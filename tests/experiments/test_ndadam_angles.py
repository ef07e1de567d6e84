"""ND-Adam's norms and angles on digits: the verdict, and the faults that must turn it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory import rules
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome

from .judging import blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {"seeds": 3, "epochs": 2, "log_lr_adam": (-2.0,), "log_lr_ndadam": (-1.5,), "tuning": 1}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("ndadam_angles")


def changed(outcome: Outcome, column: str, form: str, change: Any) -> str:
    """The verdict in a word with another column for one form."""
    own = outcome.table["optimizer"] == form
    values = np.where(own, change(outcome.table[column]), outcome.table[column])
    table = Table({**outcome.table.columns, column: values})
    found: str = outcome.experiment.module.verdict(table, outcome.settings).word
    return found


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 3 * 8 * 20
    assert outcome.table.where(optimizer="adam_l2", epoch=20)["norm_low"].min() < 1e-3
    assert blurred(outcome, "test_error", np.nan) == "undecided"
    assert blurred(outcome, "norm_low", np.nan) == "refuted"


def test_other_norms_and_angles_are_seen(outcome: Outcome) -> None:
    assert changed(outcome, "norm_low", "ndadam", lambda norm: 0.999 * norm) == "refuted"
    assert changed(outcome, "norm_high", "ndadam", lambda norm: 1.001 * norm) == "refuted"
    assert changed(outcome, "first_low", "ndadam", lambda angle: 0.99 * angle) == "refuted"
    assert changed(outcome, "norm", "adam", lambda norm: norm / 10) == "refuted"


def test_rotations_that_stay_and_a_gain_are_seen(outcome: Outcome) -> None:
    late = outcome.table["epoch"] == outcome.settings.epochs
    assert changed(outcome, "angle", "ndadam", lambda angle: np.where(late, angle * 10, angle)) == "refuted"
    assert changed(outcome, "test_error", "adam", lambda error: error + 0.05) == "refuted"


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """With eps = 1 the first step turns by less than arctan(alpha)."""
    monkeypatch.setattr(experiment("ndadam_angles").module, "ndadam", lambda lr: rules.get("ndadam")(lr=lr, eps=1.0))
    assert word("ndadam_angles", **SMALL) == "refuted"


def test_turns() -> None:
    turn = experiment("ndadam_angles").module.turn
    for angle in (0.0, 1e-9, 0.3, 2.5, np.pi):
        old, new = np.array([[[2.0, 0.0]]]), 5 * np.array([[[np.cos(angle), np.sin(angle)]]])
        assert turn(old, new)[0, 0] == pytest.approx(angle, rel=1e-6, abs=1e-15)


def test_settings_that_tell_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="epochs=1 must be at least 2"):
        experiment("ndadam_angles").module.Settings(epochs=1)
