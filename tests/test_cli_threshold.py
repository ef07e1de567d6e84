"""`adamtheory threshold` and `adamtheory.threshold`: reference values, the drift in plain decimals, wrong input."""

from __future__ import annotations

import json
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import adamtheory
from adamtheory import thresholds
from adamtheory.cli import main
from adamtheory.errors import ParameterError
from adamtheory.thresholds import End, drift_polynomial, threshold

Capture = pytest.CaptureFixture[str]


def output(capsys: Capture, *words: str) -> str:
    assert main(["threshold", *words]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def refused(capsys: Capture, *words: str) -> str:
    assert main(["threshold", *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("adamtheory: ")
    assert printed.err.count("\n") == 1
    return printed.err


def drift(C: Fraction, a: Fraction, b: Fraction, N: int, places: int = 60) -> Decimal:
    """The drift in decimals, from the recursions themselves: the cycle that they approach from its start."""
    with localcontext() as context:
        context.prec = places
        C_, a_, b_ = (Decimal(x.numerator) / Decimal(x.denominator) for x in (C, a, b))
        # after one period from 0 the averages are (1 - decay^N) times where they end on the cycle
        m = v = Decimal(0)
        for k in range(N):
            g = C_ if k == 0 else Decimal(-1)
            m, v = a_ * m + (1 - a_) * g, b_ * v + (1 - b_) * g * g
        m, v = m / (1 - a_**N if a_ else 1), v / (1 - b_**N if b_ else 1)
        moved = Decimal(0)
        for k in range(N):
            g = C_ if k == 0 else Decimal(-1)
            m, v = a_ * m + (1 - a_) * g, b_ * v + (1 - b_) * g * g
            moved -= m / v.sqrt()
        return moved


def ends(**options: Any) -> list[tuple[str, str]]:
    return [(str(low), str(high)) for low, high in threshold(**options).fails]


# --- reference values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("C", "expected"),
    [
        ("3", "0.472313140058934547"),
        ("2.1", "0.885926458146376181"),
        ("5/2", "0.629188058720170379"),
        ("4", "0.317014462434649572"),
        ("5", "0.236815167158109336"),
        ("10", "0.098347290309781437"),
        ("100", "0.005663551498265065"),
    ],
)
def test_beta2_of_the_first_example(C: str, expected: str) -> None:
    assert ends(C=C) == [("0", f"{expected}...")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"beta2": "0.5"}, ("2", "2.88720725")),
        ({"beta2": "0.9"}, ("2", "2.08590641")),
        ({"beta2": "0.99"}, ("2", "2.00759798")),
        ({"beta2": "0.999"}, ("2", "2.00075096")),
        ({"beta2": "0.99", "N": 101}, ("100", "130.05189731")),
        ({"beta2": "0.99", "N": 101, "beta1": "0.9"}, ("100", "124.12101321")),
        ({"beta2": "0.999", "N": 3, "beta1": "0.9"}, ("2", "2.00005261")),
        ({"beta2": "0.999", "N": 10, "beta1": "0.9"}, ("9", "9.00379636")),
        ({"beta2": "0.9", "N": 10}, ("9", "11.60349362")),
        ({"C": 3, "beta2": "0.1"}, ("0", "0.40263279")),
        ({"C": 3, "beta2": "0.3"}, ("0", "0.26294084")),
        ({"C": 101, "N": 101, "beta2": "0.99"}, ("0", "0.99766634")),
        ({"C": 101, "N": 101, "beta2": "0.999"}, ("0", "0.97446371")),
        ({"C": 101, "N": 101}, ("0", "0.99960277")),
        ({"C": 101, "N": 101, "beta1": "0.9"}, ("0", "0.99951588")),
        ({"C": 101, "N": 101, "beta1": "0.99"}, ("0.00093448", "0.99764004")),
        ({"C": 101, "N": 101, "beta1": "0.999"}, ("0.71249265", "0.97626427")),
    ],
)
def test_reference_values(options: dict[str, Any], expected: tuple[str, str]) -> None:
    found = ends(**options, digits=8)
    assert [tuple(end.removesuffix("...") for end in pair) for pair in found] == [expected]


def test_diagonal_of_the_second_theorem() -> None:
    """The least N = C that Adam fails on is where the threshold in C passes N."""
    for a, b, least in (("0", "0.9", 7), ("0", "0.99", 21), ("0.9", "0.99", 30), ("0.99", "0.5", 29)):
        passed = [threshold(N=N, beta1=a, beta2=b, digits=3).fails[0][1] for N in (least - 1, least)]
        assert [end is not None and end.value > N for end, N in zip(passed, (least - 1, least), strict=True)] == [
            False,
            True,
        ]


# --- certain ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", [1, 2, 5, 7, 18, 50])
def test_the_drift_changes_its_sign_within_the_last_digit(digits: int) -> None:
    end = threshold(C=3, digits=digits).fails[0][1]
    assert end is not None
    assert end.digits == digits and not end.exact
    zero, unit = Fraction(0), Fraction(1, 10**digits)
    assert drift(Fraction(3), zero, end.value, 3, 120) > 0 > drift(Fraction(3), zero, end.value + unit, 3, 120)


@pytest.mark.parametrize("options", [{"C": 3}, {"beta2": "9/10"}, {"C": 50, "N": 40, "beta1": "99/100"}])
def test_more_digits_begin_with_the_fewer(options: dict[str, Any]) -> None:
    long = ends(**options, digits=300)
    for digits in (1, 6, 7, 13, 100):
        for pair, more in zip(ends(**options, digits=digits), long, strict=True):
            assert all(y.startswith(x.removesuffix("...")) for x, y in zip(pair, more, strict=True))


rates = st.fractions(0, Fraction(99, 100), max_denominator=100)


@settings(max_examples=40)
@given(st.integers(3, 8), st.fractions(Fraction(1, 20), 20, max_denominator=20), rates)
def test_beta2_fails_inside_and_not_outside(N: int, beyond: Fraction, a: Fraction) -> None:
    C = N - 1 + beyond
    found = threshold(C, N, beta1=a, digits=6).fails
    marks = [Fraction(0), *(end.value for pair in found for end in pair if end is not None), Fraction(1)]
    inside = {Fraction(k, 40) for k in range(40)} | {(x + y) / 2 for x, y in zip(marks, marks[1:], strict=False)}
    for b in inside:
        if any(abs(b - mark) < Fraction(1, 10**5) for mark in marks[1:-1]) or b == 1:
            continue
        fails = any(low.value <= b < high.value for low, high in found if high is not None)
        assert (drift(C, a, b, N) > 0) == fails, (C, a, b, N)


@settings(max_examples=25)
@given(st.integers(3, 8), rates, st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100))
def test_one_threshold_in_C_and_one_in_beta1(N: int, a: Fraction, b: Fraction) -> None:
    unit = Fraction(1, 10**6)
    ((low, high),) = threshold(N=N, beta1=a, beta2=b, digits=6).fails
    assert low == End(Fraction(N - 1), True, 6) and high is not None
    assert drift(high.value + unit, a, b, N) < 0
    assert high.value == N - 1 or drift(high.value, a, b, N) > 0
    C = high.value + unit * 7  # beyond the threshold for this beta1 it is right, so the threshold in beta1 lies below
    for _, end in threshold(C, N, beta2=b, digits=6).fails:
        assert end is not None and end.value <= a
        assert drift(C, end.value, b, N) > 0 > drift(C, end.value + unit, b, N)


def test_without_momentum_and_memory_every_spike_fails() -> None:
    found = threshold(beta2=0)
    assert [(str(low), high) for low, high in found.fails] == [("2", None)]
    assert drift(Fraction(10**6), Fraction(0), Fraction(0), 3) == 1


# --- the polynomial of period 3 ---------------------------------------------------------------------------------------


def at(coefficients: list[int], b: Fraction) -> Fraction:
    return sum((c * b**power for power, c in enumerate(coefficients)), Fraction(0))


def test_the_polynomial_of_the_first_example() -> None:
    assert drift_polynomial(3) == [-243, -3276, -8190, -41904, -9737, 91728, 523906, 101556, 5005]
    with pytest.raises(ParameterError, match="it must be greater than 1"):
        drift_polynomial(1)


@pytest.mark.parametrize("C", ["21/10", "5/2", "3", "4", "5", "10", "100"])
def test_it_has_one_root_between_0_and_1_which_is_the_threshold(C: str) -> None:
    """By Sturm's theorem exactly one; the digits of the threshold enclose it; and it is irreducible."""
    coefficients, b = drift_polynomial(C), sympy.Symbol("b")
    P = sympy.Poly(coefficients[::-1], b, domain="ZZ")
    assert P.degree() == 8 and P.is_irreducible
    assert P.count_roots(0, 1) == 1
    end = threshold(C=C, digits=40).fails[0][1]
    assert end is not None
    assert at(coefficients, end.value) < 0 < at(coefficients, end.value + Fraction(1, 10**40))


def test_its_values_at_the_ends() -> None:
    """P(0) is a positive multiple of -3 (K+1)^2, P(1) of (K-3)(K+1)(K+3)^4, the same one."""
    for C in (Fraction(21, 10), Fraction(3), Fraction(7, 3)):
        K, coefficients = C**2 - 1, drift_polynomial(C)
        factor = at(coefficients, Fraction(0)) / (-3 * (K + 1) ** 2)
        assert factor > 0
        assert at(coefficients, Fraction(1)) == factor * (K - 3) * (K + 1) * (K + 3) ** 4


@settings(max_examples=60)
@given(st.fractions(Fraction(11, 10), 30, max_denominator=50), rates)
def test_its_sign_is_against_that_of_the_drift(C: Fraction, b: Fraction) -> None:
    assert (at(drift_polynomial(C), b) < 0) == (drift(C, Fraction(0), b, 3) > 0)


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "needle"),
    [
        (["--C", "2"], "C is 2; it must be greater than N - 1 = 2"),
        (["--C", "-3"], "it must be greater than N - 1"),
        (["--C", "100", "--period", "101"], "it must be greater than N - 1 = 100"),
        (["--C", "1e13"], "at most 1000000000000"),
        (["--C", "three"], "C is 'three'; it must be a number"),
        (["--C", "1/0"], "it must be a number"),
        (["--C", "1e99999"], "it must be a number of at most 60 characters"),
        (["--C", "9" * 61], "it must be a number of at most 60 characters"),
        (["--beta2", "nan"], "it must be a number"),
        (["--beta2", "1"], "beta2 is 1; it must be at least 0 and less than 1"),
        (["--beta1", "-0.1"], "beta1 is -1/10; it must be at least 0"),
        (["--period", "2"], "with period 2 Adam never fails"),
        (["--period", "1"], "the period N is 1; it must be a whole number from 3 to 2000"),
        (["--period", "2001"], "from 3 to 2000"),
        (["--period", "3.5"], "Invalid value for '--period'"),
        (["--digits", "0"], "digits is 0; it must be a whole number from 1 to 1000"),
        (["--digits", "1001"], "from 1 to 1000"),
        (["--C", "3", "--beta1", "0", "--beta2", "0.5"], "are all given; leave out the one"),
        (["3"], "unexpected extra argument"),
    ],
)
def test_wrong_input_is_one_line_and_status_2(words: list[str], needle: str, capsys: Capture) -> None:
    assert needle in refused(capsys, *words)


def test_the_function_refuses_floats_and_nothing_at_all() -> None:
    with pytest.raises(ParameterError, match=r'write it as a text, "0.9"'):
        threshold(beta2=0.9)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="give C for the threshold in beta2"):
        threshold()


def test_a_drift_of_exactly_zero_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sign of 0 cannot be found by balls, however many bits they have."""
    monkeypatch.setattr(thresholds, "MOST_BITS", 512)
    with pytest.raises(ParameterError, match="is 0, or too near to it for 512 bits"):
        thresholds._sign(lambda x, bits: thresholds.drift(*map(thresholds._ball, (Fraction(1), x, x)), 2), Fraction(0))


# --- what is printed --------------------------------------------------------------------------------------------------


def test_the_page(capsys: Capture) -> None:
    page = output(capsys)
    assert page == output(capsys, "--C", "3")
    assert "with C = 3, N = 3, beta1 = 0." in page
    assert "  0 <= beta2 < 0.472313140058934547...\n" in page
    assert "theorem drift_threshold_in_beta2" in page
    assert "  2 < C < 2.085...\n" in output(capsys, "--beta2", "0.9", "--digits", "3")
    assert "beta2 = 0.9." in output(capsys, "--beta2", "9/10")
    assert "beta2 = 1/3." in output(capsys, "--beta2", "1/3")
    assert re.search(r"\d+ intervals that cover \[0, 1\]", output(capsys, "--C", "3", "--beta1", "0.1"))
    assert "for every beta1 in [0, 1)" in output(capsys, "--C", "3", "--beta2", "0.6")


def test_the_theorems_that_are_named_ship(capsys: Capture) -> None:
    from adamtheory import catalogue

    named = {name for text in thresholds.BY_THEOREM.values() for name in re.findall(r"drift_\w+", text)}
    assert len(named) == 4 and named <= set(catalogue.proofs())


def test_json(capsys: Capture) -> None:
    facts = json.loads(output(capsys, "--C", "101", "--period", "101", "--beta1", "0.99", "--digits", "5", "--json"))
    assert facts["unknown"] == "beta2"
    assert facts["given"] == {"C": "101", "N": "101", "beta1": "0.99"}
    low, high = {"value": "0.00093", "exact": False}, {"value": "0.99764", "exact": False}
    assert facts["fails"] == [{"above": low, "below": high}]
    every = json.loads(output(capsys, "--beta2", "0", "--json"))
    assert every["fails"] == [{"above": {"value": "2", "exact": True}, "below": None}]


def test_it_is_public() -> None:
    assert adamtheory.threshold is threshold
    assert str(adamtheory.threshold(C=3).fails[0][1]) == "0.472313140058934547..."
