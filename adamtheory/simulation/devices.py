"""Where a run takes place: the CPU, or a GPU where there is one."""

from __future__ import annotations

from adamtheory.errors import UnknownNameError

DEVICES = ("cpu", "cuda", "auto")
FEWEST_CUDA_LANES = 1024  # below, two CPU cores are expected to be faster; reckoned, not measured


def choose(device: str, lanes: int) -> tuple[str, str]:
    """The device's name, "cpu" or "cuda", and the same in words with the reason, for so many lanes.

    Raises `UnknownNameError` for another device, `DeviceError` where "cuda" cannot be had.
    """
    if device not in DEVICES:
        raise UnknownNameError("device", device, DEVICES)
    if device == "cpu":
        return "cpu", "cpu"
    from adamtheory.engine import cuda

    if device == "cuda":
        cuda.require()
        return "cuda", "cuda"
    if lanes < FEWEST_CUDA_LANES:
        return "cpu", f"cpu, faster than a GPU for fewer than {FEWEST_CUDA_LANES} lanes"
    reason = cuda.driver_error()
    return ("cuda", "cuda, as there are enough lanes") if reason is None else ("cpu", f"cpu: {reason}")
