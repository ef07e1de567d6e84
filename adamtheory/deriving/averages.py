"""A slot that is a linear recursion, with the theorems that everything about it starts from.

average = Average(frame, linear(rule)["m"])
average.following            0 <= n |- m(n+1) = beta1 m(n) + (1 - beta1) g(n+1)
average.unrolled()           0 <= n |- m(n) = (1 - beta1) sum_{i=1}^n beta1^(n-i) g(i)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adamtheory.deriving.frame import Frame, fresh, i, j, n, w
from adamtheory.deriving.linear import Recursion
from adamtheory.logic.bridge import closed_product, solve_recursion
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, integer, lift, mean, power, real, total
from adamtheory.logic.terms import Refused, Rel, Term, normal, substitute


@dataclass
class Average:
    """s_t = a_t s_{t-1} + k_t u_t in a frame.

    For rates that change, `product` is the family with W(i, j) = a_{i+1} ... a_{i+j}, defined by `with_products` before
    the frame's prover is first used.
    """

    frame: Frame
    recursion: Recursion
    product: Family | None = None

    @classmethod
    def with_products(cls, frame: Frame, recursion: Recursion) -> Average:
        """The average; if its rates change, their products are defined in the setting."""
        found = cls(frame, recursion)
        if not recursion.constant:
            name = fresh(frame.rule, "W")
            step = {name: (1, lambda k, previous: found.decay(i + k + 1) * previous)}
            (found.product,) = frame.setting.define(step, [i], j)
        return found

    # --- terms ---

    @property
    def p(self) -> Prover:
        return self.frame.p

    def s(self, k: Any, over: Any = w) -> Any:
        """The slot after k steps."""
        return self.frame.slot(self.recursion.name, k, over)

    @cached_property
    def initial(self) -> Any:
        """s(0) as a number."""
        slot = next(s for s in self.frame.rule.slots if s.name == self.recursion.name)
        return lift(slot.initial)

    def decay(self, k: Any) -> Any:
        """a_k."""
        return self.frame.at(self.recursion.decay, k)

    def weight(self, k: Any) -> Any:
        """k_k."""
        return self.frame.at(self.recursion.weight, k)

    def signal(self, k: Any) -> Any:
        """u_k."""
        return self.frame.at(self.recursion.signal, k)

    def faded(self, first: Any, last: Any) -> Any:
        """a_{first+1} ... a_last, the product of the rates after step `first`."""
        steps = last if first is lift(0) else last - first
        if self.product is not None:
            return self.product(first, steps)
        a = self.decay(n)
        return lift(1) if a is lift(1) else power(a, steps)

    @property
    def proper(self) -> bool:
        """Whether the weights are those of an average, k_t = 1 - a_t."""
        return bool(normal(self.weight(n)) == normal(1 - self.decay(n)))

    # --- theorems ---

    @cached_property
    def following(self) -> Theorem:
        """0 <= n |- s(n+1) = a s(n) + k u(n+1)."""
        claim = eq(self.s(n + 1), self.decay(n + 1) * self.s(n) + self.weight(n + 1) * self.signal(n + 1))
        return self.p.restate(claim, self.frame.next(self.recursion.name, n))

    @cached_property
    def begun(self) -> Theorem:
        """s(0) = its initial value."""
        return self.frame.start(self.recursion.name)

    def fades(self, first: Any) -> Theorem:
        """0 <= n - first |- the product up to n+1 is a_{n+1} times the product up to n."""
        p, claim = self.p, eq(self.faded(first, n + 1), self.decay(n + 1) * self.faded(first, n))
        steps = n if first is lift(0) else n - first
        if self.product is not None:
            return p.restate(claim, p.next(self.product, first, steps))
        if self.decay(n) is lift(1):
            return p.certify(claim)
        return p.restate(claim, p.fact("power_next", b=self.decay(n), n=steps))

    def nothing_fades(self, last: Any) -> Theorem:
        """The product of no rates is 1."""
        claim = eq(self.faded(last, last), 1)
        return self.p.restate(claim, self.p.start(self.product, last)) if self.product else self.p.certify(claim)

    def rest(self, last: Any) -> Any:
        """What is left of the initial value after `last` steps."""
        return times(self.initial, self.faded(lift(0), last))

    def terms(self, last: Any, body: Callable[[Any], Any]) -> tuple[Any, Any]:
        """Factor and summand of sum_i k_i a_{i+1} ... a_last body(i)."""
        if self.recursion.constant:
            return self.weight(n), times(self.faded(i, last), body(i))
        return lift(1), times(times(self.faded(i, last), self.weight(i)), body(i))

    def weighted(self, last: Any, body: Callable[[Any], Any]) -> Any:
        """The weighted sum of body(i) over i = 1, ..., last."""
        factor, summand = self.terms(last, body)
        return times(factor, total(i, 1, last, summand))

    def longer(self, body: Callable[[Any], Any]) -> Theorem:
        """0 <= n |- the sum up to n+1 of what fades is a_{n+1} times the sum up to n, and the last summand."""
        p, start = self.p, p_start(self.p)
        _, old = self.terms(n, body)
        _, new = self.terms(n + 1, body)
        each = p.using(self.fades(i), p.certify(0 <= n - i, p.assume(i <= n)))
        same = p.certify(eq(new, self.decay(n + 1) * old), each)
        last = p.sum_step(i, 1, n, new, start)
        return p.certify(
            eq(total(i, 1, n + 1, new), self.decay(n + 1) * total(i, 1, n, old) + last.claim.right.args[1]),
            last,
            p.sum_of(same, i, 1, n),
        )

    def sums_to(self, f: Callable[[Any], Any], begun: Theorem, following: Theorem, body: Any, rest: Any) -> Theorem:
        """0 <= n |- f(n) = rest(n) + weighted sum of body, for f(n+1) = a f(n) + k body(n+1)."""
        p, start = self.p, p_start(self.p)

        def claim(k: Any) -> Rel:
            return eq(f(k), plus(rest(k), self.weighted(k, body)))

        _, none = self.terms(lift(0), body)
        zero, whole = lift(0), self.nothing_fades(lift(0))
        base = p.certify(claim(zero), begun, p.sum_none(i, 1, none), whole)
        ends = self.nothing_fades(n + 1)
        facts = [p.assume(claim(n)), p.using(following, start), self.longer(body), ends]
        if rest(n) is not lift(0):
            facts.append(p.using(self.fades(lift(0)), start))
        step = p.certify(claim(n + 1), *facts)
        return p.induction(n, 0, claim(n), base, step)

    def unrolled(self) -> Theorem:
        """0 <= n |- s(n) = rest + sum_{i=1}^n k_i a_{i+1} ... a_n u_i."""
        if self.recursion.reads == "nothing" and normal(self.weight(n)) == normal(lift(0)):
            return self.faded_alone()
        if self.recursion.reads == "nothing" and self.recursion.constant:
            with suppress(Refused):
                return self.solved()
        return self.sums_to(self.s, self.begun, self.following, self.signal, self.rest)

    def faded_alone(self) -> Theorem:
        """0 <= n |- s(n) = s(0) a_1 ... a_n, for a slot without input."""
        p, start = self.p, p_start(self.p)

        def claim(k: Any) -> Rel:
            held = self.faded(lift(0), k) if self.product is not None else power(self.decay(n), k)
            return eq(self.s(k), times(self.initial, held))

        base = p.certify(claim(lift(0)), self.begun, self.nothing_fades(lift(0)))
        grown = p.using(self.fades(lift(0)), start)
        step = p.certify(claim(n + 1), p.assume(claim(n)), p.using(self.following, start), grown)
        return p.induction(n, 0, claim(n), base, step)

    def solved(self) -> Theorem:
        """0 <= n |- s(n) = what SymPy's rsolve proposes, for a slot that no gradient enters."""
        p, start, a = self.p, p_start(self.p), self.decay(n)
        previous = real(f"{self.recursion.name}_previous")
        proposed = solve_recursion(a * previous + self.weight(n), previous, n, self.initial)

        def claim(k: Any) -> Rel:
            return eq(self.s(k), substitute(proposed, {n: lift(k)}))

        base = p.certify(claim(lift(0)), self.begun)
        grows = p.using(self.fades(lift(0)), start)
        step = p.certify(claim(n + 1), p.assume(claim(n)), p.using(self.following, start), grows)
        return p.induction(n, 0, claim(n), base, step)

    # --- products of rates that change ---

    def product_solved(self) -> Theorem:
        """1 <= i, 0 <= j |- a_{i+1} ... a_{i+j} = what SymPy proposes: i/(i+j) for a_t = 1 - 1/t."""
        p, W = self.p, self.product
        if W is None:
            raise Refused("constant rates have powers for products")
        k = integer("k_")
        proposed = closed_product(self.decay(k), k, i + 1, i + j)

        def claim(m: Any) -> Rel:
            return eq(W(i, m), substitute(proposed, {j: lift(m)}))

        begun, reached = p.assume(1 <= i, 0 <= j)
        following = p.using(p.next(W, i, j), reached)
        ends = [substitute(proposed, {j: m}) for m in (lift(0), j + 1)]
        owed = {e for t in (proposed, *ends, self.decay(i + j + 1)) for e in inverses(t)}
        rooms = [p.inverse(p.certify(0 < e.args[0], begun, reached, degree=1)) for e in sorted(owed, key=str)]
        step = p.certify(claim(j + 1), p.assume(claim(j)), following, *rooms)
        base_rooms = [p.inverse(p.certify(0 < e.args[0], begun, degree=1)) for e in inverses(ends[0])]
        base = p.certify(claim(lift(0)), p.start(W, i), *base_rooms)
        return p.induction(j, 0, claim(j), base, step)

    # --- expectations ---

    def average_signal(self, k: Any) -> Any:
        """E u_k."""
        return mean(w, self.signal(k))

    def expected(self) -> Theorem:
        """0 <= n |- E s(n) = rest + sum_{i=1}^n k_i a_{i+1} ... a_n E u_i."""
        claim = eq(mean(w, self.s(n)), plus(self.rest(n), self.weighted(n, self.average_signal)))
        return self.p.restate(claim, self.p.mean_of(self.unrolled(), w))


def inverses(e: Term) -> list[Any]:
    """The reciprocals in a term."""
    found, agenda = [], [e]
    while agenda:
        one = agenda.pop()
        if one.op == "inv":
            found.append(one)
        agenda += [a for a in one.args if type(a) is Term]
    return list(dict.fromkeys(found))


def times(a: Any, b: Any) -> Any:
    """The product, without factors 1 and 0."""
    if lift(0) in (a, b):
        return lift(0)
    return b if a is lift(1) else a if b is lift(1) else a * b


def plus(a: Any, b: Any) -> Any:
    """The sum, without summands 0."""
    return b if a is lift(0) else a if b is lift(0) else a + b


def p_start(p: Prover) -> Theorem:
    """0 <= n |- 0 <= n."""
    found: Theorem = p.assume(0 <= n)
    return found
