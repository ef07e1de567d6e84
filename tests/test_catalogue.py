"""The catalogue reads no file twice, and none that was not asked for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from adamtheory import catalogue
from adamtheory.errors import DataError, UnknownNameError
from adamtheory.proving.errata import errata_files, needed


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each text was parsed."""
    counts, parse = Counter[str](), catalogue.ast.parse

    def counting(text: str) -> object:
        counts[text] += 1
        return parse(text)

    monkeypatch.setattr(catalogue.ast, "parse", counting)
    return counts


def test_a_name_reads_one_file(parsed: Counter[str]) -> None:
    file = catalogue.find("zinkevich_box")
    assert catalogue.fields(file)["Source"].startswith("Zinkevich")
    assert parsed == {file.path.read_text(): 1}


def test_the_errata_read_each_file_once_for_the_rows_and_once_for_the_check(parsed: Counter[str]) -> None:
    entries = errata_files()
    assert max(parsed.values()) == 1
    assert {file.name for file in needed(entries)} > set(entries)
    assert max(parsed.values()) == 2


@pytest.mark.parametrize("name", ["zinkevich_bix", "../proofs/zinkevich_box"])
def test_what_is_no_proof_is_unknown(name: str) -> None:
    with pytest.raises(UnknownNameError, match="unknown proof"):
        catalogue.find(name)


def test_a_users_file_is_found_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text('"""Mine.\n\nSource   nobody\n"""\ndef statement(): ...\ndef prove(): ...\n')
    found = catalogue.find(str(file))
    assert (found.name, found.title, found.own) == ("mine", "Mine.", True)
    assert catalogue.fields(found) == {"Source": "nobody"}
    file.write_text("x = 1\n")
    with pytest.raises(DataError, match="it is no proof file"):
        catalogue.find(str(file))
