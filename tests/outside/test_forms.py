"""The shortest gradients of the table of forms, given to PyTorch and optax: they come apart by what the table says."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from adamtheory.proofs.framework_forms import DEFAULTS, PSI, Row, table

from .programs import OPTAX, TORCH

FORMS = {
    "adam": ("torch", "Adam"),
    "adam_eps_inside": ("optax", "adam eps_root"),
    "amsgrad": ("optax", "amsgrad uncorrected"),
    "amsgrad_torch": ("torch", "Adam amsgrad"),
    "amsgrad_optax": ("optax", "amsgrad"),
    "nadam_torch": ("torch", "NAdam"),
    "nadam_optax": ("optax", "nadam"),
}


@cache
def rows() -> list[Row]:
    """The pairs of which both forms are programs."""
    return [row for row in table() if row.first in FORMS and row.second in FORMS]


def iterate(form: str, gradients: Sequence[float], eps: float) -> float:
    """Where the program is after these gradients, from 0, with lr = 1 and the other parameters of the models."""
    framework, name = FORMS[form]
    make = (TORCH if framework == "torch" else OPTAX)[name]
    values = {**{k: float(v) for k, v in DEFAULTS.items() if k != "r"}, "eps": eps, "momentum_decay": float(PSI)}
    given = {k: v for k, v in values.items() if k in inspect.signature(make).parameters}
    return by_torch(make, given, gradients) if framework == "torch" else by_optax(make, given, gradients)


def by_torch(make: Any, given: dict[str, float], gradients: Sequence[float]) -> float:
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    x = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = make(torch.optim, [x], **given)
    for gradient in gradients:
        x.grad = torch.full_like(x, gradient)
        optimizer.step()
    return float(x.detach()[0])


def by_optax(make: Any, given: dict[str, float], gradients: Sequence[float]) -> float:
    numpy = pytest.importorskip("jax.numpy", reason="JAX cannot be imported", exc_type=ImportError)
    optax = pytest.importorskip("optax", reason="optax cannot be imported", exc_type=ImportError)
    pytest.importorskip("optax.contrib", reason="optax.contrib cannot be imported", exc_type=ImportError)
    optimizer, x = make(optax, **given), numpy.zeros(1)
    state = optimizer.init(x)
    for gradient in gradients:
        change, state = optimizer.update(numpy.full(1, float(gradient)), state, x)
        x = optax.apply_updates(x, change)
    return float(x[0])


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.first}-{row.second}")
def test_the_programs_come_apart_by_the_difference_of_the_table(row: Row) -> None:
    gradients, eps = [float(g) for g in row.gradients], float(row.eps)
    difference = iterate(row.first, gradients, eps) - iterate(row.second, gradients, eps)
    assert difference == pytest.approx(float(Fraction(row.difference)), rel=1e-5)
    before = [iterate(form, gradients[:-1], eps) for form in (row.first, row.second)]
    assert before[0] == pytest.approx(before[1], abs=1e-12)


def test_the_table_has_pairs_of_programs() -> None:
    assert len(rows()) == 5
