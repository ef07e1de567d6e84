"""Bounds that a docstring claims: true ones proved, false ones refuted by an exact history, the rest said so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adamtheory import derive
from adamtheory.deriving.claims import claims, read_claims
from adamtheory.deriving.findings import PROVED, REFUTED, UNDECIDED, Finding
from adamtheory.errors import GrammarError
from adamtheory.language import parse
from adamtheory.language.rule import Rule
from adamtheory.logic import recheck, serialise
from adamtheory.logic.printing import text
from adamtheory.logic.refute import refutes
from adamtheory.rules import RULES

ADAM = '''@rule(family="mine")
def mine(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = {beta1}, beta2: decay = {beta2},
         eps: nonnegative = {eps}):
    """Mine.

    Claim: {claim}
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    p1 = p1*beta1
    p2 = p2*beta2
    return x - lr*(m/(1 - p1))/(sqrt(v/(1 - p2)) + eps), m, v, p1, p2
'''
RAW = '''@rule(family="mine")
def mine(x, g, m=0, v=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Mine.

    Claim: {claim}
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    return x - lr*m/(sqrt(v) + eps), m, v
'''
MAX = '''@rule(family="mine")
def mine(x, g, m=0, u=0, *, lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Mine.

    Claim: {claim}
    """
    m = beta1*m + (1 - beta1)*g
    u = maximum(beta2*u, absolute(g))
    return x - lr*m/(u + eps), m, u
'''
ONE = '''@rule(family="mine")
def mine(x, g, m=0, v=0, p=1, *, lr: nonnegative = 0.001, beta: decay = 0.9, eps: nonnegative = 1e-8):
    """One rate for both averages.

    Claim: {claim}
    """
    m = beta*m + (1 - beta)*g
    v = beta*v + (1 - beta)*g*g
    p = p*beta
    return x - lr*(m/(1 - p))/(sqrt(v/(1 - p)) + eps), m, v, p
'''
SHORT = '''@rule(family="mine")
def mine(x, g, v=0, *, lr: nonnegative = 0.001, beta2: decay = 0.9, eps: nonnegative = 1e-8, wd: nonnegative = 0.1):
    """Mine.

    Claim: {claim}
    """
    {line}
'''
SIGN = "return x - lr*(where(g < 0, -1, where(g > 0, 1, 0)) + wd*x), v"
CLIP = "return x + lr*minimum(maximum(g, -2), 1), v"
RMS = "v = beta2*v + (1 - beta2)*g*g\n    return x - lr*g/(sqrt(v) + eps), v"
SUM = "v = v + g*g\n    return x - lr*g/(sqrt(v) + eps), v"


def of(tmp_path: Path, source: str, **parts: str) -> Rule:
    """The rule in a user's own file."""
    file = tmp_path / "mine.py"
    file.write_text("from adamtheory.language import *\n\n\n" + source.format(**parts))
    return next(iter(parse(file.read_text(), filename=str(file)).values()))


def decided(tmp_path: Path, source: str, **parts: str) -> Finding:
    (finding,) = claims(of(tmp_path, source, **parts))
    assert finding.topic == "claim" and finding.note.startswith(parts["claim"])
    assert finding.short in ("holds", "open", f"false, t = {finding.values.get('t')}")
    return finding


TRUE = [
    (ONE, {"claim": "|step| <= lr"}),
    (RAW, {"claim": "|step| <= lr*(1 - beta1)/sqrt((1 - beta2)*(1 - beta1*beta1/beta2)) if beta1*beta1 < beta2"}),
    (MAX, {"claim": "|step| <= lr*(1 - beta1)*beta2/(beta2 - beta1) if beta1 < beta2"}),
    (SHORT, {"line": RMS, "claim": "|step| <= lr/sqrt(1 - beta2)"}),
    (SHORT, {"line": SUM, "claim": "|step| <= lr"}),
    (SHORT, {"line": SIGN, "claim": "|step| <= lr"}),
    (SHORT, {"line": "return x - lr*g/(absolute(g) + eps), v", "claim": "|step| <= lr"}),
    (SHORT, {"line": CLIP, "claim": "|step| <= 2*lr"}),
    (SHORT, {"line": "return x*(1 - lr*wd) - lr*g/sqrt(g*g + eps), v", "claim": "|step| <= lr*2"}),
]


@pytest.mark.parametrize(("source", "parts"), TRUE, ids=[parts["claim"] for _, parts in TRUE])
def test_a_true_claim_is_proved_and_derived_again(tmp_path: Path, source: str, parts: dict[str, str]) -> None:
    finding = decided(tmp_path, source, **parts)
    assert finding.word == PROVED and finding.theorem is not None
    recheck.check(serialise.write(finding.theorem, finding.hyps, None))


FALSE = [
    (ADAM, {"beta1": "0.9", "beta2": "0.99", "eps": "0", "claim": "|step| < lr"}, 1),
    (ADAM, {"beta1": "0.9", "beta2": "0.99", "eps": "0", "claim": "|step| <= lr"}, 2),
    (ADAM, {"beta1": "0.9", "beta2": "0.8", "eps": "0", "claim": "|step| <= 2*lr"}, 102),
    (RAW, {"claim": "|step| <= lr*(1 - beta1)/sqrt(1 - beta2)"}, 2),
    (RAW, {"claim": "|step| <= 7*lr"}, 13),
    (MAX, {"claim": "|step| <= lr"}, 111),
    (ONE, {"claim": "|step| <= 0.99*lr"}, 1),
    (SHORT, {"line": RMS, "claim": "|step| <= lr"}, 1),
    (SHORT, {"line": SUM, "claim": "|step| < lr"}, 1),
    (SHORT, {"line": SIGN, "claim": "|step| <= 0.5*lr"}, 1),
    (SHORT, {"line": CLIP, "claim": "|step| <= 1.9*lr"}, 1),
    (SHORT, {"line": "return x - lr*g, v", "claim": "|step| <= lr"}, 1),
    (SHORT, {"line": "v = v + g\n    return x - lr*v, v", "claim": "|step| <= 5*lr"}, None),
    (SHORT, {"line": RMS, "claim": "|step| <= lr if beta2 <= 0.5"}, 1),
]


@pytest.mark.parametrize(("source", "parts", "step"), FALSE, ids=[parts["claim"] for _, parts, _ in FALSE])
def test_a_false_claim_is_refuted_exactly(tmp_path: Path, source: str, parts: dict[str, str], step: int | None) -> None:
    finding = decided(tmp_path, source, **parts)
    assert finding.word == REFUTED and finding.refutation is not None and finding.claim is not None
    values = finding.values
    assert values["|step|"] >= values["bound"] and (step is None or values["t"] <= step)
    again = refutes(finding.theory, finding.hyps, finding.claim, finding.refutation.model)
    assert again is not None and again.bound is None, "every assumption was checked completely"


def test_the_bounds_of_the_paper_on_adam() -> None:
    """Section 2.1: at the default rates the first is exceeded first in step 210; the second needs other rates."""
    first, second = claims(RULES["adam"])
    assert first.word == second.word == REFUTED
    assert first.values["t"] == 210 and first.values["history"] == "g(t) = (111/100)^(t - 1)"
    assert "at the default parameters" in first.note
    betas = [second.values["parameters"][name] for name in ("beta1", "beta2")]
    assert second.values["t"] == 2 and betas == ["9/10", "99/100"] and second.values["history"] == ["1", "11/10"]
    assert (second.values["|step|"] / second.values["bound"]) ** 2 == pytest.approx(3980 / 3971)
    assert [text(h) for h in first.hyps] == ["1 <= t", "sqrt(1 - beta2) < 1 - beta1"]


def test_the_bound_of_the_paper_on_adamax() -> None:
    (only,) = claims(RULES["adamax"])
    assert only.word == REFUTED and only.values["history"] == ["1", "999/1000"]
    assert only.values["|step|"] / only.values["bound"] == pytest.approx(
        2110 / 2109, rel=1e-7
    )  # the default eps counts


def test_a_claim_that_no_method_decides_is_undecided(tmp_path: Path) -> None:
    """C_t of Adam stays below its limit, but that is not one of the proofs here."""
    finding = decided(
        tmp_path, ADAM, beta1="0.9", beta2="0.999", eps="0",
        claim="|step| <= lr*(1 - beta1)/sqrt((1 - beta2)*(1 - beta1*beta1/beta2)) if beta1*beta1 < beta2",
    )  # fmt: skip
    assert finding.word == UNDECIDED and "no history beyond it" in finding.note


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("|step| is at most lr", "it has not the form"),
        ("step <= lr", "it has not the form"),
        ("|step| <= lr +", "no expression"),
        ("|step| <= lr*size", "'size' is neither"),
        ("|step| <= lr*m", "'m' is neither"),
        ("|step| <= abs(lr)", "'abs' is not in the language"),
        ("|step| <= lr if beta1", "is no comparison"),
        ("|step| <= lr if beta1 < ", "no expression"),
    ],
)
def test_what_is_not_read_is_refused_in_one_line(tmp_path: Path, claim: str, reason: str) -> None:
    rule = of(tmp_path, ADAM, beta1="0.9", beta2="0.99", eps="0", claim=claim)
    with pytest.raises(GrammarError, match="line 5: the claim ") as refusal:
        claims(rule)
    assert reason in str(refusal.value) and "\n" not in str(refusal.value)


def test_what_is_not_read_is_refused_before_anything_is_derived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = of(tmp_path, ADAM, beta1="0.9", beta2="0.99", eps="0", claim="step <= lr")
    monkeypatch.setattr("adamtheory.deriving.derivation.PARTS", {"expectation": lambda *_: pytest.fail("derived")})
    with pytest.raises(GrammarError, match="it has not the form"):
        derive(rule)


def test_a_rule_that_the_logic_cannot_read_is_undecided(tmp_path: Path) -> None:
    finding = decided(tmp_path, SHORT, line="return x - lr*exp(g), v", claim="|step| <= lr")
    assert finding.word == UNDECIDED and "has no reading" in finding.note


def test_a_docstring_without_claims_has_no_findings() -> None:
    assert {name for name, rule in RULES.items() if read_claims(rule)} == {"adam", "adamax"}
    assert claims(RULES["sgd"]) == []


def test_a_condition_on_t_is_kept_in_the_counterexample(tmp_path: Path) -> None:
    finding = decided(tmp_path, SHORT, line=RMS, claim="|step| <= 2*lr if 5 <= t")
    assert finding.word == REFUTED and finding.values["t"] >= 5
    assert decided(tmp_path, SHORT, line=SUM, claim="|step| <= lr if 2 <= t").word == PROVED


def test_conditions_are_read_in_any_direction(tmp_path: Path) -> None:
    rule = of(tmp_path, ADAM, beta1="0.9", beta2="0.99", eps="0", claim="|step| < lr/t if beta2 >= beta1 and 0 < lr")
    (claim,) = read_claims(rule)
    strict: list[Any] = [open_ for _, _, open_ in claim.conditions]
    assert claim.strict and strict == [False, True]
    finding = claims(rule)[0]
    assert [text(h) for h in finding.hyps] == ["1 <= t", "beta1 <= beta2", "0 < lr"]
