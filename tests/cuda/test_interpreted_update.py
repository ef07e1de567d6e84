"""Compiled updates of arrays, interpreted on the CPU: the PTX itself gives the CPU's numbers, its mutants do not."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda, cuda_update
from adamtheory.engine import emit_cuda_update as emission
from adamtheory.rules import RULES
from adamtheory.simulation.update import ArrayOptimizer

from .arithmetic import Astray
from .assembly import missing
from .blocks import ORDERS
from .compiled import ptx
from .interpreter import Program
from .updates import Threads, all_same, gradients, load, play, pretend, small, start, to_device, unaligned

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
# rule, dtype, size: packs and one to three numbers left over
RUNS = [("adam", "float32", 11), ("amsgrad", "float64", 7), ("yogi", "float32", 6), ("radam", "float64", 5)]
# a chain of launches, and one
SUMS = [("ndadam", "float32", [0, 3, 9]), ("swats_repaired", "float64", [0, 3, 9]),
        ("swats_repaired", "float32", [0, 3, 5]), ("ndadam", "float64", [0, 3, 5])]  # fmt: skip


class Machine:
    """A GPU whose kernels are compiled, changed by `edit`, and interpreted."""

    def __init__(self, contracted: bool) -> None:
        self.contracted, self.edit, self.order = contracted, str, "forward"

    def compile(self, text, name, types):
        if name == "fill":  # a kernel for each text; interpreted once, below
            return lambda blocks, threads, *args: Threads(text).launch(name, blocks, threads, args)
        program = Program(self.edit(ptx(text, name, types, self.contracted)), ORDERS[self.order], most=100_000)
        return lambda blocks, threads, *args: program.launch(
            blocks, threads, [np.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
        )


@pytest.fixture(scope="module")
def machines():
    return {contracted: Machine(contracted) for contracted in (False, True)}


@pytest.fixture
def machine(monkeypatch, machines):
    """The machine in the place of the GPU, and the CPU's kernels as plain Python."""
    own = cuda.packs

    def take(contracted=False, edit=str, order="forward"):
        machines[contracted].edit, machines[contracted].order = edit, order
        pretend(monkeypatch, machines[contracted].compile)
        monkeypatch.setattr(cuda, "packs", own)
        return machines[contracted]

    small(monkeypatch)
    monkeypatch.setattr(cpu, "load", load)
    monkeypatch.setattr(cuda_update, "THREADS", 3)
    monkeypatch.setattr(cuda_update, "MOST_BLOCKS", 2)
    return take


def resident(array):
    return unaligned(array).view(type(to_device(array)))


@pytest.mark.parametrize(("name", "dtype", "size"), RUNS)
def test_without_contraction_the_bits_are_the_cpus(machine, name, dtype, size):
    """In packs, and one by one from an odd place."""
    machine()
    x, rows = start(dtype, size), gradients(dtype, size)
    expected = play(RULES[name], "cpu", rows, x)
    all_same(expected, play(RULES[name], "cuda", rows, x))
    all_same(expected, play(RULES[name], "auto", rows, x, resident))


@pytest.mark.parametrize(("name", "dtype", "groups"), SUMS)
def test_rules_with_totals(machine, monkeypatch, name, dtype, groups):
    """In float64, whose sums are rounded, against the kernel's own text: the CPU adds up in another order."""
    machine()
    x, rows = start(dtype, groups[-1]), gradients(dtype, groups[-1], 2)
    found = play(RULES[name](lr=0.1), "cuda", rows, x, groups=groups)
    if dtype == "float64":
        pretend(monkeypatch, lambda text, kernel, _: lambda *args: Threads(text).launch(kernel, *args[:2], args[2:]))
    all_same(play(RULES[name](lr=0.1), "cpu" if dtype == "float32" else "cuda", rows, x, groups=groups), found)


def test_no_threads_change_a_bit(machine, monkeypatch):
    """Compiled sums in float64, where they are rounded, by one and by five threads."""
    x, rows, found = start("float64", 9), gradients("float64", 9, 2) / 3, []
    for threads in (1, 5):
        machine(contracted=True)
        monkeypatch.setattr(cuda_update, "THREADS", threads)
        found.append(play(RULES["swats"](lr=0.1), "cuda", rows, x, groups=[0, 3, 9]))
    all_same(*found)


def test_a_slot_is_filled(machine):
    machine()
    kernel = ArrayOptimizer(RULES["sgd"], np.ones(3), device="cuda")._gpu.arrays.kernel
    array = np.zeros(10)
    Program(ptx(kernel.text, "fill", kernel.signature("fill"), False)).launch(2, 3, [9, np.float64(2.5), array])
    assert array.tolist() == [2.5] * 9 + [0]


SWAPS = {
    "add.rn.f32": "sub.rn.f32", "sub.rn.f32": "add.rn.f32", "mul.rn.f32": "add.rn.f32", "div.rn.f32": "mul.rn.f32",
    "sqrt.rn.f32": "abs.f32", "add.rn.f64": "sub.rn.f64", "add.s64": "sub.s64", "shl.b64": "shr.u64",
    "shr.u64": "shl.b64", "setp.lt.u64": "setp.ge.u64", "setp.ge.u64": "setp.lt.u64", "setp.gt.u32": "setp.le.u32",
    "setp.ne.s32": "setp.eq.s32", "st.global.v4.f32": None, "st.global.f32": None, "bar.sync": None,
}  # fmt: skip


def mutants(text):
    """What was changed, and the text: one operator exchanged, or one store or barrier left out, at a time."""
    for place in re.finditer(r"(?<=\t)[a-z]+[\w.]*(?=\s)", text):
        if place.group() in SWAPS:
            new, rest = SWAPS[place.group()], text[place.end() :]
            yield place.group(), text[: place.start()] + (new + rest if new else rest[rest.index(";") + 1 :])


@pytest.mark.parametrize(
    ("name", "kernel", "groups", "sample"), [("adam", "apply_wide", None, 40), ("ndadam", "whole", [0, 13], 20)]
)
def test_mutants_of_the_program_are_noticed(machine, monkeypatch, name, kernel, groups, sample):
    """At least nine in ten change a number, leave the arrays, part the threads or do not end; every barrier does."""
    monkeypatch.setattr(emission, "CHUNK", 16)
    size = groups[-1] if groups else 11
    x, rows, texts = start("float32", size), gradients("float32", size, 2), set()
    expected = play(RULES[name](lr=0.1), "cpu", rows, x, groups=groups)
    machine(edit=lambda text: texts.add(text) or text)
    all_same(expected, play(RULES[name](lr=0.1), "cuda", rows, x, groups=groups))
    (text,) = texts
    assert kernel in text
    found = list(mutants(text))
    barriers = [m for m in found if m[0] == "bar.sync"]
    chosen = random.Random(1).sample([m for m in found if m[0] != "bar.sync"], sample) + barriers
    unnoticed = []
    for what, changed in chosen:
        for order in ("forward", "reversed"):
            machine(edit=lambda _, changed=changed: changed, order=order)
            try:
                all_same(expected, play(RULES[name](lr=0.1), "cuda", rows, x, groups=groups))
            except (AssertionError, Astray):
                break
        else:
            unnoticed.append(what)
    assert "bar.sync" not in unnoticed, unnoticed
    assert len(unnoticed) <= 0.1 * sample, unnoticed
