"""What runs is what is written: kernels against plain Python, bit for bit, over every rule, loss, schedule and set."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from oracle import assert_same, play

from adamtheory.language import parse
from adamtheory.losses import LOSSES, gradients, reddi
from adamtheory.rules import RULES, adam, adamw, get
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS, box, everything
from adamtheory.simulation.binding import default_schedule
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

FULL = os.environ.get("ADAMTHEORY_FULL") == "1"
ROUNDS = 48
EVERY = list(range(1, ROUNDS + 1))
# Rules through which every construct of the language passes: for the combinations that not every rule needs.
CHOSEN = ("adam", "nadam", "amsgrad", "swats_repaired", "radam", "adopt_clipped")


def ordinary(d: int, dtype: str) -> np.ndarray:
    """Normal numbers of many sizes with zeros, whole zero rows and alternating signs."""
    rng = np.random.default_rng(7)
    g = rng.normal(size=(ROUNDS, d)) * 10.0 ** rng.integers(-4, 3, (ROUNDS, d))
    g[rng.random((ROUNDS, d)) < 0.15] = 0.0
    g[5:8] = 0.0
    g[20:30] = np.abs(g[20:30]) * np.where(np.arange(10) % 2, -1, 1)[:, None]
    g[30:36] = 1.0
    return g.astype(dtype).astype(np.float64)


def wild(d: int, dtype: str) -> np.ndarray:
    """Ordinary ones, then tiny, denormal, zero, and at last huge ones whose squares overflow."""
    big, least = (1e150, 5e-324) if dtype == "float64" else (1e30, 1e-45)
    g = ordinary(d, dtype)
    g[0:3] = [[-0.0], [0.0], [1 / big]]
    g[8:16] = np.where(np.arange(8) % 2, -1, 1)[:, None] * np.array([1, 3, 2, 0, 7, 1, 2, 5])[:, None] * least
    g[36:40] = np.array([1, -2, 3, 1])[:, None] / big
    g[40:44] = np.array([1e-8, -1e-3, 1e-5, 1])[:, None] * big
    g[44:46] = -30 * big
    return g.astype(dtype).astype(np.float64)


def parameters(name: str) -> list[dict[str, float]]:
    """The defaults, and a corner: no memory of the gradient, no eps, large steps."""
    rule = get(name)
    corner = {"lr": 0.75, "beta1": 0, "beta2": 0.5, "eps": 0, "mu": 0, "rho": 0.25}
    return [{}, {n: v for n, v in corner.items() if (s := rule.scalar(n)) and v in s.range}]


def agree(name: str, d: int, dtype: str, feasible: object, start: float) -> None:
    for given in parameters(name):
        rule = get(name)(**given)
        for make in (ordinary, wild):
            losses = sequence(gradients, data=make(d, dtype))
            kernel = simulate(rule, losses, ROUNDS, feasible=feasible, start=start, checkpoints=EVERY, dtype=dtype)
            plan = default_schedule(rule, None)
            assert_same(kernel, play(rule, losses, ROUNDS, schedule=plan, feasible=feasible, start=start, dtype=dtype))


# In the quick run every rule passes one of two: several coordinates, or many lanes.
@pytest.mark.parametrize("name", RULES if FULL else sorted({*list(RULES)[::2], *CHOSEN}))
def test_three_coordinates_in_float64(name):
    agree(name, 3, "float64", everything, 0.625)


# float32 passes through the same text: every third rule, all in a full run
@pytest.mark.parametrize("name", RULES if FULL else sorted({*list(RULES)[::3], *CHOSEN}))
def test_one_coordinate_in_float32(name):
    agree(name, 1, "float32", box, 0.25)


@pytest.mark.parametrize("name", CHOSEN if FULL else CHOSEN[1::2])
def test_one_coordinate_in_float64(name):
    agree(name, 1, "float64", box, 0.25)


@pytest.mark.parametrize("name", CHOSEN if FULL else CHOSEN[::2])
def test_three_coordinates_in_float32(name):
    agree(name, 3, "float32", everything, 0.625)


# Slopes without data, for the kernel of many lanes: huge, zero, negative zero, tiny and ordinary ones by turns.
HOSTILE = parse("""
@loss(start=1, radius=1)
def hostile(x, u: uniform, k=0, *, size: real = 1, t):
    spike = where(k < 2, size, where(k < 3, 0, where(k < 4, -0.0*size, 1/size)))
    g = where(u < 0.25, spike, where(u < 0.5, -spike, (u - 0.625)*sqrt(t)))
    return total(g*x), g, where(k < 5, k + 1, 0)
""")["hostile"]
COUNT = 100  # so many that the kernel of many lanes runs them, though each draws for itself


def lanes_agree(name: str, dtype: str) -> None:
    """Many lanes, each with its own step size, slope and seed; some overflow."""
    big = 1e160 if dtype == "float64" else 1e25
    rates = np.geomspace(1e-4, 10, COUNT)
    sizes = np.where(np.arange(COUNT) % 4 == 3, big, np.geomspace(1e-3, 1e3, COUNT))
    seeds = np.arange(COUNT) % 7
    rule = get(name)(lr=rates) if get(name).scalar("lr") else get(name)
    kernel = simulate(rule, HOSTILE(size=sizes), ROUNDS, seed=seeds, stream=3, checkpoints=EVERY, dtype=dtype)
    for i in range(0, COUNT, 15):
        one = get(name)(lr=float(rates[i]))
        plan = default_schedule(one, None)
        loss = HOSTILE(size=float(sizes[i]))
        assert_same(kernel, play(one, loss, ROUNDS, schedule=plan, feasible=box, start=1, seed=int(seeds[i]), stream=3,
                                 dtype=dtype), (i,))  # fmt: skip


@pytest.mark.parametrize("name", RULES if FULL else sorted({*list(RULES)[1::2], *CHOSEN}))
def test_many_lanes_in_float64(name):
    lanes_agree(name, "float64")


@pytest.mark.parametrize("name", CHOSEN if FULL else CHOSEN[::2])
def test_many_lanes_in_float32(name):
    lanes_agree(name, "float32")


DATA = np.random.default_rng(3).normal(size=(17, 3)), np.where(np.arange(17) % 3 == 0, 1.0, -1.0)


# Losses through which every construct passes: for the combinations of dtype and size that not every loss needs.
CHOSEN_LOSSES = ("reddi_unbounded", "quadratic_gaussian", "shifting_signs", "logistic", "gradients")
# In the quick run a loss passes three coordinates in float64, every other one coordinate in float32.
EVERY_LOSS = [(n, 3, "float64") for n in LOSSES] + [(n, 1, "float32") for n in (LOSSES if FULL else list(LOSSES)[::2])]
EVERY_LOSS += [
    (n, d, t) for n in (CHOSEN_LOSSES if FULL else CHOSEN_LOSSES[::2]) for d, t in ((1, "float64"), (3, "float32"))
]


@pytest.mark.parametrize(("name", "d", "dtype"), EVERY_LOSS)
def test_every_loss(name, d, dtype):
    """The sum of losses and the iterates, which see every gradient."""
    rule = LOSSES[name]
    kinds = {i.kind for i in rule.inputs}
    data = DATA[0][:, :d]
    losses = sequence(
        rule, dimension=d, data=(data, DATA[1]) if "target" in kinds else data if "row" in kinds else None
    )
    given = {"feasible": box(low=-0.75, high=2), "start": 0.5, "seed": 11, "stream": 5, "dtype": dtype}
    kernel = simulate(adam(lr=0.5), losses, 90, checkpoints=range(1, 91), **given)
    assert_same(kernel, play(adam(lr=0.5), losses, 90, **given))


WITHOUT_DATA = [n for n, r in LOSSES.items() if not {"row", "target"} & {i.kind for i in r.inputs}]


# In the quick run every other one.
@pytest.mark.parametrize("name", WITHOUT_DATA if FULL else WITHOUT_DATA[1::2])
def test_every_loss_in_many_lanes(name):
    """The step size varies and the draws are shared, then the seed varies too."""
    rates = np.geomspace(0.01, 1, 97)
    for seeds in (4, np.arange(97)):
        kernel = simulate(adam(lr=rates), LOSSES[name], 60, seed=seeds, feasible=box, checkpoints=range(1, 61))
        for i in (0, 48, 96):
            seed = int(np.broadcast_to(seeds, (97,))[i])
            start = LOSSES[name].facts.get("start", 0)
            one = play(adam(lr=float(rates[i])), LOSSES[name], 60, seed=seed, feasible=box, start=start)
            assert_same(kernel, one, (i,))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(name, dtype):
    """A rule that takes the step size and one that takes the multiplier; stages short enough to see several."""
    rule = SCHEDULES[name]
    short = {n: 7 for n in ("steps", "every", "T0") if rule.scalar(n)}
    plan = rule(**({"lr": 1} if rule.scalar("lr") else {}), **short)
    for optimizer in (adam(lr=0.3), adamw(lr=0.3, weight_decay=0.1)):
        losses = sequence(gradients, data=ordinary(1, dtype))
        kernel = simulate(optimizer, losses, ROUNDS, schedule=plan, feasible=everything, checkpoints=EVERY, dtype=dtype)
        assert_same(kernel, play(optimizer, losses, ROUNDS, schedule=plan, dtype=dtype))


def test_every_schedule_in_many_lanes():
    """A parameter of the schedule varies with the lane, so its state and its table do as well."""
    steps = np.arange(3, 21)
    for name, parameter in (("step_decay", "every"), ("cosine_restarts", "T0"), ("cosine", "steps")):
        rule = SCHEDULES[name]
        kernel = simulate(adam, reddi, 40, schedule=rule(lr=1, **{parameter: steps}), checkpoints=range(1, 41))
        for i in (0, 9, 17):
            plan = rule(lr=1, **{parameter: int(steps[i])})
            assert_same(kernel, play(adam, reddi, 40, schedule=plan, feasible=box, start=1), (i,))


@pytest.mark.parametrize("ends", [(-1, 1), (0.5, 0.5), (-3, -2)])
def test_the_box(ends):
    """It clips to its very ends, also where it is one point or does not contain the loss's own start."""
    chosen = box(low=ends[0], high=ends[1])
    losses = sequence(gradients, data=wild(2, "float64"))
    kernel = simulate(get("sgd")(lr=0.4), losses, ROUNDS, feasible=chosen, checkpoints=EVERY)
    start = min(max(0, ends[0]), ends[1])
    assert_same(kernel, play(get("sgd")(lr=0.4), losses, ROUNDS, feasible=chosen, start=start))
    assert kernel.iterates.min() >= ends[0]
    assert kernel.iterates.max() <= ends[1]


COUPLING = [name for name in SETS if "vector" in SETS[name].facts]


# the slots' own denominators, none (and totals), and the norm without one
@pytest.mark.parametrize(
    ("rule", "name", "dtype", "projection"),
    [("adam", "ball", "float64", "weighted"), ("adam", "simplex", "float64", "weighted"),
     ("adam", "l1_ball", "float64", "weighted"), ("amsgrad", "l1_ball", "float32", "weighted"),
     ("swats_repaired", "simplex", "float32", "weighted"), ("adam", "ball", "float64", "euclidean")],
)  # fmt: skip
def test_sets_that_couple_the_coordinates(rule, name, dtype, projection):
    """Ordinary slopes, then those whose squares overflow: weights are 0, infinite and NaN there."""
    size = SETS[name].parameters[0].name
    start = np.full(3, 0.25) if name == "simplex" else 0.5 * np.arange(3)
    for make in (ordinary, wild):
        losses = sequence(gradients, data=make(3, dtype))
        chosen = get(rule)(lr=0.75, **({"eps": 0} if get(rule).scalar("eps") else {}))
        given = {"feasible": SETS[name](**{size: 0.75 if name == "simplex" else 1.75}), "start": start}
        kernel = simulate(chosen, losses, ROUNDS, checkpoints=EVERY, dtype=dtype, projection=projection, **given)
        plan = default_schedule(chosen, None)
        assert_same(kernel, play(chosen, losses, ROUNDS, schedule=plan, dtype=dtype, projection=projection, **given))


@pytest.mark.parametrize("name", COUPLING)
def test_coupling_sets_in_one_coordinate_are_intervals(name):
    """There the set's own text projects, in the kernels of one lane and of many; its size varies with the lane."""
    size = SETS[name].parameters[0].name
    sizes = np.geomspace(0.1, 3, 17)
    kernel = simulate(adam(lr=0.5), reddi, 40, feasible=SETS[name](**{size: sizes}), checkpoints=range(1, 41))
    for i in (0, 9, 16):
        end = float(sizes[i])
        low = end if name == "simplex" else -end
        start = end if name == "simplex" else min(1, end)
        assert_same(kernel, play(adam(lr=0.5), reddi, 40, feasible=box(low=low, high=end), start=start), (i,))
    one = simulate(adam(lr=0.5), reddi, 40, feasible=SETS[name](**{size: 0.5}), checkpoints=range(1, 41))
    assert_same(one, play(adam(lr=0.5), reddi, 40, feasible=SETS[name](**{size: 0.5}), start=0.5))


def test_reddi_with_another_phase():
    """The start of the phase is a slot's initial value; a sequence that begins in mid-period is one character away."""
    text = 'def late(x, phase=2, *, C: real = 3, N: at_least_two = 3):\n    g = where(phase < 1, C, -1)\n' \
           '    return total(g*x), g, where(phase + 1 < N, phase + 1, 0)\n'  # fmt: skip
    late = parse(f'@loss(start=1, radius=1, period="N")\n{text}')["late"]
    kernel = simulate(adam(lr=0.5, beta1=0, beta2=0.1), late, 30, checkpoints=range(1, 31))
    played = play(adam(lr=0.5, beta1=0, beta2=0.1), late, 30, feasible=box, start=1)
    assert_same(kernel, played)
    assert played.gradients[:4, 0].tolist() == [-1, 3, -1, -1]


def test_powers_that_a_compiler_would_rewrite():
    """2**x is not exp2(x), x**two is not x*x, to the last bit; integer powers multiply from the left."""
    rule = parse("""
@rule
def powers(x, g, a=0, b=0, c=0, d=0, e=0, *, lr: nonnegative = 1):
    two = 2
    a = 2**g
    b = absolute(g)**two
    c = (1/4)**g
    d = absolute(g)**(1/2)
    e = g**7
    return x - lr*g, a, b, c, d, e
""")["powers"]
    slopes = np.random.default_rng(1).normal(size=(4000, 1)) * 3
    losses = sequence(gradients, data=slopes)
    kernel = simulate(rule, losses, 4000, feasible=everything, checkpoints=range(1, 4001))
    assert_same(kernel, play(rule, losses, 4000))
    assert np.any(np.exp2(slopes) != kernel.state["a"])  # else this test could not tell the two functions apart


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_ties_signed_zeros_and_nans(dtype):
    """`maximum` is a if a > b else b, `minimum` a if a < b else b: which zero, and which side of a NaN, is decided."""
    rule = parse("""
@rule
def corners(x, g, a=0, b=0, c=0, d=0, e=0, f=0, h=0, k=0, *, lr: nonnegative = 1):
    plus = x*0
    minus = -plus
    nan = plus/plus
    a = maximum(g, minus)
    b = minimum(g, plus)
    c = maximum(nan, g) + 1
    d = minimum(nan, g) + 1
    e = maximum(g, nan)
    f = where(nan < g, 1, 2) + where(nan <= g, 10, 20)
    h = absolute(minus) + minus
    return x, a, b, c, d, e, f, 1/h, 1/total(minus)
""")["corners"]
    losses = sequence(gradients, data=np.array([[0.0], [-0.0], [1.0], [-1.0]]))
    kernel = simulate(rule, losses, 4, start=0.5, feasible=everything, checkpoints=[1, 2, 3, 4], dtype=dtype)
    assert_same(kernel, play(rule, losses, 4, start=0.5, dtype=dtype))
    assert np.signbit(kernel.state["a"][:2, 0]).tolist() == [True, True]
    assert np.signbit(kernel.state["b"][:2, 0]).tolist() == [False, False]
    assert kernel.state["c"][:, 0].tolist() == kernel.state["d"][:, 0].tolist() == [1, 1, 2, 0]
    assert np.isnan(kernel.state["e"]).all()
    assert (kernel.state["f"] == 22).all()
    assert (kernel.state["h"] == np.inf).all()
    assert (kernel.state["k"] == np.inf).all()  # a sum begins with 0, and 0 + -0 is 0


def test_a_run_warns_of_nothing():
    """Overflow and 0/0 are outcomes of a lane, not warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = simulate(adam(eps=0, lr=1), sequence(gradients, data=np.zeros((4, 1))), 4)
    assert found.nonfinite == 1
