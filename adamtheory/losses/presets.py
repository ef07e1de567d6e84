"""Losses under the names by which their papers' examples are known: the same rules with other defaults."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from adamtheory.language.rule import Rule
from adamtheory.losses.linear import reddi


def preset(name: str, rule: Rule, doc: str, start: int, **defaults: int) -> Rule:
    """The rule under another name, with another first point x_1 and other defaults of its parameters."""
    scalars = tuple(replace(s, default=Fraction(defaults[s.name])) if s.name in defaults else s for s in rule.scalars)
    facts = MappingProxyType({**rule.facts, "start": start})
    return replace(rule, name=name, doc=f"{doc}\n\n{rule.doc}", scalars=scalars, facts=facts)


reddi3 = preset(
    "reddi3", reddi, "The 3-periodic example: slopes 3, -1, -1 on [-1, 1], x_1 = 1 (`reddi` at C = 3, N = 3).",
    start=1, C=3, N=3,
)  # fmt: skip
reddi101 = preset(
    "reddi101", reddi, "The 101-periodic experiment: slope 1010 once in 101 rounds, else -10 (`reddi` at C = N = 101).",
    start=0, C=101, N=101, scale=10,
)  # fmt: skip
