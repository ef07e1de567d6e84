"""Tactics: the lemmas of every day, proved anew for the terms at hand through the kernel's rules, so none can lie.

    p = Prover(setting)
    root_positive = p.sqrt_positive(p.assume(0 < x))          # 0 < x |- 0 < sqrt(x)
    bound = p.sum_induction(i, 1, n, 1/sqrt(i), lambda n: 2*sqrt(n), "le", step)

A lemma about families is a function here, not a theorem to be instantiated: families cannot be instantiated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, indicator, integer, inv, le, lift, log, lt, maximum, power, sqrt, total
from adamtheory.logic.steps import Steps
from adamtheory.logic.terms import Refused, Rel, normal, rel, term


class Prover(Steps):
    """The rules and the tactics, for proofs in one theory."""

    # --- signs, reciprocals, roots ---

    def nonzero(self, sign: Theorem) -> Theorem:
        """0 < x^2 from 0 < x, from x < 0, or from 0 < x^2 itself."""
        left, right = sign.claim.left, sign.claim.right
        if right.op == "pow" and right.args[1] == 2:
            return sign
        x = right if left is lift(0) else left
        return self.certify(0 < x**2, sign)

    def inverse(self, sign: Theorem) -> Theorem:
        """x inv(x) = 1 from 0 < x, x < 0 or 0 < x^2."""
        nonzero = self.nonzero(sign)
        x = nonzero.claim.right.args[0]
        return self.using(self.fact("inverse", x=x), nonzero)

    def inv_positive(self, positive: Theorem) -> Theorem:
        """0 < inv(x) from 0 < x."""
        goal = 0 < inv(positive.claim.right)
        return self.certify(goal, positive, self.inverse(positive), weights=[[positive]], degree=1)

    def inv_nonneg(self, nonneg: Theorem) -> Theorem:
        """0 <= inv(x) from 0 <= x (0 at 0)."""
        x = nonneg.claim.right
        positive = self.assume(0 < x)
        high = self.restate(0 <= inv(x), self.inv_positive(positive))
        zero = self.antisym(self.assume(le(x, 0)), nonneg)
        low = self.restate(0 <= inv(x), self.rewrite(zero, inv))
        return self.cases(low, high, x, 0)

    def reciprocal(self, below: Theorem, positive: Theorem) -> Theorem:
        """inv(b) <= inv(a) from a <= b and 0 < a; strict if a < b is."""
        a, b = below.claim.left, below.claim.right
        above = self.certify(0 < b, below, positive, degree=1)
        facts = (below, self.inverse(positive), self.inverse(above))
        goal = rel(below.claim.kind, inv(b), inv(a))
        return self.certify(goal, *facts, weights=[[positive, above]], degree=1)

    def sqrt_nonneg(self, x: Any) -> Theorem:
        """0 <= sqrt(x)."""
        return self.fact("sqrt_nonneg", x=x)

    def sqrt_square(self, nonneg: Theorem) -> Theorem:
        """sqrt(x)^2 = x from 0 <= x or 0 < x."""
        x = nonneg.claim.right
        return self.using(self.fact("sqrt_square", x=x), self.restate(0 <= x, nonneg))

    def sqrt_positive(self, positive: Theorem) -> Theorem:
        """0 < sqrt(x) from 0 < x."""
        root = sqrt(positive.claim.right)
        facts = (self.assume(root <= 0), self.sqrt_nonneg(positive.claim.right), self.sqrt_square(positive), positive)
        return self.cases(self.certify(0 < root, *facts), self.assume(0 < root), root, 0)

    def squares(self, main: Theorem, nonneg: Theorem) -> Theorem:
        """a <= b from a^2 <= b^2 (both sides written so) and 0 <= b."""
        a, b = main.claim.left.args[0], main.claim.right.args[0]
        above = self.assume(b < a)
        high = self.certify(a <= b, main, nonneg, above, weights=[[above]])
        return self.cases(self.assume(a <= b), high, a, b)

    def squares_strict(self, main: Theorem, nonneg: Theorem) -> Theorem:
        """a < b from a^2 < b^2 (both sides written so) and 0 <= b."""
        a, b = main.claim.left.args[0], main.claim.right.args[0]
        below = self.assume(b <= a)
        return self.cases(self.absurd(a < b, main, nonneg, below), self.assume(a < b), b, a)

    def squares_equal(self, main: Theorem, a_nonneg: Theorem, b_nonneg: Theorem) -> Theorem:
        """a = b from a^2 = b^2 (both sides written so), 0 <= a and 0 <= b."""
        a, b = main.claim.left.args[0], main.claim.right.args[0]
        first = self.squares(self.restate(a**2 <= b**2, main), b_nonneg)
        return self.antisym(first, self.squares(self.restate(b**2 <= a**2, main), a_nonneg))

    def sqrt_monotone(self, below: Theorem, nonneg: Theorem) -> Theorem:
        """sqrt(x) <= sqrt(y) from x <= y and 0 <= x."""
        x, y = below.claim.left, below.claim.right
        above = self.certify(0 <= y, below, nonneg, degree=1)
        roots = (self.sqrt_square(nonneg), self.sqrt_square(above))
        return self.squares(self.certify(sqrt(x) ** 2 <= sqrt(y) ** 2, below, *roots, degree=1), self.sqrt_nonneg(y))

    def sqrt_product(self, x_nonneg: Theorem, y_nonneg: Theorem) -> Theorem:
        """sqrt(x y) = sqrt(x) sqrt(y) from 0 <= x and 0 <= y."""
        x, y = x_nonneg.claim.right, y_nonneg.claim.right
        a, b = self.sqrt_nonneg(x), self.sqrt_nonneg(y)
        product = self.certify(0 <= x * y, self.restate(0 <= x, x_nonneg), self.restate(0 <= y, y_nonneg))
        roots = (self.sqrt_square(x_nonneg), self.sqrt_square(y_nonneg), self.sqrt_square(product))
        main = self.certify(eq(sqrt(x * y) ** 2, (sqrt(x) * sqrt(y)) ** 2), *roots)
        return self.squares_equal(main, self.sqrt_nonneg(x * y), self.certify(0 <= sqrt(x) * sqrt(y), a, b))

    # --- max, absolute value, indicator ---

    def max_left(self, x: Any, y: Any) -> Theorem:
        """x <= max(x, y)."""
        return self.fact("max_left", x=x, y=y)

    def max_right(self, x: Any, y: Any) -> Theorem:
        """y <= max(x, y)."""
        return self.restate(le(y, maximum(x, y)), self.fact("max_left", x=y, y=x))

    def max_is(self, below: Theorem) -> Theorem:
        """max(x, y) = y from x <= y."""
        return self.using(self.fact("max_right", x=below.claim.left, y=below.claim.right), below)

    def max_least(self, first: Theorem, second: Theorem) -> Theorem:
        """max(x, y) <= c from x <= c and y <= c."""
        x, y, c = first.claim.left, second.claim.left, first.claim.right
        goal = maximum(x, y) <= c
        low = self.certify(goal, self.max_is(self.assume(x <= y)), second, degree=1)
        above = self.max_is(self.restate(y <= x, self.assume(y < x)))
        return self.cases(low, self.certify(goal, above, first, degree=1), x, y)

    def max_square(self, x: Any) -> Theorem:
        """max(x, -x)^2 = x^2."""
        goal = eq(maximum(x, -lift(x)) ** 2, lift(x) ** 2)
        low = self.certify(goal, self.max_is(self.assume(le(x, -lift(x)))))
        high = self.certify(goal, self.max_is(self.restate(le(-lift(x), x), self.assume(lt(-lift(x), x)))))
        return self.cases(low, high, x, -lift(x))

    def indicator_on(self, positive: Theorem) -> Theorem:
        """indicator(a) = 1 from 0 < a."""
        a = positive.claim.right
        part = self.max_is(self.restate(0 <= a, positive))  # max(0, a) = a
        above = self.certify(0 < maximum(a, 0), part, positive, degree=1)
        return self.restate(eq(indicator(a), 1), self.inverse(above))

    def indicator_off(self, nonpositive: Theorem) -> Theorem:
        """indicator(a) = 0 from a <= 0."""
        part = self.max_is(nonpositive)  # max(a, 0) = 0
        return self.restate(eq(indicator(nonpositive.claim.left), 0), self.rewrite(part, lambda z: z * inv(z)))

    # --- powers, logarithms, integers ---

    def integers(self, strict: Theorem) -> Theorem:
        """k + 1 <= n from k < n."""
        return self.using(self.fact("integers", k=strict.claim.left, n=strict.claim.right), strict)

    def power_next(self, b: Any, nonneg: Theorem) -> Theorem:
        """b^(n+1) = b b^n from 0 <= n."""
        return self.using(self.fact("power_next", b=b, n=nonneg.claim.right), nonneg)

    def power_claim(self, b: Any, claim: Callable[[Any], Rel], *facts: Theorem, n: Any) -> Theorem:
        """0 <= n |- claim(b^n), by induction; the step is certified from claim(b^k), b^(k+1) = b b^k and the facts."""
        k = self.fresh("k", b, n)
        start = self.assume(0 <= k)
        base = self.certify(claim(power(b, 0)), *facts)
        step = self.certify(claim(power(b, k + 1)), self.assume(claim(power(b, k))), self.power_next(b, start), *facts)
        found = self.induction(k, 0, claim(power(b, k)), base, step)
        return self.inst(found, {k: n})

    def power_nonneg(self, nonneg: Theorem, n: Any) -> Theorem:
        """0 <= n |- 0 <= b^n from 0 <= b."""
        return self.power_claim(nonneg.claim.right, lambda q: 0 <= q, nonneg, n=n)

    def power_positive(self, positive: Theorem, n: Any) -> Theorem:
        """0 <= n |- 0 < b^n from 0 < b."""
        return self.power_claim(positive.claim.right, lambda q: 0 < q, positive, n=n)

    def log_bound(self, positive: Theorem) -> Theorem:
        """log(x) <= x - 1 from 0 < x."""
        return self.using(self.fact("log_linear", x=positive.claim.right), positive)

    def log_quotient(self, x_positive: Theorem, y_positive: Theorem) -> Theorem:
        """log(y) - log(x) = log(y/x) from 0 < x and 0 < y."""
        x, y = x_positive.claim.right, y_positive.claim.right
        inverse = self.inv_positive(x_positive)
        ratio = self.certify(0 < y / x, y_positive, inverse)
        product = self.using(self.fact("log_product", x=x, y=y / x), x_positive, ratio)
        same = self.rewrite(self.certify(eq(x * (y / x), y), self.inverse(x_positive)), log)
        return self.certify(eq(log(y) - log(x), log(y / x)), product, same)

    # --- sums ---

    def fresh(self, name: str, *apart: Any) -> Any:
        """An integer variable whose name is neither a family's nor free in the terms."""
        taken = {known for known, _ in self.theory.names}
        taken |= {v.args[0] for t in apart if not isinstance(t, int) for v in lift(t).free}
        k, found = 0, name
        while found in taken:
            k, found = k + 1, f"{name}{k + 1}"
        return integer(found)

    def sum_step(self, index: Any, low: Any, high: Any, body: Any, reached: Theorem) -> Theorem:
        """sum_{lo}^{hi+1} f = sum_{lo}^{hi} f + f(hi+1), from a fact that gives lo <= hi+1."""
        last = self.sum_last(index, low, high, body)
        return self.using(last, self.certify(le(low, lift(high) + 1), reached, degree=1))

    def sum_none(self, index: Any, low: Any, body: Any) -> Theorem:
        """sum_{lo}^{lo-1} f = 0."""
        empty = self.sum_empty(index, low, lift(low) - 1, body)
        return self.using(empty, self.certify(lt(lift(low) - 1, low)))

    def sum_one(self, index: Any, low: Any, body: Any) -> Theorem:
        """sum_{lo}^{lo} f = f(lo)."""
        below = lift(low) - 1
        reached = self.certify(le(low, below + 1))
        last = self.sum_step(index, low, below, body, reached)
        # lo and (lo - 1) + 1 are one normal form, so both sums are
        (value,) = (last.claim.right.args[1],)
        return self.certify(eq(total(index, low, low, body), value), last, self.sum_none(index, low, body))

    def sum_induction(
        self,
        index: Any,
        low: Any,
        n: Any,
        body: Any,
        closed: Callable[[Any], Any],
        kind: str,
        step: Theorem,
        base: Theorem | None = None,
        start: Any = None,
    ) -> Theorem:
        """start <= n |- sum_{index=lo}^{n} body R closed(n), by induction on n.

        step   closed(n) + body(n+1) R closed(n+1), perhaps under start <= n
        base   0 R closed(lo-1) if start is lo-1 (the default); body(lo) R closed(lo) if start is lo; tried without
               facts if not given
        """
        below = term("num", low - 1, 1) if isinstance(low, int) else lift(low) - 1
        start = below if start is None else lift(start)
        partial = total(index, low, n, body)
        claim = rel(kind, partial, lift(closed(n)))
        if normal(start) == normal(below):
            first = self.sum_none(index, low, body)
            base = base or self.certify(rel(kind, lift(0), lift(closed(below))))
        elif normal(start) == normal(lift(low)):
            first = self.sum_one(index, low, body)
        else:
            raise Refused("a sum begins at its lower bound or one before it")
        begun = self.certify(
            rel(kind, total(index, low, start, body), lift(closed(start))), first, *([base] if base else [])
        )
        last = self.sum_step(index, low, n, body, self.assume(start <= n))
        longer = rel(kind, total(index, low, n + 1, body), lift(closed(n + 1)))
        return self.induction(n, start, claim, begun, self.certify(longer, self.assume(claim), last, step, degree=1))

    def geometric(self, index: Any, b: Any, n: Any) -> Theorem:
        """0 <= n+1 |- (1 - b) sum_{i=0}^{n} b^i = 1 - b^(n+1)."""
        k = self.fresh("k", b, n)
        body = power(b, index)
        start = self.certify(0 <= k + 1, self.assume(-1 <= k))
        following = self.power_next(b, start)
        base = self.sum_none(index, 0, body)

        def claim(m: Any) -> Rel:
            return eq((1 - lift(b)) * total(index, 0, m, body), 1 - power(b, m + 1))

        last = self.sum_step(index, 0, k, body, start)
        first = self.certify(claim(lift(-1)), base)
        step = self.certify(claim(k + 1), self.assume(claim(k)), last, following)
        return self.inst(self.induction(k, -1, claim(k), first, step), {k: n})

    # --- inequalities with a name ---

    def young(self, x: Any, y: Any, weight: Theorem) -> Theorem:
        """x y <= c x^2/2 + y^2/(2 c) from 0 < c."""
        c = weight.claim.right
        positive = self.inv_positive(weight)
        goal = le(lift(x) * y, c * lift(x) ** 2 / 2 + lift(y) ** 2 * inv(c) / 2)
        root = lift(x) * c - y
        return self.certify(goal, positive, self.inverse(weight), squares=[root], degree=1, rounds=2)

    def jensen_two(self, x: Any, y: Any, low: Theorem, high: Theorem) -> Theorem:
        """(b x + (1-b) y)^2 <= b x^2 + (1-b) y^2 from 0 <= b and b <= 1 (or b < 1)."""
        b = low.claim.right
        goal = le((b * lift(x) + (1 - b) * lift(y)) ** 2, b * lift(x) ** 2 + (1 - b) * lift(y) ** 2)
        return self.certify(goal, low, high, squares=[lift(x) - y])
