"""Section 5.1 of Reddi et al.: the verdict, the printed thresholds, and the faults that must turn the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from adamtheory import rules
from adamtheory.cycles import drift, regret_law, travel_rounds
from adamtheory.thresholds import threshold

from .judging import experiment, judged, word

SMALL: dict[str, Any] = {"optimizers": ("adam", "amsgrad"), "beta2": (0.99, 0.99)}


def test_printed_values() -> None:
    """Which beta2 fail at beta1 = 0.9, and the travel times with alpha = 2, as published with the closed forms."""
    ((low, high),) = threshold(C=101, N=101, beta1="9/10", digits=8).fails
    assert (str(low), str(high)) == ("0", "0.99951588...")
    for method, rounds in {"adam": 706, "amsgrad": 4.1e5, "amsgrad_corrected": 2.6e7, "adagrad": 2.6e5}.items():
        assert travel_rounds(101, 101, 0.9, 0.99, 2, method) == pytest.approx(rounds, rel=0.02)
    assert drift(101, 101, 0.9, 0.999) > 0 > drift(101, 101, 0.9, 0.9999)


def test_holds() -> None:
    found = judged("reddi_online", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    adam = found.table.where(optimizer="adam")
    assert adam["predicted_slope"][0] == pytest.approx(0.198, abs=5e-5)


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """AMSGrad that forgets its maximum."""
    wrong = {"adam": rules.adam, "amsgrad": rules.adam_uncorrected}
    monkeypatch.setattr(experiment("reddi_online").module, "get", wrong.__getitem__)
    assert word("reddi_online", **SMALL) == "refuted"


def test_a_wrong_constant_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def law(*instance: Any) -> tuple[float, float]:
        slope, root = regret_law(*instance)
        return 1.03 * slope, root

    monkeypatch.setattr(experiment("reddi_online").module, "regret_law", law)
    assert word("reddi_online", **SMALL) == "refuted"
