"""Witnesses in which something happens: no decay rate, step size or gradient is 0 where that can be helped.

A theorem whose hypotheses hold together only where a decay rate is 0 says nothing of the method it names; such a
witness is called degenerate. What a file's witness leaves at 0 is put at other values, one after the other, and kept
where the assumptions and hypotheses are still proved; exact evaluation passes over what cannot be true.

    witness = lively(statement, witness)
    degenerate(statement, prove_witness(statement, witness))       {"beta1": "decay rate"}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import product
from typing import Any

from adamtheory.logic.defined import Signs
from adamtheory.logic.evaluate import Formula, Interpretation, Undecided
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Refused, Rel, Term, term
from adamtheory.logic.witness import completed, prove_witness

HALF = Fraction(1, 2)
# what a family is by its name: the letters of papers and of the texts of the rules
ROLES = {
    "decay rate": ("beta1", "beta2", "beta", "rho", "mu", "momentum", "decay_rate", "lam"),
    "step size": ("lr", "alpha", "rate", "eta"),
    "gradient": ("g", "grad", "slope", "pg", "gradient"),
}
# what is tried in place of 0, in this order; other families too, but nothing is asked of them
CHOICES = {
    "decay rate": (HALF, Fraction(1, 4), Fraction(9, 10), Fraction(1)),
    "step size": (Fraction(1), Fraction(1, 10), HALF),
    "gradient": (Fraction(1), Fraction(-1), HALF),
    "": (Fraction(1), HALF),
}
ORDER = (*ROLES, "")
FEW = range(-1, 4)  # the integers at which assumptions are evaluated before they are proved


def role(name: str) -> str:
    """What a family is: decay rate, step size, gradient, or nothing that is asked about."""
    return next((role for role, names in ROLES.items() if name in names), "")


def degenerate(interpretation: Iterable[tuple[str, tuple[Term, ...], Term]]) -> dict[str, str]:
    """The decay rates, step sizes and gradients that are 0 everywhere, with their roles."""
    return {name: role(name) for name, _, value in interpretation if value is lift(0) and role(name)}


def lively(statement: Statement, witness: Witness | None) -> Witness | None:
    """The witness with other values for what is 0, as far as its assumptions and hypotheses are still proved."""
    if witness is None:
        return None
    entries = completed(statement.theory, witness.entries())
    kept = {name: (vs, value) for name, vs, value in entries}
    zeros = sorted(
        (name for name in kept if kept[name][1] is lift(0)), key=lambda name: (ORDER.index(role(name)), name)
    )
    firsts = {name: (kept[name][0], lift(CHOICES[role(name)][0])) for name in zeros}
    asked = {name: given for name, given in firsts.items() if role(name)}
    for first in (firsts, asked) if asked else (firsts,):
        if first and (found := _shown(statement, witness, kept | first)):
            return found
    best = witness
    for name in asked:
        for choice in CHOICES[role(name)]:
            changed = kept | {name: (kept[name][0], lift(choice))}
            if found := _shown(statement, witness, changed):
                kept, best = changed, found
                break
    return best


def _shown(statement: Statement, witness: Witness, families: Mapping[str, Any]) -> Witness | None:
    """The witness with these families, if its assumptions and hypotheses are proved."""
    found = Witness(families, witness.values, witness.prove)
    if not plausible(statement, found):
        return None
    for proving in (witness.prove, computed):
        found = Witness(families, witness.values, proving)
        with suppress(Refused):
            prove_witness(statement, found)
            return found
    return None


def plausible(statement: Statement, witness: Witness) -> bool:
    """Whether exact evaluation finds no assumption (at a few integers) and no hypothesis that fails."""
    families: dict[str, Any] = {name: Formula(vs, value) for name, vs, value in witness.entries()}
    meaning = Interpretation(families, theory=statement.theory)
    try:
        values = {v: meaning.value(lift(value)) for v, value in witness.values.items()}
        if not all(meaning.holds(hyp, values) for hyp in statement.hyps):
            return False
        for entry in statement.theory.entries:
            if entry[0] == "assume" and not _holds(meaning, *entry[3:]):
                return False
    except (Undecided, TypeError, ArithmeticError, LookupError):
        return True  # not decided by values: the proof decides
    return True


def _holds(meaning: Interpretation, variables: Sequence[Term], guards: Sequence[Rel], claim: Rel) -> bool:
    whole = {"Z": FEW, "R": (-1, 0, HALF, 2), "W": (0,)}
    for numbers in product(*(whole[v.sort] for v in variables)):
        values: dict[Term, Any] = dict(zip(variables, numbers, strict=True))
        if all(meaning.holds(g, values) for g in guards) and not meaning.holds(claim, values):
            return False
    return True


def computed(p: Any, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """A goal about signs, or about defined sequences at small whole numbers, from their initial values and steps."""
    if goal.kind != "eq":
        found = Signs(p.theory, frozenset(), (), [g.claim for g in guards]).sign(goal.right - lift(goal.left))
        if found is not None:
            with suppress(Refused):
                return p.restate(goal, found)
    facts = list(guards)
    for head, *parts in p.theory.entries:
        if head == "define" and not parts[1]:
            for name in parts[0]:
                facts.append(p.start(name))
                for k in range(3):
                    facts.append(p.using(p.next(name, k), p.certify(term("num", 0, 1) <= lift(k))))
    shown: Theorem = p.certify(goal, *facts, rounds=3)
    return shown
