"""Everything that differs from a term, a statement or a stored proof in one place; and the proofs as they are now.

A mutant comes with a name that says what was changed where: `right.1.0: 2 -> 3` is a numeral in the first part of the
second part of the right side. Names do not depend on hash seeds, so tables of mutants may mention them.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any, TypeVar

import pytest

from adamtheory import catalogue
from adamtheory.logic.kernel import EMPTY, FACTS, Theorem, Theory
from adamtheory.logic.notation import lift, minimum
from adamtheory.logic.serialise import replay, write
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Refused, Rel, Term, rel, term
from adamtheory.logic.witness import prove_witness

FULL = os.environ.get("ADAMTHEORY_FULL") == "1"  # every mutant; otherwise a sample, the same on every run
NAMES = [name for name, file in catalogue.proofs().items() if not file.refutes]
# Every twentieth of them: that all are accepted as stated by both checkers, `tests/test_cli_prove.py` sees.
SOME = NAMES if FULL else NAMES[::20]
# All tests of one proof run in one process, which reads it once (`pytest --dist loadgroup`).
SOME_GROUPED = [pytest.param(name, marks=pytest.mark.xdist_group(name), id=name) for name in SOME]

Anything = TypeVar("Anything")
Mutant = tuple[str, Any]


def sample(of: Sequence[Anything], size: int, seed: str) -> list[Anything]:
    """That many of them, or all in a full run."""
    return list(of) if FULL or len(of) <= size else Random(seed).sample(of, size)


# --- the proofs as they are now ---------------------------------------------------------------------------------------


def module(name: str) -> Any:
    """The proof file."""
    return importlib.import_module(f"adamtheory.proofs.{name}")


@cache
def statement(name: str) -> Statement:
    """What the file states."""
    found: Statement = module(name).statement()
    return found


@cache
def stored(name: str) -> str:
    """The stored proof without its witness, which the kernel does not read; found anew where none is stored."""
    file = catalogue.proofs()[name].stored
    if not file.is_file():
        return write(module(name).prove(), statement(name).hyps)
    data = json.loads(file.read_text())
    data.pop("witness", None)
    return dumps(data)


@cache
def theorem(name: str) -> Theorem:
    """The theorem that the proof ends with."""
    return replay(stored(name))[0]


def dumps(data: Any) -> str:
    """JSON as `serialise.write` lays it out."""
    return json.dumps(data, separators=(",", ":"))


# --- terms, relations, statements -------------------------------------------------------------------------------------


def next_numeral(of: Term) -> Term:
    """p/q -> (p+1)/q, so 0 -> 1."""
    return lift(Fraction(of.args[0] + 1, of.args[1]))  # type: ignore[no-any-return]


# How the head of a term may change, each with what is written of it; every entry keeps the sort of the arguments.
HEADS: dict[str, list[tuple[str, Callable[..., Any]]]] = {
    "add": [("add -> mul", lambda a, b: term("mul", a, b))],
    "mul": [("mul -> add", lambda a, b: term("add", a, b))],
    "max": [("max -> min", minimum)],
    "inv": [("inv dropped", lambda a: a)],
    "sqrt": [("sqrt dropped", lambda a: a)],
    "log": [("log dropped", lambda a: a)],
    "pow": [("exponent + 1", lambda a, k: term("pow", a, k + 1)), ("exponent - 1", lambda a, k: _less(a, k))],
    "power": [("exponent + 1", lambda b, n: term("power", b, n + 1))],
    "sum": [
        ("from + 1", lambda i, low, high, body: term("sum", i, low + 1, high, body)),
        ("to + 1", lambda i, low, high, body: term("sum", i, low, high + 1, body)),
    ],
}


def _less(base: Term, exponent: int) -> Any:
    return term("pow", base, exponent - 1) if exponent > 0 else base


def terms(of: Term, place: str = "") -> Iterator[Mutant]:
    """The term with one numeral, operation, bound or place of a sequence changed."""
    if of.op == "num":
        yield f"{place}: {_number(of)} -> {_number(next_numeral(of))}", next_numeral(of)
        return
    for change, new in HEADS.get(of.op, ()):
        yield f"{place}: {change}", new(*of.args)
    if of.op == "app" and len(of.args) > 2 and of.args[-1].sort == "Z":  # g(t) -> g(t + 1)
        yield f"{place}: {of.args[0]} one later", term(of.op, *of.args[:-1], of.args[-1] + 1)
    for k, part in enumerate(of.args):
        if type(part) is Term and part.op != "var":
            for change, new in terms(part, f"{place}.{k}"):
                yield change, term(of.op, *of.args[:k], new, *of.args[k + 1 :])


def _number(of: Term) -> str:
    return str(Fraction(*of.args))


def relations(of: Rel, place: str = "") -> Iterator[Mutant]:
    """The relation with another sign, with its sides exchanged, or with one side changed."""
    where = f"{place} " if place else ""
    if of.kind != "lim":
        for kind in ("le", "lt", "eq"):
            if kind != of.kind:
                yield f"{where}{of.kind} -> {kind}", rel(kind, of.left, of.right)
    if of.kind in ("le", "lt"):
        yield f"{where}sides exchanged", rel(of.kind, of.right, of.left)
    for change, new in terms(of.left, f"{where}left"):
        yield change, rel(of.kind, new, of.right, of.index)
    for change, new in terms(of.right, f"{where}right"):
        yield change, rel(of.kind, of.left, new, of.index)


def entries(of: tuple[Any, ...]) -> Iterator[Mutant]:
    """An entry of a theory with one change; a declaration says nothing that could be false, so it has none."""
    head, *parts = of
    if head == "define":
        names, *between, inits, steps = parts
        for what, values, put in (
            ("init", inits, lambda new: (head, names, *between, new, steps)),
            ("step", steps, lambda new: (head, names, *between, inits, new)),
        ):
            for k, value in enumerate(values):
                for change, new in terms(value, f"{what} of {names[k]} "):
                    yield change, put((*values[:k], new, *values[k + 1 :]))
    elif head == "assume":
        name, kind, variables, guards, claim = parts
        yield f"{name} of another kind", (head, name, {"axiom": "assumption"}.get(kind, "axiom"), *parts[2:])
        for change, new in relations(claim, name):
            yield change, (head, name, kind, variables, guards, new)
        for k, guard in enumerate(guards):
            yield f"{name} without guard {k}", (head, name, kind, variables, guards[:k] + guards[k + 1 :], claim)
            for change, new in relations(guard, f"{name} guard {k}"):
                yield change, (head, name, kind, variables, (*guards[:k], new, *guards[k + 1 :]), claim)


def theory_of(all_entries: Sequence[tuple[Any, ...]]) -> Theory:
    """A theory declared anew."""
    found: Any = EMPTY
    for head, *parts in all_entries:
        found = getattr(found, head)(*parts)
    return found  # type: ignore[no-any-return]


def statements(of: Statement) -> Iterator[tuple[str, Callable[[], Statement]]]:
    """Another claim, hypothesis, assumption or definition; made when called, since some are refused at once."""

    def again(theory: Any = of.theory, claim: Any = of.claim, hyps: Any = of.hyps, **names: Any) -> Any:
        kept = {"assumes": of.assumes, "axioms": of.axioms, **names}
        return lambda: Statement(theory() if callable(theory) else theory, claim, hyps, **kept)

    for change, claim in relations(of.claim):
        yield f"claim {change}", again(claim=claim)
    for k, hyp in enumerate(of.hyps):
        others = of.hyps[:k], of.hyps[k + 1 :]
        yield f"without hyp {k}", again(hyps=(*others[0], *others[1]))
        for change, new in relations(hyp, f"hyp {k}"):
            yield change, again(hyps=(*others[0], new, *others[1]))
    for kind, names in (("assumes", of.assumes), ("axioms", of.axioms)):
        for name in names:
            yield f"{name} not named", again(**{kind: [other for other in names if other != name]})
    for k, entry in enumerate(of.theory.entries):
        for change, new in entries(entry):
            changed = (*of.theory.entries[:k], new, *of.theory.entries[k + 1 :])
            yield change, again(theory=lambda changed=changed: theory_of(changed))


# --- stored proofs ----------------------------------------------------------------------------------------------------

# A word of the format -> its neighbours. Words with as many arguments are chosen, so that mutants get past the schema.
WORDS = {
    "add": ["mul", "max"], "mul": ["add"], "max": ["add"], "inv": ["sqrt"], "sqrt": ["inv"], "log": ["sqrt"],
    "pow": ["power"], "power": ["add"], "sum": ["mean"], "mean": ["sum"], "le": ["lt", "eq"], "lt": ["le", "eq"],
    "eq": ["le"], "R": ["Z"], "Z": ["R"], "W": ["R"], "assume": ["given"], "cut": ["antisym"], "antisym": ["cut"],
    "induction": ["sum_of"], "sum_of": ["mean_of"], "mean_of": ["sum_of"], "sum_last": ["sum_empty"],
    "sum_empty": ["sum_last"], "lim_op": ["lim_inv"], "lim_sqrt": ["lim_recip"], "lim_const": ["lim_base"],
    "lim_base": ["lim_const"], "axiom": ["assumption"], "assumption": ["axiom"],
}  # fmt: skip


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(part, (*path, key))
    else:
        yield path


def _lists(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        if isinstance(value, list) and value:
            yield path
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _lists(part, (*path, key))


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def _others(value: Any, names: list[str]) -> list[Any]:
    """What may stand where the value stands."""
    if value is None:
        return [0]
    if isinstance(value, int):
        return [value + 1, value - 1] if value else [1]
    if value in WORDS:
        return list(WORDS[value])
    if value[0].isdigit() or value[0] == "-":
        return [str(Fraction(value) + 1), str(Fraction(value) / 2), str(-Fraction(value))]
    pool = list(FACTS) if value in FACTS else names
    return [pool[(pool.index(value) + 1) % len(pool)]] if value in pool and len(pool) > 1 else [f"{value}_other"]


Change = tuple[tuple[Any, ...], str, Any]


def changes(text: str) -> list[Change]:
    """Every one-place change of a stored proof: (where, what to do, with what)."""
    data = json.loads(text)
    names = sorted({row[1] for row in data["terms"] if row[0] in ("var", "app")})
    found: list[Change] = []
    for path in _leaves(data):
        found += [(path, "put", new) for new in _others(_at(data, path), names)]
    for path in _lists(data):
        items = _at(data, path)
        if len(path) > 1 or path[0] != "terms":  # every later reference to a term would change with it
            found += [((*path, k), "drop", None) for k in range(len(items)) if path != ("steps",)]
            found += [((*path, k), "exchange", None) for k in range(len(items) - 1) if items[k] != items[k + 1]]
    found += [(("steps", k), "drop step", None) for k in range(len(data["steps"]))]
    return found


def changed(text: str, change: Change) -> str:
    """The proof with one change. A step that is dropped takes its number with it, so all later ones move up."""
    data = json.loads(text)
    (*above, last), what, new = change
    place = _at(data, tuple(above))
    if what == "put":
        place[last] = new
    elif what == "exchange":
        place[last], place[last + 1] = place[last + 1], place[last]
    else:
        del place[last]
    return dumps(data)


def with_witness(name: str) -> str:
    """The proof as it is stored, with the proofs that its assumptions hold somewhere."""
    witness = module(name).witness() if hasattr(module(name), "witness") else None
    return write(theorem(name), statement(name).hyps, prove_witness(statement(name), witness))


def refused(action: Callable[[], Any]) -> bool:
    """Whether this is refused."""
    try:
        action()
    except Refused:
        return True
    return False
