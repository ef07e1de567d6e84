"""A heat map of networks in PyTorch, all cells at once: `torch.func.vmap`, step by step or as a CUDA graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


class HeatMap:
    """Multilayer perceptrons with ReLU, one for each pair of lr and weight decay, trained by the paper's AdamW.

    start   weights and biases of every layer, (units, inputs) and (units,), the same for all cells
    lr, decay   (cells,)
    device  cuda, or cpu
    """

    def __init__(self, start: Sequence[tuple[Array, Array]], lr: Array, decay: Array, device: str = "cuda") -> None:
        import torch
        from torch.func import grad, vmap

        def cells(array: Array, *extra: int) -> Any:
            tensor = torch.from_numpy(array).to(device, torch.float32)
            return tensor.expand(len(lr), *tensor.shape).clone() if not extra else tensor.reshape(-1, *extra)

        self.parameters = [cells(array) for layer in start for array in layer]
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.parameters]
        self.lr, self.decay = (
            [cells(values, *([1] * (p.dim() - 1))) for p in self.parameters] for values in (lr, decay)
        )
        self.powers = torch.ones(2, device=device)
        self.betas = torch.tensor([BETA1, BETA2], device=device)
        self.gradient = vmap(grad(self.loss), in_dims=(0, None, None))

    @staticmethod
    def loss(parameters: Sequence[Any], x: Any, y: Any) -> Any:
        import torch

        for i in range(0, len(parameters), 2):
            x = (torch.relu(x) if i else x) @ parameters[i].T + parameters[i + 1]
        return torch.nn.functional.cross_entropy(x, y)

    def update(self, x: Any, y: Any) -> None:
        """One update of all cells on the same rows."""
        gradients = self.gradient(self.parameters, x, y)
        self.powers.mul_(self.betas)
        one, two = 1 - self.powers
        for i, (p, g, (m, v)) in enumerate(zip(self.parameters, gradients, self.moments, strict=True)):
            m.mul_(BETA1).add_(g, alpha=1 - BETA1)
            v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
            step = self.lr[i] * (m / one) / ((v / two).sqrt() + EPS)
            p.sub_(step if i % 2 else step + self.decay[i] * p)  # weights decay, biases do not

    def epoch(self, x: Sequence[Any], y: Sequence[Any]) -> Callable[[], None]:
        """An update for every batch, launched one by one."""
        import torch

        def work() -> None:
            for rows, labels in zip(x, y, strict=True):
                self.update(rows, labels)
            torch.cuda.synchronize()

        return work

    def graph(self, x: Sequence[Any], y: Sequence[Any]) -> Callable[[], None]:
        """An update for every batch, recorded once and replayed; the batch is copied to where it reads."""
        import torch

        rows, labels = x[0].clone(), y[0].clone()
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                self.update(rows, labels)
        torch.cuda.current_stream().wait_stream(aside)
        recorded = torch.cuda.CUDAGraph()
        with torch.cuda.graph(recorded):
            self.update(rows, labels)

        def work() -> None:
            for batch, classes in zip(x, y, strict=True):
                rows.copy_(batch)
                labels.copy_(classes)
                recorded.replay()
            torch.cuda.synchronize()

        return work


def batches(data: tuple[Array, Array], batch: int, device: str = "cuda") -> tuple[Sequence[Any], Sequence[Any]]:
    """The rows and labels on the device, cut into batches."""
    import torch

    x, y = (torch.from_numpy(array).to(device).split(batch) for array in data)
    return x, y


def on_gpu() -> bool:
    """Whether PyTorch is installed and has a GPU."""
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())
