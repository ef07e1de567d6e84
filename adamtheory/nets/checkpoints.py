"""The states of a training on disk, so that a kill at any moment costs the epoch that was running and no bit.

    kept = Checkpoints(folder)
    kept.write(3, arrays)           # folder/epoch-0003-SHA.npz, SHA the first digits of its SHA-256
    kept.latest()                   # (3, arrays), or the one before where the last is not what its name says

A file is written under another name, flushed to the disk, and renamed. The last two are kept.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.errors import OutputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

KEPT = 2
DIGITS = 16  # of the digest
NAME = re.compile(rf"epoch-(\d{{4,}})-([0-9a-f]{{{DIGITS}}})\.npz")


def replace_file(path: Path, content: bytes) -> None:
    """Give a file a new content, which is there whole after a kill or a loss of power, or else the old one is."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        above = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(above)
        finally:
            os.close(above)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}; the epochs before it are kept") from None


class Checkpoints:
    """The checkpoints of one optimizer's training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> list[tuple[int, str, Path]]:
        """(epoch, digits of the digest, file), the last epoch first."""
        if not self.folder.is_dir():
            return []
        found = [(NAME.fullmatch(path.name), path) for path in self.folder.iterdir()]
        return sorted(((int(m[1]), m[2], path) for m, path in found if m), reverse=True)

    def write(self, epoch: int, arrays: Mapping[str, Any]) -> None:
        """Store the state after an epoch and drop those that are no longer needed; raises `OutputError`."""
        import numpy as np

        memory = io.BytesIO()
        np.savez(memory, allow_pickle=False, **arrays)
        content = memory.getvalue()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.folder} cannot be made: {error.strerror}") from None
        name = f"epoch-{epoch:04}-{_digits(content)}.npz"
        replace_file(self.folder / name, content)
        self._tidy(epoch, name)

    def _tidy(self, epoch: int, name: str) -> None:
        """Drop everything but this file and those before it that are kept, also what a killed process left behind."""
        for stale in [path for path in self.folder.iterdir() if path.name.startswith(".")]:
            stale.unlink(missing_ok=True)
        for number, _, path in self.files():
            if path.name != name and not epoch - KEPT < number < epoch:
                path.unlink(missing_ok=True)

    def latest(self, tell: Callable[[str], None] = lambda text: None) -> tuple[int, Arrays] | None:
        """The state of the last epoch whose file is whole, None where there is none; `tell` hears of the others.

        Those that are not whole, and what is older than what is kept, are dropped.
        """
        import numpy as np

        for epoch, digits, path in self.files():
            try:
                content = path.read_bytes()
            except OSError as error:
                tell(f"{path} cannot be read ({error.strerror}); it is left out")
                continue
            if _digits(content) != digits:
                tell(f"{path} is damaged (its digest is not the one in its name); it is left out")
                continue
            self._tidy(epoch, path.name)
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                return epoch, dict(stored)
        return None


def _digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGITS]
