"""Networks of one block a lane compiled to machine code: budgets, barriers, float64; rows `block` in `budgets.toml`."""

from __future__ import annotations

import re
from functools import cache

import pytest

from adamtheory.engine import cuda
from adamtheory.nets.block_kernel import BARRIER, BlockKernel, emit_evaluate, emit_train
from adamtheory.nets.network import mlp
from adamtheory.nets.training import groups_of
from adamtheory.rules import RULES

from .assembly import Budget, assemble, budgets, missing

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]


def kernel(case: tuple[str, ...], dtype: str) -> BlockKernel:
    """case: the rule, or `evaluate`; the widths; the activation; rows of a batch; dtype of the data."""
    rule, sizes, activation, batch, data = case
    inputs, *hidden, classes = map(int, sizes.split("-"))
    network = mlp(inputs, classes, hidden=hidden, activation=activation)
    groups = groups_of(network, RULES["sgd" if rule == "evaluate" else rule], None, None, dtype)
    return emit_evaluate(groups, data) if rule == "evaluate" else emit_train(groups, int(batch), data)


@cache
def ptx(case: tuple[str, ...], dtype: str, capability: tuple[int, int]) -> str:
    made = kernel(case, dtype)
    return cuda.ptx_of(cuda.functions(made.text)[made.name], made.types, capability)


@pytest.mark.parametrize("budget", budgets("block"), ids=str)
def test_budgets(budget: Budget) -> None:
    made, text = kernel(budget.case, budget.dtype), ptx(budget.case, budget.dtype, budget.capability)
    budget.hold(text)
    found = assemble(text, budget.capability)
    assert found.shared == made.bytes  # what is reckoned on the host is what the compiler lays out
    barriers = sum(opcode.startswith("bar.sync") for opcode in found.ptx)
    assert barriers == found.count("BAR") == made.text.count(BARRIER)


def test_sums_begin_at_a_multiple_of_8_bytes() -> None:
    """Behind an odd count of numbers in float32; the rows' numbers come behind them."""
    case = ("swats", "3701-3", "relu", "5", "float32")
    made = kernel(case, "float32")
    assert "picked = " in made.text and int(re.findall(r"shared.array\((\d+), F\)", made.text)[0]) % 2 == 1
    assert assemble(ptx(case, "float32", (9, 0)), (9, 0)).shared == made.bytes
