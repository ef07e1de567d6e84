"""Blocks on a Dask cluster: one that runs already, or one started on this machine for the length of a sweep."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from adamtheory.errors import AdamTheoryError
from adamtheory.sweeping.compute import compute
from adamtheory.sweeping.executors import Done, Executor, ExecutorError, Lanes, WorkersLost
from adamtheory.sweeping.grid import Grid, stamp

REACH = 10.0  # seconds to reach the scheduler, and for it to have a worker
ALONE = 60.0  # seconds without any worker after which a sweep gives up waiting for the blocks in flight
LOST = ("KilledWorker", "FutureCancelledError", "CancelledError")  # Dask's names for what died with a worker
AHEAD = 2  # blocks in flight for each thread of a worker, so that none waits for the driver


class Dask(Executor):
    """A client of a cluster. Raises `ExecutorError` where it cannot be reached or has no workers."""

    def __init__(self, workers: int, scheduler: str | None) -> None:
        try:
            import distributed
        except ImportError:
            raise ExecutorError("--executor dask needs distributed: pip install 'adamtheory[distributed]'") from None
        self.address, self.cluster = scheduler, None
        if scheduler is None:
            # a worker that is killed is started again by its nanny, and the scheduler gives its blocks to another
            with _deaf():
                self.cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                    memory_limit=0, silence_logs=logging.CRITICAL,
                )  # fmt: skip
        try:
            self.client = distributed.Client(self.cluster or scheduler, timeout=REACH, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            reason = " ".join(str(error).split())[:120]
            raise ExecutorError(
                f"no Dask scheduler answers at {scheduler} ({reason}); start one: dask scheduler"
            ) from None
        try:
            self.client.wait_for_workers(1, timeout=REACH)
        except TimeoutError:
            self.close()
            raise ExecutorError(
                f"the Dask scheduler at {scheduler} has no workers; start one: dask worker {scheduler}"
            ) from None

    def run(self, grid: Grid, lanes: Iterator[Lanes]) -> Iterator[Done]:
        """See `Executor`."""
        results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        pending: set[Any] = set()
        try:
            remote = self.client.scatter(replace(grid, asked=()), broadcast=True, hash=False)
            while True:
                room = AHEAD * max(1, sum(self.client.nthreads().values()))
                while len(pending) < room and (block := next(lanes, None)) is not None:
                    future = self.client.submit(_on_worker, remote, *block, stamp(), pure=False)
                    future.add_done_callback(results.put)
                    pending.add(future)
                if not pending:
                    return
                future = self._next(results)
                pending.discard(future)
                yield self._result(future)
        except (OSError, TimeoutError) as error:
            if self.client.status == "running":  # the grid was on its way to a worker that died
                raise WorkersLost("a worker of the Dask cluster died") from None
            raise ExecutorError(f"the Dask scheduler is lost ({error}); the blocks that are done are kept") from None
        except BaseException as error:  # some of Dask's are no Exception
            if type(error).__name__ in LOST:  # what was finished, or the grid itself, was on a worker that died
                raise WorkersLost("a worker of the Dask cluster died") from None
            raise
        finally:
            if pending:
                self._cancel(pending)

    def _next(self, results: queue.SimpleQueue[Any]) -> Any:
        """The next future that is done; raises `WorkersLost` where no worker has been there for a while."""
        seen = time.monotonic()
        while True:
            try:
                return results.get(timeout=1)
            except queue.Empty:
                if self.client.nthreads():
                    seen = time.monotonic()
                elif time.monotonic() - seen > ALONE:
                    raise WorkersLost("the Dask cluster has lost all workers") from None

    @staticmethod
    def _result(future: Any) -> Done:
        """What a future holds; an error that the user can mend is raised as it is, a lost worker as `WorkersLost`."""
        if future.status == "finished":
            done: Done = future.result()
            return done
        error = future.exception() if future.status == "error" else None
        if isinstance(error, AdamTheoryError):
            raise error
        if error is None or type(error).__name__ in LOST:
            raise WorkersLost("a worker of the Dask cluster died")
        raise ExecutorError(f"a worker of the Dask cluster failed: {type(error).__name__}: {error}")

    def _cancel(self, pending: set[Any]) -> None:
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):  # there may be no scheduler any more
            self.client.cancel(list(pending))

    def close(self) -> None:
        """Leave the cluster; one's own is stopped."""
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Processes that begin here ignore Ctrl-C, which a terminal sends to all: the driver stops them in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _on_worker(grid: Grid, lo: int, hi: int, version: str) -> Done:
    return lo, hi, compute(grid, lo, hi, version)
