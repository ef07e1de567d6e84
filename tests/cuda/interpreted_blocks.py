"""The interpreter for kernels of one block a network: a test chooses in which order the threads reach a barrier.

A barrier that is missing then shows. Shared memory is full of what is no number until it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .blocks import ORDERS
from .interpreted_grids import Grid
from .interpreter import FLOATS, Registers, _result, _value, signed, width


class BlockProgram(Grid):
    """The kernel of a PTX text; `order` is one of `ORDERS`."""

    def __init__(self, text: str, order: str = "permuted") -> None:
        super().__init__(text)
        self.order = ORDERS[order]

    def turns(self, threads: int) -> Iterable[int]:
        return self.order(threads)

    def result(self, opcode: tuple[str, ...], target: str, rest: tuple[str, ...], registers: Registers) -> Any:
        """What the interpreter of one lane a thread does not know."""
        name, kind = opcode[0], opcode[-1]
        if opcode == ("mov", "b32") and target.startswith("%f"):  # the bits of a whole number
            return np.uint32(registers[rest[0]] & 0xFFFFFFFF).view(np.float32)
        if opcode == ("mov", "b32") and rest[0].startswith("%f"):
            return int(registers[rest[0]].view(np.uint32))
        if name == "cvt" and kind in FLOATS and opcode[1] in ("rmi", "rzi"):
            value = _value(rest[0], kind, registers)
            if opcode[2] in FLOATS:
                return FLOATS[opcode[2]](np.floor(value))
            whole = int(value) if np.isfinite(value) else 0
            return whole & ((1 << width(opcode[2])) - 1)
        if name == "rcp" and "rn" in opcode:
            return FLOATS[kind](1) / _value(rest[0], kind, registers)
        if name in ("div", "rem") and kind not in FLOATS:
            a, b = (_value(o, kind, registers) for o in rest)
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return signed(quotient if name == "div" else a - b * quotient, kind) & ((1 << width(kind)) - 1)
        if opcode == ("mov", "pred"):
            return registers[rest[0]] if rest[0].startswith("%") else bool(int(rest[0]))
        return _result(opcode, rest, registers)
