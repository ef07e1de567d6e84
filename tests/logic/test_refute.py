"""Counterexamples: found, confirmed exactly, bounded where they are, and never against what is true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction as F
from typing import Any

import pytest

from adamtheory.logic import refute, smt
from adamtheory.logic.entailment import at
from adamtheory.logic.evaluate import Undecided, nonnegative, positive, zero
from adamtheory.logic.kernel import EMPTY
from adamtheory.logic.notation import (
    Family,
    Setting,
    absolute,
    eq,
    integers,
    inv,
    lift,
    log,
    maximum,
    mean,
    minimum,
    outcome,
    power,
    reals,
    sqrt,
    tends,
    total,
)
from adamtheory.logic.refute import Formula, Model, Refutation, find, not_entailed, refutes, violations
from adamtheory.logic.terms import Rel, difference

x, y, z, u, a, b = reals("x y z u a b")
i, j, k, n, t = integers("i j k n t")
w = outcome("w")
g, v = Family("g"), Family("v")
COIN = {"heads": F(1, 2), "tails": F(1, 2)}
s, r = sqrt(n + 1), sqrt(n)


@pytest.fixture(params=["z3", "without z3"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways, with the solver where it is installed."""
    if request.param == "without z3":
        monkeypatch.setattr(smt, "solver", lambda: None)
    elif smt.solver() is None:
        pytest.skip("z3 is not installed")


# --- confirmation -----------------------------------------------------------------------------------------------------


def test_a_model_refutes() -> None:
    found = refutes(EMPTY, [0 <= x], x <= x * x, Model({x: F(1, 2)}))
    assert found is not None
    assert (found.left, found.right, found.bound) == (F(1, 2), F(1, 4), None)
    assert str(found) == "REFUTED: x <= x*x fails (1/2 against 1/4) where\n    x = 1/2"


@pytest.mark.parametrize(
    ("hyps", "claim", "model"),
    [
        ([0 <= x], x <= x * x, Model({x: 2})),  # the claim holds
        ([1 <= x], x <= x * x, Model({x: F(1, 2)})),  # the hypothesis does not
        ([], log(x) <= 0, Model({x: 1})),  # true, though not to a solver for which log is any number
        ([], power(2, n) <= 1, Model({n: -1})),
        ([], log(x) + log(y) < log(x * y), Model({x: 2, y: 3})),  # false, but balls never separate
        ([eq(log(x) + log(y), log(x * y))], x < y, Model({x: 3, y: 2})),
        ([], tends(inv(n), 1, n), Model()),
    ],
)
def test_a_model_does_not_refute(hyps: Sequence[Rel], claim: Rel, model: Model) -> None:
    assert refutes(EMPTY, hyps, claim, model) is None


def test_assumptions_about_all_integers_are_checked_up_to_a_bound() -> None:
    setting = Setting()
    setting.family("v", "Z")
    setting.assume("growing", v(t) < v(t + 1), [0 <= t])
    model = Model({n: 1}, {"v": {(0,): 1, (1,): 2, (2,): 3, (3,): 4, (4,): 5}})
    found = refutes(setting.theory, [], v(n) <= 1, model, bound=3)
    assert found is not None and found.bound == 3
    assert str(found).startswith("REFUTED (bounded, T = 3)")
    assert refutes(setting.theory, [], v(n) <= 1, model, bound=5) is None
    everywhere = refutes(setting.theory, [], v(n) <= 1, Model({n: 1}, {"v": Formula((t,), t + 1)}), bound=20)
    assert everywhere is not None and "v(t) = t + 1" in str(everywhere)


def test_assumptions_about_outcomes_are_checked_completely() -> None:
    setting = Setting()
    g = setting.family("g", "W")
    setting.assume("bounded", g(w) ** 2 <= 1)
    claim = eq(mean(w, g(w)), 0)
    found = refutes(setting.theory, [], claim, Model({}, {"g": {("heads",): 1}}, COIN))
    assert found is not None and found.bound is None
    assert "outcomes: heads (probability 1/2), tails (probability 1/2)" in str(found)
    assert refutes(setting.theory, [], claim, Model({}, {"g": {("heads",): 2}}, COIN)) is None


def test_a_guard_is_evaluated_and_not_taken_for_granted() -> None:
    setting = Setting()
    low = setting.constant("low", "Z")
    v = setting.family("v", "Z")
    setting.assume("nonneg", 0 <= v(t), [low <= t])
    assert refutes(setting.theory, [], 0 <= v(0), Model({}, {"low": 0, "v": -1})) is None
    assert refutes(setting.theory, [], 0 <= v(0), Model({}, {"low": 9, "v": -1})) is not None


# --- search -----------------------------------------------------------------------------------------------------------

FALSE: list[tuple[Sequence[Rel], Rel]] = [
    ([], x * y <= x * x),
    ([], (x + y) ** 2 <= x * x + y * y),
    ([0 <= x], sqrt(x) <= x),
    ([], eq(x * inv(x), 1)),
    ([], eq(sqrt(x) ** 2, x)),
    ([], eq(sqrt(x * x), x)),
    ([], sqrt(x + y) < sqrt(x) + sqrt(y)),
    ([0 < x], log(x) <= x - F(11, 10)),
    ([], log(x) <= x - 1),
    ([], maximum(x, y) <= x + y),
    ([], absolute(x - y) <= absolute(x) - absolute(y)),
    ([], x <= minimum(x, y)),
    ([0 <= n], power(x, n) <= power(x, n + 1)),
    ([1 <= n], total(i, 1, n, inv(sqrt(i))) <= F(3, 2) * sqrt(n) - F(1, 3)),
    ([1 <= n], total(i, 1, n, inv(i)) <= 1 + F(1, 2) * log(n)),
    ([eq(x, y + 3 * z), eq(y, 2 * z + 1), x <= 10], z <= 1),
    ([eq(x**3 + y**3, 9), 0 <= x, 0 <= y], x + y <= F(14, 5)),
    ([x < y], inv(y) < inv(x)),
    ([0 < a], x * y <= a * x * x / 2 + y * y / (3 * a)),
]


@pytest.mark.parametrize(("hyps", "claim"), FALSE)
@pytest.mark.usefixtures("solver")
def test_false_claims_are_refuted(hyps: Sequence[Rel], claim: Rel) -> None:
    found = find(EMPTY, hyps, claim)
    assert found is not None
    assert refutes(EMPTY, hyps, claim, found.model) is not None


TRUE: list[tuple[Sequence[Rel], Rel]] = [
    ([eq(x, 1)], log(x) <= 0),
    ([eq(n, -1)], power(2, n) <= 1),
    ([0 < x], log(x) <= x - 1),
    ([], 0 <= sqrt(x)),
    ([0 < a], x * y <= a * x * x / 2 + y * y / (2 * a)),
    ([1 <= n], total(i, 1, n, inv(sqrt(i))) <= 2 * sqrt(n) - 1),
    ([eq(x, x + 1)], lift(1) <= 0),
    ([], tends(inv(n), 1, n)),
]


@pytest.mark.parametrize(("hyps", "claim"), TRUE)
@pytest.mark.usefixtures("solver")
def test_true_claims_are_not(hyps: Sequence[Rel], claim: Rel) -> None:
    assert find(EMPTY, hyps, claim, seconds=0.5) is None


def descent() -> tuple[Setting, Any, Any]:
    setting = Setting()
    g, step = setting.family("g", "Z"), setting.constant("step")
    setting.assume("step_positive", 0 < step)
    setting.assume("bounded", g(t) ** 2 <= 1)
    (iterate,) = setting.define({"X": (0, lambda n, x: x - step * g(n))})
    return setting, step, iterate


def test_a_theory_with_a_recursion() -> None:
    setting, step, iterate = descent()
    found = find(setting.theory, [0 <= n], iterate(n) <= step * n / 2)
    assert isinstance(found, Refutation) and found.bound == 3
    assert find(setting.theory, [0 <= n], iterate(n) <= step * n, seconds=0.5) is None


def test_what_is_given_is_kept() -> None:
    setting, step, iterate = descent()
    given = Model({n: 2}, {"step": F(1, 3)})
    found = find(setting.theory, [], iterate(n) <= step, given)
    assert found is not None
    assert found.model.values[n] == 2 and found.model.families["step"] == F(1, 3)
    assert found.left == F(2, 3)


def test_a_mean_of_nested_sums_is_not_the_mean_of_the_diagonal() -> None:
    setting = Setting()
    g = setting.family("g", "ZZW")
    nested = mean(w, total(i, 1, 2, total(j, 1, 2, g(i, j, w))))
    diagonal = 2 * total(i, 1, 2, mean(w, g(i, i, w)))
    found = find(setting.theory, [], eq(nested, diagonal), Model(outcomes=COIN))
    assert found is not None and found.bound is None


def test_a_contradiction_is_a_bounded_model_until_the_bound_reaches_it() -> None:
    """A model on the first indices is no consistency: this one exists up to T = 3 and not up to 6."""
    setting = Setting()
    v = setting.family("v", "Z")
    setting.assume("start", eq(v(0), 0))
    setting.assume("steps", eq(v(t + 1), v(t) + 1), [0 <= t])
    setting.assume("cap", v(t) <= 5)
    found = find(setting.theory, [], lift(1) <= 0, bound=3)
    assert found is not None and "bounded, T = 3" in str(found)
    assert find(setting.theory, [], lift(1) <= 0, bound=6, seconds=0.5) is None


def test_contradictions_over_the_reals_and_off_the_diagonal_are_no_models() -> None:
    over_reals, off_diagonal = Setting(), Setting()
    over_reals.assume("positive", 0 < y)
    assert find(over_reals.theory, [], lift(1) <= 0, seconds=0.3) is None
    v = off_diagonal.family("v", "Z")
    off_diagonal.assume("all_equal", eq(v(t), i))  # on the diagonal t = i it says v(t) = t
    assert find(off_diagonal.theory, [], lift(1) <= 0, seconds=0.3) is None


@pytest.mark.parametrize("quantified", [True, False])
def test_a_dimension_in_an_assumption_is_seen(quantified: bool) -> None:
    """Convexity for every dimension, 0 included, says f(t) <= f at u; for one dimension d >= 1 it does not."""
    setting = Setting()
    f, best = setting.family("f", "Z"), setting.family("best", "Z")
    g, apart = setting.family("g", "ZZ"), setting.family("apart", "ZZ")
    d = k if quantified else setting.constant("d", "Z")
    if not quantified:
        setting.assume("d_positive", 1 <= d)
    setting.assume("convex", f(t) - best(t) <= total(i, 1, d, g(t, i) * apart(t, i)))
    found = find(setting.theory, [1 <= n, n <= 2], f(n) <= best(n), bound=2, seconds=1.0)
    assert (found is None) is quantified


# --- late violations --------------------------------------------------------------------------------------------------


def adagrad(constant: F) -> Rel:
    """The lemma of AdaGrad: sum of g(t)^2 / sqrt(sum up to t of g^2) <= constant sqrt(sum up to n)."""
    squares: Callable[[Any], Any] = lambda end: total(k, 1, end, g(k) ** 2)  # noqa: E731
    return total(t, 1, n, g(t) ** 2 / sqrt(squares(t))) <= constant * sqrt(squares(n))


def test_a_constant_that_fails_late() -> None:
    model = Model(families={"g": 1})
    assert violations(adagrad(F(19, 10)), n, range(210), model) == list(range(204, 210))
    assert violations(adagrad(F(2)), n, range(300), model) == []


def test_undecided_places_are_no_violations() -> None:
    assert violations(log(x) + log(n) < log(x * n), n, range(2, 5), Model({x: 3})) == []
    assert violations(0 < log(x) * log(n), n, range(5), Model({x: 3})) == [0, 1]


# --- one step ---------------------------------------------------------------------------------------------------------

SOUND: list[tuple[Sequence[Rel], Rel]] = [
    ([0 <= x, 0 <= y], 0 <= x * y),
    ([], 2 * x * y <= x * x + y * y),
    ([x <= y, y <= z], x <= z),
    ([eq(x, y + z), eq(y, 2 * u)], eq(x, z + 2 * u)),
    ([eq(s * s, n + 1), eq(r * r, n), 0 <= r, 0 < s, eq(s * inv(s), 1)], inv(s) <= 2 * s - 2 * r),
    ([x <= 0, 1 <= x], y <= z),
    ([1 <= n], 2 <= n * n + n),
]


@pytest.mark.parametrize(("facts", "goal"), SOUND)
@pytest.mark.usefixtures("solver")
def test_an_entailed_step_has_no_counter_model(facts: Sequence[Rel], goal: Rel) -> None:
    assert not_entailed(facts, goal) is None


ROOTS = [eq(s * s, n + 1), eq(r * r, n), 0 <= r, 0 < s, eq(s * inv(s), 1)]

# facts, goal, what is missing: a hint, or None where true roots, inverses and maxima do not help.
BROKEN: list[tuple[Sequence[Rel], Rel, str | None]] = [
    ([x <= y], x <= z, None),
    ([0 <= x], 0 < x, None),
    ([0 <= x], x <= sqrt(x), None),
    ([0 < x], 0 < inv(x), "inverse, for inv(x)"),
    ([], 0 <= sqrt(x), "sqrt_nonneg, for 0 <= sqrt(x)"),
    ([0 <= x, 0 <= sqrt(x), x <= 1], sqrt(x) <= 1, "sqrt_square, for the square of sqrt(x)"),
    ([], x <= maximum(x, y), "max_left, for max(x, y)"),
    ([x <= z, y <= z], maximum(x, y) <= z, "max_right, in two cases, for max(x, y)"),
    ([0 < n], 1 <= n, "integers, since n is one"),
    (ROOTS[:-1], inv(s) <= 2 * s - 2 * r, "inverse, for inv(sqrt(n + 1))"),
    (ROOTS, inv(s) <= F(19, 10) * (s - r), None),
    ([eq(x, y + z), eq(y, 2 * u)], eq(x, z + u), None),
    ([x <= y, y <= x, x <= 1], x <= 0, None),
    ([(x - y) ** 2 <= 0, 1 <= x], 2 <= y, None),
    ([eq(x * x, 2), 0 <= x], x <= F(7, 5), None),
    ([eq(x * x + y * y, 1)], x + y <= F(14, 10), None),
    ([], mean(w, g(w)) ** 2 <= mean(w, g(w) ** 2), None),
    ([0 < a], x * y <= a * x * x / 2 + y * y / (2 * a), "inverse, for inv(a)"),
    ([0 <= x, x <= 1, 0 <= y, y <= 1], x * y * (1 - x) * (1 - y) <= F(1, 16) - F(1, 10**6), None),
    ([0 < a, (z - u) ** 2 <= (x - a * y - u) ** 2], y * (x - u) <= ((x - u) ** 2 - (z - u) ** 2) / (2 * a), None),
]


@pytest.mark.parametrize(("facts", "goal", "missing"), BROKEN)
@pytest.mark.usefixtures("solver")
def test_a_step_that_lacks_a_fact(facts: Sequence[Rel], goal: Rel, missing: str | None) -> None:
    found = not_entailed(facts, goal)
    assert found is not None
    values = [(fact.kind, at(difference(fact), found.values)) for fact in facts]
    assert all({"le": nonnegative, "lt": positive, "eq": zero}[kind](value) for kind, value in values)
    gap = at(difference(goal), found.values)
    assert not {"le": nonnegative, "lt": positive, "eq": zero}[goal.kind](gap)
    if missing is None:
        assert not any(word in hint for hint in found.hints for word in ("inverse", "sqrt", "max"))
    else:
        assert missing in found.hints
        assert f"missing perhaps: {missing}" in str(found)


def test_a_counter_model_reads_as_a_sentence() -> None:
    found = not_entailed([eq(sqrt(x) ** 2, x), 0 <= sqrt(x)], x <= sqrt(x))
    assert str(found).splitlines() == [
        "NOT ENTAILED by the facts cited: x <= sqrt(x) fails (4 against 2) where",
        "    sqrt(x) = 2",
        "    x = 4",
        "  (roots, inverses and maxima have their true values here: citing more about them does not help)",
    ]


# --- z3 as a proposer -------------------------------------------------------------------------------------------------


def test_a_model_of_the_solver_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that takes log for any number proposes log 1 = 1; nothing comes of it."""
    proposed: list[int] = []
    monkeypatch.setattr(smt, "solver", lambda: object())
    monkeypatch.setattr(smt, "cells", lambda *_: proposed.append(1) or {x: F(1)})
    assert find(EMPTY, [eq(x, 1)], log(x) <= 0, seconds=0.3) is None
    assert proposed


def test_the_solver_alone_refutes(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("z3")
    monkeypatch.setattr(refute._Walk, "models", lambda self, until: iter(()))
    setting, step, iterate = descent()
    found = find(setting.theory, [0 <= n], iterate(n) <= step * n / 2)
    assert found is not None and found.bound == 3
    circle = find(EMPTY, [x * x + y * y <= 1, eq(x * y, F(12, 25))], x + y <= F(139, 100))
    assert circle is not None
    means = Setting()
    h = means.family("h", "W")
    claim = mean(w, h(w) ** 2) <= mean(w, h(w)) ** 2
    assert find(means.theory, [], claim, Model(outcomes=COIN)) is not None
    everything = [0 <= sqrt(x), eq(maximum(x, 0), x), log(x + 1) <= x, eq(power(x, n - 1), inv(x)), 1 <= x]
    assert find(EMPTY, everything, total(i, 1, n + 3, x) <= 2 * x) is not None


def test_undecided_is_an_answer_and_not_a_refutation() -> None:
    with pytest.raises(Undecided):
        Model({x: 2, y: 3}).interpretation().holds(eq(log(x) + log(y), log(x * y)), {x: 2, y: 3})
