"""The sharp bound of a quotient of averages: numerator^2 <= C denominator^2, or |numerator| <= C denominator.

The constant grows by a recursion of its own, a sequence R of the theory. For averages of squares
R_t = a^2 R_{t-1}/b + c^2/k, with the rates a, b and the weights c, k of the two averages, and m_t^2 <= R_t v_t by one
step of Cauchy and Schwarz; for a decaying maximum R_t = a R_{t-1}/b + c/k and |m_t| <= R_t u_t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adamtheory.deriving.frame import Frame, n, t
from adamtheory.deriving.ratio import Above, Below, NoBound, Quotient, Text, above, below
from adamtheory.deriving.step_lemmas import Ground, larger, newest_step, renamed, schwarz_step, squared
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, absolute, eq, inv, lift, sqrt
from adamtheory.logic.search import NotFound
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Term


@dataclass(frozen=True)
class Floor:
    """base <= rate * value^power with 0 <= value and 0 < rate; `equal` is the equation, where it holds without eps."""

    value: Any
    power: int
    rate: Any
    bound: Theorem
    nonneg: Theorem
    positive: Theorem
    equal: Theorem | None


class Proof:
    """The parts of the text, the theory with the sequence R, and the theorems."""

    def __init__(self, rule: Rule, extremal: bool = False, own_words: bool = True) -> None:
        self.frame = Frame.of(rule)
        self.text = text = Text(self.frame.rule)
        self.ground = Ground(self.frame, text)
        self.rule = rule
        self.quotient, self.above, self.below = _parts(text, own_words)
        if self.below.kind == "square" and self._power() != 2 or self.below.kind == "max" and self._power() != 1:
            raise NoBound("numerator and denominator are of different degrees in the gradients")
        self.R: Family | None = self._define() if self.above.slot is not None else None
        self.S: Family | None = self._define_share() if self.R is not None and not self.plain else None
        if extremal:
            a, b = self.ground.term(self.above.decay), self.ground.term(self.below.decay)
            now, later = self.gradient(t), self.gradient(t + 1)
            ratio = eq(a * later, b * now) if self.below.kind == "square" else eq(later, b * now)
            self.frame.setting.assume("extremal", ratio, [1 <= t])
            if self.below.kind == "max":
                self.frame.setting.assume("first", 0 < self.gradient(lift(1)))
        self.p = self.frame.p

    def _power(self) -> int:
        return 2 if ("sqrt",) in self.below.path else 1

    def _define(self) -> Family:
        """R in the theory; its first value is m_0^2/v_0 (or |m_0|/u_0)."""
        a, b, c, k = (self.ground.term(e) for e in (*self._moving, self.above.weight, self.below.weight))
        first = {s.name: s.initial for s in self.text.rule.slots}
        m, v = first[self.above.slot or ""], first.get(self.below.slot or "", 0)
        if m and not v:
            raise NoBound(f"{self.above.slot} starts at {m}, the denominator at 0")
        square = self.below.kind == "square"
        start = (m * m if square else abs(m)) / v if m else 0

        def step(_: Any, R: Any) -> Any:
            return a**2 * R * inv(b) + c**2 * inv(k) if square else a * R * inv(b) + c * inv(k)

        (R,) = self.frame.setting.define({self._fresh("R"): (start, step)}, index=n)
        return R

    def _define_share(self) -> Family:
        """S in the theory, where the numerator is no multiple of the average: what R is to the average."""
        value = self._share(n, n + 1)
        (S,) = self.frame.setting.define({self._fresh("S"): (0, lambda k, S: value)}, index=n)
        return S

    def _fresh(self, name: str) -> str:
        taken = {known for known, _ in self.frame.setting.theory.names}
        return next(w for w in (name, f"{name}_bound", f"{name}_bound_", f"{name}_bound__") if w not in taken)

    @property
    def _moving(self) -> tuple[Expr, Expr]:
        return self.above.decay, self.below.decay

    # --- terms ---

    def gradient(self, k: Any) -> Any:
        """The gradient that enters the averages in step k."""
        return self.ground.environment(k - 1, k)[self.text.gradient]

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """The coefficients at step n + 1: a, c of the numerator's average, b, k, e of the denominator's."""
        expressions = {
            "a": self.above.decay, "c": self.above.weight, "new": self.above.new, "old": self.above.old,
            "own": self.above.own, "b": self.below.decay, "k": self.below.weight, "e": self.below.extra,
        }  # fmt: skip
        return {name: self.ground.term(e) for name, e in expressions.items()}

    @property
    def plain(self) -> bool:
        """Whether the numerator is a multiple of the new average."""
        return self.above.slot is not None and self.above.old == ZERO and self.above.own == ZERO

    def moment(self, before: Any = n, after: Any = n + 1) -> Any:
        """The numerator."""
        return self.ground.term(self.quotient.moment, before, after)

    def denominator(self, before: Any = n, after: Any = n + 1) -> Any:
        """The denominator."""
        return self.ground.term(self.quotient.denominator or ONE, before, after)

    def coefficients(self, before: Any = n, after: Any = n + 1) -> tuple[Any, Any]:
        """What stands before m_{t-1} and g_t in the numerator."""
        a, c, new, old, own = (
            self.ground.term(e, before, after)
            for e in (self.above.decay, self.above.weight, self.above.new, self.above.old, self.above.own)
        )
        return _sum(_times(new, a), old), _sum(_times(new, c), own)

    def share(self, before: Any = n, after: Any = n + 1) -> Any:
        """The bound of numerator^2/v (of |numerator|/u for a maximum)."""
        return self._share(before, after) if self.S is None else self.S(after)

    def _share(self, before: Any, after: Any) -> Any:
        square = self.below.kind == "square"
        b, k = (self.ground.term(e, before, after) for e in (self.below.decay, self.below.weight))
        if self.plain and self.R is not None:
            new = self.ground.term(self.above.new, before, after)
            return _times(self._squared(self.above.new, before, after) if square else new, self.R(after))
        A, G = self.coefficients(before, after)
        if square:
            own = _times(_square(G), _inverse(k))
            return own if self.R is None else _sum(_times(_square(A), self.R(before)) * inv(b), own)
        own = _times(G, _inverse(k))
        return own if self.R is None else _sum(_times(A, self.R(before)) * inv(b), own)

    def _squared(self, expr: Expr, before: Any, after: Any) -> Any:
        return _square(self.ground.term(expr, before, after))

    def constant(self, before: Any = n, after: Any = n + 1) -> Any:
        """C: the bound of numerator^2/denominator^2, or of |numerator|/denominator."""
        return _times(self.share(before, after), self.rate(before, after))

    def rate(self, before: Any = n, after: Any = n + 1) -> Any:
        """v <= rate denominator^2."""
        found: Any = lift(1)
        power = 1
        for op, *rest in self.below.path:
            power = 2 if op == "sqrt" else power
            if op in ("mul", "div"):
                c = _power(self.ground.term(rest[0], before, after), power)
                found = _times(found, inv(c) if op == "mul" else c)
        return found

    # --- the denominator ---

    @cached_property
    def start(self) -> Any:
        """What the denominator is built on: v_t or u_t, or the newest gradient's square or size."""
        return self.ground.slot(self.below.slot, n + 1) if self.below.slot else self.ground.term(self.below.base)

    @cached_property
    def fresh(self) -> Theorem:
        """0 <= n |- v(n+1) = b v(n) + k g^2 + e, or the line of u."""
        return self.ground.new(self.below.slot) if self.below.slot else self.p.certify(eq(self.start, self.start))

    @cached_property
    def held_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= v(n), or u(n)."""
        if self.below.slot is None:
            return self.p.certify(0 <= lift(0))
        p, signs = self.p, self.ground.sign()
        v = lambda k: self.ground.slot(self.below.slot, k)  # noqa: E731
        old, b = p.assume(0 <= v(n)), signs.nonneg(self.numbers["b"])
        base = p.certify(0 <= v(0), self.frame.start(self.below.slot))
        if self.below.kind == "max":
            step = p.certify(
                0 <= v(n + 1), self._held_above, p.certify(0 <= self.numbers["b"] * v(n), b, old), degree=1
            )
        else:
            facts = (signs.positive(self.numbers["k"]), signs.nonneg(self.numbers["e"]))
            step = p.certify(0 <= v(n + 1), old, self.fresh, b, *facts, squares=[self.gradient(n + 1)])
        return p.induction(n, 0, 0 <= v(n), base, step)

    @cached_property
    def start_nonneg(self) -> Theorem:
        """0 <= n |- 0 <= the base of the denominator."""
        p = self.p
        if self.below.slot:
            return p.using(p.inst(self.held_nonneg, {n: n + 1}), p.certify(0 <= n + 1, p.assume(0 <= n)))
        positive = self.ground.sign().positive(self.numbers["k"])
        g = self.gradient(n + 1)
        size = [p.certify(0 <= absolute(g), p.max_left(g, -g), p.max_right(g, -g))] if self.below.kind == "max" else []
        return p.certify(0 <= self.start, positive, *size, squares=[g])

    def _arguments(self) -> tuple[Theorem, Theorem]:
        """Each argument of the line u = max(., .) is at most u(n+1), as the text has it."""
        p, end = self.p, self.text.ends[self.below.slot or ""]
        first, second = (self.ground.term(e) for e in end.args)  # type: ignore[union-attr]
        found = (p.max_left(first, second), p.max_right(first, second))
        return tuple(p.certify(f.claim.left <= self.start, f, self.fresh, degree=1) for f in found)  # type: ignore

    @cached_property
    def _held_above(self) -> Theorem:
        """0 <= n |- b u(n) <= u(n+1)."""
        goal = self.numbers["b"] * self.ground.slot(self.below.slot or "", n) <= self.start
        return self._either(goal)

    @cached_property
    def _newest_above(self) -> Theorem:
        """0 <= n |- k |g| + e <= u(n+1)."""
        goal = self.numbers["k"] * absolute(self.gradient(n + 1)) + self.numbers["e"] <= self.start
        return self.p.restate(goal, self.p.certify(goal)) if self.below.slot is None else self._either(goal)

    def _either(self, goal: Any) -> Theorem:
        for found in self._arguments():
            try:
                return self.p.restate(goal, found)
            except NotFound:
                continue
        raise NoBound("the maximum is not read")

    @cached_property
    def floor(self) -> Floor:
        """0 <= n |- base <= rate denominator^power, along the path from the base to the denominator."""
        p = self.p
        same = p.certify(self.start <= self.start)
        one = p.certify(0 < lift(1))
        found = Floor(self.start, 1, lift(1), same, self.start_nonneg, one, p.certify(eq(self.start, self.start)))
        for op, *rest in self.below.path:
            found = getattr(self, f"_floor_{op}")(found, *rest)
        return found

    def _floor_sqrt(self, old: Floor) -> Floor:
        p, root = self.p, sqrt(old.value)
        square = p.sqrt_square(old.nonneg)
        bound = p.certify(self.start <= old.rate * root**2, old.bound, square)
        equal = old.equal and p.certify(eq(self.start, old.rate * root**2), old.equal, square)
        return Floor(root, 2, old.rate, bound, p.sqrt_nonneg(old.value), old.positive, equal)

    def _floor_add(self, old: Floor, more: Expr) -> Floor:
        p, e = self.p, self.ground.term(more)
        nonneg, value = self.ground.sign().nonneg(e), old.value + e
        above_ = p.certify(old.value <= value, nonneg, degree=1)
        bound, found = self._raised(old, value, above_)
        none = p.assume(eq(e, 0))
        equal = old.equal and p.certify(eq(self.start, old.rate * value**old.power), old.equal, none)
        return Floor(value, old.power, old.rate, bound, found, old.positive, equal)

    def _raised(self, old: Floor, value: Any, above_: Theorem) -> tuple[Theorem, Theorem]:
        """The bound with a larger value, and the sign of that."""
        p = self.p
        nonneg = p.certify(0 <= value, above_, old.nonneg, degree=1)
        powers = above_ if old.power == 1 else p.certify(old.value**2 <= value**2, above_, old.nonneg, nonneg)
        more = p.certify(old.rate * old.value**old.power <= old.rate * value**old.power, powers, old.positive)
        return p.certify(self.start <= old.rate * value**old.power, old.bound, more, degree=1), nonneg

    def _floor_max(self, old: Floor, other: Expr) -> Floor:
        p, o = self.p, self.ground.term(other)
        above_ = p.max_left(old.value, o)
        bound, nonneg = self._raised(old, above_.claim.right, above_)
        return Floor(above_.claim.right, old.power, old.rate, bound, nonneg, old.positive, None)

    def _floor_line(self, old: Floor, slot: str) -> Floor:
        p, value = self.p, self.ground.slot(slot, n + 1)
        new = self.ground.new(slot)
        bound = p.certify(self.start <= old.rate * value**old.power, old.bound, new)
        nonneg = p.certify(0 <= value, old.nonneg, new, degree=1)
        equal = old.equal and p.certify(eq(self.start, old.rate * value**old.power), old.equal, new)
        return Floor(value, old.power, old.rate, bound, nonneg, old.positive, equal)

    def _floor_mul(self, old: Floor, factor: Expr) -> Floor:
        return self._scaled(old, factor, lambda c: (c, inv))

    def _floor_div(self, old: Floor, factor: Expr) -> Floor:
        return self._scaled(old, factor, lambda c: (inv(c), lambda power: power))

    def _scaled(self, old: Floor, factor: Expr, how: Callable[[Any], tuple[Any, Callable[[Any], Any]]]) -> Floor:
        """base <= rate value^power for c value and value/c, where c is positive."""
        p, c, signs = self.p, self.ground.term(factor), self.ground.sign()
        positive = signs.positive(c)
        by, back = how(c)
        value, power = old.value * by, _power(c, old.power)
        rate = _times(old.rate, back(power))
        facts = [p.inverse(positive)]
        powers = [positive]
        if power is not c:  # c^2, written as what is under the root where c is one
            powers = [signs.positive(power) if c.op == "sqrt" else p.certify(0 < power, positive)]
            facts = [p.inverse(powers[0]), *([p.sqrt_square(powers[0])] if c.op == "sqrt" else [])]
            facts.append(p.certify(eq(c**2 * inv(c) ** 2, 1), p.inverse(positive)))
        same = p.certify(eq(rate * value**old.power, old.rate * old.value**old.power), *facts)
        bound = p.certify(self.start <= rate * value**old.power, old.bound, same, degree=1)
        nonneg = p.certify(0 <= value, old.nonneg, positive if by is c else p.inv_positive(positive))
        sign = p.inv_positive(powers[0]) if back is inv else powers[0]
        above_zero = p.certify(0 < rate, old.positive, sign)
        equal = old.equal and p.certify(eq(self.start, rate * value**old.power), old.equal, same)
        return Floor(value, old.power, rate, bound, nonneg, above_zero, equal)

    # --- the numerator ---

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
        b, k, g = at["b"], at["k"], self.gradient(n + 1)
        v = ground.slot(self.below.slot, n) if self.below.slot else lift(0)
        k_positive = ground.sign().positive(k)
        b_nonneg = ground.sign().nonneg(b)
        if old is None or self.R is None:
            nothing = lift(0)
            facts = (p.certify(0 <= nothing), p.certify(eq(nothing, 0)), self.held_nonneg, k_positive, b_nonneg)
            return newest_step(p, nothing, nothing, v, nothing, b, k, G, g, *facts)
        m, R = ground.slot(self.above.slot or "", n), self.R(n)
        values = (m, R, v, A, b, k, G, g)
        if b is lift(0):
            raise NoBound("the denominator sees the newest gradient only, the numerator the past as well")
        try:
            return schwarz_step(p, *values, old, self.R_nonneg, self.held_nonneg, ground.sign().positive(b), k_positive)
        except NotFound:
            positive = ground.sign(1).positive(b)
        # In the first step b is 0, and so is m.
        late = schwarz_step(p, *values, old, self.R_nonneg, self.held_nonneg, positive, k_positive)
        late = p.using(late, p.integers(p.assume(0 < n)))
        zero = p.antisym(p.assume(n <= 0), p.assume(0 <= n))
        m_zero = p.certify(
            eq(m, 0),
            p.rewrite(zero, lambda k: ground.slot(self.above.slot or "", k)),
            self.frame.start(self.above.slot or ""),
        )
        early = newest_step(p, *values, m_zero, self.R_nonneg, self.held_nonneg, b_nonneg, k_positive)
        return p.cases(early, late, n, 0)

    @cached_property
    def average(self) -> Theorem:
        """0 <= n |- m(n)^2 <= R(n) v(n), or |m(n)| <= R(n) u(n)."""
        assert self.R is not None and self.below.slot is not None
        p, R, slot, held = self.p, self.R, self.above.slot or "", self.below.slot
        m, v = (lambda k: self.ground.slot(slot, k)), (lambda k: self.ground.slot(held, k))
        if self.below.kind == "max":
            claim, step = absolute(m(n)) <= R(n) * v(n), self._grown_max
        else:
            claim, step = m(n) ** 2 <= R(n) * v(n), self._grown
        starts = (self.frame.start(slot), self.frame.start(held), p.start(R))
        if self.below.kind == "max":
            first = self.ground.slot(slot, 0)
            size = [p.certify(s * first <= R(0) * v(0), *starts) for s in (1, -1)]
            base = p.max_least(*size)
        else:
            base = p.certify(m(0) ** 2 <= R(0) * v(0), *starts)
        return p.induction(n, 0, claim, base, step(p.assume(claim)))

    def _grown(self, old: Theorem) -> Theorem:
        p, at, R = self.p, self.numbers, self.R
        assert R is not None
        m = self.ground.slot(self.above.slot or "", n + 1)
        one = self.schwarz(at["a"], at["c"], old)
        new = self.ground.new(self.above.slot or "")
        inner = p.restate(eq(m, one.claim.left.args[0]), new)
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
        m = self.ground.slot(self.above.slot or "", n + 1)
        both = self._sizes(at["a"], at["c"], old)
        new = self.ground.new(self.above.slot or "")
        sides = [
            p.certify(s * m <= R(n + 1) * self.start, bound, new, p.next(R, n))
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
            m, R, b = self.ground.slot(self.above.slot or "", n), self.R(n), at["b"]
            b_positive = signs.positive(b)
            v = self.ground.slot(self.below.slot or "", n)
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
            part = p.certify(s * G * g <= G * absolute(g), signs.nonneg(G), _side(p, g, s))
            right, facts, left = G * inv(k), [own, part], s * G * g
            if past is not None:
                facts += [past, p.certify(s * A * m <= A * absolute(m), signs.nonneg(A), _side(p, m, s))]
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
            facts = [] if self.above.slot is None else [self.ground.new(self.above.slot)]
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
            m = self.ground.slot(self.above.slot or "", n + 1)
            top = p.certify(self.numbers["new"] * absolute(m) <= S * self.start, late, new)
            sides = [
                p.certify(
                    s * M <= S * self.start,
                    top,
                    p.certify(s * M <= self.numbers["new"] * absolute(m), new, _side(p, m, s)),
                )
                for s in (1, -1)
            ]
        else:
            A, G = self.coefficients()
            both = self._sizes(A, G, None if self.R is None else self.average)
            facts = [] if self.above.slot is None else [self.ground.new(self.above.slot)]
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
        p, M, D, C = self.p, self.moment(t - 1, t), self.denominator(t - 1, t), self.constant(t - 1, t)
        goal = M**2 <= C * D**2 if self.below.kind == "square" else absolute(M) <= C * D
        return self.at_t(goal, self.main)

    def at_t(self, goal: Any, main: Theorem) -> Theorem:
        """The goal about step t from the theorem about step n + 1."""
        p = self.p
        return p.restate(goal, p.using(p.inst(main, {n: t - 1}), p.certify(0 <= t - 1, p.assume(1 <= t))))


def _parts(text: Text, own_words: bool) -> tuple[Quotient, Above, Below]:
    """The step as a quotient in the rule's own words, or where these do not serve in those of the text."""
    found = text.quotient()
    if found.denominator is None:
        above(text, found.moment)  # tells what the step is instead
        raise NoBound("the step has no denominator")
    failure = None
    for quotient in (text.declared(found) if own_words else None, found):
        if quotient is None or quotient.denominator is None:
            continue
        try:
            return quotient, above(text, quotient.moment), below(text, text.folded(quotient.denominator))
        except NoBound as reason:
            failure = failure or reason
    raise failure or NoBound("the step is no quotient")


def _side(p: Any, x: Any, sign: int) -> Theorem:
    """x <= |x|, or -x <= |x|."""
    return p.max_left(x, -x) if sign == 1 else p.max_right(x, -x)


def _power(c: Any, power: int) -> Any:
    """c, or its square, which for a root is what stands under it."""
    return c if power == 1 else c.args[0] if c.op == "sqrt" else c**2


def _square(a: Any) -> Any:
    return a if a is lift(1) else a**2


def _inverse(a: Any) -> Any:
    return a if a is lift(1) else inv(a)


def _times(a: Any, b: Any) -> Any:
    if lift(0) in (a, b):
        return lift(0)
    if type(b) is Term and b.op == "inv":
        return b if a is lift(1) else a / b.args[0]
    return b if a is lift(1) else a if b is lift(1) else a * b


def _sum(a: Any, b: Any) -> Any:
    return b if a is lift(0) else a if b is lift(0) else a + b
