"""Updates of arrays compiled to machine code without a GPU: `budgets.toml`, and packs of 16 bytes for every rule."""

from __future__ import annotations

import os
import re

import pytest

from adamtheory.engine import cuda
from adamtheory.engine.emit_cuda_update import CudaUpdate, emit_cuda_update
from adamtheory.engine.emit_update import build_update
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES

from .assembly import Budget, assemble, budgets, missing, ptx_opcodes
from .updates import PLAIN

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
FULL = bool(os.environ.get("ADAMTHEORY_FULL"))


def emitted(rule: str, dtype: str, schedule: str = "constant") -> CudaUpdate:
    return emit_cuda_update(build_update(RULES[rule], SCHEDULES[schedule]), dtype)


def compiled(kernel: CudaUpdate, name: str, capability: tuple[int, int]) -> str:
    return cuda.ptx_of(cuda.functions(kernel.text)[name], kernel.signature(name), capability)


@pytest.mark.parametrize("budget", budgets("update"), ids=str)
def test_budgets(budget: Budget) -> None:
    rule, schedule, name = budget.case
    budget.hold(compiled(emitted(rule, budget.dtype, schedule), name, budget.capability))


@pytest.mark.parametrize("name", PLAIN if FULL else PLAIN[1::30])
def test_every_rule_moves_16_bytes_and_stays_in_its_dtype(name):
    """Each array is loaded, each but the gradient's stored, as packs, and one by one for what is left over."""
    for dtype, pack in (("float32", "v4.f32"), ("float64", "v2.f64")) if FULL else (("float32", "v4.f32"),):
        kernel = emitted(name, dtype)
        text = compiled(kernel, "apply_wide", (9, 0))
        found, arrays = ptx_opcodes(text), len(kernel.coord_states) + 1
        loads = sum(f"{s.name}__0, " in kernel.text for s in kernel.coord_states) + 1
        assert dtype == "float64" or not re.search(r"\.f64\b", text)
        machine = assemble(text, (9, 0))
        assert (machine.spills, machine.stack) == (0, 0)
        for access, opcode, number in (("ld", r"LDG\.E\.128", loads), ("st", r"STG\.E\.128", arrays - 1)):
            packs = sum(o == f"{access}.global.{pack}" for o in found)
            single = f"{access}.global.{pack[3:]}"
            rest = sum(o in (single, single.replace(".f", ".u")) for o in found)
            assert number <= packs <= 2 * number and number <= rest <= 2 * number, access  # a loop may be there twice
            assert machine.count(opcode) == packs, opcode


def test_a_pack_that_is_missing_is_seen():
    """The scalar kernel held against the row of the wide one."""
    row = next(b for b in budgets("update") if str(b) == "update-adam-constant-apply_wide-float32-sm_90")
    wrong = row.broken(assemble(compiled(emitted("adam", "float32"), "apply", (9, 0)), (9, 0)))
    assert [w.split(":")[0] for w in wrong] == [r"LDG\.E\.128", r"STG\.E\.128"]
