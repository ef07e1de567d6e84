"""Numbers of a step bound: the extremal history at given parameters, the constant C along it, and exact checks."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

from adamtheory.deriving.frame import Frame, n, t
from adamtheory.deriving.models import Schedule
from adamtheory.deriving.step_proof import Proof
from adamtheory.language.rule import Rule
from adamtheory.language.tree import names
from adamtheory.logic.evaluate import Interpretation, Undecided
from adamtheory.logic.notation import eq, le
from adamtheory.logic.terms import Term

Values = Mapping[str, Fraction]


def sample(rule: Rule) -> dict[str, Fraction]:
    """The default of every parameter; where there is none a simple number in its range."""
    found = {}
    for parameter in rule.parameters:
        value = parameter.default
        if value is None:
            value = next((v for v in map(Fraction, ("1/2", "1", "2")) if v in parameter.range), Fraction(2))
        found[parameter.name] = value
    return found


def meaning(frame: Frame, rule: Rule, values: Values, history: Any = ()) -> dict[str, Any]:
    """Families for a model: the parameters, X = 0, and the gradients g(1), g(2), ..."""
    found: dict[str, Any] = {"X": 0, "g": {(i,): u for i, u in enumerate(history, 1)}}
    for name, scalar in frame.reading.scalars.items():
        if name in values and type(scalar) is Term and scalar.op == "app":
            found[scalar.args[0]] = values[name]
    for name in frame.abstracted:
        scalar = frame.reading.scalars[name]
        found[scalar(t).args[0]] = Schedule(frame, name, tuple(sorted(values.items())))
    return found


class Numbers:
    """Coefficients, history and constant of a bound at given parameters."""

    def __init__(self, proof: Proof, values: Values) -> None:
        self.proof, self.values = proof, dict(values)
        self.families = meaning(proof.frame, proof.rule, values)
        self.inner = Interpretation(self.families, theory=proof.frame.setting.theory)
        self.fixed: dict[Any, Any] = {}

    def at(self, of: Any, step: int) -> Any:
        """A quiet term in step `step`; rounded where it is irrational."""
        place = (of, step if n in of.free else 0)
        if place not in self.fixed:
            value = self.inner.value(of, {n: step - 1})
            self.fixed[place] = Fraction(value) if isinstance(value, int | Fraction) else Fraction(float(value))
        return self.fixed[place]

    def history(self, last: int) -> list[Fraction]:
        """Gradients g(1), ..., g(last) that reach the bound in step `last`, if anything does."""
        proof = self.proof
        found: list[Fraction] = []
        if proof.below.kind == "max":
            for step in range(1, last + 1):
                found.append(found[-1] * self.at(proof.numbers["b"], step) if found else Fraction(1))
            return found
        usual = [proof.numbers[name] for name in "acbk"]
        last_one = usual if proof.plain else [*proof.coefficients(), *usual[2:]]
        rates = [[self.at(term, step) for term in (last_one if step == last else usual)] for step in range(1, last + 1)]
        # Where the average of the step before is not read, nothing before helps.
        begin = max([step for step, (a, *_) in enumerate(rates) if not a], default=0)
        m = R = Fraction(0)
        for step, (a, c, b, k) in enumerate(rates):
            if step <= begin:
                u = Fraction(int(step == begin))
                m, R = c * u, c * c / k * u
            else:
                u = c * b * m / (k * a * R) if R else Fraction(1)
                m, R = a * m + c * u, (a * a * R / b if b else 0) + c * c / k
            found.append(u)
        return proof.gradients(found, [self.at(proof.numbers["c"], step) for step in range(1, last + 1)])

    def constant(self, step: int) -> float:
        """The bound of |numerator|/denominator in step `step`."""
        value = self.inner.value(self.proof.constant(t - 1, t), {t: step})
        return sqrt(float(value)) if self.proof.below.kind == "square" else float(value)


def stabilisers(proof: Proof) -> set[str]:
    """The parameters that only enlarge the denominator: eps."""
    added = [rest[0] for op, *rest in proof.below.path if op in ("add", "max")] + [proof.below.extra]
    parameters = {s.name: s for s in proof.rule.parameters}
    used = {name.id for e in added for name in names(e)} & set(parameters)
    kept = {name.id for e in (proof.above.new, proof.above.old, proof.above.own) for name in names(e)}
    return {name for name in used - kept if 0 in parameters[name].range}


def attained_at(proof: Proof, steps: Any = (1, 2, 3), scale: int = 1) -> dict[int, list[Fraction]]:
    """The steps in which the bound is reached exactly without eps, and the histories; at default parameters.

    With a scale: the steps in which the history, multiplied by it, comes within 1e-9 of the bound.
    """
    values = {**sample(proof.rule), **dict.fromkeys(stabilisers(proof), Fraction(0))}
    numbers, found = Numbers(proof, values), {}
    for step in steps:
        history = [scale * g for g in numbers.history(step)]
        families = meaning(proof.frame, proof.rule, values, history)
        inner = Interpretation(families, theory=proof.frame.setting.theory)
        claim = proof.theorem.claim
        try:
            near = le((1 - Fraction(1, 10**9)) * claim.right, claim.left)
            if inner.holds(eq(claim.left, claim.right) if scale == 1 else near, {t: step}):
                found[step] = history
        except (Undecided, LookupError):
            continue
    return found
