"""Numerator and denominator of a step: an average and the newest gradient, over what an average of squares bears.

above(text, moment)          Above("m", new 1/(1 - p1'), decay beta1, weight 1 - beta1)
below(text, denominator)     Below("square", "v", decay beta2, weight 1 - beta2, path div, sqrt, add)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from adamtheory.deriving.ratio import NoBound, Quotient, Text
from adamtheory.language.tree import ZERO, Apply, Expr, Name, names, walk


@dataclass(frozen=True)
class Below:
    """What a denominator is built on, and the operations from there to the whole: ("sqrt",), ("add", e), ("mul", c) ...

    kind   "square": v_t = decay v_{t-1} + weight g_t^2 + extra;  "max": u_t = max(decay u_{t-1}, weight |g_t| + extra)
    slot   its name, or None where it is weight g_t^2 or weight |g_t| itself
    """

    kind: str
    slot: str | None
    base: Expr
    decay: Expr
    weight: Expr
    extra: Expr
    path: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Above:
    """The numerator new m_t + old m_{t-1} + own g_t, where m_t = decay m_{t-1} + weight g_t; without slot own g_t."""

    slot: str | None
    new: Expr
    old: Expr
    own: Expr
    decay: Expr = ZERO
    weight: Expr = ZERO


def above(text: Text, moment: Expr) -> Above:
    """The numerator as a linear form in one average and the newest gradient; raises `NoBound`."""
    form = text.linear(moment)
    slots = {s.name for s in text.rule.slots if {Name(s.name), text.new.get(s.name)} & set(form)}
    if len(slots) > 1:
        raise NoBound(f"the numerator mixes {' and '.join(sorted(slots))}")
    slot = next(iter(slots), None)
    own = form.pop(text.gradient, ZERO)
    new = ZERO if slot is None else form.pop(text.new.get(slot, Name(slot)), ZERO)
    old = ZERO if slot is None else form.pop(Name(slot), ZERO)
    if form:
        raise NoBound(f"the numerator reads {_words(next(iter(form)))}, which is no average of the gradients")
    if slot is None:
        return Above(None, new, old, own)
    parts = {factors: c for c, factors in text.recursion(slot)}
    decay, weight = parts.pop((Name(slot),), ZERO), parts.pop((text.gradient,), ZERO)
    if parts:
        raise NoBound(f"{slot} is no average of the gradients alone")
    return Above(slot, new, old, own, decay, weight)


def below(text: Text, expr: Expr, base_of: Callable[[Text, Expr], Below | None] | None = None) -> Below:
    """The denominator as operations on one average of squares or on one decaying maximum; raises `NoBound`.

    What it may be built on is what `base_of` takes for that, by default the two.
    """
    if text.quiet(expr):
        raise NoBound("the denominator is the same for every history")
    base = (base_of or _base)(text, expr)
    if base is not None:
        return base
    if isinstance(expr, Name):
        slot = next((s for s, new in text.new.items() if new == expr), None)
        if slot is None:
            raise NoBound(
                f"the denominator reads {expr.id} of the step before, which the newest gradient did not enter"
            )
        return _longer(below(text, text.ends[slot], base_of), ("line", slot))
    if not isinstance(expr, Apply):
        raise NoBound("the denominator is a number")
    if expr.op == "sqrt":
        return _longer(below(text, expr.args[0], base_of), ("sqrt",))
    if expr.op in ("add", "mul", "div"):
        left, right = expr.args
        if text.quiet(right):
            return _longer(below(text, left, base_of), (expr.op, right))
        if text.quiet(left) and expr.op != "div":
            return _longer(below(text, right, base_of), (expr.op, left))
    if expr.op == "maximum":
        reasons = []
        for part, other in (expr.args, expr.args[::-1]):
            try:
                return _longer(below(text, part, base_of), ("max", other))
            except NoBound as failure:
                reasons += [] if text.quiet(part) else [failure]
        raise reasons[0]
    told = {"sub": "holds a difference", "minimum": "is a minimum"}
    cases = (
        "has cases" if expr.op.startswith("where") else "is no root of an average of squares and no decaying maximum"
    )
    raise NoBound(f"the denominator {told.get(expr.op, cases)}")


def _longer(found: Below, step: tuple[Any, ...]) -> Below:
    return replace(found, path=(*found.path, step))


def _base(text: Text, expr: Expr) -> Below | None:
    """The base itself: a slot that averages squares or keeps a maximum, or the newest gradient's square or size."""
    slot = next((s for s, new in text.new.items() if new == expr), None)
    g, size = text.gradient, Apply("absolute", (text.gradient,))
    end = expr if slot is None else text.ends[slot]
    own: tuple[Expr, ...] = (Name(slot),) if slot is not None else (ZERO,)
    if isinstance(end, Apply) and end.op == "maximum" and slot is not None:
        first, second = ({f: c for c, f in text.monomials(a)} for a in end.args)
        for held, fresh in ((first, second), (second, first)):
            if set(held) == {own} and set(fresh) - {()} == {(size,)}:
                return Below("max", slot, expr, held[own], fresh[(size,)], fresh.get((), ZERO), ())
        return None
    parts = {factors: c for c, factors in text.monomials(end)}
    for kind, fresh_ in (("square", (g, g)), ("max", (size,))):
        if fresh_ in parts and set(parts) <= {
            fresh_,
            *([own] if kind == "square" else []),
            *([()] if slot else []),
        }:
            return Below(kind, slot, expr, parts.get(own, ZERO), parts[fresh_], parts.get((), ZERO), ())
    return None


def _words(expr: Expr) -> str:
    if isinstance(expr, Name):
        return expr.id
    cases = any(isinstance(part, Apply) and part.op.startswith("where") for part in walk(expr))
    return "cases (where)" if cases else f"a function of {', '.join(sorted({n.id for n in names(expr)}))}"


def parts_of(text: Text, own_words: bool, quotient: Quotient | None) -> tuple[Quotient, Above, Below]:
    """The step as a quotient in the rule's own words, or where these do not serve in those of the text."""
    found = text.quotient() if quotient is None else quotient
    if found.denominator is None:
        above(text, found.moment)  # tells what the step is instead
        raise NoBound("the step has no denominator")
    failure = None
    for quotient in (text.declared(found) if own_words else None, found):
        if quotient is None or quotient.denominator is None:
            continue
        try:
            return quotient, above(text, quotient.moment), below(text, text.folded(quotient.denominator))
        except NoBound as reason:
            failure = failure or reason
    raise failure or NoBound("the step is no quotient")
