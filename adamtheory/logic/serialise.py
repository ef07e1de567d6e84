"""Proofs as JSON, in the format of `docs/proof-format.md`: written from a theorem, replayed through the kernel.

    text = write(theorem, statement)            # one JSON object
    theorem = replay(text)                      # every step made again by the kernel's rules
    sentence_hash(theory, hyps, claim)          # what `proofs/pins.json` pins

The recorded claim is compared with what the steps prove, never believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.kernel import RULES, Theorem, Theory
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Refused, Rel, Term, key, need, rel, term

FORMAT = 1


# --- writing ----------------------------------------------------------------------------------------------------------


class Table:
    """The rows of terms; each row names earlier ones by number."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.places: dict[Term, int] = {}

    def place(self, of: Term) -> int:
        """The number of the term's row; rows are added for what is new, without recursion."""
        agenda = [of]
        while agenda:
            top = agenda[-1]
            missing = [a for a in top.args if type(a) is Term and a not in self.places]
            if missing:
                agenda += missing
                continue
            agenda.pop()
            if top not in self.places:
                self.places[top] = len(self.rows)
                self.rows.append([top.op, *(self.places[a] if type(a) is Term else a for a in top.args)])
        return self.places[of]

    def encode(self, value: Any, steps: dict[Theorem, int] | None = None) -> Any:
        """Terms and theorems as numbers, relations and tuples as lists, rationals as strings."""
        if type(value) is Term:
            return self.place(value)
        if type(value) is Rel:
            ends = [self.place(value.left), self.place(value.right)]
            return [value.kind, *ends, *([] if value.index is None else [self.place(value.index)])]
        if type(value) is tuple:
            return [self.encode(v, steps) for v in value]
        if type(value) is Theorem and steps is not None:
            return steps[value]
        return str(value) if type(value) is Fraction else value


def premises(of: Theorem) -> list[Theorem]:
    """The theorems from which a rule made this one."""
    return [p for a in of.args for p in (a if type(a) is tuple else (a,)) if type(p) is Theorem]


def ordered(last: Theorem) -> list[Theorem]:
    """All theorems of a proof, each after its premises, the last one last."""
    found: dict[Theorem, None] = {}
    agenda = [last]
    while agenda:
        top = agenda[-1]
        missing = [p for p in premises(top) if p not in found]
        if missing:
            agenda += reversed(missing)
            continue
        agenda.pop()
        found.setdefault(top)
    return list(found)


def write(
    theorem: Theorem,
    hyps: Sequence[Rel] | None = None,
    witness: dict[str, Any] | None = None,
    before: Sequence[Theorem] = (),
) -> str:
    """The proof as JSON text.

    hyps    the hypotheses as stated, by default those of the theorem
    before  theorems that stand before the proof though it does not use them: that what the sentence says is defined
    """
    return json.dumps(_proof(theorem, hyps, witness, before), separators=(",", ":"))


def _proof(
    theorem: Theorem, hyps: Sequence[Rel] | None, witness: dict[str, Any] | None, before: Sequence[Theorem] = ()
) -> dict[str, Any]:
    table = Table()
    places: dict[Theorem, int] = {}
    seen: dict[str, int] = {}
    steps: list[Any] = []
    for step in dict.fromkeys(step for last in (*before, theorem) for step in ordered(last)):
        row = _step(table.encode(step.args, places), step.rule)
        text = json.dumps(row)
        if text not in seen:
            seen[text] = len(steps)
            steps.append(row)
        places[step] = seen[text]
    if places[theorem] != len(steps) - 1:  # the theorem was proved before its last step: say it again
        steps.append(["cut", places[theorem], []])
    proof = {
        "format": FORMAT,
        "theory": [table.encode(entry) for entry in theorem.theory.entries],
        "steps": steps,
        "claim": table.encode(theorem.claim),
        "hyps": [table.encode(h) for h in (theorem.hyps if hyps is None else hyps)],
        "uses": sorted(theorem.uses),
    }
    if witness is not None:
        proof["witness"] = {
            "interpretation": [[name, *table.encode((tuple(v), t))] for name, v, t in witness["interpretation"]],
            "values": table.encode(tuple(witness["values"])),
            "proofs": [_proof(proved, own, None) for proved, own in witness["proofs"]],
        }
    return {"format": FORMAT, "terms": table.rows, **{k: v for k, v in proof.items() if k != "format"}}


def _step(args: list[Any], rule: str) -> list[Any]:
    if rule == "lim_op":
        op, limits = args
        return ["lim_sqrt", *limits] if op == "sqrt" else ["lim_op", op, *limits]
    return [rule, *args]


# --- the sentence -----------------------------------------------------------------------------------------------------


def sentence_hash(theory: Theory, hyps: Iterable[Rel], claim: Rel) -> str:
    """SHA-256 of theory, hypotheses and claim as canonical JSON, every reference written out."""
    nested = [[_nested(e) for e in theory.entries], sorted((_nested(h) for h in hyps), key=_dumps), _nested(claim)]
    return hashlib.sha256(_dumps(nested).encode("ascii")).hexdigest()


def _dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _nested(value: Any) -> Any:
    if type(value) is Term:
        return [value.op, *(_nested(a) for a in value.args)]
    if type(value) is Rel:
        sides = (value.left, value.right) if value.index is None else (value.left, value.right, value.index)
        return [value.kind, *(_nested(s) for s in sides)]
    return [_nested(v) for v in value] if type(value) is tuple else value


def statement_hash(statement: Statement) -> str:
    """The hash of a stated sentence."""
    return sentence_hash(statement.theory, statement.hyps, statement.claim)


# --- replaying --------------------------------------------------------------------------------------------------------


@dataclass
class Replay:
    """A proof being made again: the rows read so far, the theory, the theorems; at last its hypotheses and witness."""

    rows: list[Term]
    theory: Theory
    theorems: list[Theorem]
    hyps: tuple[Rel, ...] = ()
    witness: dict[str, Any] | None = None  # as `witness.prove_witness` gives it, without the proofs

    def relation(self, row: Any) -> Rel:
        """The relation of a row ["le", l, r] or ["lim", e, L, n]."""
        kind, *places = row
        return rel(kind, *(self.row(k) for k in places))

    def row(self, place: int) -> Term:
        """The term of an earlier row."""
        need(type(place) is int and 0 <= place < len(self.rows), f"{place!r} is not the number of an earlier term")
        return self.rows[place]

    def theorem(self, place: int) -> Theorem:
        """The theorem of an earlier step."""
        need(type(place) is int and 0 <= place < len(self.theorems), f"{place!r} is not the number of an earlier step")
        return self.theorems[place]

    def decode(self, value: Any, kind: Any) -> Any:
        """An argument of a rule, of the kind that the kernel's table wants."""
        if type(kind) in (list, tuple):
            kinds = kind if type(kind) is tuple else kind * len(value)
            need(len(kinds) == len(value), "a wrong number of arguments")
            return tuple(self.decode(v, k) for v, k in zip(value, kinds, strict=True))
        if kind in ("theorem", "fact", "limit", "le", "eq", "le or eq"):
            return self.theorem(value)
        if kind == "relation":
            return self.relation(value)
        if kind == "rational":
            return Fraction(value)
        if kind in ("name", "operation", "position") or value is None:
            return value
        return self.row(value)

    def declare(self, entry: list[Any]) -> None:
        """Lengthen the theory by an entry."""
        head, *parts = entry
        if head == "declare":
            self.theory = self.theory.declare(parts[0], tuple(parts[1]), parts[2])
        elif head == "define":
            index = self.row(parts[2])
            rows = [tuple(self.row(k) for k in part) for part in (parts[1], *parts[3:])]
            self.theory = self.theory.define(tuple(parts[0]), rows[0], index, *rows[1:])
        elif head == "assume":
            variables, guards = tuple(self.row(k) for k in parts[2]), tuple(self.relation(r) for r in parts[3])
            self.theory = self.theory.assume(parts[0], parts[1], variables, guards, self.relation(parts[4]))
        else:
            need(head == "means_exist", f"there is no declaration {head!r}")
            self.theory = self.theory.means_exist()

    def step(self, row: list[Any]) -> None:
        """Make the next theorem."""
        rule, *args = row
        if rule in ("lim_op", "lim_sqrt"):
            args = [args[0], args[1:]] if rule == "lim_op" else ["sqrt", args]
            rule = "lim_op"
        need(rule in RULES, f"there is no rule {rule!r}")
        decoded = self.decode(args, RULES[rule][0])
        self.theorems.append(kernel.step(self.theory, rule, *decoded))


def replay(text: str) -> tuple[Theorem, tuple[Rel, ...]]:
    """The theorem of a stored proof, made again by the kernel, and the recorded hypotheses (see `replayed`)."""
    state = replayed(text)
    return state.theorems[-1], state.hyps


def replayed(text: str) -> Replay:
    """All theorems of a stored proof, made again by the kernel, the recorded hypotheses, and the witness.

    Raises `Refused` naming the step where a rule refuses, or where the recorded sentence is not the one proved.
    """
    data = json.loads(text)
    need(data.get("format") == FORMAT, f"format {data.get('format')!r}; this program reads format {FORMAT}")
    state = Replay([], kernel.EMPTY, [])
    for row in data["terms"]:
        state.rows.append(_term(state, row))
    for entry in data["theory"]:
        state.declare(entry)
    for number, row in enumerate(data["steps"]):
        try:
            state.step(row)
        except Refused as refusal:
            raise Refused(f"step {number} ({row[0]}): {refusal}") from None
    last, hyps = state.theorems[-1], tuple(state.relation(h) for h in data["hyps"])
    need(last.claim is state.relation(data["claim"]), "the last step does not claim what is recorded")
    allowed = {key(h) for h in hyps}
    need(all(key(h) in allowed for h in last.hyps), "the theorem has a hypothesis that is not recorded")
    need(sorted(last.uses) == data["uses"], "the names of the assumptions used are not those recorded")
    state.hyps = hyps
    if "witness" in data:
        given = data["witness"]
        entries = [(name, tuple(map(state.row, vs)), state.row(t)) for name, vs, t in given["interpretation"]]
        values = [(state.row(v), state.row(t)) for v, t in given["values"]]
        state.witness = {"interpretation": entries, "values": values}
    return state


def _term(state: Replay, row: list[Any]) -> Term:
    op, *args = row
    literals = {"num": 2, "var": 2, "app": 2}.get(op, 0)
    rest: Iterator[Any] = (state.row(a) for a in args[literals:])
    if op == "pow":
        return term("pow", state.row(args[0]), args[1])
    return term(op, *args[:literals], *rest)
