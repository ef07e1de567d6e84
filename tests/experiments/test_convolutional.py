"""A convolutional network: the runs, and the faults that must turn the verdict."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.experiments import _networks
from adamtheory.experiments import convolutional as module
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome
from adamtheory.nets import Training, cnn, load, train
from adamtheory.rules import adam, get

from .judging import judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {
    "data": "digits[train=200, test=20]", "channels": (4, 8), "hidden": 16, "epochs": 4, "early": 1, "late": 2,
    "log_lr": (-2.5, -2.0, -1.5), "seeds": 3,
}  # fmt: skip
EPOCHS = np.arange(1, module.QUICK.epochs + 1)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("convolutional", **SMALL)


def made(**changes: Any) -> Table:
    """Curves as the claim says, but for the changed ones: loss by epoch for each optimizer, alike in all seeds."""
    curves = {"adam": np.exp(-EPOCHS / 10), "adagrad": 6 / (6 + EPOCHS), "nesterov": 6 / (6 + EPOCHS)}
    blocks = []
    for name, curve in {**curves, **{k: v for k, v in changes.items() if k in curves}}.items():
        scatter = np.linspace(0.98, 1.02, module.QUICK.seeds)
        blocks.append({
            "dropout": 0.5, "optimizer": name, "inside": changes.get("inside", True), "lr": 0.01,
            "tiny": np.full(len(EPOCHS) * len(scatter), changes.get("tiny", 0.05)),
            "seed": np.repeat(np.arange(len(scatter)), len(EPOCHS)), "train_loss": (scatter[:, None] * curve).ravel(),
        })  # fmt: skip
    return Table.of(blocks)


def judge(**changes: Any) -> str:
    return str(module.verdict(made(**changes), module.QUICK).word)


def test_rows_are_runs(outcome: Outcome) -> None:
    """The last seed of Adam, trained alone."""
    own = outcome.table.where(optimizer="adam", seed=2)
    assert outcome.verdict is not None and outcome.verdict.word == "undecided"  # in so few epochs
    assert len(outcome.table) == 3 * 3 * 4 and set(outcome.table["dropout"]) == {0.5}
    network = cnn((1, 8, 8), 10, channels=(4, 8), kernel=3, hidden=(16,), dropout=0.5)
    alone = train(network, load(SMALL["data"]), adam(lr=own["lr"][0]), epochs=4, batch=16, seed=2 + 2)
    assert own["train_loss"].tolist() == alone.train_loss.tolist()
    assert own["test_loss"].tolist() == alone.test_loss[1:].tolist()


def test_second_moments_below_eps(outcome: Outcome) -> None:
    settings = outcome.settings
    network = cnn((1, 8, 8), 10, channels=(4, 8), kernel=3, hidden=(16,), dropout=0.5)
    data = _networks.task(SMALL["data"])
    found = outcome.table.where(optimizer="adam", seed=0)["tiny"]
    training = Training(network, data.train, adam(lr=outcome.table.where(optimizer="adam")["lr"][0]), batch=16, seed=2)
    for t in (13, 26, 39, 52):
        training.epoch()
        v = training.slots[0, 1] / (1 - 0.999**t)
        assert found[t // 13 - 1] == np.mean(np.sqrt(v) < 1e-8)
    assert 0 < found[-1] < 1 and np.isnan(outcome.table.where(optimizer="adagrad")["tiny"]).all()
    large = module.tiny(network, data, "adam", 0.01, replace(settings, eps=1e6))
    assert large.tolist() == [1.0] * 4 * 3


def test_what_the_verdict_reads() -> None:
    assert judge() == "holds"
    assert judge(adagrad=np.exp(-EPOCHS / 10)) != "holds"  # does not fall behind Adam
    assert judge(adagrad=0.9 * np.exp(-EPOCHS / 9)) == "refuted"  # overtakes Adam
    assert judge(adagrad=12 / (6 + EPOCHS)) == "refuted"  # is slow from the beginning
    assert judge(nesterov=np.exp(-EPOCHS / 10)) == "refuted"  # AdaGrad falls behind Nesterov momentum too
    assert judge(tiny=0.9) == "refuted"  # second moments vanish
    assert judge(inside=False) == judge(tiny=nan) == judge(adam=nan * EPOCHS) == judge(adagrad=inf * EPOCHS) == (
        "undecided"
    )  # fmt: skip


def test_unequal_tuning_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adam with 1e-5 of every step size of the grid."""

    def slow(name: str) -> Any:
        return (lambda lr, **more: get(name)(lr=1e-5 * lr, **more)) if name == "adam" else get(name)

    monkeypatch.setattr(_networks, "get", slow)
    assert word("convolutional", **{**SMALL, "log_lr": (-1.5,)}) == "refuted"


def test_settings_that_cannot_be_judged() -> None:
    for wrong in ({"seeds": 1}, {"early": 25}, {"late": 0}):
        with pytest.raises(ParameterError):
            module.Settings(**wrong)
