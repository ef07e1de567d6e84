"""Who computes the blocks: threads of this process, processes, or a Dask cluster. All give the same bytes.

An executor takes blocks from an iterator when it has room for them, and gives back (lo, hi, bytes) in any order. A
worker that dies raises `WorkersLost`; the blocks that it had are asked for again.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from adamtheory.errors import AdamTheoryError, ParameterError, UnknownNameError
from adamtheory.sweeping.compute import compute
from adamtheory.sweeping.grid import Grid, stamp

Lanes = tuple[int, int]
Done = tuple[int, int, bytes]

EXECUTORS = ("local", "processes", "dask")


class WorkersLost(Exception):
    """Workers died with blocks in hand."""


class ExecutorError(AdamTheoryError):
    """An executor that is not installed, cannot be reached, or cannot go on."""


class Executor:
    """What computes blocks; a context, at whose end it is closed."""

    def run(self, grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        """Compute blocks of a grid; raises `WorkersLost`, `ExecutorError`."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Local(Executor):
    """Threads of this process: kernels release the interpreter's lock."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        """See `Executor`."""
        stop = threading.Event()
        pool = ThreadPoolExecutor(self.workers, "sweep")
        try:
            yield from _in_turn(
                lambda lo, hi: pool.submit(compute, grid, lo, hi, stamp(), stop.is_set), lanes, self.workers
            )
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


class Gpu(Executor):
    """A GPU, driven by the thread that asks: one block after the other, so that Ctrl-C is heard between two launches.

    within  called with lanes of the block at work and the share of the rounds that they have played
    """

    def __init__(self, within: Callable[[int, float], None]) -> None:
        self.within = within

    def run(self, grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        """See `Executor`."""
        for lo, hi in lanes:
            yield lo, hi, compute(grid, lo, hi, stamp(), progress=partial(self.within, hi - lo))


def _in_turn(submit: Callable[[int, int], Future[bytes]], lanes: Iterator[Lanes], workers: int) -> Iterator[Done]:
    """Keep all workers busy, with one block more than there are workers, and give the results as they come."""
    pending: dict[Future[bytes], Lanes] = {}
    while True:
        while len(pending) <= workers and (block := next(lanes, None)) is not None:
            pending[submit(*block)] = block
        if not pending:
            return
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            yield *pending.pop(future), future.result()


class Processes(Executor):
    """Processes of this machine, by loky, the executor of joblib; a process gets the grid once, when it begins."""

    def __init__(self, workers: int) -> None:
        try:
            import joblib  # noqa: F401
        except ImportError:
            raise ExecutorError("--executor processes needs joblib: pip install 'adamtheory[processes]'") from None
        self.workers = workers

    def run(self, grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        """See `Executor`."""
        from joblib.externals.loky import ProcessPoolExecutor

        pool = ProcessPoolExecutor(self.workers, initializer=_begin, initargs=(replace(grid, asked=()),))
        finished = False
        try:
            yield from _in_turn(lambda lo, hi: pool.submit(_in_process, lo, hi, stamp()), lanes, self.workers)
            finished = True
        except BrokenProcessPool:
            raise WorkersLost("a worker process died") from None
        finally:
            pool.shutdown(kill_workers=not finished)


_given: list[Grid] = []  # in a worker process: the grid of its driver


def _begin(grid: Grid) -> None:
    """The first thing that a worker process does: keep the grid, and see to it that it ends with its parent.

    Ctrl-C, which a terminal sends to all, is the driver's matter.
    """
    _given[:] = [grid]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process once its parent is gone, which a kill may take away at any moment."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _in_process(lo: int, hi: int, version: str) -> bytes:
    return compute(_given[0], lo, hi, version)


def check_executor(name: str, workers: int | None = None, scheduler: str | None = None, device: str = "cpu") -> None:
    """Raise `UnknownNameError` or `ParameterError` for what no executor can be, or what cannot be had on a device."""
    if name not in EXECUTORS:
        raise UnknownNameError("executor", name, EXECUTORS)
    if workers is not None and workers < 1:
        raise ParameterError(f"workers={workers} must be at least 1")
    if scheduler is not None and name != "dask":
        raise ParameterError(f"--scheduler {scheduler} is for --executor dask; the executor is {name}")
    if device == "cuda" and (name != "local" or workers is not None):
        given = f"--executor {name}" if name != "local" else "--workers"
        raise ParameterError(f"{given} is for CPUs, and one process drives a GPU; leave it out, or use --device cpu")
    if scheduler is not None and workers is not None:
        raise ParameterError("--workers is for a cluster of one's own; the one at --scheduler has its workers")


def executor(name: str, workers: int | None = None, scheduler: str | None = None) -> Executor:
    """The executor of that name.

    workers    threads or processes; default: one per core
    scheduler  address of a running Dask scheduler; default: a cluster on this machine
    Raises `UnknownNameError`, `ParameterError`, `ExecutorError`.
    """
    check_executor(name, workers, scheduler)
    count = workers or os.cpu_count() or 1
    if name == "dask":
        from adamtheory.sweeping.cluster import Dask

        return Dask(count, scheduler)
    return Local(count) if name == "local" else Processes(count)
