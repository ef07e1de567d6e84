"""Lemmas on sums and projections: what they claim, checked against sums that are added up, and false ones refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adamtheory.logic import Prover, Setting, Statement, eq, integers, inv, log, power, real, sqrt, total
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import lift
from adamtheory.logic.projections import clip_is_min_max, clip_range, clip_step
from adamtheory.logic.reading import read
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import (
    cauchy_schwarz,
    closed_sum,
    constant_sum,
    exchanged,
    harmonic,
    inverse_sqrt_sum,
    telescoping,
)
from adamtheory.logic.terms import Refused, key
from adamtheory.sets import box

i, n, t = integers("i n t")
b, y, u = (real(name) for name in "byu")

CLOSED = {
    "numbers": (i, []),
    "squares": (i**2, []),
    "cubes": (i**3, []),
    "partial fractions": (1 / (lift(i) * (i + 1)), []),
    "geometric": (power(b, i), [b < 1]),
    "arithmetic times geometric": (i * power(b, i), [b < 1]),
    "powers of two": (i * power(lift(2), i), []),
}


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_closed_forms_that_sympy_proposes_are_proved_and_are_the_sums(name: str) -> None:
    body, hyps = CLOSED[name]
    p = Prover(Setting())
    theorem = closed_sum(p, i, 1, n, body, *(p.assume(h) for h in hyps))
    assert key(theorem.claim) == key(eq(total(i, 1, n, body), theorem.claim.right))
    for many in (0, 1, 2, 7):
        assert Interpretation().holds(theorem.claim, {n: many, b: Fraction(2, 3)})


def test_a_sum_without_closed_form_is_refused() -> None:
    with pytest.raises(Refused):
        closed_sum(Prover(Setting()), i, 1, n, 1 / lift(i))


def test_a_geometric_sum_at_one_needs_its_sign() -> None:
    with pytest.raises(NotFound):
        closed_sum(Prover(Setting()), i, 1, n, power(b, i))


def test_cauchy_schwarz_of_two_families() -> None:
    setting = Setting()
    x, z = setting.family("x_family", "Z"), setting.family("z_family", "Z")
    theorem = cauchy_schwarz(Prover(setting), i, 1, n, x(i), z(i))
    meaning = Interpretation({"x_family": {(1,): 2, (2,): -3}, "z_family": {(1,): 5, (2,): 1}})
    assert [key(h) for h in theorem.hyps] == [key(0 <= n)]
    assert meaning.value(theorem.claim.left, {n: 2}) == 49
    assert meaning.value(theorem.claim.right, {n: 2}) == 13 * 26


def test_integral_bounds() -> None:
    p = Prover(Setting())
    assert key(inverse_sqrt_sum(p, n).claim) == key(total(t, 1, n, 1 / sqrt(t)) <= 2 * sqrt(n) - 1)
    assert key(harmonic(p, n).claim) == key(total(t, 1, n, inv(t)) <= 1 + log(n))


def test_telescoping_exchange_and_counting() -> None:
    setting = Setting()
    f, d = setting.family("f", "ZZ"), setting.constant("d", "Z")
    p = Prover(setting)
    swapped = exchanged(p, t, n, i, d, f(t, i))
    meaning = Interpretation({"f": lambda t, i: 10 * t + i, "d": 3})
    assert meaning.holds(swapped.claim, {n: 4})
    assert meaning.holds(telescoping(p, lambda t: f(t, 1), n).claim, {n: 4})
    assert meaning.holds(constant_sum(p, i, d, b).claim, {b: Fraction(1, 7)})


def test_the_clip_of_the_box_is_read_from_its_text() -> None:
    setting = Setting()
    low, high = setting.constants("low high")
    reading = read(box, setting, scalars={"low": low, "high": high})
    p = Prover(setting)

    def project(v):
        return reading.value("result", 0, y=v)

    step = clip_step(p, project, y, u, low, high)
    assert key(step.claim) == key((project(y) - u) ** 2 <= (y - u) ** 2)
    assert {key(h) for h in step.hyps} == {key(low <= u), key(u <= high)}
    above, below = clip_range(p, project, y, low, high)
    assert (key(above.claim), key(below.claim)) == (key(low <= project(y)), key(project(y) <= high))
    assert [key(h) for h in clip_is_min_max(p, project, y, low, high).hyps] == [key(low <= high)]
    assert isinstance(Statement(setting, step.claim), Statement)
