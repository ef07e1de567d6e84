"""Without bias correction the first step of Adam is the longer, the larger beta2 is.

Words   With eps = 0, lr > 0, beta1 < 1 and beta2 < beta2_large < 1: if g_1 is not 0, the first step with beta2 is
        shorter than the one with beta2_large.
Source  Derived for this project; from the text of `adam_uncorrected`, read for two values of beta2. It is the opposite
        of what Kingma & Ba 2015, section 3, print (`adam_small_beta2_refuted`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import two_rates
from adamtheory.proofs.lemmas_step_length import first_raw_step

first, second, _ = two_rates()
(a, small), large, lr = first.betas, second.betas[1], first.scalar("lr")
ASSUMES = ("beta1_below_one", "beta2_large_below_one", "rate_positive")


def statement() -> Statement:
    claim = absolute(first.step(0)) < absolute(second.step(0))
    return Statement(first.setting, claim, [small < large, 0 < first.gradient(1) ** 2], ASSUMES)


def witness() -> Witness:
    return first.witness(beta2=0, beta2_large=([], 1 / lift(2)))


def prove() -> Theorem:
    p = Prover(first.setting)
    ordered, top = p.assume(small < large), p.given("beta2_large_below_one")
    steps = first_raw_step(p, first, p.chain(small < 1, ordered, top)), first_raw_step(p, second, top)
    rooms = p.certify(0 < 1 - small, ordered, top), p.certify(0 < 1 - large, top)
    squares = [p.sqrt_square(room) for room in rooms]
    less = p.certify(sqrt(1 - large) ** 2 < sqrt(1 - small) ** 2, ordered, *squares)
    shorter = p.reciprocal(p.squares_strict(less, p.sqrt_nonneg(1 - small)), p.sqrt_positive(rooms[1]))
    scale = p.certify(0 < lr * (1 - a), p.given("rate_positive"), p.given("beta1_below_one"))
    return p.certify(statement().claim, *steps, shorter, scale)
