"""One play of the game: phases, slopes, and how the iterate comes back to 1 in a block of three rounds."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import (
    eq,
    integer,
    inv,
    lift,
    sqrt,
    total,
)
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_reddi_game import (
    HALF,
    SHARE,
    Clip,
    Game,
    Losses,
    Remembering,
    Slopes,
    T,
    every,
    k,
    share,
    shorter,
    t,
)


class Rounds:
    """Which round has which loss, as theorems under 0 <= k."""

    def __init__(self, game: Losses) -> None:
        self.game, self.p = game, Remembering(game.setting)
        self.k_nonneg = self.p.assume(0 <= k)

    def at_least(self, n: Any) -> Theorem:
        """0 <= n for n = 3k + j."""
        return self.p.certify(0 <= n, self.k_nonneg)

    def phase_next(self, phase: Theorem, n: Any, after: int) -> Theorem:
        """phase(n + 1) = after, from phase(n)."""
        p, game = self.p, self.game
        following = game.phase(n) + 1
        if after == 0:
            switch = p.indicator_off(p.certify(3 - following <= 0, phase))
        else:
            switch = p.indicator_on(p.certify(0 < 3 - following, phase))
        step = p.using(p.next("phase", n), self.at_least(n))
        return p.certify(eq(game.phase(n + 1), after), step, switch, phase)

    @cached_property
    def phases(self) -> tuple[Theorem, Theorem, Theorem]:
        """phase(3k) = 0, phase(3k+1) = 1, phase(3k+2) = 2."""
        p, game = self.p, self.game
        claim = eq(game.phase(3 * k), 0)
        third = self._phases(p.assume(claim))[2]
        base = p.restate(eq(game.phase(lift(0)), 0), p.start("phase"))
        again = self.phase_next(third, 3 * k + 2, after=0)
        proved = p.induction(k, 0, claim, base, p.restate(eq(game.phase(3 * (k + 1)), 0), again))
        return self._phases(proved)

    def _phases(self, first: Theorem) -> tuple[Theorem, Theorem, Theorem]:
        second = self.phase_next(first, 3 * k, after=1)
        return first, second, self.phase_next(second, 3 * k + 1, after=2)

    def spiking(self, j: int) -> Theorem:
        """Whether round 3k + j + 1 has the spike: indicator(1 - phase) is 1 for j = 0, else 0."""
        p, room = self.p, 1 - self.game.phase(3 * k + j)
        if j == 0:
            return p.indicator_on(p.certify(0 < room, self.phases[0]))
        return p.indicator_off(p.certify(room <= 0, self.phases[j]))

    def nonnegative(self, body: Any, parts: list[Theorem]) -> Theorem:
        """0 <= T |- 0 <= sum_{t=1}^{T} body, if the first one, two and three rounds of a block add up to >= 0."""
        p = self.p
        steps = [p.sum_step(t, 1, 3 * k + j, body, p.certify(1 <= 3 * k + j + 1, self.k_nonneg)) for j in (0, 1, 2)]

        def claim(n: Any) -> Rel:
            return 0 <= total(t, 1, n, body)

        step = p.chain(claim(3 * (k + 1)), p.assume(claim(3 * k)), *steps, parts[2])
        whole = p.induction(k, 0, claim(3 * k), p.certify(claim(lift(0)), p.sum_none(t, 1, body)), step)
        thirds = (whole, *(p.chain(claim(3 * k + j), whole, *steps[:j], parts[j - 1]) for j in (1, 2)))
        return every(p, claim, thirds, T)


class Play(Rounds, ABC):
    """What happens when the rule plays, as theorems; each under some of 0 < alpha, 2 < C, 0 <= k and no others.

    `second(n)` is the second moment that divides step n; the subclasses differ in it.
    """

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.alpha_positive, self.C_large = self.p.assume(*game.hyps)
        self.C_positive = self.p.certify(0 < game.C, self.C_large)

    # beta2

    @cached_property
    def defining(self) -> Theorem:
        """(1 + C^2) beta2 = 1."""
        C = self.game.C
        return self.p.inverse(self.p.certify(0 < 1 + C**2, squares=[C]))

    @cached_property
    def decay(self) -> tuple[Theorem, Theorem]:
        """0 < beta2 and beta2 < 1/5."""
        p, b, C = self.p, self.game.beta2, self.game.C
        positive = p.restate(0 < b, p.inv_positive(p.certify(0 < 1 + C**2, squares=[C])))
        # 1 - 5 beta2 = beta2 (C^2 - 4)
        small = p.certify(5 * b < 1, self.defining, positive, self.C_large, degree=3)
        return positive, small

    # moments

    @abstractmethod
    def slope_square(self, n: Any) -> Theorem:
        """The square of the gradient is at most C^2, in every round."""

    @cached_property
    def moment_bounds(self) -> tuple[Theorem, Theorem]:
        """0 <= v(n) and v(n) <= C^2, for 0 <= n."""
        p, game = self.p, self.game
        n = integer("n")
        v, g, C = game.method.families["v"], game.slope(n, game.x(n)), game.C
        positive, small = self.decay
        begin, step = p.start("v"), p.next("v", n)
        low = p.certify(0 <= v(n + 1), p.assume(0 <= v(n)), step, positive, small, squares=[g])
        high = p.certify(v(n + 1) <= C**2, p.assume(v(n) <= C**2), step, positive, small, self.slope_square(n))
        return (
            p.induction(n, 0, 0 <= v(n), p.certify(0 <= v(lift(0)), begin), low),
            p.induction(n, 0, v(n) <= C**2, p.certify(v(lift(0)) <= C**2, begin, squares=[C]), high),
        )

    def moment_bound(self, n: Any) -> tuple[Theorem, Theorem]:
        """0 <= v(n) and v(n) <= C^2 for n = 3k + j."""
        variable, start = integer("n"), self.at_least(n)
        low, high = (self.p.using(self.p.inst(bound, {variable: n}), start) for bound in self.moment_bounds)
        return low, high

    def moment_next(self, slope: Theorem, n: Any) -> Theorem:
        """v(n+1) = beta2 v(n) + (1 - beta2) c^2 where the gradient is c."""
        p, b, v = self.p, self.game.beta2, self.game.method.families["v"]
        step = p.using(p.next("v", n), self.at_least(n))
        value = p.rewrite(slope, lambda g: b * v(n) + (1 - b) * g * g)
        return p.chain(eq(v(n + 1), value.claim.right), step, value)

    @abstractmethod
    def second(self, n: Any) -> Any:
        """The second moment that divides step n."""

    def size(self, n: Any) -> Any:
        """1/(sqrt(n) sqrt(second moment)): step n moves x by alpha times the gradient times it."""
        return inv(sqrt(lift(n))) * inv(sqrt(self.second(n)))

    def size_positive(self, n: Any, positive: Theorem) -> Theorem:
        """0 < size(n) from 0 < second(n), for n = 3k + j, j >= 1."""
        p = self.p
        roots = (p.sqrt_positive(p.certify(0 < n, self.k_nonneg)), p.sqrt_positive(positive))
        return p.certify(0 < self.size(n), *map(p.inv_positive, roots))

    @abstractmethod
    def moved(self, slope: Theorem, n: Any) -> Theorem:
        """x(n+1) = clip(x(n) - alpha c size(n+1)) where the gradient is c."""

    # a block of three rounds

    def share(self, c: Any, n: Any, positive: tuple[Theorem, Theorem], small: Theorem) -> Theorem:
        """c C size(3k+1) <= size(n) from c^2 C^2 n second(n) <= (3k+1) second(3k+1), both second moments positive."""
        p, first = self.p, 3 * k + 1
        values = dict(zip(SHARE, (c, self.game.C, first, n, self.second(first), self.second(n)), strict=True))
        counts = [p.certify(0 < m, self.k_nonneg) for m in (first, n)]
        return p.using(p.inst(share(p), values), *counts, *positive, small)

    def repaid(self, slopes: Slopes) -> Theorem:
        """C size(3k+1) <= size(3k+2) + size(3k+3) where the gradients of the block are C, -1, -1."""
        p, C = self.p, self.game.C
        goal = C * self.size(3 * k + 1) <= self.size(3 * k + 2) + self.size(3 * k + 3)
        later = p.chain(goal, *self.halves(slopes, p.integers(p.assume(0 < k))))
        zero = p.antisym(p.assume(k <= 0), self.k_nonneg)
        return p.cases(p.chain(goal, *self.first_block(slopes, zero)), later, k, 0)

    @abstractmethod
    def positive(self, slopes: Slopes) -> list[Theorem]:
        """0 < second(3k+j) for j = 1, 2, 3."""

    @abstractmethod
    def heavy(self, slope: Theorem, n: Any) -> Theorem:
        """(1 - beta2) c^2 <= second(n), where c is the gradient of round n = 3k + j."""

    def spike(self, slopes: Slopes) -> Theorem:
        """(1 - beta2) C^2 <= second(3k+1)."""
        return self.heavy(slopes[0], 3 * k + 1)

    @abstractmethod
    def other(self, slopes: Slopes, j: int) -> Theorem:
        """second(3k+j) <= 2 (1 - beta2) for j = 2, 3."""

    @abstractmethod
    def first_block(self, slopes: Slopes, zero: Theorem) -> list[Theorem]:
        """Shares c C size(1) <= size(j) for j = 2, 3, their c adding up to at least 1, from k = 0."""

    # regret

    @abstractmethod
    def returns(self) -> Theorem:
        """Where x(3k) is: 1 on the interval, 1 or beyond without constraint."""

    @cached_property
    @abstractmethod
    def costs(self) -> list[Theorem]:
        """What a block costs, beyond what -1 pays: 2 C or more, then twice -2 or more."""

    def regret_bound(self, costs: list[Theorem]) -> Theorem:
        """(2 C - 4) T/3 <= regret after T rounds, from what the three rounds of a block cost at least."""
        p, game, rate = self.p, self.game, 2 * self.game.C - 4
        body = game.cost(t)
        steps = [p.sum_step(t, 1, 3 * k + j, body, p.certify(1 <= 3 * k + j + 1, self.k_nonneg)) for j in (0, 1, 2)]
        block = rate * k <= game.regret(3 * k)
        base = p.certify(rate * 0 <= game.regret(lift(0)), p.sum_none(t, 1, body))
        step = p.certify(rate * (k + 1) <= game.regret(3 * (k + 1)), p.assume(block), *steps, *costs, degree=1)
        whole = p.induction(k, 0, block, base, step)

        def claim(n: Any) -> Rel:
            return rate * n / 3 <= game.regret(n)

        one = p.certify(claim(3 * k + 1), whole, steps[0], costs[0], self.C_large, degree=1)
        two = p.certify(claim(3 * k + 2), whole, *steps[:2], *costs[:2], self.C_large, degree=1)
        return every(p, claim, (p.restate(claim(3 * k), whole), one, two), T)

    def halves(self, slopes: Slopes, later: Theorem) -> list[Theorem]:
        """Each of the two up-steps is at least half the down-step, from 1 <= k."""
        p, C, first = self.p, self.game.C, 3 * k + 1
        positive, spike = self.positive(slopes), self.spike(slopes)
        top = 2 * (1 - self.game.beta2)
        found = []
        for j in (2, 3):
            n, u = 3 * k + j, self.second(3 * k + j)
            count = p.certify(n <= 2 * first, later)
            weighted = p.certify(n * u <= 2 * first * top, count, self.other(slopes, j), positive[j - 1], later)
            goal = (HALF) ** 2 * C**2 * n * u <= first * self.second(first)
            spiked = p.certify(first * (1 - self.game.beta2) * C**2 <= first * self.second(first), spike, later)
            small = p.certify(goal, spiked, weighted, squares=[C], degree=1)
            found.append(self.share(HALF, n, (positive[0], positive[j - 1]), small))
        return found


class Interval(Play):
    """On [-1, 1]: every step is clipped."""

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.clip = Clip(game, self.p)

    def slope(self, j: int) -> Theorem:
        """The gradient of round 3k + j + 1 at the iterate is C for j = 0, else -1."""
        game, n = self.game, 3 * k + j
        return self.p.certify(eq(game.slope(n, game.x(n)), game.C if j == 0 else -1), self.spiking(j))

    def slope_square(self, n: Any) -> Theorem:
        p, game = self.p, self.game
        room = 1 - game.phase(n)
        goal = game.slope(n, game.x(n)) ** 2 <= game.C**2
        spike = p.certify(goal, p.indicator_on(p.assume(0 < room)))
        other = p.certify(goal, p.indicator_off(p.assume(room <= 0)), self.C_large)
        return p.cases(other, spike, room, 0)

    @cached_property
    def projected(self) -> tuple[Theorem, Theorem, Theorem]:
        """The three steps of a block on the interval: x(3k+1) = clip(x(3k) - alpha C size(3k+1)) and two up-steps."""
        first, second, third = (self.moved(self.slope(j), 3 * k + j) for j in (0, 1, 2))
        return first, second, third

    def returns(self) -> Theorem:
        """x(3k) = 1 on the interval: by induction, the two up-steps of each block make good the down-step."""
        p, x = self.p, self.game.x
        claim = eq(x(3 * k), 1)
        base = p.restate(eq(x(lift(0)), 1), p.start("iterate"))
        landed = self.lands(p.assume(claim))
        return p.induction(k, 0, claim, base, p.restate(eq(x(3 * (k + 1)), 1), landed))

    def lands(self, here: Theorem) -> Theorem:
        """x(3k+3) = 1 from x(3k) = 1."""
        p, game, x, clip = self.p, self.game, self.game.x, self.clip
        slopes = (self.slope(0), self.slope(1), self.slope(2))
        steps = [
            p.certify(0 < game.alpha * self.size(3 * k + j), self.alpha_positive, self.size_positive(3 * k + j, u))
            for j, u in zip((1, 2, 3), self.positive(slopes), strict=True)
        ]
        down, up, again = (game.alpha * self.size(3 * k + j) for j in (1, 2, 3))
        repaid = p.certify(game.C * down <= up + again, self.repaid(slopes), self.alpha_positive)
        # the down-step is from 1 - alpha C size <= 1, so clipping only raises
        y = x(3 * k) - game.C * down
        raised = clip.at(y, clip.raises, p.certify(y <= 1, here, steps[0], self.C_positive))
        fallen = p.chain(1 - game.C * down <= x(3 * k + 1), self.projected[0], raised, here)
        # the first up-step ends at 1 or is not clipped; either way the second one reaches 1
        z = x(3 * k + 1) + up
        goal = 1 <= x(3 * k + 2) + again
        low = clip.at(z, clip.raises)
        low = p.chain(goal, low, self.projected[1], fallen, repaid)
        high = clip.at(z, clip.high, p.restate(1 <= z, p.assume(1 < z)))
        high = p.chain(goal, high, self.projected[1], steps[2])
        reached = p.cases(low, high, z, 1)
        end = clip.at(x(3 * k + 2) + again, clip.high, reached)
        return p.chain(eq(x(3 * k + 3), 1), self.projected[2], end)

    # all iterates

    def stays_positive(self, small: Theorem) -> Theorem:
        """0 <= n |- 0 < x(n) on the interval, from alpha^2 C^2 < (3k+1) second(3k+1)."""
        p, game, x, clip, first = self.p, self.game, self.game.x, self.clip, 3 * k + 1
        down, up = (game.alpha * self.size(3 * k + j) for j in (1, 2))
        here, positive = self.returns(), self.positive((self.slope(0), self.slope(1), self.slope(2)))
        counted = p.certify(0 < first, self.k_nonneg)
        short = shorter(p, game.alpha * game.C, counted, positive[0], small)
        step = p.certify(0 < down, self.alpha_positive, self.size_positive(first, positive[0]))
        y = x(3 * k) - game.C * down
        raised = clip.at(y, clip.raises, p.certify(y <= 1, here, step, self.C_positive))
        one = p.chain(0 < x(first), self.projected[0], raised, here, short)
        z = x(first) + up
        step = p.certify(0 < up, self.alpha_positive, self.size_positive(3 * k + 2, positive[1]))
        low = p.chain(0 < x(3 * k + 2), self.projected[1], clip.at(z, clip.raises), one, step)
        beyond = clip.at(z, clip.high, p.restate(1 <= z, p.assume(1 < z)))
        two = p.cases(low, p.chain(0 < x(3 * k + 2), self.projected[1], beyond), z, 1)
        return every(p, lambda n: 0 < x(n), (p.chain(0 < x(3 * k), here), one, two), integer("n"))

    @cached_property
    def costs(self) -> list[Theorem]:
        """What a block costs, beyond what -1 pays, on the interval: 2 C or more, then twice -2 or more."""
        p, game = self.p, self.game
        found = []
        for j in (0, 1, 2):
            here = game.x(3 * k + j)
            value = p.rewrite(self.slope(j), lambda g, here=here: g * here - g * (-1))
            if j == 0:
                most = self.returns()
            else:
                step = self.projected[j - 1]
                most = p.certify(here <= 1, step, self.clip.at(self.moved_to(j - 1), self.clip.at_most), degree=1)
            found.append(p.chain((2 * game.C if j == 0 else lift(-2)) <= game.cost(3 * k + j + 1), value, most))
        return found

    def moved_to(self, j: int) -> Any:
        """Where step 3k + j + 1 ends before clipping."""
        c = self.game.C if j == 0 else -1
        return self.game.x(3 * k + j) - self.game.alpha * c * self.size(3 * k + j + 1)
