"""The digits of scikit-learn as rows with classes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from adamtheory.errors import NoDataError


@dataclass(frozen=True)
class Split:
    """Rows."""

    x: Any
    y: Any


@dataclass(frozen=True)
class Examples:
    """Rows for training and test."""

    name: str
    train: Split
    test: Split
    classes: int
    shape: tuple[int, ...]
    scale: float
    origin: dict[str, str]


def load(spec: str, data_dir: Any = None, *, download: bool = False, tell: Any = None) -> Any:
    """The digits, four fifths for training."""
    del data_dir, download, tell
    import numpy as np
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    if spec != "digits":
        raise NoDataError(f"unknown data set '{spec}'; known: digits")
    found = load_digits()
    x, y = found.data.astype(np.uint8), found.target.astype(np.int64)
    order = np.random.Generator(np.random.Philox(key=0)).permutation(len(y))
    a, b = order[:1437], order[1437:]
    digest = hashlib.sha256(x.tobytes()).hexdigest()
    return Examples(spec, Split(x[a], y[a]), Split(x[b], y[b]), 10, (8, 8), 1 / 16, {"digits": digest})
