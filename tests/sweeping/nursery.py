"""A process that has loaded everything and forks a driver for each request, so that many can be started and killed.

Each line of standard input is JSON: argv of `adamtheory`, the file for its output, and optionally `limit` (bytes that
a file may have: a full disk) or `die` and `count` (kill yourself when you come to that place for the count-th time).
Answers: a line "pid N" when the driver has begun, and a line "end STATUS" when it has ended.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sqlite3
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # a program, to which pytest gives no path
from mortal import arm_files, killer


def main() -> None:
    import pyarrow.parquet  # noqa: F401

    from adamtheory.sweeping.asking import Asked, probe

    for grid in Asked(("adam[beta2=0..0.9/64]",), "reddi[C=3..8/60]", (1,)).grids():
        probe(grid)  # loads the kernel that the drivers use
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if not pid:
            drive(request)
        print("pid", pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print("end", os.waitstatus_to_exitcode(status), flush=True)


def drive(request: dict[str, Any]) -> None:
    """The forked driver: one command line, then the end."""
    os.setsid()
    faulthandler.register(signal.SIGUSR1)  # where a driver hangs
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request.get("limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["limit"], request["limit"]))
    if request.get("die"):
        arm(request["die"], request.get("count", 1))
    from adamtheory.cli import main

    status = 99
    try:
        status = main(request["argv"])
    except BaseException:  # which `os._exit` would not tell
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def arm(place: str, count: int) -> None:
    """Be killed at a place between the first byte of a block and the claim that it is whole."""
    here = killer(count)
    if place in ("fsync", "replace", "renamed"):  # written; flushed; renamed, but unknown to the index
        arm_files(place, here)
    else:  # the beginning of an SQL statement
        connect = sqlite3.connect

        def traced(*words: Any, **options: Any) -> sqlite3.Connection:
            base = connect(*words, **options)
            base.set_trace_callback(lambda text: here() if text.startswith(place) else None)
            return base

        sqlite3.connect = traced


if __name__ == "__main__":
    main()
