"""Bias correction in an auto-encoder: the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.experiments import bias_correction_vae as module
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome
from adamtheory.nets import load, train, vae
from adamtheory.rules import adam_uncorrected

from .judging import altered, blurred, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {
    "data": "digits[train=400, test=20]", "hidden": 16, "beta2": (0.99, 0.9999), "log_lr": (-4.0, -2.0, -1.0),
    "epochs": 6, "seeds": 4, "batch": 8,
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("bias_correction_vae", **SMALL)


def told(outcome: Outcome, word: str) -> list[bool | None]:
    """What the checks with that word in their text say."""
    assert outcome.verdict is not None
    return [check.holds for check in outcome.verdict.checks if word in check.what]


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 2 * 2 * 2 * 3 * 4
    assert [len(told(outcome, word)) for word in ("unstable", "large alpha", "best of all", "smallest")] == [
        4, 4, 1, 4,
    ]  # fmt: skip


def test_rows_are_runs(outcome: Outcome) -> None:
    """One cell, trained alone."""
    alone = train(vae(64, hidden=16, latent=4), load(SMALL["data"]), adam_uncorrected(beta1=0.9, beta2=0.99, lr=0.01),
                  epochs=6, batch=8, seed=2)  # fmt: skip
    row = outcome.table.only(corrected=False, beta1=0.9, beta2=0.99, lr=0.01, seed=2)
    assert row["loss"] == alone.train_loss[-1] and row["early"] == row["worst"] == alone.train_loss[0]
    assert row["untrained"] == alone.test_loss[0]


def test_what_is_not_finite_counts_as_untrained() -> None:
    settings = module.Settings(beta1=(0.9,), beta2=(0.9, 0.99), log_lr=(-2.0, -1.0), seeds=2)
    value = [1.0, inf, nan, 2.0, 4.0, 5.0, 3.0, 2.0]
    table = Table.of([{"corrected": True, "loss": value, "worst": value, "untrained": 5.0}])
    assert module.losses(table, settings, True).tolist() == [[[[1, 5], [5, 2]], [[4, 5], [3, 2]]]]
    assert module.unstable(table, settings, True).tolist() == [[2, 1]]


def test_swapped_forms_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FORMS", {True: "adam_uncorrected", False: "adam"})
    assert word("bias_correction_vae", **SMALL) == "refuted"


def test_equal_forms_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without correction in both: no run is told from another."""
    monkeypatch.setattr(module, "FORMS", {True: "adam", False: "adam"})
    assert word("bias_correction_vae", **SMALL, beta1=(0.9,)) == "refuted"


@pytest.mark.parametrize(
    ("column", "factor", "where"),
    [("loss", 0.8, {"lr": 1e-4, "corrected": True, "beta1": 0.0}),  # correction no worse where alpha is small
     ("loss", 0.9, {"corrected": False, "lr": 0.01}),  # the best of all without
     ("worst", 0.0, {"corrected": False, "lr": 0.1}),  # stable without
     ("worst", 9.0, {"corrected": True, "lr": 0.1, "beta1": 0.9}),  # unstable with
     ("loss", 0.0, {"corrected": False, "beta2": 0.9999})],  # better without at large alpha
)  # fmt: skip
def test_other_losses_are_seen(outcome: Outcome, column: str, factor: float, where: dict[str, Any]) -> None:
    def change(values: Any) -> Any:
        return np.where(np.isfinite(values), factor * values, 0) if factor == 0 else factor * values

    assert altered(outcome, column, change, **where) == "refuted"


def test_seeds_that_scatter_tell_nothing(outcome: Outcome) -> None:
    """One form is better with even seeds, the other with odd ones."""
    table = outcome.table
    noisy = 0.8 + 0.1 * (table["seed"] % 2 == table["corrected"])
    scattered = Table({**table.columns, "loss": table["untrained"] * noisy})
    assert module.verdict(scattered, outcome.settings).word == "undecided"
    assert blurred(outcome, "loss", nan) == "undecided"


def test_settings_that_cannot_be_judged() -> None:
    for wrong in ({"seeds": 1}, {"early": 11}, {"beta2": (0.999, 0.99)}, {"log_lr": (-3.0,)}):
        with pytest.raises(ParameterError):
            module.Settings(**wrong)
