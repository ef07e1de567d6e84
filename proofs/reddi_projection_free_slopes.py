"""The projection-free periodic losses have slopes of at most C in absolute value, at every point.

Words   f_t(x) = C max(x, -1) if t = 1 mod 3, else -min(x, 1), with the slopes that the text of `reddi_unbounded` gives,
        for C >= 1, in round t = n + 1.
Source  Derived for this project, after Reddi, Kale & Kumar 2018, Theorem 1; what `kb_theorem_4_1_refuted` assumes.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_reddi_convex import C, bounded, prove_bounded, setting


def statement() -> Statement:
    return Statement(setting, bounded(), [1 <= C])


def witness() -> Witness:
    return Witness({"C": ([], 3)})


def prove() -> Theorem:
    return prove_bounded(Prover(setting))
