"""Drivers that can be started quickly and killed, and the bytes of what they leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NURSERY = Path(__file__).parent / "nursery.py"


@dataclass
class Driver:
    """One run of `adamtheory sweep` in a process of its own."""

    pid: int
    output: Path
    _process: subprocess.Popen[str]

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """The exit status, negative for a signal."""
        assert self._process.stdout is not None
        word, status = self._process.stdout.readline().split()
        assert word == "end"
        return int(status)

    def text(self) -> str:
        return self.output.read_text()


class Nursery:
    """Starts drivers, one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.process = subprocess.Popen(
            [sys.executable, str(NURSERY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def start(self, *words: str, **more: object) -> Driver:
        self.count += 1
        output = self.folder / f"output-{self.count}.txt"
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"argv": ["sweep", *words], "output": str(output), **more}) + "\n")
        self.process.stdin.flush()
        word, pid = self.process.stdout.readline().split()
        assert word == "pid"
        return Driver(int(pid), output, self.process)

    def run(self, *words: str, **more: object) -> tuple[int, str]:
        driver = self.start(*words, **more)
        return driver.wait(), driver.text()

    def close(self) -> None:
        with self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()


def results(store: Path) -> dict[str, bytes]:
    """Every block by its place in the store."""
    return {str(path.relative_to(store)): path.read_bytes() for path in sorted(store.glob("*/*.parquet"))}
