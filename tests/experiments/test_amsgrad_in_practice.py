"""AMSGrad in practice: the verdict, its sentence, and the faults that must turn it."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pytest

from adamtheory.experiments import _networks
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import altered, blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {"log_lr": (-3.0, -2.5, -2.0, -1.5, -1.0, -0.5)}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("amsgrad_in_practice", **SMALL)


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 2 * 2 * 10 * 11  # 450 updates of 32 of 1437 rows
    assert outcome.verdict.sentence.startswith("AMSGrad for Adam makes the test loss better in 0, worse in ")
    assert blurred(outcome, "test_loss", nan) == blurred(outcome, "test_accuracy", nan) == "undecided"


def test_help_is_seen(outcome: Outcome) -> None:
    of = {"network": "mlp", "optimizer": "amsgrad_torch"}
    assert altered(outcome, "test_loss", lambda loss: 0.8 * loss, **of) == "refuted"
    assert altered(outcome, "test_accuracy", lambda share: share + 0.02, **of) == "refuted"
    assert altered(outcome, "test_loss", lambda loss: 1.2 * loss, **of) == "holds"
    assert altered(outcome, "inside", lambda inside: False, **of) == "undecided"


def test_few_seeds_cannot_tell(outcome: Outcome) -> None:
    noise = np.random.default_rng(0).standard_normal(len(outcome.table)) / 5
    assert altered(outcome, "test_accuracy", lambda share: share + noise, optimizer="adam") == "undecided"


def test_unequal_tuning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adam with a thousandth of every step size of the grid."""
    monkeypatch.setattr(
        _networks, "get", lambda name: lambda lr, **p: get(name)(lr=lr * (0.001 if name == "adam" else 1), **p)
    )
    monkeypatch.setattr(experiment("amsgrad_in_practice").module, "NETWORKS", ("softmax",))
    assert word("amsgrad_in_practice", **SMALL, updates=90, tuning=1) == "refuted"


def test_the_sentence_counts() -> None:
    told = experiment("amsgrad_in_practice").module._told
    found = {"a": (-0.02, 0.01), "b": (0.01, 0.02), "c": (0.05, 0.01)}
    assert told("test loss", "%", -1, found) == (
        "the test loss better in 1, worse in 1 of 3 comparisons, from -2.00 ± 1.00 % (a) to +5.00 ± 1.00 % (c)"
    )
