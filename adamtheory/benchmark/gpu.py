"""Contests on a GPU: `adamtheory bench --device cuda`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from adamtheory.benchmark import gpu_networks, gpu_updates
from adamtheory.benchmark.contest import Contest, Entrant, Goal


def lanes(method: str, dtype: str, most: float, scale: float = 1.0) -> Contest:
    """2^20 values of beta2 at once on Reddi's sequence, 20,000 rounds in one launch; beside it the CPU, all cores.

    most  goal in nanoseconds a lane-step. Counted are the table of what lanes share, launch, rounds, and whether
          the lanes are finite.
    """
    import numpy as np

    from adamtheory.benchmark.contests import kernel
    from adamtheory.losses import reddi
    from adamtheory.rules import get

    count, steps = max(8, int(2**20 * scale)), max(1, int(20_000 * scale))
    fewer, shorter = max(8, int(4096 * scale)), max(1, int(5_000 * scale))
    optimizer = get(method)(lr=0.5, beta1=0, beta2=np.linspace(0.05, 0.95, count))
    on_cpu = get(method)(lr=0.5, beta1=0, beta2=np.linspace(0.05, 0.95, fewer))
    entrants = (
        Entrant("GPU", kernel(optimizer, reddi, steps, dtype=dtype, device="cuda"), count * steps),
        Entrant("CPU, all cores", kernel(on_cpu, reddi, shorter, os.cpu_count() or 1, dtype), fewer * shorter),
    )
    goals = (Goal(f"at most {most:g} ns a lane-step", None, most),)
    return Contest(f"{count} lanes, {method}, Reddi's sequence, {dtype}", "lane-step", entrants, goals)


def phase_diagram(scale: float = 1.0) -> Contest:
    """A sweep of 10^6 cells (beta2 x C) and 10^5 rounds, from the grid to regret and the blocks in a store."""
    from math import isqrt

    import numpy as np

    from adamtheory.losses import reddi
    from adamtheory.rules import adam
    from adamtheory.sweeping.sweep import sweep

    def cells(side: int, rounds: int, device: str) -> Entrant:
        grid: dict[Any, Any] = {"beta2": np.linspace(0, 0.999, side), "C": np.linspace(2.1, 10, side)}
        name = f"{'GPU' if device == 'cuda' else 'CPU, all cores'}, {side**2} cells"
        return Entrant(name, lambda: sweep(adam(lr=0.5, beta1=0), reddi, rounds, grid, device=device).regret,
                       side**2 * rounds)  # fmt: skip

    side, rounds = max(2, isqrt(int(10**6 * scale))), max(1, int(10**5 * scale))
    fewer = max(2, isqrt(int(10**4 * scale)))
    entrants = cells(side, rounds, "cuda"), cells(fewer, rounds, "cpu")
    goals = (Goal("10^6 cells x 10^5 rounds in a minute", None, 60e9 / (10**6 * 10**5)),)
    return Contest(f"phase diagram, {side**2} cells, {rounds} rounds, float64", "lane-step", entrants, goals)


# Goals are reckoned from instructions for a GPU with 132 multiprocessors, not measured.
CONTESTS: dict[str, Callable[[float], Contest]] = {
    "lanes-amsgrad": lambda scale: lanes("amsgrad", "float32", 0.02, scale),
    "lanes-adam": lambda scale: lanes("adam", "float32", 0.02, scale),
    "phase-diagram": phase_diagram,
    "lanes-adam-float64": lambda scale: lanes("adam", "float64", 0.1, scale),
    **gpu_updates.CONTESTS,
    **gpu_networks.CONTESTS,
}
