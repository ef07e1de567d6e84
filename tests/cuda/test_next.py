"""The kernels as numba-cuda-mlir compiles them, without a GPU: they assemble, spill nothing, give the CPU's numbers.

`make test-ptx-next` makes an environment with the extra gpu-next and runs this in it. That compiler always contracts
a*b + c, so numbers agree to the last places; registers differ from its releases and are not held.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda, cuda_update
from adamtheory.errors import DeviceError
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import RULES

from . import blocks, test_interpreted, test_interpreted_blocks, test_interpreted_update, test_ptx, updates
from .assembly import Budget, assemble, budgets, installed
from .pairs import plain
from .test_ptx_blocks import kernel as block_kernel
from .test_ptx_update import compiled, emitted


def reason() -> str | None:
    """Why nothing can be compiled here by that package."""
    if not cuda.installed("numba_cuda_mlir") or cuda.simulated() or cuda.backend().name != "numba_cuda_mlir":
        return "numba-cuda-mlir is not in use here; make test-ptx-next"
    return installed()


pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(reason()), reason=str(reason()))]
# Left out: packs of 16 bytes, which it cannot have; large kernels on more than one architecture; and on one the
# simplex, the arrays of whose projection it leaves in local memory there.
LEFT_OUT = re.compile("apply_wide|evaluate-.*-sm_80|(adamw|tanh).*-sm_(80|100)|simplex.*-sm_100")
ROWS = [b for kind in ("lanes", "update", "block") for b in budgets(kind) if not LEFT_OUT.search(str(b))]


@cache
def ptx(text: str, name: str, types: str, capability: tuple[int, int] = (9, 0)) -> str:
    """The kernel alone: what it calls is in it, and is also handed on by itself."""
    found = cuda.ptx_of(cuda.functions(text)[name], types, capability)
    return re.split(r"\n\s*(?=(?:\.visible )?\.func)", found)[0]


def compiled_row(budget: Budget) -> str:
    if budget.kernel == "lanes":
        return test_ptx.ptx(budget)
    if budget.kernel == "update":
        rule, schedule, name = budget.case
        return compiled(emitted(rule, budget.dtype, schedule), name, budget.capability)
    made = block_kernel(budget.case, budget.dtype)
    return ptx(made.text, made.name, made.types, budget.capability)


@pytest.mark.parametrize("budget", ROWS, ids=str)
def test_kernels_assemble_and_spill_nothing(budget: Budget) -> None:
    """No stack, no local memory, no float64 where none belongs, and in shared memory what was reckoned."""
    text = compiled_row(budget)
    replace(budget, registers=255, loop=None).hold(text)
    assert assemble(text, budget.capability).shared == budget.shared


def test_what_it_does_not_offer() -> None:
    assert cuda.packs() == {}
    with pytest.raises(DeviceError, match="numba-cuda-mlir always contracts"), cuda.exact():
        pass


def memrefs(arguments: list) -> list:
    """Arguments as that package passes them: an array as its address twice, an offset, its shape, and its strides.

    Behind them the arrays themselves, which the interpreter lets a kernel touch.
    """
    words: list = []
    for a in arguments:
        array = isinstance(a, np.ndarray)
        words += [*[a.ctypes.data] * 2, 0, *a.shape, *(s // a.itemsize for s in a.strides)] if array else [a]
    return words + [np.asarray(a) for a in arguments if isinstance(a, np.ndarray)]


@pytest.fixture
def gpu(monkeypatch):
    """A GPU whose kernels are compiled and interpreted; the CPU's kernels as plain Python."""

    def named(text, name, types):
        if name == "fill":
            return lambda blocks, threads, *args: updates.Threads(text).launch(name, blocks, threads, args)
        program = test_interpreted_update.Program(ptx(text, name, types))
        return lambda blocks, threads, *args: program.launch(blocks, threads, memrefs(args))

    def lanes(kernel):
        program = test_interpreted.Program(cuda.ptx(kernel, (9, 0)))
        return lambda count, *args: program.launch(-(-count // 4), 4, memrefs([count, *args]))

    def block(text, name, types, threads):
        program = test_interpreted_blocks.Program(ptx(text, name, types))
        return lambda blocks, *args: program.launch(blocks, 8, memrefs(args))

    updates.pretend(monkeypatch, named)
    monkeypatch.setattr(cuda, "packs", dict)
    for name, value in (("compile_kernel", lanes), ("compile_block", block), ("free_bytes", lambda: 2**28),
                        ("synchronize", lambda: None), ("copy", lambda array: array.copy())):  # fmt: skip
        monkeypatch.setattr(cuda, name, value)
    monkeypatch.setattr(cpu, "compile_kernel", plain)
    monkeypatch.setattr(cuda_update, "THREADS", 3)
    return monkeypatch


@pytest.mark.parametrize("name", ["draws", "data", "linear float64", "exp and log"])
def test_lanes_agree_to_four_ulp(gpu, name):
    one, two = test_interpreted.play(name)
    ulps = test_interpreted.ulps
    assert max(ulps(one.losses, two.losses, one.dtype), ulps(one.iterates, two.iterates, one.dtype)) <= 4


@pytest.mark.parametrize(("name", "dtype", "groups"), [
    ("adam", "float32", None), ("amsgrad", "float64", None), ("ndadam", "float32", [0, 3, 9]),
    ("swats_repaired", "float32", [0, 3, 5]),
])  # fmt: skip
def test_updates_agree_to_four_ulp_of_a_step(gpu, name, dtype, groups):
    updates.small(gpu)
    gpu.setattr(cpu, "load", updates.load)
    size = groups[-1] if groups else 7
    x, rows = updates.start(dtype, size), updates.gradients(dtype, size, 2)
    one, two = (updates.play(RULES[name](lr=0.1), d, rows, x, groups=groups) for d in ("cpu", "cuda"))
    test_interpreted_update.close(one, two, dtype)


def test_networks_agree(gpu):
    """With a hidden layer and dropout, against the phases one after the other."""
    gpu.setattr(cpu, "load", blocks.plain_load)
    gpu.setattr(cpu, "pointer", lambda function: function)
    gpu.setattr(cuda, "to_device", blocks.to_device)
    examples = blocks.examples(7, 8, 5)
    one = Training(mlp(8, 5, hidden=(6,), dropout=0.25), examples, RULES["adam"](lr=0.1), batch=4, workers=1)
    given = test_interpreted_blocks.found(one, evaluated=True)
    gpu.setattr(cuda, "compile_block", blocks.Player(8).compile)
    for a, b in zip(given, test_interpreted_blocks.found(one, evaluated=True), strict=True):
        assert a == pytest.approx(b, rel=1e-4, abs=1e-5)
