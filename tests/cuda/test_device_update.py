"""Updates of arrays on a GPU against the CPU: `make test-gpu`. Skipped, with the reason, where there is none.

Without contraction the bits are the CPU's; with it numbers agree to the tolerances of float64 and float32.
"""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from adamtheory.engine import cuda, cuda_arrays, cuda_update
from adamtheory.errors import DeviceError, ParameterError
from adamtheory.rules import RULES, adam, amsgrad, ndadam, sgd
from adamtheory.simulation.update import ArrayOptimizer

from .test_device import TOLERANCE, reason
from .updates import DTYPES, PLAIN, TOTALS, all_same, gradients, play, same, start

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(bool(reason()), reason=reason())]
SIZE = 1003  # packs and three numbers
GROUPS = [0, 1, 700, 5000, 20_000, 20_003]  # of one chunk and of several
LARGE = 2**22 + 3


def shifted(array):
    """A copy on the device that begins one number after a multiple of 16 bytes."""
    return cuda.to_device(np.append(array[:1], array))[1:]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PLAIN)
def test_every_rule_without_contraction_has_the_bits_of_the_cpu(name, dtype):
    """In packs of 16 bytes, and one by one from an odd place."""
    x, rows = start(dtype, SIZE), gradients(dtype, SIZE, 20)
    expected = play(RULES[name], "cpu", rows, x)
    with cuda.exact():
        all_same(expected, play(RULES[name], "cuda", rows, x))
        all_same(expected, play(RULES[name], "auto", rows, x, shifted))


def near(expected, found, dtype, apart=1e-3):
    """Within the tolerance of the largest, but for few coordinates in which a comparison fell the other way."""
    for slot in expected:
        scale = np.abs(expected[slot]).max(initial=0) + 1e-30
        far = np.abs(expected[slot] - found[slot]) > TOLERANCE[dtype] * scale
        assert far.mean() <= apart, slot


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PLAIN)
def test_every_rule_with_contraction(name, dtype):
    rows = np.random.default_rng(1).standard_normal((100, SIZE)).astype(dtype)
    cpu_run, gpu_run = (play(RULES[name], d, rows, start(dtype, SIZE)) for d in ("cpu", "cuda"))
    near(cpu_run[-1], gpu_run[-1], dtype)


@pytest.mark.parametrize("groups", [GROUPS, [0, 1, 700, 4000]])
@pytest.mark.parametrize("name", TOTALS)
def test_totals_that_float64_holds_exactly(name, groups):
    x, rows = start("float32", groups[-1]), gradients("float32", groups[-1], 2)
    with cuda.exact():
        cpu_run, gpu_run = (play(RULES[name](lr=0.1), d, rows, x, groups=groups) for d in ("cpu", "cuda"))
    all_same(cpu_run[:1], gpu_run[:1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TOTALS)
def test_totals_with_contraction(name, dtype):
    rows = np.random.default_rng(1).standard_normal((20, GROUPS[-1])).astype(dtype)
    cpu_run, gpu_run = (play(RULES[name](lr=0.1), d, rows, start(dtype, GROUPS[-1]), groups=GROUPS)
                        for d in ("cpu", "cuda"))  # fmt: skip
    near(cpu_run[-1], gpu_run[-1], dtype, apart=0)


def test_no_launch_changes_a_bit(monkeypatch):
    """Sums of 5*10^6 terms in float64, in blocks of three sizes, each twice."""
    rows = np.random.default_rng(1).standard_normal((3, 5_000_000))
    x, found = rows[0] / np.linalg.norm(rows[0]), []
    for threads in (64, 256, 1024, 256, 64):
        monkeypatch.setattr(cuda_update, "THREADS", threads)
        found.append(play(ndadam(lr=0.1), "cuda", rows, x))
    for other in found[1:]:
        all_same(found[0], other)


@pytest.mark.parametrize("optimizer", [sgd(lr=0.1), adam(lr=0.1), amsgrad(lr=0.1)], ids=lambda o: o.rule.name)
@pytest.mark.parametrize("blocks", [64, cuda_update.MOST_BLOCKS])
def test_more_than_a_million_coordinates(monkeypatch, optimizer, blocks):
    """Each of them is updated once, whether the threads stride or not."""
    monkeypatch.setattr(cuda_update, "MOST_BLOCKS", blocks)
    rows = np.random.default_rng(1).standard_normal((3, LARGE), np.float32)
    with cuda.exact():
        cpu_run, gpu_run = (play(optimizer, d, rows, start("float32", LARGE)) for d in ("cpu", "cuda"))
    all_same(cpu_run, gpu_run)


def test_gradients_from_the_host_and_on_the_device():
    rows = np.random.default_rng(1).standard_normal((5, 4, 100))
    here, there = (ArrayOptimizer(adam(lr=0.1), np.zeros((4, 100)), device="cuda") for _ in range(2))
    for row in rows:
        here.step(row)
        there.step(cuda.to_device(row))
    same(here.fetch(), there.fetch())
    assert here.fetch().shape == (4, 100)
    assert set(here.fetch_state()) == {"m", "v", "p1", "p2"}


SLOW = """
def slow(count, turns, array):
    i = cuda.grid(1)
    if i < count:
        k, number = 0, array[i]
        while k < turns:
            number, k = number + array[i] / (number + 2.0), k + 1
        array[i] = 1.0 if number == 0.0 else number
"""


@pytest.fixture
def side():
    """The handle of a stream that does not wait for the default one, nor it for this one."""
    cuda.to_device(np.ones(1))  # which makes a context
    driver, handle = ctypes.CDLL("libcuda.so.1"), ctypes.c_void_p()
    assert driver.cuStreamCreate(ctypes.byref(handle), 1) == 0
    yield handle.value
    assert driver.cuStreamDestroy_v2(handle) == 0


@pytest.mark.parametrize("name", ["sgd", "adam", "swats"])
def test_steps_in_a_stream_race_with_nothing_in_it(side, name):
    """The side stream takes tenths of a second to write the second gradient; a step in another one would see zeros."""
    zeros, ones = np.zeros(1000, np.float32), np.ones(1000, np.float32)
    weights, gradient = (cuda.to_device(a) for a in (ones, zeros))
    slow = cuda.compile_named(SLOW, "slow", "void(int64, int64, float32[::1])")
    stepper = ArrayOptimizer(RULES[name], weights, stream=side)
    stepper.step(gradient)  # compiles
    slow(8, 128, 1000, 2_000_000, gradient, stream=cuda_arrays.as_stream(side))
    stepper.step(gradient)
    expected = play(RULES[name], "cpu", np.stack([zeros, ones]), ones)[-1]["x"]
    np.testing.assert_allclose(stepper.fetch(), expected, rtol=1e-6)
    assert (expected != ones).all()


def test_arrays_at_the_edge():
    """A single number, none, and a gradient that overlaps the parameters."""
    x, line = np.array(1.0), cuda.to_device(np.ones(5))
    stepper = ArrayOptimizer(sgd(lr=0.25), x, device="cuda")
    stepper.step(np.array(2.0))
    assert stepper.fetch() is x
    assert x == 0.5
    none = ArrayOptimizer(adam, np.zeros((0, 3)), device="cuda")
    none.step(np.zeros((0, 3)))
    assert none.fetch_state()["m"].shape == (0,)
    with pytest.raises(ParameterError, match="gradient overlaps the parameters"):
        ArrayOptimizer(sgd, line[1:]).step(line[:-1])


@pytest.fixture
def torch():
    found = pytest.importorskip("torch")
    if not found.cuda.is_available():
        pytest.skip("PyTorch is installed without CUDA")
    return found


def test_tensors_are_updated_in_place(torch):
    """A parameter that is differentiated, with its own gradient; and the state as a tensor."""
    host = np.random.default_rng(1).standard_normal((300, 70), np.float32)
    weights = torch.nn.Parameter(torch.from_numpy(host.copy()).cuda())
    place = weights.data_ptr()
    gpu, cpu_weights = ArrayOptimizer(adam(lr=0.01), weights), host.copy()
    cpu = ArrayOptimizer(adam(lr=0.01), cpu_weights)
    for _ in range(20):
        weights.grad = None
        (weights**2).sum().backward()
        gpu.step(weights.grad)
        cpu.step(2 * cpu_weights)
    assert weights.data_ptr() == place
    assert gpu.parameters is weights
    np.testing.assert_allclose(weights.detach().cpu().numpy(), cpu_weights, rtol=1e-5, atol=1e-6)
    moment = torch.as_tensor(gpu.state["m"], device="cuda")
    np.testing.assert_allclose(moment.cpu().numpy(), cpu.state["m"], rtol=1e-4, atol=1e-5)


def test_tensors_in_a_stream_of_their_own(torch):
    """PyTorch's side streams do not wait for the default one: gradient, step and what follows, in their order."""
    stream = torch.cuda.Stream()
    weights, large = torch.zeros(1000, device="cuda"), torch.ones(6000, 6000, device="cuda")
    stepper = ArrayOptimizer(sgd(lr=1), weights, stream=stream)
    stepper.step(torch.zeros(1000, device="cuda"))
    torch.cuda.synchronize()
    with torch.cuda.stream(stream):
        stepper.step((large @ large @ large)[0, :1000] * 0 + 1)
        weights.mul_(2)
    stream.synchronize()
    assert weights.cpu().tolist() == [-2.0] * 1000


def test_a_view_of_a_tensor_from_an_odd_place(torch):
    whole = torch.zeros(1001, device="cuda")
    ArrayOptimizer(sgd(lr=1), whole[1:]).step(torch.ones(1000, device="cuda"))
    assert whole.cpu().tolist() == [0.0] + [-1.0] * 1000


def test_what_does_not_fit_is_said_in_one_line_and_leaves_the_device_usable():
    count = int(0.6 * cuda.free_bytes()) // 4
    large = cuda.empty(count, np.float32)
    with pytest.raises(DeviceError, match=rf"^the slots of amsgrad for {count} parameters do not fit into the GPU's"):
        ArrayOptimizer(amsgrad, large)
    del large
    x = np.ones(10)
    stepper = ArrayOptimizer(sgd(lr=1), x, device="cuda")
    stepper.step(np.ones(10))
    assert stepper.fetch().tolist() == [0.0] * 10
