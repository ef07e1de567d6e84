"""Contests of networks on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from adamtheory.benchmark.contest import Contest, Entrant, Goal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SIZES, BATCH = (64, 32, 10), 64
GRID, UPDATES = 32, 300
FEWER = 8  # cells of the CPU's map along an axis; its time is counted a network-update as well
NO_TORCH = "PyTorch with CUDA: not installed, or without a GPU; pip install torch brings it"


def heat_map(scale: float = 1.0) -> Contest:
    """32 x 32 learning rates and weight decays of AdamW, 64-32-10, 300 updates each: one launch or a few.

    Counted are launches, updates, and what comes back: losses.
    """
    from adamtheory.benchmark.networks import examples
    from adamtheory.benchmark.torch_heat_map import on_gpu

    updates, cells = max(2, int(UPDATES * scale)), max(2, int(GRID * scale**0.5))
    data = examples(SIZES, updates * BATCH)
    training, fewer = _training(cells, data, "cuda"), _training(min(cells, FEWER), data, "cpu")
    entrants = [
        Entrant("GPU, a block each", training.epoch, cells**2 * updates),
        Entrant("CPU, all cores", fewer.epoch, min(cells, FEWER) ** 2 * updates),
    ]
    goals = [Goal("at most 100 ns a network-update", None, 100.0)]
    if on_gpu():
        for name, work in _torch(training, cells, data).items():
            entrants.append(Entrant(name, work, cells**2 * updates))
            goals.append(Goal(f"2 times faster than {name}", name, 2.0))
    title = f"heat map, {cells} x {cells} networks {'-'.join(map(str, SIZES))}, AdamW, {updates} updates, float32"
    return Contest(title, "network-update", tuple(entrants), tuple(goals), () if on_gpu() else (NO_TORCH,))


def _map(cells: int) -> tuple[Array, Array]:
    """Learning rates along the first axis, decays along the second."""
    import numpy as np

    return 10 ** np.linspace(-4, -1, cells)[:, None], 10 ** np.linspace(-5, -1, cells)


def _training(cells: int, data: tuple[Array, Array], device: str) -> Any:
    from adamtheory.nets.network import mlp
    from adamtheory.nets.training import Training
    from adamtheory.rules import get

    lr, decay = _map(cells)
    network = mlp(SIZES[0], SIZES[-1], hidden=SIZES[1:-1])
    return Training(network, data, get("adamw")(lr=lr, weight_decay=decay), batch=BATCH, device=device)


def _torch(training: Any, cells: int, data: tuple[Array, Array]) -> dict[str, Callable[[], None]]:
    """The same cells in PyTorch, from the same start."""
    import numpy as np

    from adamtheory.benchmark.torch_heat_map import HeatMap, batches

    network, theta = training.network, training.state()["theta"][0]
    start = [(network.array(f"w{i}", theta), network.array(f"c{i}", theta)) for i in (0, 2)]
    lr, decay = (np.broadcast_to(a, (cells, cells)).reshape(-1) for a in _map(cells))
    on_device = batches(data, BATCH)
    return {
        "PyTorch, torch.func.vmap": HeatMap(start, lr, decay).epoch(*on_device),
        "PyTorch, the same as a CUDA graph": HeatMap(start, lr, decay).graph(*on_device),
    }


# The goal is reckoned from instructions for a GPU with 132 multiprocessors, not measured.
CONTESTS: dict[str, Callable[[float], Contest]] = {"networks-heat-map": heat_map}
