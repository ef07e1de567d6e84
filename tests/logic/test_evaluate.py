"""The exact evaluator: the table of terms in `docs/proof-format.md`, line by line, and irrational numbers."""

from __future__ import annotations

import ast
from fractions import Fraction as F
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adamtheory.logic import evaluate as module
from adamtheory.logic.evaluate import (
    Formula,
    Interpretation,
    Roots,
    Undecided,
    add,
    ball,
    evaluate,
    holds,
    inverse,
    multiply,
    negative,
    nonnegative,
    positive,
    root,
    zero,
)
from adamtheory.logic.notation import (
    Family,
    Setting,
    eq,
    integers,
    inv,
    lift,
    log,
    maximum,
    mean,
    outcome,
    power,
    reals,
    sqrt,
    tends,
    total,
)
from adamtheory.logic.terms import Term

x, y = reals("x y")
i, j, n = integers("i j n")
w = outcome("w")
g = Family("g")
COIN = {"heads": F(1, 3), "tails": F(2, 3)}


@pytest.mark.parametrize(
    ("of", "values", "expected"),
    [
        (lift(F(3, 4)), {}, F(3, 4)),
        (x + y * x, {x: F(1, 2), y: 3}, 2),
        (i * j - 1, {i: 2, j: 3}, 5),
        (x**3, {x: F(-1, 2)}, F(-1, 8)),
        (x**0, {x: 0}, 1),
        (inv(x), {x: F(-2, 3)}, F(-3, 2)),
        (inv(x), {x: 0}, 0),
        (x / x, {x: 0}, 0),
        (sqrt(x), {x: F(4, 9)}, F(2, 3)),
        (sqrt(x), {x: -4}, 0),
        (sqrt(x), {x: 0}, 0),
        (log(x), {x: 1}, 0),
        (log(x), {x: 0}, 0),
        (log(x), {x: -5}, 0),
        (maximum(x, y), {x: -1, y: F(-1, 2)}, F(-1, 2)),
        (maximum(i, j), {i: 2, j: 1}, 2),
        (power(x, n), {x: F(1, 2), n: 3}, F(1, 8)),
        (power(x, n), {x: 0, n: 0}, 1),
        (power(x, n), {x: 2, n: -2}, F(1, 4)),
        (power(x, n), {x: 0, n: -2}, 0),
        (total(i, 1, n, i * i), {n: 3}, 14),
        (total(i, 1, n, x), {n: 0, x: 7}, 0),
        (total(i, 1, n, x), {n: -5, x: 7}, 0),
        (total(i, n, n, x + i), {n: 4, x: F(1, 2)}, F(9, 2)),
        (total(i, 1, n, total(j, 1, i, i * j)), {n: 3}, 25),
        (total(i, i, n, i), {i: 2, n: 3}, 5),  # the bounds are outside the scope of the index
        (mean(w, x), {x: 5}, 5),
    ],
)
def test_meaning_of_a_term(of: Term, values: dict[Term, Any], expected: F | int) -> None:
    value = evaluate(of, values)
    assert value == expected
    assert type(value) is (int if of.sort == "Z" else F)


@pytest.mark.parametrize(
    ("of", "values"),
    [
        (sqrt(x) ** 2, {x: 2}),
        (sqrt(x) * sqrt(y), {x: 3, y: F(4, 3)}),
        (sqrt(x + y) * inv(sqrt(x + y)) + 1, {x: 1, y: 4}),
    ],
)
def test_products_of_roots_are_rational(of: Term, values: dict[Term, Any]) -> None:
    assert evaluate(of, values) == 2


def test_irrational_values_are_balls() -> None:
    value = evaluate(sqrt(x) + log(y), {x: 2, y: 3}, bits=200)
    assert value.contains(evaluate(sqrt(x) + log(y), {x: 2, y: 3}, bits=400))
    assert value.rad() < 1e-55


def test_means_and_families() -> None:
    table = {("heads",): 1, ("tails",): -2}
    assert evaluate(mean(w, g(w) ** 2), families={"g": table}, outcomes=COIN) == 3
    assert evaluate(g(w), {w: "tails"}, {"g": table}) == -2
    assert evaluate(g(i), {i: 3}, {"g": {(1,): 1}}) == 0
    assert evaluate(g(i, x), {i: 3, x: F(1, 3)}, {"g": lambda a, b: a * b}) == 1
    assert evaluate(g(i), {i: 3}, {"g": Formula((n,), inv(n * n))}) == F(1, 9)
    assert evaluate(Family("d", "Z")(), families={"d": 4}) == 4


def test_definitions_are_evaluated_by_their_recursion() -> None:
    setting = Setting()
    b = setting.constant("b")
    power_of_b, sum_of_powers = setting.define(
        {"p": (1, lambda n, p, q: p * b), "q": (x, lambda n, p, q: p + q + n)}, parameters=[x]
    )
    meaning = Interpretation({"b": F(1, 2)}, theory=setting.theory)
    assert [meaning.value(power_of_b(0, n), {n: k}) for k in (0, 1, 5, -1)] == [1, F(1, 2), F(1, 32), 0]
    assert meaning.value(sum_of_powers(10, n), {n: 3}) == 10 + 1 + F(1, 2) + F(1, 4) + 0 + 1 + 2
    assert meaning.value(power_of_b(0, n), {n: 5000}) == F(1, 2**5000)


@pytest.mark.parametrize(
    ("claim", "values", "expected"),
    [
        (x <= y, {x: 1, y: 1}, True),
        (x < y, {x: 1, y: 1}, False),
        (eq(sqrt(x) + sqrt(x), sqrt(4 * x)), {x: 3}, True),
        (sqrt(x) + sqrt(y) < sqrt(x + y), {x: 2, y: 3}, False),
        (log(x) + log(y) <= log(x * y) - F(1, 10**400), {x: 2, y: 3}, False),
        (0 <= log(x) - F(7, 10), {x: 2}, False),
        (0 <= sqrt(sqrt(x) - sqrt(x)), {x: 2}, True),
        (eq(log(x), 0), {x: 2}, False),
        (power(x, n) <= y, {x: F(10**9 + 1, 10**9), n: 10**12, y: 10**435}, True),
    ],
)
def test_relations(claim: Any, values: dict[Term, Any], expected: bool) -> None:
    assert holds(claim, values) is expected


@pytest.mark.parametrize(
    "claim",
    [
        eq(log(x) + log(y), log(x * y)),
        log(x) + log(y) <= log(x * y),
        inv(log(x * x) - 2 * log(x)) <= 0,
        tends(inv(n), 0, n),
    ],
)
def test_what_balls_leave_open_is_undecided(claim: Any) -> None:
    with pytest.raises(Undecided):
        holds(claim, {x: 2, y: 3})


def test_limits_of_effort_are_undecided() -> None:
    with pytest.raises(Undecided, match="sum of more than"):
        evaluate(total(i, 1, n, i), {n: 10**9})
    setting = Setting()
    (p,) = setting.define({"p": (1, lambda n, p: p)})
    with pytest.raises(Undecided, match="recursion of more than"):
        evaluate(p(n), {n: 10**9}, theory=setting.theory)
    with pytest.raises(Undecided, match="irrational"):
        evaluate(g(sqrt(x)), {x: 2}, {"g": {}})


def test_shared_terms_are_evaluated_once() -> None:
    of = x
    for _ in range(60):
        of = of + of
    assert evaluate(of, {x: F(1, 3)}) == F(2**60, 3)


def test_sums_go_on_where_they_ended() -> None:
    calls: list[int] = []
    meaning = Interpretation({"g": lambda k: calls.append(k) or k})
    values = [meaning.value(total(i, 1, n, g(i)), {n: k}) for k in range(1, 50)]
    assert values == [k * (k + 1) // 2 for k in range(1, 50)]
    assert calls == list(range(1, 50))


@pytest.mark.parametrize(
    ("of", "values", "families", "error"),
    [
        (x, {}, {}, LookupError),
        (g(x), {x: 1}, {}, LookupError),
        (x, {x: 0.5}, {}, TypeError),
        (i, {i: F(1, 2)}, {}, TypeError),
        (i, {i: True}, {}, TypeError),
        (g(x), {x: 1}, {"g": lambda a: 0.5}, TypeError),
        (Family("k", "Z")(i), {i: 1}, {"k": F(1, 2)}, TypeError),
    ],
)
def test_wrong_models_are_refused(of: Term, values: Any, families: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        evaluate(of, values, families)


@pytest.mark.parametrize("outcomes", [{"a": F(1, 2)}, {"a": F(3, 2), "b": F(-1, 2)}, {"a": 0.5, "b": 0.5}])
def test_probabilities_sum_to_one(outcomes: Any) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        Interpretation(outcomes=outcomes)


def test_arithmetic_of_roots_agrees_with_balls() -> None:
    """Random sums and products of roots: exact results lie in the balls, exact signs are those of the balls."""
    from flint import ctx

    random = Random(1)
    with ctx.workprec(400):
        for _ in range(300):
            pairs: list[tuple[Any, Any]] = []
            for _ in range(4):
                exact = root(F(random.randint(0, 40), random.randint(1, 9)))
                pairs.append((exact, ball(exact)))
            for _ in range(4):
                (a, p), (b, q) = random.choice(pairs), random.choice(pairs)
                pairs.append(random.choice([(add(a, negative(b)), p - q), (multiply(a, b), p * q)]))
            for exact, enclosure in pairs:
                assert ball(exact).overlaps(enclosure)
                if isinstance(exact, Roots):
                    assert not zero(exact) and not enclosure.contains(0)
                    assert positive(exact) is bool(enclosure > 0) and nonnegative(exact) is bool(enclosure > 0)
                if not isinstance(exact, module.Ball) and not zero(exact):
                    assert ball(multiply(exact, inverse(exact))).overlaps(ball(1))


def test_squares_are_taken_out_of_radicands() -> None:
    """However many they are: 3 * 2^(2k) and its kin, for which one division at a time would be slow."""
    for k in (0, 1, 2, 3, 4, 7, 1000):
        for square, rest in ((2, 3), (3, 2), (5, 10), (7, 7), (6, 6)):
            found = root(F(square ** (2 * k) * rest, 49))
            assert isinstance(found, Roots) and found.parts == {rest: F(square**k, 7)}
    assert root(F(10**6000, 9)) == F(10**3000, 3)


def test_nothing_of_the_normal_form_is_used() -> None:
    tree = ast.parse(Path(module.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert not names & {"normal", "difference", "key", "plus", "times", "substitute"}
