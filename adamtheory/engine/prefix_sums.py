"""What must be summed over the rounds so that the best fixed point in hindsight is exact.

Where a loss is, coordinate by coordinate, a polynomial of degree at most two in x,

    f_t(x) = c0_t + sum_k (c1_{t,k} x_k + c2_{t,k} x_k^2/2),

which is read off its text, the sums of c0, c1 and c2 determine every fixed point's loss. Where the loss declares the
minimiser of all its prefix sums (`comparator`), its loss is summed. Data losses keep visit counts instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, Number, names, substitute

TWO = Number(Fraction(2))


@dataclass(frozen=True)
class Hindsight:
    """`sums`: name (c0, c1, c2) -> what is summed; `point`: the declared minimiser, if any."""

    sums: Mapping[str, Expr] = field(default_factory=dict)
    point: Expr | None = None


def hindsight(rule: Rule) -> Hindsight | None:
    """The sums of a loss rule; None where the best fixed point cannot be had from sums."""
    if "comparator" in rule.notes:
        return Hindsight(point=rule.notes["comparator"])
    if any(i.kind == "target" for i in rule.inputs):
        return None
    polynomial = _polynomial_loss(rule)
    if polynomial is None:
        return None
    sums = {f"c{k}": _twice(c) if k == 2 else c for k, c in polynomial.items()}
    return Hindsight(sums={k: v for k, v in sums.items() if v != ZERO})


def polynomial(rule: Rule) -> tuple[Expr, Expr] | None:
    """c1 and c2 of a loss that is separable and quadratic in its text; None for any other."""
    found = None if any(i.kind == "target" for i in rule.inputs) else _polynomial_loss(rule)
    return None if found is None else (found[1], _twice(found[2]))


def _twice(expr: Expr) -> Expr:
    if isinstance(expr, Number):
        return Number(2 * expr.value)
    return _times(TWO, expr)


def _plus(a: Expr, b: Expr, op: str = "add") -> Expr:
    if b == ZERO:
        return a
    if a == ZERO:
        return b if op == "add" else Apply("neg", (b,))
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value if op == "add" else a.value - b.value)
    return Apply(op, (a, b))


def _times(a: Expr, b: Expr) -> Expr:
    if ZERO in (a, b):
        return ZERO
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value * b.value)
    return b if a == ONE else a if b == ONE else Apply("mul", (a, b))


@dataclass(frozen=True)
class _Poly:
    """Coefficients of 1, x, x^2. `summed`: a total over coordinates, whose c1, c2 still stand for one coordinate."""

    coefficients: tuple[Expr, Expr, Expr]
    summed: bool = False

    @property
    def free(self) -> bool:
        return self.coefficients[1] == ZERO and self.coefficients[2] == ZERO


class _NotQuadraticError(Exception):
    """The text is not a separable polynomial of degree two in x, as far as this reading can tell."""


def _polynomial_loss(rule: Rule) -> dict[int, Expr] | None:
    x = Name("x")
    env: dict[Name, _Poly] = {x: _Poly((ZERO, ONE, ZERO))}
    try:
        for line in rule.body:
            known = _Poly((line.target, ZERO, ZERO))
            # a frozen line is what it was at x_t wherever f_t is taken, so it is no function of x
            value = known if line.target == rule.notes.get("frozen") else _poly(line.value, env)
            # x-free lines keep their name, so that the kernel shares them with the rule itself
            env[line.target] = known if value.free else value
        result = _poly(rule.results[0], env)
    except _NotQuadraticError:
        return None
    return dict(enumerate(result.coefficients))


def _poly(expr: Expr, env: Mapping[Name, _Poly]) -> _Poly:
    if isinstance(expr, Number):
        return _Poly((expr, ZERO, ZERO))
    if isinstance(expr, Name):
        return env.get(expr, _Poly((expr, ZERO, ZERO)))
    if not any(not env[n].free for n in names(expr) if n in env):
        replaced = {n: env[n].coefficients[0] for n in names(expr) if n in env}
        return _Poly((substitute(expr, replaced), ZERO, ZERO))
    parts = [_poly(a, env) for a in expr.args]
    match expr.op:
        case "add" | "sub":
            return _sum(parts[0], parts[1], expr.op)
        case "neg":
            return _product(_Poly((Number(Fraction(-1)), ZERO, ZERO)), parts[0])
        case "mul":
            return _product(parts[0], parts[1])
        case "div" if parts[1].free:
            divisor = parts[1].coefficients[0]
            c = tuple(c if c == ZERO else Apply("div", (c, divisor)) for c in parts[0].coefficients)
            return _Poly((c[0], c[1], c[2]), parts[0].summed)
        case "ipow" if expr.args[1] == TWO:
            return _product(parts[0], parts[0])
        case "total" if not parts[0].summed:
            c0, c1, c2 = parts[0].coefficients
            return _Poly((c0 if c0 == ZERO else Apply("total", (c0,)), c1, c2), summed=True)
        case _:
            raise _NotQuadraticError


def _sum(a: _Poly, b: _Poly, op: str) -> _Poly:
    if a.summed != b.summed and not (a.free or b.free):
        raise _NotQuadraticError
    c = tuple(_plus(p, q, op) for p, q in zip(a.coefficients, b.coefficients, strict=True))
    return _Poly((c[0], c[1], c[2]), a.summed or b.summed)


def _product(a: _Poly, b: _Poly) -> _Poly:
    if (a.summed and not b.free) or (b.summed and not a.free):
        raise _NotQuadraticError  # a square of a total couples the coordinates
    (a0, a1, a2), (b0, b1, b2) = a.coefficients, b.coefficients
    if _times(a2, b2) != ZERO or _times(a1, b2) != ZERO or _times(a2, b1) != ZERO:
        raise _NotQuadraticError
    c1 = _plus(_times(a1, b0), _times(a0, b1))
    c2 = _plus(_plus(_times(a2, b0), _times(a0, b2)), _times(a1, b1))
    return _Poly((_times(a0, b0), c1, c2), a.summed or b.summed)
