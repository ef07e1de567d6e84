"""Regret on a convex set that is no box: exact runs on a segment, where the weighted projection is a quotient."""

from __future__ import annotations

import importlib
from fractions import Fraction as F
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Formula, Interpretation
from adamtheory.logic.notation import Family, integers, real, total

t, i, n, T = integers("t i n T")
s, r = real("s"), real("r")
g, u, X = Family("g"), Family("u"), Family("X")
master = importlib.import_module("adamtheory.proofs.master_theorem_convex_set")
Point = tuple[F, F]


def nearest(y: Point, w: Point, start: Point, along: Point) -> Point:
    """The point of the segment from `start` to `start + along` nearest to y in the norm of the weights w."""
    above = sum(wj * a * (yj - b) for wj, a, yj, b in zip(w, along, y, start, strict=True))
    share = min(max(above / sum(wj * a * a for wj, a in zip(w, along, strict=True)), F(0)), F(1))
    return tuple(b + share * a for b, a in zip(start, along, strict=True))  # type: ignore[return-value]


def run(random: Random, rounds: int, weighted: bool = True) -> dict[str, Any]:
    """Families of a run of the rule on a random segment, with step sizes that fall and denominators that rise."""
    start, along = (F(random.randint(-3, 3)), F(random.randint(-3, 3))), (F(random.choice([-3, -1, 2])), F(2))
    beta1 = F(random.choice([0, 1, 3]), 4)
    x, m = start if random.random() < 0.5 else nearest((F(0), F(0)), (F(1), F(1)), start, along), [F(0), F(0)]
    size, w = F(random.choice([1, 4]), 2), [F(random.randint(1, 9), 4), F(random.randint(1, 9), 4)]
    turn = random.randint(0, rounds)
    families: dict[str, Any] = {"g": {}, "X": {}, "w": {}, "alpha": {}, "beta1": beta1, "d": 2}
    ends = [start, tuple(b + a for b, a in zip(start, along, strict=True))]
    sums = [F(0), F(0)]
    for k in range(1, rounds + 1):
        families["alpha"][(k,)] = size
        slope = [F(random.choice([1, 2, 3])) * (1 if k <= turn else -1) * (1 if j or k % 2 else 2) for j in (0, 1)]
        m = [beta1 * old + (1 - beta1) * new for old, new in zip(m, slope, strict=True)]
        y = tuple(x[j] - size * m[j] / w[j] for j in (0, 1))
        for j in (0, 1):
            families["g"][k, j + 1], families["X"][j + 1, k - 1], families["w"][k, j + 1] = slope[j], x[j], w[j]
            sums[j] += slope[j]
        x = nearest(y, tuple(w) if weighted else (F(1), F(1)), start, along)  # type: ignore[arg-type]
        size, w = size * F(random.randint(7, 10), 10), [v + F(random.randint(0, 3), 4) for v in w]
    for j in (0, 1):
        families["X"][j + 1, rounds], families["w"][rounds + 1, j + 1] = x[j], w[j]
    families["alpha"][(rounds + 1,)] = size
    best = min(ends, key=lambda end: sum(a * b for a, b in zip(sums, end, strict=True)))
    families["u"] = {(j,): best[j - 1] for j in (1, 2)}
    families["D"] = max(abs(families["X"][j, k] - best[j - 1]) for j in (1, 2) for k in range(rounds + 1))
    loss = {"loss": Formula((t,), total(i, 1, 2, g(t, i) * X(i, t - 1)))}
    return {**families, **loss, "loss_u": Formula((t,), total(i, 1, 2, g(t, i) * u(i)))}


def held(families: dict[str, Any], rounds: int) -> bool:
    """Whether what is assumed of the projection holds, at several points of the triangle."""
    _, _, claim = next(e[3:6] for e in master.setting.theory.entries if e[:2] == ("assume", "nearest"))
    meaning = Interpretation(families, None, master.setting.theory)
    shares = [(F(a, 4), F(b, 4)) for a in (0, 1, 4) for b in (0, 1, 4) if a + b <= 4]
    return all(meaning.holds(claim, {n: k, s: a, r: b}) for k in range(rounds) for a, b in shares)


def test_on_a_segment_the_assumptions_and_the_bound_hold() -> None:
    random, ratios = Random(3), []
    claim = master.statement().claim
    for _ in range(40):
        rounds = random.randint(1, 6)
        families = run(random, rounds)
        assert held(families, rounds)
        meaning = Interpretation(families, None, master.setting.theory)
        left, right = (meaning.value(side, {T: rounds}) for side in (claim.left, claim.right))
        assert left <= right
        ratios.append(float(left / right) if right else 0)
    assert max(ratios) > 0.3  # the runs do try the bound


def test_the_plain_projection_is_not_the_nearest() -> None:
    random = Random(4)
    runs = [(run(random, 4, weighted=False), 4) for _ in range(20)]
    assert not all(held(*each) for each in runs)


@pytest.mark.parametrize(
    ("name", "box", "families"),
    [
        ("master_theorem_convex_set", "master_theorem", {"w": 2, "alpha": F(1, 3)}),
        ("amsgrad_regret_convex_set", "amsgrad_regret", {"alpha": F(1, 3), "beta2": F(1, 2), "eps": F(1, 8)}),
        ("adagrad_regret_convex_set", "adagrad_regret", {"alpha": F(1, 3), "eps": 0}),
    ],
)
def test_on_a_box_it_is_the_bound_for_a_box(name: str, box: str, families: dict[str, Any]) -> None:
    slopes = {(k, j): F((3 * k + j) % 5 - 1) for k in range(1, 6) for j in (1, 2)}
    chosen = {**families, "g": slopes, "D": 2, "d": 2, "beta1": F(1, 2), "low": -1, "high": 1, "first": 0}
    bounds = []
    for theorem in (name, box):
        stated = importlib.import_module(f"adamtheory.proofs.{theorem}").statement()
        bounds.append(float(Interpretation(chosen, None, stated.theory).value(stated.claim.right, {T: 5})))
    assert bounds[0] == pytest.approx(bounds[1], rel=1e-14)
