"""`adamtheory threshold`: where Adam fails on the periodic sequence, to any number of digits, certified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json

if TYPE_CHECKING:
    from fractions import Fraction

    from adamtheory.thresholds import End, Threshold

MOST_PLACES = 20  # of a decimal that is printed as one


def command(
    spike: Annotated[
        str | None, typer.Option("--C", metavar="C", help="Slope of the spike, greater than N - 1.")
    ] = None,
    period: Annotated[int, typer.Option("--period", metavar="N", help="The period, at least 3.")] = 3,
    beta1: Annotated[str | None, typer.Option(metavar="A", help="Adam's beta1. Default: 0.")] = None,
    beta2: Annotated[str | None, typer.Option(metavar="B", help="Adam's beta2.")] = None,
    digits: Annotated[int, typer.Option(metavar="D", help="Digits after the point, at most 1000.")] = 18,
    as_json: AsJson = False,
) -> None:
    """Print where Adam fails on the periodic sequence.

    The losses are C x once in N rounds, else -x. With C above N - 1 the best point of [-1, 1] is -1; Adam fails where
    it drifts to +1. Give C for the beta2 that fail, beta2 for the C, both for the beta1; without either, C is 3. All
    digits are certain: the sign of the drift on both sides of the last one is found with balls that contain what they
    stand for. Numbers are exact: 3, 0.9, 9/10.

    \b
    Examples:
      adamtheory threshold --C 3
      adamtheory threshold --C 101 --period 101 --beta1 0.99 --digits 30
      adamtheory threshold --beta2 0.9
      adamtheory threshold --C 3 --beta2 0.1 --json
    """
    from adamtheory.thresholds import threshold

    if spike is None and beta2 is None:
        spike = "3"
    found = threshold(spike, period, beta1=beta1, beta2=beta2, digits=digits)
    if as_json:
        print_json(_facts(found, digits))
    else:
        typer.echo("\n".join(_page(found)))


def _page(found: Threshold) -> list[str]:
    given = ", ".join(f"{name} = {_plain(value)}" for name, value in found.given.items())
    lines = [f"C x once in N rounds, else -x, with {given}. The best point of [-1, 1] is -1."]
    if not found.fails:
        return [*lines, f"Adam drifts to it for every {found.unknown} in [0, 1): {found.unique}."]
    lines += ["Adam drifts to +1, the worst point, exactly for", ""]
    lines += [f"  {_interval(found.unknown, *ends)}" for ends in found.fails]
    lines.append("")
    if any(end is not None and not end.exact for ends in found.fails for end in ends):
        lines.append("Certain: the drift changes its sign within one unit of the last digit, by ball arithmetic.")
    return [*lines, f"That this is all: {found.unique}."]


def _plain(value: Fraction) -> str:
    """A decimal if it is a short one."""
    for places in range(MOST_PLACES):
        if (scaled := value * 10**places).denominator == 1:
            whole, part = divmod(scaled.numerator, 10**places)
            return f"{whole}.{part:0{places}d}" if places else str(whole)
    return str(value)


def _interval(unknown: str, low: End, high: End | None) -> str:
    first = f"{low} {'<=' if low.exact and unknown != 'C' else '<'} {unknown}"
    return first if high is None else f"{first} < {high}"


def _facts(found: Threshold, digits: int) -> dict[str, Any]:
    return {
        "unknown": found.unknown,
        "given": {name: _plain(value) for name, value in found.given.items()},
        "digits": digits,
        "fails": [{"above": _end(low), "below": None if high is None else _end(high)} for low, high in found.fails],
        "unique": found.unique,
    }


def _end(end: End) -> dict[str, Any]:
    return {"value": str(end).removesuffix("..."), "exact": end.exact}
