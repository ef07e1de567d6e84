"""The sharp bound of a quotient of averages: numerator^2 <= C denominator^2, or |numerator| <= C denominator.

For averages of squares m_t^2 <= R_t v_t by one step of Cauchy and Schwarz, for a decaying maximum |m_t| <= R_t u_t.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

from adamtheory.deriving.frame import n, t
from adamtheory.deriving.step_floor import Denominator
from adamtheory.deriving.step_lemmas import larger, newest_step, renamed, schwarz_step, squared
from adamtheory.language.tree import Expr, Name, names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import apart, put


class Proof(Denominator):
    """The theorems about numerator and denominator.

    `entering` is what enters both averages, in words, and `gradients` the history in which it takes given values.
    """

    @property
    def entering(self) -> str:
        """What enters both averages."""
        return "g(t)"

    @cached_property
    def solved(self) -> Theorem | None:
        """C^2 in closed form, where that is short."""
        return None

    def gradients(self, inputs: list[Fraction], weights: list[Fraction]) -> list[Fraction]:
        """The gradients by which the inputs enter the averages; the weights are c of the numerator's average."""
        return inputs

    @cached_property
    def R_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= R(n)."""
        assert self.R is not None
        p, R, signs, at = self.p, self.R, self.ground.sign(), self.numbers
        old, b = p.assume(0 <= R(n)), p.inv_nonneg(signs.nonneg(at["b"]))
        k = p.inv_positive(signs.positive(at["k"]))
        base = p.certify(0 <= R(0), p.start(R))
        if self.below.kind == "square":
            spread = p.certify(0 <= R(n) * inv(at["b"]), old, b)
            step = p.certify(0 <= R(n + 1), spread, k, p.next(R, n), squares=[at["a"], at["c"]])
        else:
            first = p.certify(0 <= at["a"] * R(n), old, signs.nonneg(at["a"]))
            spread = p.certify(0 <= at["a"] * R(n) * inv(at["b"]), first, b)
            step = p.certify(
                0 <= R(n + 1), spread, p.certify(0 <= at["c"] * inv(at["k"]), signs.nonneg(at["c"]), k), p.next(R, n)
            )
        return p.induction(n, 0, 0 <= R(n), base, step)

    def schwarz(self, A: Any, G: Any, old: Theorem | None) -> Theorem:
        """0 <= n |- (A m(n) + G g)^2 <= (A^2 R(n)/b + G^2/k) (b v(n) + k g^2), from m(n)^2 <= R(n) v(n)."""
        p, at, ground = self.p, self.numbers, self.ground
        b, k, g, v = at["b"], at["k"], self.gradient(n + 1), self.v(n)
        k_positive = ground.sign().positive(k)
        b_nonneg = ground.sign().nonneg(b)
        if old is None or self.R is None:
            nothing = lift(0)
            facts = (p.certify(0 <= nothing), p.certify(eq(nothing, 0)), self.held_nonneg, k_positive, b_nonneg)
            return newest_step(p, nothing, nothing, v, nothing, b, k, G, g, *facts)
        m, R = self.m(n), self.R(n)
        values = (m, R, v, A, b, k, G, g)
        try:
            return schwarz_step(p, *values, old, self.R_nonneg, self.held_nonneg, ground.sign().positive(b), k_positive)
        except NotFound:
            positive = ground.sign(1).positive(b)
        # In the first step b is 0, and so is m.
        late = schwarz_step(p, *values, old, self.R_nonneg, self.held_nonneg, positive, k_positive)
        late = p.using(late, p.integers(p.assume(0 < n)))
        zero = p.antisym(p.assume(n <= 0), p.assume(0 <= n))
        m_zero = p.certify(eq(m, 0), p.rewrite(zero, self.m), self.m_start)
        early = newest_step(p, *values, m_zero, self.R_nonneg, self.held_nonneg, b_nonneg, k_positive)
        return p.cases(early, late, n, 0)

    @cached_property
    def average(self) -> Theorem:
        """0 <= n |- m(n)^2 <= R(n) v(n), or |m(n)| <= R(n) u(n)."""
        assert self.R is not None and self.below.slot is not None
        p, R, m, v = self.p, self.R, self.m, self.v
        if self.below.kind == "max":
            claim, step = absolute(m(n)) <= R(n) * v(n), self._grown_max
        else:
            claim, step = m(n) ** 2 <= R(n) * v(n), self._grown
        starts = (self.m_start, self.v_start, p.start(R))
        if self.below.kind == "max":
            size = [p.certify(s * m(0) <= R(0) * v(0), *starts) for s in (1, -1)]
            base = p.max_least(*size)
        else:
            base = p.certify(m(0) ** 2 <= R(0) * v(0), *starts)
        return p.induction(n, 0, claim, base, step(p.assume(claim)))

    def _grown(self, old: Theorem) -> Theorem:
        p, at, R = self.p, self.numbers, self.R
        assert R is not None
        one = self.schwarz(at["a"], at["c"], old)
        inner = p.restate(eq(self.m(n + 1), one.claim.left.args[0]), self.renewed)
        following = p.restate(eq(R(n + 1), one.claim.right.args[0]), p.next(R, n))
        return self._with_extra(renamed(p, squared(p, inner, one), following), self._R_next)

    @property
    def _R_next(self) -> Theorem:
        p = self.p
        return p.using(p.inst(self.R_nonneg, {n: n + 1}), p.certify(0 <= n + 1, p.assume(0 <= n)))

    def _with_extra(self, bound: Theorem, nonneg: Theorem) -> Theorem:
        """x <= F v(n+1) from x <= F (b v(n) + k g^2) and 0 <= F, since the rest of v(n+1) is not negative."""
        p, part = self.p, bound.claim.right.args[1]
        rest = self.ground.sign().nonneg(self.numbers["e"])
        return larger(p, bound, nonneg, p.certify(part <= self.start, rest, self.fresh, degree=1))

    def _grown_max(self, old: Theorem) -> Theorem:
        p, at, R = self.p, self.numbers, self.R
        assert R is not None
        both = self._sizes(at["a"], at["c"], old)
        sides = [
            p.certify(s * self.m(n + 1) <= R(n + 1) * self.start, bound, self.renewed, p.next(R, n))
            for s, bound in zip((1, -1), both, strict=True)
        ]
        return p.max_least(*sides)

    def _sizes(self, A: Any, G: Any, old: Theorem | None) -> list[Theorem]:
        """0 <= n |- A m(n) + G g <= (A R(n)/b + G/k) u(n+1), and the same for -A m(n) - G g."""
        p, at, signs = self.p, self.numbers, self.ground.sign()
        g, u, k = self.gradient(n + 1), self.start, at["k"]
        k_inverse = p.inverse(signs.positive(k))
        weight = p.certify(0 <= G * inv(k), signs.nonneg(G), p.inv_positive(signs.positive(k)))
        size = p.certify(k * absolute(g) <= u, self._newest_above, signs.nonneg(at["e"]), degree=1)
        own = p.certify(
            G * absolute(g) <= G * inv(k) * u,
            p.certify(0 <= G * inv(k) * (u - k * absolute(g)), weight, size),
            k_inverse,
        )
        found, past = [], None
        if old is not None and self.R is not None:
            m, v, R, b = self.m(n), self.v(n), self.R(n), at["b"]
            b_positive = signs.positive(b)
            spread = p.certify(0 <= A * R, signs.nonneg(A), self.R_nonneg)
            share = p.certify(0 <= A * R * inv(b), spread, p.inv_positive(b_positive))
            first = p.certify(A * absolute(m) <= A * R * v, old, signs.nonneg(A))
            past = p.certify(
                A * absolute(m) <= A * R * inv(b) * u,
                first,
                p.certify(0 <= A * R * inv(b) * (u - b * v), share, self._held_above),
                p.inverse(b_positive),
            )
        for s in (1, -1):
            part = p.certify(s * G * g <= G * absolute(g), signs.nonneg(G), one_side(p, g, s))
            right, facts, left = G * inv(k), [own, part], s * G * g
            if past is not None:
                facts += [past, p.certify(s * A * m <= A * absolute(m), signs.nonneg(A), one_side(p, m, s))]
                right, left = A * R * inv(b) + G * inv(k), s * (A * m + G * g)
            found.append(p.certify(left <= right * u, *facts, degree=1))
        return found

    # --- both ---

    @cached_property
    def main(self) -> Theorem:
        """0 <= n |- numerator^2 <= C denominator^2, or |numerator| <= C denominator."""
        return self._squares() if self.below.kind == "square" else self._absolute()

    @cached_property
    def constant_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= C."""
        goal = 0 <= self.constant()
        return self.p.certify(
            goal, self.p.certify(0 <= self.share() * self.floor.rate, self.share_nonneg, self.floor.positive)
        )

    @cached_property
    def share_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= what bounds the numerator by the base of the denominator."""
        p, S, signs = self.p, self.share(), self.ground.sign()
        A, G = self.coefficients()
        if self.below.kind == "square":
            return (
                p.certify(0 <= S, self._R_next, squares=[self.numbers["new"]])
                if self.plain
                else self._share_nonneg(A, G)
            )
        if self.plain:
            return p.certify(0 <= S, signs.nonneg(self.numbers["new"]), self._R_next)
        weight = p.certify(
            0 <= G * inv(self.numbers["k"]), signs.nonneg(G), p.inv_positive(signs.positive(self.numbers["k"]))
        )
        if self.R is None:
            return p.restate(0 <= S, weight)
        spread = p.certify(0 <= A * self.R(n), signs.nonneg(A), self.R_nonneg)
        past = p.certify(
            0 <= A * self.R(n) * inv(self.numbers["b"]), spread, p.inv_nonneg(signs.nonneg(self.numbers["b"]))
        )
        return p.certify(0 <= S, weight, past, self._share_is(self._share(n, n + 1)), degree=1)

    def _squares(self) -> Theorem:
        p, S, M, D, nonneg = self.p, self.share(), self.moment(), self.denominator(), self.share_nonneg
        if self.plain:
            new = self.numbers["new"]
            late = p.using(p.inst(self.average, {n: n + 1}), p.certify(0 <= n + 1, p.assume(0 <= n)))
            bound = p.certify(M**2 <= S * self.start, late, squares=[new])
        else:
            A, G = self.coefficients()
            one = self.schwarz(A, G, None if self.R is None else self.average)
            facts = [] if self.above.slot is None else [self.renewed]
            inner = p.certify(eq(M, one.claim.left.args[0]), *facts, degree=1)
            same = self._share_is(one.claim.right.args[0])
            bound = self._with_extra(renamed(p, squared(p, inner, one), same), nonneg)
        low = p.restate(self.start <= self.floor.rate * D**2, self.floor.bound)
        return p.restate(M**2 <= self.constant() * D**2, larger(p, bound, nonneg, low))

    def _share_is(self, value: Any) -> Theorem:
        p = self.p
        return p.certify(eq(self.share(), value), *([] if self.S is None else [p.next(self.S, n)]), degree=1)

    def _share_nonneg(self, A: Any, G: Any) -> Theorem:
        """0 <= n |- 0 <= S(n+1)."""
        p, at, signs = self.p, self.numbers, self.ground.sign()
        k = p.inv_positive(signs.positive(at["k"]))
        if self.R is None:
            return p.certify(0 <= self.share(), k, squares=[G])
        spread = p.certify(0 <= self.R(n) * inv(at["b"]), self.R_nonneg, p.inv_nonneg(signs.nonneg(at["b"])))
        A_, G_ = apart(p, "A G")
        r, h = apart(p, "r h")
        some = p.certify(0 <= A_**2 * r + G_**2 * h, *p.assume(0 <= r, 0 <= h), squares=[A_, G_])
        values = (A, G, self.R(n) * inv(at["b"]), inv(at["k"]))
        return p.certify(
            0 <= self.share(),
            put(p, some, (A_, G_, r, h), values, spread, p.restate(0 <= inv(at["k"]), k)),
            self._share_is(self._share(n, n + 1)),
            degree=1,
        )

    def _absolute(self) -> Theorem:
        p, S, M, D, signs = self.p, self.share(), self.moment(), self.denominator(), self.ground.sign()
        if self.plain:
            new = signs.nonneg(self.numbers["new"])
            late = p.using(p.inst(self.average, {n: n + 1}), p.certify(0 <= n + 1, p.assume(0 <= n)))
            m = self.m(n + 1)
            top = p.certify(self.numbers["new"] * absolute(m) <= S * self.start, late, new)
            sides = [
                p.certify(
                    s * M <= S * self.start,
                    top,
                    p.certify(s * M <= self.numbers["new"] * absolute(m), new, one_side(p, m, s)),
                )
                for s in (1, -1)
            ]
        else:
            A, G = self.coefficients()
            both = self._sizes(A, G, None if self.R is None else self.average)
            facts = [] if self.above.slot is None else [self.renewed]
            same = self._share_is(both[0].claim.right.args[0])
            sides = [
                p.certify(s * M <= S * self.start, bound, same, *facts) for s, bound in zip((1, -1), both, strict=True)
            ]
        nonneg = self.share_nonneg
        low = p.certify(
            0 <= S * (self.floor.rate * D - self.start),
            nonneg,
            p.restate(self.start <= self.floor.rate * D, self.floor.bound),
        )
        return p.max_least(*(p.certify(side.claim.left <= self.constant() * D, side, low, degree=1) for side in sides))

    @cached_property
    def theorem(self) -> Theorem:
        """1 <= t |- numerator^2 <= C denominator^2 in step t, or |numerator| <= C denominator."""
        M, D, C = self.moment(t - 1, t), self.denominator(t - 1, t), self.constant(t - 1, t)
        goal = M**2 <= C * D**2 if self.below.kind == "square" else absolute(M) <= C * D
        return self.at_t(goal, self.main)

    def at_t(self, goal: Any, main: Theorem) -> Theorem:
        """The goal about step t from the theorem about step n + 1."""
        p = self.p
        return p.restate(goal, p.using(p.inst(main, {n: t - 1}), p.certify(0 <= t - 1, p.assume(1 <= t))))


def one_side(p: Prover, x: Any, sign: int) -> Theorem:
    """x <= |x|, or -x <= |x|."""
    return p.max_left(x, -x) if sign == 1 else p.max_right(x, -x)


def constant_rates(proof: Proof) -> bool:
    """Whether rates and weights are made of parameters alone."""
    parameters = {Name(s.name) for s in proof.text.rule.parameters if s.name not in proof.frame.abstracted}
    own: list[Expr] = [proof.above.decay, proof.above.weight, proof.below.decay, proof.below.weight]
    return all(names(proof.text.folded(e)) <= parameters for e in own)
