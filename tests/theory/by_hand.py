"""Methods computed by hand from their formulas, and claims of theorems evaluated on such runs."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.terms import Term

Vector = list[float]


def gap(name: str, values: Mapping[Term, Any], families: Mapping[str, Any]) -> float:
    """Right minus left of a theorem's claim, from the terms of the statement itself."""
    stated = importlib.import_module(f"adamtheory.proofs.{name}").statement()
    meaning = Interpretation(families, theory=stated.theory)
    left, right = (float(meaning.value(side, values)) for side in (stated.claim.left, stated.claim.right))
    return right - left


def assumption_gap(name: str, assumption: str, values: Mapping[Term, Any], families: Mapping[str, Any]) -> float:
    """The same for an assumption of its theory."""
    theory = importlib.import_module(f"adamtheory.proofs.{name}").statement().theory
    claim = theory.entry("assume", assumption)[5]
    meaning = Interpretation(families, theory=theory)
    return float(meaning.value(claim.right, values)) - float(meaning.value(claim.left, values))


def exact(rows: Sequence[Sequence[float]]) -> dict[tuple[int, int], Fraction]:
    """Rows n = 0, 1, ... as a family f(i, n), i = 1, ..., d."""
    return {(i + 1, n): Fraction(value) for n, row in enumerate(rows) for i, value in enumerate(row)}


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """The inner product."""
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


# --- ND-Adam ----------------------------------------------------------------------------------------------------------


@dataclass
class Sphere:
    """A run of ND-Adam: w_0, w_1, ... and m_0, m_1, ... and what happened in each step."""

    w: list[Vector]
    alpha: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 0.0
    m: list[Vector] = field(default_factory=list)
    v: list[float] = field(default_factory=lambda: [0.0])
    raw: list[Vector] = field(default_factory=list)
    projected: list[Vector] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)

    def step(self, raw: Vector) -> None:
        """One step on a raw gradient."""
        self.m = self.m or [[0.0] * len(raw)]
        t, w = len(self.w), self.w[-1]
        along = dot(raw, w)
        g = [a - along * b for a, b in zip(raw, w, strict=True)]
        m = [self.beta1 * a + (1 - self.beta1) * b for a, b in zip(self.m[-1], g, strict=True)]
        v = self.beta2 * self.v[-1] + (1 - self.beta2) * dot(g, g)
        size = self.alpha / (1 - self.beta1**t) / (math.sqrt(v / (1 - self.beta2**t)) + self.eps)
        bar = [a - size * b for a, b in zip(w, m, strict=True)]
        length = math.sqrt(dot(bar, bar))
        self.w.append([a / length for a in bar])
        for kept, value in ((self.m, m), (self.v, v), (self.raw, raw), (self.projected, g), (self.lengths, length)):
            kept.append(value)

    def families(self, **more: Any) -> dict[str, Any]:
        """The run as families of the theorems."""
        scalars = {"lr": self.alpha, "beta1": self.beta1, "beta2": self.beta2, "eps": self.eps}
        return {
            "d": len(self.w[0]),
            "w": exact(self.w),
            "m": exact(self.m),
            "v": {(n,): Fraction(value) for n, value in enumerate(self.v)},
            "g": {(t + 1, i + 1): Fraction(x) for t, row in enumerate(self.raw) for i, x in enumerate(row)},
            **{name: Fraction(value) for name, value in scalars.items()},
            **more,
        }


# --- the data of Wilson et al. ----------------------------------------------------------------------------------------


def wilson_data(labels: Sequence[int]) -> list[list[int]]:
    """The rows: the label, two ones, and in slots of five for each example one or five ones."""
    rows = []
    for k, y in enumerate(labels):
        row = [y, 1, 1] + [0] * 5 * len(labels)
        own = 3 - 2 * y
        row[3 + 5 * k : 3 + 5 * k + own] = [1] * own
        rows.append(row)
    return rows


def table(rows: Sequence[Sequence[int]]) -> dict[tuple[int, int], int]:
    """X(k, j) for k, j = 1, 2, ..."""
    return {(k + 1, j + 1): x for k, row in enumerate(rows) for j, x in enumerate(row)}


def signs(rows: Sequence[Sequence[int]], labels: Sequence[int]) -> list[int]:
    """sign(X'y)."""
    u = [sum(row[j] * y for row, y in zip(rows, labels, strict=True)) for j in range(len(rows[0]))]
    return [(x > 0) - (x < 0) for x in u]
