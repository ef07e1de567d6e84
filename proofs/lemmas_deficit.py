"""The regret of a player with constant momentum whose weights C = w/alpha may fall: what they lose is paid for.

The denominators are positive here, so no quotient is 0/0. Compare `linear_regret` of `lemmas_momentum`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, le, lift, positive_part, total
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_momentum import Player, after, once, round_lemmas

Known = Callable[[Any], Theorem]


def lost(c: Player, t: Any) -> Any:
    """max(C(t) - C(t+1), 0)."""
    return positive_part(c.weight(t) - c.weight(t + 1))


def losses(c: Player, n: Any) -> Any:
    """What the weights lost in n rounds."""
    return total(t, 1, n - 1, lost(c, t))


def positive_weight(p: Prover, c: Player, t: Any) -> Theorem:
    """1 <= t |- 0 < C(t), where `positive` of the player is 1 <= t |- 0 < w(t)."""
    return p.certify(0 < c.weight(t), c.positive(t), p.inv_positive(c.step_positive(t)))


@once
def rounds(p: Prover, c: Player, n: Any) -> tuple[Theorem, ...]:
    """0 <= n |- the three bounds of `round_lemmas` in round n + 1."""
    reached = p.certify(1 <= n + 1, p.assume(0 <= n), degree=1)
    step, weight = (p.using(f, reached) for f in (c.step_positive(n + 1), c.positive(n + 1)))
    same = p.certify(eq(c.m(n + 1), c.weight(n + 1) * c.step(n + 1)), p.inverse(weight), p.inverse(step))
    lemmas, variables = round_lemmas(p)
    values = (c.x(n), c.x(n + 1), c.u, c.weight(n + 1), c.m(n + 1), c.step(n + 1))
    nonneg = p.restate(0 <= c.weight(n + 1), p.using(positive_weight(p, c, n + 1), reached))
    facts = (nonneg, same, c.nearer(n, c.u), c.nearer(n, c.x(n)))
    return tuple(put(p, lemma, variables, values, *facts) for lemma in lemmas)


def invariant(a: Any, R: Any, Q: Any, L: Any, m: Any, C: Any, y: Any, B: Any) -> Any:
    """(1-a) R <= (1-a) (C (B - y^2) + L B + Q)/2 + a m y + a Q."""
    return le((1 - a) * R, (1 - a) * (C / 2 * (B - y**2) + L / 2 * B + Q / 2) + a * m * y + a * Q)


def deficit_step(p: Prover) -> tuple[Theorem, Any]:
    """One round of the invariant, about numbers; with its variables.

    Before the round: sums R and Q, losses L, average m, weight C, iterate x; in it: gradient g, average M, weight E,
    cost q, losses H, iterate z. B bounds (x - u)^2.
    """
    variables = apart(p, "a R Q L m C x g M E q H z u B")
    a, R, Q, L, m, C, x, g, M, E, q, H, z, u, B = variables
    low, high, average, close = p.assume(0 <= a, a < 1, eq(M, a * m + (1 - a) * g), (x - u) ** 2 <= B)
    shrunk = E / 2 * ((x - u) ** 2 - (z - u) ** 2)
    paid, moved = p.assume(M * (x - u) <= shrunk + q / 2, M * (x - z) <= q)
    before, more, rises = p.assume(invariant(a, R, Q, L, m, C, x - u, B), C - E <= H - L, L <= H)
    square = p.certify(0 <= (x - u) ** 2, squares=[x - u])
    room = p.certify((C - E) * (B - (x - u) ** 2) <= (H - L) * (B - (x - u) ** 2), more, close)
    whole = p.certify((H - L) * (B - (x - u) ** 2) <= (H - L) * B, rises, square)
    abel = p.chain(C / 2 * (B - (x - u) ** 2) <= E / 2 * (B - (x - u) ** 2) + (H - L) / 2 * B, room, whole)
    kept = p.certify(0 <= 1 - a, high)
    parts = [p.certify((1 - a) * f.claim.left <= (1 - a) * f.claim.right, kept, f) for f in (paid, abel)]
    parts += [p.certify(a * M * (x - z) <= a * q, low, moved), before, average]
    return p.certify(invariant(a, R + g * (x - u), Q + q, H, M, E, z - u, B), *parts), variables


def deficit_regret(p: Prover, c: Player, n: Any) -> Theorem:
    """1 <= n |- (1-a) sum_{t=1}^n g(t) (x_t - u) <= width^2 (C(n) + (1-a) losses(n))/2 + (1+a)/2 sum_t costs."""
    k = p.fresh("k", n)
    begun, start, _ = after(p, k)
    bound, paid = lift(c.width) ** 2, c.g(t) * c.gap(t - 1)

    def sums(n: Any) -> tuple[Any, Any]:
        return total(t, 1, n, paid), total(t, 1, n, c.squared(t))

    def claim(n: Any) -> Any:
        return invariant(c.a, *sums(n), losses(c, n), c.m(n), c.weight(n), c.gap(n), bound)

    lemma, variables = deficit_step(p)

    def step(k: Any, old: tuple[Any, ...], start: Theorem, *facts: Theorem) -> Theorem:
        new = (c.g(k + 1), c.m(k + 1), c.weight(k + 1), c.squared(k + 1), losses(c, k + 1), c.x(k + 1), c.u, bound)
        known = [p.using(f, start) for f in (*rounds(p, c, k), c.following(k), c.close(k))]
        return put(p, lemma, variables, (c.a, *old, c.x(k), *new), *c.decay, *known, *facts)

    zero, one = lift(0), p.certify(1 <= lift(1))
    empty = p.certify(invariant(c.a, zero, zero, zero, c.m(zero), zero, c.gap(zero), bound), c.begun)
    none = p.sum_none(t, 1, lost(c, t))
    weight = p.using(positive_weight(p, c, lift(1)), one)
    first = (
        p.certify(zero - c.weight(1) <= losses(c, lift(1)) - zero, weight, none),
        p.certify(zero <= losses(c, lift(1)), none),
    )
    base = step(zero, (zero, zero, zero, c.m(zero), zero), p.certify(zero <= zero), empty, *first)
    base = p.certify(claim(lift(1)), base, p.sum_one(t, 1, paid), p.sum_one(t, 1, c.squared(t)))
    lasts = [p.sum_step(t, 1, k, body, begun) for body in (paid, c.squared(t))]
    longer = p.sum_step(t, 1, k - 1, lost(c, t), p.restate(0 <= k - 1, begun))
    fall = c.weight(k) - c.weight(k + 1)
    grown = p.certify(fall <= losses(c, k + 1) - losses(c, k), longer, p.max_left(fall, 0), degree=1)
    rises = p.certify(losses(c, k) <= losses(c, k + 1), longer, p.max_right(fall, 0), degree=1)
    old = (*sums(k), losses(c, k), c.m(k), c.weight(k))
    known = (p.assume(claim(k)), grown, rises)
    found = p.induction(k, 1, claim(k), base, p.certify(claim(k + 1), step(k, old, start, *known), *lasts))
    return _last_average(p, c, p.inst(found, {k: n}), *sums(n), n)


def _last_average(p: Prover, c: Player, found: Theorem, R: Any, Q: Any, n: Any) -> Theorem:
    """The claim of `deficit_regret` from the invariant; m(n) (x_{n+1} - u) is bounded by the third of `rounds`."""
    a, r, q, L, m, C, y, z, B = variables = apart(p, "a r q L m C y z B")
    low, weight, close, last = p.assume(0 <= a, 0 < C, y**2 <= B, m * z <= C / 2 * (y**2 - z**2))
    spent = p.certify(a * m * z <= a * C / 2 * (B - z**2), low, last, p.certify(C * y**2 <= C * B, weight, close))
    positive = p.certify(0 <= C * z**2, weight, squares=[z], degree=1)
    goal = (1 - a) * r <= B * (C + (1 - a) * L) / 2 + (1 + a) / 2 * q
    lemma = p.certify(goal, spent, positive, p.assume(invariant(a, r, q, L, m, C, z, B)), degree=1)
    before = p.certify(0 <= n - 1, p.assume(1 <= n), degree=1)
    known = [p.using(f, before) for f in (rounds(p, c, n - 1)[2], c.close(n - 1))]
    values = (c.a, R, Q, losses(c, n), c.m(n), c.weight(n), c.gap(n - 1), c.gap(n), lift(c.width) ** 2)
    return put(p, lemma, variables, values, c.decay[0], positive_weight(p, c, n), found, *known)
