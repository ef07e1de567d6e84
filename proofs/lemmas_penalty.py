"""One step of gradient descent with an L2 penalty in d coordinates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from adamtheory.logic.notation import Setting, eq, integer, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Witness
from adamtheory.proofs.lemmas_sphere import at_two
from adamtheory.rules.descent import sgd_l2

i = integer("i")

setting = Setting()
d = setting.constant("d", "Z")
w, g = setting.family("w", "Z"), setting.family("g", "Z")
alpha, penalty = setting.constants("alpha penalty")
_scalars = {"lr": alpha, "beta1": 0, "weight_decay": penalty}
_text = read(sgd_l2, setting, inputs={"g": lambda t, x: g(i)}, scalars=_scalars, slots=[], dimension=d)
reading = replace(_text, coordinates=(i,))


def over(body: Any) -> Any:
    """The sum over all coordinates."""
    return total(i, 1, d, body)


moved = reading.next_slot("x", reading.environment(0, state={"x": w(i), "m": 0}))
norm, moved_norm, along, gradient = over(w(i) ** 2), over(moved**2), over(w(i) * g(i)), over(g(i) ** 2)
effective = alpha**2 * gradient / norm  # (alpha |g|/|w|)^2
invariant, balanced, nonzero = eq(along, 0), eq(moved_norm, norm), 0 < norm


def balanced_witness() -> Witness:
    """w = (1, 0), g = (0, 4/5), alpha = 1, lambda = 2/5: w becomes (3/5, -4/5)."""
    families = {"d": ([], 2), "w": ([i], 2 - i), "g": ([i], Fraction(4, 5) * (i - 1))}
    return Witness({**families, "alpha": ([], 1), "penalty": ([], Fraction(2, 5))}, prove=at_two)
