"""IDX files, written by `struct` after the format's description."""

from __future__ import annotations

import struct

import numpy as np


def idx(array: np.ndarray, sizes: tuple[int, ...] | None = None) -> bytes:
    """The bytes of an IDX file; the header may promise other sizes than those of the array."""
    sizes = array.shape if sizes is None else sizes
    return struct.pack(f">BBBB{len(sizes)}I", 0, 0, 8, len(sizes), *sizes) + array.tobytes()
