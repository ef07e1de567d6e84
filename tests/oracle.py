"""The oracle of the kernels: a plain loop over the readings of schedule, loss, rule and set, one lane at a time.

It shares the parsed trees with the kernels and nothing else: no program, no emitter, no arrays, no layout. Random draws
come from the plain functions of `philox`, one draw at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from adamtheory.engine import philox, projections
from adamtheory.language import arithmetic, reading
from adamtheory.language.rule import Bound, Rule, exact
from adamtheory.language.tree import Number
from adamtheory.schedules import inverse_sqrt
from adamtheory.sets import everything
from adamtheory.simulation.sequences import LossSequence, sequence


@dataclass(frozen=True)
class Played:
    """After every round x and each slot of the rule (T, d); during it the loss (T,) and the gradient (T, d)."""

    x: np.ndarray
    slots: dict[str, np.ndarray]
    losses: np.ndarray
    gradients: np.ndarray


def bound(rule: Rule | Bound) -> Bound:
    """The rule with its defaults; a schedule's own lr is never used."""
    if isinstance(rule, Bound):
        return rule
    return rule(lr=1) if rule.kind == "schedule" and rule.scalar("lr") else rule()


def draw(dtype: str, t: int, stream: int, number: int, seed: int) -> Any:
    """Uniform number `number` of round t."""
    uniform = philox.uniform64 if dtype == "float64" else philox.uniform32
    return uniform(*(np.uint64(v) for v in (t, stream, number, seed, philox.LOSS)))


def play(
    optimizer: Rule | Bound,
    loss: Any,
    horizon: int,
    *,
    schedule: Rule | Bound = inverse_sqrt,
    feasible: Rule | Bound = everything,
    start: Any = 0,
    seed: int = 0,
    stream: int = 0,
    dtype: str = "float64",
    projection: str = "weighted",
) -> Played:
    """Play the rounds with numbers as parameters; data are met in file order."""
    system = arithmetic(dtype)
    losses: LossSequence = sequence(loss)
    d = losses.dimension
    parts = {"s": bound(schedule), "f": losses.bound, "o": bound(optimizer), "p": bound(feasible)}
    vector = d > 1 and "vector" in parts["p"].rule.facts
    if vector:  # the denominator is a second result of the rule
        denominator = parts["o"].rule.notes.get("denominator") if projection == "weighted" else None
        denominator = Number(Fraction(1)) if denominator is None else denominator
        results = (*parts["o"].rule.results, denominator)
        parts["o"] = replace(parts["o"], rule=replace(parts["o"].rule, results=results))
    steps = {key: reading(part.rule, system, 1 if key == "s" else d) for key, part in parts.items()}
    values = {key: {n: system.number(exact(v)) for n, v in part.values.items()} for key, part in parts.items()}
    slots = {
        key: {s.name: [system.number(s.initial)] * (1 if key == "s" else d) for s in part.rule.slots}
        for key, part in parts.items()
    }
    lr, one = values["o"].get("lr", system.number(exact(1))), system.number(exact(1))
    x = [system.type(v) for v in np.broadcast_to(np.asarray(start, np.float64), (d,))]
    wants_eta = parts["o"].rule.scalar("eta") is not None
    kept: list[tuple[Any, Any, Any, Any]] = []
    for t in range(1, horizon + 1):
        now = system.type(t)
        if "lr" in values["s"]:
            values["s"]["lr"] = one if wants_eta else lr
        ((rate,),), slots["s"] = steps["s"]({"t": [now], **slots["s"]}, values["s"])
        inputs: dict[str, list[Any]] = {"x": x}
        drawn = [i for i in losses.rule.inputs if i.kind == "uniform"]
        stride = len(drawn) + len(drawn) % 2
        for index, item in enumerate(drawn):
            inputs[item.name] = [draw(dtype, t, stream, k * stride + index, seed) for k in range(d)]
        for item in losses.rule.inputs:
            row = (t - 1) % (1 if losses.features is None else len(losses.features))
            if item.kind == "row":
                inputs[item.name] = [system.type(v) for v in losses.features[row]]
            if item.kind == "target":
                inputs[item.name] = [system.type(losses.targets[row])] * d
        (value, gradient), slots["f"] = steps["f"]({**inputs, **slots["f"]}, _with(parts["f"].rule, values["f"], now))
        values["o"] |= {"eta": rate} if wants_eta else {"lr": rate}
        moved, slots["o"] = steps["o"](
            {"x": x, "g": gradient, **slots["o"]}, _with(parts["o"].rule, values["o"], now)
        )  # fmt: skip
        if vector:
            y, w = (np.array(part, np.float64) for part in moved)
            with np.errstate(all="ignore"):
                projections.VECTORS[parts["p"].rule.facts["vector"]](y, w, *map(np.float64, values["p"].values()))
            x = [system.type(v) for v in y]
        else:
            ((x),), _ = steps["p"]({"y": moved[0]}, values["p"])
        kept.append((x, dict(slots["o"]), value[0], gradient))
    names = [s.name for s in parts["o"].rule.slots]
    return Played(
        np.array([k[0] for k in kept]), {n: np.array([k[1][n] for k in kept]) for n in names},
        np.array([k[2] for k in kept], np.float64), np.array([k[3] for k in kept]),
    )  # fmt: skip


def _with(rule: Rule, values: dict[str, Any], now: Any) -> dict[str, Any]:
    return values | ({"t": now} if rule.scalar("t") else {})


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal to the last bit, signs of zeros included; any NaN equals any NaN."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    bits = np.int64 if a.dtype == np.float64 else np.int32
    equal = np.ascontiguousarray(a).view(bits) == np.ascontiguousarray(b).view(bits)
    return bool(np.all(equal | (np.isnan(a) & np.isnan(b))))


def assert_same(trajectory: Any, played: Played, lane: tuple[int, ...] = ()) -> None:
    """Iterates and all slots of one lane, at every checkpoint, to the last bit; sums of losses to their rounding."""
    rounds = trajectory.checkpoints - 1
    assert same_bits(trajectory.iterates[lane], played.x[rounds]), _difference(
        "x", trajectory.iterates[lane], played.x[rounds]
    )
    assert set(trajectory.state) == set(played.slots)
    for name, wanted in played.slots.items():
        got = trajectory.state[name][lane]
        got = np.broadcast_to(got[:, None] if got.ndim == 1 else got, wanted[rounds].shape)
        assert same_bits(got, wanted[rounds]), _difference(name, got, wanted[rounds])
    with np.errstate(invalid="ignore", over="ignore"):
        sums, sizes = np.cumsum(played.losses)[rounds], np.cumsum(np.abs(played.losses))[rounds]
        error = np.abs(trajectory.losses[lane] - sums)
        close = (error <= sizes * 2.0**-52 * (rounds + 1)) | ~np.isfinite(sums) | (error <= 1e-300)
    assert close.all(), _difference("losses", trajectory.losses[lane], sums)


def _difference(name: str, got: np.ndarray, wanted: np.ndarray) -> str:
    where = np.argwhere(~((got == wanted) | (np.isnan(got) & np.isnan(wanted))))
    first = tuple(where[0]) if len(where) else ()
    return f"{name} differs first at {first}: kernel {got[first]!r}, plain Python {wanted[first]!r}"
