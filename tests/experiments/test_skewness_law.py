"""The skewness law: the verdict, and the faults that must turn it."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

from adamtheory import iid, rules, simulate
from adamtheory.losses import quadratic_exponential

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {"beta1": (0.0,), "beta2": (0.9,), "seeds": 4, "horizon": 100_000, "tolerance": 0.03}


def test_holds() -> None:
    found = judged("skewness_law", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    assert found.table.only(optimizer="adam")["frozen"] == pytest.approx(-0.06834, rel=2e-3)  # published, sampled
    assert blurred(found, "bias_error", inf) == "undecided"


def test_the_losses_have_the_gradients_of_the_quadratics() -> None:
    module, bound = experiment("skewness_law").module, rules.adam(lr=0.1, beta1=0.5, beta2=0.9, eps=0)
    played = [
        simulate(bound, f, 3000, start=1, stream=[1, 2], checkpoints=np.arange(1, 3001))
        for f in (quadratic_exponential, module.slope, module.expected)
    ]
    assert all(np.array_equal(played[0].iterates, other.iterates) for other in played[1:])
    x = np.concatenate([np.ones((2, 1)), played[0].iterates[:, :-1, 0]], axis=1)
    assert played[2].losses[:, -1] == pytest.approx(((x - 1) ** 2).sum(axis=1) / 2, rel=1e-12)
    # x - z from the losses (x - z)^2/2 of a round is, up to its sign, the loss of `slope`
    rounds = [np.diff(each.losses, axis=1) for each in played[:2]]
    assert rounds[1] ** 2 / 2 == pytest.approx(rounds[0], abs=1e-9)


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"adam": rules.amsgrad, "amsgrad": rules.amsgrad}
    monkeypatch.setattr(experiment("skewness_law").module, "RULES", wrong)
    assert word("skewness_law", **SMALL) == "refuted"


def test_adam_in_place_of_amsgrad_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment("skewness_law").module, "RULES", {"amsgrad": rules.adam})
    assert word("skewness_law", **SMALL) == "refuted"


def test_a_wrong_bias_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = iid.settling_bias
    monkeypatch.setattr(iid, "settling_bias", lambda *given: 1.1 * right(*given))
    assert word("skewness_law", **SMALL) == "refuted"
