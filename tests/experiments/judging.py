"""What the tests of experiments share: run one with small settings, and read its verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Experiment, Outcome, load, perform


def experiment(name: str) -> Experiment:
    """The experiment; its `module` is what a planted fault changes."""
    return load(name)


def judged(name: str, **changes: Any) -> Outcome:
    """The outcome of the quick settings with these changes."""
    found = load(name)
    return perform(found, "quick", replace(found.settings("quick"), **changes))


def word(name: str, **changes: Any) -> str:
    """The verdict in a word."""
    verdict = judged(name, **changes).verdict
    assert verdict is not None
    return verdict.word


def blurred(outcome: Outcome, column: str, value: float) -> str:
    """The verdict in a word with another value in a whole column: NaN for a measurement, infinity for an interval."""
    columns = outcome.table.columns
    table = Table({**columns, column: columns[column] * 0 + value})
    found: str = outcome.experiment.module.verdict(table, outcome.settings).word
    return found


def altered(outcome: Outcome, column: str, change: Callable[[Any], Any], **where: Any) -> str:
    """The verdict in a word with a column changed in the rows where the named columns have those values."""
    import numpy as np

    columns = outcome.table.columns
    chosen = np.ones(len(outcome.table), bool)
    for name, value in where.items():
        chosen &= columns[name] == value
    table = Table({**columns, column: np.where(chosen, change(columns[column]), columns[column])})
    found: str = outcome.experiment.module.verdict(table, outcome.settings).word
    return found
