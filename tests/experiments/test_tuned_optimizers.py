"""Tuned optimizers on digits: the verdict, and the faults that must turn it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.experiments import _networks
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {"optimizers": ("sgd", "adam")}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("tuned_optimizers", **SMALL)


def changed(outcome: Outcome, column: str, name: str, change: Any) -> str:
    """The verdict in a word with another column for one optimizer."""
    own = outcome.table["optimizer"] == name
    values = np.where(own, change(outcome.table[column]), outcome.table[column])
    table = Table({**outcome.table.columns, column: values})
    found: str = outcome.experiment.module.verdict(table, outcome.settings).word
    return found


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 2 * 10 * 20
    last = outcome.table.where(epoch=20)
    assert (last["test_accuracy"] > 0.9).all()
    assert f"sgd {100 * (1 - last.where(optimizer='sgd')['test_accuracy'].mean()):.2f}" in outcome.verdict.sentence
    assert blurred(outcome, "test_loss", np.nan) == "undecided"


def test_the_gap_of_the_paper_is_seen(outcome: Outcome) -> None:
    assert changed(outcome, "test_accuracy", "adam", lambda a: a - 0.05) == "refuted"
    assert changed(outcome, "train_loss", "adam", lambda loss: 100 * loss) == "refuted"
    assert changed(outcome, "inside", "adam", lambda inside: 0 * inside) == "undecided"


def test_wide_intervals_cannot_tell(outcome: Outcome) -> None:
    spread = np.where(outcome.table["seed"] % 2 == 0, 0.1, -0.1)
    assert changed(outcome, "test_accuracy", "adam", lambda a: a + spread) == "undecided"


def test_unequal_tuning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adam with a hundredth of every step size of the grid."""
    monkeypatch.setattr(
        _networks, "get", lambda name: lambda **p: get(name)(**{**p, "lr": p["lr"] * (0.01 if name == "adam" else 1)})
    )
    assert word("tuned_optimizers", **SMALL) == "refuted"


def test_the_reference_must_be_there() -> None:
    for optimizers in (("adam",), ("sgd", "momentum_velocity"), ("sgd", "adamm")):
        with pytest.raises(ParameterError, match="optimizers must be sgd and some adaptive ones"):
            experiment("tuned_optimizers").module.Settings(optimizers=optimizers)
