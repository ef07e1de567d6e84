"""The interpreter for kernels with shared memory and barriers: the threads of a block are generators.

Threads run one after the other from barrier to barrier, in an order that a test may choose, so that a barrier that is
missing shows. Shared memory is real memory too, full of what is no number until it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from .blocks import ORDERS
from .interpreter import FLOATS, Memory, Program, Registers, _address, _result, _value, _words, signed, width

BARRIER = ("bar", "sync")


class BlockProgram(Program):
    """The kernel of a PTX text, and the arrays that it shares: name -> bytes."""

    def __init__(self, text: str, order: str = "permuted") -> None:
        super().__init__(text)
        declared = re.findall(r"\.shared \.align \d+ \.b8 (\w+)\[(\d+)\];", text)
        self.shared = {name: int(size) for name, size in declared}
        self.order = ORDERS[order]

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        words, memory = list(_words(arguments)), Memory([a for a in arguments if isinstance(a, np.ndarray)])
        with np.errstate(all="ignore"):
            for block in range(blocks):
                self.play(block, threads, words, memory)

    def play(self, block: int, threads: int, words: list[int], memory: Memory) -> None:
        arrays = {name: np.full(size, 255, np.uint8) for name, size in self.shared.items()}  # of NaN
        own = Memory(list(arrays.values()))
        symbols = {name: array.ctypes.data for name, array in arrays.items()}
        running = [
            self.thread({"%tid.x": t, "%ntid.x": threads, "%ctaid.x": block} | symbols, words, memory, own)
            for t in range(threads)
        ]
        more = True
        while more:
            ended = [next(running[t], "end") == "end" for t in self.order(threads)]
            assert len(set(ended)) == 1, "a barrier that only some threads reach"
            more = not ended[0]

    def thread(self, registers: Registers, words: list[int], memory: Memory, own: Memory) -> Iterator[None]:
        place, spaces = 0, {"global": memory, "shared": own}
        while place < len(self.lines):
            guard, guarded, opcode, operands = self.lines[place]
            place += 1
            if guarded and registers[guard.lstrip("!")] == guard.startswith("!"):
                continue
            if opcode[0] == "ret":
                return
            if opcode[:2] == BARRIER:
                yield
            elif opcode[0] == "bra":
                place = self.labels[operands[-1]]
            elif opcode[:2] == ("ld", "param"):
                number = int(re.search(r"_param_(\d+)\]", operands[1]).group(1))
                registers[operands[0]] = words[number]
            elif opcode[0] == "ld":
                value = spaces[opcode[1]].view(self.address(operands[1], registers), opcode[-1])[0]
                registers[operands[0]] = value if opcode[-1] in FLOATS else int(value) & (2**64 - 1)
            elif opcode[0] == "st":
                value = _value(operands[1], opcode[-1], registers)
                spaces[opcode[1]].view(self.address(operands[0], registers), opcode[-1])[0] = value
            else:
                registers[operands[0]] = self.result(opcode, operands, registers)

    def address(self, text: str, registers: Registers) -> int:
        """A place in memory, which may be counted from a shared array."""
        named = re.fullmatch(r"\[(\w+)(?:\+(\d+))?\]", text)
        return registers[named.group(1)] + int(named.group(2) or 0) if named else _address(text, registers)

    def result(self, opcode: tuple[str, ...], operands: tuple[str, ...], registers: Registers) -> Any:
        """What the interpreter of one lane a thread does not know."""
        name, kind, (target, *rest) = opcode[0], opcode[-1], operands
        if rest[0] in self.shared:
            return registers[rest[0]]
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
        return _result(opcode, tuple(rest), registers)
