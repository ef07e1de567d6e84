"""The PTX of kernels, each compiled once for all tests, with and without contraction together."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from adamtheory.engine import cuda


def ptx(text: str, name: str, types: str, contracted: bool) -> str:
    """The kernel of that name in a text, with signature `types`; a*b + c contracted, as is the rule, or not."""
    return both(text, name, types)[0 if contracted else 1]


@cache
def both(text: str, name: str, types: str) -> tuple[str, str]:
    """With contraction and without: the compiler of what numba makes of the text, which takes most of the time, twice.

    The second one is what `cuda.exact` gives, as a test holds.
    """
    cuda.backend()
    compiler: Any = importlib.import_module("numba.cuda.cudadrv.nvvm")
    own, exact = compiler.compile_ir, []

    def twice(parts: Any, **options: Any) -> Any:
        exact.append(own(parts, **options, fma=0).decode().strip("\x00").strip())
        return own(parts, **options)

    compiler.compile_ir = twice
    try:
        contracted = cuda.ptx_of(cuda.functions(text)[name], types, (9, 0))
    finally:
        compiler.compile_ir = own
    (found,) = exact
    return contracted, found
