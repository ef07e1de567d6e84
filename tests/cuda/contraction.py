"""Launches that are played twice from equal states, without contraction and with it, and how far they come apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .hulls import HullProgram
from .interpreter import Program


@dataclass(frozen=True)
class Left:
    """What a launch left in one of its arrays of floats, and what was there before.

    exact      without contraction;  device  with it
    low, high  the ends of what any contraction gives
    """

    argument: int
    before: np.ndarray
    exact: np.ndarray
    device: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def outside(self) -> bool:
        """Whether a number with contraction is not what a contraction gives."""
        return not bool(np.all((self.low <= self.device) & (self.device <= self.high) | (self.device == self.exact)))

    def ulps(self, axis: Any = None) -> np.ndarray:
        """Differences in units of the last place of the largest number, before or after, along the axes."""
        size = np.maximum(np.abs(self.before), np.abs(self.exact))
        size = size if axis == () else size.max(axis=axis, keepdims=True, initial=0)
        unit = np.spacing(np.maximum(size, np.finfo(size.dtype).tiny))
        return np.abs(self.device - self.exact) / unit


class Pair:
    """A kernel compiled twice; each launch is added to `left`."""

    def __init__(self, exact: str, contracted: str) -> None:
        self.exact, self.contracted = HullProgram(exact), Program(contracted)
        self.left: list[Left] = []

    def launch(self, blocks: int, threads: int, arguments: list[Any]) -> None:
        arrays = {id(a): a for a in arguments if isinstance(a, np.ndarray)}
        before, device = ({i: a.copy() for i, a in arrays.items()} for _ in range(2))
        self.contracted.launch(blocks, threads, [device.get(id(a), a) for a in arguments])
        self.exact.launch(blocks, threads, arguments)
        for i, a in enumerate(arguments):
            if isinstance(a, np.ndarray) and a.dtype.kind == "f":
                self.left.append(Left(i, before[id(a)], a.copy(), device[id(a)], *self.exact.ends(a)))
