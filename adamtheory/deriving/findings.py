"""What was found out about a rule: a sentence, its verdict, and what stands behind it.

PROVED is printed for a theorem of the kernel that the second checker has derived again, REFUTED for a sentence with an
exact counterexample, UNDECIDED for one with neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.refute import Refutation
from adamtheory.logic.terms import Refused, Rel

PROVED, REFUTED, UNDECIDED = "PROVED", "REFUTED", "UNDECIDED"

# The topics, in the order in which a page and the table list them.
TOPICS = (
    "closed form",
    "expectation",
    "bias correction",
    "drift",
    "variance",
    "scale",
    "step bound",
    "claim",
    "Gamma",
    "obligation",
)


@dataclass(frozen=True)
class Finding:
    """One sentence about one thing in a rule.

    topic    one of `TOPICS`;  subject: the slot or value that the sentence is about
    head     what the line does, as a paper says it: "take expectations"
    claim    the sentence under its hypotheses, in the theory; `theorem` or `refutation` decides it
    note     what a reader should know besides: a parameter that was chosen, why nothing was found
    short    the result in a few characters, for a table: "1 - beta1^n"
    values   numbers to be read by programs: the history of a counterexample, the values of its two sides
    """

    topic: str
    subject: str
    head: str
    word: str
    theory: Theory
    claim: Rel | None = None
    hyps: tuple[Rel, ...] = ()
    theorem: Theorem | None = None
    refutation: Refutation | None = None
    note: str = ""
    short: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def proved(topic: str, subject: str, head: str, theorem: Theorem, **more: Any) -> Finding:
    """The finding that a theorem is."""
    return Finding(
        topic, subject, head, PROVED, theorem.theory, theorem.claim, tuple(theorem.hyps), theorem=theorem, **more
    )


def refuted(
    topic: str, subject: str, head: str, theory: Theory, hyps: Sequence[Rel], refutation: Refutation, **more: Any
) -> Finding:
    """The finding that a counterexample is."""
    return Finding(topic, subject, head, REFUTED, theory, refutation.claim, tuple(hyps), refutation=refutation, **more)


def undecided(
    topic: str, subject: str, head: str, theory: Theory, claim: Rel | None, why: Refused | str, **more: Any
) -> Finding:
    """The finding that nothing was found; the first line of the reason is kept."""
    note = str(why).splitlines()[0].removesuffix(" for")  # the claim itself follows
    return Finding(topic, subject, head, UNDECIDED, theory, claim, note=note, **more)
