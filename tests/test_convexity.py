"""The first-order inequality, checked on losses of one's own before regret is spoken of."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory.errors import ParameterError
from adamtheory.hindsight.convexity import check_first_order
from adamtheory.language import arithmetic, parse, reading
from adamtheory.language.rule import Rule
from adamtheory.losses import LOSSES
from adamtheory.simulation.sequences import sequence

HEAD = "@loss(radius=1)\ndef own(x, u: uniform, k=0, *, c=2):\n    return "
GOOD = (
    "total(c*x), c, k",
    "total(x*x)/2, x, k",
    "total(absolute(x - u)), where(x < u, -1, 1), k + 1",
    "exp(x), exp(x), k",
)
BAD = (
    "total(c*x), -c, k",
    "total(x*x)/2, -x, k",
    "total(x*x), x, k",
    "-total(x*x)/2, -x, k",
    "total(x)*k, 1 - k, k + 1",
)


@pytest.mark.parametrize("end", GOOD)
def test_convex_losses_pass(end: str) -> None:
    check_first_order(sequence(parse(HEAD + end)["own"]))


@pytest.mark.parametrize("end", BAD)
def test_wrong_gradients_and_concave_losses_are_told(end: str) -> None:
    with pytest.raises(ParameterError, match=r"own breaks f\(u\) >= f\(x\).*gradient is wrong, or it is not convex"):
        check_first_order(sequence(parse(HEAD + end)["own"]))


def test_data_are_used() -> None:
    text = "@loss\ndef own(x, a: row, y: target):\n    r = total(a*x) - y\n    return r*r/2, {}*a\n"
    data = (np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([1.0, -1.0]))
    check_first_order(sequence(parse(text.format("r"))["own"], data=data))
    with pytest.raises(ParameterError, match="round 2"):
        check_first_order(sequence(parse(text.format("(-r)"))["own"], data=data))


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "zhang_cyclic"])
def test_the_losses_that_ship_would_pass(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """They are skipped by name of their digest; without that they hold as well."""
    monkeypatch.setattr("adamtheory.losses.LOSSES", {})
    check_first_order(sequence(LOSSES[name], data=some_data(LOSSES[name])))


def some_data(rule: Rule) -> object:
    """Two rows in one coordinate, with labels where the loss has targets; None for a loss without data."""
    rows, labels = np.array([[0.5], [-2.0]]), np.array([1.0, -1.0])
    kinds = {i.kind for i in rule.inputs}
    return (rows, labels) if "target" in kinds else rows if "row" in kinds else None


def test_the_cyclic_losses_are_not_convex_left_of_minus_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As its text says: a round of slope -c bends down there; where no point lies left of -1 the check passes."""
    monkeypatch.setattr("adamtheory.losses.LOSSES", {})
    with pytest.raises(ParameterError, match=r"zhang_cyclic breaks .* in round 2 at x=-1.75"):
        check_first_order(sequence(LOSSES["zhang_cyclic"]))
    monkeypatch.setattr("adamtheory.hindsight.convexity.POINTS", (Fraction(-1), Fraction(0), Fraction(3)))
    check_first_order(sequence(LOSSES["zhang_cyclic"]))


def test_a_frozen_slope_stays_where_the_loss_is_taken_elsewhere() -> None:
    """Slope -1 right of 0, else 1: frozen it is linear, as a function of x it would be -|x|."""
    text = "@loss(radius=1{})\ndef own(x):\n    g = where(x < 0, 1, -1)\n    return total(g*x), g\n"
    check_first_order(sequence(parse(text.format(', frozen="g"'))["own"]))
    with pytest.raises(ParameterError, match="own breaks"):
        check_first_order(sequence(parse(text.format(""))["own"]))


# -- every loss that ships at many exact points ------------------------------------------------------------------------

GRID = st.fractions(-3, 3, max_denominator=4)  # coarse, so that kinks and equal coordinates occur
DRAWS = st.sampled_from([Fraction(k, 16) for k in range(16)])


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=12)
@given(data=st.data())
def test_first_order_inequality_in_two_coordinates(name: str, data: st.DataObject) -> None:
    """f_t(u) - f_t(x) - <g_t, u - x> >= 0 for six rounds: exactly, or in balls where a text has log or exp.

    The slope of a frozen line is taken from x, by hand: for `adversary` f_t(u) = <g_t, u>.
    """
    rule = LOSSES[name]
    ball = name in ("quadratic_gaussian", "quadratic_exponential", "absolute_exponential", "logistic")
    system = arithmetic("ball" if ball else "rational")
    step, slots = reading(rule, system, 2), {s.name: [system.number(s.initial)] * 2 for s in rule.slots}
    least = -1 if name == "zhang_cyclic" else None
    scalars = {p.name: system.number(p.default) for p in rule.parameters}
    for t in range(1, 7):
        given_: dict[str, list[object]] = {}
        for item in rule.inputs[1:]:
            drawn = {"uniform": DRAWS, "row": GRID, "target": st.sampled_from([Fraction(-1), Fraction(1)])}[item.kind]
            values = data.draw(st.tuples(drawn, drawn))
            given_[item.name] = [system.number(v) for v in (values[:1] * 2 if item.kind == "target" else values)]
        x, u = (data.draw(st.tuples(GRID, GRID)) for _ in range(2))
        if least is not None:
            x, u = (tuple(max(v, Fraction(least)) for v in point) for point in (x, u))
        x, u = ([system.number(v) for v in point] for point in (x, u))
        now = scalars | {"t": system.number(Fraction(t))}
        ((f, _), g), following = step({"x": x, **given_, **slots}, now)
        ((h, _), _), _ = step({"x": u, **given_, **slots}, now)
        if "frozen" in rule.notes:
            h = g[0] * u[0] + g[1] * u[1]
        rest = h - f - (g[0] * (u[0] - x[0]) + g[1] * (u[1] - x[1]))
        assert not rest < 0  # a ball is below 0 only where all of it is
        slots = following
