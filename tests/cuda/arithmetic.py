"""What instructions of PTX make of numbers: integers without sign in their width, NumPy's floats, booleans.

Every operation rounds once, `fma` too, by the C library. What is not known raises, so that nothing is guessed but for
approximations, of which the PTX ISA says only how far they may be off. Here they are

    ex2.approx.f32     rounded correctly, which is nearer than hardware has to come
    rcp.approx.f32     the same
    rcp.approx.f64     of a number's upper half, cut off after as many bits; hardware gives as many, maybe others

so a result that contains one of them may differ from hardware's in its last places. Source: the PTX ISA, version 9.0,
chapter 9.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

Opcode = tuple[str, ...]
Operation = Callable[..., Any]
LIBM = ctypes.CDLL(ctypes.util.find_library("m"))
for _name, _type in (("fma", ctypes.c_double), ("fmaf", ctypes.c_float)):
    getattr(LIBM, _name).argtypes, getattr(LIBM, _name).restype = [_type] * 3, _type
FLOATS = {"f32": np.float32, "f64": np.float64}
ORDER = {"eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt,
         "ge": operator.ge}  # fmt: skip
LOGIC = {"and": operator.and_, "or": operator.or_, "xor": operator.xor, "not": operator.not_, "mov": bool}


class Astray(Exception):
    """What only a wrong program does: it leaves its arrays, divides by zero, parts its threads, or does not end."""


@cache
def width(kind: str) -> int:
    """Bits of a type such as s64."""
    return int(kind[1:])


def signed(value: int, kind: str) -> int:
    """An integer register as the number that the type makes of its bits."""
    bits = width(kind)
    value &= (1 << bits) - 1
    return value - (1 << bits) if kind[0] == "s" and value >> (bits - 1) else value


def bits_of(value: Any, bits: int) -> int:
    """A register's bits as a number without sign."""
    value = getattr(value, "value", value)  # of a range of `hulls`, the number that is its first
    if isinstance(value, np.floating):
        return int(value.view(np.uint64 if isinstance(value, np.float64) else np.uint32))
    return int(value) & ((1 << bits) - 1)


def float_of(bits: int, kind: str) -> Any:
    """The float that has these bits."""
    return np.uint64(bits).view(np.float64) if kind == "f64" else np.uint32(bits).view(np.float32)


@cache
def operation(opcode: Opcode) -> tuple[tuple[str, ...], Operation]:
    """The types of an instruction's sources, and what it makes of them; raises `NotImplementedError`."""
    name, kind = opcode[0], opcode[-1]
    if name == "setp" and len(opcode) == 3:
        return (kind, kind), compare(opcode[1])
    if name == "selp":
        unsigned = kind if kind in FLOATS else f"u{kind[1:]}"
        return (unsigned, unsigned, "pred"), lambda a, b, p: a if p else b
    if name == "cvt":
        return (kind,), convert(opcode)
    if kind == "pred" and name in LOGIC:
        return (kind, kind), LOGIC[name]
    if kind in FLOATS:
        return (kind, kind, kind), floats(opcode)
    return integers(opcode)


def unknown(opcode: Opcode) -> NotImplementedError:
    return NotImplementedError(".".join(opcode))


def compare(order: str) -> Operation:
    """Comparisons of floats that end in u hold as well where one is not a number; ne holds only without."""
    known = ORDER[order.removesuffix("u") if order not in ORDER else order]
    unordered_holds = order not in ORDER

    def compared(a: Any, b: Any) -> bool:
        return unordered_holds if a != a or b != b else bool(known(a, b))

    return compared


# -- conversions -------------------------------------------------------------------------------------------------------

WHOLE = {"rni": np.rint, "rzi": np.trunc, "rmi": np.floor, "rpi": np.ceil}


def convert(opcode: Opcode) -> Operation:
    target, source = opcode[-2:]
    modes = set(opcode[1:-2])
    if len(modes) == 1 and modes <= WHOLE.keys() and source in FLOATS:
        whole = WHOLE[opcode[1]]
        return (lambda a: FLOATS[target](whole(a))) if target in FLOATS else lambda a: held(whole(a), target)
    if modes == {"sat"} and target == source == "f32":  # what is no number becomes 0
        return lambda a: np.float32(0 if a != a else min(max(a, 0), 1) + 0)
    if target in FLOATS and source in FLOATS and modes <= {"rn"}:
        return FLOATS[target]
    if target in FLOATS and source not in FLOATS and modes == {"rn"}:
        exact = {"s": np.int64, "u": np.uint64}[source[0]]
        return lambda a: exact(a).astype(FLOATS[target])
    if target not in FLOATS and source not in FLOATS and not modes:
        mask = (1 << width(target)) - 1
        return lambda a: a & mask
    raise unknown(opcode)


def held(whole: Any, kind: str) -> int:
    """A whole number in a type that may be too small for it; 0 for what is no number."""
    bits = width(kind)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind[0] == "s" else (0, (1 << bits) - 1)
    number = 0 if whole != whole else max(low, min(high, whole if np.isinf(whole) else int(whole)))
    return int(number) & ((1 << bits) - 1)


# -- floats ------------------------------------------------------------------------------------------------------------


def floats(opcode: Opcode) -> Operation:
    name, modes, of = opcode[0], opcode[1:-1], FLOATS[opcode[-1]]
    if opcode in APPROXIMATE:
        return APPROXIMATE[opcode]
    if name in DIRECTED and len(modes) == 1 and modes[0] in ("rm", "rp", "rz"):
        return lambda *args: directed(name, modes[0], of, args)
    if modes == (("rn",) if name in ROUNDED else ()) or (name in FUSED and not modes):
        if name == "fma":
            fma = LIBM.fmaf if of is np.float32 else LIBM.fma
            return lambda a, b, c: of(fma(float(a), float(b), float(c)))
        known = ROUNDED.get(name) or EXACT.get(name)
        if known:
            return lambda *args: of(known(*args))
    raise unknown(opcode)


ROUNDED = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "sqrt": np.sqrt,
           "rcp": lambda a: type(a)(1) / a, "fma": None}  # fmt: skip
EXACT = {"abs": abs, "neg": operator.neg, "mov": lambda a: a, "min": np.fmin, "max": np.fmax,  # a number wins
         "copysign": lambda a, b: np.copysign(b, a)}  # fmt: skip
FUSED = ("add", "sub", "mul")  # they round as well where rn is not said, but then the assembler may fuse them
DIRECTED = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "fma": lambda a, b, c: a * b + c}


def directed(name: str, mode: str, of: Any, args: tuple[Any, ...]) -> Any:
    """Rounded down, up or to zero."""
    if not all(map(np.isfinite, args)):
        return of(DIRECTED[name](*args))
    exact = DIRECTED[name](*(Fraction(float(a)) for a in args))
    if exact == 0:
        raise NotImplementedError(f"the sign of a zero of {name}.{mode}")
    near = of(float(exact))
    down = mode == "rm" or (mode == "rz" and exact > 0)
    beyond = float(near) > exact if down else float(near) < exact
    return np.nextafter(near, of(-np.inf if down else np.inf)) if beyond else near


def flushed(a: Any) -> Any:
    """A number that is not normal as a zero of its sign."""
    return np.copysign(type(a)(0), a) if abs(a) < np.finfo(type(a)).tiny else a


def upper(a: Any) -> Any:
    """A float64 without its lower half."""
    return (a.view(np.uint64) & np.uint64(0xFFFFFFFF00000000)).view(np.float64)


APPROXIMATE: dict[Opcode, Operation] = {
    ("ex2", "approx", "f32"): lambda a: np.float32(np.exp2(np.float64(a))),
    ("ex2", "approx", "ftz", "f32"): lambda a: flushed(np.float32(np.exp2(np.float64(flushed(a))))),
    ("rcp", "approx", "ftz", "f32"): lambda a: flushed(np.float32(1) / flushed(a)),
    ("rcp", "approx", "ftz", "f64"): lambda a: upper(flushed(1 / upper(flushed(a)))),
}


# -- integers ----------------------------------------------------------------------------------------------------------


def integers(opcode: Opcode) -> tuple[tuple[str, ...], Operation]:
    name, kind = opcode[0], opcode[-1]
    bits, sources, known = width(kind), (kind,) * 4, None
    if name in ("mul", "mad") and opcode[1] in ("lo", "wide", "hi"):
        bits *= 2 if opcode[1] == "wide" else 1
        sources, known = (kind, kind, f"{kind[0]}{bits}"), product(bits if opcode[1] == "hi" else 0)
    elif name in ("shl", "shr", "bfi"):
        sources = (kind, "u32") if name != "bfi" else (kind, kind, "u32", "u32")
        known = {"shl": lambda a, b: a << min(b, bits), "shr": lambda a, b: a >> min(b, bits), "bfi": inserted}[name]
    elif len(opcode) == 2 or opcode == ("cvta", "to", "global", "u64"):
        known = WHOLES.get(name)
    if known is None:
        raise unknown(opcode)
    mask = (1 << bits) - 1
    return sources, lambda *args: known(*args) & mask


def product(shift: int) -> Operation:
    return lambda a, b, c=0: (a * b >> shift) + c


def inserted(a: int, b: int, at: int, count: int) -> int:
    """The low bits of one number, at a place in another."""
    mask = ((1 << count) - 1) << at
    return (b & ~mask) | (a << at & mask)


def quotient(a: int, b: int) -> int:
    """Towards zero; by zero, which nothing is said of, raises."""
    if b == 0:
        raise Astray("a division by zero")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


WHOLES: dict[str, Operation] = {
    "add": operator.add, "sub": operator.sub, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
    "min": min, "max": max, "neg": operator.neg, "not": operator.invert, "abs": abs, "mov": lambda a: a,
    "cvta": lambda a: a, "div": quotient, "rem": lambda a, b: a - b * quotient(a, b),
}  # fmt: skip
