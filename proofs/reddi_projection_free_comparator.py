"""On the projection-free sequence no point of the real line does better than -1, for every number of rounds.

Words   f_t(x) = C max(x, -1) if t = 1 mod 3, else -min(x, 1), with C >= 2. Then sum_{t<=T} f_t(-1) <= sum_{t<=T} f_t(u)
        for every T >= 0 and every real u.
Source  Derived for this project.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift, maximum, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.losses.linear import reddi_unbounded
from adamtheory.proofs.lemmas_reddi_game import Losses, T, k, t
from adamtheory.proofs.lemmas_reddi_play import Rounds

u = real("u")

game = Losses(reddi_unbounded)
setting = game.setting


def statement() -> Statement:
    return Statement(setting, game.paid(T, -1) <= game.paid(T, u), hyps=[2 <= game.C, 0 <= T])


def witness() -> Witness:
    return Witness({"C": ([], 3)}, values={T: 1})


def prove() -> Theorem:
    rounds = Rounds(game)
    p, C, w = rounds.p, game.C, maximum(u, -1) + 1
    large, above = p.assume(2 <= C), p.certify(0 <= w, p.max_right(u, -1))
    at_one = (p.max_is(p.certify(lift(-1) <= lift(-1))), p.max_is(p.certify(lift(-1) <= lift(1))))
    sides = (p.max_left(u, -1), p.max_left(-u, -1))
    values, parts = [], []
    for j, slope in enumerate((C, lift(-1), lift(-1))):
        cost = game.loss(3 * k + j + 1, u) - game.loss(3 * k + j + 1, -1)
        values.append(p.certify(slope * w <= cost, rounds.spiking(j), *at_one, *sides))
        # the slopes of a block add up to C, C - 1, C - 2
        positive = p.certify(0 <= (C - j) * w, large, above)
        parts.append(p.chain(0 <= sum(v.claim.right for v in values), *values, positive))
    return p.chain(statement().claim, rounds.nonnegative(game.loss(t, u) - game.loss(t, -1), parts))
