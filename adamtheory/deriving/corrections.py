"""The values of a rule that claim to be free of bias: is E m_hat the mean, for gradients of a constant mean?

A value is taken for a corrected average where the text multiplies or divides the new slot by what depends on step
scalars alone (m/(1 - p1)), and where the rule steps by the bare slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from adamtheory.deriving.averages import Average, inverses, p_start
from adamtheory.deriving.expectation import mean_of_slot, same_text, steady
from adamtheory.deriving.findings import Finding, proved, refuted, undecided
from adamtheory.deriving.frame import Frame, abstracted, n, one_coordinate, sliced, w
from adamtheory.deriving.linear import affine, factored, linear
from adamtheory.deriving.models import FEW, counterexample
from adamtheory.deriving.signs import Signs
from adamtheory.language.rule import Rule
from adamtheory.language.split import split
from adamtheory.language.tree import ZERO, Apply, Expr, Name, names, substitute, walk
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, mean
from adamtheory.logic.refute import Refutation
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Refused, Rel


@dataclass(frozen=True)
class Corrected:
    """A value of the text that is a multiple of the new value of the slot, perhaps with one of its signal added."""

    subject: str
    slot: str
    value: Expr
    reads: tuple[str, ...]


def corrections(rule: Rule) -> Iterator[Finding]:
    """Whether each corrected average has the mean of its signal, PROVED or REFUTED by constant gradients."""
    for corrected in corrected_values(rule):
        part = sliced(one_coordinate(rule), corrected.reads, [corrected.value])
        key = f"{corrected.subject} {corrected.value} {same_text(part)}"
        if key not in KNOWN:
            KNOWN[key] = finding(rule, corrected)
        yield KNOWN[key]


# As in `expectation`: forms of one method share their corrections.
KNOWN: dict[str, Finding] = {}


def corrected_values(rule: Rule) -> list[Corrected]:
    """The corrected averages of the text, and the bare ones that the step is made of."""
    rule, changing = abstracted(one_coordinate(rule))
    slots = {k: r for k, r in linear(rule, changing).items() if r.reads == "gradient"}
    ends = {end: s.name for s, end in zip(rule.slots, rule.next_slots, strict=True) if isinstance(end, Name)}
    shared = set(split(rule).shared)
    quiet = {Name(s.name) for s in rule.scalars} | {Name(s) for s in shared}
    quiet |= {end for end, slot in ends.items() if slot in shared}
    known: dict[Name, Expr] = {}
    for line in rule.body:
        if line.target not in ends:
            known[line.target] = substitute(line.value, known)
    found: dict[tuple[str, Expr], Corrected] = {}
    for subject, expr in _candidates(rule):
        value = substitute(expr, known)
        for end, slot in ends.items():
            parts = affine(value, end) if slot in slots else None
            if parts is None or parts[0] == ZERO or not names(parts[0]) <= quiet:
                continue
            # Nadam adds the gradient once more: what is left must be a multiple of the slot's own signal.
            weight, signal = factored(parts[1], quiet)
            if parts[1] != ZERO and (signal != slots[slot].signal or not names(weight) <= quiet):
                continue
            reads = {v.id for v in names(parts[0]) if v.id in shared} | {slot}
            reads |= {v.id for v in names(weight) if v.id in shared}
            place = (slot, Apply("add", parts))
            found.setdefault(place, Corrected(subject, slot, expr, tuple(sorted(reads))))
    return list(found.values())


def _candidates(rule: Rule) -> Iterator[tuple[str, Expr]]:
    """Lines that are no slot's new value; the declared moment; what stands under a root of the denominator."""
    ends = set(rule.next_slots)
    stepped = [rule.notes[k] for k in ("moment", "denominator") if k in rule.notes]
    for line in rule.body:
        if line.target not in ends:
            yield line.target.id, line.value
    for expr in stepped:
        for node in (expr, *walk(expr)):
            if isinstance(node, Apply) and node.op == "sqrt":
                yield _name(node.args[0], "under the root"), node.args[0]
    if stepped and isinstance(stepped[0], Name | Apply):
        yield _name(stepped[0], "moment"), stepped[0]


def _name(expr: Expr, otherwise: str) -> str:
    return expr.id if isinstance(expr, Name) else otherwise


# --- the verdict ------------------------------------------------------------------------------------------------------


def finding(rule: Rule, corrected: Corrected) -> Finding:
    """E value = mu, PROVED, REFUTED or UNDECIDED."""
    subject = corrected.subject
    head = "unbiased for a constant mean?"
    try:
        frame, average, mu = steady(rule, corrected.reads, corrected.slot, [corrected.value])
        claim = eq(mean(w, frame.value(corrected.value, n)), mu)
    except Refused as refusal:
        return undecided("bias correction", subject, head, Frame.of(rule).setting.theory, None, refusal)
    # A constant gradient shows a bias at once, where a proof would be sought for long.
    refutation, reason = constant_gradient(frame, claim, mu, 1, 1), ""
    if refutation is None:
        try:
            return proved("bias correction", subject, head, unbiased(frame, average, mu, corrected))
        except Refused as refusal:
            reason = str(refusal)
        # A slot that starts at 1 stays there for gradients 1; means of g and of g g.
        refutation = constant_gradient(frame, claim, mu, 2, 2) or constant_gradient(frame, claim, mu, 2, 4)
    if refutation is not None:
        return refuted("bias correction", subject, head, frame.setting.theory, [0 <= n], refutation)
    return undecided("bias correction", subject, head, frame.setting.theory, claim, reason)


def constant_gradient(frame: Frame, claim: Rel, mu: Any, g: int, mean_signal: int) -> Refutation | None:
    """A model with the gradient g in every round; none is found where mu is not the mean of the signal then."""
    families = {"g": g, str(mu.args[0]): mean_signal}
    return counterexample(frame, [0 <= n], claim, most=FEW, families=families)


def unbiased(frame: Frame, average: Average, mu: Any, corrected: Corrected) -> Theorem:
    """0 <= n |- E value = mu in step n + 1."""
    p, start = frame.p, p_start(frame.p)
    later = p.certify(0 <= n + 1, start)
    late = p.using(p.given("stationary", n + 1), p.certify(1 <= n + 1, start))
    biased = p.cut(p.inst(mean_of_slot(average, mu), {n: n + 1}), later)
    following = p.mean_of(p.using(frame.next(corrected.slot, n), start), w)
    facts = [biased, following, late, *faded(average)]
    for slot in corrected.reads:
        if slot in frame.shared.families and slot in frame.recursions:
            held = Average(frame, frame.recursions[slot], average.product)
            with suppress(Refused):  # a product of other rates than the average's
                facts += [held.unrolled(), p.using(held.fades(lift(0)), start)]
    value = frame.value(corrected.value, n)
    signs = Signs(frame)
    facts += [p.inverse(signs.nonzero(e.args[0])) for e in inverses(value)]
    return p.certify(eq(mean(w, value), mu), *facts)


def faded(average: Average) -> list[Theorem]:
    """What is known of a_1 ... a_n: its recursion, and that it is 0 where the first rate is."""
    p, start = average.p, p_start(average.p)
    found = [p.using(average.fades(lift(0)), start)]
    if average.product is None:
        return found
    with suppress(NotFound):
        gone = eq(average.faded(lift(0), n + 1), 0)
        following = p.cut(p.inst(average.fades(lift(0)), {n: n + 1}), p.certify(0 <= n + 1, start))
        shared = [average.frame.start(s) for s in average.frame.shared.families]
        ends = [average.nothing_fades(lift(0)), p.using(p.next(average.product, 0, 0), p.certify(0 <= lift(0)))]
        units = [p.inverse(p.certify(0 < lift(1)))]
        base = p.certify(eq(average.faded(lift(0), lift(0) + 1), 0), *ends, *units, *shared)
        step = p.certify(eq(average.faded(lift(0), n + 2), 0), p.assume(gone), following)
        found.append(p.induction(n, 0, gone, base, step))
    return found
