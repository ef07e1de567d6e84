"""The projection-free periodic losses C max(x, -1) and -min(x, 1), whatever the phase: convex, with bounded slopes."""

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, integer, lift, reals
from adamtheory.logic.terms import Rel
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_reddi_game import Losses

n = integer("n")
x, y = reals("x y")
game = Losses(reddi_unbounded)
setting, C = game.setting, game.C


def convex() -> Rel:
    """f(x) - f(y) <= f'(x) (x - y) in round n + 1."""
    return game.loss(n + 1, x) - game.loss(n + 1, y) <= game.slope(n, x) * (x - y)


def bounded() -> Rel:
    """|f'(x)| <= C in round n + 1."""
    return absolute(game.slope(n, x)) <= C


def in_all_cases(p: Prover, proved: Callable[[Any, Theorem, Theorem], Theorem]) -> Theorem:
    """A claim from its four cases: the kind of round, and the side of the kink on which x lies.

    proved(kind, phase, side)   the claim, from what the two indicators are worth; kind is "spike" or "other"
    """
    room = 1 - game.phase(n)
    found = []
    for kind, switch in (("spike", x - (-1)), ("other", 1 - x)):
        phase = p.indicator_on(p.assume(0 < room)) if kind == "spike" else p.indicator_off(p.assume(room <= 0))
        on, off = p.indicator_on(p.assume(0 < switch)), p.indicator_off(p.assume(switch <= 0))
        found.append(p.cases(proved(kind, phase, off), proved(kind, phase, on), switch, 0))
    return p.cases(found[1], found[0], room, 0)


def prove_convex(p: Prover) -> Theorem:
    """0 <= C |- convex()."""
    nonneg = p.assume(0 <= C)

    def proved(kind: Any, phase: Theorem, side: Theorem) -> Theorem:
        at_x, at_y = (x, y) if kind == "spike" else (-x, -y)  # the loss is a multiple of max(at_x, -1)
        switch = x - (-1) if kind == "spike" else 1 - x
        if side.claim.right is lift(1):
            value = p.max_is(p.restate(-1 <= at_x, p.assume(0 < switch)))
        else:
            value = p.max_is(p.restate(at_x <= -1, p.assume(switch <= 0)))
        return p.certify(convex(), phase, side, value, p.max_left(at_y, -1), p.max_right(at_y, -1), nonneg)

    return in_all_cases(p, proved)


def prove_bounded(p: Prover) -> Theorem:
    """1 <= C |- bounded()."""
    large = p.assume(1 <= C)

    def proved(kind: Any, phase: Theorem, side: Theorem) -> Theorem:
        slope = game.slope(n, x)
        above = p.certify(slope <= C, phase, side, large)
        return p.max_least(above, p.certify(-slope <= C, phase, side, large))

    return in_all_cases(p, proved)
