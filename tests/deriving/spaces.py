"""Exact models of what `derive` finds: random parameters in range, gradients, and finite spaces of outcomes.

Nothing here uses the code that derives: a model is built from the names that a theory declares and assumes, and the
values of a rule come from its plain reading, round by round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction as F
from itertools import product
from math import isqrt
from random import Random
from typing import Any

import flint

from adamtheory.deriving.findings import Finding
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import reading
from adamtheory.language.rule import Range, Rule
from adamtheory.language.tree import Expr
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.terms import Term

STEPS = 4  # rounds that are enumerated
CHANCES = (F(1, 2), F(1, 5), F(9, 10))  # p with a rational sqrt(p (1 - p)), so that a deviation is rational


def declared(finding: Finding) -> dict[str, tuple[str, ...]]:
    """The families of which nothing is defined, with the sorts of their arguments."""
    return {entry[1]: tuple(entry[2]) for entry in finding.theory.entries if entry[0] == "declare"}


def assumed(finding: Finding) -> dict[str, tuple[Any, ...]]:
    """Assumption -> its variables, guards, and claim."""
    return {entry[1]: entry[3:] for entry in finding.theory.entries if entry[0] == "assume"}


def within(range_: Range, random: Random) -> F:
    """A number of the range, ends included where they belong to it."""
    low, high = range_.low, range_.high
    ends = [end for end in (low, high) if end is not None and end in range_]
    if ends and random.random() < 0.15:
        return random.choice(ends)
    if low is not None and high is not None:
        return low + (high - low) * F(random.randint(1, 19), 20)
    size = F(random.randint(1, 30), 10)
    return low + size if low is not None else high - size if high is not None else size * random.choice((1, -1))


# --- models -----------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """Parameters, iterates, and gradients g(t) or g(t, w); `meaning` evaluates terms of the finding's theory in it."""

    parameters: dict[str, F]
    iterates: dict[tuple[int], F]
    gradients: dict[tuple[Any, ...], F]
    outcomes: dict[Any, F]
    meaning: Interpretation

    def history(self, outcome: Any = None) -> list[F]:
        """The gradients of the rounds 1, 2, ... (for one outcome)."""
        return [self.gradients[(t,) if outcome is None else (t, outcome)] for t in range(1, STEPS + 3)]


def world(rule: Rule, finding: Finding, random: Random, **families: Any) -> World:
    """A random model of the finding's theory."""
    names, laws = declared(finding), assumed(finding)
    parameters = {p.name: within(p.range, random) for p in rule.parameters}
    rounds = range(1, STEPS + 3)
    outcomes: dict[Any, F] = {0: F(1)}
    if names.get("g") == ("Z",):
        gradients: dict[tuple[Any, ...], F] = {(t,): F(random.randint(-30, 30), random.randint(1, 9)) for t in rounds}
    elif "uncorrelated" in laws:
        gradients, outcomes = coins(random)
    elif "stationary" in laws:
        gradients, outcomes = shuffled(random)
    else:
        gradients, outcomes = anything(random)
    iterates = {(t,): F(random.randint(-20, 20), 7) for t in range(STEPS + 3)}
    meaning = {letter(name, names): value for name, value in parameters.items() if letter(name, names) in names}
    meaning |= {"g": gradients, "X": iterates, **families}
    found = World(parameters, iterates, gradients, outcomes, Interpretation(meaning, outcomes, finding.theory))
    for word in ("stationary", "variance", "slow"):
        if word in laws:
            _fit(found, word, laws)
    return found


def letter(name: str, names: Mapping[str, Any]) -> str:
    """What a parameter is called in the logic."""
    return name if name in names else name.upper()


def anything(random: Random) -> tuple[dict[tuple[Any, ...], F], dict[Any, F]]:
    """Two to four outcomes of any probabilities, gradients of any values."""
    sizes = [random.randint(1, 5) for _ in range(random.randint(2, 4))]
    outcomes = {k: F(size, sum(sizes)) for k, size in enumerate(sizes)}
    rounds = range(1, STEPS + 3)
    return {(t, w): F(random.randint(-9, 9), random.randint(1, 4)) for t in rounds for w in outcomes}, outcomes


def shuffled(random: Random) -> tuple[dict[tuple[Any, ...], F], dict[Any, F]]:
    """Equally likely outcomes and the same values every round, dealt anew: every function of g_t keeps its mean."""
    number = random.randint(2, 4)
    values = [F(random.randint(-9, 9), random.randint(1, 4)) for _ in range(number)]
    gradients = {}
    for t in range(1, STEPS + 3):
        for w, value in enumerate(random.sample(values, number)):
            gradients[t, w] = value
    return gradients, dict.fromkeys(range(number), F(1, number))


def coins(random: Random) -> tuple[dict[tuple[Any, ...], F], dict[Any, F]]:
    """An independent coin a round, tossed for the rounds 1 to STEPS; an outcome is the tuple of its faces."""
    chance, faces = random.choice(CHANCES), (F(random.randint(-6, 6), 2), F(random.randint(-6, 6), 3))
    outcomes, gradients = {}, {}
    for tosses in product((0, 1), repeat=STEPS):
        weight = F(1)
        for toss in tosses:
            weight *= chance if toss else 1 - chance
        outcomes[tosses] = weight
        for t in range(1, STEPS + 3):
            gradients[t, tosses] = faces[tosses[t - 1]] if t <= STEPS else F(0)
    return gradients, outcomes


def _fit(found: World, word: str, laws: Mapping[str, tuple[Any, ...]]) -> None:
    """Give mu, sigma and L the values that the assumptions ask for."""
    variables, _, claim = laws[word]
    families, value = found.meaning.families, found.meaning.value
    if word == "stationary":
        families[claim.right.args[0]] = value(claim.left, {variables[0]: 1})
    elif word == "variance":
        mu = laws["stationary"][2].right.args[0]
        (sigma,) = _constants(claim.right) - {mu}
        spread = value(claim.left, {variables[0]: 1}) - families[mu] ** 2
        families[sigma] = -F(isqrt(spread.numerator), isqrt(spread.denominator))
    else:
        i, j = sorted(variables, key=lambda v: str(v.args[0]))
        (L,) = _constants(claim.right)
        pairs = [(a, b) for b in range(1, STEPS + 1) for a in range(1, b)]
        families[L] = max(value(claim.left, {i: a, j: b}) / (b - a) for a, b in pairs)


def _constants(term: Term) -> set[str]:
    if term.op == "app" and len(term.args) == 2:
        return {str(term.args[0])}
    return {name for arg in term.args if type(arg) is Term for name in _constants(arg)}


# --- the plain readings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """Round t of a run: the step, the new slots, and the values that were asked for."""

    step: Any
    slots: dict[str, Any]
    values: list[Any]


def run(
    rule: Rule, parameters: Mapping[str, F], history: Sequence[F], iterates: Mapping[tuple[int], F] | int = 1,
    asked: Sequence[Expr] = (), bits: int = 160,
) -> list[Round]:  # fmt: skip
    """The rule on these gradients by its plain reading, as balls; the iterates are given, not followed."""
    balls = arithmetic("ball")
    once = reading(replace(rule, results=(*rule.results, *asked)), balls)
    found: list[Round] = []
    with flint.ctx.workprec(bits):
        slots = {s.name: [balls.number(s.initial)] for s in rule.slots}
        for t, gradient in enumerate(history, 1):
            x = iterates if isinstance(iterates, int) else iterates[t - 1,]
            scalars = {name: balls.number(F(value)) for name, value in parameters.items()}
            scalars |= {name: balls.number(F(t if name == "t" else 1)) for name in ("t", "eta") if rule.scalar(name)}
            start = balls.number(F(x))
            results, slots = once({"x": [start], "g": [balls.number(F(gradient))], **slots}, scalars)
            after, *values = [result[0] for result in results]
            found.append(Round(after - start, {name: value[0] for name, value in slots.items()}, values))
    return found


def close(ball: Any, exact: Any) -> bool:
    """Whether a ball of a reading is a narrow one around the value of a term."""
    with flint.ctx.workprec(160):
        if isinstance(exact, int | F):
            exact = flint.arb(flint.fmpq(F(exact).numerator, F(exact).denominator))
        return bool(ball.is_finite()) and bool(abs(ball - exact) < flint.arb(2) ** -40 * (1 + abs(exact)))
