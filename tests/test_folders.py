"""Folders of results: whole or not there, and never lost to another run that takes the same name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest

from adamtheory.cli import main
from adamtheory.errors import OutputError
from adamtheory.runs import folder as folders
from adamtheory.runs.folder import fresh_folder, write_folder

FEW = ("regret", "-o", "sgd", "-T", "100", "--no-figure")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_runs_that_end_together_keep_all_their_results(here):
    """Eight writers meet while they fill folders of one name: all get one, each with its own file."""
    together = Barrier(8)

    def write(i: int) -> Path:
        def fill(inside: Path) -> None:
            together.wait(30)
            (inside / "mine").write_text(str(i))

        return write_folder(Path("runs/one"), fill)

    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(write, range(8)))
    assert {p.name for p in places} == {"one", *(f"one-{i}" for i in range(2, 9))}
    assert [(p / "mine").read_text() for p in places] == list("01234567")
    assert len(list((here / "runs").iterdir())) == 8


def test_an_exact_name_is_taken_once():
    def fill(inside: Path) -> None:
        (inside / "mine").write_text("x")
        Path("one").mkdir()
        Path("one/theirs").write_text("y")

    with pytest.raises(OutputError, match="one cannot be written: .*choose another place"):
        write_folder(Path("one"), fill, exact=True)
    assert [p.name for p in Path("one").iterdir()] == ["theirs"]
    with pytest.raises(OutputError, match="one exists already"):
        write_folder(Path("one"), fill, exact=True)


def test_a_fresh_folder_has_a_free_name(monkeypatch):
    stem = fresh_folder("run").name
    assert stem.startswith("run-") and not Path("runs").exists()

    class Clock:
        now = staticmethod(lambda noon=datetime(2026, 1, 2, 3, 4, 5): noon)

    monkeypatch.setattr("datetime.datetime", Clock)
    for i in range(1, 102):
        found = fresh_folder("run")
        assert found == Path("runs/run-20260102-030405" + (f"-{i}" if i > 1 else ""))
        found.mkdir(parents=True)


def test_a_name_that_is_taken_while_regret_runs(monkeypatch, capsys):
    write = folders.write_results

    def late(*given):
        Path("out").mkdir()
        Path("out/theirs").write_text("x")
        write(*given)

    monkeypatch.setattr(folders, "write_results", late)
    assert main([*FEW, "--out", "out"]) == 0
    assert "results in out-2" in capsys.readouterr().out
    assert sorted(map(str, Path().rglob("*"))) == [
        "out", "out-2", "out-2/results.parquet", "out-2/run.json", "out/theirs",
    ]  # fmt: skip


def test_what_cannot_be_written_is_told_at_least(monkeypatch, capsys):
    def full(*given, **named):
        raise OutputError("the disk is full")

    monkeypatch.setattr(folders, "write_folder", full)
    assert main(list(FEW)) == 2
    told = capsys.readouterr()
    assert told.err.splitlines()[-1] == "adamtheory: the disk is full"
    assert "sublinear" in told.out and "results in" not in told.out
