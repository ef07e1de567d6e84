"""What a data set is in memory: rows with their classes, dense or sparse, for training and for test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adamtheory.data.textfiles import Integers

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Sparse:
    """Rows of which only the entries are kept, as in SciPy's CSR arrays.

    indptr  int64 (n + 1,); row i has the entries indptr[i] to indptr[i + 1]
    indices int32, rising within a row, 0 <= index < width
    values  float32, one an index
    width   number of columns
    """

    indptr: Integers
    indices: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]
    width: int

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def take(self, rows: Integers) -> Sparse:
        """These rows, in this order."""
        sizes = np.diff(self.indptr)[rows]
        indptr = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        where = np.arange(indptr[-1]) + np.repeat(self.indptr[rows] - indptr[:-1], sizes)
        return Sparse(indptr, self.indices[where], self.values[where], self.width)

    def dense(self, rows: Integers | slice = slice(None)) -> npt.NDArray[np.float32]:
        """These rows as a float32 matrix (n, width)."""
        part = self.take(np.arange(len(self))[rows])
        full = np.zeros((len(part), self.width), np.float32)
        full[np.repeat(np.arange(len(part)), np.diff(part.indptr)), part.indices] = part.values
        return full


@dataclass(frozen=True, eq=False)
class Split:
    """Rows and their classes.

    x   (n, d) of uint8, float32 or float64, C-contiguous, or `Sparse`
    y   int64 (n,), classes 0 .. k - 1
    """

    x: Array | Sparse
    y: Integers

    def take(self, rows: Integers) -> Split:
        """These rows, in this order."""
        return Split(self.x.take(rows) if isinstance(self.x, Sparse) else self.x[rows], self.y[rows])


@dataclass(frozen=True, eq=False)
class Examples:
    """A data set for classification.

    name     as it was asked for
    classes  number of classes; all occur in training unless `train=` left some out
    shape    of one row: (28, 28), (3, 32, 32), (64,)
    origin   name of each file that was read -> its SHA-256, in hexadecimal
    """

    name: str
    train: Split
    test: Split
    classes: int
    shape: tuple[int, ...]
    origin: Mapping[str, str]
