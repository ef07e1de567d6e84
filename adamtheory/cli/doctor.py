"""`adamtheory doctor`: versions, folders, processors; what is missing and how to get it."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from adamtheory import __version__
from adamtheory.cli.output import print_json, print_table

NEEDED = ("numpy", "scipy", "sympy", "numba", "llvmlite", "matplotlib", "pyarrow", "python-flint", "jinja2")
# package -> the extra that brings it
OPTIONAL = {
    "joblib": "processes",
    "distributed": "distributed",
    "scikit-learn": "nets",
    "pooch": "nets",
    "z3-solver": "smt",
    "optax": "outside",
    "jax": "outside",
    "torch": "outside",
}
BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Report versions, folders, what is missing.

    \b
    Examples:
      adamtheory doctor
      adamtheory doctor --json
    """
    facts = _facts()
    if as_json:
        print_json(facts)
        return
    rows = [("adamtheory", facts["adamtheory"]), ("python", facts["python"])]
    rows += [(name, version or "missing: pip install adamtheory") for name, version in facts["needed"].items()]
    rows += [
        (name, version or f"not installed (optional): pip install 'adamtheory[{OPTIONAL[name]}]'")
        for name, version in facts["optional"].items()
    ]
    cache, data = facts["cache"], facts["data"]
    rows += [
        ("CPUs", f"{facts['cpus']['usable']} usable of {facts['cpus']['present']}"),
        ("BLAS", f"{facts['blas']['name']}, threads: {facts['blas']['threads']}"),
        ("kernel cache", f"{cache['folder']}: {cache['files']} files, {cache['bytes'] / 2**20:.1f} MiB"),
        ("data folder", data["folder"] or f"none: set {data['variable']} to a folder with LIBSVM or CSV files"),
    ]
    print_table(("what", "here"), rows + _gpu_rows(facts["gpu"]))


def _gpu_rows(gpu: dict[str, Any]) -> list[tuple[str, str]]:
    """What kernels for a GPU need, and for each absent thing the command that brings it."""
    install = "pip install 'adamtheory[gpu]'"
    if not gpu["backend"]:
        return [("GPU kernels", f"{gpu['error']}; {install}")]
    no_driver = "not found: with an NVIDIA GPU install its driver (580 or newer), without one use --device cpu"
    return [
        ("GPU kernels", f"{gpu['backend']} {gpu['version']}" + (", simulated" if gpu["simulated"] else "")),
        ("GPU compiler", gpu["nvvm"] or f"NVVM not found (optional): {install}"),
        ("GPU assembler", gpu["ptxas"] or "ptxas not found (optional, for tests): pip install 'adamtheory[ptx]'"),
        ("NVIDIA driver", f"for CUDA {gpu['driver']}" if gpu["driver"] else no_driver),
        ("GPU", gpu["device"] or gpu["error"] or "none: this is the simulator"),
        ("--device auto", f"a GPU, if there is one, from {gpu['fewest_lanes']} lanes on (reckoned, not measured)"),
    ]


def _facts() -> dict[str, Any]:
    from adamtheory.data import VARIABLE
    from adamtheory.simulation.devices import describe, fewest_lanes

    return {
        "adamtheory": __version__,
        "python": f"{platform.python_version()} ({platform.system()} {platform.machine()})",
        "needed": {name: _version(name) for name in NEEDED},
        "optional": {name: _version(name) for name in OPTIONAL},
        "cpus": {"present": os.cpu_count(), "usable": _usable_cpus()},
        "blas": {"name": _blas(), "threads": _blas_threads()},
        "gpu": describe() | {"fewest_lanes": fewest_lanes()},
        "cache": _cache(),
        "data": {"variable": VARIABLE, "folder": os.environ.get(VARIABLE)},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _usable_cpus() -> int | None:
    """Those that this process may run on, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _blas() -> str:
    import numpy

    built: Any = numpy.show_config(mode="dicts")
    return str(built.get("Build Dependencies", {}).get("blas", {}).get("name", "unknown"))


def _blas_threads() -> str:
    for variable in BLAS_VARIABLES:
        if os.environ.get(variable):
            return f"{os.environ[variable]} ({variable})"
    return "one per usable CPU (set OMP_NUM_THREADS to change it)"


def _cache() -> dict[str, Any]:
    from adamtheory.engine.cpu import cache_folder

    folder: Path = cache_folder()
    files = [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []
    return {"folder": str(folder), "files": len(files), "bytes": sum(file.stat().st_size for file in files)}
