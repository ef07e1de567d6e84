"""The forms of Adam, AMSGrad and Nadam: every pair of the table against plain runs, and the docstrings' numbers."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Mapping
from fractions import Fraction as F
from functools import cache
from random import Random
from typing import Any

import pytest

from adamtheory import catalogue
from adamtheory.language import arithmetic, reading
from adamtheory.logic.evaluate import Interpretation, ball
from adamtheory.logic.notation import lift
from adamtheory.logic.printing import text
from adamtheory.logic.terms import rel
from adamtheory.proofs.framework_forms import (
    DEFAULTS,
    PAIRS,
    Pair,
    Row,
    n,
    same,
    table,
    table_of,
    unchanged,
)
from adamtheory.proving.distinguish import POOL, Form, distinguish, distinguish_rates, steps
from adamtheory.rules import RULES

CHANGED = [p for p in PAIRS if p.change is not None]
UNLIKE = [p for p in PAIRS if not p.proportional]


def named(p: Pair | Row) -> str:
    return f"{p.first}-{p.second}"


@cache
def rows() -> dict[str, Row]:
    return {named(row): row for row in table()}


@cache
def known() -> Mapping[str, catalogue.ProofFile]:
    """All proof files."""
    return catalogue.proofs()


def module(name: str) -> Any:
    return importlib.import_module(f"adamtheory.proofs.{name}")


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_table_has_every_pair_of_each_method_once() -> None:
    groups = {
        "adam": ("adam", "adam_uncorrected", "adam_eps_hat", "adam_eps_inside"),
        "amsgrad": ("amsgrad", "amsgrad_torch", "amsgrad_optax"),
        "nadam": ("nadam", "nadam_constant", "nadam_dozat", "nadam_torch", "nadam_keras", "nadam_optax"),
    }
    wanted = {frozenset((a, b)) for group in groups.values() for a in group for b in group if a != b}
    found = [frozenset((row.first, row.second)) for row in table()]
    assert set(found) == wanted | {frozenset(("adamx", "amsgrad"))}
    assert len(found) == len(set(found)) == 25


def test_every_row_names_files_that_prove_and_refute() -> None:
    for row in table():
        assert known()[row.refutation].refutes
        assert bool(row.change) == bool(row.proof)
        assert row.proof or row.rates
        assert not row.proof or not known()[row.proof].refutes
        assert not row.rates or known()[row.rates].refutes
        assert not any(known()[name].refutes for name in row.further)


def test_the_table_names_every_file_about_forms() -> None:
    named_there = {name for row in table() for name in (row.proof, row.refutation, row.rates, *row.further) if name}
    assert named_there == {name for name in known() if name.startswith("forms_")}


@pytest.mark.parametrize("p", PAIRS, ids=named)
def test_the_docstring_has_the_gradients_and_the_difference(p: Pair) -> None:
    row = rows()[named(p)]
    told = " ".join((module(row.refutation).__doc__ or "").split())
    gradients = ", ".join(map(str, row.gradients))
    assert (f"g = {gradients}:" if len(row.gradients) == 1 else f"the gradients {gradients}:") in told
    assert re.search(rf"second is (.* = )?{re.escape(row.difference)}\.", told)


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("adam-adam_uncorrected", math.sqrt(10) - 1),
        ("amsgrad-amsgrad_torch", 1 - math.sqrt(10)),
        ("amsgrad_torch-amsgrad_optax", 9 / 19 * (1 - math.sqrt(1999 / 1000))),
        ("nadam_constant-nadam_optax", 28 / 19 * (1 - math.sqrt(1000 / 999))),
    ],
)
def test_closed_forms_of_the_differences(pair: str, value: float) -> None:
    assert float(F(rows()[pair].difference)) == pytest.approx(value, rel=1e-5)


# --- where they part: the search --------------------------------------------------------------------------------------


def form(name: str, eps: int | F) -> Form:
    """The rule with the parameters that the models have."""
    values = {**{k: v for k, v in DEFAULTS.items() if k != "r"}, "eps": eps, "momentum_decay": F(1, 250)}
    return Form(RULES[name], {p.name: values[p.name] for p in RULES[name].parameters})


def agree(number: Any, shown: str) -> bool:
    """Whether a number of the search is the one that is shown, all six digits of it."""
    return str(number) == shown if isinstance(number, F) else number.str(6, radius=False) == shown


@pytest.mark.parametrize("p", PAIRS, ids=named)
def test_the_search_finds_the_gradients_and_the_difference(p: Pair) -> None:
    row = rows()[named(p)]
    found = distinguish(form(p.first, row.eps), form(p.second, row.eps))
    assert found is not None and found.histories == (row.gradients,)
    assert agree(found.difference, row.difference)
    shorter = distinguish(form(p.first, row.eps), form(p.second, row.eps), longest=len(row.gradients) - 1)
    assert shorter is None


@pytest.mark.parametrize("p", [p for p in PAIRS if len(rows()[named(p)].gradients) == 2], ids=named)
def test_where_two_gradients_are_needed_the_first_step_is_proved_the_same(p: Pair) -> None:
    stated = module(f"forms_{p.first}_{p.second}_first_step").statement()
    assert text(stated.claim) == f"x_{p.first}(1) = x_{p.second}(1)"
    assert not stated.hyps


def test_eps_is_0_in_the_models_but_where_it_alone_makes_the_difference() -> None:
    for row in table():
        alike = row.change == "eps = 0" or "eps_hat" in row.change
        assert (row.eps == F(1, 10**8)) is alike, named(row)
        if alike:
            assert distinguish(form(row.first, 0), form(row.second, 0), longest=2) is None


@pytest.mark.parametrize("p", UNLIKE, ids=named)
def test_two_histories_refute_every_schedule_of_step_sizes(p: Pair) -> None:
    file = module(rows()[named(p)].rates)
    model, claim = file.counterexample(), file.statement().claim
    found = distinguish_rates(form(p.first, 0), form(p.second, 0))
    assert found is not None
    assert [table_of(history) for history in found.histories] == [model.families["g"], model.families["h"]]
    value = model.interpretation(file.forms.setting.theory).value(claim.left - claim.right, model.values)
    assert value.overlaps(ball(found.difference) if isinstance(found.difference, F) else found.difference)
    assert f"is {value.str(6, radius=False)}." in " ".join((file.__doc__ or "").split())
    assert distinguish_rates(form(p.first, 0), form(p.second, 0), longest=1) is None


@pytest.mark.parametrize("p", [p for p in PAIRS if p.proportional], ids=named)
def test_the_search_for_rates_finds_none_where_there_is_a_schedule(p: Pair) -> None:
    assert not rows()[named(p)].rates
    assert distinguish_rates(form(p.first, 0), form(p.second, 0), POOL[:3]) is None


def test_a_sequence_on_which_a_rule_divides_by_0_is_passed_over() -> None:
    """At eps = 0 a first gradient 0 does; both forms are the same method on what is left."""
    with pytest.raises(ZeroDivisionError):
        steps(form("adam", 0), [F(0)], arithmetic("rational"))
    with pytest.raises(ZeroDivisionError):
        steps(form("nadam_torch", 0), [F(0)], arithmetic("ball"))
    assert distinguish(form("adam", 0), form("adam_uncorrected", 0), pool=[F(0)]) is None
    found = distinguish(form("adam", 0), form("adam_uncorrected", 0), pool=[F(0), F(5)])
    assert found is not None and found.histories == ((F(5),),)


def test_the_search_is_exact_where_roots_are_rational() -> None:
    """beta2 = 5/9 makes sqrt(1 - beta2) = 2/3."""
    first, second = (
        Form(RULES[name], {"lr": 1, "beta1": F(1, 2), "beta2": F(5, 9), "eps": 0}) for name in ("adam", "amsgrad")
    )
    found = distinguish(first, second)
    assert found is not None and found.difference == F(3, 4) - 1


# --- where they walk alike: plain runs --------------------------------------------------------------------------------

VALUES = {"start": F(1, 3), "lr": F(1, 50), "beta1": F(7, 10), "beta2": F(4, 5), "eps": F(1, 20), "lam": F(1, 2)}
MEANING = Interpretation(VALUES)


def scalars(rule: Any, change: Mapping[str, Any], t: int, fast: bool) -> dict[str, float]:
    """The scalars of step t under a change, evaluated from the terms of the table; `fast`: as if t were very large."""
    terms = {name: change.get(name, VALUES.get(name, F(1, 250))) for name in (p.name for p in rule.parameters)}
    at = {name: lift(value(lift(t)) if callable(value) else value) for name, value in terms.items()}
    found = {name: float(MEANING.value(value)) for name, value in at.items()}
    return found | ({"t": t * (1e9 if fast else 1.0)} if rule.scalar("t") else {})


def iterates(name: str, change: Mapping[str, Any], history: list[float], fast: bool = False) -> list[float]:
    """The iterates of a plain run in float64."""
    rule = RULES[name]
    step = reading(rule, arithmetic("float64"))
    slots, x, found = {slot.name: [float(slot.initial)] for slot in rule.slots}, float(VALUES["start"]), []
    for t, gradient in enumerate(history, 1):
        ((moved,),), slots = step({"x": [x], "g": [gradient], **slots}, scalars(rule, change, t, fast))
        x = float(moved)
        found.append(x)
    return found


@pytest.mark.parametrize("p", CHANGED, ids=named)
def test_under_the_change_plain_runs_are_the_same(p: Pair) -> None:
    """Where r = 0 the powers of the schedule are 0 in floating point; t occurs in these texts nowhere else."""
    random = Random(named(p))
    history = [random.gauss(0, 1) * random.choice([1e-2, 1, 10]) for _ in range(25)]
    off = p.schedule == 0
    first = iterates(p.first, p.one, history, off and p.first in ("nadam", "nadam_torch"))
    second = iterates(p.second, p.two, history, off and p.second in ("nadam", "nadam_torch"))
    assert first == pytest.approx(second, rel=0, abs=1e-13)
    plain = iterates(p.first, {}, history), iterates(p.second, {}, history)
    assert plain[0] != pytest.approx(plain[1], rel=0, abs=1e-6)


@pytest.mark.parametrize("p", CHANGED, ids=named)
def test_the_theorem_holds_on_exact_histories(p: Pair) -> None:
    """Its own terms, evaluated: both sides are within 1e-20 of one another after three steps."""
    random, forms = Random(named(p)), same(p.first, p.second)
    history = {(k,): F(random.randint(-9, 9), random.randint(1, 4)) or F(1) for k in (1, 2, 3)}
    meaning = Interpretation({**VALUES, "g": history}, theory=forms.setting.theory)
    claim = forms.statement().claim
    values = meaning.value(claim.left, {n: 3}, 256), meaning.value(claim.right, {n: 3}, 256)
    difference = values[0] - values[1]
    assert abs(difference) < F(1, 10**20) if isinstance(difference, F) else abs(difference) < 1e-20
    plain = unchanged(p.first, p.second)
    other = Interpretation({**VALUES, "r": F(9, 10), "g": history}, theory=plain.setting.theory)
    apart = other.value(plain.claim(n).left - plain.claim(n).right, {n: 3}, 256)
    assert apart != 0 if isinstance(apart, F) else not apart.contains(0)


# --- theorems for all parameters --------------------------------------------------------------------------------------


def a_decay(random: Random) -> F:
    return F(random.randint(1, 98), 99)


@pytest.mark.parametrize(
    ("name", "histories", "places"),
    [
        ("forms_adam_adam_eps_hat_shorter", ["random"], range(3)),
        ("forms_nadam_torch_nadam_optax_shorter", [(2,), (F(1, 9),), (50,)], [0]),
        ("forms_amsgrad_torch_amsgrad_optax_longer", [(2, 0), (F(1, 9), 0), (50, 0)], [0]),
    ],
)
def test_what_holds_for_all_parameters_holds_for_random_ones(name: str, histories: list[Any], places: Any) -> None:
    random, stated = Random(name), module(name).statement()
    for history in histories * 8:
        gradients = [F(random.randint(-9, 9), 4) for _ in range(3)] if history == "random" else history
        values = {"lr": a_decay(random), "eps": a_decay(random) / 50, "start": random.randint(-2, 2)}
        values |= {decay: a_decay(random) for decay in ("beta1", "beta2", "r")}
        meaning = Interpretation({**values, "g": table_of(gradients)}, theory=stated.theory)
        for place in places:
            if all(meaning.holds(hyp, {n: place}) for hyp in stated.hyps):
                assert meaning.holds(stated.claim, {n: place})
                opposite = rel("lt", stated.claim.right, stated.claim.left)
                assert not meaning.holds(opposite, {n: place})


def test_the_eps_inside_that_fits_one_gradient_does_not_fit_another() -> None:
    """g + eps = sqrt(g^2 + e) for e = 2 g eps + eps^2."""
    file = module("forms_adam_adam_eps_inside_no_eps")
    theory, eps = file.statement().theory, F(1, 3)
    values = {"start": 0, "lr": 1, "beta1": F(1, 2), "beta2": F(1, 2), "eps": eps, "g": {(1,): 1}, "h": {(1,): 2}}
    for gradient, holds in ((1, (True, False)), (2, (False, True)), (3, (False, False))):
        meaning = Interpretation({**values, "e": 2 * gradient * eps + eps**2}, theory=theory)
        assert tuple(meaning.holds(file.agree(forms)) for forms in (file.on_g, file.on_h)) == holds
