"""Instructions of PTX made ready: each is read once, and is then a function of a thread's registers and the memory.

Registers are a dictionary, in which symbols stand for their addresses too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from . import arithmetic
from .arithmetic import FLOATS, Astray, bits_of, float_of, signed, width

Registers = dict[str, Any]
Operations = Callable[[tuple[str, ...]], tuple[tuple[str, ...], arithmetic.Operation]]
WORDS = re.compile(r"\{[^}]*\}|\([^)]*\)|\[[^\]]*\]|[^,\s]+")  # operands
STATEMENT = re.compile(r"(?:@(!?)(%p\d+)\s+)?([a-z][\w.]*)\s*(.*)", re.DOTALL)
MEMORY = {"f32": np.float32, "f64": np.float64, "u64": np.uint64, "s64": np.int64, "b64": np.uint64,
          "s32": np.int32, "u32": np.uint32, "b32": np.uint32, "u8": np.uint8, "b8": np.uint8}  # fmt: skip
ALL = 2**64 - 1


class Memory:
    """The arrays that a launch may touch."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self.places = [(a.ctypes.data, a.reshape(-1).view(np.uint8)) for a in arrays]
        self.known: dict[tuple[int, str], np.ndarray] = {}

    def view(self, address: int, kind: str) -> np.ndarray:
        """One number at an address; raises `Astray` outside of the arrays or off its alignment."""
        found = self.known.get((address, kind))
        if found is None:
            found = self.known[address, kind] = self.find(address, kind)
        return found

    def find(self, address: int, kind: str) -> np.ndarray:
        size = width(kind) // 8
        for first, octets in self.places:
            if first <= address and address + size <= first + octets.size and address % size == 0:
                return octets[address - first : address - first + size].view(MEMORY[kind])
        raise Astray(f"no {kind} at {address:#x}")

    def load(self, address: int, kind: str) -> Any:
        number = self.view(address, kind)[0]
        return number if kind in FLOATS else int(number) & ALL

    def store(self, address: int, kind: str, value: Any) -> None:
        self.view(address, kind)[0] = value


class Step(NamedTuple):
    """An instruction.

    guard, wanted  the predicate under which it is executed, empty where always, and the value that it must have
    way            what it does to the order of instructions: "" nothing, else bra, call, ret or bar
    words          the operands of one that does something to it
    act            what another one does
    """

    guard: str
    wanted: bool
    way: str
    words: tuple[str, ...]
    act: Callable[[Registers, Memory], None] | None


@cache
def decode(statement: str, operation: Operations = arithmetic.operation) -> Step:
    """An instruction from its text, without the semicolon; raises `NotImplementedError` for an unknown one.

    operation  what opcodes make of numbers: `arithmetic.operation` or another one of the kind
    """
    negated, guard, name, rest = STATEMENT.fullmatch(statement).groups()
    opcode, words = tuple(name.split(".")), tuple(w.strip() for w in WORDS.findall(rest))
    way = {"barrier": "bar"}.get(opcode[0], opcode[0])
    if way in ("bra", "call", "ret", "bar"):
        return Step(guard or "", not negated, way, words, None)
    return Step(guard or "", not negated, "", words, action(opcode, words, operation))


def action(
    opcode: tuple[str, ...], words: tuple[str, ...], operation: Operations
) -> Callable[[Registers, Memory], None]:
    if opcode[:2] in (("ld", "param"), ("st", "param")):
        return parameter(opcode, words)
    if opcode[0] in ("ld", "st") and opcode[1] in ("global", "shared"):
        return access(opcode, words)
    if opcode[0] == "mov" and opcode[-1] in ("b32", "b64"):
        return move(words[0], words[1], width(opcode[-1]))
    kinds, known = operation(opcode)
    target, *sources = words
    readers = [reader(word, kind) for word, kind in zip(sources, kinds, strict=False)]
    if len(readers) == 2:
        first, second = readers

        def two(registers: Registers, _: Memory) -> None:
            registers[target] = known(first(registers), second(registers))

        return two

    def any_number(registers: Registers, _: Memory) -> None:
        registers[target] = known(*(read(registers) for read in readers))

    return any_number


def reader(word: str, kind: str) -> Callable[[Registers], Any]:
    """What finds the value of a register, a symbol or a literal as the type takes it."""
    if word.startswith(("0f", "0d")):
        code = ">f" if word[1] == "f" else ">d"
        number = FLOATS[kind](struct.unpack(code, bytes.fromhex(word[2:]))[0])
        return lambda _: number
    if word[0].isdigit() or word[0] == "-":
        literal = bool(int(word, 0)) if kind == "pred" else signed(int(word, 0), kind)
        return lambda _: literal
    if kind in FLOATS or kind == "pred":
        return lambda registers: registers[word]
    bits = width(kind)
    mask, half, whole = (1 << bits) - 1, 1 << bits - 1, 1 << bits
    if kind[0] == "s":
        return lambda registers: value - whole if (value := registers[word] & mask) >= half else value
    return lambda registers: registers[word] & mask


def address(text: str) -> Callable[[Registers], int]:
    """What finds the address [register or symbol + offset]."""
    base, offset = re.fullmatch(r"\[([%\w]+)(?:\+(-?\d+))?\]", text).groups()
    more = int(offset or 0)
    return lambda registers: (registers[base] + more) & ALL


def parameter(opcode: tuple[str, ...], words: tuple[str, ...]) -> Callable[[Registers, Memory], None]:
    """Parameters are registers that have the parameter's name."""
    (name,) = re.fullmatch(r"\[(\w+)(?:\+0)?\]", words[1 if opcode[0] == "ld" else 0]).groups()
    target, source = (words[0], lambda registers: registers[name]) if opcode[0] == "ld" else (
        name, reader(words[1], opcode[-1]))  # fmt: skip

    def handed(registers: Registers, _: Memory) -> None:
        registers[target] = source(registers)

    return handed


def access(opcode: tuple[str, ...], words: tuple[str, ...]) -> Callable[[Registers, Memory], None]:
    """A load or store of one number, or of neighbours, which begin on a multiple of all their bytes."""
    kind, loads = opcode[-1], opcode[0] == "ld"
    listed, where = words if loads else words[::-1]
    place, names, size = address(where), WORDS.findall(listed.strip("{}")), width(kind) // 8
    readers = [] if loads else [reader(name, kind) for name in names]

    def accessed(registers: Registers, memory: Memory) -> None:
        first = place(registers)
        if first % (size * len(names)):
            raise Astray(f"{'.'.join(opcode)} at {first:#x}")
        for k, name in enumerate(names):
            if loads:
                registers[name] = memory.load(first + k * size, kind)
            else:
                memory.store(first + k * size, kind, readers[k](registers))

    return accessed


def move(target: str, source: str, bits: int) -> Callable[[Registers, Memory], None]:
    """Bits as they are, between registers of any type; {a, b} is a number's lower and upper half."""
    names, halves = WORDS.findall(target.strip("{}")), WORDS.findall(source.strip("{}"))
    given, taken = bits // len(halves), bits // len(names)
    literals = {half: int(half, 0) for half in halves if half[0].isdigit() or half[0] == "-"}

    def moved(registers: Registers, _: Memory) -> None:
        found = 0
        for k, half in enumerate(halves):
            found |= bits_of(literals[half] if half in literals else registers[half], given) << (k * given)
        for k, name in enumerate(names):
            part = found >> (k * taken) & ((1 << taken) - 1)
            floating = {"%fd": "f64", "%f": "f32"}.get(name.rstrip("0123456789"))
            registers[name] = float_of(part, floating) if floating else part

    return moved
