"""The projection of the box, as its text has it with `where`, is the textbook clip min(max(y, low), high).

Words   For all y and all low <= high.
Source  Derived for this project, from the text of `box`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, maximum, minimum
from adamtheory.logic.projections import clip_is_min_max
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.box_projection import high, low, project, setting, y


def statement() -> Statement:
    return Statement(setting, eq(project(y), minimum(maximum(y, low), high)), hyps=[low <= high])


def witness() -> Witness:
    return Witness({"low": ([], -1), "high": ([], 1)})


def prove() -> Theorem:
    return clip_is_min_max(Prover(setting), project, y, low, high)
