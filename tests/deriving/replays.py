"""Scale, step bound, Gamma, obligations and corrections against runs of a rule; and its REFUTED lines replayed.

A run is the rule's plain reading, which knows nothing of the logic. Only numbers are taken from a finding: what it
calls the degree, the constant of its bound, and the parameters and the history of its counterexample.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction as F
from typing import Any

import flint

from adamtheory.deriving.findings import Finding
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, walk

from .cases import Case
from .plain import Exact, as_ball, close, numbers, run
from .spaces import World, broken, constant_in, letter, value_of


def values_called(rule: Rule, subject: str) -> list[Expr]:
    """The last line of that name, or what is declared as the moment, or what stands under a root of the denominator."""
    lines = {line.target.id: line.target for line in rule.body}
    if subject in lines:
        return [lines[subject]]
    if subject == "moment":
        return [rule.notes["moment"]]
    whole = rule.notes["denominator"]
    return [e.args[0] for e in (whole, *walk(whole)) if isinstance(e, Apply) and e.op == "sqrt"]


# --- what is proved; each returns how often something was compared ----------------------------------------------------


def steps_scale(case: Case, found: World) -> int:
    """The steps on c g are c^degree times those on g."""
    degree = 0 if case.finding.short == "invariant" else int(case.finding.short.removeprefix("c^"))
    c = found.meaning.families[constant_in(case.finding, "scale_positive")]
    one = run(case.rule, found.parameters, found.history(), found.iterates)
    other = run(case.rule, found.parameters, [c * g for g in found.history()], found.iterates)
    compared = 0
    for a, b in zip(one, other, strict=True):
        expected = as_ball(c) ** degree * a.step
        if numbers(b.step, expected):  # else the denominator is 0, as that of a centred root in round 1 for beta2 = 0
            assert close(b.step, expected), f"degree {degree} with c = {c}: {a.step} becomes {b.step}"
            compared += 1
    return compared


def gammas(rule: Rule, parameters: Mapping[str, F], gradients: list[F], alpha: F, falling: bool) -> list[Any]:
    """Gamma between rounds that follow one another, from the declared denominator."""

    def rate(t: int) -> Any:
        return as_ball(alpha) / flint.arb(t).sqrt() if falling else as_ball(alpha)

    rounds = run(rule, {**parameters, "lr": rate}, gradients, asked=[rule.notes["denominator"]])
    shares = [one.values[0] / rate(t) for t, one in enumerate(rounds, 1)]
    return [later - now for now, later in zip(shares, shares[1:], strict=False)]


def gamma_is_not_negative(case: Case, found: World) -> int:
    alpha = found.meaning.families[constant_in(case.finding, "step_positive")]
    values = gammas(case.rule, found.parameters, found.history(), alpha, case.finding.subject != "alpha")
    for value in filter(numbers, values):
        assert not value < 0, f"Gamma is {value}"
    return sum(map(numbers, values))


def obligation_holds(case: Case, found: World) -> int:
    """The value that the text owes something of, in every round in which the hypotheses hold."""
    owed, claim, compared = case.owed, case.finding.claim, 0
    assert owed is not None and claim is not None
    given = case.rule, found.parameters, found.history(), found.iterates, [owed.expr]
    rounds, exactly = run(*given), None
    for values in found.places:
        n = next(iter(values.values()))
        value = rounds[n].values[0]
        if owed.kind != "nonnegative" and not (numbers(value) and value != 0):
            exactly = exactly or run(*given, Exact())
            value = exactly[n].values[0]
        if not numbers(value):
            continue  # a quotient in it has a zero below, of which another finding tells
        of = claim.right.args[0] if owed.kind == "nonzero" else claim.right
        meant = value_of(found.meaning, of, values)
        assert meant is None or close(value, meant), f"it speaks of another value than {owed.expr}"
        assert not as_ball(value) < 0 if owed.kind == "nonnegative" else sound(value, owed.kind), f"it is {value}"
        compared += 1
    return compared


def sound(value: Any, kind: str) -> bool:
    """Whether the value is certainly not 0, or certainly positive."""
    return bool(as_ball(value) > 0 if kind == "positive" else as_ball(value) != 0)


def corrected_value_has_the_mean(case: Case, found: World) -> int:
    """E value = mu over all outcomes of dependent and of independent gradients; all candidates of that name have it."""
    claim, compared = case.finding.claim, 0
    assert claim is not None
    asked = values_called(case.rule, case.finding.subject)
    runs = {w: run(case.rule, found.parameters, found.history(w), found.iterates, asked=asked) for w in found.outcomes}
    for values in found.places:
        n = next(iter(values.values()))
        for k in range(len(asked)):
            mean = sum((as_ball(p) * runs[w][n].values[k] for w, p in found.outcomes.items()), flint.arb(0))
            if numbers(mean):
                mu = found.meaning.value(claim.right, values)
                assert close(mean, mu), f"E {case.finding.subject} = {mean} in round {n + 1}, mu = {mu}"
                compared += 1
    return compared


def step_is_bounded(case: Case, found: World) -> int:
    """|step| <= lr C in every round, or equal where the finding says that the bound is attained."""
    finding, claim, compared = case.finding, case.finding.claim, 0
    assert claim is not None
    lr = as_ball(found.parameters["lr"])
    rounds = run(case.rule, found.parameters, found.history(), found.iterates)
    for values in found.places:
        t = next(iter(values.values()))
        if t == 0:
            continue
        size = abs(rounds[t - 1].step)
        if finding.head in ("bound the step (cases)", "bound the step (an average of what is bounded)"):
            bound = value_of(found.meaning, claim.right, values)
        else:  # |numerator| <= C |denominator|, or the squares of both sides
            bound = value_of(found.meaning, claim.right.args[0], values)
            bound = bound.sqrt() if bound is not None and claim.left.op == "pow" else bound
        if bound is not None and numbers(size, bound):
            bound = lr * bound
            assert not size > bound, f"the step {size} is larger than {bound} in round {t}"
            assert claim.kind != "eq" or close(size, bound), f"the step {size} does not reach {bound} in round {t}"
            compared += 1
    return compared


def claim_holds(case: Case, found: World) -> int:
    """|step| <= bound in every round in which the claim's conditions hold."""
    claim, compared = case.finding.claim, 0
    assert claim is not None
    rounds = run(case.rule, found.parameters, found.history(), found.iterates)
    for values in found.places:
        t, bound = next(iter(values.values())), value_of(found.meaning, claim.right, values)
        if t > 0 and bound is not None and numbers(size := abs(rounds[t - 1].step), bound):
            assert not size > bound, f"the step {size} is larger than {bound} in round {t}"
            compared += 1
    return compared


BY_RUNS: dict[str, Callable[[Case, World], int]] = {
    "scale": steps_scale,
    "step bound": step_is_bounded,
    "claim": claim_holds,
    "Gamma": gamma_is_not_negative,
    "obligation": obligation_holds,
    "bias correction": corrected_value_has_the_mean,
}


# --- what is refuted --------------------------------------------------------------------------------------------------


def replayed(rule: Rule, finding: Finding) -> tuple[dict[str, F], list[F], int, int]:
    """Parameters, gradients, the number of steps of a counterexample and the iterate, read from its model."""
    assert finding.refutation is not None
    model = finding.refutation.model
    given: Mapping[str, Any] = model.families
    # A parameter that the counterexample does not name has no part in it.
    parameters = {p.name: F(p.default if p.default is not None else 1) for p in rule.parameters}
    named = {p.name: letter(p.name, given) for p in rule.parameters}
    parameters |= {name: F(given[called]) for name, called in named.items() if called in given}
    assert all(value in next(p for p in rule.parameters if p.name == key).range for key, value in parameters.items())
    (steps,) = model.values.values()
    gradient, x = given["g"], given.get("X", 0)
    rounds = range(1, steps + 3)
    if isinstance(gradient, int | F):
        return parameters, [F(gradient)] * (steps + 2), steps, x
    if isinstance(gradient, Mapping):
        return parameters, [F(gradient.get((t,), 0)) for t in rounds], steps, x
    meaning = model.interpretation(finding.theory)  # a formula
    (t,) = gradient.variables
    return parameters, [F(meaning.value(gradient.body, {t: k})) for k in rounds], steps, x


def fails_in_the_rule(case: Case) -> None:
    """The counterexample of a REFUTED line, run."""
    parameters, gradients, steps, x = replayed(case.rule, case.finding)
    assert case.finding.refutation is not None and case.finding.claim is not None
    FAILS[case.finding.topic](case, parameters, gradients, steps, x)


def scale_fails(case: Case, parameters: dict[str, F], gradients: list[F], steps: int, x: int) -> None:
    rule, finding = case.rule, case.finding
    families: Mapping[str, Any] = finding.refutation.model.families  # type: ignore[union-attr]
    c = families[str(constant_in(finding, "scale_positive"))]
    assert parameters[finding.short.removeprefix("broken by ")] > 0
    others = [name for name in broken(case.finding) if name not in families]
    parameters |= dict.fromkeys(others, F(0))
    one, other = (run(rule, parameters, [k * g for g in gradients], x)[steps].step for k in (1, c))
    assert numbers(one, other) and not (other - one).contains(0), f"{one} and {other}"


def gamma_fails(case: Case, parameters: dict[str, F], gradients: list[F], steps: int, x: int) -> None:
    families: Mapping[str, Any] = case.finding.refutation.model.families  # type: ignore[union-attr]
    alpha = F(families[str(constant_in(case.finding, "step_positive"))])
    value = gammas(case.rule, parameters, gradients, alpha, case.finding.subject != "alpha")[steps]
    assert value < 0, f"Gamma is {value}"


def obligation_fails(case: Case, parameters: dict[str, F], gradients: list[F], steps: int, x: int) -> None:
    assert case.owed is not None
    value = run(case.rule, parameters, gradients, x, [case.owed.expr], Exact())[steps].values[0]
    assert numbers(value) and (as_ball(value) < 0 if case.owed.kind == "nonnegative" else value == 0), f"it is {value}"


def correction_fails(case: Case, parameters: dict[str, F], gradients: list[F], steps: int, x: int) -> None:
    finding = case.finding
    families: Mapping[str, Any] = finding.refutation.model.families  # type: ignore[union-attr]
    asked = values_called(case.rule, finding.subject)
    values = run(case.rule, parameters, gradients, x, asked)[steps].values
    assert set(gradients) == {1} and families[str(constant_in(finding, "stationary"))] == 1  # g and g g are 1 then
    assert all(numbers(value) and abs(value - 1) > 1e-12 for value in values), f"it is {values}"


def claim_fails(case: Case, parameters: dict[str, F], gradients: list[F], steps: int, x: int) -> None:
    """The bound and its condition as Python reads them."""
    claim = re.match(r"\|step\| *(<=?) *(.*?)(?: if (.*?))?:", case.finding.note)
    assert claim is not None and f"Claim: {claim[0][:-1]}" in case.rule.doc
    known = {name: float(value) for name, value in parameters.items()} | {"sqrt": math.sqrt, "t": steps}
    assert claim[3] is None or eval(claim[3], known)
    size, bound = abs(run(case.rule, parameters, gradients, x)[steps - 1].step), eval(claim[2], known)
    assert size > bound * (1 + 1e-12) or (claim[1] == "<" and size >= bound), f"{size} is not beyond {bound}"


FAILS: dict[str, Callable[..., None]] = {
    "scale": scale_fails,
    "Gamma": gamma_fails,
    "obligation": obligation_fails,
    "bias correction": correction_fails,
    "claim": claim_fails,
}
