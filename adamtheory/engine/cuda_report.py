"""What this machine has for kernels on a GPU, driver, compiler, device; and what the bits of numbers depend on."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from functools import lru_cache
from typing import Any

from adamtheory.engine import cuda


def describe() -> dict[str, Any]:
    """Backend, version, toolchain, driver and device, or why there is none; never raises."""
    try:
        found = cuda.backend()
    except Exception as error:
        return {"backend": None, "error": str(error), "install": cuda.INSTALL}
    facts: dict[str, Any] = {"backend": found.name, "version": found.version, "simulated": cuda.simulated()}
    facts |= toolchain() | {"error": cuda.driver_error(), "driver": driver(), "device": None}
    if facts["error"] is None and not cuda.simulated():
        facts["device"] = _device(found.cuda)
    return facts


@lru_cache(maxsize=1)
def identity() -> dict[str, str]:
    """What the last bits of a number may depend on: backend, architecture, CUDA of the driver."""
    found = cuda.backend()
    if cuda.simulated():
        return {"backend": f"{found.name} {found.version}", "architecture": "simulator"}
    major, minor = found.cuda.get_current_device().compute_capability
    return {
        "backend": f"{found.name} {found.version}", "architecture": f"sm_{major}{minor}",
        "cuda": driver() or "unknown",
    }  # fmt: skip


def driver() -> str | None:
    """The newest CUDA that the NVIDIA driver runs, such as 13.0; None where no driver is found."""
    version = ctypes.c_int()
    try:
        library = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        failed = library.cuDriverGetVersion(ctypes.byref(version))
    except (OSError, AttributeError):
        return None
    return None if failed else f"{version.value // 1000}.{version.value % 1000 // 10}"


def toolchain() -> dict[str, str | None]:
    """Where the compiler's parts are: NVVM, and ptxas, which tests of the machine code need; None for an absent one."""
    return {"nvvm": _nvvm(), "ptxas": tool("ptxas")}


def tool(name: str) -> str | None:
    """The path of a program of the CUDA toolkit: from its wheels, else from the search path."""
    for folder in sys.path:
        for below in ("nvidia/cu13/bin", "nvidia/cuda_nvcc/bin"):
            path = os.path.join(folder, below, name)
            if os.path.isfile(path):
                return path
    return shutil.which(name)


def _nvvm() -> str | None:
    try:
        found = cuda.paths().get_cuda_paths()["nvvm"]
    except Exception:  # each backend has its own way of finding nothing
        return None
    if not found.info and cuda.backend().name == "builtin":
        return _loaded("nvvm.dll" if sys.platform == "win32" else "libnvvm.so")  # as numba itself does in the end
    return str(found.info) if found.info else None


def _loaded(library: str) -> str | None:
    """The library's name, if the system's loader finds it."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return None
    return library


def _device(package: Any) -> str:
    """Name, compute capability and memory of the GPU."""
    device = package.get_current_device()
    name = device.name.decode() if isinstance(device.name, bytes) else str(device.name)
    major, minor = device.compute_capability
    free, total = package.current_context().get_memory_info()
    return f"{name}, sm_{major}{minor}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
