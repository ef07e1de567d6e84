"""Momentum cures Adam: the verdict, the published thresholds, and the faults that must turn the verdict."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import Any

import pytest

from adamtheory import cycles, iid, rules, threshold

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {
    "C": (Fraction(3), Fraction(3)), "N": (3, 3), "beta2": (Fraction(1, 10), Fraction(1, 2)), "side": 40,
    "horizon": 30_300, "coin_C": (3.0,), "coin_p": (0.3,), "coin_beta2": (0.5,), "coin_beta1": (0.0, 0.9),
    "rounds": 50_000,
}  # fmt: skip
PUBLISHED = {
    (3, "0.1"): 0.4026, (3, "0.2"): 0.3489, (3, "0.3"): 0.2629, (3, "0.4"): 0.1369, (101, "0.99"): 0.99767,
    (101, "0.999"): 0.97446, (101, "0.9995"): 0.91160,
}  # fmt: skip


def test_published_thresholds() -> None:
    for (C, beta2), value in PUBLISHED.items():
        ((_, end),) = threshold(C=C, N=C, beta2=beta2, digits=6).fails
        assert end is not None
        assert float(end.value) == pytest.approx(value, abs=6e-5 if C == 3 else 6e-6)
    assert threshold(C=3, beta2="1/2").fails == ()


def test_holds() -> None:
    found = judged("momentum_cures", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    ends = found.table.where(part="periodic", beta2=0.1)
    assert (ends["x"] > 0).any() and (ends["x"] < 0).any()
    assert blurred(found, "step_error", inf) == "undecided"


def test_steady_rate() -> None:
    """C = N = 3, beta1 = beta2 = 0: the steps are C/C, 1 and 1 in modulus."""
    assert float(cycles.steady_rate(3, 3, 0, 0, 100)) == pytest.approx(10 / 3)
    assert float(cycles.steady_rate(3, 3, 0, 0, 100, "sgd")) == pytest.approx(10 / 5)


def test_undecided_where_most_travels_are_not_over() -> None:
    assert word("momentum_cures", **{**SMALL, "swing": 1e-5}) == "undecided"


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment("momentum_cures").module, "adam", rules.amsgrad)
    assert word("momentum_cures", **SMALL) == "refuted"


def test_a_wrong_threshold_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(beta2: Fraction, **given: Any) -> Any:
        return threshold(beta2=min(3 * beta2, Fraction(9, 10)), **given)

    monkeypatch.setattr(experiment("momentum_cures").module, "threshold", moved)
    assert word("momentum_cures", **SMALL) == "refuted"


def test_a_wrong_integral_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = iid.drift
    monkeypatch.setattr(iid, "drift", lambda C, p, beta1, beta2: right(C, p, beta1, beta2 + 0.05))
    assert word("momentum_cures", **SMALL) == "refuted"
