"""The second moments of the play, without and with bias correction, and the first block from their exact values."""

from functools import cached_property
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import (
    eq,
    integer,
    inv,
    lift,
    sqrt,
)
from adamtheory.proofs.lemmas_reddi_game import HALF, Game, Slopes, follow, k, turned
from adamtheory.proofs.lemmas_reddi_play import Play


class Plain(Play):
    """Adam without bias correction: the second moment is v(n)."""

    def second(self, n: Any) -> Any:
        return self.game.method.families["v"](n)

    def moved(self, slope: Theorem, n: Any) -> Theorem:
        p, game = self.p, self.game
        v, rate = self.second, game.alpha / sqrt(lift(n) + 1)
        step = p.using(p.next("iterate", n), self.at_least(n))
        moment = turned(p, p.using(p.next("v", n), self.at_least(n)))
        g = slope.claim.left
        same = p.rewrite(moment, lambda z: game.project(game.x(n) - rate * g * inv(sqrt(z))))
        value = p.rewrite(slope, lambda z: game.project(game.x(n) - rate * z * inv(sqrt(v(n + 1)))))
        return follow(p, step, same, value)

    def positive(self, slopes: Slopes) -> list[Theorem]:
        p, decay = self.p, self.decay[0]
        one = p.certify(0 < self.second(3 * k + 1), self.spike(slopes), self.keeps, self.C_positive, degree=3)
        found = [one]
        for j in (1, 2):
            step = self.moment_next(slopes[j], 3 * k + j)
            found.append(p.certify(0 < self.second(3 * k + j + 1), step, found[-1], decay, self.keeps))
        return found

    @cached_property
    def keeps(self) -> Theorem:
        """0 < 1 - beta2."""
        return self.p.certify(0 < 1 - self.game.beta2, *self.decay)

    def heavy(self, slope: Theorem, n: Any) -> Theorem:
        p, b, before = self.p, self.game.beta2, n - 1
        step, (low, _) = self.moment_next(slope, before), self.moment_bound(before)
        return p.certify((1 - b) * slope.claim.right**2 <= self.second(n), step, low, self.decay[0])

    def other(self, slopes: Slopes, j: int) -> Theorem:
        p, b, n = self.p, self.game.beta2, 3 * k + j - 1
        step, (_, high) = self.moment_next(slopes[j - 1], n), self.moment_bound(n)
        return p.certify(self.second(n + 1) <= 2 * (1 - b), step, high, self.decay[0], self.defining)

    def exact(self, slopes: Slopes, zero: Theorem) -> tuple[Theorem, Theorem, Theorem]:
        """v_1 = (1-b) C^2, v_2 = (1-b)(2-b), v_3 = (1-b)(1+2b-b^2), from k = 0; b is beta2."""
        p, b, C = self.p, self.game.beta2, self.game.C
        v = self.game.method.families["v"]
        begun = p.chain(eq(v(3 * k), 0), p.rewrite(zero, lambda z: v(3 * z)), p.start("v"))
        steps = [self.moment_next(slopes[j], 3 * k + j) for j in (0, 1, 2)]
        one = p.certify(eq(v(3 * k + 1), (1 - b) * C**2), steps[0], begun)
        two = p.certify(eq(v(3 * k + 2), (1 - b) * (2 - b)), steps[1], one, self.defining)
        return one, two, p.certify(eq(v(3 * k + 3), (1 - b) * (1 + 2 * b - b**2)), steps[2], two)

    def first_block(self, slopes: Slopes, zero: Theorem) -> list[Theorem]:
        p, b, C = self.p, self.game.beta2, self.game.C
        one, *others = self.exact(slopes, zero)
        v1, positive = self.second(3 * k + 1), self.positive(slopes)
        found = []
        for j, c, exact in zip((2, 3), (HALF + b / 8, HALF - b / 8), others, strict=True):
            n, part = 3 * k + j, exact.claim.right.args[1]
            room = p.certify(c**2 * j * part <= 1, *self.decay, degree=4)
            scaled = p.certify(c**2 * C**2 * j * exact.claim.right <= v1, room, positive[0], one)
            small = p.certify(c**2 * C**2 * n * self.second(n) <= (3 * k + 1) * v1, scaled, zero, exact)
            found.append(self.share(c, n, (positive[0], positive[j - 1]), small))
        return found


class Hatted(Play):
    """Adam with bias correction: the second moment is v(n)/(1 - beta2^n); the text holds beta2^n in the slot p2."""

    uncorrected: type[Play]  # the same play without bias correction

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.raw = self.uncorrected(game)
        self.raw.p = self.p

    def power(self, n: Any) -> Any:
        """beta2^n."""
        return self.game.method.slot("p2", n)

    def second(self, n: Any) -> Any:
        return self.raw.second(n) * inv(1 - self.power(n))

    def moved(self, slope: Theorem, n: Any) -> Theorem:
        p, game = self.p, self.game
        v, power, rate = self.raw.second, self.power, game.alpha / sqrt(lift(n) + 1)
        step, moment, decayed = (p.using(p.next(f, n), self.at_least(n)) for f in ("iterate", "v", "p2"))

        def new(g: Any, moment: Any, power: Any) -> Any:
            return game.project(game.x(n) - rate * g * inv(sqrt(moment * inv(1 - power))))

        g = slope.claim.left
        with_moment = p.rewrite(turned(p, moment), lambda z: new(g, z, decayed.claim.right))
        with_power = p.rewrite(turned(p, decayed), lambda z: new(g, v(n + 1), z))
        return follow(p, step, with_moment, with_power, p.rewrite(slope, lambda z: new(z, v(n + 1), power(n + 1))))

    def power_next(self, n: Any) -> Theorem:
        """p2(n+1) = p2(n) beta2."""
        return self.p.using(self.p.next("p2", n), self.at_least(n))

    @cached_property
    def power_bounds(self) -> tuple[Theorem, Theorem]:
        """0 < p2(n) and v(n) <= C^2 (1 - p2(n)), for 0 <= n: as if v had started from C^2."""
        p, n = self.p, integer("n")
        v, q, C = self.raw.second, self.power, self.game.C
        begin, step, (positive, small) = p.start("p2"), p.next("p2", n), self.decay
        low = p.certify(0 < q(n + 1), p.assume(0 < q(n)), step, positive)
        facts = (step, p.next("v", n), positive, small, self.slope_square(n))
        high = p.certify(v(n + 1) <= C**2 * (1 - q(n + 1)), p.assume(v(n) <= C**2 * (1 - q(n))), *facts)
        base = p.certify(v(lift(0)) <= C**2 * (1 - q(lift(0))), begin, p.start("v"))
        return (
            p.induction(n, 0, 0 < q(n), p.certify(0 < q(lift(0)), begin), low),
            p.induction(n, 0, v(n) <= C**2 * (1 - q(n)), base, high),
        )

    def power_bound(self, n: Any) -> tuple[Theorem, Theorem]:
        """0 < p2(n) and v(n) <= C^2 (1 - p2(n)) for n = 3k + j."""
        variable, start = integer("n"), self.at_least(n)
        low, high = (self.p.using(self.p.inst(bound, {variable: n}), start) for bound in self.power_bounds)
        return low, high

    @cached_property
    def power_at_most(self) -> Theorem:
        """p2(n) <= 1 for 0 <= n."""
        p, n, q = self.p, integer("n"), self.power
        facts = (p.next("p2", n), self.power_bounds[0], *self.decay)
        step = p.certify(q(n + 1) <= 1, p.assume(q(n) <= 1), *facts)
        return p.induction(n, 0, q(n) <= 1, p.certify(q(lift(0)) <= 1, p.start("p2")), step)

    def correction(self, n: Any) -> Theorem:
        """0 < 1 - p2(n) for n = 3k + j, j >= 1."""
        p, before = self.p, lift(n) - 1
        most = p.using(p.inst(self.power_at_most, {integer("n"): before}), self.at_least(before))
        return p.certify(0 < 1 - self.power(n), self.power_next(before), most, *self.decay)

    def corrected(self, n: Any) -> Theorem:
        """second(n) (1 - p2(n)) = v(n)."""
        p = self.p
        inverse = p.inverse(self.correction(n))
        return p.certify(eq(self.second(n) * (1 - self.power(n)), self.raw.second(n)), inverse)

    def positive(self, slopes: Slopes) -> list[Theorem]:
        p = self.p
        raw = self.raw.positive(slopes)
        inverses = [p.inv_positive(self.correction(3 * k + j)) for j in (1, 2, 3)]
        return [p.certify(0 < self.second(3 * k + j), u, i) for j, u, i in zip((1, 2, 3), raw, inverses, strict=True)]

    def heavy(self, slope: Theorem, n: Any) -> Theorem:
        p, (low, _) = self.p, self.moment_bound(n)
        raw = self.raw.heavy(slope, n)
        nonneg = p.certify(0 <= self.second(n), low, p.inv_positive(self.correction(n)))
        # second = v + p2 second
        return p.certify(raw.claim.left <= self.second(n), raw, self.corrected(n), self.power_bound(n)[0], nonneg)

    def other(self, slopes: Slopes, j: int) -> Theorem:
        p, b, n = self.p, self.game.beta2, 3 * k + j
        step, decayed = self.raw.moment_next(slopes[j - 1], n - 1), self.power_next(n - 1)
        low, high = self.power_bound(n - 1)
        facts = (step, decayed, high, self.decay[0], self.defining)
        # v(n) <= b C^2 (1 - p2(n-1)) + 1 - b = (1 - b)(2 - p2(n-1))
        above = p.certify(self.raw.second(n) <= (1 - b) * (2 - self.power(n - 1)), *facts)
        below = p.certify(
            (1 - b) * (2 - self.power(n - 1)) <= 2 * (1 - b) * (1 - self.power(n)), decayed, low, *self.decay, degree=3
        )
        correction = self.correction(n)
        return p.certify(self.second(n) <= 2 * (1 - b), above, below, self.corrected(n), weights=[[correction]])

    def first_powers(self, zero: Theorem) -> list[Theorem]:
        """p2(3k+j) = beta2^j for j = 0, 1, 2, 3, from k = 0."""
        p, b, q = self.p, self.game.beta2, self.power
        powers = [p.chain(eq(q(3 * k), 1), p.rewrite(zero, lambda z: q(3 * z)), p.start("p2"))]
        for j in (1, 2, 3):
            powers.append(p.certify(eq(q(3 * k + j), b**j), powers[-1], self.power_next(3 * k + j - 1)))
        return powers

    def first_spike(self, slopes: Slopes, zero: Theorem) -> Theorem:
        """C^2 <= second(3k+1), from k = 0."""
        p, n, one = self.p, 3 * k + 1, self.raw.exact(slopes, zero)[0]
        facts = (self.corrected(n), one, self.first_powers(zero)[1])
        return p.certify(self.game.C**2 <= self.second(n), *facts, weights=[[self.raw.keeps]])

    def counted_spike(self, slopes: Slopes) -> Theorem:
        """C^2 <= (3k+1) second(3k+1)."""
        p, C, n = self.p, self.game.C, 3 * k + 1
        goal = C**2 <= n * self.second(n)
        zero = p.antisym(p.assume(k <= 0), self.k_nonneg)
        first = p.certify(goal, self.first_spike(slopes, zero), zero)
        later = p.integers(p.assume(0 < k))
        counted = p.certify(4 * self.second(n) <= n * self.second(n), later, self.positive(slopes)[0])
        kept = p.certify(C**2 <= 4 * (1 - self.game.beta2) * C**2, self.decay[1], squares=[C])
        return p.cases(first, p.chain(goal, self.spike(slopes), counted, kept), k, 0)

    def first_block(self, slopes: Slopes, zero: Theorem) -> list[Theorem]:
        p, b, C, first = self.p, self.game.beta2, self.game.C, 3 * k + 1
        exact, positive = self.raw.exact(slopes, zero), self.positive(slopes)
        powers, spike, keeps = self.first_powers(zero), self.first_spike(slopes, zero), self.raw.keeps
        found = []
        for j in (2, 3):
            n = 3 * k + j
            facts = (self.corrected(n), exact[j - 1], powers[j], keeps, *self.decay)
            correction = p.certify(0 < 1 - b**j, self.correction(n), powers[j])
            most = p.certify(j * self.second(n) <= 4, *facts, squares=[1 - b, b], weights=[[correction]])
            goal = HALF**2 * C**2 * n * self.second(n) <= first * self.second(first)
            small = p.certify(goal, p.certify(C**2 * j * self.second(n) <= 4 * C**2, most, squares=[C]), spike, zero)
            found.append(self.share(HALF, n, (positive[0], positive[j - 1]), small))
        return found
