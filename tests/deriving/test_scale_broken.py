"""Which constant breaks the scale of a step: its histories run by the rule, and runs without the constant."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction as F
from functools import cache
from random import Random

import flint
import pytest

from adamtheory.deriving.findings import PROVED, REFUTED, Finding
from adamtheory.deriving.scaling import scaling
from adamtheory.language.rule import Rule
from adamtheory.logic import recheck, serialise
from adamtheory.rules import RULES

from .plain import run
from .spaces import within

# rule -> what is to blame; where nothing is, neither the step nor c times the step is kept
BLAMED = {
    "adagrad_optax": "S = 1/10 at the start",
    "yogi_optax": "m = 1/1000000 at the start",
    "adadelta": "eps",
    "adopt": "eps",
    "adopt_clipped": "eps",
    "adabound": "final_lr",
    "radam": None,
    "radam_torch": None,
    "radam_optax": None,
}


@cache
def findings(name: str) -> tuple[Finding, ...]:
    return tuple(scaling(RULES[name]))


def steps(rule: Rule, parameters: Mapping[str, F], gradients: Sequence[F], c: F) -> list[tuple[flint.arb, flint.arb]]:
    """The steps on g and on c g."""
    one, other = (run(rule, parameters, [k * g for g in gradients]) for k in (F(1), c))
    return [(a.step, b.step) for a, b in zip(one, other, strict=True)]


def witness(rule: Rule, found: Finding) -> tuple[dict[str, F], list[F], int, F]:
    assert found.word == REFUTED and found.refutation is not None
    model = found.refutation.model
    (n,) = model.values.values()
    parameters = {p.name: F(model.families.get(p.name, 0)) for p in rule.parameters}
    given = model.families["g"]
    assert isinstance(given, dict)
    return parameters, [F(given.get((t,), 0)) for t in range(1, n + 2)], n, F(model.families["scale"])


@pytest.mark.parametrize("name", BLAMED if os.environ.get("ADAMTHEORY_FULL") else list(BLAMED)[::3])
def test_the_history_shows_it_when_the_rule_runs(name: str) -> None:
    rule, found, culprit = RULES[name], findings(name), BLAMED[name]
    assert [f.short for f in found] == ([f"broken by {culprit}"] if culprit else ["no power of c"] * 2)
    for degree, finding in enumerate(found):
        parameters, gradients, n, c = witness(rule, finding)
        one, other = steps(rule, parameters, gradients, c)[n]
        assert one.is_finite() and not (other - one * flint.arb(str(c.numerator)) ** degree).contains(0)
        assert degree == 0 or c == 2


@pytest.mark.parametrize("name", ["adagrad_optax"])
def test_without_what_the_slot_starts_at_the_step_is_kept(name: str) -> None:
    rule, random = RULES[name], Random(name)
    free = replace(rule, slots=tuple(replace(s, initial=F(0)) for s in rule.slots))
    for _ in range(5):
        parameters = {p.name: within(p.range, random, extreme=False) for p in rule.parameters} | {"eps": F(0)}
        gradients = [F(random.choice((-1, 1)) * random.randint(1, 9), random.randint(1, 9)) for _ in range(4)]
        c = F(random.randint(1, 40), 10)
        assert all((b - a).contains(0) for a, b in steps(free, parameters, gradients, c))
        assert c == 1 or not any((b - a).contains(0) for a, b in steps(rule, parameters, gradients, c) if a != 0)


def test_a_penalty_reads_the_iterate_and_breaks_the_scale() -> None:
    rule, random = RULES["adam_l2"], Random(5)
    first, *broken = findings("adam_l2")
    assert first.word == PROVED and first.theorem is not None and first.short == "invariant"
    assert first.note == "with weight_decay = eps = 0"
    report = recheck.check(serialise.write(first.theorem, first.hyps, None))
    assert report.hyps is not None and not report.axioms
    for _ in range(5):
        parameters = {p.name: within(p.range, random, extreme=False) for p in rule.parameters} | {
            "eps": F(0),
            "weight_decay": F(0),
        }
        gradients = [F(random.choice((-1, 1)) * random.randint(1, 9), random.randint(1, 9)) for _ in range(4)]
        assert all((b - a).contains(0) for a, b in steps(rule, parameters, gradients, F(random.randint(1, 40), 10)))
    assert [f.short for f in broken] == ["broken by weight_decay", "broken by eps"]
    for finding in broken:
        parameters, gradients, n, c = witness(rule, finding)
        one, other = steps(rule, parameters, gradients, c)[n]
        assert not (other - one).contains(0)
