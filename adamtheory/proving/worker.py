"""The process that derives: imports proof files, replays or finds their proofs, and prints one JSON line for each.

    python -m adamtheory.proving.worker < tasks.json

The parent imports neither proof files nor the kernel; what this process says is believed only where the second
checker, in a process of its own, says the same.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from adamtheory.logic.defined import defined
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.lively import lively
from adamtheory.logic.printing import describe, text
from adamtheory.logic.serialise import replayed, statement_hash, write
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Refused, key, need
from adamtheory.logic.witness import prove_witness
from adamtheory.proving.pages import page, witness_told


def main() -> None:
    """Read the list of tasks, made by `verdicts`, from standard input."""
    out = sys.stdout
    for task in json.load(sys.stdin):
        with contextlib.redirect_stdout(sys.stderr):  # what a proof file prints is no report
            found = run(task)
        print(json.dumps(found), file=out, flush=True)


def run(task: dict[str, Any]) -> dict[str, Any]:
    """One task; whatever goes wrong becomes an outcome with its reason."""
    began = time.perf_counter()
    found: dict[str, Any] = {"name": task["name"], "outcome": "FAILED"}
    try:
        module = load(task)
        statement = module.statement()
        need(type(statement) is Statement, "statement() does not return a Statement")
        found |= _sentence(statement)
        found |= _refutation(module, statement) if task["refutes"] else _proof(task, module, statement)
    except Exception as error:
        found |= _failure(error, task)
    found["seconds"] = time.perf_counter() - began
    return found


def load(task: dict[str, Any]) -> ModuleType:
    """The module of a proof file, shipped or a user's own."""
    if not task["own"]:
        return importlib.import_module(f"adamtheory.proofs.{task['name']}")
    path = Path(task["path"])
    spec = importlib.util.spec_from_file_location(f"own_proof_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Refused(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    return module


def _sentence(statement: Statement) -> dict[str, Any]:
    return {
        "hash": statement_hash(statement),
        "claim": text(statement.claim, statement.theory),
        "hyps": [text(h, statement.theory) for h in statement.hyps],
        "theory": describe(statement.theory),
        "assumes": list(statement.assumes),
        "axioms": list(statement.axioms),
        "rules": [{"name": r.name, "digest": r.digest} for r in {r.digest: r for r in statement.rules}.values()],
    }


# --- proofs -----------------------------------------------------------------------------------------------------------


def _proof(task: dict[str, Any], module: ModuleType, statement: Statement) -> dict[str, Any]:
    if task["search"]:
        theorem = module.prove()
        need(type(theorem) is Theorem, "prove() does not return a theorem")
        _agree(statement, theorem)
        Path(task["target"]).write_text(_written(task, module, statement, theorem))
    # What is found anew is read back: the steps that are printed are those that are stored.
    state = replayed(Path(task["target" if task["search"] else "stored"]).read_text())
    _agree(statement, state.theorems[-1])
    need(set(state.hyps) == set(statement.hyps), "the stored proof has other hypotheses than the statement")
    rules = Counter(step.rule for step in state.theorems)
    found = {"outcome": "DERIVED", "steps": len(state.theorems), "certificates": rules["certificate"]}
    if state.witness is not None:
        found["witness"] = witness_told(statement, state.witness)
    if task.get("form"):
        found["page"] = page(statement, state.theorems, task["form"], state.witness)
    return found


def _written(task: dict[str, Any], module: ModuleType, statement: Statement, theorem: Theorem) -> str:
    """The proof to be stored; what is kept also shows what is defined, and has a witness that is not degenerate."""
    witness: Witness | None = module.witness() if hasattr(module, "witness") else None
    shown = prove_witness(statement, lively(statement, witness) if task["store"] else witness)
    before = defined(statement, theorem) if task["store"] or task["own"] else []
    return write(theorem, statement.hyps, shown, before)


def _agree(statement: Statement, theorem: Theorem) -> None:
    """The theorem is the sentence: claim as a tree, hypotheses among those stated, theory, names used."""
    need(theorem.claim is statement.claim, f"what is proved is not what is stated: {text(theorem)}")
    stated = {key(h) for h in statement.hyps}
    extra = [text(h) for h in theorem.hyps if key(h) not in stated]
    need(not extra, f"the proof needs hypotheses that are not stated: {', '.join(extra)}")
    needed = {key(h) for h in theorem.hyps}
    idle = [text(h) for h in statement.hyps if key(h) not in needed]
    need(not idle, f"the proof does not need the hypothesis {', '.join(idle)}: leave it out of the statement")
    need(theorem.theory.entries == statement.theory.entries, "the theorem lives in another theory than the statement")
    allowed = {*statement.assumes, *statement.axioms}
    unnamed, unused = sorted(theorem.uses - allowed), sorted(allowed - theorem.uses)
    need(not unnamed, f"the proof uses {', '.join(unnamed)}: name it in the statement's assumes= or axioms=")
    need(not unused, f"the proof does not use {', '.join(unused)}: leave it out of the statement's assumes= or axioms=")
    kinds = {entry[1]: entry[2] for entry in theorem.theory.entries if entry[0] == "assume"}
    wrong = [name for name in statement.assumes if kinds.get(name) == "axiom"]
    need(not wrong, f"{', '.join(wrong)} is an axiom, not an assumption")


# --- refutations, failures --------------------------------------------------------------------------------------------


def _refutation(module: ModuleType, statement: Statement) -> dict[str, Any]:
    from adamtheory.logic.refute import refutes

    model = module.counterexample()
    refutation = refutes(statement.theory, statement.hyps, statement.claim, model)
    need(refutation is not None, "the model does not refute the statement")
    return {"outcome": "REFUTED", "model": str(refutation)}


def _failure(error: Exception, task: dict[str, Any]) -> dict[str, Any]:
    """Why, at which line of the proof file, and for a step that is not found a model of the facts without the goal."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == Path(task["path"])]
    found: dict[str, Any] = {"outcome": "FAILED", "reason": str(error) or type(error).__name__}
    if not isinstance(error, Refused):
        found["reason"] = f"{type(error).__name__}: {error}"
    if own:
        found |= {"line": own[-1].lineno, "code": own[-1].line}
    goal, facts = getattr(error, "goal", None), getattr(error, "facts", ())
    if goal is not None:
        hint = (
            f"{getattr(error, 'reason', '')}: cite what is missing, name a square that the step needs (squares=[...]), "
        )
        hint += "prove a positive weight as a step of its own (weights=[[...]]), raise degree=, or split the step"
        found |= {"outcome": "UNDECIDED", "goal": text(goal), "cited": [text(f.claim) for f in facts], "hint": hint}
        model = _countermodel(facts, goal)
        if model is not None:
            found |= {"outcome": "NOT ENTAILED", "model": model}
    return found


def _countermodel(facts: Any, goal: Any) -> str | None:
    from adamtheory.logic.refute import not_entailed

    try:
        model = not_entailed([fact.claim for fact in facts], goal)
    except Refused:
        return None
    return None if model is None else str(model)


if __name__ == "__main__":
    main()
