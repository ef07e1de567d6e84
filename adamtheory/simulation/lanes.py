"""Arrays of hyper-parameters become independent lanes: they broadcast like NumPy arrays, and the axes get names.

An axis is named after the parameters that vary along it: `lr=[[0.1], [0.2]], beta2=[0.9, 0.99]` has the axes
("lr", "beta2"); two parameters that vary together along one axis give "lr,beta2".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LANES = 2**24  # of one run; a result of `job.MOST_CELLS` numbers has no room for more


@dataclass(frozen=True)
class Lanes:
    """`values`: each parameter flattened to (count,); `varying`: the parameters that differ between lanes."""

    shape: tuple[int, ...]
    axes: tuple[str, ...]
    coordinates: Mapping[str, NDArray[Any]]
    values: Mapping[str, NDArray[Any]]
    varying: frozenset[str]

    @property
    def count(self) -> int:
        """Number of lanes, at least 1."""
        total = 1
        for n in self.shape:
            total *= n
        return total

    def stretch(self, first: int, last: int) -> Lanes:
        """The lanes first..last-1 along one axis."""
        import numpy as np

        values = {name: value[first:last] for name, value in self.values.items()}
        numbers = {"lane": np.arange(first, last, dtype=np.float64)}
        return Lanes((last - first,), ("lane",), numbers, values, self.varying)


def as_array(value: Any, name: str = "value") -> NDArray[Any]:
    """A number or nested list as float64 (Fractions rounded once); integers stay exact below 2^53.

    Raises `ParameterError` for anything but numbers in a rectangle, and for numbers beyond float64.
    """
    import numpy as np

    def convert(item: Any) -> NDArray[Any]:
        if isinstance(item, Fraction):
            return np.asarray(item.numerator / item.denominator)
        if isinstance(item, list | tuple):
            return np.stack([convert(v) for v in item])
        if item is None or isinstance(item, str | bytes):
            raise TypeError(item)
        return np.asarray(item, np.float64)

    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(
            f"{name}={value!r} must be a number or a rectangular array of them, within float64"
        ) from None


def broadcast(parameters: Mapping[str, Any], display: Mapping[str, str]) -> Lanes:
    """Broadcast all parameters against each other.

    parameters  name -> number or array;  display  name -> the name to show on an axis
    Raises `ParameterError` where shapes do not broadcast; the message names the parameters.
    """
    import numpy as np

    arrays = {name: as_array(value, display[name]) for name, value in parameters.items()}
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays.values())) if arrays else ()
    except ValueError:
        shapes = ", ".join(f"{display[n]} {a.shape}" for n, a in arrays.items() if a.ndim)
        raise ParameterError(f"parameter shapes do not broadcast: {shapes}") from None
    if math.prod(shape) > MOST_LANES:
        sizes = " x ".join(f"{n}" for n in shape)
        raise ParameterError(f"{sizes} = {math.prod(shape):.4g} lanes are too many; give at most {MOST_LANES}")
    axes: list[str] = []
    coordinates: dict[str, NDArray[Any]] = {}
    for axis, length in enumerate(shape):
        along = [n for n, a in arrays.items() if _extent(a, axis, len(shape)) == length and (length > 1 or a.ndim)]
        name = ",".join(display[n] for n in along)
        if name in axes:
            name += f"[{axis}]"  # an array of several axes of its own
        axes.append(name)
        only = [n for n in along if arrays[n].size == length]
        coordinates[name] = arrays[only[0]].reshape(length) if only else np.arange(length, dtype=np.float64)
    values = {n: np.ascontiguousarray(np.broadcast_to(a, shape)).reshape(-1) for n, a in arrays.items()}
    varying = frozenset(n for n, v in values.items() if v.size > 1 and np.any(v != v[0]))
    return Lanes(tuple(shape), tuple(axes), coordinates, values, varying)


def _extent(array: NDArray[Any], axis: int, rank: int) -> int:
    """The array's length along an axis of the broadcast shape (0 where it does not reach that axis)."""
    own = axis - (rank - array.ndim)
    return int(array.shape[own]) if own >= 0 else 0
