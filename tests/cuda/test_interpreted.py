"""Compiled kernels, interpreted on the CPU: the PTX itself gives the CPU's numbers, and its mutants do not."""

from __future__ import annotations

import contextlib
import random
import re

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda
from adamtheory.rules import RULES
from adamtheory.sets import everything

from .assembly import missing
from .interpreter import Program
from .pairs import LANES, arrays, assert_equal, both, losses, plain

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
THREADS = 4
ROUNDS = 20
# rule, loss, coordinates, dtype: without exp, log and powers, whose last bits differ, and so without cos
RUNS = [
    ("adam", "reddi", 1, "float32"),
    ("amsgrad", "reddi", 1, "float64"),
    ("nadam_constant", "random_signs", 1, "float32"),
    ("rmsprop_centered", "adversary", 1, "float64"),
    ("adagrad", "least_squares", 3, "float64"),
    ("yogi", "quadratic_two_point", 2, "float32"),
]


class Resident(np.ndarray):
    """An array that stands for one on the device."""

    def copy_to_host(self) -> np.ndarray:
        return np.array(self)


class Machine:
    """A GPU whose kernels are compiled, changed by `edit`, and interpreted."""

    def __init__(self, contracted: bool) -> None:
        self.edit = str  # a text to a text
        self.contracted = contracted
        self.known: dict[str, str] = {}

    def compile(self, kernel):
        if kernel.text not in self.known:
            self.known[kernel.text] = self.ptx(kernel)
        program = Program(self.edit(self.known[kernel.text]))

        def launch(count, *rest):
            blocks = -(-count // THREADS)
            program.launch(blocks, THREADS, [count, *(np.asarray(a) if isinstance(a, Resident) else a for a in rest)])

        return launch

    def ptx(self, kernel):
        with contextlib.nullcontext() if self.contracted else cuda.exact():
            text = cuda.ptx(kernel, (9, 0))
        assert self.contracted or "fma.rn" not in text
        return text


@pytest.fixture(scope="module")
def machines():
    return {contracted: Machine(contracted) for contracted in (False, True)}


@pytest.fixture
def machine(monkeypatch, machines):
    """The machine in the place of the GPU, and the CPU's kernels as plain Python."""

    def take(contracted=False, edit=str):
        machines[contracted].edit = edit
        monkeypatch.setattr(cuda, "compile_kernel", machines[contracted].compile)

    monkeypatch.setattr(cpu, "compile_kernel", plain)
    monkeypatch.setattr(cuda, "require", lambda: None)
    monkeypatch.setattr(cuda, "synchronize", lambda: None)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**28)
    monkeypatch.setattr(cuda, "to_device", lambda array: np.ascontiguousarray(array).view(Resident).copy())
    return take


def play(rule, loss, size, dtype):
    return both(rule, losses(loss, size), ROUNDS, dtype=dtype, monitors=True, checkpoints=[1, ROUNDS])


@pytest.mark.parametrize(("rule", "loss", "size", "dtype"), RUNS)
def test_without_contraction_the_bits_are_the_cpus(machine, rule, loss, size, dtype):
    machine()
    assert_equal(*play(rule, loss, size, dtype))


@pytest.mark.parametrize(("rule", "loss", "size", "dtype"), RUNS)
def test_with_contraction_the_losses_agree(machine, rule, loss, size, dtype):
    machine(contracted=True)
    cpu_run, gpu_run = play(rule, loss, size, dtype)
    tolerance = ROUNDS * 4 * np.finfo(dtype).eps
    assert np.allclose(cpu_run.losses, gpu_run.losses, rtol=tolerance, atol=tolerance)


def test_the_end_of_a_block_of_rounds(machine):
    """Launches around round 1024, where the compensated sums take up the block's part."""
    machine()
    rule = RULES["sgd"](lr=[0.1] * LANES)
    assert_equal(*both(rule, losses("random_signs", 1), 1030, checkpoints=[1000, 1024, 1030], feasible=everything))


SWAPS = {
    "add.f32": "sub.f32", "sub.f32": "add.f32", "mul.f32": "add.f32", "div.rn.f32": "mul.f32", "add.f64": "sub.f64",
    "sub.f64": "add.f64", "setp.lt.f32": "setp.ge.f32", "setp.lt.f64": "setp.ge.f64", "setp.gt.f64": "setp.le.f64",
    "xor.b64": "or.b64", "and.b64": "or.b64", "shr.u64": "shl.b64", "setp.ne.s64": "setp.eq.s64",
}  # fmt: skip


def test_mutants_of_the_program_are_noticed(machine):
    """One operator of the PTX exchanged at a time: at least four in five change a number or leave the arrays."""
    texts = []
    machine(edit=lambda text: texts.append(text) or text)
    play("adam", "random_signs", 1, "float32")
    (text,) = set(texts)
    places = [m for m in re.finditer(r"(?<=\t)[a-z]+[\w.]*(?= )", text) if m.group() in SWAPS]
    chosen = random.Random(1).sample(places, 40)
    noticed = 0
    for place in chosen:
        changed = text[: place.start()] + SWAPS[place.group()] + text[place.end() :]
        machine(edit=lambda _, changed=changed: changed)
        try:
            cpu_run, gpu_run = play("adam", "random_signs", 1, "float32")
            same = all(np.array_equal(a, b, equal_nan=True)
                       for a, b in zip(arrays(cpu_run).values(), arrays(gpu_run).values(), strict=True))  # fmt: skip
            noticed += not same
        except IndexError:
            noticed += 1
    assert noticed >= 0.8 * len(chosen), noticed
