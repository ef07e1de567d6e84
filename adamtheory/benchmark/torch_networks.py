"""Training of a network in PyTorch, as its users write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stepping(
    sizes: tuple[int, ...],
    batch: int,
    data: tuple[NDArray[Any], NDArray[Any]],
    updates: int,
    threads: int,
    *,
    fused: bool,
) -> Callable[[], object]:
    """Updates of a multilayer perceptron with ReLU by `torch.optim.Adam`, the batches in the order of the rows."""
    import torch

    layers: list[Any] = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        layers += [torch.nn.Linear(n, m), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused)
    loss_of = torch.nn.CrossEntropyLoss()
    x, y = (torch.from_numpy(a[: updates * batch]).split(batch) for a in data)

    def work() -> float:
        torch.set_num_threads(threads)
        total = torch.zeros(())
        for rows, labels in zip(x, y, strict=True):
            optimizer.zero_grad()
            loss = loss_of(model(rows), labels)
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return float(total)

    return work
