"""`adamtheory regret`: run optimizers on a loss sequence and say whether they learn."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adamtheory.cli.options import AsJson, Device, Dtype, Feasible, FirstSeed, Loss, Optimizers, Projection, Schedule
from adamtheory.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adamtheory.bounds.certificates import Certificate
    from adamtheory.bounds.theorems import RegretTheorem
    from adamtheory.runs.folder import Past
    from adamtheory.runs.plan import Entry, Plan, Result

INTERRUPTED = 130


def command(
    optimizer: Optimizers = None,
    loss: Loss = None,
    horizon: Annotated[
        str | None,
        typer.Option("-T", "--horizon", metavar="ROUNDS", help="Rounds, as 1e7. Default: 1e6, or 10 passes over data."),
    ] = None,
    schedule: Schedule = None,
    feasible: Feasible = None,
    projection: Projection = None,
    start: Annotated[str | None, typer.Option(metavar="X", help="First point x_1. Default: the loss's.")] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="N", help="How many seeds. Default: 8 for random losses, else 1.")
    ] = None,
    seed: FirstSeed = None,
    dtype: Dtype = None,
    device: Device = None,
    checkpoints: Annotated[
        str | None, typer.Option(metavar="N", help="Checkpoints per factor of ten in T. Default: 12.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT", help="best (default), dynamic, moving, or a point: what losses are compared with."
        ),
    ] = None,
    workers: Annotated[str | None, typer.Option(metavar="N", help="Threads. Default: one per core.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A new folder for results. Default: runs/regret-DATE-TIME.")
    ] = None,
    again: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Repeat the run of that folder; compare every bit.")
    ] = None,
    bounds: Annotated[
        bool, typer.Option("--bounds", help="Hold the run against every regret theorem about its optimizers.")
    ] = False,
    theorem: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The same for one theorem, or a proof file of one's own; may be repeated."),
    ] = None,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
    as_json: AsJson = False,
) -> int:
    """Measure and judge the regret of optimizers.

    They play a sequence of losses; printed are the regret, the law by which it grows, and a verdict. Without options:
    Adam, AMSGrad, AdaGrad and SGD on the 3-periodic sequence on which Adam fails. Lists multiply out. With --bounds the
    proved regret theorems are evaluated along the run: which hypotheses hold, the bound, measured regret over bound;
    the exit status is 1 where a regret exceeds the bound of a theorem that applies.

    \b
    Examples:
      adamtheory regret
      adamtheory regret -o "adam[beta2=0.1]" -o "amsgrad[lr=[0.1,0.5]]" -l "reddi[C=3]" -T 1e7
      adamtheory regret -l "logistic[data=a9a.gz]" --set "ball[radius=10]"
      adamtheory regret -o "sgd[schedule=constant, lr=[0.1,0.5]]" -l "shifting[N=100]" --against dynamic
      adamtheory regret -o "amsgrad[eps=0]" -o sgd --bounds
      adamtheory regret -o "adam[lr=0.5, beta2=linspace(0.1, 0.999, 10000)]" --device auto
      adamtheory regret --from runs/regret-20260102-030405
    """
    given = {
        "-o": optimizer, "-l": loss, "-T": horizon, "--schedule": schedule, "--set": feasible,
        "--projection": projection, "--start": start,
        "--seeds": seeds, "--seed": seed, "--dtype": dtype, "--device": device, "--checkpoints": checkpoints,
        "--against": against,
    }  # fmt: skip
    threads = None if workers is None else whole("--workers", workers, 1)
    chosen = _theorems(bounds, theorem or ())
    if again is not None:
        extra = [name for name, value in given.items() if value]
        if extra:
            raise ParameterError(f"--from repeats a run as it was; leave out {', '.join(extra)}")
        return _repeat(again, out, threads, not no_figure, as_json, chosen)
    from adamtheory.runs.defaults import choose
    from adamtheory.runs.folder import check_free, fresh_folder
    from adamtheory.runs.plan import on_device, prepare_all
    from adamtheory.simulation.devices import check

    check(device or "cpu")
    folder = out or fresh_folder("regret")
    check_free(folder)
    rest: dict[str, Any] = {"schedule": schedule, "feasible": feasible, "start": start, "dtype": dtype or "float64"}
    if against is not None:
        rest["against"] = against
    rest["projection"] = projection or "weighted"
    if seed is not None:
        rest["first_seed"] = whole("--seed", seed, 0)
    if checkpoints is not None:
        rest["checkpoints"] = whole("--checkpoints", checkpoints, 1)
    choice = choose(
        optimizer or (), loss, None if horizon is None else whole("--horizon", horizon, 1),
        None if seeds is None else whole("--seeds", seeds, 1), **rest,
    )  # fmt: skip
    entries = prepare_all(choice.plan, choice.losses)
    plan, told = on_device(choice.plan, entries, device or "cpu")
    reasons = (*choice.reasons, f"device {told}") if device == "auto" else choice.reasons
    session = Session(plan, entries, reasons, threads, not no_figure, as_json, chosen, told)
    return session.run(folder)


def _theorems(every: bool, names: Sequence[str]) -> tuple[RegretTheorem, ...]:
    """The theorems that are asked for, each once."""
    if not every and not names:
        return ()
    from adamtheory.bounds.theorems import find, regret_theorems

    wanted = [*(find(name) for name in names), *(regret_theorems() if every else ())]
    return tuple(dict.fromkeys(wanted))


def whole(option: str, text: str, least: int) -> int:
    """A whole number such as 1000000 or 1e6; raises `ParameterError`."""
    from adamtheory.runs.specs import number

    found = number(text)
    if found is None or found.denominator != 1 or found < least:
        raise ParameterError(f"{option} {text} must be a whole number of at least {least}")
    return int(found)


class Session:
    """One call of the command: what it runs and how it tells it."""

    def __init__(
        self,
        plan: Plan,
        entries: list[Entry],
        reasons: tuple[str, ...],
        workers: int | None,
        figure: bool,
        as_json: bool,
        theorems: tuple[RegretTheorem, ...] = (),
        told: str | None = None,
    ) -> None:
        self.plan, self.entries, self.reasons, self.told = plan, entries, reasons, told
        self.workers, self.figure, self.as_json = workers, figure, as_json
        self.theorems = theorems
        self.results: list[Result] = []
        self.certificates: list[list[Certificate]] = []  # of each result, where theorems are asked for

    @property
    def unfinished(self) -> list[str]:
        """The labels of the optimizers that have not finished."""
        return [entry.label for entry in self.entries[len(self.results) :]]

    def run(self, folder: Path) -> int:
        """Run, write, print; the exit status. What is finished is written before anything else can go wrong."""
        interrupted = self.play()
        if not self.results:
            _tell("no optimizer had finished; nothing was written")
            return INTERRUPTED
        try:
            folder = self.write(folder, figure=self.figure and not interrupted)
        except KeyboardInterrupt:
            interrupted = True
            folder = self.write(folder, figure=False)
        except OutputError:
            self.show()  # the results are on the screen at least
            raise
        self.show()
        if self.as_json:
            self.show_json(folder)
        else:
            from adamtheory.report.curves import left_out

            if self.figure and not interrupted and (told := left_out(self.results)):
                print(f"\n{told}")
            print(f"\nresults in {folder}")
        if interrupted:
            finished = ", ".join(result.entry.label for result in self.results)
            rest = f"unfinished: {', '.join(self.unfinished)}" if self.unfinished else "the figure was not drawn"
            _tell(f"the results of {finished} are in {folder}; {rest}")
        return INTERRUPTED if interrupted else self.status

    @property
    def status(self) -> int:
        """1 where a measured regret exceeds the bound of a theorem whose hypotheses hold, else 0."""
        return int(any(c.violated.any() for found in self.certificates for c in found))

    def play(self) -> bool:
        """Run the optimizers one after the other; whether Ctrl-C ended it before the last."""
        from adamtheory.cli.progress import progress
        from adamtheory.cli.regret_output import header
        from adamtheory.runs.plan import probe

        solved: dict[Any, list[Any]] = {}
        try:
            probe(self.entries[0], self.plan)  # before the first word, so that a refusal is the only line
            if not self.as_json:
                print("\n".join([*header(self.plan, self.entries, self.reasons), ""]), flush=True)
            with progress([entry.label for entry in self.entries], self.plan.horizon) as report:
                for entry in self.entries:
                    step, solving = partial(report.step, entry.label), partial(report.solving, entry.label)
                    self.one(entry, step, solved, solving)
                    report.done(entry.label, self.plan.horizon, self.results[-1].seconds)
        except KeyboardInterrupt:
            return True
        return False

    def one(self, entry: Entry, step: Any, solved: dict[Any, list[Any]], solving: Any) -> None:
        """Run one optimizer and hold it against the theorems that are asked for."""
        from adamtheory.runs.plan import run_one

        if not self.theorems:
            self.results.append(run_one(entry, self.plan, self.workers, step, solved, solving))
            return
        from adamtheory.bounds.certificates import Monitor

        rules = entry.optimizer.rule, entry.feasible.rule
        monitor = Monitor(*rules, entry.losses, self.plan.dtype, self.theorems)
        result = run_one(entry, self.plan, self.workers, step, solved, solving, monitor.watches)
        self.certificates.append(monitor.certificates(result.trajectory, result.regret))
        self.results.append(result)

    def rows(self) -> list[Any]:
        """The rows of the table."""
        from adamtheory.runs.summary import summarise

        return [row for result in self.results for row in summarise(result)]

    def show(self) -> None:
        """Table and verdict, unless JSON is asked for."""
        from adamtheory.cli.regret_output import print_results

        if not self.as_json:
            print_results(self.rows(), self.plan)
            if self.certificates:
                from adamtheory.cli.regret_bounds import print_bounds

                print_bounds(self.results, self.certificates)

    def show_json(self, folder: Path | None, **more: Any) -> None:
        """The same as JSON."""
        from adamtheory.cli.output import print_json
        from adamtheory.cli.regret_output import as_json

        if self.certificates:
            from adamtheory.cli.regret_bounds import bounds_json

            more["bounds"] = bounds_json(self.results, self.certificates)
        print_json(as_json(self.plan, self.rows(), folder, self.unfinished, **more))

    def write(self, folder: Path, figure: bool) -> Path:
        """The run folder, whole or not at all; returns where it is."""
        import json

        from adamtheory.cli.regret_bounds import BOUNDS, bound_curves, write_bounds
        from adamtheory.cli.regret_output import figure_title
        from adamtheory.runs.folder import RECORD, RESULTS, record, write_folder, write_results

        done = [result.entry for result in self.results]
        facts = record(self.plan, done, shlex.join(["adamtheory", *sys.argv[1:]]), self.unfinished, self.told)

        def fill(inside: Path) -> None:
            (inside / RECORD).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            write_results(inside / RESULTS, self.results)
            if self.certificates:
                write_bounds(inside / BOUNDS, self.results, self.certificates)
            if figure:
                from adamtheory.report.curves import banded
                from adamtheory.report.figures import regret_figure

                curves = bound_curves(self.results, self.certificates) if self.certificates else []
                title = figure_title(self.plan, self.entries, banded(self.results))
                regret_figure(self.results, title, inside, bounds=curves)

        return write_folder(folder, fill)


def _repeat(
    source: Path,
    out: Path | None,
    workers: int | None,
    figure: bool,
    as_json: bool,
    theorems: tuple[RegretTheorem, ...],
) -> int:
    """Run again what a folder records and compare; the exit status is 1 where any bit differs."""
    from adamtheory.runs.folder import check_free, columns, differences, read_folder
    from adamtheory.runs.plan import prepare_all

    past = read_folder(source)
    if out is not None:
        check_free(out)
    finished = len(past.record.get("optimizers", []))
    entries = prepare_all(past.plan)[:finished]
    if not entries:
        raise ParameterError(f"{source} records no finished optimizer; give another folder")
    for warning in _changes(past, entries):
        print(f"warning: {warning}", file=sys.stderr)
    session = Session(past.plan, entries, (f"as in {source}",), workers, figure, as_json, theorems)
    if session.play():
        raise KeyboardInterrupt
    different = differences(past.columns, columns(session.results))
    session.show()
    if out is not None:
        out = session.write(out, figure)
    if as_json:
        session.show_json(out, identical=not different, differences=different)
        return 1 if different else session.status
    if different:
        print(f"\nnot identical to {source}:", *(f"  {text}" for text in different), sep="\n")
        return 1
    numbers = sum(array.size for array in past.columns.values())
    print(f"\nidentical: all {numbers} entries of {source} come out the same, bit for bit")
    if out is not None:
        print(f"results in {out}")
    return session.status


def _changes(past: Past, entries: list[Entry]) -> list[str]:
    """What is no longer as it was recorded: versions, rules, data."""
    from adamtheory.runs.folder import record, versions

    then = past.record
    found = [
        f"{name} was {then['versions'].get(name)} and is {now}"
        for name, now in versions().items()
        if now != then.get("versions", {}).get(name)
    ]
    now = record(past.plan, entries, "", ())
    for old, new in zip(then["optimizers"], now["optimizers"], strict=True):
        kinds = [kind for kind, digest in new["digests"].items() if digest != old.get("digests", {}).get(kind)]
        found += [f"the {kind} of {new['label']} has changed since" for kind in kinds]
    if then.get("data", {}).get("sha256") != now["data"].get("sha256"):
        found.append(f"the data have changed since: {now['data'].get('data')}")
    return found


def _tell(text: str) -> None:
    print(f"adamtheory: {text}", file=sys.stderr, flush=True)
