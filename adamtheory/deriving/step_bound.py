"""How large a step can be: the sharp bound of |step|/lr for every history, and the history that reaches it.

    for finding in step_bound(adam):
        print(finding.head, finding.claim)

A rule whose step is a quotient of a moving average (or the gradient) and the root of an average of squares (or a
decaying maximum) gets the constant C_t of the inequality of Cauchy and Schwarz; no rule is known here by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from adamtheory.deriving.findings import Finding, proved, undecided
from adamtheory.deriving.frame import Frame, t
from adamtheory.deriving.ratio import NoBound, Quotient, Text
from adamtheory.deriving.step_deviation import proof_of
from adamtheory.deriving.step_growth import closed, growing, steady, uniform
from adamtheory.deriving.step_inputs import Bounded
from adamtheory.deriving.step_proof import Proof
from adamtheory.deriving.step_sharp import attained
from adamtheory.deriving.step_unbounded import Unbounded, enormous
from adamtheory.deriving.step_values import Numbers, attained_at, meaning, sample
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE
from adamtheory.logic.evaluate import Interpretation, Undecided
from adamtheory.logic.kernel import EMPTY, Theorem, Theory
from adamtheory.logic.notation import lift, power
from adamtheory.logic.printing import text
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Refused

TOPIC, SUBJECT, HEAD = "step bound", "step", "bound the step"
SHOWN = (1, 2, 10, 100)


def step_bound(rule: Rule) -> list[Finding]:
    """What holds of the size of a step; nothing for a rule whose step is no quotient, such as SGD."""
    try:
        proof = proof_of(rule)
        return _findings(proof, proof.theorem)
    except NoBound as reason:
        return _without_quotient(rule, reason)
    except NotFound as gap:
        told = f"no proof of {text(gap.goal)} was found: does the range of a parameter say so?"
        return [undecided(TOPIC, SUBJECT, HEAD, theory_of(rule), None, told)]
    except Refused as reason:
        return [undecided(TOPIC, SUBJECT, HEAD, theory_of(rule), None, reason)]


def theory_of(rule: Rule) -> Theory:
    """The theory of a rule, empty where it has no reading."""
    try:
        return Frame.of(rule).setting.theory
    except Refused:
        return EMPTY


def _findings(proof: Proof, theorem: Theorem) -> list[Finding]:
    values = _optional(_numbers, proof) or {}
    square = proof.below.kind == "square"
    head = "bound the step (Cauchy-Schwarz)" if square else "bound the step (decaying maximum)"
    found = [proved(TOPIC, SUBJECT, head, theorem, note=_note(proof), short=_short(values), values=values)]
    sharp = attained(proof)
    for theorem in sharp[:-1]:
        found.append(proved(TOPIC, proof.above.slot or SUBJECT, "lead up to it", theorem, note=_history_words(proof)))
    if sharp:
        note = _history_words(proof) if len(sharp) == 1 else "by one gradient after that history"
        found.append(proved(TOPIC, SUBJECT, "attain the bound", sharp[-1], note=note, short="sharp"))
    else:
        found[0] = _with_note(found[0], _optional(lambda p: _checked(p, values), proof) or "")
    solved, limit = _optional(closed, proof), _optional(uniform, proof)
    if solved is not None:
        found.append(proved(TOPIC, "R", "solve the bound's recursion", solved))
    written, grows = _optional(lambda p: p.solved, proof), _optional(growing, proof)
    if written is not None:
        found.append(proved(TOPIC, SUBJECT, "write C^2 out", written))
    if grows is not None:
        found.append(proved(TOPIC, "R", "the bound grows without end", grows))
    if limit is not None:
        whole = _optional(lambda p: steady(p, limit), proof)
        subject, lemma = ("R", limit) if whole is None else (SUBJECT, whole)
        found.append(proved(TOPIC, subject, "bound it for all t", lemma))
    return found


def _optional(part: Callable[[Proof], Any], proof: Proof) -> Any:
    """What adds to the bound, or nothing where it does not succeed."""
    try:
        return part(proof)
    except (Refused, Undecided, ArithmeticError, LookupError):
        return None


def _with_note(finding: Finding, more: str) -> Finding:
    return replace(finding, note=f"{finding.note}; {more}" if more else finding.note)


def _numbers(proof: Proof) -> dict[str, Any]:
    """C at the default parameters, and the history that reaches it in step 3."""
    values = sample(proof.rule)
    numbers = Numbers(proof, values)
    found: dict[str, Any] = {"parameters": {name: str(value) for name, value in values.items()}}
    if not _state(proof):
        found["C"] = {str(step): numbers.constant(step) for step in SHOWN}
    return found | {"history": [str(g) for g in numbers.history(3)]}


def _short(values: dict[str, Any]) -> str:
    if "C" not in values:
        return "C of the state" if values else "C"
    first, last = values["C"]["1"], values["C"]["100"]
    return f"C = {first:.4g}" if abs(first - last) < 1e-12 else f"C = {first:.4g}, t = 100: {last:.4g}"


def _note(proof: Proof) -> str:
    """What the sentence says of the step."""
    square = proof.below.kind == "square"
    constant = "C^2 is the factor of the denominator's square" if square else "C is the factor of the denominator"
    state = f"; C depends on the state {', '.join(_state(proof))}" if _state(proof) else ""
    return f"{_size(proof.quotient)}; {constant}{state}"


def _state(proof: Proof) -> list[str]:
    """The slots in C that gradients enter."""
    families = {family for family, _, _ in proof.constant().families}
    own = [s.name for s in proof.text.rule.slots if s.name not in proof.text.quiet_slots]
    return [name for name in own if proof.frame.families[name].name in families]


def _size(quotient: Quotient) -> str:
    rate = "" if quotient.rate == ONE else "lr "
    return f"|step| <= {rate}C{', the decay of x left out' if quotient.decays else ''}"


def _history_words(proof: Proof) -> str:
    if proof.above.slot is None:
        return "by a gradient before which all are zero"
    a, b = (proof.ground.term(e) for e in (proof.above.decay, proof.below.decay))
    ratio = b if proof.below.kind == "max" or a is lift(1) else b / a
    return f"by {proof.entering} = {text(power(ratio, t))}"


def _checked(proof: Proof, values: dict[str, Any]) -> str:
    """Where the bound is reached exactly, as far as it was evaluated."""
    found = attained_at(proof)
    if found:
        values["attained"] = {str(step): [str(g) for g in history] for step, history in found.items()}
        return f"reached exactly in step {', '.join(map(str, found))} at the default parameters without eps"
    near = attained_at(proof, scale=10**9)
    if near:
        values["approached"] = {str(step): [str(g) for g in history] for step, history in near.items()}
        return f"approached within 1e-9 in step {', '.join(map(str, near))} by large gradients"
    return "no history is known that reaches it"


# --- steps that are no quotients --------------------------------------------------------------------------------------


def _without_quotient(rule: Rule, reason: NoBound) -> list[Finding]:
    frame = Frame.of(rule)
    if not Text(frame.rule).divides():
        return []  # the step is linear in the gradients: it is as large as they are
    for of_kind in (_bounded, _unbounded):
        with suppress(Refused, Undecided, ArithmeticError):
            return [of_kind(rule)]
    found = enormous(rule)
    told, numbers = (str(reason), {}) if found is None else (f"{reason}; {found[0]}", found[1])
    return [undecided(TOPIC, SUBJECT, HEAD, frame.setting.theory, None, told, values=numbers)]


def _unbounded(rule: Rule) -> Finding:
    """A step that is as long as any number, by a history that the hypotheses name."""
    found = Unbounded(rule)
    size = f"|step| {'=' if found.exact else '>='} {'' if found.quotient.rate == ONE else 'lr '}N"
    note = f"{size} in step {found.round}, for any number N"
    return proved(TOPIC, SUBJECT, "no number bounds the step", found.theorem, note=note, short="unbounded")


def _bounded(rule: Rule) -> Finding:
    """A step that is a choice between numbers, a clipped value, or an average of what is bounded."""
    found = Bounded(rule)
    theorem = found.theorem
    head = "bound the step (cases)" if found.H is None else "bound the step (an average of what is bounded)"
    more = "" if found.H is None else "; no history is known that reaches it"
    note = f"{_size(found.quotient)}; C is the right side{more}"
    values = sample(found.ground.text.rule)
    inner = Interpretation(meaning(found.frame, found.rule, values), theory=found.frame.setting.theory)
    sizes = {str(step): float(inner.value(theorem.claim.right, {t: step})) for step in SHOWN}
    numbers = {"parameters": {name: str(value) for name, value in values.items()}, "C": sizes}
    return proved(TOPIC, SUBJECT, head, theorem, note=note, short=_short(numbers), values=numbers)
