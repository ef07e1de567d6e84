"""The work of many lanes on all threads, each with scratch arrays of its own and one thread of BLAS."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from adamtheory.nets.groups import Groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Memory:
    """What one thread needs for its batch, of up to `rows` rows; `order` has the rows of an epoch."""

    grads: Array
    work: Array
    places: Array
    out: Array
    order: Array

    @classmethod
    def of(cls, groups: Groups, *, rows: int, longest: int, examples: int) -> Memory:
        """rows of a batch, of which sparse ones have up to `longest` entries; examples of an epoch."""
        import numpy as np

        from adamtheory.nets.kernels import scratch

        network, dtype = groups.network, groups.dtype
        work, places = scratch(network, dtype, rows, longest)
        grads = np.empty((network.shards, network.size), dtype)
        return cls(grads, work, places, np.empty(groups.outputs, dtype), np.empty(examples, np.int64))


@lru_cache(maxsize=1)
def _libraries() -> Any:
    """The BLAS libraries of this process: looking for them takes longer than a small epoch, and hides a Ctrl-C."""
    import scipy.linalg.cython_blas  # kernels load it at their first product, which would be too late
    from threadpoolctl import ThreadpoolController

    assert scipy.linalg.cython_blas
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """One thread of BLAS for each thread here."""
    limits: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limits


def each(lanes: int, memories: list[Memory], work: Callable[[int, Memory, threading.Event], None]) -> None:
    """Do the work of every lane on as many threads as there are memories; after Ctrl-C it ends at a stop."""
    stop, threads = threading.Event(), len(memories)
    free: queue.SimpleQueue[Memory] = queue.SimpleQueue()
    for memory in memories:
        free.put(memory)
    left = iter(range(lanes))  # of all threads: a task for every lane would cost a tenth of its time

    def some(_: int) -> None:
        memory = free.get()
        try:
            for lane in left:
                if stop.is_set():
                    break
                work(lane, memory, stop)
        finally:
            free.put(memory)

    with one_thread(), ThreadPoolExecutor(threads) as pool:
        try:
            list(pool.map(some, range(threads)))
        except BaseException:
            stop.set()
            # a pool does not wait for a thread in whose start it was interrupted, but its memory comes back
            for memory in [free.get() for _ in range(threads)]:
                free.put(memory)
            raise
