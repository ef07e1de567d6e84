"""Update a parameter array in place by any rule: the same text as in the theorems, at memory speed.

stepper = ArrayOptimizer(adam(lr=1e-3), weights)      # weights: any contiguous float32 or float64 array
for gradient in gradients:
    stepper.step(gradient)                            # weights and stepper.state change in place

stepper = ArrayOptimizer(ndadam, weights, groups="rows")  # each row of weights is one of ND-Adam's weight vectors

stepper = ArrayOptimizer(adam(lr=1e-3), tensor)       # on a GPU: a tensor of PyTorch, an array of CuPy or numba
stepper.step(tensor.grad)                             # in place too, without a copy
stepper = ArrayOptimizer(adam(lr=1e-3), weights, device="cuda")  # a copy of a NumPy array, kept on the GPU
stepper.step(gradient)                                # a NumPy array, copied there, or one that is there
stepper.fetch()                                       # weights are up to date again
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Rule
from adamtheory.simulation.binding import bind, default_schedule
from adamtheory.simulation.devices import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.engine.program import Program

    Array = NDArray[Any]

SMALLEST_PART = 65_536  # coordinates below which a second thread costs more than it saves


class ArrayOptimizer:
    """An optimizer that owns the slots of one parameter array and updates the array in place.

    optimizer   an update rule with numbers as parameters (no arrays)
    parameters  C-contiguous float32 or float64 array of any shape; `step` changes it. A NumPy array, or an array on a
                GPU: a tensor of PyTorch, an array of CuPy or numba, whatever has `__cuda_array_interface__`
    schedule    step size as a rule; default: constant, alpha_t = lr
    groups      the coordinates over which the rule's `total(...)` sums and that share its step state: None, the whole
                array; "rows", one group for each row along the first axis (of an array of one dimension: the whole);
                or edges 0 = e_0 < e_1 < ... < e_n = size: group k has the flat coordinates e_k, ..., e_{k+1} - 1
    workers     threads on the CPU; default: all cores. A group is not divided, the whole array of a rule without
                totals is
    device      "auto": where the parameters lie; "cpu"; or "cuda": a NumPy array is copied to the GPU, updated there,
                and gets its new values by `fetch`
    stream      where launches and copies on a GPU are queued: `torch.cuda.current_stream()`, a stream of CuPy or numba,
                or a stream's handle; the caller keeps it alive. Default: numba's default stream

    `state` maps each slot to its array (flat, one number a coordinate) or, for state that all coordinates of a group
    share, to an array with one number a group. `round` counts the steps taken. `parameters` is the array that `step`
    changes: the one given, or its copy on the GPU.

    In float64 each group has the bits of `simulate`'s update without projection, whatever the grouping of others and
    the threads. In float32 too for rules without totals; a total is summed in float64 there and rounded once, and so
    is closer than `simulate`'s to the sum of the float32 terms.

    On a GPU a*b + c is rounded once, so last bits differ from the CPU's; no launch decides any. Totals are summed in
    float64 in an order that the group's size fixes: n terms within n 2**-52 times the sum of their magnitudes of the
    CPU's. Work in one stream is done in its order. The default one and all that are not "non-blocking" wait for each
    other; a framework that computes in a non-blocking one passes it as `stream`, else steps and gradients race. For an
    array whose `__cuda_array_interface__` names another stream the host waits; tensors of PyTorch name none.

    Raises `ParameterError` for a wrong array, stream or wrong edges, `DeviceError` without a GPU, room on it, or for
    an array on another GPU than the one that computes.
    Source: the form in which frameworks run these methods; groups are the weight vectors of Zhang, Ma, Li & Wu 2017.
    """

    def __init__(
        self,
        optimizer: Rule | Bound,
        parameters: Any,
        *,
        schedule: Rule | Bound | None = None,
        groups: str | Sequence[int] | Array | None = None,
        workers: int | None = None,
        device: str = "auto",
        stream: Any = None,
    ) -> None:
        from adamtheory.engine.emit_update import build_update
        from adamtheory.schedules import constant

        bound = bind(optimizer, "rule")
        plan = default_schedule(bound, constant if schedule is None else schedule)
        values = {f"o_{n}": float(v) for n, v in bound.exact_values().items()}
        values |= {f"s_{n}": float(v) for n, v in plan.exact_values().items()}
        program = build_update(bound.rule, plan.rule)
        self.round = 0
        self._gpu: _OnDevice | None = None
        self.parameters = parameters
        if _place(device, parameters) == "cuda":
            self._gpu = _OnDevice(program, values, parameters, groups, bound.rule.name, stream)
            self.parameters = self._gpu.parameters
        elif stream is not None:
            raise ParameterError("stream is one of a GPU, and the parameters are updated on the CPU")
        else:
            self._prepare(program, values, groups, workers)

    def _prepare(self, program: Program, values: dict[str, float], groups: Any, workers: int | None) -> None:
        """Compile for the CPU, and set its arrays up."""
        import numpy as np

        from adamtheory.engine.cpu import compile_groups, compile_update
        from adamtheory.engine.cuda_arrays import address
        from adamtheory.engine.emit_update import emit_update

        self._x = _flat(self.parameters, "parameters", None)
        self._place = address(self._x)
        dtype, edges = self._x.dtype, _edges(groups, self.parameters)
        kernel = emit_update(program, dtype.name)
        self._par = np.array([values[n] for n in kernel.params], dtype)
        start = np.array([float(s.initial or 0) for s in kernel.step_states], dtype)
        self._st = np.tile(start, (len(edges) - 1, 1))
        slots = [s for s in kernel.coord_states if s.name != "x"]
        self._slots = [np.full(self._x.shape, float(s.initial or 0), dtype) for s in slots]
        self._state = {s.name[2:]: a for s, a in zip(slots, self._slots, strict=True)}
        self._state |= {s.name[2:]: self._st[:, i] for i, s in enumerate(kernel.step_states) if s.name[0] == "o"}
        self._advance = None
        if groups is None and not kernel.totals:
            self._advance, self._apply = compile_update(kernel)
        else:
            self._groups = compile_groups(kernel)
        self._parts = _parts(len(self._x), workers) if self._advance else _parts(len(self._x), workers, edges)
        self._edges = edges
        self._outs = [np.zeros(len(kernel.outputs), dtype) for _ in self._parts]
        self._pool = ThreadPoolExecutor(len(self._parts)) if len(self._parts) > 1 else None

    @property
    def state(self) -> dict[str, Any]:
        """Each slot's array, on a GPU the one there; to be asked for anew after a step."""
        return self._gpu.arrays.state() if self._gpu else self._state

    def step(self, gradient: Any) -> None:
        """One update; the gradient has the parameters' shape and dtype. On a GPU a NumPy array is copied there.

        Raises `ParameterError` for another shape, dtype or layout, and for a gradient that overlaps the parameters
        without being the same array.
        """
        if self._gpu:
            g = self._gpu.gradient(gradient)
            self.round += 1
            self._gpu.arrays.step(self.round, g)
            return
        g = _flat(gradient, "gradient", self.parameters)
        g = g if g.flags.writeable else g.copy()  # kernels are compiled for arrays that might be written to
        _apart(g, self._place)
        self.round += 1
        arrays = (self._x, g, *self._slots)
        if self._advance:
            self._advance(self.round, self._par, self._st[0], self._outs[0])
            self._run(lambda lo, hi, _: self._apply(lo, hi, self._par, self._outs[0], *arrays))
        else:
            self._run(lambda lo, hi, out: self._groups(
                lo, hi, self._edges, self.round, self._par, self._st, out, *arrays))  # fmt: skip

    def wait(self) -> None:
        """Wait for the steps: on a GPU `step` returns before its update is done, and later steps queue up behind it."""
        if self._gpu:
            from adamtheory.engine import cuda

            cuda.synchronize(*self._gpu.arrays.on.values())

    def fetch(self) -> Array:
        """The parameters on the host: the NumPy array that was given, brought up to date; else a copy."""
        return self._gpu.fetch() if self._gpu else self.parameters

    def fetch_state(self) -> dict[str, Array]:
        """`state` as NumPy arrays on the host, copies of what is on a GPU."""
        return self._gpu.fetch_state() if self._gpu else self.state

    def _run(self, work: Callable[[int, int, Array], None]) -> None:
        """Do every part of the work, each in its thread."""
        if self._pool is None:
            for (lo, hi), out in zip(self._parts, self._outs, strict=True):
                work(lo, hi, out)
            return
        for future in [self._pool.submit(work, *p, out) for p, out in zip(self._parts, self._outs, strict=True)]:
            future.result()


class _OnDevice:
    """Parameters on a GPU, given there or as a NumPy array, and gradients brought there."""

    def __init__(
        self, program: Program, values: dict[str, float], given: Any, groups: Any, name: str, stream: Any
    ) -> None:
        import numpy as np

        from adamtheory.engine import cuda, cuda_arrays
        from adamtheory.engine.cuda_update import CudaArrays
        from adamtheory.engine.emit_cuda_update import emit_cuda_update

        self.given = given
        self.buffer: Any = None  # for gradients that are NumPy arrays
        self.stream = cuda_arrays.as_stream(stream)
        self.copied = not cuda_arrays.resident(given)
        if self.copied:
            _flat(given, "parameters", None)
            what = f"{given.size} parameters and slots of {name}"
            with cuda.room(what):
                on = {} if self.stream is None else {"stream": self.stream}
                self.parameters = self.view = cuda.to_device(given, **on)
        else:
            self.parameters, self.view = given, _device_view(given, "parameters", None, self.stream)
            what = f"the slots of {name} for {self.view.size} parameters"
        self.place = cuda_arrays.address(self.view)
        edges, dtype = _edges(groups, self.view), np.dtype(self.view.dtype)
        kernel = emit_cuda_update(program, dtype.name)
        par = np.array([values[n] for n in kernel.params], dtype)
        self.arrays = CudaArrays(kernel, par, self.view.reshape(int(edges[-1])), edges, what, self.stream)
        if self.stream is not None:
            cuda.synchronize(self.stream)  # what was copied may be changed or forgotten

    def gradient(self, gradient: Any) -> Any:
        """The flat gradient on the device: itself, or a copy of a NumPy array in a place that is kept for it."""
        from adamtheory.engine import cuda, cuda_arrays

        size, like = self.arrays.size, self.given if self.copied else self.view
        if cuda_arrays.resident(gradient):
            view = _device_view(gradient, "gradient", like, self.stream)
            _apart(view, self.place)
            return view.reshape(size)
        flat = _flat(gradient, "gradient", like)
        if self.buffer is None:
            with cuda.room(f"{size} numbers of a gradient"):
                self.buffer = cuda.empty(max(1, size), flat.dtype)
        if size:
            cuda_arrays.fill(self.buffer, flat, self.stream)
        return self.buffer

    def fetch(self) -> Array:
        import numpy as np

        from adamtheory.engine.cuda_arrays import to_host

        if not self.copied:
            return np.array(to_host(self.view, None, self.stream))
        given: Array = self.given
        if given.size:
            to_host(self.view, given.reshape(self.view.shape), self.stream)  # a number has come as an array of one
        return given

    def fetch_state(self) -> dict[str, Array]:
        import numpy as np

        from adamtheory.engine.cuda_arrays import to_host

        def fetched(array: Any) -> Array:
            return np.array(to_host(array, None, self.stream) if hasattr(array, "copy_to_host") else array)

        return {name: fetched(array) for name, array in self.arrays.state().items()}


def _place(device: str, parameters: Any) -> str:
    """Where the parameters are updated, "cpu" or "cuda"; raises what `devices.check` does."""
    from adamtheory.engine.cuda_arrays import resident

    there = resident(parameters)
    if device == "cpu" and there:
        raise ParameterError('parameters lie on a GPU; leave device="cpu" out, or pass a copy as a NumPy array')
    check("cuda" if there and device == "auto" else device)
    return "cuda" if there or device == "cuda" else "cpu"


def _device_view(array: Any, what: str, like: Any, stream: Any) -> Any:
    """numba's view of an array on a GPU; raises `ParameterError` for what cannot be updated there."""
    from adamtheory.engine import cuda_arrays

    cuda_arrays.check_device(array, what)
    try:
        view = cuda_arrays.as_device(array, stream)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise ParameterError(f"{what} cannot be read on the GPU: {str(error).splitlines()[0]}") from None
    if like is None and str(view.dtype) not in ("float32", "float64"):
        raise ParameterError(f"{what} must be an array of float32 or float64, not {view.dtype}")
    if not view.is_c_contiguous():
        raise ParameterError(f"{what} must be C-contiguous; pass a contiguous copy of it")
    if like is None and cuda_arrays.memory(cuda_arrays.detached(array))[1]:
        raise ParameterError(f"{what} must be writeable, but their array on the GPU is read-only; pass a copy of it")
    if cuda_arrays.address(view) % view.dtype.itemsize:
        raise ParameterError(f"{what} must begin at a multiple of {view.dtype.itemsize} bytes; pass a copy of it")
    _same(view, what, like)
    return view


def _flat(array: Any, what: str, like: Any) -> Array:
    """A NumPy array as one dimension, without a copy."""
    import numpy as np

    if not isinstance(array, np.ndarray) or array.dtype not in (np.dtype("float32"), np.dtype("float64")):
        raise ParameterError(_no_array(array, what))
    if not (array.flags.c_contiguous and array.flags.aligned) or (like is None and not array.flags.writeable):
        raise ParameterError(f"{what} must be C-contiguous, aligned and writeable; pass a copy of it")
    _same(array, what, like)
    return array.reshape(-1)


def _no_array(array: Any, what: str) -> str:
    """What is wrong with something that is no NumPy array of the right kind; on a GPU it is a gradient."""
    from adamtheory.engine.cuda_arrays import resident

    if resident(array):
        return f"{what} lies on a GPU and the parameters do not; pass a copy as a NumPy array"
    kind = getattr(array, "dtype", type(array).__name__)
    return f"{what} must be a NumPy array of float32 or float64, or one on a GPU, not {kind}"


def _same(array: Any, what: str, like: Any) -> None:
    """Raise `ParameterError` for an array unlike the parameters."""
    if like is not None and (tuple(array.shape) != tuple(like.shape) or array.dtype != like.dtype):
        raise ParameterError(
            f"{what} is {array.dtype} {tuple(array.shape)}; the parameters are {like.dtype} {tuple(like.shape)}"
        )


def _apart(gradient: Any, place: int) -> None:
    """Raise `ParameterError` for a gradient that some updates would overwrite before others read it.

    place  where the parameters begin
    """
    from adamtheory.engine.cuda_arrays import address

    if 0 < abs(address(gradient) - place) < gradient.size * gradient.dtype.itemsize:
        raise ParameterError("gradient overlaps the parameters; pass a copy of it, or the parameters themselves")


def _edges(groups: str | Sequence[int] | Array | None, like: Any) -> Array:
    """Where the groups of an array begin, and its size."""
    import numpy as np

    size, rows = int(like.size), like.shape[0] if len(like.shape) > 1 else 1
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
