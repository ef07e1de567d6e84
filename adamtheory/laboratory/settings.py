"""The settings of an experiment as texts: `--set horizon=1e5 --set "C=[2.5, 3]"`, and back for the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from adamtheory.errors import ParameterError, SpecError, UnknownNameError
from adamtheory.runs.spec_text import Value, number_text, parse_value

POSITIVE = (
    "lr",
    "tolerance",
    "exponent",
    "reserve",
    "swing",
    "fit",
    "ray",
    "norm",
    "place",
    "none",
    "eps",
)  # settings so named, or with such a beginning up to a _


def changed(settings: Any, texts: Sequence[str]) -> Any:
    """The settings with `name=value` texts put in; every value gets the type of the one that it replaces.

    Raises `UnknownNameError` for a name that the settings lack, `SpecError` or `ParameterError` for a wrong value.
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        name = name.strip()
        if not mark or not name:
            raise SpecError(f"--set {text} is not of the form param=value")
        values[name] = value.strip()
    return from_texts(settings, values)


def check_sensible(old: Any, new: Any) -> None:
    """Refuse settings that no experiment can mean: `new` against those that it replaces, field by field.

    Counts are at least 1, decay rates in [0, 1), step sizes and tolerances above 0, lists not empty. Raises
    `ParameterError`.
    """
    for f in fields(old):
        _check(f.name, getattr(old, f.name), getattr(new, f.name))


def check_distinct(settings: Any, *names: str) -> None:
    """Refuse lists in which a value stands twice: its rows could not be told apart. Raises `ParameterError`."""
    for name in names:
        values = getattr(settings, name)
        if len(set(values)) < len(values):
            raise ParameterError(f"{name}={_text(values)} must not have a value twice")


def check_increasing(settings: Any, *names: str) -> None:
    """Refuse lists that do not increase. Raises `ParameterError`."""
    for name in names:
        values = getattr(settings, name)
        if list(values) != sorted(set(values)):
            raise ParameterError(f"{name}={_text(values)} must increase")


def _check(name: str, old: Any, new: Any) -> None:
    if isinstance(old, tuple) and old and not new:
        raise ParameterError(f"{name} must not be empty; an example is {_text(old)}")
    first = old[0] if isinstance(old, tuple) and old else old
    if isinstance(first, str | bool):
        return
    for value in new if isinstance(new, tuple) else (new,):
        if isinstance(first, int) and first >= 1 > value:
            raise ParameterError(f"{name}={_text(value)} must be a whole number of at least 1")
        if name.removeprefix("coin_").startswith("beta") and not 0 <= value < 1:
            raise ParameterError(f"{name}={_text(value)} must lie in [0, 1)")
        if name.split("_")[0] in POSITIVE and not value > 0:
            raise ParameterError(f"{name}={_text(value)} must be above 0")


def from_texts(settings: Any, texts: Mapping[str, str]) -> Any:
    """The settings with the texts in place of the values of those names."""
    known = {f.name: getattr(settings, f.name) for f in fields(settings)}
    for name in texts:
        if name not in known:
            raise UnknownNameError("setting", name, known)
    return replace(settings, **{name: _like(name, text, known[name]) for name, text in texts.items()})


def as_texts(settings: Any) -> dict[str, str]:
    """Every setting as a text that `from_texts` reads back to the same value."""
    return {f.name: _text(getattr(settings, f.name)) for f in fields(settings)}


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_text(v) for v in value)}]"
    if isinstance(value, Fraction):
        return number_text(value)
    return repr(value) if isinstance(value, float) else str(value)


def _like(name: str, text: str, old: Any) -> Any:
    """The value of a text with the type of `old`; a list of texts is cut at the commas outside of brackets."""
    if isinstance(old, tuple):
        listed = text.startswith("[") and text.endswith("]")
        inner = text[1:-1] if listed else text
        if listed and not inner.strip():
            return ()
        if old and isinstance(old[0], str):
            return tuple(_pieces(inner))
        if old and isinstance(old[0], bool):
            return tuple(_number(name, piece, old[0]) for piece in _pieces(inner))
        value = parse_value(text)
        items = value if isinstance(value, tuple) else (value,)
        return tuple(_number(name, item, old[0] if old else 0.0) for item in items)
    if isinstance(old, str):
        return text
    return _number(name, parse_value(text), old)


def _pieces(text: str) -> list[str]:
    depth, pieces = 0, [""]
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += letter
    return [piece.strip() for piece in pieces if piece.strip()]


def _number(name: str, value: Value, old: Any) -> Any:
    if isinstance(old, bool):
        if value in ("true", "True", "false", "False"):
            return value in ("true", "True")
        raise ParameterError(f"{name} must be true or false")
    if not isinstance(value, Fraction):
        raise ParameterError(f"{name} must be a number, as {_text(old)} is")
    if isinstance(old, int):
        if value.denominator != 1:
            raise ParameterError(f"{name}={number_text(value)} must be a whole number")
        return int(value)
    return value if isinstance(old, Fraction) else float(value)
