"""What `adamtheory regret` prints: header, table, verdict in words, JSON."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adamtheory.language.tree import ONE, Number
from adamtheory.report.growth_text import sentences
from adamtheory.report.tables import MOST_ROWS, regret_table
from adamtheory.runs.comparator import in_words
from adamtheory.runs.folder import RESULTS
from adamtheory.runs.plan import Entry, Plan
from adamtheory.runs.specs import Spec, Value, exact_text, number_text, parse_spec, rule_file, value_text
from adamtheory.runs.summary import Row

MOST_WIDTH = 100
MOST_VALUES = 6  # of a list in the header
LEGEND = (
    "x_{T+1}: where the optimizer is after T rounds; R_T: its loss so far minus that of {comparator}; "
    "D: what it divides the step by, sqrt(v) + eps for Adam; Gamma_t = D_t/alpha_t - D_{t-1}/alpha_{t-1}; m: what it "
    "multiplies by alpha_t/D_t."
)
PATH = " path length: how far the comparator moved in all."
NORM = " |x|: its Euclidean norm."
GAP = (
    " gap: how much less than in R_T the best point can lose, by what a solver left and the rounding of its losses; "
    "certified, but without the rounding of the losses that the optimizer itself suffers."
)


def short(text: str) -> str:
    """A spec with file names instead of paths and without the middle of long lists."""
    return _short(parse_spec(text))


def _short(spec: Spec) -> str:
    found = rule_file(spec.name)
    name = f"{found[0].name}{':' + found[1] if found[1] else ''}" if found else spec.name
    params = {key: _short_value(key, value) for key, value in spec.params.items()}
    return f"{name}[{', '.join(f'{key}={value}' for key, value in params.items())}]" if params else name


def _short_value(key: str, value: Value) -> str:
    if isinstance(value, Spec):
        return _short(value)
    if key == "data" and isinstance(value, str):
        return Path(value).name
    if isinstance(value, tuple) and len(value) > MOST_VALUES:
        first, second, last = (number_text(value[i]) for i in (0, 1, -1))
        return f"[{first}, {second}, ..., {last}] ({len(value)} values)"
    return value_text(value)


def header(plan: Plan, entries: Sequence[Entry], reasons: Sequence[str]) -> list[str]:
    """What is run, one line a fact."""
    losses = entries[0].losses
    facts = [f"loss        {short(plan.loss)}: {_loss_facts(entries[0])}"]
    facts.append(f"set         {_shared([_text(e.feasible) for e in entries], entries)}")
    if any(projection(e, plan) for e in entries):
        facts.append(f"projection  {_shared([projection(e, plan) for e in entries], entries)}")
    facts.append(f"step size   {_shared([_text(e.schedule, 'lr') for e in entries], entries)}")
    if plan.against != "best":
        facts.append(f"against     {in_words(plan.against)}")
    facts.append(f"rounds      T = {plan.horizon}")
    seeds = f"{plan.first_seed}" if plan.seeds == 1 else f"{plan.first_seed} to {plan.first_seed + plan.seeds - 1}"
    facts.append(f"seeds       {seeds}" if losses.random else "seeds       none needed, the losses are not random")
    facts.append(f"numbers     {plan.dtype}")
    if plan.device != "cpu":
        facts.append(f"device      {plan.device}")
    for i, entry in enumerate(entries):
        facts.append(f"{'optimizers' if i == 0 else '':<12}{short(entry.spec)}")
    for i, reason in enumerate(reasons):
        facts += textwrap.wrap(
            reason, MOST_WIDTH, initial_indent=f"{'chosen' if i == 0 else '':<12}", subsequent_indent=" " * 12
        )
    return facts


def _loss_facts(entry: Entry) -> str:
    losses = entry.losses
    parts = [f"{losses.dimension} coordinate{'s' if losses.dimension > 1 else ''}"]
    if losses.period > 1:
        parts.append(f"period {losses.period}")
    if losses.features is not None:
        order = "in a new order in every pass" if losses.order == "shuffled" else "in the order of the file"
        parts.append(f"{len(losses.features)} rows {order}")
    elif losses.random:
        parts.append("random")
    return ", ".join(parts)


def projection(entry: Entry, plan: Plan) -> str:
    """In which norm the run projects; empty where all norms give the same."""
    if entry.losses.dimension == 1 or "vector" not in entry.feasible.rule.facts:
        return ""
    divisor = entry.optimizer.rule.notes.get("denominator", ONE)
    weighted = plan.projection == "weighted" and not isinstance(divisor, Number)
    return "weighted by D" if weighted else "Euclidean"


def _text(bound: Any, without: str = "") -> str:
    values = {name: value for name, value in bound.values.items() if name != without}
    return short(exact_text(bound.rule.name, values))


def _shared(texts: Sequence[str], entries: Sequence[Entry]) -> str:
    """One text where all are the same, else the most frequent and who differs."""
    common = max(texts, key=texts.count)
    others = [f"{entry.label}: {text}" for entry, text in zip(entries, texts, strict=True) if text != common]
    return "; ".join([common, *others])


def figure_title(plan: Plan, entries: Sequence[Entry], bands: bool = True) -> str:
    """The line above the panels; `bands`: whether there are any."""
    against = "" if plan.against == "best" else f", against {in_words(plan.against)}"
    seeds = f"; lines: means of {plan.seeds} seeds" if plan.seeds > 1 else ""
    seeds += ", bands: the middle half of them" if seeds and bands else ""
    return f"{short(plan.loss)}, set {_text(entries[0].feasible)}, {plan.horizon} rounds{against}{seeds}"


def print_results(rows: Sequence[Row], plan: Plan) -> None:
    """Table and verdict on standard output."""
    heads, cells = regret_table(rows)
    plain, width = _plain_table(heads, cells), MOST_WIDTH
    if not sys.stdout.isatty():
        print("\n".join(plain))
    else:
        room = shutil.get_terminal_size().columns
        width = min(MOST_WIDTH, room)
        if max(map(len, plain)) + len(heads) < room:  # a drawn table pads every column
            _rich_table(heads, cells)
        else:
            print("\n".join(_blocks(heads, cells)))
    if len(rows) > MOST_ROWS:
        print(f"... and {len(rows) - MOST_ROWS} more rows, whose numbers are in {RESULTS}")
    print()
    for sentence in sentences(rows, short(plan.loss)):
        print(textwrap.fill(sentence, width))
    print()
    legend = (
        LEGEND.replace("{comparator}", in_words(plan.against))
        + (NORM if any("|x" in head for head in heads) else "")
        + (GAP if "gap of R_T" in heads else "")
    )
    legend += PATH if "path length" in heads else ""
    print(textwrap.fill(legend, width))


def _blocks(heads: list[str], cells: list[list[str]]) -> list[str]:
    """One block a row, for a terminal that is too narrow for the table: no number is ever cut."""
    widest = max(map(len, heads))
    lines = []
    for line in cells:
        lines += ["", line[0], *(f"  {head:<{widest}}  {cell}" for head, cell in zip(heads[1:], line[1:], strict=True))]
    return lines


def _plain_table(heads: list[str], cells: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    right = [_is_number_column(column) for column in zip(*cells, strict=True)]
    return [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)).rstrip()
        for line in [heads, *cells]
    ]


def _is_number_column(cells: Sequence[str]) -> bool:
    return all(cell.replace(".", "").replace("-", "").replace("e", "").replace("+", "").isdigit() for cell in cells)


def _rich_table(heads: list[str], cells: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"linear regret": "bold red", "sublinear": "bold green", "not finite": "bold red", "undecided": "yellow"}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for head, column in zip(heads, zip(*cells, strict=True), strict=True):
        table.add_column(head, justify="right" if _is_number_column(column) else "left")
    for line in cells:
        table.add_row(*(Text(cell, colours.get(cell, "")) for cell in line))
    Console().print(table)


def as_json(
    plan: Plan, rows: Sequence[Row], folder: Path | None, unfinished: Sequence[str], **more: Any
) -> dict[str, Any]:
    """What --json prints."""
    return {
        "parameters": plan.as_json(),
        "rows": [{**row.as_json(), "name": row.name} for row in rows],
        "verdict": sentences(rows, short(plan.loss)),
        "folder": None if folder is None else str(folder),
        "unfinished": list(unfinished),
        **more,
    }
