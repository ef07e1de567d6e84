"""Whether a loss rule of one's own is what regret speaks of: convex, with a subgradient as its second value."""

from __future__ import annotations

from fractions import Fraction

from adamtheory.errors import ParameterError
from adamtheory.simulation.sequences import LossSequence

ROUNDS = 6
POINTS = (Fraction(-7, 4), Fraction(-1, 3), Fraction(2, 5), Fraction(9, 8))
SLACK = 1e-9  # relative; far above rounding, far below the effect of a wrong gradient


def check_first_order(losses: LossSequence) -> None:
    """Check f_t(u) >= f_t(x) + <g_t, u - x> at some points of the first rounds; losses that ship are proved convex.

    A wrong gradient or a loss that is not convex breaks it somewhere; passing is evidence, no proof.
    Raises `ParameterError` with the points of the first violation.
    Source: the definition of a subgradient; the first-order inequality of Zinkevich 2003, proof of Theorem 1.
    """
    from adamtheory.losses import LOSSES

    if any(losses.rule.digest == rule.digest for rule in LOSSES.values()):
        return
    for t, (x, f, g, u, h) in _values(losses):
        if h < f + g * (u - x) - SLACK * (1 + abs(f) + abs(g)):
            raise ParameterError(
                f"{losses.rule.name} breaks f(u) >= f(x) + g*(u - x) in round {t} at x={x:.4g}, u={u:.4g} "
                f"(f(x)={f:.4g}, g={g:.4g}, f(u)={h:.4g}): its gradient is wrong, or it is not convex"
            )


def _values(losses: LossSequence) -> list[tuple[int, tuple[float, float, float, float, float]]]:
    """(round, (x, f(x), g(x), u, f(u))) in one coordinate, with the first rows of data and fixed draws."""
    from adamtheory.language import arithmetic, reading
    from adamtheory.simulation.lanes import as_array

    system = arithmetic("float64")
    step = reading(losses.rule, system)
    fixed = {name: as_array(value, name).flat[0] for name, value in losses.bound.values.items()}
    slots = {s.name: [system.number(s.initial)] for s in losses.rule.slots}
    found = []
    for t in range(1, ROUNDS + 1):
        scalars = fixed | {"t": system.number(Fraction(t))}
        inputs = {i.name: [system.number(_input(losses, i.kind, t))] for i in losses.rule.inputs[1:]}
        at, after = {}, slots
        for x in POINTS:
            ((f,), (g,)), after = step({"x": [system.number(x)], **inputs, **slots}, scalars)
            at[x] = float(f), float(g)
        slots = after
        found += [(t, (float(x), *at[x], float(u), at[u][0])) for x in POINTS for u in POINTS if u != x]
    return found


def _input(losses: LossSequence, kind: str, t: int) -> Fraction:
    """A value for an input: a number of the data, or a draw that runs through (0, 1)."""
    if kind == "uniform" or losses.features is None:
        return Fraction(2 * t - 1, 2 * ROUNDS)
    row = (t - 1) % len(losses.features)
    if kind == "target" and losses.targets is not None:
        return Fraction(float(losses.targets[row]))
    return Fraction(float(losses.features[row, 0]))
