"""Update a parameter array in place by any rule: the same text as in the theorems, at memory speed.

stepper = ArrayOptimizer(adam(lr=1e-3), weights)      # weights: any contiguous float32 or float64 array
for gradient in gradients:
    stepper.step(gradient)                            # weights and stepper.state change in place
"""

from __future__ import annotations

import os
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
    workers     threads; default: all cores

    `state` maps each slot to its array (flat, one number a coordinate) or, for state that all coordinates share, to an
    array of length 1. `round` counts the steps taken.

    Raises `ParameterError` for a wrong array or a rule that sums over coordinates.
    Source: the form in which frameworks run these methods; bit for bit `simulate`'s update without projection.
    """

    def __init__(
        self,
        optimizer: Rule | Bound,
        parameters: Array,
        *,
        schedule: Rule | Bound | None = None,
        workers: int | None = None,
    ) -> None:
        import numpy as np

        from adamtheory.engine.cpu import compile_update
        from adamtheory.engine.emit_update import build_update, emit_update
        from adamtheory.schedules import constant

        bound = bind(optimizer, "rule")
        plan = default_schedule(bound, constant if schedule is None else schedule)
        self.parameters = parameters
        self._x = self._flat(parameters, "parameters", None)
        dtype = self._x.dtype
        kernel = emit_update(build_update(bound.rule, plan.rule), dtype.name)
        self._advance, self._apply = compile_update(kernel)
        values = {f"o_{n}": v for n, v in bound.exact_values().items()}
        values |= {f"s_{n}": v for n, v in plan.exact_values().items()}
        self._par = np.array([float(values[n]) for n in kernel.params], dtype)
        self._st = np.array([float(s.initial or 0) for s in kernel.step_states], dtype)
        self._out = np.zeros(len(kernel.outputs), dtype)
        slots = [s for s in kernel.coord_states if s.name != "x"]
        self._slots = [np.full(self._x.shape, float(s.initial or 0), dtype) for s in slots]
        self.state = {s.name[2:]: a for s, a in zip(slots, self._slots, strict=True)}
        self.state |= {s.name[2:]: self._st[i : i + 1] for i, s in enumerate(kernel.step_states) if s.name[0] == "o"}
        self.round = 0
        self._workers = max(1, min(workers or os.cpu_count() or 1, len(self._x) // SMALLEST_PART))
        self._pool = ThreadPoolExecutor(self._workers) if self._workers > 1 else None

    def step(self, gradient: Array) -> None:
        """One update; the gradient has the parameters' shape and dtype.

        Raises `ParameterError` for another shape, dtype or layout.
        """
        g = self._flat(gradient, "gradient", self.parameters)
        self.round += 1
        self._advance(self.round, self._par, self._st, self._out)
        size, parts = len(self._x), self._workers
        if self._pool is None:
            self._apply(0, size, self._par, self._out, self._x, g, *self._slots)
            return
        edges = [size * i // parts for i in range(parts + 1)]
        work = [
            self._pool.submit(self._apply, lo, hi, self._par, self._out, self._x, g, *self._slots)
            for lo, hi in zip(edges, edges[1:], strict=False)
        ]
        for future in work:
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
