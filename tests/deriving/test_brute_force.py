"""Every derivation about every rule against brute force, and that brute force notices what is false.

A run of all tests takes the topics that are derived fast, and all topics of some rules, in one process since rules
share their moments; ADAMTHEORY_FULL=1 takes everything. Bounds of the step are checked in `test_step_bound.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest

from adamtheory import derive
from adamtheory.deriving import derivation
from adamtheory.deriving.derivation import Derivation
from adamtheory.deriving.findings import PROVED, REFUTED, TOPICS, UNDECIDED, Finding
from adamtheory.logic.notation import lift
from adamtheory.logic.terms import rel
from adamtheory.rules import RULES

from .brute import LINEAR, check, rule_agrees, sentence_holds
from .cases import Case, cases
from .replays import fails_in_the_rule

FULL = os.environ.get("ADAMTHEORY_FULL") == "1"
FAST = (*LINEAR, "claim", "Gamma")
ALL = (*FAST, "scale", "obligation")
# rule -> topics besides, so that every way in which a finding is come by is among them
BESIDES: dict[str, tuple[str, ...]] = {
    "momentum": ALL,
    "lion": ALL,
    "adagrad_optax": ALL,  # a slot that starts at 1/10
    "rmsprop_centered": ALL,  # the difference of two averages under a root
    "sgdw": ALL,  # a decay of the iterate
    "adamax": ("obligation",),  # slots that are shared
}
# rule -> topics in which a line is UNDECIDED
OPEN: dict[str, set[str]] = {
    "sgdw": {"expectation"},
    "adamx": {"Gamma"},
    "ndadam": {"scale", "step bound"},
    "swats": {"scale", "step bound", "obligation"},
    "swats_repaired": {"scale", "step bound", "obligation"},
    "yogi": {"scale", "step bound", "obligation"},
    "yogi_optax": {"step bound", "obligation"},
    "radam": {"obligation"},
    "radam_torch": {"obligation"},
    "radam_optax": {"obligation"},
}
# rules that a full run takes alone: ten seconds each
SLOW = ("yogi", "yogi_optax")
# rules of whose Gamma nothing is known
NO_SIGN = ("adamx",)


@cache
def derived(name: str, topics: tuple[str, ...]) -> Derivation:
    """The findings; but in a full run before the second checker is asked, which can only take some away."""
    if FULL:
        return derive(RULES[name], topics)
    with patch.object(derivation, "rechecked", list):
        return derive(RULES[name], topics)


def asked(name: str) -> tuple[str, ...]:
    """The topics; of Gamma where all is open nothing is to be checked."""
    fast = tuple(t for t in FAST if not (t == "Gamma" and name in NO_SIGN))
    return TOPICS if FULL else tuple(t for t in TOPICS if t in (*fast, *BESIDES.get(name, ())))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name if FULL else "brute force")) for name in RULES
             if FULL or name not in SLOW]
)  # fmt: skip
def test_all_findings_about(name: str) -> None:
    found = derived(name, asked(name))
    for case in cases(RULES[name], found):
        try:
            check(case, 4 if FULL or name in BESIDES else 2)
        except AssertionError as error:
            raise AssertionError(f"{told(case.finding)}: {error}") from error
    assert {f.topic for f in found.findings if f.word == UNDECIDED} == OPEN.get(name, set()) & set(asked(name))


def told(finding: Finding) -> str:
    return f"{finding.word} {finding.topic}, {finding.subject}: {finding.head}"


@pytest.mark.xdist_group("brute force")
def test_a_counterexample_does_not_divide_by_zero() -> None:
    """Of AdaBound, whose rate is alpha/0 for eps = 0 as long as all gradients are 0."""
    (finding, _) = derived("adabound", asked("adabound")).about("Gamma")
    assert finding.refutation is not None
    assert finding.word == REFUTED and any(finding.refutation.model.families["g"].values())


# --- what is false is noticed -----------------------------------------------------------------------------------------


def right(change: Callable[[Any], Any]) -> Callable[[Finding], Finding]:
    """The finding with another right side."""

    def changed(finding: Finding) -> Finding:
        claim = finding.claim
        assert claim is not None
        return replace(finding, claim=rel(claim.kind, claim.left, lift(change(claim.right))))

    return changed


def believed(finding: Finding) -> Finding:
    """What was refuted, PROVED."""
    return replace(finding, word=PROVED, refutation=None)


def halved(finding: Finding) -> Finding:
    """What was refuted, PROVED even for half of the right side."""
    return right(lambda r: r / 2)(believed(finding))


def with_history(history: Any, **families: Any) -> Callable[[Finding], Finding]:
    """The finding with another counterexample, which is none."""

    def changed(finding: Finding) -> Finding:
        assert finding.refutation is not None
        model = finding.refutation.model
        other = replace(model, families={**model.families, "g": history, **families})
        return replace(finding, refutation=replace(finding.refutation, model=other))

    return changed


# rule, topic, part of the head, how it is falsified; in the order of the topics
FALSE: list[tuple[str, str, str, Callable[[Finding], Finding]]] = [
    ("momentum_average", "closed form", "unroll", right(lambda r: r + 1)),
    ("momentum_average", "closed form", "unroll", right(lambda r: -r)),
    ("momentum_average", "expectation", "take", right(lambda r: -r)),
    ("momentum_average", "expectation", "pull", right(lambda r: 2 * r)),
    ("momentum_average", "expectation", "sum the weights", right(lambda r: 1 + r)),
    ("momentum_average", "expectation", "constant mean", right(lambda r: -r)),
    ("momentum_average", "bias correction", "divide", right(lambda r: -r)),
    ("adam", "bias correction", "unbiased", right(lambda r: -r)),
    ("momentum_average", "drift", "", right(lambda r: r / 9)),
    ("momentum_average", "variance", "uncorrelated", right(lambda r: r + r)),
    ("momentum_average", "variance", "sample size", right(lambda r: r / 2)),
    ("rmsprop", "step bound", "bound the step", right(lambda r: r.args[0] / 2 * r.args[1])),
    ("rmsprop", "step bound", "attain", right(lambda r: r.args[0] * 2 * r.args[1])),
    ("rmsprop", "Gamma", "alpha", believed),
    ("rmsprop", "obligation", "is not 0", believed),
    ("adam", "claim", "", halved),
]


@pytest.mark.xdist_group("brute force")
@pytest.mark.parametrize("place", range(len(FALSE)), ids=[f"{topic} {head}" for _, topic, head, _ in FALSE])
def test_a_false_line_is_noticed_in_models_and_in_runs(place: int) -> None:
    case = chosen(*FALSE[place])
    with pytest.raises(AssertionError, match="the sentence is false"):
        sentence_holds(case, 4)
    with pytest.raises(AssertionError, match="in runs|larger|reach|Gamma is|it is|E m_hat"):
        rule_agrees(case, 4)


def chosen(name: str, topic: str, head: str, change: Callable[[Finding], Finding]) -> Case:
    """The first finding that can be falsified so, falsified."""
    word = REFUTED if change in (believed, halved) else PROVED
    for case in cases(RULES[name], derived(name, (topic,))):
        if case.finding.topic == topic and case.finding.word == word and head in case.finding.head:
            return replace(case, finding=change(case.finding))
    raise LookupError(f"{name} has no such finding")


@pytest.mark.xdist_group("brute force")
def test_another_degree_is_noticed() -> None:
    wrong = chosen("momentum", "scale", "", lambda f: replace(right(lambda r: r * r)(f), short="c^2"))
    with pytest.raises(AssertionError, match="the sentence is false"):
        sentence_holds(wrong, 4)
    with pytest.raises(AssertionError, match="degree 2"):
        rule_agrees(wrong, 4)


# rule, topic, histories that are no counterexamples, and what is said of them
HARMLESS: list[tuple[str, str, Callable[[Finding], Finding], str]] = [
    ("momentum_average", "bias correction", with_history(1, beta1=0), "it is"),
    ("rmsprop", "scale", with_history(0), "is the same as"),
    ("rmsprop", "Gamma", with_history({(1,): 1, (2,): 9, (3,): 99}), "Gamma is"),
    ("rmsprop", "obligation", with_history(1), "it is"),
    ("adam", "claim", with_history({(1,): 1}), "is not beyond"),
]


@pytest.mark.xdist_group("brute force")
@pytest.mark.parametrize(("name", "topic", "change", "said"), HARMLESS, ids=[topic for _, topic, _, _ in HARMLESS])
def test_a_history_that_refutes_nothing_is_noticed(
    name: str, topic: str, change: Callable[[Finding], Finding], said: str
) -> None:
    (first, *_) = [c for c in cases(RULES[name], derived(name, (topic,))) if c.finding.word == REFUTED]
    fails_in_the_rule(first)
    with pytest.raises(AssertionError, match=said):
        fails_in_the_rule(replace(first, finding=change(first.finding)))
