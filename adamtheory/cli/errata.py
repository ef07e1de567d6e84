"""`adamtheory errata`: the errors of the literature and of the frameworks, from the theorems alone."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json
from adamtheory.cli.progress import counting
from adamtheory.errors import OutputError, SpecError
from adamtheory.proving.errata import Erratum

SUFFIXES = (".html", ".tex")


def command(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Only rows that have these words.")
    ] = None,
    out: Annotated[
        list[Path] | None, typer.Option("--out", metavar="FILE", help="Also write it, .html or .tex.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print the errors of papers and programs with exact witnesses.

    For each: the source, what is printed, what is wrong, an exact witness, the corrected statement, and the theorems
    that prove it. Each is checked while it is printed, by the kernel and by the second checker; exit status 1 if one
    does not hold.

    \b
    Examples:
      adamtheory errata
      adamtheory errata Kingma
      adamtheory errata --out errata.tex --out errata.html
      adamtheory errata --json
    """
    from adamtheory.proving import errata
    from adamtheory.proving.verdicts import check

    for path in out or []:
        if path.suffix not in SUFFIXES:
            raise SpecError(f"--out {path}: the table is written as {' or '.join(SUFFIXES)}")
        if not path.parent.is_dir():
            raise OutputError(f"{path}: the folder {path.parent} does not exist")
    entries = {name: fields for name, fields in errata.errata_files().items() if _wanted(name, fields, words or [])}
    if not entries:
        raise SpecError(f"no row has the words {' '.join(words or [])}; adamtheory errata prints all")
    files, outcomes = errata.needed(entries), []
    try:
        with counting(len(files), "proofs") as finished:
            for outcome in check(files, search=False):
                outcomes.append(outcome)
                finished(outcome.name)
    finally:  # Ctrl-C leaves what is finished on the screen
        rows = errata.errata(entries, outcomes)
        if as_json:
            print_json([row.facts() for row in rows])
        else:
            typer.echo("\n".join(_lines(rows)))
    for path in out or []:
        errata.write(path, rows)
        typer.echo(f"table in {path}", err=True)
    return 0 if all(row.holds for row in rows) else 1


def _wanted(name: str, fields: dict[str, str], words: list[str]) -> bool:
    text = " ".join([name, *fields.values()]).lower()
    return all(word.lower() in text for word in words)


def _lines(rows: list[Erratum]) -> list[str]:
    lines: list[str] = []
    for number, row in enumerate(rows, 1):
        lines += textwrap.wrap(f"{number}. {row.source}", 108, subsequent_indent="   ")
        proofs = ", ".join(f"{name} ({word})" for name, word in row.theorems.items())
        parts = {
            "printed": row.printed,
            "wrong": row.wrong,
            "witness": f"{row.witness}   [{row.name}: {row.status}]",
            "instead": row.instead,
            "theorem": proofs,
        }
        for head, text in parts.items():
            lines += textwrap.wrap(text, 108, initial_indent=f"   {head:9}", subsequent_indent=" " * 12)
        lines.append("")
    shown = sum(row.holds for row in rows)
    return [*lines, f"{len(rows)} entries, {shown} of them shown and corrected by checked theorems"]
