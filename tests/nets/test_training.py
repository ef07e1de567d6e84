"""Training: lanes do not see each other, nothing depends on threads, and an interruption changes no bit."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.nets.history import train
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import adam, adamw

NET = mlp(6, 3, hidden=(4,), dropout=0.25)


def examples(count: int = 70, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((count, 6)).astype(np.float32), rng.integers(0, 3, count)
    return x + np.eye(3, 6, dtype=np.float32)[y] * 3, y


def test_a_lane_is_what_it_is_alone_whatever_the_threads() -> None:
    many = Training(NET, examples(), adam(lr=[1e-3, 1e-2]), batch=16, seed=[[3], [4]], workers=2)
    losses = [many.epoch() for _ in range(3)]
    assert many.lanes.axes == ("seed", "lr") and losses[0].shape == (4, 5)
    alone = Training(NET, examples(), adam(lr=1e-2), batch=16, seed=4, workers=1)
    for epoch in range(3):
        assert (alone.epoch()[0] == losses[epoch][3]).all()
    assert (alone.theta[0] == many.theta[3]).all()
    assert not (many.theta[1] == many.theta[3]).any()


def test_the_order_of_weights_in_memory_changes_nothing_but_rounding() -> None:
    nets = NET, NET.by_units()
    trainings = [Training(net, examples(), adam(lr=0.01), batch=16, seed=5, dtype="float64") for net in nets]
    names = [place.name for place in NET.places]
    starts, losses, ends = [], [], []
    for net, training in zip(nets, trainings, strict=True):
        starts.append([net.array(n, training.theta[0]).copy() for n in names])
        losses.append([training.epoch() for _ in range(3)])
        ends.append([net.array(n, training.theta[0]) for n in names])
    assert [p.parameter.order for p in nets[0].places] == ["F", "C", "C", "C"]
    assert all((a == b).all() for a, b in zip(*starts, strict=True))
    assert not (trainings[0].theta == trainings[1].theta).all()
    np.testing.assert_allclose(*losses, rtol=1e-12)
    for a, b in zip(*ends, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def test_an_interruption_changes_no_bit() -> None:
    through = Training(NET, examples(), adam, batch=16, seed=[1, 2])
    resumed = Training(NET, examples(), adam, batch=16, seed=[1, 2])
    for _ in range(2):
        through.epoch()
    resumed.epoch()
    fresh = Training(NET, examples(), adam, batch=16, seed=[1, 2])
    fresh.restore(resumed.state())
    fresh.epoch()
    assert fresh.epochs == 2 and (fresh.theta == through.theta).all()
    assert not (resumed.theta == through.theta).any()


def test_shards_are_cut_in_the_same_places_whatever_computes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Training(NET, examples(), adam, batch=16, seed=[1, 2], dtype="float64")
    whole.epoch()
    monkeypatch.setattr("adamtheory.nets.network.LARGE", 1)
    together = Training(NET, examples(), adam, batch=16, seed=[1, 2], dtype="float64", workers=1)
    apart = Training(NET, examples(), adam, batch=16, seed=[1, 2], dtype="float64", workers=3)
    assert NET.shards == 2 and (together.epoch() == apart.epoch()).all()
    assert (together.theta == apart.theta).all()
    assert together.theta == pytest.approx(whole.theta, rel=1e-9, abs=1e-12)  # dropout included


def test_decay_acts_on_weights_only() -> None:
    decayed = Training(NET, examples(), adamw(weight_decay=0.1), batch=70)
    start = decayed.theta[0].copy()
    decayed.epoch()
    plain = Training(NET, examples(), adamw(weight_decay=0), batch=70)
    plain.epoch()
    moved = decayed.theta[0] - plain.theta[0]
    assert moved[: NET.weights] == pytest.approx(-0.1 * start[: NET.weights], rel=1e-3, abs=1e-6)
    assert (moved[NET.weights :] == 0).all()


def test_history_learns_and_tells() -> None:
    told: list[int] = []
    data = SimpleNamespace(train=examples(200), test=examples(100, seed=1))
    found = train(NET, data, adam(lr=3e-2), epochs=30, batch=16, seed=[0, 1], tell=told.append)
    assert told == list(range(1, 31)) and found.axes == ("seed",)
    assert found.train_loss.shape == (2, 30) and found.test_accuracy.shape == (2, 31)
    assert (found.test_accuracy[:, -1] > 0.8).all() and (found.nonfinite == 0).all()


def test_a_weight_that_is_no_number_is_seen_in_the_loss() -> None:
    training = Training(NET, examples(), adam, batch=16)
    training.theta[0, 3] = np.nan  # of one hidden unit, which ReLU must not hide
    assert np.isnan(training.epoch()).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((np.zeros((4, 5), np.float32), np.zeros(4, int)), "takes 6 numbers a row"),
        ((np.zeros((4, 6), np.float32), np.array([0, 1, 2, 3])), "labels run from 0 to 3"),
        ((np.zeros((4, 6), np.int32), np.zeros(4, int)), "uint8, float32 or float64"),
        ((np.zeros(6, np.float32), np.zeros(4, int)), "shape"),
    ],
)
def test_wrong_examples_are_told(data: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Training(NET, data, adam)


def test_the_pieces_of_an_epoch_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    found = []
    for piece in (0.0, 1e9):  # one update in a call; as many as fit into 1, 2, 4, ...
        monkeypatch.setattr("adamtheory.nets.training.PIECE", piece)
        training = Training(NET, examples(), adam, batch=7, seed=[1, 2], workers=2)
        losses = [training.epoch(told.append) for _ in range(2)]
        found.append((losses, training.theta))
        assert sum(told) == 2 * 2 * training.updates
        assert max(told) == (1 if piece == 0 else training.updates)
        assert told[0] == 1
        told.clear()
    (one, theta), (many, same) = found
    assert (np.array(one) == np.array(many)).all() and (theta == same).all()


@pytest.mark.parametrize("lanes", [1, 3])
def test_ctrl_c_stops_all_lanes_within_an_epoch(lanes: int) -> None:
    training = Training(NET, examples(20_000), adam, batch=1, seed=list(range(lanes)), workers=2)
    before, counts = training.state(), []

    def tell(updates: int) -> None:
        if not counts:
            os.kill(os.getpid(), signal.SIGINT)  # reaches the main thread, which waits for the others
        counts.append(updates)

    with pytest.raises(KeyboardInterrupt):
        training.epoch(tell)
    assert sum(counts) < lanes * training.updates
    for refused in (training.epoch, training.state):
        with pytest.raises(ParameterError, match="the last epoch was interrupted"):
            refused()
    training.restore(before)
    losses = training.epoch()
    fresh = Training(NET, examples(20_000), adam, batch=1, seed=list(range(lanes)), workers=1)
    assert (fresh.epoch() == losses).all() and (fresh.theta == training.theta).all()


def test_a_thread_in_whose_start_ctrl_c_came_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training(NET, examples(200), adam, batch=1, seed=[0, 1, 2], workers=2)
    start, working, ended = threading.Thread.start, threading.Event(), []

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        assert working.wait(10)
        raise KeyboardInterrupt  # the pool has not noted the thread yet

    def tell(updates: int) -> None:
        working.set()
        time.sleep(0.2)
        ended.append(updates)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        training.epoch(tell)
    assert ended == [1]
