"""The largest effective step: the bounds against published values and exact histories, and faults of the verdict."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pytest

from adamtheory import rules

from .judging import experiment, judged, word

SMALL: dict[str, Any] = {
    "optimizers": ("adam", "amsgrad", "adamax"), "beta1": (0.9, 0.5), "beta2": (0.99, 0.2), "rounds": (2, 5),
    "starts": 2,
}  # fmt: skip


def test_published_values() -> None:
    bound = experiment("effective_step").module.bound
    assert bound("adam", 2, 0.9, 0.99) == pytest.approx(sqrt(3980 / 3971), rel=1e-14)
    for t, value in {1: 1, 2: 1.0014, 20: 1.1561, 100: 2.2434, 500: 4.5613, 5000: 7.2458}.items():
        assert bound("adam", t, 0.9, 0.999) == pytest.approx(value, abs=6e-5)
    assert bound("adam_uncorrected", 1, 0.9, 0.999) == pytest.approx(3.162278, abs=1e-6)
    assert bound("adam_uncorrected", 9000, 0.9, 0.999) == pytest.approx(7.270292, abs=1e-6)
    assert bound("adamax", 2, 0.9, 0.999) == pytest.approx(2110 / 2109, rel=1e-14)
    for t, value in {10: 2.76032, 50: 289.571}.items():
        assert bound("adamax", t, 0.9, 0.8) == pytest.approx(value, rel=2e-6)
    assert bound("rmsprop_corrected", 3, 0.9, 0.5) == pytest.approx(sqrt(1.75), rel=1e-14)


@pytest.mark.parametrize(("beta1", "beta2", "t"), [("0.9", "0.99", 5), ("0.5", "0.2", 4), ("0.9", "0.8", 6)])
def test_exact_histories_attain_the_bounds(beta1: str, beta2: str, t: int) -> None:
    """g_i = (beta2/beta1)^i for Adam, beta2^i for AdaMax, in rational numbers."""
    a, b = Fraction(beta1), Fraction(beta2)
    bound = experiment("effective_step").module.bound
    m, v, u = Fraction(0), Fraction(0), Fraction(0)
    for i in range(1, t + 1):
        m, v = a * m + (1 - a) * (b / a) ** i, b * v + (1 - b) * (b / a) ** (2 * i)
    square = (m / (1 - a**t)) ** 2 / (v / (1 - b**t))
    assert bound("adam", t, float(a), float(b)) == pytest.approx(sqrt(square), rel=1e-13)
    m = Fraction(0)
    for i in range(1, t + 1):
        m, u = a * m + (1 - a) * b**i, max(b * u, b**i)
    assert bound("adamax", t, float(a), float(b)) == pytest.approx(float(m / (1 - a**t) / u), rel=1e-13)


def test_steps_are_those_of_the_rule() -> None:
    g = np.array([[1.0, 1.1], [1.0, 0.0]])
    steps = experiment("effective_step").module.steps(rules.adam(lr=1, beta1=0.9, beta2=0.99, eps=0), g)
    assert steps[0] == pytest.approx(sqrt(3980 / 3971), rel=1e-13)


def test_holds() -> None:
    found = judged("effective_step", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    assert not found.table.only(optimizer="amsgrad", beta1=0.5, t=2)["sharp"]


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment("effective_step").module, "get", lambda name: rules.adam_uncorrected)
    assert word("effective_step", **SMALL) == "refuted"


@pytest.mark.parametrize("factor", [1 - 1e-9, 1 + 2e-6])
def test_a_wrong_bound_is_seen(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    module = experiment("effective_step").module
    right = module.bound
    monkeypatch.setattr(module, "bound", lambda *given: factor * right(*given))
    assert word("effective_step", **{**SMALL, "optimizers": ("adam",)}) == "refuted"


def test_a_search_that_finds_too_little_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    module = experiment("effective_step").module
    right = module.search
    monkeypatch.setattr(module, "search", lambda *given: ((1 - 1e-5) * right(*given)[0], 10))
    assert word("effective_step", **{**SMALL, "optimizers": ("adam",)}) == "refuted"


def test_a_search_that_may_stop_early_tells_nothing() -> None:
    assert word("effective_step", **SMALL, finest=0.3) == "undecided"


def test_undecided_where_rounding_hides_the_oldest_gradients() -> None:
    """At (0.5, 0.2) and t = 60 the worst history spans 24 orders of magnitude."""
    one = {"optimizers": ("adam",), "beta1": (0.5,), "beta2": (0.2,), "rounds": (2, 60), "starts": 1}
    assert word("effective_step", **one) == "undecided"
