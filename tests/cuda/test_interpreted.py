"""Compiled kernels, interpreted on the CPU: the PTX itself gives the CPU's numbers, and its mutants do not."""

from __future__ import annotations

import contextlib
import re
from collections import Counter

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda, cuda_run, emit_cuda, emit_shared, emit_single
from adamtheory.engine.emit import BLOCK, COMPLETE, LENGTH
from adamtheory.engine.emit_cuda import signature
from adamtheory.language import parse
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import ball, l1_ball
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import prepare

from .arithmetic import Astray
from .assembly import missing
from .compiled import ptx
from .interpreter import MOST, Program
from .library import Library
from .pairs import LANES, RATES, arrays, assert_equal, both, losses, plain

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
THREADS = 4
ROUNDS = 24
# Blocks of eight rounds, with their sums, and tiles of two lanes, so that a short run has several.
SMALL = {
    "BLOCK": 8,
    "LENGTH": LENGTH.replace(str(BLOCK), "8"),
    "COMPLETE": COMPLETE.replace(str(BLOCK), "8"),
    "TILE": 2,
}
# name -> rule, loss, coordinates, dtype, more
RUNS = {
    "linear": ("adam", "reddi", 1, "float32", {}),
    "linear float64": ("amsgrad", "reddi", 1, "float64", {}),
    "draws": ("nadam_constant", "random_signs", 1, "float32", {}),
    "draws in coordinates": ("yogi", "quadratic_two_point", 2, "float32", {}),
    "data": ("adagrad", "least_squares", 3, "float64", {}),
    "l1 ball": ("sgd", "quadratic_two_point", 3, "float64", {"feasible": l1_ball(radius=0.1)}),
    "ball": ("adam", "quadratic_two_point", 3, "float32", {"feasible": ball(radius=0.1)}),
    "cosine for all": ("momentum", "random_signs", 1, "float64", {"schedule": SCHEDULES["cosine"](lr=1, steps=17)}),
}
STEPS = np.arange(LANES) + 15
# The same with exp, log, powers and cosines in every lane.
ROUGH = {
    "exp and log": ("adam", "logistic", 1, "float64", {}),
    "log and cos": ("adam", "quadratic_gaussian", 1, "float64", {}),
    "powers": ("sgd", "random_signs", 1, "float64", {"schedule": SCHEDULES["polynomial"](lr=1, power=STEPS / 30)}),
    "cosine": ("sgd", "random_signs", 1, "float32", {"schedule": SCHEDULES["cosine"](lr=1, steps=STEPS)}),
}
CONTRACTED = ["draws", "data", "ball", "exp and log"]


class Resident(np.ndarray):
    """An array that stands for one on the device."""

    def copy_to_host(self) -> np.ndarray:
        return np.array(self)


class Machine:
    """A GPU whose kernels are compiled, changed by `edit`, and interpreted."""

    def __init__(self, contracted: bool) -> None:
        self.edit = str  # a text to a text
        self.contracted, self.most = contracted, MOST

    def compile(self, kernel):
        text = ptx(kernel.text, "run", signature(kernel), self.contracted)
        program = Program(self.edit(text), most=self.most)

        def launch(count, *rest):
            blocks = -(-count // THREADS)
            program.launch(blocks, THREADS, [count, *(np.asarray(a) if isinstance(a, Resident) else a for a in rest)])

        return launch


@pytest.fixture(scope="module")
def machines():
    return {contracted: Machine(contracted) for contracted in (False, True)}


@pytest.fixture
def machine(monkeypatch, machines):
    """The machine in the place of the GPU, and the CPU's kernels as plain Python."""

    def take(contracted=False, edit=str):
        machines[contracted].edit = edit
        monkeypatch.setattr(cuda, "compile_kernel", machines[contracted].compile)

    for module in (emit_single, emit_shared, emit_cuda, cuda_run):
        for name, value in SMALL.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(cpu, "compile_kernel", plain)
    monkeypatch.setattr(cuda, "require", lambda: None)
    monkeypatch.setattr(cuda, "copy", lambda array: array.copy())
    monkeypatch.setattr(cuda, "synchronize", lambda: None)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**28)
    monkeypatch.setattr(cuda, "to_device", lambda array: np.ascontiguousarray(array).view(Resident).copy())
    return take


def play(name):
    rule, loss, size, dtype, more = (RUNS | ROUGH)[name]
    return both(rule, losses(loss, size), ROUNDS, dtype=dtype, monitors=True, checkpoints=[1, 7, ROUNDS], **more)


def ulps(one, two, dtype):
    """The largest difference in units of the last place of the largest number of the same lane."""
    finite = np.isfinite(one)
    assert np.array_equal(finite, np.isfinite(two))
    one, two = (np.where(finite, a, 0).reshape(len(a), -1) for a in (one, two))
    unit = np.spacing(np.maximum(np.abs(one).max(axis=1), np.finfo(dtype).tiny).astype(dtype))
    return (np.abs(one - two).max(axis=1) / unit).max()


@pytest.mark.parametrize("name", [*RUNS, *ROUGH])
def test_without_contraction_the_bits_are_the_cpus(machine, monkeypatch, name):
    """With NVIDIA's exp, log, powers and cosines on the CPU too, where they are called."""
    machine()
    if name in ROUGH:
        monkeypatch.setattr(cpu, "compile_kernel", lambda kernel: plain(kernel, Library()))
    assert_equal(*play(name))


@pytest.mark.parametrize("name", ROUGH)
def test_with_functions_of_its_own_it_agrees_to_two_ulp(machine, name):
    """Each call may be off by one; over 24 rounds losses and iterates keep within two."""
    machine()
    one, two = play(name)
    assert max(ulps(one.losses, two.losses, "float64"), ulps(one.iterates, two.iterates, one.dtype)) <= 2


@pytest.mark.parametrize("name", CONTRACTED)
def test_with_contraction_it_agrees_to_four_ulp(machine, name):
    """Losses in units of the run's dtype, as each is computed in it; something differs, so that the test sees it."""
    machine(contracted=True)
    one, two = play(name)
    assert max(ulps(one.losses, two.losses, one.dtype), ulps(one.iterates, two.iterates, one.dtype)) <= 4
    assert any(not np.array_equal(a, arrays(two)[n], equal_nan=True) for n, a in arrays(one).items())


FUNCTIONS = """
def run(count, x, y, out):
    i = cuda.grid(1)
    if i < count:
        out[i, 0] = math.exp(x[i])
        out[i, 1] = math.log(y[i])
        out[i, 2] = math.pow(y[i], x[i])
        out[i, 3] = math.cos(math.pi * x[i])
"""


def test_functions_of_the_device_in_ulp(machine):
    """exp, log, powers and cos of NVIDIA's library against the C library's: at most two units in the last place."""
    random = np.random.default_rng(3)
    x, y = np.append(random.uniform(-3, 3, 99), 0), np.append(random.uniform(1e-3, 9, 99), 1)
    text = cuda.ptx_of(
        cuda.functions(FUNCTIONS)["run"], "void(int64, float64[::1], float64[::1], float64[:,::1])", (9, 0)
    )
    out = np.zeros((100, 4))
    Program(text).launch(25, 4, [100, x, y, out])
    wanted = np.stack([np.exp(x), np.log(y), y**x, np.cos(np.pi * x)], axis=1)
    unit = np.spacing(np.maximum(np.abs(wanted), [0, 0, 0, 1]))  # a zero of cos has the error of its argument
    assert (np.abs(out - wanted) / unit).max() <= 2


ECHO = "@loss\ndef echo(x, u: uniform, w: uniform):\n    return total(x), u + 2*w\n"
KEEP = "@rule\ndef keep(x, g, last=0, *, lr: real = 1):\n    return x, g\n"


@pytest.mark.parametrize("size", [1, 2])
def test_draws_are_the_same_integers(machine, size):
    """The rule hands both draws through as its state; in float64 nothing is lost, contracted or not (see `RUNS`)."""
    keep, echo = parse(KEEP)["keep"], sequence(parse(ECHO)["echo"], dimension=size)
    machine(contracted=True)
    one, two = both(keep, echo, 3, seed=np.arange(LANES) + 2**31, stream=2**32 - 1, checkpoints=[1, 2, 3])
    assert np.array_equal(one.state["last"], two.state["last"])
    assert len(np.unique(one.state["last"])) == one.state["last"].size


SWAPS = {
    "add.rn.f64": "sub.rn.f64", "sub.rn.f64": "add.rn.f64", "mul.rn.f64": "add.rn.f64", "div.rn.f64": "mul.rn.f64",
    "sqrt.rn.f64": "neg.f64", "abs.f64": "neg.f64", "setp.lt.f64": "setp.ge.f64", "setp.gt.f64": "setp.le.f64",
    "setp.ltu.f64": "setp.ge.f64", "setp.eq.f64": "setp.neu.f64", "xor.b64": "or.b64", "and.b64": "or.b64",
    "or.b64": "and.b64", "shr.u64": "shl.b64", "shl.b64": "shr.u64", "mul.lo.s64": "add.s64", "add.s64": "sub.s64",
    "sub.s64": "add.s64", "min.s64": "max.s64", "setp.ne.s64": "setp.eq.s64", "setp.lt.s64": "setp.ge.s64",
    "setp.ge.s64": "setp.lt.s64", "setp.ge.u64": "setp.lt.u64", "and.pred": "or.pred",
}  # fmt: skip
PHILOX = {"xor.b64", "and.b64", "shr.u64", "mul.lo.s64", "add.s64"}  # ten times the same: every fourth will do


def harmless(text, place):
    """Why exchanging that operator changes nothing; empty where it should."""
    before, line = text[: place.start()].split("\n")[-2].strip(), text[place.start() :].split(";")[0]
    if line.endswith("0d0000000000000000") or (line[:4] == "add." and before.endswith(", 0d0000000000000000;")):
        return "zero is added"
    known = {line.split()[1].rstrip(",")}
    for following in text[place.start() :].split("$L_")[0].splitlines():
        target, *sources = re.findall(r"%\w+", following) or [""]
        if known & set(sources) or following.startswith(line):
            known.add(target)
            if "min.s64" in following:
                return "a block of rounds ends sooner, or looks empty, and the next one takes the rest"
    return ""


# Slopes of both signs and many sizes, so that a block's sum is now larger than all before it, now smaller.
HEAVY = "@loss\ndef heavy(x, u: uniform, w: uniform):\n    g = (u - 1/2)/(w*w + 1/100)\n    return total(g*x), g\n"


def late(device, kernel=None):
    """Launches that begin with round 1 and with round 3*2^32 + 6: everything that the lanes hold."""
    rule, loss = RULES["adam"](lr=100 * RATES[2:], beta2=[0.9, 0.5, 0.01], eps=0.01), parse(HEAVY)["heavy"]
    job = prepare(rule, sequence(loss), seed=[5, 2**31, 2], stream=[3, 0, 1], monitors=True)
    job.device, job.kernel = device, kernel
    run = job.arrays()
    for first, steps in ((1, 17), (3 * 2**32 + 6, 12)):
        run.advance(0, 3, steps, first, np.zeros((1, 1), np.int64))
    sums = run.state["sums"] if device == "cuda" else run.state["acc"].T
    parts = {f"{a.name} in parts": sums[3 * i : 3 * i + 3] for i, a in enumerate(run.kernel.step_sums)}
    return run.read() | parts | {"finite": run.finite()}, run.kernel


def test_mutants_of_the_program_are_noticed(machine, machines, monkeypatch):
    """Every operator of the PTX exchanged, one at a time: a number changes, it leaves the arrays, or never ends."""
    monkeypatch.setattr(machines[False], "most", 20_000)
    texts = []
    machine(edit=lambda text: texts.append(text) or text)
    (wanted, _), (found, kernel) = late("cpu"), late("cuda")
    assert all(np.array_equal(wanted[n], found[n]) for n in wanted)
    (text,) = texts
    survivors, seen = [], Counter()
    for place in re.finditer(r"(?<=\t)[a-z]+[\w.]*(?= )", text):
        seen[place.group()] += 1
        repeated = place.group() in PHILOX and seen[place.group()] > 6 and seen[place.group()] % 4 > 0
        if place.group() not in SWAPS or repeated:
            continue
        changed = text[: place.start()] + SWAPS[place.group()] + text[place.end() :]
        machine(edit=lambda _, changed=changed: changed)
        with contextlib.suppress(Astray):
            found, _ = late("cuda", kernel)
            if all(np.array_equal(wanted[n], found[n], equal_nan=True) for n in wanted):
                survivors += [] if harmless(text, place) else [text[place.start() :].split(";")[0]]
    assert not survivors, "\n".join(survivors)
