"""`adamtheory prove` and `adamtheory recheck` as a user types them."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from adamtheory import catalogue
from adamtheory.cli import main

NAME = "ema_unrolled"

OWN = '''"""A moving average never exceeds a bound on the gradients."""

from adamtheory.logic import Prover, Setting, Statement, Witness, integers, read
from adamtheory.rules import adam

n, t = integers("n t")
setting = Setting()
g, G = setting.family("g", "Z"), setting.constant("G")
setting.assume("bounded", g(t) <= G, guards=[1 <= t])
reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m"])
m, beta1 = lambda n: reading.slot("m", n), reading.scalars["beta1"]

def statement():
    return Statement(setting, m(n) <= G, hyps=[0 <= n, 0 <= G, 0 <= beta1, beta1 <= 1], assumes=["bounded"])

def witness():
    return Witness({"g": ([t], 1), "G": ([], 1)}, {n: 3})

def prove():
    p = Prover(setting)
    start, sign, low, high = p.assume(0 <= n, 0 <= G, 0 <= beta1, beta1 <= 1)
    base = p.certify(m(0) <= G, p.start("m"), sign)
    bound = p.using(p.given("bounded", n + 1), p.certify(1 <= n + 1, start))
    step = p.certify(m(n + 1) <= G, p.using(p.next("m", n), start), p.assume(m(n) <= G), bound, low, high)
    return p.induction(n, 0, m(n) <= G, base, step)
'''

# what is changed in the file above -> the status, and a word of what is said
TROUBLE = {
    "a step without a fact that it needs": (("bound, low, high)", "bound, low)"), "NOT ENTAILED", "beta1 = "),
    "another statement": (("m(n) <= G, hyps", "m(n) <= 2*G, hyps"), "FAILED", "not what is stated"),
    "a hypothesis not stated": (("0 <= beta1, beta1 <= 1], assumes", "beta1 <= 1], assumes"), "FAILED", "not stated"),
    "an assumption not named": ((', assumes=["bounded"]', ""), "FAILED", "the proof uses bounded: name it in"),
    "an assumption too many": (
        ('assumes=["bounded"]', 'assumes=["bounded", "idle"]'),
        "FAILED",
        "the proof does not use idle: leave it out",
    ),
    "a witness that does not fit": (('"G": ([], 1)', '"G": ([], 0)'), "FAILED", "does not show assumption bounded"),
    "no witness": (("def witness", "def no_witness"), "FAILED", "no witness()"),
    "a name that does not exist": (("p.start(", "p.begin("), "FAILED", "has no attribute 'begin'"),
    "a float": (("m(0) <= G, p.start", "m(0) <= 1.0*G, p.start"), "FAILED", "no term"),
    "an axiom called an assumption": (("guards=[1 <= t])", "guards=[1 <= t], axiom=True)"), "FAILED", "is an axiom"),
}


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(words)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "my_theorem.py"
    file.write_text(OWN)
    return file


def test_a_file_of_ones_own(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(["prove", str(own)], capsys)
    assert status == 0
    assert "PROVED: my_theorem" in out
    assert "rests on: bounded" in out
    assert "induction on n from 0" in out
    assert "derived again by the second checker" in out


@pytest.mark.parametrize("case", sorted(TROUBLE))
def test_trouble_is_told(case: str, own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old, new), word, said = TROUBLE[case]
    text = own.read_text()
    assert old in text
    own.write_text(text.replace(old, new))
    status, out, _ = run(["prove", str(own)], capsys)
    assert status == 1
    assert f"{word}: my_theorem" in out
    assert said in out


def test_a_wrong_step_says_which_what_was_cited_and_a_model(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(own.read_text().replace("bound, low, high)", "bound, low)"))
    _, out, _ = run(["prove", str(own)], capsys)
    assert "line 24: step = p.certify(m(n + 1) <= G" in out
    assert "this step:  m(n + 1) <= G" in out
    assert "cited:      m(n) <= G" in out
    assert re.search(r"beta1 = (\d+)", out)


def test_an_axiom_is_told_apart(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = own.read_text().replace("guards=[1 <= t])", "guards=[1 <= t], axiom=True)")
    own.write_text(text.replace('assumes=["bounded"]', 'axioms=["bounded"]'))
    status, out, _ = run(["prove", str(own)], capsys)
    assert status == 0
    assert "PROVED FROM AXIOMS: my_theorem" in out
    assert "bounded (axiom)" in out


def test_a_false_claim_is_refuted_by_its_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "false_claim.py"
    file.write_text(
        '"""A square is at least its root."""\n'
        "from fractions import Fraction\n"
        "from adamtheory.logic import Setting, Statement, real\n"
        "from adamtheory.logic.refute import Model\n"
        'x = real("x")\n'
        "def statement():\n    return Statement(Setting(), x <= x*x, hyps=[0 <= x])\n"
        "def counterexample():\n    return Model(values={x: Fraction(1, 2)})\n"
    )
    status, out, _ = run(["prove", str(file)], capsys)
    assert status == 0
    assert "REFUTED: false_claim" in out
    assert "1/2" in out
    file.write_text(file.read_text().replace("Fraction(1, 2)", "Fraction(2)"))
    status, out, _ = run(["prove", str(file)], capsys)
    assert status == 1
    assert "does not refute" in out


def test_export_recheck_and_a_tampered_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported = tmp_path / "proof.json"
    assert run(["prove", NAME, "--export", str(exported)], capsys)[0] == 0
    status, out, _ = run(["recheck", str(exported)], capsys)
    assert status == 0
    assert "ACCEPTED" in out
    proof = json.loads(exported.read_text())
    proof["claim"][0] = "le"
    exported.write_text(json.dumps(proof))
    status, out, _ = run(["recheck", str(exported)], capsys)
    assert status == 1
    assert "REFUSED" in out


def test_html_is_one_file_with_formulas_and_no_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "proof.html"
    assert run(["prove", NAME, "--html", str(page)], capsys)[0] == 0
    text = page.read_text()
    assert "<script" not in text
    assert not re.search(r"""(?:src|href)=["'](?!#)""", text)
    formulas = re.findall(r"<math.*?</math>", text, re.DOTALL)
    assert len(formulas) > 20
    for formula in formulas:
        ElementTree.fromstring(formula)


def test_latex(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "proof.tex"
    assert run(["prove", NAME, "--latex", str(file)], capsys)[0] == 0
    text = file.read_text()
    assert text.startswith(r"\documentclass")
    assert r"\sum_{i=1}^{n}" in text
    assert text.count("{") == text.count("}")


def test_words_source_and_witness_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed, _ = run(["prove", "v_hat_bounded"], capsys)
    assert status == 0
    for told in ("Words   For 0 <= beta2 < 1", "Source  Replaces", "Note    n steps are done"):
        assert told in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("witness: ")]
    assert "g(t) = 1" in line and line.endswith("there the assumptions and hypotheses hold together")


def test_what_shows_a_term_defined_is_the_step_of_that_number(capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(["prove", "adam_step_bound"], capsys)[1].splitlines()
    steps = dict(re.match(r"\((\d+)\) (.*?)   ", line).groups() for line in printed if re.match(r"\(\d+\) ", line))
    for k in (1, 2):
        (found,) = {line.split()[-1] for line in printed if f"defined: claim: inv((1 + -1*p{k}(n)*beta{k}))" in line}
        assert steps[found.strip("()")] == f"0 < 1 - p{k}(n)*beta{k}"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(["prove", NAME, "--json"], capsys)
    (facts,) = json.loads(out)
    assert status == 0
    assert facts["status"] == "PROVED" and facts["holds"]
    assert facts["hash"] == catalogue.pins()[NAME] == facts["recheck"]["hash"]


WRONG: list[tuple[list[str], str]] = [
    (["prove", "ema_unroled"], "did you mean ema_unrolled"),
    (["prove", "nothing.py"], "no such file"),
    (["prove", NAME, "--html", "no_such_folder/proof.html"], "does not exist"),
    (["prove", "--html", "proof.html"], "name one"),
    (["prove", NAME, "--store"], "--search"),
    (["recheck", "nothing.json"], "no such file"),
    (["recheck"], "Missing argument"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_wrong_input_gets_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(words, capsys)
    assert status == 2
    assert said in err and len(err.strip().splitlines()) == 1
    assert out == ""


def test_a_python_file_without_statement_is_no_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plain.py"
    file.write_text("x = 1\n")
    assert run(["prove", str(file)], capsys)[0] == 2
    file.write_text("def f(:\n")
    status, _, err = run(["prove", str(file)], capsys)
    assert status == 2 and "line 1" in err


def spent() -> float:
    """Processor seconds of all processes waited for; unlike the clock, other work does not move them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(*words: str) -> tuple[float, list[dict[str, Any]]]:
    began = spent()
    done = subprocess.run(
        [sys.executable, "-m", "adamtheory", "prove", "--json", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return spent() - began, json.loads(done.stdout)


def test_all_theorems_by_their_stored_certificates() -> None:
    """Under 0.18 s a file, of all processors together."""
    seconds, found = report()
    assert {facts["name"] for facts in found} == set(catalogue.proofs())
    assert all(facts["holds"] for facts in found)
    assert seconds < 0.18 * len(found)


def test_theorems_found_anew() -> None:
    """Every fortieth of them; all with ADAMTHEORY_FULL=1, under 1.1 s a file. What is found is not stored."""
    before, names, full = catalogue.pins(), sorted(catalogue.proofs()), bool(os.environ.get("ADAMTHEORY_FULL"))
    seconds, found = report("--search", *(names if full else names[::40]))
    assert all(facts["holds"] for facts in found)
    assert not full or seconds < 1.1 * len(found)
    assert catalogue.pins() == before


def test_a_changed_sentence_is_noticed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(catalogue, "pins", lambda: {NAME: "0" * 64})
    status, out, _ = run(["prove", NAME], capsys)
    assert status == 1
    assert f"CHANGED: {NAME}" in out


def test_every_shipped_theorem_is_stored_and_pinned() -> None:
    files = catalogue.proofs()
    assert set(catalogue.pins()) == set(files)
    stored = {path.stem for path in (catalogue.folder() / "certificates").glob("*.json")}
    assert stored == {name for name, file in files.items() if not file.refutes}


def environment(file: Path) -> str:
    """What a process was started with, where the system tells (Linux)."""
    try:
        return file.read_text(errors="replace")
    except OSError:  # it has ended, or is not ours
        return ""


def test_ctrl_c_leaves_finished_rows_and_no_process(tmp_path: Path) -> None:
    """The whole group is interrupted, as a terminal does it: rows are printed, nothing else but one line of words."""
    command = [sys.executable, "-m", "adamtheory", "prove", "--search"]
    mark = f"ADAMTHEORY_TEST_MARK={tmp_path}"
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True,
        env=os.environ | dict([mark.split("=", 1)]),
    )  # fmt: skip
    time.sleep(8)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err and "interrupted" in err
    assert "PROVED" in out
    assert not [one for one in Path("/proc").glob("[0-9]*/environ") if mark in environment(one)]


def test_a_search_that_finds_nothing_says_what_to_do(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(
        own.read_text().replace(
            "p.certify(m(0) <= G, p.start", "p.certify(m(0)*m(0) >= 0) and p.certify(m(0) <= G, p.start"
        )
    )
    _, out, _ = run(["prove", str(own)], capsys)
    assert "UNDECIDED: my_theorem" in out
    assert "squares=[...]" in out


def test_a_hypothesis_that_is_not_needed_is_refused(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(own.read_text().replace("hyps=[0 <= n,", 'hyps=[0 <= n, 0 <= reading.scalars["beta2"],'))
    status, out, _ = run(["prove", str(own)], capsys)
    assert status == 1
    assert "does not need the hypothesis 0 <= beta2" in out


def test_an_equation_written_with_python_equality_is_told(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(own.read_text().replace("p.certify(m(0) <= G, p.start", "p.certify(m(0) == G, p.start"))
    _, out, _ = run(["prove", str(own)], capsys)
    assert "write eq(a, b)" in out


def test_a_hypothesis_about_the_index_is_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(own.read_text().replace("guards=[1 <= t]", "guards=[2 <= t]"))
    _, out, _ = run(["prove", str(own)], capsys)
    assert "the hypothesis 2 <= n + 1 of an induction on n speaks of n" in out
