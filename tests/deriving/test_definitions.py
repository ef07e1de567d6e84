"""What a sentence speaks of is defined beside it: the printed recursions are worked out again, as plain Python."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from adamtheory import derive
from adamtheory.deriving import pages
from adamtheory.rules import get


def recursion(words: str, known: dict[str, object]) -> tuple[str, object]:
    """Name and function of `S(0) = 0 and S(n + 1) = ..., for every integer n with 0 <= n`."""
    found = re.fullmatch(r"(\w+)\(0\) = (\d+) and \1\(n \+ 1\) = (.*), for every integer n with 0 <= n", words)
    assert found is not None, words
    name, start, step = found[1], float(found[2]), compile(found[3].replace("^", "**"), words, "eval")

    @cache
    def value(n: int) -> float:
        return start if n == 0 else float(eval(step, {**known, "n": n - 1, name: value}))

    return name, value


@pytest.mark.parametrize("name", ["nadam_constant", "adam"])
def test_the_printed_recursions_give_the_constant(name: str, tmp_path: Path) -> None:
    """C_t^2 at the default parameters, from what the page says, is what the finding has as numbers."""
    found = derive(get(name), ["step bound"]).facts()
    bound = found["findings"][0]
    known: dict[str, object] = {"beta1": 0.9, "beta2": 0.999, "inv": lambda x: 1 / x}
    known |= {"p1": lambda n: 0.9**n, "p2": lambda n: 0.999**n, "g": lambda n: 0.0}
    for words in bound["defines"]:
        known.update([recursion(words, known)])
    factor = re.search(r"<= (.*)\*\(sqrt\(.*\) \+ eps\)\^2$", bound["claim"])
    assert factor is not None
    for t, constant in bound["values"]["C"].items():
        assert eval(factor[1].replace("^", "**"), {**known, "t": int(t)}) == pytest.approx(constant**2, rel=1e-9)
    # every sentence of the page has what it speaks of; the page says each once
    told = [words for f in found["findings"] for words in f.get("defines", ())]
    assert all("R(0) = 0" in "".join(f["defines"]) for f in found["findings"] if re.search(r"\bR\(", f["claim"]))
    page = "\n".join(pages.section(found))
    assert all(page.count(f"where {words}") == 1 for words in told)
    for suffix in ("html", "tex"):
        pages.write(tmp_path / f"page.{suffix}", [found])
    assert (tmp_path / "page.tex").read_text().count("where $") == len(set(told))
    assert (tmp_path / "page.html").read_text().count("where&ensp;<math") == len(set(told))


def test_slots_are_not_defined_again() -> None:
    assert not any("defines" in f for f in derive(get("adam"), ["Gamma", "obligation"]).facts()["findings"])
