"""Proofs as JSON, written by hand: terms as nested lists, put into the table with each distinct row once.

Nothing of the package is used here, so what is built depends on `docs/proof-format.md` alone. In terms an integer is a
numeral and a word is a variable, whose sort follows from its first letter: i to n an integer, w an outcome, else a
real. `["p/q"]` is a rational numeral; every other list is a row with terms in place of the numbers of rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

# What the arguments of a step are: t a term, T terms, r a relation, s pairs of terms, p products of a certificate,
# m its multipliers, - anything that is written as it stands.
LETTERS = {
    "assume": "r",
    "cut": "--",
    "inst": "-s",
    "given": "-T",
    "cases": "--tt",
    "antisym": "--",
    "rewrite": "-tt",
    "certificate": "r-pm-",
    "induction": "--ttr",
    "sum_of": "-ttt",
    "mean_of": "-t",
    "unfold": "-Tt",
    "fact": "-",
    "sum_last": "tttt",
    "sum_empty": "tttt",
    "lim_const": "tt",
    "lim_recip": "t",
    "lim_base": "tt",
    "lim_op": "---",
    "lim_sqrt": "-",
    "lim_inv": "--",
    "lim_squeeze": "--t--",
    "lim_bound": "--t",
}
LITERALS = {"num": 2, "var": 2, "app": 2}
ONE = [["1", []]]


def var(name: str) -> list[Any]:
    """The variable of a name, its sort by the first letter."""
    return ["var", name, "Z" if name[0] in "ijklmn" else "W" if name[0] == "w" else "R"]


class Builder:
    """A table of terms and what refers to it."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.places: dict[str, int] = {}

    def term(self, t: Any) -> Any:
        """The number of a term's row. Of a term given as `{"row": k}` it is k."""
        if type(t) is dict:
            return t["row"]
        if t is None:
            return None
        if type(t) is int:
            t = ["num", t, 1]
        elif type(t) is str:
            t = var(t)
        elif len(t) == 1 and "/" in t[0]:
            t = ["num", Fraction(t[0]).numerator, Fraction(t[0]).denominator]
        head, *rest = t
        k = LITERALS.get(head, 0)
        row = [head, *rest[:k], *([self.term(rest[0]), *rest[1:]] if head == "pow" else map(self.term, rest[k:]))]
        text = json.dumps(row)
        if text not in self.places:
            self.places[text] = len(self.rows)
            self.rows.append(row)
        return self.places[text]

    def relation(self, r: Any) -> list[Any]:
        """A relation or a limit."""
        return [r[0], *map(self.term, r[1:])]

    def entry(self, entry: Any) -> list[Any]:
        """An entry of a theory."""
        head, *rest = entry
        if head == "define":
            f, p, n, y, init, step = rest
            terms = [[self.term(t) for t in part] for part in (p, y, init, step)]
            return [head, f, terms[0], self.term(n), *terms[1:]]
        if head == "assume":
            name, kind, variables, guards, claim = rest
            guards = [self.relation(g) for g in guards]
            return [head, name, kind, [self.term(v) for v in variables], guards, self.relation(claim)]
        return list(entry)

    def step(self, step: Any) -> list[Any]:
        """A step; what has other arguments than its rule wants is written as it stands."""
        rule, *args = step
        letters = LETTERS.get(rule, "") if type(rule) is str else ""
        return [rule, *(map(self.argument, letters, args) if len(letters) == len(args) else args)]

    def argument(self, letter: str, x: Any) -> Any:
        """An argument of a step."""
        if letter == "t":
            return self.term(x)
        if letter == "T":
            return [self.term(t) for t in x]
        if letter == "r":
            return self.relation(x)
        if letter == "s":
            return [[self.term(t) for t in pair] for pair in x]
        if letter == "p":
            return [[c, at, self.term(square)] for c, at, square in x]
        return [[at, self.term(t)] for at, t in x] if letter == "m" else x


def proof(
    steps: Sequence[Any],
    claim: Any,
    hyps: Sequence[Any] = (),
    uses: Sequence[str] = (),
    theory: Sequence[Any] = (),
    witness: Any = None,
) -> dict[str, Any]:
    """A proof object. In a witness the interpretation and the values are nested too, the proofs are proof objects."""
    made = Builder()
    doc: dict[str, Any] = {
        "format": 1,
        "terms": made.rows,
        "theory": [made.entry(e) for e in theory],
        "steps": [made.step(s) for s in steps],
        "claim": made.relation(claim),
        "hyps": [made.relation(h) for h in hyps],
        "uses": list(uses),
    }
    if witness is not None:
        table = [[name, [made.term(v) for v in vs], made.term(t)] for name, vs, t in witness["interpretation"]]
        values = [[made.term(v), made.term(t)] for v, t in witness["values"]]
        doc["witness"] = {"interpretation": table, "values": values, "proofs": witness["proofs"]}
    return doc


def written(doc: Any) -> str:
    """The text of a proof object."""
    return json.dumps(doc, separators=(",", ":"))


def sentence_hash(theory: Sequence[Any], hyps: Sequence[Any], claim: Any) -> str:
    """What a checker must report for a sentence given as nested lists; no table is made on the way."""

    def plain(t: Any) -> Any:
        if type(t) is int:
            return ["num", t, 1]
        if type(t) is str:
            return var(t)
        if len(t) == 1:
            return ["num", Fraction(t[0]).numerator, Fraction(t[0]).denominator]
        k = 1 + LITERALS.get(t[0], 0)
        return [t[0], plain(t[1]), t[2]] if t[0] == "pow" else [*t[:k], *map(plain, t[k:])]

    def relation(r: Any) -> Any:
        return [r[0], *map(plain, r[1:])]

    def entry(e: Any) -> Any:
        if e[0] == "define":
            _, f, p, n, y, init, step = e
            return ["define", f, [*map(plain, p)], plain(n), [*map(plain, y)], [*map(plain, init)], [*map(plain, step)]]
        if e[0] == "assume":
            return [*e[:3], [*map(plain, e[3])], [*map(relation, e[4])], relation(e[5])]
        return e

    def dumps(value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    whole = [[*map(entry, theory)], sorted(map(relation, hyps), key=dumps), relation(claim)]
    return hashlib.sha256(dumps(whole).encode("ascii")).hexdigest()
