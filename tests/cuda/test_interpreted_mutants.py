"""Mutants of networks' compiled kernels: one operator of the PTX exchanged at a time, and the numbers change."""

from __future__ import annotations

import contextlib
import random
import re
from functools import partial
from typing import Any

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda
from adamtheory.nets import cuda_training
from adamtheory.nets.block_kernel import emit_evaluate, emit_train

from .arithmetic import Astray
from .assembly import missing
from .blocks import Player, plain_load, to_device
from .compiled import ptx
from .instructions import Memory, Registers, Step
from .interpreted_networks import THREADS, Machine, epoch, evaluation, training
from .interpreter import Program
from .library import Library

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
SWAPS = {"add.s64": "sub.s64", "sub.s64": "add.s64", "mul.lo.s64": "add.s64", "xor.b64": "or.b64", "and.b64": "or.b64",
         "or.b64": "and.b64", "shl.b64": "shr.u64", "shr.u64": "shl.b64", "add.s32": "sub.s32", "sub.s32": "add.s32",
         "and.b32": "or.b32", "shl.b32": "shr.u32", "setp.gt.u64": "setp.le.u64", "setp.lt.u64": "setp.ge.u64",
         "cvt.rmi.f32.f32": "cvt.rzi.f32.f32"}  # fmt: skip
for kind in ("f32", "f64"):
    SWAPS |= {f"add.rn.{kind}": f"sub.rn.{kind}", f"sub.rn.{kind}": f"add.rn.{kind}",
              f"mul.rn.{kind}": f"add.rn.{kind}", f"div.rn.{kind}": f"mul.rn.{kind}", f"sqrt.rn.{kind}": f"abs.{kind}",
              f"neg.{kind}": f"abs.{kind}",
              f"rcp.rn.{kind}": f"mov.{kind}"}  # fmt: skip
for kind in ("f32", "f64", "s64", "s32"):
    for one, other in (("lt", "ge"), ("gt", "le"), ("eq", "ne")):
        SWAPS |= {f"setp.{one}.{kind}": f"setp.{other}.{kind}", f"setp.{other}.{kind}": f"setp.{one}.{kind}"}
REGISTER = re.compile(r"%[a-z]+\d+")
# case, kernel, and how many mutants
SAMPLES = [(("adam", "relu", "float32"), "train", 60), (("ndadam", "sigmoid", "float64"), "train", 30),
           (("nadam", "tanh", "float64"), "evaluate", 40)]  # fmt: skip


class Signs:
    """Registers of a text of which nothing but the sign is read: whether an index is below zero, and none is."""

    def __init__(self, text: str) -> None:
        self.readers: dict[str, list[tuple[str, str]]] = {}
        for statement in re.findall(r"(?<=\t)([a-z][^;{]*);", text):
            names = REGISTER.findall(statement)
            target, sources = ("", names) if statement.startswith("st") or not names else (names[0], names[1:])
            for name in sources:
                self.readers.setdefault(name, []).append((target, statement))

    def only(self, name: str, seen: tuple[str, ...] = ()) -> bool:
        readers = self.readers.get(name, [])
        return bool(readers) and all(
            (statement.startswith("shr.s64") and statement.endswith(" 63"))
            or (statement.startswith("add.s64") and (target in seen or self.only(target, (*seen, name))))
            for target, statement in readers
        )


class Twice(Program):
    """A program that executes an instruction and its mutant side by side; whether they ever differ."""

    statement = mutant = ""
    differ = False

    def decode(self, line: str) -> Step:
        step = super().decode(line)
        return (
            step._replace(act=self.beside(step.act, super().decode(self.mutant).act))
            if line == self.statement
            else step
        )

    def beside(self, own: Any, other: Any) -> Any:
        (target, *_) = REGISTER.findall(self.statement)

        def act(registers: Registers, memory: Memory) -> None:
            before = dict(registers)
            own(registers, memory)
            with contextlib.suppress(Astray):
                other(before, memory)
            Twice.differ |= registers[target] != before.get(target)

        return act


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setattr(cpu, "load", plain_load)
    monkeypatch.setattr(cpu, "pointer", lambda function: function)
    monkeypatch.setattr(cuda, "to_device", to_device)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**28)
    return lambda machine: monkeypatch.setattr(cuda, "compile_block", machine.compile)


@pytest.mark.parametrize(("case", "kernel", "count"), SAMPLES)
def test_mutants_of_the_program_are_noticed(played, monkeypatch, case, kernel, count):
    """A number changes, the program leaves its arrays, parts its threads or does not end.

    Two lanes, three updates in two launches, batches that loops of four rows go over twice, and once with three left.
    Of what is executed there; the compiler has made copies of loops that are not. An exchange of which nobody could
    notice anything is none: of an operator of which only a sign is read that never changes, or which gives the same
    number wherever it is executed, as x + 0 and x - 0. At most one in twenty of the others is not noticed, as one that
    counts what the last turns of a loop leave over.
    """
    monkeypatch.setattr(cuda_training, "FIRST", 1)
    monkeypatch.setattr(cuda_training, "SECONDS_PER_LAUNCH", 1e9)
    one = training(*case, lanes=2, rows=23)
    play = evaluation if kernel == "evaluate" else partial(epoch, evaluated=False)
    played(Player(THREADS, math=Library()))
    expected = play(one)
    reference = Machine()
    played(reference)
    assert all(np.array_equal(a, b) for a, b in zip(play(one), expected, strict=True))
    emitted = (
        emit_evaluate(one.groups, one.rows.x.dtype.name)
        if kernel == "evaluate"
        else emit_train(one.groups, one.batch, one.rows.x.dtype.name)
    )
    text = ptx(emitted.text, emitted.name, emitted.types, contracted=False)
    assert text in reference.texts
    signs, survivors = Signs(text), []
    places = [m for m in re.finditer(r"(?<=\t)([a-z][\w.]*)\s[^;{]*(?=;)", text)
              if m.group(1) in SWAPS and m.group() in reference.reached
              and not signs.only(REGISTER.search(m.group()).group())]  # fmt: skip
    for place in random.Random(1).sample(places, count):
        changed = SWAPS[place.group(1)] + place.group()[len(place.group(1)) :]
        now = text[: place.start()] + changed + text[place.end() :]
        mutant = Machine(edit=lambda own, now=now: now if own == text else own)
        mutant.wanted = reference.trace
        played(mutant)
        with contextlib.suppress(Astray):
            play(one)
            survivors += [place.group()] if differs(one, play, played, place.group(), changed) else []
    assert len(survivors) <= count // 20, "\n".join(survivors)


def differs(one, play, played, statement, changed) -> bool:
    """Whether the mutant of an instruction ever gives another number than it."""
    machine = Machine(kind=Twice)
    Twice.statement, Twice.mutant, Twice.differ = statement, changed, False
    played(machine)
    play(one)
    return Twice.differ
