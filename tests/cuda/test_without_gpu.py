"""What is said where there is no GPU, which backend is taken, and what the kernels' texts may not contain."""

from __future__ import annotations

import ast
import builtins
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from adamtheory.cli import main
from adamtheory.engine import cpu, cuda, cuda_report
from adamtheory.engine.emit import BLOCK
from adamtheory.engine.emit_cuda import emit_cuda
from adamtheory.engine.prefix_sums import hindsight
from adamtheory.engine.program import Parts, build, parameter_names
from adamtheory.errors import DeviceError, UnknownNameError
from adamtheory.losses import LOSSES, reddi
from adamtheory.rules import RULES, sgd
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS
from adamtheory.simulation import devices
from adamtheory.simulation.simulate import simulate

from .pairs import arrays, plain

REASON = "no NVIDIA driver was found"


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(cuda, "driver_error", lambda: REASON)


@pytest.fixture
def a_gpu(monkeypatch):
    monkeypatch.setattr(cuda, "driver_error", lambda: None)


def test_simulate_says_what_is_missing_and_what_to_do(no_gpu):
    with pytest.raises(DeviceError, match=rf"{REASON}; use --device cpu, or, .* pip install 'adamtheory\[gpu\]'$"):
        simulate(sgd, reddi, 10, device="cuda")
    with pytest.raises(UnknownNameError, match="unknown device 'cudaa'; known: auto, cpu, cuda"):
        simulate(sgd, reddi, 10, device="cudaa")


@pytest.mark.parametrize("device", ["cuda", "gpu"])
def test_the_command_refuses_in_one_line_and_writes_nothing(no_gpu, capsys, tmp_path, device):
    assert main(["regret", "-o", "sgd", "-T", "30", "--out", str(tmp_path / "run"), "--device", device]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])


def test_the_benchmark_refuses_too(no_gpu, capsys):
    assert main(["bench", "--device", "cuda"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert "--device cpu" in told.err


def test_auto_takes_the_cpu_and_says_why(no_gpu, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert devices.fewest_lanes() == 1379  # 0.4 microseconds a round on a GPU; 0.58 ns a round of a lane on a core
    many = np.full(devices.fewest_lanes(), 0.1)
    on_cpu, found = (simulate(sgd(lr=many), reddi, 10, device=device) for device in ("cpu", "auto"))
    assert found.device == f"cpu: {REASON}"
    assert all(np.array_equal(a, b) for a, b in zip(arrays(on_cpu).values(), arrays(found).values(), strict=True))
    assert simulate(sgd, reddi, 10, device="auto").device == "cpu, reckoned to be faster than a GPU below 1379 lanes"
    assert (
        main(["regret", "-o", "sgd", "-T", "30", "--no-figure", "--out", str(tmp_path / "r"), "--device", "auto"]) == 0
    )
    told = "cpu, reckoned to be faster than a GPU below 1379 lanes"
    assert f"device {told}" in capsys.readouterr().out
    assert json.loads((tmp_path / "r/run.json").read_text())["device"] == told


def test_auto_takes_a_gpu_for_enough_lanes(a_gpu):
    assert devices.choose("auto", devices.fewest_lanes())[0] == "cuda"
    assert devices.choose("auto", devices.fewest_lanes() - 1)[0] == "cpu"


# -- which package ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "simulated", "given", "taken"),
    [
        (("builtin",), "0", "", "builtin"),
        (("builtin", "numba-cuda"), "0", "", "numba-cuda"),
        (("builtin", "numba-cuda", "numba_cuda_mlir"), "0", "", "numba_cuda_mlir"),
        (("builtin", "numba-cuda", "numba_cuda_mlir"), "1", "", "numba-cuda"),
        (("builtin", "numba-cuda"), "0", "builtin", "builtin"),
        (("builtin",), "0", "numba-cuda", "ADAMTHEORY_CUDA=numba-cuda is not installed: pip install numba-cuda"),
        (("builtin",), "0", "numba_cuda", "unknown ADAMTHEORY_CUDA backend 'numba_cuda'; did you mean"),
        (("builtin", "numba_cuda_mlir"), "1", "numba_cuda_mlir", "has no simulator"),
    ],
)
def test_the_backend(monkeypatch, present, simulated, given, taken):
    monkeypatch.setattr(cuda, "installed", lambda name: "1.0" if name in present else None)
    monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", simulated)
    monkeypatch.setenv(cuda.VARIABLE, given)
    if taken in cuda.PACKAGES:
        assert cuda.chosen() == taken
    else:
        with pytest.raises((DeviceError, UnknownNameError), match=taken):
            cuda.chosen()


class Broken:
    """A driver that fails when asked."""

    def is_available(self):
        raise RuntimeError("initialisation failed\nwith details")


class Blind:
    """A driver without a device."""

    gpus = ()

    def is_available(self):
        return True


def test_drivers_that_fail(monkeypatch):
    monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", "0")
    for module, reason in (
        (Broken(), "CUDA does not start: initialisation failed"),
        (Blind(), "the NVIDIA driver sees"),
    ):
        monkeypatch.setattr(cuda, "backend", lambda module=module: cuda.Backend("builtin", "1.0", module))
        assert str(cuda.driver_error()).startswith(reason)


def test_no_launch_is_larger_than_its_indices(a_gpu, monkeypatch):
    """Of blocks, or of lanes, whose number is one of 32 bits on some backends."""
    launched = []

    class Compiled:
        def __getitem__(self, at):
            return lambda *_: launched.append(at)

    monkeypatch.setattr(cuda, "_compiled", lambda *_: Compiled())
    blocks, lanes = cuda.compile_named("", "run", ""), cuda.compile_lanes(lanes_of("sgd", "reddi"))
    blocks(2**31 - 1, 32)
    blocks(2, 32, stream="its stream")
    lanes(2**31 - 128)
    threads = cuda.FEW_THREADS if cuda.simulated() else cuda.THREADS
    assert launched == [(2**31 - 1, 32), (2, 32, "its stream"), ((2**31 - 128) // threads, threads)]
    for launch, what in ((lambda: blocks(2**31, 32), "blocks"), (lambda: lanes(2**31), "lanes")):
        with pytest.raises(DeviceError, match=f"^2147483648 {what} of a launch are too many for a GPU, "):
            launch()
    assert len(launched) == 3


class Pathless:
    """A package that does not know where its compiler is."""

    class cuda_paths:
        get_cuda_paths = staticmethod(lambda: {"nvvm": SimpleNamespace(info=None)})


@pytest.mark.parametrize(("name", "found"), [("builtin", "libnvvm.so"), ("numba-cuda", None)])
def test_the_compiler_that_the_loader_finds(monkeypatch, name, found):
    """numba's own takes it, as the last resort; others do not."""
    monkeypatch.setattr(cuda, "backend", lambda: cuda.Backend(name, "1.0", Pathless()))
    monkeypatch.setattr("ctypes.CDLL", lambda library: library)
    assert cuda_report.toolchain()["nvvm"] == found


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", ["test-gpu", "bench-gpu", "test-gpu-sanitizer"])
def test_what_needs_a_gpu_installs_its_compiler(target):
    """In an environment of its own, in which the command then runs; nothing is installed here."""
    root = Path(__file__).parents[2]
    command = ["make", "--dry-run", "--what-if=pyproject.toml", target]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in said.splitlines() if "[test,gpu]" in line]
    assert line.startswith(".venv-gpu/bin/python -m pip ")
    assert re.search(r"\.venv-gpu/bin/(adamtheory bench --device cuda|python -m pytest -m gpu) ", said)


# -- the texts -------------------------------------------------------------------------------------------------------


def texts(dtype):
    for i, (name, rule) in enumerate(RULES.items()):
        loss = list(LOSSES.values())[i % len(LOSSES)]
        schedule, where = list(SCHEDULES.values())[i % len(SCHEDULES)], list(SETS.values())[i % len(SETS)]
        parts = Parts(rule, loss, schedule, where, 1 + 2 * (i % 2), hindsight=hindsight(loss), monitors=True)
        names = parameter_names(parts)
        parts = replace(parts, lane_params=frozenset([[], names, names[:1]][i % 3]), lane_seeds=i % 2 > 0)
        yield name, emit_cuda(build(parts), dtype).text


def test_kernels_keep_to_what_compiles_on_every_backend():
    """No float literal that has not gone through the dtype, no builtin but those that a kernel may call, no module."""
    allowed = {"abs", "range", "len", "max"}
    for name, text in texts("float32"):
        tree = ast.parse(text)
        called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert called & set(dir(builtins)) <= allowed, name
        assert [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Import)] == ["import numpy as np"], name
        run = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "run")
        assert not any(isinstance(n, ast.Pow | ast.Mod | ast.FloorDiv) for n in ast.walk(run)), name
        assert f"if (t0 + done - 1) & {BLOCK - 1} == 0:" in text or "sums[" not in text, name
    assert BLOCK & (BLOCK - 1) == 0


def lanes_of(rule, loss, *varying, schedule="inverse_sqrt", seeds=False, size=1):
    """The kernel of lanes that differ in these parameters."""
    parts = Parts(RULES[rule], LOSSES[loss], SCHEDULES[schedule], SETS["box"], size, frozenset(varying), seeds,
                  hindsight=hindsight(LOSSES[loss]))  # fmt: skip
    return emit_cuda(build(parts), "float64")


def test_what_lanes_have_in_common_is_not_in_their_kernel():
    """Adam on a linear loss: with equal hyper-parameters all but x, with other rates the step, with other beta2 v."""
    for varying, own in (
        ((), {"x"}), (("o_lr",), {"x"}), (("o_beta2",), {"x", "o_v", "o_p2"}), (("o_beta1",), {"x", "o_m", "o_p1"}),
        (("f_C",), {"x", "o_m", "o_v"}), (("f_N",), {"x", "o_m", "o_v", "f_phase"}),
    ):  # fmt: skip
        kernel = lanes_of("adam", "reddi", *varying)
        assert {s.name for s in kernel.step_states} == own
        assert kernel.params == varying
        shared = {s.name for s in kernel.shared.step_states}
        assert own | shared == {"x", "o_m", "o_v", "o_p1", "o_p2", "f_phase"} and not own & shared
        assert ("math.sqrt" in kernel.text) == ("o_v" in own)


def test_draws_are_common_where_seeds_are():
    assert "philox4x32" not in lanes_of("sgd", "random_signs", "o_lr").text
    assert "philox4x32" in lanes_of("sgd", "random_signs", "o_lr", seeds=True).text
    assert "philox4x32" in lanes_of("sgd", "random_signs", size=2).text  # every coordinate has its own


@pytest.mark.parametrize(("schedule", "function"), [("polynomial", "math.pow"), ("cosine_restarts", "math.cos")])
def test_powers_and_cosines_of_the_round_are_common(schedule, function):
    """They stand in the text for the CPU alone, whose numbers are those of plain Python."""
    kernel = lanes_of("adam", "random_signs", "o_lr", "o_beta1", schedule=schedule)
    assert function in kernel.shared.text and function not in kernel.text
    k, found = kernel.shared, []
    for run in (cpu.compile_kernel(k), plain(k)):
        ps = np.array([{"s_T0": 50, "s_multiplier": 2}.get(n, 0.3 + 0.1 * i) for i, n in enumerate(k.params)])
        st = np.array([float(s.initial) for s in k.step_states])
        accs, constants = np.zeros(3 * len(k.step_sums)), np.zeros(len(k.constants))
        table, keys = np.zeros((1030, len(k.columns))), np.full((2, 1), 7, np.uint64)
        run(1030, 1, ps, st, accs, keys, constants, table)
        found.append([st, accs, constants, table])
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*found, strict=True))
    assert len(np.unique(found[0][3], axis=0)) > 300 and np.count_nonzero(found[0][1])
