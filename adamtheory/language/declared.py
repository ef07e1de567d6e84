"""Whether what a rule declares as its moment and denominator is the step that its text takes.

    check_declared(amsgrad)        # silent: x_{t-1} - x_t = lr moment/denominator

Bounds, Gamma, monitors and weighted projections are about the declared denominator, so whoever reads it asks here
first. Histories of rational numbers are played in balls, which contain the exact values: two balls without a common
point are two different numbers, whatever was rounded, so no true declaration is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from adamtheory.errors import GrammarError
from adamtheory.language.arithmetic import Arithmetic, arithmetic
from adamtheory.language.formula import plain_expression
from adamtheory.language.reading import compile_expr
from adamtheory.language.rule import Range, Rule
from adamtheory.language.tree import Apply, Name, walk

BITS = 200
PAIR = ("moment", "denominator")
START = (Fraction(2), Fraction(-3, 4))  # not 0, where a penalty of the weights would not be seen
# Gradients of two coordinates that grow, fade and turn, so that maxima hold, renew and come back.
HISTORY = (
    (Fraction(3), Fraction(-1, 2)),
    (Fraction(-1, 5), Fraction(4, 3)),
    (Fraction(1, 7), Fraction(2, 5)),
    (Fraction(-5), Fraction(-1, 3)),
    (Fraction(1, 11), Fraction(-7, 2)),
    (Fraction(2), Fraction(1, 13)),
    (Fraction(-1, 3), Fraction(6)),
)
UNIT = (Fraction(3, 5), Fraction(1, 3), Fraction(6, 7), Fraction(2, 9), Fraction(1, 2), Fraction(4, 11))
WIDE = (Fraction(1, 3), Fraction(5, 7), Fraction(2, 11), Fraction(9, 10), Fraction(3, 13), Fraction(7, 6))
MULTIPLIER = Fraction(5, 8)


def check_declared(rule: Rule) -> None:
    """Hold a rule's `moment=` and `denominator=` against its text: x_{t-1} - x_t = lr eta moment/denominator.

    A rule that declares neither passes. Raises `GrammarError` where one stands alone, and where the two differ from the
    step in some round of some history; the message has the history and both numbers.
    """
    if rule.kind != "rule" or not rule.notes:
        return
    if set(rule.notes) != set(PAIR):
        there = next(iter(rule.notes))
        other = next(key for key in PAIR if key != there)
        _refuse(rule, f"{there}= stands without {other}=", "declare both, or neither")
    difference = _difference(rule)
    if difference:
        said = ", ".join(f'{key}="{plain_expression(rule, rule.notes[key])}"' for key in PAIR)
        _refuse(rule, f"the step is not lr*moment/denominator with {said}: {difference}", "mend it, or declare neither")


def _refuse(rule: Rule, reason: str, remedy: str) -> None:
    raise GrammarError(f"{rule.filename}: {rule.name}", rule.return_line or rule.line, reason, remedy)


_KNOWN: dict[str, str] = {}  # digest of a text -> where step and declaration differ, in words; empty if nowhere


def _difference(rule: Rule) -> str:
    if rule.digest not in _KNOWN:
        _KNOWN[rule.digest] = next(_differences(rule), "")
    return _KNOWN[rule.digest]


def _differences(rule: Rule) -> Iterator[str]:
    from flint import ctx

    before = ctx.prec
    try:
        ctx.prec = BITS
        for parameters in _points(rule):
            yield from _played(rule, arithmetic("ball"), parameters)
    finally:
        ctx.prec = before


def _points(rule: Rule) -> Iterator[dict[str, Fraction]]:
    """The defaults, as far as there are any, and numbers inside the ranges that nobody would choose."""
    others = {p.name: _inside(p.range, k) for k, p in enumerate(rule.parameters)}
    yield others
    yield {p.name: others[p.name] if p.default is None else p.default for p in rule.parameters}


def _inside(interval: Range, k: int) -> Fraction:
    """The k-th number inside."""
    low, high = interval.low, interval.high
    if high is None:
        return (low or Fraction(0)) + WIDE[k % len(WIDE)]
    return (high - 1 if low is None else low) + (Fraction(1) if low is None else high - low) * UNIT[k % len(UNIT)]


def _played(rule: Rule, balls: Arithmetic, parameters: Mapping[str, Fraction]) -> Iterator[str]:
    """Where the two differ in the rounds of `HISTORY`."""
    size = len(START)
    lines = [(line.target, compile_expr(line.value, balls, size)) for line in rule.body]
    ends = [compile_expr(e, balls, size) for e in (rule.results[0], *rule.next_slots)]
    moment, denominator = (compile_expr(rule.notes[key], balls, size) for key in PAIR)
    x = [balls.number(v) for v in START]
    state = {s.name: [balls.number(s.initial)] * size for s in rule.slots}
    for t, gradients in enumerate(HISTORY, 1):
        scalars = dict(parameters) | {"t": Fraction(t), "eta": MULTIPLIER}
        wanted = {s.name for s in rule.scalars}
        values: dict[Name, Any] = {Name(s): [balls.number(scalars[s])] * size for s in wanted}
        values |= {Name("x"): x, Name("g"): [balls.number(g) for g in gradients]}
        values |= {Name(name): value for name, value in state.items()}
        for target, evaluate in lines:
            values[target] = [evaluate(values, k) for k in range(size)]
        new, *slots = ([end(values, k) for k in range(size)] for end in ends)
        rate = balls.number(scalars.get("lr", Fraction(1)) * (MULTIPLIER if "eta" in wanted else 1))
        for k in range(size):
            taken, stated = x[k] - new[k], rate * moment(values, k) / denominator(values, k)
            gap = taken - stated
            if gap.is_finite() and not gap.contains(0):
                yield _told(rule, parameters, t, k, taken, stated)
        x, state = new, {s.name: value for s, value in zip(rule.slots, slots, strict=True)}


def _told(rule: Rule, parameters: Mapping[str, Fraction], t: int, k: int, taken: Any, stated: Any) -> str:
    """The history and both numbers; both coordinates where there is a sum over them."""
    exprs = (*(line.value for line in rule.body), rule.results[0], *rule.next_slots, *rule.notes.values())
    summed = any(isinstance(node, Apply) and node.op == "total" for e in exprs for node in walk(e))
    at = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    shown = [START, *HISTORY[:t]] if summed else [(row[k],) for row in (START, *HISTORY[:t])]
    x, *g = (f"({', '.join(map(str, row))})" if len(row) > 1 else str(row[0]) for row in shown)
    numbers = f"step {t} is {float(taken):.6g} and declared is {float(stated):.6g}"
    where = f" in coordinate {k + 1}" if len(shown[0]) > 1 else ""
    return f"from x = {x} with {at or 'no parameters'} and g = {', '.join(g)}, {numbers}{where}"
