"""Closed forms as they are printed, one for each kind of recursion: a change in what is derived is seen here."""

from __future__ import annotations

import pytest

from adamtheory import derive
from adamtheory.logic.bridge import closed_product
from adamtheory.logic.notation import integer, lift
from adamtheory.logic.printing import text
from adamtheory.logic.terms import Refused
from adamtheory.rules import RULES

SHOWN = {
    ("adam", "m"): "m(n) = (1 - beta1)*sum(i = 1..n, beta1^(n - i)*g(i))",
    ("adam", "p2"): "p2(n) = beta2^n",
    ("adagrad_optax", "S"): "S(n) = 1/10 + sum(i = 1..n, g(i)*g(i))",
    ("adamnc", "v"): "v(n) = sum(i = 1..n, W(i, n - i)*(1 - (1 - 1/i))*(g(i)*g(i)))",
    ("momentum", "h"): "h(n) = sum(i = 1..n, mu^(n - i)*g(i))",
    ("nadam", "P"): "P(n) = W(0, n)",
    ("swats", "k"): "K(n) = n",
}


@pytest.mark.parametrize(("rule", "slot"), SHOWN, ids=lambda word: word)
def test_what_is_unrolled(rule: str, slot: str) -> None:
    found = [f for f in derive(RULES[rule], ["closed form"]).findings if (f.subject, f.head) == (slot, "unroll")]
    assert [text(f.claim, f.theory) for f in found] == [SHOWN[rule, slot]]


def test_rates_that_change_have_a_product_where_sympy_finds_one() -> None:
    found = [f for f in derive(RULES["adamnc"], ["closed form"]).findings if "product" in f.head]
    assert [(text(f.claim, f.theory), [text(h) for h in f.hyps]) for f in found] == [
        ("W(i, j) = i/(i + j)", ["1 <= i", "0 <= j"])
    ]


def test_a_product_without_a_closed_form_is_refused() -> None:
    i, j, k = (integer(name) for name in "ijk")
    with pytest.raises(Refused):
        closed_product(1 - 1 / (k**2 + lift(1)), k, i + 1, i + j)
