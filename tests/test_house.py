"""The house rules that a machine can check: who imports whom, what start-up loads, what no tracked file may say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "adamtheory"
FILES = sorted(PACKAGE.rglob("*.py"))

HEAVY = ("numba", "llvmlite", "sympy", "matplotlib", "scipy", "pyarrow", "flint", "jax", "torch", "optax")

# Part of the package -> the parts that it may import. The rules are where the two columns, proving and running, meet.
GRAMMAR = {"errors", "language"}
RULES = GRAMMAR | {"rules", "losses", "schedules", "sets"}
ALLOWED = {
    "errors": set(),
    "language": GRAMMAR,
    "rules": GRAMMAR | {"rules"},
    "losses": GRAMMAR | {"losses"},
    "schedules": GRAMMAR,
    "sets": GRAMMAR,
    "engine": GRAMMAR | {"engine"},
    "data": {"errors", "data"},
    "simulation": RULES | {"engine", "data", "simulation"},
    "hindsight": RULES | {"engine", "simulation", "hindsight"},
    "runs": RULES | {"data", "simulation", "hindsight", "runs"},
    "sweeping": RULES | {"engine", "simulation", "hindsight", "runs", "sweeping"},
    "nets": RULES | {"engine", "data", "simulation", "hindsight", "runs", "nets"},
    "report": RULES | {"hindsight", "runs", "report"},
    "benchmark": RULES | {"simulation", "sweeping", "nets", "benchmark"},
    "logic": GRAMMAR | {"logic"},
    "catalogue": {"errors"},
    "thresholds": {"errors"},
    "cycles": {"errors"},
    "laboratory": GRAMMAR | {"simulation", "runs", "report", "catalogue", "laboratory"},
    "proving": GRAMMAR | {"logic", "catalogue", "proving", "proofs"},
    "deriving": RULES | {"logic", "proving", "deriving"},
    # where the columns meet: theorems are held against runs
    "bounds": RULES | {"engine", "simulation", "hindsight", "logic", "catalogue", "proving", "proofs", "bounds"},
}
# A method that leads to a part above: allowed inside functions only.
LAZY = {("simulation/trajectory.py", "bounds")}
RUNNING = {"engine", "data", "simulation", "hindsight", "runs", "report", "sweeping", "benchmark", "nets"}

# Library -> the only places that may import it, as prefixes of paths inside the package.
ONLY = {
    "numba": ("engine/cpu.py", "engine/cuda.py"),
    "llvmlite": ("engine/cpu.py", "engine/cuda.py", "engine/cuda_packs.py"),
    "matplotlib": ("report/",),
    "typer": ("cli/",),
    "rich": ("cli/", "report/"),
    "joblib": ("sweeping/",),
    "distributed": ("sweeping/",),
    "optax": ("benchmark/",),
    "jax": ("benchmark/",),
    "torch": ("benchmark/",),
}
# What the language may use besides the standard library, and only inside functions.
LANGUAGE_LAZY = {"numpy", "flint"}


def part(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module with its full name, and whether it is loaded together with the file."""
    tree = ast.parse(file.read_text())
    later = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.Lambda) for n in ast.walk(f)}
    later |= {
        id(n)
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and ast.unparse(guard.test) == "TYPE_CHECKING"
        for n in ast.walk(guard)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in later) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write imports in full, not relative"
            yield node.module or "", id(node) not in later
            if node.module == "adamtheory":
                yield from ((f"adamtheory.{alias.name}", id(node) not in later) for alias in node.names)


def own(module: str) -> str | None:
    """The part of the package that a module belongs to."""
    words = module.split(".")
    return words[1] if words[0] == "adamtheory" and len(words) > 1 and words[1] != "__version__" else None


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_import_contract(file: Path) -> None:
    here, where = part(file), file.relative_to(PACKAGE).as_posix()
    for module, at_start in imports(file):
        library, target = module.split(".")[0], own(module)
        if library in ONLY:
            assert where.startswith(ONLY[library]), f"{where} imports {module}"
        if library in HEAVY:
            assert not at_start or where.startswith("report/"), (
                f"{where} loads {module} at start; import it where it is used"
            )
        if (where, target) in LAZY:
            assert not at_start, f"{where} loads {module} at start"
        elif target and here in ALLOWED:
            assert target in ALLOWED[here], f"{where} imports {module}: no arrow leads there"
        if target == "cli":
            assert here in ("cli", "__main__"), f"{where} imports the command line"
        if here in ("errors", "language") and library not in sys.stdlib_module_names | {"adamtheory"}:
            assert library in LANGUAGE_LAZY, f"{where} imports {module}"
            assert not at_start, f"{where} loads {module} at start"
        if where in ("logic/terms.py", "logic/kernel.py", "logic/recheck.py"):
            trusted = target == "logic" or library in sys.stdlib_module_names
            assert trusted, f"{where} is trusted and imports {module}"


def test_the_verdict_imports_neither_proofs_nor_kernel() -> None:
    for name in ("verdicts", "render"):
        targets = {module for module, _ in imports(PACKAGE / "proving" / f"{name}.py")}
        assert not any(module.startswith(("adamtheory.logic", "adamtheory.proofs")) for module in targets), name


def test_the_contract_sees_an_offence(tmp_path: Path) -> None:
    file = tmp_path / "offence.py"
    file.write_text("import numba\nfrom adamtheory import simulate\ndef f():\n    import sympy\n")
    assert list(imports(file)) == [
        ("numba", True), ("adamtheory", True), ("adamtheory.simulate", True), ("sympy", False),
    ]  # fmt: skip
    assert own("adamtheory.simulation.simulate") == "simulation"
    assert own("adamtheory") is None


def test_parts_of_the_running_column_know_no_prover() -> None:
    for file in FILES:
        if part(file) in RUNNING:
            assert all(own(module) not in ("logic", "proofs") for module, _ in imports(file)), file


def loaded_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint('LOADED', *sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split("LOADED", 1)[1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import adamtheory; dir(adamtheory)",
        "from adamtheory.cli import main; main(['list', 'optimizers'])",
        "from adamtheory.cli import main; main(['list', 'losses'])",
        "from adamtheory.cli import main; main(['show', 'adam'])",
        "from adamtheory.cli import main; main(['--help'])",
    ],
)
def test_start_up_loads_nothing_heavy(code: str) -> None:
    assert not loaded_after(code) & set(HEAVY)


def test_importing_the_package_loads_no_other_library_and_is_quick() -> None:
    added = loaded_after("import adamtheory") - loaded_after("")
    assert added - sys.stdlib_module_names == {"adamtheory"}
    timing = "import time; a = time.process_time(); import adamtheory; print(time.process_time() - a)"
    runs = [
        float(
            subprocess.run([sys.executable, "-c", timing], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        )
        for _ in range(3)
    ]
    assert min(runs) < 0.05


def test_public_names_exist_and_agree_with_what_type_checkers_see() -> None:
    import adamtheory

    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    seen = {
        alias.asname: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("adamtheory")
        for alias in node.names
    }
    assert seen == adamtheory._HOME
    for name in seen:
        assert getattr(adamtheory, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        adamtheory.nothing  # noqa: B018


# -- what no tracked file may say --------------------------------------------------------------------------------------


def tracked() -> list[Path]:
    """The files of the next commit: tracked ones and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True, cwd=ROOT
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


MACHINE = re.compile(r"(?<![\w./~$])/(?:root|home|tmp|work|opt|var|usr|etc|mnt|Users)/\w")
REGISTRY = re.compile(r"https?://[^\s\"']*(?:/simple\b|pypi|pythonhosted|download\.pytorch|/whl/|artifactory|nexus)")


def test_no_paths_of_a_machine_and_no_registry_hosts() -> None:
    for file in tracked():
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("#!") or file == Path(__file__):
                continue
            assert not MACHINE.search(line), f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
            assert not REGISTRY.search(line), f"{file.relative_to(ROOT)}:{number}: {line.strip()}"


@pytest.mark.parametrize("line", ["open('/tmp/x')", "see /home/me/data", "--index-url https://a.b/simple", "= /work/x"])
def test_the_patterns_see_an_offence(line: str) -> None:
    assert MACHINE.search(line) or REGISTRY.search(line)


def test_one_version_and_no_upper_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" in project["dynamic"]
    for requirement in [*project["dependencies"], *chain(*project["optional-dependencies"].values())]:
        assert "<" not in requirement, f"{requirement}: no upper bounds"
