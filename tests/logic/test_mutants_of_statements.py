"""No shipped theorem is taken for another sentence: every one-place change of every statement is noticed.

A change is refused by the comparison of statement and theorem, and the search does not find a proof of the changed
claim from the theorem, except where the change makes the claim weaker: those few stand in a table, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from adamtheory.logic.evaluate import Formula, Interpretation, Undecided
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.printing import text
from adamtheory.logic.search import certify
from adamtheory.logic.serialise import ordered
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Refused, Rel, key
from adamtheory.proving.worker import _agree

from .mutations import SOME_GROUPED, module, refused, relations, sample, statement, statements, theorem

WEAKER = {"eq -> le": "an equation is both inequalities", "lt -> le": "strictly less is less or equal"}

POSITIVE = {
    "right: exponent + 1": "the base is positive, and so are its powers",
    "right: exponent - 1": "the base is positive, which the theorem is proved from",
}
LARGER = "a larger bound"
PLUS_ONE = "a larger bound: a product with 1 becomes a sum with 1"

# proof -> changes of its claim that the search proves from the theorem, and why they are true
ALSO_TRUE = {
    "adam_defined_denominator": POSITIVE,
    "adam_defined_m_hat": {**POSITIVE, "right.0.0: 1 -> 2": "beta1^(n+1) < 1 < 2"},
    "adam_defined_v_hat": {**POSITIVE, "right.0.0: 1 -> 2": "beta2^(n+1) < 1 < 2"},
    "adam_defined_root": {
        "right: mul -> add": "numerator and reciprocal of the denominator are both nonnegative",
        "right.1.0.1.0: -1 -> 0": "the denominator becomes 1, and the numerator is nonnegative",
    },
    "forms_adam_adam_eps_inside_no_eps": {"left: add -> mul": "the sum is 0 and neither is negative, so both are 0"},
    "bias_correction_fades": {"left.1.1: 1 -> 2": "a smaller left side"},
    "budget_decay_at_least": {"left: add -> mul": "a smaller bound: the sum 1 - c becomes the product -c"},
    "budget_decay_at_most": {"right: mul -> add": PLUS_ONE},
    "decay_l2_momentum_factor": {"right.0: 1 -> 2": LARGER},
    "adam_ends_at_the_worst_point": {"left: add -> mul": "1 (-x) is less than 1 - x"},
    "drift_negative_beyond": {"right: 0 -> 1": LARGER},
    "drift_period_two": {"right: 0 -> 1": LARGER},
    "drift_polynomial": {"right: 0 -> 1": LARGER},
    "gamma_adam_corrected_negative": {"right: 0 -> 1": LARGER},
    "gamma_momentum_converse": {
        "left.0.0.0.2: add -> mul": "v_max(n) in place of v_max(n + 1): they are assumed equal",
        "right.0.0.0: v_max one later": "v_max(n + 1) in place of v_max(n): they are assumed equal",
    },
    "gamma_schedule_converse": {"right: 0 -> 1": LARGER},
    "gamma_sgd": {"right.0: mul -> add": PLUS_ONE},
    "harmonic_sum": {"right.0: 1 -> 2": LARGER},
    "inverse_sqrt_sum": {
        "right.1: mul -> add": "a larger bound: the product (-1) 1 becomes the sum 0",
        "right.1.0: -1 -> 0": LARGER,
    },
    "kb_cycle_distances": {"right: 3 -> 4": LARGER},
    "kb_cycle_regret": {"right.1: 128 -> 129": LARGER},
    "nadam_torch_refuted": {"right: 4/5 -> 1": LARGER},
    "ndadam_span": dict.fromkeys(
        (
            "left.3.1.1.0: -1 -> 0",
            "left.3.1.1.1.0: from + 1",
            "left.3.1.1.1.0: to + 1",
            "left.3.1.1.1.0.1: 1 -> 2",
            "left.3.1.1.1.0.3: mul -> add",
            "left.3.1.1.1.0.3.0: g one later",
            "left.3.1.1.1.0.3.0.2: add -> mul",
            "left.3.1.1.1.0.3.0.2.1: 1 -> 2",
            "left.3.1.1.1.0.3.1: w one later",
        ),
        "u is orthogonal to the weights, so any multiple of them may be taken off the raw gradient",
    ),
    "reddi_first_block": {"right.0: mul -> add": PLUS_ONE, "right.1: mul -> add": PLUS_ONE},
    "reddi_later_blocks": {
        "right.0: mul -> add": PLUS_ONE,
        "right.1: mul -> add": PLUS_ONE,
        "right.0.1.0.0.1: 2 -> 3": "sharper: each of the two summands is at least half of the left side for k >= 1",
    },
    "swats_rate_at_least": {"right.0: 0 -> 1": LARGER},
    "swats_repaired_average": {"right.0: 0 -> 1": LARGER, "right.1: mul -> add": PLUS_ONE},
    "wilson_minimum_norm": dict.fromkeys(
        ("right.1.0.1.3.0: X one later", "right.1.0.1.3.0.3: 2 -> 3"), "the features 2 and 3 have the same weight"
    ),
    "wilson_test_points": {
        "left.0.0.1.2: 1 -> 2": "the features 1 and 2 have the same weight",
        "left.0.1.2: 2 -> 3": "so have the features 2 and 3",
    },
}


# --- the comparison ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_the_theorem_is_what_is_stated(name: str) -> None:
    _agree(statement(name), theorem(name))


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_every_stated_hypothesis_is_needed(name: str) -> None:
    needed = {key(h) for h in theorem(name).hyps}
    assert [text(h) for h in statement(name).hyps if key(h) not in needed] == []


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_a_changed_statement_is_not_the_theorem(name: str) -> None:
    found, stated = theorem(name), statement(name)
    hypotheses = {key(h) for h in stated.hyps}
    for change, make in sample(list(statements(stated)), 60, name):
        try:
            mutant = make()
            _agree(mutant, found)
        except Refused:
            continue
        same = (key(mutant.claim), {key(h) for h in mutant.hyps}) == (key(stated.claim), hypotheses)
        assert same and mutant.theory.entries == stated.theory.entries, change


# --- the search -------------------------------------------------------------------------------------------------------


def cited(name: str) -> list[Theorem]:
    """The theorem and, of what its last certificate cites, that which holds under the hypotheses of the statement."""
    allowed = {key(h) for h in statement(name).hyps}
    certificates = [step for step in ordered(theorem(name)) if step.rule == "certificate"]
    facts = certificates[-1].args[1] if certificates else ()
    return [theorem(name), *(f for f in facts if {key(h) for h in f.hyps} <= allowed)]


def changed_claims(name: str) -> list[tuple[str, Rel]]:
    """The changes of the claim that say something, and something else."""
    stated = statement(name)
    return [
        (change, claim)
        for change, claim in relations(stated.claim)
        if key(claim) != key(stated.claim) and not refused(lambda c=claim: Statement(stated.theory, c))
    ]


def proved(name: str, claim: Rel) -> Theorem | None:
    """What the search makes of a changed claim."""
    if claim.kind == "lim":  # no certificate has a limit for its goal
        assert refused(lambda: certify(statement(name).theory, claim, [theorem(name)]))
        return None
    for degree in (1, 2):
        try:
            return certify(statement(name).theory, claim, cited(name), degree=degree, rounds=1)
        except Refused:
            pass
    return None


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_the_search_does_not_prove_a_changed_claim(name: str) -> None:
    stated, known = statement(name), WEAKER | ALSO_TRUE.get(name, {})
    for change, claim in sample(changed_claims(name), 6, name):
        found = proved(name, claim)
        if found is not None:
            assert change in known, f"proved as well; if it is true, list it with the reason: {text(claim)}"
            assert {key(h) for h in found.hyps} <= {key(h) for h in stated.hyps}
            assert found.uses <= theorem(name).uses


# --- values: the third opinion ----------------------------------------------------------------------------------------


@cache
def interpretation(name: str) -> Interpretation:
    """The meaning that the witness gives to the families, in which every assumption of the theory holds."""
    families: dict[str, Any] = {e[1]: 0 for e in statement(name).theory.entries if e[0] == "declare"}
    families |= {family: Formula(variables, value) for family, variables, value in witness(name).entries()}
    return Interpretation(families, theory=statement(name).theory)


def witness(name: str) -> Witness:
    """The witness of the file; where there is nothing to show, one that says nothing."""
    file = module(name)
    found: Witness = file.witness() if hasattr(file, "witness") else Witness()
    return found


def points(name: str) -> Iterator[dict[Any, Any]]:
    """Values of the free variables that satisfy the hypotheses: those of the witness, and some after them."""
    stated, meaning = statement(name), interpretation(name)
    free = stated.claim.free.union(*(h.free for h in stated.hyps))
    begin = {v: 0 for v in free if v.sort == "W"}
    begin |= {v: meaning.value(t) if hasattr(t, "op") else t for v, t in witness(name).values.items() if v in free}
    for further in range(5):
        values = {v: begin.get(v, 1) if v.sort == "W" else begin.get(v, 1) + further for v in free}
        if all(meaning.holds(h, values) for h in stated.hyps):
            yield values


def true_at(name: str, claim: Rel) -> list[bool]:
    """The truth of a claim at those points where the limits of the evaluator suffice."""
    found = []
    for values in points(name):
        with suppress(Undecided):
            found.append(interpretation(name).holds(claim, values))
    return found


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_the_theorem_holds_where_its_assumptions_do(name: str) -> None:
    if statement(name).claim.kind != "lim":
        assert False not in true_at(name, statement(name).claim)


@pytest.mark.parametrize(("name", "change"), [(name, change) for name in ALSO_TRUE for change in ALSO_TRUE[name]])
def test_what_is_listed_as_true_is_proved_and_true(name: str, change: str) -> None:
    claim = dict(relations(statement(name).claim))[change]
    assert proved(name, claim) is not None, "no longer proved: take it off the list"
    found = true_at(name, claim)
    assert found and all(found)
