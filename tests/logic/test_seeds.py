"""What is found and printed does not depend on the order of sets, nor on assertions being compiled in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from adamtheory.logic import recheck

from .mutations import FULL, NAMES

# By induction with sums; with roots; with searches in which the order of columns decides. All proofs in a full run.
QUICK = tuple(NAMES) if FULL else ("ema_unrolled", "inverse_sqrt_sum", "adamnc_regret")

PROGRAM = """
import importlib, json, sys
from adamtheory.logic.printing import describe, text
from adamtheory.logic.serialise import statement_hash, write
from adamtheory.logic.witness import prove_witness
found = {}
for name in sys.argv[1:]:
    file = importlib.import_module("adamtheory.proofs." + name)
    said, theorem = file.statement(), file.prove()
    witness = prove_witness(said, file.witness() if hasattr(file, "witness") else None)
    lines = [text(r, said.theory) for r in (*said.hyps, said.claim)]
    sentence = [lines, text(theorem), describe(said.theory), statement_hash(said)]
    found[name] = {"sentence": sentence, "proof": write(theorem, said.hyps, witness)}
print(json.dumps(found))
"""

# name -> environment, options of the interpreter
WAYS = {
    "seed 0": ("0", ()),
    "seed 1": ("1", ()),
    "without assertions": ("0", ("-O",)),
}


@cache
def made(way: str) -> str:
    """What a process of its own finds and prints, the same bytes or not."""
    seed, options = WAYS[way]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, *options, "-c", PROGRAM, *QUICK]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("way", WAYS)
def test_certificates_and_sentences_are_the_same_bytes(way: str) -> None:
    first, found = json.loads(made("seed 0")), json.loads(made(way))
    for name in QUICK:
        assert found[name]["sentence"] == first[name]["sentence"], name
        assert found[name]["proof"] == first[name]["proof"], name


@pytest.mark.parametrize("way", WAYS)
def test_the_second_checker_derives_the_same_sentence(way: str) -> None:
    for name, found in json.loads(made(way)).items():
        assert recheck.check(found["proof"]).hash == found["sentence"][-1], name
