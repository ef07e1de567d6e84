"""Contests of array updates on a GPU: bandwidth beside that of a copy, and PyTorch's fused step where it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.benchmark.contest import Contest, Entrant, Goal

SIZE = 10**8  # parameters
STEPS = 10  # of a run, launched one after the other and waited for once
SHARE = 0.85  # of a copy's bandwidth


def update(method: str, dtype: str, scale: float = 1.0, row: int = 0, share: float = SHARE) -> Contest:
    """Ten updates of 10^8 parameters that lie on the GPU, beside ten copies of one such array.

    row    parameters of a group, of a rule with totals; 0: one group
    share  goal, as a part of the copy's bandwidth; bytes are those of the kernel's arrays, each read or written once
    """
    import numpy as np

    from adamtheory.rules import get
    from adamtheory.simulation.update import ArrayOptimizer

    def placed(array: Any) -> Any:
        return ArrayOptimizer(get("sgd"), array, device="cuda").parameters

    size, row = max(9, int(SIZE * scale)), max(4, int(row * scale)) if row else 0
    size = max(1, size // row) * row if row else size
    host = np.random.default_rng(0).standard_normal(size, np.float32).astype(dtype)
    x, g, source, target = (placed(host.reshape(-1, row) if row else host) for _ in range(4))
    stepper = ArrayOptimizer(get(method)(lr=1e-3), x, groups="rows" if row else None)
    copied = 2 * host.itemsize
    moved = host.itemsize * (3 + 2 * sum(a.size == size for a in stepper.state.values()))

    def work(step: Callable[[], object]) -> Callable[[], object]:
        def run() -> None:
            for _ in range(STEPS):
                step()
            stepper.wait()

        return run

    entrants = [
        Entrant("adamtheory", work(lambda: stepper.step(g)), STEPS * size, float(STEPS * size * moved)),
        Entrant("copy on the device", work(lambda: target.copy_to_device(source)), STEPS * size,
                float(STEPS * size * copied)),
    ]  # fmt: skip
    goals = [Goal(f"{share:.0%} of the copy's bandwidth", "copy on the device", share * copied / moved)]
    rival, absent = _torch(method, host) if dtype == "float32" and not row else (None, ())
    if rival is not None:
        entrants.append(Entrant("PyTorch fused", rival, STEPS * size, float(STEPS * size * moved)))
        goals.append(Goal("not slower than PyTorch's fused one", "PyTorch fused", 1.0))
    title = f"update on the GPU, {method}, {size:.3g} {dtype} parameters, {moved} bytes each"
    return Contest(title, "parameter", tuple(entrants), tuple(goals), absent)


def _torch(method: str, host: Any) -> tuple[Callable[[], object] | None, tuple[str, ...]]:
    """PyTorch's fused step on the GPU, or why there is none."""
    from adamtheory.benchmark import sides

    if not sides.installed("torch"):
        return None, sides.absent("torch")
    from adamtheory.benchmark.torch_side import fused_on_gpu

    rival = fused_on_gpu(method, host, STEPS)
    return rival, () if rival else ("PyTorch: installed without CUDA",)


CONTESTS: dict[str, Callable[[float], Contest]] = {
    "update-sgd": lambda scale: update("sgd", "float32", scale),
    "update-momentum": lambda scale: update("momentum", "float32", scale),
    "update-adam": lambda scale: update("adam", "float32", scale),
    "update-amsgrad": lambda scale: update("amsgrad", "float32", scale),
    "update-adam-float64": lambda scale: update("adam", "float64", scale),
    # its rows are read four times, from the cache but for the first: half of the bandwidth is reckoned
    "update-ndadam": lambda scale: update("ndadam", "float32", scale, row=1000, share=0.5),
}
