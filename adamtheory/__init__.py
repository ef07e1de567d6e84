"""Adaptive optimizers as the papers print them: exact readings, compiled kernels, measured regret.

What to use when: `rule` declares an update rule, `loss` a loss sequence, `schedule` a step size, `feasible_set` a
projection; `parse` reads all of these from a text. `simulate` plays an optimizer on a loss sequence, `sequence` gives a
loss its data, `regret` measures what came of it, `certify` holds a regret theorem against a run (`certificates` all
that are about its optimizer), `sweep` plays a grid of parameters and keeps the numbers, `derive` works out and
certifies what follows from a rule's text, `threshold` says where Adam fails on the periodic sequence, `ArrayOptimizer`
updates an array of your own in place. The rules that ship are in `adamtheory.rules`, the losses in `adamtheory.losses`.
Importing this package loads no other library; a name is loaded when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it as true; importing `typing` would be most of the start-up
if TYPE_CHECKING:
    from typing import Any

    from adamtheory.bounds.certificates import Certificate as Certificate
    from adamtheory.bounds.certificates import certificates as certificates
    from adamtheory.bounds.certificates import certify as certify
    from adamtheory.deriving.derivation import Derivation as Derivation
    from adamtheory.deriving.derivation import derive as derive
    from adamtheory.hindsight.regret import Regret as Regret
    from adamtheory.hindsight.regret import regret as regret
    from adamtheory.language import feasible_set as feasible_set
    from adamtheory.language import loss as loss
    from adamtheory.language import parse as parse
    from adamtheory.language import rule as rule
    from adamtheory.language import schedule as schedule
    from adamtheory.simulation.sequences import sequence as sequence
    from adamtheory.simulation.simulate import simulate as simulate
    from adamtheory.simulation.trajectory import Trajectory as Trajectory
    from adamtheory.simulation.update import ArrayOptimizer as ArrayOptimizer
    from adamtheory.sweeping.sweep import sweep as sweep
    from adamtheory.thresholds import threshold as threshold

__version__ = "0.1.0"

# public name -> the module that defines it; the imports above say the same to editors and type checkers
_HOME = {
    "ArrayOptimizer": "adamtheory.simulation.update",
    "Certificate": "adamtheory.bounds.certificates",
    "Derivation": "adamtheory.deriving.derivation",
    "Regret": "adamtheory.hindsight.regret",
    "Trajectory": "adamtheory.simulation.trajectory",
    "certificates": "adamtheory.bounds.certificates",
    "certify": "adamtheory.bounds.certificates",
    "derive": "adamtheory.deriving.derivation",
    "feasible_set": "adamtheory.language",
    "loss": "adamtheory.language",
    "parse": "adamtheory.language",
    "regret": "adamtheory.hindsight.regret",
    "rule": "adamtheory.language",
    "schedule": "adamtheory.language",
    "sequence": "adamtheory.simulation.sequences",
    "simulate": "adamtheory.simulation.simulate",
    "sweep": "adamtheory.sweeping.sweep",
    "threshold": "adamtheory.thresholds",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'adamtheory' has no attribute '{name}'; it has {', '.join(sorted(_HOME))}")
    import importlib

    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
