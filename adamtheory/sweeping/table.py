"""The final table: all lanes of all grids with all their parameters, in canonical order, as Parquet or CSV.

Rows are ordered by optimizer, lane and rounds, whatever the order in which they were computed or asked for, and are
written in groups of a fixed size; so equal results give equal bytes. Only one group is in memory at a time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.errors import OutputError, ParameterError
from adamtheory.sweeping.grid import Grid, shown
from adamtheory.sweeping.store import Store, StoreError, missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

GROUP = 2**16  # rows of a row group
VALUES = ("loss", "regret", "gap", "x", "best_fixed_point", "nonfinite")


def tables(store: Store, grid: Grid, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """The blocks of a grid as Arrow tables, lane after lane, each lane once.

    Raises `StoreError` where lanes are missing or a block cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    blocks = store.blocks(grid.key)
    if lacking := missing(blocks, grid.count, grid.count):
        raise StoreError(f"{store.folder} lacks lanes of {grid.label}, the first {lacking[0][0]}; run the sweep again")
    at, per_lane = 0, len(grid.horizons)
    for block in sorted(blocks, key=lambda b: (b.lo, -b.hi)):
        if block.hi <= at:
            continue
        path = store.path(grid.key, block.lo, block.hi)
        try:
            with parquet.ParquetFile(path, pre_buffer=False) as file:
                table = file.read(columns, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            reason = " ".join(str(error).split())[:120]
            raise StoreError(f"{path} cannot be read ({reason}); run the sweep again, which mends it") from None
        yield table.slice((at - block.lo) * per_lane)
        at = block.hi


def read_column(store: Store, grid: Grid, name: str) -> Array:
    """One result of all lanes: (lanes, rounds), or (lanes, rounds, d)."""
    import numpy as np

    parts = []
    for table in tables(store, grid, [name]):
        column = table[name].combine_chunks()
        flat = column.flatten() if hasattr(column.type, "list_size") else column
        parts.append(np.asarray(flat.to_numpy(zero_copy_only=False)))
    found = np.concatenate(parts)
    size = len(found) // (grid.count * len(grid.horizons))
    return found.reshape((grid.count, len(grid.horizons), *((size,) if size > 1 else ())))


def export(store: Store, grids: Sequence[Grid], path: Path) -> int:
    """Write the final table to FILE.parquet or FILE.csv, whole or not at all; how many rows it has.

    Raises `ParameterError` for another ending, `OutputError` where the file cannot be written.
    """
    check_export(path)
    ordered = sorted(grids, key=lambda grid: (grid.label, grid.key))
    write = _write_parquet if path.suffix == ".parquet" else _write_csv
    handle, name = -1, None
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.absolute().parent)
        os.close(handle)
        rows = write(Path(name), _rows(store, ordered))
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"{path} cannot be written: {error.strerror or error}; the store is whole") from None
        raise
    return rows


def check_export(path: Path) -> None:
    """Raise `ParameterError` unless the ending says which format is meant."""
    if path.suffix not in (".parquet", ".csv"):
        raise ParameterError(f"--export {path} has no known ending; name a file .parquet or .csv")
    if path.is_dir():
        raise ParameterError(f"--export {path} is a folder; name a file")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _rows(store: Store, grids: Sequence[Grid]) -> Iterator[Any]:
    """Tables of at most `GROUP` rows, all with the same columns; only the last is shorter."""
    import pyarrow as pa

    parameters = sorted({n for grid in grids for n in (*grid.constants, *grid.varying)} - {"seed"})
    waiting: list[Any] = []
    rows = 0
    for grid in grids:
        for table in tables(store, grid):
            waiting.append(_with_parameters(table, grid, parameters))
            rows += len(waiting[-1])
            if rows >= GROUP:
                whole = pa.concat_tables(waiting)
                full = rows // GROUP * GROUP
                yield from (whole.slice(at, GROUP) for at in range(0, full, GROUP))
                waiting, rows = [whole.slice(full)], rows - full
    if rows:
        yield pa.concat_tables(waiting)


def _with_parameters(table: Any, grid: Grid, parameters: Sequence[str]) -> Any:
    """A block's table with a column for every parameter of every grid; null where an optimizer has no such one."""
    import pyarrow as pa

    count, constants = len(table), grid.constants
    found: dict[str, Any] = {"optimizer": pa.repeat(grid.label, count), "lane": table["lane"]}
    varying = {n: table[f"parameter.{shown(n)}"] for n in grid.varying}

    def column(name: str) -> Any:
        if name in varying:
            return varying[name]
        return pa.repeat(pa.scalar(constants.get(name), pa.float64()), count)

    found["seed"] = column("seed").cast(pa.int64())
    found |= {f"parameter.{shown(n)}": column(n) for n in parameters}
    found |= {name: table[name] for name in ("rounds", *VALUES)}
    return pa.table(found)


def _write_parquet(path: Path, groups: Iterator[Any]) -> int:
    import pyarrow.parquet as parquet

    rows, writer = 0, None
    for group in groups:
        if writer is None:
            writer = parquet.ParquetWriter(path, group.schema, compression="zstd")
        writer.write_table(group.combine_chunks())
        rows += len(group)
    assert writer is not None
    writer.close()
    return rows


def _write_csv(path: Path, groups: Iterator[Any]) -> int:
    """CSV with every number in the shortest text that reads back as itself; vectors have a column a coordinate."""
    import pyarrow.csv as csv

    rows, writer = 0, None
    for group in groups:
        flat = _flat(group)
        if writer is None:
            writer = csv.CSVWriter(path, flat.schema)
        writer.write_table(flat)
        rows += len(flat)
    assert writer is not None
    writer.close()
    return rows


def _flat(table: Any) -> Any:
    """The table with vectors x as columns x.0, x.1, ..."""
    import pyarrow as pa

    found: dict[str, Any] = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if hasattr(column.type, "list_size"):
            width = column.type.list_size
            wide = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
            found |= {f"{name}.{k}": pa.array(wide[:, k].copy()) for k in range(width)}
        else:
            found[name] = column
    return pa.table(found)
