"""Runs with the theorems about them, each kernel compiled once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from adamtheory import schedules, simulate
from adamtheory.bounds.certificates import Certificate, Monitor
from adamtheory.bounds.theorems import regret_theorems
from adamtheory.hindsight.regret import regret
from adamtheory.rules import RULES
from adamtheory.sets import box
from adamtheory.simulation.sequences import sequence

# (rule, schedule): the runs whose kernels the tests share, all on two coordinates with slopes of their own
RUNS = (
    ("sgd", "inverse_sqrt"), ("sgd", "constant"), ("momentum_average", "inverse_sqrt"), ("adagrad", "constant"),
    ("amsgrad", "inverse_sqrt"), ("amsgrad_optax", "inverse_sqrt"), ("adamnc", "inverse_sqrt"),
    ("adamx", "inverse_sqrt"), ("adam_uncorrected", "inverse_sqrt"),
)  # fmt: skip


@cache
def compiled(name: str, dimension: int) -> Monitor:
    """The theorems about a rule, compiled once for all slopes."""
    return Monitor(RULES[name], box, sequence(np.ones((1, dimension))), "float64", regret_theorems())


def held(
    name: str, schedule: str, slopes: Any, parameters: dict[str, Any], checkpoints: Any = None, **more: Any
) -> dict[str, Certificate]:
    """Every theorem about the rule, by name, along a run on linear losses with these slopes (T, d)."""
    losses, rule = sequence(np.asarray(slopes, float)), RULES[name]
    monitor = compiled(name, losses.dimension)
    known = {k: v for k, v in parameters.items() if rule.scalar(k)}
    trajectory = simulate(
        rule(**known), losses, len(slopes), schedule=schedules.get_schedule(schedule), watches=monitor.watches,
        checkpoints=np.arange(1, len(slopes) + 1) if checkpoints is None else checkpoints, **more,
    )  # fmt: skip
    return {c.theorem: c for c in monitor.certificates(trajectory, regret(trajectory))}
