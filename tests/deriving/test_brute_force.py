"""What is PROVED, against enumeration and against runs of the rules.

Every finding is checked twice: its sentence is evaluated in random exact models of its theory, and what it says about
slots and values is compared with runs of the rule in balls, which know nothing of the logic.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction as F
from itertools import product
from random import Random
from typing import Any

import flint
import pytest

from adamtheory import derive
from adamtheory.deriving.findings import PROVED, REFUTED, Finding
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.rule import Rule
from adamtheory.logic.notation import integer
from adamtheory.rules import RULES

from . import replays
from .spaces import STEPS, World, assumed, close, declared, run, world

ALL = ("closed form", "expectation", "bias correction", "drift", "variance", "scale", "Gamma", "obligation")
LINEAR = ("closed form", "expectation", "bias correction", "drift", "variance")
# rule -> topics: every topic, and every way in which a finding is come by
ASKED: dict[str, tuple[str, ...]] = {
    "adam": (*LINEAR, "Gamma"),
    "momentum": ALL,
    "lion": ALL,
    "adagrad_optax": ALL,  # a slot that starts at 1/10
    "adamnc": (*LINEAR, "Gamma"),  # rates that change
    "rmsprop_centered": ("scale", "Gamma", "obligation"),  # the difference of two averages under a root
    "amsgrad": ("Gamma",),  # a maximum
    "adabelief": ("closed form",),  # a signal that reads another slot
    "adam_l2": ("closed form",),  # and one that reads the iterate
    "ndadam": ("closed form",),  # totals
}
# what must be among the verdicts, lest nothing be tested: on linear slots, and besides
EXPECTED = {name: {(topic, PROVED) for topic in ("closed form",) if topic in topics} for name, topics in ASKED.items()}
EXPECTED["adam"] |= {(topic, PROVED) for topic in LINEAR} | {("Gamma", REFUTED)}
EXPECTED["adamnc"] |= {("bias correction", PROVED), ("expectation", PROVED)}
EXPECTED["momentum"] |= {("scale", PROVED), ("Gamma", PROVED), ("bias correction", REFUTED)}
EXPECTED["rmsprop_centered"] |= {("scale", REFUTED), ("Gamma", REFUTED), ("obligation", PROVED)}
EXPECTED["amsgrad"] |= {("Gamma", PROVED)}
WORLDS = 4


def dealt(rule: Rule, place: int, finding: Finding) -> Iterator[World]:
    """Random models of the theory of a finding."""
    names = declared(finding)
    for seed in range(WORLDS):
        random = Random(f"{rule.name} {place} {seed}")
        given: dict[str, Any] = {c: F(random.randint(1, 40), 10) for c in ("scale", "alpha") if c in names}
        for family, sorts in names.items():
            if sorts == ("Z",) and family not in ("g", "X"):  # a schedule without a term: any numbers in (0, 1]
                given[family] = {(t,): F(random.randint(1, 10), 10) for t in range(1, STEPS + 3)}
        yield world(rule, finding, random, **given)


def indices_of(finding: Finding) -> list[Any]:
    """The integer variables: n, the number of steps done, or the two of a product of rates."""
    assert finding.claim is not None
    free = finding.claim.free.union(*(hyp.free for hyp in finding.hyps))
    return sorted(free, key=str) or [integer("n")]


def laws_hold(finding: Finding, found: World) -> None:
    """Every assumption of the theory holds in the model, in all rounds that are enumerated."""
    for name, (variables, guards, claim) in assumed(finding).items():
        for rounds in product(range(1, STEPS + 1), repeat=len(variables)):
            values = dict(zip(variables, rounds, strict=True))
            if all(found.meaning.holds(guard, values) for guard in guards):
                assert found.meaning.holds(claim, values), name


def sentence_holds(rule: Rule, place: int, finding: Finding) -> None:
    """In random models of its theory, in which the assumptions hold, for all steps that satisfy the hypotheses."""
    assert finding.claim is not None
    variables, held = indices_of(finding), 0
    for found in dealt(rule, place, finding):
        laws_hold(finding, found)
        for steps in product(range(STEPS), repeat=len(variables)):
            values = dict(zip(variables, steps, strict=True))
            if all(found.meaning.holds(hyp, values) for hyp in finding.hyps):
                assert found.meaning.holds(finding.claim, values), (finding.subject, finding.head, steps)
                held += 1
    assert held > STEPS // 2, finding


# --- linear recursions, by runs of the rule ---------------------------------------------------------------------------


class Runs:
    """A slot in runs of the rule, one run an outcome, with the mean over the outcomes."""

    def __init__(self, rule: Rule, slot: str, found: World) -> None:
        self.rule, self.slot, self.found = rule, slot, found
        self.outcomes = {w: arithmetic("ball").number(p) for w, p in found.outcomes.items()}
        self.runs = {w: self.of(found.history(w if (1, w) in found.gradients else None)) for w in found.outcomes}

    def of(self, history: list[F]) -> list[Any]:
        """The slot after 0, 1, ... rounds."""
        initial = next(s.initial for s in self.rule.slots if s.name == self.slot)
        rounds = run(self.rule, self.found.parameters, history, self.found.iterates)
        return [arithmetic("ball").number(initial), *(one.slots[self.slot] for one in rounds)]

    def weights(self, n: int) -> Any:
        """What the weights of n rounds sum to: signals 1 against signals 0."""
        return self.of([F(1)] * STEPS)[n] - self.of([F(0)] * STEPS)[n]

    def signal(self, g: F) -> Any:
        """u(g), from the first round: the signals of the rules above are 0 and 1 for the gradients 0 and 1."""
        none, one, some = (self.of([x])[1] for x in (F(0), F(1), g))
        return (some - none) / (one - none)

    def mean(self, n: int) -> Any:
        with flint.ctx.workprec(160):
            return sum((p * self.runs[w][n] for w, p in self.outcomes.items()), flint.arb(0))

    def variance(self, n: int) -> Any:
        with flint.ctx.workprec(160):
            middle = self.mean(n)
            return sum((p * (self.runs[w][n] - middle) ** 2 for w, p in self.outcomes.items()), flint.arb(0))

    def mean_signal(self, t: int) -> Any:
        with flint.ctx.workprec(160):
            return sum((p * self.signal(self.found.gradients[t, w]) for w, p in self.outcomes.items()), flint.arb(0))


LINES = {
    ("closed form", "unroll"),
    ("expectation", "take expectations"),
    ("expectation", "pull out the mean"),
    ("expectation", "sum the weights"),
    ("expectation", "for a constant mean mu of the signal"),
    ("bias correction", "divide"),
    ("drift", "for a mean that moves at most L a step"),
    ("variance", "for uncorrelated signals of variance sigma^2"),
    ("variance", "effective sample size (1 + a)(1 - a^n)/((1 - a)(1 + a^n))"),
}


def agree(finding: Finding, runs: Runs, n: int, right: Any) -> bool:
    """Whether runs of the rule give the right side of the finding after n rounds."""
    line = finding.topic, finding.head
    assert line in LINES
    with flint.ctx.workprec(160):
        if finding.topic == "closed form":
            return close(runs.mean(n), right)
        if finding.head == "sum the weights":
            return close(runs.weights(n), right)
        if finding.topic == "expectation":
            return close(runs.mean(n), right)
        if finding.head == "divide":
            return close(runs.mean(n) / runs.weights(n), right)
        if finding.topic == "drift":
            gap = abs(runs.mean(n) - runs.weights(n) * runs.mean_signal(n))
            return not gap > (right if isinstance(right, flint.arb) else arithmetic("ball").number(F(right)))
        if finding.head.startswith("for uncorrelated"):
            return close(runs.variance(n), right)
        return close(runs.variance(n) / runs.weights(n) ** 2, right)


def slot_agrees(rule: Rule, place: int, finding: Finding) -> None:
    """With runs of the rule, one an outcome."""
    assert finding.claim is not None
    (n,) = indices_of(finding)
    for found in dealt(rule, place, finding):
        runs = Runs(rule, finding.subject, found)
        for steps in range(1, STEPS + 1):
            right = found.meaning.value(finding.claim.right, {n: steps})
            assert agree(finding, runs, steps, right), (finding.subject, finding.head, steps)


# --- all together -----------------------------------------------------------------------------------------------------

BY_RUNS = {
    "scale": replays.steps_scale,
    "Gamma": replays.gamma_is_not_negative,
    "obligation": replays.obligation_holds,
    "bias correction": replays.corrected_value_has_the_mean,
}


def verdicts(name: str, topics: tuple[str, ...]) -> set[tuple[str, str]]:
    """Check every finding of a rule about the topics; the topics with their verdicts."""
    rule, found = RULES[name], set()
    with flint.ctx.workprec(160):
        for place, finding in enumerate(derive(rule, topics=topics).findings):
            found.add((finding.topic, finding.word))
            if finding.word == PROVED:
                sentence_holds(rule, place, finding)
                if finding.head == "the product of its rates":
                    continue  # a sentence about W, which no run shows
                if finding.topic in LINEAR and not finding.head.endswith("?"):
                    slot_agrees(rule, place, finding)
                elif "for one coordinate" not in finding.note:
                    BY_RUNS[finding.topic](rule, finding, Random(f"{name} {place}"))
            elif finding.word == REFUTED:
                replays.fails_in_the_rule(rule, finding)
    return found


@pytest.mark.parametrize("name", ASKED)
def test_the_findings_about(name: str) -> None:
    assert verdicts(name, ASKED[name]) >= EXPECTED[name]
