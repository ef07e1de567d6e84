"""The README says what happens: its program is run, its output compared, its commands tried."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamtheory import simulate
from adamtheory.cli import main
from adamtheory.losses import reddi
from adamtheory.rules import amsgrad

README = (Path(__file__).parent.parent / "README.md").read_text()


def block(mark: str) -> str:
    """The text between two marks, without its fence."""
    found = re.search(rf"<!-- {mark} -->\n```\n(.*?)```\n<!-- /{mark} -->", README, re.DOTALL)
    assert found is not None, mark
    return found[1]


def python_blocks() -> list[str]:
    """The programs shown: a loss of one's own, the library example, a rule of one's own."""
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """The lines of the shell block that call the program."""
    return [line for line in README.splitlines() if line.startswith("adamtheory ")]


def test_the_demo_prints_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["regret", "--no-figure"]) == 0
    printed = re.sub(r"runs/regret-\d{8}-\d{6}", "runs/regret-YYYYMMDD-HHMMSS", capsys.readouterr().out)
    assert printed.strip() == block("demo").strip()


def run_block(index: int, folder: Path) -> dict[str, Any]:
    """A program shown, run from a file (a rule's text is read from its file)."""
    source, names = python_blocks()[index], {"__name__": "example"}
    file = folder / f"example{index}.py"
    file.write_text(source)
    exec(compile(source, str(file), "exec"), names)
    return names


def test_the_library_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_block(1, tmp_path)
    assert capsys.readouterr().out.strip() == block("library").strip()


def test_the_rule_of_ones_own_is_amsgrad(tmp_path: Path) -> None:
    mine, theirs = run_block(2, tmp_path)["my_amsgrad"], amsgrad(lr=0.5, beta2=0.5, eps=0)
    runs = [simulate(rule, reddi(C=3), 1000) for rule in (mine(lr=0.5, beta2=0.5), theirs)]
    np.testing.assert_array_equal(runs[0].iterates, runs[1].iterates)


def test_the_networks_learn_more_with_the_larger_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = run_block(3, tmp_path)["history"]
    small, large = history.test_accuracy[..., -1].mean(axis=0)
    assert capsys.readouterr().out.startswith("('seed', 'lr')") and 0.85 < small < 0.95 < large


def test_the_theorem_of_ones_own_and_what_a_wrong_step_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = python_blocks()[4]
    assert len(text.splitlines()) <= 25
    (tmp_path / "my_theorem.py").write_text(text)
    assert main(["prove", "my_theorem.py"]) == 0
    assert "PROVED: my_theorem" in capsys.readouterr().out
    (tmp_path / "my_theorem.py").write_text(text.replace("bound, low, high)", "bound, low)"))
    assert main(["prove", "my_theorem.py"]) == 1
    assert block("wrong step").strip() in capsys.readouterr().out


def test_the_derivation_that_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "nadam_constant", "--only", "bias correction"]) == 0
    assert block("derive").strip("\n") in capsys.readouterr().out


@pytest.mark.parametrize("line", commands())
def test_every_command_that_is_shown(
    line: str, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As shown, but for a short horizon, two quick benchmarks, one theorem or experiment for all, and files that have
    to exist."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADAMTHEORY_DATA", str(data_dir))
    (tmp_path / "my_losses.py").write_text(python_blocks()[0])
    words = shlex.split(line)[1:]
    if words[0] == "regret":
        words = [w for i, w in enumerate(words) if w != "-T" and words[i - 1] != "-T"] + ["-T", "200", "--no-figure"]
    if words[:2] == ["run", "all"]:
        words[1] = "reddi_online"
    if words[:2] == ["run", "reddi_periodic"]:
        words += ["--set", "optimizers=[adam, amsgrad]"]
    if words[0] == "recheck":
        assert main(["prove", "ema_unrolled", "--export", "proof.json"]) == 0
    if words == ["prove"]:
        words += ["ema_unrolled"]
    if words[0] == "train":
        words = ["mnist[train=500, test=200]" if w == "mnist" else w for w in words] + ["--epochs", "1"]
    if words[0] == "bench":
        words = ["bench", "one-lane-amsgrad", "array-adam", "--scale", "0.0005", "--rounds", "3"]
    assert main(words) == 0, capsys.readouterr().err
