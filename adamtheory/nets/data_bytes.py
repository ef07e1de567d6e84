"""Binary data files, plain or packed with gzip or xz: IDX and the rows of CIFAR-10.

No more is read than the header promises and one byte, and the header is held against what the file can hold before
memory is taken. Every fault is a `DataError` with the byte of the unpacked data.
"""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from adamtheory.data.textfiles import Integers, fault

Bytes = npt.NDArray[np.uint8]

LARGEST = 2**30  # bytes of one array; the training images of CIFAR-10 have 1.5e8
PIECE = 2**20  # bytes taken at once
MOST_OF_GZIP = 1032  # deflate packs at most 258 bytes into 2 bits
MOST_OF_XZ = 2**27  # bytes that unpacking may take; the strongest preset, xz -9, asks for half of it

PIXELS = 3 * 32 * 32
CIFAR_CLASSES = 10


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Xz:
    """One xz stream that may take `MOST_OF_XZ` bytes; Python's own `LZMAFile` sets no limit."""

    def __init__(self, packed: _Readable) -> None:
        self.packed = packed
        self.machine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_OF_XZ)

    def read(self, size: int, /) -> bytes:
        while not self.machine.eof:
            block = self.packed.read(PIECE) if self.machine.needs_input else b""
            if self.machine.needs_input and not block:
                raise EOFError("the file ends inside the stream")
            if unpacked := self.machine.decompress(block, size):
                return unpacked
        if self.machine.unused_data or self.packed.read(1):
            raise EOFError("more bytes follow the end of the stream")
        return b""


class Unpacked:
    """The unpacked bytes of a file, in order.

    at    how many have been read
    most  a number that the file's unpacked length cannot exceed, as far as its packed length tells
    """

    def __init__(self, path: Path, stream: _Readable, most: int) -> None:
        self.path, self.most, self.at = path, most, 0
        self._stream = stream

    def read(self, size: int, what: str) -> bytes:
        """Exactly so many bytes; what: named where the file is too short for them."""
        parts: list[bytes] = []
        missing = size
        while missing and (part := self._part(missing)):
            parts.append(part)
            missing -= len(part)
            self.at += len(part)
        if missing:
            fault(self.path, None, f"the file ends here, short of {what}", "fetch the file again", byte=self.at)
        return b"".join(parts)

    def end(self, what: str) -> None:
        """See that no byte follows, which also checks the sums at the end of a packed file."""
        if self._part(1):
            fault(self.path, None, f"more bytes follow {what}", "fetch the file again", byte=self.at)

    def _part(self, size: int) -> bytes:
        try:
            return self._stream.read(min(size, PIECE))
        except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError) as error:
            fault(self.path, None, f"the packed stream breaks off or is damaged here ({error})",
                  "fetch the file again", byte=self.at)  # fmt: skip
        except OSError as error:
            fault(self.path, None, f"the file cannot be read ({error.strerror or error})", "try again", byte=self.at)


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """Open a file; whether it is packed is known by its first bytes, whatever its name."""
    try:
        raw = open(path, "rb")  # noqa: SIM115  closed below: only the opening may fail in this way
    except OSError as error:
        fault(path, None, f"the file cannot be read ({error.strerror or error})", "check its name and permissions")
    with raw:
        size = raw.seek(0, io.SEEK_END)
        raw.seek(0)
        start = raw.read(6)
        raw.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=raw) as stream:
                yield Unpacked(path, stream, MOST_OF_GZIP * size)
        elif start == b"\xfd7zXZ\0":
            yield Unpacked(path, _Xz(raw), LARGEST)
        else:
            yield Unpacked(path, raw, size)


def read_idx(path: Path, dimensions: int) -> Bytes:
    """The array of unsigned bytes of an IDX file, with so many dimensions.

    Raises `DataError` (file, byte, reason, remedy) where the header is another one, promises more than `LARGEST`
    bytes or than the file can hold, or the data are shorter or longer than the header says.
    Source of the format: LeCun, Cortes, Burges, "The MNIST database", section "File formats".
    """
    with unpacked(path) as stream:
        magic = int.from_bytes(stream.read(4, "the magic number"), "big")
        if magic != 0x0800 + dimensions:
            fault(path, None, f"the magic number is {magic}, not {0x0800 + dimensions} (IDX, unsigned bytes, "
                  f"{dimensions} dimensions)", "give the file from the data set's authors", byte=0)  # fmt: skip
        sizes = np.frombuffer(stream.read(4 * dimensions, "the header"), ">u4").tolist()
        shown, total = " x ".join(map(str, sizes)), prod(sizes)
        if total > LARGEST or total + stream.at > stream.most:
            limit = f"the limit of {LARGEST}" if total > LARGEST else f"the {stream.most - stream.at} that can follow"
            fault(path, None, f"the header promises {shown} = {total} bytes, over {limit}", "fetch the file again",
                  byte=4)  # fmt: skip
        if not total:
            fault(path, None, f"the header promises {shown} bytes: no data", "fetch the file again", byte=4)
        array = np.empty(total, np.uint8)
        what = f"the {shown} bytes that the header promises"
        for start in range(0, total, PIECE):
            block = stream.read(min(PIECE, total - start), what)
            array[start : start + len(block)] = np.frombuffer(block, np.uint8)
        stream.end(what)
    return array.reshape(sizes)


def check_labels(path: Path, labels: Bytes | Integers, classes: int, start: int, step: int) -> None:
    """Refuse a label that is not 0 .. classes - 1; label i stands at byte start + step*i."""
    wrong = np.flatnonzero(labels >= classes)
    if wrong.size:
        row = int(wrong[0])
        fault(path, None, f"row {row} has the label {labels[row]}; labels are 0 to {classes - 1}",
              "fetch the file again", byte=start + step * row)  # fmt: skip


def read_cifar(path: Path, rows: int, pixels: Bytes, labels: Integers) -> None:
    """Read a file of exactly so many rows of CIFAR-10 into arrays of shape (rows, 3072) and (rows,).

    A row is its label, one byte 0 .. 9, then 1024 red, 1024 green and 1024 blue bytes, each a picture row by row.
    Raises `DataError` (file, byte, reason, remedy) where the file has fewer or more rows, or another label.
    Source of the format: Krizhevsky, "The CIFAR-10 dataset", section "Binary version".
    """
    together = PIECE // (PIXELS + 1)
    what = f"the {rows} rows of {PIXELS + 1} bytes that it must have"
    with unpacked(path) as stream:
        for start in range(0, rows, together):
            stop = min(start + together, rows)
            at = stream.at
            block = np.frombuffer(stream.read((stop - start) * (PIXELS + 1), what), np.uint8).reshape(stop - start, -1)
            check_labels(path, block[:, 0], CIFAR_CLASSES, at, PIXELS + 1)
            labels[start:stop], pixels[start:stop] = block[:, 0], block[:, 1:]
        stream.end(what)
