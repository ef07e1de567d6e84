"""Progress of a training on standard error: live lines on a terminal, now and then a plain line in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adamtheory.cli.progress import _span

if TYPE_CHECKING:
    from adamtheory.nets.history import Record
    from adamtheory.nets.plan import Entry, TrainPlan
    from adamtheory.nets.running import Listener

BETWEEN_LINES = 2.0  # seconds between two lines about the same optimizer in a pipe


class Clock:
    """Time left, from the epochs that were trained since the start; an epoch counts once for each of its lanes."""

    def __init__(self, entries: Sequence[Entry], plan: TrainPlan) -> None:
        self.left = {entry.label: plan.epochs * entry.lanes.count for entry in entries}
        self.seconds, self.done = 0.0, 0

    def resumed(self, entry: Entry, epoch: int) -> None:
        self.left[entry.label] -= epoch * entry.lanes.count

    def epoch(self, entry: Entry, seconds: float) -> str:
        """What is left after one more epoch."""
        self.left[entry.label] -= entry.lanes.count
        self.seconds, self.done = self.seconds + seconds, self.done + entry.lanes.count
        return f"{_span(sum(self.left.values()) * self.seconds / self.done)} left"


def measured(entry: Entry, record: Record) -> str:
    """Losses and accuracy after the last epoch, the mean over the seeds; their range over several choices of lanes."""
    from adamtheory.nets.summary import lanes

    groups = [numbers for _, numbers in lanes(entry)]
    train, test, right = (
        [float(array[numbers, -1].mean()) for numbers in groups]
        for array in (record.train_loss, record.test_loss, record.test_accuracy)
    )
    accuracy = f"accuracy {_range([100 * value for value in right], '{:.2f}')} %"
    known = any(value == value for value in right)  # a network without classes has none
    return ", ".join([f"loss {_range(train)}", *([accuracy] if known else []), f"test loss {_range(test)}"])


def _rate(value: float) -> str:
    """Three digits: 38,100 or 1.52."""
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"


def _range(values: Sequence[float], form: str = "{:.4g}") -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


class Lines:
    """A line at a resumption, at most one line every few seconds, and one at an optimizer's end."""

    def __init__(self, entries: Sequence[Entry], plan: TrainPlan) -> None:
        self.epochs, self.clock, self.last = plan.epochs, Clock(entries, plan), time.monotonic()

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def resumed(self, entry: Entry, epoch: int) -> None:
        self.clock.resumed(entry, epoch)
        self.say(resumption(entry, epoch, self.epochs))

    def step(self, entry: Entry, updates: int) -> None:
        del entry, updates

    def epoch(self, entry: Entry, record: Record, examples: int, seconds: float) -> None:
        left = self.clock.epoch(entry, seconds)
        if record.epochs == self.epochs or time.monotonic() - self.last >= BETWEEN_LINES:
            self.last = time.monotonic()
            self.say(f"{entry.label}: epoch {record.epochs} of {self.epochs}, {measured(entry, record)}, "
                     f"{_rate(examples / seconds)} examples/s, {left}")  # fmt: skip


def resumption(entry: Entry, epoch: int, epochs: int) -> str:
    """What was found in the folder."""
    if epoch >= epochs:
        return f"{entry.label}: all {epochs} epochs were done already"
    return f"{entry.label}: resuming after epoch {epoch} of {epochs}"


@contextmanager
def training(entries: Sequence[Entry], plan: TrainPlan, updates: int) -> Iterator[Listener]:
    """Tell the progress of trainings that run one after the other.

    updates  of an epoch, of one lane
    """
    if not sys.stderr.isatty():
        yield Lines(entries, plan)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    labels = Column(no_wrap=True, overflow="ellipsis", min_width=min(24, max(len(entry.label) for entry in entries)))
    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)  # on a narrow terminal its end is cut, nothing else
    columns = (
        TextColumn("{task.description}", markup=False, table_column=labels),
        BarColumn(bar_width=12, table_column=Column(min_width=12)),
        TextColumn("{task.fields[text]}", markup=False, table_column=rest),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as bars:
        yield _bars(bars, entries, plan, updates)


def _bars(bars: Any, entries: Sequence[Entry], plan: TrainPlan, updates: int) -> Listener:
    tasks = {
        e.label: bars.add_task(e.label, total=plan.epochs * updates * e.lanes.count, text="waiting") for e in entries
    }
    clock = Clock(entries, plan)

    class Bars:
        def say(self, text: str) -> None:
            bars.console.print(text, markup=False, highlight=False)

        def resumed(self, entry: Entry, epoch: int) -> None:
            clock.resumed(entry, epoch)
            done = f"{epoch}/{plan.epochs}"
            bars.update(tasks[entry.label], completed=epoch * updates * entry.lanes.count, text=done)
            self.say(resumption(entry, epoch, plan.epochs))

        def step(self, entry: Entry, updates: int) -> None:
            bars.advance(tasks[entry.label], updates)

        def epoch(self, entry: Entry, record: Record, examples: int, seconds: float) -> None:
            left = clock.epoch(entry, seconds)
            done = f"{record.epochs}/{plan.epochs}" + (f", {left}" if record.epochs < plan.epochs else "")
            text = f"{done}, {measured(entry, record)}"
            bars.update(tasks[entry.label], text=f"{text}, {_rate(examples / seconds)} examples/s")

    return Bars()
