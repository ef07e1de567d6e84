"""The regret theorems of `proofs/`, found by the shape of their claims, and what their readings say of them.

A regret theorem states sum_{t=1}^T (f_t(x_t) - f_t(u)) <= BOUND, and assumes of the losses that they are convex, or
strongly convex: f_t(x_t) - f_t(u) <= <g_t, x_t - u> - lambda/2 |x_t - u|^2.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations, product
from typing import Any

from adamtheory import catalogue
from adamtheory.errors import DataError, ParameterError, UnknownNameError
from adamtheory.logic.notation import Family, lift, real, total
from adamtheory.logic.printing import text
from adamtheory.logic.reading import Reading
from adamtheory.logic.serialise import statement_hash
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Refused, Rel, Term, normal

Assumption = tuple[tuple[Term, ...], tuple[Rel, ...], Rel]  # variables, guards, claim


@dataclass(frozen=True, eq=False)
class RegretTheorem:
    """A bound on regret, as its file states it.

    proved     whether its stored proof is of this very sentence (what `adamtheory prove` checks)
    T, bound   the variable of the claim, and its right side
    reading    the update rule as the theory reads it;  feasible: the set, None for a theorem about every set
    g, u, d    names of the gradients' family, of the comparator and of the dimension;  i: the variable of a coordinate
    convex     name of the assumption on the losses;  modulus: lambda, or 0
    assumed    the other assumptions that the proof uses, by name
    """

    name: str
    title: str
    statement: Statement
    proved: bool
    T: Term
    bound: Term
    reading: Reading
    feasible: Reading | None
    g: str
    u: str
    d: str
    i: Term
    convex: str
    modulus: Term
    assumed: dict[str, Assumption]

    @property
    def unprojected(self) -> bool:
        """Whether the theory defines the iterates, and without a projection; others only say what holds of them."""
        iterate = self.reading.families["x"].name
        defined = {name for e in self.statement.theory.entries if e[0] == "define" for name in e[1]}
        return iterate in defined and self.feasible is None

    @cached_property
    def claim(self) -> str:
        """The sentence as text."""
        return text(self.statement.claim, self.statement.theory)

    @cached_property
    def sentences(self) -> dict[str, str]:
        """Every assumption as text, by name; what its variables run over stands after `for`."""
        entries = [e for e in self.statement.theory.entries if e[0] == "assume"]
        return {name: _sentence(guards, claim) for _, name, _, _, guards, claim in entries}


def _sentence(guards: tuple[Rel, ...], claim: Rel) -> str:
    over = ", ".join(text(guard) for guard in guards)
    return f"{text(claim)} for {over}" if over else text(claim)


@lru_cache(maxsize=1)
def regret_theorems() -> tuple[RegretTheorem, ...]:
    """All regret theorems of `proofs/`, in the order of their names."""
    files = [f for f in catalogue.proofs().values() if not f.refutes and "regret" in f.path.read_text()]
    found = (recognise(f) for f in files)
    return tuple(theorem for theorem in found if theorem is not None)


def find(name: str) -> RegretTheorem:
    """A regret theorem by name, or a proof file of one's own by path; raises `ParameterError` for other claims."""
    if not isinstance(name, str):
        raise ParameterError(f"a theorem is named by a text, as 'amsgrad_regret', not by {name!r}")
    if not name.endswith(".py"):
        known = {theorem.name: theorem for theorem in regret_theorems()}
        if name not in known and name in catalogue.proofs():
            raise ParameterError(f"{name} does not bound regret; those that do: {', '.join(known)}")
        if name not in known:
            raise UnknownNameError("regret theorem", name, known)
        return known[name]
    file = catalogue.find(name)
    try:
        theorem = recognise(file)
    except Exception as error:  # whatever a file of one's own does
        raise DataError(f"{name} cannot be read: {type(error).__name__}: {' '.join(str(error).split())}") from None
    if theorem is None:
        raise ParameterError(f"the claim of {name} is not sum(t = 1..T, loss(t) - loss_u(t)) <= a bound")
    return theorem


def recognise(file: catalogue.ProofFile) -> RegretTheorem | None:
    """The regret theorem that a file states; None where its claim is another one."""
    statement: Statement = _module(file).statement()
    claim = statement.claim
    theory = statement.theory
    assumed = {e[1]: (e[3], e[4], e[5]) for e in theory.entries if e[0] == "assume"}
    used = {name: assumed[name] for name in (*statement.assumes, *statement.axioms)}
    left = claim.left
    shaped = claim.kind == "le" and left.op == "sum" and left.args[1] is lift(1) and left.args[2].op == "var"
    played = [r for r in statement.readings if r.rule.kind == "rule"]
    if not shaped or len(played) != 1 or played[0].lines or "g" not in played[0].inputs:
        return None
    reading, t = played[0], left.args[0]
    g = lift(reading.inputs["g"](t, real("x")))
    if g.op != "app":
        return None  # the losses are written out, so the theorem is about no others
    convex = _convexity(theory, reading, g, used, t, left.args[3])
    if convex is None:
        return None
    name, u, d, i, modulus = convex
    return RegretTheorem(
        file.name, file.title, statement, _proved(file, statement), left.args[2], claim.right, reading,
        _feasible(statement, reading), g.args[0], u, d, i, name, modulus,
        {other: entry for other, entry in used.items() if other != name},
    )  # fmt: skip


def _module(file: catalogue.ProofFile) -> Any:
    if not file.own:
        return importlib.import_module(f"adamtheory.proofs.{file.name}")
    from adamtheory.proving.worker import load

    return load({"name": file.name, "own": True, "path": str(file.path)})


def _proved(file: catalogue.ProofFile, statement: Statement) -> bool:
    pinned = not file.own and catalogue.pins().get(file.name) == statement_hash(statement)
    return pinned and file.stored.is_file()


def _convexity(
    theory: Any, reading: Reading, g: Any, used: dict[str, Assumption], t: Term, paid: Term
) -> tuple[str, str, str, Term, Term] | None:
    """The assumption f_t(x_t) - f_t(u) <= <g_t, x_t - u> - lambda/2 |x_t - u|^2, with the names of its parts."""
    signatures = {name: signature for name, signature in theory.names if signature is not None}

    def families(result: str, *sorts: str) -> list[Family]:
        return [Family(name, result) for name, found in signatures.items() if found == (result, sorts)]

    constants = [lift(0), *(constant() for constant in families("R"))]
    for name, (_, _, claim) in used.items():
        if claim.kind != "le" or len(claim.left.families) != 2 or normal(claim.left) != normal(paid):
            continue
        for u, d, (i, x) in product(families("R", "Z"), families("Z"), _iterate(reading, t)):
            gap = x - u(i)
            linear, square = (total(i, 1, d(), body) for body in (g * gap, gap**2))
            for modulus in constants:
                if normal(linear - modulus / 2 * square) == normal(claim.right):
                    return name, u.name, d.name, i, modulus
    return None


def _iterate(reading: Reading, t: Any) -> Iterator[tuple[Term, Any]]:
    """The variable of a coordinate and x_t, if the reading has iterates."""
    if reading.coordinates and "x" in reading.families:
        yield reading.coordinates[0], reading.slot("x", t - 1)


def says_nearest(theorem: RegretTheorem, guards: tuple[Rel, ...], claim: Rel) -> tuple[Term, Term] | None:
    """The weights w and n if |x_{n+1} - y|_w^2 <= |z - y|_w^2 is claimed, y what the rule proposes for x_{n+1}.

    z is any point between x_{n+1} and u, or any of the triangle x_{n+1}, x_n, u.
    """
    reals, steps = ([lift(v) for v in claim.free if v.sort == sort] for sort in "RZ")
    if claim.kind != "le" or len(reals) not in (1, 2) or len(steps) != 1 or "x" not in theorem.reading.families:
        return None
    n, body = steps[0], claim.left.args[3] if claim.left.op == "sum" else lift(0)
    ranges = [lift(0) <= n, *(lift(0) <= s for s in reals), sum(reals[1:], reals[0]) <= 1]
    if not {normal(g.right - g.left) for g in ranges} <= {normal(lift(g.right) - g.left) for g in guards}:
        return None
    z, y = theorem.reading.slot("x", n + 1), theorem.reading.value("x", n)
    corners = [Family(theorem.u)(theorem.i), theorem.reading.slot("x", n)]
    weights = [lift(1), *([body.args[0]] if body.op == "mul" else [])]
    for w, shares in product(weights, permutations(reals)):
        between = sum((s * (corner - z) for s, corner in zip(shares, corners, strict=False)), z)
        wanted = (total(theorem.i, 1, Family(theorem.d, "Z")(), w * (point - y) ** 2) for point in (z, between))
        if [normal(side) for side in wanted] == [normal(claim.left), normal(claim.right)]:
            return w, n
    return None


def bounds_distance(theorem: RegretTheorem, claim: Rel) -> tuple[str, bool] | None:
    """The constant D if |x_t - u|^2 <= D^2 is claimed, and whether it is of each coordinate alone."""
    right, clocks = claim.right, [v for v in claim.free if v.sort == "Z" and v is not theorem.i]
    if len(clocks) != 1 or claim.kind != "le" or "x" not in theorem.reading.families:
        return None
    if right.op != "pow" or right.args[0].op != "app" or right.args[1] != 2:
        return None
    gap = theorem.reading.slot("x", lift(clocks[0]) - 1) - Family(theorem.u)(theorem.i)
    squares = total(theorem.i, 1, Family(theorem.d, "Z")(), gap**2), gap**2
    for alone, square in enumerate(squares):
        if normal(square) == normal(claim.left):
            return str(right.args[0].args[0]), bool(alone)
    return None


def _feasible(statement: Statement, reading: Reading) -> Reading | None:
    """The reading of the set, after a check that the rule's iterates are projected on it."""
    sets: list[Reading] = [r for r in statement.readings if r.rule.kind == "feasible_set"]
    y = real("y")
    for found in sets:
        if reading.project is not None and normal(lift(reading.project(y))) == normal(found.value("result", 0, y=y)):
            return found
    if sets or reading.project is not None:
        raise Refused("the iterates of the theorem are not projected on the set that it reads")
    return None
