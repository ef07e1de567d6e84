"""Steps that no number bounds: the history that the theorem names, run through the rule's plain reading."""

from __future__ import annotations

import os
from fractions import Fraction as F
from functools import cache
from pathlib import Path
from random import Random

import pytest

from adamtheory.deriving.findings import PROVED, UNDECIDED, Finding
from adamtheory.deriving.step_bound import step_bound
from adamtheory.language import parse
from adamtheory.logic import recheck, serialise
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.printing import text
from adamtheory.rules import RULES

from .plain import run
from .spaces import within

# rule -> whether lr is outside of N, whether the step is N exactly
UNBOUNDED = {
    "radam": (True, True),
    "radam_torch": (False, True),
    "radam_optax": (True, True),
    "adopt": (True, True),
    "adabound": (False, False),
}


@cache
def finding(name: str) -> Finding:
    (only,) = step_bound(RULES[name])
    return only


@pytest.mark.parametrize("name", UNBOUNDED if os.environ.get("ADAMTHEORY_FULL") else list(UNBOUNDED)[::2])
def test_the_history_makes_a_step_of_any_length(name: str) -> None:
    rule, found, random = RULES[name], finding(name), Random(name)
    outside, exact = UNBOUNDED[name]
    assert found.note.startswith(f"|step| {'=' if exact else '>='} {'lr ' if outside else ''}N in step")
    assert found.word == PROVED and found.short == "unbounded" and found.claim is not None
    for N in (F(1), F(10**6), F(10**12)):
        parameters = {p.name: within(p.range, random, extreme=False) for p in rule.parameters}
        parameters["lr"] = parameters["lr"] or F(1, 100)
        inner = Interpretation({**parameters, "N": N}, theory=found.theory)
        history = {}
        for hyp in found.hyps:
            if hyp.left.op == "app" and hyp.left.args[0] == "g":
                history[inner.value(hyp.left.args[-1], {})] = inner.value(hyp.right, {})
        whole = Interpretation(
            {**parameters, "N": N, "X": 1, "g": {(k,): g for k, g in history.items()}}, theory=found.theory
        )
        assert all(whole.holds(hyp, {}) for hyp in found.hyps) and whole.holds(found.claim, {})
        last = run(rule, parameters, [history[k] for k in sorted(history)])[-1]
        reached = abs(last.step) / float(parameters["lr"] if outside else 1)
        assert float(reached) == pytest.approx(float(N), rel=1e-9) if exact else float(reached) >= N * (1 - F(1, 10**9))


def test_the_sentence_for_adopt() -> None:
    found = finding("adopt")
    assert [text(h) for h in found.hyps] == ["g(1) = 0", "g(2) = N/((1 - beta1)/eps)"]
    assert found.claim is not None and text(found.claim) == "m(2) = N"
    assert found.note == "|step| = lr N in step 2, for any number N"


@pytest.mark.parametrize("name", UNBOUNDED)
def test_the_second_checker_derives_it_again(name: str) -> None:
    found = finding(name)
    assert found.theorem is not None
    report = recheck.check(serialise.write(found.theorem, found.hyps, None))
    assert report.hyps is not None and not report.axioms


def test_where_a_step_is_only_seen_to_be_enormous_nothing_is_proved(tmp_path: Path) -> None:
    """A step without a bound of which no numerator of the first rounds is a multiple: a sign, no theorem."""
    file = tmp_path / "mine.py"
    file.write_text(
        "from adamtheory.language import *\n\n\n"
        '@rule(family="mine")\n'
        "def mine(x, g, m=0, *, lr: nonnegative = 0.1, beta1: decay = 0.9):\n"
        '    """Mine."""\n'
        "    m = beta1*m + (1 - beta1)*g\n"
        "    return x - lr*maximum(m*m/(1 + absolute(m)), m), m\n"
    )
    (only,) = step_bound(next(iter(parse(file.read_text(), filename=str(file)).values())))
    assert only.word == UNDECIDED and "|step| > 10^6 lr" in only.note
    assert only.values["|step|"] > 10**5
