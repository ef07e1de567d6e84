"""Where a run takes place: the CPU, or a GPU where there is one."""

from __future__ import annotations

from typing import Any

from adamtheory.errors import UnknownNameError

DEVICES = ("cpu", "cuda", "auto")
FEWEST_CUDA_LANES = 1024  # below, two CPU cores are expected to be faster; reckoned, not measured


def check(device: str) -> None:
    """Raise `UnknownNameError` for what is no device, `DeviceError` for a GPU that cannot be had."""
    if device not in DEVICES:
        raise UnknownNameError("device", device, DEVICES)
    if device == "cuda":
        from adamtheory.engine import cuda

        cuda.require()


def choose(device: str, lanes: int) -> tuple[str, str]:
    """The device's name, "cpu" or "cuda", and the same in words with the reason, for so many lanes.

    Raises `UnknownNameError` for another device, `DeviceError` where "cuda" cannot be had.
    """
    check(device)
    if device != "auto":
        return device, device
    from adamtheory.engine import cuda

    if lanes < FEWEST_CUDA_LANES:
        return "cpu", f"cpu, faster than a GPU for fewer than {FEWEST_CUDA_LANES} lanes"
    reason = cuda.driver_error()
    return ("cuda", "cuda, as there are enough lanes") if reason is None else ("cpu", f"cpu: {reason}")


def describe() -> dict[str, Any]:
    """What compiles kernels for a GPU, and the GPU, or what is missing; see `engine.cuda.describe`."""
    from adamtheory.engine import cuda

    return cuda.describe()
