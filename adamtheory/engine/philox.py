"""Philox4x32-10, the counter-based random stream: one text for every target.

The draw of round t is a pure function of (seed, purpose, t, stream, draw), so any lane can be replayed alone, in any
order, and gives the same bits. Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".

Both functions are plain Python on NumPy integers: called as they stand they are the oracle, and `emit` copies their
text into every kernel that draws (a compiled function of another file would go stale in numba's cache).
"""

from __future__ import annotations

import numpy as np

U = np.uint64
M32, S32 = U(0xFFFFFFFF), U(32)
M0, M1, W0, W1 = U(0xD2511F53), U(0xCD9E8D57), U(0x9E3779B9), U(0xBB67AE85)

# Purposes: the second word of the key. A stream for losses never meets the one that shuffles data.
LOSS, ORDER, INIT, DROPOUT, NOISE, SHUFFLE = 0, 1, 2, 3, 4, 5


def philox4x32(c0, c1, c2, c3, k0, k1):
    """Ten rounds on a counter of four and a key of two 32-bit words, each held in a uint64."""
    for _ in range(10):
        p0 = M0 * c0
        p1 = M1 * c2
        c0 = ((p1 >> S32) ^ c1) ^ k0
        c1 = p1 & M32
        c2 = ((p0 >> S32) ^ c3) ^ k1
        c3 = p0 & M32
        k0 = (k0 + W0) & M32
        k1 = (k1 + W1) & M32
    return c0, c1, c2, c3


def draw_words(t, stream, draw, seed, purpose):
    """Two 32-bit words for draw number `draw` of round t: half a Philox block, two draws to a block.

    Counter = (low word of t, stream, draw // 2, high word of t), key = (seed, purpose).
    """
    a, b, c, d = philox4x32(t & M32, stream, draw >> U(1), t >> S32, seed, purpose)
    if draw & U(1):
        return c, d
    return a, b


def uniform64(t, stream, draw, seed, purpose):
    """A float64 in [0, 1): 53 random bits times 2^-53."""
    a, b = draw_words(t, stream, draw, seed, purpose)
    return np.float64(((a << S32) | b) >> U(11)) * np.float64(1.1102230246251565e-16)


def uniform32(t, stream, draw, seed, purpose):
    """A float32 in [0, 1): 24 random bits times 2^-24."""
    a, _ = draw_words(t, stream, draw, seed, purpose)
    return np.float32(a >> U(8)) * np.float32(5.960464477539063e-08)
