"""A certificate in short: one line for a lane, the worst over its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory.bounds.certificates import Certificate
from adamtheory.bounds.hypotheses import MARGIN, Hypothesis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Pick = tuple[Any, ...]  # an index of the lane axes; slices where only the seed varies


@dataclass(frozen=True)
class HypothesisLine:
    """A hypothesis over the seeds of a lane: whether it held for all, the first failing round, the worst value."""

    name: str
    sentence: str
    holds: bool
    first: int | None
    value: float | None
    note: str


@dataclass(frozen=True)
class Line:
    """A theorem in a lane.

    applies      whether all hypotheses held for all seeds;  failing: the names of those that did not
    until        the last checkpoint up to which they held for all seeds, None if there is none
    bound        the mean bound at `until`;  regret: the mean regret there
    ratio        regret/bound there, the largest over the seeds;  largest: the largest over the checkpoints up to it
    constants    the least and the largest over the seeds;  readings: the theorem's families in this run
    violated     whether a measured regret is above the bound although every hypothesis held
    sharpest     whether no other theorem that applies has a smaller bound at T
    """

    theorem: str
    title: str
    proved: bool
    hypotheses: tuple[HypothesisLine, ...]
    constants: dict[str, tuple[float, float]]
    readings: dict[str, str]
    applies: bool
    failing: tuple[str, ...]
    until: int | None
    bound: float | None
    regret: float | None
    ratio: float | None
    largest: float | None
    violated: bool
    reason: str
    sharpest: bool = False


def lines(certificates: Sequence[Certificate], pick: Pick) -> list[Line]:
    """One line for each theorem about the run, those that apply first, the sharpest at the top."""
    found = sorted((_line(c, pick) for c in certificates), key=_order)
    if not found or not found[0].applies:
        return found
    return [replace(found[0], sharpest=True), *found[1:]]


def as_text(certificate: Certificate) -> str:
    """Whether the theorem applies, regret and bound at the last round up to which it does, and every hypothesis."""
    line = _line(certificate, ())
    lanes = f", worst of {certificate.applies.size} lanes" if certificate.applies.size > 1 else ""
    proved = "proved" if line.proved else "not proved"
    head = f"{line.theorem} ({proved}) {'applies' if line.applies else 'does not apply'}{lanes}"
    if line.until is not None:
        ratio = "unknown" if line.ratio is None else f"{line.ratio:.4g}"
        head += f": at T = {line.until} R_T/bound = {ratio}, bound {line.bound:.6g}"
    if line.reason:
        head += f"; not evaluated: {line.reason}"
    rows = [head, f"  {line.title}"]
    for h in sorted(line.hypotheses, key=lambda h: h.holds):
        value = "" if h.value is None else f" {h.value:.3g}"
        first = "" if h.first is None else f" first at t = {h.first}"
        note = f": {h.note}{value}{first}" if h.note or value or first else ""
        rows.append(f"  {'holds' if h.holds else 'FAILS'}  {h.name}: {h.sentence}{note}")
    return "\n".join(rows)


def _order(line: Line) -> tuple[bool, float, str]:
    return not line.applies, line.bound if line.bound is not None else float("inf"), line.theorem


def _line(c: Certificate, pick: Pick) -> Line:
    import numpy as np

    count = len(c.checkpoints)
    valid: Array = np.logical_and.reduce(np.asarray(c.valid[pick]).reshape(-1, count))
    hypotheses = tuple(_hypothesis(h, pick) for h in c.hypotheses)
    last = int(np.flatnonzero(valid)[-1]) if valid.any() else None
    bound, regret, ratio, largest = None, None, None, None
    if last is not None:
        bound, regret = (float(np.asarray(a[pick])[..., last].mean()) for a in (c.bound, c.regret))
        ratios = np.asarray(c.ratio[pick]).reshape(-1, count)
        ratio, largest = _most(ratios[:, last]), _most(ratios[:, valid])
    values = {n: np.asarray(v[pick]) for n, v in c.constants.items()}
    constants = {n: (float(v.min()), float(v.max())) for n, v in values.items()}
    failing = tuple(h.name for h in hypotheses if not h.holds)
    until = None if last is None else int(c.checkpoints[last])
    return Line(
        c.theorem, c.title, c.proved, hypotheses, constants, dict(c.readings), bool(valid[-1]), failing, until, bound,
        regret, ratio, largest, bool(np.asarray(c.violated[pick]).any()), c.reason,
    )  # fmt: skip


def _hypothesis(h: Hypothesis, pick: Pick) -> HypothesisLine:
    import numpy as np

    holds, first, value = (np.asarray(a[pick]).reshape(-1) for a in (h.holds, h.first, h.value))
    rounds = first[first > 0]
    known = value[np.isfinite(value)]
    worst = None if not len(known) else float(known.min() if h.note == MARGIN else known.max())
    return HypothesisLine(
        h.name, h.sentence, bool(holds.all()), int(rounds.min()) if len(rounds) else None, worst, h.note
    )


def _most(ratios: Array) -> float | None:
    """The largest of the ratios that are numbers: 0/0, before the first gradient, is none."""
    import numpy as np

    known = ratios[np.isfinite(ratios)]
    return float(known.max()) if known.size else None
