"""`follow`: run a rule on given gradients in the plain-Python reading, in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from adamtheory.language import Rule, arithmetic, reading
from adamtheory.language.rule import exact


@dataclass(frozen=True)
class Run:
    """Iterates x_0, ..., x_T (a list of coordinates each) and the slots after every step."""

    xs: list[list[Any]]
    slots: list[dict[str, list[Any]]]

    def steps(self, coordinate: int = 0) -> list[Any]:
        """x_{t-1} - x_t for t = 1, ..., T."""
        column = [x[coordinate] for x in self.xs]
        return [before - after for before, after in zip(column, column[1:], strict=False)]


def _follow(
    rule: Rule,
    gradients: Sequence[Any] | Callable[[list[Any]], list[Any]],
    *,
    x0: Sequence[Any] = (0,),
    system: str = "float64",
    length: int | None = None,
    lrs: Sequence[Any] | None = None,
    etas: Sequence[Any] | None = None,
    **parameters: Any,
) -> Run:
    """`gradients` is a list of rows (a bare number is a row of one) or a function of x; `lrs`, `etas` vary by step."""
    numbers = arithmetic(system)

    def number(value: Any) -> Any:
        return numbers.number(exact(value))

    values = {name: number(v) for name, v in rule(**parameters).exact_values().items()}
    step = reading(rule, numbers, len(x0))
    slots = {s.name: [numbers.number(s.initial)] * len(x0) for s in rule.slots}
    run = Run([[number(v) for v in x0]], [])
    for t in range(1, (length if callable(gradients) else len(gradients)) + 1):
        if lrs is not None:
            values["lr"] = number(lrs[t - 1])
        supplied = {"t": number(t), "eta": number(1 if etas is None else etas[t - 1])}
        scalars = values | {name: v for name, v in supplied.items() if rule.scalar(name)}
        row = gradients(run.xs[-1]) if callable(gradients) else gradients[t - 1]
        if not callable(gradients):
            row = [number(v) for v in (row if isinstance(row, list | tuple) else [row])]
        (x,), slots = step({"x": run.xs[-1], "g": row, **slots}, scalars)
        run.xs.append(x)
        run.slots.append(slots)
    return run


@pytest.fixture(scope="session")
def follow() -> Callable[..., Run]:
    """The function that runs a rule."""
    return _follow
