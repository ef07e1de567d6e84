"""The projection-free version of the game: beyond 1 the gradient vanishes, and the iterate stays."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import (
    absolute,
    eq,
    integer,
    inv,
    lift,
    sqrt,
)
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_reddi_game import SHARE, every, k, share
from adamtheory.proofs.lemmas_reddi_play import Play


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
