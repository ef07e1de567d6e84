"""Kernels that update arrays, as plain Python: the CPU's bits for every rule, in any order of the threads.

Sums: the bits do not depend on threads, blocks or chunks, and are those of a tree that NumPy adds up.
"""

from __future__ import annotations

import math
import os
import random

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda, cuda_arrays, cuda_update
from adamtheory.engine import emit_cuda_update as emission
from adamtheory.errors import AdamTheoryError, DeviceError, ParameterError
from adamtheory.language import parse
from adamtheory.rules import RULES
from adamtheory.schedules import cosine_restarts, inverse_sqrt
from adamtheory.simulation.update import ArrayOptimizer

from .updates import (
    DTYPES,
    EDGES,
    PLAIN,
    TOTALS,
    Resident,
    Threads,
    all_same,
    gradients,
    load,
    play,
    pretend,
    same,
    small,
    start,
    to_device,
    unaligned,
)

ORDERS = {
    "forward": (list, 3, 2),
    "reversed": (lambda threads: threads[::-1], 4, 2**16),
    "shuffled": (lambda threads: random.Random(7).sample(threads, len(threads)), 8, 1),
    "one thread": (list, 1, 2**16),
}

FULL = bool(os.environ.get("ADAMTHEORY_FULL"))
# every rule in one precision, the simulator has the other; in both with ADAMTHEORY_FULL=1
CASES = [(name, dtype) for i, name in enumerate(PLAIN) for dtype in (DTYPES if FULL else [DTYPES[i % 2]])]


@pytest.fixture
def device(monkeypatch):
    """A device of plain Python, with an order of its threads, how many a block has, and how many blocks at most."""
    small(monkeypatch)
    monkeypatch.setattr(cpu, "load", load)

    def take(order="forward"):
        change, threads, blocks = ORDERS[order]
        monkeypatch.setattr(cuda_update, "THREADS", threads)
        monkeypatch.setattr(cuda_update, "MOST_BLOCKS", blocks)
        pretend(monkeypatch, lambda text, name, _: lambda b, t, *a: Threads(text, change).launch(name, b, t, a))

    take()
    return take


@pytest.mark.parametrize(("name", "dtype"), CASES)
def test_every_rule_has_the_bits_of_the_cpu(device, name, dtype):
    """Packs of 16 bytes with one to three numbers left over; one by one where the arrays do not begin on 16 bytes."""
    size = (1, 7, 8)[PLAIN.index(name) % 3]
    x, rows = start(dtype, size), gradients(dtype, size)
    expected = play(RULES[name], "cpu", rows, x)
    all_same(expected, play(RULES[name], "cuda", rows, x))
    all_same(expected, play(RULES[name], "auto", rows, x, lambda a: unaligned(a).view(type(to_device(a)))))


@pytest.mark.parametrize("groups", [None, EDGES, [0, 3, 5, 23]])
@pytest.mark.parametrize("name", TOTALS)
def test_totals_that_float64_holds_exactly_have_the_bits_of_the_cpu(device, name, groups):
    x, rows = start("float32", EDGES[-1]), gradients("float32", EDGES[-1])
    cpu_run, gpu_run = (play(RULES[name](lr=0.1), d, rows, x, groups=groups) for d in ("cpu", "cuda"))
    all_same(cpu_run, gpu_run)


@pytest.mark.parametrize("groups", [[0, 3, 5], [0, 23]])
@pytest.mark.parametrize("name", TOTALS)
def test_no_launch_changes_a_bit(device, name, groups):
    """In float64, where sums are rounded: any threads, blocks and order; close to the CPU."""
    size = groups[-1]
    x, rows = start("float64", size), gradients("float64", size) / 3
    found = []
    for order in ORDERS:
        device(order)
        found.append(play(RULES[name](lr=0.1), "cuda", rows, x, groups=groups))
    for other in found[1:]:
        all_same(found[0], other)
    for a, b in zip(found[0], play(RULES[name](lr=0.1), "cpu", rows, x, groups=groups), strict=True):
        for slot in a:
            np.testing.assert_allclose(a[slot], b[slot], rtol=1e-13, atol=1e-15, err_msg=slot)


SUM = "@rule\ndef f(x, g, s=0, *, lr):\n    s = total(g)\n    return x - lr*g, s\n"


def tree(numbers: np.ndarray) -> float:
    """The sum of a group: chunks, lanes, halves, by NumPy."""
    length = emission.CHUNK * max(1, -(-len(numbers) // (emission.CHUNK * emission.MOST)))
    parts = [lanes(numbers[k : k + length]) for k in range(0, len(numbers), length)]
    return lanes(np.array(parts)) if len(parts) > 1 else parts[0]


def lanes(numbers: np.ndarray) -> float:
    rows = np.append(numbers, np.zeros(-len(numbers) % emission.LANES)).reshape(-1, emission.LANES)
    total = np.cumsum(rows, axis=0)[-1]
    while len(total) > 1:
        total = total[: len(total) // 2] + total[len(total) // 2 :]
    return float(total[0])


@pytest.mark.parametrize("size", [1, 3, 4, 5, 9, 23, 24, 25, 100])
def test_sums_are_the_tree_that_is_described_and_within_the_bound(device, size):
    g = np.random.default_rng(size).standard_normal(size) * 10.0 ** np.random.default_rng(0).integers(-9, 9, size)
    stepper = ArrayOptimizer(parse(SUM)["f"](lr=0.1), np.zeros(size), device="cuda")
    stepper.step(g)
    (found,) = stepper.fetch_state()["s"]
    assert found == tree(g)
    bound = size * 2.0**-52 * np.abs(g).sum()
    assert abs(found - math.fsum(g)) <= bound / 2
    assert abs(found - np.cumsum(g)[-1]) <= bound


def test_the_trees_that_run_on_a_device_cover_every_group():
    """Sizes around the chunks of full size: the chunks partition the array, and none of a group has the next one's."""
    edges = np.cumsum([0, 1, 4095, 4096, 4097, 4096 * 1024, 4096 * 1024 + 1, 1])
    cuts, owner, firsts = emission.chunks(edges)
    assert (np.diff(cuts.astype(np.int64)) > 0).all()
    same(cuts[firsts.astype(np.int64)], edges.astype(np.uint64))
    assert np.bincount(owner.astype(np.int64)).tolist() == [1, 1, 1, 2, 1024, 513, 1]
    assert (np.diff(cuts.astype(np.int64)).max(), cuts[-1]) == (8192, edges[-1])


@pytest.mark.parametrize("groups", [None, "rows"])
def test_a_schedule_with_state(device, groups):
    plan, x = cosine_restarts(lr=1, T0=2, multiplier=2), start("float64", 6).reshape(2, 3)
    rows = gradients("float64", 6, 7).reshape(7, 2, 3)
    for rule in ("adam", "ndadam"):
        device("reversed")
        a, b = (play(RULES[rule](lr=0.1), d, rows, x, schedule=plan, groups=groups) for d in ("cpu", "cuda"))
        if rule == "adam":
            all_same(a, b)
        np.testing.assert_allclose(a[-1]["x"], b[-1]["x"], rtol=1e-13)


def test_powers_and_constants_of_them(device):
    text = "@rule\ndef f(x, g, a=0, *, lr, q):\n    e = 8*g/(1 + absolute(g))\n    return x - lr*g*q**(1/3), 2**e\n"
    optimizer = parse(text)["f"](lr=0.01, q=0.7)
    x, rows = start("float64", 9), gradients("float64", 9)
    all_same(*(play(optimizer, d, rows, x, schedule=inverse_sqrt) for d in ("cpu", "cuda")))


def test_arrays_without_coordinates(device):
    for shape in ((0,), (3, 0)):
        for name, groups in (("adam", None), ("adam", "rows"), ("ndadam", "rows")):
            x = np.ones(shape)
            stepper = ArrayOptimizer(RULES[name], x, groups=groups, device="cuda")
            stepper.step(np.ones(shape))
            assert (stepper.fetch().shape, stepper.round) == (shape, 1)


# -- what a programmer meets -----------------------------------------------------------------------------------------


def test_a_numpy_array_is_kept_on_the_device_until_it_is_fetched(device):
    x = np.ones((2, 3))
    stepper = ArrayOptimizer(RULES["sgd"](lr=0.5), x, device="cuda")
    stepper.step(np.full((2, 3), 2.0))
    assert stepper.parameters is not x and stepper.parameters.shape == (2, 3)
    same(x, np.ones((2, 3)))
    assert stepper.fetch() is x
    same(x, np.zeros((2, 3)))
    stepper.step(to_device(np.full((2, 3), 4.0)))
    same(stepper.fetch(), np.full((2, 3), -2.0))


def test_an_array_on_the_device_is_updated_where_it_is(device):
    x = to_device(np.ones((2, 3)))
    stepper = ArrayOptimizer(RULES["momentum"](lr=0.5), x)
    stepper.step(to_device(np.full((2, 3), 2.0)))
    assert stepper.parameters is x
    assert stepper.fetch() is not x
    same(np.array(x), stepper.fetch())
    assert set(stepper.state) == set(stepper.fetch_state())


ADAM = RULES["adam"]


class Tensor:
    """A tensor of a framework: its interface works for what is not differentiated alone."""

    def __init__(self, array, differentiated=True):
        self.array, self.differentiated = array, differentiated

    @property
    def __cuda_array_interface__(self):
        if self.differentiated:
            raise RuntimeError("a tensor that requires grad")
        return {"data": (self.array.ctypes.data, False)}

    def detach(self):
        return Tensor(self.array, False)


def test_a_tensor_that_is_differentiated_is_updated_where_it_is(device, monkeypatch):
    def view(array, stream):
        assert cuda_arrays.detached(array).__cuda_array_interface__
        return array.array

    monkeypatch.setattr(cuda_arrays, "as_device", view)
    x = to_device(np.ones(5, np.float32))
    stepper = ArrayOptimizer(ADAM, Tensor(x))
    stepper.step(Tensor(to_device(np.ones(5, np.float32))))
    assert (np.array(x) < 1).all()


class Odd:
    """What lies on a device, but not as numbers."""

    __cuda_array_interface__ = None


class Constant(Resident):
    """What a framework says of an array that nothing may change."""

    @property
    def __cuda_array_interface__(self):
        return {"data": (self.ctypes.data, True)}


SHORT, SINGLE, LINE = np.ones(4), np.ones(3, np.float32), to_device(np.ones(4))
ODDLY = np.zeros(25, np.uint8)[1:].view(np.float64).view(Resident)


@pytest.mark.parametrize(
    ("x", "more", "gradient", "message"),
    [
        (to_device(np.ones(3)), {"device": "cpu"}, None, "parameters lie on a GPU; leave device="),
        (to_device(np.ones(3, int)), {}, None, "parameters must be an array of float32 or float64, not int64"),
        (to_device(np.ones((3, 2))).T, {}, None, "parameters must be C-contiguous"),
        (
            [1.0],
            {"device": "cuda"},
            None,
            "parameters must be a NumPy array of float32 or float64, or one on a GPU, not list",
        ),
        (np.ones((3, 2)).T, {"device": "cuda"}, None, "parameters must be C-contiguous, aligned and writeable"),
        (np.ones(3, ">f8"), {"device": "cuda"}, None, "one on a GPU, not >f8"),
        (
            to_device(SHORT).view(Constant),
            {},
            None,
            "parameters must be writeable, but their array on the GPU is read-",
        ),
        (ODDLY, {}, None, "parameters must begin at a multiple of 8 bytes"),
        (to_device(np.ones(3)), {}, ODDLY, "gradient must begin at a multiple of 8 bytes"),
        (LINE[1:], {}, LINE[:-1], "gradient overlaps the parameters"),
        (LINE[:-1], {}, LINE[1:], "gradient overlaps the parameters"),
        (np.ones(3), {"device": "cpu"}, Odd(), "gradient lies on a GPU and the parameters do not"),
        (to_device(SHORT), {"groups": [0, 3]}, None, "rise from 0 to the size 4"),
        (np.ones(3), {"device": "gpu"}, None, "unknown device 'gpu'; "),
        (np.ones(3), {"device": "cuda"}, SHORT, r"gradient is float64 \(4,\); the parameters are float64 \(3,\)"),
        (np.ones(3), {"device": "cuda"}, to_device(SINGLE), "gradient is float32 "),
        (
            to_device(np.ones(3)),
            {},
            [1.0],
            "gradient must be a NumPy array of float32 or float64, or one on a GPU, not list",
        ),
    ],
)
def test_wrong_arrays(device, x, more, gradient, message):
    with pytest.raises(AdamTheoryError, match=message):
        ArrayOptimizer(ADAM, x, **more).step(gradient)


def test_a_single_number(device):
    """An array without a dimension, with gradients from the host and on the device."""
    x = np.array(1.0)
    stepper = ArrayOptimizer(RULES["sgd"](lr=0.25), x, device="cuda")
    stepper.step(np.array(2.0))
    stepper.step(np.array(1.0).view(Resident))
    assert stepper.fetch() is x
    assert x == 0.25


def test_state_of_no_parameters(device):
    """As on the CPU: no number for a slot, one for what a group shares."""
    steppers = [ArrayOptimizer(ADAM, np.zeros((0, 3)), device=name) for name in ("cpu", "cuda")]
    for stepper in steppers:
        stepper.step(np.zeros((0, 3)))
    one, two = (stepper.fetch_state() for stepper in steppers)
    assert {n: a.shape for n, a in one.items()} == {n: a.shape for n, a in two.items()}


def test_what_was_fetched_stays(device):
    """Of the powers too, which the host keeps for all groups."""
    stepper = ArrayOptimizer(ADAM, np.ones(3), device="cuda", groups=[0, 1, 3])
    stepper.step(np.ones(3))
    found = stepper.fetch_state()
    kept = {name: array.copy() for name, array in found.items()}
    stepper.step(np.ones(3))
    assert all(np.array_equal(found[name], kept[name]) for name in kept)


def test_what_cannot_be_read(device, monkeypatch):
    def refuse(array, stream):
        raise TypeError("no kind of number\nin detail")

    monkeypatch.setattr(cuda_arrays, "as_device", refuse)
    with pytest.raises(ParameterError, match="^parameters cannot be read on the GPU: no kind of number$"):
        ArrayOptimizer(ADAM, Odd())


def test_more_groups_than_a_launch_can_count(device, monkeypatch):
    monkeypatch.setattr(cuda, "MOST", 1)
    with pytest.raises(DeviceError, match="^2 parts of groups, one for each block, are too many for a GPU"):
        ArrayOptimizer(RULES["ndadam"], np.ones(5), device="cuda", groups=[0, 3, 5])


@pytest.mark.parametrize("name", ["adam", "ndadam"])
def test_an_array_that_does_not_fit_is_said_so_in_one_line(device, monkeypatch, name):
    def full(*_):
        raise RuntimeError("[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY\nmore")

    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**30)
    for part in ("empty", "to_device"):
        with monkeypatch.context() as patch:
            patch.setattr(cuda, part, full)
            with pytest.raises(DeviceError) as caught:
                ArrayOptimizer(RULES[name], np.ones(30), device="cuda")
        assert str(caught.value) == (f"30 parameters and slots of {name} do not fit into the GPU's memory: 1.0 GiB are "
                                     "free; use fewer, or the CPU")  # fmt: skip


def test_without_a_gpu_the_advice_is_one_line(monkeypatch):
    monkeypatch.setattr(cuda, "driver_error", lambda: "no NVIDIA driver was found")
    for make in (lambda: ArrayOptimizer(ADAM, np.ones(3), device="cuda"),
                 lambda: ArrayOptimizer(ADAM, to_device(np.ones(3)))):  # fmt: skip
        with pytest.raises(DeviceError, match=r"^no NVIDIA driver was found; use --device cpu, or, .*$"):
            make()


ODD = {
    "no slot at all": "def f(x, g, *, lr):\n    return x - lr*g/sqrt(total(g*g) + 1)",
    "a number for each coordinate": "def f(x, g, n=0, *, lr):\n    n = total(1)\n    return x - lr*g/n, n",
    "two totals of one stage": "def f(x, g, *, lr):\n    return x - lr*g*total(x*g)/(total(g*g) + 1)",
    "a slot that no one reads": "def f(x, g, last=0, *, lr):\n    return x - lr*g, g",
    "a slot that starts elsewhere": "def f(x, g, a=3, s=2, *, lr):\n    return x - lr*g*s, a/2 + g, s/2",
    "x is not read": "def f(x, g, *, lr):\n    return lr*g",
    "g is not read": "def f(x, g, *, lr):\n    return x - lr*x",
    "nothing is read": "def f(x, g, *, lr):\n    return lr",
    "names that end like marks": "def f(x, g, m=0, m__0=0, m__1=1, *, lr):\n    m__0 = m__0 + g\n    m__1 = m__1/2\n"
    "    m = m + m__0*m__1\n    return x - lr*m, m, m__0, m__1",
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ODD)
def test_odd_rules(device, name, dtype):
    optimizer = parse(f"@rule\n{ODD[name]}\n")["f"](lr=0.5)
    x, rows = start("float64", 11), gradients("float64", 11)
    x = np.round(x * 32) / 32  # sums of products are exact in float64
    cpu_run, gpu_run = (play(optimizer, d, rows.astype(dtype), x.astype(dtype)) for d in ("cpu", "cuda"))
    all_same(cpu_run[:1], gpu_run[:1])
