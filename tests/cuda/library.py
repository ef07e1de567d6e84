"""NVIDIA's exp, log, powers and so on, compiled and interpreted, in the place of Python's `math`.

What a CPU computes with them it computes as a GPU does, to the last bit; so a kernel that calls them is held to bits
too. How far they are from the C library's is a test of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from adamtheory.engine.cuda import Forgiving

from .compiled import ptx
from .interpreter import Program

NAMES = ("exp", "log", "cos", "tanh", "log1p", "expm1", "pow")


@lru_cache(maxsize=2 * len(NAMES))
def program(name: str, dtype: str) -> Program:
    text = f"def run(x, y, out):\n    out[0] = math.{name}(x[0]{', y[0]' if name == 'pow' else ''})\n"
    return Program(ptx(text, "run", f"void({', '.join([f'{dtype}[::1]'] * 3)})", contracted=False))


@lru_cache(maxsize=None, typed=True)
def value(name: str, *args: Any) -> Any:
    """In float32 if an argument is one, else in float64."""
    dtype = "float32" if isinstance(args[0], np.float32) else "float64"
    x, y = (np.array([a], dtype) for a in (args[0], args[-1]))
    out = np.zeros(1, dtype)
    program(name, dtype).launch(1, 1, [x, y, out])
    return out[0]


class Library(Forgiving):
    """The functions of a GPU; what it computes as a CPU does is Python's."""

    def __getattr__(self, name: str) -> Any:
        return (lambda *args: value(name, *args)) if name in NAMES else super().__getattr__(name)
