"""Exact models of a frame: parameters at simple values, short histories of gradients, the true values of schedules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, product
from typing import Any

from adamtheory.deriving.averages import inverses
from adamtheory.deriving.frame import Frame, n
from adamtheory.language.formula import plain_expression
from adamtheory.language.rule import Scalar
from adamtheory.logic.evaluate import Ball, Undecided
from adamtheory.logic.kernel import Theory
from adamtheory.logic.refute import Model, Refutation, refutes
from adamtheory.logic.terms import Rel

MOST_MODELS, FEW = 150, 40  # parameters and histories that are tried, and before a proof is sought
HALF = Fraction(1, 2)
SIMPLE = (HALF, Fraction(1), Fraction(0), Fraction(1, 10), Fraction(2))
HISTORIES: tuple[tuple[int | Fraction, ...], ...] = (
    (1,), (0,), (-1,), (1, 0), (1, 1), (1, -1), (0, 1), (2, 1), (1, 2), (3, -1),
    (1, 0, 0), (1, 1, 0), (0, 0, 1), (1, 2, 3), (3, -1, -1), (2, HALF, -1), (4, 3),
)  # fmt: skip


@dataclass(frozen=True)
class Schedule:
    """A family of a model: what an abstracted value of the rule is in round t, as balls."""

    frame: Frame
    name: str
    parameters: tuple[tuple[str, Fraction], ...]

    def __call__(self, t: int) -> Ball:
        return self.frame.schedule(self.name, dict(self.parameters))(t)

    def __repr__(self) -> str:
        return plain_expression(self.frame.rule, self.frame.abstracted[self.name])


def parameters(frame: Frame) -> list[Scalar]:
    """The parameters that are free in the frame."""
    return [p for p in frame.rule.parameters if p.name in frame.bounds]


def defaults(frame: Frame) -> dict[str, Fraction]:
    """The stated defaults, 1/2 or 1 where there is none."""
    return {p.name: p.default if p.default is not None else _simple(p) for p in parameters(frame)}


def _simple(parameter: Scalar) -> Fraction:
    return next(value for value in SIMPLE if value in parameter.range)


def settings(frame: Frame) -> Iterator[dict[str, Fraction]]:
    """Defaults first; then each parameter at a closed end of its range, simple values, and all at the simplest."""
    usual = defaults(frame)
    yield usual
    for parameter in reversed(parameters(frame)):  # eps comes last in a text, and matters most
        for value in (parameter.range.low, parameter.range.high, Fraction(1, 10), Fraction(0)):
            if value is not None and value in parameter.range and value != usual[parameter.name]:
                yield {**usual, parameter.name: value}
    yield {p.name: _simple(p) for p in parameters(frame)}
    yield {p.name: p.range.low if p.range.low is not None and p.range.low in p.range else _simple(p)
           for p in parameters(frame)}  # fmt: skip


def model(frame: Frame, chosen: Mapping[str, Fraction], history: Sequence[Any], step: int, **families: Any) -> Model:
    """The frame with these parameters and gradients (0 after the last), n steps done, at the iterate 1."""
    meaning: dict[str, Any] = {letter(frame, name): value for name, value in chosen.items()}
    held = tuple(sorted(chosen.items()))
    meaning |= {letter(frame, name): Schedule(frame, name, held) for name in frame.abstracted}
    if not frame.random:
        meaning["g"] = {(k + 1,): value for k, value in enumerate(history)}
    known = {name for name, _ in frame.setting.theory.names}
    return Model({n: step}, {name: value for name, value in ({"X": 1} | meaning | families).items() if name in known})


def letter(frame: Frame, name: str) -> str:
    """The name in the logic of a scalar of the rule."""
    value = frame.reading.scalars[name]
    term = value(n) if callable(value) else value
    return str(term.args[0])


def counterexample(
    frame: Frame, hyps: Sequence[Rel], claim: Rel, *,
    steps: int = 3, most: int = MOST_MODELS, late: Sequence[int] = (), families: Mapping[str, Any] | None = None,
) -> Refutation | None:  # fmt: skip
    """The first model, in the order of simplicity, in which the claim fails and the rest holds, in `late` steps too.

    One in which the claim itself divides by 0, which the logic counts as 0, is taken only if no other is found.
    """
    late = (*late, 6) if len(hyps) > 1 else late  # a branch that is taken later
    places = islice(product(settings(frame), HISTORIES, (1, 0)), most)
    few = (*HISTORIES[:6], (4, 3), (3, -1))  # an average keeps its sign where the gradient has lost it
    briefly = product(settings(frame), few, (1,)) if most == MOST_MODELS else ()  # what was not reached

    def found(tried: Iterable[tuple[Mapping[str, Fraction], Sequence[Any], int]]) -> Iterator[Refutation]:
        for chosen, history, start in tried:
            for step in (*range(min(steps, len(history))), *late):
                proposed = model(frame, chosen, history, step, **{"X": start, **(families or {})})
                refutation = refutes(frame.setting.theory, hyps, claim, proposed)
                if refutation is not None:
                    yield refutation

    first = next(found(chain(places, briefly)), None)
    if first is None or not divides_by_zero(frame.setting.theory, first):
        return first
    proper = (
        one
        for one in found(product(settings(frame), HISTORIES, (1,)))
        if not divides_by_zero(frame.setting.theory, one)
    )
    return next(proper, first)


def divides_by_zero(theory: Theory, refutation: Refutation) -> bool:
    """Whether a quotient in the claim has 0 below in the model, or something that cannot be told from 0."""
    meaning, values = refutation.model.interpretation(theory), refutation.model.values
    below = (e.args[0] for side in (refutation.claim.left, refutation.claim.right) for e in inverses(side))
    try:
        return any(meaning.value(e, values) == 0 for e in below if e.free <= set(values))
    except Undecided:
        return True
