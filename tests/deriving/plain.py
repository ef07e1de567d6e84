"""Runs of a rule by its plain reading, which knows nothing of the logic: in balls, or exactly as far as roots allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction as F
from typing import Any

import flint

from adamtheory.language.arithmetic import Arithmetic, arithmetic
from adamtheory.language.reading import reading
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Expr
from adamtheory.logic import evaluate
from adamtheory.logic.evaluate import Ball, Undecided

BITS = 160


class Exact(Arithmetic):
    """Rationals and sums of square roots of rationals, whose zeros are known; balls for what is neither."""

    name = "exact"

    def number(self, value: F) -> Any:
        return value

    def add(self, a: Any, b: Any) -> Any:
        return evaluate.add(a, b)

    def sub(self, a: Any, b: Any) -> Any:
        return evaluate.add(a, evaluate.negative(b))

    def mul(self, a: Any, b: Any) -> Any:
        return evaluate.multiply(a, b)

    def div(self, a: Any, b: Any) -> Any:
        return self.mul(a, self._known(lambda: self._inverse(b)))

    def neg(self, a: Any) -> Any:
        return evaluate.negative(a)

    def absolute(self, a: Any) -> Any:
        return self.maximum(a, self.neg(a))

    def less(self, a: Any, b: Any) -> bool | None:
        try:
            return evaluate.positive(self.sub(b, a))
        except Undecided:
            return None

    def less_equal(self, a: Any, b: Any) -> bool | None:
        more = self.less(b, a)
        return None if more is None else not more

    def union(self, a: Any, b: Any) -> Any:
        return Ball(evaluate.ball(a).union(evaluate.ball(b)))

    def sqrt(self, a: Any) -> Any:
        negative = self.less(a, F(0))
        return Ball(flint.arb("nan")) if negative else evaluate.root(a)

    def exp(self, a: Any) -> Any:
        return Ball(evaluate.ball(a).exp())

    def log(self, a: Any) -> Any:
        return Ball(evaluate.ball(a).log())

    def cospi(self, a: Any) -> Any:
        return Ball(evaluate.ball(a).cos_pi())

    def pow(self, a: Any, b: Any) -> Any:
        whole = isinstance(b, int | F) and F(b).denominator == 1
        return self._known(lambda: evaluate.raised(a, int(b))) if whole else Ball(evaluate.ball(a) ** evaluate.ball(b))

    def _inverse(self, a: Any) -> Any:
        return Ball(flint.arb("nan")) if evaluate.zero(a) else evaluate.inverse(a)

    def _known(self, value: Callable[[], Any]) -> Any:
        try:
            return value()
        except Undecided:
            return Ball(flint.arb("nan"))


@dataclass(frozen=True)
class Round:
    """Round t of a run: the step, the slots before and after it, and the values that were asked for."""

    step: Any
    before: dict[str, Any]
    slots: dict[str, Any]
    values: list[Any]


class Player:
    """A rule at given parameters, in one number system; parameters may be functions of the round."""

    def __init__(
        self, rule: Rule, parameters: Mapping[str, Any], asked: Sequence[Expr] = (), system: Arithmetic | None = None
    ) -> None:
        self.rule, self.parameters, self.system = rule, parameters, system or arithmetic("ball")
        self.once = reading(replace(rule, results=(*rule.results, *asked)), self.system)

    def start(self) -> dict[str, Any]:
        return {s.name: self.system.number(s.initial) for s in self.rule.slots}

    def scalars(self, t: int) -> dict[str, Any]:
        given = {k: v(t) if callable(v) else v for k, v in self.parameters.items()}
        given |= {name: F(t if name == "t" else 1) for name in ("t", "eta") if self.rule.scalar(name)}
        return {name: self.system.number(F(v)) if isinstance(v, int | F) else v for name, v in given.items()}

    def round(self, t: int, slots: Mapping[str, Any], x: F, g: F) -> Round:
        """Round t from these slots."""
        start = self.system.number(F(x))
        held = {name: [value] for name, value in slots.items()}
        results, after = self.once({"x": [start], "g": [self.system.number(F(g))], **held}, self.scalars(t))
        new, *values = [result[0] for result in results]
        return Round(self.system.sub(new, start), dict(slots), {name: v[0] for name, v in after.items()}, values)


def run(
    rule: Rule, parameters: Mapping[str, Any], history: Sequence[F], iterates: Mapping[tuple[int], F] | int = 1,
    asked: Sequence[Expr] = (), system: Arithmetic | None = None,
) -> list[Round]:  # fmt: skip
    """The rule on these gradients; the iterates are given, not followed."""
    player, found = Player(rule, parameters, asked, system), list[Round]()
    with flint.ctx.workprec(BITS):
        slots = player.start()
        for t, gradient in enumerate(history, 1):
            x = iterates if isinstance(iterates, int) else iterates[t - 1,]
            found.append(player.round(t, slots, F(x), gradient))
            slots = found[-1].slots
    return found


def as_ball(value: Any) -> Any:
    """A number of any kind as a ball."""
    return value if isinstance(value, flint.arb) else evaluate.ball(value)


def numbers(*values: Any) -> bool:
    """Whether nothing was divided by 0, and no comparison was left open, from which a ball holds both branches."""
    balls = [as_ball(value) for value in values]
    return all(one.is_finite() and one.rad() < flint.arb(2) ** -40 * (1 + abs(one.mid())) for one in balls)


def close(ball: Any, exact: Any) -> bool:
    """Whether a ball of a reading is a narrow one around the value of a term."""
    with flint.ctx.workprec(BITS):
        gap, size = abs(as_ball(ball) - as_ball(exact)), 1 + abs(as_ball(exact))
        return bool(gap < flint.arb(2) ** -40 * size)
