"""Clipping to an interval brings a number y nearer to every u of the interval: (z - u)^2 <= (y - u)^2 - (y - z)^2.

Words   z is the projection of `box` in one coordinate, read from its text; low <= u and u <= high.
Source  Known; one coordinate of `projection_nonexpansive`. On a box it holds in each, hence with any weights.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, reals
from adamtheory.logic.projections import clip_step
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.sets import box

y, u = reals("y u")

setting = Setting()
reading = read(box, setting)
low, high = reading.scalars["low"], reading.scalars["high"]


def project(y: Any) -> Any:
    return reading.value("result", 0, y=y)


def statement() -> Statement:
    z = project(y)
    return Statement(setting, (z - u) ** 2 <= (y - u) ** 2 - (y - z) ** 2, hyps=[low <= u, u <= high])


def witness() -> Witness:
    return Witness({"low": ([], -1), "high": ([], 1)}, values={u: 1})


def prove() -> Theorem:
    return clip_step(Prover(setting), project, y, u, low, high, firm=True)
