"""The driver: what is missing in the store is computed, block by block, and nothing else.

Whatever is killed, at most the blocks in flight are lost; the next call computes those, and ends with the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from adamtheory.sweeping.executors import Executor, ExecutorError, Gpu, WorkersLost
from adamtheory.sweeping.grid import Grid, other_versions, place
from adamtheory.sweeping.store import Store, missing

MOST_LOSSES = 5  # times that workers may die in a row without one finished block


class Report(Protocol):
    """What a sweep tells: sentences, and lanes done of a grid."""

    def say(self, text: str) -> None: ...

    def step(self, grid: Grid, done: int, computed: int) -> None: ...


class Silent:
    """Tells nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def step(self, grid: Grid, done: int, computed: int) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Tally:
    """What one grid cost: lanes that were there, lanes that were computed, the seconds that took."""

    grid: Grid
    kept: int
    computed: int
    seconds: float


def play(grid: Grid, store: Store, executor: Executor, block: int | None = None, report: Report | None = None) -> Tally:
    """Compute what the store lacks of a grid.

    executor  who computes it on CPUs; a GPU is driven from here
    block     lanes of a block; default: what the grid advises. The numbers do not depend on it
    Raises `StoreError`, `ExecutorError`; on Ctrl-C KeyboardInterrupt, with all finished blocks kept.
    """
    report = report or Silent()
    began = perf_counter()
    store.register(grid)
    for bad, reason in store.damaged(grid.key):
        path = store.path(grid.key, bad.lo, bad.hi)
        report.say(f"{path} {reason}: the lanes {bad.lo} to {bad.hi - 1} of {grid.label} are computed again")
    for text in changes(store, grid):
        report.say(text)
    kept, computed, losses = store.done(grid.key), 0, 0
    report.step(grid, kept, computed)

    def within(lanes: int, share: float) -> None:
        played = computed + int(lanes * share)  # lanes that would have taken as long
        if played and share < 1:
            report.step(grid, kept + played, played)

    if grid.device == "cuda":
        executor = Gpu(within)
    while rest := missing(store.blocks(grid.key), grid.count, block or grid.block_lanes()):
        try:
            for lo, hi, content in executor.run(grid, _unclaimed_first(store, grid, rest)):
                store.add(grid.key, lo, hi, content)
                computed, losses = computed + hi - lo, 0
                report.step(grid, min(kept + computed, grid.count), computed)
        except WorkersLost as error:
            losses += 1
            if losses == MOST_LOSSES:
                raise ExecutorError(
                    f"{error}, {losses} times without finishing a block; the blocks that are done are kept; try fewer "
                    "--workers, a smaller --block, or --executor local"
                ) from None
            report.say(f"{error}; their blocks are computed again")
    store.release(grid.key)
    return Tally(grid, kept, computed, perf_counter() - began)


def _unclaimed_first(store: Store, grid: Grid, blocks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The blocks, those last on which another driver is at work; each is asked about when its turn comes."""
    later = []
    for lo, hi in blocks:
        if store.claim(grid.key, lo, hi):
            yield lo, hi
        else:
            later.append((lo, hi))
    for lo, hi in later:
        if store.claim(grid.key, lo, hi, over=True):
            yield lo, hi


def changes(store: Store, grid: Grid) -> list[str]:
    """What the store holds of the same grid under other texts of its rules, or another version, one sentence each."""
    found, now = [], grid.configuration()
    for known in store.known():
        if known.family != grid.family or known.key == grid.key or not known.done:
            continue
        then = known.configuration
        changed = [
            f"the {kind} {rule['name']} has changed since"
            for kind, rule in now["rules"].items()
            if then["rules"][kind]["digest"] != rule["digest"]
        ]
        if others := other_versions(then):
            changed.append(f"they are of {', '.join(others)}")
        moved = then.get("device") != now.get("device")
        older = "" if moved and not changed else "older "
        changed += [f"they were computed on {place(then)}"] if moved else []
        found.append(
            f"{store.folder} holds {known.done} of {known.lanes} {older}lanes of {grid.label} that are not used: "
            f"{' and '.join(changed) or 'the layout of blocks has changed since'}"
        )
    return found
