"""Online gradient descent with a constant step size alpha has regret at most D^2/(2 alpha) + alpha G^2 T/2.

Words   In the box [low, high]^d, of squared diameter D^2 = d (high - low)^2, with convex losses and |g_t| <= G.
        The updates and the projection are the texts of `sgd` and `box`.
Source  Zinkevich 2003, by the proof of Theorem 1 with a constant learning rate (as in his Theorem 2); stated so for
        this project.
Note    loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality; that the projection does not lengthen the distance to u is proved from its text.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import constant_sum, telescoping
from adamtheory.proofs.lemmas_descent import BOX, distance_bound, distance_nonneg, i, play, round_bound, t, witnessed
from adamtheory.proofs.lemmas_regret import convex_to_linear
from adamtheory.rules.descent import sgd

T = integer("T")

setting = Setting()
alpha, G = setting.constants("alpha G")
game = play(sgd, setting, {"lr": alpha})
setting.assume("alpha_positive", 0 < alpha)
setting.assume("gradients", game.over(game.g(t, i) ** 2) <= G**2, [1 <= t])


def bound(T: Any) -> Any:
    return game.width / (2 * alpha) + alpha * G**2 * T / 2


def statement() -> Statement:
    return Statement(setting, game.regret(T) <= bound(T), [0 <= T], [*BOX, "convex", "alpha_positive", "gradients"])


def witness() -> Witness:
    return witnessed(game, {"alpha": ([], 1), "G": ([], 1)}, {T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    above = p.given("alpha_positive")
    rounds = p.sum_of(round_bound(p, game, t, alpha, above, p.given("gradients", t)), t, 1, T)
    # |y_1|^2 - |y_{T+1}|^2 <= D^2
    shrunk = telescoping(p, game.distance, T)
    ends = distance_bound(p, game, lift(1)), distance_nonneg(p, game, T + 1)
    spent = p.chain(shrunk.claim.left <= game.width, shrunk, p.using(ends[0], p.certify(1 <= lift(1))), ends[1])
    spent = p.certify(spent.claim.left / (2 * alpha) <= game.width / (2 * alpha), spent, p.inv_positive(above))
    steps = constant_sum(p, t, T, alpha * G**2 / 2)
    return p.chain(game.regret(T) <= bound(T), convex_to_linear(p, "convex", T), rounds, spent, steps)
