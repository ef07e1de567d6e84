"""The table of a regret run, as heads and cells of text; how they are drawn is the command line's matter."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from adamtheory.report.growth_text import law_text, significant, with_error
from adamtheory.runs.summary import Row

MOST_ROWS = 40

Table = tuple[list[str], list[list[str]]]


def regret_table(rows: Sequence[Row]) -> Table:
    """One line a row, at most `MOST_ROWS`; columns without any content are left out."""
    shown = rows[:MOST_ROWS]
    position = "x_{T+1}" if all(row.scalar for row in rows) else "|x_{T+1}|"
    columns: dict[str, list[str]] = {
        "optimizer": [row.name for row in shown],
        position: [significant(row.x) for row in shown],
        _regret_head(rows[0]): [with_error(row.regret, row.regret_error) for row in shown],
        "R_T/T": [significant(row.average) for row in shown],
        "growth of R_T": [law_text(row) for row in shown],
        "log slope": [_slope(row) for row in shown],
        "smallest Gamma": [_gamma(row) for row in shown],
        "max |m|/D": ["-" if row.ratio_max is None else significant(row.ratio_max) for row in shown],
    }
    if any(row.path is not None for row in shown):
        columns["path length"] = ["-" if row.path is None else significant(row.path) for row in shown]
    if any(row.gap > 0 for row in shown):
        columns["gap of R_T"] = [f"<= {row.gap:.1e}" if row.gap > 0 else "0" for row in shown]
    if any(row.nonfinite for row in shown):
        columns["not finite"] = [f"round {row.nonfinite}" if row.nonfinite else "-" for row in shown]
    columns["verdict"] = [row.verdict for row in shown]
    return list(columns), [list(cells) for cells in zip(*columns.values(), strict=True)]


def _regret_head(row: Row) -> str:
    """R_T, with what it is measured against where that is not the best fixed point."""
    return "R_T" if row.against == "best" else f"R_T ({row.against})"


def _slope(row: Row) -> str:
    if row.slope is None:
        return "-"
    return f"{round(row.slope, 3) + 0.0:.3f}" if row.slope_error is None else with_error(row.slope, row.slope_error)


def _gamma(row: Row) -> str:
    if row.gamma_min is None:
        return "not declared"
    if not isfinite(row.gamma_min):
        return "not finite"
    smallest = significant(row.gamma_min, 3)
    if row.gamma_first:
        return f"{smallest}, < 0 at t = {row.gamma_first}"
    return f"{smallest}, rounding" if row.gamma_min < 0 else smallest
