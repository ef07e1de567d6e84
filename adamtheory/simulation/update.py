"""Update a parameter array in place by any rule: the same text as in the theorems, at memory speed.

stepper = ArrayOptimizer(adam(lr=1e-3), weights)      # weights: any contiguous float32 or float64 array
for gradient in gradients:
    stepper.step(gradient)                            # weights and stepper.state change in place

stepper = ArrayOptimizer(ndadam, weights, groups="rows")  # each row of weights is one of ND-Adam's weight vectors
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.simulation.simulate import bind, default_schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SMALLEST_PART = 65_536  # coordinates below which a second thread costs more than it saves


class ArrayOptimizer:
    """An optimizer that owns the slots of one parameter array and updates the array in place.

    optimizer   an update rule with numbers as parameters (no arrays)
    parameters  C-contiguous float32 or float64 array of any shape; `step` changes it
    schedule    step size as a rule; default: constant, alpha_t = lr
    groups      the coordinates over which the rule's `total(...)` sums and that share its step state: None, the whole
                array; "rows", one group for each row along the first axis (of an array of one dimension: the whole);
                or edges 0 = e_0 < e_1 < ... < e_n = size: group k has the flat coordinates e_k, ..., e_{k+1} - 1
    workers     threads; default: all cores. A group is not divided, the whole array of a rule without totals is

    `state` maps each slot to its array (flat, one number a coordinate) or, for state that all coordinates of a group
    share, to an array with one number a group. `round` counts the steps taken.

    In float64 each group has the bits of `simulate`'s update without projection, whatever the grouping of others and
    the threads. In float32 too for rules without totals; a total is summed in float64 there and rounded once, and so
    is closer than `simulate`'s to the sum of the float32 terms.

    Raises `ParameterError` for a wrong array or wrong edges.
    Source: the form in which frameworks run these methods; groups are the weight vectors of Zhang, Ma, Li & Wu 2017.
    """

    def __init__(
        self,
        optimizer: Rule | Bound,
        parameters: Array,
        *,
        schedule: Rule | Bound | None = None,
        groups: str | Sequence[int] | Array | None = None,
        workers: int | None = None,
    ) -> None:
        import numpy as np

        from adamtheory.engine.cpu import compile_groups, compile_update
        from adamtheory.engine.emit_update import build_update, emit_update
        from adamtheory.schedules import constant

        bound = bind(optimizer, "rule")
        plan = default_schedule(bound, constant if schedule is None else schedule)
        self.parameters = parameters
        self._x = self._flat(parameters, "parameters", None)
        dtype, edges = self._x.dtype, _edges(groups, parameters)
        kernel = emit_update(build_update(bound.rule, plan.rule), dtype.name)
        values = {f"o_{n}": v for n, v in bound.exact_values().items()}
        values |= {f"s_{n}": v for n, v in plan.exact_values().items()}
        self._par = np.array([float(values[n]) for n in kernel.params], dtype)
        start = np.array([float(s.initial or 0) for s in kernel.step_states], dtype)
        self._st = np.tile(start, (len(edges) - 1, 1))
        slots = [s for s in kernel.coord_states if s.name != "x"]
        self._slots = [np.full(self._x.shape, float(s.initial or 0), dtype) for s in slots]
        self.state = {s.name[2:]: a for s, a in zip(slots, self._slots, strict=True)}
        self.state |= {s.name[2:]: self._st[:, i] for i, s in enumerate(kernel.step_states) if s.name[0] == "o"}
        self.round = 0
        self._advance = None
        if groups is None and not kernel.totals:
            self._advance, self._apply = compile_update(kernel)
        else:
            self._groups = compile_groups(kernel)
        self._parts = _parts(len(self._x), workers) if self._advance else _parts(len(self._x), workers, edges)
        self._edges = edges
        self._outs = [np.zeros(len(kernel.outputs), dtype) for _ in self._parts]
        self._pool = ThreadPoolExecutor(len(self._parts)) if len(self._parts) > 1 else None

    def step(self, gradient: Array) -> None:
        """One update; the gradient has the parameters' shape and dtype.

        Raises `ParameterError` for another shape, dtype or layout.
        """
        g = self._flat(gradient, "gradient", self.parameters)
        self.round += 1
        arrays = (self._x, g, *self._slots)
        if self._advance:
            self._advance(self.round, self._par, self._st[0], self._outs[0])
            self._run(lambda lo, hi, _: self._apply(lo, hi, self._par, self._outs[0], *arrays))
        else:
            self._run(lambda lo, hi, out: self._groups(
                lo, hi, self._edges, self.round, self._par, self._st, out, *arrays))  # fmt: skip

    def _run(self, work: Callable[[int, int, Array], None]) -> None:
        """Do every part of the work, each in its thread."""
        if self._pool is None:
            for (lo, hi), out in zip(self._parts, self._outs, strict=True):
                work(lo, hi, out)
            return
        for future in [self._pool.submit(work, *p, out) for p, out in zip(self._parts, self._outs, strict=True)]:
            future.result()

    @staticmethod
    def _flat(array: Array, what: str, like: Array | None) -> Array:
        """The array as one dimension, without a copy."""
        import numpy as np

        if not isinstance(array, np.ndarray) or array.dtype.name not in ("float32", "float64"):
            raise ParameterError(f"{what} must be a NumPy array of float32 or float64, not {type(array).__name__}")
        if not array.flags.c_contiguous or (like is None and not array.flags.writeable):
            raise ParameterError(f"{what} must be C-contiguous and writeable; pass numpy.ascontiguousarray(...) of it")
        if like is not None and (array.shape != like.shape or array.dtype != like.dtype):
            raise ParameterError(
                f"gradient is {array.dtype} {array.shape}; the parameters are {like.dtype} {like.shape}"
            )
        return array.reshape(-1)


def _edges(groups: str | Sequence[int] | Array | None, like: Array) -> Array:
    """Where the groups of an array begin, and its size."""
    import numpy as np

    size = like.size
    rows = len(like) if like.ndim > 1 else 1
    if groups is None or (isinstance(groups, str) and groups == "rows" and size == 0):
        return np.array([0, size], np.uint64)
    if isinstance(groups, str) and groups == "rows":
        return np.arange(0, size + 1, size // rows, dtype=np.uint64)
    try:
        edges = np.asarray(groups)
    except ValueError:  # lists of different lengths
        edges = np.array(None)
    whole = edges.ndim == 1 and edges.dtype.kind in "iu" and len(edges) > 1
    if not whole or edges[0] != 0 or edges[-1] != size or not (edges[1:] > edges[:-1]).all():
        raise ParameterError(
            f'groups must be None, "rows" or whole numbers that rise from 0 to the size {size}, not {groups!r}'
        )
    return edges.astype(np.uint64)


def _parts(size: int, workers: int | None, edges: Array | None = None) -> list[tuple[int, int]]:
    """What each worker does: a range of coordinates, or of whole groups with about as many coordinates."""
    import numpy as np

    count = max(1, min(workers or os.cpu_count() or 1, size // SMALLEST_PART))
    cuts = [size * i // count for i in range(count + 1)]
    if edges is not None:
        cuts = np.unique([*np.searchsorted(edges, cuts[:-1]), len(edges) - 1]).tolist()
    return list(zip(cuts, cuts[1:], strict=False))
