"""The commands as a user meets them: exit status, what is printed where, JSON, and one line for wrong input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import adamtheory
from adamtheory.cli import COMMANDS, listing, main, show
from adamtheory.cli.output import aligned, print_table
from adamtheory.cli.registry import REGISTRIES, find, forms, parameters, registry, section, summary
from adamtheory.errors import SpecError
from adamtheory.language import parse
from adamtheory.language.formula import latex, plain
from adamtheory.nets.specs import NETWORKS
from adamtheory.rules import RULES

Capture = pytest.CaptureFixture[str]


def output(capsys: Capture, *words: str) -> str:
    assert main(words) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def refused(capsys: Capture, *words: str) -> str:
    """The one line on standard error of a command line that is wrong."""
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("adamtheory: ")
    assert printed.err.count("\n") == 1
    return printed.err


@pytest.mark.parametrize("kind", REGISTRIES)
def test_list_has_one_line_each_in_a_pipe(kind: str, capsys: Capture) -> None:
    lines = output(capsys, "list", kind).splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", *registry(kind)]


@pytest.mark.parametrize("kind", REGISTRIES)
def test_list_as_json(kind: str, capsys: Capture) -> None:
    entries = json.loads(output(capsys, "list", kind, "--json"))
    assert [entry["name"] for entry in entries] == list(registry(kind))
    assert all(entry["summary"] for entry in entries)


def test_experiments_are_listed_in_short_lines_and_shown_in_full(capsys: Capture) -> None:
    lines = output(capsys, "list", "experiments").splitlines()
    assert max(map(len, lines)) <= 140
    names = [entry["name"] for entry in json.loads(output(capsys, "list", "experiments", "--json"))]
    assert [line.split()[0] for line in lines] == ["NAME", *names]
    told = json.loads(output(capsys, "show", names[0], "--json"))
    page = output(capsys, "show", names[0])
    assert " ".join(told["claim"].split()[:5]) in page
    assert max(map(len, page.splitlines())) <= 102
    assert all(f"  {name} = " in page for name in told["settings"]["quick"])
    assert "is an experiment" in refused(capsys, "show", names[0], "--kernel")
    assert f"did you mean {names[0]}" in refused(capsys, "show", names[0][:-1])


def test_theorems_are_shown_and_sent_to_prove(capsys: Capture) -> None:
    page = output(capsys, "show", "adam_step_bound")
    assert page.startswith("adam_step_bound (theorem)\nThe sharp bound of Adam's step")
    assert "\nwords\n" in page and "\nsource\n" in page and page.endswith("adamtheory prove adam_step_bound\n")
    assert json.loads(output(capsys, "show", "reddi_first_block_refuted", "--json"))["kind"] == "refutation"
    assert "is a theorem" in refused(capsys, "show", "adam_step_bound", "--latex")
    assert "did you mean adam_step_bound" in refused(capsys, "show", "adam_step_bond")


def test_networks_are_listed_and_shown(capsys: Capture) -> None:
    lines = output(capsys, "list", "networks").splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", *NETWORKS]
    for name, kind in NETWORKS.items():
        told = json.loads(output(capsys, "show", name, "--json"))
        assert list(told["parameters"]) == list(kind.options)
        page = output(capsys, "show", name)
        assert all(f"{option} = " in page for option in kind.options) and "Kingma & Ba 2015" in page
        assert not any(name in registry(rules) for rules in REGISTRIES)
    assert "is a network" in refused(capsys, "show", "mlp", "--latex")
    assert "did you mean softmax" in refused(capsys, "show", "softmx")


def test_list_of_data_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    (tmp_path / "libsvm").mkdir()
    (tmp_path / "libsvm" / "toy.gz").write_bytes(b"123")
    (tmp_path / "LICENSE").write_text("no data")
    monkeypatch.setenv("ADAMTHEORY_DATA", str(tmp_path))
    *named, entry = json.loads(output(capsys, "list", "datasets", "--json"))
    assert (entry["name"], entry["bytes"], entry["classes"]) == ("toy.gz", 3, None)
    assert [e["name"] for e in named] == ["digits", "mnist", "fashion_mnist", "cifar10", "imdb"]
    monkeypatch.delenv("ADAMTHEORY_DATA")
    assert "toy.gz" not in output(capsys, "list", "datasets")
    assert output(capsys, "list", "datasets", "--data-dir", str(tmp_path)).splitlines()[-1].split()[0] == "toy.gz"
    assert "belong to `adamtheory list datasets`" in refused(capsys, "list", "losses", "--download", "mnist")


@pytest.mark.parametrize("name", [name for kind in REGISTRIES for name in registry(kind)])
def test_show_prints_everything(name: str, capsys: Capture) -> None:
    kind, rule = find(name)
    page = output(capsys, "show", name)
    facts = json.loads(output(capsys, "show", name, "--json"))
    assert output(capsys, "show", name, "--latex") == latex(rule) + "\n" == facts["latex"] + "\n"
    assert facts["plain"] == plain(rule)
    for line in plain(rule).splitlines():
        assert line in page
    assert list(facts["parameters"]) == [p.name for p in rule.parameters]
    assert list(facts["forms"]) == [other.name for other in forms(kind, rule)]
    assert name not in facts["forms"]
    assert len(facts["obligations"]) == len(rule.obligations)
    assert str(Path(adamtheory.__file__).parent) not in page


def test_names_are_unique_over_all_kinds() -> None:
    names = [name for kind in REGISTRIES for name in registry(kind)]
    assert len(names) == len(set(names))


def test_show_adam(capsys: Capture) -> None:
    facts = json.loads(output(capsys, "show", "adam", "--json"))
    assert facts["kind"] == "optimizer"
    assert facts["parameters"]["beta2"] | {"meaning": ""} == {"default": 0.999, "range": "[0, 1)", "meaning": ""}
    assert facts["start"] == {"m": 0, "v": 0, "p1": 1, "p2": 1}
    assert "1 - p1[t] != 0" in [owed["claim"] for owed in facts["obligations"]]
    assert "Kingma & Ba 2015, Algorithm 1" in facts["source"]
    assert facts["disagreement"]
    assert re.fullmatch(r"adamtheory/rules/adam\.py:\d+", facts["file"])


def test_every_optimizer_names_its_source_and_means_its_parameters() -> None:
    for rule in RULES.values():
        assert summary(rule), rule.name
        assert section(rule, "Source"), rule.name
        missing = [name for name, facts in parameters(rule).items() if not facts["meaning"]]
        assert not missing, f"{rule.name}: no line in the docstring for {missing}"


def test_docstring_sections_and_guards() -> None:
    source = '''
@rule
def r(x, g, *, lr, low, high):
    """First
    sentence.

    lr         the step
               size
    low, high  ends

    Source: A 2015,
    equation (3).
    Disagreement: none
    at all.

    Not this.
    """
    return where(low < g, x - lr/g, where(g <= high, x, x/high))
'''
    (rule,) = parse(source).values()
    assert summary(rule) == "First sentence."
    assert section(rule, "Source") == "A 2015, equation (3)."
    assert section(rule, "Disagreement") == "none at all."
    assert {name: p["meaning"] for name, p in parameters(rule).items()} == {
        "lr": "the step size", "low": "ends", "high": "ends",
    }  # fmt: skip
    first, second = show._facts("optimizers", rule)["obligations"]
    assert (first["claim"], first["where"]) == ("g[t] != 0", ["low < g[t]"])
    assert (second["claim"], second["where"]) == ("high != 0", ["low >= g[t]", "g[t] > high"])


def test_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("ADAMTHEORY_CACHE", str(tmp_path))
    (tmp_path / "kernels" / "deep").mkdir(parents=True)
    (tmp_path / "kernels" / "deep" / "a.py").write_bytes(b"12345")
    facts = json.loads(output(capsys, "doctor", "--json"))
    assert facts["python"].startswith(".".join(map(str, sys.version_info[:3])))
    assert all(facts["needed"].values())
    assert (facts["cache"]["files"], facts["cache"]["bytes"]) == (1, 5)
    assert facts["cpus"]["usable"] >= 1
    page = output(capsys, "doctor")
    assert all(name in page for name in ("numba", "BLAS", "kernel cache", "data folder"))
    if facts["optional"]["torch"] is None:
        assert "pip install 'adamtheory[outside]'" in page


def test_doctor_says_how_to_get_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from adamtheory.cli import doctor

    monkeypatch.setattr(doctor, "_version", lambda name: None)
    page = output(capsys, "doctor")
    assert re.search(r"numba +missing: pip install adamtheory", page)
    assert re.search(r"jax +not installed \(optional\): pip install 'adamtheory\[outside\]'", page)


def test_version_and_help(capsys: Capture) -> None:
    assert output(capsys, "--version") == f"adamtheory {adamtheory.__version__}\n"
    overview = output(capsys, "--help")
    assert output(capsys) == overview
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", overview, re.MULTILINE)
        assert "Examples:\n" in output(capsys, name, "--help")
        assert f"adamtheory {name}" in output(capsys, name, "-h")
    assert "..." not in overview.split("Commands:")[1], "a first sentence is cut off"


@pytest.mark.parametrize(
    ("words", "needle"),
    [
        (["lst"], "did you mean list?"),
        (["list", "optimizer"], "did you mean optimizers?"),
        (["list"], "Missing argument"),
        (["list", "sets", "losses"], "unexpected extra argument"),
        (["show", "amsgard"], "did you mean amsgrad"),
        (["show", "xyzzy"], "known: "),
        (["doctor", "--jsn"], "No such option: --jsn"),
        (["--verbose"], "No such option: --verbose"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(words: list[str], needle: str, capsys: Capture) -> None:
    assert needle in refused(capsys, *words)


def test_a_message_of_many_lines_is_printed_on_one(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def wrong(*_: Any) -> None:
        raise SpecError("two\n  lines")

    monkeypatch.setattr(listing, "_rules", wrong)
    assert refused(capsys, "list", "optimizers") == "adamtheory: two lines\n"


def test_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "_rules", interrupted)
    assert main(["list", "optimizers"]) == 130
    assert capsys.readouterr().err == "adamtheory: interrupted\n"


def test_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    page = output(capsys, "list", "sets")
    assert "box" in page
    assert "─" in page


def test_no_number_is_cut_on_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    print_table(("name", "bytes", "text"), [["a" * 30, "123456789012", "/a/long/path/" * 9], ["b", "7", "word " * 20]])
    page = capsys.readouterr().out
    assert "123456789012" in page and "…" not in page
    page = output(capsys, "list", "datasets")
    assert "11594722" in page and "…" not in page and "--json" in page


def test_aligned_lines() -> None:
    assert aligned([["a", "bb", ""], ["ccc", "d", "e"]], "  ") == ["  a    bb", "  ccc  d   e"]
    assert aligned([]) == []


def run(*words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adamtheory", *words], capture_output=True, text=True, env={**os.environ, **extra}
    )


def test_as_a_module() -> None:
    assert run("--version").stdout == f"adamtheory {adamtheory.__version__}\n"
    wrong = run("show", "amsgard")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("words", [["list", "sets"], ["list", "optimizers", "--json"]])
def test_a_reader_that_has_gone_is_no_error_to_talk_about(words: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "adamtheory", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},  # so that the short text is written only at the end
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("words", [["--help"], ["list", "optimizers"], ["list", "losses"]])
def test_start_up_is_quick(words: list[str]) -> None:
    """Processor time, and the best of five, so that a busy machine does not decide."""
    resource = pytest.importorskip("resource")
    spent = [0.0]
    for _ in range(5):
        run(*words)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(usage.ru_utime + usage.ru_stime)
    best = min(after - before for before, after in pairwise(spent[1:]))
    assert best < 0.3, f"{best:.2f} s"
