"""The best fixed point of absolute errors: medians against rationals, against the oracle's own targets, and bounds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import draw

from adamtheory.errors import ParameterError
from adamtheory.hindsight.medians import MOST, absolute_target, check_rounds, weighted_median
from adamtheory.hindsight.regret import regret
from adamtheory.language import arithmetic, parse, reading
from adamtheory.losses import LOSSES, absolute_error, absolute_exponential
from adamtheory.rules import adam, sgd
from adamtheory.runs.plan import Plan, prepare_all, probe
from adamtheory.sets import box, everything
from adamtheory.simulation.rows import epoch_order
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate


def least(z: list[Fraction], low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """The least sum of |u - z| over all z in the box and its ends, and where: all candidates, in rationals."""
    candidates = sorted({min(max(v, low), high) for v in [*z, low, high]})
    return min((sum((abs(u - v) for v in z), Fraction(0)), u) for u in candidates)


PREFIXES = [1, 2, 3, 8, 31, 60]


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 4)), min_size=1, max_size=12))
def test_weighted_median_is_the_least_best_point(pairs):
    z = np.array([float(v) for v, _ in pairs])
    counts = np.array([w for _, w in pairs])
    found = weighted_median(z, np.argsort(z, kind="stable"), counts)
    many = [Fraction(v) for v, w in pairs for _ in range(w)]
    assert found == (least(many, Fraction(-10), Fraction(10))[1] if many else 0)


@pytest.mark.parametrize("order", ["file", "shuffled"])
@pytest.mark.parametrize("ends", [(-10, 10), (0.25, 0.5), None])
def test_rows_of_data(order, ends):
    """Every prefix: value and point from all candidates in rationals, the losses played from the definition."""
    rows = np.random.default_rng(3).integers(-8, 9, size=(7, 2)) / 4
    losses = sequence(absolute_error, data=rows, order=order)
    feasible = everything if ends is None else box(low=ends[0], high=ends[1])
    low, high = (Fraction(e) for e in (ends or (-1000, 1000)))
    tr = simulate(sgd(lr=0.3), losses, 20, seed=5, feasible=feasible, checkpoints=range(1, 21))
    found = regret(tr)
    met = np.concatenate([epoch_order(7, e, 5, 0) if order == "shuffled" else np.arange(7) for e in range(3)])
    for k in range(20):
        each = [least([Fraction(v) for v in rows[met[: k + 1], i]], low, high) for i in range(2)]
        assert tr.losses[k] - found.regret[k] == pytest.approx(float(sum(v for v, _ in each)), abs=1e-12)
        assert 0 <= found.gap[k] < 1e-11
        for i in range(2):
            z = [Fraction(v) for v in rows[met[: k + 1], i]]
            u = Fraction(found.comparator[k, i])
            assert low <= u <= high
            assert sum(abs(u - v) for v in z) == each[i][0]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_random_targets_are_drawn_once_more(dtype):
    """Targets by the rule's own reading on the oracle's draws, coordinate by coordinate; two lanes of seeds."""
    T, d = PREFIXES[-1], 3
    losses = sequence(absolute_exponential(mean=2), dimension=d)
    tr = simulate(adam(lr=0.3), losses, T, seed=[4, 9], stream=2, checkpoints=PREFIXES, dtype=dtype)
    found = regret(tr)
    system = arithmetic(dtype)
    line = parse("@loss\ndef z(x, u: uniform, *, mean: positive):\n    return -mean*log(1 - u), x\n")["z"]
    step = reading(line, system, d)
    for lane, seed in enumerate((4, 9)):
        z = []
        for t in range(1, T + 1):
            u = [draw(dtype, t, 2, 2 * k, seed) for k in range(d)]
            z.append(step({"x": [system.type(0)] * d, "u": u}, {"mean": system.type(2)})[0][0])
        for k, length in enumerate(PREFIXES):
            exact = [[Fraction(float(row[i])) for row in z[:length]] for i in range(d)]
            best = sum(least(column, Fraction(-10), Fraction(10))[0] for column in exact)
            value = tr.losses[lane, k] - found.regret[lane, k]
            gap = found.gap[lane, k]
            assert abs(value - float(best)) <= gap + 1e-12
            assert gap <= (1e-2 if dtype == "float32" else 1e-11)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-9, 9))
def test_no_point_is_better_than_the_median(seed, u):
    """The sum of |u - z| at any u, from the losses that a resting iterate plays, is at least the comparator's."""
    start = simulate(sgd(lr=0), absolute_exponential, 40, seed=seed, start=u, checkpoints=[1, 7, 40])
    found = regret(start)
    assert (found.regret >= -found.gap).all()


def test_own_losses_are_told_by_their_text():
    """total(absolute(x - e)) with e of rows, draws and parameters; anything else is none of these."""
    head = "@loss(radius=3)\ndef own(x, u: uniform, k=0, *, c: real = 1, t):\n"
    assert absolute_target(parse(head + "    z = c*u - 1\n    r = x - z\n    return total(absolute(r)), r, k\n")["own"])
    others = ("total(absolute(z - x))", "total(absolute(x - k))", "total(absolute(x - t))", "total(absolute(x - x*u))",
              "total(absolute(x - total(u)))", "total(absolute(x - u)) + 1", "absolute(x - u)")  # fmt: skip
    for text in others:
        assert absolute_target(parse(head + f"    z = u\n    return {text}, x, k\n")["own"]) is None
    assert [n for n, rule in LOSSES.items() if absolute_target(rule)] == ["absolute_error", "absolute_exponential"]
    own = parse(head + "    z = where(u < 0.5, c, -c)\n    return total(absolute(x - z)), x - z, k\n")["own"]
    found = regret(simulate(sgd(lr=0), own(c=[1, 2]), 31, seed=3, start=0.5, checkpoints=[31]))
    ones = sum(draw("float64", t, 0, 0, 3) < 0.5 for t in range(1, 32))
    for lane, c in enumerate((1, 2)):
        best = min(ones, 31 - ones) * 2 * c
        assert found.regret[lane, 0] == pytest.approx(ones * abs(c - 0.5) + (31 - ones) * (c + 0.5) - best, abs=1e-11)


def test_too_many_rounds_are_refused_before_they_run():
    check_rounds(absolute_exponential, MOST)
    check_rounds(absolute_error, 10 * MOST)
    plan = Plan(("sgd[lr=1]",), "absolute_exponential", MOST + 1)
    with pytest.raises(ParameterError, match=f"median of {MOST + 1} targets; ask for T <= {MOST}"):
        probe(prepare_all(plan)[0], plan)
