"""Witnesses in which something happens: no stored one has a decay rate, step size or gradient 0 without saying why."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from fractions import Fraction as F
from itertools import product
from typing import Any

import pytest

from adamtheory import catalogue
from adamtheory.logic import Setting, Statement, Witness, eq, integers, read, real
from adamtheory.logic.evaluate import Formula, Interpretation
from adamtheory.logic.lively import completed, degenerate, lively, role
from adamtheory.logic.notation import lift
from adamtheory.logic.witness import prove_witness
from adamtheory.rules.adam import adam
from adamtheory.rules.descent import sgd_l2

HALF, MOST, TENTH = F(1, 2), F(3, 4), F(1, 10)
n, t = integers("n t")
z = real("z")

# what the files say of models with more in them than the stored witness: families, and values of variables
BALL = {"g": 1, "C": 2, "beta1": HALF, "beta2": MOST}
RATES = {"C": 3, "N": 3, "beta1": TENTH, "beta2": TENTH}
MODELS: dict[str, tuple[Mapping[str, Any], Mapping[str, int]]] = {
    "adam_ends_at_the_worst_point": (RATES, {"J": 10, "j": 11}),
    "adam_regret_linear": (RATES | {"alpha": F(1, 30)}, {"J": 10, "L": 500, "j": 501}),
    "adamax_limit_corrected": ({"beta2": HALF}, {}),
    "adamnc_regret": ({"beta1": HALF}, {}),
    "adamw_ball": (BALL, {}),
    "adamw_ball_limit": (BALL, {}),
    "adamw_ball_paper": (BALL, {}),
    "direction_denominator": ({"beta2": HALF}, {}),
    "gamma_momentum_converse": ({"beta2": HALF}, {}),
    "reddi_stochastic_drift": ({"beta1": HALF}, {}),
    "swats_rate_at_least": ({"beta2": MOST}, {}),
    "swats_rate_at_most": ({"beta2": MOST, "bound": 4}, {}),
    "swats_repaired_average": ({"beta2": MOST}, {}),
}


def stored_zeros(file: catalogue.ProofFile) -> set[str]:
    """Decay rates, step sizes and gradients that are 0 in the stored witness, from the JSON alone."""
    data = json.loads(file.stored.read_text())
    entries = data.get("witness", {}).get("interpretation", [])
    return {name for name, _, value in entries if data["terms"][value] == ["num", 0, 1] and role(name)}


def test_no_stored_witness_is_degenerate_without_a_word() -> None:
    found, told = {}, {}
    for name, file in catalogue.proofs().items():
        if not file.refutes:
            found[name] = stored_zeros(file)
            told[name] = catalogue.fields(file).get("Witness", "")
    silent = {name: zeros for name, zeros in found.items() if not all(zero in told[name] for zero in zeros)}
    assert not silent, silent
    assert not [name for name, words in told.items() if words and not found[name]], "says why, and has no need to"
    assert sum(map(bool, found.values())) <= 30


def test_what_the_files_promise_to_hold_by_evaluation() -> None:
    promised = {
        name for name, file in catalogue.proofs().items() if "evaluation" in catalogue.fields(file).get("Witness", "")
    }
    assert promised == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_with_more_in_it(name: str) -> None:
    """Every hypothesis exactly, every assumption at a few integers."""
    file = importlib.import_module(f"adamtheory.proofs.{name}")
    of, witness, (families, others) = file.statement(), file.witness(), MODELS[name]
    stored = {family: Formula(vs, value) for family, vs, value in completed(of.theory, witness.entries())}
    meaning = Interpretation({**stored, **families}, theory=of.theory)
    values = {v: others.get(v.args[0], meaning.value(lift(value))) for v, value in witness.values.items()}
    assert all(families.get(zero) for zero in stored_zeros(catalogue.find(name)))
    assert all(meaning.holds(hyp, values) for hyp in of.hyps)
    for _, _, _, variables, guards, claim in (e for e in of.theory.entries if e[0] == "assume"):
        places = [dict(zip(variables, at, strict=True)) for at in product(*map(some, variables))]
        kept = [place for place in places if all(meaning.holds(g, place) for g in guards)]
        assert kept and all(meaning.holds(claim, place) for place in kept)


def some(variable: Any) -> tuple[Any, ...]:
    return {"Z": tuple(range(-1, 5)), "R": (-1, 0, HALF, 2), "W": (0,)}[variable.sort]


# --- the search -------------------------------------------------------------------------------------------------------


def test_what_is_left_at_0_is_put_at_other_values() -> None:
    setting = Setting()
    g = setting.family("g", "Z")
    reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m"])
    beta1, lr = reading.scalars["beta1"], setting.constant("alpha")
    setting.assume("small", lr <= F(1, 5))
    statement = Statement(setting, reading.slot("m", n) <= 1, [0 <= n, 0 <= beta1, beta1 < 1])
    found = lively(statement, Witness(values={n: 0}))
    shown = prove_witness(statement, found)
    assert shown is not None and not degenerate(shown["interpretation"])
    assert {name: value for name, _, value in shown["interpretation"]}["alpha"] is lift(TENTH)


def test_hypotheses_that_hold_for_beta1_0_only_are_seen() -> None:
    """Two steps of equal factor on a run from m = 0: a sentence that was proved once, of nothing."""
    setting = Setting()
    alpha, penalty, first = setting.constants("alpha penalty x0")
    given = {"lr": alpha, "weight_decay": penalty}
    run = read(sgd_l2, setting, inputs={"g": lambda t, x: 0}, scalars=given, start=first)
    beta1, x = run.scalars["beta1"], lambda n: run.slot("x", n)
    setting.assume("shrink_positive", 0 < alpha * penalty)
    hyps = [eq(x(n + 1), z * x(n)), eq(x(n + 2), z * x(n + 1)), 0 < x(n) ** 2]
    statement = Statement(setting, z <= 1 - alpha * penalty / (1 - beta1), hyps)
    file = {"alpha": ([], 1), "penalty": ([], HALF), "x0": ([], 1)}

    def unfolded(p: Any, goal: Any, guards: Any) -> Any:
        steps = [p.using(p.next(f, k), p.certify(0 <= lift(k))) for k in (0, 1) for f in run.families.values()]
        return p.certify(goal, *guards, *([*map(p.start, run.families.values()), *steps] if goal.families else []))

    found = lively(statement, Witness(file, {n: 0, z: HALF}, unfolded))
    shown = prove_witness(statement, found)
    assert shown is not None and degenerate(shown["interpretation"]) == {"beta1": "decay rate"}
