"""The kernel and the second checker agree: on every stored proof, and on the proof with any one place changed.

What both accept is the sentence that both say it is; and it passes for the theorem only where the sentence is the one
that was stated.
"""

from __future__ import annotations

from typing import Any

import pytest

from adamtheory.logic import recheck
from adamtheory.logic.serialise import replay, sentence_hash, statement_hash
from adamtheory.logic.terms import Refused
from adamtheory.proving.worker import _agree

from .mutations import (
    FULL,
    NAMES,
    SOME_GROUPED,
    changed,
    changes,
    refused,
    sample,
    statement,
    stored,
    theorem,
    with_witness,
)

# How many mutants of a proof are tried: few of the long ones. A full run takes all of the short ones, and of
# each long one as many as come to the same work.
WORK, WORK_IN_FULL = 25_000, 30_000_000

# A malformed row (a wrong number of arguments, a step that cites itself) is an error of another kind in `replay`,
# which reads what `write` wrote; the second checker refuses everything by name.
MALFORMED = (Refused, TypeError, ValueError, IndexError, KeyError, AttributeError)


def by_kernel(proof: str) -> str | None:
    """The hash of the sentence that the kernel derives."""
    try:
        found, hyps = replay(proof)
    except MALFORMED:
        return None
    return sentence_hash(found.theory, hyps, found.claim)


def by_second(proof: str) -> str | None:
    """The hash of the sentence that the second checker derives; anything but `Refused` is a fault of its own."""
    try:
        return recheck.check(proof).hash
    except recheck.Refused:
        return None


def taken_for(name: str, proof: str) -> bool:
    """Whether the deriving process takes it for a proof of the statement."""

    def compare() -> None:
        found, hyps = replay(proof)
        _agree(statement(name), found)
        if set(hyps) != set(statement(name).hyps):
            raise Refused("other hypotheses")

    return not refused(compare)


def chosen(name: str) -> list[Any]:
    """The changes that are tried."""
    proof = stored(name)
    size = max(2, WORK // len(proof))
    found = sample(changes(proof), size, name)
    return found if len(found) * len(proof) <= WORK_IN_FULL else found[:: len(found) * len(proof) // WORK_IN_FULL + 1]


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_both_checkers_accept_and_agree(name: str) -> None:
    derived, found = theorem(name), recheck.check(stored(name))
    by_steps = sentence_hash(derived.theory, statement(name).hyps, derived.claim)
    assert found.hash == by_steps == statement_hash(statement(name))
    assert set(found.uses) == derived.uses
    assert set(found.axioms) == set(statement(name).axioms)


@pytest.mark.parametrize("name", SOME_GROUPED)
def test_both_checkers_agree_on_mutants(name: str) -> None:
    same = statement_hash(statement(name))
    for change in chosen(name):
        mutant = changed(stored(name), change)
        first, second = by_kernel(mutant), by_second(mutant)
        assert first == second, (change, mutant if len(mutant) < 2000 else "")
        if first is not None:
            assert (first == same) == taken_for(name, mutant), change


@pytest.mark.skipif(not FULL, reason="the proofs of all witnesses are found anew: a full run only")
@pytest.mark.parametrize("name", SOME_GROUPED)
def test_the_witness_is_accepted_and_changes_no_sentence(name: str) -> None:
    assert recheck.check(with_witness(name)).hash == statement_hash(statement(name))


def test_the_changes_are_many() -> None:
    """That a mutant is refused says something only if mutants of every kind were tried."""
    made = {changed(stored(NAMES[0]), change) for change in changes(stored(NAMES[0]))}
    assert stored(NAMES[0]) not in made and len(made) > 500
