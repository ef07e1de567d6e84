"""What training refuses, and examples at the edge of what it takes; compiled code would read whatever memory."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.sparse

from adamtheory.errors import ParameterError
from adamtheory.nets.convolutions import cnn
from adamtheory.nets.data_arrays import Sparse
from adamtheory.nets.history import History, train
from adamtheory.nets.network import mlp
from adamtheory.nets.plan import TrainPlan, prepare
from adamtheory.nets.training import Training
from adamtheory.rules import adam, ndadam
from adamtheory.schedules import cosine

NET, SPARSE = mlp(6, 3, hidden=(4,)), mlp(6, 3, hidden=(), sparse=True)
X, Y = np.ones((4, 6), np.float32), np.array([0, 1, 2, 0])


def sparse(indptr: list[int], indices: list[int], values: int) -> tuple[Any, Any]:
    rows = Sparse(np.array(indptr), np.array(indices, np.int32), np.ones(values, np.float32), 6)
    return rows, np.zeros(len(indptr) - 1, int)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"seed": -1}, "seed=-1 must be an integer"),
        ({"seed": [0, 2**32]}, "from 0 to 2\\^32 - 1"),
        ({"seed": 0.5}, "must be an integer"),
        ({"workers": 0}, "workers must be a whole number of at least 1, not 0"),
        ({"batch": "3"}, "batch must be a whole number of at least 1, not '3'"),
        ({"batch": float("nan")}, "batch must be a whole number"),
    ],
)
def test_wrong_numbers_are_refused(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Training(NET, (X, Y), adam, **setting)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((X, Y + 0.5), "some are not whole"),
        ((X, ["a"] * 4), "must be whole numbers"),
        (X, "a pair \\(x, y\\)"),
        ((scipy.sparse.csr_array(X), Y), "takes dense rows, as an array; given is csr_array"),
    ],
)
def test_wrong_examples_are_refused(data: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Training(NET, data, adam)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((X, Y), "takes sparse rows"),
        ((scipy.sparse.csc_array(np.eye(6, dtype=np.float32)), np.zeros(6, int)), "not of CSC; give x.tocsr()"),
        (sparse([0, 1], [6], 1), "indices run from 6 to 6; the rows have 6 columns"),
        (sparse([0, 1], [-1], 1), "indices run from -1"),
        (sparse([0, 9], [1], 1), "does not cut 1 indices"),
        (sparse([0, 3, 1], [1, 2, 3], 3), "does not cut"),
        (sparse([0, 3], [1, 2, 3], 1), "3 indices and 1 values"),
    ],
)
def test_sparse_rows_that_point_elsewhere_are_refused(data: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Training(SPARSE, data, adam)


def test_other_refusals() -> None:
    with pytest.raises(ParameterError, match="dropout must be in"):
        mlp(6, 3, input_dropout=1, sparse=True)
    with pytest.raises(ParameterError, match="channels, height, width"):
        cnn((8, 8), 10)
    with pytest.raises(ParameterError, match="epochs must be a whole number"):
        train(NET, SimpleNamespace(train=(X, Y), test=(X, Y)), adam, epochs=1.5)
    with pytest.raises(ParameterError, match="data must have train and test"):
        train(NET, (X, Y), adam, epochs=1)


def test_rows_longer_than_those_of_training_have_room_in_the_scratch_arrays() -> None:
    width = 3000
    few = Sparse(np.arange(3), np.zeros(2, np.int32), np.ones(2, np.float32), width)
    training = Training(mlp(width, 2, hidden=(), sparse=True), (few, np.zeros(2, int)), adam)
    room: list[int] = []
    handed = training._compiled

    def looking(*arguments: Any) -> None:
        room.append(len(arguments[6]))
        assert room[0] >= 256 * width  # before the kernel writes beyond it
        handed.evaluate(*arguments)

    training._compiled = replace(handed, evaluate=looking)
    full = Sparse(np.arange(257) * width, np.tile(np.arange(width, dtype=np.int32), 256),
                  np.ones(256 * width, np.float32), width)  # fmt: skip
    training.theta[:] = 0
    loss, _ = training.evaluate((full, np.zeros(256, int)))
    assert loss == pytest.approx(np.log(2)) and len(room) == 1


def test_a_batch_has_no_more_rows_than_there_are() -> None:
    one = Training(NET, (X, Y), adam, batch=10**13)
    other = Training(NET, (X, Y), adam, batch=4)
    assert (one.epoch() == other.epoch()).all() and (one.theta == other.theta).all()


def test_the_step_size_of_a_schedule_makes_no_lanes() -> None:
    training = Training(NET, (X, Y), adam, schedule=cosine(lr=[1, 2, 3], steps=[10, 20]))
    assert training.lanes.axes == ("steps",)


def test_blocks_of_lanes_have_the_numbers_of_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    part = rng.standard_normal((20, 6)).astype(np.float32), rng.integers(0, 3, 20)
    data = SimpleNamespace(train=part, test=part)
    told: list[int] = []

    def trained() -> History:
        return train(NET, data, adam(lr=[1e-3, 1e-2]), epochs=3, batch=8, seed=[[3], [4], [5]], tell=told.append)

    together = trained()
    monkeypatch.setattr("adamtheory.nets.memory.BLOCK", 4 * 3 * 4 * NET.size)  # four lanes of parameters, m and v
    begun: list[int] = []
    build = Training._build
    monkeypatch.setattr(Training, "_build", lambda self: (begun.append(self.lanes.count), build(self))[1])
    apart = trained()
    assert begun == [4, 2] and told == [1, 2, 3, 1, 2, 3]
    assert apart.axes == together.axes == ("seed", "lr")
    for name in ("train_loss", "test_loss", "test_accuracy", "nonfinite"):
        assert (getattr(apart, name) == getattr(together, name)).all(), name
    assert len(np.unique(together.test_loss[..., -1])) == 6


def test_what_cannot_be_trained_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "3 networks of 2000005000003 parameters, in batches of 256 rows, take .* this machine has"
    huge = mlp(1_000_000, 3, hidden=(1_000_000, 1_000_000))
    with pytest.raises(ParameterError, match=message):
        Training(huge, (np.ones((1, 1_000_000), np.float32), [0]), adam, seed=[0, 1, 2])
    plan = TrainPlan(("adam",), "mlp[hidden=[1000000, 1000000]]", "digits")
    rows = SimpleNamespace(x=X, y=Y)
    with pytest.raises(ParameterError, match="a network of 1000011000003 parameters, .* takes "):
        prepare(plan, SimpleNamespace(shape=(6,), classes=3, train=rows, test=rows))
    with pytest.raises(ParameterError, match="takes numbers in"):
        prepare(TrainPlan(("adam",), "vae", "digits"), SimpleNamespace(shape=(6,), classes=3, train=rows,
                test=SimpleNamespace(x=2 * X, y=Y)))  # fmt: skip
    monkeypatch.setattr("adamtheory.nets.memory.machine", lambda: None)  # where nobody knows, nothing is refused
    Training(NET, (X, Y), adam)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("unit", [0, 1, 2])
def test_an_output_that_is_no_number_is_seen_in_the_loss(dtype: str, unit: int) -> None:
    training = Training(NET, (X, np.full(4, 1)), adam, dtype=dtype)
    NET.array("c2", training.theta[0])[unit] = np.nan  # also of a class that no row has
    assert np.isnan(training.epoch()).all() and np.isnan(training.evaluate((X, np.full(4, 1)))[0]).all()


def test_a_rule_of_weight_vectors_needs_some() -> None:
    with pytest.raises(ParameterError, match="ndadam moves the weight vectors of hidden units; softmax.6-3. has none"):
        Training(mlp(6, 3, hidden=()), (X, Y), ndadam)


def test_a_state_of_another_training_changes_nothing() -> None:
    training = Training(NET, (X, Y), adam)
    state, before = training.state(), training.theta.copy()
    moved = {**state, "theta": state["theta"] + 1}
    for bad in ({"theta": moved["theta"]}, {**moved, "slots": state["slots"][:, :1]}, {**moved, "epochs": -1}):
        with pytest.raises(ParameterError, match="lacks epochs, slots, step|slots of the state is|counts from 0"):
            training.restore(bad)
        assert (training.theta == before).all()


@pytest.mark.parametrize("make", [lambda: mlp(6, 3, hidden=4), lambda: cnn((1, 8, 8), 3, channels=4)])
def test_widths_are_sequences(make: Any) -> None:
    with pytest.raises(ParameterError, match=r"must be a sequence of whole numbers, as \(100, 50\), not 4"):
        make()
