"""That a step has no bound: a step that is a multiple of the newest gradient, in one of the first rounds.

Where nothing of the kind is proved, a short history in which a step is a million times the learning rate is a sign.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

from adamtheory.deriving.claim_proof import Case, Claim
from adamtheory.deriving.claim_search import History, Search
from adamtheory.deriving.frame import Frame, fresh, n
from adamtheory.deriving.ratio import NoBound, Text
from adamtheory.deriving.step_floor import times
from adamtheory.deriving.step_ground import Ground, Quick, put_in, subterms
from adamtheory.deriving.step_inputs import interval
from adamtheory.deriving.step_values import sample
from adamtheory.deriving.step_worked import Worked
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr, Name, Number
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Refused

LARGE, ROUNDS = 10**6, 2


class Unbounded:
    """A history of zeros and one last gradient, proportional to any number N, after which the numerator is N or more.

    Raises `NoBound` where there is none in the first rounds.
    """

    def __init__(self, rule: Rule) -> None:
        frame = Frame.of(rule)
        self.text = Text(frame.rule)
        self.quotient = self.text.quotient()
        if self.quotient.denominator is not None:
            raise NoBound("the step is a quotient")
        self.N = frame.setting.constant(fresh(rule, "N"))
        frame.p = Quick(frame.setting)
        self.frame, self.ground = frame, Ground(frame, self.text)
        self.theorem = self._theorem()

    def _theorem(self) -> Theorem:
        for last in range(1, ROUNDS + 1):
            for proof in (self._proportional, self._at_least):
                with suppress(Refused, NotFound):
                    self.round = last
                    return proof(last)
        raise NoBound("no step of the first rounds is a multiple of its gradient")

    def _multiple(self, e: Any, last: int) -> tuple[Any, Theorem]:
        """c and e = c g(last), where all gradients before are 0."""
        p, g = self.frame.p, self.frame.g(last)
        value = Worked(self.ground, dict.fromkeys(range(1, last), 0)).of(e)
        c = _tidy(put_in(value.claim.right, g, lift(1)))
        inverses = [p.inverse(self.ground.sign().positive(x.args[0])) for x in subterms(c) if x.op == "inv"]
        rate = [self.frame.scalar("lr")] if self.frame.rule.scalar("lr") is not None else []
        for factor in (lift(1), *rate, c):
            with suppress(NotFound):
                return factor, p.certify(eq(e, times(factor, g)), value, *inverses)
        raise NoBound("the step is no multiple of its gradient")

    @property
    def exact(self) -> bool:
        """Whether the numerator is N, or N at least."""
        return bool(self.theorem.claim.kind == "eq")

    def _moment(self, expr: Expr, last: int) -> Any:
        return self.ground.term(expr, lift(last - 1), lift(last))

    def _proportional(self, last: int) -> Theorem:
        """numerator = N for g(last) = N/c, where it is c g(last)."""
        p, g, M = self.frame.p, self.frame.g(last), self._moment(self.quotient.moment, last)
        c, found = self._multiple(M, last)
        positive = self.ground.sign().positive(c)
        newest = p.assume(eq(g, times(self.N, inv(c)) if c is not lift(1) else self.N))
        return p.certify(eq(M, self.N), found, p.rewrite(newest, lambda z: times(c, z)), p.inverse(positive))

    def _at_least(self, last: int) -> Theorem:
        """N <= numerator for g(last) = N/c, where it is c g(last) or more since a factor has a bound below."""
        parts = self.text.monomials(self.text.folded(self.quotient.moment))
        if len(parts) != 1 or len(parts[0][1]) != 2:
            raise NoBound("the numerator is no product of two values")
        share, (one, other) = parts[0]
        for rate, average in ((one, other), (other, one)):
            low, _ = interval(self.ground, rate)
            if low is not None:
                return self._with_factor(last, self._moment(share, last), low, self._moment(average, last))
        raise NoBound("no factor of the numerator has a bound below")

    def _with_factor(self, last: int, share: Any, low: Theorem, average: Any) -> Theorem:
        """N <= share rate average in step `last`, from low <= rate in every step."""
        p, g, N, signs = self.frame.p, self.frame.g(last), self.N, self.ground.sign()
        at = p.inst(low, {n: last - 1})
        at = p.using(at, p.certify(0 <= lift(last - 1))) if at.hyps else at
        least, rate = (put_in(side, lift(last - 1) + 1, lift(last)) for side in (at.claim.left, at.claim.right))
        at = p.restate(least <= rate, at)
        c, value = self._multiple(average, last)
        front = times(share, c)
        whole = times(front, least)
        positive = signs.positive(whole)
        newest = p.assume(eq(g, N * inv(whole)))
        above = p.certify(0 <= N * inv(whole), p.assume(0 <= N), p.inv_positive(positive))
        size = p.certify(0 <= times(front, g), signs.nonneg(front), p.certify(0 <= g, newest, above))
        grown = p.certify(times(front, g) * least <= times(front, g) * rate, at, size)
        held, moved = p.rewrite(newest, lambda z: whole * z), p.rewrite(value, lambda z: share * rate * z)
        goal = N <= self._moment(self.quotient.moment, last)
        found: Theorem = p.certify(goal, grown, held, moved, p.inverse(positive), degree=1)
        return found


def _tidy(e: Any) -> Any:
    """The term without factors 1."""
    if e.op != "mul":
        return e
    return times(*(_tidy(a) for a in e.args))


def enormous(rule: Rule) -> tuple[str, dict[str, Any]] | None:
    """In words and in numbers: a history after which |step| > 10^6 lr, exactly; None where none of a few is one."""
    bound: Expr = Number(Fraction(LARGE))
    if rule.scalar("lr") is not None:
        bound = Apply("mul", (bound, Name("lr")))
    try:
        case = Case(rule, Claim("", bound))
    except Refused:
        return None
    search, values = Search(case), sample(rule)
    for history in _histories():
        step = search.beyond(values, history)
        found = None if step is None else search.confirm(values, history, step)
        if step is not None and found is not None:
            numbers = {"t": step, "history": [str(g) for g in history.gradients[:step]], "|step|": float(found.left)}
            rate = "lr" if rule.scalar("lr") is not None else ""
            return f"|step| > 10^6 {rate} in step {step} of {history.words}".replace("  ", " "), numbers
    return None


def _histories() -> list[History]:
    one, zero = Fraction(1), Fraction(0)
    found = []
    for k in (9, 15):
        found.append(History((one * 10**k,) * 8, f"constant gradients 10^{k}"))
        found.append(History((zero,) + (one * 10**k,) * 7, f"a zero and then gradients 10^{k}"))
    return found
