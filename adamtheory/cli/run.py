"""`adamtheory run NAME`: an experiment of `experiments/`, with its verdict."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adamtheory.cli.options import AsJson, Device
from adamtheory.cli.output import aligned, print_json, print_table, width
from adamtheory.cli.progress import parts
from adamtheory.errors import OutputError, ParameterError, SpecError

if TYPE_CHECKING:
    from adamtheory.laboratory.running import Outcome

INTERRUPTED = 130
MOST_CHECKS = 30  # of a table on the screen; all are in run.json


def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="An experiment, or all.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The quick budget (default).")] = False,
    full: Annotated[bool, typer.Option("--full", help="The full budget.")] = False,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="PARAM=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    device: Device = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Where to write; must not exist.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Repeat the run of a folder and compare.")
    ] = None,
    figure: Annotated[bool, typer.Option("--figure/--no-figure", help="Draw the figure.")] = True,
    as_json: AsJson = False,
) -> int:
    """Run an experiment: its claim, the numbers, a verdict.

    Every experiment states what would refute it. `adamtheory list experiments` names them, `adamtheory show NAME` their
    settings, which --set changes. The folder holds run.json (which --from repeats), the table as Parquet and CSV, the
    figure as SVG and PNG. After Ctrl-C the rows that were finished are there. Exit status 1 where a claim is refuted.
    --device cuda plays all lanes on a GPU; an experiment that plays none, or whose networks do not fit there, is
    refused (of all: skipped), and with auto stays on the CPU.

    \b
    Examples:
      adamtheory run reddi_periodic
      adamtheory run reddi_periodic --full --out results/reddi
      adamtheory run phase_diagram --set side=40 --set "beta1=[0, 0.5]"
      adamtheory run phase_diagram --full --device cuda
      adamtheory run weight_decay --device auto
      adamtheory run all --quick
      adamtheory run --from results/reddi
    """
    from adamtheory.runs.folder import fresh_folder

    if quick and full:
        raise SpecError("--quick and --full exclude each other; give one")
    budget = "full" if full else "quick"
    if source is not None:
        if name or sets or quick or full or device:
            raise SpecError("--from takes experiment, budget, settings and device from its folder; give nothing else")
        return _repeat(source, out, figure, as_json)
    if name is None:
        raise SpecError("name an experiment (adamtheory list experiments), or all")
    if name == "all":
        if sets:
            raise SpecError("--set belongs to one experiment; name it")
        return _all(budget, device or "cpu", out or fresh_folder("all"), figure, as_json)
    return _one(name, budget, sets or [], device or "cpu", out or fresh_folder(name), figure, as_json)


# --- one --------------------------------------------------------------------------------------------------------------


def _one(name: str, budget: str, sets: list[str], device: str, folder: Path, figure: bool, as_json: bool) -> int:
    from adamtheory.laboratory.running import check_device, load
    from adamtheory.laboratory.settings import changed, check_sensible
    from adamtheory.runs.folder import check_free

    experiment = load(name)
    settings = changed(experiment.settings(budget), sets)
    check_sensible(experiment.settings(budget), settings)
    check_device(experiment, device)
    check_free(folder)
    if not as_json:
        print("\n".join(_header(experiment, settings, budget, device)), flush=True)
    try:
        outcome = _perform(experiment, budget, settings, device)
    except (ArithmeticError, LookupError, ValueError) as error:
        if not sets:
            raise
        # the texts of experiments assume sensible settings; what a changed one breaks is wrong input
        told = f"{type(error).__name__}: {error}"
        raise ParameterError(f"{name} cannot run with {', '.join(sets)} ({told}); give other values") from error
    return _finish(outcome, folder, figure, as_json)


def _perform(experiment: Any, budget: str, settings: Any, device: str) -> Outcome:
    from adamtheory.laboratory.running import perform

    with parts(experiment.file.name) as tell:
        return perform(experiment, budget, settings, tell, interrupted=lambda: None, device=device)


def _finish(outcome: Outcome, folder: Path, figure: bool, as_json: bool) -> int:
    """Write and print; the exit status."""
    from adamtheory.laboratory.running import write

    if not len(outcome.table):
        _tell("nothing had finished; nothing was written")
        return INTERRUPTED
    try:
        folder = write(outcome, folder, figure)
    except KeyboardInterrupt:  # the figure takes longest; the rows are worth more
        folder = write(outcome, folder, figure=False)
        _tell(f"interrupted; all {len(outcome.table)} rows are in {folder}, without the figure")
        return INTERRUPTED
    except OutputError:
        if outcome.verdict is not None:
            _show(outcome, None, as_json)  # the verdict is on the screen at least
        raise
    _show(outcome, folder, as_json)
    if outcome.verdict is None:
        _tell(f"interrupted; the {len(outcome.table)} rows that had finished are in {folder}")
        return INTERRUPTED
    return 1 if outcome.verdict.word == "refuted" else 0


def _show(outcome: Outcome, folder: Path | None, as_json: bool) -> None:
    """Checks and verdict, if there is one, and the folder if there is one."""
    from adamtheory.laboratory.running import record

    if as_json:
        print_json({**record(outcome), "folder": None if folder is None else str(folder)})
    elif outcome.verdict is not None:
        print("\n".join(_told(outcome)))
        if folder is not None:
            print(f"\nresults in {folder}")


def _header(experiment: Any, settings: Any, budget: str, device: str) -> list[str]:
    import textwrap

    from adamtheory.laboratory.running import NO_LANES
    from adamtheory.laboratory.settings import as_texts

    fields = experiment.file.fields
    told = {"claim": fields["Claim"], "refuted if": fields["Refuted if"], "source": fields["Source"]}
    told["settings"] = f"{budget}: " + ", ".join(f"{k}={v}" for k, v in as_texts(settings).items())
    if device != "cpu":
        told["device"] = device if experiment.file.plays_lanes else f"cpu, for {experiment.file.name} {NO_LANES}"
    lines: list[str] = []
    for head, text in told.items():
        lines += textwrap.wrap(text, width(), initial_indent=f"{head:<12}", subsequent_indent=" " * 12)
    return [*lines, ""]


def _told(outcome: Outcome) -> list[str]:
    """The checks, then the verdict, and where the runs took place unless that was a matter of course."""
    import textwrap

    from adamtheory.laboratory.running import told_runs

    verdict = outcome.verdict
    assert verdict is not None
    words = {True: "yes", False: "NO", None: "cannot tell"}
    rows = [["MEASURED", "VALUE", "EXPECTED", "AS CLAIMED"]]
    # what fails or cannot be told comes first where not all can be shown
    order = list(verdict.checks)
    if len(order) > MOST_CHECKS:
        order.sort(key=lambda check: check.holds is True)
    rows += [[c.what, _number(c.measured), _number(c.expected), words[c.holds]] for c in order[:MOST_CHECKS]]
    lines = aligned(rows)
    if len(verdict.checks) > MOST_CHECKS:
        lines.append(f"... and {len(verdict.checks) - MOST_CHECKS} more, all in run.json")
    lines += ["", *textwrap.wrap(f"{verdict.word.upper()}: {verdict.told}", width())]
    if outcome.device != "cpu" and outcome.runs:
        lines += ["", *textwrap.wrap(f"device: {told_runs(outcome.runs)}", width())]
    return lines


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) or hasattr(value, "dtype") else str(value)


# --- all --------------------------------------------------------------------------------------------------------------


def _all(budget: str, device: str, folder: Path, figure: bool, as_json: bool) -> int:
    """Every experiment, each in a folder of its own as soon as it is finished.

    Those without their data are skipped, and those that a GPU was asked for and that could not use it.
    """
    from adamtheory import catalogue
    from adamtheory.errors import DeviceError, NoDataError
    from adamtheory.laboratory.running import load, write
    from adamtheory.runs.folder import check_free
    from adamtheory.simulation.devices import check

    check(device)
    check_free(folder)
    outcomes: list[Outcome] = []
    places: dict[str, Path] = {}
    skipped: dict[str, str] = {}
    interrupted = False
    try:
        for name in catalogue.experiments():
            experiment = load(name)
            try:
                outcome = _perform(experiment, budget, experiment.settings(budget), device)
            except (NoDataError, DeviceError) as error:
                skipped[name] = str(error)
                _tell(f"{name}: skipped: {error}")
                continue
            if outcome.verdict is None:
                interrupted = True
                break
            places[name] = write(outcome, folder / name, figure)
            outcomes.append(outcome)
            print(f"{name}: {outcome.verdict.word} ({outcome.seconds:.1f} s)", file=sys.stderr, flush=True)
    except KeyboardInterrupt:  # between two experiments, or while a figure is drawn
        interrupted = True
    _summary(outcomes, skipped, folder, places, as_json)
    if interrupted:
        _tell(f"interrupted; {len(outcomes)} of {len(catalogue.experiments())} experiments had finished")
        return INTERRUPTED
    return 1 if any(o.verdict and o.verdict.word == "refuted" for o in outcomes) else 0


def _summary(
    outcomes: list[Outcome], skipped: dict[str, str], folder: Path, places: dict[str, Path], as_json: bool
) -> None:
    """What all experiments found, and which had no data."""
    from adamtheory.laboratory.running import record

    if as_json:
        found: list[dict[str, Any]] = [{**record(o), "folder": str(places[o.experiment.file.name])} for o in outcomes]
        print_json(found + [{"experiment": name, "skipped": reason} for name, reason in skipped.items()])
        return
    judged = [(o, o.verdict) for o in outcomes if o.verdict]
    rows = [(o.experiment.file.name, v.word, f"{o.seconds:.1f} s", v.told) for o, v in judged]
    rows += [(name, "skipped", "", reason) for name, reason in skipped.items()]
    if rows:
        print_table(("experiment", "verdict", "time", "what was found"), rows)
    if outcomes:
        print(f"\nresults in {folder}")


# --- again ------------------------------------------------------------------------------------------------------------


def _repeat(source: Path, out: Path | None, figure: bool, as_json: bool) -> int:
    """Run again what a folder records; exit status 1 where any bit differs."""
    from adamtheory.laboratory import running
    from adamtheory.runs.folder import check_free

    found, old = running.read_folder(source)
    if not found["finished"]:
        raise OutputError(f"{source} is of a run that was interrupted; give one that was finished")
    experiment = running.load(found["experiment"])
    settings = running.recorded_settings(experiment, found)
    if out is not None:
        check_free(out)
    outcome = _perform(experiment, found["budget"], settings, found.get("device", "cpu"))
    if outcome.verdict is None:
        return INTERRUPTED
    if told := running.moved(found, outcome):
        _tell(f"warning: {told}")
    different = running.differences(old, outcome.table)
    if out is not None:
        running.write(outcome, out, figure)
    if as_json:
        print_json({**running.record(outcome), "identical": not different, "differences": different})
    elif different:
        print(f"not identical to {source}:", *(f"  {text}" for text in different), sep="\n")
    else:
        print("\n".join(_told(outcome)))
        print(f"\nidentical: all {len(old)} rows of {source} come out the same, bit for bit")
    return 1 if different else 0


def _tell(text: str) -> None:
    print(f"adamtheory: {text}", file=sys.stderr, flush=True)
