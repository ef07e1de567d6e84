"""Whether a loss rule of one's own is what regret speaks of: convex, with a subgradient as its second value."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound, Input, Rule
from adamtheory.language.tree import Expr, Name, substitute
from adamtheory.simulation.sequences import LossSequence

ROUNDS, MOST_ROUNDS = 6, 200
POINTS = (Fraction(-7, 4), Fraction(-1, 3), Fraction(2, 5), Fraction(9, 8))
FROZEN = "frozen line"  # no name of the language, so that it meets none
SLACK = 1e-9  # relative; far above rounding, far below the effect of a wrong gradient


def check_first_order(losses: LossSequence) -> None:
    """Check f_t(u) >= f_t(x) + <g_t, u - x> at some points of the first rounds; losses that ship are tested.

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
    rule, frozen = _with_frozen_input(losses.rule)
    step = reading(rule, system)
    choose = reading(replace(losses.rule, results=frozen), system)
    fixed = {name: as_array(value, name).flat[0] for name, value in losses.bound.values.items()}
    slots = {s.name: [system.number(s.initial)] for s in losses.rule.slots}
    points = [system.number(x) for x in POINTS]
    found = []
    for t in range(1, ROUNDS + 1):
        scalars = fixed | {"t": system.number(Fraction(t))}
        given = {i.name: [system.number(_input(losses, i.kind, t))] for i in losses.rule.inputs[1:]} | slots
        for x in points:
            chosen, after = choose({"x": [x], **given}, scalars)
            inputs = given | dict(zip([FROZEN] * len(chosen), chosen, strict=True))
            (f,), (g,) = step({"x": [x], **inputs}, scalars)[0]
            for u in points:
                if u != x:
                    value = step({"x": [u], **inputs}, scalars)[0][0][0]
                    found.append((t, (float(x), float(f), float(g), float(u), float(value))))
        slots = after
    return found


def _with_frozen_input(rule: Rule) -> tuple[Rule, tuple[Expr, ...]]:
    """The loss whose frozen line is an input, so that f_t(u) keeps what was chosen at x_t, and what is chosen."""
    frozen = rule.notes.get("frozen")
    if not isinstance(frozen, Name):
        return rule, ()
    body = tuple(
        replace(line, value=substitute(line.value, {frozen: Name(FROZEN)}))
        for line in rule.body
        if line.target != frozen
    )
    results = tuple(substitute(result, {frozen: Name(FROZEN)}) for result in rule.results)
    news = tuple(substitute(following, {frozen: Name(FROZEN)}) for following in rule.next_slots)
    return replace(rule, inputs=(*rule.inputs, Input(FROZEN, "row")), body=body, results=results, next_slots=news), (
        frozen,
    )


def _input(losses: LossSequence, kind: str, t: int) -> Fraction:
    """A value for an input: a number of the data, or a draw that runs through (0, 1)."""
    if kind == "uniform" or losses.features is None:
        return Fraction(2 * t - 1, 2 * ROUNDS)
    row = (t - 1) % len(losses.features)
    if kind == "target" and losses.targets is not None:
        return Fraction(float(losses.targets[row]))
    return Fraction(float(losses.features[row, 0]))


def check_comparator(losses: LossSequence, feasible: Bound) -> None:
    """Check that no point has a smaller sum of the first losses than the declared best fixed point.

    Only of a rule of one's own without data, in one coordinate, at some points of the set and after whole periods;
    passing is evidence, no proof. Raises `ParameterError` with the point that is better.
    """
    import numpy as np

    from adamtheory.language import arithmetic, reading
    from adamtheory.language.reading import compile_expr
    from adamtheory.losses import LOSSES
    from adamtheory.simulation.lanes import as_array
    from adamtheory.simulation.nearest import nearest

    rule = losses.rule
    shipped = any(rule.digest == known.digest for known in LOSSES.values())
    if shipped or "comparator" not in rule.notes or "frozen" in rule.notes or losses.features is not None:
        return
    system = arithmetic("float64")
    step = reading(rule, system)
    fixed = {name: as_array(value, name).flat[0] for name, value in losses.bound.values.items()}
    with system.quiet():
        best = float(compile_expr(rule.notes["comparator"], system, 1)({Name(n): [v] for n, v in fixed.items()}, 0))
    if best - best != 0:
        return  # no point is named for these parameters, which is told after the run
    offered = np.array([[best], *([float(x)] for x in POINTS), [best - 0.25], [best + 0.25]])
    where = {n: np.full(len(offered), as_array(value, n).flat[0]) for n, value in feasible.values.items()}
    points = nearest(feasible.rule, where, offered)[:, 0].tolist()
    if points[0] != best:
        return  # it is not in the set, which is told after the run
    totals, sizes = np.zeros(len(points)), np.zeros(len(points))
    slots = {s.name: [system.number(s.initial)] for s in rule.slots}
    for t in range(1, max(ROUNDS, min(losses.period, MOST_ROUNDS)) + 1):
        scalars = fixed | {"t": system.number(Fraction(t))}
        given = {i.name: [system.number(_input(losses, i.kind, t))] for i in rule.inputs[1:]} | slots
        for k, x in enumerate(points):
            (f, _), after = step({"x": [x], **given}, scalars)
            totals[k] += float(f[0])
            sizes[k] += abs(float(f[0]))
        slots = after
        better = int(np.argmin(totals))
        if t % losses.period == 0 and totals[better] < totals[0] - SLACK * (1 + sizes[0] + sizes[better]):
            raise ParameterError(
                f"{rule.name} declares {best:.4g} as the best fixed point, but after {t} rounds x={points[better]:.4g} "
                f"has lost less ({totals[better]:.4g} against {totals[0]:.4g}); declare another, or none"
            )
