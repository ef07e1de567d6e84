"""`adamtheory regret --bounds`: what it prints and writes, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as parquet
import pytest

from adamtheory.cli import main

from .test_bounds_faults import WRONG


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def regret(*words: str) -> int:
    return main(["regret", "-T", "3000", *words])


def test_bounds_are_printed_written_and_drawn(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert regret("-o", "sgd", "-o", "adam[beta1=0, beta2=0.1]", "--bounds", "--out", "run") == 0
    text = capsys.readouterr().out
    for part in (
        "bounds for sgd, with ", "zinkevich_box", "no: lr fails first at t = 2", "bounds for adam, with ",
        "no: monotone fails first at t = 2", "FAILS  monotone", "holds  set", "G = 3.000",
        "; needed by zinkevich_constant_step\n", "largest: R_T/bound",
    ):  # fmt: skip
        assert part in text, part
    lines = [line.split() for line in text.splitlines()]
    assert [line[0] for line in lines if "sharpest" in line] == ["master_theorem", "master_theorem_deficit"]
    table = parquet.read_table(here / "run" / "bounds.parquet").to_pydict()
    columns = {name: np.array(values) for name, values in table.items()}
    chosen = (columns["theorem"] == "zinkevich_box") & (columns["rounds"] == 3000)
    root = np.sqrt(3000)
    assert columns["bound"][chosen] == pytest.approx(4 * root + 4.5 * (root - 0.5), rel=1e-12)
    assert columns["valid"][chosen].all()
    assert not np.any(columns["valid"] & (columns["regret"] > columns["bound"]))
    drawn = "".join(ElementTree.parse(here / "run" / "regret.svg").getroot().itertext())
    assert "sgd: master_theorem" in drawn and "adam: master_theorem_deficit" in drawn
    results = parquet.read_table(here / "run" / "results.parquet").to_pydict()
    assert regret("-o", "sgd", "-o", "adam[beta1=0, beta2=0.1]", "--out", "plain", "--no-figure") == 0
    assert parquet.read_table(here / "plain" / "results.parquet").to_pydict() == results
    assert not (here / "plain" / "bounds.parquet").exists()


def test_json_holds_every_theorem_and_hypothesis(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert regret("-o", "sgd[lr=[0.1, 0.5]]", "--theorem", "zinkevich_box", "--json", "--no-figure") == 0
    first, second = json.loads(capsys.readouterr().out)["bounds"]
    assert first["lane"] == {"lr": 0.1} and second["lane"] == {"lr": 0.5}
    (theorem,) = second["theorems"]
    assert theorem["applies"] and theorem["sharpest"] and theorem["proved"] and 0 < theorem["largest"] < 1
    assert theorem["constants"] == {"alpha": [0.5, 0.5], "G": [3, 3]}
    gradients = next(h for h in theorem["hypotheses"] if h["name"] == "gradients")
    assert (
        gradients["holds"] and gradients["value"] == 3 and gradients["sentence"].startswith("sum(i = 1..d, g(t, i)^2)")
    )


def test_a_violated_bound_is_told_and_is_status_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "wrong.py").write_text(WRONG)
    assert regret("-o", "sgd", "--theorem", "wrong.py", "--no-figure") == 1  # the kernel of `zinkevich_box`
    text = capsys.readouterr().out
    assert "wrong (not proved)" in text
    assert "VIOLATED: sgd has more regret than wrong allows although all its hypotheses hold" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--theorem", "zinkevich_bx"], "zinkevich_box"),
        (["--theorem", "adam_step_bound"], "does not bound regret"),
        (["--theorem", "missing.py"], "no such file"),
        (["--theorem", "broken.py"], "broken.py cannot be read: NameError"),
    ],
)
def test_wrong_theorems_are_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    (here / "broken.py").write_text("def statement(): return nothing\n\n\ndef prove(): pass\n")
    assert regret("-o", "sgd", *words) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not (here / "runs").exists()
