"""Small experiments in the place of those that ship."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import adamtheory.experiments
from adamtheory import catalogue

from .toys import TOYS, write


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the toys, which are the only experiments; the test runs in an empty folder beside it."""
    folder, here = tmp_path / "toys", tmp_path / "here"
    write(folder, *TOYS)
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("ADAMTHEORY_DATA", raising=False)
    shipped = catalogue.folder
    monkeypatch.setattr(catalogue, "folder", lambda kind="proofs": folder if kind == "experiments" else shipped(kind))
    monkeypatch.setattr(adamtheory.experiments, "__path__", [*adamtheory.experiments.__path__, str(folder)])
    yield folder
    for name in TOYS:
        sys.modules.pop(f"adamtheory.experiments.{name}", None)
