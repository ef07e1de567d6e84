"""What `adamtheory sweep` prints: the header, a line for each grid at the end, and the state of a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.cli.output import print_json, print_table

if TYPE_CHECKING:
    from adamtheory.sweeping.asking import Asked
    from adamtheory.sweeping.drive import Tally
    from adamtheory.sweeping.grid import Grid
    from adamtheory.sweeping.store import Known, Store


def header(asked: Asked, grids: Sequence[Grid], folder: Path) -> list[str]:
    """What is going to run."""
    grid = grids[0]
    rounds = ", ".join(map(str, grid.horizons))
    lines = [f"loss       {asked.loss}", f"rounds     {rounds}", f"store      {folder}"]
    for each in grids:
        axes = " x ".join(f"{axis.name} {len(axis)}" for axis in each.axes) or "one run"
        lines.append(f"optimizer  {each.label}: {_lanes(each.count)} ({axes}), {each.steps:.3g} lane-steps")
        if each.job.told != "cpu":
            lines.append(f"device     {each.job.told}")
    return lines


def _lanes(count: int) -> str:
    return f"{count} {'lane' if count == 1 else 'lanes'}"


def print_results(
    store: Store, tallies: Sequence[Tally], folder: Path, export: Path | None, rows: int | None, as_json: bool
) -> None:
    """One line for each grid: where R_T/T is least and largest at the last number of rounds."""
    found = [_summary(store, tally) for tally in tallies]
    if as_json:
        print_json({"store": str(folder), "export": None if export is None else str(export), "rows": rows,
                    "grids": found})  # fmt: skip
        return
    cells = [
        [
            row["optimizer"], str(row["lanes"]), str(row["computed"]), f"{row['rounds'][-1]}",
            *(_end(row[end]) for end in ("least", "largest")), str(row["not_finite"]),
        ]
        for row in found
    ]  # fmt: skip
    heads = ["optimizer", "lanes", "computed", "T", "least R_T/T", "largest R_T/T", "not finite"]
    print_table(heads, cells)
    table = "" if export is None else f"; table of {rows} {'row' if rows == 1 else 'rows'} in {export}"
    print(f"\nresults in {folder}{table}")


def _end(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    where = ", ".join(f"{name}={value:g}" for name, value in row["at"].items())
    return f"{row['average']:.4g}" + (f" at {where}" if where else "")


def _summary(store: Store, tally: Tally) -> dict[str, Any]:
    """Counts and ends of one grid, as JSON."""
    import numpy as np

    from adamtheory.sweeping.grid import shown
    from adamtheory.sweeping.table import read_column

    grid = tally.grid
    average = read_column(store, grid, "regret")[:, -1] / grid.horizons[-1]
    bad = int(np.count_nonzero(read_column(store, grid, "nonfinite")[:, -1]))
    finite = np.isfinite(average)

    def end(lane: int) -> dict[str, Any]:
        at = {shown(name): float(values[0]) for name, values in grid.parameters(lane, lane + 1).items()}
        return {"average": float(average[lane]), "lane": lane, "at": at}

    least = largest = None
    if finite.any():
        least = end(int(np.argmin(np.where(finite, average, np.inf))))
        largest = end(int(np.argmax(np.where(finite, average, -np.inf))))
    return {
        "optimizer": grid.label, "key": grid.key, "device": grid.job.told, "lanes": grid.count,
        "rounds": list(grid.horizons),
        "kept": tally.kept, "computed": tally.computed, "seconds": tally.seconds,
        "lane_steps_per_second": tally.computed * grid.horizons[-1] / tally.seconds,
        "least": least, "largest": largest, "not_finite": bad,
    }  # fmt: skip


def print_status(folder: Path, as_json: bool, grids: Sequence[Grid] = ()) -> int:
    """What the store holds, of these grids or of all; the exit status: 0 all done, 1 something is missing."""
    from adamtheory.sweeping.drive import changes
    from adamtheory.sweeping.store import Store

    with Store(folder, create=False) as store:
        known = store.known()
        wanted = {grid.key for grid in grids}
        rows = [_known(each) for each in known if not grids or each.key in wanted]
        for grid in grids:
            if grid.key not in {each.key for each in known}:
                rows.append({"optimizer": grid.label, "key": grid.key, "lanes": grid.count, "done": 0,
                             "rounds": list(grid.horizons), "notes": []})  # fmt: skip
        older = [text for grid in grids for text in changes(store, grid)]
    if as_json:
        print_json({"store": str(folder), "grids": rows, "older": older})
    else:
        print_table(
            ["optimizer", "loss", "T", "lanes", "done", "key", "notes"],
            [[row["optimizer"], row.get("loss", ""), ",".join(map(str, row["rounds"])), str(row["lanes"]),
              f"{row['done']} ({row['done'] / row['lanes']:.0%})", row["key"][:12], "; ".join(row["notes"]) or "-"]
             for row in rows],
        )  # fmt: skip
        for text in older:
            print(text)
    return 0 if all(row["done"] == row["lanes"] for row in rows) else 1


def _known(each: Known) -> dict[str, Any]:
    """One grid of a store, with what is no longer as it was."""
    rules = each.configuration["rules"]
    return {
        "optimizer": each.label, "loss": rules["loss"]["name"], "key": each.key, "lanes": each.lanes,
        "done": each.done, "rounds": each.configuration["rounds"], "notes": _notes(each),
        "configuration": each.configuration,
    }  # fmt: skip


def _notes(each: Known) -> list[str]:
    """Whether the package, those that make its numbers, or the rules that ship have changed since; and which GPU."""
    from adamtheory.errors import AdamTheoryError
    from adamtheory.runs.specs import KIND_NAMES, to_rule
    from adamtheory.sweeping.grid import other_versions, place

    kinds = {name: kind for kind, name in KIND_NAMES.items()}
    others = other_versions(each.configuration)
    found = [f"of {', '.join(others)}"] if others else []
    found += [f"on {place(each.configuration)}"] if "device" in each.configuration else []
    for kind, rule in each.configuration["rules"].items():
        try:
            now = to_rule(rule["name"], kinds[kind]).digest
        except AdamTheoryError:
            continue  # a rule of the user's own, in a file that the store does not know
        if now != rule["digest"]:
            found.append(f"of an older text of {rule['name']}")
    return found
