"""For a constant gradient the t-th step of RMSprop is alpha/sqrt(1 - beta2^t), long at first.

Words   `rmsprop` with eps = 0 and 0 <= beta2 < 1 on the constant gradient c has
        x_t = x_{t-1} - alpha c/|c|/sqrt(1 - beta2^t): the first step has the length alpha/sqrt(1 - beta2), 10 alpha for
        beta2 = 99/100.
Source  Derived for this project; from the text of `rmsprop` (Tieleman & Hinton 2012).
Note    n steps are done, so t = n + 1. With the correction of the bias all these steps have the length alpha.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, inv, power, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_framework import correction_room, inverse_of_product, root_of_square
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence, step
from adamtheory.rules.rmsprop import rmsprop

setting = Setting()
c, first = setting.constants("c x0")
reading = run(rmsprop, setting, "R", lambda t, x: c, start=first, eps=0)
lr, b = reading.scalars["lr"], reading.scalars["beta2"]
DECAY = decaying(setting, b, "beta2")


def x(n):
    return reading.slot("x", n)


def statement() -> Statement:
    length = lr * (c / absolute(c)) / sqrt(1 - power(b, n + 1))
    return Statement(setting, eq(x(n + 1), x(n) - length), [0 <= n], DECAY)


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    q = power(b, n + 1)
    following = p.power_next(b, p.assume(0 <= n))
    closed = (sequence(reading, "v"), lambda n: (1 - power(b, n)) * c**2)
    held = go_together(p, [closed], (reading,), following)[0]
    room = correction_room(p, reading, "beta2", n)
    moment = p.certify(eq(reading.value("v", n), (1 - q) * c**2), held, following)
    square, size = p.certify(0 <= c**2, squares=[c]), root_of_square(p, c)
    root = p.chain(
        eq(sqrt(reading.value("v", n)), sqrt(1 - q) * absolute(c)),
        p.rewrite(moment, sqrt), p.sqrt_product(p.certify(0 <= 1 - q, room), square),
        p.rewrite(size, lambda z: sqrt(1 - q) * z),
    )  # fmt: skip
    apart = inverse_of_product(p, p.sqrt_positive(room), absolute(c))
    return p.certify(statement().claim, step(p, reading), p.rewrite(root, inv), apart)
