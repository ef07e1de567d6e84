"""The verdict on proof files: PROVED is what two checkers in two processes derived, and what the pins expect.

    for outcome in check([catalogue.find("zinkevich_box")], search=False):
        print(outcome.name, outcome.word)

This process imports neither proof files nor the kernel.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adamtheory import catalogue
from adamtheory.catalogue import ProofFile

RECHECK = [sys.executable, "-I", str(Path(__file__).parent.parent / "logic" / "recheck.py"), "--json"]
SILENT = {"accepted": False, "reason": "it did not answer"}
STOPPED = {"outcome": "FAILED", "reason": "the deriving process stopped", "seconds": 0.0}
MOST_PROCESSES = 4
GOOD = ("PROVED", "PROVED FROM AXIOMS", "REFUTED")


@dataclass(frozen=True)
class Outcome:
    """What is known of one proof file; `word` is the verdict, `facts` what the checkers reported."""

    name: str
    title: str
    word: str
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the file did what it promises."""
        return self.word in GOOD


def check(files: Sequence[ProofFile], search: bool, store: bool = False, form: str | None = None) -> Iterator[Outcome]:
    """Outcomes as they come: by stored certificates, or (`search`, and for files of one's own) by finding them anew.

    store  keep what was found, and pin the sentences as they are now
    form   text or mathml: with a page of all steps in `facts["page"]`
    """
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        tasks = [_task(file, search, store, Path(scratch), form) for file in files]
        # File k goes to process k mod n, each of which answers in order.
        shares = [tasks[k :: _processes(len(tasks))] for k in range(_processes(len(tasks)))]
        reports = [_lines(stack, [sys.executable, "-m", "adamtheory.proving.worker"], json.dumps(s)) for s in shares]
        # What is stored already, the second checker reads beside the first; what is found anew, after it.
        stored = [task["stored"] for task in tasks if not task["search"] and not task["refutes"]]
        seconds = _lines(stack, [*RECHECK, *stored]) if stored else iter(())
        known = {path: _counted(next(seconds, SILENT)) for path in stored}
        for place, report in _as_they_come(reports, [len(share) for share in shares]):
            file, task = files[place], tasks[place]
            yield _verdict(file, task, report, known.get(task["stored"]), store)


def _processes(files: int) -> int:
    return max(1, min(MOST_PROCESSES, os.cpu_count() or 1, files))


def _as_they_come(
    reports: Sequence[Iterator[dict[str, Any]]], sizes: Sequence[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The answers of several processes with the numbers of their files: a slow proof hides no finished one."""
    answers: queue.Queue[tuple[int, dict[str, Any]]] = queue.Queue()

    def read(k: int) -> None:
        for place in range(sizes[k]):
            try:
                answer = next(reports[k], STOPPED)
            except ValueError:  # half a line, or none: the process was ended
                answer = STOPPED
            answers.put((k + place * len(reports), answer))

    for k in range(len(reports)):
        threading.Thread(target=read, args=(k,), daemon=True).start()
    for _ in range(sum(sizes)):
        yield answers.get()


def recheck(path: Path) -> dict[str, Any]:
    """The report of the second checker, in an isolated process that has seen nothing of this project."""
    with ExitStack() as stack:
        return _counted(next(_lines(stack, [*RECHECK, str(path)]), SILENT))


def _counted(report: dict[str, Any]) -> dict[str, Any]:
    """The report with its steps counted from 1, as a printed proof counts them; the second checker counts from 0."""
    lines = [re.sub(r": step (\d+)$", lambda m: f": step ({int(m[1]) + 1})", d) for d in report.get("definedness", [])]
    return report | ({"definedness": lines} if lines else {})


def _task(file: ProofFile, search: bool, store: bool, scratch: Path, form: str | None) -> dict[str, Any]:
    anew = search or file.own or not file.stored.is_file()
    return {
        "name": file.name,
        "path": str(file.path),
        "own": file.own,
        "refutes": file.refutes,
        "search": anew,
        "store": store,
        "stored": str(file.stored),
        "target": str(scratch / f"{file.name}.json"),
        "form": form,
    }


def _lines(stack: ExitStack, command: list[str], given: str = "") -> Iterator[dict[str, Any]]:
    """The JSON lines that a process prints; it ends with this one, whatever happens."""
    # In a session of its own: Ctrl-C reaches this process only, which ends the others.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    if process.stdin is None or process.stdout is None:
        return iter(())
    for ending in (process.stdout.close, process.wait, process.kill):  # the last one comes first
        stack.callback(ending)
    with process.stdin as pipe:
        pipe.write(given)
    return map(json.loads, process.stdout)


def _verdict(
    file: ProofFile, task: dict[str, Any], report: dict[str, Any], second: dict[str, Any] | None, store: bool
) -> Outcome:
    word, reason = report["outcome"], report.get("reason", "")
    if word == "DERIVED":
        proof = Path(task["target"] if task["search"] else task["stored"])
        second = second or recheck(proof)
        report = report | {"recheck": second}
        if not second["accepted"]:
            word, reason = "FAILED", f"the second checker refuses: {second['reason']}"
        elif second["hash"] != report["hash"]:
            word, reason = "FAILED", "the two checkers derived different sentences"
        else:
            word = "PROVED FROM AXIOMS" if report["axioms"] else "PROVED"
            report["proof"] = proof.read_text()
            if store and task["search"]:
                file.stored.parent.mkdir(exist_ok=True)
                file.stored.write_text(report["proof"] + "\n")
    if store and word in GOOD and not file.own:
        _pin(file.name, report["hash"])
    elif word in GOOD and not file.own:
        pinned = catalogue.pins().get(file.name)
        if pinned != report["hash"]:
            word, reason = "CHANGED", f"the sentence is not the pinned one (sha256 {str(pinned)[:12]}...)"
    return Outcome(file.name, file.title, word, reason, report)


def _pin(name: str, sentence: str) -> None:
    pinned = dict(sorted({**catalogue.pins(), name: sentence}.items()))
    catalogue.pins_file().write_text(json.dumps(pinned, indent=1) + "\n")
