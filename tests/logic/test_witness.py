"""Witnesses: what they must show, and that a contradictory theory has none."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adamtheory.logic import Prover, Setting, Statement, Witness, eq, integers, read, real
from adamtheory.logic.notation import lift
from adamtheory.logic.printing import text
from adamtheory.logic.terms import Refused
from adamtheory.logic.witness import interpreted_theory, prove_witness
from adamtheory.rules.adam import adam

n, t = integers("n t")
x = real("x")


def bounded() -> tuple[Setting, Statement]:
    setting = Setting()
    g = setting.family("g", "Z")
    setting.assume("bounded", g(t) * g(t) <= 1, guards=[1 <= t])
    reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["v"])
    return setting, Statement(setting, reading.slot("v", n) <= 1, hyps=[0 <= n, 0 < reading.scalars["beta2"]])


def test_each_assumption_and_each_hypothesis_is_proved() -> None:
    _, statement = bounded()
    found = prove_witness(statement, Witness({"g": ([t], 1), "beta2": ([], Fraction(1, 2))}, {n: 3}))
    assert found is not None
    assert len(found["proofs"]) == 3
    for theorem, guards in found["proofs"]:
        assert not theorem.uses
        assert all(any(h is g for g in guards) for h in theorem.hyps)
    assert {name for name, _, _ in found["interpretation"]} == {"g", "lr", "beta1", "beta2", "eps"}


def test_nothing_to_show_needs_no_witness() -> None:
    assert prove_witness(Statement(Setting(), 0 <= x * x), None) is None


def test_definitions_stay_and_are_interpreted() -> None:
    setting, _ = bounded()
    theory = interpreted_theory(setting.theory, {"g": ((t,), t * t), "beta2": ((), lift(Fraction(1, 2)))})
    (definition,) = theory.entries
    assert definition[0] == "define"
    assert text(definition[-1][0]) == "(1/2)*v_previous + (1 - 1/2)*((n + 1)*(n + 1))*((n + 1)*(n + 1))"


REFUSED = {
    "an assumption that fails": (Witness({"g": ([t], 2), "beta2": ([], Fraction(1, 2))}, {n: 3}), "assumption bounded"),
    "a hypothesis that fails": (Witness({"g": ([t], 1), "beta2": ([], Fraction(-1))}, {n: 3}), "a hypothesis"),
    "no value for a variable": (Witness({"g": ([t], 1), "beta2": ([], Fraction(1, 2))}), "no value"),
    "a family that is not there": (Witness({"h": ([t], 1)}, {n: 3}), "does not declare"),
    "none at all": (None, "no witness"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_is_not_shown_is_refused(case: str) -> None:
    witness, said = REFUSED[case]
    with pytest.raises(Refused, match=said):
        prove_witness(bounded()[1], witness)


def test_a_contradiction_that_appears_late_has_no_witness() -> None:
    """x(0) = 0, x(t+1) = x(t) + 1 and x(t) <= 5 have a model up to t = 5, which a bounded search would call one."""
    setting = Setting()
    (count,) = setting.define({"count": (0, lambda n, c: c + 1)}, index=n)
    setting.assume("small", count(t) <= 5, guards=[0 <= t])
    with pytest.raises(Refused, match="small"):
        prove_witness(Statement(setting, eq(count(n), n), hyps=[0 <= n]), Witness({}, {n: 0}))


def test_a_tactic_of_its_own() -> None:
    setting = Setting()
    (count,) = setting.define({"count": (0, lambda n, c: c + 1)}, index=n)
    setting.assume("nonneg", 0 <= count(t), guards=[0 <= t])

    def prove(p, goal, guards):
        if not goal.left.free | goal.right.free:
            return p.certify(goal)
        k = p.fresh("k", t)
        step = p.certify(0 <= count(k + 1), p.assume(0 <= count(k)), p.using(p.next("count", k), p.assume(0 <= k)))
        found = p.induction(k, 0, 0 <= count(k), p.certify(0 <= count(0), p.start("count")), step)
        return p.inst(found, {k: t})

    found = prove_witness(Statement(setting, eq(count(n), n), hyps=[0 <= n]), Witness({}, {n: 0}, prove))
    assert found is not None
    assert isinstance(Prover(setting), Prover)
