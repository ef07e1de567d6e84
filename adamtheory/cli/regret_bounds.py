"""What `adamtheory regret --bounds` prints: for every optimizer the theorems about it, held against the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from adamtheory.report.growth_text import significant

if TYPE_CHECKING:
    from adamtheory.bounds.certificates import Certificate
    from adamtheory.bounds.summary import HypothesisLine, Line
    from adamtheory.runs.plan import Result

MOST_BLOCKS = 8


def blocks(
    results: Sequence[Result], certificates: Sequence[Sequence[Certificate]]
) -> Iterator[tuple[str, dict[str, float], list[Line]]]:
    """(optimizer, lane, theorems) for every lane that is no replicate."""
    import numpy as np

    from adamtheory.bounds.summary import lines
    from adamtheory.runs.summary import replicate_axes

    for result, found in zip(results, certificates, strict=True):
        trajectory = result.trajectory
        averaged = replicate_axes(trajectory.axes)
        kept = [i for i in range(len(trajectory.axes)) if i not in averaged]
        for lane in np.ndindex(*(trajectory.shape[i] for i in kept)):
            pick: list[Any] = list(lane)
            for axis in averaged:
                pick.insert(axis, slice(None))
            names = {trajectory.axes[i]: i for i in kept}
            at = {n: float(trajectory.coordinates[n][k]) for n, k in zip(names, lane, strict=True)}
            yield result.entry.label, at, lines(found, tuple(pick))


def print_bounds(results: Sequence[Result], certificates: Sequence[Sequence[Certificate]]) -> None:
    """One block for each optimizer and lane."""
    found = list(blocks(results, certificates))
    for label, lane, theorems in found[:MOST_BLOCKS]:
        name = " ".join([label, *(f"{k}={v:g}" for k, v in lane.items())])
        print("\n" + "\n".join(_block(name, theorems)))
    if len(found) > MOST_BLOCKS:
        print(f"\n... and {len(found) - MOST_BLOCKS} more lanes, whose bounds are in the files")
    for label, _, theorems in found:
        for line in theorems:
            if line.violated:
                print(f"\nVIOLATED: {label} has more regret than {line.theorem} allows, and all its hypotheses hold")


def _block(name: str, theorems: Sequence[Line]) -> list[str]:
    if not theorems:
        return [f"bounds for {name}: no regret theorem is about it"]
    heads = ["theorem", "", "bound", "R_T/bound", "largest", "applies"]
    cells = [[_named(t), "sharpest" if t.sharpest else "", *_numbers(t), _applies(t)] for t in theorems]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    rows = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in [heads, *cells]]
    constants = {n: v for t in theorems for n, v in t.constants.items()}
    told = ", ".join(f"{n} = {_range(*v)}" for n, v in constants.items())
    return [
        f"bounds for {name}" + (f" ({told})" if told else ""),
        *_indented(rows),
        "",
        *_indented(_hypotheses(theorems)),
    ]


def _indented(rows: Sequence[str]) -> list[str]:
    return ["  " + row for row in rows]


def _named(t: Line) -> str:
    return t.theorem if t.proved else f"{t.theorem} (not proved)"


def _numbers(t: Line) -> list[str]:
    return ["-" if v is None else significant(v) for v in (t.bound, t.ratio, t.largest)]


def _applies(t: Line) -> str:
    if t.violated:
        return "VIOLATED"
    if t.applies:
        return "yes"
    if t.reason:
        return f"not evaluated: {t.reason}"
    return "no: " + ", ".join(_failure(h) for h in t.hypotheses if not h.holds)


def _failure(h: HypothesisLine) -> str:
    return f"{h.name} fails first at t = {h.first}" if h.first else f"{h.name} fails"


def _hypotheses(theorems: Sequence[Line]) -> list[str]:
    """Every hypothesis once, with its value; those that fail first."""
    every = {(h.name, h.sentence): h for t in theorems for h in t.hypotheses}
    rows = sorted(every.values(), key=lambda h: h.holds)
    width = max(len(h.name) for h in rows)
    return [f"{'holds' if h.holds else 'FAILS'}  {h.name:<{width}}  {_claim(h)}{_value(h)}" for h in rows]


def _claim(h: HypothesisLine) -> str:
    return h.sentence.split(", for every")[0]


def _value(h: HypothesisLine) -> str:
    at = f" first at t = {h.first}" if h.first else ""
    value = f": {h.note} {significant(h.value, 3)}" if h.value is not None else f": {h.note}" if h.note else ""
    return f"{value}{at}"


def _range(low: float, high: float) -> str:
    return significant(low) if low == high else f"{significant(low)} to {significant(high)}"


def bounds_json(results: Sequence[Result], certificates: Sequence[Sequence[Certificate]]) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {"optimizer": label, "lane": lane, "theorems": [asdict(line) for line in theorems]}
        for label, lane, theorems in blocks(results, certificates)
    ]
