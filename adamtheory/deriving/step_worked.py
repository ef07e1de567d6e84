"""A value of the first few steps, worked out: what a term about step 1, 2, ... is, with the theorem that it is that.

worked = Worked(ground, {1: 0})          # g(1) = 0, a hypothesis of what follows
worked.of(m(2)).claim                    m(2) = (1 - beta1) g(2)/eps
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adamtheory.deriving.step_ground import Ground
from adamtheory.deriving.step_lemmas import zero_of
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, maximum, sqrt
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import root_of_one
from adamtheory.logic.terms import Refused, Term, normal, term

MOST = 4000  # terms that are looked at


class Worked:
    """Terms about numbered steps in terms of the parameters and the gradients; raises `Refused` where that fails."""

    def __init__(self, ground: Ground, gradients: Mapping[int, Any]) -> None:
        self.ground, self.p = ground, ground.p
        self.gradients = dict(gradients)
        self.slots = {family.name: name for name, family in ground.frame.families.items()}
        self.known: dict[Any, Theorem] = {}

    def of(self, e: Any) -> Theorem:
        """e = what it comes to."""
        e = lift(e)
        if e not in self.known:
            if len(self.known) > MOST:
                raise Refused("the term is too long to be worked out")
            self.known[e] = self._of(e)
        return self.known[e]

    def _of(self, e: Any) -> Theorem:
        if e.op == "app" and e.args[0] == self.ground.frame.g.name:
            return self._gradient(e)
        if e.op == "app":
            return self._slot(e) if e.args[0] in self.slots else self._same(e)
        if e.op == "mul":
            return self._product(e)
        parts = [a for a in e.args if type(a) is Term]
        return self._finished(e, [self.of(part) for part in parts])

    def _same(self, e: Any) -> Theorem:
        return self.p.certify(eq(e, e))

    def _gradient(self, e: Any) -> Theorem:
        """A gradient is what it is assumed to be, or itself, with its number written out."""
        p, k = self.p, _number(e.args[-1])
        own = self.ground.frame.g(k)
        if k not in self.gradients:
            return p.certify(eq(e, own))
        return p.restate(eq(e, self.gradients[k]), p.assume(eq(own, self.gradients[k])))

    def _slot(self, e: Any) -> Theorem:
        """A slot after k steps, by its line."""
        p, name = self.p, self.slots[e.args[0]]
        k = _number(e.args[-1])
        if k == 0:
            return p.restate(eq(e, self.ground.frame.start(name).claim.right), self.ground.frame.start(name))
        line = p.using(self.ground.frame.next(name, lift(k - 1)), p.certify(0 <= lift(k - 1)))
        value = self.of(line.claim.right)
        return p.chain(eq(e, value.claim.right), line, value)

    def _product(self, e: Any) -> Theorem:
        """A product; nothing is asked about a factor that is multiplied by 0, and x/x is 1 where x is positive."""
        p, (a, b) = self.p, e.args
        first = self.of(a)
        if first.claim.right is lift(0):
            return p.certify(eq(e, 0), p.rewrite(first, lambda z: z * b), degree=1)
        if b.op == "inv" and b.args[0] is a:
            one = p.inverse(self._positive(first.claim.right))
            return p.certify(eq(e, 1), p.rewrite(first, lambda z: z * inv(z)), one, degree=1)
        return self._finished(e, [first, self.of(b)])

    def _finished(self, e: Any, parts: list[Theorem]) -> Theorem:
        """The operation on what its parts come to, and what that is."""
        p = self.p
        rest = [a for a in e.args if type(a) is not Term]
        sides, facts = [part.claim.left for part in parts], []
        for k, part in enumerate(parts):

            def with_hole(hole: Any, k: int = k) -> Any:
                return term(e.op, *sides[:k], hole, *sides[k + 1 :], *rest)

            facts.append(p.rewrite(part, with_hole))
            sides[k] = part.claim.right
        whole = term(e.op, *sides, *rest)
        last = self._simpler(whole)
        return p.chain(eq(e, last.claim.right), *facts, last)

    def _simpler(self, e: Any) -> Theorem:
        p = self.p
        if e.op == "max":
            return self._larger(*e.args)
        if e.op == "sqrt" and e.args[0] is lift(0):
            nothing = p.certify(0 <= lift(0))
            return zero_of(p, p.certify(sqrt(0) ** 2 <= lift(0) ** 2, p.sqrt_square(nothing)))
        if e.op == "sqrt" and e.args[0] is lift(1):
            return root_of_one(p)
        if e.op == "inv" and e.args[0].op == "num":
            value = e.args[0]
            reciprocal = term("num", value.args[1], value.args[0]) if value.args[0] > 0 else None
            if reciprocal is None:
                raise Refused("a quotient by 0")
            return p.certify(eq(e, reciprocal), p.inverse(p.certify(0 < value)), degree=1)
        for simple in (lift(0), lift(1), *(a for a in e.args if type(a) is Term)):
            if normal(simple) == normal(e):
                return p.certify(eq(e, simple))
        return self._same(e)

    def _larger(self, a: Any, b: Any) -> Theorem:
        """max(a, b) is one of them, by the ranges of the parameters."""
        signs = self.ground.sign()
        for low, high in ((a, b), (b, a)):
            try:
                found = self.p.max_is(signs.certified(low <= high))
                return self.p.restate(eq(maximum(a, b), high), found)
            except NotFound:
                continue
        raise Refused(f"which is larger in max({a}, {b}) depends on the parameters")

    def _positive(self, e: Any) -> Theorem:
        return self.ground.sign().positive(e)


def _number(k: Any) -> int:
    """The number of an index that is one."""
    for value in range(8):
        if normal(k) == normal(lift(value)):
            return value
    raise Refused("a slot of no numbered step")
