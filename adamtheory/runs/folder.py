"""The folder that a regret run leaves: what was asked, every number to the last bit, and the figure.

    run.json         parameters, seeds, versions, platform, digests of all rules, data with their SHA-256
    results.parquet  one row for each optimizer, lane and checkpoint; float64 as computed
    regret.png/.svg  the figure

The folder is written beside its place under another name and renamed at the end: it is whole or it is not there. Where
another run has taken the name meanwhile, the next free one is taken: results are not lost.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.errors import OutputError
from adamtheory.runs.plan import Entry, Plan, Result

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

RUNS = Path("runs")
RECORD, RESULTS = "run.json", "results.parquet"
TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)  # what renaming a folder says where there is something already
KIND = "adamtheory regret"
# first letters of a parameter of a run -> whose it is
OWNERS = {"o_": "", "f_": "loss.", "s_": "schedule.", "p_": "set."}
PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "pyarrow")


def fresh_folder(what: str, within: Path = RUNS) -> Path:
    """A folder for the results of a run that begins now, named after the time; none that exists."""
    from datetime import datetime

    return next(_free(within / f"{what}-{datetime.now():%Y%m%d-%H%M%S}"))


def _free(folder: Path) -> Iterator[Path]:
    """The folder, then the same name with -2, -3, ...: those that do not exist."""
    names = (folder if i == 1 else folder.with_name(f"{folder.name}-{i}") for i in itertools.count(1))
    return (name for name in names if not (name.exists() or name.is_symlink()))


def check_free(folder: Path) -> None:
    """Raise `OutputError` unless the folder is absent and can be made."""
    if folder.exists() or folder.is_symlink():
        raise OutputError(f"{folder} exists already; name a folder that does not, or remove it")
    above = folder.absolute().parent
    while not above.exists():
        above = above.parent
    try:
        os.rmdir(tempfile.mkdtemp(dir=above))  # the only sure way to know
    except OSError as error:
        raise OutputError(f"{folder} cannot be made in {above}: {error.strerror}; choose another place") from None


def write_folder(folder: Path, fill: Callable[[Path], None], exact: bool = False) -> Path:
    """Let `fill` write into a new folder and give it its name; nothing is left where anything fails.

    Returns the folder: where the name is taken by now, it has -2, -3, ... behind it, unless it must be `exact`.
    """
    if exact:
        check_free(folder)
    made = [above for above in folder.absolute().parents if not above.exists()]
    temporary: Path | None = None
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))
        fill(temporary)
        temporary.chmod(0o777 & ~_umask())
        return _renamed(temporary, folder, exact)
    except BaseException as error:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for above in made:  # innermost first; one that others have filled meanwhile stays
            try:
                above.rmdir()
            except OSError:
                break
        if isinstance(error, OSError):
            raise OutputError(f"{folder} cannot be written: {error.strerror}; choose another place") from None
        raise


def _renamed(temporary: Path, folder: Path, exact: bool) -> Path:
    """Give a folder its name, or the next that is free; raises `OSError`."""
    for name in (folder,) if exact else _free(folder):
        try:
            os.rename(temporary, name)
            return name
        except OSError as error:
            if exact or error.errno not in TAKEN:
                raise
    raise AssertionError("there are always more names")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def record(
    plan: Plan, entries: Sequence[Entry], command: str, unfinished: Sequence[str], told: str | None = None
) -> dict[str, Any]:
    """What run.json holds; `told` is the device with the reason for it, where it was chosen."""
    import platform
    from datetime import UTC, datetime

    from adamtheory.simulation.devices import describe

    return {
        "kind": KIND,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "parameters": plan.as_json(),
        "unfinished": list(unfinished),
        "optimizers": [_rules(entry) for entry in entries],
        "data": dict(entries[0].losses.origin),
        "versions": versions(),
        "platform": {"system": platform.system(), "machine": platform.machine(), "release": platform.release()},
        "device": told or plan.device,
    } | ({"gpu": describe()} if plan.device == "cuda" else {})


def _rules(entry: Entry) -> dict[str, Any]:
    """Every rule of an optimizer's run with all its parameters, exact, and its digest."""
    from adamtheory.runs.specs import exact_text

    bound = {
        "optimizer": entry.optimizer, "loss": entry.losses.bound, "schedule": entry.schedule, "set": entry.feasible,
    }  # fmt: skip
    texts: dict[str, Any] = {"label": entry.label, "spec": entry.spec}
    for kind, rule in bound.items():
        values = {n: v for n, v in rule.values.items() if (kind, n) != ("schedule", "lr")}
        texts[kind] = exact_text(rule.rule.name, values)
    texts["digests"] = {kind: rule.rule.digest for kind, rule in bound.items()}
    return texts


def versions() -> dict[str, str]:
    """Versions of everything on which the numbers depend."""
    import platform
    from importlib import metadata

    from adamtheory import __version__

    own = {"adamtheory": __version__, "python": platform.python_version()}
    return own | {name: metadata.version(name) for name in PACKAGES}


def columns(results: Sequence[Result]) -> dict[str, Array]:
    """Every number of the results by column; in several dimensions vectors are rows of a two-dimensional column."""
    import numpy as np

    varying = {n for r in results for n, values in r.trajectory.parameters.items() if len(np.unique(values)) > 1}
    parts = [_columns(result, varying) for result in results]
    found = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        shape = next(part[name] for part in parts if name in part).shape[1:]
        filled = [part.get(name, np.full((len(part["rounds"]), *shape), np.nan)) for part in parts]
        found[name] = np.concatenate(filled)
    return found


def _columns(result: Result, varying: set[str]) -> dict[str, Array]:
    """The columns of one optimizer; rows in the order of lanes, then checkpoints."""
    import numpy as np

    trajectory, regret = result.trajectory, result.regret
    rounds, size = len(regret.checkpoints), trajectory.iterates.shape[-1]
    count = trajectory.losses.size // rounds

    def each(per_lane: Array) -> Array:
        return np.repeat(np.asarray(per_lane).reshape(count), rounds)

    def vectors(array: Array) -> Array:
        wide = np.asarray(array, np.float64).reshape(count * rounds, -1)
        return wide[:, 0].copy() if size == 1 else np.broadcast_to(wide, (count * rounds, size)).copy()

    found: dict[str, Array] = {
        "optimizer": np.full(count * rounds, result.entry.label, dtype=object),
        "lane": each(np.arange(count)),
        "seed": each(trajectory.seeds[0]),
    }
    for name in sorted(varying & trajectory.parameters.keys()):
        found[f"parameter.{OWNERS[name[:2]]}{name[2:]}"] = each(trajectory.parameters[name])
    found |= {
        "rounds": np.tile(regret.checkpoints, count),
        "loss": trajectory.losses.reshape(-1),
        "regret": regret.regret.reshape(-1),
        "gap": np.abs(regret.gap.reshape(-1)),
        "x": vectors(trajectory.iterates),
        "best_fixed_point" if result.against == "best" else "comparator": vectors(regret.comparator),
        "nonfinite": each(trajectory.nonfinite),
    }
    if regret.path is not None:
        found["path_length"] = regret.path.reshape(-1)
    if (watched := trajectory.monitors) is not None:
        found |= {"gamma_min": vectors(watched.gamma_min), "gamma_first": vectors(watched.gamma_first)}
        if watched.ratio_max is not None:
            found["ratio_max"] = vectors(watched.ratio_max)
    return found


def write_results(path: Path, results: Sequence[Result]) -> None:
    """Write all numbers as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    arrays = {}
    for name, values in columns(results).items():
        if values.ndim == 1:
            arrays[name] = pa.array(values)
        else:
            arrays[name] = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])
    parquet.write_table(pa.table(arrays), path)


@dataclass(frozen=True)
class Past:
    """A run read back from its folder: what was asked, the record, and the columns."""

    plan: Plan
    record: dict[str, Any]
    columns: dict[str, Array]


def read_folder(folder: Path) -> Past:
    """Read a run; raises `OutputError` for a folder that holds none."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as parquet

    from adamtheory.runs.records import RegretRecord, check

    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        table = parquet.read_table(folder / RESULTS)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())[:120]
        raise OutputError(
            f"{folder} holds no readable regret run ({reason}); give a folder that `regret` wrote"
        ) from None
    check(found, RegretRecord, folder / RECORD, "a regret run")
    read = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_fixed_size_list(column.type):
            width = column.type.list_size
            read[name] = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
        else:
            read[name] = np.asarray(column.to_numpy(zero_copy_only=False))
    return Past(Plan.from_json(found["parameters"]), found, read)


def differences(old: dict[str, Array], new: dict[str, Array]) -> list[str]:
    """What is not bit for bit equal, one text a column; empty where all is."""
    found = [f"{name}: only in one of the two" for name in sorted(old.keys() ^ new.keys())]
    for name in sorted(old.keys() & new.keys()):
        a, b = old[name], new[name]
        if a.shape != b.shape or a.dtype != b.dtype:
            found.append(f"{name}: {a.dtype} {a.shape} then, {b.dtype} {b.shape} now")
            continue
        unequal = _unequal(a, b)
        if unequal.any():
            first = int(unequal.argmax())
            rows = f"{int(unequal.sum())} of {len(a)} rows differ"
            found.append(f"{name}: {rows}, first row {first}: {_cell(a[first])} then, {_cell(b[first])} now")
    return found


def _unequal(a: Array, b: Array) -> Array:
    """Rows with any unequal bit; NaN equals the same NaN."""
    import numpy as np

    if a.dtype == object:
        return np.asarray(a != b)
    bits = (np.ascontiguousarray(v).view(np.int64) for v in (a, b))
    different = np.not_equal(*bits)
    return different if different.ndim == 1 else np.asarray(different.any(axis=1))


def _cell(value: Any) -> str:
    parts = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(parts, list):
        return repr(parts[0]) if len(parts) == 1 else f"[{parts[0]!r}, ...]"
    return repr(parts)
