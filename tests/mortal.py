"""Death at a chosen place of a program: for tests of what a kill leaves behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def killer(count: int) -> Callable[[], None]:
    """A function that kills its process when it is called for the count-th time."""
    passed = 0

    def here() -> None:
        nonlocal passed
        passed += 1
        if passed == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return here


def arm_files(place: str, here: Callable[[], None]) -> None:
    """Call `here` before every flush to the disk (fsync), before every renaming (replace), or after it (renamed)."""
    before = os.replace if place == "renamed" else getattr(os, place)
    if place == "renamed":
        os.replace = lambda *words: (before(*words), here())[0]
    else:
        setattr(os, place, lambda *words: (here(), before(*words))[1])
