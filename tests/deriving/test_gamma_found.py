"""The sign of Gamma where a maximum is corrected, where a denominator switches, and where it may shrink."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction as F
from pathlib import Path
from random import Random

import flint
import pytest

from adamtheory.deriving.findings import PROVED, REFUTED, Finding
from adamtheory.deriving.gamma import sign
from adamtheory.language import parse
from adamtheory.language.rule import Rule
from adamtheory.logic import recheck, serialise
from adamtheory.rules import RULES

from .plain import run
from .spaces import within

FALLING, CONSTANT = "alpha/sqrt(t)", "alpha"


def gammas(rule: Rule, parameters: dict[str, F], history: Sequence[F], words: str) -> list[flint.arb]:
    """Denominator over step size of each round less that of the round before, from the rule's plain reading."""
    rounds = run(rule, {**parameters, "lr": F(1)}, history, asked=[rule.notes["denominator"]])
    with flint.ctx.workprec(160):
        roots = [flint.arb(t).sqrt() if words == FALLING else flint.arb(1) for t in range(1, len(rounds) + 1)]
        shares = [one.values[0] * root for one, root in zip(rounds, roots, strict=True)]
        return [later - now for now, later in zip(shares, shares[1:], strict=False)]


def drawn(rule: Rule, random: Random) -> dict[str, F]:
    return {p.name: within(p.range, random, extreme=False) for p in rule.parameters}


def test_gamma_of_the_corrected_maximum_is_proved_and_never_negative() -> None:
    rule, random = RULES["amsgrad_torch"], Random(3)
    found = sign(rule, FALLING)
    assert found.word == PROVED and found.theorem is not None
    report = recheck.check(serialise.write(found.theorem, found.hyps, None))
    assert report.hyps is not None and not report.axioms
    smallest = 1.0
    for k in range(20):
        late = [F(random.randint(-9, 9), random.randint(1, 9)) for _ in range(5)] if k % 2 else [F(0)] * 5
        for value in gammas(rule, drawn(rule, random), [F(random.randint(1, 9)), *late], FALLING):
            assert not value < 0
            smallest = min(smallest, float(value))
    assert smallest < 0.2, "some come near to 0"


WITNESSES = [
    ("radam", FALLING),
    ("radam", CONSTANT),
    ("radam_torch", FALLING),
    ("radam_optax", FALLING),
    ("yogi", FALLING),
]


@pytest.mark.parametrize(("name", "words"), WITNESSES if os.environ.get("ADAMTHEORY_FULL") else WITNESSES[::3])
def test_the_witness_makes_gamma_negative_when_the_rule_runs(name: str, words: str) -> None:
    rule, found = RULES[name], sign(RULES[name], words)
    parameters, history, steps = witness(rule, found)
    assert gammas(rule, parameters, history, words)[steps] < 0


def witness(rule: Rule, found: Finding) -> tuple[dict[str, F], list[F], int]:
    assert found.word == REFUTED and found.refutation is not None
    model = found.refutation.model
    (steps,) = model.values.values()
    parameters = {p.name: F(model.families.get(p.name, 1)) for p in rule.parameters}
    given = model.families["g"]
    assert isinstance(given, dict)
    return parameters, [F(given.get((t,), 0)) for t in range(1, steps + 3)], steps


MAXIMUM = '''from adamtheory.language import *


@rule(family="mine", moment="g", denominator="{denominator}")
def mine(x, g, v=0, V=0, q=1, *, lr: nonnegative = 0.1, beta2: decay = 0.9, eps: nonnegative = 0):
    """A maximum over a correction."""
    v = beta2*v + (1 - beta2)*g*g
    V = maximum(V, v)
    q = {line}
    return x - lr*g/({denominator}), v, V, q
'''
DENOMINATORS = {
    ("V/sqrt(1 - q)", "q*beta2*beta2"): PROVED,
    ("sqrt(v)/sqrt(1 - q) + eps", "q*beta2"): REFUTED,  # nothing rises
    ("sqrt(V)/(1 - q) + eps", "q*beta2"): REFUTED,  # twice the correction
}


@pytest.mark.parametrize(("denominator", "line"), DENOMINATORS)
def test_what_is_proved_of_other_corrections_is_true(tmp_path: Path, denominator: str, line: str) -> None:
    file, random = tmp_path / "mine.py", Random(denominator + line)
    file.write_text(MAXIMUM.format(denominator=denominator, line=line))
    rule = next(iter(parse(file.read_text(), filename=str(file)).values()))
    found = sign(rule, FALLING)
    assert found.word == DENOMINATORS[denominator, line]
    if found.word == REFUTED:
        parameters, history, steps = witness(rule, found)
        assert gammas(rule, parameters, history, FALLING)[steps] < 0
        return
    for _ in range(6):
        wild = [F(random.randint(-9, 9), random.randint(1, 9)) for _ in range(5)]
        assert not any(value < 0 for value in gammas(rule, drawn(rule, random), wild, FALLING))
