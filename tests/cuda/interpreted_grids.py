"""The interpreter for kernels of whole grids: shared memory, barriers, accesses of two or four numbers at once.

A block's threads run one after the other from barrier to barrier; a barrier that not all of them reach raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from .interpreter import FLOATS, Memory, Program, Registers, _result, _value

MOST = 100_000  # instructions of one thread; a kernel that needs more is taken not to end
WORDS = re.compile(r"\{[^}]*\}|\[[^\]]*\]|[^,\s]+")


class Grid(Program):
    """The kernel of a PTX text, with its shared arrays; `backwards`: a block's threads take turns from the last on."""

    def __init__(self, text: str, backwards: bool = False) -> None:
        self.backwards = backwards
        self.symbols: dict[str, int] = {}  # shared arrays, by their offset in the block's memory
        self.bytes = 0
        for align, name, size in re.findall(r"\.shared \.align (\d+) \.b8 (\w+)\[(\d+)\];", text):
            self.bytes = -(-self.bytes // int(align)) * int(align)
            self.symbols[name] = self.bytes
            self.bytes += int(size)
        body = re.sub(r"//.*", "", text[text.index(".entry") :])
        self.labels = {}
        self.lines = []
        for statement in re.split(r"[;\n]", body[body.index("{") + 1 : body.rindex("}")]):
            line = statement.strip()
            if line.endswith(":"):
                self.labels[line[:-1]] = len(self.lines)
            elif line and not line.startswith((".reg", ".pragma", ".loc")):
                guard, opcode, rest = re.fullmatch(r"(?:@(!?%p\d+)\s+)?([a-z][\w.]*)\s*(.*)", line).groups()
                self.lines.append((guard or "", bool(guard), tuple(opcode.split(".")), tuple(WORDS.findall(rest))))

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        words, arrays = list(_passed(arguments)), [a for a in arguments if isinstance(a, np.ndarray)]
        with np.errstate(all="ignore"):
            for block in range(blocks):
                shared = np.full(self.bytes // 8 + 1, np.nan)
                self.base, memory = shared.ctypes.data, Memory([*arrays, shared])
                place = {"%ntid.x": threads, "%ctaid.x": block, "%nctaid.x": blocks}
                running = [self.thread({"%tid.x": k, **place}, words, memory) for k in range(threads)]
                ended = {"barrier"}
                while ended == {"barrier"}:
                    ended = {next(running[k], "ended") for k in self.turns(threads)}
                    if len(ended) > 1:
                        raise RuntimeError("a barrier that not all threads reach")

    def turns(self, threads: int) -> Iterable[int]:
        """The order in which the threads go on to the next barrier."""
        return reversed(range(threads)) if self.backwards else range(threads)

    def thread(self, registers: Registers, words: list[Any], memory: Memory) -> Iterator[str]:
        """One thread, which stops at each barrier."""
        place, done = 0, 0
        while place < len(self.lines):
            done += 1
            if done > MOST:
                raise RuntimeError("a kernel that does not end")
            guard, guarded, opcode, operands = self.lines[place]
            place += 1
            if guarded and registers[guard.lstrip("!")] == guard.startswith("!"):
                continue
            if opcode[0] == "ret":
                return
            if opcode[0] == "bra":
                place = self.labels[operands[-1]]
            elif opcode[0] in ("bar", "barrier"):
                yield "barrier"
            elif opcode[:2] == ("ld", "param"):
                number = int(re.search(r"_param_(\d+)\]", operands[1]).group(1))
                registers[operands[0]] = words[number]
            elif opcode[0] in ("ld", "st"):
                self.access(opcode, operands, registers, memory)
            else:
                named = tuple(str(self.base + self.symbols[o]) if o in self.symbols else o for o in operands[1:])
                registers[operands[0]] = self.result(opcode, operands[0], named, registers)

    def result(self, opcode: tuple[str, ...], target: str, rest: tuple[str, ...], registers: Registers) -> Any:
        del target
        return _result(opcode, rest, registers)

    def access(self, opcode: tuple[str, ...], operands: tuple[str, ...], registers: Registers, memory: Memory) -> None:
        """A load or store of one, two or four neighbours, which begin on a multiple of all their bytes."""
        kind, loads = opcode[-1], opcode[0] == "ld"
        names, where = operands if loads else operands[::-1]
        base, offset = re.fullmatch(r"\[([%\w]+)(?:\+(-?\d+))?\]", where).groups()
        first = self.base + self.symbols[base] if base in self.symbols else registers[base]
        first = (first + int(offset or 0)) & (2**64 - 1)
        numbers, size = WORDS.findall(names.strip("{}")), int(kind[1:]) // 8
        if first % (size * len(numbers)):
            raise IndexError(f"{'.'.join(opcode)} at {first:#x}")
        for k, name in enumerate(numbers):
            view = memory.view(first + k * size, kind)
            if loads:
                registers[name] = view[0] if kind in FLOATS else int(view[0]) & (2**64 - 1)
            else:
                view[0] = _value(name, kind, registers)


def _passed(arguments: list[Any]) -> Iterator[Any]:
    """Numbers as they are; an array as numba passes it: two pointers, item count and size, data, shape, strides."""
    for a in arguments:
        if isinstance(a, np.ndarray):
            yield from (0, 0, a.size, a.itemsize, a.ctypes.data, *a.shape, *a.strides)
        else:
            yield a if isinstance(a, np.floating) else int(a)
