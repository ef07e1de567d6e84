"""`adamtheory bench`: speed, side by side with what else is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json
from adamtheory.errors import ParameterError, UnknownNameError

if TYPE_CHECKING:
    from adamtheory.benchmark.contest import Result


def command(
    contest: Annotated[list[str] | None, typer.Argument(help="Contests to hold; all of them if none is named.")] = None,
    rounds: Annotated[int, typer.Option("--rounds", help="Alternated runs of each entrant, at least 3.")] = 7,
    scale: Annotated[
        float, typer.Option("--scale", help="Size of the work, 0 < scale <= 1; 1 is what is reported.")
    ] = 1.0,
    device: Annotated[str, typer.Option(metavar="WHERE", help="cpu, or cuda: the contests on a GPU.")] = "cpu",
    as_json: AsJson = False,
) -> None:
    """Time the kernels, side by side with JAX and PyTorch.

    Those take part where they are installed (pip install 'adamtheory[outside]'). Every entrant does the same work in
    one process; they run in turn, and medians and their ratios are printed. Compilation is not counted.

    \b
    Examples:
      adamtheory bench
      adamtheory bench one-lane-amsgrad lanes-amsgrad
      adamtheory bench --device cuda
      adamtheory bench --scale 0.05 --rounds 3      a quick look; its ratios mean little
    """
    from adamtheory.benchmark import contests, gpu
    from adamtheory.benchmark.contest import hold
    from adamtheory.simulation.devices import check, unknown

    if device not in ("cpu", "cuda"):
        raise unknown(device, ("cpu", "cuda"))
    known = gpu.CONTESTS if device == "cuda" else contests.CONTESTS
    for name in contest or ():
        if name not in known:
            raise UnknownNameError("contest", name, known)
    check(device)
    if rounds < 3:
        raise ParameterError(f"rounds={rounds} is too few for a median; give at least 3")
    if not 0 < scale <= 1:
        raise ParameterError(f"scale={scale:g} is out of range: it must lie in (0, 1]")
    results = []
    for name in contest or known:
        result = hold(known[name](scale), rounds)
        results.append((name, result))
        if not as_json:
            typer.echo(_text(result) + "\n")
    if as_json:
        print_json([_record(name, result, rounds, scale) for name, result in results])


def _text(result: Result) -> str:
    unit = result.contest.unit
    lines = [result.contest.title]
    width = max(len(e.name) for e in result.contest.entrants)
    for entrant in result.contest.entrants:
        line = f"  {entrant.name:<{width}}  {result.per_unit(entrant.name):>12,.3f} ns a {unit}"
        line += f"  {result.ratio(entrant.name):>10,.2f} x ours"
        if entrant.bytes_moved:
            line += f"  {entrant.bytes_moved / result.seconds[entrant.name] / 1e9:>6.1f} GB/s"
        lines.append(line)
    lines += [f"  goal: {goal.text}: {result.verdict(goal)}" for goal in result.contest.goals]
    lines += [f"  {absent}" for absent in result.contest.absent]
    return "\n".join(lines)


def _record(name: str, result: Result, rounds: int, scale: float) -> dict[str, object]:
    return {
        "contest": name,
        "title": result.contest.title,
        "rounds": rounds,
        "scale": scale,
        "unit": result.contest.unit,
        "entrants": [
            {"name": e.name, "ns_per_unit": result.per_unit(e.name), "ratio": result.ratio(e.name)}
            for e in result.contest.entrants
        ],
        "goals": [{"goal": g.text, "verdict": result.verdict(g)} for g in result.contest.goals],
        "absent": list(result.contest.absent),
    }
