"""Online convex programming on a box, read from the rules that run, and the steps that its regret proofs share.

Round t = 1, 2, ...: the player pays f_t(x_t) and sees a subgradient g_t. X(i, n) is coordinate i of x_{n+1}, since
readings count the steps done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, integers, le, lift, sqrt, total
from adamtheory.logic.projections import clip_range, clip_step
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import abel, apart, constant_sum, inverse_sqrt_sum, put
from adamtheory.logic.terms import Rel, substitute
from adamtheory.logic.witness import interpret
from adamtheory.sets import box

t, i, k = integers("t i k")
ITERATE = "X"  # the family of the iterates: the facts of the logic have a variable x


@dataclass(frozen=True)
class Game:
    """A player in the box [low, high]^d against the losses f_t, compared with a fixed point u of the box."""

    setting: Setting
    reading: Reading
    low: Any
    high: Any
    d: Any
    g: Family
    u: Family
    loss: Family
    loss_u: Family
    project: Callable[[Any], Any]

    def x(self, t: Any) -> Any:
        """Coordinate i of x_t."""
        return self.reading.slot("x", t - 1)

    def gap(self, t: Any) -> Any:
        """Coordinate i of x_t - u."""
        return self.x(t) - self.u(i)

    def over(self, body: Any) -> Any:
        """The sum over the coordinates."""
        return total(i, 1, self.d, body)

    def distance(self, t: Any) -> Any:
        """The squared distance of x_t and u."""
        return self.over(self.gap(t) ** 2)

    @property
    def width(self) -> Any:
        """D^2 = d (high - low)^2, the squared diameter of the box."""
        return self.d * (self.high - self.low) ** 2

    def regret(self, T: Any) -> Any:
        """R_T(u), the sum of f_t(x_t) - f_t(u)."""
        return total(t, 1, T, self.loss(t) - self.loss_u(t))


def play(rule: Rule, setting: Setting, scalars: dict[str, Any], slots: Sequence[str] = (), strong: Any = None) -> Game:
    """A game on a box with the updates of a rule; the losses are convex, or strongly convex with modulus `strong`.

    Assumed: 1 <= d; x_1 and u in the box; the first-order inequality
    f_t(x_t) - f_t(u) <= <g_t, x_t - u> - strong/2 |x_t - u|^2.
    """
    low, high = setting.constants("low high")
    d = setting.constant("d", "Z")
    g, u, first = setting.family("g", "ZZ"), setting.family("u", "Z"), setting.family("first", "Z")
    loss, loss_u = setting.family("loss", "Z"), setting.family("loss_u", "Z")
    feasible = read(box, setting, scalars={"low": low, "high": high})
    reading = read(
        rule,
        setting,
        inputs={"g": lambda t, x: g(t, i)},
        scalars=scalars,
        slots=[*slots, "x"],
        start=first(i),
        project=lambda y: feasible.value("result", 0, y=y),
        coordinates=[i],
        names={"x": ITERATE},
    )
    game = Game(setting, reading, low, high, d, g, u, loss, loss_u, lambda y: feasible.value("result", 0, y=y))
    coordinate = (1 <= i, i <= d)
    setting.assume("dimension", 1 <= d)
    setting.assume("first_low", low <= first(i), coordinate)
    setting.assume("first_high", first(i) <= high, coordinate)
    setting.assume("u_low", low <= u(i), coordinate)
    setting.assume("u_high", u(i) <= high, coordinate)
    linear = game.over(g(t, i) * game.gap(t))
    if strong is None:
        setting.assume("convex", loss(t) - loss_u(t) <= linear, [1 <= t])
    else:
        setting.assume("strongly_convex", loss(t) - loss_u(t) <= linear - strong / 2 * game.distance(t), [1 <= t])
    return game


BOX = ("dimension", "first_low", "first_high", "u_low", "u_high")


def moved(p: Prover, t: Any) -> Theorem:
    """1 <= t |- x_{t+1}(i) = the projection of the rule's text, in round t."""
    return p.using(p.next(ITERATE, i, t - 1), p.certify(0 <= t - 1, p.assume(1 <= t), degree=1))


def inside(p: Prover, game: Game, t: Any) -> tuple[Theorem, Theorem]:
    """1 <= t, 1 <= i, i <= d |- low <= x_t(i), and x_t(i) <= high; by induction over the steps."""
    ordered = p.certify(game.low <= game.high, p.given("u_low", i), p.given("u_high", i), degree=1)
    ends = clip_range(p, game.project, game.reading.value("x", k), game.low, game.high)
    claims = (lambda x: game.low <= x, lambda x: x <= game.high)
    found = []
    for name, claim, end in zip(("first_low", "first_high"), claims, ends, strict=True):
        base = p.certify(claim(game.x(lift(1))), p.given(name, i), p.start(ITERATE, i), degree=1)
        step = p.certify(claim(game.x(k + 2)), p.next(ITERATE, i, k), p.using(end, ordered), degree=1)
        every = p.induction(k, 0, claim(game.x(k + 1)), base, step)
        found.append(p.using(p.inst(every, {k: t - 1}), p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)))
    return found[0], found[1]


def coordinate_bound(
    p: Prover, game: Game, t: Any, rate: Any, positive: Theorem, same: Theorem | None = None
) -> Theorem:
    """g_t(i) y_t(i) <= (y_t(i)^2 - y_{t+1}(i)^2)/(2 a) + a g_t(i)^2/2 for y_t = x_t - u, a the step size, 0 < a.

    Under 1 <= t, 1 <= i, i <= d. The projection shortens |x_t - a g_t - u|, whose square is expanded.
    same   x_t - a g_t = the rule's text, where this is not so by its normal form alone
    """
    a, c, x, z, u = variables = apart(p, "a c x z u")
    size, nearer = p.assume(0 < a, (z - u) ** 2 <= (x - a * c - u) ** 2)
    goal = c * (x - u) <= ((x - u) ** 2 - (z - u) ** 2) / (2 * a) + a * c**2 / 2
    lemma = p.certify(goal, nearer, p.inverse(size), weights=[[size]], degree=1)
    proposed, target = game.reading.value("x", t - 1), game.u(i)
    clipped = clip_step(p, game.project, proposed, target, game.low, game.high)
    clipped = p.using(clipped, p.given("u_low", i), p.given("u_high", i))
    facts = [p.rewrite(equal, lambda z: (z - target) ** 2) for equal in (moved(p, t), same) if equal is not None]
    step = (game.x(t) - rate * game.g(t, i) - target) ** 2
    shorter = p.chain(game.gap(t + 1) ** 2 <= step, clipped, *facts)
    return put(p, lemma, variables, (rate, game.g(t, i), game.x(t), game.x(t + 1), target), positive, shorter)


def round_bound(p: Prover, game: Game, t: Any, rate: Any, positive: Theorem, gradient: Theorem) -> Theorem:
    """<g_t, y_t> <= (|y_t|^2 - |y_{t+1}|^2)/(2 a) + a G^2/2 from 0 < a and |g_t|^2 <= G^2, under 1 <= t."""
    summed = p.sum_of(coordinate_bound(p, game, t, rate, positive), i, 1, game.d)
    square = gradient.claim.right
    shrunk = (game.distance(t) - game.distance(t + 1)) / (2 * rate)
    paid = p.certify(rate * game.over(game.g(t, i) ** 2) <= rate * square, gradient, positive)
    return p.chain(le(game.over(game.g(t, i) * game.gap(t)), shrunk + rate * square / 2), summed, paid)


def zinkevich(
    p: Prover,
    rate: Callable[[Any], Any],
    alpha: Any,
    G: Any,
    T: Any,
    *,
    rounds: Theorem,
    distance: Theorem,
    width: Theorem,
) -> Theorem:
    """1 <= T |- sum_t <g_t, y_t> <= D^2 sqrt(T)/(2 alpha) + alpha G^2 (sqrt(T) - 1/2) for the step sizes alpha/sqrt(t).

    rate       t -> alpha/sqrt(t), with an assumption `alpha_positive`
    rounds     1 <= t |- <g_t, y_t> <= (Y_t - Y_{t+1})/(2 rate(t)) + rate(t) G^2/2
    distance   0 <= Y_t, where Y_t = |y_t|^2
    width      1 <= t |- Y_t <= D^2
    """
    bound, positive, begun = width.claim.right, p.given("alpha_positive"), p.assume(1 <= t)
    # Abel summation with the weights 1/(2 rate(t)) = sqrt(t)/(2 alpha)
    upwards = p.inv_positive(positive)
    longer = p.sqrt_monotone(p.certify(t <= t + 1), p.certify(0 <= t, begun))
    nonneg = p.certify(0 <= 1 / (2 * rate(t)), p.sqrt_nonneg(t), upwards)
    rising = p.certify(1 / (2 * rate(t)) <= 1 / (2 * rate(t + 1)), longer, upwards)
    spent = abel(
        p,
        lambda t: 1 / (2 * rate(t)),
        lambda k: substitute(distance.claim.right, {t: k}),
        bound,
        T,
        nonneg=lambda k: p.inst(nonneg, {t: k}),
        rising=lambda k: p.inst(rising, {t: k}),
        low=lambda k: p.inst(distance, {t: k}),
        high=lambda k: p.inst(width, {t: k}),
    )
    square = p.certify(0 <= alpha * G**2, positive, squares=[G])
    steps = alpha * G**2 * total(t, 1, T, 1 / sqrt(t))
    steps = p.certify(steps <= alpha * G**2 * (2 * sqrt(T) - 1), inverse_sqrt_sum(p, T), square)
    summed = p.sum_of(rounds, t, 1, T)
    closed = bound * sqrt(T) / (2 * alpha) + alpha * G**2 * (sqrt(T) - Fraction(1, 2))
    return p.chain(summed.claim.left <= closed, summed, spent, steps)


def rate_positive(p: Prover, rate: Any) -> Theorem:
    """1 <= t |- 0 < alpha/sqrt(t), from the assumption `alpha_positive`."""
    root = p.sqrt_positive(p.certify(0 < t, p.assume(1 <= t), degree=1))
    return p.certify(0 < rate, p.given("alpha_positive"), p.inv_positive(root))


def distance_nonneg(p: Prover, game: Game, t: Any) -> Theorem:
    """0 <= |x_t - u|^2."""
    (a,) = apart(p, "a")
    square = p.inst(p.certify(0 <= a**2, squares=[a]), {a: game.gap(t)})
    return p.restate(0 <= game.distance(t), p.sum_of(square, i, 1, game.d))


def gap_bound(p: Prover, game: Game, t: Any) -> Theorem:
    """1 <= t, 1 <= i, i <= d |- (x_t(i) - u(i))^2 <= (high - low)^2."""
    ends = (*inside(p, game, t), p.given("u_low", i), p.given("u_high", i))
    return p.certify(game.gap(t) ** 2 <= (game.high - game.low) ** 2, *ends)


def distance_bound(p: Prover, game: Game, t: Any) -> Theorem:
    """1 <= t |- |x_t - u|^2 <= d (high - low)^2."""
    counted = constant_sum(p, i, game.d, (game.high - game.low) ** 2)
    counted = p.using(counted, p.certify(0 <= game.d, p.given("dimension"), degree=1))
    return p.chain(game.distance(t) <= game.width, p.sum_of(gap_bound(p, game, t), i, 1, game.d), counted)


def witnessed(game: Game, families: dict[str, Any], values: dict[Any, Any], strong: Any = 0) -> Witness:
    """f_t(x) = x + strong/2 (x + 1)^2 on [-1, 1], from x_1 = -1, where x stays, against u = 1; the rest as given.

    That x_t stays in the box, and the inequality of convexity with it, is proved from the interpreted text.
    """
    one = {"high": ([], 1), "d": ([], 1), "g": ([t, i], 1), "u": ([i], 1), "loss_u": ([t], 1 + 2 * lift(strong))}
    chosen = {**one, "low": ([], -1), "first": ([i], -1), "loss": ([t], -1), **families}
    interpretation = {name: (tuple(variables), lift(value)) for name, (variables, value) in chosen.items()}
    proposed = interpret(game.reading.value("x", k), interpretation, {})

    def prove(p: Any, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
        if not goal.right.families:
            return p.certify(goal, *guards, p.sum_one(i, 1, lift(1)))
        started = p.certify(0 <= t - 1, *guards)
        ends = [p.using(p.inst(end, {k: t - 1}), started) for end in stays(p, proposed)]
        gap = Family(ITERATE)(i, t - 1) - 1
        each = p.certify(-2 - 2 * lift(strong) <= gap - lift(strong) / 2 * gap**2, *ends)
        return p.chain(goal, p.sum_of(each, i, 1, 1), p.sum_one(i, 1, lift(1)))

    return Witness(chosen, values, prove)


def stays(p: Prover, proposed: Any) -> list[Theorem]:
    """0 <= k |- -1 <= X(i, k), and X(i, k) <= 1, where X starts at -1 and moves to the point of [-1, 1] proposed."""
    clip = read(box, Setting(), scalars={"low": -1, "high": 1})
    ends = clip_range(p, lambda y: clip.value("result", 0, y=y), proposed, lift(-1), lift(1))
    x, ordered = Family(ITERATE), p.certify(lift(-1) <= lift(1))
    found = []
    for claim, end in zip((lambda x: lift(-1) <= x, lambda x: x <= 1), ends, strict=True):
        base = p.certify(claim(x(i, 0)), p.start(ITERATE, i), ordered)
        step = p.certify(claim(x(i, k + 1)), p.next(ITERATE, i, k), p.using(end, ordered), degree=1)
        found.append(p.induction(k, 0, claim(x(i, k)), base, step))
    return found
