"""Who computes the blocks: threads of this process, processes, or a Dask cluster. All give the same bytes.

An executor takes blocks from an iterator when it has room for them, and gives back (lo, hi, bytes) in any order. A
worker that dies raises `WorkersLost`; the blocks that it had are asked for again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from adamtheory import __version__
from adamtheory.errors import AdamTheoryError, ParameterError, UnknownNameError
from adamtheory.sweeping.compute import compute
from adamtheory.sweeping.grid import Grid

Lanes = tuple[int, int]
Done = tuple[int, int, bytes]
Executor = Callable[[Grid, Iterator[Lanes]], Iterator[Done]]

EXECUTORS = ("local", "processes", "dask")


class WorkersLost(Exception):
    """Workers died with blocks in hand."""


class ExecutorError(AdamTheoryError):
    """An executor that is not installed, cannot be reached, or cannot go on."""


def local(workers: int) -> Executor:
    """Threads of this process: kernels release the interpreter's lock."""

    def run(grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        stop = threading.Event()
        pending: dict[Future[bytes], Lanes] = {}
        with ThreadPoolExecutor(workers, "sweep") as pool:
            try:
                while True:
                    while len(pending) <= workers and (block := next(lanes, None)) is not None:
                        pending[pool.submit(compute, grid, *block, __version__, stop.is_set)] = block
                    if not pending:
                        return
                    for future in wait(pending, return_when=FIRST_COMPLETED).done:
                        yield *pending.pop(future), future.result()
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    return run


def executor(name: str, workers: int | None = None, scheduler: str | None = None) -> Executor:
    """The executor of that name.

    workers    threads or processes; default: one per core
    scheduler  address of a running Dask scheduler; default: a cluster on this machine
    Raises `UnknownNameError`, `ParameterError`, `ExecutorError`.
    """
    if name not in EXECUTORS:
        raise UnknownNameError("executor", name, EXECUTORS)
    if workers is not None and workers < 1:
        raise ParameterError(f"workers={workers} must be at least 1")
    return local(workers or os.cpu_count() or 1)
