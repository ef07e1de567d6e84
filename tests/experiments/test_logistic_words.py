"""Logistic regression on words: the texts that are drawn, the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pytest

from adamtheory.experiments import _networks
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import altered, blurred, experiment, judged, word

SMALL: dict[str, Any] = {
    "optimizers": ("adam", "adagrad", "nesterov"), "epochs": 4, "seeds": 4, "tuning": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("logistic_words", **SMALL)


def test_texts_follow_the_law() -> None:
    module = experiment("logistic_words").module
    settings = module.Settings(words=40, texts=20_000, length=30.0, lean=0.5)
    data = module.drawn(settings)
    assert data.inputs == 40 and data.classes == 2 and data.sparse and len(data.test.y) == 20_000
    leaning = 0.5 * np.random.Generator(np.random.Philox(0)).standard_normal(40)
    frequency = (1 / np.arange(1, 41)) / sum(1 / j for j in range(1, 41))
    for part in (data.train, data.test):
        assert isinstance(part.x, _networks.Sparse) and set(part.x.values) == {1}
        occurs = part.x.dense()
        for y, sign in ((0, -1), (1, 1)):
            chance = 1 - np.exp(-30 * frequency * np.exp(sign * leaning))
            rows = occurs[part.y == y]
            assert np.abs(rows.mean(axis=0) - chance).max() < 5 * 0.5 / np.sqrt(len(rows))
    assert not np.array_equal(data.train.x.indptr, data.test.x.indptr)
    assert np.array_equal(data.train.x.indices, module.drawn(settings).train.x.indices)


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 2 * 3 * 4 * 4
    assert "with dropout 0.5 adagrad" in outcome.verdict.sentence
    assert blurred(outcome, "train_loss", nan) == "undecided"


def test_a_fast_nesterov_momentum_is_seen(outcome: Outcome) -> None:
    for dropout in (0.0, 0.5):
        where = {"dropout": dropout, "optimizer": "nesterov"}
        assert altered(outcome, "train_loss", lambda loss: 0.7 * loss, **where) == "refuted"
        assert altered(outcome, "train_loss", lambda loss: 2 * loss, **where) == "holds"
    assert altered(outcome, "inside", lambda inside: False, optimizer="adam") == "undecided"


def test_a_slow_adam_is_seen(outcome: Outcome) -> None:
    assert altered(outcome, "train_loss", lambda loss: 1.4 * loss, optimizer="adam", dropout=0.5) == "refuted"


def test_a_rule_that_does_not_adapt_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nesterov momentum in the place of AdaGrad."""
    monkeypatch.setattr(_networks, "get", lambda name: get("nesterov" if name == "adagrad" else name))
    assert word("logistic_words", **SMALL, dropouts=(0.5,)) == "refuted"


def test_words_of_equal_frequency_leave_no_margin() -> None:
    found = judged("logistic_words", **SMALL, power=0.0, dropouts=(0.5,)).verdict
    assert found is not None and found.word == "refuted"
    assert all(check.holds is False for check in found.checks if "over AdaGrad" in check.what)
