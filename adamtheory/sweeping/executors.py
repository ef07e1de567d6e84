"""Who computes the blocks: threads of this process, processes, or a Dask cluster. All give the same bytes.

An executor takes blocks from an iterator when it has room for them, and gives back (lo, hi, bytes) in any order. A
worker that dies raises `WorkersLost`; the blocks that it had are asked for again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import TracebackType
from typing import Self

from adamtheory import __version__
from adamtheory.errors import AdamTheoryError, ParameterError, UnknownNameError
from adamtheory.sweeping.compute import compute
from adamtheory.sweeping.grid import Grid

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
        pending: dict[Future[bytes], Lanes] = {}
        with ThreadPoolExecutor(self.workers, "sweep") as pool:
            try:
                while True:
                    while len(pending) <= self.workers and (block := next(lanes, None)) is not None:
                        pending[pool.submit(compute, grid, *block, __version__, stop.is_set)] = block
                    if not pending:
                        return
                    for future in wait(pending, return_when=FIRST_COMPLETED).done:
                        yield *pending.pop(future), future.result()
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)


class Processes(Executor):
    """Processes of this machine, through joblib."""

    def __init__(self, workers: int) -> None:
        try:
            import joblib  # noqa: F401
        except ImportError:
            raise ExecutorError("--executor processes needs joblib: pip install 'adamtheory[processes]'") from None
        self.workers = workers

    def run(self, grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        """See `Executor`."""
        from joblib import Parallel, delayed

        bare = replace(grid, asked=())
        failures: list[BaseException] = []

        def tasks() -> Iterator[object]:
            # joblib asks from threads of its own, in which an error would be lost
            try:
                yield from (delayed(_in_process)(bare, lo, hi, __version__) for lo, hi in lanes)
            except BaseException as error:
                failures.append(error)

        parallel = Parallel(self.workers, backend="loky", return_as="generator_unordered", batch_size=1)
        try:
            yield from parallel(tasks())
        except BrokenProcessPool:
            raise WorkersLost("a worker process died") from None
        if failures:
            raise failures[0]


_watching = threading.Event()


def _in_process(grid: Grid, lo: int, hi: int, version: str) -> Done:
    """A block in a process that ends with its parent, which a kill may take away."""
    if not _watching.is_set() and os.name == "posix":
        _watching.set()
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    return lo, hi, compute(grid, lo, hi, version)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def executor(name: str, workers: int | None = None, scheduler: str | None = None) -> Executor:
    """The executor of that name.

    workers    threads or processes; default: one per core
    scheduler  address of a running Dask scheduler; default: a cluster on this machine
    Raises `UnknownNameError`, `ParameterError`, `ExecutorError`.
    """
    makers: dict[str, Callable[[int], Executor]] = {"local": Local, "processes": Processes}
    if name not in EXECUTORS:
        raise UnknownNameError("executor", name, EXECUTORS)
    if workers is not None and workers < 1:
        raise ParameterError(f"workers={workers} must be at least 1")
    if scheduler is not None and name != "dask":
        raise ParameterError(f"--scheduler {scheduler} is for --executor dask; the executor is {name}")
    if scheduler is not None and workers is not None:
        raise ParameterError("--workers is for a cluster of one's own; the one at --scheduler has its workers")
    count = workers or os.cpu_count() or 1
    if name == "dask":
        from adamtheory.sweeping.cluster import Dask

        return Dask(count, scheduler)
    return makers[name](count)
