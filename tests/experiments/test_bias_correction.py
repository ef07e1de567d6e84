"""Bias correction: the closed forms, the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from adamtheory.rules import get

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {"draws": 1500, "beta": (0.9, 0.99), "rounds": (1, 2, 5, 10, 20, 50)}


def closed(*arguments: Any) -> float:
    return float(experiment("bias_correction").module.squared_error(*arguments))


def test_variance_of_the_corrected_average() -> None:
    for t, printed in ((1, 1.0), (3, 0.335793), (10, 0.108983)):
        assert closed(0.9, t, 0, 1, True) == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize(
    ("beta", "t", "threshold"),
    [(0.9, 1, 1.2222), (0.9, 5, 0.4879), (0.9, 10, 0.5161), (0.9, 20, 1.0383), (0.999, 1, 1.002002),
     (0.999, 10, 0.102012), (0.999, 100, 0.012115), (0.999, 1000, 0.004804)],
)  # fmt: skip
def test_the_correction_pays_above_a_signal(beta: float, t: int, threshold: float) -> None:
    """mean^2/variance from which on the corrected average has the smaller error, as known to four digits or more."""
    gains = [closed(beta, t, s**0.5, 1, False) - closed(beta, t, s**0.5, 1, True) for s in (0.99, 1.0, 1.01)]
    at = [closed(beta, t, (threshold * s) ** 0.5, 1, False) - closed(beta, t, (threshold * s) ** 0.5, 1, True)
          for s in (0.9995, 1.0005)]  # fmt: skip
    assert gains == sorted(gains) and at[0] < 0 < at[1]


def test_holds() -> None:
    outcome = judged("bias_correction", **SMALL)
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert not [check for check in outcome.verdict.checks if check.holds is not True]
    assert blurred(outcome, "error", inf) == "undecided"


def test_swapped_rules_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment("bias_correction").module, "FORMS", {True: "adam_uncorrected", False: "adam"})
    assert word("bias_correction", **SMALL) == "refuted"


def test_another_average_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decay rate of m that is 1 % too small."""
    module = experiment("bias_correction").module

    def wrong(name: str) -> Any:
        return lambda **given: get(name)(**{**given, "beta1": given["beta1"] * 0.99})

    monkeypatch.setattr(module, "get", wrong)
    found = judged("bias_correction", **SMALL).verdict
    assert found is not None and found.word == "refuted"
    assert "squared error of m, beta=0.9, in standard errors from the closed form" in {
        check.what for check in found.checks if check.holds is False
    }


def test_a_wrong_closed_form_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    module = experiment("bias_correction").module
    right = module.squared_error
    monkeypatch.setattr(module, "squared_error", lambda *given: 1.2 * right(*given))
    assert word("bias_correction", **SMALL) == "refuted"


def test_a_wrong_condition_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """1 - beta1 > sqrt(1 - beta2) without equality."""
    module = experiment("bias_correction").module
    monkeypatch.setattr(module, "_begins_longer", lambda b1, b2: (1 - b1) ** 2 > (1 - b2) * (1 + 1e-12))
    assert word("bias_correction", **SMALL) == "refuted"
