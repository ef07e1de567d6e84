"""Compiled networks of one block a lane, interpreted: the PTX gives the phases' numbers, bit for bit."""

from __future__ import annotations

import re

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda
from adamtheory.nets import cuda_training
from adamtheory.nets.block_kernel import BARRIER, emit_train

from .arithmetic import Astray
from .assembly import missing
from .blocks import ORDERS, Player, plain_load, to_device
from .interpreted_networks import CASES, RANGED, THREADS, Machine, epoch, training
from .library import Library

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]


@pytest.fixture
def played(monkeypatch):
    """A function that puts a machine, or the phases themselves, in the place of the GPU."""
    monkeypatch.setattr(cpu, "load", plain_load)
    monkeypatch.setattr(cpu, "pointer", lambda function: function)
    monkeypatch.setattr(cuda, "to_device", to_device)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**28)
    return lambda machine: monkeypatch.setattr(cuda, "compile_block", machine.compile)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_without_contraction_the_bits_are_those_of_the_phases(played, case):
    """Parameters, slots, step state, losses, and what an evaluation gives; exp and log are NVIDIA's on both sides."""
    one = training(*case)
    played(Player(THREADS, math=Library()))
    expected = epoch(one)
    played(Machine())
    for a, b in zip(epoch(one), expected, strict=True):
        assert a.dtype == b.dtype and np.isfinite(b).all()
        assert np.array_equal(a, b)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_with_contraction_each_update_keeps_to_four_ulp(played, monkeypatch, case):
    """Of the largest number that a slot of a lane has, before or after an update, from equal states.

    An update is hundreds of roundings, and what moves a parameter is a sum over the batch, whose terms cancel: no bound
    in units of the moved number itself could hold. Where the library is not called, all that contraction can do is
    known (`hulls`), and holds what it does. Sums of losses in units of the dtype in which each row's is computed.
    """
    monkeypatch.setattr(cuda_training, "FIRST", 1)
    monkeypatch.setattr(cuda_training, "SECONDS_PER_LAUNCH", 0)
    machine = Machine(pairs=True, ranges=case in RANGED)
    played(machine)
    one = training(*case)
    epoch(one, evaluated=False)
    changed = 0
    for left in machine.left():
        changed += bool(np.any(left.device != left.exact))
        if left.argument == 15:
            scale = np.spacing(np.abs(left.exact).max().astype(case[2]))
            assert (np.abs(left.device - left.exact) <= 4 * scale).all()
        else:
            assert left.ulps(np.abs(left.device - left.exact), axis=-1).max(initial=0) <= 4, left.argument
            assert not left.outside() or case not in RANGED
    assert changed, "something differs, so that the test sees it"


def test_every_barrier_of_the_program_is_needed(played):
    one = training("adam", "relu", "float32", rows=7, batch=4)  # rows of a thread are not its own in every phase
    played(Player(THREADS))
    expected = epoch(one, evaluated=False)[:3]
    count = emit_train(one.groups, one.batch, "float32").text.count(BARRIER)
    for number in range(count):
        noticed = False
        for order in ORDERS:
            played(Machine(edit=lambda text, number=number: without(text, number), order=order))
            noticed = noticed or differs(one, expected)
        assert noticed, number


def without(text: str, number: int) -> str:
    """The PTX without one of its barriers."""
    place = [m.span() for m in re.finditer(r"bar\.sync[^;]*;", text)][number]
    return text[: place[0]] + text[place[1] :]


def differs(one, expected) -> bool:
    """Whether a program gives other parameters, slots or step state, or reads where nothing is."""
    try:
        return any(not np.array_equal(a, b) for a, b in zip(epoch(one, evaluated=False), expected, strict=False))
    except Astray:
        return True
