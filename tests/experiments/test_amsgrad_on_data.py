"""AMSGrad on data: the verdict, the best fixed point of whole epochs, and the faults that must turn the verdict."""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamtheory import regret, simulate
from adamtheory.errors import NoDataError
from adamtheory.experiments import _libsvm
from adamtheory.rules import adam, get

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {
    "sets": ("phishing",), "rows": 600, "log_lr": (-1.0, -0.75, -0.5), "beta2": (0.9, 0.99), "seeds": 5,
}  # fmt: skip


@pytest.fixture(autouse=True)
def data(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAMTHEORY_DATA", str(data_dir))


def test_holds() -> None:
    outcome = judged("amsgrad_on_data", **SMALL)
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert outcome.verdict.sentence.startswith("Of 2 comparisons AMSGrad has the smaller regret in 0, the larger in 2")
    assert blurred(outcome, "regret", nan) == "undecided"


def test_adam_and_amsgrad_swapped_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = {"corrected": ("amsgrad_torch", "adam"), "uncorrected": ("amsgrad", "adam_uncorrected")}
    monkeypatch.setattr(experiment("amsgrad_on_data").module, "ALIKE", swapped)
    assert word("amsgrad_on_data", **SMALL, helps=0.03) == "refuted"


def test_unequal_tuning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adam with a tenth of every step size of the grid."""
    monkeypatch.setattr(
        _libsvm, "get", lambda name: lambda **p: get(name)(**{**p, "lr": p["lr"] * (0.1 if name == "adam" else 1)})
    )
    assert word("amsgrad_on_data", **SMALL) == "refuted"


def test_undecided_where_the_orders_are_too_few() -> None:
    few = {**SMALL, "sets": ("australian_scale",), "seeds": 2, "helps": 0.002}
    assert word("amsgrad_on_data", **few) == "undecided"


def test_the_best_fixed_point_of_whole_epochs() -> None:
    """It is that of every order, and no other point that was tried is better."""
    losses = _libsvm.rows("german.numer_scale", 200)
    best, gap = _libsvm.best_loss(losses, 2)
    played = simulate(adam(lr=0.1), losses, 400, seed=[0, 1], checkpoints=[400])
    assert played.losses[:, -1] - best == pytest.approx(regret(played).regret[:, -1], abs=1e-6)
    assert 0 <= gap < 1e-6
    margins = losses.targets[:, None] * (losses.features @ regret(played).comparator[0, -1][:, None])
    assert 2 * np.log1p(np.exp(-margins)).sum() == pytest.approx(best, rel=1e-9)


def test_rows_are_scaled_and_drawn_once() -> None:
    losses = _libsvm.rows("svmguide1", 100)
    assert losses.features.shape == (100, 4) and np.abs(losses.features).max() <= 1
    assert np.array_equal(losses.features, _libsvm.rows("svmguide1", 100).features)
    with pytest.raises(NoDataError, match=r"no data file no_such_set\.gz"):
        _libsvm.rows("no_such_set", 100)
