"""The repaired SWATS on the loss f and on c f: p.g is multiplied by c, p.p is the same, and every decision is too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, indicator, inv
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_framework import inverse_of_product
from adamtheory.proofs.lemmas_swats_repaired import partly
from adamtheory.proofs.lemmas_twins import Pair, n, same_start, sequence, step, together


class Scaled:
    """Two runs of the decisions of `swats_repaired`, A with p.g and p.p, B with c p.g and p.p; 0 < c."""

    def __init__(self, rate: bool = False) -> None:
        """With the rate Lam too, which the decisions do not depend on, if wanted."""
        self.setting, self.with_rate = (setting := Setting()), rate
        self.c = c = setting.constant("c")
        pg, pp = setting.family("pg", "Z"), setting.family("pp", "Z")
        slots = ["ell", "n", "pn", "phase", *(["Lam"] if rate else [])]
        self.A = partly(setting, slots, "A", pg=pg, pp=pp)
        self.B = partly(setting, slots, "B", pg=lambda t: c * pg(t), pp=pp)
        setting.assume("scale_positive", 0 < c)
        self.pg = pg(n + 1)

    def pairs(self) -> dict[str, Pair]:
        """Counts, powers and phases are equal; averages and rates of B are those of A divided by c."""
        equal = {name: (sequence(self.A, name), sequence(self.B, name)) for name in ("n", "pn", "phase")}
        divided = ("ell", "Lam") if self.with_rate else ("ell",)
        return equal | {name: (sequence(self.A, name), self.times(name)) for name in divided}

    def times(self, name: str) -> Callable[[Any], Any]:
        """n -> c times the slot of B."""
        return lambda n: self.c * self.B.slot(name, n)

    def scaled(self, p: Prover, name: str, *facts: Theorem) -> Theorem:
        """The value of A is c times that of B."""
        return p.certify(eq(self.A.value(name, n), self.c * self.B.value(name, n)), *facts)

    def same(self, p: Prover, name: str, *facts: Theorem) -> Theorem:
        """The values of A and B are equal."""
        return p.certify(eq(self.A.value(name, n), self.B.value(name, n)), *facts)

    def go(self, p: Prover) -> dict[str, Theorem]:
        """0 <= n |- the equations of `pairs`."""
        pairs = self.pairs()
        base = same_start(p, list(pairs.values()), self.A, self.B)

        def following(equal: Sequence[Theorem]) -> list[Theorem]:
            before = dict(zip(pairs, equal, strict=True))
            facts, steps = self.lines(p, before), [step(p, r, slot) for r in (self.A, self.B) for slot in r.families]
            return [p.certify(eq(a(n + 1), b(n + 1)), *facts[name], *steps) for name, (a, b) in pairs.items()]

        found = together(p, list(pairs.values()), base, following)
        return dict(zip(pairs, found, strict=True))

    def lines(self, p: Prover, before: dict[str, Theorem]) -> dict[str, list[Theorem]]:
        """One step, line by line: what the new value of each slot follows from."""
        positive = p.given("scale_positive")
        moved = p.rewrite(size_scaled(p, self.pg, positive), lambda z: indicator(z - 0))
        size = absolute(self.pg)
        on = p.chain(eq(moved.claim.left, indicator(size - 0)), moved, sign_scaled(p, size, positive))
        counted = self.same(p, "counted", on)
        entered = p.rewrite(counted, lambda z: indicator(z - 0))
        gamma = self.scaled(p, "gamma", on, inverse_of_product(p, positive, self.pg), p.inverse(positive))
        ell = self.scaled(p, "ell", entered, gamma, before["ell"])
        pn, many = self.same(p, "pn", entered, before["pn"]), self.same(p, "n", counted, before["n"])
        ratio, room = p.rewrite(pn, lambda z: inv(1 - z)), p.rewrite(pn, lambda z: indicator(1 - z))
        rate = self.scaled(p, "rate", ell, ratio, room)
        near = self.same(p, "near", self.close(p, gamma, rate, positive))
        above = self.sign(p, self.A.value("rate", n) - 0, self.B.value("rate", n) - 0, rate, positive)
        several = p.rewrite(many, lambda z: indicator(z - 1))
        settled = self.same(p, "settled", several, entered, above, near)
        switch = self.same(p, "switch", p.rewrite(before["phase"], lambda z: indicator(1 - z)), settled)
        now = p.rewrite(switch, lambda z: indicator(z - 0))
        found = {"n": [many], "pn": [pn], "ell": [ell], "phase": [now, before["phase"]]}
        return found | ({"Lam": [now, rate, before["Lam"]]} if self.with_rate else {})

    def sign(self, p: Prover, a: Any, b: Any, equal: Theorem, positive: Theorem) -> Theorem:
        """indicator(a) = indicator(b) from a = c b."""
        moved = p.rewrite(p.restate(eq(a, self.c * b), equal), indicator)
        return p.chain(eq(indicator(a), indicator(b)), moved, sign_scaled(p, b, positive))

    def close(self, p: Prover, gamma: Theorem, rate: Theorem, positive: Theorem) -> Theorem:
        """The comparison of rate and gamma comes out alike."""
        tol = self.A.scalars["tol"]
        sizes, sides = [], []
        for make in (lambda r: r.value("gamma", n), lambda r: r.value("rate", n) - r.value("gamma", n)):
            a, b = make(self.A), make(self.B)
            equal = p.certify(eq(a, self.c * b), gamma, rate)
            sizes.append(
                p.chain(eq(absolute(a), self.c * absolute(b)), p.rewrite(equal, absolute), size_scaled(p, b, positive))
            )
            sides.append((absolute(a), absolute(b)))
        gaps = [tol * sides[0][k] - sides[1][k] for k in (0, 1)]
        return self.sign(p, *gaps, p.certify(eq(gaps[0], self.c * gaps[1]), *sizes), positive)


def size_scaled(p: Prover, x: Any, positive: Theorem) -> Theorem:
    """|c x| = c |x| from 0 < c."""
    y, b = variables = apart(p, "y b")
    above = p.assume(0 < b)
    low, high = p.assume(y <= 0, 0 < y)
    goal = eq(absolute(b * y), b * absolute(y))
    down = p.certify(goal, p.max_is(p.certify(b * y <= -(b * y), low, above)), p.max_is(p.certify(y <= -y, low)))
    up = [p.max_is(p.certify(-z <= z, fact)) for z, fact in ((b * y, p.certify(0 < b * y, high, above)), (y, high))]
    return put(p, p.cases(down, p.certify(goal, *up), y, 0), variables, (x, positive.claim.right), positive)


def sign_scaled(p: Prover, x: Any, positive: Theorem) -> Theorem:
    """indicator(c x) = indicator(x) from 0 < c."""
    y, b = variables = apart(p, "y b")
    above = p.assume(0 < b)
    low, high = p.assume(y <= 0, 0 < y)
    goal = eq(indicator(b * y), indicator(y))
    off = p.indicator_off(p.certify(b * y <= 0, low, above)), p.indicator_off(low)
    on = p.indicator_on(p.certify(0 < b * y, high, above)), p.indicator_on(high)
    found = p.cases(p.certify(goal, *off), p.certify(goal, *on), y, 0)
    return put(p, found, variables, (x, positive.claim.right), positive)
