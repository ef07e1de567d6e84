"""Where a run takes place: the CPU, or a GPU where there is one.

with setting("cuda") as runs:       # what `simulate` takes where no device is named
    simulate(adam, reddi, 10**5)
runs                                # Counter({"cuda": 1})
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from adamtheory.errors import UnknownNameError

DEVICES = ("cpu", "cuda", "auto")
# Seconds of a round on a GPU however few the lanes, and of a round of one lane on a core of a CPU. The first is
# reckoned from the length of the chain of instructions, not measured; the second is that of Adam in float64.
GPU_ROUND, CORE_ROUND = 4e-7, 5.8e-10

_setting: ContextVar[tuple[str, Counter[str]] | None] = ContextVar("device", default=None)


def fewest_lanes() -> int:
    """Lanes from which on a GPU is reckoned to be faster than all cores of this machine."""
    return round(GPU_ROUND / CORE_ROUND * (os.cpu_count() or 1))


def unknown(device: str, known: Iterable[str] = DEVICES) -> UnknownNameError:
    """The error for what is no device; to "gpu" the nearest letters, those of "cpu", are no advice."""
    return UnknownNameError("device", device, known, nearest=False)


def check(device: str) -> None:
    """Raise `UnknownNameError` for what is no device, `DeviceError` for a GPU that cannot be had."""
    if device not in DEVICES:
        raise unknown(device)
    if device == "cuda":
        from adamtheory.engine import cuda

        cuda.require()


@contextmanager
def setting(device: str) -> Iterator[Counter[str]]:
    """The device of all runs inside that name none; gives the number of them by what `choose` said of each.

    Raises `UnknownNameError`, `DeviceError` as `check` does.
    """
    check(device)
    runs: Counter[str] = Counter()
    token = _setting.set((device, runs))
    try:
        yield runs
    finally:
        _setting.reset(token)


def choose(device: str | None, lanes: int) -> tuple[str, str]:
    """The device's name, "cpu" or "cuda", and the same in words with the reason, for so many lanes.

    device  None: that of the `setting` around, else the CPU
    Raises `UnknownNameError` for another device, `DeviceError` where "cuda" cannot be had.
    """
    found = _choose(around() if device is None else device, lanes)
    if device is None:
        note(found[1])
    return found


def around() -> str:
    """The device of the `setting` around, else "cpu"."""
    found = _setting.get()
    return found[0] if found else "cpu"


def note(told: str) -> None:
    """Count a run for the `setting` around, if there is one, by where it takes place."""
    if found := _setting.get():
        found[1][told] += 1


def _choose(device: str, lanes: int) -> tuple[str, str]:
    check(device)
    if device != "auto":
        return device, device
    from adamtheory.engine import cuda

    fewest = fewest_lanes()
    if lanes < fewest:
        return "cpu", f"cpu, reckoned to be faster than a GPU below {fewest} lanes"
    if (reason := cuda.driver_error()) is not None:
        return "cpu", f"cpu: {reason}"
    return "cuda", f"cuda, reckoned to be faster than the CPU from {fewest} lanes on"


def describe() -> dict[str, Any]:
    """What compiles kernels for a GPU, and the GPU, or what is missing; see `engine.cuda_report.describe`."""
    from adamtheory.engine import cuda_report

    return cuda_report.describe()


def identity() -> dict[str, str]:
    """What of a GPU and its compiler the last bits of a number may depend on; see `engine.cuda_report.identity`."""
    from adamtheory.engine import cuda_report

    return cuda_report.identity()


def in_words(found: Mapping[str, str] | None) -> str:
    """An `identity`, or None, as where numbers come from: the CPU, or a GPU (numba-cuda 0.30.4, sm_90, CUDA 13.0)."""
    if found is None:
        return "the CPU"
    texts = [found["backend"], found["architecture"], *([f"CUDA {found['cuda']}"] if "cuda" in found else [])]
    return f"a GPU ({', '.join(texts)})"
