"""What `adamtheory train` prints and draws: header, table, JSON, curves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.cli.output import print_table, width
from adamtheory.report.growth_text import significant, with_error

if TYPE_CHECKING:
    from adamtheory.nets.history import Record
    from adamtheory.nets.network import Network
    from adamtheory.nets.plan import Entry, TrainPlan
    from adamtheory.nets.summary import Row
    from adamtheory.report.curves import Curve

MOST_ROWS = 40


def header(
    plan: TrainPlan, network: Network, entries: Sequence[Entry], examples: Any, folder: Path, device: str = "cpu"
) -> list[str]:
    """What is trained, one line a fact."""
    rows, tests = len(examples.train.y), len(examples.test.y)
    updates = -(-rows // plan.batch)
    seeds = f"{plan.first_seed}" if plan.seeds == 1 else f"{plan.first_seed} to {plan.first_seed + plan.seeds - 1}"
    facts = [
        f"network     {plan.model}: {network.name}, {network.size} parameters",
        f"data        {examples.name}: {rows} rows for training, {tests} for test, {examples.classes} classes",
        f"epochs      {plan.epochs} of {updates} updates, batches of {min(plan.batch, rows)}",
        f"seeds       {seeds}",
        f"numbers     {plan.dtype}",
        *([f"device      {device}"] if device != "cpu" else []),
        f"folder      {folder}",
    ]
    for i, entry in enumerate(entries):
        steps = "" if entry.schedule.rule.name == "constant" else f", step size {entry.schedule.rule.name}"
        count = f", {entry.lanes.count} networks" if entry.lanes.count > 1 else ""
        facts.append(f"{'optimizers' if i == 0 else '':<12}{entry.spec}{steps}{count}")
    return facts


def table(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Heads and cells; at most `MOST_ROWS` rows."""
    heads = ["optimizer", "training loss", "test loss"]
    cells = [
        [row.name, _with(row.train_loss, row.train_loss_error), _with(row.test_loss, row.test_loss_error)]
        for row in rows[:MOST_ROWS]
    ]
    if any(row.accuracy == row.accuracy for row in rows):  # a network without classes has none
        heads.append("test accuracy, %")
        for cell, row in zip(cells, rows, strict=False):
            cell.append(_with(100 * row.accuracy, 100 * row.accuracy_error))
    if any(row.diverged for row in rows[:MOST_ROWS]):
        heads.append("not finite")
        for cell, row in zip(cells, rows, strict=False):
            cell.append(f"from update {row.nonfinite}, {row.diverged} of {row.seeds}" if row.diverged else "-")
    return heads, cells


def _with(value: float, error: float) -> str:
    if value - value != 0:
        return "not finite"
    return significant(value) if error - error != 0 else with_error(value, error)


def print_results(rows: Sequence[Row], plan: TrainPlan) -> None:
    """The table with its legend on standard output."""
    print_table(*table(rows))
    if len(rows) > MOST_ROWS:
        print(f"... and {len(rows) - MOST_ROWS} more rows, whose numbers are in results.parquet")
    legend = f"After {plan.epochs} epochs; losses in nats; training loss: mean over the last epoch, before each update."
    if plan.seeds > 1:
        legend = f"Means over {plan.seeds} seeds ± half their 95 % interval (Student's t). {legend}"
    print("\n" + textwrap.fill(legend, width()))


def as_json(plan: TrainPlan, network: Network, rows: Sequence[Row], folder: Path) -> dict[str, Any]:
    """What --json prints."""
    return {
        "parameters": plan.as_json(),
        "network": {"name": network.name, "parameters": network.size},
        "rows": [row.as_json() for row in rows],
        "folder": str(folder),
    }


def curves(entries: Sequence[Entry], records: Sequence[Record]) -> dict[str, list[Curve]]:
    """For each panel of the figure the mean over the seeds, and from the smallest to the largest of them."""
    import numpy as np

    from adamtheory.nets.summary import lanes
    from adamtheory.report.curves import MOST_CURVES, Curve, paleness, shared_name
    from adamtheory.report.training_figure import PANELS

    found: dict[str, list[Curve]] = {name: [] for name in PANELS}
    groups = [list(lanes(entry)) for entry in entries]
    many, drawn = sum(map(len, groups)) > MOST_CURVES, 0
    for i, (entry, group) in enumerate(zip(entries, groups, strict=True)):
        for j, (values, numbers) in enumerate(group):
            label = " ".join([entry.label, *(f"{k}={v:g}" for k, v in values.items())])
            if many:
                label = shared_name(entry.label, group[0][0], values, len(group)) if j == len(group) - 1 else ""
            for name, panel in found.items():
                array = getattr(records[i], name)[numbers] * (100 if name == "test_accuracy" else 1)
                banded = len(numbers) > 1 and not many
                low, high = (array.min(axis=0), array.max(axis=0)) if banded else (None, None)
                mean, pale = np.asarray(array.mean(axis=0)), paleness(j, len(group)) if many else 0.0
                panel.append(Curve(label, i if many else drawn, mean, low, high, pale))
            drawn += 1
    return found


def figure_title(plan: TrainPlan, network: Network, examples: Any, bands: bool = True) -> str:
    """The line above the panels; `bands`: whether there are any."""
    seeds = f"; lines: means of {plan.seeds} seeds" if plan.seeds > 1 else ""
    seeds += ", bands: from the least to the greatest" if seeds and bands else ""
    return f"{network.name} on {examples.name}, batches of {plan.batch}{seeds}"
