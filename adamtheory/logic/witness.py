"""Witnesses by proof: an interpretation in which a theory's assumptions and a sentence's hypotheses are theorems.

A contradictory theory proves everything. Putting closed terms for the declared families turns each assumption into a
sentence about numbers and defined sequences, which is then proved without any assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Refused, Rel, Term, need, rel, substitute, substitute_rel, term

Entry = tuple[str, tuple[Term, ...], Term]
Families = Mapping[str, tuple[tuple[Term, ...], Term]]


def interpret(of: Term, families: Families, memo: dict[Term, Term]) -> Term:
    """The term with every application of an interpreted family replaced, arguments put for its variables."""
    if of not in memo:
        args = [interpret(a, families, memo) if type(a) is Term else a for a in of.args]
        if of.op == "app" and of.args[0] in families:
            variables, value = families[of.args[0]]
            memo[of] = substitute(value, dict(zip(variables, args[2:], strict=True)))
        else:
            memo[of] = term(of.op, *args) if of.families else of
    return memo[of]


def interpret_rel(claim: Rel, families: Families, memo: dict[Term, Term]) -> Rel:
    """The same in a relation."""
    return rel(claim.kind, interpret(claim.left, families, memo), interpret(claim.right, families, memo), claim.index)


def interpreted_theory(theory: Theory, families: Families) -> Theory:
    """The definitions of a theory under an interpretation, and nothing else."""
    memo: dict[Term, Term] = {}
    found = kernel.EMPTY
    for head, *parts in theory.entries:
        if head == "define":
            names, parameters, index, previous, inits, steps = parts
            new = [tuple(interpret(t, families, memo) for t in ts) for ts in (inits, steps)]
            found = found.define(names, parameters, index, previous, *new)
    return found


def prove_witness(statement: Statement, witness: Witness | None) -> dict[str, Any] | None:
    """What the field `witness` of a stored proof holds: interpretation, values and the proofs.

    Returns None where there is nothing to show. Raises `Refused` where something to show is not shown.
    """
    assumed = [entry for entry in statement.theory.entries if entry[0] == "assume"]
    if not assumed and not statement.hyps:
        return None
    need(witness is not None, "the file has assumptions or hypotheses but no witness()")
    entries = completed(statement.theory, (witness or Witness()).entries())
    families = {name: (variables, value) for name, variables, value in entries}
    theory, memo = interpreted_theory(statement.theory, families), dict[Term, Term]()
    proofs: list[tuple[Theorem, tuple[Rel, ...]]] = []
    for _, name, _, _, guards, claim in assumed:
        given = tuple(interpret_rel(g, families, memo) for g in guards)
        proofs.append(
            (_show(theory, interpret_rel(claim, families, memo), given, witness, f"assumption {name}"), given)
        )
    values = {v: _lifted(t) for v, t in (witness or Witness()).values.items()}
    for hyp in statement.hyps:
        goal = substitute_rel(interpret_rel(hyp, families, memo), {v: values[v] for v in hyp.free if v in values})
        need(not goal.free, "the witness gives no value for a free variable of a hypothesis")
        proofs.append((_show(theory, goal, (), witness, "a hypothesis"), ()))
    return {"interpretation": entries, "values": list(values.items()), "proofs": proofs}


def completed(theory: Theory, entries: list[Entry]) -> list[Entry]:
    """What is declared and not named is 0: the proofs show whether that will do."""
    declared = {entry[1]: entry[2] for entry in theory.entries if entry[0] == "declare"}
    named = {name for name, _, _ in entries}
    unknown = named - set(declared)
    need(not unknown, f"the witness interprets {sorted(unknown)}, which the theory does not declare")
    rest = [name for name in declared if name not in named]
    variables = {name: tuple(term("var", f"a{k}", sort) for k, sort in enumerate(declared[name])) for name in rest}
    return [*entries, *((name, variables[name], term("num", 0, 1)) for name in rest)]


def _lifted(value: Any) -> Term:
    from adamtheory.logic.notation import lift

    return lift(value)


def _show(theory: Theory, goal: Rel, guards: Sequence[Rel], witness: Witness | None, what: str) -> Theorem:
    p = Prover(theory)
    assumed = [p.assume(g) for g in guards]
    try:
        if witness is not None and witness.prove is not None:
            return witness.prove(p, goal, assumed)
        return p.certify(goal, *assumed)
    except Refused as refusal:
        raise Refused(f"the witness does not show {what}: {refusal}") from None
