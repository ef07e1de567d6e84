"""The table of growth laws: the verdict, the mean of the walk in exact numbers, and the faults that must turn it."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, inf, nan
from typing import Any

import pytest

from adamtheory import rules
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {
    "optimizers": ("adam", "amsgrad"), "losses": ("reddi3", "random_signs"), "horizon": 30_000, "width": 100,
}  # fmt: skip


@pytest.mark.parametrize("p", [Fraction(1), Fraction(1, 10), Fraction(1, 2)])
def test_mean_of_the_walk_over_every_history(p: Fraction) -> None:
    mean = experiment("growth_table").module.mean_of_walk
    weight = {-1: p / 2, 0: 1 - p, 1: p / 2}
    for T in range(1, 6):
        exact = Fraction(0)
        for signs in product((-1, 0, 1), repeat=T):
            chance = Fraction(1)
            for sign in signs:
                chance *= weight[sign]
            exact += chance * abs(sum(signs))
        assert mean(T, float(p)) == pytest.approx(float(exact), rel=1e-12)


def test_mean_of_long_walks() -> None:
    mean = experiment("growth_table").module.mean_of_walk
    # published is sqrt(2 T/pi) = 356.8248, of which the mean is the share 1 - 1/(4 T)
    assert mean(200_000, 1.0) == pytest.approx(356.824824 * (1 - 1 / 800_000), abs=2e-6)
    for T in (999, 1000):
        m = (T + 1) // 2
        assert mean(T, 1.0) == pytest.approx(float(Fraction(2 * m * comb(2 * m, m), 4**m)), rel=1e-11)


def test_holds() -> None:
    found = judged("growth_table", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    assert {c.what for c in found.verdict.checks} == {
        "adam on reddi3: growth", "amsgrad on reddi3: growth", "adam on random_signs: mean R_T",
        "amsgrad on random_signs: mean R_T",
    }  # fmt: skip
    assert blurred(found, "error", inf) == "undecided"
    assert blurred(found, "regret", nan) == "undecided"


def test_expectations_name_what_there_is() -> None:
    module = experiment("growth_table").module
    assert set(module.PROVED) | set(module.ADAM) <= set(RULES)
    named = (
        *module.SIGNS,
        *module.FAILING,
        *module.FAIR,
        *module.OPEN,
        *module.UNSEEN,
        *module.ON_ROWS,
        *module.ON_DATA,
    )
    assert set(named) <= set(LOSSES)
    assert module.expectation("adam", "quadratic_exponential") == "linear regret"
    assert module.expectation("amsgrad", "quadratic_exponential") == module.expectation("adam", "quadratic_gaussian")
    assert module.expectation("lion", "reddi3") == ""


def test_every_loss_can_be_prepared() -> None:
    found = experiment("growth_table")
    for name in LOSSES:
        assert found.module._sequence(found.settings("quick"), name).dimension >= 1


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """AMSGrad that forgets its maximum."""
    right = rules.get
    monkeypatch.setattr(
        experiment("growth_table").module, "get", lambda name: right("adam_uncorrected" if name == "amsgrad" else name)
    )
    assert word("growth_table", **SMALL) == "refuted"


def test_a_wrong_mean_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    module = experiment("growth_table").module
    right = module.mean_of_walk
    monkeypatch.setattr(module, "mean_of_walk", lambda T, p: 1.15 * right(T, p))
    assert word("growth_table", **{**SMALL, "losses": ("random_signs",)}) == "refuted"
