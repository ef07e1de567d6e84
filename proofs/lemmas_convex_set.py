"""Online convex programming on any closed convex set, for methods with momentum that project in their own norm.

Of the set only this is used: x_{n+1} is the point nearest to what the rule proposes, in the norm with the square
sum_i w_i y_i^2 of round n + 1, among the points of the triangle x_{n+1}, x_n, u, which lie in the set. One coordinate
alone is no longer brought nearer to u; what is missed is carried along, and is not negative in the sum over i.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, le, lift, real, total
from adamtheory.logic.projections import nearest_point
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, exchanged, put
from adamtheory.logic.witness import interpret
from adamtheory.proofs.lemmas_box_game import ITERATE, Arena, i, t
from adamtheory.proofs.lemmas_momentum import Known, Player, after, divides, once, weight_nonneg
from adamtheory.proofs.lemmas_regret import convex_to_linear

n, s, r = integer("n"), real("s"), real("r")
Above = Callable[[Prover, Callable[[Any], Any]], tuple[Theorem, Theorem]]
SET = ("convex", "nearest", "width")


def convex_play(
    rule: Rule, setting: Setting, d: Any, scalars: Mapping[str, Any], slots: Sequence[str] | None = None
) -> Arena:
    """The updates of a rule with gradients g(t, i); where its iterates X(i, n) are is for `assume_set` to say."""
    g, X = setting.family("g", "ZZ"), setting.family(ITERATE, "ZZ")
    u, loss, loss_u = (setting.family(f, "Z") for f in ("u", "loss", "loss_u"))
    reading = read(
        rule,
        setting,
        inputs={"g": lambda t, x: g(t, i)},
        scalars=scalars,
        slots=slots,
        coordinates=[i],
        dimension=d,
        iterate=X,
    )
    return Arena(reading, g, u, loss, loss_u, d)


def assume_set(setting: Setting, game: Arena, w: Callable[[Any], Any], D: Any) -> None:
    """Convexity; the projection in the norm of the weights w(n+1); and |x_t(i) - u(i)| <= D."""
    new, proposed = game.x(n + 1), game.reading.value("x", n)
    between = new + s * (game.u(i) - new) + r * (game.x(n) - new)
    away = [game.over(w(n + 1) * (z - proposed) ** 2) for z in (new, between)]
    setting.assume("nearest", away[0] <= away[1], [0 <= n, 0 <= s, 0 <= r, s + r <= 1])
    setting.assume("width", (game.x(t - 1) - game.u(i)) ** 2 <= D**2, [1 <= t, 1 <= i, i <= game.d])
    linear = game.over(game.g(t, i) * (game.x(t - 1) - game.u(i)))
    setting.assume("convex", game.loss(t) - game.loss_u(t) <= linear, [1 <= t])


def close(p: Prover, n: Any) -> Theorem:
    """0 <= n, 1 <= i, i <= d |- (x(n) - u)^2 <= D^2."""
    return p.using(p.given("width", i=i, t=lift(n) + 1), p.certify(1 <= lift(n) + 1, p.assume(0 <= n), degree=1))


# --- what a coordinate misses -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Coupled:
    """A player whose projection couples the coordinates: `nearer` of the player is not asked.

    moved(n)   0 <= n |- what the rule proposes in round n + 1 is x(n) - step(n + 1)
    """

    game: Arena
    c: Player
    moved: Known

    def proposed(self, t: Any) -> Any:
        """Coordinate i of the point that the rule proposes in round t."""
        return self.game.reading.value("x", t - 1)

    def missed(self, t: Any, z: Any) -> Any:
        """w/alpha ((y - z)^2 - (y - x')^2 - (x' - z)^2) for y proposed, x' = x(t), z = u(i) or x(t-1)."""
        y, new = self.proposed(t), self.c.x(t)
        return self.c.weight(t) * ((y - z) ** 2 - (y - new) ** 2 - (new - z) ** 2)

    def by_u(self, t: Any) -> Any:
        """What is missed towards u."""
        return self.missed(t, self.c.u)

    def back(self, t: Any) -> Any:
        """What is missed towards x(t-1)."""
        return self.missed(t, self.c.x(t - 1))

    def paid(self, t: Any) -> Any:
        """(1-a) g (x_t - u) and half of what is missed."""
        a = self.c.a
        return (1 - a) * self.c.g(t) * self.c.gap(t - 1) + (1 - a) / 2 * self.by_u(t) + a / 2 * self.back(t)


def missing(p: Prover, k: Coupled, z: Any, nearest: Callable[[Any], Theorem]) -> Theorem:
    """1 <= t |- 0 <= the sum over i of what is missed towards z.

    nearest(s)   0 <= s, s <= 1 |- x(t) is no farther from what is proposed than x(t) + s (z - x(t)) is
    """
    reached = p.assume(1 <= t)
    terms = (i, k.game.d, k.c.w(t), k.proposed(t), k.c.x(t), z)
    low = p.certify(0 <= k.c.w(t), k.c.nonneg(t))
    closer = nearest_point(p, *terms, nonneg=p.using(low, reached), nearest=nearest)
    rate = p.inv_positive(k.c.step_positive(t))
    return p.certify(0 <= k.game.over(k.missed(t, z)), closer, rate)


def missed_nothing(p: Prover, k: Coupled) -> tuple[Theorem, Theorem]:
    """1 <= t |- what the coordinates miss, towards u and towards x(t-1), is not negative in sum."""
    before = p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)
    zero = p.certify(0 <= lift(0))

    def at(s_value: Any, r_value: Any) -> Theorem:
        return p.using(p.given("nearest", n=t - 1, s=lift(s_value), r=lift(r_value)), before, zero)

    return missing(p, k, k.c.u, lambda s: at(s, 0)), missing(p, k, k.c.x(t - 1), lambda r: at(0, r))


# --- one coordinate ---------------------------------------------------------------------------------------------------


def round_lemmas(p: Prover) -> tuple[tuple[Theorem, ...], Any]:
    """For a step s = m/c from x to y, projected to z: three bounds by c, m s, and what is missed; with their variables.

    With e and f missed towards u and x: m (x - u) <= c/2 ((x - u)^2 - (z - u)^2) + m s/2 - e/2,
    m (x - z) <= m s - f/2, and m (z - u) <= c/2 ((x - u)^2 - (z - u)^2) - e/2.
    """
    x, z, u, c, m, s, y = variables = apart(p, "x z u c m s y")
    weight, same, moved = p.assume(0 <= c, eq(m, c * s), eq(y, x - s))
    shrunk = c / 2 * ((x - u) ** 2 - (z - u) ** 2)
    e, f = (c * ((y - v) ** 2 - (y - z) ** 2 - (z - v) ** 2) for v in (u, x))
    square = x - s - z
    return (
        p.certify(m * (x - u) <= shrunk + m * s / 2 - e / 2, weight, same, moved, squares=[square]),
        p.certify(m * (x - z) <= m * s - f / 2, weight, same, moved, squares=[square]),
        p.certify(m * (z - u) <= shrunk - e / 2, weight, same, moved, squares=[x - z]),
    ), variables


@once
def round_bounds(p: Prover, k: Coupled, n: Any) -> tuple[Theorem, ...]:
    """0 <= n |- the three bounds of `round_lemmas` in round n + 1."""
    c, reached = k.c, p.certify(1 <= n + 1, p.assume(0 <= n), degree=1)
    weight, whole = (p.using(f(p, c, n + 1), reached) for f in (weight_nonneg, divides))
    same = p.certify(
        eq(c.m(n + 1), c.weight(n + 1) * c.step(n + 1)), whole, p.inverse(p.using(c.step_positive(n + 1), reached))
    )
    lemmas, variables = round_lemmas(p)
    values = (c.x(n), c.x(n + 1), c.u, c.weight(n + 1), c.m(n + 1), c.step(n + 1), k.proposed(n + 1))
    moved = p.restate(eq(k.proposed(n + 1), c.x(n) - c.step(n + 1)), k.moved(n))
    return tuple(put(p, lemma, variables, values, weight, same, moved) for lemma in lemmas)


def invariant(a: Any, S: Any, Q: Any, m: Any, C: Any, y: Any, B: Any) -> Any:
    """S <= (1-a) (C (B - y^2) + Q)/2 + a m y + a Q."""
    return le(S, (1 - a) * (C / 2 * (B - y**2) + Q / 2) + a * m * y + a * Q)


def regret_step(p: Prover) -> tuple[Theorem, Any]:
    """One round of the invariant, about numbers; with its variables.

    Before the round: sums S and Q, average m, weight C, iterate x; in it: gradient g, average M, weight E, cost q,
    iterate z, what is missed e and f. B bounds (x - u)^2.
    """
    a, S, Q, m, C, x, g, M, E, q, z, u, B, e, f = variables = apart(p, "a S Q m C x g M E q z u B e f")
    low, high, average, rises, close = p.assume(0 <= a, a < 1, eq(M, a * m + (1 - a) * g), C <= E, (x - u) ** 2 <= B)
    shrunk = E / 2 * ((x - u) ** 2 - (z - u) ** 2)
    paid, moved = p.assume(M * (x - u) <= shrunk + q / 2 - e / 2, M * (x - z) <= q - f / 2)
    before = p.assume(invariant(a, S, Q, m, C, x - u, B))
    abel = p.certify(C * (B - (x - u) ** 2) <= E * (B - (x - u) ** 2), rises, close)
    kept = p.certify(0 <= 1 - a, high)
    parts = [p.certify((1 - a) * h.claim.left <= (1 - a) * h.claim.right, kept, h) for h in (paid, abel)]
    parts += [p.certify(a * M * (x - z) <= a * (q - f / 2), low, moved), before, average]
    more = (1 - a) * g * (x - u) + (1 - a) / 2 * e + a / 2 * f
    return p.certify(invariant(a, S + more, Q + q, M, E, z - u, B), *parts), variables


def coordinate_regret(p: Prover, k: Coupled, n: Any) -> Theorem:
    """1 <= n |- sum_t paid(t) + a/2 (what is missed towards u in round n) <= D^2 w(n)/(2 alpha(n)) + (1+a)/2 costs."""
    j, c = p.fresh("k", n), k.c
    begun, start, _ = after(p, j)
    bound, body = lift(c.width) ** 2, k.paid(t)

    def sums(n: Any) -> tuple[Any, Any]:
        return total(t, 1, n, body), total(t, 1, n, c.squared(t))

    def claim(n: Any) -> Any:
        return invariant(c.a, *sums(n), c.m(n), c.weight(n), c.gap(n), bound)

    lemma, variables = regret_step(p)

    def step(j: Any, S: Any, Q: Any, C: Any, start: Theorem, *facts: Theorem) -> Theorem:
        values = (c.a, S, Q, c.m(j), C, c.x(j), c.g(j + 1), c.m(j + 1), c.weight(j + 1), c.squared(j + 1), c.x(j + 1))
        known = [p.using(f, start) for f in (*round_bounds(p, k, j)[:2], c.following(j), c.close(j))]
        rest = (c.u, bound, k.by_u(j + 1), k.back(j + 1))
        return put(p, lemma, variables, (*values, *rest), *c.decay, *known, *facts)

    zero, one = lift(0), p.certify(1 <= lift(1))
    empty = p.certify(invariant(c.a, zero, zero, c.m(zero), zero, c.gap(zero), bound), c.begun)
    first = step(zero, zero, zero, zero, p.certify(0 <= zero), empty, p.using(weight_nonneg(p, c, lift(1)), one))
    base = p.certify(claim(lift(1)), first, p.sum_one(t, 1, body), p.sum_one(t, 1, c.squared(t)), degree=1)
    lasts = [p.sum_step(t, 1, j, summand, begun) for summand in (body, c.squared(t))]
    moved = step(j, *sums(j), c.weight(j), start, p.assume(claim(j)), c.rising(j))
    later = p.certify(claim(j + 1), moved, *lasts, degree=1)
    found = p.inst(p.induction(j, 1, claim(j), base, later), {j: n})
    return last_average(p, k, found, *sums(n), n)


def last_average(p: Prover, k: Coupled, found: Theorem, S: Any, Q: Any, n: Any) -> Theorem:
    """The claim of `coordinate_regret` from the invariant; m(n) (x_{n+1} - u) is bounded by `round_bounds`."""
    c = k.c
    a, v, q, m, C, y, z, B, e = variables = apart(p, "a v q m C y z B e")
    low, weight, close, last = p.assume(0 <= a, 0 <= C, y**2 <= B, m * z <= C / 2 * (y**2 - z**2) - e / 2)
    far = p.certify(C * y**2 <= C * B, weight, close)
    spent = p.certify(a * m * z <= a * (C / 2 * (B - z**2) - e / 2), low, last, far)
    positive = p.certify(0 <= C * z**2, weight, squares=[z], degree=1)
    goal = v + a / 2 * e <= B * C / 2 + (1 + a) / 2 * q
    lemma = p.certify(goal, spent, positive, p.assume(invariant(a, v, q, m, C, z, B)), degree=1)
    before = p.certify(0 <= n - 1, p.assume(1 <= n), degree=1)
    known = [p.using(f, before) for f in (round_bounds(p, k, n - 1)[2], c.close(n - 1))]
    values = (c.a, S, Q, c.m(n), c.weight(n), c.gap(n - 1), c.gap(n), lift(c.width) ** 2, k.by_u(n))
    return put(p, lemma, variables, values, c.decay[0], weight_nonneg(p, c, n), found, *known)


# --- the regret -------------------------------------------------------------------------------------------------------


def regret_bound(p: Prover, k: Coupled, n: Any) -> Theorem:
    """1 <= n |- (1-a) R_n <= sum_i D^2 w(n)/(2 alpha(n)) + (1+a)/2 sum_i sum_t alpha(t) m(t)^2/w(t); n a variable."""
    c, game = k.c, k.game
    summed = p.sum_of(coordinate_regret(p, k, n), i, 1, game.d)
    start = after(p, n)[1]
    swapped = p.using(exchanged(p, t, n, i, game.d, k.paid(t)), start)
    low, high = p.restate(0 <= c.a, c.decay[0]), p.certify(0 < 1 - c.a, c.decay[1])
    by_u, back = missed_nothing(p, k)
    gained = game.over(c.g(t) * c.gap(t - 1))
    each = p.certify((1 - c.a) * gained <= game.over(k.paid(t)), low, high, by_u, back)
    linear = convex_to_linear(p, "convex", n)
    scaled = p.certify((1 - c.a) * linear.claim.left <= (1 - c.a) * linear.claim.right, linear, high)
    last = p.certify(0 <= c.a / 2 * game.over(k.by_u(n)), p.inst(by_u, {t: n}), low)
    costs, weights = game.over(total(t, 1, n, c.squared(t))), game.over(lift(c.width) ** 2 * c.w(n))
    goal = (1 - c.a) * game.regret(n) <= weights / (2 * c.alpha(n)) + (1 + c.a) / 2 * costs
    return p.certify(goal, scaled, p.sum_of(each, t, 1, n), swapped, summed, last, degree=1)


def at_the_wall(
    game: Arena, w: Callable[[Any], Any], families: Mapping[str, Any], values: Mapping[Any, Any], above: Above
) -> Witness:
    """f_t(x) = -x on [-1, 1] from x_1 = 1, where x stays, against u = -1; the rest as given.

    above(p, read)   0 <= n |- 0 <= read(w(n+1)), and 1 <= read(what is proposed); read interprets terms
    """
    chosen = {"d": ([], 1), "g": ([t, i], -1), "u": ([i], -1), "loss": ([t], -1), "loss_u": ([t], 1), "D": ([], 2)}
    chosen = {**chosen, ITERATE: ([i, n], 1), **families}
    meaning = {name: (tuple(variables), lift(value)) for name, (variables, value) in chosen.items()}

    def read(term: Any) -> Any:
        return interpret(lift(term), meaning, {})

    def prove(p: Prover, goal: Any, guards: list[Theorem]) -> Theorem:
        if goal.left.op != "sum":
            return p.certify(goal, *guards, p.sum_one(i, 1, lift(1)))
        c, y, v = apart(p, "c y v")
        positive, beyond, share = p.assume(0 <= c, 1 <= y, 0 <= v)
        spread = p.certify(0 <= c * v * (y - 1), p.certify(0 <= c * v, positive, share), beyond)
        farther = p.certify(c * (1 - y) ** 2 <= c * (1 - 2 * v - y) ** 2, spread, positive, squares=[v])
        at = (read(w(n + 1)), read(game.reading.value("x", n)), s)
        return p.restate(goal, p.sum_of(put(p, farther, (c, y, v), at, *above(p, read), p.assume(0 <= s)), i, 1, 1))

    return Witness(chosen, values, prove)


def average_falls(p: Prover, game: Arena, read: Callable[[Any], Any]) -> Theorem:
    """0 <= n |- m(n+1) <= 0 in the witness, written out, where all gradients are -1."""
    m, new = read(game.m(n)), read(p.next("m", i, n).claim.right)
    base = p.certify(read(game.m(lift(0))) <= 0, p.start("m", i))
    step = p.certify(read(game.m(n + 1)) <= 0, p.assume(m <= 0), p.next("m", i, n))
    return p.certify(new <= 0, p.induction(n, 0, m <= 0, base, step))
