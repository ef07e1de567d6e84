"""With momentum_decay = 0 PyTorch's NAdam corrects its average with powers of beta1/2.

Words   With momentum_decay = 0 the product P_t of `nadam_torch` is (beta1/2)^t.
Source  PyTorch NAdam; from the text of `nadam_torch`.
Note    Its average m decays with beta1 all the same.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nadam import without_decay
from adamtheory.proofs.lemmas_twins import go_together, n, sequence

setting, reading = without_decay()
half = reading.scalars["beta1"] / 2


def statement() -> Statement:
    return Statement(setting, eq(reading.slot("P", n), power(half, n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    pair = sequence(reading, "P"), lambda n: power(half, n)
    return go_together(p, [pair], (reading,), p.power_next(half, p.assume(0 <= n)))[0]
