"""The forms of Nadam: the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import nan
from typing import Any

import pytest

from adamtheory.experiments import _networks
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import altered, blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {"log_lr": tuple(i / 2 for i in range(-6, 1))}
TRAIN, HELD_OUT = _networks.TRAIN, _networks.HELD_OUT


@pytest.fixture(scope="module")
def few() -> Any:
    """Two of the forms: the others cost a kernel each."""
    with pytest.MonkeyPatch.context() as patch:
        module = experiment("nadam_forms").module
        patch.setattr(module, "FORMS", ("nadam_constant", "nadam_optax"))
        patch.setattr(module, "ONE", ("nadam_constant", "nadam_optax"))
        yield module


@pytest.fixture(scope="module")
def outcome(few: Any) -> Outcome:
    return judged("nadam_forms", **SMALL)


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 4 * 2 * 10 * 5
    assert outcome.verdict.sentence.startswith("Over Adam, less 1: training loss nadam_constant -")
    assert blurred(outcome, "train_loss", nan) == blurred(outcome, "test_loss", nan) == "undecided"


@pytest.mark.parametrize("rival", ["adam", "momentum"])
def test_a_better_rival_is_seen(outcome: Outcome, rival: str) -> None:
    assert altered(outcome, "train_loss", lambda loss: 0.6 * loss, optimizer=rival, tuned=TRAIN) == "refuted"
    assert altered(outcome, "test_loss", lambda loss: 0.3 * loss, optimizer=rival, tuned=HELD_OUT) == "refuted"
    # each tuning is judged by its own loss alone
    assert altered(outcome, "train_loss", lambda loss: 0.6 * loss, optimizer=rival, tuned=HELD_OUT) == "holds"
    assert altered(outcome, "test_loss", lambda loss: 0.5 * loss, optimizer=rival, tuned=TRAIN) == "holds"


def test_forms_that_differ_are_seen(outcome: Outcome) -> None:
    assert altered(outcome, "train_loss", lambda loss: 0.85 * loss, optimizer="nadam_optax") == "refuted"


def test_another_rule_is_seen(few: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Momentum in the place of Nadam."""
    wrong = {"nadam_constant": lambda beta2, lr: get("momentum")(lr=lr)}
    monkeypatch.setattr(_networks, "get", lambda name: wrong.get(name) or get(name))
    assert word("nadam_forms", **SMALL) == "refuted"
