"""The folder of a sweep's results: Parquet blocks, and an SQLite index that says which of them are whole.

    STORE/index.sqlite               what grids there are, which lanes are done, size and SHA-256 of every block
    STORE/KEY/lanes-LO-HI.parquet    the results of the lanes LO..HI-1 of the grid with that key

A block is written under another name, flushed to the disk, and renamed; only then does the index claim it. So a kill
at any moment leaves no claim that is not true. Two drivers may write into one store: blocks of equal name hold equal
bytes, and whichever is renamed last is right. Claims of work are hints that let drivers share it; nobody waits for one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.errors import OutputError
from adamtheory.sweeping.grid import Grid

if TYPE_CHECKING:
    from types import TracebackType

INDEX = "index.sqlite"
LAYOUT = 1  # of the index
PATIENCE = 60.0  # seconds to wait for another driver's transaction
STALE = 600.0  # seconds after which a half-written file is nobody's any more
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

SCHEMA = """
CREATE TABLE IF NOT EXISTS grids (
    key TEXT PRIMARY KEY, family TEXT NOT NULL, label TEXT NOT NULL, configuration TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blocks (
    key TEXT NOT NULL REFERENCES grids, lo INTEGER NOT NULL, hi INTEGER NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (key, lo, hi));
CREATE TABLE IF NOT EXISTS claims (
    key TEXT NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, driver TEXT NOT NULL, PRIMARY KEY (key, lo, hi));
"""

COVERING = "SELECT 1 FROM blocks b WHERE b.key = claims.key AND b.lo <= claims.lo AND b.hi >= claims.hi"


class StoreError(OutputError):
    """The store cannot take or give results; what it holds stays whole."""


@dataclass(frozen=True)
class Block:
    """Lanes lo..hi-1 of a grid, and what its file must be."""

    lo: int
    hi: int
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Known:
    """A grid that the store has heard of."""

    key: str
    family: str
    label: str
    configuration: dict[str, Any]
    done: int

    @property
    def lanes(self) -> int:
        """Lanes of the whole grid."""
        return int(self.configuration["lanes"])


class Store:
    """A folder of results; usable from several threads. Raises `StoreError` for a folder that is none."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        self.folder = folder
        self.driver = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._lock = threading.RLock()
        if create:
            with self._spoken("cannot be made"):
                folder.mkdir(parents=True, exist_ok=True)
        elif not (folder / INDEX).is_file():
            raise StoreError(
                f"{folder} holds no sweep; give a folder that `adamtheory sweep` wrote, or leave out --store"
            )
        elif not folder.is_dir():
            raise StoreError(f"{folder} is not a folder; give another --store")
        with self._spoken("cannot be opened"):
            self._base = sqlite3.connect(
                folder / INDEX, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            self._prepare()

    def _prepare(self) -> None:
        """Make the tables where they are missing, and drop what a killed driver left half-written."""
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        with self._change():
            (layout,) = self._base.execute("PRAGMA user_version").fetchone()
            if layout not in (0, LAYOUT):
                raise StoreError(f"{self.folder} was written by another version of adamtheory; give another --store")
            for statement in filter(str.strip, SCHEMA.split(";")):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version={LAYOUT}")
        for part in self.folder.glob("*/.*.part"):
            try:
                if time.time() - part.stat().st_mtime > STALE:
                    part.unlink()
            except FileNotFoundError:
                pass

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._base.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _change(self) -> Iterator[None]:
        """A transaction: all of it or nothing, one driver at a time."""
        with self._lock, self._spoken("cannot be written"):
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _spoken(self, what: str) -> Iterator[None]:
        """Errors of the disk and of the index as one line."""
        try:
            yield
        except OSError as error:
            hint = "make room and run the same command again" if error.errno in FULL else "choose another place"
            kept = "; the blocks that are done are kept" if error.errno in FULL else ""
            raise StoreError(f"{self.folder} {what}: {error.strerror}{kept}; {hint}") from None
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.folder / INDEX} {what}: {error}; the blocks that are done are kept; make room, or see that no "
                "other program holds it, and run the same command again"
            ) from None

    def register(self, grid: Grid) -> None:
        """Make a grid known."""
        text = json.dumps(grid.configuration(), sort_keys=True)
        with self._change():
            row = (grid.key, grid.family, grid.label, text)
            self._base.execute("INSERT OR IGNORE INTO grids VALUES (?, ?, ?, ?)", row)

    def known(self) -> list[Known]:
        """All grids, in the order in which they came."""
        with self._lock, self._spoken("cannot be read"):
            rows = self._base.execute("SELECT key, family, label, configuration FROM grids ORDER BY rowid").fetchall()
        return [Known(key, family, label, json.loads(text), self.done(key)) for key, family, label, text in rows]

    def blocks(self, key: str) -> list[Block]:
        """The blocks that the index claims, by their lanes."""
        with self._lock, self._spoken("cannot be read"):
            query = "SELECT lo, hi, size, sha256 FROM blocks WHERE key = ? ORDER BY lo, hi"
            return [Block(*row) for row in self._base.execute(query, (key,))]

    def done(self, key: str) -> int:
        """How many lanes are done."""
        return sum(hi - lo for lo, hi in union(self.blocks(key)))

    def path(self, key: str, lo: int, hi: int) -> Path:
        """Where a block lies."""
        return self.folder / key / f"lanes-{lo:012d}-{hi:012d}.parquet"

    def add(self, key: str, lo: int, hi: int, content: bytes) -> None:
        """Write a block so that it is whole on the disk, then claim it."""
        path = self.path(key, lo, hi)
        with self._spoken("cannot take another block"):
            _write_whole(path, content)
        row = (key, lo, hi, len(content), hashlib.sha256(content).hexdigest())
        with self._change():
            self._base.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?)", row)
            self._base.execute("DELETE FROM claims WHERE key = ? AND lo = ? AND hi = ?", (key, lo, hi))

    def damaged(self, key: str) -> list[tuple[Block, str]]:
        """Blocks whose files are not what the index says, with the reason; they are forgotten."""
        found = []
        for block in self.blocks(key):
            reason = self._damage(self.path(key, block.lo, block.hi), block)
            if reason:
                found.append((block, reason))
        with self._change():
            for block, _ in found:
                row = (key, block.lo, block.hi, block.sha256)
                self._base.execute("DELETE FROM blocks WHERE key = ? AND lo = ? AND hi = ? AND sha256 = ?", row)
        return found

    def _damage(self, path: Path, block: Block) -> str:
        try:
            size = path.stat().st_size
            if size != block.size:
                return f"has {size} of {block.size} bytes"
            with path.open("rb") as file:
                return "" if hashlib.file_digest(file, "sha256").hexdigest() == block.sha256 else "has other bytes"
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({error.strerror})"

    def claim(self, key: str, lo: int, hi: int, *, over: bool = False) -> bool:
        """Whether these lanes are still to be done and nobody else has begun them; `over`: even where somebody has."""
        with self._change():
            done = self._base.execute("SELECT 1 FROM blocks WHERE key = ? AND lo <= ? AND hi >= ?", (key, lo, hi))
            if done.fetchone():
                return False
            query = "SELECT driver FROM claims WHERE key = ? AND lo < ? AND hi > ?"
            others = [row for row in self._base.execute(query, (key, hi, lo)) if row[0] != self.driver]
            if others and not over:
                return False
            self._base.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)", (key, lo, hi, self.driver))
        return True

    def release(self, key: str) -> None:
        """Drop this driver's claims, and those of drivers that were killed where all lanes are done."""
        with self._change():
            self._base.execute("DELETE FROM claims WHERE key = ? AND driver = ?", (key, self.driver))
            done = (
                "EXISTS (SELECT 1 FROM blocks b WHERE b.key = claims.key AND b.lo <= claims.lo AND b.hi >= claims.hi)"
            )
            self._base.execute(f"DELETE FROM claims WHERE key = ? AND {done}", (key,))


def union(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """The lanes of blocks as disjoint intervals, ascending."""
    found: list[tuple[int, int]] = []
    for block in sorted(blocks, key=lambda b: (b.lo, b.hi)):
        if found and block.lo <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], block.hi)
        else:
            found.append((block.lo, block.hi))
    return found


def missing(blocks: Sequence[Block], count: int, size: int) -> list[tuple[int, int]]:
    """What is not done of `count` lanes, cut at the multiples of `size`."""
    found, at = [], 0
    for lo, hi in [*union(blocks), (count, count)]:
        while at < lo:
            end = min(lo, (at // size + 1) * size)
            found.append((at, end))
            at = end
        at = max(at, hi)
    return found


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there, and still is after a loss of power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
