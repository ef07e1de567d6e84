"""On the periodic sequence no fixed point of [-1, 1] does better than -1, for every number of rounds.

Words   f_t(x) = C x if t = 1 mod 3, else -x, with C >= 2. Then sum_{t<=T} f_t(-1) <= sum_{t<=T} f_t(u) for every
        T >= 0 and every u >= -1.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 1 (there for whole blocks).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_reddi_game import Losses, T, k, t
from adamtheory.proofs.lemmas_reddi_play import Rounds

u = real("u")

game = Losses()
setting = game.setting


def statement() -> Statement:
    return Statement(setting, game.paid(T, -1) <= game.paid(T, u), hyps=[2 <= game.C, -1 <= u, 0 <= T])


def witness() -> Witness:
    return Witness({"C": ([], 3)}, values={u: 1, T: 1})


def prove() -> Theorem:
    rounds = Rounds(game)
    p, C = rounds.p, game.C
    body = game.loss(t, u) - game.loss(t, -1)
    large, above = p.assume(2 <= C, -1 <= u)
    values, parts = [], []
    for j, slope in enumerate((C, lift(-1), lift(-1))):
        cost = game.loss(3 * k + j + 1, u) - game.loss(3 * k + j + 1, -1)
        values.append(p.certify(eq(cost, slope * (u + 1)), rounds.spiking(j)))
        # the slopes of a block add up to C, C - 1, C - 2
        positive = p.certify(0 <= (C - j) * (u + 1), large, above)
        parts.append(p.chain(0 <= sum(v.claim.left for v in values), *values, positive))
    return p.chain(statement().claim, rounds.nonnegative(body, parts))
