"""What the command line can list and show, and what a docstring says about it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from adamtheory import catalogue
from adamtheory.errors import UnknownNameError

if TYPE_CHECKING:
    from adamtheory.language.rule import Rule

# what the user calls it -> the module and the mapping name -> Rule
REGISTRIES = {
    "optimizers": ("adamtheory.rules", "RULES"),
    "losses": ("adamtheory.losses", "LOSSES"),
    "schedules": ("adamtheory.schedules", "SCHEDULES"),
    "sets": ("adamtheory.sets", "SETS"),
}
ONE = {"optimizers": "optimizer", "losses": "loss", "schedules": "schedule", "sets": "set"}


def registry(kind: str) -> Mapping[str, Rule]:
    """All rules of one kind, in the order in which they are listed."""
    module, name = REGISTRIES[kind]
    found: Mapping[str, Rule] = getattr(importlib.import_module(module), name)
    return found


def find(name: str) -> tuple[str, Rule]:
    """The kind and the rule of a name; raises `UnknownNameError` with the nearest names."""
    everything: list[str] = []
    for kind in REGISTRIES:
        rules = registry(kind)
        if name in rules:
            return kind, rules[name]
        everything += rules
    from adamtheory.nets.specs import NETWORKS

    known = [*everything, *NETWORKS, *catalogue.experiments()]
    known += get_close_matches(name, catalogue.proofs(), cutoff=0.8)
    raise UnknownNameError("optimizer, loss, schedule, set, network, experiment or theorem", name, known)


def forms(kind: str, rule: Rule) -> list[Rule]:
    """The other rules of the same family."""
    family = rule.facts.get("family")
    others = (other for other in registry(kind).values() if other.name != rule.name)
    return [other for other in others if family is not None and other.facts.get("family") == family]


def summary(rule: Rule) -> str:
    """The first sentence of the docstring."""
    return " ".join(rule.doc.split("\n\n")[0].split())


def section(rule: Rule, word: str) -> str:
    """What stands behind `word:` in the docstring, up to the next such word or the next empty line."""
    found = re.search(rf"^{word}: *(.*?)(?=\n[A-Z][a-z]+: |\n\s*\n|\Z)", rule.doc, re.MULTILINE | re.DOTALL)
    return " ".join(found.group(1).split()) if found else ""


def parameters(rule: Rule) -> dict[str, dict[str, Any]]:
    """Default, range and meaning of every parameter."""
    return {
        p.name: {"default": number(p.default), "range": str(p.range), "meaning": _meaning(rule, p.name)}
        for p in rule.parameters
    }


def _meaning(rule: Rule, parameter: str) -> str:
    """The docstring's line that begins with the name, alone or in a list of names, and two spaces."""
    found = re.search(rf"^(?:\w+, )*{parameter}(?:, \w+)*  +(\S.*(?:\n  +\S.*)*)", rule.doc, re.MULTILINE)
    return " ".join(found.group(1).split()) if found else ""


def number(value: Fraction | None) -> int | float | None:
    """An exact value as a number for JSON."""
    return None if value is None else int(value) if value.denominator == 1 else float(value)
