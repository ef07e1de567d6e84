"""The command line: one file a command, each imported when it is asked for.

Exit status: 0 done and holds, 1 a claim is refuted or a proof fails, 2 wrong input, 130 interrupted. Wrong input gets
one line on standard error.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TextIO, cast

import typer

from adamtheory import __version__
from adamtheory.errors import AdamTheoryError, UnknownNameError

# Command -> module of this package, whose function `command` it is. Their order is that of --help.
COMMANDS = {
    "regret": "regret",
    "run": "run",
    "train": "train",
    "sweep": "sweep",
    "list": "listing",
    "show": "show",
    "threshold": "threshold",
    "prove": "prove",
    "derive": "derive",
    "errata": "errata",
    "recheck": "recheck",
    "bench": "bench",
    "doctor": "doctor",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        _stop_as_by_ctrl_c()
    stdout = sys.stdout
    sys.stdout = cast(TextIO, _Pipe(stdout))
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except AdamTheoryError as error:
        return _fail(str(error), 2)
    except typer.TyperException as error:
        return _fail(f"{error.format_message()} Try: adamtheory {' '.join([*_command(words), '--help'])}", 2)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", 130)
    finally:
        sys.stdout = stdout


class _Pipe:
    """Standard output whose reader may go: what is printed then goes nowhere, and the command goes on to its end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._close()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._close()

    def _close(self) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def _stop_as_by_ctrl_c() -> None:
    """Let SIGTERM keep what has finished, as Ctrl-C does; processes that this one starts still end by it at once."""
    import signal

    own = os.getpid()

    def stop(number: int, frame: Any) -> None:
        if os.getpid() == own:
            raise KeyboardInterrupt
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, stop)


def _run(words: Sequence[str]) -> int:
    result = _app(_command(words) or COMMANDS)(args=list(words), prog_name="adamtheory", standalone_mode=False)
    status = result if isinstance(result, int) else 0
    if status == 130:  # how Typer returns Ctrl-C
        raise KeyboardInterrupt
    return status


def _command(words: Sequence[str]) -> list[str]:
    """The command that a line asks for, if it asks for one; options before it take no value."""
    first = next((word for word in words if not word.startswith("-")), None)
    if first is not None and first not in COMMANDS:
        raise UnknownNameError("command", first, COMMANDS)
    return [] if first is None else [first]


def _app(names: Iterable[str]) -> typer.Typer:
    """The application with these commands; only their modules are imported."""
    app = typer.Typer(
        rich_markup_mode=None, add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    app.callback(invoke_without_command=True)(_adamtheory)
    for name in names:
        module = importlib.import_module(f"adamtheory.cli.{COMMANDS[name]}")
        app.command(name)(module.command)
    return app


def _adamtheory(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Adaptive optimizers: their rules, what they do, and the regret that comes of it.

    \b
    Examples:
      adamtheory regret
      adamtheory run reddi_periodic
      adamtheory list optimizers
      adamtheory show amsgrad
      adamtheory prove
      adamtheory derive adam
      adamtheory doctor
    """
    if version:
        typer.echo(f"adamtheory {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"adamtheory: {' '.join(message.split())}\n")
    return status
