"""An interpreter of the part of PTX that the kernels of one lane a thread use: compiled programs, run on the CPU.

Registers are a dictionary: integers of their width without sign, NumPy numbers, booleans. Memory is real memory, but
only inside of the arrays that a launch is given. Every operation rounds once, `fma` too, by the C library. What is not
known raises, so that nothing is guessed, but for `rcp.approx`, of which hardware gives some bits only. Source: the PTX
ISA, version 9.0, chapter 9.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import operator
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Registers = dict[str, Any]
WORDS = re.compile(r"\{[^}]*\}|\([^)]*\)|\[[^\]]*\]|[^,\s]+")  # operands
HEAD = re.compile(r"\.(?:entry|func)\s+(?:\((?P<result>[^)]*)\)\s*)?(?P<name>\w+)\s*\((?P<params>[^)]*)\)(?!\s*;)")
MOST = 1_000_000  # instructions of one thread; a kernel that needs more is taken not to end
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


@cache
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


@dataclass
class Body:
    """A function: names of its parameters and result, its instructions, and where its labels stand among them."""

    name: str
    params: tuple[str, ...]
    result: str
    lines: list[tuple[str, bool, tuple[str, ...], tuple[str, ...]]]
    labels: dict[str, int]


def _braced(text: str, start: int) -> str:
    """What stands between the next brace and the one that closes it."""
    depth, first = 0, text.index("{", start)
    for brace in re.finditer(r"[{}]", text[first:]):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return text[first + 1 : first + brace.start()]
    raise ValueError("a brace is not closed")


def _body(name: str, params: str, result: str, text: str) -> Body:
    found = Body(name, tuple(re.findall(r"(\w+)(?:\[\d+\])?\s*(?:,|$)", params)), result, [], {})
    for statement in text.split(";"):
        line = statement.strip()
        while label := re.match(r"[{}\s]+|(\$?\w+):\s*", line):  # braces that begin or end a scope, and labels
            if label.group(1):
                found.labels[label.group(1)] = len(found.lines)
            line = line[label.end() :]
        if line and not line.startswith("."):
            guard, opcode, rest = re.fullmatch(r"(?:@(!?%p\d+)\s+)?([a-z][\w.]*)\s*(.*)", line, re.DOTALL).groups()
            words = tuple(w.strip() for w in WORDS.findall(rest))
            found.lines.append((guard or "", bool(guard), tuple(opcode.split(".")), words))
    return found


class Program:
    """The kernel of a PTX text, the functions that it calls, and the tables that they read."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"//.*", "", text)
        self.tables = {name: np.array(re.findall(r"\d+", numbers), np.uint8) for name, numbers in
                       re.findall(r"\.global \.align \d+ \.b8 (\w+)\[\d+\] = \{([\d, ]*)\};", text)}  # fmt: skip
        self.functions: dict[str, Body] = {}
        for head in HEAD.finditer(text):
            result, name, params = head.group("result", "name", "params")
            results = re.findall(r"func_retval\d+", result or "") or [""]
            self.functions[name] = _body(name, params, results[0], _braced(text, head.end()))
            if head.group().startswith(".entry"):
                self.entry = self.functions[name]
        self.lines, self.labels = self.entry.lines, self.entry.labels

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        """Run every thread to its end, one after the other: these kernels have no barriers."""
        words = {f"{self.entry.name}_param_{i}": word for i, word in enumerate(_words(arguments))}
        words |= {name: table.ctypes.data for name, table in self.tables.items()}
        memory = Memory([a for a in arguments if isinstance(a, np.ndarray)] + list(self.tables.values()))
        with np.errstate(all="ignore"):
            for block in range(blocks):
                for thread in range(threads):
                    self.run(self.entry, {"%tid.x": thread, "%ntid.x": threads, "%ctaid.x": block} | words, memory)

    def run(self, body: Body, registers: Registers, memory: Memory) -> None:
        """One thread through one function."""
        place = done = 0
        while place < len(body.lines):
            done += 1
            if done > MOST:
                raise TimeoutError(f"{body.name} does not end")
            guard, guarded, opcode, operands = body.lines[place]
            place += 1
            if guarded and registers[guard.lstrip("!")] == guard.startswith("!"):
                continue
            if opcode[0] == "ret":
                return
            if opcode[0] == "bra":
                place = body.labels[operands[-1]]
            elif opcode[0] == "call":
                self.call(operands, registers, memory)
            elif opcode[:2] == ("ld", "param"):
                registers[operands[0]] = registers[_named(operands[1])]
            elif opcode[:2] == ("st", "param"):
                registers[_named(operands[0])] = _value(operands[1], opcode[-1], registers)
            elif opcode[:2] in (("ld", "global"), ("st", "global")):
                _access(opcode, operands, registers, memory)
            elif opcode[0] == "mov" and opcode[-1][0] == "b":
                _move(operands[0], operands[1], width(opcode[-1]), registers)
            else:
                registers[operands[0]] = _result(opcode, operands[1:], registers)

    def call(self, operands: tuple[str, ...], registers: Registers, memory: Memory) -> None:
        """A function with one result, on parameters that were stored under their names."""
        (result,), (given) = WORDS.findall(operands[0].strip("()")), WORDS.findall(operands[2].strip("()"))
        body = self.functions[operands[1]]
        inner = {name: registers[name] for name in self.tables}
        inner |= {name: registers[word] for name, word in zip(body.params, given, strict=True)}
        self.run(body, inner, memory)
        registers[result] = inner[body.result]


def _named(text: str) -> str:
    """The parameter in [name+0]."""
    return re.fullmatch(r"\[(\w+)(?:\+0)?\]", text).group(1)


def _access(opcode: tuple[str, ...], operands: tuple[str, ...], registers: Registers, memory: Memory) -> None:
    """A load or store of one number, or of neighbours, which begin on a multiple of all their bytes."""
    kind, loads = opcode[-1], opcode[0] == "ld"
    names, where = operands if loads else operands[::-1]
    first, numbers, size = _address(where, registers), WORDS.findall(names.strip("{}")), width(kind) // 8
    if first % (size * len(numbers)):
        raise IndexError(f"{'.'.join(opcode)} at {first:#x}")
    for k, name in enumerate(numbers):
        view = memory.view(first + k * size, kind)
        if loads:
            registers[name] = view[0] if kind in FLOATS else int(view[0]) & (2**64 - 1)
        else:
            view[0] = _value(name, kind, registers)


def _move(target: str, source: str, bits: int, registers: Registers) -> None:
    """Bits as they are, between registers of any type; {a, b} is a number's lower and upper half."""
    halves = WORDS.findall(source.strip("{}"))
    found = 0
    for k, half in enumerate(halves):
        found |= _bits(registers[half] if half in registers else int(half, 0), bits // len(halves)) << (
            k * bits // len(halves)
        )
    names = WORDS.findall(target.strip("{}"))
    for k, name in enumerate(names):
        part = found >> (k * bits // len(names)) & ((1 << bits // len(names)) - 1)
        if name.startswith("%f"):
            part = np.uint64(part).view(np.float64) if name.startswith("%fd") else np.uint32(part).view(np.float32)
        registers[name] = part


def _bits(value: Any, bits: int) -> int:
    """A register's bits as a number without sign."""
    if isinstance(value, np.floating):
        return int(value.view(np.uint64 if isinstance(value, np.float64) else np.uint32))
    return int(value) & ((1 << bits) - 1)


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
    value = registers[text] if text in registers else int(text, 0)
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


ROUNDED = {"rni": np.rint, "rzi": np.trunc, "rmi": np.floor, "rpi": np.ceil}


def _convert(opcode: tuple[str, ...], value: Any) -> Any:
    target = opcode[-2]
    if opcode[1] in ROUNDED:
        whole = ROUNDED[opcode[1]](value)
        if target in FLOATS:
            return FLOATS[target](whole)
        low, high = (-(1 << width(target) - 1), (1 << width(target) - 1) - 1) if target[0] == "s" else (
            0, (1 << width(target)) - 1)  # fmt: skip
        whole = 0 if whole != whole else max(low, min(high, whole if np.isinf(whole) else int(whole)))
        return whole & ((1 << width(target)) - 1)
    if (target in FLOATS and opcode[-1] in FLOATS) or (target in FLOATS and "rn" in opcode):
        return FLOATS[target](value)
    if target not in FLOATS and opcode[-1] not in FLOATS:
        return value & ((1 << width(target)) - 1)
    raise NotImplementedError(".".join(opcode))


def _float(opcode: tuple[str, ...], args: list[Any], of: Callable[[Any], Any]) -> Any:
    name = opcode[0]
    if opcode == ("rcp", "approx", "ftz", "f64"):  # what is given of a GPU's is the upper half, to 20 bits
        return (1 / args[0]).view(np.uint64).__and__(np.uint64(0xFFFFFFFF00000000)).view(np.float64)
    if name in ("div", "sqrt", "fma", "rcp") and "rn" not in opcode:
        raise NotImplementedError(".".join(opcode))
    if name == "fma":
        return of((LIBM.fmaf if of is np.float32 else LIBM.fma)(*(float(a) for a in args)))
    if name in ("min", "max"):  # a number wins over what is none
        return of((np.fmin if name == "min" else np.fmax)(*args))
    if name == "copysign":  # the sign of the first
        return of(np.copysign(args[1], args[0]))
    known = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "abs": abs,
             "neg": operator.neg, "mov": lambda a: a, "sqrt": np.sqrt, "rcp": lambda a: of(1) / a}  # fmt: skip
    return of(known[name](*args))


def _integer(opcode: tuple[str, ...], args: list[int], operands: tuple[str, ...], registers: Registers) -> int:
    name, kind = opcode[0], opcode[-1]
    bits = width(kind)
    if name in ("mov", "cvta"):
        result = args[0]
    elif name in BITS:
        result = BITS[name](*args)
    elif name == "mul" and opcode[1] == "hi":
        result = args[0] * args[1] >> bits
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
    elif name in ("neg", "not", "abs"):
        result = {"neg": operator.neg, "not": operator.invert, "abs": abs}[name](args[0])
    else:
        raise NotImplementedError(".".join(opcode))
    return result & ((1 << bits) - 1)
