"""A proof file's own sentence, evaluated: what the tests of the theory read their numbers from."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import integer
from adamtheory.logic.refute import Model, violations
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Rel

T, t = integer("T"), integer("t")


@cache
def stated(name: str) -> Statement:
    """The sentence of a proof file."""
    found: Statement = importlib.import_module(f"adamtheory.proofs.{name}").statement()
    return found


def claim(name: str) -> Rel:
    return stated(name).claim


def sides(name: str, values: Mapping[Any, Any], families: Mapping[str, Any], outcomes: Any = None) -> tuple[Any, Any]:
    """Both sides of the claim, in the theory of the statement."""
    meaning = Interpretation(families, outcomes, stated(name).theory)
    found = claim(name)
    return meaning.value(found.left, values, bits=256), meaning.value(found.right, values, bits=256)


def fails_at(name: str, places: range, families: Mapping[str, Any]) -> list[int]:
    """The T at which the claim is false."""
    return violations(claim(name), T, places, Model(families=families), stated(name).theory)
