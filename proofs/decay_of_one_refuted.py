"""With beta2 = 1 the second moment of Adam is 0 in every round, so its step divides by 0: the range is beta2 < 1.

Words   If beta2 = 1, then v_n = 0 for every n and all gradients.
Source  Reddi, Kale & Kumar 2018, appendix (place and wording *unverified*); from the text of `adam_uncorrected`.
Note    With beta1 = 1 the first moment is 0 in the same way, and the iterate does not move.
Printed 0 <= beta1, beta2 <= 1; wording unverified.
Wrong   With beta2 = 1 the second moment stays 0 whatever the gradients are, and the step is not defined.
Instead 0 <= beta1, beta2 < 1.
Theorem decay_of_one_refuted
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.rules.adam import adam_uncorrected

n = integer("n")
setting = Setting()
g = setting.family("g", "Z")
reading = read(adam_uncorrected, setting, inputs={"g": lambda t, x: g(t)}, scalars={"beta2": 1}, slots=["v"])


def claim(n):
    return eq(reading.slot("v", n), 0)


def statement() -> Statement:
    return Statement(setting, claim(n), [0 <= n])


def witness() -> Witness:
    return Witness({"g": ([n], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    step = p.certify(claim(n + 1), p.assume(claim(n)), p.next("v", n))
    return p.induction(n, 0, claim(n), p.restate(claim(0), p.start("v")), step)
