"""Lemmas for the sequence of Reddi, Kale & Kumar (2018): slope C once in three rounds, else -1; Adam without momentum.

The game is read from the texts of the loss, the interval [-1, 1] and the rule. Rounds are counted from 1, steps done
from 0: `x(3k)` is the iterate before round 3k + 1, the paper's x_{3k+1}, and `v(3k+1)` is its v_{3k+1}. The iterate is
the family `iterate`: the kernel's facts have a variable x.

    play = Uncorrected(Game(adam_uncorrected))
    play.returns()                  # 0 < alpha, 2 < C, 0 <= k |- iterate(3k) = 1
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, TypeAlias

from adamtheory.language.rule import Rule
from adamtheory.logic import kernel
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import (
    Setting,
    absolute,
    eq,
    indicator,
    integer,
    inv,
    lift,
    maximum,
    real,
    reals,
    sqrt,
    total,
)
from adamtheory.logic.reading import read
from adamtheory.logic.terms import Rel, key
from adamtheory.losses.linear import reddi
from adamtheory.sets import box

k, t, T = integer("k"), integer("t"), integer("T")
HALF = Fraction(1, 2)
Slopes: TypeAlias = tuple[Theorem, Theorem, Theorem]  # the gradients of the three rounds of a block


class Losses:
    """The periodic losses, read into a setting, with N = 3 and scale 1."""

    def __init__(self, loss: Rule = reddi) -> None:
        self.setting = Setting()
        self.C = self.setting.constant("C")
        scalars = {"C": self.C, "N": 3, "scale": 1}
        self.losses = read(loss, self.setting, scalars={s.name: scalars[s.name] for s in loss.scalars})

    def phase(self, n: Any) -> Any:
        """The phase of round n + 1."""
        return self.losses.slot("phase", n)

    def slope(self, n: Any, x: Any) -> Any:
        """The gradient of round n + 1 at x."""
        return self.losses.value("gradient", n, x=x)

    def loss(self, t: Any, u: Any) -> Any:
        """f_t(u)."""
        return self.losses.value("result", t - 1, x=u)

    def paid(self, T: Any, u: Any) -> Any:
        """sum_{t=1}^{T} f_t(u)."""
        return total(t, 1, T, self.loss(t, u))


class Game(Losses):
    """The losses, the interval [-1, 1] (or no constraint) and the rule, read into one setting.

    beta1 = 0, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), first iterate 1.
    """

    def __init__(self, rule: Rule, loss: Rule = reddi, constrained: bool = True) -> None:
        super().__init__(loss)
        setting, C = self.setting, self.C
        self.alpha = alpha = setting.constant("alpha")
        self.beta2 = 1 / (1 + C**2)
        self.interval = read(box, setting, scalars={"low": -1, "high": 1}) if constrained else None
        self.method = read(
            rule,
            setting,
            inputs={"g": lambda t, x: self.slope(t - 1, x)},
            scalars={"lr": lambda t: alpha / sqrt(t), "beta1": 0, "beta2": self.beta2, "eps": 0},
            start=1,
            project=self.project if constrained else None,
            names={"x": "iterate"},
        )
        self.hyps = (0 < alpha, 2 < C)

    def x(self, n: Any) -> Any:
        """The iterate after n steps, on which round n + 1 is played."""
        return self.method.slot("x", n)

    def project(self, y: Any) -> Any:
        """The projection onto [-1, 1]."""
        return self.interval.value("result", 0, y=y) if self.interval else y

    def cost(self, t: Any) -> Any:
        """f_t(x_t) - f_t(-1)."""
        return self.loss(t, self.x(t - 1)) - self.loss(t, -1)

    def regret(self, T: Any) -> Any:
        """R_T = sum_{t=1}^{T} f_t(x_t) - f_t(-1); -1 is the best fixed point (`reddi_comparator`)."""
        return total(t, 1, T, self.cost(t))


class Remembering(Prover):
    """A prover that looks for each step once: the lemmas ask for the same small facts again and again."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.known: dict[Any, Theorem] = {}

    def certify(self, goal: Rel, *facts: Theorem, **options: Any) -> Theorem:
        weights = tuple(tuple(map(_stated, product)) for product in options.get("weights", ()))
        others = (tuple(options.get("squares", ())), options.get("degree"), options.get("rounds"))
        asked = (goal.kind, goal.left, goal.right, tuple(map(_stated, facts)), weights, others)
        if asked not in self.known:
            self.known[asked] = super().certify(goal, *facts, **options)
        return self.known[asked]


def _stated(theorem: Theorem) -> Any:
    return key(theorem.claim), theorem.hyps


# --- the interval -----------------------------------------------------------------------------------------------------


class Clip:
    """Clipping to [-1, 1], as the text of the projection has it: theorems about clip(y) for a given term y."""

    def __init__(self, game: Game, p: Prover) -> None:
        self.p, self.clip, self.y = p, game.project, real("y")

    def at(self, y: Any, main: Theorem, *sides: Theorem) -> Theorem:
        """A theorem about clip(y) for this y, its hypotheses discharged."""
        return self.p.using(self.p.inst(main, {self.y: y}), *sides)

    @cached_property
    def high(self) -> Theorem:
        """1 <= y |- clip(y) = 1."""
        p, y = self.p, self.y
        above = p.assume(1 <= y)
        off = p.indicator_off(p.certify(-1 - y <= 0, above))
        one = p.antisym(p.assume(y - 1 <= 0), p.certify(0 <= y - 1, above))
        goal = eq(self.clip(y), 1)
        touching = p.certify(goal, off, p.indicator_off(p.assume(y - 1 <= 0)), one)
        beyond = p.certify(goal, off, p.indicator_on(p.assume(0 < y - 1)))
        return p.cases(touching, beyond, y - 1, 0)

    @cached_property
    def inside(self) -> Theorem:
        """-1 <= y, y <= 1 |- clip(y) = y."""
        p, y = self.p, self.y
        low, high = p.assume(-1 <= y, y <= 1)
        off = [p.indicator_off(p.certify(-1 - y <= 0, low)), p.indicator_off(p.certify(y - 1 <= 0, high))]
        return p.certify(eq(self.clip(y), y), *off)

    @cached_property
    def low(self) -> Theorem:
        """y < -1 |- clip(y) = -1."""
        p, y = self.p, self.y
        below = p.assume(y < -1)
        off = p.indicator_off(p.certify(y - 1 <= 0, below))
        return p.certify(eq(self.clip(y), -1), off, p.indicator_on(p.certify(0 < -1 - y, below)))

    def everywhere(self, claim: Callable[[Any, Any], Rel]) -> Theorem:
        """claim(y, clip(y)) for every y, from the three cases."""
        p, y = self.p, self.y
        goal = claim(y, self.clip(y))
        low, inside, high = p.assume(y < -1), p.assume(-1 <= y), p.assume(y <= 1)
        upper = p.using(self.high, p.restate(1 <= y, p.assume(1 < y)))
        above = p.certify(goal, upper, p.assume(1 < y))
        between = p.cases(p.certify(goal, self.inside, inside, high), above, y, 1)
        return p.cases(between, p.certify(goal, self.low, low), -1, y)

    @cached_property
    def at_most(self) -> Theorem:
        """clip(y) <= 1."""
        return self.everywhere(lambda y, clipped: clipped <= 1)

    @cached_property
    def raises(self) -> Theorem:
        """y <= 1 |- y <= clip(y)."""
        p, y = self.p, self.y
        low = p.certify(y <= self.clip(y), self.low, p.assume(y < -1))
        return p.cases(p.restate(y <= self.clip(y), self.inside), low, -1, y)


# --- one play of the game ---------------------------------------------------------------------------------------------


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


class Play(Rounds):
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

    def slope_square(self, n: Any) -> Theorem:
        """The square of the gradient is at most C^2, in every round."""
        raise NotImplementedError

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

    def second(self, n: Any) -> Any:
        """The second moment that divides step n."""
        raise NotImplementedError

    def size(self, n: Any) -> Any:
        """1/(sqrt(n) sqrt(second moment)): step n moves x by alpha times the gradient times it."""
        return inv(sqrt(lift(n))) * inv(sqrt(self.second(n)))

    def size_positive(self, n: Any, positive: Theorem) -> Theorem:
        """0 < size(n) from 0 < second(n), for n = 3k + j, j >= 1."""
        p = self.p
        roots = (p.sqrt_positive(p.certify(0 < n, self.k_nonneg)), p.sqrt_positive(positive))
        return p.certify(0 < self.size(n), *map(p.inv_positive, roots))

    def moved(self, slope: Theorem, n: Any) -> Theorem:
        """x(n+1) = clip(x(n) - alpha c size(n+1)) where the gradient is c."""
        raise NotImplementedError

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

    def positive(self, slopes: Slopes) -> list[Theorem]:
        """0 < second(3k+j) for j = 1, 2, 3."""
        raise NotImplementedError

    def heavy(self, slope: Theorem, n: Any) -> Theorem:
        """(1 - beta2) c^2 <= second(n), where c is the gradient of round n = 3k + j."""
        raise NotImplementedError

    def spike(self, slopes: Slopes) -> Theorem:
        """(1 - beta2) C^2 <= second(3k+1)."""
        return self.heavy(slopes[0], 3 * k + 1)

    def other(self, slopes: Slopes, j: int) -> Theorem:
        """second(3k+j) <= 2 (1 - beta2) for j = 2, 3."""
        raise NotImplementedError

    def first_block(self, slopes: Slopes, zero: Theorem) -> list[Theorem]:
        """Shares c C size(1) <= size(j) for j = 2, 3, their c adding up to at least 1, from k = 0."""
        raise NotImplementedError

    # regret

    def returns(self) -> Theorem:
        """Where x(3k) is: 1 on the interval, 1 or beyond without constraint."""
        raise NotImplementedError

    @cached_property
    def costs(self) -> list[Theorem]:
        """What a block costs, beyond what -1 pays: 2 C or more, then twice -2 or more."""
        raise NotImplementedError

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


SHARE = reals("c slope n1 n2 u1 u2")


@cache
def share(p: Prover) -> Theorem:
    """0 < n1, n2, u1, u2, c^2 s^2 n2 u2 <= n1 u1 |- c s/(sqrt(n1) sqrt(u1)) <= 1/(sqrt(n2) sqrt(u2))."""
    c, s, *under = SHARE
    positive = [p.assume(0 < z) for z in under]
    n1, n2, u1, u2 = under
    small = p.assume(c**2 * s**2 * n2 * u2 <= n1 * u1)
    inverses = [inverse_root(p, z) for z in positive]
    r1, r2, q1, q2 = (inv(sqrt(z)) for z in under)
    # the two sides squared, times n1 u1 n2 u2
    squares = p.certify(
        (c * s * r1 * q1) ** 2 <= (r2 * q2) ** 2, small, *inverses, squares=[r1 * r2 * q1 * q2], degree=1, rounds=2
    )
    roots = [p.inv_nonneg(p.sqrt_nonneg(z)) for z in (n2, u2)]
    return p.restate(c * s * (r1 * q1) <= r2 * q2, p.squares(squares, p.certify(0 <= r2 * q2, *roots)))


def shorter(p: Prover, c: Any, n: Theorem, u: Theorem, small: Theorem) -> Theorem:
    """c/(sqrt(n) sqrt(u)) < 1 from 0 < n, 0 < u and c^2 < n u."""
    r, q = (inv(sqrt(z.claim.right)) for z in (n, u))
    weights = [[n, u]]
    squares = p.certify(
        (c * (r * q)) ** 2 < lift(1) ** 2, small, inverse_root(p, n), inverse_root(p, u), weights=weights
    )
    return p.restate(c * (r * q) < 1, p.squares_strict(squares, p.certify(lift(0) <= 1)))


def inverse_root(p: Prover, positive: Theorem) -> Theorem:
    """inv(sqrt(z))^2 z = 1 from 0 < z."""
    z = positive.claim.right
    root = p.sqrt_positive(positive)
    return p.certify(eq(inv(sqrt(z)) ** 2 * z, 1), p.inverse(root), p.sqrt_square(positive))


def follow(p: Prover, *equations: Theorem) -> Theorem:
    """a = c from a = b, b = c, and so on: their sum, without a search, since the sides may be long."""
    goal = eq(equations[0].claim.left, equations[-1].claim.right)
    once = tuple((j, lift(1)) for j in range(len(equations)))
    return kernel.certificate(p.theory, goal, equations, (), once, ((Fraction(1), ()),))


def turned(p: Prover, equation: Theorem) -> Theorem:
    """b = a from a = b."""
    goal = eq(equation.claim.right, equation.claim.left)
    return kernel.certificate(p.theory, goal, (equation,), (), ((0, lift(-1)),), ((Fraction(1), ()),))


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

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.raw = FreeUncorrected(game) if isinstance(self, Free) else Uncorrected(game)
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


# --- the projection-free version --------------------------------------------------------------------------------------


class Free(Play):
    """Without constraint, the losses C max(x, -1) and -min(x, 1): where the loss is flat, x does not move."""

    def sloped(self, j: int, side: Theorem) -> Theorem:
        """The gradient of round 3k + j + 1 at the iterate x: C from -1 < x for j = 0; -1 from x < 1, 0 from 1 <= x."""
        p, game, x = self.p, self.game, self.game.x(3 * k + j)
        facts = [self.spiking(j)]
        if j == 0:
            facts.append(p.indicator_on(p.certify(0 < x - (-1), side)))
        elif side.claim.kind == "lt":
            facts.append(p.indicator_on(p.certify(0 < 1 - x, side)))
        else:
            facts.append(p.indicator_off(p.certify(1 - x <= 0, side)))
        value = game.C if j == 0 else lift(-1) if side.claim.kind == "lt" else lift(0)
        return p.certify(eq(game.slope(3 * k + j, game.x(3 * k + j)), value), *facts)

    def slope_square(self, n: Any) -> Theorem:
        p, game, x = self.p, self.game, self.game.x(n)
        goal = game.slope(n, x) ** 2 <= game.C**2
        found = []
        for room, switch in ((1 - game.phase(n), x - (-1)), (1 - game.phase(n), 1 - x)):
            phase = p.indicator_off(p.assume(room <= 0)) if found else p.indicator_on(p.assume(0 < room))
            on, off = p.indicator_on(p.assume(0 < switch)), p.indicator_off(p.assume(switch <= 0))
            low = p.certify(goal, phase, off, squares=[game.C])
            found.append(p.cases(low, p.certify(goal, phase, on, self.C_large), switch, 0))
        return p.cases(found[1], found[0], room, 0)

    def going(self, j: int) -> Theorem:
        """x(3k+j+1) = x(3k+j) + alpha size(3k+j+1) from x(3k+j) < 1, for j = 1, 2."""
        return self.moved(self.sloped(j, self.p.assume(self.game.x(3 * k + j) < 1)), 3 * k + j)

    def staying(self, j: int) -> Theorem:
        """1 <= x(3k+j+1) from 1 <= x(3k+j), for j = 1, 2."""
        p, x = self.p, self.game.x
        side = p.assume(1 <= x(3 * k + j))
        return p.chain(1 <= x(3 * k + j + 1), self.moved(self.sloped(j, side), 3 * k + j), side)

    def returns(self) -> Theorem:
        """1 <= x(3k): by induction; the up-steps make good the down-step, unless x reaches 1 before and stays."""
        p, x = self.p, self.game.x
        claim = 1 <= x(3 * k)
        base = p.certify(1 <= x(lift(0)), p.start("iterate"))
        return p.induction(k, 0, claim, base, p.restate(1 <= x(3 * (k + 1)), self.lands(p.assume(claim))))

    def lands(self, here: Theorem) -> Theorem:
        p, game, x = self.p, self.game, self.game.x
        sides = (p.certify(-1 < x(3 * k), here), *(p.assume(x(3 * k + j) < 1) for j in (1, 2)))
        slopes = (self.sloped(0, sides[0]), self.sloped(1, sides[1]), self.sloped(2, sides[2]))
        down, up, again = (game.alpha * self.size(3 * k + j) for j in (1, 2, 3))
        repaid = p.certify(game.C * down <= up + again, self.repaid(slopes), self.alpha_positive)
        goal = 1 <= x(3 * k + 3)
        moves = (self.moved(slopes[0], 3 * k), self.going(1), self.going(2))
        whole = p.chain(goal, here, *moves, repaid)
        second = p.cases(self.staying(2), whole, 1, x(3 * k + 2))
        return p.cases(p.using(self.staying(2), self.staying(1)), second, 1, x(3 * k + 1))

    @cached_property
    def costs(self) -> list[Theorem]:
        p, game = self.p, self.game
        found = []
        for j in (0, 1, 2):
            x, cost = game.x(3 * k + j), game.cost(3 * k + j + 1)
            if j == 0:
                fixed = p.max_is(p.certify(lift(-1) <= lift(-1)))  # max(-1, -1) = -1
                facts = (fixed, p.max_left(x, -1), self.returns(), self.C_positive)
                found.append(p.certify(2 * game.C <= cost, self.spiking(j), *facts))
            else:
                fixed = p.max_is(p.certify(lift(-1) <= lift(1)))  # min(-1, 1) = -max(1, -1) = -1
                found.append(p.certify(-2 <= cost, self.spiking(j), fixed, p.max_right(-x, -1)))
        return found

    # the range

    @property
    def reach(self) -> Any:
        """alpha/sqrt(1 - beta2)."""
        return self.game.alpha * inv(sqrt(1 - self.game.beta2))

    def short(self, slope: Theorem, n: Any) -> Theorem:
        """alpha |c| size(n) <= alpha/sqrt(1 - beta2), where c is the gradient of round n = 3k + j, n >= 1."""
        p, kept = self.p, 1 - self.game.beta2
        c = self.game.C if slope.claim.right is self.game.C else lift(1)
        heavy, keeps = self.heavy(slope, n), p.certify(0 < 1 - self.game.beta2, *self.decay)
        positive = p.certify(0 < self.second(n), heavy, keeps, self.C_positive, degree=3)
        counted = p.certify(1 <= n, self.k_nonneg)
        small = p.certify(lift(1) ** 2 * c**2 * lift(1) * kept <= n * self.second(n), heavy, counted, positive)
        one = p.squares_equal(p.sqrt_square(p.certify(0 < lift(1) ** 2)), p.sqrt_nonneg(1), p.certify(0 <= lift(1)))
        values = dict(zip(SHARE, (1, c, n, 1, self.second(n), kept), strict=True))
        facts = (p.certify(0 < n, counted), p.certify(0 < lift(1)), positive, keeps, small)
        found = p.using(p.inst(share(p), values), *facts)
        return p.certify(
            self.game.alpha * c * self.size(n) <= self.reach, found, p.rewrite(one, inv), self.alpha_positive
        )

    def steps(self, j: int, claim: Callable[[Any], Rel], *facts: Theorem) -> Theorem:
        """claim(x(3k+j+1)) for j = 1, 2, certified from the facts with the step, if x moves and if x stays."""
        p, x = self.p, self.game.x
        moving, staying = p.assume(x(3 * k + j) < 1), p.assume(1 <= x(3 * k + j))
        slope, goal = self.sloped(j, moving), claim(x(3 * k + j + 1))
        length = self.short(slope, 3 * k + j + 1)
        above = p.certify(0 < 1 - self.game.beta2, *self.decay)
        second = p.certify(0 < self.second(3 * k + j + 1), self.heavy(slope, 3 * k + j + 1), above)
        forward = p.certify(
            0 < self.game.alpha * self.size(3 * k + j + 1),
            self.alpha_positive,
            self.size_positive(3 * k + j + 1, second),
        )
        moves = p.chain(goal, self.going(j), moving, length, forward, *facts)
        still = self.moved(self.sloped(j, staying), 3 * k + j)
        return p.cases(p.chain(goal, still, staying, *facts), moves, 1, x(3 * k + j))

    @cached_property
    def descent(self) -> list[Theorem]:
        """x(3k) - alpha/sqrt(1 - beta2) <= x(3k+1) and x(3k+1) <= x(3k)."""
        p, game, x = self.p, self.game, self.game.x
        slope = self.sloped(0, p.certify(-1 < x(3 * k), self.returns()))
        keeps = p.certify(0 < 1 - game.beta2, *self.decay)
        heavy = self.heavy(slope, 3 * k + 1)
        positive = p.certify(0 < self.second(3 * k + 1), heavy, keeps, self.C_positive, degree=3)
        size = self.size_positive(3 * k + 1, positive)
        down = p.certify(
            0 < game.alpha * game.C * self.size(3 * k + 1), size, self.alpha_positive, self.C_positive, degree=3
        )
        step = self.moved(slope, 3 * k)
        low = p.chain(x(3 * k) - self.reach <= x(3 * k + 1), step, self.short(slope, 3 * k + 1))
        return [low, p.chain(x(3 * k + 1) <= x(3 * k), step, down)]

    @cached_property
    def reach_nonneg(self) -> Theorem:
        """0 <= alpha/sqrt(1 - beta2)."""
        root = self.p.inv_nonneg(self.p.sqrt_nonneg(1 - self.game.beta2))
        return self.p.certify(0 <= self.reach, root, self.alpha_positive)

    def floor(self, x: Any) -> Rel:
        """1 - alpha/sqrt(1 - beta2) <= x."""
        return 1 - self.reach <= x

    def ceiling(self, x: Any) -> Rel:
        """x <= 1 + alpha/sqrt(1 - beta2)."""
        return x <= 1 + self.reach

    def floors(self) -> list[Theorem]:
        """x(3k+j) is above the floor, for j = 0, 1, 2: only the first step of a block goes down, from 1 or beyond."""
        p, x, here, nonneg = self.p, self.game.x, self.returns(), self.reach_nonneg
        first = p.chain(self.floor(x(3 * k + 1)), self.descent[0], here)
        return [p.chain(self.floor(x(3 * k)), here, nonneg), first, self.steps(1, self.floor, first, nonneg)]

    def ceilings(self) -> list[Theorem]:
        """x(3k+j) is below the ceiling, for j = 0, 1, 2: x goes up from below 1 only."""
        p, x = self.p, self.game.x
        found = [p.assume(self.ceiling(x(3 * k)))]
        found.append(p.chain(self.ceiling(x(3 * k + 1)), self.descent[1], found[0]))
        for j in (1, 2):
            found.append(self.steps(j, self.ceiling, found[j]))
        base = p.certify(self.ceiling(x(lift(0))), p.start("iterate"), self.reach_nonneg)
        again = p.restate(self.ceiling(x(3 * (k + 1))), found.pop())
        whole = p.induction(k, 0, self.ceiling(x(3 * k)), base, again)
        return [p.using(top, whole) for top in found]

    def stays_near(self) -> Theorem:
        """0 <= n |- |x(n) - 1| <= alpha/sqrt(1 - beta2)."""
        p, x, n, thirds = self.p, self.game.x, integer("n"), []
        for j, (low, high) in enumerate(zip(self.floors(), self.ceilings(), strict=True)):
            above = x(3 * k + j) - 1
            thirds.append(p.max_least(p.restate(above <= self.reach, high), p.restate(-above <= self.reach, low)))
        return every(p, lambda n: absolute(x(n) - 1) <= self.reach, tuple(thirds), n)


class Uncorrected(Interval, Plain):
    """On the interval, without bias correction."""


class Corrected(Interval, Hatted):
    """On the interval, with bias correction."""


class FreeUncorrected(Free, Plain):
    """Without constraint, without bias correction."""


class FreeCorrected(Free, Hatted):
    """Without constraint, with bias correction."""


# --- every number is 3k, 3k + 1 or 3k + 2 -----------------------------------------------------------------------------


def every(p: Prover, claim: Callable[[Any], Rel], thirds: tuple[Theorem, Theorem, Theorem], n: Any) -> Theorem:
    """0 <= n |- claim(n), from claim(3k), claim(3k+1), claim(3k+2) for 0 <= k; the claim is <= or <.

    gap(j) >= 0 is 0 exactly where the claim holds. Summed over j = 0, ..., 3k+2 it is 0, and n <= 3n+2.
    """
    i, m = p.fresh("i", n), p.fresh("m", n)
    gap, closed, nonneg, opened = gaps(p, claim)
    last = p.certify(0 <= k, p.assume(0 <= k))

    def through(n: Any) -> Any:
        return total(i, 0, n, gap(i))

    steps = [p.sum_step(i, 0, 3 * k - 1 + j, gap(i), last) for j in (0, 1, 2)]
    nothing = [closed(third, 3 * k + j) for j, third in enumerate(thirds)]
    longer = p.chain(eq(through(3 * k + 2), through(3 * k - 1)), *steps, *nothing)
    step = p.chain(eq(through(3 * (k + 1) - 1), 0), p.assume(eq(through(3 * k - 1), 0)), longer)
    base = p.restate(eq(through(lift(-1)), 0), p.sum_none(i, 0, gap(i)))
    none = p.induction(k, 0, eq(through(3 * k - 1), 0), base, step)
    # the sums grow: through(n) <= through(n + m)
    start, more = p.assume(0 <= n), p.assume(0 <= m)
    further = p.sum_step(i, 0, n + m, gap(i), p.certify(0 <= n + m, start, more))
    grown = p.chain(
        through(n) <= through(n + m + 1), p.assume(through(n) <= through(n + m)), further, nonneg(n + m + 1)
    )
    grows = p.induction(m, 0, through(n) <= through(n + m), p.certify(through(n) <= through(n + 0)), grown)
    grows = p.using(p.inst(grows, {m: 2 * n + 2}), p.certify(0 <= 2 * n + 2, start))
    ended = p.using(p.inst(none, {k: n + 1}), p.certify(0 <= n + 1, start))
    before = p.sum_of(nonneg(i), i, 0, n - 1)
    here = p.chain(gap(n) <= 0, grows, ended, before, p.sum_step(i, 0, n - 1, gap(i), start))
    return opened(here, n)


def gaps(p: Prover, claim: Callable[[Any], Rel]) -> tuple[Callable[..., Any], ...]:
    """gap(n); gap(n) = 0 from claim(n); 0 <= gap(n); claim(n) from gap(n) <= 0."""

    def excess(n: Any) -> Any:
        return claim(n).left - claim(n).right

    if claim(k).kind == "le":
        return (
            lambda n: maximum(excess(n), 0),
            lambda third, n: p.max_is(p.restate(excess(n) <= 0, third)),
            lambda n: p.max_right(excess(n), 0),
            lambda none, n: p.chain(claim(n), p.max_left(excess(n), 0), none),
        )

    def gap(n: Any) -> Any:
        return 1 - indicator(-excess(n))

    def closed(third: Theorem, n: Any) -> Theorem:
        return p.restate(eq(gap(n), 0), p.indicator_on(p.restate(0 < -excess(n), third)))

    def nonneg(n: Any) -> Theorem:
        on, off = p.assume(0 < -excess(n)), p.assume(-excess(n) <= 0)
        low, high = (p.chain(0 <= gap(n), fact) for fact in (p.indicator_off(off), p.indicator_on(on)))
        return p.cases(low, high, -excess(n), 0)

    def opened(none: Theorem, n: Any) -> Theorem:
        on, off = p.assume(0 < -excess(n)), p.assume(-excess(n) <= 0)
        return p.cases(p.absurd(claim(n), p.indicator_off(off), none), p.restate(claim(n), on), -excess(n), 0)

    return gap, closed, nonneg, opened
