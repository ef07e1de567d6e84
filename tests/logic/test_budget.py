"""The trusted files stay short, and use nothing that would have to be trusted besides."""

from __future__ import annotations

import ast
import tokenize
from pathlib import Path

import pytest

from adamtheory import logic

FOLDER = Path(logic.__file__).parent
PAIR = ("terms.py", "kernel.py")
BUDGETS = {PAIR: 520, ("recheck.py",): 830}
FREE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
IMPORTS = {"__future__", "fractions", "typing", "dataclasses"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "open", "input", "breakpoint", "globals", "float", "complex"}


def code_lines(file: Path) -> int:
    """The lines that hold code: blank lines, comments and docstrings are free."""
    lines: set[int] = set()
    with file.open("rb") as stream:
        for token in tokenize.tokenize(stream.readline):
            if token.type not in FREE and token.type != tokenize.ENCODING:
                lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or not node.body:
            continue
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            lines.difference_update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(lines)


def offences(text: str, own: frozenset[str] = frozenset()) -> list[str]:
    """What a trusted file may not contain."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [f"import {alias.name}" for alias in node.names if alias.name not in IMPORTS]
        elif isinstance(node, ast.ImportFrom):
            if node.level or (node.module not in IMPORTS and node.module not in own):
                found.append(f"from {node.module} import")
        elif isinstance(node, ast.Assert):
            found.append("assert")
        elif isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            found.append(f"number {node.value}")
        elif isinstance(node, ast.Name) and node.id in RUNS_TEXT:
            found.append(node.id)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            # A quotient of ints is a float: the one division there is has a Fraction in it, and a test of its own.
            found.append(f"division {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("files", BUDGETS, ids=" + ".join)
def test_budget(files: tuple[str, ...]) -> None:
    missing = [name for name in files if not (FOLDER / name).is_file()]
    if missing:
        pytest.skip(f"{missing} is not there")
    assert sum(code_lines(FOLDER / name) for name in files) <= BUDGETS[files]


def test_the_count_leaves_out_what_is_free(tmp_path: Path) -> None:
    file = tmp_path / "counted.py"
    file.write_text(
        '"""One\ntwo."""\n\n# three\nx = (1,\n\n  # free\n  2)\n\n\ndef f():\n    "four"\n    return """a\n\nb"""\n'
    )
    assert code_lines(file) == 6  # two of x, the line of def, three of the string that is returned


@pytest.mark.parametrize("name", PAIR)
def test_the_pair_imports_nothing_and_runs_no_text(name: str) -> None:
    own = {"kernel.py": frozenset({"adamtheory.logic.terms"})}.get(name, frozenset())
    found = offences((FOLDER / name).read_text(encoding="utf-8"), own)
    assert found == (["division 1 / c"] if name == "terms.py" else [])


@pytest.mark.parametrize(
    "text",
    [
        "import math",
        "from sympy import S",
        "from . import terms",
        "assert x",
        "x = 1.5",
        "x = 2j",
        "eval('1')",
        "x = 1 / 2",
    ],
)
def test_an_offence_is_seen(text: str) -> None:
    assert offences(text)
