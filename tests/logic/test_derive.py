"""Tactics and the search behind them: each lemma says what it should, and what does not follow is not found."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from adamtheory.logic import Prover, Setting, eq, integers, inv, log, lt, maximum, power, reals, sqrt, total
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import indicator
from adamtheory.logic.printing import text
from adamtheory.logic.search import NotFound, certify
from adamtheory.logic.terms import Refused, key

x, y, z, b, c = reals("x y z b c")
n, i = integers("n i")
p = Prover(Setting())
positive, nonneg, above = p.assume(0 < x, 0 <= x, 0 <= y)

LEMMAS: dict[str, tuple[Callable[[], Theorem], Any, list[Any]]] = {
    "inverse": (lambda: p.inverse(positive), eq(x * inv(x), 1), [0 < x]),
    "inverse of a negative": (lambda: p.inverse(p.assume(x < 0)), eq(x * inv(x), 1), [x < 0]),
    "inv_positive": (lambda: p.inv_positive(positive), 0 < inv(x), [0 < x]),
    "inv_nonneg": (lambda: p.inv_nonneg(nonneg), 0 <= inv(x), [0 <= x]),
    "reciprocal": (lambda: p.reciprocal(p.assume(x <= y), positive), inv(y) <= inv(x), [x <= y, 0 < x]),
    "reciprocal, strict": (lambda: p.reciprocal(p.assume(x < y), positive), inv(y) < inv(x), [x < y, 0 < x]),
    "sqrt_square": (lambda: p.sqrt_square(nonneg), eq(sqrt(x) ** 2, x), [0 <= x]),
    "sqrt_positive": (lambda: p.sqrt_positive(positive), 0 < sqrt(x), [0 < x]),
    "squares": (lambda: p.squares(p.assume(x**2 <= y**2), above), x <= y, [x**2 <= y**2, 0 <= y]),
    "squares_strict": (lambda: p.squares_strict(p.assume(x**2 < y**2), above), x < y, [x**2 < y**2, 0 <= y]),
    "squares_equal": (
        lambda: p.squares_equal(p.assume(eq(x**2, y**2)), nonneg, above), eq(x, y), [eq(x**2, y**2), 0 <= x, 0 <= y],
    ),
    "sqrt_monotone": (lambda: p.sqrt_monotone(p.assume(x <= y), nonneg), sqrt(x) <= sqrt(y), [x <= y, 0 <= x]),
    "sqrt_product": (lambda: p.sqrt_product(nonneg, above), eq(sqrt(x * y), sqrt(x) * sqrt(y)), [0 <= x, 0 <= y]),
    "max_left": (lambda: p.max_left(x, y), x <= maximum(x, y), []),
    "max_right": (lambda: p.max_right(x, y), y <= maximum(x, y), []),
    "max_least": (lambda: p.max_least(p.assume(x <= z), p.assume(y <= z)), maximum(x, y) <= z, [x <= z, y <= z]),
    "max_square": (lambda: p.max_square(x), eq(maximum(x, -x) ** 2, x**2), []),
    "indicator_on": (lambda: p.indicator_on(positive), eq(indicator(x), 1), [0 < x]),
    "indicator_off": (lambda: p.indicator_off(p.assume(x <= 0)), eq(indicator(x), 0), [x <= 0]),
    "integers": (lambda: p.integers(p.assume(i < n)), i + 1 <= n, [i < n]),
    "power_nonneg": (lambda: p.power_nonneg(p.assume(0 <= b), n), 0 <= power(b, n), [0 <= b, 0 <= n]),
    "power_positive": (lambda: p.power_positive(p.assume(0 < b), n), 0 < power(b, n), [0 < b, 0 <= n]),
    "log_bound": (lambda: p.log_bound(positive), log(x) <= x - 1, [0 < x]),
    "log_quotient": (
        lambda: p.log_quotient(positive, p.assume(0 < y)), eq(log(y) - log(x), log(y / x)), [0 < x, 0 < y],
    ),
    "sum_one": (lambda: p.sum_one(i, 3, b * i), eq(total(i, 3, 3, b * i), b * 3), []),
    "geometric": (
        lambda: p.geometric(i, b, n), eq((1 - b) * total(i, 0, n, power(b, i)), 1 - power(b, n + 1)), [-1 <= n],
    ),
    "young": (lambda: p.young(x, y, p.assume(0 < c)), x * y <= c * x**2 / 2 + y**2 / (2 * c), [0 < c]),
    "jensen_two": (
        lambda: p.jensen_two(x, y, p.assume(0 <= b), p.assume(b <= 1)),
        (b * x + (1 - b) * y) ** 2 <= b * x**2 + (1 - b) * y**2, [0 <= b, b <= 1],
    ),
    "absurd": (lambda: p.absurd(lt(1, x), p.assume(x < y), p.assume(y < x)), lt(1, x), [x < y, y < x]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LEMMAS))
def test_lemma(name: str) -> None:
    prove, claim, hyps = LEMMAS[name]
    theorem = prove()
    assert key(theorem.claim) == key(claim), text(theorem)
    assert {key(h) for h in theorem.hyps} == {key(h) for h in hyps}, text(theorem)
    assert not theorem.uses


def test_sums_by_induction() -> None:
    step = p.certify((n * (n + 1)) / 2 + (n + 1) <= (n + 1) * (n + 2) / 2)
    theorem = p.sum_induction(i, 1, n, i, lambda m: m * (m + 1) / 2, "le", step)
    assert key(theorem.claim) == key(total(i, 1, n, i) <= n * (n + 1) / 2)
    assert [key(h) for h in theorem.hyps] == [key(0 <= n)]
    with pytest.raises(NotFound):
        p.sum_induction(i, 1, n, i, lambda m: m * m / 2, "le", step)


FALSE = {
    "a product of unknown sign": lambda: p.certify(0 <= x * y, nonneg),
    "the wrong way": lambda: p.certify(y <= x, p.assume(x <= y)),
    "strict from weak": lambda: p.certify(0 < x, nonneg),
    "no square": lambda: p.certify(2 * x * y <= x * x + y * y),
    "1/x without a sign": lambda: p.certify(eq(x * inv(x), 1)),
    "an equation from inequalities": lambda: p.certify(eq(x, 0), nonneg, p.assume(x <= 0)),
}


@pytest.mark.parametrize("name", sorted(FALSE))
def test_what_does_not_follow_is_not_found(name: str) -> None:
    with pytest.raises(NotFound) as told:
        FALSE[name]()
    assert told.value.goal is not None


BROKEN = {
    "inverse": lambda: p.inverse(nonneg),
    "sqrt_square": lambda: p.sqrt_square(p.assume(-1 <= x)),
    "reciprocal": lambda: p.reciprocal(p.assume(x <= y), nonneg),
    "squares": lambda: p.squares(p.assume(x**2 <= y**2), p.assume(-1 <= y)),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_weaker_premise_does_not_do(name: str) -> None:
    with pytest.raises(Refused):
        BROKEN[name]()


def test_certificates_do_not_depend_on_the_order_of_facts() -> None:
    facts = p.assume(0 <= x, 0 <= y, x <= z, y <= 2)
    one = certify(p.theory, x * y <= 2 * z, facts)
    two = certify(p.theory, x * y <= 2 * z, facts[::-1])
    assert {tuple(sorted(map(str, part[0:1]))) for part in one.args[2]} == {
        tuple(sorted(map(str, part[0:1]))) for part in two.args[2]
    }


def test_unused_facts_are_left_out() -> None:
    theorem = p.certify(0 <= x * x, nonneg, above, degree=2)
    assert {key(h) for h in theorem.hyps} <= {key(0 <= x)}


def test_weights_multiply_the_goal() -> None:
    inverse = p.inverse(positive)
    assert p.certify(0 < inv(x), inverse, positive, weights=[[positive]]).args[-1] in (
        ((Fraction(1), (0,)),),
        ((Fraction(1), (1,)),),
    )


def test_a_family_with_the_name_of_a_facts_variable_is_told() -> None:
    setting = Setting()
    iterate = setting.family("x", "Z")
    with pytest.raises(Refused, match="give the family another name"):
        Prover(setting).inverse(Prover(setting).assume(0 < iterate(n)))
