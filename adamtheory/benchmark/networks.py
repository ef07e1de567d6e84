"""The contests of networks: one small, many small, one large, and a heat map; Adam, float32, random examples.

Compilation, the start of the networks and the copy of the examples into other libraries are not counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from adamtheory.benchmark.contest import Contest, Entrant, Goal
from adamtheory.benchmark.sides import absent, installed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SMALL, SMALL_BATCH = (64, 32, 10), 64
LARGE, LARGE_BATCH = (784, 1000, 1000, 10), 128
NETWORKS = 256
GRID, GRID_UPDATES = 16, 300


def examples(sizes: tuple[int, ...], count: int) -> tuple[Array, Array]:
    """Random rows and labels."""
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.random((count, sizes[0]), np.float32), rng.integers(0, sizes[-1], count)


def _ours(sizes: tuple[int, ...], batch: int, data: tuple[Array, Array], optimizer: Any, seed: Any = 0) -> Any:
    from adamtheory.nets.network import mlp
    from adamtheory.nets.training import Training

    return Training(mlp(sizes[0], sizes[-1], hidden=sizes[1:-1]), data, optimizer, batch=batch, seed=seed)


def small(scale: float = 1.0) -> Contest:
    """One network 64-32-10, batch 64."""
    from adamtheory.rules import get

    updates = max(10, int(1000 * scale))
    data = examples(SMALL, updates * SMALL_BATCH)
    training = _ours(SMALL, SMALL_BATCH, data, get("adam")())
    entrants, goals = [Entrant("adamtheory", training.epoch, updates)], []
    if installed("torch"):
        from adamtheory.benchmark.torch_networks import stepping

        few = max(5, updates // 5)
        for name, fused in (("PyTorch", False), ("PyTorch, fused Adam", True)):
            work = stepping(SMALL, SMALL_BATCH, data, few, 1, fused=fused)
            entrants.append(Entrant(name, work, few))
            goals.append(Goal(f"8 times faster than {name}", name, 8.0))
    title = "one network 64-32-10, batch 64, Adam, float32"
    return Contest(title, "update", tuple(entrants), tuple(goals), absent())


def many(scale: float = 1.0) -> Contest:
    """256 networks 64-32-10 of different seeds at once, batch 64, all cores."""
    from adamtheory.rules import get

    updates = max(2, int(50 * scale))
    data = examples(SMALL, updates * SMALL_BATCH)
    training = _ours(SMALL, SMALL_BATCH, data, get("adam")(), range(NETWORKS))
    entrants, goals = [Entrant("adamtheory", training.epoch, NETWORKS * updates)], []
    if installed("jax", "optax"):
        from adamtheory.benchmark.jax_networks import vmapped

        name = "jax.vmap over optax"
        entrants.append(Entrant(name, vmapped(SMALL, SMALL_BATCH, data, NETWORKS, updates), NETWORKS * updates))
        goals += [Goal(f"{times:g} times faster than {name}", name, times) for times in (1.5, 3.0)]
    if installed("torch"):
        from adamtheory.benchmark.torch_networks import stepping

        name = "PyTorch, one network after the other"
        entrants.append(Entrant(name, stepping(SMALL, SMALL_BATCH, data, updates, 1, fused=True), updates))
        goals.append(Goal("10 times faster than PyTorch", name, 10.0))
    title = f"{NETWORKS} networks 64-32-10, batch 64, Adam, float32"
    return Contest(title, "network-update", tuple(entrants), tuple(goals), absent())


def large(scale: float = 1.0) -> Contest:
    """One network 784-1000-1000-10, batch 128, all cores."""
    from adamtheory.rules import get

    updates = max(2, int(50 * scale))
    data = examples(LARGE, updates * LARGE_BATCH)
    training = _ours(LARGE, LARGE_BATCH, data, get("adam")())
    entrants, goals = [Entrant("adamtheory", training.epoch, updates)], []
    if installed("torch"):
        from adamtheory.benchmark.torch_networks import stepping

        for name, fused in (("PyTorch", False), ("PyTorch, fused Adam", True)):
            work = stepping(LARGE, LARGE_BATCH, data, updates, os.cpu_count() or 1, fused=fused)
            entrants.append(Entrant(name, work, updates))
            goals.append(Goal(f"not slower than {name}", name, 1.0))
    title = "one network 784-1000-1000-10, batch 128, Adam, float32"
    return Contest(title, "update", tuple(entrants), tuple(goals), absent("torch"))


def heat_map(scale: float = 1.0) -> Contest:
    """16 x 16 learning rates and weight decays of AdamW, 64-32-10, 300 updates each, all cores."""
    import numpy as np

    from adamtheory.rules import get

    updates = max(2, int(GRID_UPDATES * scale))
    data = examples(SMALL, updates * SMALL_BATCH)
    lr, decay = 10 ** np.linspace(-4, -1, GRID)[:, None], 10 ** np.linspace(-5, -1, GRID)
    training = _ours(SMALL, SMALL_BATCH, data, get("adamw")(lr=lr, weight_decay=decay))
    count = GRID * GRID * updates
    entrants = (Entrant("adamtheory", training.epoch, count),)
    goals = (Goal(f"{GRID} x {GRID} cells of {GRID_UPDATES} updates in 3 s", None, 3e9 / (GRID**2 * GRID_UPDATES)),)
    title = f"heat map, {GRID} x {GRID} networks 64-32-10, AdamW, {updates} updates"
    return Contest(title, "network-update", entrants, goals)


CONTESTS: dict[str, Callable[[float], Contest]] = {
    "network-small": small,
    "networks-256": many,
    "network-large": large,
    "heat-map": heat_map,
}
