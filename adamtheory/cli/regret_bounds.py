"""What `adamtheory regret --bounds` prints: for every optimizer the theorems about it, held against the run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.cli.output import width
from adamtheory.report.growth_text import significant

if TYPE_CHECKING:
    from adamtheory.bounds.certificates import Certificate
    from adamtheory.bounds.summary import HypothesisLine, Line
    from adamtheory.report.curves import Curve
    from adamtheory.runs.plan import Result

    Certificates = Sequence[Sequence[Certificate]]

LEGEND = (
    "bound and R_T/bound: at T, or at the last round up to which the hypotheses held; largest: R_T/bound, over the "
    "checkpoints; margin: right side less left side, the least over the rounds. Behind the name of the optimizer stand "
    "the constants of the theorems as they are in this run, the least that the hypotheses allow where they leave a "
    "choice; w(t, i): what the theorem calls the denominator; d: coordinates; u: the comparator; X(i, t): the iterate "
    "after t rounds."
)
MOST_BLOCKS = 8  # printed; the rest is in the file
BOUNDS = "bounds.parquet"


@dataclass(frozen=True)
class Block:
    """The theorems about one optimizer in one lane that is no replicate; `pick` is the lane's index."""

    optimizer: str
    lane: dict[str, float]
    theorems: list[Line]
    certificates: Sequence[Certificate]
    pick: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Label with the values of the lane."""
        return " ".join([self.optimizer, *(f"{k}={v:g}" for k, v in self.lane.items())])


def blocks(results: Sequence[Result], certificates: Certificates) -> Iterator[Block]:
    """One block for every optimizer and lane, in the order of the table."""
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
            yield Block(result.entry.label, at, lines(found, tuple(pick)), found, tuple(pick))


def bound_curves(results: Sequence[Result], certificates: Certificates) -> list[Curve]:
    """The sharpest bound of every lane as a curve for the figure; none where the lanes are too many for colours."""
    import numpy as np

    from adamtheory.report.curves import MOST_CURVES, Curve

    found, curves = list(blocks(results, certificates)), []
    for index, block in enumerate(found if len(found) <= MOST_CURVES else []):
        for line in block.theorems:
            if line.sharpest:
                bound = next(c.bound for c in block.certificates if c.theorem == line.theorem)
                mean = np.asarray(bound[block.pick]).reshape(-1, bound.shape[-1]).mean(axis=0)
                curves.append(Curve(f"{block.name}: {line.theorem}", index, mean, None, None))
    return curves


def write_bounds(path: Path, results: Sequence[Result], certificates: Certificates) -> None:
    """One row for each optimizer, theorem, lane and checkpoint: measured regret with its gap, bound, whether it holds.

    The lanes are numbered as in the results. `valid` says whether every hypothesis held up to that round.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as parquet

    tables = []
    for result, found in zip(results, certificates, strict=True):
        for c in found:
            count = c.bound.size // len(c.checkpoints)
            columns = {
                "optimizer": [result.entry.label] * c.bound.size, "theorem": [c.theorem] * c.bound.size,
                "lane": np.repeat(np.arange(count), len(c.checkpoints)), "rounds": np.tile(c.checkpoints, count),
                "regret": c.regret.reshape(-1), "bound": c.bound.reshape(-1), "valid": c.valid.reshape(-1),
            }  # fmt: skip
            tables.append(pa.table(columns))
    if tables:
        parquet.write_table(pa.concat_tables(tables), path)


def print_bounds(results: Sequence[Result], certificates: Certificates) -> None:
    """One block for each optimizer and lane."""
    found = list(blocks(results, certificates))
    for block in found[:MOST_BLOCKS]:
        print("\n" + "\n".join(_block(block.name, block.theorems)))
    if len(found) > MOST_BLOCKS:
        print(f"\n... and {len(found) - MOST_BLOCKS} more lanes, whose bounds are in {BOUNDS}")
    if any(block.theorems for block in found):
        print("\n" + "\n".join(textwrap.wrap(LEGEND, width())))
    for block in found:
        for line in block.theorems:
            if line.violated:
                print(
                    f"\nVIOLATED: {block.name} has more regret than {line.theorem} allows although all its hypotheses "
                    "hold: the theorem, its proof or this program is wrong"
                )


def _block(name: str, theorems: Sequence[Line]) -> list[str]:
    if not theorems:
        return [f"bounds for {name}: no regret theorem is about it"]
    heads = ["theorem", "", "bound", "R_T/bound", "largest", "applies"]
    cells = [[_named(t), "sharpest" if t.sharpest else "", *_numbers(t), _applies(t)] for t in theorems]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    rows = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in [heads, *cells]]
    constants = {n: v for t in theorems for n, v in t.constants.items() if isfinite(v[0] + v[1])}
    families = {n: v for t in theorems for n, v in t.readings.items()}
    told = ", ".join(f"{n} = {v}" for n, v in [*((n, _range(*v)) for n, v in constants.items()), *families.items()])
    head = textwrap.wrap(f"bounds for {name}" + (f", with {told}" if told else ""), width(), subsequent_indent="  ")
    return [*head, *_indented(rows), "", *_indented(_hypotheses(theorems))]


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
    failing = ", ".join(_failure(h) for h in t.hypotheses if not h.holds)
    return f"no: {failing}" if failing else f"not evaluated: {t.reason}"


def _failure(h: HypothesisLine) -> str:
    if h.note == h.name and h.value is not None:  # a scalar that should be a number
        return f"{h.sentence} fails, it is {significant(h.value, 3)}"
    return f"{h.name} fails first at t = {h.first}" if h.first else f"{h.name} fails"


def _hypotheses(theorems: Sequence[Line]) -> list[str]:
    """Every hypothesis once, with its value; those that fail first, with the theorems that need them."""
    every = {(h.name, _claim(h)): h for t in theorems for h in t.hypotheses}
    rows = sorted(every.items(), key=lambda item: item[1].holds)
    room = max(len(h.name) for _, h in rows)
    found = []
    for key, h in rows:
        needed = [t.theorem for t in theorems if key in {(own.name, _claim(own)) for own in t.hypotheses}]
        by = "" if h.holds else f"; needed by {', '.join(needed)}"
        found.append(f"{'holds' if h.holds else 'FAILS'}  {h.name:<{room}}  {_claim(h)}{_value(h)}{by}")
    return found


def _claim(h: HypothesisLine) -> str:
    return h.sentence.split(" for ")[0]


def _value(h: HypothesisLine) -> str:
    at = f" first at t = {h.first}" if h.first else ""
    value = f": {h.note} {significant(h.value, 3)}" if h.value is not None else f": {h.note}" if h.note else ""
    return f"{value}{at}"


def _range(low: float, high: float) -> str:
    return significant(low) if low == high else f"{significant(low)} to {significant(high)}"


def bounds_json(results: Sequence[Result], certificates: Certificates) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {"optimizer": b.optimizer, "lane": b.lane, "theorems": [asdict(line) for line in b.theorems]}
        for b in blocks(results, certificates)
    ]
