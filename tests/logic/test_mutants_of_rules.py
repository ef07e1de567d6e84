"""The theorems are about the text of the rules: no token of it can change without some theorem becoming another.

Each one-token mutant of a rule takes its place, and the proof files that read the rule are loaded anew: some statement
changes, or cannot be made. Where the theorem is about the changed line its proof fails as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adamtheory.language import Rule
from adamtheory.logic.notation import Setting, eq, integer, lift
from adamtheory.logic.reading import read
from adamtheory.logic.serialise import statement_hash
from adamtheory.logic.terms import key
from adamtheory.proving.worker import _agree
from adamtheory.rules import RULES

from .mutations import FULL, NAMES, sample, statement
from .rule_mutants import fresh, in_place_of, mutants, text_of

READ = ("adam", "adam_uncorrected", "amsgrad")

# (rule, proof, lines that it is about or all, how many are tried): quick ones, and one of those for every rule
PROVED = [
    ("adam", "ema_unrolled", None, 100),
    ("adam", "bias_correction", None, 12),
    ("adam", "bias_correction_second_moment", None, 8),
    ("amsgrad", "amsgrad_maximum_and_gradients", ("v =", "v_max ="), 8),
    ("adam_uncorrected", "reddi_projection_free", None, 3),
    ("adam_eps_hat", "forms_adam_adam_eps_hat", None, 8),
    ("adamx", "forms_adamx_amsgrad", None, 8),
    ("amsgrad_torch", "forms_amsgrad_amsgrad_torch", None, 8),
    ("nadam_dozat", "forms_nadam_optax_nadam_dozat", None, 8),
    ("nadam_keras", "forms_nadam_torch_nadam_keras", None, 8),
]

NO_MOMENTUM = "beta1 is 0 in this theorem: m is g, and what beta1 multiplies does not matter"
NO_EPS = "eps is 0 in this theorem"
AVERAGE, END = "m = beta1*m + (1 - beta1)*g", "return x - lr*m/(sqrt(v) + eps), m, v"

# proof -> mutants of the rule for which it goes through all the same, and why: what was changed is nothing to it
STILL_TRUE = {
    "reddi_projection_free": {
        "2:29 def adam_uncorrected(x, g, m=0, v=0, *,: 0 -> 1": "also true: the same proof serves a v_0 of 1",
        f"4:13 {AVERAGE}: * -> /": NO_MOMENTUM,
        f"4:14 {AVERAGE}: m -> g": NO_MOMENTUM,
        f"4:14 {AVERAGE}: m -> v": NO_MOMENTUM,
        f"4:21 {AVERAGE}: - -> +": NO_MOMENTUM,
        "4:8 beta1*m + (1 - beta1)*g: beta1*m dropped": NO_MOMENTUM,
        "4:8 beta1*m: m dropped": NO_MOMENTUM,
        "4:18 (1 - beta1)*g: 1 - beta1 dropped": NO_MOMENTUM,
        "4:19 1 - beta1: beta1 dropped": NO_MOMENTUM,
        "5:30 v = beta2*v + (1 - beta2)*g*g: g -> m": NO_MOMENTUM,
        "5:32 v = beta2*v + (1 - beta2)*g*g: g -> m": NO_MOMENTUM,
        f"6:18 {END}: m -> g": NO_MOMENTUM,
        f"6:37 {END}: m -> g": NO_MOMENTUM,
        f"6:37 {END}: m -> v": NO_MOMENTUM,
        f"6:29 {END}: + -> -": NO_EPS,
        "6:21 sqrt(v) + eps: eps dropped": NO_EPS,
    },
}


def shipped(rule: str) -> dict[str, str]:
    """The proofs whose statements read the rule, with the hashes of these statements."""
    reading = [name for name in NAMES if rule in [r.name for r in statement(name).rules]]
    return {name: statement_hash(statement(name)) for name in reading}


def same_but_for_parameters(mutant: Rule, rule: Rule) -> bool:
    """Whether only defaults differ. Theorems hold for all values of the parameters, so none of them can notice."""
    return replace(mutant, scalars=rule.scalars).digest == rule.digest


def noticed(name: str, before: str) -> bool:
    """Whether the sentence of a proof that is loaded now is another than before, or none at all."""
    try:
        return statement_hash(fresh(name).statement()) != before
    except Exception:  # whatever a file says of a rule that is not as it expects
        return True


def declares_its_step(rule: Rule) -> bool:
    """Whether x - lr moment/denominator, in the words of the declaration, is the new iterate."""
    setting, n = Setting(), integer("n")
    g = setting.family("g", "Z")
    try:
        reading = read(rule, setting, inputs={"g": lambda t, x: g(t)}, start=0)
        moment, denominator = reading.value("moment", n), reading.value("denominator", n)
        step = eq(reading.value("x", n), reading.slot("x", n) - reading.scalars["lr"] * moment / denominator)
    except Exception:
        return False
    return key(step) == key(eq(lift(0), 0))


@pytest.mark.parametrize("name", READ)
def test_the_declared_moment_and_denominator_make_the_step(name: str) -> None:
    assert declares_its_step(RULES[name])


@pytest.mark.parametrize("name", READ)
def test_every_mutant_of_a_rule_is_noticed(name: str) -> None:
    rule, found, before = RULES[name], mutants(RULES[name]), shipped(name)
    assert len(found) > 80
    survivors = []
    for change, mutant in sample(list(found.items()), 60, name):
        if mutant is None or same_but_for_parameters(mutant, rule):
            continue
        # No theorem speaks of what the declaration calls moment and denominator, but they have to make the step.
        if mutant.notes != rule.notes and not declares_its_step(mutant):
            continue
        with in_place_of(rule, mutant):
            if not any(noticed(proof, sentence) for proof, sentence in before.items()):
                survivors.append(change)
    assert survivors == []


@pytest.mark.parametrize(("name", "proof", "about", "size"), PROVED, ids=[p[1] for p in PROVED])
def test_the_proof_fails_for_a_mutant(name: str, proof: str, about: tuple[str, ...] | None, size: int) -> None:
    rule, before, survivors, tried = RULES[name], shipped(name)[proof], [], 0
    for change, mutant in sample(list(mutants(rule).items()), 200, proof):
        if mutant is None or (about and not change.split(" ", 1)[1].startswith(about)) or (tried == size and not FULL):
            continue
        with in_place_of(rule, mutant):
            if noticed(proof, before):
                tried += 1
                if proves(proof) and change not in STILL_TRUE.get(proof, {}):
                    survivors.append(change)
    assert tried >= min(size, 12) and survivors == []


def proves(name: str) -> bool:
    """Whether the proof file, as it is loaded now, proves what it states."""
    try:
        file: Any = fresh(name)
        _agree(file.statement(), file.prove())
    except Exception:
        return False
    return True


def test_afterwards_everything_is_as_before() -> None:
    rule = RULES["adam"]
    before = fresh("ema_unrolled")
    with in_place_of(rule, next(m for m in mutants(rule).values() if m is not None)):
        assert fresh("ema_unrolled") is not before
    assert fresh("ema_unrolled") is before and before.adam is RULES["adam"] is rule
    assert text_of(rule).startswith("@rule(") and '"""' not in text_of(rule)
