"""Which other libraries can take part."""

from __future__ import annotations

import importlib.util

MISSING = "not installed; pip install 'adamtheory[outside]' brings it"
SIDES = {"jax": ("jax and optax", ("jax", "optax")), "torch": ("PyTorch", ("torch",))}


def installed(*modules: str) -> bool:
    """Whether all these modules can be imported."""
    return all(importlib.util.find_spec(m) is not None for m in modules)


def absent(*sides: str) -> tuple[str, ...]:
    """One line for each library that would take part and is not there."""
    wanted = [SIDES[side] for side in sides or SIDES]
    return tuple(f"{name}: {MISSING}" for name, modules in wanted if not installed(*modules))
