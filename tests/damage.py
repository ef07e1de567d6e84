"""Records that somebody has changed by hand: every value of a JSON file, one at a time, replaced or taken out."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

GONE = object()
VALUES = (None, "other", [], {}, -1, True, [None], GONE)


def damaged(record: dict[str, Any], count: int, seed: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Some of the records that differ from a good one in a single place: what was done, and the record."""
    everything = [(place, value) for place in _places(record) if place for value in VALUES]
    for place, value in random.Random(seed).sample(everything, min(count, len(everything))):
        found = copy.deepcopy(record)
        inside: Any = found
        for key in place[:-1]:
            inside = inside[key]
        if value is GONE:
            del inside[place[-1]]
        else:
            inside[place[-1]] = value
        yield f"{'.'.join(map(str, place))} = {'nothing' if value is GONE else value!r}", found


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _places(part, (*place, key))
