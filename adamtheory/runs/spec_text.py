"""The text `name[param=value, param=[v1, v2], param=other[...]]`: read into a `Spec` and printed back.

    spec = parse_spec("adam[lr=0.5, beta2=[0.1, 0.9], schedule=polynomial[power=1/3]]")
    spec.params["lr"]                                   # Fraction(1, 2): numbers are exact
    str(spec)                                           # the same text

A value is a number (0.5, 1e7, 1/3), a list of numbers, `linspace(a, b, n)` or `logspace(a, b, n)` with the meaning of
NumPy, `a..b/n` for linspace, `geom(a, b, n)` for NumPy's geomspace, another name with brackets, or a string; a string
needs quotes only where it holds one of , [ ] or looks like one of the others.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn, TypeAlias, Union

from adamtheory.errors import SpecError

Value: TypeAlias = Union[Fraction, str, tuple[Fraction, ...], "Spec"]

LARGEST_EXPONENT = 400  # a text such as 1e999999999 must not fill the memory
MOST_DIGITS = 1000  # nor a number of a million digits
LARGEST = Fraction(sys.float_info.max)
_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"([+-]?{_DECIMAL})(?:/({_DECIMAL}))?")
_KEY = re.compile(r"[A-Za-z_]\w*")
_SPACE = re.compile(r"(linspace|logspace|geom)\s*\(([^()]*)\)")
_RANGE = re.compile(rf"\s*({_NUMBER.pattern})\s*\.\.\s*(.*)", re.DOTALL)  # a number, two points, and what follows
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'', re.DOTALL)
_BARE = re.compile(r"[^,\[\]]*")
MOST_POINTS = 1_000_000


@dataclass(frozen=True)
class Spec:
    """A name with parameters, as written; nothing is known yet about what it names."""

    name: str
    params: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.params:
            return _word(self.name)
        return f"{_word(self.name)}[{', '.join(f'{key}={value_text(value)}' for key, value in self.params.items())}]"

    def without(self, *names: str) -> Spec:
        """The same without some parameters."""
        return Spec(self.name, {key: value for key, value in self.params.items() if key not in names})


def number(text: str) -> Fraction | None:
    """The exact value of a decimal, or of a quotient of two; None where the text is no number.

    Raises `SpecError` for a zero denominator and for numbers beyond the range of float64.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    if len(text) > MOST_DIGITS:
        raise SpecError(f"'{text[:20]}...' has more than {MOST_DIGITS} digits; write a shorter number")
    parts = [_decimal(part) for part in found.groups() if part is not None]
    if len(parts) == 2 and parts[1] == 0:
        raise SpecError(f"'{text.strip()}' divides by zero; write a number")
    value = parts[0] / parts[1] if len(parts) == 2 else parts[0]
    if value and not Fraction(1, 10**323) <= abs(value) <= LARGEST:
        raise SpecError(f"'{text.strip()}' is beyond the range of float64; write a number between 1e-323 and 1.79e308")
    return value


def _decimal(text: str) -> Fraction:
    exponent = re.split("[eE]", text)[1:]
    if exponent and abs(int(exponent[0])) > LARGEST_EXPONENT:
        raise SpecError(f"'{text}' is beyond the range of float64; write a number between 1e-323 and 1.79e308")
    return Fraction(text)


def number_text(value: Fraction) -> str:
    """The shortest text that reads back as exactly this number: 0.1, 1e-08, 1/3."""
    twos_and_fives = value.denominator
    for prime in (2, 5):
        while twos_and_fives % prime == 0:
            twos_and_fives //= prime
    if twos_and_fives != 1:
        return f"{value.numerator}/{value.denominator}"
    short = repr(value.numerator / value.denominator).removesuffix(".0")
    if Fraction(short) == value:
        return short
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(int(abs(value) * 10**places)).zfill(places + 1)
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{'-' if value < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


def value_text(value: Value) -> str:
    """A value as it is written in a spec."""
    if isinstance(value, Fraction):
        return number_text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(number_text(v) for v in value)}]"
    if isinstance(value, Spec):
        return str(value) if value.params else f"{value}[]"
    return _word(value)


def _word(text: str) -> str:
    """A string bare if it reads back as itself, else in quotes."""
    plain = text and text == text.strip() and text[0] not in "\"'" and _BARE.fullmatch(text)
    if plain and not any(form.match(text) for form in (_SPACE, _RANGE)) and _NUMBER.fullmatch(text) is None:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parse_spec(text: str) -> Spec:
    """Read a whole text as a name with parameters; raises `SpecError` that names the place and what is needed."""
    reader = _Reader(text)
    spec = reader.spec(reader.word())
    reader.end()
    return spec


def parse_value(text: str) -> Value:
    """Read a whole text as one value; raises `SpecError`."""
    reader = _Reader(text)
    value = reader.value()
    reader.end()
    return value


class _Reader:
    """A recursive-descent parser: the text and the place reached in it."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def fail(self, reason: str) -> NoReturn:
        form = "write name[param=value, param=[v1, v2]]"
        raise SpecError(f"cannot read '{self.text}': {reason} at character {self.at + 1}; {form}")

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, sign: str) -> bool:
        """Whether the next sign is this one; if so it is passed."""
        self.skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def end(self) -> None:
        self.skip()
        if self.at < len(self.text):
            self.fail(f"unexpected '{self.text[self.at]}'")

    def word(self) -> str:
        """A quoted string, or everything up to the next , [ or ]."""
        self.skip()
        quoted = _QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            return re.sub(r"\\(.)", r"\1", quoted[1] if quoted[1] is not None else quoted[2], flags=re.DOTALL)
        if self.text[self.at : self.at + 1] in ('"', "'"):
            self.fail("a quote is not closed")
        bare = _BARE.match(self.text, self.at)
        assert bare is not None  # the pattern matches the empty text
        if not bare[0].strip():
            self.fail("a name or value is missing")
        self.at = bare.end()
        return bare[0].strip()

    def spec(self, name: str) -> Spec:
        """The parameters that follow a name."""
        params: dict[str, Value] = {}
        if not self.take("["):
            return Spec(name)
        while not self.take("]"):
            key = self.key()
            if key in params:
                self.fail(f"'{key}' is given twice, the second time")
            params[key] = self.value()
            if not self.take(","):
                if not self.take("]"):
                    self.fail("',' or ']' is missing" if self.at < len(self.text) else "']' is missing")
                break
        return Spec(name, params)

    def key(self) -> str:
        self.skip()
        found = _KEY.match(self.text, self.at)
        if found is None:
            self.fail("a parameter's name is missing")
        self.at = found.end()
        if not self.take("="):
            self.fail(f"'=' is missing after '{found[0]}'")
        return found[0]

    def value(self) -> Value:
        if self.take("["):
            return self.numbers()
        space = _SPACE.match(self.text, self.at)
        if space:
            self.at = space.end()
            return self.spaced(space[1], space[2])
        start, quoted = self.at, self.text[self.at : self.at + 1] in ("'", '"')
        word = self.word()
        if self.text.startswith("[", self.at):
            return self.spec(word)
        found = None if quoted else number(word)
        if found is None and not quoted and _SPACE.match(word.split("(")[0] + "()"):
            self.at = start
            self.fail("linspace, logspace and geom take three numbers in brackets")
        if not quoted and (ends := _RANGE.fullmatch(word)):
            return self.range(start, ends[1], ends[ends.re.groups])
        return word if found is None else found

    def numbers(self) -> tuple[Fraction, ...]:
        """The numbers of a list, after its opening bracket."""
        values: list[Fraction] = []
        while not self.take("]"):
            self.skip()
            start = self.at
            if self.text.startswith("[", start):
                self.fail("a list inside a list; lists multiply out by themselves,")
            word = self.word()
            found = number(word)
            if found is None:
                self.at = start
                self.fail(f"'{word}' in a list is not a number")
            values.append(found)
            if not self.take(",") and not self.text.startswith("]", self.at):
                self.fail("',' or ']' is missing" if self.at < len(self.text) else "']' is missing")
        if not values:
            self.fail("an empty list")
        return tuple(values)

    def range(self, start: int, first: str, rest: str) -> tuple[Fraction, ...]:
        """The points of first..last/n, evenly spaced; the last quotient is the count: 1/3..2/3/5 has five points."""
        last, mark, count = rest.rpartition("/")
        if not mark:
            self.at = start
            self.fail(f"the range {first}..{rest} does not say how many points, as in {first}..{rest}/10")
        return self.spaced("a range first..last/n", f"{first},{last},{count}")

    def spaced(self, word: str, inner: str) -> tuple[Fraction, ...]:
        """The points of linspace(a, b, n), of logspace(a, b, n) = 10**linspace(a, b, n), or of geom(a, b, n)."""
        found = [number(part) for part in inner.split(",")]
        parts = [part for part in found if part is not None]
        if len(parts) != 3 or len(found) != 3 or parts[2].denominator != 1 or not 2 <= parts[2] <= MOST_POINTS:
            self.fail(f"{word} takes (first, last, how many), how many at least 2; found ({inner})")
        first, last, count = parts[0], parts[1], int(parts[2])
        if word == "geom":
            if min(first, last) <= 0:
                self.fail(f"geom takes first and last above 0; found ({inner})")
            return _geometric(first, last, count)
        # over one denominator, for there may be a million: a sum of fractions takes five times as long
        low, high = first.numerator * last.denominator, last.numerator * first.denominator
        whole = first.denominator * last.denominator * (count - 1)
        points = [Fraction(low * (count - 1 - k) + high * k, whole) for k in range(count)]
        if word == "logspace":
            if max(abs(first), abs(last)) > 300:
                self.fail("logspace takes exponents of ten between -300 and 300")
            points = [_power_of_ten(point) for point in points]
        return tuple(points)


def _geometric(first: Fraction, last: Fraction, count: int) -> tuple[Fraction, ...]:
    """The points first*(last/first)^(k/(count - 1)): exact where that power is rational, as the ends are."""
    return tuple(_between(first, last, Fraction(k, count - 1)) for k in range(count))


def _between(first: Fraction, last: Fraction, part: Fraction) -> Fraction:
    """first*(last/first)^part for 0 <= part <= 1."""
    root = _root(last / first, part.denominator)
    if root is not None:
        return first * root**part.numerator
    low, high = (math.log(end.numerator) - math.log(end.denominator) for end in (first, last))
    return Fraction(repr(math.exp(low + (high - low) * float(part))))


def _root(value: Fraction, degree: int) -> Fraction | None:
    """The exact positive root of that degree; None where it is not rational, or beyond what is worth a search."""
    if degree == 1:
        return value
    parts = []
    for part in (value.numerator, value.denominator):
        size = math.log(part) / degree
        near = round(math.exp(size)) if degree <= MOST_DIGITS and size < 36 else 0  # e^36 < 2^53
        if near**degree != part:
            return None
        parts.append(near)
    return Fraction(*parts)


def _power_of_ten(exponent: Fraction) -> Fraction:
    if exponent.denominator == 1:
        return Fraction(10) ** exponent.numerator
    return Fraction(repr(10.0 ** float(exponent)))
