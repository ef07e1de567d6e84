"""`adamtheory derive` and `adamtheory errata` as a user types them."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from adamtheory import catalogue
from adamtheory.cli import main
from adamtheory.errors import DataError
from adamtheory.proving import errata

Shell = Callable[..., tuple[int, str, str]]
RULE = """
from adamtheory.language import decay, exp, nonnegative, rule, sqrt

@rule(moment="m", denominator="sqrt(v) + eps")
def mine(x, g, m=0, v=0, *, lr: nonnegative = 0.1, beta: decay = 0.9, eps: nonnegative = 1e-8):
    m = beta*m + (1 - beta)*g
    v = v + g*g
    return x - lr*m/(sqrt(v) + eps), m, v

@rule()
def unreadable(x, g, m=0, *, lr: nonnegative = 0.1):
    m = exp(-m)*g
    return x - lr*m, m
"""


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    def run(*words: str) -> tuple[int, str, str]:
        status = main(list(words))
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return status, printed.out, printed.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.py"
    path.write_text(RULE)
    return path


# --- what is printed --------------------------------------------------------------------------------------------------


def test_a_page_of_one_topic(file: Path, shell: Shell) -> None:
    status, out, err = shell("derive", f"{file}:mine", "--only", "Gamma", "--only", "obligation")
    assert status == 0 and err == ""
    assert re.match(r"mine: .*PROVED.* in \d+\.\d s\n", out)
    heads = [one for one in out.splitlines() if one and not one.startswith(" ") and one[0].isupper()]
    assert heads[:2] == ["The sign of Gamma", "What the text owes"]
    assert "0 <= v(n) + g(n + 1)*g(n + 1)" in out
    assert "if 0 < eps" in out
    assert "parameters are constant, lr as well" in out


def test_hypotheses_on_n_are_printed_but_for_the_usual_one(file: Path, shell: Shell) -> None:
    """E m_n/(1 - beta^n) = mu is false for n = 0, so the page must say so."""
    _, out, _ = shell("derive", f"{file}:mine", "--only", "bias correction")
    assert "mean(w, m(w, n))/(1 - beta^n) = mu   if 1 <= n\n" in out
    assert "if 0 <= n" not in out


def test_json_has_every_part_of_a_finding(file: Path, shell: Shell) -> None:
    status, out, _ = shell("derive", f"{file}:mine", "--json", "--only", "Gamma", "--only", "obligation")
    (facts,) = json.loads(out)
    assert status == 0
    assert set(facts) == {"rule", "digest", "seconds", "counts", "findings"}
    assert len(facts["digest"]) == 64
    words = [finding["status"] for finding in facts["findings"]]
    assert {word: words.count(word) for word in set(words)} == facts["counts"]
    assert set(words) == {"PROVED", "REFUTED"}
    for finding in facts["findings"]:
        always = {"topic", "subject", "head", "status", "short", "note", "values"}
        said = {"claim", "hyps", "latex", "latex_hyps", "mathml", "mathml_hyps"}
        more = {"PROVED": {"assumes", "axioms", "steps", "certificates"}, "REFUTED": {"witness", "left", "right"}}
        assert set(finding) == always | said | more[finding["status"]]
        ElementTree.fromstring(finding["mathml"])
        assert finding["latex"].count("{") == finding["latex"].count("}")
    assert facts["findings"] == sorted(facts["findings"], key=lambda f: ["Gamma", "obligation"].index(f["topic"]))


class Balanced(HTMLParser):
    """Refuses tags that are closed out of order."""

    EMPTY = ("meta", "link", "br", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_html(path: Path) -> str:
    text = path.read_text()
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert "<script" not in text and not re.search(r"""(?:src|href)=["'](?!#)""", text)
    for formula in re.findall(r"<math.*?</math>", text, re.DOTALL):
        ElementTree.fromstring(formula)
    return text


def check_latex(path: Path, folder: Path) -> str:
    text = path.read_text()
    assert text.startswith(r"\documentclass") and text.rstrip().endswith(r"\end{document}")
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\[") == text.count(r"\]")
    if shutil.which("pdflatex"):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    return text


def test_pages_of_one_rule(file: Path, tmp_path: Path, shell: Shell) -> None:
    html, tex = tmp_path / "page.html", tmp_path / "page.tex"
    topics = ("--only", "closed form", "--only", "Gamma", "--only", "obligation")
    status, _, err = shell("derive", f"{file}:mine", *topics, "--out", str(html), "--out", str(tex))
    assert status == 0 and f"page in {html}" in err and f"page in {tex}" in err
    text = check_html(html)
    for part in ("Closed forms", "The sign of Gamma", "What the text owes", 'id="mine"', "REFUTED", "fails, "):
        assert part in text
    assert text.count('class="finding"') == text.count('<span class="word ') > 5
    assert r"\section*{\texttt{mine}}" in check_latex(tex, tmp_path)


def test_a_table_of_several_rules_in_the_order_typed(tmp_path: Path, shell: Shell) -> None:
    html, tex = tmp_path / "table.html", tmp_path / "table.tex"
    words = ("derive", "sgd", "momentum", "--only", "Gamma", "--out", str(html), "--out", str(tex))
    status, out, _ = shell(*words)
    assert status == 0
    head, first, second, *_ = out.splitlines()
    assert head.split()[0] == "RULE" and first.split()[0] == "sgd" and second.split()[0] == "momentum"
    assert ">= 0 | >= 0" in first
    text = check_html(html)
    assert 'href="#sgd"' in text and 'id="momentum"' in text
    assert r"\begin{longtable}" in check_latex(tex, tmp_path)


def test_a_line_that_has_no_reading_is_undecided_and_says_why(file: Path, shell: Shell) -> None:
    status, out, _ = shell("derive", f"{file}:unreadable")
    assert status == 0
    assert "UNDECIDED" in out and "unreadable uses exp, which has no reading in the logic" in out
    status, out, _ = shell("derive", f"{file}:unreadable", "--only", "drift")
    assert status == 0 and "has no reading in the logic" in out


# --- wrong input ------------------------------------------------------------------------------------------------------

WRONG: list[tuple[list[str], str]] = [
    (["derive", "adm"], "did you mean adam"),
    (["derive", "adam", "--only", "gamma"], "did you mean Gamma"),
    (["derive", "adam", "--only", "regret"], "regret"),
    (["derive", "adam", "--out", "page.pdf"], "a page is written as .html or .tex"),
    (["derive", "adam", "--out", "no_such_folder/page.html"], "no_such_folder does not exist"),
    (["derive"], "name an optimizer"),
    (["derive", "--all", "adam"], "--all means every optimizer"),
    (["derive", "nothing.py:mine"], "No such file"),
    (["derive", "adam[beta1=0.5]"], "unknown optimizer"),
    (["derive", "adam", "--onyl", "drift"], "No such option"),
    (["errata", "there-is-no-such-word"], "no row has the words there-is-no-such-word"),
    (["errata", "--out", "table.pdf"], "the table is written as .html or .tex"),
    (["errata", "--out", "no_such_folder/table.tex"], "no_such_folder does not exist"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_input_gets_one_line(words: list[str], said: str, shell: Shell) -> None:
    status, out, err = shell(*words)
    assert status == 2
    assert said in err and len(err.strip().splitlines()) == 1
    assert out == ""


FAULTY = {
    "a loop": ("    for k in g:\n        x = x + k\n    return x", "loops are not in the language"),
    "an unknown name": ("    return x - lr*h", "h"),
    "no rule": ("    return x - lr*g", "nobody"),
    "no python": ("    return x -* g", "line"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_file_gets_one_line(case: str, tmp_path: Path, shell: Shell) -> None:
    body, said = FAULTY[case]
    path = tmp_path / "faulty.py"
    head = "from adamtheory.language import nonnegative, rule\n@rule()\ndef mine(x, g, *, lr: nonnegative = 0.1):\n"
    path.write_text(f"{head}{body}\n")
    status, out, err = shell("derive", f"{path}:{'nobody' if case == 'no rule' else 'mine'}")
    assert (status, out) == (2, "")
    assert said in err and len(err.strip().splitlines()) == 1


def test_a_page_that_cannot_be_written_is_told_after_the_result(tmp_path: Path, shell: Shell) -> None:
    folder = tmp_path / "taken.html"
    folder.mkdir()
    status, out, err = shell("derive", "sgd", "--only", "Gamma", "--out", str(folder))
    assert status == 2 and "PROVED" in out and "Is a directory" in err


def test_the_command_in_a_process_of_its_own() -> None:
    words = [sys.executable, "-m", "adamtheory", "derive", "sgd", "--only", "scale"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "scale*(-(lr*g(n + 1)))" in done.stdout and done.stderr == ""


# --- errata -----------------------------------------------------------------------------------------------------------


def test_errata_with_words(tmp_path: Path, shell: Shell) -> None:
    html, tex = tmp_path / "errata.html", tmp_path / "errata.tex"
    status, out, err = shell("errata", "Dozat", "factor", "--out", str(html), "--out", str(tex))
    assert status == 0 and f"table in {html}" in err
    rows = re.findall(r"^(\d+)\. ", out, re.MULTILINE)
    assert rows == [str(k + 1) for k in range(len(rows))] and rows
    for head in ("printed", "wrong", "witness", "instead", "theorem"):
        assert len(re.findall(rf"^   {head} ", out, re.MULTILINE)) == len(rows)
    last = out.strip().splitlines()[-1]
    assert last == f"{len(rows)} entries, {len(rows)} of them shown and corrected by checked theorems"
    assert "Dozat" in check_html(html)
    assert "Dozat" in check_latex(tex, tmp_path)


def test_errata_as_json_hold(shell: Shell) -> None:
    status, out, _ = shell("errata", "Keras", "--json")
    rows = json.loads(out)
    assert status == 0 and rows
    for row in rows:
        assert row["holds"] and row["witness"] and row["theorems"]
        assert set(row) == {"name", "source", "printed", "wrong", "witness", "instead", "status", "theorems", "holds"}
        assert "keras" in json.dumps(row).lower()


PLANTED = '''"""A false claim.

Source  nobody
Printed 1 = 2
Wrong   it is not
Instead 1 = 1
Theorem {theorem}
"""
'''


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A proof file of that docstring beside the shipped ones."""
    known = catalogue.proofs()

    def plant(text: str) -> None:
        path = tmp_path / "planted_refuted.py"
        path.write_text(text)
        doc = ast.get_docstring(ast.parse(text)) or ""
        file = catalogue.ProofFile("planted_refuted", path, "A false claim.", refutes=True, doc=doc)
        monkeypatch.setattr(catalogue, "proofs", lambda: {**known, "planted_refuted": file})

    return plant


def test_a_docstring_without_a_field_is_refused(planted: Callable[[str], None]) -> None:
    text = PLANTED.format(theorem="ema_mean")
    planted(text)
    assert errata.errata_files()["planted_refuted"]["Printed"] == "1 = 2"
    for field in errata.NEEDED:
        if field == "Printed":  # without it the file is no row at all
            continue
        planted("\n".join(one for one in text.splitlines() if not one.startswith(field)))
        with pytest.raises(DataError, match=f"has no {field}"):
            errata.errata_files()


def test_a_theorem_that_does_not_exist_is_refused(planted: Callable[[str], None], shell: Shell) -> None:
    planted(PLANTED.format(theorem="ema_mean, no_such_theorem"))
    with pytest.raises(DataError, match="names the theorem no_such_theorem"):
        errata.errata_files()
    status, out, err = shell("errata")
    assert status == 2 and out == "" and len(err.strip().splitlines()) == 1
