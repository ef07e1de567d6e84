"""Gamma on data: the verdict, rounds counted by hand, and the faults that must turn the verdict."""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamtheory import rules, sequence
from adamtheory.experiments import _libsvm
from adamtheory.losses import logistic
from adamtheory.rules import get

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {  # so few rows need a wider margin for regret
    "sets": ("mushrooms",), "rows": 300, "log_lr": (-0.75, -0.5, -0.25), "seeds": 5, "beta2": 0.99, "suffers": 0.2,
}  # fmt: skip


@pytest.fixture
def data(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAMTHEORY_DATA", str(data_dir))


@pytest.mark.usefixtures("data")
def test_holds() -> None:
    outcome = judged("gamma_monitor", **SMALL)
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    plain = outcome.table.where(part="coordinate", optimizer="adam_uncorrected")["first"]
    assert plain[plain > 0].min() in (100, 101)
    adam = outcome.table.where(part="coordinate", optimizer="adam")
    assert adam["first"][adam["first"] > 0].min() == 2 and (adam["share"] > 0.5).mean() > 0.5
    assert blurred(outcome, "regret", nan) == "undecided"


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "swap", [("adam", "adam_uncorrected"), ("adam_uncorrected", "adam"), ("amsgrad_torch", "adam")]
)
def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch, swap: tuple[str, str]) -> None:
    """With the rule of the second name under the first, Gamma is negative at other rounds than it should be."""
    module = experiment("gamma_monitor").module
    wrong = {swap[0]: getattr(rules, swap[1])}
    monkeypatch.setattr(module, "get", lambda name: wrong.get(name) or get(name))
    assert word("gamma_monitor", **SMALL) == "refuted"


@pytest.mark.usefixtures("data")
def test_a_suffering_regret_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adam with a tenth of its step size."""

    def slow(name: str) -> Any:
        return lambda **p: get(name)(**{**p, "lr": p["lr"] * (0.1 if name == "adam" else 1)})

    monkeypatch.setattr(_libsvm, "get", slow)
    found = judged("gamma_monitor", **SMALL).verdict
    assert found is not None and found.word == "refuted"
    assert all("regret of adam" in check.what for check in found.checks if check.holds is False)


def test_first_zero_after_another_by_hand() -> None:
    module = experiment("gamma_monitor").module
    features = np.array([[0.0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0]])
    losses = sequence(logistic, data=(features, np.array([1.0, -1, 1])), order="shuffled")
    # two epochs of the orders that the run meets
    from adamtheory.simulation.rows import epoch_order

    met = np.concatenate([features[epoch_order(3, epoch, 0, 0)] for epoch in (0, 1)]) != 0
    found = module.first_zero_after_another(losses, 6)
    for column, first in enumerate(found):
        zeros = [t for t in range(1, 7) if not met[t - 1, column] and met[: t - 1, column].any()]
        assert first == min(zeros, default=0)
    assert found[1] == found[3] == 0 and found[0] > 0 and found[2] > 0
