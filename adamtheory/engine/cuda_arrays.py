"""Arrays and streams of other packages on a GPU: where they lie, and in which order work on them is done.

What one stream is given is done in its order; between streams nothing is ordered, but that the default one waits for
all that were not made "non-blocking", and they for it. An array's `__cuda_array_interface__`, from version 3 on, names
the stream in which it is written: whoever takes the array waits for that, unless he works in the same one.
"""

from __future__ import annotations

import operator
from typing import Any

from adamtheory.engine import cuda
from adamtheory.errors import DeviceError, ParameterError

LEGACY = 1  # CUDA's number for the default stream, which may be another one than numba's own where that is configured


def detached(array: Any) -> Any:
    """The array, of a tensor that is differentiated its numbers: it hands out no address itself."""
    return array.detach() if hasattr(array, "detach") else array


def resident(array: Any) -> bool:
    """Whether an array says that it lies on a device: one of PyTorch, CuPy, numba."""
    return hasattr(array, "__cuda_ndarray__") or hasattr(detached(array), "__cuda_array_interface__")


def as_device(array: Any, stream: Any = None) -> Any:
    """numba's view of an array on the device, without a copy, whose own copies are made in the stream.

    Where the array names another stream, the host waits for it.
    """
    array = detached(array)
    theirs = (getattr(array, "__cuda_array_interface__", None) or {}).get("stream")
    waits = theirs is not None and (stream is None or int(stream) != theirs)
    if not hasattr(array, "__cuda_ndarray__"):
        array = cuda.backend().cuda.as_cuda_array(array, sync=waits)
    elif waits:
        as_stream(theirs).synchronize()
    return array.bind(stream or 0)


def as_stream(given: Any) -> Any:
    """numba's view of a stream: its own; a handle; or what tells it, a stream of PyTorch, CuPy, cuda.core.

    None is None. Raises `ParameterError` for anything else.
    """
    if given is None or hasattr(given, "auto_synchronize"):  # numba's own
        return given
    told = given.__cuda_stream__()[1] if hasattr(given, "__cuda_stream__") else None
    for name in ("cuda_stream", "ptr"):
        told = getattr(given, name, None) if told is None else told
    try:
        handle = operator.index(given if told is None else told)
    except TypeError:
        handle = -1
    if handle < 0 or isinstance(given, bool):
        raise ParameterError(f"stream must be a stream of PyTorch, CuPy or numba, or a stream's handle, not {given!r}")
    found = cuda.backend().cuda
    return found.stream() if cuda.simulated() else found.external_stream(handle or LEGACY)


def to_host(array: Any, to: Any = None, stream: Any = None) -> Any:
    """A copy of an array on the device, or `to` filled with it, when the stream has done what it was given before."""
    if stream is None:
        return array.copy_to_host(to)
    found = array.copy_to_host(to, stream=stream)
    stream.synchronize()
    return found


def fill(array: Any, source: Any, stream: Any = None) -> None:
    """Copy an array of the host to one on the device; it may be changed at once."""
    if stream is None:
        array.copy_to_device(source)
    else:
        array.copy_to_device(source, stream=stream)
        stream.synchronize()


def check_device(array: Any, what: str) -> None:
    """Raise `DeviceError` for an array that tells that it lies on another GPU than the one computed on."""
    number = _device_of(array)
    if number is None:
        return
    package = cuda.backend().cuda
    current = int(package.get_current_device().id)
    if number != current:
        raise DeviceError(
            f"{what}: the array lies on GPU {number}, but GPU {current} computes; move it there, or call "
            f"{package.__name__}.select_device({number}) or set CUDA_VISIBLE_DEVICES={number} before anything else"
        )


def _device_of(array: Any) -> int | None:
    """The number of the GPU on which an array lies, as PyTorch (.device.index), CuPy (.device.id), numba tell it."""
    context = getattr(getattr(array, "gpu_data", None), "context", None)
    for device in (getattr(array, "device", None), getattr(context, "device", None)):
        for name in ("index", "id"):
            if isinstance(number := getattr(device, name, None), int):
                return number
    return None


def memory(array: Any) -> tuple[int, bool]:
    """Where an array on the device, the host or of the simulator begins, and whether it is read-only."""
    interface = getattr(array, "__cuda_array_interface__", None) or array.__array_interface__
    return int(interface["data"][0]), bool(interface["data"][1])


def address(array: Any) -> int:
    """Where an array begins."""
    return memory(array)[0]
