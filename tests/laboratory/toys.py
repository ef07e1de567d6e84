"""Small experiments in a folder of their own, for tests of the framework and of the command."""

from __future__ import annotations

from pathlib import Path

TEXT = '''"""{title}

Claim       {claim}
Refuted if  the total is not as claimed
Source      none
Budget      none
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from fractions import Fraction

from adamtheory.data import find
from adamtheory.laboratory.experiment import Check, Verdict


@dataclass(frozen=True)
class Settings:
    count: int = 4
    size: float = 0.5
    third: Fraction = Fraction(1, 3)
    loud: bool = False
    name: str = "plain"
    parts: tuple[float, ...] = (1.0, 2.0)
    pause: float = 0.0
    data: str = ""
    total: float = {total}


QUICK, FULL = Settings(), Settings(count=8)


def run(settings, tell):
    if settings.data or {needs}:
        find(settings.data or "absent.gz")
    for i in range(settings.count):
        tell(i, settings.count, "row " + str(i))
        time.sleep(settings.pause)
        value = i * settings.size * float(settings.third) * sum(settings.parts)
        yield {{"i": i, "value": value, "name": settings.name}}
        if settings.pause:
            print("finished", i, file=sys.stderr, flush=True)


def verdict(table, settings):
    total = float(table["value"].sum())
    expected = settings.total * settings.size
    return Verdict("the total is " + str(total), (Check("total", total, expected, abs(total - expected) < 1e-9),))


def figure(table, settings, sheet):
    (axes,) = sheet.panels()
    sheet.line(axes, table["i"], table["value"], "value")
    sheet.label(axes, "Values", "i", "value")
'''

# name -> what stands in its text; the names sort in this order
TOYS = {
    "toy_holds": {"title": "Holds.", "claim": "the total is 6", "total": "6.0", "needs": "False"},
    "toy_nodata": {"title": "Has no data.", "claim": "the total is 6", "total": "6.0", "needs": "True"},
    "toy_wrong": {"title": "Is refuted.", "claim": "the total is 7", "total": "7.0", "needs": "False"},
}


def write(folder: Path, *names: str) -> None:
    """The files of these toys."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.py").write_text(TEXT.format(**TOYS[name]), encoding="utf-8")


# what a program does before the command so that its experiments are those of a folder
PATCH = """
import sys
from pathlib import Path
import adamtheory.experiments
from adamtheory import catalogue
where = Path(sys.argv.pop(1))
shipped = catalogue.folder
catalogue.folder = lambda package="proofs": where if package == "experiments" else shipped(package)
adamtheory.experiments.__path__.append(str(where))
from adamtheory.cli import main
sys.exit(main())
"""
