"""A short history in which a step is a million times the learning rate: a sign that there is no bound."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from adamtheory.deriving.claim_proof import Case, Claim
from adamtheory.deriving.claim_search import History, Search
from adamtheory.deriving.step_values import sample
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, Name, Number
from adamtheory.logic.terms import Refused

LARGE = 10**6


def enormous(rule: Rule) -> tuple[str, dict[str, Any]] | None:
    """In words and in numbers: a history after which |step| > 10^6 lr, exactly; None where none of a few is one."""
    bound: Expr = Number(Fraction(LARGE))
    if rule.scalar("lr") is not None:
        bound = Apply("mul", (bound, Name("lr")))
    try:
        case = Case(rule, Claim("", bound))
    except Refused:
        return None
    search, values = Search(case), sample(rule)
    for history in _histories():
        step = search.beyond(values, history)
        found = None if step is None else search.confirm(values, history, step)
        if step is not None and found is not None:
            numbers = {"t": step, "history": [str(g) for g in history.gradients[:step]], "|step|": float(found.left)}
            rate = "lr" if rule.scalar("lr") is not None else ""
            return f"|step| > 10^6 {rate} in step {step} of {history.words}".replace("  ", " "), numbers
    return None


def _histories() -> list[History]:
    one, zero = Fraction(1), Fraction(0)
    found = []
    for k in (9, 15):
        found.append(History((one * 10**k,) * 8, f"constant gradients 10^{k}"))
        found.append(History((zero,) + (one * 10**k,) * 7, f"a zero and then gradients 10^{k}"))
    return found
