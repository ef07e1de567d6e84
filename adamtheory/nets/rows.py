"""Examples as the kernels read them, checked here, because compiled code does not look where it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.nets.network import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Rows:
    """Examples as the kernels read them: x (n, inputs), or the entries of sparse rows as (1, entries); y (n,)."""

    x: Array
    indptr: Array
    indices: Array
    y: Array

    @property
    def longest(self) -> int:
        """Entries of the longest sparse row."""
        return int((self.indptr[1:] - self.indptr[:-1]).max(initial=0))

    @property
    def all(self) -> tuple[Array, Array, Array, Array]:
        return self.x, self.indptr, self.indices, self.y


def rows_of(network: Network, data: Any) -> Rows:
    """Check a pair (x, y) against a network; x is an array or has `indptr`, `indices`, `values` and `width`.

    Networks that have their inputs as targets take y of any kind. Raises `ParameterError` for other shapes, dtypes,
    classes outside 0..classes-1, or sparse rows with entries outside 0..width-1.
    """
    import numpy as np

    x, labels = _pair(data)
    sparse = hasattr(x, "indptr") and hasattr(x, "indices")
    if sparse != network.sparse:
        kinds = ("dense rows, as an array", "sparse rows, with indptr and indices")
        raise ParameterError(f"{network.name} takes {kinds[network.sparse]}; given is {type(x).__name__}")
    found, width = _sparse(x) if sparse else _dense(network, x)
    count = len(found.indptr) - 1 if sparse else len(found.x)
    y = _labels(labels) if network.head.classes else np.zeros(count, np.int64)
    if found.x.dtype.name not in ("uint8", "float32", "float64"):
        raise ParameterError(f"x must be of uint8, float32 or float64, not {found.x.dtype}")
    if width != network.inputs or y.shape != (count,) or not count:
        raise ParameterError(f"{count} rows of {width} numbers with {y.shape} labels; {network.name} takes "
                             f"{network.inputs} numbers a row and a label for each")  # fmt: skip
    rows = Rows(found.x, found.indptr, found.indices, y)
    _check_values(network, rows)
    return rows


def _pair(data: Any) -> tuple[Any, Any]:
    if hasattr(data, "x") and hasattr(data, "y"):
        return data.x, data.y
    if isinstance(data, tuple | list) and len(data) == 2:
        return data[0], data[1]
    raise ParameterError(f"examples are a pair (x, y) or an object with x and y, not {type(data).__name__}")


def _dense(network: Network, x: Any) -> tuple[Rows, int]:
    import numpy as np

    x, empty = np.ascontiguousarray(x), np.empty(0, np.int64)
    if x.ndim != 2:
        raise ParameterError(f"x must have the shape (rows, {network.inputs}), not {np.shape(x)}")
    return Rows(x, empty, np.empty(0, np.int32), empty), x.shape[1]


def _sparse(x: Any) -> tuple[Rows, int]:
    """Sparse rows and their width; every entry must be where the row says, for a kernel would read any memory."""
    import numpy as np

    if getattr(x, "format", "csr") != "csr":
        raise ParameterError(f"sparse rows are those of a CSR matrix, not of {x.format.upper()}; give x.tocsr()")
    values = getattr(x, "values", None)
    values = np.ascontiguousarray(x.data if values is None else values).reshape(1, -1)
    width = int(x.shape[1] if hasattr(x, "shape") else x.width)
    indptr, indices = np.ascontiguousarray(x.indptr, np.int64), np.ascontiguousarray(x.indices)
    whole = indptr.ndim == indices.ndim == 1 and len(indptr) > 0 and indptr[0] >= 0 and indptr[-1] <= len(indices)
    if not whole or (np.diff(indptr) < 0).any() or values.size != len(indices):
        raise ParameterError(f"indptr does not cut {len(indices)} indices and {values.size} values into rows")
    if len(indices) and not 0 <= indices.min() <= indices.max() < width:
        raise ParameterError(f"indices run from {indices.min()} to {indices.max()}; the rows have {width} columns")
    return Rows(values, indptr, indices.astype(np.int32, copy=False), np.empty(0, np.int64)), width


def _labels(y: Any) -> Array:
    """Whole numbers as int64."""
    import numpy as np

    given = np.asarray(y)
    if given.dtype.kind not in "biuf":
        raise ParameterError(f"labels must be whole numbers from 0, not {given.dtype}")
    if given.dtype.kind == "f" and not ((given == np.floor(given)) & (np.abs(given) < 2**53)).all():
        raise ParameterError("labels must be whole numbers from 0; some are not whole")
    return np.ascontiguousarray(given, np.int64)


def _check_values(network: Network, rows: Rows) -> None:
    """Classes are those of the head; where there are none, the numbers are to be found again, and lie in [0, 1]."""
    x, y, classes = rows.x, rows.y, network.head.classes
    if classes and (y.min() < 0 or y.max() >= classes):
        raise ParameterError(
            f"labels run from {y.min()} to {y.max()}; {network.name} has the classes 0 to {classes - 1}"
        )
    if not classes and x.dtype.kind == "f" and not (x.min() >= 0 and x.max() <= 1):
        raise ParameterError(f"x runs from {x.min()} to {x.max()}; {network.name} takes numbers in [0, 1]")
