"""What a sentence divides by and takes roots of is shown to be meant where the hypotheses give it, and only there."""

from __future__ import annotations

import pytest

from adamtheory.logic import Prover, Setting, Statement, integers, read, real, recheck
from adamtheory.logic.defined import defined
from adamtheory.logic.notation import inv, sqrt
from adamtheory.logic.serialise import replay, write
from adamtheory.rules.adam import adam

n, i = integers("n i")
x, y = real("x"), real("y")


def lines(statement: Statement, theorem, before) -> list[str]:
    text = write(theorem, statement.hyps, None, before)
    assert replay(text)[0].claim is statement.claim
    return recheck.check(text).definedness


@pytest.mark.parametrize(
    ("hyps", "term", "shown"),
    [
        ([0 < x], inv(2 * x), True),
        ([x < 0], inv(x * 3), True),
        ([0 <= x], inv(2 * x), False),
        ([0 < x, y < 1], inv(x * (1 - y) ** 2), True),
        ([0 < x, y <= 1], inv(x * (1 - y)), False),
        ([0 < x], sqrt(x * y * y), True),
        ([0 <= x, x < 1], inv(1 - x ** (n + 1)), False),  # nothing is said of n
        ([0 <= x, x < 1, 0 <= n], inv(1 - x ** (n + 1)), True),
        ([0 < x], sqrt(x - y), False),
    ],
)
def test_by_hypotheses(hyps, term, shown: bool) -> None:
    setting = Setting()
    p = Prover(setting)
    claim = 0 <= term**2
    theorem = p.certify(claim, *(p.assume(h) for h in hyps), squares=[term])
    statement = Statement(setting, claim, hyps)
    before = defined(statement, theorem)
    told = lines(statement, theorem, before)
    (main,) = [line for line in told if line.startswith("claim")]
    assert ("step" in main) == shown, told
    assert all(not s.uses and set(s.hyps) <= set(hyps) for s in before)


def test_along_a_definition() -> None:
    """1 - p2(n) beta2 by an induction that is not in the proof; without the assumption there is nothing."""
    setting = Setting()
    reading = read(adam, setting, slots=["p2"])
    beta2 = reading.scalars["beta2"]
    setting.assume("low", 0 <= beta2)
    setting.assume("high", beta2 < 1)
    term = inv(1 - reading.slot("p2", n) * beta2)
    p = Prover(setting)
    plain = p.certify(0 <= term**2, squares=[term])
    weight = p.certify(0 <= beta2 * (1 - beta2), p.given("low"), p.given("high"))
    both = p.certify(0 <= beta2 * (1 - beta2) * term**2, weight, squares=[term])
    for theorem, assumes, word in ((both, ["low", "high"], "step"), (plain, [], "read with")):
        statement = Statement(setting, theorem.claim, [0 <= n], assumes)
        told = lines(statement, theorem, defined(statement, theorem))
        assert len(told) == 1 and word in told[0]
