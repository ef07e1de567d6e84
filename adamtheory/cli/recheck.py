"""`adamtheory recheck FILE.json`: the second checker alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json
from adamtheory.errors import DataError


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.json...", help="Exported proofs.")],
    as_json: AsJson = False,
) -> int:
    """Check exported proofs with the second checker alone.

    It derives them again in a process that imports nothing of this project.

    \b
    Examples:
      adamtheory prove ema_unrolled --export proof.json
      adamtheory recheck proof.json
    """
    from adamtheory.proving.verdicts import recheck

    for file in files:
        if not file.is_file():
            raise DataError(f"{file}: no such file")
    reports = [recheck(file) for file in files]
    if as_json:
        print_json(reports)
        return 0 if all(report["accepted"] for report in reports) else 1
    for file, report in zip(files, reports, strict=True):
        if not report["accepted"]:
            typer.echo(f"{file}: REFUSED: {report['reason']}")
            continue
        typer.echo(f"{file}: ACCEPTED, {report['steps']} steps in {report['seconds']:.2f} s")
        typer.echo("".join(f"  if    {h}\n" for h in report["hyps"]) + f"  then  {report['claim']}")
        typer.echo(f"  rests on: {', '.join(report['uses']) or '-'}; sentence {report['hash']}")
        for line in report["definedness"]:
            typer.echo(f"  defined: {line}")
    return 0 if all(report["accepted"] for report in reports) else 1
