"""The literature's and the frameworks' errors, from the theorems alone: a row is a file that says what is printed.

    entries = errata_files()
    for row in errata(entries, check(needed(entries), search=False)): print(row.source, row.printed, row.witness)

The witness is what the checkers worked out, never what a docstring says: the model of a refutation, or the sentence
that was proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adamtheory import catalogue
from adamtheory.catalogue import ProofFile
from adamtheory.errors import DataError
from adamtheory.proving.verdicts import Outcome

NEEDED = ("Source", "Printed", "Wrong", "Instead", "Theorem")


@dataclass(frozen=True)
class Erratum:
    """One error: where it stands, what is printed, what is wrong, an exact witness, what is true, and who proves it.

    status    of the file that shows the error;  theorems: name -> status of those that prove the correction
    """

    name: str
    source: str
    printed: str
    wrong: str
    witness: str
    instead: str
    status: str
    theorems: Mapping[str, str]

    @property
    def holds(self) -> bool:
        """Whether the error is shown and its correction proved."""
        good = ("PROVED", "PROVED FROM AXIOMS", "REFUTED")
        return self.status in good and all(word in good for word in self.theorems.values())

    def facts(self) -> dict[str, Any]:
        """The row as strings."""
        return asdict(self) | {"holds": self.holds}


def errata_files() -> dict[str, dict[str, str]]:
    """Proof files that say what is printed, with the fields of their docstrings.

    Raises `DataError` for a file that lacks a field or names a theorem that does not exist.
    """
    known, found = catalogue.proofs(), {}
    for name, file in known.items():
        fields = catalogue.fields(file)
        if "Printed" not in fields:
            continue
        missing = [field for field in NEEDED if not fields.get(field)]
        if missing:
            raise DataError(f"{file.path.name} says what is printed but has no {', '.join(missing)}")
        unknown = [t for t in theorems(fields) if t not in known]
        if unknown:
            raise DataError(f"{file.path.name} names the theorem {unknown[0]}, which is not in proofs/")
        found[name] = fields
    return found


def theorems(fields: Mapping[str, str]) -> list[str]:
    """The names in the field Theorem."""
    return [name.strip().rstrip(".") for name in fields["Theorem"].split(",") if name.strip()]


def needed(entries: Mapping[str, Mapping[str, str]]) -> list[ProofFile]:
    """The files to check: those of the errors and those of the corrections."""
    names = dict.fromkeys([*entries, *(t for fields in entries.values() for t in theorems(fields))])
    return [catalogue.find(name) for name in names]


def errata(entries: Mapping[str, Mapping[str, str]], outcomes: Iterable[Outcome]) -> list[Erratum]:
    """The rows, in the order of their sources."""
    found = {outcome.name: outcome for outcome in outcomes}
    rows = [
        Erratum(
            name,
            plain(fields["Source"]),
            plain(fields["Printed"]),
            plain(fields["Wrong"]),
            witness(found[name]),
            plain(fields["Instead"]),
            found[name].word,
            {t: found[t].word for t in theorems(fields)},
        )
        for name, fields in entries.items()
        if name in found and all(t in found for t in theorems(fields))
    ]
    return sorted(rows, key=lambda row: (row.source, row.name))


def plain(text: str) -> str:
    """A docstring's words without the marks of code and of emphasis."""
    return re.sub(r"\*(\w+)\*", r"\1", text.replace("`", ""))


def witness(outcome: Outcome) -> str:
    """What shows the error: the two sides in the model, and the model; or the sentence that is proved."""
    facts = outcome.facts
    if "model" in facts:
        head, _, model = str(facts["model"]).partition(" where\n")
        sides = head.rpartition(" fails (")[2].rstrip(")")
        return f"{sides}, for {', '.join(line.strip() for line in model.splitlines())}"
    hyps = f" if {', '.join(facts['hyps'])}" if facts.get("hyps") else ""
    return f"{facts.get('claim', outcome.reason)}{hyps}"


def write(path: Path, rows: list[Erratum]) -> None:
    """The table as .html or .tex."""
    from adamtheory.proving.render import environment

    template = "errata.html.j2" if path.suffix == ".html" else "errata.tex.j2"
    path.write_text(str(environment(template, "adamtheory.proving").get_template(template).render(rows=rows)))
