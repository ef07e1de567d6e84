"""Online convex programming on a box with d coordinates, for methods with momentum: from one coordinate to the regret.

The game is read from the rules that run; a `Player` of `lemmas_momentum` says what is known of coordinate i.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, integer, integers, inv, lift, total
from adamtheory.logic.projections import clip_range, clip_step
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, exchanged, put
from adamtheory.logic.witness import interpret
from adamtheory.proofs.lemmas_momentum import Player, Sequence, after, linear_regret, once
from adamtheory.proofs.lemmas_regret import convex_to_linear
from adamtheory.sets import box

t, i = integers("t i")
ITERATE = "X"  # the family of the iterates: the facts of the logic have a variable x


@dataclass(frozen=True, eq=False)
class Arena:
    """A player with d coordinates, compared with a fixed point u."""

    reading: Reading
    g: Family
    u: Family
    loss: Family
    loss_u: Family
    d: Any

    def x(self, n: Any) -> Any:
        """Coordinate i after n steps: x_{n+1}."""
        return self.reading.slot("x", n)

    def m(self, n: Any) -> Any:
        """Coordinate i of m_n."""
        return self.reading.slot("m", n)

    def over(self, body: Any) -> Any:
        """The sum over the coordinates."""
        return total(i, 1, self.d, body)

    def regret(self, n: Any) -> Any:
        """R_n(u), the sum of f_t(x_t) - f_t(u)."""
        return total(t, 1, n, self.loss(t) - self.loss_u(t))


@dataclass(frozen=True, eq=False)
class Game(Arena):
    """A player in the box of all x with low(i) <= x(i) <= high(i), compared with a fixed point u of it."""

    low: Family
    high: Family
    project: Sequence


GAME = ("convex", "first_high", "first_low", "u_high", "u_low")


def play(rule: Rule, setting: Setting, d: Any, scalars: Mapping[str, Any]) -> Game:
    """The updates of a rule with gradients g(t, i) on a box; scalars may mention the coordinate i.

    Assumed: x_1 = first and u lie in the box, and convexity: f_t(x_t) - f_t(u) <= <g_t, x_t - u>.
    """
    g = setting.family("g", "ZZ")
    u, first, low, high, loss, loss_u = (
        setting.family(f, "Z") for f in ("u", "first", "low", "high", "loss", "loss_u")
    )
    feasible = read(box, setting, scalars={"low": low(i), "high": high(i)})

    def project(y: Any) -> Any:
        return feasible.value("result", 0, y=y)

    inputs = {"g": lambda t, x: g(t, i)}
    reading = read(
        rule,
        setting,
        inputs=inputs,
        scalars=scalars,
        start=first(i),
        project=project,
        coordinates=[i],
        names={"x": ITERATE},
    )
    coordinate = (1 <= i, i <= d)
    for name, point in (("first", first(i)), ("u", u(i))):
        setting.assume(f"{name}_low", low(i) <= point, coordinate)
        setting.assume(f"{name}_high", point <= high(i), coordinate)
    game = Game(reading, g, u, loss, loss_u, d, low, high, project)
    setting.assume("convex", loss(t) - loss_u(t) <= game.over(g(t, i) * (game.x(t - 1) - u(i))), [1 <= t])
    return game


@once
def inside(p: Prover, game: Game, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n, 1 <= i, i <= d |- low(i) <= x(n), and x(n) <= high(i); by induction over the steps."""
    k = p.fresh("k", n)
    low, high = game.low(i), game.high(i)
    ordered = p.certify(low <= high, p.given("u_low", i), p.given("u_high", i), degree=1)
    ends = clip_range(p, game.project, game.reading.value("x", k), low, high)
    claims: tuple[Callable[[Any], Any], ...] = (lambda x: low <= x, lambda x: x <= high)
    found = []
    for name, claim, end in zip(("first_low", "first_high"), claims, ends, strict=True):
        base = p.certify(claim(game.x(lift(0))), p.given(name, i), p.start(ITERATE, i), degree=1)
        step = p.certify(claim(game.x(k + 1)), p.next(ITERATE, i, k), p.using(end, ordered), degree=1)
        found.append(p.inst(p.induction(k, 0, claim(game.x(k)), base, step), {k: n}))
    return found[0], found[1]


def projected(p: Prover, game: Game, n: Any, z: Any, step: Any, moved: Theorem) -> Theorem:
    """0 <= n |- (x' - z)^2 <= (x - step - z)^2 - (x - step - x')^2 for z = u(i) or x = x(n).

    moved   what the rule proposes before the projection is x - step
    """
    x, s, y, new, z_value, y_projected = variables = apart(p, "x s y new z projected")
    proposed = game.reading.value("x", n)
    clip = clip_step(p, game.project, proposed, z, game.low(i), game.high(i), firm=True)
    within = (p.given("u_low", i), p.given("u_high", i)) if z is game.u(i) else inside(p, game, n)
    same, next_is = p.assume(eq(y, x - s), eq(new, y_projected))
    nearer = p.assume((y_projected - z_value) ** 2 <= (y - z_value) ** 2 - (y - y_projected) ** 2)
    goal = (new - z_value) ** 2 <= (x - s - z_value) ** 2 - (x - s - new) ** 2
    lemma = p.certify(goal, same, next_is, nearer)
    values = (game.x(n), step, proposed, game.x(n + 1), z, game.project(proposed))
    return put(p, lemma, variables, values, moved, p.next(ITERATE, i, n), p.using(clip, *within))


def distance(p: Prover, game: Game, n: Any, width: Any, *wide: Theorem) -> Theorem:
    """0 <= n, 1 <= i, i <= d |- (x(n) - u(i))^2 <= width^2, where high(i) - low(i) <= width (or is it)."""
    x, u, low, high, D = variables = apart(p, "x u low high D")
    ends = p.assume(low <= x, x <= high, low <= u, u <= high)
    most = p.assume(high - low <= D)
    sides = p.certify(x - u <= D, *ends, most), p.certify(u - x <= D, *ends, most)
    lemma = p.certify((x - u) ** 2 <= D**2, *sides)
    values = (game.x(n), game.u(i), game.low(i), game.high(i), width)
    wide = wide or (p.certify(game.high(i) - game.low(i) <= width),)
    return put(p, lemma, variables, values, *inside(p, game, n), p.given("u_low", i), p.given("u_high", i), *wide)


def regret_bound(p: Prover, game: Game, c: Player, n: Any) -> Theorem:
    """1 <= n |- (1-a) R_n <= sum_i width^2 w(n)/(2 alpha(n)) + (1+a)/2 sum_i sum_t alpha(t) m(t)^2/w(t).

    Here n is a variable: the sums are exchanged by induction.
    """
    summed = p.sum_of(linear_regret(p, c, n), i, 1, game.d)
    start = after(p, n)[1]
    swapped = p.using(exchanged(p, t, n, i, game.d, c.g(t) * c.gap(t - 1)), start)
    linear = convex_to_linear(p, "convex", n)
    keeps = p.certify(0 < 1 - c.a, c.decay[1])
    scaled = p.certify((1 - c.a) * linear.claim.left <= (1 - c.a) * linear.claim.right, linear, keeps)
    costs = game.over(total(t, 1, n, c.squared(t)))
    weights = game.over(lift(c.width) ** 2 * c.w(n))
    goal = (1 - c.a) * game.regret(n) <= weights / (2 * c.alpha(n)) + (1 + c.a) / 2 * costs
    return p.certify(goal, scaled, swapped, summed)


def inverse_product(p: Prover, first: Theorem, second: Theorem) -> Theorem:
    """1/(a b) = 1/a 1/b from 0 < a and 0 < b."""
    a, b = first.claim.right, second.claim.right
    whole = p.certify(0 < a * b, first, second)
    return p.certify(eq(inv(a * b), inv(a) * inv(b)), p.inverse(whole), p.inverse(first), p.inverse(second))


def master(p: Prover, game: Game, c: Player, n: Any) -> Theorem:
    """1 <= n |- R_n <= sum_i width^2 w(n)/(2 alpha(n) (1-a)) + (1+a)/(2 (1-a)) sum_t sum_i alpha(t) m(t)^2/w(t)."""
    return master_from(p, game, c, regret_bound(p, game, c, n), n)


def master_from(p: Prover, game: Arena, c: Player, bound: Theorem, n: Any) -> Theorem:
    """The claim of `master` from that of `regret_bound`: divided by 1-a, the sums of the costs exchanged."""
    a, R, X, A, Q = variables = apart(p, "a R X A Q")
    keeps, rate = p.assume(0 < 1 - a, 0 < A)
    scaled = p.assume((1 - a) * R <= X / (2 * A) + (1 + a) / 2 * Q)
    splits = inverse_product(p, p.certify(0 < 2 * A, rate), keeps), inverse_product(p, p.certify(0 < lift(2)), keeps)
    goal = R <= X / (2 * A * (1 - a)) + (1 + a) / (2 * (1 - a)) * Q
    lemma = p.certify(goal, scaled, *splits, p.inverse(keeps), weights=[[keeps]], degree=1)
    start = after(p, n)[1]
    swapped = p.using(exchanged(p, t, n, i, game.d, c.squared(t)), start)
    costs, weights = total(t, 1, n, game.over(c.squared(t))), game.over(lift(c.width) ** 2 * c.w(n))
    goal = (1 - c.a) * game.regret(n) <= weights / (2 * c.alpha(n)) + (1 + c.a) / 2 * costs
    bound = p.certify(goal, bound, swapped, degree=1)
    values = (c.a, game.regret(n), weights, c.alpha(n), costs)
    return put(p, lemma, variables, values, p.certify(0 < 1 - c.a, c.decay[1]), c.step_positive(n), bound)


def witnessed(game: Game, families: Mapping[str, Any], values: Mapping[Any, Any]) -> Witness:
    """One coordinate in [-1, 1], x_1 = 1, u = -1, g_t = 1, and equal losses; the rest as given.

    Of the losses only f_t(x_t) - f_t(u) <= x_t - u is asked: x_t stays in the box, proved from the interpreted text.
    """
    numbers = {"low": -1, "high": 1, "u": -1, "first": 1}
    chosen = {"d": ([], 1), "g": ([t, i], 1), **{name: ([i], value) for name, value in numbers.items()}, **families}
    meaning = {name: (tuple(variables), lift(value)) for name, (variables, value) in chosen.items()}
    n = integer("steps")

    def prove(p: Prover, goal: Any, guards: list[Theorem]) -> Theorem:
        if ITERATE not in {name for name, *_ in goal.right.families}:
            return p.certify(goal, *guards, p.max_is(p.certify(lift(-1) <= lift(1))))  # max(-1, 1) = 1
        clip = read(box, Setting(), scalars={"low": -1, "high": 1})
        proposed = interpret(game.reading.value("x", n), meaning, {})
        begun = p.certify(lift(-1) <= lift(1))
        end = p.using(clip_range(p, lambda y: clip.value("result", 0, y=y), proposed, lift(-1), lift(1))[0], begun)
        at = interpret(game.x(n), meaning, {})
        base = p.certify(-1 <= interpret(game.x(lift(0)), meaning, {}), p.start(ITERATE, i), begun)
        step = p.certify(-1 <= interpret(game.x(n + 1), meaning, {}), p.next(ITERATE, i, n), end, degree=1)
        every = p.inst(p.induction(n, 0, -1 <= at, base, step), {n: t - 1})
        return p.restate(goal, p.sum_of(p.using(every, p.certify(0 <= t - 1, *guards)), i, 1, 1))

    return Witness(chosen, values, prove)
