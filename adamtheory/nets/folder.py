"""The folder of a training: what was asked, checkpoints while it runs, every number at its end.

    run.json         settings, digests of all rules, data with their SHA-256, versions; whether it is finished
    checkpoints/     for each optimizer the states of its last two epochs
    seconds.jsonl    one line an epoch: how long it took on this machine
    results.parquet  one row for each optimizer, lane and epoch from 0; float64 as computed
    train.png/.svg   the figure

The same command on the same folder goes on where it stopped, with more epochs from the last one on; a folder of other
settings is refused.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.errors import OutputError
from adamtheory.nets.checkpoints import replace_file
from adamtheory.nets.history import Record
from adamtheory.nets.network import Network
from adamtheory.nets.plan import Entry, TrainPlan
from adamtheory.runs.folder import OWNERS, RECORD, RESULTS, versions, write_folder
from adamtheory.runs.specs import exact_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

KIND = "adamtheory training"
SECONDS = "seconds.jsonl"
SETTINGS = ("parameters", "network", "optimizers", "data")  # what must agree for a run to go on


def record(
    plan: TrainPlan, network: Network, entries: Sequence[Entry], examples: Any, command: str, told: str | None = None
) -> dict[str, Any]:
    """What run.json holds at the start; `told` is the device with the reason for it, where it was chosen."""
    import platform
    from datetime import UTC, datetime

    from adamtheory.simulation.devices import identity

    return {
        "kind": KIND,
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "finished": False,
        "parameters": plan.as_json(),
        "network": {"name": network.name, "parameters": network.size, "weights": network.weights},
        "optimizers": [_rules(entry) for entry in entries],
        "data": {"name": examples.name, "train": len(examples.train.y), "test": len(examples.test.y),
                 "classes": examples.classes, "sha256": dict(examples.origin)},
        "versions": versions(),
        "platform": {"system": platform.system(), "machine": platform.machine(), "release": platform.release()},
        "device": told or plan.device,
    } | ({"gpu": identity()} if plan.device == "cuda" else {})  # fmt: skip


def _rules(entry: Entry) -> dict[str, Any]:
    bound = {"optimizer": entry.optimizer, "schedule": entry.schedule}
    texts: dict[str, Any] = {"label": entry.label, "spec": entry.spec}
    for kind, rule in bound.items():
        values = {n: v for n, v in rule.values.items() if (kind, n) != ("schedule", "lr")}
        texts[kind] = exact_text(rule.rule.name, values)
    return {**texts, "digests": {kind: rule.rule.digest for kind, rule in bound.items()}}


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a training's folder; raises `OutputError` for any other folder."""
    from adamtheory.runs.records import TrainingRecord, check

    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise OutputError(f"{folder} exists already and holds no training; name a folder that does not, or remove it")
    check(found, TrainingRecord, folder / RECORD, "a training")
    found["parameters"].setdefault("device", "cpu")  # as it was before there was a choice
    return dict(found)


def write_record(folder: Path, facts: dict[str, Any]) -> None:
    """Replace run.json."""
    replace_file(folder / RECORD, _text(facts).encode())


def _text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def open_folder(folder: Path, facts: dict[str, Any]) -> None:
    """Make the folder, or check that it is of the same training.

    Raises `OutputError` where it holds something else, a training with other settings, or cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        _going_on(folder, read_record(folder), facts)
    else:
        write_folder(folder, lambda inside: write_record(inside, facts), exact=True)


def take_up(folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """The record of a folder that is held; with more epochs than it was begun with, a training is unfinished again."""
    held = read_record(folder)
    found = _going_on(folder, held, facts)
    if found != held:
        write_record(folder, found)
    return found


def _going_on(folder: Path, held: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """What the folder's record is from now on; raises `OutputError` where the settings are not the same."""
    found, epochs = held, facts["parameters"]["epochs"]
    if epochs > held["parameters"]["epochs"]:
        found = {**held, "finished": False, "parameters": {**held["parameters"], "epochs": epochs}}
    for name in SETTINGS:
        if found.get(name) != facts[name]:
            raise OutputError(f"{folder} holds a training with other settings ({_difference(found, facts, name)}); "
                              "name another folder, or give the same settings")  # fmt: skip
    return found


def _difference(then: dict[str, Any], now: dict[str, Any], name: str) -> str:
    """The first setting that differs, in a few words."""
    old, new = then.get(name), now[name]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return next(_difference({name: a}, {name: b}, name) for a, b in zip(old, new, strict=True) if a != b)
    if isinstance(old, dict) and isinstance(new, dict):
        key = next(key for key in {**new, **old} if old.get(key) != new.get(key))
        if isinstance(new.get(key), dict):
            return f"the {key} of {new.get('label', 'the ' + name)} are not those of then"
        return f"{key} was {_short(old.get(key))}, now {_short(new.get(key))}"
    return f"{name} differ"


def _short(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process alone; the system lets go of it even after a kill. Raises `OutputError`."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(f"another process is training in {folder}; wait for it, or name another folder") from None
        yield
    finally:
        os.close(handle)


def unfinished(runs: Path, facts: dict[str, Any]) -> Path | None:
    """The latest folder below `runs` of a training with these settings that was interrupted, if there is one."""
    for folder in sorted(runs.glob("train-*"), reverse=True):
        try:
            found = read_record(folder)
            if not found.get("finished") and all(found.get(name) == facts[name] for name in SETTINGS):
                with locked(folder):
                    return folder
        except OutputError:  # something else, or at work
            continue
    return None


def note_seconds(folder: Path, label: str, epoch: int, seconds: float, examples: int) -> None:
    """Add a line about an epoch that is done."""
    line = {"optimizer": label, "epoch": epoch, "seconds": round(seconds, 4), "examples": examples}
    with open(folder / SECONDS, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


# --- results ----------------------------------------------------------------------------------------------------------


def columns(entries: Sequence[Entry], records: Sequence[Record]) -> dict[str, Array]:
    """Every number by column: one row for each optimizer, lane and epoch, epoch 0 before the first update."""
    import numpy as np

    varying = sorted({n for entry in entries for n in entry.lanes.varying if n[:2] in OWNERS})
    parts = [_columns(entry, record, varying) for entry, record in zip(entries, records, strict=True)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _columns(entry: Entry, record: Record, varying: Sequence[str]) -> dict[str, Array]:
    import numpy as np

    count, points = record.test_loss.shape
    absent = np.full(count, np.nan)

    def each(per_lane: Array) -> Array:
        return np.repeat(np.asarray(per_lane), points)

    parameters = {f"parameter.{OWNERS[n[:2]]}{n[2:]}": each(entry.lanes.values.get(n, absent)) for n in varying}
    return {
        "optimizer": np.full(count * points, entry.label, dtype=object),
        "lane": each(np.arange(count)),
        "seed": each(entry.lanes.values["seed"].astype(np.int64)),
        **parameters,
        "epoch": np.tile(np.arange(points), count),
        "train_loss": np.concatenate([absent[:, None], record.train_loss], axis=1).reshape(-1),
        "test_loss": record.test_loss.reshape(-1),
        "test_accuracy": record.test_accuracy.reshape(-1),
        "nonfinite": each(record.nonfinite),
    }


def write_results(folder: Path, entries: Sequence[Entry], records: Sequence[Record]) -> None:
    """Write all numbers as a Parquet file; the same numbers give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    memory = io.BytesIO()
    parquet.write_table(pa.table({n: pa.array(values) for n, values in columns(entries, records).items()}), memory)
    replace_file(folder / RESULTS, memory.getvalue())
