"""What the contraction of a*b + c changes in a step from equal states, found for every rule from its compiled kernel.

Interpreted PTX with ranges in the place of numbers gives all numbers that a kernel may leave, whatever the compiler
and the assembler contract (`hulls`). So the bound is none that was met by chance: each number, a parameter or one of a
slot or of the step state, is moved to within four units in the last place of the largest term that enters it; no choice
of what is contracted breaks that from these states. The largest term is the number itself, before or after the step, if
nothing cancels, as in rules without totals: there four units of its own last place do.

An update of a network is hundreds of roundings, one after another; see `test_interpreted_blocks`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adamtheory.engine import cuda, cuda_update
from adamtheory.engine.emit_cuda import signature
from adamtheory.language import split
from adamtheory.rules import RULES
from adamtheory.simulation.simulate import prepare

from . import test_interpreted as lanes
from . import updates
from .assembly import missing, ptx_opcodes
from .compiled import both, ptx
from .contraction import Left, Pair
from .pairs import LANES, RATES, losses
from .test_interpreted import machine, machines  # noqa: F401

pytestmark = [pytest.mark.ptx, pytest.mark.skipif(bool(missing()), reason=str(missing()))]
SIZE = 7


def test_without_contraction_is_what_exact_compiles():
    """Both texts come from one run of numba; the opcodes are those of a compilation inside `cuda.exact`."""
    text = "def run(x, y, out):\n    out[0] = x[0]*y[0] + math.exp(x[0])*y[0] + x[0]\n"
    types = "void(float32[::1], float32[::1], float32[::1])"
    with cuda.exact():
        exact = cuda.ptx_of(cuda.functions(text)["run"], types, (9, 0))
    assert ptx_opcodes(exact) == ptx_opcodes(ptx(text, "run", types, contracted=False))
    assert ptx_opcodes(exact) != ptx_opcodes(ptx(text, "run", types, contracted=True))


@pytest.fixture
def updated(monkeypatch):
    """Pairs of the kernels of array updates, which are launched in the place of the CPU's too."""
    pairs: list[Pair] = []
    own = cuda.packs

    def compile_pair(text, name, types):
        if name == "fill":
            return lambda blocks, threads, *args: updates.Threads(text).launch(name, blocks, threads, args)
        contracted, exact = both(text, name, types)
        pairs.append(Pair(exact, contracted))
        return lambda blocks, threads, *args, pair=pairs[-1]: pair.launch(
            blocks, threads, [np.asarray(a) if isinstance(a, np.ndarray) else a for a in args]
        )

    updates.small(monkeypatch)
    updates.pretend(monkeypatch, compile_pair)
    monkeypatch.setattr(cuda, "packs", own)
    monkeypatch.setattr(cuda_update, "THREADS", 3)
    monkeypatch.setattr(cuda_update, "MOST_BLOCKS", 2)
    return pairs


@pytest.mark.parametrize("name", RULES)
def test_four_last_places_of_every_number_that_an_update_moves(updated, name):
    """Of arrays, in float32 and float64 by turns, through six rounds."""
    rule, dtype = RULES[name], updates.DTYPES[list(RULES).index(name) % 2]
    totals = split(rule).stages > 1
    rows = np.random.default_rng(3).normal(size=(6, SIZE)).astype(dtype)
    given = rule(lr=0.1) if rule.scalar("lr") else rule
    updates.play(given, "cuda", rows, updates.start(dtype, SIZE), groups=[0, 3, SIZE] if totals else None)
    left = [array for pair in updated for array in pair.left]
    assert left and not any(array.outside() for array in left)
    for array in left:
        own = array if totals else replace(array, term=np.abs(array.exact))
        assert own.ulps(array.high - array.low).max(initial=0) <= 4, array


OPEN = ("l1 ball", "ball", *lanes.ROUGH)  # iterations that end by a comparison, and functions of the library


@pytest.mark.parametrize("name", [*lanes.RUNS, *lanes.ROUGH])
def test_four_last_places_of_a_round_of_a_lane(machine, monkeypatch, name):  # noqa: F811
    """States, slots and iterates, each number by itself; the loss of the round.

    Of lanes that call exp, or end a projection when a number is small enough, ranges are not known; there it is the
    difference that keeps to four units of the largest number of lane and slot.
    """
    rule, loss, size, dtype, more = (lanes.RUNS | lanes.ROUGH)[name]
    pairs: list[Pair] = []

    def compile_pair(kernel):
        contracted, exact = both(kernel.text, "run", signature(kernel))
        pairs.append(Pair(exact, contracted, ranges=name not in OPEN))
        return lambda count, *rest: pairs[-1].launch(
            -(-count // lanes.THREADS), lanes.THREADS,
            [count, *(np.asarray(a) if isinstance(a, lanes.Resident) else a for a in rest)],
        )  # fmt: skip

    machine()
    monkeypatch.setattr(cuda, "compile_kernel", compile_pair)
    given = RULES[rule](lr=RATES) if RULES[rule].scalar("lr") else RULES[rule]
    job = prepare(given, losses(loss, size), seed=np.arange(LANES), stream=3, dtype=dtype, **more)
    job.device = "cuda"
    run = job.arrays()
    for round_ in range(1, 13):
        run.advance(0, LANES, 1, round_, np.full((1, LANES), round_ % 7, np.int64))
    (pair,) = pairs
    steps, count = len(run.kernel.step_states), len(run.kernel.coord_states)
    for array in pair.left:
        assert name in OPEN or not array.outside()
        if array.argument == 5:
            hold(array.reshaped(lambda a: tiles(a)[:, :steps, None]), name)
            for k in range(steps, steps + count * size, size):
                hold(array.reshaped(lambda a, k=k: tiles(a)[:, None, k : k + size]), name)
        elif array.argument == 6:
            total = array.reshaped(lambda a: tiles(a)[:, :3].sum(axis=1))
            assert total.ulps(np.abs(total.device - total.exact), dtype=dtype).max() <= 4


def tiles(array: np.ndarray) -> np.ndarray:
    """(tiles, rows, lanes of a tile)."""
    return array.reshape(3, -1, 2)


def hold(array: Left, name: str) -> None:
    """(tiles, slots, coordinates, lanes of a tile)."""
    if name in OPEN:
        assert array.ulps(np.abs(array.device - array.exact), axis=2).max(initial=0) <= 4, array
    else:
        assert array.ulps(array.high - array.low).max(initial=0) <= 4, array
