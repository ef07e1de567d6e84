"""What compiled kernels cost, read from their machine code, and the budgets of `budgets.toml` that they are held to.

A test of a kernel of another kind takes its own rows and compiles by itself:

    @pytest.mark.parametrize("budget", budgets("fused"), ids=str)
    def test_budgets(budget):
        budget.hold(ptx_of(budget.case, budget.dtype, budget.capability))
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from adamtheory.engine import cuda, cuda_report

BACKEND = "numba-cuda"  # whose budgets they are
TABLE = Path(__file__).with_name("budgets.toml")
FIELDS = {"kernel", "case", "dtype", "registers", "stack", "shared", "spills", "loop", "forbidden", "required"}


def missing() -> str | None:
    """Why nothing can be compiled here that keeps to the budgets, which are those of one compiler."""
    backend = cuda_report.describe()["backend"]
    return installed() or (f"{backend} is in use here; pip install 'adamtheory[ptx]'" if backend != BACKEND else None)


def installed() -> str | None:
    """Why nothing can be compiled here, by whatever compiler."""
    if cuda.simulated():
        return "the simulator compiles nothing"
    facts = cuda_report.describe()
    absent = [what for what in ("backend", "nvvm", "ptxas") if not facts.get(what)]
    absent += [] if cuda_report.tool("nvdisasm") else ["nvdisasm"]
    return f"absent here: {', '.join(absent)}; pip install 'adamtheory[ptx]'" if absent else None


@dataclass(frozen=True)
class Assembled:
    """The machine code of one kernel.

    registers, stack, shared, spills  of a thread; bytes, those of a block for `shared`
    opcodes                           of the PTX and of the machine code, in order: `ld.global.f32`, `LDG.E`
    loop                              instructions in the longest innermost loop, without the functions that it calls
    """

    registers: int
    stack: int
    shared: int
    spills: int
    ptx: tuple[str, ...]
    opcodes: tuple[str, ...]
    loop: tuple[str, ...]

    def count(self, pattern: str) -> int:
        """How many instructions of the machine code the pattern begins, as in `LDG.E.128` or `(LDL|STL)`."""
        return sum(bool(re.match(pattern, o)) for o in self.opcodes)

    def found(self, pattern: str) -> set[str]:
        """Which opcodes, of PTX and machine code, the pattern begins."""
        return {o for o in (*self.ptx, *self.opcodes) if re.match(pattern, o)}


@lru_cache(maxsize=256)
def assemble(ptx: str, capability: tuple[int, int]) -> Assembled:
    """PTX through ptxas and the disassembler; raises `CalledProcessError` where ptxas refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        source, binary = Path(folder, "k.ptx"), Path(folder, "k.cubin")
        source.write_text(ptx)
        arch = f"-arch=sm_{capability[0]}{capability[1]}"
        said = _run("ptxas", "-v", arch, str(source), "-o", str(binary))
        code = _run("nvdisasm", "-c", str(binary))
    opcodes, loop = _listing(code)
    (registers,) = re.findall(r"Used (\d+) registers", said)
    return Assembled(int(registers), _total(r"(\d+) bytes stack frame", said), _total(r"(\d+) bytes smem", said),
                     _total(r"(\d+) bytes spill (?:stores|loads)", said), ptx_opcodes(ptx), opcodes, loop)  # fmt: skip


def ptx_opcodes(ptx: str) -> tuple[str, ...]:
    """The opcodes of a PTX text, in order."""
    return tuple(re.findall(r"^\s*(?:@!?%p\d+\s+)?([a-z]\w*(?:\.\w+)*)[^;\w\n][^;\n]*;", ptx, re.MULTILINE))


def _run(tool: str, *words: str) -> str:
    done = subprocess.run([str(cuda_report.tool(tool)), *words], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _total(pattern: str, said: str) -> int:
    return sum(int(n) for n in re.findall(pattern, said))


def _listing(code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The opcodes of a disassembly, and those of the longest loop that holds no other."""
    opcodes: list[str] = []
    labels: dict[str, int] = {}
    loops: list[tuple[int, int]] = []
    for line in code.splitlines():
        label = re.match(r"(\.L_\w+):", line)
        if label:
            labels[label.group(1)] = len(opcodes)
        instruction = re.match(r"\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][\w.]*)(.*)", line)
        if instruction is None:
            continue
        opcodes.append(instruction.group(1))
        target = re.search(r"\(?(\.L_\w+)\)?", instruction.group(2)) if opcodes[-1].startswith("BRA") else None
        if target and labels.get(target.group(1), len(opcodes)) < len(opcodes) - 1:  # the last one waits in itself
            loops.append((labels[target.group(1)], len(opcodes)))
    inner = [a for a in loops if not any(a != b and a[0] <= b[0] and b[1] <= a[1] for b in loops)]
    first, last = max(inner, key=lambda span: span[1] - span[0], default=(0, 0))
    return tuple(opcodes), tuple(opcodes[first:last])


@dataclass(frozen=True)
class Budget:
    """A row of the table for one capability; see `budgets.toml` for what the fields mean."""

    kernel: str
    case: tuple[str, ...]
    dtype: str
    capability: tuple[int, int]
    registers: int
    stack: int
    shared: int
    spills: int
    loop: int | None
    forbidden: tuple[str, ...]
    required: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        return "-".join([self.kernel, *self.case, self.dtype, f"sm_{self.capability[0]}{self.capability[1]}"])

    def broken(self, found: Assembled) -> list[str]:
        """What the kernel costs beyond its row, in words."""
        wrong = [
            f"{name}: {getattr(found, name)} instead of {getattr(self, name)}"
            for name in ("registers", "stack", "shared", "spills")
            if getattr(found, name) > getattr(self, name)
        ]
        if self.loop is not None and len(found.loop) > self.loop:
            wrong.append(f"loop: {len(found.loop)} instructions instead of {self.loop}")
        wrong += [f"{pattern}: {', '.join(sorted(found.found(pattern)))}"
                  for pattern in self.forbidden if found.found(pattern)]  # fmt: skip
        return wrong + [f"{pattern}: {found.count(pattern)} instead of {number}"
                        for pattern, number in self.required if found.count(pattern) != number]  # fmt: skip

    def hold(self, ptx: str) -> None:
        """Fail, with all that is wrong, unless the PTX keeps to the row."""
        wrong = self.broken(assemble(ptx, self.capability))
        assert not wrong, f"{self}: {'; '.join(wrong)}"


@cache
def _rows() -> tuple[Budget, ...]:
    table = tomllib.loads(TABLE.read_text())
    return tuple(_row(row, table, arch) for row in table["budget"] for arch in table["capabilities"])


def _row(row: dict, table: dict, arch: str) -> Budget:
    unknown = row.keys() - FIELDS
    assert not unknown, f"{TABLE.name}: {row['kernel']} has the unknown field {sorted(unknown)[0]}"

    def number(name: str, default: int | None) -> int | None:
        value = row.get(name, default)
        return value[arch] if isinstance(value, dict) else value

    digits = arch.removeprefix("sm_")
    forbidden = [p for name in row.get("forbidden", []) for p in table["patterns"].get(name, [name])]
    return Budget(
        row["kernel"], tuple(row["case"].split()), row["dtype"], (int(digits[:-1]), int(digits[-1])),
        number("registers", None), number("stack", 0), number("shared", 0), number("spills", 0), number("loop", None),
        tuple(forbidden), tuple(row.get("required", {}).items()),
    )  # fmt: skip


def budgets(kernel: str) -> list[Budget]:
    """The rows of one kind of kernel, each once for every capability."""
    return [b for b in _rows() if b.kernel == kernel]
