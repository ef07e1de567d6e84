"""All that is derived about one rule, each theorem derived again by the second checker.

from adamtheory import derive
for finding in derive(adam).findings:
    print(finding.word, finding.topic, finding.subject)
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adamtheory.deriving.claims import claims, read_claims
from adamtheory.deriving.corrections import corrections
from adamtheory.deriving.expectation import expectations
from adamtheory.deriving.findings import TOPICS, UNDECIDED, Finding, undecided
from adamtheory.deriving.frame import sums_coordinates
from adamtheory.deriving.gamma import gamma
from adamtheory.deriving.obligations import obligations
from adamtheory.deriving.scaling import scaling
from adamtheory.deriving.step_bound import step_bound
from adamtheory.language.declared import check_declared
from adamtheory.language.rule import Rule
from adamtheory.logic import printing
from adamtheory.logic.notation import Setting
from adamtheory.logic.serialise import ordered, write
from adamtheory.logic.terms import Refused
from adamtheory.proving.verdicts import RECHECK

FORMS: dict[str, printing.Form] = {"": "text", "latex_": "latex", "mathml_": "mathml"}  # by the prefix of a fact

# What is asked of a rule, in the order of a paper.
PARTS: dict[str, Callable[..., Iterable[Finding]]] = {
    "expectation": expectations,
    "bias correction": corrections,
    "scale": scaling,
    "step bound": step_bound,
    "claim": claims,
    "Gamma": gamma,
    "obligation": obligations,
}


@dataclass(frozen=True)
class Derivation:
    """A rule with its findings, in the order of `TOPICS`; `seconds` is how long they took."""

    rule: Rule
    findings: tuple[Finding, ...]
    seconds: float

    def about(self, topic: str) -> tuple[Finding, ...]:
        """The findings of one topic."""
        return tuple(f for f in self.findings if f.topic == topic)

    @property
    def counts(self) -> dict[str, int]:
        """How many are PROVED, REFUTED, UNDECIDED."""
        return dict(Counter(f.word for f in self.findings))

    def facts(self) -> dict[str, Any]:
        """Everything as strings and numbers, for JSON and for printing."""
        return {
            "rule": self.rule.name,
            "digest": self.rule.digest,
            "seconds": round(self.seconds, 2),
            "counts": self.counts,
            "findings": [facts(finding, [s.name for s in self.rule.slots]) for finding in self.findings],
        }


def derive(rule: Rule, topics: Sequence[str] = TOPICS) -> Derivation:
    """Work out and certify what can be said about a rule.

    The findings are closed forms of slots that are linear recursions, their expectations under a stationary and under
    a drifting gradient, bias and correction, variance and effective sample size, what scaling the gradient does, the
    sharp bound on the step, bounds that the docstring claims, the sign of Gamma, and what the text owes.

    rule    an update rule, one's own included
    topics  which of `TOPICS` to ask about
    Every PROVED finding holds a theorem that the kernel made and the second checker accepted; every REFUTED one an
    exact counterexample. Raises `Refused` where the rule has no reading in the logic, `GrammarError` where what it
    declares as its moment and denominator is not its step, or a claim cannot be read.
    """
    began, found = time.perf_counter(), list[Finding]()
    check_declared(rule)
    if "claim" in topics:
        read_claims(rule)  # what cannot be read is refused before anything is derived
    for name, part in PARTS.items():
        if not COVERS[name] & set(topics):
            continue
        try:
            found += part(rule, topics) if part is expectations else part(rule)
        except Refused as refusal:  # a line that the logic has no term for
            topic = name if name in topics else next(t for t in TOPICS if t in topics and t in COVERS[name])
            found.append(undecided(topic, "the rule", "read the text", Setting().theory, None, refusal))
    wanted = [of_one_coordinate(rule, f) for f in found if f.topic in topics]
    ordered_ = sorted(rechecked(wanted), key=lambda f: TOPICS.index(f.topic))
    return Derivation(rule, tuple(ordered_), time.perf_counter() - began)


def of_one_coordinate(rule: Rule, finding: Finding) -> Finding:
    """The finding, with a word about totals over coordinates if it rests on any: they were read in one coordinate."""
    slots = [s.name for s in rule.slots if s.name == finding.subject and finding.topic in COVERS["expectation"]]
    if not sums_coordinates(rule, slots):
        return finding
    return replace(finding, note="; ".join(filter(None, (finding.note, "for one coordinate"))))


COVERS = {name: {name} for name in PARTS} | {"expectation": {"closed form", "expectation", "drift", "variance"}}
COVERS["expectation"] |= {"bias correction"}


def rechecked(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those whose proof the second checker refuses made UNDECIDED."""
    proved = [k for k, finding in enumerate(findings) if finding.theorem is not None]
    if not proved:
        return list(findings)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{k}.json" for k in proved]
        for k, path in zip(proved, paths, strict=True):
            theorem = findings[k].theorem
            if theorem is not None:
                path.write_text(write(theorem, findings[k].hyps, None))
        ran = subprocess.run([*RECHECK, *map(str, paths)], capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in ran.stdout.splitlines()]
    found = list(findings)
    for k, report in zip(proved, reports, strict=True):
        if not report["accepted"]:
            note = f"the second checker refuses: {report['reason']}"
            found[k] = replace(findings[k], word=UNDECIDED, theorem=None, note=note)
    return found


def facts(finding: Finding, slots: Sequence[str] = ()) -> dict[str, Any]:
    """One finding as strings and numbers; `slots` are what the text of the rule defines, and no finding has to."""
    theory, claim, theorem, model = finding.theory, finding.claim, finding.theorem, finding.refutation
    shown: dict[str, Any] = {
        "topic": finding.topic,
        "subject": finding.subject,
        "head": finding.head,
        "status": finding.word,
        "short": finding.short,
        "note": finding.note,
    }
    if claim is not None:
        shown |= {
            "claim": printing.text(claim, theory),
            "hyps": [printing.text(h, theory) for h in finding.hyps],
            "latex": printing.latex(claim, theory),
            "latex_hyps": [printing.latex(h, theory) for h in finding.hyps],
            "mathml": printing.mathml(claim, theory),
            "mathml_hyps": [printing.mathml(h, theory) for h in finding.hyps],
        }
        shown |= definitions(finding, slots)
    if theorem is not None:
        kinds = {entry[1]: entry[2] for entry in theorem.theory.entries if entry[0] == "assume"}
        steps = ordered(theorem)
        shown |= {
            "assumes": sorted(name for name in theorem.uses if kinds[name] != "axiom"),
            "axioms": sorted(name for name in theorem.uses if kinds[name] == "axiom"),
            "steps": len(steps),
            "certificates": sum(step.rule == "certificate" for step in steps),
        }
    if model is not None:
        shown |= {"witness": str(model.model).splitlines(), "left": str(model.left), "right": str(model.right)}
    return shown | {"values": finding.values}


def definitions(finding: Finding, slots: Sequence[str]) -> dict[str, list[str]]:
    """The recursions of the sequences that a sentence speaks of, and of those in them, but for the rule's slots."""
    theory, sentences = finding.theory, [s for s in (finding.claim, *finding.hyps) if s is not None]
    defined = {name: entry for entry in theory.entries if entry[0] == "define" for name in entry[1]}
    waiting, reached = [name for s in sentences for name, _, _ in s.families], set[str]()
    while waiting:
        name = waiting.pop()
        if name in defined and name not in slots and name not in reached:
            reached.add(name)
            of_name = [e[defined[name][1].index(name)] for e in defined[name][5:7]]
            waiting += [other for e in of_name for other, _, _ in e.families]
    return {
        f"{prefix}defines": [words for name, words in printing.describe(theory, form) if name in reached]
        for prefix, form in FORMS.items()
        if reached
    }
