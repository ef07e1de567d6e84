"""Networks of one block a lane without a GPU: phase by phase, in any order of the threads, against the CPU's training.

Both sides are the text of their kernels as plain Python. BLAS adds in another order, hence the tolerances.
"""

from __future__ import annotations

import ast
import builtins
import os
import weakref
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from numba import njit

from adamtheory.benchmark import gpu_networks, torch_heat_map
from adamtheory.engine import cpu, cuda
from adamtheory.errors import DeviceError, ParameterError, UnknownNameError
from adamtheory.nets import block_kernel, cuda_training
from adamtheory.nets.autoencoder import vae
from adamtheory.nets.block import MOST, Block
from adamtheory.nets.block_kernel import BARRIER, block_of, emit_evaluate, emit_train
from adamtheory.nets.convolutions import cnn
from adamtheory.nets.cuda_training import choose
from adamtheory.nets.history import train
from adamtheory.nets.layers import ACTIVATIONS
from adamtheory.nets.network import mlp
from adamtheory.nets.rows import rows_of
from adamtheory.nets.training import Training, groups_of
from adamtheory.rules import RULES
from adamtheory.schedules import SCHEDULES

from .blocks import ORDERS, Player, epochs, examples, on_device, plain_load, to_device

SMALL = mlp(5, 3, hidden=(3,))
DROPPED = mlp(8, 3, hidden=(6, 5), dropout=0.25, input_dropout=0.1)
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
THREADS = 5  # not a divisor of anything here


@pytest.fixture(autouse=True)
def played(monkeypatch):
    """All kernels as plain Python; the result sets how a device plays."""

    def play(threads=THREADS, order="permuted", without=None):
        monkeypatch.setattr(cuda, "compile_block", Player(threads, order, without).compile)

    monkeypatch.setattr(cpu, "load", plain_load)
    monkeypatch.setattr(cpu, "pointer", lambda function: function)
    monkeypatch.setattr(cuda, "to_device", to_device)
    monkeypatch.setattr(cuda, "free_bytes", lambda: 2**28)
    play()
    return play


def training(network=DROPPED, rule="adam", dtype="float32", rows=30, **more):
    rule = RULES[rule](lr=[0.003, 0.05]) if isinstance(rule, str) else rule
    more = {"batch": 8, "seed": 3, "workers": 1, **more}
    return Training(network, examples(rows, network.inputs, network.head.classes), rule, dtype=dtype, **more)


def compare(one, count, tolerance, scale=1.0):
    """Some epochs on both sides; what the device made of it."""
    lanes = on_device(one)
    losses = np.concatenate([one.epoch() for _ in range(count)], axis=1)
    assert epochs(lanes, count, one.updates) == pytest.approx(losses, rel=tolerance, abs=tolerance)
    for name, host in (("theta", one.theta), ("slots", one.slots), ("st", one._st)):
        assert lanes.state[name] == pytest.approx(host, rel=scale * tolerance, abs=scale * tolerance), name
    return lanes


# -- the same numbers as the CPU ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("activation", "dtype"), [*((a, "float64") for a in ACTIVATIONS), ("tanh", "float32")])
def test_every_activation_with_dropout(activation, dtype):
    """24 updates; a mask that differs in one place would show in the first of them."""
    network = mlp(8, 3, hidden=(6, 5), activation=activation, dropout=0.25, input_dropout=0.1)
    lanes = compare(one := training(network, RULES["adam"](lr=0.05), dtype, batch=4, rows=12), 8, TOLERANCE[dtype])
    test = rows_of(network, examples(140, seed=1))  # more than are evaluated at once
    loss, right = one.evaluate((test.x, test.y))
    found = lanes.evaluate(test) / 140
    assert found[:, 0] == pytest.approx(loss, rel=TOLERANCE[dtype])
    assert found[:, 1] == pytest.approx(right, abs=1e-15 if dtype == "float64" else 0.01)


def test_the_first_of_equal_outputs_is_the_one_that_counts():
    """Softmax regression starts from zeros."""
    one = training(mlp(5, 3, hidden=()))
    found = on_device(one).evaluate(one.rows)
    assert found[:, 1].tolist() == [(one.rows.y == 0).sum()] * 2
    assert found[:, 0] == pytest.approx(30 * np.log(3), rel=1e-6)


@pytest.mark.parametrize("rule", [name for name in RULES if name != "adopt"])
def test_every_rule(rule):
    """Six updates of a small network, weights decayed and biases not."""
    given = RULES[rule](**{"weight_decay": 0.1} if RULES[rule].scalar("weight_decay") else {})
    compare(training(SMALL, given, "float64", batch=4, rows=12), 2, 1e-12)


@pytest.mark.parametrize("rule", ["sgd", "lion"])
def test_softmax_regression(rule):
    compare(training(mlp(5, 3, hidden=()), rule), 3, 1e-5)


@pytest.mark.parametrize("rule", ["swats", "ndadam"])
def test_sums_of_pieces_that_have_several_terms(monkeypatch, rule):
    monkeypatch.setattr(block_kernel, "SUMS", 6)
    compare(training(SMALL, rule, "float64", batch=4, rows=12), 2, 1e-12)


def test_adopt_as_far_as_it_is_tame():
    """Its first step divides by a squared gradient that may be zero, so it is compared with eps for a floor."""
    compare(training(SMALL, RULES["adopt"](lr=1e-3, eps=0.1), "float64", batch=4, rows=12), 2, 1e-12)


@pytest.mark.parametrize("schedule", ["inverse_sqrt", "cosine"])
def test_schedules_and_lanes(schedule):
    rule = SCHEDULES[schedule]
    given = {"steps": 9} if "steps" in [p.name for p in rule.parameters] else {}
    given |= {"lr": 1} if rule.scalar("lr") else {}
    more = {"schedule": rule(**given), "seed": [[3], [4], [2**32 - 1]], "dtype": "float64"}
    lanes = compare(training(SMALL, "adamw", batch=5, rows=12, **more), 2, 1e-12)
    assert len(np.unique(lanes.state["theta"], axis=0)) == lanes.count == 6


@pytest.mark.parametrize("data", ["uint8", "float64"])
def test_data_of_other_dtypes(data):
    x, y = examples(20, 5)
    x = np.clip(100 * x, 0, 255).astype(data)
    one = Training(SMALL, (x, y), RULES["sgd"](lr=0.1 if data == "uint8" else 1e-4), batch=8, workers=1)
    compare(one, 2, 1e-5)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_lanes_that_are_no_longer_finite_go_on_as_on_the_cpu():
    one = training(SMALL, RULES["sgd"](lr=[0.1, 1e3, 1e30, 1e38]), rows=24)
    lanes = on_device(one)
    losses = np.concatenate([one.epoch() for _ in range(3)], axis=1)
    found = epochs(lanes, 3, one.updates)
    assert np.array_equal(np.isfinite(found), np.isfinite(losses))
    assert 0 < np.isfinite(losses).sum() < losses.size
    assert np.array_equal(np.isfinite(lanes.state["theta"]), np.isfinite(one.theta))


# -- threads, launches, lanes ------------------------------------------------------------------------------------------


def bits(lanes, losses):
    return [a.tobytes() for a in (losses, *lanes.state.values())]


def play(network, rule, batch=8):
    one = training(network, RULES[rule](lr=0.05), batch=batch, rows=12)
    lanes = on_device(one)
    return [*bits(lanes, epochs(lanes, 1, one.updates)), lanes.evaluate(one.rows).tobytes()]


@pytest.mark.parametrize("rule", ["adam", "ndadam", "swats"])
def test_threads_in_any_order_and_number(played, rule):
    network = mlp(5, 5, hidden=(6,), dropout=0.25)
    found = []
    for threads, order in ((8, "forward"), (8, "reversed"), (1, "forward"), (67, "permuted")):
        played(threads, order)
        found.append(play(network, rule))
    assert all(f == found[0] for f in found)


@pytest.mark.skipif(not os.environ.get("ADAMTHEORY_FULL"), reason="takes seconds; ADAMTHEORY_FULL=1 runs it")
def test_compiled_phases_give_the_same_bits(monkeypatch):
    """By numba, in place of plain Python."""
    network = mlp(5, 5, hidden=(6,), dropout=0.25, input_dropout=0.1)
    found = play(network, "adam")
    monkeypatch.setattr(cuda, "compile_block", Player(THREADS, device=njit(error_model="numpy")).compile)
    assert play(network, "adam") == found


@pytest.mark.parametrize(("rule", "hidden"), [("adam", (6,)), ("sgd", ()), ("ndadam", (6,)), ("swats", (6,))])
def test_rows_that_stay_where_they_are_change_no_bit(played, monkeypatch, rule, hidden):
    """Nor do they need a barrier that is not there."""
    played(THREADS, "reversed")
    network = mlp(5, 5, hidden=hidden, dropout=0.25)
    found = play(network, rule)
    monkeypatch.setattr(Block, "fitted", lambda self: replace(self, copied=False))
    monkeypatch.setattr(block_kernel, "block_of_evaluation", lambda g: Block(g.network, 8, g.dtype, copied=False))
    text = emit_train(groups(network, rule), 8, "float32").text
    assert "picked" in text and "def load" not in text
    assert play(network, rule) == found


@pytest.mark.parametrize("rule", ["adam", "ndadam"])
def test_every_barrier_is_needed(played, rule):
    """Without any of them, some order of the threads gives other numbers, or reads what nobody wrote."""
    network = mlp(5, 5, hidden=(6,))
    right = play(network, rule)
    count = emit_train(training(network, rule).groups, 8, "float32").text.count(BARRIER)
    assert count == {"adam": 6, "ndadam": 6 + 4}[rule]
    for number in range(count):
        wrong = False
        for order in ORDERS:
            played(THREADS, order, number)
            wrong = wrong or play(network, rule)[:-1] != right[:-1]
        assert wrong, number
    played()
    assert play(network, rule) == right


def test_launches_and_turns_change_no_bit(monkeypatch):
    """One update in a launch, or all; lanes one after the other, or together."""
    found, told = [], []
    for first, free in ((1, 2**28), (1000, 2**28), (1000, 800)):
        monkeypatch.setattr(cuda_training, "FIRST", first)
        monkeypatch.setattr(cuda_training, "SECONDS_PER_LAUNCH", 1e-9 if first == 1 else 1e9)
        monkeypatch.setattr(cuda, "free_bytes", lambda free=free: free)
        one = training(SMALL, "adam", seed=[[1], [2]])
        lanes = on_device(one)
        losses = np.zeros((2, 4, one.updates))
        for number in range(2):
            lanes.epoch(number, losses[number], told.append)
        lanes.pull()
        found.append([*bits(lanes, losses), lanes.evaluate(one.rows).tobytes()])
        assert sum(told) == 2 * losses[0].size
        told.clear()
        assert len(lanes.stretches()) == (1 if free > 800 else 4)
    assert found[0] == found[1] == found[2]


def test_more_than_a_launch_can_count(monkeypatch):
    """Lanes take turns; rows are refused."""
    one = training(SMALL, "adam", rows=3, seed=[[1], [2]])
    monkeypatch.setattr(cuda, "MOST", 3)
    assert on_device(one).stretches() == [(0, 3), (3, 4)]
    monkeypatch.setattr(cuda, "MOST", 2)
    with pytest.raises(DeviceError, match=r"^3 rows of data are too many for a GPU, which counts 2; use fewer, or the"):
        on_device(one)


def test_lanes_that_do_not_fit_take_no_more_than_the_memory(monkeypatch):
    """Those of one turn are gone before the next ones come."""
    live, most, budget = [0], [0], 9000

    def counting(array):
        found = to_device(array)
        live[0] += found.nbytes
        most[0] = max(most[0], live[0])
        weakref.finalize(found, lambda size: live.append(live.pop() - size), found.nbytes)
        return found

    monkeypatch.setattr(cuda, "to_device", counting)
    monkeypatch.setattr(cuda, "free_bytes", lambda: budget - live[0])
    one = training(SMALL, RULES["sgd"](lr=[0.01 * i for i in range(1, 61)]))
    lanes = on_device(one)
    epochs(lanes, 1, one.updates)
    assert budget / 2 < most[0] <= budget and len(lanes.stretches()) > 2
    lanes.evaluate(rows_of(SMALL, examples(1, 5)))
    assert most[0] <= budget


def test_an_epoch_goes_on_from_what_the_host_holds():
    """As `restore` needs it: push after the host's arrays have changed."""
    lanes = on_device(one := training(SMALL, "adam"))
    first = epochs(lanes, 1, one.updates)
    for name, array in (("theta", one.theta), ("slots", one.slots), ("st", one._st)):
        lanes.state[name][...] = array
    lanes.push()
    assert np.array_equal(epochs(lanes, 1, one.updates), first)


# -- Training(device="cuda") -------------------------------------------------------------------------------------------


@pytest.fixture
def a_gpu(monkeypatch):
    monkeypatch.setattr(cuda, "driver_error", lambda: None)


def test_a_training_on_the_device(a_gpu):
    """Its losses, evaluations and states, and what goes on from a state."""
    told = []
    cpu_side, one, other = (training(device=device) for device in ("cpu", "cuda", "cuda"))
    assert (cpu_side.device, one.device) == ("cpu", "cuda")
    assert one.epoch(told.append) == pytest.approx(cpu_side.epoch(), rel=1e-5)
    assert sum(told) == one.lanes.count * one.updates
    for a, b in zip(one.evaluate(examples(20)), cpu_side.evaluate(examples(20)), strict=True):
        assert a == pytest.approx(b, rel=1e-5, abs=1e-12)
    assert one.theta == pytest.approx(cpu_side.theta, rel=1e-5, abs=1e-5)
    state = one.state()
    for name, array in cpu_side.state().items():
        assert state[name] == pytest.approx(array, rel=1e-5, abs=1e-5), name
    other.epoch()
    other.epoch()
    other.restore(state)
    assert (other.epoch() == one.epoch()).all() and other.epochs == one.epochs == 2
    assert all(np.array_equal(a, other.state()[n]) for n, a in one.state().items())


def test_ctrl_c_between_launches(a_gpu, monkeypatch):
    monkeypatch.setattr(cuda_training, "FIRST", 1)
    one, through = training(device="cuda"), training(device="cuda")

    def interrupt(_):
        raise KeyboardInterrupt

    before = one.state()
    with pytest.raises(KeyboardInterrupt):
        one.epoch(interrupt)
    with pytest.raises(ParameterError, match="the last epoch was interrupted"):
        one.epoch()
    one.restore(before)
    assert (one.epoch() == through.epoch()).all() and (one.theta == through.theta).all()


def test_a_history_on_the_device(a_gpu):
    data = SimpleNamespace(train=examples(20, 5), test=examples(10, 5))
    found = [train(SMALL, data, RULES["adam"](lr=[0.01, 0.1]), epochs=2, batch=8, device=d) for d in ("cpu", "cuda")]
    for name in ("train_loss", "test_loss", "test_accuracy"):
        cpu_side, gpu_side = (getattr(history, name) for history in found)
        assert gpu_side == pytest.approx(cpu_side, rel=1e-5, abs=1e-12), name


def test_the_contest_on_a_small_network(a_gpu, monkeypatch):
    monkeypatch.setattr(gpu_networks, "SIZES", (5, 3, 2))
    monkeypatch.setattr(gpu_networks, "BATCH", 4)
    monkeypatch.setattr(torch_heat_map, "on_gpu", lambda: False)
    contest = gpu_networks.heat_map(0.01)
    assert "heat map, 3 x 3 networks 5-3-2, AdamW, 3 updates" in contest.title
    for entrant in contest.entrants:
        losses = entrant.work()
        assert losses.shape == (9, 3) and entrant.units == 27
        assert np.isfinite(losses).all()


# -- what is refused, and what the texts may not contain ---------------------------------------------------------------


def groups(network, rule="adam", dtype="float32"):
    return groups_of(network, RULES[rule], None, None, dtype)


def test_networks_of_other_layers_are_refused():
    for network in (cnn((1, 28, 28), 3), vae(8), mlp(8, 3, sparse=True), mlp(8, 3, normalization="layer")):
        with pytest.raises(DeviceError, match=r"a GPU's kernel does not know: .* softmax and mlp .* --device cpu"):
            emit_train(groups(network), 8, "float32")


def test_what_does_not_fit_is_refused_with_the_batch_that_does():
    """Dropout of the data needs a copy of its rows."""
    network = mlp(64, 10, hidden=(32,), input_dropout=0.1)
    with pytest.raises(DeviceError, match=r"needs 8\d,\d{3} bytes .* has 49,152; .* at most \d+, or use") as told:
        emit_train(groups(network), 128, "float32")
    most = int(str(told.value).split("at most ")[1].split(",")[0])
    assert emit_train(groups(network), most, "float32").bytes <= MOST == 49_152
    with pytest.raises(DeviceError, match=f"at most {most},"):
        emit_train(groups(network), most + 1, "float32")
    with pytest.raises(DeviceError, match="no batch is small enough, so use --device cpu"):
        emit_train(groups(mlp(784, 16, hidden=())), 1, "float32")
    softmax = groups(mlp(784, 10, hidden=()))
    mnist = emit_train(softmax, 128, "uint8"), emit_evaluate(softmax, "uint8")
    assert max(kernel.bytes for kernel in mnist) <= MOST
    assert all("def load" not in kernel.text for kernel in mnist)


def test_sums_that_begin_at_a_multiple_of_8_bytes_must_fit_too():
    """ptxas lays the numbers of an odd count out in 49,156 bytes: 46,308, 4 of nothing, 2,048 of sums, 796 of rows."""
    with pytest.raises(DeviceError, match=r"needs 49,156 bytes .* at most 198, or"):
        block_of(groups(mlp(5489, 2, hidden=()), "swats"), 199)
    assert block_of(groups(mlp(5489, 2, hidden=()), "swats"), 198).bytes == 49_136


def test_the_device_is_chosen_and_told(monkeypatch):
    large, small = groups(mlp(64, 10, hidden=(100,))), groups(SMALL)
    monkeypatch.setattr(cuda, "driver_error", lambda: "no NVIDIA driver was found")
    assert choose("cpu", large, 64, 1000) == ("cpu", "cpu")
    assert choose("auto", small, 64, 5) == ("cpu", "cpu, reckoned to be faster than a GPU below 64 networks")
    assert choose("auto", small, 8, 1000) == ("cpu", "cpu: no NVIDIA driver was found")
    with pytest.raises(DeviceError, match="no NVIDIA driver was found; use --device cpu"):
        choose("cuda", small, 8, 1)
    with pytest.raises(UnknownNameError, match="known: auto, cpu, cuda"):
        choose("cudaa", small, 8, 1)
    monkeypatch.setattr(cuda, "driver_error", lambda: None)
    assert choose("cuda", small, 8, 1) == ("cuda", "cuda")
    assert choose("auto", small, 8, 64) == ("cuda", "cuda, reckoned to be faster from 64 networks on")
    name, words = choose("auto", large, 64, 1000)
    assert name == "cpu" and words.endswith("bytes of shared memory; a block of a GPU has 49,152"), words


def test_where_everything_lies():
    """The parts of `work` do not overlap, and end where it ends."""
    block = Block(DROPPED, 8, "float32", outputs=7)
    parts = [(0, DROPPED.size)] + [(block.a(k), 8 * block.row(k)) for k in range(4)]
    parts += [(block.d(k), 8 * block.row(k)) for k in (1, 2)] + [(block.out, 7)]
    ends = [start + length for start, length in parts]
    assert ends == [start for start, _ in parts[1:]] + [block.size]
    assert all(block.row(k) % 2 for k in range(4))
    assert all(block.row(k) >= n for k, n in enumerate((8, 6, 5, 4)))


@pytest.mark.parametrize("rule", ["adam", "radam", "swats", "ndadam"])
def test_texts_keep_to_what_compiles_on_every_backend(rule):
    """No builtin but those that a kernel may call, no power, no remainder, no literal that is wider than the dtype."""
    for kernel in (emit_train(groups(DROPPED, rule), 8, "uint8"), emit_evaluate(groups(DROPPED, rule), "float64")):
        tree = ast.parse(kernel.text)
        called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert called & set(dir(builtins)) <= {"abs", "range", "max"}
        assert not any(isinstance(n, ast.Pow | ast.Mod) for n in ast.walk(tree))
        assert f"range({8}, nt)" not in kernel.text and ", nt)" not in kernel.text.replace("(tid, nt", "")


def test_one_kernel_for_all_hyperparameters():
    texts = {emit_train(groups_of(SMALL, RULES["adam"](lr=lr), None, None, "float32"), 8, "float32").text
             for lr in (0.1, [0.1, 0.2])}  # fmt: skip
    assert len(texts) == 1
