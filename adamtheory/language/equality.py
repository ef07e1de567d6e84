"""Equality to the bit of what holds arrays; `==` of arrays alone gives an array, and NaN is not equal to itself.

NumPy is not needed: an array is known by its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def same(a: Any, b: Any) -> bool:
    """Whether two values, arrays or collections of them agree: arrays in shape, dtype and every bit, NaN with NaN."""
    if a is b:
        return True
    if _is_array(a) or _is_array(b):
        return _is_array(a) and _is_array(b) and _same_arrays(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(value, b[name]) for name, value in a.items())
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if is_dataclass(a) and type(a) is type(b):
        return all(same(getattr(a, field.name), getattr(b, field.name)) for field in fields(a))
    return bool(a == b) or bool(a != a and b != b)


def _is_array(value: Any) -> bool:
    return hasattr(value, "tobytes") and getattr(value, "ndim", 0) > 0


def _same_arrays(a: Any, b: Any) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return same(a.tolist(), b.tolist()) if a.dtype.hasobject else bool(a.tobytes() == b.tobytes())


class Same:
    """Base of data classes with arrays, declared with `eq=False`: they are equal if all of their fields are `same`."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return same(self, other)

    __hash__ = None  # type: ignore[assignment]
