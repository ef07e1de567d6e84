"""What the text of a rule owes: that nothing is divided by 0 and no root of a negative number is taken."""

from __future__ import annotations

from collections.abc import Iterator

from adamtheory.deriving.findings import Finding, proved, refuted, undecided
from adamtheory.deriving.frame import Frame, n
from adamtheory.deriving.models import counterexample
from adamtheory.deriving.signs import Signs
from adamtheory.language.formula import plain_expression
from adamtheory.language.rule import Rule
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift
from adamtheory.logic.reading import Obligation
from adamtheory.logic.terms import Refused, Rel

HEADS = {"nonzero": "is not 0", "nonnegative": "is not negative", "positive": "is positive"}


def obligations(rule: Rule) -> Iterator[Finding]:
    """Each obligation PROVED for all steps and histories, or REFUTED and then proved where parameters are not 0."""
    frame = Frame.of(rule)
    signs = Signs(frame)
    for owed, expr in zip(frame.reading.obligations(n), frame.reading.rule.obligations, strict=True):
        subject = plain_expression(frame.reading.rule, expr.expr)
        yield from discharged(frame, signs, owed, subject, HEADS[expr.kind])


def discharged(frame: Frame, signs: Signs, owed: Obligation, subject: str, head: str) -> Iterator[Finding]:
    """The findings about one obligation."""
    try:
        yield proved("obligation", subject, head, shown(signs, owed.goal, owed.guards))
        return
    except Refused as refusal:
        reason = refusal
    theory, hyps = frame.setting.theory, (0 <= n, *owed.guards)
    refutation = counterexample(frame, hyps, owed.goal)
    if refutation is None:
        yield undecided("obligation", subject, head, theory, owed.goal, reason)
        return
    yield refuted("obligation", subject, head, theory, hyps, refutation)
    for extra in stricter(frame):
        try:
            theorem = shown(signs, owed.goal, (*owed.guards, *extra))
        except Refused:
            continue
        yield proved("obligation", subject, head, theorem)
        return


def shown(signs: Signs, goal: Rel, hyps: tuple[Rel, ...]) -> Theorem:
    """The goal under the hypotheses."""
    assumed = [signs.p.assume(hyp) for hyp in hyps]
    local = Signs(signs.frame, assumed, known=signs) if assumed else signs
    return local.nonzero(goal.right.args[0]) if goal.right.op == "pow" and goal.kind == "lt" else local.show(goal)


def stricter(frame: Frame) -> list[tuple[Rel, ...]]:
    """Parameters that may be 0 taken positive: each alone, then all."""
    ends = [p.name for p in frame.rule.parameters if p.range.low == 0 and not p.range.low_open and p.name != "lr"]
    claims = [lift(0) < frame.scalar(name) for name in ends if name in frame.bounds]
    return [*((claim,) for claim in claims), tuple(claims)]
