"""The number systems in which a rule can be read as plain Python.

    Float64, Float32   IEEE arithmetic, the oracle of the kernels; a division by zero gives inf or nan as there
    Rational           `fractions.Fraction`; raises `NotRationalError` at a root or exponential without rational value
    Ball               `flint.arb`: every result is an interval that contains the exact value

An arithmetic has one method per operation of `tree.OPERATIONS` (except `total`, which sums from left to right).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from typing import Any

from adamtheory.errors import NotRationalError


class Arithmetic:
    """The operations over one number system; `number` turns an exact rational into it."""

    name: str

    def quiet(self) -> AbstractContextManager[Any]:
        """Entered around every step: exceptions of IEEE arithmetic are values, not warnings."""
        return nullcontext()

    def number(self, value: Fraction) -> Any:
        raise NotImplementedError

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def sub(self, a: Any, b: Any) -> Any:
        return a - b

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def div(self, a: Any, b: Any) -> Any:
        return a / b

    def neg(self, a: Any) -> Any:
        return -a

    def absolute(self, a: Any) -> Any:
        return abs(a)

    def ipow(self, a: Any, n: int) -> Any:
        """Repeated product from the left; `a**0` is 1. All readings multiply in this order."""
        if n == 0:
            return self.number(Fraction(1))
        result = a
        for _ in range(n - 1):
            result = self.mul(result, a)
        return result

    def less(self, a: Any, b: Any) -> bool | None:
        """Whether a < b; None where the system cannot tell."""
        return bool(a < b)

    def less_equal(self, a: Any, b: Any) -> bool | None:
        return bool(a <= b)

    def union(self, a: Any, b: Any) -> Any:
        """A value that covers both branches of an undecided comparison."""
        raise NotImplementedError

    def maximum(self, a: Any, b: Any) -> Any:
        """`a if a > b else b`, in every reading."""
        return self.choose(self.less(b, a), lambda: a, lambda: b)

    def minimum(self, a: Any, b: Any) -> Any:
        """`a if a < b else b`, in every reading."""
        return self.choose(self.less(a, b), lambda: a, lambda: b)

    def choose(self, truth: bool | None, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
        """The branch that is taken; only that branch is evaluated where the comparison is decided."""
        if truth is None:
            return self.union(then(), otherwise())
        return then() if truth else otherwise()

    def sqrt(self, a: Any) -> Any:
        raise NotImplementedError

    def exp(self, a: Any) -> Any:
        raise NotImplementedError

    def log(self, a: Any) -> Any:
        raise NotImplementedError

    def cospi(self, a: Any) -> Any:
        raise NotImplementedError

    def pow(self, a: Any, b: Any) -> Any:
        raise NotImplementedError


class _Float(Arithmetic):
    """IEEE arithmetic on NumPy scalars; transcendental functions are the C library's in float64, then rounded."""

    def __init__(self, name: str) -> None:
        import numpy

        self.name = name
        self.type: Callable[[Any], Any] = getattr(numpy, name)
        self.errstate = numpy.errstate

    def quiet(self) -> AbstractContextManager[Any]:
        return self.errstate(all="ignore")  # a new one each time: NumPy allows each to be entered once

    def number(self, value: Fraction) -> Any:
        return self.type(value.numerator / value.denominator)

    def sqrt(self, a: Any) -> Any:
        return self.type(math.sqrt(a)) if a >= 0 else a * self.type("nan") if a == a else a

    def exp(self, a: Any) -> Any:
        try:
            return self.type(math.exp(a))
        except OverflowError:
            return self.type("inf")

    def log(self, a: Any) -> Any:
        if a > 0:
            return self.type(math.log(a))
        return self.type("-inf") if a == 0 else self.type("nan")

    def cospi(self, a: Any) -> Any:
        angle = math.pi * float(a)
        return self.type(math.cos(angle)) if abs(angle) < math.inf else self.type("nan")

    def pow(self, a: Any, b: Any) -> Any:
        """As the C library has it: where Python raises, an infinity with the sign of an odd power, or nan."""
        try:
            return self.type(math.pow(a, b))
        except (OverflowError, ValueError) as error:
            if isinstance(error, ValueError) and a != 0:
                return self.type("nan")  # a negative number to a power that is no integer
            return self.type(math.copysign(math.inf, a) if math.fmod(b, 2) in (1, -1) else math.inf)


class _Rational(Arithmetic):
    name = "rational"

    def number(self, value: Fraction) -> Fraction:
        return value

    def sqrt(self, a: Fraction) -> Fraction:
        p, q = math.isqrt(max(a.numerator, 0)), math.isqrt(a.denominator)
        if a < 0 or p * p != a.numerator or q * q != a.denominator:
            raise NotRationalError(f"sqrt({a}) is not rational; read the rule in balls or floats")
        return Fraction(p, q)

    def exp(self, a: Fraction) -> Fraction:
        if a == 0:
            return Fraction(1)
        raise NotRationalError(f"exp({a}) is not rational; read the rule in balls or floats")

    def log(self, a: Fraction) -> Fraction:
        if a == 1:
            return Fraction(0)
        raise NotRationalError(f"log({a}) is not rational; read the rule in balls or floats")

    def cospi(self, a: Fraction) -> Fraction:
        """Rational only at multiples of 1/2 and 1/3 (Niven's theorem)."""
        half = Fraction(1, 2)
        values = {Fraction(0): Fraction(1), Fraction(1, 3): half, half: Fraction(0), Fraction(2, 3): -half,
                  Fraction(1): Fraction(-1)}  # fmt: skip
        turn = a % 2
        turn = 2 - turn if turn > 1 else turn
        if turn in values:
            return values[turn]
        raise NotRationalError(f"cospi({a}) is not rational; read the rule in balls or floats")

    def pow(self, a: Fraction, b: Fraction) -> Fraction:
        if b.denominator == 1:
            return a**b.numerator
        raise NotRationalError(f"({a})**({b}) is not rational; read the rule in balls or floats")


class _Ball(Arithmetic):
    name = "ball"

    def __init__(self) -> None:
        import flint

        self.arb = flint.arb
        self.fmpq = flint.fmpq

    def number(self, value: Fraction) -> Any:
        return self.arb(self.fmpq(value.numerator, value.denominator))

    def less(self, a: Any, b: Any) -> bool | None:
        return True if a < b else False if a >= b else None

    def less_equal(self, a: Any, b: Any) -> bool | None:
        return True if a <= b else False if a > b else None

    def union(self, a: Any, b: Any) -> Any:
        return a.union(b)

    def maximum(self, a: Any, b: Any) -> Any:
        return a.max(b)

    def minimum(self, a: Any, b: Any) -> Any:
        return a.min(b)

    def sqrt(self, a: Any) -> Any:
        return a.sqrt()

    def exp(self, a: Any) -> Any:
        return a.exp()

    def log(self, a: Any) -> Any:
        return a.log()

    def cospi(self, a: Any) -> Any:
        return a.cos_pi()

    def pow(self, a: Any, b: Any) -> Any:
        return a**b


def arithmetic(name: str) -> Arithmetic:
    """The number system of that name: float64, float32, rational or ball (precision: `flint.ctx.prec` bits)."""
    if name in ("float64", "float32"):
        return _Float(name)
    if name == "rational":
        return _Rational()
    if name == "ball":
        return _Ball()
    from adamtheory.errors import UnknownNameError

    raise UnknownNameError("arithmetic", name, ("float64", "float32", "rational", "ball"))
