"""Kernel text -> a file named by its digest -> numba. The only module that imports numba, and the one jit policy.

The policy, in `emit.POLICY`: explicit signatures; `error_model="numpy"` (Python's costs 6.4 times in float64);
`nogil`, so that threads share the lanes; `cache=True`, safe because the file holds everything it calls and its name
changes with its text; no fastmath, because results are compared bit for bit.
"""

from __future__ import annotations

import atexit
import errno
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from adamtheory.engine.emit import Kernel
from adamtheory.engine.emit_update import UpdateKernel
from adamtheory.errors import OutputError
from adamtheory.language.tree import digest


def cache_folder() -> Path:
    """Where kernel files live: `ADAMTHEORY_CACHE`, else the user's cache folder."""
    given = os.environ.get("ADAMTHEORY_CACHE")
    if given:
        return Path(given) / "kernels"
    import platformdirs

    return Path(platformdirs.user_cache_dir("adamtheory")) / "kernels"


def write(text: str) -> Path:
    """The file of a kernel text; written once, in one move, so that processes may race."""
    name, folder = f"kernel_{digest(text)[:32]}.py", cache_folder()
    try:
        if (folder / name).exists() and not os.access(folder, os.W_OK):  # numba writes beside the file
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return _written(text, folder / name)
    except OSError as error:
        return _written(text, spare_folder(folder, error.strerror or str(error)) / name)


@lru_cache(maxsize=1)
def spare_folder(folder: Path, reason: str) -> Path:
    """A folder for this process alone, in place of a cache that cannot be written; it is told once."""
    try:
        spare = Path(tempfile.mkdtemp(prefix="adamtheory-"))
    except OSError as error:
        raise OutputError(f"the kernel cache {folder} cannot be written: {reason}, nor a temporary folder be made: "
                          f"{error.strerror}; set ADAMTHEORY_CACHE to a folder that can") from None  # fmt: skip
    atexit.register(shutil.rmtree, spare, ignore_errors=True)
    sys.stderr.write(
        f"adamtheory: warning: the kernel cache {folder} cannot be written ({reason}), so kernels are compiled for "
        "this process alone; set ADAMTHEORY_CACHE to a folder that can\n"
    )
    return spare


def _written(text: str, path: Path) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(name, path)
    return path


@lru_cache(maxsize=256)
def load(text: str) -> Any:
    """The module of a text, with its functions compiled."""
    # Intel's vector library, where installed, would change last bits of exp and log.
    os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")
    path = write(text)
    spec = importlib.util.spec_from_file_location(f"adamtheory_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # numba finds the constants of a cached function through its module
    spec.loader.exec_module(module)
    return module


def compile_kernel(kernel: Kernel) -> Callable[..., None]:
    """The compiled `run` of a kernel."""
    run: Callable[..., None] = load(kernel.text).run
    return run


def compile_update(kernel: UpdateKernel) -> tuple[Callable[..., None], Callable[..., None]]:
    """The compiled `advance` and `apply` of an in-place update without totals."""
    module = load(kernel.text)
    return module.advance, module.apply


def compile_groups(kernel: UpdateKernel) -> Callable[..., None]:
    """The compiled `update_groups` of an in-place update."""
    groups: Callable[..., None] = load(kernel.grouped).update_groups
    return groups


def pointer(function: Any) -> Any:
    """A compiled function with one explicit signature, as the argument of another compiled function.

    numba takes such functions as they are too, but looks their address up anew in each call, which costs 0.1 ms.
    """
    from numba import types

    class Pointer(types.WrapperAddressProtocol):  # type: ignore[misc]
        def __wrapper_address__(self) -> int:
            return address

        def signature(self) -> Any:
            return compiled.signature

    (compiled,) = function.overloads.values()
    address: int = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_cfunc_wrapper_name)
    return Pointer()
