"""The contests of rules: one lane, many lanes, and the update of a large array."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from adamtheory.benchmark import networks
from adamtheory.benchmark.contest import Contest, Entrant, Goal
from adamtheory.benchmark.sides import absent, installed
from adamtheory.language.rule import Bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

BETA2 = 0.1


def one_lane(method: str, scale: float = 1.0) -> Contest:
    """One trajectory of `adam` or `amsgrad` on Reddi's sequence, C = 3, alpha/sqrt(t), float64, one thread."""
    from adamtheory.losses import reddi
    from adamtheory.rules import get

    steps = max(1, int(1_000_000 * scale))
    entrants = [Entrant("adamtheory", kernel(get(method)(lr=0.5, beta1=0, beta2=BETA2), reddi, steps), steps)]
    goals = [Goal("at most 4 ns a step", None, 4.0)]
    if installed("jax", "optax"):
        from adamtheory.benchmark.jax_side import scan

        entrants.append(Entrant("jax.lax.scan over optax", scan(method, steps // 10), steps // 10))
        goals.append(Goal("3 times faster than jax.lax.scan over optax", "jax.lax.scan over optax", 3.0))
    if installed("torch"):
        from adamtheory.benchmark.torch_side import stepping

        few = max(10, steps // 1000)
        entrants.append(Entrant("torch.optim stepping", stepping(method, few), few))
        goals.append(Goal("3000 times faster than torch.optim stepping", "torch.optim stepping", 3000.0))
    return Contest(f"one lane, {method}, Reddi's sequence, float64", "step", tuple(entrants), tuple(goals), absent())


def many_lanes(method: str, scale: float = 1.0) -> Contest:
    """4,096 values of beta2 at once, the same sequence, all cores."""
    import numpy as np

    from adamtheory.losses import reddi
    from adamtheory.rules import get

    lanes, steps = 4096, max(1, int(5_000 * scale))
    beta2 = np.linspace(0.05, 0.95, lanes)
    work = kernel(get(method)(lr=0.5, beta1=0, beta2=beta2), reddi, steps, os.cpu_count() or 1)
    entrants = [Entrant("adamtheory", work, lanes * steps)]
    goals = [Goal("at most 0.35 ns a lane-step", None, 0.35)]
    if installed("jax", "optax"):
        from adamtheory.benchmark.jax_side import vmapped

        few = max(1, steps // 10)
        entrants.append(Entrant("jax.vmap over optax", vmapped(method, beta2, few), lanes * few))
        goals.append(Goal("3 times faster than jax.vmap over optax", "jax.vmap over optax", 3.0))
    title = f"{lanes} lanes, {method}, Reddi's sequence, float64"
    return Contest(title, "lane-step", tuple(entrants), tuple(goals), absent())


def array_update(method: str, scale: float = 1.0) -> Contest:
    """One update of 2*10^7 float32 parameters in place, all cores; GB/s counts every array read or written once."""
    import numpy as np

    from adamtheory.rules import get
    from adamtheory.simulation.update import ArrayOptimizer

    size = max(1000, int(2e7 * scale))
    x, g = np.random.default_rng(0).standard_normal((2, size)).astype(np.float32)
    stepper = ArrayOptimizer(get(method)(lr=1e-3), x)
    slots = sum(a.size == size for a in stepper.state.values())
    moved = 4.0 * size * (3 + 2 * slots)  # read g; read and write x and every slot
    entrants = [Entrant("adamtheory", lambda: stepper.step(g), size, moved)]
    goals = []
    if installed("jax", "optax"):
        from adamtheory.benchmark.jax_side import donated

        entrants.append(Entrant("jitted optax, donated buffers", donated(method, x, g), size, moved))
        goals.append(Goal("1.3 times faster than jitted optax", "jitted optax, donated buffers", 1.3))
    if installed("torch"):
        from adamtheory.benchmark.torch_side import copy, fused

        entrants.append(Entrant("PyTorch fused", fused(method, x, g), size, moved))
        entrants.append(Entrant("copy of one array (PyTorch)", copy(x), size, 8.0 * size))
        goals.append(Goal("not slower than PyTorch's fused one", "PyTorch fused", 1.0))
    else:
        target = np.empty_like(x)
        entrants.append(
            Entrant("copy of one array (NumPy, one thread)", lambda: np.copyto(target, x), size, 8.0 * size)
        )
    title = f"array update, {method}, {size:.0e} float32 parameters"
    return Contest(title, "parameter", tuple(entrants), tuple(goals), absent())


def kernel(
    optimizer: Bound, loss: Any, steps: int, workers: int = 1, dtype: str = "float64", device: str = "cpu"
) -> Callable[[], object]:
    """The compiled kernel alone, on arrays that are ready: what the compiled competitors are timed on too."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from adamtheory.simulation.simulate import prepare

    job = prepare(optimizer, loss, dtype=dtype)
    job.device = device
    run = job.arrays()
    rows: NDArray[Any] = np.zeros((run.inputs.count, 1), np.int64)
    count = run.inputs.count
    if workers == 1:
        return lambda: run.advance(0, count, steps, 1, rows)
    pool = ThreadPoolExecutor(workers)
    edges = [count * i // workers for i in range(workers + 1)]

    def work() -> None:
        list(pool.map(lambda i: run.advance(edges[i], edges[i + 1], steps, 1, rows), range(workers)))

    return work


CONTESTS: dict[str, Callable[[float], Contest]] = {
    "one-lane-amsgrad": lambda scale: one_lane("amsgrad", scale),
    "one-lane-adam": lambda scale: one_lane("adam", scale),
    "lanes-amsgrad": lambda scale: many_lanes("amsgrad", scale),
    "lanes-adam": lambda scale: many_lanes("adam", scale),
    "array-adam": lambda scale: array_update("adam", scale),
    "array-amsgrad": lambda scale: array_update("amsgrad", scale),
    **networks.CONTESTS,
}
