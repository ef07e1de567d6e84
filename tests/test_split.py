"""The split into step part and coordinate part."""

from __future__ import annotations

import pytest

from adamtheory.language import parse, split
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES, adam, amsgrad, ndadam, swats


def test_powers_of_beta_are_kept_once() -> None:
    found = split(adam)
    assert found.shared == ("p1", "p2")
    assert found.coordinate == ("m", "v")
    assert [a.target.id for a in found.step] == ["p1", "p2"]
    assert found.stages == 1


def test_amsgrad_has_no_shared_state() -> None:
    assert split(amsgrad).shared == ()


def test_a_slot_that_reads_a_coordinate_slot_is_one_itself() -> None:
    text = "@rule\ndef f(x, g, a=0, b=0, c=0, *, lr):\n    return x - lr*b, g, a, c + 1\n"
    found = split(parse(text)["f"])
    assert found.shared == ("c",)
    assert found.coordinate == ("a", "b")


def test_totals_make_values_shared_and_end_stages() -> None:
    text = """@rule
def f(x, g, n=0, *, lr):
    s = total(g*g)
    y = g/s
    n = total(y*y)
    return x - lr*y, n
"""
    found = split(parse(text)["f"])
    assert found.shared == ("n",)
    assert [a.target.id for a in found.step] == ["s", "n"]
    assert found.stages == 3
    assert split(ndadam).stages > 1
    assert split(swats).stages > 1


@pytest.mark.parametrize("rule", [*RULES.values(), *LOSSES.values()], ids=lambda r: r.name)
def test_the_engine_shares_at_least_as_much(rule) -> None:
    """The joined program of a run knows more (a linear loss has a shared gradient), never less."""
    from adamtheory.engine.program import Level, Parts, build
    from adamtheory.losses import gradients
    from adamtheory.schedules import constant
    from adamtheory.sets import everything

    is_loss = rule.kind == "loss"
    parts = Parts(adam if is_loss else rule, rule if is_loss else gradients, constant, everything, size=2)
    prefix = "f_" if is_loss else "o_"
    levels = {s.name.removeprefix(prefix): s.level for s in build(parts).states if s.name.startswith(prefix)}
    shared = {name for name, level in levels.items() if level < Level.COORD}
    if is_loss:
        assert set(split(rule).shared) <= shared
    else:  # with a gradient for each coordinate both draw the same line
        assert set(split(rule).shared) == shared
