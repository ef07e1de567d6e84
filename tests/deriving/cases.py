"""The findings of a derivation with what each is about in the text: its obligation, and whether a decay is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adamtheory.deriving.derivation import Derivation
from adamtheory.deriving.findings import PROVED, REFUTED, Finding
from adamtheory.deriving.frame import one_coordinate
from adamtheory.language.formula import plain_expression
from adamtheory.language.rule import Obligation, Rule
from adamtheory.language.tree import names

DECAYS = ("the decay of x left out", "what is added to")  # said of the step, in the first finding about it


@dataclass(frozen=True)
class Case:
    """A finding about a rule.

    owed   the obligation that it is about;  decays: whether its step is that without a decay of the iterate
    """

    rule: Rule
    finding: Finding
    seed: str
    owed: Obligation | None = None
    decays: bool = False


def cases(rule: Rule, derivation: Derivation) -> Iterator[Case]:
    """The findings of a derivation, about this rule."""
    owed = iter(owed_by(rule, derivation.about("obligation")))
    decaying = {f.topic for f in derivation.findings if any(words in f.note for words in DECAYS)}
    for place, finding in enumerate(derivation.findings):
        of_text = next(owed) if finding.topic == "obligation" else None
        yield Case(rule, finding, f"{rule.name} {place}", of_text, finding.topic in decaying)


def owed_by(rule: Rule, findings: tuple[Finding, ...]) -> list[Obligation]:
    """The obligations of the findings, which are told in the order of the text; PROVED after REFUTED is about the same.

    Of what the logic has no term for, such as 0.96**(t/250), nothing is told if it is made of numbers.
    """
    plain, before, found = one_coordinate(rule), None, list[Obligation]()
    left = list(plain.obligations)
    for finding in findings:
        same = before is not None and (before.subject, before.head) == (finding.subject, finding.head)
        if not (same and before is not None and (before.word, finding.word) == (REFUTED, PROVED)):
            while left and bare(plain_expression(plain, left[0].expr)) != bare(finding.subject):
                assert not names(left[0].expr), f"nothing is told of {left[0]}"
                left.pop(0)
            assert left, f"the text does not owe {finding.subject}"
            found.append(left.pop(0))
        else:
            found.append(found[-1])
        before = finding
    assert not findings or not any(names(rest.expr) for rest in left), f"nothing is told of {left}"
    return found


def bare(subject: str) -> str:
    """A printed expression without what tells old values from new ones."""
    return re.sub(r"'|\[t(-1)?\]", "", subject)
