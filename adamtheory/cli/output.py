"""How commands print: a table on a terminal, plain aligned lines in a pipe, JSON where it is asked for."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

SHORT = 12  # letters of a word or number that is not cut, for a part of a number is another number
MOST_WIDTH = 100


def width() -> int:
    """Of running text: that of a terminal, at most 100 letters; 100 in a pipe."""
    return min(MOST_WIDTH, shutil.get_terminal_size().columns) if sys.stdout.isatty() else MOST_WIDTH


def print_json(value: Any) -> None:
    """The value as indented JSON on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under their heads; in a pipe every row is one line, whatever its length."""
    if not sys.stdout.isatty():
        print("\n".join(aligned([[head.upper() for head in heads], *rows])))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.columns[0].no_wrap = True  # a name is there to be copied
    for column, cells in zip(table.columns[1:], list(zip(*rows, strict=True))[1:], strict=False):
        column.overflow = "fold"
        column.no_wrap = all(len(cell) <= SHORT and " " not in cell for cell in cells)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def aligned(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """One line a row, columns two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    return [
        (indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]
