"""What every family and constant of a theorem is in a run: gradients, slots, the iterate, step sizes, constants.

The readings of the theory say what stands for what; the equations `scalar of the rule = term of the theory` are solved
for the theory's constants and families, and what they do not determine has to hold in every round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adamtheory.bounds.expressions import Meaning, NotEvaluated, Present, Rounds, literal, shift_of, steady
from adamtheory.bounds.matching import Match, Quotient, match, scalar, shown
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Expr, Name
from adamtheory.logic.notation import integer, lift
from adamtheory.logic.printing import text
from adamtheory.logic.terms import Refused, Term, substitute

if TYPE_CHECKING:
    from adamtheory.bounds.theorems import RegretTheorem

FIRST_ROUNDS = 4  # in which a constant of the theory may show itself
ROUND = integer("t")


@dataclass(frozen=True)
class Equation:
    """A scalar of the rule that has to be a term of the theory: in every round, or at once where neither changes."""

    name: str
    term: Term
    value: Expr
    clock: Term

    @property
    def sentence(self) -> str:
        """`lr = alpha/sqrt(t)`."""
        if self.term.op == "app":
            return f"{self.name} is the same in every round"
        return f"{self.name} = {text(self.term)}"


@dataclass
class Binding:
    """A theorem in a run: what its families mean, and which equations remain to be checked."""

    theorem: RegretTheorem
    match: Match
    rounds: Rounds
    meanings: dict[str, Meaning]
    equations: list[Equation] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)  # those of the theory that the equations determine
    readings: dict[str, str] = field(default_factory=dict)  # what the theory's families are in the run, for readers
    absent: set[str] = field(default_factory=set)  # scalars of a set that the run does not have

    def present(self, clock: tuple[Term, int] | None = None) -> Present:
        """Terms of the theory in the present round."""
        return Present(self.meanings, self.rounds, clock)


def bind(theorem: RegretTheorem, rule: Rule, feasible: Rule, rounds: Rounds) -> Binding | None:
    """The theorem in a run of this rule on this set; None where it is about another rule."""
    found = match(theorem.reading.rule, rule)
    if found is None:
        return None
    binding = Binding(theorem, found, rounds, _played(theorem, found, rounds))
    for name in found.scalars:
        if name == "t":
            continue
        given = theorem.reading.scalars[name]
        term = lift(given(ROUND) if callable(given) else given)
        if not _solve(binding, rule, name, term, found.scalars[name]):
            return None
    _box(binding, feasible)
    return binding


def _played(theorem: RegretTheorem, found: Match, rounds: Rounds) -> dict[str, Meaning]:
    """Gradients, slots, the iterate and where it starts."""
    reading = theorem.reading
    g = lift(reading.inputs["g"](ROUND, None))
    meanings = {g.args[0]: Meaning(Name("g"), _place(g, ROUND))}
    for slot, family in reading.families.items():
        place = len(reading.coordinates)
        if slot == "x":
            meanings[family.name] = Meaning(Name("x"), place, 1)
            start = _start(theorem, family.name)
            if start is not None:
                meanings[start] = Meaning(rounds.held(Name("x"), 1))
        else:
            now, before = found.slots[slot]
            meanings[family.name] = Meaning(now, place, 0, before)
    return meanings


def _start(theorem: RegretTheorem, iterate: str) -> str | None:
    """The family of the first iterate: what the definition of the iterates begins with; None if they are declared."""
    for head, *parts in theorem.statement.theory.entries:
        if head == "define" and iterate in parts[0]:
            init: Term = parts[4][parts[0].index(iterate)]
            if init.op != "app":
                raise NotEvaluated("the first iterate of the theorem is no family of its own")
            return str(init.args[0])
    return None


def _place(application: Term, variable: Term) -> int:
    """Which argument counts the rounds."""
    places = [k for k, a in enumerate(application.args[2:]) if a.free == {variable} and shift_of(a, variable) == 0]
    if len(places) != 1:
        raise NotEvaluated(f"{text(application)} does not depend on the round alone")
    return places[0]


def _unknown(binding: Binding, term: Term) -> list[Term]:
    """The applications in a term, in order, of families that mean nothing yet."""
    found: dict[Term, None] = {}

    def walk(t: Term) -> None:
        if t.op == "app" and t.args[0] not in binding.meanings:
            found.setdefault(t)
        for a in t.args:
            if isinstance(a, Term):
                walk(a)

    walk(term)
    return list(found)


def _solve(binding: Binding, rule: Rule, name: str, term: Term, value: Quotient) -> bool:
    """Solve `value = term` for what the term has that is unknown; False where the theorem is about another rule."""
    families = [a for a in _unknown(binding, term) if len(a.args) > 2]
    coordinate = set(binding.theorem.reading.coordinates)
    if not families and _varies(rule, value.expr) and not term.free & coordinate:
        return False
    free = [a for a in families if not a.free & coordinate]
    if len(families) > 1 and free:  # any step sizes: take those of the run
        first = free[0]
        step = scalar(rule, "lr") if rule.scalar("eta") is None else Name("@alpha")
        binding.meanings[first.args[0]] = Meaning(step, _place(first, ROUND))
        binding.readings[text(first)] = "the step size"
        families.remove(first)
    if families:
        (last,) = families
        solution = _isolate(binding, term, last, value)
        binding.meanings[last.args[0]] = Meaning(solution.expr, _place(last, ROUND))
        binding.readings[text(last)] = shown(rule, solution)
        return True
    _constants(binding, term, value)
    trivial = term.op == "app" and steady(value.expr)
    if not trivial:
        binding.equations.append(Equation(name, term, value.expr, ROUND))
    return True


def _constants(binding: Binding, term: Term, value: Quotient) -> None:
    """Constants that the first rounds determine, one a round: alpha of lr = alpha/sqrt(t) is lr in round 1."""
    for round_ in range(1, FIRST_ROUNDS + 1):
        at = _folded(substitute(term, {ROUND: lift(round_)}))
        unknown = _unknown(binding, at)
        if len(unknown) == 1 and len(unknown[0].args) == 2:
            solution = _isolate(binding, at, unknown[0], value)
            binding.meanings[unknown[0].args[0]] = Meaning(binding.rounds.held(solution.expr, round_))
            binding.constants.append(unknown[0].args[0])


def _folded(term: Term) -> Term:
    """The term with powers to literal exponents written out."""
    if term.op == "power" and (k := literal(term.args[1])) is not None and k >= 0:
        base = term.args[0]
        written: Term = (lift(1), base)[k] if k < 2 else base**k
        return written
    if term.op in ("add", "mul", "inv", "sqrt"):
        parts = [_folded(a) for a in term.args]
        if term.op == "mul" and lift(1) in parts:
            return parts[1 - parts.index(lift(1))]
        from adamtheory.logic.terms import term as build

        return build(term.op, *parts)
    return term


def _isolate(binding: Binding, term: Term, unknown: Term, value: Quotient) -> Quotient:
    """The value of the unknown for which the term has this value; it stands in the term once."""
    if term is unknown:
        return value
    here = [k for k, a in enumerate(term.args) if isinstance(a, Term) and _has(a, unknown)]
    if len(here) != 1 or term.op not in ("mul", "inv"):
        raise NotEvaluated(f"{text(term)} is not solved for {text(unknown)}")
    inside = term.args[here[0]]
    if term.op == "inv":
        return _isolate(binding, inside, unknown, value.inverse)
    other = term.args[1 - here[0]]
    clock = (ROUND, 0)
    if other.op == "inv":
        return _isolate(binding, inside, unknown, value.times(binding.present(clock).read(other.args[0])))
    return _isolate(binding, inside, unknown, value.over(binding.present(clock).read(other)))


def _has(term: Term, part: Term) -> bool:
    return term is part or any(isinstance(a, Term) and _has(a, part) for a in term.args)


def _varies(rule: Rule, value: Expr) -> bool:
    """Whether an expression in the rule's names differs between coordinates."""
    from adamtheory.language.split import varying

    return varying(rule, value)


def _box(binding: Binding, feasible: Rule) -> None:
    """The ends of the set, where theorem and run have the same."""
    reading = binding.theorem.feasible
    if reading is None:
        return
    for name, given in reading.scalars.items():
        term = lift(given(ROUND) if callable(given) else given)
        if term.op != "app" or term.args[0] in binding.meanings:
            raise Refused(f"the theorem's set has {name} = {text(term)}, which is no name of its own")
        if reading.rule.digest != feasible.digest:
            binding.absent.add(term.args[0])
            continue
        binding.meanings[term.args[0]] = Meaning(Name(f"@p_{name}"))
