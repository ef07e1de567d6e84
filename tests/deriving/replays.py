"""Scale, Gamma, obligations and corrections against runs of a rule; and its REFUTED lines replayed outside the logic.

A run is the rule's plain reading in balls, which knows nothing of the logic. Only numbers are taken from a finding:
what it calls the degree, and the parameters and the history of its counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction as F
from random import Random
from typing import Any

import flint

from adamtheory.deriving.findings import Finding
from adamtheory.language.formula import plain_expression
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Expr

from .spaces import STEPS, coins, letter, run, shuffled, within


def exact(value: Any) -> Any:
    return flint.arb(flint.fmpq(F(value).numerator, F(value).denominator))


def random_parameters(rule: Rule, random: Random) -> dict[str, F]:
    return {p.name: within(p.range, random) for p in rule.parameters}


def value_called(rule: Rule, subject: str) -> Expr:
    """The last line of that name, or what the rule declares as its moment."""
    lines = {line.target.id: line.target for line in rule.body}
    return lines.get(subject, rule.notes.get("moment"))


# --- what is proved ---------------------------------------------------------------------------------------------------


def broken(finding: Finding) -> list[str]:
    """The parameters that the note sets to 0."""
    words = finding.note.split(";")[0]
    return words.removeprefix("with ").removesuffix(" = 0").split(" = ") if words.startswith("with ") else []


def scaled_apart(rule: Rule, parameters: Mapping[str, F], gradients: list[F], c: F, power: int) -> Iterator[Any]:
    """By how much the steps of the second run miss c^power times those of the first."""
    one = run(rule, parameters, gradients)
    other = run(rule, parameters, [c * g for g in gradients])
    for a, b in zip(one, other, strict=True):
        yield b.step - exact(c) ** power * a.step


def steps_scale(rule: Rule, finding: Finding, random: Random) -> None:
    degree = 0 if finding.short == "invariant" else int(finding.short.removeprefix("c^"))
    compared = 0
    for _ in range(6):
        parameters = random_parameters(rule, random) | dict.fromkeys(broken(finding), F(0))
        c = F(random.randint(1, 40), 10)
        gradients = [F(random.choice((-1, 1)) * random.randint(1, 30), random.randint(1, 9)) for _ in range(STEPS + 2)]
        for gap in scaled_apart(rule, parameters, gradients, c, degree):
            if gap.is_finite():  # else the denominator is 0, as that of a centred root in round 1 for beta2 = 0
                assert gap.contains(0) and gap.rad() < 1e-6, finding
                compared += 1
    assert compared > STEPS


def gammas(rule: Rule, parameters: Mapping[str, F], gradients: list[F], alpha: F, falling: bool) -> list[Any]:
    """Gamma between rounds that follow one another, from the declared denominator."""
    rounds = run(rule, {"lr": alpha, **parameters}, gradients, asked=[rule.notes["denominator"]])
    rates = [exact(alpha) / flint.arb(t).sqrt() if falling else exact(alpha) for t in range(1, len(rounds) + 1)]
    shares = [one.values[0] / rate for one, rate in zip(rounds, rates, strict=True)]
    return [later - now for now, later in zip(shares, shares[1:], strict=False)]


def gamma_is_not_negative(rule: Rule, finding: Finding, random: Random) -> None:
    for _ in range(8):
        parameters, alpha = random_parameters(rule, random), F(random.randint(1, 30), 10)
        parameters.pop("lr")
        wild = [F(random.randint(-9, 9), random.randint(1, 9)) for _ in range(STEPS + 2)]
        for value in gammas(rule, parameters, wild, alpha, finding.subject != "alpha"):
            assert not value < 0, finding


def owed_by(rule: Rule, finding: Finding) -> Any:
    (owed,) = [o for o in rule.obligations if plain_expression(rule, o.expr) == finding.subject]
    return owed


def obligation_holds(rule: Rule, finding: Finding, random: Random) -> None:
    owed = owed_by(rule, finding)
    for _ in range(8):
        parameters = random_parameters(rule, random)
        if len(finding.hyps) > 1:  # for positive parameters
            parameters |= {name: value or F(1, 3) for name, value in parameters.items()}
        wild = [F(random.randint(-2, 2), random.randint(1, 9)) for _ in range(STEPS + 2)]
        for one in run(rule, parameters, wild, asked=[owed.expr]):
            assert one.values[0] != 0 if owed.kind == "nonzero" else not one.values[0] < 0, finding


def corrected_value_has_the_mean(rule: Rule, finding: Finding, random: Random) -> None:
    """E value = E signal over all outcomes of dependent and of independent gradients; v averages squares."""
    subject, exponent = value_called(rule, finding.subject), 2 if finding.subject.startswith("v") else 1
    for space in (shuffled, coins):
        gradients, outcomes = space(random)
        parameters = random_parameters(rule, random)
        expected = [flint.arb(0)] * STEPS
        for outcome, chance in outcomes.items():
            past = [gradients[t, outcome] for t in range(1, STEPS + 1)]
            rounds = run(rule, parameters, past, asked=[subject])
            expected = [e + exact(chance) * one.values[0] for e, one in zip(expected, rounds, strict=True)]
        mean = sum(p * gradients[1, w] ** exponent for w, p in outcomes.items())
        assert all(abs(value - exact(mean)) < 1e-20 for value in expected), finding


# --- what is refuted --------------------------------------------------------------------------------------------------


def replayed(rule: Rule, finding: Finding) -> tuple[dict[str, F], list[F], int]:
    """Parameters, gradients and the number of steps of a counterexample, read from its model."""
    assert finding.refutation is not None
    model = finding.refutation.model
    given: Mapping[str, Any] = model.families
    # A parameter that the counterexample does not name has no part in it.
    parameters = {p.name: F(p.default if p.default is not None else 1) for p in rule.parameters}
    named = {p.name: letter(p.name, given) for p in rule.parameters}
    parameters |= {name: F(given[called]) for name, called in named.items() if called in given}
    assert all(value in next(p for p in rule.parameters if p.name == key).range for key, value in parameters.items())
    (steps,) = model.values.values()
    gradient = given["g"]
    if isinstance(gradient, int | F):
        return parameters, [F(gradient)] * (steps + 2), steps
    return parameters, [F(gradient.get((t,), 0)) for t in range(1, steps + 3)], steps


def fails_in_the_rule(rule: Rule, finding: Finding) -> None:
    parameters, gradients, steps = replayed(rule, finding)
    assert finding.refutation is not None and finding.claim is not None
    given: Mapping[str, Any] = finding.refutation.model.families
    if finding.topic == "scale":
        assert parameters[finding.short.removeprefix("broken by ")] > 0
        others = {p.name: F(0) for p in rule.parameters if p.name not in parameters}
        gaps = list(scaled_apart(rule, others | parameters, gradients, F(given["scale"]), 0))
        assert not gaps[steps].contains(0), finding
    elif finding.topic == "Gamma":
        values = gammas(rule, parameters, gradients, F(given["alpha"]), finding.subject != "alpha")
        assert values[steps] < 0, finding
    elif finding.topic == "obligation":
        owed = owed_by(rule, finding)
        value = run(rule, parameters, gradients, asked=[owed.expr])[steps].values[0]
        assert (value.contains(0) and value.rad() < 1e-30) if owed.kind == "nonzero" else value < 0, finding
    else:
        value = run(rule, parameters, gradients, asked=[value_called(rule, finding.subject)])[steps].values[0]
        mean = given[str(finding.claim.right.args[0])]
        assert set(gradients) == {1} and mean == 1  # the signals g and g g are 1 then
        assert abs(value - 1) > 1e-12, finding
