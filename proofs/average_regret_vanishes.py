"""No regret on average against a fixed u: max(R_T/T, 0) tends to 0 for online gradient descent with alpha/sqrt(t).

Words   In the setting of `zinkevich_box`, max(R_T/T, 0) -> 0, which says limsup R_T/T <= 0. The limit of R_T/T itself
        need not be 0: a regret may be very negative.
Source  Zinkevich 2003, Theorem 1, its last statement (limsup R_T/T <= 0; wording unverified).
Note    max(R_T/T, 0) lies between 0 and C/sqrt(T) with C = D^2/(2 alpha) + alpha G^2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, positive_part, sqrt, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.proofs import zinkevich_box
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.proofs.zinkevich_box import G, T, alpha, game, setting


def statement() -> Statement:
    return Statement(setting, tends(positive_part(game.regret(T) / T), 0, T), assumes=zinkevich_box.statement().assumes)


def witness() -> Witness:
    return zinkevich_box.witness()


def inverse_root(p: Prover, rounds: Theorem) -> Theorem:
    """sqrt(T) sqrt(1/T) = 1 from 0 < T."""
    product = p.sqrt_product(p.restate(0 <= T, rounds), p.restate(0 <= inv(T), p.inv_positive(rounds)))
    return p.chain(eq(sqrt(T) * sqrt(1 / T), 1), product, p.rewrite(p.inverse(rounds), sqrt), root_of_one(p))


def prove() -> Theorem:
    p = Prover(setting)
    rounds, positive = p.certify(0 < T, p.assume(1 <= T), degree=1), p.given("alpha_positive")
    average, C = game.regret(T) / T, game.width / (2 * alpha) + alpha * G**2
    # R_T <= C sqrt(T), hence R_T/T <= C sqrt(1/T) =: C q, since 1/T = q^2 and sqrt(T) q = 1
    square = p.certify(0 <= alpha * G**2, positive, squares=[G])
    most = p.chain(game.regret(T) <= C * sqrt(T), zinkevich_box.prove(), square)
    share, q = p.inv_positive(rounds), sqrt(1 / T)
    shrunk = p.certify(average <= C * sqrt(T) / T, most, share)
    high = p.certify(average <= C * q, shrunk, inverse_root(p, rounds), p.sqrt_square(share))
    width = p.certify(0 <= game.width, p.given("dimension"), squares=[game.high - game.low])
    scale = p.certify(0 <= C, square, p.certify(0 <= game.width / (2 * alpha), width, p.inv_positive(positive)))
    below = p.max_least(high, p.certify(0 <= C * q, scale, p.sqrt_nonneg(1 / T)))
    # C q -> C sqrt(0), and C sqrt(0) = 0
    vanishing = p.lim_op("mul", p.lim_const(C, T), p.lim_op("sqrt", p.lim_recip(T)))
    nothing = C * sqrt(0)
    shifted = p.lim_op("add", vanishing, p.lim_const(-nothing, T))
    zero = zero_of_square(p, p.restate(sqrt(0) ** 2 <= 0, p.sqrt_square(p.certify(0 <= lift(0)))))
    below = p.certify(positive_part(average) <= C * q - nothing, below, zero)
    above = p.restate(0 <= positive_part(average), p.max_right(average, 0))
    return p.lim_squeeze(p.lim_const(0, T), shifted, 1, above, below)
