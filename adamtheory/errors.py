"""Every exception: what was given, what is needed, what to do.

The command line prints the message of any `AdamTheoryError` on one line and exits with status 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

MOST_NAMES = 60  # a message is one line


class AdamTheoryError(Exception):
    """Base of all errors that the user can mend; they go from process to process with their message."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[AdamTheoryError], args: tuple[Any, ...], state: dict[str, Any]) -> AdamTheoryError:
    """An error with this message; its class makes the message of other arguments."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class GrammarError(AdamTheoryError):
    """A rule's text steps outside the language; the message names file, line, reason and remedy."""

    def __init__(self, where: str, line: int, reason: str, remedy: str) -> None:
        super().__init__(f"{where}, line {line}: {reason}; {remedy}")
        self.line = line
        self.reason = reason
        self.remedy = remedy


class UnknownNameError(AdamTheoryError):
    """A name that no registry knows; the message gives the nearest names that exist, all of them unless `nearest`."""

    def __init__(self, what: str, given: str, known: Iterable[str], *, nearest: bool = True) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(given, names, n=3, cutoff=0.5) if nearest else []
        shown = ", ".join(names) if len(names) <= MOST_NAMES else f"{', '.join(names[:MOST_NAMES])} and others"
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {shown}"
        super().__init__(f"unknown {what} '{given}'; {hint}")


class ParameterError(AdamTheoryError):
    """A parameter that is missing, unknown, not a number, or out of its range."""


class DeviceError(AdamTheoryError):
    """A GPU that was asked for and cannot be used; the message says what is missing and how to get it."""


class SpecError(AdamTheoryError):
    """A `name[param=value]` text that cannot be read."""


class DataError(AdamTheoryError):
    """A data file that is absent, unreadable or malformed; the message gives file and line."""


class NoDataError(DataError):
    """A data file that is not there, though it may be elsewhere."""


class OutputError(AdamTheoryError):
    """An output folder that already exists or cannot be written."""


class NotRationalError(AdamTheoryError):
    """An operation without an exact rational value (a root, logarithm, exponential) in the exact reading."""
