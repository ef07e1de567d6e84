"""An interpreter of the part of PTX that the kernels of one lane a thread use: compiled programs, run on the CPU.

Registers are a dictionary: integers of their width without sign, NumPy numbers, booleans. Memory is real memory, but
only inside of the arrays that a launch is given. Every operation rounds once, `fma` too, by the C library. What is not
known raises, so that nothing is guessed. Source: the PTX ISA, version 9.0, chapter 9.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import operator
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Registers = dict[str, Any]
LIBM = ctypes.CDLL(ctypes.util.find_library("m"))
for _name, _type in (("fma", ctypes.c_double), ("fmaf", ctypes.c_float)):
    getattr(LIBM, _name).argtypes, getattr(LIBM, _name).restype = [_type] * 3, _type
FLOATS = {"f32": np.float32, "f64": np.float64}
MEMORY = {"f32": np.float32, "f64": np.float64, "u64": np.uint64, "s64": np.int64, "b64": np.uint64,
          "s32": np.int32, "u32": np.uint32, "b32": np.uint32, "u8": np.uint8, "b8": np.uint8}  # fmt: skip
BITS = {"add": operator.add, "sub": operator.sub, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
        "min": min, "max": max}  # fmt: skip
ORDER = {"eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt,
         "ge": operator.ge}  # fmt: skip


def width(kind: str) -> int:
    """Bits of a type such as s64."""
    return int(kind[1:])


def signed(value: int, kind: str) -> int:
    """An integer register as the number that the type makes of its bits."""
    bits = width(kind)
    value &= (1 << bits) - 1
    return value - (1 << bits) if kind[0] == "s" and value >> (bits - 1) else value


class Memory:
    """The arrays that a launch may touch."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self.places = [(a.ctypes.data, a.nbytes, a.reshape(-1).view(np.uint8)) for a in arrays]

    def view(self, address: int, kind: str) -> np.ndarray:
        """One number at an address; raises `IndexError` outside of the arrays or off its alignment."""
        size = width(kind) // 8
        for first, length, octets in self.places:
            if first <= address and address + size <= first + length and address % size == 0:
                return octets[address - first : address - first + size].view(MEMORY[kind])
        raise IndexError(f"no {kind} at {address:#x}")


class Program:
    """The kernel of a PTX text."""

    def __init__(self, text: str) -> None:
        body = text[text.index(".entry") :]
        body = re.sub(r"//.*", "", body[body.index("{") + 1 : body.rindex("}")])
        self.labels: dict[str, int] = {}
        self.lines: list[tuple[str, bool, tuple[str, ...], tuple[str, ...]]] = []
        for statement in re.split(r"[;\n]", body):
            line = statement.strip()
            if line.endswith(":"):
                self.labels[line[:-1]] = len(self.lines)
            elif line and not line.startswith(".reg"):
                guard, opcode, rest = re.fullmatch(r"(?:@(!?%p\d+)\s+)?([a-z][\w.]*)\s*(.*)", line).groups()
                words = tuple(w.strip() for w in rest.split(",")) if rest else ()
                self.lines.append((guard or "", bool(guard), tuple(opcode.split(".")), words))

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        """Run every thread to its end, one after the other: these kernels have no barriers."""
        words = list(_words(arguments))
        memory = Memory([a for a in arguments if isinstance(a, np.ndarray)])
        with np.errstate(all="ignore"):
            for block in range(blocks):
                for thread in range(threads):
                    self.run({"%tid.x": thread, "%ntid.x": threads, "%ctaid.x": block}, words, memory)

    def run(self, registers: Registers, words: list[int], memory: Memory) -> None:
        place = 0
        while place < len(self.lines):
            guard, guarded, opcode, operands = self.lines[place]
            place += 1
            if guarded and registers[guard.lstrip("!")] == guard.startswith("!"):
                continue
            if opcode[0] == "ret":
                return
            if opcode[0] == "bra":
                place = self.labels[operands[-1]]
            elif opcode[:2] == ("ld", "param"):
                number = int(re.search(r"_param_(\d+)\]", operands[1]).group(1))
                registers[operands[0]] = words[number]
            elif opcode[:2] == ("ld", "global"):
                value = memory.view(_address(operands[1], registers), opcode[-1])[0]
                registers[operands[0]] = value if opcode[-1] in FLOATS else int(value) & (2**64 - 1)
            elif opcode[:2] == ("st", "global"):
                value = _value(operands[1], opcode[-1], registers)
                memory.view(_address(operands[0], registers), opcode[-1])[0] = value
            else:
                registers[operands[0]] = _result(opcode, operands[1:], registers)


def _words(arguments: list[Any]) -> Iterator[int]:
    """Numbers as they are; an array as numba passes it: two pointers, item count and size, data, shape, strides."""
    for a in arguments:
        if isinstance(a, np.ndarray):
            yield from (0, 0, a.size, a.itemsize, a.ctypes.data, *a.shape, *a.strides)
        else:
            yield a if isinstance(a, np.floating) else int(a)


def _address(text: str, registers: Registers) -> int:
    base, offset = re.fullmatch(r"\[(%rd\d+)(?:\+(-?\d+))?\]", text).groups()
    return (registers[base] + int(offset or 0)) & (2**64 - 1)


def _value(text: str, kind: str, registers: Registers) -> Any:
    """A register or a literal, as the type takes it."""
    if text.startswith(("0f", "0d")):
        code = ">f" if text[1] == "f" else ">d"
        return FLOATS[kind](struct.unpack(code, bytes.fromhex(text[2:]))[0])
    value = registers[text] if text.startswith("%") else int(text, 0)
    if kind in FLOATS or kind == "pred":
        return value
    return signed(int(value), kind)


def _result(opcode: tuple[str, ...], operands: tuple[str, ...], registers: Registers) -> Any:
    name, kind = opcode[0], opcode[-1]
    if name == "setp":
        return _compare(opcode[1], *(_value(o, kind, registers) for o in operands))
    if name == "selp":
        return _value(operands[0 if registers[operands[2]] else 1], kind, registers)
    if name == "cvt":
        return _convert(opcode, _value(operands[0], kind, registers))
    args = [_value(o, kind, registers) for o in operands]
    if kind in FLOATS:
        return _float(opcode, args, FLOATS[kind])
    if kind == "pred":
        known = {"and": operator.and_, "or": operator.or_, "xor": operator.xor, "not": operator.not_, "mov": bool}
        return known[name](*args)
    return _integer(opcode, args, operands, registers)


def _compare(order: str, a: Any, b: Any) -> bool:
    """Comparisons of floats that end in u hold as well where one is not a number; ne holds only without."""
    unordered = bool(a != a or b != b)
    if order.endswith("u"):
        return unordered or bool(ORDER[order[:-1]](a, b))
    return not unordered and bool(ORDER[order](a, b))


def _convert(opcode: tuple[str, ...], value: Any) -> Any:
    target = opcode[-2]
    if (target in FLOATS and opcode[-1] in FLOATS) or (target in FLOATS and "rn" in opcode):
        return FLOATS[target](value)
    if target not in FLOATS and opcode[-1] not in FLOATS:
        return value & ((1 << width(target)) - 1)
    raise NotImplementedError(".".join(opcode))


def _float(opcode: tuple[str, ...], args: list[Any], of: Callable[[Any], Any]) -> Any:
    name = opcode[0]
    if name in ("div", "sqrt", "fma") and "rn" not in opcode:
        raise NotImplementedError(".".join(opcode))
    if name == "fma":
        return of((LIBM.fmaf if of is np.float32 else LIBM.fma)(*(float(a) for a in args)))
    if name in ("min", "max"):  # a number wins over what is none
        return of((np.fmin if name == "min" else np.fmax)(*args))
    known = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "abs": abs,
             "neg": operator.neg, "mov": lambda a: a, "sqrt": np.sqrt}  # fmt: skip
    return of(known[name](*args))


def _integer(opcode: tuple[str, ...], args: list[int], operands: tuple[str, ...], registers: Registers) -> int:
    name, kind = opcode[0], opcode[-1]
    bits = width(kind)
    if name in ("mov", "cvta"):
        result = args[0]
    elif name in BITS:
        result = BITS[name](*args)
    elif name == "mul" and opcode[1] in ("lo", "wide"):
        result, bits = args[0] * args[1], bits * (2 if opcode[1] == "wide" else 1)
    elif name == "mad" and opcode[1] in ("lo", "wide"):
        bits *= 2 if opcode[1] == "wide" else 1
        result = args[0] * args[1] + _value(operands[2], f"{kind[0]}{bits}", registers)
    elif name in ("shl", "shr"):
        amount = min(_value(operands[1], "u32", registers), bits)
        result = args[0] << amount if name == "shl" else args[0] >> amount
    elif name == "bfi":  # the low bits of one number, at a place in another
        mask = ((1 << args[3]) - 1) << args[2]
        result = (args[1] & ~mask) | (args[0] << args[2] & mask)
    elif name in ("neg", "not"):
        result = -args[0] if name == "neg" else ~args[0]
    else:
        raise NotImplementedError(".".join(opcode))
    return result & ((1 << bits) - 1)
