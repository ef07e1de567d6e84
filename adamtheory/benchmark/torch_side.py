"""The same work in PyTorch, as its users write it: `torch.optim` stepping a parameter, and its fused update."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LR, C, PERIOD = 0.5, 3.0, 3


def stepping(method: str, steps: int) -> Callable[[], object]:
    """One float64 parameter on Reddi's sequence with alpha/sqrt(t), clipped to [-1, 1]; gradients set by hand."""
    import torch

    def work() -> float:
        x = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
        optimizer = torch.optim.Adam([x], lr=LR, betas=(0.0, 0.1), amsgrad=method == "amsgrad")
        slopes = [torch.tensor(C, dtype=torch.float64), torch.tensor(-1.0, dtype=torch.float64)]
        total = 0.0
        for t in range(steps):
            x.grad = slopes[0 if t % PERIOD == 0 else 1]
            total += float(x.grad * x.detach())
            optimizer.param_groups[0]["lr"] = LR / (t + 1) ** 0.5
            optimizer.step()
            x.data.clamp_(-1.0, 1.0)
        return total

    return work


def fused(method: str, x: NDArray[Any], g: NDArray[Any]) -> Callable[[], object]:
    """One fused Adam update of all parameters, all cores."""
    import os

    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    parameter = torch.nn.Parameter(torch.from_numpy(x.copy()))
    parameter.grad = torch.from_numpy(g.copy())
    optimizer = torch.optim.Adam([parameter], lr=1e-3, fused=True, amsgrad=method == "amsgrad")
    return lambda: optimizer.step()


def copy(x: NDArray[Any]) -> Callable[[], object]:
    """A plain copy of one array, all cores: the bandwidth that this machine gives."""
    import torch

    source = torch.from_numpy(x.copy())
    target = torch.empty_like(source)
    return lambda: target.copy_(source)


def fused_on_gpu(method: str, x: NDArray[Any], steps: int) -> Callable[[], object] | None:
    """Fused updates on the GPU, waited for at the end; None where PyTorch sees no GPU."""
    import torch

    if not torch.cuda.is_available():
        return None
    parameter = torch.nn.Parameter(torch.from_numpy(x).cuda())
    parameter.grad = torch.from_numpy(x).cuda()
    makers: dict[str, Callable[[], torch.optim.Optimizer]] = {
        "adam": lambda: torch.optim.Adam([parameter], lr=1e-3, fused=True),
        "amsgrad": lambda: torch.optim.Adam([parameter], lr=1e-3, fused=True, amsgrad=True),
        "sgd": lambda: torch.optim.SGD([parameter], lr=1e-3, fused=True),
        "momentum": lambda: torch.optim.SGD([parameter], lr=1e-3, momentum=0.9, fused=True),
    }
    optimizer = makers[method]()

    def work() -> None:
        for _ in range(steps):
            optimizer.step()
        torch.cuda.synchronize()

    return work
