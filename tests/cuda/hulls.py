"""What a kernel may give if a*b + c is contracted anywhere in it: the interpreter with ranges in the place of numbers.

A contraction leaves out the rounding of a product that is added to something; nothing else. Rounding never turns an
order round. So let every number be a range that holds what it may be: a product is its rounded value, or for a sum the
exact one too; any other operation rounds what it makes of the ends of its operands. Then, whatever the compiler and the
assembler contract, each number of the program lies in its range, provided that no comparison is left open; one that is
raises. Ends are exact rationals. A program compiled with no contraction is what ranges are computed from, and begins
with single numbers, so the theorem is one about a launch, a step of a rule, from equal states.

What goes through the bits of a number, a logarithm, is taken as it is without contraction: nothing is said of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from . import arithmetic, instructions
from .arithmetic import FLOATS, Opcode, Operation
from .instructions import Memory, Step
from .interpreter import Program

DIGITS = {np.float32: (24, -149), np.float64: (53, -1074)}  # of a number, and the exponent of the smallest one
Span = tuple[Fraction, Fraction]


class Open(Exception):
    """A jump, or a whole number, that depends on what is contracted."""


class Maybe:
    """A predicate that depends on what is contracted, with its value where nothing is; only `selp` takes it."""

    def __init__(self, value: bool, why: str) -> None:
        self.value, self.why = value, why

    def __bool__(self) -> bool:
        raise Open(self.why)

    def __ne__(self, other: object) -> bool:
        raise Open(self.why)


class Hull:
    """A float that contraction may change.

    value  without contraction;  span  its range;  exact  the range of the product that it rounds
    term   the largest term that enters: of a sum, the largest of its terms' and itself; through a product, quotient or
           root it goes as a small change of the term would
    """

    __slots__ = ("exact", "span", "term", "value")

    def __init__(self, value: Any, span: Span, term: float, exact: Span | None = None) -> None:
        self.value, self.span, self.term, self.exact = value, span, term, exact

    def __repr__(self) -> str:
        return f"{self.value!r} in [{float(self.span[0])!r}, {float(self.span[1])!r}]"


def nearest(exact: Fraction, of: Any) -> Fraction:
    """The number of a dtype that is nearest, of two the even one."""
    if exact == 0:
        return exact
    digits, least = DIGITS[of]
    top, bottom = abs(exact.numerator), exact.denominator
    exponent = top.bit_length() - bottom.bit_length()
    exponent -= top < bottom << exponent if exponent >= 0 else top << -exponent < bottom
    unit = max(exponent - digits + 1, least)
    return Fraction(round(exact / Fraction(2) ** unit)) * Fraction(2) ** unit


def rounded(span: Span, of: Any) -> Span:
    return nearest(span[0], of), nearest(span[1], of)


def span_of(number: Any) -> Span:
    if isinstance(number, Hull):
        return number.span
    if not np.isfinite(number):
        raise Open("a number that is not finite")
    exact = Fraction(float(number))
    return exact, exact


def spans_in_sums(number: Any) -> list[Span]:
    return [span_of(number), *([number.exact] if isinstance(number, Hull) and number.exact else [])]


def value_of(number: Any) -> Any:
    return number.value if isinstance(number, Hull) else number


def product(a: Span, b: Span) -> Span:
    corners = [x * y for x in a for y in b]
    return min(corners), max(corners)


def united(spans: list[Span]) -> Span:
    return min(s[0] for s in spans), max(s[1] for s in spans)


def minus(a: Span) -> Span:
    return -a[1], -a[0]


def inverse(a: Span) -> Span:
    if a[0] <= 0 <= a[1]:
        raise Open("a division by what may be zero")
    return 1 / a[1], 1 / a[0]


def magnitude(a: Span) -> Span:
    return (max(a[0], -a[1], Fraction(0)), max(-a[0], a[1]))


def root(a: Span, of: Any) -> Span:
    """Rounded already; the ends are numbers of the dtype."""
    low, high = (Fraction(float(np.sqrt(of(float(end))))) for end in a)
    return low, high


def signed(sign: Span, a: Span) -> Span:
    """The magnitude of the second with the sign of the first."""
    if sign[0] < 0 <= sign[1] or sign == (0, 0):
        raise Open("the sign of what may be zero")
    return magnitude(a) if sign[1] > 0 else minus(magnitude(a))


def sums(a: Any, b: Any, sign: int) -> Span:
    """One of two products may be exact in their sum, not both."""
    first, second = spans_in_sums(a), [minus(s) if sign < 0 else s for s in spans_in_sums(b)]
    pairs = [(first[0], s) for s in second] + [(s, second[0]) for s in first[1:]]
    return united([(x[0] + y[0], x[1] + y[1]) for x, y in pairs])


def term_of(number: Any) -> float:
    return number.term if isinstance(number, Hull) else abs(float(number))


def largest(name: str, value: float, args: tuple[Any, ...]) -> float:
    """The largest term that enters a result."""
    terms, sizes = [term_of(a) for a in args], [abs(float(value_of(a))) for a in args]
    if name in ("mul", "fma"):
        return max(terms[0] * sizes[1], sizes[0] * terms[1], *([*terms[2:], abs(value)] if name == "fma" else []))
    if name == "div":
        return max(terms[0], sizes[0] / sizes[1] * terms[1]) / sizes[1]
    if name == "rcp":
        return terms[0] / sizes[0] ** 2
    if name == "sqrt":
        return max(value, terms[0] / (2 * value)) if value else math.sqrt(terms[0])
    return max(*terms, abs(value))


SPANS: dict[str, Callable[..., Span]] = {  # of what is then rounded
    "add": lambda a, b: sums(a, b, 1),
    "sub": lambda a, b: sums(a, b, -1),
    "mul": lambda a, b: product(span_of(a), span_of(b)),
    "div": lambda a, b: product(span_of(a), inverse(span_of(b))),
    "rcp": lambda a: inverse(span_of(a)),
    "neg": lambda a: minus(span_of(a)),
    "abs": lambda a: magnitude(span_of(a)),
    "mov": span_of,
    "max": lambda a, b: tuple(map(max, span_of(a), span_of(b))),
    "min": lambda a, b: tuple(map(min, span_of(a), span_of(b))),
    "fma": lambda a, b, c: united(
        [tuple(map(sum, zip(product(span_of(a), span_of(b)), s, strict=True))) for s in spans_in_sums(c)]
    ),
}


@cache
def operation(opcode: Opcode) -> tuple[tuple[str, ...], Operation]:
    """As `arithmetic.operation`, on ranges too."""
    kinds, known = arithmetic.operation(opcode)
    return kinds, lifted(opcode, known)


def lifted(opcode: Opcode, known: Operation) -> Operation:
    name, kind = opcode[0], opcode[-1]
    if name == "setp":
        equality = opcode[1] in ("eq", "ne", "equ", "neu")
        return lambda *args: agreed(known, equality, *args) if any(isinstance(a, Hull) for a in args) else known(*args)
    if name == "selp":
        return lambda a, b, p: either(a, b, p) if isinstance(p, Maybe) else known(a, b, p)
    if kind == "pred":
        return lambda *args: decided(name, known, args) if any(isinstance(a, Maybe) for a in args) else known(*args)
    if name == "cvt" and kind in FLOATS:
        return lambda a: converted(opcode, known, a) if isinstance(a, Hull) else known(a)
    if kind not in FLOATS:
        return known

    def ranged(*args: Any) -> Any:
        if name != "mul" and not any(isinstance(a, Hull) for a in args):
            return known(*args)
        value, of = known(*map(value_of, args)), FLOATS[kind]
        if not np.isfinite(value) or not any(isinstance(a, Hull) or np.isfinite(a) for a in args):
            return value
        if name in ("sqrt", "copysign"):
            span = root(span_of(args[0]), of) if name == "sqrt" else signed(*map(span_of, args))
            return made(value, span, largest(name, float(value), args[-1:]))
        if name not in SPANS:
            raise NotImplementedError(f"{'.'.join(opcode)} of ranges")
        exact = SPANS[name](*args)
        kept = minus(args[0].exact) if name == "neg" and args[0].exact else exact if name == "mul" else None
        return made(value, rounded(exact, of), largest(name, float(value), args), kept)

    return ranged


def made(value: Any, span: Span, term: float, exact: Span | None = None) -> Any:
    """A number that may only be one stays a number."""
    return value if span[0] == span[1] and exact in (None, span) else Hull(value, span, term, exact)


def agreed(known: Operation, equality: bool, *args: Any) -> Any:
    """What holds for all numbers of the ranges: an order does where it does for all ends, equality where they part."""
    (low, high), (other_low, other_high) = (a.span if isinstance(a, Hull) else (float(a),) * 2 for a in args)
    meet = equality and low <= other_high and other_low <= high and not low == high == other_low == other_high
    found = {known(float(a), float(b)) for a in (low, high) for b in (other_low, other_high)}
    if meet or len(found) > 1:
        return Maybe(known(*map(value_of, args)), f"the order of {args[0]} and {args[1]} is open")
    return found.pop()


def either(a: Any, b: Any, p: Maybe) -> Any:
    """One of two numbers, of which nobody knows which."""
    if not isinstance(value_of(a), np.floating):
        raise Open(p.why)
    return made(value_of(a if p.value else b), united([span_of(a), span_of(b)]), max(term_of(a), term_of(b)))


def decided(name: str, known: Operation, args: tuple[Any, ...]) -> Any:
    """What is false and something is false, what is true or something is true."""
    plain = [a for a in args if not isinstance(a, Maybe)]
    if plain and (name, plain[0]) in (("and", False), ("or", True)):
        return plain[0]
    (first, *_) = (a for a in args if isinstance(a, Maybe))
    return Maybe(known(*(a.value if isinstance(a, Maybe) else a for a in args)), first.why)


def converted(opcode: Opcode, known: Operation, a: Hull) -> Any:
    source, target = FLOATS[opcode[-1]], opcode[-2]
    if opcode[1] in arithmetic.WHOLE:
        found = {known(source(float(end))) for end in a.span}
        if len(found) > 1:
            raise Open(".".join(opcode))
        return found.pop()
    return made(known(a.value), rounded(a.span, FLOATS[target]), a.term)


class Ranges(Memory):
    """Memory that keeps ranges beside numbers."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        super().__init__(arrays)
        self.hulls: dict[int, Hull] = {}

    def load(self, address: int, kind: str) -> Any:
        return self.hulls[address] if address in self.hulls else super().load(address, kind)

    def store(self, address: int, kind: str, value: Any) -> None:
        super().store(address, kind, value_of(value))
        self.hulls.pop(address, None)
        if isinstance(value, Hull):
            self.hulls[address] = value


class HullProgram(Program):
    """A program, compiled without contraction, whose launches find what contraction may change."""

    def memory(self, arrays: list[np.ndarray]) -> Memory:
        self.ranges = [*self.ranges, Ranges(arrays)]
        return self.ranges[-1]

    def decode(self, line: str) -> Step:
        return instructions.decode(line, operation)

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        self.ranges: list[Ranges] = []
        super().launch(blocks, threads, arguments)

    def ends(self, array: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The least and the largest numbers that the last launch may have left in an array of floats, and the terms."""
        low, high, term = array.copy(), array.copy(), np.abs(array)
        for block in self.ranges:
            for address, hull in block.hulls.items():
                place, off = divmod(address - array.ctypes.data, array.itemsize)
                if 0 <= place < array.size and off == 0:
                    for ends, end in ((low, hull.span[0]), (high, hull.span[1]), (term, hull.term)):
                        ends.reshape(-1)[place] = float(end)
        return low, high, term
