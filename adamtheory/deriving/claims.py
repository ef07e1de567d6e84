"""Bounds that a docstring claims, each proved, or refuted by an exact history.

    Claim: |step| <= lr
    Claim: |step| <= lr*(1 - beta1)/sqrt(1 - beta2) if sqrt(1 - beta2) < 1 - beta1

A claim is one line. The bound is written in the words of the language, over parameters and t; |step| is how far x moves
in a step, a decay of x besides left out. It is claimed for every history, every t and all parameters in their ranges
that satisfy what stands behind `if`.
"""

from __future__ import annotations

import ast
import re

from adamtheory.deriving.claim_proof import Case, Claim
from adamtheory.deriving.claim_search import counterexample
from adamtheory.deriving.findings import Finding, proved, refuted, undecided
from adamtheory.deriving.step_bound import theory_of
from adamtheory.errors import GrammarError
from adamtheory.language.expressions import ExpressionParser
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Expr
from adamtheory.logic.printing import text
from adamtheory.logic.terms import Refused, key

TOPIC, SUBJECT, HEAD = "claim", "step", "claimed in the docstring"
FORM = re.compile(r"\|step\|\s*(<=|<)\s*(.*?)(?:\s+if\s+(.*))?")


def read_claims(rule: Rule) -> list[Claim]:
    """The lines `Claim: ...` of the docstring; raises `GrammarError` for one that cannot be read."""
    return [_claim(rule, line.strip()) for line in re.findall(r"^\s*Claim:(.*)$", rule.doc, re.MULTILINE)]


def _claim(rule: Rule, line: str) -> Claim:
    found = FORM.fullmatch(line)
    if found is None:
        raise _refusal(rule, line, "it has not the form |step| <= bound")
    bound = _expression(rule, line, found[2])
    conditions = []
    for part in filter(None, re.split(r"\s+and\s+", found[3] or "")):
        sides = re.fullmatch(r"(.*?)(<=|<|>=|>)(.*)", part)
        if sides is None:
            raise _refusal(rule, line, f"'{part}' is no comparison")
        left, right = (_expression(rule, line, side) for side in (sides[1], sides[3]))
        conditions.append((left, right, sides[2] == "<") if "<" in sides[2] else (right, left, sides[2] == ">"))
    return Claim(line, bound, found[1] == "<", tuple(conditions))


def _expression(rule: Rule, line: str, text: str) -> Expr:
    known = {scalar.name: 0 for scalar in rule.scalars} | {"t": 0}
    lines = [b""] * (rule.line - 1) + text.strip().encode().splitlines()
    parser = ExpressionParser(f"{rule.filename}: {rule.name}", "rule", rule.line, lines, known)
    try:
        tree = ast.parse(text.strip(), mode="eval")
        ast.increment_lineno(tree, rule.line - 1)
        return parser.expression(tree.body)
    except (SyntaxError, ValueError):
        raise _refusal(rule, line, f"'{text.strip()}' is no expression") from None
    except GrammarError as error:
        raise _refusal(rule, line, error.reason) from None


def _refusal(rule: Rule, line: str, reason: str) -> GrammarError:
    remedy = "write |step| <= bound, or |step| <= bound if a < b, over the parameters and t"
    return GrammarError(f"{rule.filename}: {rule.name}", rule.line, f"the claim '{line}' is not read: {reason}", remedy)


def claims(rule: Rule) -> list[Finding]:
    """A finding for each bound that the docstring claims."""
    return [_decided(rule, claim) for claim in read_claims(rule)]


def _decided(rule: Rule, claim: Claim) -> Finding:
    """Refuted where the search finds a history, else proved, else undecided; the cheap search comes first."""
    open_ = {"short": "open"}
    try:
        case = Case(rule, claim)
    except Refused as reason:
        return undecided(TOPIC, SUBJECT, HEAD, theory_of(rule), None, f"{claim.text}: {reason}", **open_)
    found = counterexample(case, quick=True)
    theorem = case.prove() if found is None else None
    if theorem is not None:
        own = {key(h) for h in case.hyps}
        more = " and ".join(text(h) for h in theorem.hyps if key(h) not in own)
        note = f"{claim.text}: it follows from the sharp bound{f', for {more}' if more else ''}"
        return proved(TOPIC, SUBJECT, HEAD, theorem, note=note, short="holds")
    found = found or counterexample(case)
    theory = case.ground.frame.setting.theory
    if found is None:
        note = f"{claim.text}: no proof from what is known of the step was found, and no history beyond it"
        return undecided(TOPIC, SUBJECT, HEAD, theory, case.goal, note, **open_)
    refutation, values, words = found
    facts = {"note": f"{claim.text}: {words}", "short": f"false, t = {values['t']}", "values": values}
    return refuted(TOPIC, SUBJECT, HEAD, theory, case.hyps, refutation, **facts)
