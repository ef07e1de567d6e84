"""The data of Wilson et al.: the data and the least norm, the verdict, and the faults that must turn it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory import ArrayOptimizer, rules, sequence, simulate
from adamtheory.losses import least_squares
from adamtheory.rules import get

from .judging import experiment, judged, word

SMALL: dict[str, Any] = {"examples": 24, "steps": 800, "seeds": 3, "batches": (1, 24)}


def module() -> Any:
    return experiment("marginal_value").module


def test_data() -> None:
    for labels in ([1, 1, -1], [1, -1, 1, 1, -1]):
        rows = module().wilson(np.array(labels))
        assert rows.shape == (len(labels), 3 + 5 * len(labels))
        assert (rows @ np.sign(rows.T @ labels) == 4 * np.array(labels)).all()
        assert rows.sum(axis=1).tolist() == [y + 2 + (3 - 2 * y) for y in labels]


@pytest.mark.parametrize(
    ("plus", "minus", "scores"),
    [(3, 1, (68 / 77, -12 / 77)), (1, 1, (22 / 31, -6 / 31)), (45, 15, (0.989388, -0.852245))],
)
def test_least_norm(plus: int, minus: int, scores: tuple[float, float]) -> None:
    labels = np.array([1] * plus + [-1] * minus)
    rows = module().wilson(labels)
    w = np.where(labels == 1, *module().least_norm(labels)) @ rows
    assert w == pytest.approx(np.linalg.lstsq(rows, labels.astype(float), rcond=None)[0], abs=1e-12)
    assert (w[0] + w[1] + w[2], -w[0] + w[1] + w[2]) == pytest.approx(scores, abs=5e-7)


def test_holds() -> None:
    outcome = judged("marginal_value", **SMALL)
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    last = outcome.table.where(step=SMALL["steps"], batch=24, method="adam")
    assert last["score_minus"] == pytest.approx([0.25] * 3, abs=1e-3)
    assert last["score_plus"] == pytest.approx([0.75] * 3, abs=1e-3)


def test_one_example_a_step_against_simulate() -> None:
    """`simulate` has a loss on data that meets one row a round; in file order both walk alike."""
    labels = np.array([1, -1, 1, 1])
    rows = module().wilson(labels)
    played = simulate(
        rules.adagrad(lr=0.05, eps=1e-12), sequence(least_squares, data=(rows, labels.astype(float))), 40,
        checkpoints=[40],
    )  # fmt: skip
    settings = module().Settings(methods=("adagrad",))
    player = module().optimizers(settings, (1, rows.shape[1]))["adagrad"]
    for t in range(40):
        row, y = rows[t % 4], labels[t % 4]
        player.step((row @ player.parameters[0] - y) * row[None])
    assert player.parameters[0] == pytest.approx(played.iterates[0], abs=1e-12)


def test_a_rule_that_does_not_adapt_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module(), "get", lambda name: rules.momentum_average if name == "adam" else get(name))
    monkeypatch.setattr(module(), "ADAPTIVE", ("adam",))
    assert word("marginal_value", **SMALL, methods=("adam",), lr_adam=0.2) == "refuted"


def test_eps_draws_runs_off_the_ray() -> None:
    found = judged("marginal_value", **SMALL, eps=1.0, methods=("adam",), lr_adam=1.0).verdict
    assert found is not None and found.word == "refuted"
    assert any("distance from the ray" in check.what for check in found.checks if check.holds is False)


def test_another_solution_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = module().least_norm
    monkeypatch.setattr(module(), "least_norm", lambda labels: tuple(1.05 * a for a in right(labels)))
    assert word("marginal_value", **SMALL, methods=("sgd",)) == "refuted"


def test_training_that_is_not_over_tells_nothing() -> None:
    assert word("marginal_value", **{**SMALL, "steps": 2}, methods=("momentum",)) == "undecided"


@pytest.mark.parametrize(
    ("eps", "steps", "apart", "scores"), [(1, 3000, 0.19430, None), (100, 60_000, 0.90579, (0.98554, -0.80721))]
)
def test_a_large_eps_leads_off_the_ray(eps: float, steps: int, apart: float, scores: Any) -> None:
    """Adam, alpha = .01, 45 and 15 examples: its distance from the ray; with the largest eps both classes are right."""
    module, labels = experiment("marginal_value").module, np.array([1] * 45 + [-1] * 15)
    data = module.wilson(labels)
    ray, weights = np.sign(data.T @ labels), np.zeros(data.shape[1])
    optimizer = ArrayOptimizer(rules.adam(lr=0.01, eps=eps), weights)
    for _ in range(steps):
        optimizer.step(data.T @ (data @ weights - labels))
    off = weights - (weights @ ray) / (ray @ ray) * ray
    assert np.linalg.norm(off) / np.linalg.norm(weights) == pytest.approx(apart, abs=6e-6)
    if scores:
        assert (weights[:3].sum(), weights[1:3].sum() - weights[0]) == pytest.approx(scores, abs=6e-6)
