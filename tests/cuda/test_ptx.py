"""Kernels compiled to PTX and machine code without a GPU: registers, spills, loops, float64 in float32 kernels.

`make test-ptx` makes the environment with the extra ptx and runs this in it. The budgets stand in `budgets.toml`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from adamtheory.engine import cuda
from adamtheory.engine.emit_cuda import CudaKernel, emit_cuda
from adamtheory.engine.prefix_sums import hindsight
from adamtheory.engine.program import Parts, build, parameter_names
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS

from .assembly import Budget, assemble, budgets, missing

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
CONTRACTED = r"fma\.rn"
LOOSE = r"(add|sub|mul)\.f(32|64)"  # without .rn, which ptxas may contract by itself


def kernel(rule: str, loss: str, schedule: str, where: str, size: str, *varying: str, dtype: str) -> CudaKernel:
    """`varying`: the parameters that differ between lanes, as o_lr or f_C; `seed`; or `all`."""
    parts = Parts(RULES[rule], LOSSES[loss], SCHEDULES[schedule], SETS[where], int(size),
                  hindsight=hindsight(LOSSES[loss]))  # fmt: skip
    differ = parameter_names(parts) if "all" in varying else varying
    parts = replace(parts, lane_params=frozenset(differ) - {"seed"}, lane_seeds=bool({"all", "seed"} & {*varying}))
    return emit_cuda(build(parts), dtype)


@cache
def compiled(case: tuple[str, ...], dtype: str, capability: tuple[int, int]) -> str:
    """The PTX of a kernel for a compute capability."""
    return cuda.ptx(kernel(*case, dtype=dtype), capability)


def ptx(budget: Budget) -> str:
    return compiled(budget.case, budget.dtype, budget.capability)


@pytest.mark.parametrize("budget", budgets("lanes"), ids=str)
def test_budgets(budget):
    budget.hold(ptx(budget))


def test_what_breaks_a_budget_is_seen():
    """The float64 kernel held against a float32 row, and a row with less of everything."""
    row = next(b for b in budgets("lanes") if b.case[:2] == ("adam", "reddi") and b.capability == (9, 0))
    wide = assemble(compiled(row.case, "float64", (9, 0)), (9, 0))
    said = " ".join(row.broken(wide))
    assert all(word in said for word in ("registers: ", "div.rn.f64", "DMUL", "DFMA", "MUFU.RCP64H")), said
    found = assemble(ptx(row), row.capability)
    assert row.broken(found) == []
    less = replace(row, registers=found.registers - 1, loop=len(found.loop) - 1, required=(("LDG.E", 1),))
    assert [line.split(":")[0] for line in less.broken(found)] == ["registers", "loop", "LDG.E"]
    spilled = replace(found, spills=8, stack=16, shared=4)
    assert [line.split(":")[0] for line in row.broken(spilled)] == ["stack", "shared", "spills"]
    assert found.loop and len(found.loop) < len(found.opcodes)


def test_exact_mode_contracts_nothing():
    """Neither NVVM, nor ptxas later on: machine code has fused operations only inside of divisions and roots."""
    names = ("momentum", "reddi", "constant", "box", "1", "o_lr")
    with cuda.exact():
        exact = cuda.ptx(kernel(*names, dtype="float32"), (9, 0))
    plain = cuda.ptx(kernel(*names, dtype="float32"), (9, 0))
    found = {text: assemble(text, (9, 0)) for text in (exact, plain)}
    fused = {text: found[text].count("FFMA") for text in found}
    assert (fused[exact], fused[plain] > 0) == (0, True)
    assert not found[exact].found(CONTRACTED) | found[exact].found(LOOSE)
    assert found[plain].found(CONTRACTED)
