"""SWATS on digits: the verdict, and the faults that must turn it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome
from adamtheory.nets.network import mlp
from adamtheory.rules import get

from .judging import blurred, experiment, judged

pytest.importorskip("sklearn.datasets")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("swats_switch")


def changed(outcome: Outcome, column: str, form: str, change: Any) -> str:
    """The verdict in a word with another column for one form."""
    own = outcome.table["optimizer"] == form
    values = np.where(own, change(outcome.table[column]), outcome.table[column])
    found: str = outcome.experiment.module.verdict(
        Table({**outcome.table.columns, column: values}), outcome.settings
    ).word
    return found


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 12 * (3 + 3)
    switched = outcome.table.where(optimizer="swats_repaired", tol=0.1)
    assert (switched["epoch"] == 1).all() and (switched["rate"] > 0).all()
    assert (outcome.table.where(optimizer="swats")["rate"] == 0).all()
    assert blurred(outcome, "test_loss", np.nan) == "undecided"


def test_a_printed_rule_that_switches_is_seen(outcome: Outcome) -> None:
    assert changed(outcome, "epoch", "swats", lambda epoch: epoch + 3) == "refuted"


def test_a_switch_that_does_not_depend_on_the_tolerance_is_seen(outcome: Outcome) -> None:
    assert changed(outcome, "epoch", "swats_repaired", lambda epoch: 0 * epoch + 5) == "refuted"
    assert changed(outcome, "epoch", "swats_repaired", lambda epoch: 0 * epoch) == "refuted"


def test_a_rate_below_that_of_tuned_sgd_and_a_gain_are_seen(outcome: Outcome) -> None:
    assert changed(outcome, "rate", "swats_repaired", lambda rate: rate / 100) == "refuted"
    assert changed(outcome, "test_error", "adam", lambda error: error + 0.05) == "refuted"


def test_the_rate_is_that_of_the_rule() -> None:
    """A tolerance that every step meets: the switch comes at n = 2, the rate is the mean of two, weighted as there."""
    found = experiment("swats_switch")
    data, settings = found.module.task("digits[train=96]"), found.settings("quick")
    net = mlp(64, 10, hidden=(32,))
    small = type(settings)(epochs=1, batch=32, seeds=2)
    columns = found.module.switched(small, net, data, get("swats_repaired")(lr=0.01, tol=np.array([1e6, 0.0])[:, None]))
    assert columns["epoch"].tolist() == [1, 1, 0, 0]
    assert (columns["rate"][:2] > 0).all() and (columns["rate"][2:] == 0).all()


def test_settings_that_tell_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="tolerances must be two or more, falling"):
        experiment("swats_switch").module.Settings(tolerances=(0.1, 0.2))
