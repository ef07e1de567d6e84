"""Steps over a moving deviation: of the gradient from its own average, as in centred RMSprop and AdaBelief.

Where m_t = a m_{t-1} + (1 - a) g_t, everything is written in the deviation e_t = g_t - m_{t-1} of the newest gradient:
m_t = m_{t-1} + (1 - a) e_t. It may be any number, as g_t may, and both denominators are averages of its squares:

    v_t - m_t^2 = b (v_{t-1} - m_{t-1}^2) + b (1 - b) e_t^2      where v averages the squares with the same rate b = a
    s_t = b s_{t-1} + k a^2 e_t^2                                where s averages (g_t - m_t)^2

So the bound is that of a quotient of averages of e. As m forgets nothing of e, the constant grows for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from adamtheory.deriving.frame import before, n, t
from adamtheory.deriving.ratio import NoBound, Quotient, Text
from adamtheory.deriving.step_floor import square_of, times
from adamtheory.deriving.step_ground import put_in
from adamtheory.deriving.step_parts import Above, Below, below
from adamtheory.deriving.step_proof import Proof, constant_rates
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, names, substitute
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, power
from adamtheory.logic.terms import normal

DEVIATION = Name("deviation")


def proof_of(rule: Rule, own_words: bool = True, quotient: Quotient | None = None) -> Proof:
    """The bound of a quotient, of averages of the gradients or of their deviations; raises `NoBound`."""
    try:
        return Proof(rule, own_words, quotient)
    except NoBound as reason:
        try:
            return Deviations(rule, own_words, quotient)
        except NoBound:
            raise reason from None


class Deviations(Proof):
    """The theorems about numerator and denominator with the deviation e_t in place of the gradient."""

    @property
    def entering(self) -> str:
        """The deviation in words."""
        return f"g(t) - {self.m(t).args[0]}(t - 1)"

    def gradients(self, inputs: list[Fraction], weights: list[Fraction]) -> list[Fraction]:
        """The gradients with these deviations."""
        found, m = [], Fraction(0)
        for e, weight in zip(inputs, weights, strict=True):
            found.append(m + e)
            m += weight * e
        return found

    def _parts(self, own_words: bool, quotient: Quotient | None) -> tuple[Quotient, Above, Below]:
        text, found = self.text, self.text.quotient() if quotient is None else quotient
        for one in (text.declared(found) if own_words else None, found):
            if one is None or one.denominator is None:
                continue
            for slot, decay, weight in self._averages():
                try:
                    under = below(text, text.folded(one.denominator), partial(self._base, slot, decay, weight))
                    return one, self._above(one.moment, slot, weight), under
                except NoBound:
                    continue
        raise NoBound("the denominator is no moving deviation")

    def _averages(self) -> Iterator[tuple[str, Expr, Expr]]:
        """Slots that start at 0 and average the gradients with weights that sum to one: slot, rate, weight."""
        text = self.text
        for slot in text.rule.slots:
            parts = {factors: c for c, factors in text.recursion(slot.name)}
            if set(parts) == {(Name(slot.name),), (text.gradient,)} and not slot.initial and slot.name in text.new:
                decay, weight = parts[Name(slot.name),], parts[text.gradient,]
                if self._same(weight, Apply("sub", (ONE, decay))):
                    yield slot.name, decay, weight

    def _same(self, a: Expr, b: Expr) -> bool:
        return bool(normal(self.ground.term(a)) == normal(self.ground.term(b)))

    def _above(self, moment: Expr, slot: str, weight: Expr) -> Above:
        """The numerator in m and e: own g is own m + own e."""
        form = self.text.linear(moment)
        new, old, own = (form.pop(atom, ZERO) for atom in (self.text.new[slot], Name(slot), self.text.gradient))
        if form:
            raise NoBound("the numerator reads another average")
        old = own if old == ZERO else old if own == ZERO else Apply("add", (old, own))
        return Above(slot, new, old, own, ONE, weight)

    def _base(self, slot: str, decay: Expr, weight: Expr, text: Text, expr: Expr) -> Below | None:
        """A slot that averages squares of deviations, or an average of squares less the square of the average."""
        started = {s.name: s.initial for s in text.rule.slots}
        held = next((s for s, new in text.new.items() if new == expr), None)
        if held is not None and not started[held]:
            e = {text.gradient: Apply("add", (Name(slot), DEVIATION))}
            e[text.new[slot]] = Apply("add", (Name(slot), Apply("mul", (weight, DEVIATION))))
            parts = {factors: c for c, factors in text.monomials(substitute(text.ends[held], e))}
            square, own = (DEVIATION, DEVIATION), (Name(held),)
            if square in parts and set(parts) <= {square, own, ()}:
                return Below("square", held, expr, parts.get(own, ZERO), parts[square], parts.get((), ZERO), ())
            return None
        parts = {factors: c for c, factors in text.monomials(expr)}
        mean = text.new[slot]
        rest = {f: c for f, c in parts.items() if f != (mean, mean)}
        if (mean, mean) not in parts or not self._same(parts[mean, mean], Apply("neg", (ONE,))) or len(rest) != 1:
            return None
        (new,), c = next(iter(rest.items())) if len(next(iter(rest))) == 1 else ((expr,), ZERO)
        held = next((s for s, atom in text.new.items() if atom == new), None)
        if held is None or c != ONE or started[held]:
            return None
        wanted = {(Name(held),): decay, (text.gradient, text.gradient): weight}
        squares = {factors: c for c, factors in text.recursion(held)}
        if set(squares) != set(wanted) or not all(self._same(squares[f], wanted[f]) for f in wanted):
            return None
        return Below("square", held, expr, decay, Apply("mul", (decay, weight)), ZERO, ())

    # --- terms ---

    @property
    def _centred(self) -> bool:
        """Whether the denominator is built on a difference, and not on a slot of its own."""
        return self.below.base != self.text.new[self.below.slot or ""]

    def v(self, k: Any) -> Any:
        """s(k), or v(k) - m(k)^2."""
        k = lift(k)
        return self.ground.term(self.below.base, before(k), k) if self._centred else super().v(k)

    def gradient(self, k: Any) -> Any:
        """e(k)."""
        return super().gradient(k) - self.m(before(lift(k)))

    # --- theorems ---

    @property
    def v_start(self) -> Theorem:
        """The denominator's base is 0 before the first step."""
        if not self._centred:
            return super().v_start
        return self.p.certify(eq(self.v(0), 0), super().v_start, self.p.rewrite(self.m_start, lambda z: z**2))

    @cached_property
    def renewed(self) -> Theorem:
        """0 <= n |- m(n+1) = m(n) + (1 - a) e."""
        later = self.m(n) + self.numbers["c"] * self.gradient(n + 1)
        return self.p.certify(eq(self.m(n + 1), later), self.ground.new(self.above.slot or ""))

    @cached_property
    def fresh(self) -> Theorem:
        """0 <= n |- the base of step n + 1 is b times that of step n, and k e^2, and what is added besides."""
        end = self.below.base if self._centred else self.text.ends[self.below.slot or ""]
        around, atom = self.ground.environment(), self.text.new[self.above.slot or ""]

        def with_hole(hole: Any) -> Any:
            return self.frame.reading.translate(end, {**around, atom: hole})

        at, p = self.numbers, self.p
        later = at["b"] * self.v(n) + at["k"] * self.gradient(n + 1) ** 2 + at["e"]
        facts = [self.ground.new(self.below.slot or "")]
        facts += [p.rewrite(self.renewed, with_hole)] if atom in names(end) else []
        return p.certify(eq(self.v(n + 1), later), *facts, degree=1)

    @cached_property
    def solved(self) -> Theorem | None:
        """1 <= t |- S(t) = c^2 (1/(1 - b) + 1/b^t) for a numerator c g over a centred root, from R(n) = 1/b^n - 1."""
        if not self._centred or self.S is None or self.R is None or self.above.new != ZERO:
            return None
        if self.above.old != self.above.own or not constant_rates(self):
            return None
        p, R, signs, at = self.p, self.R, self.ground.sign(), self.numbers
        b, k, own, begun = at["b"], at["k"], at["own"], p.assume(0 <= n)
        b_is, room, k_is = (p.inverse(signs.positive(x)) for x in (b, 1 - b, k))
        ratios = [p.certify(eq((1 - b) ** 2 * inv(k), (1 - b) * inv(b)), b_is, k_is)]
        ratios.append(p.certify(eq(inv(k), inv(b) * inv(1 - b)), b_is, room, k_is))
        turned, grown = power(inv(b), n), p.power_next(inv(b), begun)
        base = p.certify(eq(R(0), power(inv(b), 0) - 1), p.start(R))
        step = p.certify(
            eq(R(n + 1), power(inv(b), n + 1) - 1), p.assume(eq(R(n), turned - 1)), p.next(R, n), grown, ratios[0], b_is
        )
        R_is = p.induction(n, 0, eq(R(n), turned - 1), base, step)
        whole = times(square_of(own), inv(1 - b) + power(inv(b), n + 1))
        found = p.certify(eq(self.S(n + 1), whole), p.next(self.S, n), R_is, grown, ratios[1], b_is, room)
        return self.at_t(eq(self.S(t), put_in(whole, n + 1, t)), found)
