"""A network with dropout: the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import nan

import pytest

from adamtheory.experiments import _networks
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import altered, blurred, judged, word

pytest.importorskip("sklearn.datasets")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("multilayer_dropout")


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 5 * 6 * 8
    assert outcome.table.where(epoch=8)["test_accuracy"].mean() > 0.9
    assert blurred(outcome, "train_loss", nan) == "undecided"


def test_dropout_makes_training_harder_than_test(outcome: Outcome) -> None:
    last = outcome.table.where(epoch=8)
    assert (last["train_loss"] > 1.5 * last["test_loss"]).all()


@pytest.mark.parametrize(("name", "factor"), [("nesterov", 0.8), ("adagrad", 1.5), ("rmsprop", 1.5), ("adadelta", 1.5)])
def test_another_order_is_seen(outcome: Outcome, name: str, factor: float) -> None:
    assert altered(outcome, "train_loss", lambda loss: factor * loss, optimizer=name) == "refuted"
    assert altered(outcome, "inside", lambda inside: False, optimizer=name) == "undecided"


def test_unequal_tuning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """RMSprop with 1e-5 of every step size of the grid."""
    monkeypatch.setattr(_networks, "get", lambda name: lambda lr: get(name)(lr=lr * (1e-5 if name == "rmsprop" else 1)))
    assert word("multilayer_dropout", epochs=2, tuning=1, seeds=4) == "refuted"
