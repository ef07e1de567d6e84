"""Step sizes: closed forms, reference values, and the restart index in whole numbers."""

from __future__ import annotations

import math
from fractions import Fraction as F

import pytest

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language import arithmetic, reading
from adamtheory.language.rule import exact
from adamtheory.schedules import SCHEDULES, get_schedule, normalized_weight_decay, restart_index


def rates(name, length, *, system="float64", **parameters):
    """alpha_1, ..., alpha_length and the state after every step."""
    schedule, numbers = SCHEDULES[name], arithmetic(system)
    step = reading(schedule, numbers)
    values = {k: numbers.number(v) for k, v in schedule(**parameters).exact_values().items()}
    slots = {s.name: [numbers.number(s.initial)] for s in schedule.slots}
    alphas, states = [], []
    for t in range(1, length + 1):
        (alpha,), slots = step({"t": [numbers.number(exact(t))], **slots}, values)
        alphas.append(alpha[0])
        states.append({k: v[0] for k, v in slots.items()})
    return alphas, states


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_documented_start_at_lr_and_scale_with_it(name):
    schedule = get_schedule(name)
    assert schedule.doc
    assert all(p.name in schedule.doc and (p.name == "lr" or p.default in p.range) for p in schedule.parameters)
    one, two = rates(name, 5, lr=1)[0], rates(name, 5, lr=2)[0]
    assert two == pytest.approx([2 * a for a in one], rel=1e-15)
    assert one[0] == (0.001 if name == "linear_warmup" else 1)


def test_unknown_schedule():
    with pytest.raises(UnknownNameError, match="unknown schedule 'cosin'.*cosine"):
        get_schedule("cosin")


@pytest.mark.parametrize(
    ("name", "parameters", "formula"),
    [
        ("constant", {}, lambda t: F(3)),
        ("inverse", {}, lambda t: F(3, t)),
        ("polynomial", {"power": 2}, lambda t: F(3, t * t)),
        ("linear_warmup", {"steps": 8}, lambda t: 3 * min(F(t, 8), F(1))),
        ("step_decay", {"factor": F(1, 2), "every": 4}, lambda t: 3 * F(1, 2) ** ((t - 1) // 4)),
        ("step_decay", {"factor": F(1, 3), "every": 1}, lambda t: 3 * F(1, 3) ** (t - 1)),
        ("polynomial_decay", {"end": 1, "power": 2, "steps": 10}, lambda t: 1 + 2 * (1 - F(min(t - 1, 10), 10)) ** 2),
    ],
)
def test_closed_forms_exactly(name, parameters, formula):
    assert rates(name, 25, system="rational", lr=3, **parameters)[0] == [formula(t) for t in range(1, 26)]


def test_roots_and_powers():
    assert rates("inverse_sqrt", 9, lr=0.3)[0] == [0.3 / math.sqrt(t) for t in range(1, 10)]
    assert rates("polynomial", 9, lr=1)[0] == pytest.approx(rates("inverse_sqrt", 9, lr=1)[0], rel=1e-15)


def test_cosine_goes_from_lr_to_lr_min_and_stays():
    alphas = rates("cosine", 15, lr=1, lr_min=0.2, steps=10)[0]
    expected = [0.2 + 0.4 * (1 + math.cos(math.pi * min(k, 10) / 10)) for k in range(15)]
    assert alphas == pytest.approx(expected, abs=1e-15)
    assert alphas[0] == 1
    assert alphas[10:] == [0.2] * 5


def test_restarts_are_where_the_reference_says():
    alphas, states = rates("cosine_restarts", 1600, lr=1, lr_min=0.1, T0=100, multiplier=2)
    assert [t - 1 for t, a in enumerate(alphas, start=1) if a == 1] == [0, 100, 300, 700, 1500]
    assert [states[t - 1]["i"] for t in (99, 100, 299, 300, 699, 700)] == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("length", [1, 2, 7, 40])
def test_mean_of_a_cosine_run(length):
    """lr_min + (lr - lr_min)(1 + 1/T)/2 over T_cur = 0, ..., T - 1."""
    alphas = rates("cosine_restarts", 3 * length, lr=3, lr_min=1, T0=length, multiplier=1)[0]
    assert sum(alphas) / (3 * length) == pytest.approx(1 + (1 + 1 / length), rel=1e-14)


@pytest.mark.parametrize(("T0", "mult"), [(1, 2), (1, 3), (1, 10), (3, 1), (5, 3), (7, 2)])
def test_state_counts_the_restart_index(T0, mult):
    states = rates("cosine_restarts", 400, lr=1, T0=T0, multiplier=mult)[1]
    index = [restart_index(epoch, T0, mult) for epoch in range(401)]
    assert [0, *(s["i"] for s in states)] == index
    starts = [T0 * sum(mult**k for k in range(n)) for n in range(index[-1] + 1)]
    assert [epoch - starts[n] for epoch, n in enumerate(index)] == [0, *(s["T_cur"] for s in states)]


def test_restart_index_where_the_floating_logarithm_fails():
    """int(log(e/T0*(q-1) + 1, q)) is one too small at these exact restarts."""
    for T0 in range(1, 51):
        assert restart_index(121 * T0, T0, 3) == 5
        assert restart_index(121 * T0 - 1, T0, 3) == 4
    assert (restart_index(110, 1, 10), restart_index(111, 1, 10)) == (2, 3)
    for q in range(2, 11):
        for T0 in range(1, 51):
            for n in range(30):
                start = T0 * (q**n - 1) // (q - 1)
                assert restart_index(start, T0, q) == n
                assert start == 0 or restart_index(start - 1, T0, q) == n - 1


@pytest.mark.parametrize("arguments", [(-1, 1, 2), (5, 0, 2), (5, 1, 0), (2.0, 1, 2), (5, True, 2)])
def test_restart_index_refuses(arguments):
    with pytest.raises(ParameterError, match="whole number"):
        restart_index(*arguments)


@pytest.mark.parametrize(("updates", "shrink"), [(100, 0.778557), (10**4, 0.082059), (10**6, 1.38836e-11)])
def test_normalized_weight_decay(updates, shrink):
    assert (1 - normalized_weight_decay(0.025, updates)) ** updates == pytest.approx(shrink, rel=6e-6)


@pytest.mark.parametrize(("decay", "updates"), [(-0.1, 10), (float("nan"), 10), (0.1, 0)])
def test_normalized_weight_decay_refuses(decay, updates):
    with pytest.raises(ParameterError, match="normalized_weight_decay"):
        normalized_weight_decay(decay, updates)


def test_what_the_sum_of_inverse_roots_is_short_of_its_bound():
    """2 sqrt(T) - 1 - sum of 1/sqrt(t) rises to -1 - zeta(1/2) = .4603545; at T it lacks 1/(2 sqrt(T))."""
    alphas = rates("inverse_sqrt", 10_000, lr=1)[0]
    gaps = [2 * math.sqrt(T) - 1 - math.fsum(alphas[:T]) for T in (1, 10, 100, 10_000)]
    assert gaps[0] == 0 and gaps == sorted(gaps)
    assert gaps[-1] + 1 / (2 * math.sqrt(10_000)) == pytest.approx(0.4603545, abs=6e-8)
