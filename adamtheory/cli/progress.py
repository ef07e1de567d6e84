"""Progress on standard error: a bar on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from adamtheory.sweeping.drive import Report as SweepReport
    from adamtheory.sweeping.grid import Grid

BETWEEN_LINES = 10.0  # seconds between two lines about the same task in a pipe


class Report(Protocol):
    """What a long task calls: `step` now and then, `solving` while best fixed points are sought, `done` at its end."""

    def step(self, name: str, done: int, whole: int) -> None: ...

    def solving(self, name: str, done: int, whole: int) -> None: ...

    def done(self, name: str, whole: int, seconds: float) -> None: ...


class _Lines:
    def __init__(self) -> None:
        self.last = time.monotonic()

    def step(self, name: str, done: int, whole: int) -> None:
        self._now_and_then(f"{name}: round {done} of {whole} ({done / whole:.0%})")

    def solving(self, name: str, done: int, whole: int) -> None:
        self._now_and_then(f"{name}: best fixed point at checkpoint {done} of {whole}")

    def _now_and_then(self, text: str) -> None:
        if time.monotonic() - self.last >= BETWEEN_LINES:
            self.last = time.monotonic()
            print(text, file=sys.stderr, flush=True)

    def done(self, name: str, whole: int, seconds: float) -> None:
        self.last = time.monotonic()
        print(f"{name}: {whole} rounds in {seconds:.2f} s", file=sys.stderr, flush=True)


@contextmanager
def progress(names: Sequence[str], whole: int) -> Iterator[Report]:
    """Tell the progress of tasks that run one after the other, each of `whole` rounds."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {name: bars.add_task(name, total=whole) for name in names}

        class Bars:
            def step(self, name: str, done: int, whole: int) -> None:
                del whole
                bars.update(tasks[name], completed=done)

            def solving(self, name: str, done: int, whole: int) -> None:
                bars.update(tasks[name], description=f"{name}: best fixed point at checkpoint {done} of {whole}")

            def done(self, name: str, whole: int, seconds: float) -> None:
                del seconds
                bars.update(tasks[name], completed=whole, description=name)

        yield Bars()


@contextmanager
def counting(whole: int, what: str) -> Iterator[Callable[[str], None]]:
    """Count finished things, each reported by name: a bar on a terminal, now and then a plain line in a pipe."""
    done = 0
    with parts(what, "last") as tell:

        def finished(name: str) -> None:
            nonlocal done
            done += 1
            tell(done, whole, name)

        yield finished


@contextmanager
def parts(name: str, word: str = "now") -> Iterator[Callable[[int, int, str], None]]:
    """Tell how many parts of one task are done and which comes now: a bar on a terminal, sometimes a line in a pipe."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def line(done: int, whole: int, now: str) -> None:
            nonlocal last
            if time.monotonic() - last >= BETWEEN_LINES:
                last = time.monotonic()
                print(f"{name}: {done} of {whole} done, {word} {now}", file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, whole, now: bars.update(task, completed=done, total=whole, description=f"{name}: {now}")


class _Rate:
    """Lane-steps a second and time left, from what was computed since the first look."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def text(self, grid: Grid, done: int, computed: int) -> str:
        seconds = time.monotonic() - self.began.setdefault(grid.key, time.monotonic())
        if not computed or seconds <= 0:
            return f"{done} of {grid.count} lanes ({done / grid.count:.0%})"
        left = (grid.count - done) / (computed / seconds)
        rate = computed * grid.horizons[-1] / seconds
        return f"{done} of {grid.count} lanes ({done / grid.count:.0%}), {_rate(rate)} lane-steps/s, {_span(left)} left"


def _rate(value: float) -> str:
    """270, 3.5e+07."""
    return f"{value:.0f}" if value < 1000 else f"{value:.2g}"


def _span(seconds: float) -> str:
    """A time as 12 s, 3 min or 2.5 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


class _SweepLines:
    def __init__(self) -> None:
        self.rate, self.last = _Rate(), time.monotonic()

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def step(self, grid: Grid, done: int, computed: int) -> None:
        text = self.rate.text(grid, done, computed)
        resumed = not computed and done
        if resumed or done == grid.count or time.monotonic() - self.last >= BETWEEN_LINES:
            self.last = time.monotonic()
            print(f"{grid.label}: {text}", file=sys.stderr, flush=True)


@contextmanager
def sweeping(labels: Sequence[str]) -> Iterator[SweepReport]:
    """Tell the progress of grids that are computed one after the other: lanes, rate, time left."""
    if not sys.stderr.isatty():
        yield _SweepLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"),
        console=Console(stderr=True), transient=True,
    ) as bars:  # fmt: skip
        tasks = [bars.add_task(label, total=None, text="") for label in labels]
        rate, order = _Rate(), dict[str, int]()

        class Bars:
            def say(self, text: str) -> None:
                bars.console.print(text, markup=False, highlight=False)

            def step(self, grid: Grid, done: int, computed: int) -> None:
                task = tasks[order.setdefault(grid.key, len(order))]
                bars.update(task, completed=done, total=grid.count, text=rate.text(grid, done, computed))

        yield Bars()
