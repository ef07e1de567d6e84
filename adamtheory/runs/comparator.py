"""What the regret of a run is measured against, as a text: its value for `regret`, and its name in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from adamtheory.errors import UnknownNameError

WORDS = {
    "best": "the best fixed point",
    "dynamic": "the best point of every round",
    "moving": "the comparator that the loss moves about",
}
MOVING = ("dynamic", "moving")  # those that need sums of their own


def read_against(text: str) -> Any:
    """A name of `WORDS`, or the numbers of a point: `0.5`, `[0.5, -1]`; raises `UnknownNameError`, `SpecError`."""
    from adamtheory.runs.specs import parse_value

    if text in WORDS:
        return text
    value = parse_value(text)
    if isinstance(value, Fraction):
        return value
    if isinstance(value, tuple):
        return list(value)
    raise UnknownNameError("comparator", text, (*WORDS, "a point such as [0.5, -1]"))


def in_words(text: str) -> str:
    """The comparator as a part of a sentence."""
    return WORDS.get(text, f"the point {text}")
