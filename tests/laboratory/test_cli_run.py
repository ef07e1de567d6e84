"""`adamtheory run`: what it leaves, repeating it, wrong input, absent data, Ctrl-C."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from damage import damaged

from adamtheory.cli import main
from adamtheory.errors import OutputError
from adamtheory.laboratory.running import load
from adamtheory.laboratory.settings import changed, check_sensible

from .toys import PATCH, write


def run(*words: str) -> int:
    return main(["run", *words])


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return found


def written() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*"))


# --- one --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("toys")
def test_the_folder_of_an_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("toy_holds", "--out", "out/there") == 0
    out = capsys.readouterr().out
    assert "claim       the total is 6" in out
    assert "HOLDS: the total is 3.0" in out and "results in out/there" in out
    names = ["run.json", "table.csv", "table.parquet", "toy_holds.png", "toy_holds.svg"]
    assert written() == ["out", "out/there", *(f"out/there/{name}" for name in names)]
    found = record(Path("out/there"))
    assert found["kind"] == "adamtheory experiment" and found["finished"] is True
    assert (found["experiment"], found["budget"], found["verdict"]) == ("toy_holds", "quick", "holds")
    assert found["settings"]["count"] == "4" and found["settings"]["third"] == "1/3"
    assert found["checks"][0]["what"] == "total" and found["checks"][0]["holds"] is True
    table = parquet.read_table("out/there/table.parquet")
    assert table.column_names == ["i", "value", "name"]
    assert table["value"].to_pylist() == pytest.approx([0, 0.5, 1, 1.5])
    assert Path("out/there/table.csv").read_text().splitlines()[:2] == ['"i","value","name"', '0,0,"plain"']
    assert Path("out/there/toy_holds.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.usefixtures("toys")
def test_settings_and_budgets() -> None:
    words = ("--set", "count=3", "--set", "parts=[3, 1.5]", "--set", "third=1/9", "--set", "loud=true",
             "--set", "name=a b", "--set", "size=1e0")  # fmt: skip
    assert run("toy_holds", *words, "--no-figure", "--out", "a") == 1
    assert record(Path("a"))["settings"] | {"total": ""} == {
        "count": "3", "size": "1.0", "third": "1/9", "loud": "True", "name": "a b", "parts": "[3.0, 1.5]",
        "pause": "0.0", "data": "", "total": "",
    }  # fmt: skip
    assert parquet.read_table("a/table.parquet")["value"].to_pylist() == pytest.approx([0, 0.5, 1])
    assert written() == ["a", "a/run.json", "a/table.csv", "a/table.parquet"]
    assert run("toy_holds", "--full", "--no-figure", "--out", "b") == 1
    assert (record(Path("b"))["budget"], parquet.read_table("b/table.parquet").num_rows) == ("full", 8)


@pytest.mark.usefixtures("toys")
def test_a_record_that_was_changed_by_hand_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Or it is run: with other settings, or as it was where what was changed says nothing of the numbers."""
    assert run("toy_holds", "--no-figure", "--out", "a") == 0
    for what, found in damaged(record(Path("a")), 150):
        Path("a/run.json").write_text(json.dumps(found))
        capsys.readouterr()
        status = run("--from", "a", "--no-figure")
        err = capsys.readouterr().err.splitlines()
        assert status in (0, 1) or (status == 2 and len(err) == 1), what


def test_the_examples_of_the_help_are_settings_that_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    run("--help")
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    examples = [shlex.split(line)[2:] for line in lines if line.startswith("adamtheory run ") and "--set" in line]
    assert examples
    for name, *words in examples:
        assert words[::2] == ["--set"] * (len(words) // 2)
        old = load(name).settings("quick")
        check_sensible(old, changed(old, words[1::2]))


@pytest.mark.usefixtures("toys")
def test_a_refuted_claim_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("toy_wrong", "--no-figure") == 1
    assert "REFUTED: the total is" in capsys.readouterr().out
    (folder,) = Path("runs").iterdir()
    assert folder.name.startswith("toy_wrong-") and record(folder)["verdict"] == "refuted"
    assert run("toy_wrong", "--no-figure", "--set", "total=6") == 0


@pytest.mark.usefixtures("toys")
def test_json_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("toy_holds", "--json", "--no-figure", "--out", "a") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.pop("folder") == "a"
    assert printed == record(Path("a"))


# --- wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("toy_hols",), "unknown experiment 'toy_hols'; did you mean toy_holds"),
        (("qqq",), "unknown experiment 'qqq'; known: toy_holds, toy_nodata, toy_wrong"),
        (("toy_holds", "--set", "counts=3"), "unknown setting 'counts'; did you mean count"),
        (("toy_holds", "--set", "count=many"), "count must be a number, as 4 is"),
        (("toy_holds", "--set", "count=2.5"), "count=2.5 must be a whole number"),
        (("toy_holds", "--set", "size=[1, 2]"), "size must be a number, as 0.5 is"),
        (("toy_holds", "--set", "parts=[1, x]"), "'x' in a list is not a number"),
        (("toy_holds", "--set", "parts=[1, 2"), "']' is missing"),
        (("toy_holds", "--set", "loud=maybe"), "loud must be true or false"),
        (("toy_holds", "--set", "count"), "--set count is not of the form param=value"),
        (("toy_holds", "--set", "=3"), "--set =3 is not of the form param=value"),
        (("toy_holds", "--quick", "--full"), "--quick and --full exclude each other"),
        (("all", "--set", "count=3"), "--set belongs to one experiment; name it"),
        ((), "name an experiment"),
        (("--from", "nowhere"), "nowhere holds no readable experiment"),
        (("toy_holds", "--from", "nowhere"), "give nothing else"),
        (("toy_nodata",), "no data file absent.gz; give its path, or set ADAMTHEORY_DATA"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_and_writes_nothing(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert written() == []


@pytest.mark.usefixtures("toys")
def test_a_folder_that_exists_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Path("old").mkdir()
    Path("old/mine").write_text("x")
    for name in ("toy_holds", "all"):
        assert run(name, "--out", "old") == 2
        assert "old exists already" in capsys.readouterr().err
    assert written() == ["old", "old/mine"]


@pytest.mark.usefixtures("toys")
def test_a_verdict_is_told_where_it_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*given: object) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr("adamtheory.runs.folder.write_folder", full)
    assert run("toy_holds") == 2
    told = capsys.readouterr()
    assert told.err.splitlines()[-1] == "adamtheory: the disk is full"
    assert "MEASURED" in told.out and "results in" not in told.out


def test_the_nearest_name_of_those_that_ship(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("reddi_periodc") == 2
    assert "did you mean reddi_periodic" in capsys.readouterr().err
    assert run("reddi_periodic", "--set", "horizons=10") == 2
    assert "did you mean horizon" in capsys.readouterr().err
    assert written() == []


# --- again ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("toys")
def test_repeating_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("toy_holds", "--set", "parts=[2, 2, 2]", "--set", "total=12", "--no-figure", "--out", "a") == 0
    capsys.readouterr()
    assert run("--from", "a", "--no-figure", "--out", "b") == 0
    assert "identical: all 4 rows of a come out the same, bit for bit" in capsys.readouterr().out
    assert parquet.read_table("a/table.parquet") == parquet.read_table("b/table.parquet")
    assert record(Path("b"))["settings"] == record(Path("a"))["settings"]
    assert run("--from", "a", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["identical"] is True and printed["differences"] == []


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("as_json", [False, True])
def test_a_changed_cell_is_found(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    assert run("toy_holds", "--no-figure", "--out", "a") == 0
    table = parquet.read_table("a/table.parquet")
    values = table["value"].to_pylist()
    values[2] += 2.0**-52  # the last bit
    parquet.write_table(table.set_column(1, "value", pa.array(values)), "a/table.parquet")
    capsys.readouterr()
    assert run("--from", "a", *(["--json"] if as_json else [])) == 1
    out = capsys.readouterr().out
    text = "\n".join(json.loads(out)["differences"]) if as_json else out
    assert "value: 1 of 4 rows differ, first row 2: 1.0000000000000002 then, 1.0 now" in text
    if as_json:
        assert json.loads(out)["identical"] is False


@pytest.mark.usefixtures("toys")
def test_changed_rows_and_settings_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("toy_holds", "--no-figure", "--out", "a") == 0
    found = record(Path("a"))
    found["settings"]["count"] = "5"
    Path("a/run.json").write_text(json.dumps(found))
    capsys.readouterr()
    assert run("--from", "a") == 1
    assert "4 rows of i, value, name then, 5 of i, value, name now" in capsys.readouterr().out
    found["settings"] = {"lost": "5"}
    Path("a/run.json").write_text(json.dumps(found))
    assert run("--from", "a") == 2
    assert "unknown setting 'lost'" in capsys.readouterr().err


# --- all --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("toys")
def test_all_skips_what_has_no_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("all", "--no-figure", "--out", "out") == 1
    out, err = capsys.readouterr()
    assert [line for line in err.splitlines() if "skipped" in line] == [
        "adamtheory: toy_nodata: skipped: no data file absent.gz; give its path, or set ADAMTHEORY_DATA to the folder "
        "that holds it"
    ]
    rows = {line.split()[0]: line.split()[1] for line in out.splitlines() if line.startswith("toy_")}
    assert rows == {"toy_holds": "holds", "toy_nodata": "skipped", "toy_wrong": "refuted"}
    assert sorted(path.name for path in Path("out").iterdir()) == ["toy_holds", "toy_wrong"]
    assert record(Path("out/toy_wrong"))["verdict"] == "refuted"


def test_what_is_skipped_does_not_change_the_status(toys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (toys / "toy_wrong.py").unlink()
    assert run("all", "--json", "--no-figure", "--out", "out") == 0
    holds, skipped = json.loads(capsys.readouterr().out)
    assert holds.pop("folder") == "out/toy_holds"
    assert holds == record(Path("out/toy_holds"))
    assert set(skipped) == {"experiment", "skipped"} and skipped["experiment"] == "toy_nodata"
    (toys / "toy_holds.py").unlink()
    assert run("all", "--out", "none") == 0
    assert not Path("none").exists()


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


def interrupted(folder: Path, after: str, *words: str) -> tuple[int, str, str]:
    """Status and output of a command that gets SIGINT as soon as it has told that."""
    environment = {k: v for k, v in os.environ.items() if k != "ADAMTHEORY_DATA"}
    command = [sys.executable, "-c", PATCH, str(folder / "toys"), "run", *words]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, env=environment, **pipes) as process:
        assert process.stderr is not None
        heard = ""
        while after not in heard and process.poll() is None:
            heard += process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    return process.returncode, out, heard + err


def test_finished_rows_survive_ctrl_c(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "toys", "toy_holds")
    words = ("toy_holds", "--set", "pause=0.3", "--set", "count=200", "--out", "out")
    status, out, err = interrupted(tmp_path, "finished 1", *words)
    assert status == 130
    folder = tmp_path / "out"
    rows = parquet.read_table(folder / "table.parquet")
    assert rows["i"].to_pylist() == list(range(rows.num_rows)) and 2 <= rows.num_rows < 10
    assert f"interrupted; the {rows.num_rows} rows that had finished are in out" in err
    found = record(folder)
    assert (found["finished"], found["verdict"], found["checks"]) == (False, None, [])
    assert sorted(path.name for path in folder.iterdir()) == ["run.json", "table.csv", "table.parquet"]
    assert "HOLDS" not in out and "Traceback" not in err
    assert run("--from", str(folder)) == 2
    assert "was interrupted; give one that was finished" in capsys.readouterr().err


def test_finished_experiments_survive_ctrl_c(tmp_path: Path) -> None:
    write(tmp_path / "toys", "toy_holds", "toy_wrong")
    slow = tmp_path / "toys" / "toy_wrong.py"
    slow.write_text(slow.read_text().replace("pause: float = 0.0", "pause: float = 30.0"))
    status, out, err = interrupted(tmp_path, "toy_holds: holds", "all", "--json", "--no-figure", "--out", "out")
    assert status == 130
    assert "interrupted; 1 of 2 experiments had finished" in err
    assert [entry["experiment"] for entry in json.loads(out)] == ["toy_holds"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["toy_holds"]
    assert record(tmp_path / "out/toy_holds")["finished"] is True


def test_ctrl_c_while_the_figure_is_drawn_keeps_the_table(tmp_path: Path) -> None:
    write(tmp_path / "toys", "toy_holds")
    file = tmp_path / "toys" / "toy_holds.py"
    drawing = '(axes,) = sheet.panels()\n    print("drawing", file=sys.stderr, flush=True)\n    time.sleep(30)'
    file.write_text(file.read_text().replace("(axes,) = sheet.panels()", drawing))
    status, _, err = interrupted(tmp_path, "drawing", "toy_holds", "--out", "out")
    assert status == 130
    assert "interrupted; all 4 rows are in out, without the figure" in err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["run.json", "table.csv", "table.parquet"]
    assert record(tmp_path / "out")["verdict"] == "holds"
    status, _, err = interrupted(tmp_path, "drawing", "all", "--out", "all")
    assert status == 130 and "interrupted; 0 of 1 experiments had finished" in err
    assert not (tmp_path / "all").exists()


def test_ctrl_c_before_the_first_row_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "toys", "toy_holds")
    file = tmp_path / "toys" / "toy_holds.py"
    told = 'print("begun", file=sys.stderr, flush=True)\n    for i in range(settings.count):'
    file.write_text(file.read_text().replace("for i in range(settings.count):", told))
    status, _, err = interrupted(tmp_path, "begun", "toy_holds", "--set", "pause=30", "--out", "out")
    assert status == 130
    assert "nothing had finished; nothing was written" in err
    assert [path.name for path in tmp_path.iterdir()] == ["toys"]
