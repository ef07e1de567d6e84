"""Bounds over a moving deviation, against the supremum that linear algebra gives: no recursion, no certificate."""

from __future__ import annotations

from fractions import Fraction as F
from functools import cache
from pathlib import Path
from random import Random

import flint
import pytest

from adamtheory.deriving.findings import PROVED, UNDECIDED, Finding
from adamtheory.deriving.frame import t
from adamtheory.deriving.step_bound import step_bound
from adamtheory.deriving.step_deviation import proof_of
from adamtheory.deriving.step_values import Numbers, meaning, sample
from adamtheory.language import parse
from adamtheory.language.rule import Rule
from adamtheory.logic.evaluate import Interpretation
from adamtheory.rules import RULES

from .plain import run

RATES = [F(1, 2), F(9, 10), F(99, 100)]


def of(tmp_path: Path, source: str) -> Rule:
    file = tmp_path / "mine.py"
    file.write_text("from adamtheory.language import *\n\n\n" + source)
    return next(iter(parse(file.read_text(), filename=str(file)).values()))


@cache
def findings(name: str) -> tuple[Finding, ...]:
    return tuple(step_bound(RULES[name]))


def unit(rule: Rule, values: dict[str, F], history: list[F]) -> tuple[flint.arb, flint.arb]:
    """Numerator and squared denominator of the last step, as the rule declares them."""
    last = run(rule, values, history, asked=[rule.notes["moment"], rule.notes["denominator"]])[-1]
    return last.values[0], last.values[1] ** 2


def supremum(rule: Rule, values: dict[str, F], step: int) -> float:
    """sup over g of (a.g)^2/(g.Q g) = a.Q^-1 a, with a and Q read off runs on unit histories."""
    units = [[F(i == j) for i in range(step)] for j in range(step)]
    singles = [unit(rule, values, u) for u in units]
    Q = flint.arb_mat(step, step)
    for i, u in enumerate(units):
        for j, v in enumerate(units):
            both = unit(rule, values, [x + y for x, y in zip(u, v, strict=True)])[1]
            Q[i, j] = (both - singles[i][1] - singles[j][1]) / 2
    a = flint.arb_mat([[single[0]] for single in singles])
    with flint.ctx.workprec(160):
        return float((a.transpose() * Q.solve(a))[0, 0])


@pytest.mark.parametrize("name", ["rmsprop_centered", "adabelief", "adam"])
def test_the_constant_is_the_supremum_over_all_histories(name: str) -> None:
    rule = RULES[name]
    for beta2 in RATES:
        values = {**sample(rule), "beta2": beta2, "eps": F(0)}
        numbers = Numbers(proof_of(rule), values)
        for step in (1, 2, 5):
            assert numbers.constant(step) ** 2 == pytest.approx(supremum(rule, values, step), rel=1e-9)


@pytest.mark.parametrize("name", ["rmsprop_centered", "adabelief"])
def test_the_history_reaches_it_and_a_neighbour_does_not(name: str) -> None:
    rule = RULES[name]
    values = {**sample(rule), "eps": F(0)}
    numbers = Numbers(proof_of(rule), values)
    for step in (1, 3, 7):
        history = numbers.history(step)
        moment, square = unit(rule, values, history)
        assert float(moment**2 / square) == pytest.approx(numbers.constant(step) ** 2, rel=1e-12)
        if step > 1:
            moment, square = unit(rule, values, [*history[:-1], history[-1] * F(11, 10)])
            assert float(moment**2 / square) < numbers.constant(step) ** 2 * (1 - 1e-6)


def test_the_constant_of_the_centred_root_by_sherman_and_morrison() -> None:
    """1/(1 - b) + 1/b^t: the weights w of t rounds sum to 1 - b^t, and diag(w) - w w' has this inverse at its end."""
    (written,) = (f for f in findings("rmsprop_centered") if f.head == "write C^2 out")
    assert written.claim is not None and written.word == PROVED
    for beta2 in RATES:
        values = {**sample(RULES["rmsprop_centered"]), "beta2": beta2}
        proof = proof_of(RULES["rmsprop_centered"])
        inner = Interpretation(meaning(proof.frame, proof.rule, values), theory=written.theory)
        for step in (1, 2, 9):
            expected = 1 / (1 - beta2) + 1 / beta2**step
            assert inner.value(written.claim.right, {t: step}) == expected
            assert inner.value(written.claim.left, {t: step}) == expected


@pytest.mark.parametrize("name", ["rmsprop_centered", "adabelief"])
def test_the_extremal_histories_make_steps_without_end(name: str) -> None:
    """R grows at least as fast as the finding says, and the step that runs follows it."""
    (grows,) = (f for f in findings(name) if f.head == "the bound grows without end")
    assert grows.claim is not None and not any(f.head == "bound it for all t" for f in findings(name))
    rule = RULES[name]
    values = {**sample(rule), "beta2": F(1, 2), "eps": F(0)}
    proof = proof_of(rule)
    inner = Interpretation(meaning(proof.frame, rule, values), theory=grows.theory)
    for step in (0, 1, 5, 20):
        assert inner.holds(grows.claim, {t: step})
    largest = [float(run(rule, values, Numbers(proof, values).history(k))[-1].step) for k in (2, 10, 20)]
    rate = float(values["lr"])
    assert -largest[0] < 4 * rate and -largest[2] > 100 * rate and sorted(largest, reverse=True) == largest


def test_the_bound_of_graves_holds_of_random_runs() -> None:
    rule, (only,) = RULES["rmsprop_graves"], findings("rmsprop_graves")
    assert only.word == PROVED and only.claim is not None
    random, reached = Random(7), 0.0
    for _ in range(6):
        values = {**sample(rule), "beta2": random.choice(RATES), "mu": random.choice(RATES), "eps": F(0)}
        rates, c, square = values["mu"], 0.0, values["beta2"]
        scale = random.choice([F(1), F(1000)])
        history = [scale * F(random.randint(-9, 9) or 1, random.randint(1, 5)) for _ in range(5)]
        for step, one in enumerate(run(rule, values, history), 1):
            c = float(rates) * c + float(values["lr"]) * float(1 / (1 - square) + 1 / square**step) ** 0.5
            assert abs(float(one.step)) <= c * (1 + 1e-9)
            reached = max(reached, abs(float(one.step)) / c)
    assert reached > 0.5, "the first step reaches it"


# --- rules of a user --------------------------------------------------------------------------------------------------

MINE = '''@rule(family="mine")
def mine(x, g, v=0, m=0, *, lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99, eps: nonnegative = 0):
    """A moving deviation."""
    {lines}
    return x - lr*{quotient}, v, m
'''
WORDS = {
    "m = m + (1 - beta2)*(g - m)\n    v = v + (1 - beta2)*(g*g - v)": ("3*g/sqrt(v - m**2)", 9 * (100 + 1 / 0.99)),
    "m = beta2*m + (1 - beta2)*g\n    v = beta2*v + (1 - beta2)*g**2": ("m/sqrt(v - m*m)", 1 / 0.99 - 1),
    "d = g - m\n    m = beta1*m + (1 - beta1)*g\n    v = beta2*v + 2*d*d": ("m/(sqrt(v) + eps)", 0.01 / 2),
}


@pytest.mark.parametrize("lines", WORDS)
def test_other_words_for_a_deviation(tmp_path: Path, lines: str) -> None:
    quotient, first = WORDS[lines]
    found = step_bound(of(tmp_path, MINE.format(lines=lines, quotient=quotient)))
    assert found[0].word == PROVED and found[0].values["C"]["1"] == pytest.approx(first**0.5)


NONE = {
    "other rates": "m = beta1*m + (1 - beta1)*g\n    v = beta2*v + (1 - beta2)*g*g",
    "weights that sum to more": "m = beta2*m + g\n    v = beta2*v + g*g",
    "another average": "m = beta2*m + (1 - beta2)*g\n    v = beta2*v + (1 - beta1)*g*g",
}


@pytest.mark.parametrize("case", NONE)
def test_a_difference_that_may_be_negative_has_no_bound(tmp_path: Path, case: str) -> None:
    (only,) = step_bound(of(tmp_path, MINE.format(lines=NONE[case], quotient="g/sqrt(v - m*m)")))
    assert only.word == UNDECIDED and "holds a difference" in only.note
