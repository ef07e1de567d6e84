"""Train the optimizers of a plan one after the other, with a checkpoint after every epoch."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from adamtheory.nets.checkpoints import Checkpoints
from adamtheory.nets.history import Record, begin
from adamtheory.nets.network import Network
from adamtheory.nets.plan import Entry, TrainPlan
from adamtheory.nets.training import Training

FOLDER = "checkpoints"
MEASURED = "measured_"


class Listener(Protocol):
    """Who is told: `say` a line, `resumed` at the start, `step` some updates, `epoch` after each epoch."""

    def say(self, text: str) -> None: ...

    def resumed(self, entry: Entry, epoch: int) -> None: ...

    def step(self, entry: Entry, updates: int) -> None: ...

    def epoch(self, entry: Entry, record: Record, examples: int, seconds: float) -> None: ...


def checkpoints(folder: Path, number: int, entry: Entry) -> Checkpoints:
    """Where the states of the number-th optimizer (from 1) are kept."""
    return Checkpoints(folder / FOLDER / f"{number}-{entry.optimizer.rule.name}")


def run_entry(
    entry: Entry, plan: TrainPlan, network: Network, examples: Any, kept: Checkpoints, workers: int | None,
    listener: Listener,
) -> Record:  # fmt: skip
    """Train one optimizer to the last epoch, from its last checkpoint on; what it measured."""
    found = kept.latest(listener.say)
    if found is not None:
        listener.resumed(entry, found[0])
        if found[0] >= plan.epochs:
            return _record(found[1])
    training = Training(
        network, examples.train, entry.optimizer, batch=plan.batch, schedule=entry.schedule, seed=entry.seeds,
        dtype=plan.dtype, workers=workers, device=plan.device,
    )  # fmt: skip
    if found is None:
        record = begin(training, examples.test)
    else:
        training.restore(found[1])
        record = _record(found[1])
    seen = len(training.rows.y) * training.lanes.count
    for epoch in range(record.epochs + 1, plan.epochs + 1):
        began = time.perf_counter()
        record = record.after(training, examples.test, lambda updates: listener.step(entry, updates))
        measured = {MEASURED + name: array for name, array in asdict(record).items()}
        kept.write(epoch, {**training.state(), **measured})
        listener.epoch(entry, record, seen, time.perf_counter() - began)
    return record


def _record(arrays: dict[str, Any]) -> Record:
    return Record(**{name.removeprefix(MEASURED): a for name, a in arrays.items() if name.startswith(MEASURED)})
