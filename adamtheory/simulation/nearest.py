"""The nearest point of a feasible set, for points outside a run: where it starts, and where a comparator lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language.rule import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def check_vector(where: Rule) -> None:
    """Raise `AdamTheoryError` for a set whose vector algorithm is unknown, or takes another number of scalars."""
    from adamtheory.engine.projections import VECTORS

    name = str(where.facts.get("vector", "ball"))
    if name not in VECTORS:
        raise UnknownNameError(f"vector projection of {where.name}", name, VECTORS)
    if "vector" in where.facts and len(where.parameters) != 1:
        raise ParameterError(
            f"{where.name} has {len(where.parameters)} scalars; the projection {name} takes one, its size"
        )


def nearest(where: Rule, parameters: Mapping[str, Array], points: Array) -> Array:
    """The Euclidean projection of points (n, d) on the sets whose parameters (n,) are given, in float64.

    A point of the set stays as it is. Raises `UnknownNameError` for a set with an unknown vector algorithm.
    Source: as the set's own; equal rows with equal parameters are projected once.
    """
    import numpy as np

    from adamtheory.engine.projections import VECTORS
    from adamtheory.language import arithmetic, reading

    check_vector(where)
    names, size = list(parameters), points.shape[1]
    rows = np.concatenate([*(np.asarray(parameters[n], np.float64)[:, None] for n in names), points], axis=1)
    different, back = np.unique(rows, axis=0, return_inverse=True)
    found = different[:, len(names) :].copy()
    system = arithmetic("float64")
    own = reading(where, system, size)
    for row, point in zip(different, found, strict=True):
        if size > 1 and "vector" in where.facts:
            with np.errstate(all="ignore"):
                VECTORS[where.facts["vector"]](point, np.ones(size), *row[: len(names)])
        else:
            (point[:],), _ = own({"y": list(point)}, dict(zip(names, row, strict=False)))
    return np.asarray(found[back.reshape(-1)])
