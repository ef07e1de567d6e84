"""A process that has loaded and compiled everything and forks a command line for each request.

Each line of standard input is JSON: `argv` of `adamtheory`, and optionally `signal`, to be sent when `file` has got
so many more `lines`, and `after` some seconds more; or `die` and `count` (kill yourself when you come to that place for
the count-th time). Each answer is a line of JSON: `status`, `out`, `err`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from adamtheory.cli import main

sys.path.insert(0, str(Path(__file__).parents[1]))  # a program, to which pytest gives no path
from mortal import arm_files, killer


def child(request: dict[str, Any], out: int, err: int) -> None:
    """The forked process: one command line, then the end."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request.get("die"):
        arm_files(request["die"], killer(request["count"]))
    status = 99
    try:
        status = main(request["argv"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.is_file() else 0


def wait(file: Path, goal: int, after: float, pid: int) -> None:
    """Wait for lines and then for some seconds, or for the end of the child."""
    while lines(file) < goal and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        time.sleep(0.001)
    time.sleep(after)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        goal = request.get("lines", 0) + lines(Path(request.get("file", "")))
        pid = os.fork()
        if not pid:
            child(request, out.fileno(), err.fileno())
        if request.get("signal"):
            wait(Path(request["file"]), goal, request.get("after", 0.0), pid)
            os.kill(pid, request["signal"])  # a child that has ended waits to be asked for its status
        _, status = os.waitpid(pid, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
        return {"status": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):  # loads and compiles what the children need
        began = time.perf_counter()
        assert main(json.loads(sys.argv[1])) == 0
    print(json.dumps(time.perf_counter() - began), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
