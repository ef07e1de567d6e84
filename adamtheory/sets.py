"""Feasible sets: all of R^d and the box, with their projections.

On a box the projection clips every coordinate, whatever the weights, so adaptive methods need no other one there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adamtheory.errors import UnknownNameError
from adamtheory.language import feasible_set, real, where
from adamtheory.language.rule import Rule


@feasible_set(family="box")
def box(y, *, low: real = -1, high: real = 1):
    """The box [low, high]^d: the projection clips every coordinate (a NaN stays a NaN).

    low, high  ends of the interval, the same in every coordinate; low <= high

    Source: Zinkevich 2003; for weighted norms Duchi, Hazan & Singer 2011, section 1.1.
    """
    return where(y < low, low, where(high < y, high, y))


@feasible_set(family="unbounded")
def everything(y):
    """All of R^d: nothing is projected.

    Source: the setting of Kingma & Ba 2015, Algorithm 1.
    """
    return y


SETS: Mapping[str, Rule] = MappingProxyType({"box": box, "everything": everything})


def get_set(name: str) -> Rule:
    """The feasible set of that name; raises `UnknownNameError`."""
    if name not in SETS:
        raise UnknownNameError("set", name, SETS)
    return SETS[name]
