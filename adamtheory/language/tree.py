"""The expression tree that every reading of a rule walks: the oracle, the emitters, the prover, the printers.

Three node types only. `Number` is an exact rational, `Name` a variable, `Apply` an operation of `OPERATIONS`.
A new reading is a function over these three; nothing in it depends on Python's own syntax tree.

    from adamtheory.rules import adam
    for statement in adam.body:
        print(statement.target, "=", serialise(statement.value))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

# operation -> number of arguments.  `where<`(a, b, x, y) is x if a < b else y; `ipow` has a literal exponent 0..64.
OPERATIONS: dict[str, int] = {
    "add": 2, "sub": 2, "mul": 2, "div": 2, "neg": 1, "ipow": 2, "pow": 2,
    "sqrt": 1, "exp": 1, "log": 1, "cospi": 1,
    "maximum": 2, "minimum": 2, "absolute": 1,
    "where<": 4, "where<=": 4, "total": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """An exact literal: `0.9` in a rule's text is 9/10."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A variable. `version` 0 is the argument; `version` k is the value after the k-th assignment to `id`."""

    id: str
    version: int = 0

    def __str__(self) -> str:
        return f"{self.id}.{self.version}" if self.version else self.id


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation of `OPERATIONS` on its arguments, in the order of the text."""

    op: str
    args: tuple[Expr, ...]


Expr = Number | Name | Apply

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of a rule: `target = value`, single static assignment."""

    target: Name
    value: Expr
    line: int


def walk(expr: Expr) -> Iterator[Expr]:
    """All nodes, each before its arguments, from left to right."""
    yield expr
    if isinstance(expr, Apply):
        for arg in expr.args:
            yield from walk(arg)


def names(expr: Expr) -> set[Name]:
    """The variables that an expression reads."""
    return {node for node in walk(expr) if isinstance(node, Name)}


def rebuild(expr: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """The same tree with every node for which `change` returns another one replaced (outermost first)."""
    changed = change(expr)
    if changed is not None:
        return changed
    if isinstance(expr, Apply):
        return Apply(expr.op, tuple(rebuild(arg, change) for arg in expr.args))
    return expr


def substitute(expr: Expr, values: Mapping[Name, Expr]) -> Expr:
    """Simultaneous substitution of expressions for variables (the language has no binders)."""
    return rebuild(expr, lambda node: values.get(node) if isinstance(node, Name) else None)


def serialise(expr: Expr) -> str:
    """A canonical text of the tree; equal texts are equal trees. Digests are taken of it."""
    if isinstance(expr, Number):
        return str(expr.value)
    if isinstance(expr, Name):
        return str(expr)
    return f"({expr.op} {' '.join(serialise(arg) for arg in expr.args)})"


def digest(text: str) -> str:
    """SHA-256 of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
