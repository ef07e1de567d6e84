"""`adamtheory sweep`: very many runs, on threads, processes or a cluster, into a store that survives a kill."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adamtheory.cli.options import AsJson, Device, Dtype, Feasible, FirstSeed, Loss, Optimizers, Projection, Schedule
from adamtheory.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from adamtheory.sweeping.asking import Asked

STORE = Path("runs") / "sweeps"
FAILED = 1


def command(
    optimizer: Optimizers = None,
    loss: Loss = None,
    horizon: Annotated[
        str | None,
        typer.Option("-T", "--horizon", metavar="ROUNDS", help="Rounds, as 1e4, or a list 1e3,1e4. Default: 1e4."),
    ] = None,
    schedule: Schedule = None,
    feasible: Feasible = None,
    projection: Projection = None,
    start: Annotated[
        str | None, typer.Option(metavar="X", help="First point x_1, or a list. Default: the loss's.")
    ] = None,
    seeds: Annotated[str | None, typer.Option(metavar="N", help="How many seeds. Default: 1.")] = None,
    seed: FirstSeed = None,
    dtype: Dtype = None,
    device: Device = None,
    store: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where results are kept. Default: runs/sweeps.")
    ] = None,
    executor: Annotated[
        str, typer.Option(metavar="NAME", help="local (threads), processes (joblib) or dask (distributed).")
    ] = "local",
    workers: Annotated[
        str | None, typer.Option(metavar="N", help="Threads or processes. Default: one per core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running Dask scheduler, as tcp://host:8786.")
    ] = None,
    block: Annotated[str | None, typer.Option(metavar="LANES", help="Lanes of a block; changes no number.")] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", "--table", metavar="FILE", help="Write the final table, FILE.parquet or FILE.csv."),
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Say what the store holds; run nothing.")] = False,
    as_json: AsJson = False,
) -> int:
    """Run every combination of parameters, seeds and rounds.

    Values may be lists, linspace(a, b, n), logspace(a, b, n), geom(a, b, n), or a range a..b/n; all lists multiply out.
    What the store holds already is not computed again: after a kill the same command goes on, and ends with the same
    bytes. Threads, processes and a Dask cluster give the same numbers, bit for bit. A GPU takes one lane a thread, a
    million in a block; its last digits are its own, so it computes all lanes itself, and a store keeps those of CPU and
    GPU apart.

    \b
    Examples:
      adamtheory sweep -o "adam[lr=0.5, beta1=0, beta2=0..0.99/100]" -l "reddi[C=2.1..10/80]" -T 1e3,1e4
      adamtheory sweep -o "amsgrad[lr=geom(0.01, 1, 9)]" -l random_signs --seeds 100 --export table.parquet
      adamtheory sweep -o "sgd[lr=[0.1, 0.5]]" --executor dask --scheduler tcp://host:8786
      adamtheory sweep -o "adam[lr=0.5, beta1=0, beta2=0..0.999/1000]" -l "reddi[C=2.1..10/1000]" -T 1e5 --device cuda
      adamtheory sweep --status
    """
    from adamtheory.sweeping.asking import Asked

    folder = store or STORE
    if status and not optimizer:
        from adamtheory.cli.sweep_output import print_status

        return print_status(folder, as_json)
    if not optimizer:
        raise ParameterError('no optimizer is given; name one, as -o "adam[lr=0.5, beta2=[0.1, 0.9]]"')
    from adamtheory.cli.regret import whole

    asked = Asked(
        tuple(optimizer), loss or "reddi[C=3]", _horizons(horizon or "1e4"), schedule, feasible, start,
        1 if seeds is None else whole("--seeds", seeds, 1), 0 if seed is None else whole("--seed", seed, 0),
        dtype or "float64", projection or "weighted",
    )  # fmt: skip
    from adamtheory.simulation.devices import check

    check(device or "cpu")
    if status:
        from adamtheory.cli.sweep_output import print_status

        return print_status(folder, as_json, [grid.on(device or "cpu", executor) for grid in asked.grids()])
    return _run(
        asked, folder, executor, None if workers is None else whole("--workers", workers, 1), scheduler,
        None if block is None else whole("--block", block, 1), device or "cpu", export, as_json,
    )  # fmt: skip


def _horizons(text: str) -> tuple[int, ...]:
    """Whole numbers separated by commas, with or without brackets."""
    from adamtheory.cli.regret import whole

    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    return tuple(sorted({whole("--horizon", part.strip(), 1) for part in inner.split(",")}))


def _run(
    asked: Asked,
    folder: Path,
    name: str,
    workers: int | None,
    scheduler: str | None,
    block: int | None,
    device: str,
    export: Path | None,
    as_json: bool,
) -> int:
    """Check everything, then compute, print and export; the exit status."""
    from adamtheory.cli.progress import sweeping
    from adamtheory.cli.sweep_output import header, print_results
    from adamtheory.sweeping.asking import probe
    from adamtheory.sweeping.drive import play
    from adamtheory.sweeping.executors import ExecutorError, check_executor, executor
    from adamtheory.sweeping.store import Store, StoreError
    from adamtheory.sweeping.table import check_export
    from adamtheory.sweeping.table import export as write

    if export is not None:
        check_export(export)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"--store {folder} is a file; name a folder")
    check_executor(name, workers, scheduler, device)
    grids = [grid.on(device, name) for grid in asked.grids()]
    for grid in grids:
        probe(grid)
    try:
        with Store(folder) as store:
            if not as_json:
                print("\n".join([*header(asked, grids, folder), ""]), flush=True)
            with executor(name, workers, scheduler) as run, sweeping([grid.label for grid in grids]) as report:
                tallies = [play(grid, store, run, block, report) for grid in grids]
            rows = None if export is None else write(store, grids, export)
            print_results(store, tallies, folder, export, rows, as_json)
    except (StoreError, ExecutorError) as error:
        sys.stderr.write(f"adamtheory: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write(f"adamtheory: the finished blocks are in {folder}; the same command goes on from there\n")
        raise
    return 0
