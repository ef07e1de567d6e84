"""Exact models of what `derive` finds: random parameters in range, gradients, and finite spaces of outcomes.

Nothing here uses the code that proves: a model is built from the names that a theory declares and assumes, and the
values of a rule come from its plain reading, round by round (`plain.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction as F
from itertools import product
from math import isqrt
from random import Random
from typing import Any

import flint

from adamtheory.deriving.findings import Finding
from adamtheory.deriving.frame import abstracted, one_coordinate
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import compile_expr
from adamtheory.language.rule import Range, Rule
from adamtheory.language.tree import Expr, Name
from adamtheory.logic.evaluate import Ball, Interpretation, Undecided
from adamtheory.logic.notation import integer
from adamtheory.logic.terms import Rel, Term

from .cases import Case
from .plain import as_ball

STEPS = 4  # rounds in which outcomes are enumerated
ROUNDS = 8  # rounds of one history
TRIES = 400  # models that are drawn, most of them dropped for a parameter before anything is evaluated
CHANCES = (F(1, 2), F(1, 5), F(9, 10))  # p with a rational sqrt(p (1 - p)), so that a deviation is rational


def declared(finding: Finding) -> dict[str, tuple[str, ...]]:
    """The families of which nothing is defined, with the sorts of their arguments."""
    return {entry[1]: tuple(entry[2]) for entry in finding.theory.entries if entry[0] == "declare"}


def assumed(finding: Finding) -> dict[str, tuple[Any, ...]]:
    """Assumption -> its variables, guards, and claim."""
    return {entry[1]: entry[3:] for entry in finding.theory.entries if entry[0] == "assume"}


def constant_in(finding: Finding, law: str) -> str | None:
    """The constant of which the assumption speaks: scale, the step size, mu."""
    if law not in assumed(finding):
        return None
    claim = assumed(finding)[law][-1]
    (name,) = _constants(claim.right)
    return name


def within(range_: Range, random: Random, extreme: bool) -> F:
    """A number of the range, ends included where they belong to it; rather an end than not, if extreme."""
    low, high = range_.low, range_.high
    ends = [end for end in (low, high) if end is not None and end in range_]
    if ends and random.random() < (0.6 if extreme else 0.1):
        return random.choice(ends)
    if low is not None and high is not None:
        return low + (high - low) * F(random.randint(1, 19), 20)
    size = F(random.randint(1, 30), 10)
    return low + size if low is not None else high - size if high is not None else size * random.choice((1, -1))


# --- models -----------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """Parameters, iterates, and gradients g(t) or g(t, w); `meaning` evaluates terms of the finding's theory in it.

    places  values of the integer variables at which the hypotheses hold
    """

    parameters: dict[str, F]
    iterates: dict[tuple[int], F]
    gradients: dict[tuple[Any, ...], F]
    outcomes: dict[Any, F]
    meaning: Interpretation
    places: list[dict[Any, int]] = field(default_factory=list)

    def history(self, outcome: Any = None) -> list[F]:
        """The gradients of the rounds 1, 2, ... (for one outcome)."""
        if (1,) in self.gradients:
            return [self.gradients[t,] for t in range(1, ROUNDS + 3)]
        return [self.gradients[t, outcome] for t in range(1, STEPS + 1)]


def worlds(case: Case, true: bool = False) -> Iterator[World]:
    """Random models of a finding's theory in which its hypotheses hold somewhere.

    true  what has no term (a schedule) has its values in the text, instead of any numbers in (0, 1]
    Every second one is extreme: most parameters at an end of their range, a history that begins with zeros.
    """
    drawn = (world(case, Random(f"{case.seed} {k}"), true, extreme=k % 2 == 1) for k in range(TRIES))
    return (one for one in drawn if one is not None and one.places)


def world(case: Case, random: Random, true: bool, extreme: bool) -> World | None:
    """One random model; None where the parameters do not satisfy the hypotheses."""
    rule, finding = case.rule, case.finding
    names, laws = declared(finding), assumed(finding)
    zero = broken(finding)
    parameters = {p.name: F(0) if p.name in zero else within(p.range, random, extreme) for p in rule.parameters}
    meaning: dict[str, Any] = {letter(k, names): v for k, v in parameters.items() if letter(k, names) in names}
    for law in ("scale_positive", "step_positive"):
        if law in laws:
            meaning[str(constant_in(finding, law))] = F(random.randint(1, 40), 10)
    closed = [hyp for hyp in finding.hyps if not hyp.free and {name for name, *_ in hyp.families} <= set(meaning)]
    if not all(holds(Interpretation(meaning, theory=finding.theory), hyp, {}) for hyp in closed):
        return None
    gradients, outcomes = dealt(names, laws, random, extreme)
    iterates = {(t,): F(0) if case.decays else F(random.randint(-20, 20), 7) for t in range(ROUNDS + 3)}
    meaning |= {"g": gradients, "X": iterates, **schedules(rule, names, parameters, random, true)}
    found = World(parameters, iterates, gradients, outcomes, Interpretation(meaning, outcomes, finding.theory))
    for word in ("stationary", "variance", "slow"):
        if word in laws:
            _fit(found, word, laws)
    if "extremal" in laws and not _follow(found, finding, laws["extremal"]):
        return None
    found.places = places(finding, found)
    return found


def broken(finding: Finding) -> list[str]:
    """The parameters that the note sets to 0."""
    words = finding.note.split(";")[0]
    return words.removeprefix("with ").removesuffix(" = 0").split(" = ") if words.startswith("with ") else []


def letter(name: str, names: Mapping[str, Any]) -> str:
    """What a parameter is called in the logic."""
    return name if name in names else name.upper()


def schedules(
    rule: Rule, names: Mapping[str, Any], parameters: Mapping[str, F], random: Random, true: bool
) -> dict[str, Any]:
    """The families of t that stand for what has no term, such as 0.96**(t/250)."""
    found: dict[str, Any] = {}
    given = abstracted(one_coordinate(rule))[1]
    for name, sorts in names.items():
        if sorts == ("Z",) and name not in ("g", "X"):
            numbers = {(t,): F(random.randint(1, 10), 10) for t in range(1, ROUNDS + 3)}
            found[name] = in_the_text(given[name], parameters) if true else numbers
    return found


def in_the_text(expr: Expr, parameters: Mapping[str, F]) -> Callable[[int], Ball]:
    """An expression in step scalars as a function of the round."""
    balls = arithmetic("ball")
    of, known = compile_expr(expr, balls, 1), {Name(name): [balls.number(value)] for name, value in parameters.items()}
    return lambda t: Ball(of({**known, Name("t"): [balls.number(F(t))]}, 0))


# --- gradients --------------------------------------------------------------------------------------------------------

Gradients = tuple[dict[tuple[Any, ...], F], dict[Any, F]]


def dealt(names: Mapping[str, Any], laws: Mapping[str, Any], random: Random, extreme: bool) -> Gradients:
    """Gradients that are no random variables, or those that the assumptions ask for; and the outcomes."""
    if names.get("g") != ("Z", "W"):
        return one_history(random, extreme), {0: F(1)}
    if "uncorrelated" in laws:
        return coins(random)
    if "stationary" in laws:
        return random.choice((shuffled, coins))(random)
    return anything(random)


def one_history(random: Random, extreme: bool) -> dict[tuple[Any, ...], F]:
    """Any numbers, some of them with zeros first, some of few sizes."""
    first, wild = random.choice((0, 1, 1, 2, 4) if extreme else (0, 0, 0, 1)), random.random() < 0.7
    return {
        (t,): F(0) if t <= first else F(random.randint(-30, 30), random.randint(1, 9) if wild else 5)
        for t in range(1, ROUNDS + 3)
    }


def anything(random: Random) -> Gradients:
    """Two to four outcomes of any probabilities, gradients of any values."""
    sizes = [random.randint(1, 5) for _ in range(random.randint(2, 4))]
    outcomes = {k: F(size, sum(sizes)) for k, size in enumerate(sizes)}
    rounds = range(1, STEPS + 1)
    return {(t, w): F(random.randint(-9, 9), random.randint(1, 4)) for t in rounds for w in outcomes}, outcomes


def shuffled(random: Random) -> Gradients:
    """Equally likely outcomes and the same values every round, dealt anew: every function of g_t keeps its mean."""
    number = random.randint(2, 4)
    values = [F(random.randint(-9, 9), random.randint(1, 4)) for _ in range(number)]
    gradients: dict[tuple[Any, ...], F] = {}
    for t in range(1, STEPS + 1):
        for w, value in enumerate(random.sample(values, number)):
            gradients[t, w] = value
    return gradients, dict.fromkeys(range(number), F(1, number))


def coins(random: Random) -> Gradients:
    """An independent coin a round; an outcome is the tuple of its faces."""
    chance, faces = random.choice(CHANCES), (F(random.randint(-6, 6), 2), F(random.randint(-6, 6), 3))
    outcomes: dict[Any, F] = {}
    gradients: dict[tuple[Any, ...], F] = {}
    for tosses in product((0, 1), repeat=STEPS):
        weight = F(1)
        for toss in tosses:
            weight *= chance if toss else 1 - chance
        outcomes[tosses] = weight
        for t in range(1, STEPS + 1):
            gradients[t, tosses] = faces[tosses[t - 1]]
    return gradients, outcomes


# --- what the assumptions ask for -------------------------------------------------------------------------------------


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


def _follow(found: World, finding: Finding, law: tuple[Any, ...]) -> bool:
    """Make g(2), g(3), ... those of a law that is linear in g(t + 1), from a positive g(1); False where none do."""
    (t,), _, claim = law
    gap, gradients, zero = claim.left - claim.right, found.gradients, {(k,): F(0) for k in range(1, ROUNDS + 3)}
    gradients |= zero
    gradients[1,] = F(1, 3)

    def missed(round_: int, value: F) -> F:
        families = {**found.meaning.families, "g": {**gradients, (round_ + 1,): value}}
        return F(Interpretation(families, theory=finding.theory).value(gap, {t: round_}))

    for k in range(1, ROUNDS + 2):
        none, one = missed(k, F(0)), missed(k, F(1))
        if none == one:
            return False
        gradients[k + 1,] = none / (none - one)
    return True


def _constants(term: Term) -> set[str]:
    if term.op == "app" and len(term.args) == 2:
        return {str(term.args[0])}
    return {name for arg in term.args if type(arg) is Term for name in _constants(arg)}


# --- sentences --------------------------------------------------------------------------------------------------------


def indices_of(finding: Finding) -> list[Any]:
    """The integer variables: n, the number of steps done, t, or the two of a product of rates."""
    assert finding.claim is not None
    free = finding.claim.free.union(*(hyp.free for hyp in finding.hyps))
    return sorted(free, key=str) or [integer("n")]


def places(finding: Finding, found: World) -> list[dict[Any, int]]:
    """Where the hypotheses hold; a value in step n + 1 is not asked for after the last round."""
    variables = indices_of(finding)
    last = ROUNDS - 1 if (1,) in found.gradients else STEPS - finding.head.endswith("?")
    if len(variables) > 1:
        last = STEPS
    tried = [dict(zip(variables, steps, strict=True)) for steps in product(range(last + 1), repeat=len(variables))]
    return [values for values in tried if all(holds(found.meaning, hyp, values) for hyp in finding.hyps)]


def value_of(meaning: Interpretation, of: Term, values: Mapping[Any, int]) -> Any:
    """The value of a term as a ball, None where it is not known."""
    try:
        return as_ball(meaning.value(of, values))
    except Undecided:
        return None


def holds(meaning: Interpretation, claim: Rel, values: Mapping[Any, int]) -> bool | None:
    """Whether a sentence holds; two sides that agree to a thousand bits are equal, None where that is not known."""
    try:
        return meaning.holds(claim, values)
    except Undecided:
        pass
    try:
        gap = meaning.value(claim.right - claim.left, values, bits=4096)
    except Undecided:
        return None
    near = isinstance(gap, flint.arb) and bool(gap.contains(0)) and bool(gap.rad() < flint.arb(2) ** -1000)
    return claim.kind != "lt" if near else None
