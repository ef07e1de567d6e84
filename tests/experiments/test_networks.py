"""What experiments on networks share: what is held out, which step size is chosen, what an interval can tell."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.experiments import _networks
from adamtheory.laboratory.experiment import Table
from adamtheory.nets.data_arrays import Sparse, Split
from adamtheory.nets.history import train
from adamtheory.nets.network import mlp
from adamtheory.rules import adam

LOGS = (-2.5, -2.0, -1.5, -1.0)
BUDGET: dict[str, Any] = {"epochs": 3, "batch": 16}


def made(rows: int = 150, seed: int = 0) -> _networks.Task:
    random = np.random.default_rng(seed)
    parts = []
    for _ in range(2):
        y = random.integers(0, 3, rows)
        x = random.standard_normal((rows, 6)).astype(np.float32) + 2 * np.eye(3, 6, dtype=np.float32)[y]
        parts.append(Split(x, y))
    return _networks.Task(parts[0], parts[1], 6, 3)


def test_what_is_held_out_is_training() -> None:
    data = made()
    parts = _networks.held_out(data)
    assert len(parts.test.y) == 25 and len(parts.train.y) == 125
    rows = np.concatenate([parts.train.x, parts.test.x])
    assert np.array_equal(np.sort(rows, axis=0), np.sort(data.train.x, axis=0))
    assert not np.isin(parts.test.x, parts.train.x).any() and not np.isin(parts.test.x, data.test.x).any()


@pytest.mark.parametrize("by", [_networks.TRAIN, _networks.HELD_OUT])
def test_the_best_step_size_is_chosen(by: str) -> None:
    """One run at a time, on the held-out division, tells the same step size."""
    data, network = made(), mlp(6, 3, hidden=())
    found = _networks.tuned(network, data, "adam", LOGS, tuning=2, seeds=3, by=by, **BUDGET)
    parts = _networks.held_out(data)

    def loss(log: float) -> float:
        runs = [train(network, parts, adam(lr=10.0**log), seed=seed, **BUDGET) for seed in (0, 1)]
        return sum(run.train_loss.mean() if by == _networks.TRAIN else run.test_loss[-1] for run in runs)

    best = min(LOGS, key=loss)
    near = [best, *(log for log in (best - 0.25, best + 0.25) if LOGS[0] <= log <= LOGS[-1])]
    assert found.lr == pytest.approx(10 ** min(near, key=loss), rel=1e-12)
    assert found.inside is (best not in (LOGS[0], LOGS[-1]))
    alone = train(
        network, data, adam(lr=found.lr), seed=4, **BUDGET
    )  # the last of the seeds that follow those of tuning
    assert found.history.test_loss.shape == (3, 4)
    assert np.array_equal(found.history.test_loss[2], alone.test_loss)


def test_runs_that_diverge_are_not_chosen() -> None:
    found = _networks.tuned(mlp(6, 3, hidden=()), made(), "sgd", (-1.0, 0.0, 38.0), tuning=1, seeds=1, **BUDGET)
    assert found.lr <= 1 and np.isfinite(found.history.test_loss).all()


def test_words_occur_or_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Sparse(np.array([0, 2]), np.array([1, 4], np.int32), np.array([3, 1], np.float32), 5)
    rows = Split(x, np.array([1]))
    assert _networks.occurring(rows).x.values.tolist() == [1, 1]
    assert made().sparse is False and _networks.Task(rows, rows, 5, 2).sparse is True


def test_rows_of_a_table() -> None:
    found = _networks.tuned(mlp(6, 3, hidden=()), made(), "adam", LOGS, tuning=1, seeds=2, **BUDGET)
    table = Table.of([_networks.curves(found, optimizer="adam")])
    history = found.history
    assert len(table) == 2 * 3 and table["lr"].tolist() == [found.lr] * 6
    assert _networks.over_run(table, "adam") == pytest.approx(history.train_loss.mean(axis=1))
    assert np.array_equal(_networks.at_the_end(table, "adam", "test_loss"), history.test_loss[:, -1])
    assert np.array_equal(_networks.by_epoch(table, "adam", "test_accuracy"), history.test_accuracy[:, 1:].mean(axis=0))
    assert _networks.ranked(table, ["adam"], _networks.over_run).startswith("adam 0.")


def test_paired_differences() -> None:
    """Student's t with two degrees of freedom: 4.302653 times the standard error."""
    mean, error = _networks.relative(np.array([1.0, 2, 3]), np.array([2.0, 3, 5]))
    assert (mean, error) == pytest.approx((4 / 6, 4.302653 / 6), rel=1e-6)  # differences 1, 1, 2 over the mean 2
    assert _networks.absolute(np.array([1.0, 2, 3]), np.array([2.0, 3, 5])) == pytest.approx((4 / 3, 4.302653 / 3))


@pytest.mark.parametrize(
    ("found", "is_below", "is_above"),
    [((-0.2, 0.05), True, False), ((0.2, 0.05), False, True), ((0.1, 0.2), None, None), ((nan, nan), None, None),
     ((inf, nan), None, None)],
)  # fmt: skip
def test_what_an_interval_can_tell(found: tuple[float, float], is_below: bool | None, is_above: bool | None) -> None:
    assert _networks.below("", found, 0.1).holds is is_below
    assert _networks.above("", found, 0.1).holds is is_above


def test_optimizers_that_are_judged_must_be_there() -> None:
    with pytest.raises(ParameterError, match=r"optimizers must have adam, sgd; sgd missing"):
        _networks.need(("adam", "lion"), ("adam", "sgd"))
