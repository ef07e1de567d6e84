"""The first-order inequality, checked on losses of one's own before regret is spoken of."""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.hindsight.convexity import check_first_order
from adamtheory.language import parse
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


def test_the_losses_that_ship_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are skipped by name of their digest; without that they hold as well."""
    monkeypatch.setattr("adamtheory.losses.LOSSES", {})
    for rule in LOSSES.values():
        kinds = {i.kind for i in rule.inputs}
        data = (np.array([[0.5], [-2.0]]), np.array([1.0, -1.0])) if kinds & {"row", "target"} else None
        check_first_order(sequence(rule, data=data))
