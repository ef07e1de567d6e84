"""The stochastic experiment of Reddi et al.: the verdict, and the faults that must turn it."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest

from adamtheory import iid, regret, rules, simulate
from adamtheory.errors import ParameterError
from adamtheory.losses import reddi_stochastic

from .judging import blurred, experiment, judged, word

SMALL: dict[str, Any] = {"optimizers": ("adam",), "beta2": (0.99,), "seeds": 8, "horizon": 200_000}


def test_holds() -> None:
    found = judged("reddi_stochastic", **SMALL)
    assert found.verdict is not None
    assert found.verdict.word == "holds"
    assert any("coefficient of T" in check.what for check in found.verdict.checks)
    assert blurred(found, "x_error", inf) == "undecided"
    assert blurred(found, "slope_error", inf) == "undecided"


def test_the_expected_loss_has_the_same_iterates() -> None:
    bound = rules.adam(lr=2, beta1=0.9, beta2=0.99, eps=0)
    module = experiment("reddi_stochastic").module
    clean, noisy = (simulate(bound, f, 5000, stream=[1, 2]) for f in (module.expected, reddi_stochastic))
    assert np.array_equal(clean.iterates, noisy.iterates)
    # its regret is E g (x_t + 1), summed: from the iterates of every round
    every = simulate(bound, module.expected, 300, stream=1, checkpoints=np.arange(1, 301))
    before = np.concatenate([[0.0], every.iterates[:-1, 0]])
    assert regret(every).regret[-1] == pytest.approx(0.2 * float(np.sum(before + 1)), rel=1e-12)


def test_place_of_a_reflected_walk() -> None:
    """Against a walk of many small steps in the box, with the same step size throughout."""
    found = experiment("reddi_stochastic")
    settings = replace(found.settings("quick"), lr=0.4, horizon=100)  # the last step size is lr/sqrt(T) = 0.04
    draws = np.random.default_rng(1).choice([-1.0, 1.0], size=(8_000, 400)) + 0.02
    x, total = np.zeros(400), 0.0
    for t, row in enumerate(draws):
        x = np.clip(x + 0.04 * row, -1, 1)
        total += float(x.mean()) if t >= 4_000 else 0.0
    assert found.module.place(settings, 0.02, 1.0) == pytest.approx(total / 4_000, abs=0.04)
    assert found.module.place(settings, -0.02, 1.0) == -found.module.place(settings, 0.02, 1.0)


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def get(name: str) -> Any:
        return rules.amsgrad if name == "adam" else rules.get(name)

    monkeypatch.setattr(experiment("reddi_stochastic").module, "get", get)
    assert word("reddi_stochastic", **SMALL) == "refuted"


def test_a_wrong_drift_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = iid.drift
    monkeypatch.setattr(iid, "drift", lambda *given: 1.2 * right(*given))
    assert word("reddi_stochastic", **SMALL) == "refuted"


def test_few_seeds_are_refused() -> None:
    with pytest.raises(ParameterError, match="must be at least 8"):
        judged("reddi_stochastic", seeds=4)
