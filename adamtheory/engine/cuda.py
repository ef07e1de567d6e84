"""The one door to CUDA: which package compiles kernels, whether there is a GPU, and a kernel's text made callable.

Three packages offer `numba.cuda`; the text of a kernel is the same for all, and no other file knows which is in use:

    numba_cuda_mlir   the successor, with no simulator
    numba-cuda        takes the place of numba's own where it is installed
    builtin           numba's own

`ADAMTHEORY_CUDA` names one; by default it is the first that is installed. NUMBA_ENABLE_CUDASIM=1, read when numba is
loaded, runs kernels in Python threads instead: the simulator, in which `simulated()` holds.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import numpy as np

from adamtheory.engine import cuda_packs
from adamtheory.engine.cpu import write
from adamtheory.engine.emit_cuda import CudaKernel, signature
from adamtheory.errors import AdamTheoryError, DeviceError, UnknownNameError

VARIABLE = "ADAMTHEORY_CUDA"
MLIR = "numba_cuda_mlir"
PACKAGES = {MLIR: "numba-cuda-mlir", "numba-cuda": "numba-cuda", "builtin": "numba"}
INSTALL = "pip install 'adamtheory[gpu]'"
THREADS = 128  # of a block
MOST = 2**31 - 1  # blocks of a launch, and the largest number of a row, a lane, a group: indices have 32 bits
FEW_THREADS = 4  # of a block in the simulator, where each is a thread of Python
FEW_BLOCK_THREADS = 8  # the same of a block that is one lane
REMOVED = {"row_stack": "vstack", "in1d": "isin", "trapz": "trapezoid"}  # names of NumPy that numba-cuda 0.30 looks up


@dataclass(frozen=True)
class Backend:
    """The package in use: its name in `PACKAGES`, its version, its module `cuda`."""

    name: str
    version: str
    cuda: Any


def simulated() -> bool:
    """Whether kernels run in numba's simulator."""
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


def installed(name: str) -> str | None:
    """The version of a backend's package, or None."""
    try:
        return metadata.version(PACKAGES[name])
    except metadata.PackageNotFoundError:
        return None


def chosen() -> str:
    """The backend's name; raises `UnknownNameError` or `DeviceError` where `ADAMTHEORY_CUDA` names no usable one."""
    given = os.environ.get(VARIABLE)
    if not given:
        usable = [n for n in PACKAGES if installed(n) and not (n == MLIR and simulated())]
        return usable[0]
    if given not in PACKAGES:
        raise UnknownNameError(f"{VARIABLE} backend", given, PACKAGES)
    if not installed(given):
        raise DeviceError(f"{VARIABLE}={given} is not installed: pip install {PACKAGES[given]}")
    if given == MLIR and simulated():
        raise DeviceError(f"{VARIABLE}={given} has no simulator; unset NUMBA_ENABLE_CUDASIM, or choose another")
    return given


@lru_cache(maxsize=1)
def backend() -> Backend:
    """The backend, loaded; it stays the same for the whole process."""
    name = chosen()
    if name == "builtin":  # numba-cuda takes over by a finder of modules
        sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "NumbaCudaFinder"]
    if name == "numba-cuda":
        for old, new in REMOVED.items():  # gone from NumPy 2.5; without them every compilation dies
            if not hasattr(np, old):
                setattr(np, old, getattr(np, new))
    found = importlib.import_module("numba_cuda_mlir.cuda" if name == MLIR else "numba.cuda")
    return Backend(name, installed(name) or "unknown", found)


def driver_error() -> str | None:
    """Why no kernel can be launched; None where a GPU is ready, or in the simulator."""
    try:
        cuda = backend().cuda
        if simulated():
            return None
        if cuda.is_available():
            return None if len(cuda.gpus) else "the NVIDIA driver sees no GPU"
    except AdamTheoryError as error:
        return str(error)
    except Exception as error:  # a driver may fail in ways of its own
        return f"CUDA does not start: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    from adamtheory.engine.cuda_report import driver, toolchain

    missing = [] if driver() else ["no NVIDIA driver"]
    missing += [] if toolchain()["nvvm"] else ["no compiler for GPUs (NVVM)"]
    return f"{' and '.join(missing) or 'no usable CUDA'} was found"


def require() -> None:
    """Raise `DeviceError`, with what to do, unless kernels can be launched."""
    reason = driver_error()
    if reason is not None:
        raise DeviceError(f"{reason}; use --device cpu, or, where there is an NVIDIA GPU with its driver, {INSTALL}")


def paths() -> Any:
    """The module of the package in use that knows where the compiler's parts are."""
    cuda = backend().cuda
    return getattr(cuda, "cuda_paths", None) or importlib.import_module(f"{cuda.__name__}.cuda_paths")


class Forgiving(SimpleNamespace):
    """The `math` of the simulator: where Python raises, what the C library returns."""

    def __getattr__(self, name: str) -> Any:
        own = getattr(math, name)
        if name not in ("exp", "log", "pow", "cos", "sqrt", "floor"):
            return own

        def forgiving(*args: Any) -> Any:
            try:
                return own(*args)
            except (ValueError, OverflowError):
                with np.errstate(all="ignore"):
                    return getattr(np, {"pow": "power"}.get(name, name))(*(np.float64(a) for a in args))

        setattr(self, name, forgiving)
        return forgiving


def larger(a: Any, b: Any) -> Any:
    """What kernels call as max(a, b)."""
    return a if a > b else b


def as_float32(bits: Any) -> Any:
    """What kernels call for the number that 32 bits mean."""
    return bits.view(np.float32)


def functions(text: str) -> dict[str, Any]:
    """The names of a kernel's text, with the kernel still plain Python and what it calls made for the device."""
    cuda, plain = backend().cuda, simulated()
    device: Callable[[Any], Any] = (lambda f: f) if plain else cuda.jit(device=True)
    names = {"cuda": cuda, "device": device, "math": Forgiving() if plain else math, "max": device(larger)}
    # numba-cuda-mlir 0.6 types the view of a scalar and then cannot compile it
    names["as_float32"] = cuda.libdevice.int_as_float if backend().name == MLIR else device(as_float32)
    names |= packs() if "load_pack" in text else {}
    exec(compile(text, str(write(text)), "exec"), names)
    return names


@lru_cache(maxsize=1)
def packs() -> dict[str, Any]:
    """`load_pack` and `store_pack` of `cuda_packs`; empty where the backend cannot have them."""
    if simulated():
        return cuda_packs.plain()
    name = backend().name
    if name == MLIR:
        return {}
    extending, types = ("numba.cuda.extending", "numba.cuda.types")
    if name == "builtin":
        extending, types = ("numba.extending", "numba.types")
    found = importlib.import_module(extending).intrinsic
    return cuda_packs.intrinsics(found, importlib.import_module(types))


_exact = False


@contextlib.contextmanager
def exact() -> Iterator[None]:
    """Kernels compiled inside round after every operation, as the CPU does: none contracts a*b + c.

    A kernel without exp, log, powers and cosines then gives the bits of the CPU. For tests: the default is faster.
    Two things are needed: the compiler's option, and no optimization when linking, which forgets the option.
    Not for several threads at once. Raises `DeviceError` where the backend has no such option.
    """
    global _exact
    if simulated() or _exact:
        yield
        return
    if backend().name == MLIR:
        raise DeviceError(f"numba-cuda-mlir always contracts a*b + c: it hands its compiler no option before sm_100; "
                          f"set {VARIABLE}=numba-cuda")  # fmt: skip
    compiler: Any = importlib.import_module("numba.cuda.cudadrv.nvvm")
    own = compiler.compile_ir
    compiler.compile_ir = lambda text, **options: own(text, **options, fma=0)
    _exact = True
    try:
        yield
    finally:
        compiler.compile_ir, _exact = own, False


@lru_cache(maxsize=256)
def _compiled(text: str, name: str, types: str, exactly: bool) -> Any:
    """The kernel of that name in a text as the backend launches it."""
    options = {"lto": False} if exactly and backend().name == "numba-cuda" else {}  # numba's own never does
    return backend().cuda.jit(types, **options)(functions(text)[name])


def compile_lanes(kernel: CudaKernel) -> Callable[..., None]:
    """A function (count, ...) that launches the kernel on `count` lanes."""
    compiled, few = _compiled(kernel.text, "run", signature(kernel), _exact), simulated()

    def launch(count: int, *args: Any) -> None:
        threads = FEW_THREADS if few else THREADS
        countable(count, "lanes of a launch")
        with warnings.catch_warnings():  # of small grids, and of arithmetic in the simulator
            warnings.simplefilter("ignore")
            compiled[-(-count // threads), threads](count, *args)

    return launch


def countable(number: int, what: str) -> None:
    """Raise `DeviceError` for more of something than a launch or an index of 32 bits can count."""
    if number > MOST:
        raise DeviceError(f"{number} {what} are too many for a GPU, which counts {MOST}; use fewer, or the CPU")


def compile_kernel(kernel: CudaKernel) -> Callable[..., None]:
    """The launcher of a kernel; raises `DeviceError` where nothing can be launched."""
    require()
    return compile_lanes(kernel)


def compile_named(text: str, name: str, types: str) -> Callable[..., None]:
    """A function (blocks, threads, ..., stream=None) that launches the kernel of that name, with a signature `types`.

    Raises `DeviceError` where nothing can be launched.
    """
    require()
    compiled = _compiled(text, name, types, _exact)

    def launch(blocks: int, threads: int, *args: Any, stream: Any = None) -> None:
        countable(blocks, "blocks of a launch")
        with warnings.catch_warnings():  # of small grids, and of arithmetic in the simulator
            warnings.simplefilter("ignore")
            compiled[(blocks, threads) if stream is None else (blocks, threads, stream)](*args)

    return launch


def compile_block(text: str, name: str, types: str, threads: int) -> Callable[..., None]:
    """A function (blocks, ...) that launches a kernel of which a block of so many threads is one lane.

    Raises `DeviceError` where nothing can be launched.
    """
    launch = compile_named(text, name, types)
    number = min(threads, FEW_BLOCK_THREADS) if simulated() else threads
    return lambda blocks, *args: launch(blocks, number, *args)


def ptx(kernel: CudaKernel, capability: tuple[int, int]) -> str:
    """The kernel as PTX for a compute capability such as (9, 0); needs a compiler and no GPU."""
    return ptx_of(functions(kernel.text)["run"], signature(kernel), capability)


def ptx_of(function: Any, types: str, capability: tuple[int, int]) -> str:
    """A plain Python function as PTX; `types` is its signature."""
    with _pretended(capability):
        text, _ = backend().cuda.compile_ptx(function, types, cc=capability)
    return str(text).rstrip("\0")  # numba-cuda-mlir hands on the end of a C string


@contextlib.contextmanager
def _pretended(capability: tuple[int, int]) -> Iterator[None]:
    """A device of that capability: the driver is asked for one as soon as a kernel calls a function."""
    if backend().name == MLIR:
        module, name = importlib.import_module("numba_cuda_mlir.tools"), "_cached_cc"
    else:
        module, name = importlib.import_module("numba.cuda.dispatcher"), "get_current_device"
    device = SimpleNamespace(compute_capability=capability, id=0)
    value: Any = capability if name == "_cached_cc" else lambda: device
    own = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, own)


def to_device(array: Any, stream: Any = None) -> Any:
    """A copy on the device; made in a stream, it is there for what that one is given later."""
    array = np.ascontiguousarray(array)
    return backend().cuda.to_device(array) if stream is None else backend().cuda.to_device(array, stream=stream)


def empty(shape: Any, dtype: Any) -> Any:
    """An array on the device with any content."""
    return backend().cuda.device_array(shape, dtype)


@contextlib.contextmanager
def room(what: str) -> Iterator[None]:
    """Raise `DeviceError` that says what does not fit where the device's memory ends."""
    try:
        yield
    except Exception as error:  # each backend has its own
        if "OUT_OF_MEMORY" not in str(error):
            raise
        free = f"{free_bytes() / 2**30:.1f} GiB are free"
        raise DeviceError(f"{what} do not fit into the GPU's memory: {free}; use fewer, or the CPU") from None


def copy(array: Any) -> Any:
    """A copy of an array on the device, there."""
    found = backend().cuda.device_array_like(array)
    found.copy_to_device(array)
    return found


def synchronize(stream: Any = None) -> None:
    """Wait for what was launched, in one stream or in all."""
    (backend().cuda if stream is None else stream).synchronize()


def free_bytes() -> int:
    """The device's free memory; in the simulator, which has none, 256 MiB."""
    if simulated():
        return 2**28
    return int(backend().cuda.current_context().get_memory_info()[0])
