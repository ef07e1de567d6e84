"""Streams and devices of arrays on a GPU, with stand-ins for numba's: which one each launch and copy is given."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from adamtheory.engine import cpu, cuda, cuda_arrays, cuda_update
from adamtheory.errors import DeviceError, ParameterError
from adamtheory.rules import RULES
from adamtheory.simulation.update import ArrayOptimizer

from .updates import Resident, Threads, load, pretend, small, to_device


class Stream:
    """numba's own: one that was made, or that of a handle."""

    auto_synchronize = None

    def __init__(self, handle):
        self.handle, self.waited = handle, 0

    def __int__(self):
        return self.handle

    def synchronize(self):
        self.waited += 1


class Package:
    """What of numba.cuda handles arrays and streams."""

    __name__ = "numba.cuda"

    def __init__(self):
        self.streams, self.current, self.viewed = {}, 0, []

    def external_stream(self, handle):
        return self.streams.setdefault(handle, Stream(handle))

    def get_current_device(self):
        return SimpleNamespace(id=self.current)

    def as_cuda_array(self, array, sync):
        self.viewed.append(sync)
        return array.array


class Array:
    """One of a framework: on a device, written in a stream."""

    def __init__(self, array, stream=None, device=None):
        self.array, self.device = array, device
        self.__cuda_array_interface__ = {"data": (array.ctypes.data, False), "stream": stream, "version": 3}


@pytest.fixture
def package(monkeypatch):
    found = Package()
    monkeypatch.setattr(cuda, "backend", lambda: cuda.Backend("numba-cuda", "1.0", found))
    return found


@pytest.fixture
def launched(monkeypatch, package):
    """The names of the kernels that are launched, each with its stream; played in plain Python."""
    found = []

    def compile_named(text, name, types):
        def launch(blocks, threads, *args, **more):
            found.append((name, more.get("stream")))
            Threads(text).launch(name, blocks, threads, args)

        return launch

    small(monkeypatch)
    monkeypatch.setattr(cpu, "load", load)
    monkeypatch.setattr(cuda_update, "THREADS", 3)
    pretend(monkeypatch, compile_named)
    Resident.copies.clear()
    return found


@pytest.mark.parametrize(
    ("name", "groups", "kernels"),
    [("adam", None, {"fill", "apply"}), ("ndadam", [0, 3, 5], {"fill", "whole"}),
     ("swats", [0, 3, 9], {"fill", "stage_1", "finish"})],
)  # fmt: skip
@pytest.mark.parametrize("there", [False, True])
def test_a_stream_is_given_to_every_launch_and_copy(launched, name, groups, kernels, there):
    """Of arrays there, and of ones that are copied there; copies from and to the host have been made on return."""
    size, stream = (groups or [8])[-1], Stream(7)
    x = to_device(np.ones(size)) if there else np.ones(size)
    Resident.copies.clear()
    stepper = ArrayOptimizer(RULES[name], x, device="auto" if there else "cuda", groups=groups, stream=stream)
    assert stream.waited == 1
    stepper.step(np.ones(size))
    assert stream.waited == 2
    stepper.fetch()
    state = stepper.fetch_state()
    arrays = sum(hasattr(a, "copy_to_host") for a in stepper.state.values())
    assert stream.waited == 3 + arrays > 3
    assert len(state) == len(stepper.state) and all(type(a) is np.ndarray for a in state.values())
    assert {n.removesuffix("_wide") for n, _ in launched} == kernels
    assert {s for _, s in launched} == {stream} == set(Resident.copies)
    assert all(a.stream is stream for a in stepper.state.values() if isinstance(a, Resident))
    stepper.wait()
    assert stream.waited == 4 + arrays


def test_without_a_stream_none_is_given(launched):
    stepper = ArrayOptimizer(RULES["swats"], np.ones(3), device="cuda")
    stepper.step(np.ones(3))
    stepper.fetch()
    assert {s for _, s in launched} == {None}
    assert set(Resident.copies) == {0}


def test_the_stream_that_an_array_names_is_waited_for(package):
    """Unless it is the one to be worked in; by `as_cuda_array`, and for numba's own arrays by itself."""
    x, seven = to_device(np.ones(3)), Stream(7)
    for theirs, ours, waits in ((None, None, False), (7, None, True), (7, seven, False), (8, seven, True)):
        view = cuda_arrays.as_device(Array(x, theirs), ours)
        assert (package.viewed.pop(), view.stream) == (waits, ours or 0)
        own = type("Own", (Resident,), {"__cuda_array_interface__": {"stream": theirs}})
        assert cuda_arrays.as_device(x.view(own), ours).stream == (ours or 0)
        assert sum(s.waited for s in package.streams.values()) == waits
        package.streams.clear()


def test_streams_of_others(package):
    """PyTorch's, CuPy's, one of the protocol; 0 is CUDA's default one."""
    own = Stream(3)
    assert cuda_arrays.as_stream(own) is own and cuda_arrays.as_stream(None) is None
    torch, cupy = SimpleNamespace(cuda_stream=5), SimpleNamespace(ptr=6)
    protocol = SimpleNamespace(__cuda_stream__=lambda: (0, 9), handle="another")
    for given, handle in ((5, 5), (np.int64(5), 5), (torch, 5), (cupy, 6), (protocol, 9), (0, 1),
                          (SimpleNamespace(cuda_stream=0), 1)):  # fmt: skip
        assert cuda_arrays.as_stream(given).handle == handle
    for wrong in ("default", -1, 1.5, True, object()):
        with pytest.raises(ParameterError, match=r"^stream must be a stream of PyTorch, CuPy or numba, or .*, not "):
            cuda_arrays.as_stream(wrong)


def test_a_stream_on_the_cpu_is_refused():
    with pytest.raises(ParameterError, match=r"^stream is one of a GPU, and the parameters are updated on the CPU$"):
        ArrayOptimizer(RULES["sgd"], np.ones(3), stream=7)


TORCH, CUPY = SimpleNamespace(type="cuda", index=1), SimpleNamespace(id=1)


def numbas(array):
    """An array of numba, which has its device in its context."""
    found = array.view()
    found.gpu_data = SimpleNamespace(context=SimpleNamespace(device=SimpleNamespace(id=1)))
    return found


@pytest.mark.parametrize("place", [lambda a: Array(a, device=TORCH), lambda a: Array(a, device=CUPY), numbas])
def test_an_array_on_another_device_is_refused(launched, package, place):
    message = (r"^{}: the array lies on GPU 1, but GPU 0 computes; move it there, or call "
               r"numba\.cuda\.select_device\(1\) or set CUDA_VISIBLE_DEVICES=1 before anything else$")  # fmt: skip
    x = place(to_device(np.ones(3)))
    with pytest.raises(DeviceError, match=message.format("parameters")):
        ArrayOptimizer(RULES["sgd"], x)
    stepper = ArrayOptimizer(RULES["sgd"](lr=1), to_device(np.ones(3)))
    with pytest.raises(DeviceError, match=message.format("gradient")):
        stepper.step(x)
    assert stepper.round == 0
    package.current = 1
    stepper.step(x)
    assert stepper.fetch().tolist() == [0.0] * 3
