"""The phase diagram: the verdict, the exact thresholds behind its boundary, and the faults that must turn it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from adamtheory import cycles, rules
from adamtheory.thresholds import threshold

from .judging import experiment, judged, word

SMALL: dict[str, Any] = {"side": 12, "horizon": 30_300}


def test_holds() -> None:
    found = judged("phase_diagram", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    assert len(found.table) == 10 * 12 * 12
    # failing and working cells in every kind of plane, and failing ones on both sides of beta1 = sqrt(beta2)
    wrong = found.table["drift"] > 0
    for plane in ("C x beta2", "beta1 x beta2"):
        assert 0 < np.mean(wrong[found.table["plane"] == plane]) < 1
    beyond = found.table["beta1"] > np.sqrt(found.table["beta2"])
    assert np.any(wrong & beyond) and np.any(wrong & ~beyond)


@pytest.mark.parametrize(("N", "C", "beta1"), [(3, "5/2", "0"), (3, "41/20", "3/5"), (101, "110", "9/10")])
def test_ends_change_at_the_exact_threshold(N: int, C: str, beta1: str) -> None:
    """A measured row of beta2 around the certified thresholds: wrong inside the failing interval, right outside."""
    found = experiment("phase_diagram")
    ends = threshold(C=C, N=N, beta1=beta1, digits=12).fails
    beta2 = np.array([float(e.value) + d for pair in ends for e in pair if e and not e.exact for d in (-0.003, 0.003)])
    part = {
        "C": np.full(len(beta2), float(Fraction(C))), "N": np.full(len(beta2), N), "beta2": beta2,
        "beta1": np.full(len(beta2), float(Fraction(beta1))),
    }  # fmt: skip
    settings = found.settings("quick")
    got = found.module.measured(settings, part)
    inside = [any(float(low.value) < b < float(high.value) for low, high in ends if high) for b in beta2.tolist()]
    assert (got["x"] > 0).tolist() == inside


def test_undecided_where_most_travels_are_not_over() -> None:
    assert word("phase_diagram", side=6, horizon=606, swing=0.01) == "undecided"


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment("phase_diagram").module, "adam_uncorrected", rules.amsgrad)
    assert word("phase_diagram", **SMALL) == "refuted"


def test_a_wrong_boundary_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def drift(C: Any, N: int, beta1: Any, beta2: Any) -> Any:
        return cycles.drift(C, N, beta1, beta2**1.05)

    monkeypatch.setattr(experiment("phase_diagram").module, "drift", drift)
    assert word("phase_diagram", side=24, horizon=30_300) == "refuted"
