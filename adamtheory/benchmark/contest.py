"""A contest: several ways to do the same work, timed in turn, so that a noisy machine is noisy for all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ROUNDS = 7  # alternated runs; the median of each entrant is reported


@dataclass(frozen=True)
class Entrant:
    """One way to do the work: `work` runs it once and covers `units` of it; `bytes_moved` a run, for the bandwidth."""

    name: str
    work: Callable[[], object]
    units: float
    bytes_moved: float = 0.0


@dataclass(frozen=True)
class Goal:
    """What the first entrant should reach: a time per unit, or a ratio to another entrant."""

    text: str
    entrant: str | None
    at_least: float  # with an entrant: its time over ours; without: our time per unit in nanoseconds, at most


@dataclass(frozen=True)
class Contest:
    """`unit` is what `units` counts; `absent` names what could not take part, and why."""

    title: str
    unit: str
    entrants: tuple[Entrant, ...]
    goals: tuple[Goal, ...]
    absent: tuple[str, ...] = ()


@dataclass
class Result:
    """Median seconds per run of each entrant."""

    contest: Contest
    seconds: dict[str, float] = field(default_factory=dict)

    def per_unit(self, name: str) -> float:
        """Nanoseconds per unit."""
        entrant = next(e for e in self.contest.entrants if e.name == name)
        return self.seconds[name] / entrant.units * 1e9

    @property
    def ours(self) -> str:
        return self.contest.entrants[0].name

    def ratio(self, name: str) -> float:
        """How many times longer than ours."""
        return self.per_unit(name) / self.per_unit(self.ours)

    def verdict(self, goal: Goal) -> str:
        """Whether a goal is reached, and by how much it is missed."""
        if goal.entrant is None:
            value = self.per_unit(self.ours)
            reached, miss = value <= goal.at_least, value / goal.at_least - 1
        elif goal.entrant not in self.seconds:
            return "not measured"
        else:
            value = self.ratio(goal.entrant)
            reached, miss = value >= goal.at_least, 1 - value / goal.at_least
        return "reached" if reached else f"missed by {miss:.0%}"


def hold(contest: Contest, rounds: int = ROUNDS) -> Result:
    """Warm every entrant up once, then time them in turn; every other round in reverse order."""
    for entrant in contest.entrants:
        entrant.work()
    times: dict[str, list[float]] = {e.name: [] for e in contest.entrants}
    for index in range(rounds):
        order = contest.entrants if index % 2 == 0 else contest.entrants[::-1]
        for entrant in order:
            begin = time.perf_counter()
            entrant.work()
            times[entrant.name].append(time.perf_counter() - begin)
    return Result(contest, {name: statistics.median(t) for name, t in times.items()})
