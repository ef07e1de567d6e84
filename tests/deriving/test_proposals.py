"""What weights sum to: SymPy proposes it, the kernel decides; a proposal that is wrong is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F
from random import Random
from typing import Any

import pytest

from adamtheory.deriving import expectation
from adamtheory.deriving.expectation import proposed_count, proposed_share, stationary, unrolling
from adamtheory.deriving.findings import PROVED, UNDECIDED, Finding
from adamtheory.deriving.frame import n
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import power, real
from adamtheory.rules import RULES

SUMMED = ("sum the weights", "for a constant mean mu of the signal")


def test_what_is_proposed_is_the_sum_of_the_weights() -> None:
    """Against the sums themselves, added up."""
    rate, share = proposed_share()
    inner, random = Interpretation({}), Random(0)
    for _ in range(20):
        a, rounds = F(random.randint(0, 30), 10), random.randint(0, 6)
        assert inner.value(share, {rate: a, n: rounds}) == sum(
            (1 - a) * a ** (rounds - i) for i in range(1, rounds + 1)
        )
        assert inner.value(proposed_count(), {n: rounds}) == rounds


def asked(rule: str, slot: str) -> list[Finding]:
    found = [*unrolling(RULES[rule], slot), *stationary(RULES[rule], slot)]
    return [f for f in found if f.head in SUMMED]


def wrong_shares() -> list[Callable[[Any], Any]]:
    """One round too many, one too few, the sign of the power, none at all."""
    return [
        lambda a: 1 - power(a, n + 1),
        lambda a: 1 - power(a, n) * a * a,
        lambda a: 1 + power(a, n),
        lambda a: 1 - a * n,
    ]


@pytest.mark.parametrize("k", range(4))
def test_a_wrong_proposal_is_refused(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = real("rate")
    monkeypatch.setattr(expectation, "proposed_share", lambda: (rate, wrong_shares()[k](rate)))
    found = asked("adam", "m") if k else asked("momentum", "h")
    assert len(found) == 2 and {f.word for f in found} == {UNDECIDED} and all(f.theorem is None for f in found)


def test_a_wrong_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {f.word for f in asked("adagrad", "S")} == {PROVED}
    monkeypatch.setattr(expectation, "proposed_count", lambda: n + 1)
    assert {f.word for f in asked("adagrad", "S")} == {UNDECIDED}


def test_the_proposal_is_what_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another way to write the right one goes through: the text is the proposal's, the proof the kernel's."""
    rate = real("rate")
    monkeypatch.setattr(expectation, "proposed_share", lambda: (rate, (1 - power(rate, n)) * 2 / 2))
    assert {f.word for f in asked("adam", "m")} == {PROVED}
