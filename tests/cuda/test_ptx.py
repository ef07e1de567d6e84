"""Kernels compiled to PTX and machine code without a GPU: types, registers, spills, float64 in float32 kernels.

`make test-ptx` makes the environment with the extra ptx and runs this in it. The table of budgets stands below.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from adamtheory.engine import cuda
from adamtheory.engine.emit import Kernel
from adamtheory.engine.emit_cuda import emit_cuda
from adamtheory.engine.prefix_sums import hindsight
from adamtheory.engine.program import Parts, build
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS


def missing() -> str | None:
    """Why nothing can be compiled here."""
    if cuda.simulated():
        return "the simulator compiles nothing"
    facts = cuda.describe()
    absent = [what for what in ("backend", "nvvm", "ptxas") if not facts.get(what)]
    absent += ["numba-cuda"] if facts["backend"] == "builtin" else []  # budgets are those of one compiler
    return f"absent here: {', '.join(absent)}; pip install 'adamtheory[ptx]'" if absent else None


pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]

CAPABILITIES = [(8, 0), (9, 0)]
# rule, loss, schedule, set, coordinates, dtype -> registers, which a GPU hands out eight at a time: what numba-cuda
# 0.30.4 and ptxas 13.0.88 need; never a spill, nor a stack (which `cosine` has, for the reduction of large angles)
BUDGETS = {
    ("sgd", "reddi", "constant", "box", 1, "float32"): 48,
    ("adam", "reddi", "inverse_sqrt", "box", 1, "float32"): 56,
    ("amsgrad", "reddi", "inverse_sqrt", "box", 1, "float32"): 56,
    ("adam", "reddi", "inverse_sqrt", "box", 1, "float64"): 80,
    ("adam", "random_signs", "inverse_sqrt", "box", 1, "float32"): 64,
    ("adagrad", "least_squares", "constant", "box", 3, "float32"): 48,
    ("adam", "quadratic_exponential", "inverse_sqrt", "simplex", 3, "float64"): 160,
}  # fmt: skip
WIDE = {"div", "mul", "sqrt", "rcp", "fma"}  # in float64 none of these belongs into a float32 kernel


def kernel(rule: str, loss: str, schedule: str, where: str, size: int, dtype: str) -> Kernel:
    parts = Parts(RULES[rule], LOSSES[loss], SCHEDULES[schedule], SETS[where], size, hindsight=hindsight(LOSSES[loss]))
    return emit_cuda(build(parts), dtype)


@pytest.fixture(scope="module", params=CAPABILITIES, ids=lambda c: f"sm_{c[0]}{c[1]}")
def compiled(request) -> tuple[tuple[int, int], dict]:
    """The capability and the PTX of all kernels for it."""
    return request.param, {names: cuda.ptx(kernel(*names), request.param) for names in BUDGETS}


def assemble(text: str, capability: tuple[int, int], folder: Path) -> str:
    """What ptxas says of the PTX."""
    (folder / "k.ptx").write_text(text)
    arch = f"-arch=sm_{capability[0]}{capability[1]}"
    words = [cuda.tool("ptxas"), "-v", arch, str(folder / "k.ptx"), "-o", str(folder / "k.cubin")]
    return subprocess.run(words, capture_output=True, text=True, check=True).stderr


def described(names: tuple) -> str:
    return "-".join(str(name) for name in names)


@pytest.mark.parametrize("names", BUDGETS, ids=described)
def test_registers_and_spills(compiled, tmp_path, names):
    capability, texts = compiled
    said = assemble(texts[names], capability, tmp_path)
    assert set(re.findall(r"(\d+) bytes (?:stack frame|spill stores|spill loads)", said)) == {"0"}, said
    (registers,) = re.findall(r"Used (\d+) registers", said)
    assert int(registers) <= BUDGETS[names], said


@pytest.mark.parametrize("names", [n for n in BUDGETS if n[-1] == "float32"], ids=described)
def test_float32_kernels_calculate_in_float32(compiled, names):
    """Float64 is in the sums of losses alone: conversions, additions, comparisons."""
    _, texts = compiled
    found = set(re.findall(r"\b([a-z]+)[a-z.]*\.f64\b", texts[names]))
    assert "add" in found
    assert not found & WIDE, found & WIDE


def test_what_leaves_the_dtype_is_seen(compiled):
    """The same search finds float64 where it belongs."""
    _, texts = compiled
    names = ("adam", "reddi", "inverse_sqrt", "box", 1, "float64")
    assert set(re.findall(r"\b([a-z]+)[a-z.]*\.f64\b", texts[names])) >= {"div", "sqrt", "mul"}


def test_lanes_are_the_fastest_axis(compiled):
    """Nothing is kept in local memory, which a table or an indexed array in every thread would be."""
    _, texts = compiled
    one = [text for names, text in texts.items() if names[4] == 1]
    assert all("ld.local" not in text and "st.local" not in text for text in one)
