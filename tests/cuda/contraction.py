"""Launches that are played twice from equal states, without contraction and with it, and how far they come apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .hulls import HullProgram
from .interpreter import Program


@dataclass(frozen=True)
class Left:
    """What a launch left in one of its arrays of floats, and what was there before.

    exact      without contraction;  device  with it
    low, high  the ends of what any contraction gives;  term  the largest term that enters
    """

    argument: int
    before: np.ndarray
    exact: np.ndarray
    device: np.ndarray
    low: np.ndarray
    high: np.ndarray
    term: np.ndarray

    def outside(self) -> bool:
        """Whether a number with contraction is not what a contraction gives."""
        inside = (self.low <= self.device) & (self.device <= self.high)
        return not bool(np.all(inside | (self.device == self.exact) | (np.isnan(self.device) & np.isnan(self.exact))))

    def reshaped(self, shape: Callable[[np.ndarray], np.ndarray]) -> Left:
        """The same of a part of the array, or of its axes in another order."""
        return Left(
            self.argument, *(shape(a) for a in (self.before, self.exact, self.device, self.low, self.high, self.term))
        )

    def ulps(self, apart: np.ndarray, axis: Any = (), dtype: Any = None) -> np.ndarray:
        """Differences in units of the last place of the largest number, before or after, or term, along the axes.

        dtype  of the units, where it is not the array's
        """
        sizes = [np.where(np.isfinite(a), np.abs(a), 0) for a in (self.before, self.exact, self.term)]
        size = np.max(sizes, axis=0).max(axis=axis, keepdims=True, initial=0).astype(dtype or self.exact.dtype)
        return np.where(np.isfinite(self.exact), apart, 0) / np.spacing(np.maximum(size, np.finfo(size.dtype).tiny))


class Pair:
    """A kernel compiled twice; what its launches leave is added to `left`.

    ranges  whether what contraction can change is found too; else low, high and term are what is without it
    """

    def __init__(self, exact: str, contracted: str, ranges: bool = True) -> None:
        self.exact, self.contracted = HullProgram(exact) if ranges else Program(exact), Program(contracted)
        self.left: list[Left] = []

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        arrays = {id(a): a for a in arguments if isinstance(a, np.ndarray)}
        before, device = ({i: a.copy() for i, a in arrays.items()} for _ in range(2))
        self.contracted.launch(blocks, threads, [device.get(id(a), a) for a in arguments])
        self.exact.launch(blocks, threads, arguments)
        for i, a in enumerate(arguments):
            if isinstance(a, np.ndarray) and a.dtype.kind == "f":
                ends = self.exact.ends(a) if isinstance(self.exact, HullProgram) else (a.copy(), a.copy(), np.abs(a))
                self.left.append(Left(i, before[id(a)], a.copy(), device[id(a)], *ends))
