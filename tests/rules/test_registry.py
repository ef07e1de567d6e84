"""Every rule of the registry: it parses, it is documented, its notes are the step that it takes."""

from __future__ import annotations

import math
import re
import subprocess
import sys

import numpy as np
import pytest

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language import Rule, arithmetic, parse, reading
from adamtheory.language.reading import compile_expr
from adamtheory.language.tree import Name
from adamtheory.rules import RULES, families, forms, get

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())


@every_rule
def test_parses_from_its_text_without_execution(rule: Rule) -> None:
    with open(rule.filename, encoding="utf-8") as file:
        again = parse(file.read())[rule.name]
    assert again.digest == rule.digest


@every_rule
def test_docstring_names_source_and_every_parameter(rule: Rule) -> None:
    lines = rule.doc.splitlines()
    assert re.fullmatch(r"[A-Z].*\.", lines[0]), "the first line is one sentence"
    assert re.search(r"^Source: \S", rule.doc, re.MULTILINE)
    described = {name for line in lines if (found := re.match(r"((?:\w+, )*\w+)  +\S", line))
                 for name in found[1].split(", ")}  # fmt: skip
    assert {p.name for p in rule.parameters} <= described


@every_rule
def test_defaults_are_complete_and_in_range(rule: Rule) -> None:
    assert "lr" in {p.name for p in rule.parameters}
    for parameter in rule.parameters:
        assert parameter.default is not None
        assert parameter.default in parameter.range
    for name in ("beta1", "beta2", "mu", "rho"):
        if rule.scalar(name):
            with pytest.raises(ParameterError):
                rule(**{name: 1})


@every_rule
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_step_on_zeros_does_not_raise(rule: Rule, precision: str) -> None:
    numbers = arithmetic(precision)
    zero, one = numbers.number(0), numbers.number(1)
    scalars = {p.name: numbers.number(p.default) for p in rule.parameters}
    scalars |= {name: one for name in ("t", "eta") if rule.scalar(name)}
    state = {s.name: [numbers.number(s.initial)] * 2 for s in rule.slots}
    (x,), _ = reading(rule, numbers, 2)({"x": [zero] * 2, "g": [zero] * 2, **state}, scalars)
    assert type(x[0]) is type(zero)
    assert math.isfinite(x[0]) or rule.name == "ndadam"  # the zero vector has no direction


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.notes], ids=lambda r: r.name)
def test_moment_over_denominator_is_the_step(rule: Rule) -> None:
    """x_{t-1} - x_t = lr*eta*moment/denominator, with the notes evaluated at the end of the body."""
    assert set(rule.notes) == {"moment", "denominator"}
    numbers, size, random = arithmetic("float64"), 3, np.random.default_rng(7)
    scalars = {p.name: numbers.number(p.default) for p in rule.parameters}
    state = {s.name: [numbers.number(s.initial)] * size for s in rule.slots}
    x, step = [numbers.number(0)] * size, reading(rule, numbers, size)
    for t in range(1, 13):
        supplied = {"t": np.float64(t), "eta": np.float64(0.5)}
        scalars |= {name: v for name, v in supplied.items() if rule.scalar(name)}
        inputs = {"x": x, "g": list(random.normal(size=size)), **state}
        values = {Name(name): v for name, v in inputs.items()}
        values |= {Name(name): [v] * size for name, v in scalars.items()}
        for line in rule.body:
            evaluate = compile_expr(line.value, numbers, size)
            values[line.target] = [evaluate(values, k) for k in range(size)]
        moment, denominator = (compile_expr(rule.notes[key], numbers, size) for key in ("moment", "denominator"))
        (new,), state = step(inputs, scalars)
        rate = scalars["lr"] * scalars.get("eta", 1)
        for k in range(size):
            taken, stated = x[k] - new[k], rate * moment(values, k) / denominator(values, k)
            assert taken == pytest.approx(stated, rel=1e-11, abs=1e-15)
        x = new


def test_registry_is_one_list_of_names() -> None:
    assert list(RULES) == [rule.name for rule in RULES.values()]
    assert len({rule.digest for rule in RULES.values()}) == len(RULES)
    assert sum(len(members) for members in families().values()) == len(RULES)
    for family, members in families().items():
        assert members[0].name == family, "the plain name is the form of the paper and comes first"


def test_forms_are_the_other_members_of_the_family() -> None:
    assert [r.name for r in forms("nadam_torch")] == [
        "nadam", "nadam_constant", "nadam_dozat", "nadam_keras", "nadam_optax",
    ]  # fmt: skip
    assert forms("lion") == ()


def test_unknown_name_gives_the_nearest() -> None:
    assert get("adam") is RULES["adam"]
    with pytest.raises(UnknownNameError, match="unknown optimizer 'amsgrd'.*amsgrad"):
        get("amsgrd")
    with pytest.raises(UnknownNameError):
        forms("amsgrd")


def test_adaptive_sums_run_at_constant_rate() -> None:
    constant = {name for name, rule in RULES.items() if rule.facts.get("schedule") == "constant"}
    assert constant == {"adagrad", "adagrad_optax", "adadelta", "adadelta_two_eps"}


def test_importing_the_rules_loads_nothing_heavy() -> None:
    code = (
        "import sys, adamtheory.rules\n"
        "print([m for m in ('numpy', 'sympy', 'numba', 'matplotlib', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
