"""What stands in `proofs/` and `experiments/`, found without importing it: names, titles, fields, pins.

Works the same in a checkout and from a wheel, where the folders are installed as `adamtheory.proofs` and
`adamtheory.experiments`.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path

from adamtheory.errors import DataError, UnknownNameError


@dataclass(frozen=True)
class ProofFile:
    """A file with a `statement()` and either `prove()` or `counterexample()`; `own` if it is a user's.

    doc  its whole docstring, of which `title` is the first line
    """

    name: str
    path: Path
    title: str
    refutes: bool
    own: bool = False
    doc: str = ""

    @property
    def stored(self) -> Path:
        """Where the certificates of a shipped proof are kept."""
        return self.path.parent / "certificates" / f"{self.name}.json"


def folder(package: str = "proofs") -> Path:
    """The folder of `adamtheory.proofs`."""
    spec = importlib.util.find_spec(f"adamtheory.{package}")
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f"adamtheory.{package} is not installed; install adamtheory anew")
    return Path(next(iter(spec.submodule_search_locations)))


def proofs() -> dict[str, ProofFile]:
    """All shipped proof files by name."""
    found = (read(path) for path in sorted(folder().glob("*.py")))
    return {file.name: file for file in found if file is not None}


def read(path: Path, own: bool = False) -> ProofFile | None:
    """What a file says of itself; None if it has no `statement()`."""
    try:
        tree = ast.parse(path.read_text())
    except SyntaxError as error:
        raise DataError(f"{path}, line {error.lineno}: {error.msg}") from None
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if "statement" not in functions or not functions & {"prove", "counterexample"}:
        return None
    doc = ast.get_docstring(tree) or ""
    title = (doc or path.stem).splitlines()[0]
    return ProofFile(path.stem, path.resolve(), title, "prove" not in functions, own, doc)


def fields(file: ProofFile) -> dict[str, str]:
    """The fields of a file's docstring, such as Words, Source and Printed, each on one line."""
    lines = file.doc.splitlines()[1:]
    found = re.findall(r"^([A-Z][a-z]+) +(\S.*(?:\n +\S.*)*)", "\n".join(lines), re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def find(name: str) -> ProofFile:
    """A shipped proof by name, or a file of one's own by path; no other file is read."""
    if name.endswith(".py"):
        path = Path(name).expanduser()
        if not path.is_file():
            raise DataError(f"{name}: no such file")
        file = read(path, own=True)
        if file is None:
            raise DataError(f"{name} has no statement() with a prove() or counterexample(): it is no proof file")
        return file
    shipped = _shipped(name)
    if shipped is None:
        raise UnknownNameError("proof", name, proofs())
    return shipped


def is_proof(name: str) -> bool:
    """Whether a shipped proof has that name."""
    return _shipped(name) is not None


def _shipped(name: str) -> ProofFile | None:
    path = folder() / f"{name}.py"
    return read(path) if name.isidentifier() and path.is_file() else None


def pins_file() -> Path:
    """The file of pinned sentences."""
    return folder() / "pins.json"


def pins() -> dict[str, str]:
    """Name -> SHA-256 of the pinned sentence."""
    found: dict[str, str] = json.loads(pins_file().read_text()) if pins_file().is_file() else {}
    return found


EXPERIMENT_FIELDS = ("Claim", "Refuted if", "Source", "Budget")


@dataclass(frozen=True)
class ExperimentFile:
    """A file of `experiments/`: its first line, and the fields of its docstring, each on one line."""

    name: str
    path: Path
    title: str
    fields: dict[str, str]

    @property
    def plays_lanes(self) -> bool:
        """Whether it, or a helper beside it that it imports, takes what a GPU may do: `simulate`, or training."""
        pending, seen = [self.path], set[Path]()
        while pending:
            path = pending.pop()
            if path in seen or not path.is_file():
                continue
            seen.add(path)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "adamtheory":
                    names = [alias.name for alias in node.names]
                    if {"simulate", "train", "Training"} & set(names):
                        return True
                    words = [*str(node.module).split("."), *names]
                    pending += [self.path.parent / f"{word}.py" for word in words if word.startswith("_")]
        return False


def experiments() -> dict[str, ExperimentFile]:
    """All experiments by name; raises `DataError` for a file that lacks a field."""
    found = {}
    for path in sorted(folder("experiments").glob("*.py")):
        if path.stem.startswith("_"):
            continue
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        title, *rest = doc.splitlines() or [""]
        pattern = rf"^({'|'.join(EXPERIMENT_FIELDS)}|Note) +(\S.*(?:\n +\S.*)*)"
        told = {name: " ".join(text.split()) for name, text in re.findall(pattern, "\n".join(rest), re.MULTILINE)}
        if missing := [name for name in EXPERIMENT_FIELDS if name not in told]:
            raise DataError(f"{path} says nothing under {', '.join(missing)}")
        found[path.stem] = ExperimentFile(path.stem, path, title, told)
    return found


def find_experiment(name: str) -> ExperimentFile:
    """An experiment by name; raises `UnknownNameError`."""
    known = experiments()
    if name not in known:
        raise UnknownNameError("experiment", name, known)
    return known[name]
