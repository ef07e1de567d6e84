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
from adamtheory.logic.notation import Setting, lift, power
from adamtheory.logic.printing import text
from adamtheory.logic.reading import read
from adamtheory.logic.terms import Refused
from adamtheory.proofs.framework_forms import (
    DEFAULTS,
    PAIRS,
    Pair,
    Row,
    defaults,
    n,
    r,
    same,
    table,
    table_of,
    unchanged,
)
from adamtheory.proofs.lemmas_gamma import after
from adamtheory.proving.distinguish import POOL, Form, distinguish, distinguish_rates, steps
from adamtheory.rules import RULES

BETA1, BETA2 = 0.9, 0.999
CHANGED = [p for p in PAIRS if p.change is not None]
UNLIKE = [p for p in PAIRS if p.change is None]


def named(p: Pair | Row) -> str:
    return f"{p.first}-{p.second}"


@cache
def rows() -> dict[str, Row]:
    return {named(row): row for row in table()}


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
    known = catalogue.proofs()
    for row in table():
        assert known[row.refutation].refutes
        assert bool(row.change) == bool(row.proof) != bool(row.rates)
        assert not row.proof or not known[row.proof].refutes
        assert not row.rates or known[row.rates].refutes


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


@pytest.mark.parametrize("p", [p for p in CHANGED if "eps" not in p.change], ids=named)
def test_the_search_for_rates_finds_none_where_there_is_a_schedule(p: Pair) -> None:
    """With no schedule of mu, of the forms that need none; lam = 1."""
    if p.schedule is None and p.first != "nadam_torch":
        fixed = {"lam": 1} if p.first == "adamx" else {}
        first = Form(RULES[p.first], {**form(p.first, 0).parameters, **fixed})
        assert distinguish_rates(first, form(p.second, 0), POOL[:3], longest=2) is None


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


# --- reference values -------------------------------------------------------------------------------------------------

ROUNDS = (1, 2, 3, 5, 10, 20, 50, 100)
DIRECTIONS = {
    "nadam_optax": (1.4737, 1.1573, 1.0782, 1.0308, 1.0078, 1.0016, 1.0001, 1.0000),
    "nadam_torch": (1.0565, 0.7837, 0.7322, 0.7460, 0.8431, 0.9452, 0.9977, 1.0001),
    "nadam_keras": (1.0628, 0.7736, 0.7113, 0.7103, 0.7996, 0.9218, 0.9980, 1.0003),
    "nadam": (1.3111, 1.0851, 1.0322, 1.0063, 1.0007, 1.0006, 1.0006, 1.0006),
}
DIRECTIONS["nadam_dozat"] = DIRECTIONS["nadam_optax"]
EXCESS = {"nadam_optax": 0.9, "nadam_dozat": 0.9, "nadam_torch": -3.2134, "nadam_keras": -4.1240, "nadam": 1.5765}


@cache
def directions(name: str, rounds: int = 2000) -> list[float]:
    """The steps for gradients 1, lr = 1 and eps = 0, in the rule's plain reading."""
    return [float(step) for step in steps(form(name, 0), [F(1)] * rounds, arithmetic("float64"))]


@pytest.mark.parametrize("name", DIRECTIONS)
def test_directions_of_nadam_for_a_constant_gradient(name: str) -> None:
    found = directions(name)
    assert [found[t - 1] for t in ROUNDS] == pytest.approx(DIRECTIONS[name], abs=5.01e-5)
    assert math.fsum(found) - 2000 == pytest.approx(EXCESS[name], abs=5.01e-5)


def test_smallest_directions_of_the_hybrid_forms() -> None:
    for name, least in (("nadam_torch", 0.7311), ("nadam_keras", 0.7017)):
        assert min(directions(name)) == directions(name)[3] == pytest.approx(least, abs=5.01e-5)


@pytest.mark.parametrize(("first", "second"), [("nadam", "nadam_torch"), ("nadam_keras", "nadam_dozat")])
def test_the_terms_of_the_theorems_have_these_directions(first: str, second: str) -> None:
    forms = unchanged(first, second)
    meaning = Interpretation({**defaults(forms.setting), "eps": 0, "g": 1}, theory=forms.setting.theory)
    for player in (forms.first, forms.second):
        found = [float(meaning.value(player.slot("x", t - 1) - player.slot("x", t))) for t in (1, 2, 3, 5)]
        assert found == pytest.approx(DIRECTIONS[player.rule.name][:4], abs=5.01e-5)


def test_when_the_schedules_of_nadam_are_over() -> None:
    """mu_t >= 0.99 beta1 when 0.96^s <= 1/50, with s = t/250 in print and s = t in Keras."""
    assert min(t for t in range(1, 200) if F(24, 25) ** t <= F(1, 50)) == 96
    last = 23958
    assert 24**last * 50**250 <= 25**last and 24 ** (last - 1) * 50**250 > 25 ** (last - 1)


def test_how_often_eps_hat_counts_in_the_first_step() -> None:
    eps = same("adam", "adam_eps_hat").first.scalars["eps"]
    meaning = Interpretation({"beta2": F(999, 1000), "eps": 1})
    assert float(meaning.value(eps(lift(1)))) == pytest.approx(31.6228, abs=5e-5)


def test_the_maximum_that_is_corrected_afterwards_falls() -> None:
    forms = unchanged("amsgrad_torch", "amsgrad_optax")
    model = forms.model(1)
    meaning = model.interpretation(forms.setting.theory)
    torch, optax = (
        [float(meaning.value(after(player, "denominator", lift(t)))) for t in range(1, 7)]
        for player in (forms.first, forms.second)
    )
    assert torch == pytest.approx([1, 0.7073, 0.5776, 0.5004, 0.4477, 0.4088], abs=5.01e-5)
    assert optax == [1] * 6


def quadratic(c: float, eps: float) -> list[float]:
    """Fifty steps of Adam, lr = 0.01, on c times the quadratic of Hessian ((3, 1), (1, 2)), from (1, -2)."""
    step = reading(RULES["adam"], arithmetic("float64"), 2)
    values = {"lr": 0.01, "beta1": BETA1, "beta2": BETA2, "eps": eps}
    slots = {slot.name: [float(slot.initial)] * 2 for slot in RULES["adam"].slots}
    x = [1.0, -2.0]
    for _ in range(50):
        g = [c * (3 * x[0] + x[1]), c * (x[0] + 2 * x[1])]
        (x,), slots = step({"x": x, "g": g, **slots}, values)
    return [float(value) for value in x]


def test_adam_is_scale_invariant_only_at_eps_0() -> None:
    for c in (1, 10**6):
        assert quadratic(c, 0) == pytest.approx([0.584177, -1.511787], abs=5.01e-7)
    far = max(abs(a - b) for a, b in zip(quadratic(1, 1e-8), quadratic(1e-9, 1e-8), strict=True))
    assert far == pytest.approx(0.375021, abs=5.01e-7)


# --- what the files say of programs and papers ------------------------------------------------------------------------

ERRATA = {
    "forms_adam_adam_eps_hat_refuted": "eps-hat",
    "forms_amsgrad_amsgrad_optax_refuted": "optax",
    "forms_nadam_constant_nadam_optax_refuted": "Dozat 2016",
    "forms_nadam_nadam_torch_refuted": "PyTorch",
    "forms_nadam_torch_nadam_keras_refuted": "Keras",
    "gamma_amsgrad_torch_constant_refuted": "PyTorch",
}


@pytest.mark.parametrize("name", ERRATA)
def test_a_file_that_corrects_a_source_names_what_proves_the_correction(name: str) -> None:
    told = module(name).__doc__ or ""
    fields = {line[:8].strip() for line in told.splitlines() if line[:1].strip()}
    assert {"Source", "Printed", "Wrong", "Instead", "Theorem"} <= fields
    (theorems,) = re.findall(r"^Theorem (.*)$", told, re.MULTILINE)
    for theorem in theorems.split(", "):
        assert not catalogue.proofs()[theorem].refutes
    assert ERRATA[name] in told


# --- the powers of the schedule ---------------------------------------------------------------------------------------


def schedule(roots: Mapping[tuple[Any, Any], Any]) -> tuple[str, str]:
    """mu_t and mu_{t+1} of printed Nadam, in round t = n + 1."""
    setting = Setting()
    setting.constant("r")
    nadam = read(RULES["nadam"], setting, inputs={"g": lambda t, x: t}, slots=["P"], roots=roots)
    return text(nadam.value("mu", n)), text(nadam.value("mu_next", n))


def test_a_power_of_a_real_exponent_is_read_by_its_root() -> None:
    expected = "beta1*(1 - (1/2)*r^(n + 1))", "beta1*(1 - (1/2)*r^(n + 1 + 1))"
    assert schedule({(F(24, 25), F(1, 250)): r}) == expected


@pytest.mark.parametrize("wrong", [{}, {(F(24, 25), F(1, 249)): r}, {(F(23, 25), F(1, 250)): r}])
def test_without_the_root_of_the_text_it_is_refused(wrong: Mapping[tuple[Any, Any], Any]) -> None:
    with pytest.raises(Refused, match="exponent"):
        schedule(wrong)


def test_the_root_of_the_models_is_the_power_of_the_text() -> None:
    """r^t is 0.96^(t/250), to 25 digits: its 250th power is 0.96."""
    meaning = Interpretation({"r": DEFAULTS["r"]})
    assert abs(meaning.value(power(r, 250) - F(24, 25), bits=256)) < 1e-25
