"""`adamtheory train`: train a network by several optimizers and compare them."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adamtheory.cli.options import AsJson, Device, FirstSeed, Optimizers
from adamtheory.errors import OutputError

if TYPE_CHECKING:
    from adamtheory.nets.history import Record
    from adamtheory.nets.network import Network
    from adamtheory.nets.plan import Entry, TrainPlan

OPTIMIZERS = ("adam", "amsgrad", "sgd[lr=0.1]")
BATCH, FEW_BATCH, FEW_ROWS = 128, 32, 10_000  # Kingma & Ba 2015 take 128 of 60,000 rows
MODEL, DATA = "mlp[hidden=[100]]", "digits"


def command(
    model: Annotated[
        str,
        typer.Option("-m", "--model", metavar="NAME[...]", help="softmax, mlp, cnn, vae: adamtheory list networks."),
    ] = MODEL,
    data: Annotated[
        str, typer.Option("-d", "--data", metavar="NAME[...]", help="A data set: adamtheory list datasets.")
    ] = DATA,
    optimizer: Optimizers = None,
    epochs: Annotated[str, typer.Option(metavar="N", help="Passes over the training rows.")] = "10",
    batch: Annotated[
        str | None, typer.Option(metavar="ROWS", help="Rows of an update. Default: 128; 32 where there are few rows.")
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(metavar="NAME[...]", help="Step size over the updates t = 1, 2, ... Default: constant."),
    ] = None,
    seeds: Annotated[str, typer.Option(metavar="N", help="How many seeds.")] = "3",
    seed: FirstSeed = None,
    dtype: Annotated[str, typer.Option(metavar="TYPE", help="float32 or float64.")] = "float32",
    device: Device = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For results; what is there goes on. Default: runs/train-DATE-TIME."),
    ] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Threads. Default: one per core.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="FOLDER", help="Where data lie. Default: ADAMTHEORY_DATA.")
    ] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the data set where it is nowhere.")] = False,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
    as_json: AsJson = False,
) -> int:
    """Train a network by several optimizers.

    Printed are losses and accuracy on the test rows, with intervals over the seeds. Lists in an optimizer multiply out;
    a list in a network is its layers. All seeds share starts, orders of rows and dropout between the optimizers. The
    folder holds run.json, results.parquet, the figure, and a checkpoint of every epoch: after Ctrl-C or a kill the same
    command goes on where it stopped, and ends with the same bits; given --out and more epochs it goes on from the last
    one; a folder of other settings is refused. On a GPU a block of threads trains one network, all of them at once:
    softmax and mlp without normalization, small enough for a block's memory.

    \b
    Examples:
      adamtheory train
      adamtheory train -m "mlp[hidden=[100]]" -d mnist -o adam -o amsgrad -o "sgd[lr=0.1]" --epochs 10 --seeds 5
      adamtheory train -m softmax -o "adam[lr=[0.001,0.01]]" --schedule inverse_sqrt --out runs/softmax
      adamtheory train -m "cnn[channels=[16,16,32], kernel=5]" -d "cifar10[train=2000]" -o adam --epochs 3
      adamtheory train -m "mlp[hidden=[32]]" -o "adam[lr=logspace(-4, -1, 64)]" --seeds 8 --device cuda
      adamtheory train -m "mlp[hidden=[500,300], activation=tanh, dropout=0.5]" -d "mnist[train=5000]"
    """
    from adamtheory.cli.regret import whole
    from adamtheory.nets.data import load
    from adamtheory.nets.plan import TrainPlan, on_device, prepare
    from adamtheory.simulation.devices import check

    check(device or "cpu")
    plan = TrainPlan(
        tuple(optimizer or OPTIMIZERS), model, data, whole("--epochs", epochs, 1),
        BATCH if batch is None else whole("--batch", batch, 1), schedule,
        whole("--seeds", seeds, 1), 0 if seed is None else whole("--seed", seed, 0), dtype,
    )  # fmt: skip
    threads = None if workers is None else whole("--workers", workers, 1)
    examples = load(data, data_dir, download=download, tell=_tell)
    if batch is None and len(examples.train.y) < FEW_ROWS:
        plan = replace(plan, batch=FEW_BATCH)
    network, entries = prepare(plan, examples)
    plan, told = on_device(plan, network, entries, len(examples.train.y), device or "cpu")
    session = Session(plan, network, entries, examples, out, threads, told)
    return session.run(not no_figure, as_json)


class Session:
    """One call of the command."""

    def __init__(
        self,
        plan: TrainPlan,
        network: Network,
        entries: list[Entry],
        examples: Any,
        out: Path | None,
        workers: int | None,
        told: str = "cpu",
    ) -> None:
        from adamtheory.nets.folder import record, unfinished
        from adamtheory.runs.folder import RUNS, fresh_folder

        self.plan, self.network, self.entries, self.examples = plan, network, entries, examples
        self.facts = record(plan, network, entries, examples, shlex.join(["adamtheory", *sys.argv[1:]]), told)
        self.folder, self.workers = out or unfinished(RUNS, self.facts) or fresh_folder("train"), workers
        self.records: list[Record] = []

    def run(self, figure: bool, as_json: bool) -> int:
        """Train, write, print; the exit status. Every epoch that is done is on the disk, whatever happens then."""
        from adamtheory.nets.folder import locked, open_folder, take_up

        open_folder(self.folder, self.facts)
        with locked(self.folder):
            facts = take_up(self.folder, self.facts)
            try:
                self.play(facts, as_json)
                self.write(facts, figure)
            except KeyboardInterrupt:
                _tell(f"the finished epochs are in {self.folder}; the same command goes on from there")
                raise
        self.show(as_json)
        return 0

    def play(self, facts: dict[str, Any], as_json: bool) -> None:
        """Train the optimizers one after the other."""
        from adamtheory.cli.train_output import header
        from adamtheory.cli.train_progress import training
        from adamtheory.nets.running import checkpoints, run_entry
        from adamtheory.runs.folder import versions
        from adamtheory.simulation.devices import in_words

        if not as_json:
            told = header(self.plan, self.network, self.entries, self.examples, self.folder, self.facts["device"])
            print("\n".join([*told, ""]), flush=True)
        if facts["versions"] != versions():
            changed = [f"{n} {facts['versions'].get(n)} then, {v} now" for n, v in versions().items()
                       if facts["versions"].get(n) != v]  # fmt: skip
            _tell(f"warning: other versions than at the start, so last bits may differ: {', '.join(changed)}")
        if facts.get("gpu") != self.facts.get("gpu"):
            then, now = (in_words(each.get("gpu")) for each in (facts, self.facts))
            _tell(f"warning: another GPU than at the start, so last bits may differ: {then} then, {now} now")
        with training(self.entries, self.plan, -(-len(self.examples.train.y) // self.plan.batch)) as listener:
            listener = Noting(listener, self.folder)
            for number, entry in enumerate(self.entries, 1):
                kept = checkpoints(self.folder, number, entry)
                self.records.append(
                    run_entry(entry, self.plan, self.network, self.examples, kept, self.workers, listener)
                )

    def write(self, facts: dict[str, Any], figure: bool) -> None:
        """Results, figure, and the word that all is done."""
        from adamtheory.nets.folder import write_record, write_results
        from adamtheory.report.training_figure import STEM

        write_results(self.folder, self.entries, self.records)
        if figure and not (facts["finished"] and (self.folder / f"{STEM}.png").exists()):
            self.draw()
        if not facts["finished"]:
            write_record(self.folder, {**facts, "finished": True})

    def draw(self) -> None:
        """The figure."""
        from adamtheory.cli.train_output import curves, figure_title
        from adamtheory.report.training_figure import training_figure

        drawn = curves(self.entries, self.records)
        bands = any(curve.low is not None for panel in drawn.values() for curve in panel)
        title = figure_title(self.plan, self.network, self.examples, bands)
        try:
            training_figure(drawn, title, self.folder)
        except OSError as error:
            raise OutputError(f"the figure cannot be written to {self.folder}: {error.strerror}") from None

    def show(self, as_json: bool) -> None:
        """Table or JSON."""
        from adamtheory.cli.output import print_json
        from adamtheory.cli.train_output import as_json as told
        from adamtheory.cli.train_output import print_results
        from adamtheory.nets.summary import summarise

        rows = summarise(self.entries, self.records)
        if as_json:
            print_json(told(self.plan, self.network, rows, self.folder))
        else:
            print_results(rows, self.plan)
            print(f"\nresults in {self.folder}")


class Noting:
    """Hands everything on and writes down the seconds of every epoch."""

    def __init__(self, listener: Any, folder: Path) -> None:
        self.say, self.resumed, self.step = listener.say, listener.resumed, listener.step
        self.listener, self.folder = listener, folder

    def epoch(self, entry: Entry, record: Record, examples: int, seconds: float) -> None:
        """After an epoch."""
        from adamtheory.nets.folder import note_seconds

        note_seconds(self.folder, entry.label, record.epochs, seconds, examples)
        self.listener.epoch(entry, record, examples, seconds)


def _tell(text: str) -> None:
    print(f"adamtheory: {text}", file=sys.stderr, flush=True)
