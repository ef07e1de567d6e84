"""Both frameworks in double precision while these tests run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def double_precision() -> Iterator[None]:
    """JAX computes in float64, PyTorch keeps its running products of scalars in float64, where they are installed."""
    undo = []
    try:
        import jax
    except ImportError:
        pass
    else:
        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)
        undo.append(lambda: jax.config.update("jax_enable_x64", before))
    try:
        import torch
    except ImportError:
        pass
    else:
        dtype = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        undo.append(lambda: torch.set_default_dtype(dtype))
    yield
    for each in undo:
        each()
