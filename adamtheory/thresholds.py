"""Where Adam fails on the periodic sequence: thresholds in C, beta1 and beta2, certified to any number of digits.

What to use when: `threshold(C=3)` gives the beta2 for which Adam drifts to the wrong end, `threshold(beta2="0.9")` the
C, and `threshold(C=3, beta2="0.1")` the beta1. The sequence is C x once in N rounds, else -x, with C > N - 1 (the loss
`reddi`); its best point is -1. Adam moves, per period of its limit cycle and in units of the step size, by the drift

    sum over k = 0, ..., N-1 of (1 - (C+1) p_k)/sqrt(1 + (C^2-1) q_k),   p_k = beta1^k/(1 + beta1 + ... + beta1^(N-1)),

q_k the same with beta2 (theorem `cycle_drift`). Where it is positive Adam goes to +1 (`adam_ends_at_the_worst_point`).
Signs at rational points are decided by balls of python-flint, which contain what they stand for. That there is one
threshold in C, in beta1, and without momentum in beta2 are theorems that ship (`Threshold.unique` names them); with
momentum [0, 1] is covered by intervals of beta2 on each of which the drift keeps its sign or is monotone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.errors import ParameterError

Number = int | str | Fraction
MOST_DIGITS, MOST_ROUNDS, MOST_INTERVALS, MOST_BITS = 1000, 2000, 20_000, 1 << 15
LARGEST = 10**12  # of C, and of what the search for it tries
LONGEST = 60  # characters of a number
HUGE_EXPONENT = re.compile(r"[eE][+-]?0*[1-9]\d{3}")  # 1e1000: a number as long as that would be built

BY_THEOREM = {
    "C": "theorems drift_falls_in_slope and drift_positive_at_balance",
    "beta1": "theorem drift_falls_in_momentum",
    "beta2": "theorem drift_threshold_in_beta2",
}


@dataclass(frozen=True)
class End:
    """An end of an interval: `value` itself, or a number above it by less than one unit of the last digit."""

    value: Fraction
    exact: bool
    digits: int

    def __str__(self) -> str:
        if self.exact:
            return str(self.value)
        whole, part = divmod(self.value.numerator * (10**self.digits // self.value.denominator), 10**self.digits)
        return f"{whole}.{part:0{self.digits}d}..."


@dataclass(frozen=True)
class Threshold:
    """The values of `unknown` for which Adam drifts to the wrong end, with all else `given`.

    fails     open intervals, an end at 0 included; the upper end is None where there is none
    unique    what shows that there are no others: theorems that ship, or a covering by intervals
    """

    unknown: str
    given: dict[str, Fraction]
    fails: tuple[tuple[End, End | None], ...]
    unique: str


def threshold(
    C: Number | None = None,
    N: int = 3,
    *,
    beta1: Number | None = None,
    beta2: Number | None = None,
    digits: int = 18,
) -> Threshold:
    """The threshold in the one of beta2, C, beta1 that is left out; beta1 is 0 where it is not what is asked for.

    >>> str(threshold(C=3).fails[0][1])
    '0.472313140058934548...'

    Numbers are ints, Fractions or texts such as "0.9" and "9/10". Raises `ParameterError` for what is out of range.
    """
    period, digits = _whole("the period N", N, 3, MOST_ROUNDS), _whole("digits", digits, 1, MOST_DIGITS)
    spike, momentum, decay = _rational("C", C), _rational("beta1", beta1), _rational("beta2", beta2)
    for name, rate in (("beta1", momentum), ("beta2", decay)):
        if rate is not None and not 0 <= rate < 1:
            raise ParameterError(f"{name} is {rate}; it must be at least 0 and less than 1")
    if spike is not None and not period - 1 < spike <= LARGEST:
        raise ParameterError(f"C is {spike}; it must be greater than N - 1 = {period - 1} and at most {LARGEST}")
    if spike is None and decay is None:
        raise ParameterError("give C for the threshold in beta2, beta2 for the threshold in C, both for that in beta1")
    if spike is not None and decay is not None:
        if momentum is not None:
            raise ParameterError("C, beta1 and beta2 are all given; leave out the one whose threshold is asked for")
        return _in_momentum(spike, decay, period, digits)
    if spike is not None:
        return _in_decay(spike, momentum or Fraction(0), period, digits)
    return _in_spike(momentum or Fraction(0), decay or Fraction(0), period, digits)


def drift(C: Any, a: Any, b: Any, N: int) -> Any:
    """The drift as a ball, for balls C, a = beta1 and b = beta2."""
    from flint import arb

    gain = C * C - 1
    pairs = zip(_weights(a, N), _weights(b, N), strict=True)
    return sum(((1 - (C + 1) * p) * (1 + gain * q).rsqrt() for p, q in pairs), arb(0))


def drift_polynomial(C: Number) -> list[int]:
    """Coefficients, from that of 1 to that of b^8, of P, whose sign is against the drift for N = 3, beta1 = 0.

    It is P = ((K+1) X Y - Z (X+Y))^2 - 4 Z^2 X Y with K = C^2 - 1, X = s + K b, Y = s + K b^2, Z = s + K and
    s = 1 + b + b^2, cleared of denominators (theorems `drift_polynomial` and `drift_polynomial_converse`).
    """
    from flint import fmpq, fmpq_poly

    spike = _rational("C", C)
    if spike is None or spike <= 1:
        raise ParameterError(f"C is {spike}; it must be greater than 1")
    K = fmpq(spike.numerator, spike.denominator) ** 2 - 1
    s, b = fmpq_poly([1, 1, 1]), fmpq_poly([0, 1])
    X, Y, Z = s + K * b, s + K * b * b, s + K
    P = ((K + 1) * X * Y - Z * (X + Y)) ** 2 - 4 * Z**2 * X * Y
    return [int(c) for c in P.numer()]


# --- the three questions ----------------------------------------------------------------------------------------------


def _in_decay(C: Fraction, a: Fraction, N: int, digits: int) -> Threshold:
    """Which beta2 fail: an interval from 0 without momentum; with it, wherever the drift changes its sign."""
    value = _along(lambda b: (C, a, b), N)
    zero, one = Fraction(0), Fraction(1)
    if a == 0:
        brackets, unique = [(zero, one)], BY_THEOREM["beta2"]
    else:
        brackets, tried = _isolated(C, a, N, value)
        unique = f"{tried} intervals that cover [0, 1], on each of which the drift keeps its sign or is monotone"
    ends = [_located(value, *bracket, digits) for bracket in brackets]
    if _sign(value, zero) > 0:
        ends.insert(0, End(zero, True, digits))
    # the drift is negative at beta2 = 1, so the ends come in pairs
    pairs = tuple(zip(ends[::2], ends[1::2], strict=True))
    return Threshold("beta2", {"C": C, "N": Fraction(N), "beta1": a}, pairs, unique)


def _in_spike(a: Fraction, b: Fraction, N: int, digits: int) -> Threshold:
    """Which C > N - 1 fail: those below one threshold; without momentum and memory, all."""
    low, given = Fraction(N - 1), {"N": Fraction(N), "beta1": a, "beta2": b}
    start = End(low, True, digits)
    if a == b == 0:
        return Threshold("C", given, ((start, None),), "the drift is N - 2 for every C")
    value = _along(lambda C: (C, a, b), N)
    high = 2 * low
    while _sign(value, high) > 0:
        high *= 2
        if high > LARGEST:
            raise ParameterError(f"the threshold in C is above {LARGEST}")
    return Threshold("C", given, ((start, _located(value, low, high, digits)),), BY_THEOREM["C"])


def _in_momentum(C: Fraction, b: Fraction, N: int, digits: int) -> Threshold:
    """Which beta1 fail: those below one threshold, if beta1 = 0 does."""
    value = _along(lambda a: (C, a, b), N)
    zero, given = Fraction(0), {"C": C, "N": Fraction(N), "beta2": b}
    if _sign(value, zero) < 0:
        return Threshold("beta1", given, (), BY_THEOREM["beta1"])
    found = _located(value, zero, Fraction(1), digits)
    return Threshold("beta1", given, ((End(zero, True, digits), found),), BY_THEOREM["beta1"])


# --- the drift at a point, and on an interval of beta2 ----------------------------------------------------------------

Value = Callable[[Fraction, int], Any]


def _ball(x: Fraction) -> Any:
    from flint import arb, fmpq

    return arb(fmpq(x.numerator, x.denominator))


def _weights(decay: Any, N: int) -> list[Any]:
    """decay^k/(1 + decay + ... + decay^(N-1)); also at decay = 1, where all are 1/N."""
    powers = list(_powers(decay, N))
    whole = sum(powers[1:], powers[0])
    return [power / whole for power in powers]


def _powers(decay: Any, N: int) -> Iterator[Any]:
    from flint import arb

    power = arb(1)
    for _ in range(N):
        yield power
        power = power * decay


def _along(point: Callable[[Any], tuple[Any, Any, Any]], N: int) -> Value:
    """The drift as a function of a rational number and the bits to compute with."""

    def value(x: Fraction, bits: int) -> Any:
        from flint import ctx

        with ctx.workprec(bits):
            C, a, b = point(x)
            return drift(_ball(C), _ball(a), _ball(b), N)

    return value


def _sign(value: Value, x: Fraction, bits: int = 128) -> int:
    """The sign of the drift, 1 or -1."""
    while bits <= MOST_BITS:
        found = value(x, bits)
        if found > 0 or found < 0:
            return 1 if found > 0 else -1
        bits *= 2
    raise ParameterError(f"the drift at {_short(x)} is 0, or too near to it for {MOST_BITS} bits to tell its sign")


def _isolated(C: Fraction, a: Fraction, N: int, value: Value) -> tuple[list[tuple[Fraction, Fraction]], int]:
    """Intervals of beta2 in which the drift is monotone and changes its sign, in order, and how many were tried."""
    from flint import arb, ctx

    found, tried, pending = [], 0, [(Fraction(0), Fraction(1))]
    with ctx.workprec(128):
        spike = _ball(C)
        pulls = [1 - (spike + 1) * p for p in _weights(_ball(a), N)]
        while pending:
            low, high = pending.pop()
            tried += 1
            middle, around = _ball((low + high) / 2), arb(0, 1) * _ball((high - low) / 2)
            whole, slope = _with_slope(spike, pulls, middle + around, N)
            near = _with_slope(spike, pulls, middle, N)[0] + slope * around  # mean value theorem
            if _decided(whole) or _decided(near):
                continue
            if _decided(slope):
                if _sign(value, low) != _sign(value, high):
                    found.append((low, high))
                continue
            if tried > MOST_INTERVALS:
                raise ParameterError("two thresholds in beta2 are too near to each other to be told apart")
            # not in the middle, where a threshold is likelier to lie than elsewhere
            cut = low + (high - low) * Fraction(1009, 2048)
            pending += [(cut, high), (low, cut)]
    return found, tried


def _decided(ball: Any) -> bool:
    return bool(ball > 0 or ball < 0)


def _with_slope(C: Any, pulls: list[Any], b: Any, N: int) -> tuple[Any, Any]:
    """The drift and its derivative by beta2, on a ball of beta2."""
    from flint import arb

    gain, powers = C * C - 1, list(_powers(b, N))
    whole, whole_slope = arb(0), arb(0)
    slopes = [arb(0), *(k * powers[k - 1] for k in range(1, N))]
    for power, slope in zip(powers, slopes, strict=True):
        whole, whole_slope = whole + power, whole_slope + slope
    value, derivative = arb(0), arb(0)
    for pull, power, slope in zip(pulls, powers, slopes, strict=True):
        q = power / whole
        root = (1 + gain * q).rsqrt()
        value += pull * root
        derivative -= pull * root**3 * (slope - q * whole_slope)
    return value, derivative * gain / (2 * whole)


# --- digits -----------------------------------------------------------------------------------------------------------


def _located(value: Value, low: Fraction, high: Fraction, digits: int) -> End:
    """The one place between low and high where the drift changes its sign, with this many digits after the point."""
    sought = _Search(value, low, high)
    return End(Fraction(sought.cell(digits), 10**digits), False, digits)


class _Search:
    """The cell n/10^d, (n+1)/10^d with a change of sign; for twice the digits from the chord of a cell."""

    def __init__(self, value: Value, low: Fraction, high: Fraction) -> None:
        self.value, self.low, self.high = value, low, high
        self.before = _sign(value, low)
        if _sign(value, high) == self.before:
            raise ParameterError(f"the drift has one sign at {low} and {high}")

    def ahead(self, n: int, digits: int) -> bool:
        """Whether the change of sign is at n/10^d or beyond."""
        x = Fraction(n, 10**digits)
        if x <= self.low or x >= self.high:
            return x <= self.low
        return _sign(self.value, x, _bits(digits)) == self.before

    def cell(self, digits: int) -> int:
        """The n of this many digits."""
        if digits <= 6:
            unit = 10**digits
            return self.halved(int(self.low * unit), -int(-self.high * unit // 1), digits)
        before = digits // 2
        unit = int(10 ** (digits - before))
        first = self.cell(before) * unit
        return self.halved(*self.narrowed(first, first + unit, digits), digits)

    def narrowed(self, first: int, last: int, digits: int) -> tuple[int, int]:
        """A smaller bracket around where the chord crosses 0."""
        ends = [Fraction(n, 10**digits) for n in (first, last)]
        if ends[0] < self.low or ends[1] > self.high:
            return first, last
        y, z = (self.value(x, _bits(digits)).mid() for x in ends)
        guess = first + int((y / (y - z) * (last - first)).mid().floor().unique_fmpz())
        for sign in (-1, 1):
            step = 1
            while first < guess + sign * step < last:
                ahead = self.ahead(guess + sign * step, digits)
                if ahead:
                    first = guess + sign * step
                else:
                    last = guess + sign * step
                if ahead == (sign < 0):
                    break
                step *= 16
        return first, last

    def halved(self, first: int, last: int, digits: int) -> int:
        """Bisection: the change of sign is between first and last."""
        while last - first > 1:
            middle = (first + last) // 2
            if self.ahead(middle, digits):
                first = middle
            else:
                last = middle
        return first


def _bits(digits: int) -> int:
    return 96 + 4 * digits


# --- what is given ----------------------------------------------------------------------------------------------------


def _rational(name: str, value: Number | None) -> Fraction | None:
    if value is None:
        return None
    if isinstance(value, bool | float):
        raise ParameterError(f'{name} is {value!r}; write it as a text, "{value}", or a Fraction: floats are not exact')
    try:
        if len(str(value)) > LONGEST or HUGE_EXPONENT.search(str(value)):
            raise ValueError
        return Fraction(value)
    except (ValueError, ZeroDivisionError, TypeError):
        told = f"a number of at most {LONGEST} characters, as 3, 0.9 or 9/10"
        raise ParameterError(f"{name} is {_short(value)!r}; it must be {told}") from None


def _whole(name: str, value: int, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        why = " (with period 2 Adam never fails)" if name.startswith("the period") and value == 2 else ""
        raise ParameterError(f"{name} is {value!r}; it must be a whole number from {least} to {most}{why}")
    return value


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
