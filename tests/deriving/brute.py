"""Findings against brute force: their sentences in exact models, and what they say of a rule against its runs."""

from __future__ import annotations

from itertools import islice, product

import flint

from adamtheory.deriving.findings import PROVED, REFUTED, Finding

from . import replays
from .cases import Case
from .plain import BITS
from .replays import BY_RUNS
from .slots import slot_agrees
from .spaces import STEPS, World, assumed, holds, worlds

LINEAR = ("closed form", "expectation", "bias correction", "drift", "variance")


def check(case: Case, models: int = 4) -> None:
    """PROVED: both checks, each in so many models; REFUTED: the counterexample is run; UNDECIDED: nothing is said."""
    with flint.ctx.workprec(BITS):
        if case.finding.word == PROVED:
            sentence_holds(case, models)
            rule_agrees(case, models)
        elif case.finding.word == REFUTED:
            replays.fails_in_the_rule(case)


def sentence_holds(case: Case, models: int) -> None:
    """In random models of its theory, in which the assumptions hold, for all steps that satisfy the hypotheses."""
    claim, known = case.finding.claim, 0
    assert claim is not None
    for found in islice(worlds(case), models):
        laws_hold(case.finding, found)
        for values in found.places:
            true = holds(found.meaning, claim, values)
            assert true is not False, f"the sentence is false at {values}"
            known += true is True
    assert known >= models, f"the sentence was decided {known} times"


def laws_hold(finding: Finding, found: World) -> None:
    """Every assumption of the theory holds in the model, in all rounds that are enumerated."""
    for name, (variables, guards, claim) in assumed(finding).items():
        for rounds in product(range(1, STEPS + 1), repeat=len(variables)):
            values = dict(zip(variables, rounds, strict=True))
            if all(holds(found.meaning, guard, values) for guard in guards):
                assert holds(found.meaning, claim, values), f"the assumption {name} is false of the model"


def rule_agrees(case: Case, models: int) -> None:
    """With runs of the rule, wherever the hypotheses hold and nothing is divided by 0."""
    finding, compared, drawn = case.finding, 0, 0
    if finding.head == "the product of its rates" or finding.subject == "R":
        return  # a sentence about W or R, which no run shows
    for found in islice(worlds(case, true=True), 10 * models):
        if finding.topic in LINEAR and not finding.head.endswith("?"):
            compared += slot_agrees(case.rule, finding, found)
        else:
            compared += BY_RUNS[finding.topic](case, found)
        drawn += 1
        if drawn >= models and compared >= models:
            return
    raise AssertionError(f"runs were compared {compared} times in {drawn} models")
