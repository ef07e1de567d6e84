"""The reference values of the forms of Adam, AMSGrad and Nadam, and what their files say of programs and papers."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Mapping
from fractions import Fraction as F
from functools import cache
from typing import Any

import pytest

from adamtheory import catalogue
from adamtheory.language import arithmetic, reading
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import Setting, lift, power
from adamtheory.logic.printing import text
from adamtheory.logic.reading import read
from adamtheory.logic.terms import Refused
from adamtheory.proofs.framework_forms import DEFAULTS, PSI, defaults, n, r, same, unchanged
from adamtheory.proofs.lemmas_gamma import after
from adamtheory.proving.distinguish import Form, steps
from adamtheory.rules import RULES

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


def form(name: str) -> Form:
    """The rule with the default decay rates, lr = 1 and eps = 0."""
    values = {**DEFAULTS, "eps": 0, "momentum_decay": PSI}
    return Form(RULES[name], {p.name: values[p.name] for p in RULES[name].parameters})


@cache
def directions(name: str, rounds: int = 2000) -> list[float]:
    """The steps for gradients 1, lr = 1 and eps = 0, in the rule's plain reading."""
    return [float(step) for step in steps(form(name), [F(1)] * rounds, arithmetic("float64"))]


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
    values = {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": eps}
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
    "forms_nadam_torch_nadam_keras_refuted": "Keras",
}


@cache
def known() -> Mapping[str, catalogue.ProofFile]:
    """All proof files."""
    return catalogue.proofs()


@pytest.mark.parametrize("name", ERRATA)
def test_a_file_that_corrects_a_source_names_what_proves_the_correction(name: str) -> None:
    told = importlib.import_module(f"adamtheory.proofs.{name}").__doc__ or ""
    fields = {line[:8].strip() for line in told.splitlines() if line[:1].strip()}
    assert {"Source", "Printed", "Wrong", "Instead", "Theorem"} <= fields
    (theorems,) = re.findall(r"^Theorem (.*)$", told, re.MULTILINE)
    for theorem in theorems.split(", "):
        assert not known()[theorem].refutes
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
