"""Which slots are linear recursions, found in the text: s_t = a_t s_{t-1} + k_t u_t.

    linear(adam)["v"].decay        beta2
    linear(adam)["v"].weight       1 - beta2
    linear(adam)["v"].signal       g*g

The decay a_t and the weight k_t depend on step scalars and shared slots only; the signal u_t on anything but s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from adamtheory.language.rule import Rule
from adamtheory.language.split import split
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, Number, names, substitute


@dataclass(frozen=True)
class Recursion:
    """The slot `name` with its decay, weight and signal as expressions in the arguments of the rule (version 0).

    constant  whether decay and weight are made of parameters and numbers only
    reads     what the signal reads: "nothing" (the weight stands alone), "gradient", or "more" (slots, the iterate)
    """

    name: str
    decay: Expr
    weight: Expr
    signal: Expr
    constant: bool
    reads: str


def inlined(rule: Rule, expr: Expr) -> Expr:
    """The expression in the arguments of the rule alone."""
    known: dict[Name, Expr] = {}
    for line in rule.body:
        known[line.target] = substitute(line.value, known)
    return substitute(expr, known)


def linear(rule: Rule, changing: Collection[str] = ()) -> dict[str, Recursion]:
    """The slots whose update is affine in the slot itself, with what drives them; `changing` scalars depend on t."""
    shared = set(split(rule).shared)
    quiet = {Name(s.name) for s in rule.scalars} | {Name(name) for name in shared}
    parameters = {Name(s.name) for s in rule.parameters if s.name not in changing}
    found = {}
    for slot, end in zip(rule.slots, rule.next_slots, strict=True):
        own = Name(slot.name)
        parts = affine(inlined(rule, end), own)
        if parts is None or not names(parts[0]) <= quiet - {own} or parts[0] == ZERO:
            continue
        decay, rest = parts
        weight, signal = factored(rest, quiet - {own})
        reads = "nothing" if signal == ONE else "gradient" if names(signal) <= {Name("g")} | parameters else "more"
        constant = names(decay) | names(weight) <= parameters
        found[slot.name] = Recursion(slot.name, decay, weight, signal, constant, reads)
    return found


def affine(expr: Expr, name: Name) -> tuple[Expr, Expr] | None:
    """(a, b) with expr = a name + b, neither mentioning the name; None where the text is not of this form."""
    if name not in names(expr):
        return ZERO, expr
    if isinstance(expr, Name):
        return ONE, ZERO
    if not isinstance(expr, Apply):
        return None
    if expr.op in ("add", "sub"):
        left, right = (affine(arg, name) for arg in expr.args)
        if left is None or right is None:
            return None
        return _combined(expr.op, left[0], right[0]), _combined(expr.op, left[1], right[1])
    if expr.op == "neg":
        inner = affine(expr.args[0], name)
        return None if inner is None else (_negated(inner[0]), _negated(inner[1]))
    if expr.op == "mul":
        left_, right_ = expr.args
        free, bound = (right_, left_) if name in names(left_) else (left_, right_)
        inner = affine(bound, name)
        if name in names(free) or inner is None:
            return None
        return _times(free, inner[0]), _times(free, inner[1])
    if expr.op == "div" and name not in names(expr.args[1]):
        inner = affine(expr.args[0], name)
        return None if inner is None else (_over(inner[0], expr.args[1]), _over(inner[1], expr.args[1]))
    return None


def factored(expr: Expr, quiet: set[Name]) -> tuple[Expr, Expr]:
    """(k, u) with expr = k u, where k reads only quiet names; u is 1 where all of the expression is quiet."""
    if names(expr) <= quiet:
        return expr, ONE
    if isinstance(expr, Apply) and expr.op == "mul":
        parts = [factored(arg, quiet) for arg in expr.args]
        return _times(parts[0][0], parts[1][0]), _times(parts[0][1], parts[1][1])
    if isinstance(expr, Apply) and expr.op == "div" and names(expr.args[1]) <= quiet:
        weight, signal = factored(expr.args[0], quiet)
        return _over(weight, expr.args[1]), signal
    if isinstance(expr, Apply) and expr.op == "neg":
        weight, signal = factored(expr.args[0], quiet)
        return _negated(weight), signal
    return ONE, expr


def _combined(op: str, a: Expr, b: Expr) -> Expr:
    """a + b or a - b, without zeros and double signs; 1 - (1 - beta) is beta."""
    if b == ZERO:
        return a
    if a == ZERO:
        return b if op == "add" else _negated(b)
    if isinstance(b, Apply) and b.op == "neg":
        return _combined("sub" if op == "add" else "add", a, b.args[0])
    if op == "sub" and isinstance(b, Apply) and b.op == "sub" and b.args[0] == a:
        return b.args[1]
    return Apply(op, (a, b))


def _negated(a: Expr) -> Expr:
    if isinstance(a, Number):
        return Number(-a.value)
    return a.args[0] if isinstance(a, Apply) and a.op == "neg" else Apply("neg", (a,))


def _times(a: Expr, b: Expr) -> Expr:
    if ZERO in (a, b):
        return ZERO
    for one, other in ((a, b), (b, a)):
        if one == ONE:
            return other
        if one == _negated(ONE):
            return _negated(other)
        if isinstance(one, Apply) and one.op == "neg":
            return _negated(_times(*(one.args[0] if part is one else part for part in (a, b))))
    return Apply("mul", (a, b))


def _over(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Number) and isinstance(b, Number) and b != ZERO:
        return Number(a.value / b.value)
    return ZERO if a == ZERO else Apply("div", (a, b))
