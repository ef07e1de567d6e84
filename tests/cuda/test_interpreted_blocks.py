"""Compiled networks of one block a lane, interpreted: the PTX gives the phases' numbers, and its mutants do not."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda
from adamtheory.nets.block_kernel import BARRIER, emit_train
from adamtheory.nets.network import mlp
from adamtheory.nets.training import Training
from adamtheory.rules import RULES

from .arithmetic import Astray
from .assembly import missing
from .blocks import ORDERS, Player, epochs, examples, on_device, plain_load, to_device
from .interpreter import Program

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
THREADS = 8


class Machine:
    """A GPU whose kernels are compiled once, changed by `edit`, and interpreted."""

    def __init__(self, contracted: bool) -> None:
        self.contracted, self.edit, self.order = contracted, str, "permuted"
        self.known: dict[str, str] = {}

    def compile(self, text, name, types, threads):
        if text not in self.known:
            if self.contracted:
                self.known[text] = cuda.ptx_of(cuda.functions(text)[name], types, (9, 0))
            else:
                with cuda.exact():
                    self.known[text] = cuda.ptx_of(cuda.functions(text)[name], types, (9, 0))
        program = Program(self.edit(self.known[text]), ORDERS[self.order], most=100_000)
        return lambda blocks, *args: program.launch(
            blocks, THREADS, [np.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
        )


@pytest.fixture(scope="module")
def machines():
    return {contracted: Machine(contracted) for contracted in (False, True)}


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setattr(cpu, "load", plain_load)
    monkeypatch.setattr(cpu, "pointer", lambda function: function)
    monkeypatch.setattr(cuda, "to_device", to_device)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**28)
    return lambda machine: monkeypatch.setattr(cuda, "compile_block", machine.compile)


def training():
    return Training(mlp(8, 5, hidden=(6,), dropout=0.25), examples(7, 8, 5), RULES["adam"](lr=0.1), batch=4, workers=1)


def found(one, evaluated=False):
    lanes = on_device(one)
    losses = epochs(lanes, 1, one.updates)
    return [*lanes.state.values(), losses, *([lanes.evaluate(one.rows)] if evaluated else [])]


@pytest.fixture
def phases(played):
    """The network with dropout, trained phase by phase."""
    one = training()
    played(Player(THREADS))
    return one, found(one, evaluated=True)


def test_without_contraction_the_bits_are_those_of_the_phases(phases, played, machines):
    """But for the losses, which have a logarithm in them: within 4 ulp of the dtype."""
    one, expected = phases
    played(machines[False])
    given = found(one, evaluated=True)
    assert all(np.array_equal(a, b) for a, b in zip(given[:3], expected[:3], strict=True))
    for a, b in zip(given[3:], expected[3:], strict=True):
        assert a == pytest.approx(b, rel=4 * 2.0**-23)


def test_with_contraction_the_numbers_agree(played, machines):
    """Softmax regression, as it is compiled where nothing else is said."""
    one = Training(mlp(8, 5, hidden=()), examples(7, 8, 5), RULES["momentum"](lr=0.1), batch=4, workers=1)
    played(Player(THREADS))
    expected = found(one)
    played(machines[True])
    for a, b in zip(found(one), expected, strict=True):
        assert a == pytest.approx(b, rel=1e-5, abs=1e-6)


def test_every_barrier_of_the_program_is_needed(phases, played, machines):
    one, expected = phases
    count = emit_train(one.groups, one.batch, "float32").text.count(BARRIER)
    for number in range(count):
        machines[False].edit = lambda text, number=number: without(text, number)
        noticed = False
        for machines[False].order in ORDERS:
            played(machines[False])
            noticed = noticed or differs(one, expected)
        assert noticed, number
    machines[False].edit, machines[False].order = str, "permuted"


def without(text: str, number: int) -> str:
    """The PTX without one of its barriers."""
    place = [m.span() for m in re.finditer(r"bar\.sync[^;]*;", text)][number]
    return text[: place[0]] + text[place[1] :]


def differs(one, expected) -> bool:
    """Whether a program gives other parameters, slots or step state, or reads where nothing is."""
    try:
        return any(not np.array_equal(a, b) for a, b in zip(found(one)[:3], expected[:3], strict=True))
    except Astray:
        return True


SWAPS = {"add.rn.f32": "sub.rn.f32", "sub.rn.f32": "add.rn.f32", "mul.rn.f32": "add.rn.f32", "div.rn.f32": "mul.rn.f32",
         "setp.lt.f32": "setp.ge.f32", "setp.le.f32": "setp.gt.f32", "xor.b64": "or.b64", "mul.lo.s64": "add.s64",
         "setp.lt.s64": "setp.ge.s64"}  # fmt: skip


def test_mutants_of_the_program_are_noticed(phases, played, machines):
    """One operator of the PTX exchanged at a time: three in four change a number or leave the arrays.

    Those that survive stand in copies of loops for more rows than there are here, or beside a factor 0.
    """
    one, expected = phases
    played(machines[False])
    found(one)
    text = machines[False].known[emit_train(one.groups, one.batch, "float32").text]
    found_places = re.finditer(r"(?<=\t)([a-z]+[\w.]*)(?= [^;]*(?<!0f00000000);)", text)
    places = [m for m in found_places if m.group() in SWAPS]
    noticed = 0
    for place in random.Random(1).sample(places, 24):
        changed = text[: place.start()] + SWAPS[place.group()] + text[place.end() :]
        machines[False].edit = lambda own, changed=changed: changed if own == text else own
        played(machines[False])
        noticed += differs(one, expected)
    machines[False].edit = str
    assert noticed >= 18, noticed
