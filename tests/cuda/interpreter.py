"""An interpreter of the part of PTX that the kernels use: compiled programs, run on the CPU.

Memory is real memory, but only inside of the arrays that a launch is given, and of the shared ones, which are full of
what is no number until it is written. A block's threads run one after the other from barrier to barrier, in an order
that a test may choose, so that a barrier that is missing shows; one that not all threads reach raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arithmetic import Astray
from .instructions import WORDS, Memory, Registers, Step, decode

HEAD = re.compile(r"\.(?:entry|func)\s+(?:\((?P<result>[^)]*)\)\s*)?(?P<name>\w+)\s*\((?P<params>[^)]*)\)(?!\s*;)")
MOST = 1_000_000  # instructions of one thread; a kernel that needs more is taken not to end


@dataclass
class Body:
    """A function: names of its parameters and result, its instructions, and where its labels stand among them."""

    name: str
    params: tuple[str, ...]
    result: str
    lines: list[str] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)


def _braced(text: str, start: int) -> str:
    """What stands between the next brace and the one that closes it."""
    depth, first = 0, text.index("{", start)
    for brace in re.finditer(r"[{}]", text[first:]):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return text[first + 1 : first + brace.start()]
    raise ValueError("a brace is not closed")


def _body(name: str, params: str, result: str, text: str) -> Body:
    found = Body(name, tuple(re.findall(r"(\w+)(?:\[\d+\])?\s*(?:,|$)", params)), result)
    for statement in text.split(";"):
        line = statement.strip()
        while label := re.match(r"[{}\s]+|(\$?\w+):\s*", line):  # braces that begin or end a scope, and labels
            if label.group(1):
                found.labels[label.group(1)] = len(found.lines)
            line = line[label.end() :]
        if line and not line.startswith("."):
            found.lines.append(line)
    return found


class Program:
    """The kernel of a PTX text, the functions that it calls, the tables that they read, the arrays that it shares.

    order  in which the threads of a block go on to the next barrier: a function of their number
    most   instructions of one thread
    """

    def __init__(self, text: str, order: Callable[[int], Iterable[int]] = range, most: int = MOST) -> None:
        text = re.sub(r"//.*", "", text)
        self.order, self.most = order, most
        self.tables = {name: np.array(re.findall(r"\d+", numbers), np.uint8) for name, numbers in
                       re.findall(r"\.global \.align \d+ \.b8 (\w+)\[\d+\] = \{([\d, ]*)\};", text)}  # fmt: skip
        self.shared: dict[str, int] = {}  # arrays, by their offset in the block's memory
        self.bytes = 0
        for align, name, size in re.findall(r"\.shared \.align (\d+) \.b8 (\w+)\[(\d+)\];", text):
            self.bytes = -(-self.bytes // int(align)) * int(align)
            self.shared[name] = self.bytes
            self.bytes += int(size)
        self.functions: dict[str, Body] = {}
        for head in HEAD.finditer(text):
            result, name, params = head.group("result", "name", "params")
            results = re.findall(r"func_retval\d+", result or "") or [""]
            self.functions[name] = _body(name, params, results[0], _braced(text, head.end()))
            if head.group().startswith(".entry"):
                self.entry = self.functions[name]

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        """Run every thread to its end."""
        given = {f"{self.entry.name}_param_{i}": word for i, word in enumerate(_words(arguments))}
        given |= {"%ntid.x": threads, "%nctaid.x": blocks}
        arrays = [a for a in arguments if isinstance(a, np.ndarray)] + list(self.tables.values())
        for block in range(blocks):
            shared = np.full(self.bytes // 8 + 1, np.nan)
            symbols = {name: table.ctypes.data for name, table in self.tables.items()}
            symbols |= {name: shared.ctypes.data + offset for name, offset in self.shared.items()}
            memory = self.memory([*arrays, shared])
            running = [
                self.run(self.entry, given | symbols | {"%ctaid.x": block, "%tid.x": k}, symbols, memory)
                for k in range(threads)
            ]
            ended = {"barrier"}
            with np.errstate(all="ignore"):
                while ended == {"barrier"}:
                    ended = {next(running[k], "ended") for k in self.order(threads)}
            if len(ended) > 1:
                raise Astray("a barrier that not all threads reach")

    def memory(self, arrays: list[np.ndarray]) -> Memory:
        return Memory(arrays)

    def decode(self, line: str) -> Step:
        return decode(line)

    def run(self, body: Body, registers: Registers, symbols: Registers, memory: Memory) -> Iterator[str]:
        """One thread through one function; it stops at each barrier."""
        steps: list[Step | None] = [None] * len(body.lines)
        place = 0
        for _ in range(self.most):
            if place == len(steps):
                return
            step = steps[place]
            if step is None:
                step = steps[place] = self.decode(body.lines[place])
            guard, wanted, way, words, act = step
            place += 1
            if guard and registers[guard] != wanted:
                continue
            if act is not None:
                act(registers, memory)
            elif way == "bra":
                place = body.labels[words[-1]]
            elif way == "bar":
                yield "barrier"
            elif way == "call":
                yield from self.call(words, registers, symbols, memory)
            else:
                return
        raise Astray(f"{body.name} does not end")

    def call(self, words: tuple[str, ...], registers: Registers, symbols: Registers, memory: Memory) -> Iterator[str]:
        """A function with one result, on parameters that were stored under their names."""
        (result,), given = WORDS.findall(words[0].strip("()")), WORDS.findall(words[2].strip("()"))
        body = self.functions[words[1]]
        inner = symbols | {name: registers[word] for name, word in zip(body.params, given, strict=True)}
        yield from self.run(body, inner, symbols, memory)
        registers[result] = inner[body.result]


def _words(arguments: list[Any]) -> Iterator[Any]:
    """Numbers as they are; an array as numba passes it: two pointers, item count and size, data, shape, strides."""
    for a in arguments:
        if isinstance(a, np.ndarray):
            yield from (0, 0, a.size, a.itemsize, a.ctypes.data, *a.shape, *a.strides)
        else:
            yield a if isinstance(a, np.floating) else int(a)
