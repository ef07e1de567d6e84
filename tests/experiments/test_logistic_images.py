"""Logistic regression on images: the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import nan
from typing import Any

import pytest

from adamtheory.errors import ParameterError
from adamtheory.experiments import _networks
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import altered, blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {
    "optimizers": ("adam", "nesterov", "adagrad"), "log_lr": (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5),
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("logistic_images", **SMALL)


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 3 * 20 * 10
    assert (outcome.table.where(epoch=10)["test_accuracy"] > 0.9).all()
    assert outcome.verdict.sentence.startswith("Training loss on digits: over the run ")
    assert blurred(outcome, "train_loss", nan) == "undecided"


def test_a_slower_method_is_seen(outcome: Outcome) -> None:
    for name in ("adam", "adagrad"):
        assert altered(outcome, "train_loss", lambda loss: 1.5 * loss, optimizer=name) == "refuted"
    assert altered(outcome, "train_loss", lambda loss: 1.5 * loss, optimizer="nesterov") == "holds"
    assert altered(outcome, "inside", lambda inside: False, optimizer="adagrad") == "undecided"


def test_unequal_tuning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """AdaGrad with a hundredth of every step size of the grid."""

    class Slow:
        facts = get("adagrad").facts

        def __call__(self, lr: Any) -> Any:
            return get("adagrad")(lr=lr / 100)

    monkeypatch.setattr(_networks, "get", lambda name: Slow() if name == "adagrad" else get(name))
    assert word("logistic_images", **SMALL) == "refuted"


def test_the_order_of_the_paper_where_alpha_does_not_fall() -> None:
    """AdaGrad, whose steps fall by themselves, is slower than Adam then."""
    found = judged("logistic_images", **SMALL, schedule="constant").verdict
    assert found is not None and [check.holds for check in found.checks] == [True, True, False]


def test_what_is_judged_must_run() -> None:
    with pytest.raises(ParameterError, match="nesterov, adagrad missing"):
        experiment("logistic_images").module.Settings(optimizers=("adam",))
