"""Find an experiment, run it, judge it, and keep what it found.

    outcome = perform(load("reddi_periodic"), "quick")
    outcome.verdict.word, outcome.table["linear"]

A folder holds `run.json` (what repeats it), `table.parquet` and `table.csv`, and the figure as SVG and PNG.
"""

from __future__ import annotations

import hashlib
import importlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from adamtheory import catalogue
from adamtheory.errors import DeviceError, OutputError
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.laboratory.settings import as_texts, from_texts

KIND = "adamtheory experiment"
BUDGETS = ("quick", "full")
RECORD, TABLE = "run.json", "table.parquet"
NO_LANES = "plays no lanes that a GPU could take"


@dataclass(frozen=True)
class Experiment:
    """A file of `experiments/` with its module."""

    file: catalogue.ExperimentFile
    module: ModuleType

    def settings(self, budget: str) -> Any:
        """The settings of a budget, quick or full."""
        return getattr(self.module, budget.upper())


@dataclass(frozen=True)
class Outcome:
    """What an experiment found; `verdict` is None where it was interrupted.

    device  cpu, cuda or auto, as it was asked for;  runs  where its runs took place, and how many
    """

    experiment: Experiment
    budget: str
    settings: Any
    table: Table
    verdict: Verdict | None
    seconds: float
    device: str = "cpu"
    runs: Mapping[str, int] = field(default_factory=dict)


def load(name: str) -> Experiment:
    """The experiment of that name; raises `UnknownNameError`."""
    file = catalogue.find_experiment(name)
    return Experiment(file, importlib.import_module(f"adamtheory.experiments.{file.name}"))


def check_device(experiment: Experiment, device: str) -> None:
    """Raise `UnknownNameError`, `DeviceError` for a device that there is not, or on which nothing of this could run."""
    from adamtheory.simulation.devices import check

    check(device)
    if device == "cuda" and not experiment.file.plays_lanes:
        raise DeviceError(f"{experiment.file.name} {NO_LANES}; use --device cpu, or auto")


def perform(
    experiment: Experiment,
    budget: str = "quick",
    settings: Any = None,
    tell: Tell | None = None,
    interrupted: Callable[[], None] | None = None,
    device: str = "cpu",
) -> Outcome:
    """Run an experiment and judge what it found.

    settings     default: those of the budget
    tell         called with (parts done, parts in all, the part that comes now)
    interrupted  called at Ctrl-C, after which the rows that are finished are returned without a verdict; None: raise it
    device       where `simulate` plays and networks are trained, as these take it; raises what `check_device` does, and
                 `DeviceError` where no block of a GPU holds a network
    """
    from time import perf_counter

    from adamtheory.simulation.devices import setting

    check_device(experiment, device)
    settings = experiment.settings(budget) if settings is None else settings
    blocks: list[Block] = []
    began, whole = perf_counter(), True
    with setting(device) as runs:
        try:
            for block in experiment.module.run(settings, tell or (lambda done, parts, what: None)):
                blocks.append(block)
        except KeyboardInterrupt:
            if interrupted is None:
                raise
            interrupted()
            whole = False
    table = Table.of(blocks)
    verdict = experiment.module.verdict(table, settings) if whole else None
    return Outcome(experiment, budget, settings, table, verdict, perf_counter() - began, device, dict(runs))


def record(outcome: Outcome) -> dict[str, Any]:
    """What run.json holds."""
    from adamtheory.runs.folder import versions
    from adamtheory.simulation.devices import identity

    on_gpu = places(outcome.runs)["cuda"] > 0
    verdict = outcome.verdict
    return {
        "kind": KIND,
        "experiment": outcome.experiment.file.name,
        "claim": outcome.experiment.file.fields["Claim"],
        "budget": outcome.budget,
        "settings": as_texts(outcome.settings),
        "finished": verdict is not None,
        "verdict": None if verdict is None else verdict.word,
        "sentence": None if verdict is None else verdict.told,
        "checks": [] if verdict is None else [_plain(asdict(check)) for check in verdict.checks],
        "seconds": round(outcome.seconds, 3),
        "text_sha256": hashlib.sha256(outcome.experiment.file.path.read_bytes()).hexdigest(),
        "versions": versions(),
        "device": outcome.device,
        "runs": dict(outcome.runs),
    } | ({"gpu": identity()} if on_gpu else {})


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's; what is not finite as text, for JSON has no word for it."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    value = value.item() if hasattr(value, "item") else value
    return str(value) if isinstance(value, float) and value - value != 0 else value


def write(outcome: Outcome, folder: Path, figure: bool = True) -> Path:
    """The folder of an outcome, whole or not at all; returns where it is: see `write_folder`."""
    import json

    from adamtheory.runs.folder import write_folder

    def fill(inside: Path) -> None:
        (inside / RECORD).write_text(json.dumps(record(outcome), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        _write_table(outcome.table, inside)
        if figure and outcome.verdict is not None:
            draw(outcome, inside)

    return write_folder(folder, fill)


def _write_table(table: Table, folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    arrays = pa.table({name: pa.array(column) for name, column in table.columns.items()})
    parquet.write_table(arrays, folder / TABLE)
    csv.write_csv(arrays, folder / "table.csv")


def draw(outcome: Outcome, folder: Path) -> list[Path]:
    """Draw the figure into a folder; returns the paths of SVG and PNG."""
    from adamtheory.report.sheet import Sheet

    sheet = Sheet(title=outcome.experiment.file.title.removesuffix("."))
    with sheet.style():
        outcome.experiment.module.figure(outcome.table, outcome.settings, sheet)
        return sheet.save(folder, outcome.experiment.file.name)


def read_folder(folder: Path) -> tuple[dict[str, Any], Table]:
    """Record and table of a folder that `run` wrote; raises `OutputError` for any other."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as parquet

    from adamtheory.runs.records import ExperimentRecord, check

    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        stored = parquet.read_table(folder / TABLE)
    except (OSError, ValueError, pa.ArrowException) as error:
        told = getattr(error, "strerror", None) or error
        raise OutputError(f"{folder} holds no readable experiment ({told}); give a folder that `run` wrote") from None
    check(found, ExperimentRecord, folder / RECORD, "an experiment")
    return found, Table({name: stored[name].to_numpy() for name in stored.column_names})


def recorded_settings(experiment: Experiment, found: dict[str, Any]) -> Any:
    """The settings that a record names."""
    return from_texts(experiment.settings(found["budget"]), found["settings"])


def moved(found: Mapping[str, Any], outcome: Outcome) -> str:
    """Where runs took place then and now, where that is not the same; last bits may then differ. Else empty."""
    now = record(outcome)
    if "runs" not in found or (places(found["runs"]), found.get("gpu")) == (places(now["runs"]), now.get("gpu")):
        return ""
    from adamtheory.simulation.devices import in_words

    texts = (
        told_runs(each["runs"]) + (f", {in_words(each['gpu'])}," if "gpu" in each else "") for each in (found, now)
    )
    return "last bits may differ, for it ran elsewhere: {} then, {} now".format(*texts)


def places(runs: Mapping[str, int]) -> Counter[str]:
    """How many runs took place on "cpu" and on "cuda", for whatever reason."""
    found: Counter[str] = Counter()
    for told, n in runs.items():
        found["cuda" if told.startswith("cuda") else "cpu"] += n
    return found


def told_runs(runs: Mapping[str, int]) -> str:
    """How many runs took place where: "12 runs on cuda; 1 run on cpu"."""
    return "; ".join(f"{n} {'run' if n == 1 else 'runs'} on {told}" for told, n in runs.items()) or "no run"


def differences(old: Table, new: Table) -> list[str]:
    """What of two tables is not bit for bit equal, one text a column; empty where all is."""
    import numpy as np

    if set(old.columns) != set(new.columns) or len(old) != len(new):
        return [f"{len(old)} rows of {', '.join(old.columns)} then, {len(new)} of {', '.join(new.columns)} now"]
    found = []
    for name, column in old.columns.items():
        a, b = column, new.columns[name]
        same = (a == b) | ((a != a) & (b != b))
        if not np.all(same):
            first = int(np.argmin(same))
            rows = f"{int(np.sum(~same))} of {len(a)} rows differ, first row {first}"
            found.append(f"{name}: {rows}: {a[first]} then, {b[first]} now")
    return found
