"""`adamtheory derive RULE`: what follows from the text of an update rule."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json, print_table
from adamtheory.cli.progress import counting
from adamtheory.errors import OutputError, SpecError, UnknownNameError

MOST_PROCESSES = 4
SUFFIXES = (".html", ".tex")


def command(
    rules: Annotated[list[str] | None, typer.Argument(metavar="[RULE]...", help="Optimizers, or FILE.py:NAME.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All optimizers of the registry, as one table.")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="TOPIC", help="Only this topic.")] = None,
    out: Annotated[
        list[Path] | None, typer.Option("--out", metavar="FILE", help="Also write a page, .html or .tex.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Derive what follows from an update rule's text.

    For every slot that is a linear recursion its closed form, expectation, bias and the factor that removes it, what a
    drifting gradient leaves of it, variance and effective sample size; then what g -> c g makes of the step, the sharp
    bound on the step, bounds that the docstring claims, the sign of Gamma, and what denominators and radicands owe.
    Each line is PROVED by the kernel and again by the second checker, REFUTED by an exact counterexample, or UNDECIDED.

    \b
    Topics: closed form, expectation, bias correction, drift, variance, scale, step bound, claim, Gamma, obligation.

    \b
    Examples:
      adamtheory derive adam
      adamtheory derive amsgrad --only Gamma
      adamtheory derive my_rules.py:my_adam --out my_adam.html
      adamtheory derive --all --out rules.tex --out rules.html
    """
    names, topics = _asked(rules or [], every), _topics(only or [])
    for path in out or []:
        _check(path)
    derivations: list[dict[str, Any]] = []
    try:
        with counting(len(names), "rules") as finished:
            for facts in _derived(names, topics):
                derivations.append(facts)
                finished(facts["rule"])
    finally:  # Ctrl-C leaves what is finished on the screen
        derivations.sort(key=lambda facts: facts["place"])
        _print(derivations, as_json, every or len(names) > 1)
    for path in out or []:
        _write(path, derivations)
    return 0


def _asked(rules: list[str], every: bool) -> list[str]:
    from adamtheory.rules import RULES
    from adamtheory.runs.specs import to_rule

    if every and rules:
        raise SpecError("--all means every optimizer; name none beside it")
    if not every and not rules:
        raise SpecError("name an optimizer (adamtheory list optimizers), a FILE.py:NAME, or --all")
    for name in rules:
        to_rule(name, "rule")
    return list(RULES) if every else rules


def _topics(only: list[str]) -> tuple[str, ...]:
    from adamtheory.deriving.findings import TOPICS

    for name in only:
        if name not in TOPICS:
            raise UnknownNameError("topic", name, TOPICS)
    return tuple(t for t in TOPICS if not only or t in only)


def _check(path: Path) -> None:
    if path.suffix not in SUFFIXES:
        raise SpecError(f"--out {path}: a page is written as {' or '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist")


# --- deriving ---------------------------------------------------------------------------------------------------------


def _derived(names: Sequence[str], topics: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The derivations as they come, several rules in several processes."""
    if len(names) == 1:
        yield _one(0, names[0], topics)
        return
    from concurrent.futures import as_completed

    with _pool() as pool:
        tasks = [pool.submit(_one, place, name, topics) for place, name in enumerate(names)]
        for task in as_completed(tasks):
            yield task.result()


@contextmanager
def _pool() -> Iterator[Any]:
    """Processes that leave Ctrl-C to this one, which then ends them."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(min(MOST_PROCESSES, os.cpu_count() or 1), get_context("spawn"), initializer=_quiet)
    try:
        yield pool
    except BaseException:
        processes = list(getattr(pool, "_processes", {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        raise
    pool.shutdown()


def _quiet() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _one(place: int, name: str, topics: tuple[str, ...]) -> dict[str, Any]:
    from adamtheory.deriving.derivation import derive
    from adamtheory.runs.specs import to_rule

    return {"place": place, **derive(to_rule(name, "rule"), topics).facts()}


# --- what is printed --------------------------------------------------------------------------------------------------


def _print(derivations: list[dict[str, Any]], as_json: bool, table: bool) -> None:
    from adamtheory.deriving import pages

    if as_json:
        print_json([{k: v for k, v in facts.items() if k != "place"} for facts in derivations])
    elif table and derivations:
        print_table(pages.HEADS, [pages.row(facts) for facts in derivations])
        typer.echo("\n" + "\n".join(pages.LEGEND))
    elif derivations:
        typer.echo("\n".join(pages.section(derivations[0])))


def _write(path: Path, derivations: list[dict[str, Any]]) -> None:
    from adamtheory.deriving import pages

    try:
        pages.write(path, derivations)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from None
    typer.echo(f"page in {path}", err=True)
