"""How much memory a training takes: what no machine has is refused before anything runs, and many lanes come in blocks.

check_memory(groups, lanes=3000, rows=256, longest=0, threads=2)
blocks(groups, 3000)          # [(0, 1491), (1491, 2982), (2982, 3000)]: about 1 GiB each
"""

from __future__ import annotations

import os

from adamtheory.errors import ParameterError
from adamtheory.nets.groups import Groups
from adamtheory.nets.kernels import scratch_sizes

BLOCK = 2**30  # bytes of parameters and slots that are trained at once
GIB = 2**30


def lane_bytes(groups: Groups) -> int:
    """Bytes of the parameters of one lane and their slots."""
    slots = max(len(groups.slot_names(rule)) for rule in range(len(groups.kernels)))
    return groups.network.size * (1 + slots) * _width(groups)


def blocks(groups: Groups, lanes: int) -> list[tuple[int, int]]:
    """Stretches (first, last + 1) of lanes, each of about 1 GiB, or one lane where that takes more."""
    each = max(1, BLOCK // lane_bytes(groups))
    return [(first, min(first + each, lanes)) for first in range(0, lanes, each)]


def check_memory(groups: Groups, *, lanes: int, rows: int, longest: int, threads: int) -> None:
    """Raises `ParameterError` where lanes and the scratch arrays of threads take more than the machine has.

    rows  of a batch, of which sparse ones have up to `longest` entries
    """
    network = groups.network
    work, places = scratch_sizes(network, rows, longest)
    need = lanes * lane_bytes(groups) + threads * (_width(groups) * (work + network.shards * network.size) + 4 * places)
    there = machine()
    if there is not None and need > there:
        many, take = (f"{lanes} networks", "take") if lanes > 1 else ("a network", "takes")
        raise ParameterError(
            f"{many} of {network.size} parameters, in batches of {rows} rows, {take} {need / GIB:.3g} GiB; "
            f"this machine has {there / GIB:.3g} GiB: give fewer or smaller ones, or a smaller batch"
        )


def machine() -> int | None:
    """Bytes of memory of this machine, None where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _width(groups: Groups) -> int:
    return 4 if groups.dtype == "float32" else 8
